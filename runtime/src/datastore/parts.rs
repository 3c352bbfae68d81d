//! What of this room only some models need. The tables of a compiled model name the parts that its statements use, so
//! that the code of the others falls away at link time. Read [`Parts`] first.

use super::builtin::{self, Library};
use super::choice::{self, Choices};
use super::defaults::{self, Defaults};
use super::edit::Record;
use super::references::{self, References, Targets};
use super::state::{self, Pushed};
use super::user_order::{self, UserOrder};
use super::{Datastore, EditError, unique};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Data, Value};

/// For [`Schema::parts`]: generated code names those that the model needs.
///
/// ```
/// use comi_runtime::datastore::Parts;
///
/// static PARTS: Parts = Parts::NONE.with_choices().with_unique();
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    pub(super) choices: Option<&'static Choices>,
    pub(super) defaults: Option<&'static Defaults>,
    pub(super) library: Option<&'static Library>,
    pub(super) pushed: Option<&'static Pushed>,
    pub(super) referrers: Option<fn(&'static Schema) -> References>,
    pub(super) user_order: Option<&'static UserOrder>,
    checks: [Option<Check>; 2],
}

/// A check that spans several nodes; `must`, `when` and paths have an engine of their own ([`super::rules`]).
#[derive(Clone, Copy, Debug)]
pub(super) struct Check {
    /// Checks what the writes of a log can have broken, given that the tree was valid before.
    pub(super) affected: fn(&Datastore, &[Record]) -> Result<(), EditError>,
    /// Checks one node in the content of an input, output or notification, with the keys above it.
    pub(super) content: CheckContent,
}

type CheckContent = for<'a> fn(&'a Datastore, &mut Targets<'a>, NodeIndex, &[Value], &Data) -> Result<(), EditError>;

impl Parts {
    /// Containers, lists and leafs, with what is mandatory, how many there may be, and their types.
    pub const NONE: Parts = Parts {
        choices: None,
        defaults: None,
        library: None,
        pushed: None,
        referrers: None,
        user_order: None,
        checks: [None, None],
    };
    /// Everything.
    pub const ALL: Parts = Parts::NONE
        .with_choices()
        .with_defaults()
        .with_pushed_state()
        .with_references()
        .with_unique()
        .with_user_order()
        .with_yang_library();

    /// `choice`
    #[must_use]
    pub const fn with_choices(self) -> Parts {
        Parts { choices: Some(&choice::CHOICES), ..self }
    }

    /// `default`
    #[must_use]
    pub const fn with_defaults(self) -> Parts {
        Parts { defaults: Some(&defaults::DEFAULTS), ..self }
    }

    /// State that the board sets by its handle.
    #[must_use]
    pub const fn with_pushed_state(self) -> Parts {
        Parts { pushed: Some(&state::PUSHED), ..self }
    }

    /// `require-instance` of leafrefs and instance-identifiers.
    #[must_use]
    pub const fn with_references(self) -> Parts {
        let [_, unique] = self.checks;
        Parts { referrers: Some(References::new), checks: [Some(references::CHECK), unique], ..self }
    }

    /// `unique`
    #[must_use]
    pub const fn with_unique(self) -> Parts {
        let [references, _] = self.checks;
        Parts { checks: [references, Some(unique::CHECK)], ..self }
    }

    /// Lists that are `ordered-by user`.
    #[must_use]
    pub const fn with_user_order(self) -> Parts {
        Parts { user_order: Some(&user_order::USER_ORDER), ..self }
    }

    /// ietf-yang-library, which the engine answers for the board.
    #[must_use]
    pub const fn with_yang_library(self) -> Parts {
        Parts { library: Some(&builtin::LIBRARY), ..self }
    }

    pub(super) fn checks(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().flatten()
    }

    /// What a schema names; `None` where it names nothing: then nothing may be changed, as no rule would be held.
    pub(super) fn of(schema: &Schema) -> Option<&'static Parts> {
        schema.parts?.downcast_ref()
    }
}

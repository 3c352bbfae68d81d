//! Nodes, identities and instances by their names, for who asks for it: a device that was built without never names
//! the code, and it falls away at link time.

use alloc::boxed::Box;
use alloc::string::String;

use super::{
    PathError, PathForm, child_by_name, name::identity_by_name, path::parse_nested, print_identity, print_path,
    qualified_name,
};
use crate::schema::{IdentityIndex, ModuleIndex, NodeIndex, Schema};
use crate::value::InstanceIdentifier;

/// What YANG-CBOR and the lexical forms of values do by name.
#[derive(Debug)]
pub struct ByName {
    pub(crate) child: fn(&Schema, NodeIndex, &str, bool) -> Option<NodeIndex>,
    pub(crate) identity: fn(&Schema, NodeIndex, &str) -> Option<IdentityIndex>,
    pub(crate) instance: fn(&Schema, &str, u8) -> Result<InstanceIdentifier, PathError>,
    pub(crate) print_child: fn(&Schema, NodeIndex) -> String,
    pub(crate) print_identity: fn(&Schema, IdentityIndex, Option<ModuleIndex>) -> String,
    pub(crate) print_instance: fn(&Schema, &InstanceIdentifier, PathForm) -> String,
    pub(crate) tell: fn(&PathError, &mut String),
}

/// For [`Schema::by_name`]: generated code names it where a build script says `by_name()`.
pub static BY_NAME: ByName = ByName {
    child: child_by_name,
    identity: identity_by_name,
    instance: parse_nested,
    print_child: qualified_name,
    print_identity,
    print_instance: print_path,
    tell: |error, out| error.tell(out),
};

/// The same schema with everything by name: for tools, which compile theirs while they run. It is leaked, as a
/// schema that was compiled at run time is.
#[must_use]
pub fn with_names(schema: &Schema) -> &'static Schema {
    Box::leak(Box::new(Schema { by_name: Some(&BY_NAME), ..*schema }))
}

/// What a schema has for names.
#[inline(never)]
pub(crate) fn by_name(schema: &Schema) -> Option<&'static ByName> {
    schema.by_name?.downcast_ref()
}

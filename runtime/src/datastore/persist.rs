//! What keeps the configuration over a restart, as the datastore sees it. How it does so is known to the room `store`.
//!
//! Read [`Persist`] first.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use core::any::Any;
use core::fmt;

use super::{Datastore, EditError, Origin, OwnedChange, Reason};
use crate::schema::{Flags, NodeKind, Schema};
use crate::value::{Content, Data};

/// Keeps the configuration: asked once a transaction, when everybody else has agreed.
pub trait Persist: Any + Send + fmt::Debug {
    /// Saves these changes, all or none; the datastore has them already. Changes of state are not for it. When this
    /// returns, they are there after a restart.
    ///
    /// # Errors
    /// Why not, in words for who asked for the edit; what was saved before is as it was.
    fn persist(
        &mut self,
        datastore: &Datastore,
        origin: Origin,
        changes: &[OwnedChange],
    ) -> Result<(), Cow<'static, str>>;

    /// Saves the configuration of the datastore, all of it, in place of what was saved before.
    ///
    /// # Errors
    /// As [`Persist::persist`].
    fn save(&mut self, datastore: &Datastore) -> Result<(), Cow<'static, str>>;
}

impl Datastore {
    /// From here on every edit of configuration is saved by this before it is committed.
    pub fn persist_by(&mut self, persistence: Box<dyn Persist>) {
        self.persistence = Some(persistence);
    }

    /// What saves the edits.
    #[must_use]
    pub fn persistence(&self) -> Option<&dyn Persist> {
        self.persistence.as_deref()
    }

    /// What saves the edits, to speak to it.
    pub fn persistence_mut(&mut self) -> Option<&mut dyn Persist> {
        self.persistence.as_deref_mut()
    }

    /// Saves the configuration as it stands, all of it, where something saves edits.
    ///
    /// # Errors
    /// [`Reason::Failed`] with the words of what saves.
    pub fn save(&mut self) -> Result<(), EditError> {
        let Some(mut persistence) = self.persistence.take() else { return Ok(()) };
        let saved = persistence.save(self);
        self.persistence = Some(persistence);
        saved.map_err(not_saved)
    }

    /// Begins with this configuration, which nobody has checked yet and nobody is told of.
    ///
    /// # Errors
    /// [`Reason::Full`]; nothing is changed then.
    pub fn restore(&mut self, content: Content) -> Result<(), EditError> {
        let instances = instances(self.schema, &content);
        if instances > self.limits.instances {
            return Err(EditError::from(Reason::Full));
        }
        self.content = content;
        self.instances = instances;
        Ok(())
    }
}

#[cold]
pub(super) fn not_saved(words: Cow<'static, str>) -> EditError {
    EditError::from(Reason::Failed(words))
}

/// Leafs, leaf-lists, entries and presence containers.
fn instances(schema: &Schema, content: &Content) -> usize {
    let mut count = 0;
    for (child, data) in content.iter() {
        count += match data {
            Data::Container(inner) => {
                let row = schema.node(child);
                let own = row.is_some_and(|row| row.kind() == NodeKind::Container && row.flags.has(Flags::PRESENCE));
                usize::from(own) + instances(schema, inner)
            }
            // the keys of an entry are written with it
            Data::List(entries) => {
                let keys = schema.list(child).map_or(0, |list| list.keys.len());
                entries.iter().map(|entry| (1 + instances(schema, entry)).saturating_sub(keys)).sum()
            }
            Data::Leaf(_) | Data::LeafList(_) | Data::Any(_) => 1,
        };
    }
    count
}

//! The device and its store: what was restored, saving on request, and the way back to the factory's defaults.

use alloc::boxed::Box;
use core::any::Any;

use super::{BuildError, Device};
use crate::board::Board;
use crate::datastore::{Datastore, EditError, Origin, Reason};
use crate::store::{Persistence, Restored, StoreError};
use crate::time::Instant;
use crate::value::Content;

/// What a builder keeps of [`Builder::store`](super::Builder::store): behind a trait, so that a device without a store
/// links none of it.
pub(super) trait Start: core::fmt::Debug {
    fn start(self: Box<Self>, datastore: &mut Datastore, board: &mut dyn Board) -> Result<(), BuildError>;
}

impl Start for Persistence {
    fn start(self: Box<Self>, datastore: &mut Datastore, board: &mut dyn Board) -> Result<(), BuildError> {
        Persistence::start(*self, datastore, board).map_err(|error| BuildError::Store(Box::new(error)))
    }
}

fn persistence(store: &Datastore) -> Option<&Persistence> {
    let any: &dyn Any = store.persistence()?;
    any.downcast_ref()
}

fn persistence_mut(store: &mut Datastore) -> Option<&mut Persistence> {
    let any: &mut dyn Any = store.persistence_mut()?;
    any.downcast_mut()
}

impl<B: Board> Device<B> {
    /// What was found in the store at the start; `None` without a store. While
    /// [`damage`](Restored::damage) is told there, nobody but the board can change configuration.
    #[must_use]
    pub fn restored(&self) -> Option<&Restored> {
        persistence(&self.core.store).map(Persistence::restored)
    }

    /// Goes back to what the device left the factory with (RFC 8808): the datastore `factory-default` becomes what runs
    /// and what is saved, a damaged store is whole again. The board is told of each change, and not asked. Entries that
    /// the board ensured at the start go, too: a program ensures them anew, or starts again.
    ///
    /// An rpc `factory-reset` and resource 5 of LwM2M's object 3 come to the board as every operation does; its handler
    /// has this done, and answers `Later`.
    ///
    /// # Errors
    /// Factory defaults that don't fit the model, and a store that fails; nothing is changed then.
    pub fn factory_reset(&mut self, now: Instant) -> Result<(), EditError> {
        let content = self.factory_default()?;
        let mut edit = self.core.store.edit(Origin::Board);
        edit.replace_all(content)?;
        let committed = edit.validate()?.prepare(&mut self.core.board)?.persist_all()?.commit();
        self.committed(now, &committed);
        self.settle(now);
        Ok(())
    }

    /// Goes on with what could be read of a damaged store, which is written anew: the device is no longer read-only.
    ///
    /// # Errors
    /// Why it could not be written.
    pub fn accept_loss(&mut self) -> Result<(), EditError> {
        self.core.store.save()
    }

    /// Saves what runs, all of it: with [`Persistence::saved_on_request`] what the device starts with next time.
    ///
    /// # Errors
    /// Why it could not be written; the store is as it was. A damaged store is left to
    /// [`accept_loss`](Device::accept_loss).
    pub fn save(&mut self) -> Result<(), EditError> {
        match self.restored().and_then(|restored| restored.damage.clone()) {
            Some(damage) => Err(EditError::from(Reason::Failed(damage))),
            None => self.core.store.save(),
        }
    }

    /// The datastore `startup` (RFC 8342 section 5.1.1): what is saved. What runs is [`Device::datastore`]; with the
    /// state of the board it is the unified datastore of CORECONF (draft-ietf-core-comi-21 section 3.1).
    ///
    /// # Errors
    /// Why the store can't be read.
    pub fn startup(&mut self) -> Result<Content, StoreError> {
        let schema = self.schema();
        match persistence_mut(&mut self.core.store) {
            Some(persistence) => persistence.startup(schema),
            None => Ok(Content::new()),
        }
    }

    /// The datastore `factory-default` (RFC 8808 section 3).
    ///
    /// # Errors
    /// What of it does not fit the model.
    pub fn factory_default(&self) -> Result<Content, EditError> {
        match persistence(&self.core.store) {
            Some(persistence) => {
                persistence.factory_content(self.schema()).map_err(|words| EditError::from(Reason::Failed(words)))
            }
            None => Ok(Content::new()),
        }
    }
}

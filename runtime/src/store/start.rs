//! What a device does with its store when it starts.
//!
//! ```text
//! new store ──────────────────────────► factory defaults ─► checked ─► saved ─┐
//! records ─► numbers of today ─► what fits this model ─► hook ─► checked ─► saved where it differs ─► the board is told
//! damaged ─► what can be read, read-only ─────────────────────────────────────┘
//! ```

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::grow::content_of;
use super::migration::Pending;
use super::persistence::each_instance;
use super::records::{self, FORMAT, Head};
use super::{Persistence, Restored, Store, StoreError};
use crate::board::{Board, Change};
use crate::datastore::{Datastore, Document, EditError, Origin, check_document};
use crate::schema::Schema;
use crate::value::{Content, text};

/// Why a device with a store does not start.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The factory defaults don't fit the model.
    #[error("the factory defaults: {0}")]
    FactoryDefault(Cow<'static, str>),
    /// The hook of [`Persistence::on_start`] made an edit that is refused.
    #[error("the hook of on_start: {0}")]
    Hook(String),
    /// What is stored breaks the rules of this model.
    #[error(
        "what is stored is not valid in this model: {0}; give what is missing a default in the model, or a value by \
         Persistence::on_start"
    )]
    Invalid(String),
    /// The records were written by a newer program.
    #[error("the store has format {0}, this program knows {FORMAT}")]
    Newer(u64),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More is stored than the datastore's limits allow.
    #[error("more is stored than Limits::datastore allows")]
    TooMuch,
}

/// What is in a store.
pub(super) struct Loaded {
    pub(super) content: Content,
    /// Whether the records are not those of the content.
    differs: bool,
    /// Whether there was nothing.
    empty: bool,
}

/// How many broken rules are told.
const TOLD: usize = 4;

impl Persistence {
    /// Brings what is saved into an empty datastore, which is saved by this from then on, and tells the board of it.
    ///
    /// # Errors
    /// Why the device can't run with what is there. A store that is damaged is no error: see
    /// [`Restored::damage`].
    pub fn start(mut self, datastore: &mut Datastore, board: &mut dyn Board) -> Result<(), StartError> {
        let schema = datastore.schema();
        let mut restored = Restored::default();
        let head = self.read_head(&mut restored)?;
        let made = head.as_ref().map_or(&[][..], |head| &head.migrations);
        let pending = Pending { migrations: &self.migrations, made };
        let loaded = load(schema, &mut *self.store, pending, &mut restored)?;
        let moved = !pending.is_empty();
        if loaded.empty && head.is_none() && restored.damage.is_none() {
            restored.fresh = true;
        } else if head.is_none() && restored.damage.is_none() {
            restored.damage = Some("its head is missing, and perhaps other records".into());
        }
        // a damaged store of which nothing is left: the device runs, on what it knows, and doesn't save it
        let content = if loaded.content.is_empty() && (restored.fresh || restored.damage.is_some()) {
            self.factory_content(schema).map_err(StartError::FactoryDefault)?
        } else {
            loaded.content
        };
        datastore.restore(content).map_err(|_| StartError::TooMuch)?;
        let mut differs = loaded.differs || moved || restored.fresh || restored.lost_count > 0;
        if restored.damage.is_none() {
            if let Some(hook) = self.hook.as_mut().filter(|_| !restored.fresh) {
                let mut edit = datastore.edit(Origin::Board);
                let told = |error| StartError::Hook(edit_words(schema, &error));
                hook(&restored, &mut edit).map_err(told)?;
                differs |= edit.leave().map_err(told)?;
            }
            check(datastore).map_err(StartError::Invalid)?;
        }
        self.restored = restored;
        if differs && self.restored.damage.is_none() {
            self.save_all(datastore)?;
        }
        tell(datastore, board);
        datastore.persist_by(Box::new(self));
        Ok(())
    }

    fn read_head(&mut self, restored: &mut Restored) -> Result<Option<Head>, StartError> {
        let head = match self.store.get(&[]) {
            Ok(head) => head,
            Err(StoreError::Damaged(words)) => {
                restored.damage = Some(words);
                None
            }
            Err(error) => return Err(error.into()),
        };
        let Some(head) = head else { return Ok(None) };
        match Head::from_cbor(&head) {
            Ok(head) if head.format > FORMAT => Err(StartError::Newer(head.format)),
            Ok(head) => Ok(Some(head)),
            Err(_) => {
                restored.damage = Some("its head can't be read".into());
                Ok(None)
            }
        }
    }
}

/// Reads all records.
pub(super) fn load(
    schema: &'static Schema,
    store: &mut dyn Store,
    pending: Pending<'_>,
    restored: &mut Restored,
) -> Result<Loaded, StoreError> {
    let mut found = Vec::new();
    let mut empty = true;
    let mut differs = false;
    let read = store.read(&mut |key, value| {
        empty = false;
        if key.is_empty() {
            return;
        }
        match records::read(schema, pending, key, value) {
            Ok(Some(record)) => {
                // a key in another form than is written here would stay when its instance goes
                differs |= records::key(schema, &record.at).is_ok_and(|own| own != key);
                found.push(record);
            }
            Ok(None) => differs = true,
            Err(error) => restored.lose(key, value, error),
        }
    });
    match read {
        Ok(()) => {}
        Err(StoreError::Damaged(words)) => {
            restored.damage.get_or_insert(words);
        }
        Err(error) => return Err(error),
    }
    let content = content_of(schema, found, &mut differs);
    Ok(Loaded { content, differs, empty })
}

/// Checks the whole configuration.
pub(super) fn check(datastore: &Datastore) -> Result<(), String> {
    let schema = datastore.schema();
    let errors = check_document(schema, datastore.content(), Document::Config, TOLD);
    if errors.is_empty() {
        return Ok(());
    }
    Err(errors.iter().map(|error| edit_words(schema, error)).collect::<Vec<_>>().join("; "))
}

/// Tells the board of the whole configuration, as of a commit.
fn tell(datastore: &Datastore, board: &mut dyn Board) {
    let told = each_instance(datastore.schema(), datastore.content(), &mut Vec::new(), &mut |node, keys, data, _| {
        board.changed(&Change { node, keys, old: None, new: Some(data) });
        Ok::<(), core::convert::Infallible>(())
    });
    let Ok(()) = told;
}

/// An error with its place.
pub(super) fn edit_words(schema: &Schema, error: &EditError) -> String {
    let words = error.words();
    match &error.at {
        Some(at) => [&*text::print_path(schema, at, text::PathForm::Predicates), ": ", &*words].concat(),
        None => words.into_owned(),
    }
}

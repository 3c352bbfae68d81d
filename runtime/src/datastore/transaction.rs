//! What follows an edit: it was validated, the board was asked, it was saved, it is committed.

use alloc::vec::Vec;

use super::edit::Record;
use super::persist::not_saved;
use super::{Datastore, Edit, EditError, Found, Origin, Reason, tree};
use crate::board::{Board, Change, Fault};
use crate::schema::NodeIndex;
use crate::value::{Content, Data, InstanceIdentifier, Places};

/// A validated edit. Dropping it undoes it.
#[derive(Debug)]
pub struct Valid<'a> {
    edit: Edit<'a>,
}

/// An edit that the board has agreed to. Dropping it undoes it.
#[derive(Debug)]
pub struct Prepared<'a> {
    edit: Edit<'a>,
    changes: Vec<OwnedChange>,
}

/// An edit that will stand after a restart, where the device has a store. Nothing can refuse it any more; dropping it
/// now would leave store and tree apart.
#[must_use = "what was saved is to be committed"]
#[derive(Debug)]
pub struct Persisted<'a> {
    prepared: Prepared<'a>,
}

/// What a commit has changed.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Committed {
    /// Each instance once, in the order in which the edit first touched it; an entry that comes stands before its
    /// leafs, one that goes after them. What ended as it began is not among them.
    pub changes: Vec<OwnedChange>,
}

/// One instance that has changed: a leaf, leaf-list, anydata, list entry or presence container.
///
/// Entries and presence containers hold their keys alone here; their leafs are changes of their own. The order of an
/// `ordered-by user` list is a change of the list (without its own keys), which boards are not told.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnedChange {
    /// Where.
    pub at: InstanceIdentifier,
    /// What stood there.
    pub old: Option<Data>,
    /// What stands there now.
    pub new: Option<Data>,
}

impl OwnedChange {
    /// The change as the board sees it.
    #[must_use]
    pub fn as_change(&self) -> Change<'_> {
        Change { node: self.at.node, keys: &self.at.keys, old: self.old.as_ref(), new: self.new.as_ref() }
    }

    /// Whether this is the order of a list.
    #[must_use]
    pub fn is_order(&self) -> bool {
        matches!((&self.old, &self.new), (Some(Data::List(_)), Some(Data::List(_))))
    }
}

impl Edit<'_> {
    /// Validates, prepares, persists and commits; the caller then tells the board of each change.
    ///
    /// # Errors
    /// As [`Edit::validate`], [`Valid::prepare`] and [`Prepared::persist`]; the edit is undone.
    pub fn finish(self, board: &mut dyn Board) -> Result<Committed, EditError> {
        Ok(self.validate()?.prepare(board)?.persist()?.commit())
    }
}

impl Edit<'_> {
    /// Leaves what the edit did as it stands, for a start, which checks the whole tree afterwards; says whether it did
    /// anything.
    ///
    /// # Errors
    /// The first operation that failed; the edit is undone.
    pub(crate) fn leave(mut self) -> Result<bool, EditError> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => {
                let any = !self.log.is_empty();
                self.log.clear();
                Ok(any)
            }
        }
    }
}

impl<'a> Valid<'a> {
    pub(super) fn new(edit: Edit<'a>) -> Valid<'a> {
        Valid { edit }
    }

    /// Asks the board about each change of configuration; it may refuse. What the board itself changes it is not
    /// asked about.
    ///
    /// # Errors
    /// [`Reason::Refused`] with the board's words, [`Reason::Failed`] when it failed; the edit is undone.
    pub fn prepare(self, board: &mut dyn Board) -> Result<Prepared<'a>, EditError> {
        let changes = changes(self.edit.store, &self.edit.log);
        if self.edit.origin != Origin::Board {
            for change in changes.iter().filter(|change| !change.is_order()) {
                board.prepare(&change.as_change()).map_err(|fault| {
                    let reason = match fault {
                        Fault::Absent => Reason::DataMissing,
                        Fault::Failed(reason) => Reason::Failed(reason),
                        Fault::Refused(reason) => Reason::Refused(reason),
                    };
                    EditError::new(change.at.clone(), reason)
                })?;
            }
        }
        Ok(Prepared { edit: self.edit, changes })
    }
}

impl<'a> Prepared<'a> {
    /// Saves the changes of configuration in the device's store, if it has one.
    ///
    /// # Errors
    /// [`Reason::Failed`] with the store's words; store and tree are as they were.
    pub fn persist(self) -> Result<Persisted<'a>, EditError> {
        let (store, changes) = (&mut *self.edit.store, &self.changes);
        if let Some(mut persistence) = store.persistence.take() {
            let saved = persistence.persist(store, self.edit.origin, changes);
            store.persistence = Some(persistence);
            saved.map_err(not_saved)?;
        }
        Ok(Persisted { prepared: self })
    }

    /// Saves the configuration as this edit makes it, all of it, whatever the store held: a store that was damaged is
    /// whole again then.
    ///
    /// # Errors
    /// As [`Prepared::persist`].
    pub fn persist_all(self) -> Result<Persisted<'a>, EditError> {
        self.edit.store.save()?;
        Ok(Persisted { prepared: self })
    }
}

impl Persisted<'_> {
    /// Makes the edit final. It can't fail; the caller then tells the board of each change.
    #[must_use]
    pub fn commit(self) -> Committed {
        let Persisted { mut prepared } = self;
        prepared.edit.log.clear();
        let store = &mut prepared.edit.store;
        let schema = store.schema;
        if prepared.changes.iter().any(|change| schema.node(change.at.node).is_some_and(|row| row.is_config())) {
            store.revision = store.revision.wrapping_add(1);
        }
        Committed { changes: core::mem::take(&mut prepared.changes) }
    }
}

/// The net changes of a log.
fn changes(store: &Datastore, log: &[Record]) -> Vec<OwnedChange> {
    let mut seen = Places::new();
    let mut changes = Vec::new();
    for record in log {
        let (node, keys) = match record {
            Record::Write { at, old, .. } => {
                if !seen.add((at.node, &at.keys, None)) {
                    continue;
                }
                let new = current(store, at);
                let again = matches!((old, &new), (Some(Data::Container(_)), Some(_)));
                if !again {
                    if *old != new {
                        changes.push(OwnedChange { at: at.clone(), old: old.clone(), new });
                    }
                    continue;
                }
                // an entry that went and came back may stand elsewhere
                let own = store.schema.entry_key_count(at.node);
                (at.node, at.keys.get(..at.keys.len().saturating_sub(own)).unwrap_or_default())
            }
            Record::Move { list, .. } => (list.node, list.keys.as_slice()),
        };
        // a list that went after it was put in order has no order to tell of
        if let Some(user_order) = store.parts.and_then(|parts| parts.user_order)
            && store.schema.list(node).is_some()
            && !tree::is_sorted(store.schema, node)
            && seen.add((node, keys, Some(node)))
            && let Some(entries) = (user_order.changed)(store, log, node, keys)
        {
            let at = InstanceIdentifier { node, keys: keys.to_vec() };
            changes.push(OwnedChange { at, old: Some(entries.clone()), new: Some(entries) });
        }
    }
    changes
}

/// What stands at the address of a record now; of an entry its keys alone.
fn current(store: &Datastore, at: &InstanceIdentifier) -> Option<Data> {
    match store.get(at)? {
        Found::Entry(entry) => Some(Data::Container(keys_of(store, at.node, entry))),
        Found::Data(Data::Container(_)) => Some(Data::Container(Content::new())),
        Found::Data(data) => Some(data.clone()),
        Found::Value(value) => Some(Data::Leaf(value.clone())),
    }
}

pub(super) fn keys_of(store: &Datastore, list: NodeIndex, entry: &Content) -> Content {
    let names = store.schema.list(list).map_or(&[][..], |list| list.keys);
    names.iter().filter_map(|key| Some((*key, entry.child(*key)?.clone()))).collect()
}

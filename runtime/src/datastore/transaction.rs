//! What follows an edit: it was validated, the board was asked, it is committed.

use alloc::vec::Vec;

use super::edit::Record;
use super::{Datastore, Edit, EditError, Found, Origin, Reason, tree};
use crate::board::{Board, Change, Fault};
use crate::schema::NodeIndex;
use crate::value::{Content, Data, Entries, InstanceIdentifier, Places, Value, begins_with, compare_keys};

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

impl Prepared<'_> {
    /// Makes the edit final. It can't fail; the caller then tells the board of each change.
    #[must_use]
    pub fn commit(mut self) -> Committed {
        self.edit.log.clear();
        let store = &mut self.edit.store;
        let schema = store.schema;
        if self.changes.iter().any(|change| schema.node(change.at.node).is_some_and(|row| row.is_config())) {
            store.revision = store.revision.wrapping_add(1);
        }
        Committed { changes: core::mem::take(&mut self.changes) }
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
        if store.schema.list(node).is_some()
            && !tree::is_sorted(store.schema, node)
            && seen.add((node, keys, Some(node)))
            && is_reordered(store, log, node, keys)
            && let Some(entries) = keys_only(store, node, keys)
        {
            let at = InstanceIdentifier { node, keys: keys.to_vec() };
            changes.push(OwnedChange { at, old: Some(entries.clone()), new: Some(entries) });
        }
    }
    changes
}

/// Whether the entries that a list kept stand in another order than before the edit, which is told by taking the log
/// back.
fn is_reordered(store: &Datastore, log: &[Record], list: NodeIndex, keys: &[Value]) -> bool {
    let after = store.entry_keys(list, keys);
    let mut before = after.clone();
    for record in log.iter().rev() {
        match record {
            Record::Write { at, old, place } if at.node == list => {
                if !begins_with(&at.keys, keys) {
                    continue;
                }
                let own = at.keys.get(keys.len()..).unwrap_or_default();
                match (old, place_of(&before, own)) {
                    (None, Some(stands)) => drop(before.remove(stands)),
                    (Some(_), None) => before.insert(place.unwrap_or(0).min(before.len()), own.to_vec()),
                    _ => {}
                }
            }
            Record::Move { list: moved, from, to }
                if moved.node == list && compare_keys(&moved.keys, keys).is_eq() && *to < before.len() =>
            {
                let entry = before.remove(*to);
                before.insert((*from).min(before.len()), entry);
            }
            _ => {}
        }
    }
    // both without what the other lacks
    let mut others = before.iter().filter(|entry| place_of(&after, entry).is_some());
    let kept = after.iter().filter(|entry| place_of(&before, entry).is_some());
    kept.into_iter().any(|entry| others.next().is_none_or(|other| compare_keys(entry, other).is_ne()))
}

/// Where the entry with these keys stands.
pub(super) fn place_of(entries: &[Vec<Value>], keys: &[Value]) -> Option<usize> {
    entries.iter().position(|entry| compare_keys(entry, keys).is_eq())
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

fn keys_of(store: &Datastore, list: NodeIndex, entry: &Content) -> Content {
    let names = store.schema.list(list).map_or(&[][..], |list| list.keys);
    names.iter().filter_map(|key| Some((*key, entry.child(*key)?.clone()))).collect()
}

/// The entries of a list in their order, with nothing but their keys.
fn keys_only(store: &Datastore, list: NodeIndex, keys: &[Value]) -> Option<Data> {
    let Some(Found::Data(Data::List(entries))) = tree::find(store.schema, &store.content, list, keys) else {
        return None;
    };
    let mut out = Entries::new();
    for entry in entries.iter() {
        out.insert(out.len(), keys_of(store, list, entry));
    }
    Some(Data::List(out))
}

//! Lists that are `ordered-by user` (RFC 7950 section 7.7.7): a payload's order becomes theirs, and is a change of its
//! own.

use alloc::vec::Vec;

use super::edit::Record;
use super::transaction::keys_of;
use super::{Datastore, Edit, Found, tree};
use crate::schema::NodeIndex;
use crate::value::{Data, Entries, InstanceIdentifier, Value, begins_with, compare_keys};

/// What is done with such lists.
#[derive(Debug)]
pub(super) struct UserOrder {
    /// Puts the entries into the order of a payload.
    pub(super) arrange: fn(&mut Edit<'_>, NodeIndex, &[Value], &[Vec<Value>]),
    /// The entries, keys alone, if the log has put those that stayed into another order.
    pub(super) changed: fn(&Datastore, &[Record], NodeIndex, &[Value]) -> Option<Data>,
    /// Moves an entry from one place to another.
    pub(super) shift: fn(&mut Datastore, NodeIndex, &[Value], usize, usize),
}

pub(super) static USER_ORDER: UserOrder = UserOrder { arrange, changed, shift };

fn changed(store: &Datastore, log: &[Record], list: NodeIndex, keys: &[Value]) -> Option<Data> {
    if is_reordered(store, log, list, keys) { keys_only(store, list, keys) } else { None }
}

/// Puts the entries of an `ordered-by user` list into the order of a payload; others come after.
fn arrange(edit: &mut Edit<'_>, list: NodeIndex, keys: &[Value], wanted: &[Vec<Value>]) {
    let mut current = edit.store.entry_keys(list, keys);
    for (to, own) in wanted.iter().enumerate() {
        let Some(from) = place_of(&current, own) else { continue };
        if from != to {
            let moved = current.remove(from);
            current.insert(to, moved);
            shift(edit.store, list, keys, from, to);
            let list = InstanceIdentifier { node: list, keys: keys.to_vec() };
            edit.log.push(Record::Move { list, from, to });
        }
    }
}

/// Moves an entry of an `ordered-by user` list to another place.
fn shift(store: &mut Datastore, list: NodeIndex, keys: &[Value], from: usize, to: usize) {
    let schema = store.schema;
    let mut keys = keys;
    let mut content = &mut store.content;
    let Some(row) = schema.node(list) else { return };
    for step in schema.path(row.parent) {
        let inner = match content.child_mut(step) {
            Some(Data::Container(inner)) => Some(inner),
            Some(Data::List(entries)) => keys
                .split_at_checked(schema.entry_key_count(step))
                .zip(schema.list(step))
                .and_then(|((own, rest), row)| {
                    keys = rest;
                    entries.find(row, tree::is_sorted(schema, step), own).ok()
                })
                .and_then(|place| entries.at_mut(place)),
            _ => None,
        };
        let Some(inner) = inner else { return };
        content = inner;
    }
    if let Some(Data::List(entries)) = content.child_mut(list)
        && let Some(entry) = entries.remove(from)
    {
        entries.insert(to, entry);
    }
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
fn place_of(entries: &[Vec<Value>], keys: &[Value]) -> Option<usize> {
    entries.iter().position(|entry| compare_keys(entry, keys).is_eq())
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

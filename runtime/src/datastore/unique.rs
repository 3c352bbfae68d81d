//! The `unique` statement (RFC 7950 section 7.8.3).

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::edit::Record;
use super::parts::Check;
use super::references::Targets;
use super::validate::{keys_above, scope_of, writes};
use super::{Datastore, EditError, Found, Reason, tree};
use crate::schema::{Flags, NodeIndex, Schema};
use crate::value::{Content, Data, Entries, InstanceIdentifier, Order, Place, Places, Value, compare_keys};

pub(super) const CHECK: Check = Check { affected, content };

/// So many entries of a list are held against all others one by one; of more, all entries of the list are put in order.
const FEW: usize = 8;

/// The entries that came, and those in which something was written.
fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    let schema = store.schema;
    let mut entries = Places::new();
    for (node, keys, _) in writes(store, log) {
        if has_unique(schema, node) {
            entries.add((node, keys, None));
        }
        let (scope, _) = scope_of(schema, node);
        if has_unique(schema, scope) {
            entries.add((scope, keys_above(schema, node, keys), None));
        }
    }
    for changed in entries.sorted().chunk_by(|one, other| around(schema, one) == around(schema, other)) {
        let Some((list, keys)) = changed.first().map(|entry| around(schema, entry)) else { continue };
        let Some(Found::Data(Data::List(entries))) = tree::find(schema, &store.content, list, keys) else { continue };
        if changed.len() > FEW {
            check(schema, list, entries, keys)?;
            continue;
        }
        for (_, own, _) in changed {
            check_one(schema, list, entries, keys, own.get(keys.len()..).unwrap_or(&[]))?;
        }
    }
    Ok(())
}

/// The list of an entry, and the keys around it.
fn around<'k>(schema: &Schema, (list, keys, _): &Place<'k>) -> (NodeIndex, &'k [Value]) {
    (*list, keys_above(schema, *list, keys))
}

/// Holds one entry, which may be gone, against all others.
fn check_one(
    schema: &Schema,
    list: NodeIndex,
    entries: &Entries,
    above: &[Value],
    own: &[Value],
) -> Result<(), EditError> {
    let Some(row) = schema.list(list) else { return Ok(()) };
    let sorted = !schema.node(list).is_some_and(|row| row.flags.has(Flags::USER_ORDERED));
    let Ok(place) = entries.find(row, sorted, own) else { return Ok(()) };
    let Some(entry) = entries.iter().nth(place) else { return Ok(()) };
    for statement in row.unique {
        let value = |of: &'_ Content, leaf: NodeIndex| leaf_below(schema, of, list, leaf).map(Cow::into_owned);
        let Some(values) = statement.iter().map(|leaf| value(entry, *leaf)).collect::<Option<Vec<_>>>() else {
            continue;
        };
        let is_same = |other: &Content| {
            let mut leafs = statement.iter().zip(&values);
            leafs.all(|(leaf, value)| leaf_below(schema, other, list, *leaf).is_some_and(|own| *own == *value))
        };
        for (at, other) in entries.iter().enumerate().filter(|(at, _)| *at != place) {
            if is_same(other) {
                // the later of two is the one too many
                let second = if at > place { other } else { entry };
                let mut keys = above.to_vec();
                keys.append(&mut second.leafs(row.keys));
                return Err(EditError::new(InstanceIdentifier { node: list, keys }, Reason::DataNotUnique));
            }
        }
    }
    Ok(())
}

fn content<'a>(
    store: &'a Datastore,
    _: &mut Targets<'a>,
    node: NodeIndex,
    keys: &[Value],
    data: &Data,
) -> Result<(), EditError> {
    match data {
        Data::List(entries) => check(store.schema, node, entries, keys),
        _ => Ok(()),
    }
}

fn has_unique(schema: &Schema, node: NodeIndex) -> bool {
    schema.list(node).is_some_and(|list| !list.unique.is_empty())
}

/// Only entries in which all the leafs exist or have a default count.
pub(super) fn check(schema: &Schema, list: NodeIndex, entries: &Entries, keys: &[Value]) -> Result<(), EditError> {
    let Some(row) = schema.list(list) else { return Ok(()) };
    for statement in row.unique {
        let (mut rows, mut order): (Vec<Vec<Value>>, Order) = Default::default();
        for entry in entries.iter() {
            let mut values = Vec::new();
            for leaf in *statement {
                values.extend(leaf_below(schema, entry, list, *leaf).map(Cow::into_owned));
            }
            if values.len() < statement.len() {
                continue;
            }
            let twice = order.add(&mut |at| rows.get(at).map_or(Ordering::Less, |row| compare_keys(&values, row)));
            rows.push(values);
            if twice.is_some() {
                let mut keys = keys.to_vec();
                keys.append(&mut entry.leafs(row.keys));
                return Err(EditError::new(InstanceIdentifier { node: list, keys }, Reason::DataNotUnique));
            }
        }
    }
    Ok(())
}

/// The value of a leaf that stands in an entry, possibly inside containers; or its default.
fn leaf_below<'e>(schema: &Schema, entry: &'e Content, list: NodeIndex, leaf: NodeIndex) -> Option<Cow<'e, Value>> {
    let mut content = Some(entry);
    let mut below = false;
    for step in schema.path(leaf) {
        if step == leaf {
            break;
        }
        if below {
            content = match content.and_then(|content| content.child(step)) {
                Some(Data::Container(inner)) => Some(inner),
                _ => None,
            };
        }
        below |= step == list;
    }
    match content.and_then(|content| content.leaf(leaf)) {
        Some(value) => Some(Cow::Borrowed(value)),
        None => schema.defaults(leaf).first().map(|row| Cow::Owned(Value::from_literal(&row.value))),
    }
}

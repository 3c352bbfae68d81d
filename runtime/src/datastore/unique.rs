//! The `unique` statement (RFC 7950 section 7.8.3).

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::edit::Record;
use super::parts::Check;
use super::references::Targets;
use super::validate::{keys_above, scope_of, writes};
use super::{Datastore, EditError, Found, Reason, tree};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Content, Data, Entries, InstanceIdentifier, Order, Places, Value, compare_keys};

pub(super) const CHECK: Check = Check { affected, content };

/// The lists of the entries that came, and of those in which something was written.
fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    let schema = store.schema;
    let mut lists = Places::new();
    for (node, keys, _) in writes(store, log) {
        let above = keys_above(schema, node, keys);
        if has_unique(schema, node) {
            lists.add((node, above, None));
        }
        let (scope, _) = scope_of(schema, node);
        if has_unique(schema, scope) {
            lists.add((scope, keys_above(schema, scope, above), None));
        }
    }
    for (list, keys, _) in lists.sorted() {
        if let Some(Found::Data(Data::List(entries))) = tree::find(schema, &store.content, list, keys) {
            check(schema, list, entries, keys)?;
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
                values.extend(leaf_below(schema, entry, list, *leaf));
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
fn leaf_below(schema: &Schema, entry: &Content, list: NodeIndex, leaf: NodeIndex) -> Option<Value> {
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
        Some(value) => Some(value.clone()),
        None => schema.defaults(leaf).first().map(|row| Value::from_literal(&row.value)),
    }
}

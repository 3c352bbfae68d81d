//! What a mock has, as one tree of instance data: finding, putting and taking out by instance-identifier.
//!
//! The lists in it are read as a datastore reads them ([`Allowed`](comi_runtime::cbor::Allowed) is not `Any`): sorted by
//! their keys, unless they are `ordered-by user`.

use comi_runtime::schema::{Flags, NodeIndex, NodeKind, Schema};
use comi_runtime::value::{Content, Data, Entries, Value};

/// Whether entries stand in the order of their keys.
pub(super) fn is_sorted(schema: &Schema, list: NodeIndex) -> bool {
    schema.node(list).is_some_and(|row| !row.flags.has(Flags::USER_ORDERED))
}

/// What stands at a node; `keys` are those of the lists above it.
pub(super) fn find<'t>(schema: &Schema, root: &'t Content, node: NodeIndex, keys: &[Value]) -> Option<&'t Data> {
    let mut content = root;
    let mut rest = keys;
    let parent = schema.node(node)?.parent;
    for step in schema.path(parent) {
        let (own, further) = rest.split_at_checked(schema.entry_key_count(step))?;
        rest = further;
        content = match content.child(step)? {
            Data::Container(inner) => inner,
            Data::List(entries) => {
                let place = entries.find(schema.list(step)?, is_sorted(schema, step), own).ok()?;
                entries.at(place)?
            }
            _ => return None,
        };
    }
    content.child(node)
}

/// Puts something in, with the containers and entries above it; `None` takes it out. With the node's own keys it is one
/// entry of a list or leaf-list.
pub(super) fn put(schema: &Schema, root: &mut Content, node: NodeIndex, keys: &[Value], data: Option<Data>) -> bool {
    let Some(row) = schema.node(node) else { return false };
    let mut content = root;
    let mut rest = keys;
    for step in schema.path(row.parent) {
        let Some((own, further)) = rest.split_at_checked(schema.entry_key_count(step)) else { return false };
        rest = further;
        let Some(inner) = descend(schema, content, step, own) else { return false };
        content = inner;
    }
    match (row.kind(), rest, data) {
        (NodeKind::List, [_, ..], data) => put_entry(schema, content, node, rest, data),
        (NodeKind::LeafList, [value], data) => {
            let mut values = match content.remove(node) {
                Some(Data::LeafList(values)) => values,
                _ => Vec::new(),
            };
            values.retain(|own| own != value);
            values.extend(data.is_some().then(|| value.clone()));
            content.insert(node, Data::LeafList(values));
            true
        }
        (_, [], Some(data)) => {
            content.insert(node, data);
            true
        }
        (_, [], None) => content.remove(node).is_some(),
        _ => false,
    }
}

/// The content of a container, or of the entry with these keys, made where it is not there.
fn descend<'c>(schema: &Schema, content: &'c mut Content, step: NodeIndex, keys: &[Value]) -> Option<&'c mut Content> {
    let list = schema.list(step);
    if content.child(step).is_none() {
        let empty = if list.is_some() { Data::List(Entries::new()) } else { Data::Container(Content::new()) };
        content.insert(step, empty);
    }
    match (content.child_mut(step)?, list) {
        (Data::Container(inner), _) => Some(inner),
        (Data::List(entries), Some(list)) => {
            let place = match entries.find(list, is_sorted(schema, step), keys) {
                Ok(place) => place,
                Err(_) if list.keys.is_empty() => return None,
                Err(place) => {
                    let leafs = list.keys.iter().zip(keys).map(|(key, value)| (*key, Data::Leaf(value.clone())));
                    entries.insert(place, leafs.collect());
                    place
                }
            };
            entries.at_mut(place)
        }
        _ => None,
    }
}

fn put_entry(schema: &Schema, content: &mut Content, node: NodeIndex, keys: &[Value], data: Option<Data>) -> bool {
    let Some(data) = data else {
        return match (content.child_mut(node), schema.list(node)) {
            (Some(Data::List(entries)), Some(list)) => {
                entries.find(list, is_sorted(schema, node), keys).is_ok_and(|place| entries.remove(place).is_some())
            }
            _ => false,
        };
    };
    let (Data::Container(new), Some(entry)) = (data, descend(schema, content, node, keys)) else { return false };
    let names = schema.list(node).map_or(&[][..], |list| list.keys);
    let kept: Content =
        entry.iter().filter(|(own, _)| names.contains(own)).map(|(own, data)| (own, data.clone())).collect();
    *entry = new;
    for (key, data) in kept {
        entry.insert(key, data);
    }
    true
}

/// The configuration in a tree.
pub(super) fn configuration(schema: &Schema, content: &Content) -> Content {
    let mut found = Content::new();
    for (node, data) in content.iter() {
        let Some(row) = schema.node(node).filter(|row| row.is_config()) else { continue };
        match data {
            Data::Container(inner) => {
                let inner = configuration(schema, inner);
                if !inner.is_empty() || row.flags.has(Flags::PRESENCE) {
                    found.insert(node, Data::Container(inner));
                }
            }
            Data::List(entries) => {
                let mut kept = Entries::new();
                for (place, entry) in entries.iter().enumerate() {
                    kept.insert(place, configuration(schema, entry));
                }
                found.insert(node, Data::List(kept));
            }
            data => {
                found.insert(node, data.clone());
            }
        }
    }
    found
}

/// Of a list: the keys of the entry after `after` in the order of keys, or of the first one.
pub(super) fn next(schema: &Schema, list: NodeIndex, entries: &Entries, after: Option<&[Value]>) -> Option<Vec<Value>> {
    let row = schema.list(list)?;
    if row.keys.is_empty() {
        let place = match after {
            None => 1,
            Some([Value::Unsigned(position)]) => position.checked_add(1)?,
            Some(_) => return None,
        };
        return (usize::try_from(place).ok()? <= entries.len()).then(|| vec![Value::Unsigned(place)]);
    }
    if is_sorted(schema, list) {
        let place = match after.map(|after| entries.find(row, true, after)) {
            None => 0,
            Some(Ok(place)) => place + 1,
            Some(Err(place)) => place,
        };
        return entries.at(place).map(|entry| entry.leafs(row.keys));
    }
    let keys = entries.iter().map(|entry| entry.leafs(row.keys));
    keys.filter(|keys| after.is_none_or(|after| keys.as_slice() > after)).min()
}

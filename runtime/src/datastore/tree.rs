//! The tree's two primitives: find what stands at a place, and write it.
//!
//! Invariant, held by `undo_restores_everything`: no empty list, leaf-list or container without presence is ever
//! stored, so that two equal configurations are equal trees.

use super::Found;
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Entries, Value};

/// Whether a list's entries are kept in the order of their keys.
pub(super) fn is_sorted(schema: &Schema, list: NodeIndex) -> bool {
    schema.node(list).is_some_and(|row| !row.flags.has(Flags::USER_ORDERED))
        && schema.list(list).is_some_and(|row| !row.keys.is_empty())
}

/// Goes one step down: into a container, or into the entry that the first of `keys` name.
fn descend<'c>(schema: &Schema, content: &'c Content, step: NodeIndex, keys: &mut &[Value]) -> Option<&'c Content> {
    match content.child(step)? {
        Data::Container(content) => Some(content),
        Data::List(entries) => {
            let (own, rest) = keys.split_at_checked(schema.entry_key_count(step))?;
            *keys = rest;
            let place = entries.find(schema.list(step)?, is_sorted(schema, step), own).ok()?;
            entries.at(place)
        }
        _ => None,
    }
}

/// The content whose child `node` is, and the keys that are left for `node` itself.
pub(super) fn parent<'c, 'k>(
    schema: &Schema,
    root: &'c Content,
    node: NodeIndex,
    keys: &'k [Value],
) -> Option<(&'c Content, &'k [Value])> {
    let mut keys = keys;
    let mut content = root;
    for step in schema.path(schema.node(node)?.parent) {
        content = descend(schema, content, step, &mut keys)?;
    }
    Some((content, keys))
}

/// What stands at an identifier.
pub(super) fn find<'c>(schema: &Schema, root: &'c Content, node: NodeIndex, keys: &[Value]) -> Option<Found<'c>> {
    if node == NodeIndex::ROOT {
        return Some(Found::Entry(root));
    }
    let (content, own) = parent(schema, root, node, keys)?;
    let data = content.child(node)?;
    match (data, own) {
        (_, []) => Some(Found::Data(data)),
        (Data::List(entries), own) if own.len() == schema.entry_key_count(node) => {
            let place = entries.find(schema.list(node)?, is_sorted(schema, node), own).ok()?;
            entries.at(place).map(Found::Entry)
        }
        (Data::LeafList(values), [value]) => values.iter().find(|own| *own == value).map(Found::Value),
        _ => None,
    }
}

/// Whether configuration stands at an identifier; a container without presence is where its parent is (RFC 7950 section
/// 7.5.1).
pub(super) fn exists(schema: &Schema, root: &Content, node: NodeIndex, keys: &[Value]) -> bool {
    let mut at = node;
    while find(schema, root, at, keys).is_none() {
        match schema.node(at) {
            Some(row) if row.kind() == NodeKind::Container && !row.flags.has(Flags::PRESENCE) => at = row.parent,
            _ => return false,
        }
    }
    true
}

/// What a write replaced.
pub(super) struct Written {
    /// What stood there.
    pub(super) old: Option<Data>,
    /// Of a list entry: where it stands, or stood.
    pub(super) place: Option<usize>,
}

/// Writes one instance: a leaf, leaf-list, anydata, a presence container without its content, or (`keys` with its
/// own) a list entry with nothing but its keys. Containers without presence come and go with their content; entries
/// and presence containers on the way must exist, else nothing is written and `None` comes back.
pub(super) fn write(
    schema: &Schema,
    root: &mut Content,
    node: NodeIndex,
    keys: &[Value],
    new: Option<Data>,
    place: Option<usize>,
) -> Option<Written> {
    let mut steps = schema.path(node);
    let first = steps.next()?;
    write_below(schema, root, first, &mut steps, keys, new, place)
}

fn write_below(
    schema: &Schema,
    content: &mut Content,
    step: NodeIndex,
    steps: &mut dyn Iterator<Item = NodeIndex>,
    keys: &[Value],
    new: Option<Data>,
    place: Option<usize>,
) -> Option<Written> {
    let row = schema.node(step)?;
    let next = steps.next();
    if row.kind() == NodeKind::List {
        let (own, rest) = keys.split_at_checked(schema.entry_key_count(step))?;
        if next.is_none() && new.is_some() && content.child(step).is_none() {
            content.insert(step, Data::List(Entries::new()));
        }
        let Some(Data::List(entries)) = content.child_mut(step) else {
            return next.is_none().then_some(Written { old: None, place: None });
        };
        let found = entries.find(schema.list(step)?, is_sorted(schema, step), own);
        let written = match next {
            Some(next) => write_below(schema, entries.at_mut(found.ok()?)?, next, steps, rest, new, place),
            None => Some(write_entry(entries, found, new, place)),
        };
        if entries.is_empty() {
            content.remove(step);
        }
        return written;
    }
    let Some(next) = next else {
        let old = match new {
            Some(data) => content.insert(step, data),
            None => content.remove(step),
        };
        return Some(Written { old, place: None });
    };
    let presence = row.flags.has(Flags::PRESENCE);
    if !presence && new.is_some() && content.child(step).is_none() {
        content.insert(step, Data::Container(Content::new()));
    }
    let Some(Data::Container(inner)) = content.child_mut(step) else {
        return (!presence && new.is_none()).then_some(Written { old: None, place: None });
    };
    let written = write_below(schema, inner, next, steps, keys, new, place);
    if !presence && inner.is_empty() {
        content.remove(step);
    }
    written
}

fn write_entry(entries: &mut Entries, found: Result<usize, usize>, new: Option<Data>, place: Option<usize>) -> Written {
    match (found, new) {
        (Ok(at), None) => Written { old: entries.remove(at).map(Data::Container), place: Some(at) },
        (Ok(at), Some(Data::Container(keys))) => Written { old: Some(Data::Container(keys)), place: Some(at) },
        (Err(end), Some(Data::Container(keys))) => {
            let at = place.unwrap_or(end);
            entries.insert(at, keys);
            Written { old: None, place: Some(at) }
        }
        (_, _) => Written { old: None, place: None },
    }
}

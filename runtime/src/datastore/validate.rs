//! The rules that span several nodes (RFC 7950 section 8.1), over configuration alone (section 6.4.1).
//!
//! A *scope* is the root, a list entry or a presence container: what stands in one through containers without
//! presence is checked together, since nothing else can make such a container exist. [`affected`] checks the scopes
//! that an edit touched, and what the rules of the model say; that this
//! equals [`everything`] is held by `affected_equals_everything`. What only some models need is a
//! [`Check`](super::parts::Check) in a file of its own; what needs XPath is asked of [`rules`](super::rules), as a mandatory
//! choice with a `when` is, which is none in the tables.

#[cfg(test)]
use alloc::vec::Vec;

use super::choice::choices;
use super::edit::Record;
use super::error::at;
use super::xpath::Tree;
use super::{Datastore, EditError, Found, Reason, rules, tree};
#[cfg(test)]
use super::{references, unique};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Places, Value, check, first_double};

/// Checks all that the writes of a log can have broken, given that the tree was valid before.
pub(super) fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    affected_scopes(store, log)?;
    for check in store.parts.iter().flat_map(|parts| parts.checks()) {
        (check.affected)(store, log)?;
    }
    rules::check_affected(store, log)
}

fn affected_scopes(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    let schema = store.schema;
    let mut scopes = Places::new();
    for (node, keys, _) in writes(store, log) {
        if schema.node(node).is_some_and(|row| matches!(row.kind(), NodeKind::List | NodeKind::Container)) {
            scopes.add((node, keys, None));
        }
        let (scope, top) = scope_of(schema, node);
        scopes.add((scope, keys_above(schema, node, keys), top));
    }
    for (node, keys, only) in scopes.sorted() {
        let found = tree::find(schema, &store.content, node, keys);
        if let Some(Found::Entry(content) | Found::Data(Data::Container(content))) = found {
            check_scope(&store.tree(), content, node, keys, only.map_or(Only::Config, Only::Child))?;
        }
    }
    Ok(())
}

/// The writes of configuration in a log: the node, its keys, and whether something stood there.
pub(super) fn writes<'l>(store: &Datastore, log: &'l [Record]) -> impl Iterator<Item = (NodeIndex, &'l [Value], bool)> {
    let schema = store.schema;
    log.iter().filter_map(move |record| match record {
        Record::Write { at, old, .. } if schema.node(at.node).is_some_and(|row| row.is_config()) => {
            Some((at.node, at.keys.as_slice(), old.is_some()))
        }
        _ => None,
    })
}

/// The keys of a written instance without those of its own that make it an entry.
pub(super) fn keys_above<'k>(schema: &Schema, node: NodeIndex, keys: &'k [Value]) -> &'k [Value] {
    let own = if schema.list(node).is_some() { schema.entry_key_count(node) } else { 0 };
    keys.get(..keys.len().saturating_sub(own)).unwrap_or(&[])
}

/// Checks the whole configuration.
#[cfg(test)]
pub(super) fn everything(store: &Datastore) -> Result<(), EditError> {
    everything_below(store, &store.content, NodeIndex::ROOT, &mut Vec::new(), true)?;
    references::everything(store)
}

#[cfg(test)]
fn everything_below(
    store: &Datastore,
    content: &Content,
    node: NodeIndex,
    keys: &mut Vec<Value>,
    scope: bool,
) -> Result<(), EditError> {
    let schema = store.schema;
    if scope {
        check_scope(&store.tree(), content, node, keys, Only::Config)?;
    }
    for (child, data) in content.iter() {
        match data {
            Data::Container(inner) => {
                let scope = schema.node(child).is_some_and(|row| row.flags.has(Flags::PRESENCE));
                everything_below(store, inner, child, keys, scope)?;
            }
            Data::List(entries) => {
                unique::check(schema, child, entries, keys)?;
                for entry in entries.iter() {
                    let above = keys.len();
                    let names = schema.list(child).map_or(&[][..], |list| list.keys);
                    keys.append(&mut entry.leafs(names));
                    everything_below(store, entry, child, keys, true)?;
                    keys.truncate(above);
                }
            }
            Data::LeafList(values) => check_duplicates(child, keys, values)?,
            Data::Leaf(_) | Data::Any(_) => {}
        }
    }
    Ok(())
}

/// Whether a value is one of its leaf's type; an error is at `node` with these keys.
pub(super) fn check_type(
    schema: &Schema,
    leaf: NodeIndex,
    value: &Value,
    node: NodeIndex,
    keys: &[Value],
) -> Result<(), EditError> {
    let Some(own) = schema.type_of(leaf) else { return Err(at(node, keys, Reason::UnknownElement)) };
    check(schema, own, value).map_err(|violation| {
        let message = violation.message(schema, leaf);
        at(node, keys, Reason::InvalidValue(violation)).saying(message)
    })
}

/// Whether a value is one of its leaf's type.
pub(super) fn is_of_type(schema: &Schema, leaf: NodeIndex, value: &Value) -> bool {
    schema.type_of(leaf).is_some_and(|own| check(schema, own, value).is_ok())
}

/// The scope that a node stands in; of the root also the top-level node to look at, where that is enough.
pub(super) fn scope_of(schema: &Schema, node: NodeIndex) -> (NodeIndex, Option<NodeIndex>) {
    let mut at = node;
    loop {
        let Some(row) = schema.node(at) else { return (NodeIndex::ROOT, None) };
        let Some(parent) = schema.node(row.parent) else {
            let alone = !row.flags.has(Flags::IN_CASE);
            return (NodeIndex::ROOT, alone.then_some(at));
        };
        if parent.kind() == NodeKind::List || parent.flags.has(Flags::PRESENCE) {
            return (row.parent, None);
        }
        at = row.parent;
    }
}

/// Which nodes of a scope are looked at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Only {
    /// One configuration node of the top level, which stands in no case.
    Child(NodeIndex),
    /// Configuration.
    Config,
    /// All of them: the content of an input, output or notification.
    Operation,
}

/// mandatory, min-elements, max-elements and choices, through containers without presence.
pub(super) fn check_scope(
    tree: &Tree<'_>,
    content: &Content,
    node: NodeIndex,
    keys: &[Value],
    only: Only,
) -> Result<(), EditError> {
    let schema = tree.schema;
    let wanted = |child| match only {
        Only::Child(only) => only == child,
        Only::Config => schema.node(child).is_some_and(|row| row.is_config()),
        Only::Operation => true,
    };
    for child in schema.children(node) {
        if wanted(child) {
            check_child(tree, content, child, keys, only)?;
        }
    }
    match choices(schema) {
        Some(choices) if !matches!(only, Only::Child(_)) => {
            (choices.check)(schema, content, node, keys, only == Only::Config)
        }
        _ => Ok(()),
    }
}

pub(super) fn check_child(
    tree: &Tree<'_>,
    content: &Content,
    child: NodeIndex,
    keys: &[Value],
    only: Only,
) -> Result<(), EditError> {
    let schema = tree.schema;
    let Some(row) = schema.node(child) else { return Ok(()) };
    let below = if only == Only::Operation { Only::Operation } else { Only::Config };
    let in_case = choices(schema).is_none_or(|choices| (choices.in_case)(schema, content, child));
    // RFC 7950 section 8.1: what a condition does not allow need not be there
    let expected = || in_case && rules::is_applicable(tree, child, keys);
    let data = content.child(child);
    match row.kind() {
        NodeKind::Leaf | NodeKind::Anydata | NodeKind::Anyxml if data.is_none() => {
            if row.flags.has(Flags::KEY) {
                return Err(at(child, keys, Reason::MissingKey));
            }
            if row.flags.has(Flags::MANDATORY) && expected() {
                return Err(at(child, keys, Reason::MissingElement));
            }
        }
        NodeKind::List | NodeKind::LeafList => {
            let count = match data {
                Some(Data::List(entries)) => entries.len(),
                Some(Data::LeafList(values)) => values.len(),
                _ => 0,
            };
            if let Some(bounds) = schema.bounds(child) {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                if count < bounds.min && expected() {
                    return Err(at(child, keys, Reason::TooFewElements));
                }
                if count > bounds.max {
                    return Err(at(child, keys, Reason::TooManyElements));
                }
            }
        }
        NodeKind::Container if !row.flags.has(Flags::PRESENCE) && expected() => {
            const EMPTY: Content = Content::new();
            match data {
                Some(Data::Container(inner)) => check_scope(tree, inner, child, keys, below)?,
                _ => check_scope(tree, &EMPTY, child, keys, below)?,
            }
        }
        _ => {}
    }
    Ok(())
}

/// The values of a leaf-list of configuration are unique (RFC 7950 section 7.7).
pub(super) fn check_duplicates(node: NodeIndex, keys: &[Value], values: &[Value]) -> Result<(), EditError> {
    match first_double(values) {
        None => Ok(()),
        Some(value) => {
            let mut keys = keys.to_vec();
            keys.push(value.clone());
            Err(EditError::new(InstanceIdentifier { node, keys }, Reason::DuplicateEntry))
        }
    }
}

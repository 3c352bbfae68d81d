//! The rules that span several nodes (RFC 7950 section 8.1), over configuration alone (section 6.4.1).
//!
//! A *scope* is the root, a list entry or a presence container: what stands in one through containers without
//! presence is checked together, since nothing else can make such a container exist. [`affected`] checks the scopes
//! that an edit touched, their unique statements, the references that it set and those to what it removed; that this
//! equals [`everything`] is held by `affected_equals_everything`.
//!
//! Readings of our own: a leafref with `require-instance` is satisfied by any instance of its target leaf, whatever
//! the predicates of its path say (they come with XPath); defaults do not satisfy it; leafrefs inside a union don't
//! require an instance.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::edit::Record;
use super::error::at;
use super::{Datastore, EditError, Found, Reason, references, tree};
use crate::schema::{Choice, Flags, NodeIndex, NodeKind, Schema};
use crate::value::{
    Content, Data, Entries, InstanceIdentifier, Order, Places, Value, check, compare_keys, first_double,
};

/// Checks all that the writes of a log can have broken, given that the tree was valid before.
pub(super) fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    affected_by(store, log, &mut [const { Places::new() }; 4], &mut Targets::new())
}

#[inline(never)]
fn affected_by<'a>(
    store: &'a Datastore,
    log: &'a [Record],
    [scopes, unique, written, referrers]: &mut [Places<'a>; 4],
    targets: &mut Targets<'a>,
) -> Result<(), EditError> {
    let schema = store.schema;
    let mut removed = false;
    for record in log {
        let Record::Write { at, old, .. } = record else { continue };
        let Some(row) = schema.node(at.node).filter(|row| row.is_config()) else { continue };
        written.add((at.node, &at.keys, None));
        let holds = matches!(row.kind(), NodeKind::List | NodeKind::Container);
        if holds {
            scopes.add((at.node, &at.keys, None));
        }
        if old.is_some() {
            removed = true;
            let end = if holds { row.end } else { at.node.0.saturating_add(1) };
            for (target, referrer) in store.references.to(at.node, end) {
                referrers.add((*target, &[], Some(*referrer)));
            }
        }
        let (scope, top) = scope_of(schema, at.node);
        let own = if row.kind() == NodeKind::List { schema.entry_key_count(at.node) } else { 0 };
        let keys = at.keys.get(..at.keys.len().saturating_sub(own)).unwrap_or(&[]);
        scopes.add((scope, keys, top));
        if has_unique(schema, at.node) {
            unique.add((at.node, keys, None));
        }
        if has_unique(schema, scope) {
            let above = keys.len().saturating_sub(schema.entry_key_count(scope));
            unique.add((scope, keys.get(..above).unwrap_or(&[]), None));
        }
    }
    for (node, keys, only) in scopes.sorted() {
        let found = tree::find(schema, &store.content, node, keys);
        if let Some(Found::Entry(content) | Found::Data(Data::Container(content))) = found {
            check_scope(schema, content, node, keys, only.map_or(Only::Config, Only::Child))?;
        }
    }
    for (list, keys, _) in unique.sorted() {
        if let Some(Found::Data(Data::List(entries))) = tree::find(schema, &store.content, list, keys) {
            check_unique(schema, list, entries, keys)?;
        }
    }
    for (node, keys, _) in written.sorted() {
        if let Some(Found::Data(data)) = tree::find(schema, &store.content, node, keys) {
            check_leaf(store, targets, node, keys, data)?;
        }
    }
    for referrer in referrers.sorted().into_iter().filter_map(|(_, _, referrer)| referrer) {
        each(schema, &store.content, referrer, &mut |keys, data| check_leaf(store, targets, referrer, keys, data))?;
    }
    if removed {
        for node in store.references.identifiers() {
            each(schema, &store.content, *node, &mut |keys, data| check_leaf(store, targets, *node, keys, data))?;
        }
    }
    Ok(())
}

/// Checks the whole configuration.
#[cfg(test)]
pub(super) fn everything(store: &Datastore) -> Result<(), EditError> {
    let schema = store.schema;
    everything_below(store, &store.content, NodeIndex::ROOT, &mut Vec::new(), true)?;
    let mut targets = Targets::default();
    let referrers = store.references.leafrefs().iter().map(|(_, referrer)| *referrer);
    for node in referrers.chain(store.references.identifiers().iter().copied()) {
        each(schema, &store.content, node, &mut |keys, data| check_leaf(store, &mut targets, node, keys, data))?;
    }
    Ok(())
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
        check_scope(schema, content, node, keys, Only::Config)?;
    }
    for (child, data) in content.iter() {
        match data {
            Data::Container(inner) => {
                let scope = schema.node(child).is_some_and(|row| row.flags.has(Flags::PRESENCE));
                everything_below(store, inner, child, keys, scope)?;
            }
            Data::List(entries) => {
                check_unique(schema, child, entries, keys)?;
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
    check(schema, own, value).map_err(|violation| at(node, keys, Reason::InvalidValue(violation)))
}

/// Whether a value is one of its leaf's type.
pub(super) fn is_of_type(schema: &Schema, leaf: NodeIndex, value: &Value) -> bool {
    schema.type_of(leaf).is_some_and(|own| check(schema, own, value).is_ok())
}

/// The scope that a node stands in; of the root also the top-level node to look at, where that is enough.
fn scope_of(schema: &Schema, node: NodeIndex) -> (NodeIndex, Option<NodeIndex>) {
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

fn has_unique(schema: &Schema, node: NodeIndex) -> bool {
    schema.list(node).is_some_and(|list| !list.unique.is_empty())
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
    schema: &Schema,
    content: &Content,
    node: NodeIndex,
    keys: &[Value],
    only: Only,
) -> Result<(), EditError> {
    let wanted = |child| match only {
        Only::Child(only) => only == child,
        Only::Config => schema.node(child).is_some_and(|row| row.is_config()),
        Only::Operation => true,
    };
    for child in schema.children(node) {
        if wanted(child) {
            check_child(schema, content, child, keys, only)?;
        }
    }
    let choices = schema.choices.iter().filter(|choice| !matches!(only, Only::Child(_)) && choice.parent == node);
    for choice in choices {
        check_choice(schema, content, choice, keys)?;
    }
    Ok(())
}

fn check_child(
    schema: &Schema,
    content: &Content,
    child: NodeIndex,
    keys: &[Value],
    only: Only,
) -> Result<(), EditError> {
    let Some(row) = schema.node(child) else { return Ok(()) };
    let below = if only == Only::Operation { Only::Operation } else { Only::Config };
    let expected = match schema.case_of(child) {
        None => true,
        Some(member) => schema.choice(member.choice).is_some_and(|choice| case_exists(content, choice, member.case)),
    };
    let data = content.child(child);
    match row.kind() {
        NodeKind::Leaf | NodeKind::Anydata | NodeKind::Anyxml if data.is_none() => {
            if row.flags.has(Flags::KEY) {
                return Err(at(child, keys, Reason::MissingKey));
            }
            if expected && row.flags.has(Flags::MANDATORY) {
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
                if expected && count < bounds.min {
                    return Err(at(child, keys, Reason::TooFewElements));
                }
                if count > bounds.max {
                    return Err(at(child, keys, Reason::TooManyElements));
                }
            }
        }
        NodeKind::Container if expected && !row.flags.has(Flags::PRESENCE) => {
            const EMPTY: Content = Content::new();
            match data {
                Some(Data::Container(inner)) => check_scope(schema, inner, child, keys, below)?,
                _ => check_scope(schema, &EMPTY, child, keys, below)?,
            }
        }
        _ => {}
    }
    Ok(())
}

/// RFC 7950 section 7.9.4.
fn check_choice(schema: &Schema, content: &Content, choice: &Choice, keys: &[Value]) -> Result<(), EditError> {
    let expected = match choice.within {
        None => true,
        Some((outer, case)) => schema.choice(outer).is_some_and(|outer| case_exists(content, outer, case)),
    };
    let exists = choice.cases.iter().any(|case| case.iter().any(|node| content.child(*node).is_some()));
    if choice.mandatory && expected && !exists {
        return Err(at(choice.parent, keys, Reason::MissingChoice));
    }
    Ok(())
}

/// Whether a node of a case exists.
pub(super) fn case_exists(content: &Content, choice: &Choice, case: u16) -> bool {
    choice.cases.get(usize::from(case)).is_some_and(|nodes| nodes.iter().any(|node| content.child(*node).is_some()))
}

/// RFC 7950 section 7.8.3: only entries in which all the leafs exist or have a default count.
pub(super) fn check_unique(
    schema: &Schema,
    list: NodeIndex,
    entries: &Entries,
    keys: &[Value],
) -> Result<(), EditError> {
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

/// The values of leafref targets, gathered once each.
pub(super) type Targets<'a> = Vec<(NodeIndex, Places<'a>)>;

/// Duplicates and references of one leaf or leaf-list.
pub(super) fn check_leaf<'a>(
    store: &'a Datastore,
    targets: &mut Targets<'a>,
    node: NodeIndex,
    keys: &[Value],
    data: &Data,
) -> Result<(), EditError> {
    let schema = store.schema;
    let values = data.values();
    if matches!(data, Data::LeafList(_)) {
        check_duplicates(node, keys, values)?;
    }
    if let Some(target) = references::leafref_target(schema, node) {
        if !targets.iter().any(|(node, _)| *node == target) {
            targets.push((target, values_of(store, target)?));
        }
        let found = targets.iter().find(|(node, _)| *node == target);
        let exists = |value| found.is_some_and(|(_, values)| values.has((target, core::slice::from_ref(value), None)));
        if !values.iter().all(exists) {
            return Err(at(node, keys, Reason::InstanceRequired));
        }
    } else if references::requires_identified(schema, node) {
        let exists = |value: &Value| match value.resolved() {
            Value::InstanceIdentifier(to) => is_instance(store, to),
            _ => true,
        };
        if !values.iter().all(exists) {
            return Err(at(node, keys, Reason::InstanceRequired));
        }
    }
    Ok(())
}

/// The values of every instance of a leaf or leaf-list.
fn values_of(store: &Datastore, node: NodeIndex) -> Result<Places<'_>, EditError> {
    let mut found = Places::new();
    each(store.schema, &store.content, node, &mut |_, data| {
        for value in data.values() {
            found.add((node, core::slice::from_ref(value), None));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether configuration stands at an identifier.
fn is_instance(store: &Datastore, to: &InstanceIdentifier) -> bool {
    store.schema.node(to.node).is_some_and(|row| row.is_config()) && store.exists(to)
}

/// What is done with each instance and the keys above it.
type Visit<'v, 'a> = dyn FnMut(&[Value], &'a Data) -> Result<(), EditError> + 'v;

/// Calls `then` with every stored instance of a node and the keys above it.
fn each<'a>(schema: &Schema, root: &'a Content, node: NodeIndex, then: &mut Visit<'_, 'a>) -> Result<(), EditError> {
    let steps: Vec<NodeIndex> = schema.path(node).collect();
    each_below(schema, root, &steps, &mut Vec::new(), then)
}

fn each_below<'a>(
    schema: &Schema,
    content: &'a Content,
    steps: &[NodeIndex],
    keys: &mut Vec<Value>,
    then: &mut Visit<'_, 'a>,
) -> Result<(), EditError> {
    let Some((step, rest)) = steps.split_first() else { return Ok(()) };
    let Some(data) = content.child(*step) else { return Ok(()) };
    match data {
        data if rest.is_empty() => then(keys, data),
        Data::Container(inner) => each_below(schema, inner, rest, keys, then),
        Data::List(entries) => {
            let names = schema.list(*step).map_or(&[][..], |list| list.keys);
            for entry in entries.iter() {
                let above = keys.len();
                keys.append(&mut entry.leafs(names));
                each_below(schema, entry, rest, keys, then)?;
                keys.truncate(above);
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

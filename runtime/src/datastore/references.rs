//! `require-instance` of leafrefs and instance-identifiers (RFC 7950 sections 9.9.3 and 9.13). Which leafs refer to
//! which is computed once from the schema, so that removing a node finds those that may now point at nothing.
//!
//! A leafref whose path does not reach every instance of its target, or whose target has a default, is followed by
//! [`rules`](super::rules) instead. In a union a value that refers to nothing is one of the next member that takes it (RFC
//! 7950 section 9.12); of a leafref there any instance of the target will do, wherever its path leads.

use alloc::vec::Vec;

use super::edit::Record;
use super::error::at;
use super::parts::Check;
use super::validate::writes;
use super::xpath::Tree;
use super::{Datastore, EditError, Found, Reason, rules, tree};
use crate::schema::{NodeIndex, NodeKind, Schema, Type};
use crate::value::{Content, Data, InstanceIdentifier, Places, Value, check as check_type, text};

pub(super) const CHECK: Check = Check { affected, content };

/// The references that were set, and those to what was removed.
fn affected(store: &Datastore, log: &[Record]) -> Result<(), EditError> {
    let schema = store.schema;
    let mut targets = Targets::new();
    let (mut written, mut referrers, mut removed) = (Places::new(), Places::new(), false);
    for (node, keys, stood) in writes(store, log) {
        written.add((node, keys, None));
        if stood {
            removed = true;
            let end = match schema.node(node) {
                Some(row) if matches!(row.kind(), NodeKind::List | NodeKind::Container) => row.end,
                _ => node.0.saturating_add(1),
            };
            for (target, referrer) in store.references.to(node, end) {
                referrers.add((*target, &[], Some(*referrer)));
            }
        }
    }
    for (node, keys, _) in written.sorted() {
        if let Some(Found::Data(data)) = tree::find(schema, &store.content, node, keys) {
            content(store, &mut targets, node, keys, data)?;
        }
    }
    let mut referrers: Vec<_> = referrers.sorted().into_iter().filter_map(|(_, _, referrer)| referrer).collect();
    if removed {
        referrers.extend_from_slice(&store.references.identifiers);
    }
    all(store, &mut targets, &referrers)
}

/// Every instance of these leafs.
fn all<'a>(store: &'a Datastore, targets: &mut Targets<'a>, leafs: &[NodeIndex]) -> Result<(), EditError> {
    for node in leafs {
        each(store.schema, &store.content, *node, &mut |keys, data| content(store, targets, *node, keys, data))?;
    }
    Ok(())
}

/// Every reference of the configuration.
#[cfg(test)]
pub(super) fn everything(store: &Datastore) -> Result<(), EditError> {
    let mut leafs = store.references.identifiers.clone();
    leafs.extend(store.references.leafrefs.iter().map(|(_, referrer)| *referrer));
    all(store, &mut Targets::new(), &leafs)
}

/// Configuration leafs and leaf-lists with `require-instance`.
#[derive(Debug, Default)]
pub(super) struct References {
    /// (target, the leafref to it), ascending.
    leafrefs: Vec<(NodeIndex, NodeIndex)>,
    /// Leafs of type instance-identifier.
    identifiers: Vec<NodeIndex>,
}

impl References {
    pub(super) fn new(schema: &'static Schema) -> References {
        let mut references = References::default();
        for index in 0..u16::try_from(schema.nodes.len()).unwrap_or(u16::MAX) {
            let node = NodeIndex(index);
            if schema.node(node).is_none_or(|row| !row.is_config()) {
                continue;
            }
            if let Some(declared) = declared_type(schema, node) {
                references.add(schema, node, declared);
            }
        }
        references
    }

    fn add(&mut self, schema: &'static Schema, node: NodeIndex, declared: &'static Type) {
        if let Some(target) = leafref_target(schema, declared) {
            if let Err(place) = self.leafrefs.binary_search(&(target, node)) {
                self.leafrefs.insert(place, (target, node));
            }
        } else if requires_identified(declared) {
            if self.identifiers.last() != Some(&node) {
                self.identifiers.push(node);
            }
        } else if let Type::Union { members } = declared {
            for member in members.iter().filter_map(|member| schema.types.get(member.get())) {
                self.add(schema, node, member);
            }
        }
    }

    /// Every (target, leafref) whose target is in `first..end`.
    fn to(&self, first: NodeIndex, end: u16) -> &[(NodeIndex, NodeIndex)] {
        let start = self.leafrefs.partition_point(|(target, _)| *target < first);
        let stop = self.leafrefs.partition_point(|(target, _)| target.0 < end);
        self.leafrefs.get(start..stop).unwrap_or(&[])
    }
}

fn declared_type(schema: &Schema, node: NodeIndex) -> Option<&'static Type> {
    schema.types.get(schema.node(node)?.type_index()?.get())
}

/// The target of a leafref with `require-instance`, when both are configuration (RFC 7950 section 9.9.3).
fn leafref_target(schema: &Schema, declared: &Type) -> Option<NodeIndex> {
    match declared {
        Type::Leafref { target, require_instance: true, .. } => {
            schema.node(*target).is_some_and(|row| row.is_config()).then_some(*target)
        }
        _ => None,
    }
}

/// Whether a type is an instance-identifier with `require-instance` (RFC 7950 section 9.13).
fn requires_identified(declared: &Type) -> bool {
    matches!(declared, Type::InstanceIdentifier { require_instance: true })
}

/// The values of leafref targets, gathered once each.
pub(super) type Targets<'a> = Vec<(NodeIndex, Places<'a>)>;

fn content<'a>(
    store: &'a Datastore,
    targets: &mut Targets<'a>,
    node: NodeIndex,
    keys: &[Value],
    data: &Data,
) -> Result<(), EditError> {
    check(&store.tree(), targets, node, keys, data)
}

/// What one leaf or leaf-list refers to exists.
pub(super) fn check<'a>(
    tree: &Tree<'a>,
    targets: &mut Targets<'a>,
    node: NodeIndex,
    keys: &[Value],
    data: &Data,
) -> Result<(), EditError> {
    let Some(declared) = declared_type(tree.schema, node) else { return Ok(()) };
    if rules::follows(tree.schema, node) {
        return Ok(());
    }
    for value in data.values() {
        if !refers(tree, targets, node, declared, value)? {
            return Err(at(node, keys, Reason::InstanceRequired));
        }
    }
    Ok(())
}

/// Whether what a value refers to exists, if it refers to anything.
fn refers<'a>(
    tree: &Tree<'a>,
    targets: &mut Targets<'a>,
    node: NodeIndex,
    declared: &Type,
    value: &Value,
) -> Result<bool, EditError> {
    let schema = tree.schema;
    match (declared, value) {
        (Type::Union { members }, Value::Union(own, inner)) => {
            for (place, member) in (0_u16..).zip(*members) {
                let Some(member) = schema.types.get(member.get()) else { continue };
                let (read, inner) = match inner.as_ref() {
                    inner if place == *own || check_type(schema, member, inner).is_ok() => (None, Some(inner)),
                    // what a text reads as, where another member would have taken it
                    Value::String(text) => (text::parse_as(schema, node, resolved(schema, member), text).ok(), None),
                    _ => (None, None),
                };
                if let Some(value) = inner.or(read.as_ref())
                    && refers(tree, targets, node, member, value)?
                {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ if requires_identified(declared) => Ok(match value.resolved() {
            Value::InstanceIdentifier(to) => is_instance(tree, to),
            _ => true,
        }),
        _ => match leafref_target(schema, declared) {
            Some(target) => exists(tree, targets, target, value),
            None => Ok(true),
        },
    }
}

fn resolved<'t>(schema: &Schema, ty: &'t Type) -> &'t Type
where
    'static: 't,
{
    match ty {
        Type::Leafref { target_type, .. } => schema.types.get(target_type.get()).unwrap_or(ty),
        _ => ty,
    }
}

/// Whether an instance of a leaf or leaf-list has this value.
fn exists<'a>(tree: &Tree<'a>, targets: &mut Targets<'a>, target: NodeIndex, value: &Value) -> Result<bool, EditError> {
    if let Some(list) = only_key_of(tree.schema, target) {
        return Ok(tree::find(tree.schema, tree.root, list, core::slice::from_ref(value)).is_some());
    }
    if !targets.iter().any(|(node, _)| *node == target) {
        targets.push((target, values_of(tree, target)?));
    }
    let found = targets.iter().find(|(node, _)| *node == target);
    Ok(found.is_some_and(|(_, values)| values.has((target, core::slice::from_ref(value), None))))
}

/// The list in no other list, kept in the order of its keys, whose only key a leaf is: a value of it is looked up.
fn only_key_of(schema: &Schema, leaf: NodeIndex) -> Option<NodeIndex> {
    let list = schema.node(leaf)?.parent;
    let only = schema.list(list)?.keys == [leaf] && tree::is_sorted(schema, list);
    let mut above = schema.path(list).take_while(|step| *step != list);
    (only && above.all(|step| schema.list(step).is_none())).then_some(list)
}

/// The values of every instance of a leaf or leaf-list.
fn values_of<'a>(tree: &Tree<'a>, node: NodeIndex) -> Result<Places<'a>, EditError> {
    let mut found = Places::new();
    each(tree.schema, tree.root, node, &mut |_, data| {
        for value in data.values() {
            found.add((node, core::slice::from_ref(value), None));
        }
        Ok(())
    })?;
    Ok(found)
}

/// Whether configuration stands at an identifier.
fn is_instance(tree: &Tree<'_>, to: &InstanceIdentifier) -> bool {
    tree.schema.node(to.node).is_some_and(|row| row.is_config())
        && tree::exists(tree.schema, tree.root, to.node, &to.keys)
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

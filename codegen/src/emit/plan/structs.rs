//! Structs for containers, list entries, inputs, outputs and notifications.

use std::collections::HashMap;

use comi_runtime::schema::{Flags, ModuleIndex, Node, NodeIndex, NodeKind};

use super::types::Types;
use super::{Key, RESERVED_TYPES, RustType, Source, by_module, keys_of};
use crate::emit::names::{camel, escape, settle, snake};

/// A struct.
#[derive(Debug)]
pub(crate) struct Struct {
    pub(crate) node: NodeIndex,
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
    pub(crate) fields: Vec<Field>,
    /// Whether it can derive `Default`: no field is mandatory.
    pub(crate) default: bool,
    /// Of a notification: the keys of the list entries it stands in; they are fields too.
    pub(crate) notification: Option<Vec<Key>>,
}

/// A field.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) node: NodeIndex,
    pub(crate) kind: FieldKind,
    pub(crate) description: Option<String>,
    pub(crate) path: String,
}

/// What a field holds. The text is a struct's name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    Any,
    Container(String),
    Leaf(RustType),
    LeafList(RustType),
    List(String),
    OptionalContainer(String),
    OptionalLeaf(RustType),
}

/// The name of each struct, by node.
pub(super) fn names(source: &Source<'_>, types: &Types) -> HashMap<NodeIndex, String> {
    let mut found = HashMap::new();
    let handlers = super::handlers::names(source);
    for (module, nodes) in by_module(source, |index, row| has_struct(source, index, row)) {
        let paths: Vec<Vec<String>> = nodes.iter().map(|node| struct_path(source, *node)).collect();
        let mut reserved = types.names(module);
        reserved.extend(RESERVED_TYPES);
        reserved.extend(handlers.get(&module).into_iter().flatten().map(String::as_str));
        let settled = settle(&paths, &reserved, |_, name| vec![camel(name)]);
        found.extend(nodes.into_iter().zip(settled).map(|(node, name)| (node, escape(camel(&name)))));
    }
    found
}

/// `move` and its input are one step, `move-input`.
pub(super) fn struct_path(source: &Source<'_>, node: NodeIndex) -> Vec<String> {
    let mut steps = source.steps(node);
    let kind = source.schema.node(node).map(Node::kind);
    if matches!(kind, Some(NodeKind::Input | NodeKind::Output)) && steps.len() > 1 {
        let own = steps.pop().unwrap_or_default();
        if let Some(last) = steps.last_mut() {
            *last = format!("{last}-{own}");
        }
    }
    steps
}

/// Whether the node has a struct: its module is not the engine's, and something can be in it.
pub(super) fn has_struct(source: &Source<'_>, node: NodeIndex, row: &Node) -> bool {
    match row.kind() {
        NodeKind::Container | NodeKind::List => row.is_config() || source.in_message(node),
        NodeKind::Input | NodeKind::Output => source.schema.children(node).next().is_some(),
        NodeKind::Notification => true,
        NodeKind::Structure => true,
        _ => false,
    }
}

/// The children that are fields: all within messages, configuration elsewhere.
fn field_rows(source: &Source<'_>, node: NodeIndex) -> Vec<(NodeIndex, &'static Node)> {
    let message = source.in_message(node);
    let is_field =
        |row: &Node| (message || row.is_config()) && !matches!(row.kind(), NodeKind::Action | NodeKind::Notification);
    source.child_rows(node).filter(|(_, row)| is_field(row)).collect()
}

/// Whether an instance always has the node.
fn is_required(source: &Source<'_>, node: NodeIndex, row: &Node) -> bool {
    if row.flags.has(Flags::IN_CASE) || source.compiled(node).is_none_or(|node| !node.whens.is_empty()) {
        return row.flags.has(Flags::KEY);
    }
    let parent = source.schema.node(row.parent).map(Node::kind);
    // The engine fills in the defaults of an input before it calls.
    let filled = parent == Some(NodeKind::Input) && row.flags.has(Flags::HAS_DEFAULT);
    match row.kind() {
        NodeKind::Leaf => row.flags.has(Flags::KEY) || row.flags.has(Flags::MANDATORY) || filled,
        NodeKind::Container => !row.flags.has(Flags::PRESENCE),
        _ => false,
    }
}

fn can_default(source: &Source<'_>, node: NodeIndex) -> bool {
    field_rows(source, node).into_iter().all(|(child, row)| match row.kind() {
        NodeKind::Leaf => !is_required(source, child, row),
        NodeKind::Container => !is_required(source, child, row) || can_default(source, child),
        _ => true,
    })
}

pub(super) fn plan(
    source: &Source<'_>,
    types: &Types,
    names: &HashMap<NodeIndex, String>,
) -> HashMap<ModuleIndex, Vec<Struct>> {
    let planned = by_module(source, |index, row| has_struct(source, index, row));
    let of = |node: NodeIndex| plan_struct(source, types, names, node);
    planned.into_iter().map(|(module, nodes)| (module, nodes.into_iter().map(of).collect())).collect()
}

fn plan_struct(source: &Source<'_>, types: &Types, names: &HashMap<NodeIndex, String>, node: NodeIndex) -> Struct {
    let own_module = source.schema.node(node).map(Node::module);
    let rows = field_rows(source, node);
    let is_notification = source.schema.node(node).map(Node::kind) == Some(NodeKind::Notification);
    let keys = is_notification.then(|| keys_of(source, types, node, false, &[]));
    let taken: Vec<&str> = keys.iter().flatten().map(|key| key.argument.as_str()).collect();
    let paths: Vec<Vec<String>> = rows
        .iter()
        .map(|(child, _)| {
            let module = source.schema.module_of(*child).map_or("", |module| module.name);
            vec![module.to_owned(), source.schema.name(*child).to_owned()]
        })
        .collect();
    let settled = settle(&paths, &taken, |_, name| vec![escape(snake(name))]);
    let struct_name = |child: NodeIndex, row: &Node| {
        let name = names.get(&child).cloned().unwrap_or_default();
        if Some(row.module()) == own_module {
            name
        } else {
            format!("super::{}::{name}", source.rust_module(row.module()))
        }
    };
    let fields = rows.iter().zip(settled).map(|((child, row), name)| {
        let required = is_required(source, *child, row);
        let kind = match row.kind() {
            NodeKind::Leaf if required => FieldKind::Leaf(types.of_node(*child)),
            NodeKind::Leaf => FieldKind::OptionalLeaf(types.of_node(*child)),
            NodeKind::LeafList => FieldKind::LeafList(types.of_node(*child)),
            NodeKind::Container if required => FieldKind::Container(struct_name(*child, row)),
            NodeKind::Container => FieldKind::OptionalContainer(struct_name(*child, row)),
            NodeKind::List => FieldKind::List(struct_name(*child, row)),
            _ => FieldKind::Any,
        };
        let description = source.compiled(*child).and_then(|node| node.description.clone());
        Field { name: escape(snake(&name)), node: *child, kind, description, path: source.describe(*child) }
    });
    Struct {
        node,
        name: names.get(&node).cloned().unwrap_or_default(),
        path: source.describe(node),
        description: source.compiled(node).and_then(|node| node.description.clone()),
        fields: fields.collect(),
        default: can_default(source, node) && keys.as_ref().is_none_or(Vec::is_empty),
        notification: keys,
    }
}

//! Structs for payloads: of every node that has children, state and messages too; all but keys may be missing.

use std::collections::HashMap;

use comi_runtime::schema::{Flags, ModuleIndex, Node, NodeIndex, NodeKind, PatternSet, Type};

use super::structs::struct_path;
use super::types::Types;
use super::{RustType, Source, by_module};
use crate::emit::names::{camel, escape, settle, snake};

/// A struct that a payload is read into.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) node: NodeIndex,
    pub(crate) sid: u32,
    /// The SID that the keys of its map are relative to.
    pub(crate) reference: u32,
    pub(crate) name: String,
    pub(crate) path: String,
    /// Whether something in it is lent by the payload.
    pub(crate) lends: bool,
    pub(crate) default: bool,
    pub(crate) fields: Vec<WireField>,
    /// Of a list with keys.
    pub(crate) entry: Option<EntryOrder>,
}

/// How the entries of a list are ordered.
#[derive(Debug)]
pub(crate) struct EntryOrder {
    pub(crate) user_ordered: bool,
    /// The fields of the keys, and whether the Rust type has the order of the values.
    pub(crate) keys: Vec<(String, bool)>,
}

/// A field.
#[derive(Debug)]
pub(crate) struct WireField {
    pub(crate) name: String,
    pub(crate) node: NodeIndex,
    pub(crate) sid: u32,
    /// Whether its key is told by tag 47, since it is of another module.
    pub(crate) foreign: bool,
    pub(crate) kind: WireKind,
    pub(crate) path: String,
}

/// What a field holds. Structs are told with the module they are in and whether they lend.
#[derive(Debug)]
pub(crate) enum WireKind {
    Any,
    Container(String),
    Key(Coding),
    Keyless(String),
    Leaf(Coding),
    /// Of configuration, values are unique.
    LeafList(Coding, bool),
    List(String),
}

/// How the values of a leaf are read and written.
#[derive(Debug)]
pub(crate) struct Coding {
    pub(crate) type_: RustType,
    pub(crate) form: CodingForm,
}

/// See [`Coding`].
#[derive(Debug)]
pub(crate) enum CodingForm {
    Boolean,
    Bytes {
        restricted: bool,
    },
    Decimal(&'static [(i64, i64)]),
    Empty,
    Enumeration,
    Integer(&'static [(i64, i64)]),
    /// By the schema: unions, bits, identities, instance-identifiers, floats.
    Other,
    Text {
        restricted: bool,
    },
    Unsigned(&'static [(u64, u64)]),
}

fn has_wire(source: &Source<'_>, node: NodeIndex, row: &Node) -> bool {
    match row.kind() {
        NodeKind::Container | NodeKind::List | NodeKind::Notification | NodeKind::Structure => true,
        NodeKind::Input | NodeKind::Output => source.schema.children(node).next().is_some(),
        _ => false,
    }
}

/// What a map of the node may hold, in the order of the tables.
fn field_rows(source: &Source<'_>, node: NodeIndex) -> Vec<(NodeIndex, &'static Node)> {
    let is_field = |row: &Node| !matches!(row.kind(), NodeKind::Action | NodeKind::Notification);
    source.child_rows(node).filter(|(_, row)| is_field(row)).collect()
}

struct Planner<'a, 'b> {
    source: &'b Source<'a>,
    types: &'b Types,
    names: HashMap<NodeIndex, String>,
    lending: HashMap<NodeIndex, bool>,
}

pub(super) fn plan(source: &Source<'_>, types: &Types) -> HashMap<ModuleIndex, Vec<Wire>> {
    let found = by_module(source, |index, row| has_wire(source, index, row));
    let mut names = HashMap::new();
    for nodes in found.values() {
        let paths: Vec<Vec<String>> = nodes.iter().map(|node| struct_path(source, *node)).collect();
        let mut reserved = super::RESERVED_TYPES.to_vec();
        reserved.extend(["Cow", "Cursor", "EncodeError", "Entry", "Ordering", "Schema", "Self", "Wire", "Writer"]);
        let settled = settle(&paths, &reserved, |_, name| vec![camel(name)]);
        names.extend(nodes.iter().copied().zip(settled).map(|(node, name)| (node, escape(camel(&name)))));
    }
    let mut planner = Planner { source, types, names, lending: HashMap::new() };
    for (index, row) in source.rows() {
        lends(&mut planner, index, row);
    }
    found.into_iter().map(|(module, nodes)| (module, nodes.iter().map(|node| planner.wire(*node)).collect())).collect()
}

/// Whether the struct of a node, or a leaf's value, is lent by the payload.
fn lends(planner: &mut Planner<'_, '_>, node: NodeIndex, row: &Node) -> bool {
    if matches!(row.kind(), NodeKind::Leaf | NodeKind::LeafList) {
        return matches!(planner.types.of_node(node), RustType::Text | RustType::Bytes);
    }
    if let Some(known) = planner.lending.get(&node) {
        return *known;
    }
    let lending = field_rows(planner.source, node).into_iter().any(|(child, row)| lends(planner, child, row));
    planner.lending.insert(node, lending);
    lending
}

impl Planner<'_, '_> {
    fn wire(&self, node: NodeIndex) -> Wire {
        let schema = self.source.schema;
        let row = schema.node(node);
        let kind = row.map(Node::kind);
        let parent = row.and_then(|row| schema.node(row.parent));
        let sid = row.map_or(0, |row| row.sid);
        // RFC 9254 section 4.2.1: of an input or output, the SID of the rpc or action
        let reference = match (kind, parent) {
            (Some(NodeKind::Input | NodeKind::Output), Some(operation)) => operation.sid,
            _ => sid,
        };
        let rows = field_rows(self.source, node);
        let paths: Vec<Vec<String>> = rows
            .iter()
            .map(|(child, _)| {
                let module = schema.module_of(*child).map_or("", |module| module.name);
                vec![module.to_owned(), schema.name(*child).to_owned()]
            })
            .collect();
        let settled = settle(&paths, &[], |_, name| vec![escape(snake(name))]);
        let fields: Vec<WireField> = rows
            .iter()
            .zip(settled)
            .map(|((child, child_row), name)| WireField {
                name: escape(snake(&name)),
                node: *child,
                sid: child_row.sid,
                foreign: row.map(Node::module) != Some(child_row.module()),
                kind: self.kind(node, *child, child_row),
                path: self.source.describe(*child),
            })
            .collect();
        let default = fields.iter().all(|field| match &field.kind {
            WireKind::Key(coding) => !matches!(
                coding.type_,
                RustType::Identity | RustType::InstanceIdentifier | RustType::Named { .. } | RustType::Raw
            ),
            _ => true,
        });
        Wire {
            node,
            sid,
            reference,
            name: self.names.get(&node).cloned().unwrap_or_default(),
            path: self.source.describe(node),
            lends: self.lending.get(&node).copied().unwrap_or(false),
            default,
            entry: self.entry(node, &fields),
            fields,
        }
    }

    fn entry(&self, node: NodeIndex, fields: &[WireField]) -> Option<EntryOrder> {
        let list = self.source.schema.list(node).filter(|list| !list.keys.is_empty())?;
        let key = |key: &NodeIndex| {
            let field = fields.iter().find(|field| field.node == *key)?;
            let WireKind::Key(coding) = &field.kind else { return None };
            Some((field.name.clone(), !matches!(coding.form, CodingForm::Other)))
        };
        let user_ordered = self.source.schema.node(node).is_some_and(|row| row.flags.has(Flags::USER_ORDERED));
        Some(EntryOrder { user_ordered, keys: list.keys.iter().filter_map(key).collect() })
    }

    fn kind(&self, parent: NodeIndex, node: NodeIndex, row: &Node) -> WireKind {
        let is_key = self.source.schema.list(parent).is_some_and(|list| list.keys.contains(&node));
        match row.kind() {
            NodeKind::Leaf if is_key => WireKind::Key(self.coding(node)),
            NodeKind::Leaf => WireKind::Leaf(self.coding(node)),
            NodeKind::LeafList => WireKind::LeafList(self.coding(node), row.is_config()),
            NodeKind::Container => WireKind::Container(self.struct_of(parent, node, row)),
            NodeKind::List => {
                let name = self.struct_of(parent, node, row);
                let has_keys = self.source.schema.list(node).is_some_and(|list| !list.keys.is_empty());
                if has_keys { WireKind::List(name) } else { WireKind::Keyless(name) }
            }
            _ => WireKind::Any,
        }
    }

    /// A struct as the one of `parent` names it.
    fn struct_of(&self, parent: NodeIndex, node: NodeIndex, row: &Node) -> String {
        let name = self.names.get(&node).map_or("", String::as_str);
        let lifetime = if self.lending.get(&node) == Some(&true) { "<'a>" } else { "" };
        if self.source.schema.node(parent).map(Node::module) == Some(row.module()) {
            return format!("{name}{lifetime}");
        }
        format!("super::super::{}::wire::{name}{lifetime}", self.source.rust_module(row.module()))
    }

    fn coding(&self, node: NodeIndex) -> Coding {
        let type_ = self.types.of_node(node);
        let form = match (self.source.schema.type_of(node), &type_) {
            (Some(Type::Boolean), RustType::Bool) => CodingForm::Boolean,
            (Some(Type::Binary { lengths }), RustType::Bytes) => CodingForm::Bytes { restricted: !lengths.is_empty() },
            (Some(Type::Decimal64 { ranges, .. }), RustType::Decimal64(_)) => CodingForm::Decimal(ranges),
            (Some(Type::Empty), RustType::Empty) => CodingForm::Empty,
            (Some(Type::Enumeration { .. }), RustType::Named { .. }) => CodingForm::Enumeration,
            (Some(Type::Integer { ranges, .. }), RustType::Number(_)) => CodingForm::Integer(ranges),
            (Some(Type::String { lengths, patterns }), RustType::Text) => {
                CodingForm::Text { restricted: !lengths.is_empty() || *patterns != PatternSet::NONE }
            }
            (Some(Type::Unsigned { ranges, .. }), RustType::Number(_)) => CodingForm::Unsigned(ranges),
            _ => CodingForm::Other,
        };
        Coding { type_, form }
    }
}

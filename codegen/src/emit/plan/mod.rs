//! Decides every Rust name and type.
//!
//! Read [`Plan`] first. Types come first ([`types`]), since structs ([`structs`]) and handlers ([`handlers`]) name
//! them.

pub(crate) mod handlers;
pub(crate) mod structs;
pub(crate) mod types;
pub(crate) mod wire;

use std::collections::HashMap;

use comi_runtime::schema::{Flags, IdentityIndex, ModuleIndex, Node, NodeIndex, NodeKind, Schema};

use super::names::{escape, settle, shouty, snake};
use crate::lower::{ENGINE_MODULES, Lowered};
use crate::schema::compiled;
use crate::sid_items::sid_path;

pub(crate) use handlers::{Answer, CallInput, Handler, Method, MethodKind};
pub(crate) use structs::{FieldKind, Struct};
pub(crate) use types::{NamedKind, NamedType, RustType};
pub(crate) use wire::{Coding, CodingForm, Wire, WireField, WireKind};

/// The names that the prelude of generated modules brings (`comi_runtime::model::prelude`), and Rust's own.
pub(super) const RESERVED_TYPES: [&str; 29] = [
    "Box",
    "Call",
    "Clone",
    "Content",
    "Copy",
    "Debug",
    "Decimal64",
    "Default",
    "Eq",
    "Err",
    "Fault",
    "From",
    "FromContent",
    "FromValue",
    "IdentityIndex",
    "InstanceIdentifier",
    "IntoContent",
    "NodeIndex",
    "None",
    "Notification",
    "Ok",
    "Option",
    "Outcome",
    "PartialEq",
    "Result",
    "Some",
    "String",
    "Value",
    "Vec",
];

/// Everything that the generated file says, decided.
#[derive(Debug)]
pub(crate) struct Plan {
    /// In the order of the schema's modules; those without content are left out.
    pub(crate) modules: Vec<Module>,
}

/// A YANG module's part.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) rust: String,
    pub(crate) yang: String,
    pub(crate) revision: Option<String>,
    pub(crate) description: Option<String>,
    /// Constant, SID, path.
    pub(crate) sids: Vec<(String, u32, String)>,
    /// Constant, row, name.
    pub(crate) identities: Vec<(String, IdentityIndex, String)>,
    pub(crate) types: Vec<NamedType>,
    pub(crate) structs: Vec<Struct>,
    pub(crate) paths: Vec<Path>,
    pub(crate) handlers: Vec<Handler>,
    /// Empty unless they are asked for.
    pub(crate) wires: Vec<Wire>,
}

/// A function that makes an instance-identifier.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) function: String,
    pub(crate) node: NodeIndex,
    pub(crate) keys: Vec<Key>,
    /// The path, for the documentation.
    pub(crate) path: String,
}

/// A key on the way to a node, as an argument.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) argument: String,
    pub(crate) type_: RustType,
}

/// What all parts of the plan look at.
pub(super) struct Source<'a> {
    pub(super) compiled: &'a compiled::Schema,
    pub(super) schema: &'static Schema,
    pub(super) lowered: &'a Lowered,
    /// Rust names of the modules.
    pub(super) modules: Vec<String>,
}

impl<'a> Source<'a> {
    pub(super) fn compiled(&self, node: NodeIndex) -> Option<&'a compiled::Node> {
        self.compiled.node(*self.lowered.origins.get(node.get())?)
    }

    /// All rows.
    pub(super) fn rows(&self) -> impl Iterator<Item = (NodeIndex, &'static Node)> + use<> {
        (0..=u16::MAX).map(NodeIndex).zip(self.schema.nodes)
    }

    pub(super) fn describe(&self, node: NodeIndex) -> String {
        self.lowered.origins.get(node.get()).map(|id| sid_path(self.compiled, *id)).unwrap_or_default()
    }

    /// The names of the nodes down to this one.
    pub(super) fn steps(&self, node: NodeIndex) -> Vec<String> {
        self.schema.path(node).map(|step| self.schema.name(step).to_owned()).collect()
    }

    pub(super) fn top(&self, node: NodeIndex) -> NodeIndex {
        self.schema.path(node).next().unwrap_or(node)
    }

    /// Whether the engine itself answers for the tree that the node is in.
    pub(super) fn is_engines(&self, node: NodeIndex) -> bool {
        let module = self.schema.module_of(self.top(node));
        module.is_none_or(|module| ENGINE_MODULES.contains(&module.name))
    }

    /// Whether the node is, or is within, an rpc, action, notification or structure.
    pub(super) fn in_message(&self, node: NodeIndex) -> bool {
        let kinds = self.schema.path(node).filter_map(|step| self.schema.node(step)).map(Node::kind);
        kinds
            .into_iter()
            .any(|kind| matches!(kind, NodeKind::Action | NodeKind::Notification | NodeKind::Rpc | NodeKind::Structure))
    }

    pub(super) fn rust_module(&self, module: ModuleIndex) -> &str {
        self.modules.get(module.get()).map_or("", String::as_str)
    }

    pub(super) fn child_rows(&self, node: NodeIndex) -> impl Iterator<Item = (NodeIndex, &'static Node)> {
        self.schema.children(node).filter_map(|child| Some((child, self.schema.node(child)?)))
    }
}

/// Decides everything.
pub(crate) fn plan(compiled: &compiled::Schema, lowered: &Lowered, typed_codec: bool) -> Plan {
    let paths: Vec<Vec<String>> = compiled.modules.iter().map(|module| vec![module.name.clone()]).collect();
    let modules = settle(&paths, &["tables"], |_, name| vec![snake(name)]);
    let modules = modules.iter().map(|name| escape(snake(name))).collect();
    let source = Source { compiled, schema: lowered.schema, lowered, modules };
    let mut types = types::collect(&source);
    let names = structs::names(&source, &types);
    let mut structs = structs::plan(&source, &types, &names);
    let mut handlers = handlers::plan(&source, &types, &names);
    let mut paths = plan_paths(&source, &types);
    let mut identities = plan_identities(&source);
    let mut wires = if typed_codec { wire::plan(&source, &types) } else { HashMap::new() };
    let mut sids = plan_sids(&source);

    let mut planned = Vec::new();
    for (index, module) in (0..=u16::MAX).map(ModuleIndex).zip(&compiled.modules) {
        if ENGINE_MODULES.contains(&module.name.as_str()) {
            continue;
        }
        let module = Module {
            rust: source.rust_module(index).to_owned(),
            yang: module.name.clone(),
            revision: module.revision.clone(),
            description: module.description.clone(),
            sids: sids.remove(&index).unwrap_or_default(),
            identities: identities.remove(&index).unwrap_or_default(),
            types: types.take(index),
            structs: structs.remove(&index).unwrap_or_default(),
            paths: paths.remove(&index).unwrap_or_default(),
            handlers: handlers.remove(&index).unwrap_or_default(),
            wires: wires.remove(&index).unwrap_or_default(),
        };
        let empty = module.sids.is_empty() && module.identities.is_empty() && module.types.is_empty();
        if !empty || !module.structs.is_empty() {
            planned.push(module);
        }
    }
    Plan { modules: planned }
}

/// Nodes by the module they are defined in, those of the engine left out.
fn by_module(source: &Source<'_>, wanted: impl Fn(NodeIndex, &Node) -> bool) -> HashMap<ModuleIndex, Vec<NodeIndex>> {
    let mut found: HashMap<ModuleIndex, Vec<NodeIndex>> = HashMap::new();
    for (index, row) in source.rows().filter(|(index, row)| !source.is_engines(*index) && wanted(*index, row)) {
        found.entry(row.module()).or_default().push(index);
    }
    found
}

/// The name of a constant or function is that of the whole path.
fn settle_paths(source: &Source<'_>, nodes: &[NodeIndex], form: fn(&str) -> String) -> Vec<String> {
    let paths: Vec<Vec<String>> = nodes.iter().map(|node| vec![source.steps(*node).join("-")]).collect();
    settle(&paths, &[], |_, name| vec![form(name)]).iter().map(|name| escape(form(name))).collect()
}

fn plan_sids(source: &Source<'_>) -> HashMap<ModuleIndex, Vec<(String, u32, String)>> {
    let nodes = by_module(source, |_, row| row.sid != 0);
    let plan = |(module, nodes): (ModuleIndex, Vec<NodeIndex>)| {
        let names = settle_paths(source, &nodes, shouty);
        let rows = names.into_iter().zip(nodes);
        let sids = rows.filter_map(|(name, node)| Some((name, source.schema.node(node)?.sid, source.describe(node))));
        (module, sids.collect())
    };
    nodes.into_iter().map(plan).collect()
}

fn plan_identities(source: &Source<'_>) -> HashMap<ModuleIndex, Vec<(String, IdentityIndex, String)>> {
    let mut by_module: HashMap<ModuleIndex, Vec<IdentityIndex>> = HashMap::new();
    for (index, identity) in (0..=u16::MAX).map(IdentityIndex).zip(source.schema.identities) {
        by_module.entry(identity.module).or_default().push(index);
    }
    let name = |identity: IdentityIndex| source.schema.identity_name(identity).to_owned();
    let plan = |(module, identities): (ModuleIndex, Vec<IdentityIndex>)| {
        let paths: Vec<Vec<String>> = identities.iter().map(|identity| vec![name(*identity)]).collect();
        let names = settle(&paths, &[], |_, name| vec![shouty(name)]);
        let rows = names.iter().zip(identities).map(|(settled, identity)| (shouty(settled), identity, name(identity)));
        (module, rows.collect())
    };
    by_module.into_iter().map(plan).collect()
}

fn plan_paths(source: &Source<'_>, types: &types::Types) -> HashMap<ModuleIndex, Vec<Path>> {
    let data = |node: NodeIndex, row: &Node| {
        !matches!(row.kind(), NodeKind::Input | NodeKind::Output | NodeKind::Structure)
            && (!source.in_message(node)
                || matches!(row.kind(), NodeKind::Action | NodeKind::Rpc | NodeKind::Notification))
            && !row.flags.has(Flags::KEY)
    };
    let nodes = by_module(source, data);
    let plan = |(module, nodes): (ModuleIndex, Vec<NodeIndex>)| {
        let names = settle_paths(source, &nodes, snake);
        let rows = names.into_iter().zip(nodes);
        let paths = rows.map(|(function, node)| Path {
            function,
            node,
            keys: keys_of(source, types, node, true, &[]),
            path: source.describe(node),
        });
        (module, paths.collect())
    };
    nodes.into_iter().map(plan).collect()
}

/// The keys on the way to a node, its own (of a list) included when `own`; their arguments keep clear of `taken`.
/// A keyless list on the way counts its entries from 1.
pub(super) fn keys_of(
    source: &Source<'_>,
    types: &types::Types,
    node: NodeIndex,
    own: bool,
    taken: &[&str],
) -> Vec<Key> {
    let mut paths = Vec::new();
    let mut found = Vec::new();
    for list in source.schema.path(node).filter(|step| own || *step != node) {
        let Some(row) = source.schema.list(list) else { continue };
        let list_name = source.schema.name(list).to_owned();
        for key in row.keys {
            paths.push(vec![list_name.clone(), source.schema.name(*key).to_owned()]);
            found.push(types.of_node(*key));
        }
        if row.keys.is_empty() && list != node {
            paths.push(vec![list_name.clone(), "position".to_owned()]);
            found.push(RustType::Number("u64"));
        }
    }
    let names = settle(&paths, taken, |_, name| vec![snake(name)]);
    names.iter().zip(found).map(|(name, type_)| Key { argument: escape(snake(name)), type_ }).collect()
}

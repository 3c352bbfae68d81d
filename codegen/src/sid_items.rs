//! The items of a module that get a SID (RFC 9595), by name.
//!
//! Readings 8 and 9 decide: choices and cases get none and are no step of a path, `input` and `output` of every rpc
//! and action get one. An augment's nodes are items of the augmenting module. Knows no numbers: `comi_sid` gives them.

use comi_sid::{DependencyRevision, ModuleItems, Namespace};

use crate::schema::compiled::{ModuleId, Node, NodeId, NodeKind, Schema};

/// The items of a module. A schema for this purpose is compiled with [`Context::every_item`](crate::Context::every_item).
///
/// ```
/// use comi_codegen::{Context, sid_items};
///
/// let mut context = Context::new();
/// context.source("pump.yang", "module pump { namespace 'urn:pump'; prefix p; choice x { leaf speed { type int8; } } }");
/// let compiled = context.module("pump").every_item().compile();
/// let items = sid_items(&compiled.schema, compiled.schema.module_named("pump").unwrap());
/// assert_eq!(items.items[1].1, "/pump:speed");
/// ```
#[must_use]
pub fn sid_items(schema: &Schema, module: ModuleId) -> ModuleItems {
    let Some(own) = schema.module(module) else { return ModuleItems::default() };
    let mut items = ModuleItems::new(own.name.as_str());
    items.revision.clone_from(&own.revision);
    for (imported, wanted) in &own.imports {
        let loaded = schema.module_named(imported).and_then(|id| schema.module(id)?.revision.as_ref());
        if let Some(revision) = wanted.as_ref().or(loaded)
            && !items.dependencies.iter().any(|known| known.module_name == *imported)
        {
            items.dependencies.push(DependencyRevision::new(imported.as_str(), revision.as_str()));
        }
    }
    items.items.extend(own.submodules.iter().map(|submodule| (Namespace::Module, submodule.name.clone())));
    items.items.extend(own.features.iter().map(|feature| (Namespace::Feature, feature.name.clone())));
    let identities = schema.identities.iter().filter(|identity| identity.module == module);
    items.items.extend(identities.map(|identity| (Namespace::Identity, identity.name.clone())));
    for (index, node) in schema.nodes.iter().enumerate().filter(|(_, node)| node.module == module) {
        let id = NodeId(index);
        if matches!(node.kind, NodeKind::Choice | NodeKind::Case) {
            items.choices.push(path(schema, id, |node| !is_yang_data(node)));
        } else if !is_yang_data(node) {
            items.items.push((Namespace::Data, sid_path(schema, id)));
        }
    }
    items
}

/// The path that names a node in a `.sid` file: `/module:a/b/other:c`, a prefix where the module changes.
#[must_use]
pub fn sid_path(schema: &Schema, id: NodeId) -> String {
    path(schema, id, |node| !matches!(node.kind, NodeKind::Choice | NodeKind::Case) && !is_yang_data(node))
}

/// The name of `rc:yang-data` is no step: it is in no document (RFC 8040 section 8).
fn is_yang_data(node: &Node) -> bool {
    node.kind == NodeKind::Structure && node.extensions.first().is_some_and(|extension| extension.name == "yang-data")
}

fn path(schema: &Schema, id: NodeId, is_step: impl Fn(&Node) -> bool) -> String {
    let mut steps = Vec::new();
    let mut at = Some(id);
    while let Some(node) = at.and_then(|id| schema.node(id)) {
        if is_step(node) {
            steps.push(node);
        }
        at = node.parent;
    }
    let (mut path, mut namespace) = (String::new(), None);
    for node in steps.into_iter().rev() {
        path.push('/');
        if namespace != Some(node.module) {
            namespace = Some(node.module);
            path.push_str(schema.module(node.module).map_or("", |module| module.name.as_str()));
            path.push(':');
        }
        path.push_str(&node.name);
    }
    path
}

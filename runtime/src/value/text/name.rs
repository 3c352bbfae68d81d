//! Names of nodes and identities, with their module where it must be told (RFC 7951 section 4).

use alloc::string::String;

use crate::schema::{IdentityIndex, ModuleIndex, Node, NodeIndex, NodeKind, Schema};

/// `module:name`
pub(crate) fn qualified_name(schema: &Schema, node: NodeIndex) -> String {
    let module = schema.module_of(node).map_or("", |module| module.name);
    qualified(module, schema.name(node))
}

/// An identity's name; without its module where that is `within` (RFC 7951 section 6.8).
pub(crate) fn print_identity(schema: &Schema, identity: IdentityIndex, within: Option<ModuleIndex>) -> String {
    let name = schema.identity_name(identity);
    match schema.identity(identity).map(|row| row.module) {
        module if module.is_some() && module == within => name.into(),
        module => qualified(module.and_then(|module| schema.module(module)).map_or("", |row| row.name), name),
    }
}

fn qualified(module: &str, name: &str) -> String {
    let mut out = String::from(module);
    out.push(':');
    out.push_str(name);
    out
}

/// The identity with this name; without a module it is of the leaf's.
pub(super) fn identity_by_name(schema: &Schema, leaf: NodeIndex, text: &str) -> Option<IdentityIndex> {
    match text.split_once(':') {
        Some((module, name)) => schema.identity_by_name(schema.module_by_name(module)?, name),
        None => schema.identity_by_name(schema.node(leaf).map(Node::module)?, text),
    }
}

/// The member with this name in the map or object of `parent`: qualified at the root and where the module changes,
/// simple elsewhere. `anywhere` lets the root have any node that its qualified name tells from all others (readings 1).
pub(crate) fn child_by_name(schema: &Schema, parent: NodeIndex, name: &str, anywhere: bool) -> Option<NodeIndex> {
    match name.split_once(':') {
        Some((module, name)) => {
            let module = schema.module_by_name(module)?;
            let child = schema.child(parent, Some(module), name);
            if child.is_some() || !anywhere || parent != NodeIndex::ROOT {
                return child;
            }
            let mut found = (0_u16..).map(NodeIndex).zip(schema.nodes).filter(|(index, row)| {
                row.module() == module
                    && schema.name(*index) == name
                    && !matches!(row.kind(), NodeKind::Input | NodeKind::Output | NodeKind::Action | NodeKind::Rpc)
            });
            let (node, _) = found.next()?;
            found.next().is_none().then_some(node)
        }
        None => schema.child(parent, Some(schema.node(parent)?.module()), name),
    }
}

//! Finding a child by name in time that does not grow with the number of children.

use std::collections::HashMap;

use super::compiled::{ModuleId, Node, NodeId};

/// Below this number of children a walk over them is faster than a table.
const FEW: usize = 24;

/// Tables of the children of large nodes, made when first needed and extended as children are added.
#[derive(Debug, Default)]
pub(super) struct Siblings {
    tables: HashMap<NodeId, Table>,
    roots: HashMap<ModuleId, Table>,
}

#[derive(Debug, Default)]
struct Table {
    /// How many children it has seen.
    seen: usize,
    children: HashMap<String, Vec<NodeId>>,
}

impl Siblings {
    /// The child of that name, in the list of children of `parent` (of the module's roots: `None`).
    pub(super) fn find(
        &mut self,
        nodes: &[Node],
        parent: Option<NodeId>,
        children: &[NodeId],
        module: ModuleId,
        name: &str,
    ) -> Option<NodeId> {
        let is = |id: &NodeId| nodes.get(id.0).is_some_and(|node| node.module == module && node.name == name);
        if children.len() <= FEW {
            return children.iter().copied().find(is);
        }
        let table = match parent {
            Some(parent) => self.tables.entry(parent).or_default(),
            None => self.roots.entry(module).or_default(),
        };
        if table.seen > children.len() {
            *table = Table::default();
        }
        for id in children.get(table.seen..).unwrap_or_default() {
            let Some(node) = nodes.get(id.0) else { continue };
            table.children.entry(node.name.clone()).or_default().push(*id);
        }
        table.seen = children.len();
        table.children.get(name)?.iter().copied().find(is)
    }

    /// Forgets a node's table: one of its children was taken away.
    pub(super) fn forget(&mut self, parent: Option<NodeId>, module: ModuleId) {
        match parent {
            Some(parent) => self.tables.remove(&parent),
            None => self.roots.remove(&module),
        };
    }
}

//! The anchor of each node: its path, as .sid files and instance-identifiers have it.

use std::collections::HashSet;

use crate::schema::compiled::{NodeId, NodeKind, Schema};
use crate::sid_items::sid_path;

pub(super) struct Anchors(Vec<String>);

impl Anchors {
    pub(super) fn new(schema: &Schema) -> Anchors {
        let mut used = HashSet::new();
        let anchors = (0..schema.nodes.len()).map(|index| {
            let id = NodeId(index);
            let mut anchor = path(schema, id);
            // A structure may have the name of a container.
            while !used.insert(anchor.clone()) {
                anchor.push('~');
            }
            anchor
        });
        Anchors(anchors.collect())
    }

    pub(super) fn of(&self, id: NodeId) -> &str {
        self.0.get(id.0).map_or("", String::as_str)
    }
}

/// Choices and cases are in no path of data: they stand behind it, `/m:top/(how)/:(by-hand)`.
fn path(schema: &Schema, id: NodeId) -> String {
    let (mut at, mut behind) = (Some(id), String::new());
    while let Some((id, node)) = at.and_then(|id| Some((id, schema.node(id)?))) {
        let in_module = |step: &str| {
            let module = schema.module(node.module).map_or("", |module| module.name.as_str());
            format!("/{module}:{step}")
        };
        behind = match node.kind {
            NodeKind::Choice => format!("/({}){behind}", node.name),
            NodeKind::Case => format!("/:({}){behind}", node.name),
            _ => match sid_path(schema, id) {
                // `rc:yang-data` is in no path at all.
                path if path.is_empty() => return in_module(&node.name) + "~" + &behind,
                path => return path + &behind,
            },
        };
        at = node.parent;
        if at.is_none() {
            return in_module(behind.trim_start_matches('/'));
        }
    }
    behind
}

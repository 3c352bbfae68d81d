//! Which leafs refer to which: computed once from the schema, so that removing a node finds those that may now point
//! at nothing.

use alloc::vec::Vec;

use crate::schema::{NodeIndex, Schema, Type};

/// Configuration leafs and leaf-lists with `require-instance`.
#[derive(Debug)]
pub(super) struct References {
    /// (target, the leafref to it), ascending.
    leafrefs: Vec<(NodeIndex, NodeIndex)>,
    /// Leafs of type instance-identifier.
    identifiers: Vec<NodeIndex>,
}

impl References {
    pub(super) fn new(schema: &'static Schema) -> References {
        let mut references = References { leafrefs: Vec::new(), identifiers: Vec::new() };
        for index in 0..u16::try_from(schema.nodes.len()).unwrap_or(u16::MAX) {
            let node = NodeIndex(index);
            if schema.node(node).is_none_or(|row| !row.is_config()) {
                continue;
            }
            if let Some(target) = leafref_target(schema, node) {
                let place = references.leafrefs.partition_point(|row| *row < (target, node));
                references.leafrefs.insert(place, (target, node));
            } else if requires_identified(schema, node) {
                references.identifiers.push(node);
            }
        }
        references
    }

    /// Every (target, leafref) whose target is in `first..end`.
    pub(super) fn to(&self, first: NodeIndex, end: u16) -> &[(NodeIndex, NodeIndex)] {
        let start = self.leafrefs.partition_point(|(target, _)| *target < first);
        let stop = self.leafrefs.partition_point(|(target, _)| target.0 < end);
        self.leafrefs.get(start..stop).unwrap_or(&[])
    }

    /// Every (target, leafref).
    #[cfg(test)]
    pub(super) fn leafrefs(&self) -> &[(NodeIndex, NodeIndex)] {
        &self.leafrefs
    }

    /// Leafs of type instance-identifier that need what they name.
    pub(super) fn identifiers(&self) -> &[NodeIndex] {
        &self.identifiers
    }
}

fn declared_type(schema: &Schema, node: NodeIndex) -> Option<&'static Type> {
    schema.types.get(schema.node(node)?.type_index()?.get())
}

/// The target of a leafref with `require-instance`, when both are configuration (RFC 7950 section 9.9.3).
pub(super) fn leafref_target(schema: &Schema, node: NodeIndex) -> Option<NodeIndex> {
    match declared_type(schema, node)? {
        Type::Leafref { target, require_instance: true, .. } => {
            schema.node(*target).is_some_and(|row| row.is_config()).then_some(*target)
        }
        _ => None,
    }
}

/// Whether a leaf is an instance-identifier with `require-instance` (RFC 7950 section 9.13).
pub(super) fn requires_identified(schema: &Schema, node: NodeIndex) -> bool {
    matches!(declared_type(schema, node), Some(Type::InstanceIdentifier { require_instance: true }))
}

//! Which nodes a document may have, and which it must.
//!
//! Without evaluating XPath, a node with `when` or `must` is not made. That alone is not enough: a container without
//! presence is there with whatever it stands in (RFC 7950 section 7.5.1), and so its `must` holds there, and a mandatory
//! node whose `when` may be true is missed there. So what holds such a node is not made either, up to the next list,
//! presence container or case, which need not be there. At the top of a tree there is none, and a document may be
//! invalid all the same.

use super::Options;
use crate::schema::compiled::{Node, NodeId, NodeKind, Schema};

/// What is decided of each node.
#[derive(Clone, Copy, Debug, Default)]
struct Decision {
    left_out: bool,
    needed: bool,
    /// It would be needed, if it were not left out and its `when` were true.
    required: bool,
    /// An instance may be invalid by something that can't be told.
    uncertain: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Plan(Vec<Decision>);

impl Plan {
    pub(super) fn new(schema: &Schema, options: &Options) -> Plan {
        let mut plan = Plan(vec![Decision::default(); schema.nodes.len()]);
        // what is in a node stands behind it
        for (place, node) in schema.nodes.iter().enumerate().rev() {
            let decision = plan.decide(schema, node, options);
            if let Some(own) = plan.0.get_mut(place) {
                *own = decision;
            }
        }
        plan
    }

    fn get(&self, id: NodeId) -> Decision {
        self.0.get(id.0).copied().unwrap_or_default()
    }

    /// Whether a node is left out, whatever asks for it.
    pub(super) fn is_left_out(&self, id: NodeId) -> bool {
        self.get(id).left_out
    }

    /// Whether a node must be in every instance of its parent.
    pub(super) fn is_needed(&self, id: NodeId) -> bool {
        self.get(id).needed
    }

    fn decide(&self, schema: &Schema, node: &Node, options: &Options) -> Decision {
        let children = || node.children.iter().filter_map(|id| Some((*id, schema.node(*id)?)));
        let is_data = matches!(
            node.kind,
            NodeKind::Anydata
                | NodeKind::Anyxml
                | NodeKind::Case
                | NodeKind::Choice
                | NodeKind::Container
                | NodeKind::Leaf
                | NodeKind::LeafList
                | NodeKind::List
        );
        let unwanted = !is_data
            || (options.config && !node.config)
            || options.without.is_some_and(|without| without(schema, node))
            || node.keys.iter().any(|key| self.is_left_out(*key));
        let implicit = is_implicit(node);
        let required = is_required(node) || (implicit && children().any(|(id, _)| self.is_needed(id)));
        let told = node.whens.is_empty() && node.musts.is_empty();
        let uncertain = children().any(|(id, child)| self.is_doubtful(id, child, options));
        let optional = node.kind == NodeKind::Case || (!implicit && !matches!(node.kind, NodeKind::Choice));
        let doubtful =
            !options.unchecked && ((!told && !is_required(node)) || !node.whens.is_empty() || (uncertain && optional));
        let left_out = unwanted || doubtful;
        Decision { left_out, needed: required && !left_out && node.whens.is_empty(), required, uncertain }
    }

    /// Whether a child may make an instance of its parent invalid, though it was not made, or had to be.
    fn is_doubtful(&self, id: NodeId, child: &Node, options: &Options) -> bool {
        if options.config && !child.config {
            return false;
        }
        let Decision { left_out, required, uncertain, .. } = self.get(id);
        let told = child.whens.is_empty() && child.musts.is_empty();
        match child.kind {
            _ if is_required(child) => !told || left_out || uncertain,
            NodeKind::Container if is_implicit(child) => !child.musts.is_empty() || uncertain || (!told && required),
            _ => false,
        }
    }
}

/// Whether it is there with its parent, and means nothing by itself.
fn is_implicit(node: &Node) -> bool {
    node.kind == NodeKind::Container && node.presence.is_none()
}

fn is_required(node: &Node) -> bool {
    node.mandatory || node.min_elements.is_some_and(|least| least > 0)
}

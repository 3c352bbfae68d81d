//! The metadata annotations of a schema as one of their own, by which their values are read (RFC 7952).

use crate::schema::compiled::{Node, NodeId, NodeKind, Schema, TypeKind};

/// The schema's modules and identities with the annotations as their only nodes.
pub(super) fn alone(schema: &Schema) -> Schema {
    let mut alone =
        Schema { modules: schema.modules.clone(), identities: schema.identities.clone(), ..Schema::default() };
    for module in &mut alone.modules {
        module.roots.clear();
        module.augments.clear();
        module.implemented = true;
    }
    for annotation in &schema.annotations {
        let id = NodeId(alone.nodes.len());
        let checked = !is_about_nodes(&annotation.type_.kind);
        let kind = if checked { NodeKind::Leaf } else { NodeKind::Anyxml };
        let mut node = Node::new(kind, &annotation.name, annotation.module, annotation.span);
        node.type_ = checked.then(|| annotation.type_.clone());
        alone.nodes.push(node);
        if let Some(module) = alone.modules.get_mut(annotation.module.0) {
            module.roots.push(id);
        }
    }
    alone
}

fn is_about_nodes(kind: &TypeKind) -> bool {
    match kind {
        TypeKind::Leafref { .. } | TypeKind::InstanceIdentifier { .. } => true,
        TypeKind::Union { members } => members.iter().any(|member| is_about_nodes(&member.kind)),
        _ => false,
    }
}

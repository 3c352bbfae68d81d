//! Phase 6: nodes in preorder, modules one after the other; what was removed is gone.

use super::compiled::{NodeId, Schema, Type, TypeKind};

/// Renumbers all nodes.
pub(super) fn compact(mut schema: Schema) -> Schema {
    let mut new: Vec<Option<NodeId>> = vec![None; schema.nodes.len()];
    let mut order = Vec::with_capacity(schema.nodes.len());
    let mut open: Vec<NodeId> = schema.modules.iter().flat_map(|module| module.roots.iter().copied()).collect();
    open.reverse();
    while let Some(id) = open.pop() {
        let (Some(node), Some(slot)) = (schema.nodes.get(id.0), new.get_mut(id.0)) else { continue };
        *slot = Some(NodeId(order.len()));
        order.push(id);
        open.extend(node.children.iter().rev().copied());
    }
    let moved = |id: NodeId| new.get(id.0).copied().flatten();
    let all = |ids: &mut Vec<NodeId>| *ids = ids.iter().filter_map(|id| moved(*id)).collect();
    let mut old: Vec<_> = std::mem::take(&mut schema.nodes).into_iter().map(Some).collect();
    for id in &order {
        let Some(mut node) = old.get_mut(id.0).and_then(Option::take) else { continue };
        node.parent = node.parent.and_then(moved);
        node.default_case = node.default_case.and_then(moved);
        all(&mut node.children);
        all(&mut node.keys);
        node.unique.iter_mut().for_each(all);
        let musts = node.musts.iter_mut().filter_map(|must| must.reads.as_mut());
        musts.chain(node.whens.iter_mut().filter_map(|when| when.reads.as_mut())).for_each(all);
        if let Some(type_) = &mut node.type_ {
            retarget(type_, &moved);
        }
        schema.nodes.push(node);
    }
    for module in &mut schema.modules {
        all(&mut module.roots);
        module.submodules.iter_mut().for_each(|submodule| all(&mut submodule.roots));
        module.augments.retain_mut(|augment| {
            all(&mut augment.nodes);
            moved(augment.target).is_some_and(|target| {
                augment.target = target;
                true
            })
        });
    }
    schema
}

fn retarget(type_: &mut Type, moved: &impl Fn(NodeId) -> Option<NodeId>) {
    match &mut type_.kind {
        TypeKind::Leafref { target, .. } => *target = target.and_then(moved),
        TypeKind::Union { members } => members.iter_mut().for_each(|member| retarget(member, moved)),
        _ => {}
    }
}

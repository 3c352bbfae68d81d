//! Gives references their values, and takes out what can't stand, until everything may stay.
//!
//! Every round gives a value to a reference or takes an instance out, so there are not more of them than instances.

use super::plan::Plan;
use super::random::Random;
use super::references::{candidates, path};
use super::tree::{Content, Id, Tree};
use super::values::{Drawn, Value, draw};
use crate::schema::compiled::{Node, NodeId, NodeKind, Schema, Type, TypeKind};

pub(super) fn settle<'s>(schema: &'s Schema, plan: &Plan, tree: &mut Tree<'s>, random: &mut Random) {
    let mut settling = Settling { schema, plan, tree, random };
    while settling.resolve() || settling.give_up() || settling.repair() {}
}

struct Settling<'s, 'o> {
    schema: &'s Schema,
    plan: &'o Plan,
    tree: &'o mut Tree<'s>,
    random: &'o mut Random,
}

impl<'s> Settling<'s, '_> {
    /// Gives values to references; whether one was given.
    fn resolve(&mut self) -> bool {
        let open: Vec<(Id, Option<&'s Type>)> = self
            .tree
            .all()
            .filter_map(|(id, instance)| match &instance.content {
                Content::Reference(type_, None) => Some((id, Some(*type_))),
                Content::Instance(None) => Some((id, None)),
                _ => None,
            })
            .collect();
        let mut given = false;
        for (id, type_) in open {
            let (content, value) = match type_ {
                Some(type_) => {
                    let mut found = candidates(self.schema, self.tree, id, type_);
                    found.retain(|value| !self.is_double(id, value));
                    let Some(value) = self.random.pick(&found).cloned() else { continue };
                    (Content::Reference(type_, Some(value.clone())), value)
                }
                None => {
                    let all: Vec<Id> = self.tree.all().map(|(id, _)| id).collect();
                    let paths: Vec<String> =
                        all.into_iter().filter_map(|id| path(self.schema, self.tree, id)).collect();
                    let Some(path) = self.random.pick(&paths) else { continue };
                    let value = Value::quoted(path.as_str());
                    (Content::Instance(Some(value.clone())), value)
                }
            };
            if !self.is_double(id, &value) {
                self.tree.set(id, content);
                given = true;
            }
        }
        given
    }

    /// Whether, with this value, an entry would have the keys of another, or a leaf-list two of the same value.
    fn is_double(&self, id: Id, value: &Value) -> bool {
        let Some(instance) = self.tree.get(id) else { return false };
        let Some(node) = self.schema.node(instance.node) else { return false };
        if node.kind == NodeKind::LeafList {
            let mut others = self.tree.of_node(instance.parent, instance.node).filter(|(other, _)| *other != id);
            return others.any(|(_, other)| other.value().is_some_and(|other| other.text == value.text));
        }
        let Some((entry, list)) = instance.parent.and_then(|entry| Some((entry, self.tree.get(entry)?))) else {
            return false;
        };
        let Some(row) = self.schema.node(list.node).filter(|row| row.keys.contains(&instance.node)) else {
            return false;
        };
        let of = |entry: Id, key: NodeId| {
            if entry == instance.parent.unwrap_or(entry) && key == instance.node {
                return Some(value.text.as_str());
            }
            self.tree
                .of_node(Some(entry), key)
                .next()
                .and_then(|(_, leaf)| leaf.value())
                .map(|value| value.text.as_str())
        };
        let mut others = self.tree.of_node(list.parent, list.node).filter(|(other, _)| *other != entry);
        others.any(|(other, _)| {
            row.keys.iter().all(|key| of(entry, *key).is_some() && of(entry, *key) == of(other, *key))
        })
    }

    /// Of the references that have no value, and of those whose target is gone: what need not lead anywhere gets a value
    /// of its own, the others are taken out.
    fn give_up(&mut self) -> bool {
        let mut changed = false;
        let all: Vec<(Id, Content<'s>)> =
            self.tree.all().map(|(id, instance)| (id, instance.content.clone())).collect();
        for (id, content) in all {
            match content {
                Content::Instance(None) => {
                    self.tree.remove(id);
                    changed = true;
                }
                Content::Reference(type_, value) => {
                    let TypeKind::Leafref { require_instance, .. } = type_.kind else { continue };
                    let stands = |value: &Value| {
                        !require_instance
                            || candidates(self.schema, self.tree, id, type_)
                                .iter()
                                .any(|other| other.text == value.text)
                    };
                    if value.as_ref().is_some_and(stands) {
                        continue;
                    }
                    match self.own_value(id, type_).filter(|value| !require_instance && !self.is_double(id, value)) {
                        Some(value) => self.tree.set(id, Content::Value(value)),
                        None => self.tree.remove(id),
                    }
                    changed = true;
                }
                _ => {}
            }
        }
        changed
    }

    /// A value of the type at the end of a leafref.
    fn own_value(&mut self, id: Id, type_: &Type) -> Option<Value> {
        let module = self.schema.node(self.tree.get(id)?.node)?.module;
        let TypeKind::Leafref { target, .. } = type_.kind else { return None };
        let (_, end) = crate::lower::follow(self.schema, target?)?;
        match draw(self.schema, module, end, self.random)? {
            Drawn::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Takes out what lacks something that it needs, and what is there twice.
    fn repair(&mut self) -> bool {
        let mut changed = false;
        let inner = self.tree.all().filter(|(_, instance)| matches!(instance.content, Content::Inner));
        let inner: Vec<(Id, NodeId)> = inner.map(|(id, instance)| (id, instance.node)).collect();
        // from the leaves up
        for (id, node) in inner.into_iter().rev() {
            let Some(node) = self.schema.node(node) else { continue };
            let keyless = node.keys.iter().any(|key| self.tree.of_node(Some(id), *key).next().is_none());
            // RFC 7950 section 7.5.1: without presence it means nothing, and is no case of a choice
            let empty = node.kind == NodeKind::Container && node.presence.is_none();
            let empty = empty && self.tree.children(Some(id)).next().is_none();
            if empty || keyless || self.lacks(&node.children, Some(id), &mut changed) {
                self.tree.remove(id);
                changed = true;
            } else {
                changed |= self.doubles(&node.children, Some(id));
            }
        }
        // what the top lacks can't be helped: there is nothing to take out
        let roots: Vec<NodeId> = self.schema.modules.iter().flat_map(|module| module.roots.iter().copied()).collect();
        self.lacks(&roots, None, &mut changed);
        changed | self.doubles(&roots, None)
    }

    /// Whether something is not in `parent` that must be. A case or list that need not be there, but is not whole, is
    /// taken out.
    fn lacks(&mut self, ids: &[NodeId], parent: Option<Id>, changed: &mut bool) -> bool {
        let mut lacks = false;
        for id in ids {
            let schema = self.schema;
            let Some(node) = schema.node(*id).filter(|_| !self.plan.is_left_out(*id)) else {
                continue;
            };
            let needed = self.plan.is_needed(*id);
            let incomplete = match node.kind {
                NodeKind::Choice => match node.children.iter().find(|case| self.has(**case, parent)) {
                    Some(case) => {
                        let inside = schema.node(*case).filter(|inner| inner.kind == NodeKind::Case);
                        let inside = inside.map_or(std::slice::from_ref(case), |inner| inner.children.as_slice());
                        self.lacks(inside, parent, changed)
                    }
                    None => needed,
                },
                NodeKind::List | NodeKind::LeafList => {
                    let count = self.tree.of_node(parent, *id).count() as u64;
                    count < u64::from(node.min_elements.unwrap_or(0)) && (needed || count > 0)
                }
                _ => needed && self.tree.of_node(parent, *id).next().is_none(),
            };
            if incomplete && needed {
                lacks = true;
            } else if incomplete {
                *changed |= self.remove_all(*id, node, parent);
            }
        }
        lacks
    }

    /// Whether there is an instance of a node, or of one in a choice or case.
    fn has(&self, id: NodeId, parent: Option<Id>) -> bool {
        match self.schema.node(id) {
            Some(node) if matches!(node.kind, NodeKind::Choice | NodeKind::Case) => {
                node.children.iter().any(|child| self.has(*child, parent))
            }
            _ => self.tree.of_node(parent, id).next().is_some(),
        }
    }

    fn remove_all(&mut self, id: NodeId, node: &Node, parent: Option<Id>) -> bool {
        if matches!(node.kind, NodeKind::Choice | NodeKind::Case) {
            let inner = node.children.iter().filter_map(|child| Some((*child, self.schema.node(*child)?)));
            let inner: Vec<(NodeId, &Node)> = inner.collect();
            return inner
                .into_iter()
                .fold(false, |changed, (child, node)| self.remove_all(child, node, parent) | changed);
        }
        let found: Vec<Id> = self.tree.of_node(parent, id).map(|(id, _)| id).collect();
        found.iter().for_each(|id| self.tree.remove(*id));
        !found.is_empty()
    }

    /// Takes out entries that have the values of another where `unique` forbids it.
    fn doubles(&mut self, ids: &[NodeId], parent: Option<Id>) -> bool {
        let mut changed = false;
        for id in ids {
            let Some(node) = self.schema.node(*id) else { continue };
            if matches!(node.kind, NodeKind::Choice | NodeKind::Case) {
                changed |= self.doubles(&node.children, parent);
                continue;
            }
            for leafs in &node.unique {
                let mut seen: Vec<Vec<String>> = Vec::new();
                let entries: Vec<Id> = self.tree.of_node(parent, *id).map(|(id, _)| id).collect();
                for entry in entries {
                    let values: Option<Vec<String>> = leafs.iter().map(|leaf| self.value_below(entry, *leaf)).collect();
                    match values {
                        Some(values) if seen.contains(&values) => {
                            self.tree.remove(entry);
                            changed = true;
                        }
                        Some(values) => seen.push(values),
                        None => {}
                    }
                }
            }
        }
        changed
    }

    /// The value of a leaf in an entry or in a container of it; its default where it is not there.
    fn value_below(&self, entry: Id, leaf: NodeId) -> Option<String> {
        let mut open = vec![entry];
        while let Some(at) = open.pop() {
            for (id, instance) in self.tree.children(Some(at)) {
                match instance.value() {
                    Some(value) if instance.node == leaf => return Some(value.text.clone()),
                    Some(_) => {}
                    None => open.push(id),
                }
            }
        }
        self.schema.node(leaf)?.defaults.first().map(|default| default.text.clone())
    }
}

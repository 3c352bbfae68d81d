//! Instances as they grow: an arena in which nothing moves, so that what is wrong can be taken out again.

use super::values::{Value, quote};
use crate::schema::compiled::{Node, NodeId, NodeKind, Schema, Type};

/// Index of an [`Instance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(usize);

/// A container, an entry of a list, a leaf, an entry of a leaf-list, anydata or anyxml.
#[derive(Clone, Debug)]
pub(super) struct Instance<'s> {
    pub(super) node: NodeId,
    pub(super) parent: Option<Id>,
    children: Vec<Id>,
    pub(super) content: Content<'s>,
    removed: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Content<'s> {
    /// Children.
    Inner,
    Value(Value),
    /// A value that is yet to be found among those where this leafref leads, or was found there.
    Reference(&'s Type, Option<Value>),
    /// The path of an instance, yet to be found or found.
    Instance(Option<Value>),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Tree<'s> {
    instances: Vec<Instance<'s>>,
    roots: Vec<Id>,
}

impl<'s> Tree<'s> {
    pub(super) fn get(&self, id: Id) -> Option<&Instance<'s>> {
        self.instances.get(id.0)
    }

    pub(super) fn set(&mut self, id: Id, content: Content<'s>) {
        if let Some(instance) = self.instances.get_mut(id.0) {
            instance.content = content;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.instances.len()
    }

    /// Adds an instance below another, behind those that are there.
    pub(super) fn add(&mut self, node: NodeId, parent: Option<Id>, content: Content<'s>) -> Id {
        let id = Id(self.instances.len());
        self.instances.push(Instance { node, parent, children: Vec::new(), content, removed: false });
        match parent.and_then(|parent| self.instances.get_mut(parent.0)) {
            Some(parent) => parent.children.push(id),
            None => self.roots.push(id),
        }
        id
    }

    /// Takes an instance out, with everything in it.
    pub(super) fn remove(&mut self, id: Id) {
        let mut open = vec![id];
        while let Some(instance) = open.pop().and_then(|id| self.instances.get_mut(id.0)) {
            instance.removed = true;
            open.extend(&instance.children);
        }
    }

    /// What is directly in an instance, or at the top.
    pub(super) fn children(&self, parent: Option<Id>) -> impl Iterator<Item = (Id, &Instance<'s>)> {
        let children = match parent {
            Some(parent) => self.get(parent).map_or(&[][..], |parent| &parent.children),
            None => &self.roots,
        };
        children.iter().filter_map(|id| Some((*id, self.get(*id).filter(|instance| !instance.removed)?)))
    }

    /// The instances of a node directly in an instance.
    pub(super) fn of_node(&self, parent: Option<Id>, node: NodeId) -> impl Iterator<Item = (Id, &Instance<'s>)> {
        self.children(parent).filter(move |(_, instance)| instance.node == node)
    }

    /// All that was not removed, each before what is in it.
    pub(super) fn all(&self) -> impl Iterator<Item = (Id, &Instance<'s>)> {
        (0..).map(Id).zip(&self.instances).filter(|(_, instance)| !instance.removed)
    }

    /// RFC 7951.
    pub(super) fn to_json(&self, schema: &Schema) -> String {
        let mut out = String::new();
        self.write_members(schema, None, &mut out);
        out
    }

    fn write_members(&self, schema: &Schema, parent: Option<Id>, out: &mut String) {
        let module = parent.and_then(|parent| schema.node(self.get(parent)?.node)).map(|node| node.module);
        let mut order: Vec<NodeId> = Vec::new();
        for (_, instance) in self.children(parent) {
            if !order.contains(&instance.node) {
                order.push(instance.node);
            }
        }
        out.push('{');
        let mut separator = "";
        for id in order {
            let Some(node) = schema.node(id) else { continue };
            out.push_str(std::mem::replace(&mut separator, ","));
            out.push_str(&quote(&name(schema, node, module != Some(node.module))));
            out.push(':');
            let mut instances = self.of_node(parent, id);
            if matches!(node.kind, NodeKind::List | NodeKind::LeafList) {
                let mut separator = "[";
                for (id, instance) in instances {
                    out.push_str(std::mem::replace(&mut separator, ","));
                    self.write(schema, id, instance, out);
                }
                out.push(']');
            } else if let Some((id, instance)) = instances.next() {
                self.write(schema, id, instance, out);
            }
        }
        out.push('}');
    }

    fn write(&self, schema: &Schema, id: Id, instance: &Instance<'s>, out: &mut String) {
        match instance.value() {
            Some(value) => out.push_str(&value.json),
            None => self.write_members(schema, Some(id), out),
        }
    }
}

impl Instance<'_> {
    /// The value of a leaf, or of an entry of a leaf-list.
    pub(super) fn value(&self) -> Option<&Value> {
        match &self.content {
            Content::Inner => None,
            Content::Value(value) => Some(value),
            Content::Reference(_, value) | Content::Instance(value) => value.as_ref(),
        }
    }
}

/// A node's name, with its module where that must be told.
pub(super) fn name(schema: &Schema, node: &Node, qualified: bool) -> String {
    match schema.module(node.module).filter(|_| qualified) {
        Some(module) => format!("{}:{}", module.name, node.name),
        None => node.name.clone(),
    }
}

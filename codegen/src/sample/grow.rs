//! A document from its roots down, with what the schema asks for and, at random, of what it permits.

use std::collections::BTreeSet;

use super::plan::Plan;
use super::random::Random;
use super::tree::{Content, Id, Tree};
use super::values::{Drawn, Value, draw};
use crate::schema::compiled::{ModuleId, Node, NodeId, NodeKind, Schema, TypeKind};

/// How often an entry is drawn anew that has the keys of another.
const TRIES: usize = 8;
/// No document is deeper.
const DEPTH: usize = 64;

/// Grows a document.
pub(super) fn grow<'s>(
    schema: &'s Schema,
    modules: &[ModuleId],
    plan: &Plan,
    size: usize,
    random: &mut Random,
) -> Tree<'s> {
    let wanted = wanted(schema, modules);
    let mut growing = Growing { schema, plan, size, random, wanted, tree: Tree::default() };
    // the modules' own first, so that the size does not run out on others
    let others = (0..schema.modules.len()).map(ModuleId).filter(|other| !modules.contains(other));
    for id in modules.iter().copied().chain(others) {
        let roots = schema.module(id).filter(|module| module.implemented).map_or(&[][..], |module| &module.roots);
        let roots: Vec<NodeId> =
            roots.iter().copied().filter(|root| growing.wanted.contains(root) || plan.is_needed(*root)).collect();
        growing.children(&roots, None, 0);
    }
    growing.tree
}

/// The nodes of some modules, what is above them, and the same of where their leafrefs lead.
fn wanted(schema: &Schema, modules: &[ModuleId]) -> BTreeSet<NodeId> {
    let mut found = BTreeSet::new();
    let own = schema.nodes.iter().enumerate().filter(|(_, node)| modules.contains(&node.module));
    let mut open: Vec<NodeId> = own.map(|(place, _)| NodeId(place)).collect();
    while let Some(id) = open.pop() {
        let Some(node) = schema.node(id).filter(|_| found.insert(id)) else { continue };
        open.extend(node.parent);
        open.extend(&node.keys);
        let mut kinds: Vec<&TypeKind> = node.type_.iter().map(|type_| &type_.kind).collect();
        while let Some(kind) = kinds.pop() {
            match kind {
                TypeKind::Leafref { target, .. } => open.extend(*target),
                TypeKind::Union { members } => kinds.extend(members.iter().map(|member| &member.kind)),
                _ => {}
            }
        }
    }
    found
}

struct Growing<'s, 'o> {
    schema: &'s Schema,
    plan: &'o Plan,
    size: usize,
    random: &'o mut Random,
    /// The nodes for whose sake the document is made.
    wanted: BTreeSet<NodeId>,
    tree: Tree<'s>,
}

impl<'s> Growing<'s, '_> {
    fn is_full(&self) -> bool {
        self.tree.len() >= self.size
    }

    /// Whether a node that need not be there is there.
    fn is_taken(&mut self, id: NodeId, depth: usize) -> bool {
        let percent = match (self.wanted.contains(&id), depth) {
            (true, 0) => 85,
            (true, _) => 60,
            (false, 0) => 5,
            (false, _) => 25,
        };
        !self.is_full() && depth < DEPTH && self.random.chance(percent)
    }

    fn children(&mut self, ids: &[NodeId], parent: Option<Id>, depth: usize) {
        for id in ids {
            let Some(node) = self.schema.node(*id).filter(|_| !self.plan.is_left_out(*id)) else {
                continue;
            };
            if self.plan.is_needed(*id) || self.is_taken(*id, depth) {
                self.node(*id, node, parent, depth);
            }
        }
    }

    fn node(&mut self, id: NodeId, node: &'s Node, parent: Option<Id>, depth: usize) {
        match node.kind {
            NodeKind::Choice => {
                let cases = node.children.iter().filter(|case| !self.plan.is_left_out(**case));
                let cases: Vec<NodeId> = cases.copied().collect();
                let own: Vec<NodeId> = cases.iter().copied().filter(|case| self.wanted.contains(case)).collect();
                let Some(case) = self.random.pick(if own.is_empty() { &cases } else { &own }).copied() else { return };
                match self.schema.node(case) {
                    Some(inner) if inner.kind == NodeKind::Case => self.case(inner, parent, depth),
                    Some(inner) => self.node(case, inner, parent, depth),
                    None => {}
                }
            }
            NodeKind::Case => self.case(node, parent, depth),
            NodeKind::Container => {
                let own = self.tree.add(id, parent, Content::Inner);
                self.children(&node.children, Some(own), depth + 1);
            }
            NodeKind::List => self.list(id, node, parent, depth),
            NodeKind::LeafList => {
                let count = self.count(node);
                for _ in 0..count {
                    let mut tries = (0..TRIES).filter_map(|_| self.content(node));
                    let known = |tree: &Tree<'s>, content: &Content<'s>| match content {
                        Content::Value(value) => {
                            tree.of_node(parent, id).any(|(_, other)| other.value() == Some(value))
                        }
                        _ => false,
                    };
                    // RFC 7950 section 7.7: values of configuration are unique
                    let found: Vec<Content<'s>> = tries.by_ref().take(TRIES).collect();
                    let found = found.into_iter().find(|content| !node.config || !known(&self.tree, content));
                    if let Some(content) = found {
                        self.tree.add(id, parent, content);
                    }
                }
            }
            _ => {
                if let Some(content) = self.content(node) {
                    self.tree.add(id, parent, content);
                }
            }
        }
    }

    /// The nodes of a case, one of them at least.
    fn case(&mut self, case: &'s Node, parent: Option<Id>, depth: usize) {
        let before = self.tree.len();
        self.children(&case.children, parent, depth);
        if self.tree.len() == before {
            let usable = case.children.iter().copied();
            let usable = usable.filter(|id| !self.plan.is_left_out(*id));
            let usable: Vec<NodeId> = usable.collect();
            if let Some(id) = self.random.pick(&usable).copied()
                && let Some(node) = self.schema.node(id)
            {
                self.node(id, node, parent, depth);
            }
        }
    }

    /// How many entries.
    fn count(&mut self, node: &Node) -> u32 {
        let least = node.min_elements.unwrap_or(0);
        let most = node.max_elements.unwrap_or(u32::MAX);
        // a large document has long lists
        let room = (self.size.saturating_sub(self.tree.len()) / 100).min(1000) as u64;
        let more = if self.is_full() { 0 } else { u32::try_from(self.random.below(4 + room)).unwrap_or(0) };
        least.max(1).saturating_add(more).min(most).max(least).min(10_000)
    }

    fn list(&mut self, id: NodeId, node: &'s Node, parent: Option<Id>, depth: usize) {
        for _ in 0..self.count(node) {
            let mut keys: Option<Vec<(NodeId, Content<'s>)>> = None;
            for _ in 0..TRIES {
                let drawn = node.keys.iter().map(|key| Some((*key, self.content(self.schema.node(*key)?)?)));
                let Some(drawn) = drawn.collect::<Option<Vec<_>>>() else { return };
                if node.keys.is_empty() || !self.is_known(id, parent, &drawn) {
                    keys = Some(drawn);
                    break;
                }
            }
            let Some(keys) = keys else { return };
            let entry = self.tree.add(id, parent, Content::Inner);
            for (key, content) in keys {
                self.tree.add(key, Some(entry), content);
            }
            let rest: Vec<NodeId> = node.children.iter().copied().filter(|child| !node.keys.contains(child)).collect();
            self.children(&rest, Some(entry), depth + 1);
        }
    }

    /// Whether an entry has these keys; keys that are not known yet are looked at later.
    fn is_known(&self, list: NodeId, parent: Option<Id>, keys: &[(NodeId, Content<'s>)]) -> bool {
        self.tree.of_node(parent, list).any(|(entry, _)| {
            keys.iter().all(|(key, content)| match content {
                Content::Value(value) => self
                    .tree
                    .of_node(Some(entry), *key)
                    .any(|(_, leaf)| leaf.value().is_some_and(|own| own.text == value.text)),
                _ => false,
            })
        })
    }

    /// What a leaf, an entry of a leaf-list, anydata or anyxml holds.
    fn content(&mut self, node: &'s Node) -> Option<Content<'s>> {
        let Some(type_) = &node.type_ else {
            // RFC 7951 sections 5.5 and 5.6: an object; any value
            let json = if node.kind == NodeKind::Anydata { "{}" } else { "\"any\"" };
            return Some(Content::Value(Value { text: json.to_owned(), json: json.to_owned() }));
        };
        Some(match draw(self.schema, node.module, type_, self.random)? {
            Drawn::Value(value) => Content::Value(value),
            Drawn::Reference(type_) => Content::Reference(type_, None),
            Drawn::Instance => Content::Instance(None),
        })
    }
}

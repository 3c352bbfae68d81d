//! The data tree as XPath sees it (RFC 7950 section 6.4.1): choices and cases are no steps, the parameters of an
//! operation stand in the operation, and not everything is accessible from everywhere.

use std::collections::HashMap;

use super::super::compiled::{ModuleId, NodeId, NodeKind};
use super::super::compiler::Compiler;

/// A place in the data tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) enum Position {
    Root,
    Node(NodeId),
}

/// What is accessible from where an expression stands.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct View {
    /// Configuration alone.
    pub(in super::super) configuration: bool,
    /// The rpc, action or notification it stands in: the only one in its tree.
    pub(super) operation: Option<NodeId>,
    /// Input or output, where it stands in one.
    pub(super) side: Option<NodeKind>,
    /// The structure it stands in, which is a document of its own.
    pub(in super::super) structure: Option<NodeId>,
}

/// What is found under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Child {
    Node(NodeId),
    Absent,
    /// There may be one.
    Unknown,
}

/// The members of choices by name, for parents where they were asked for.
#[derive(Debug, Default)]
pub(super) struct Choices {
    nodes: HashMap<NodeId, HashMap<String, Vec<NodeId>>>,
    roots: HashMap<ModuleId, HashMap<String, Vec<NodeId>>>,
}

fn transparent(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Choice | NodeKind::Case)
}

impl Compiler<'_> {
    /// What is accessible from an expression at a node.
    pub(in super::super) fn view(&self, id: NodeId) -> View {
        let mut view = View::default();
        let mut at = Some(id);
        while let Some((id, node)) = at.and_then(|id| Some((id, self.node(id)?))) {
            match node.kind {
                NodeKind::Input | NodeKind::Output => view.side = Some(node.kind),
                NodeKind::Rpc | NodeKind::Action | NodeKind::Notification => view.operation = Some(id),
                NodeKind::Structure => view.structure = Some(id),
                _ => {}
            }
            at = node.parent;
        }
        view.configuration =
            view.operation.is_none() && view.structure.is_none() && self.node(id).is_some_and(|node| node.config);
        view
    }

    /// Whether a structure is the only element of its document (`sx:structure`, RFC 8791 section 4.1), or the root
    /// of it (`rc:yang-data`, RFC 8040 section 8).
    fn is_element(&self, structure: NodeId) -> bool {
        let extension = self.node(structure).and_then(|node| node.extensions.first());
        extension.is_none_or(|extension| extension.name != "yang-data")
    }

    /// The node one step up.
    pub(in super::super) fn data_parent(&self, id: NodeId) -> Position {
        let Some(parent) = self.node(id).and_then(|node| node.parent) else { return Position::Root };
        self.opens_into(parent)
    }

    /// The node whose children the children of a node are in the data tree: itself, unless it is no data node.
    pub(super) fn opens_into(&self, id: NodeId) -> Position {
        let mut at = Some(id);
        while let Some((id, node)) = at.and_then(|id| Some((id, self.node(id)?))) {
            match node.kind {
                NodeKind::Structure if !self.is_element(id) => return Position::Root,
                NodeKind::Input | NodeKind::Output => at = node.parent,
                kind if transparent(kind) => at = node.parent,
                _ => return Position::Node(id),
            }
        }
        Position::Root
    }

    /// Whether nobody knows what is below a node.
    pub(super) fn is_opaque(&self, id: NodeId) -> bool {
        let Some(node) = self.node(id) else { return true };
        let mount = |extension: &super::super::compiled::Extension| {
            extension.name == "mount-point" && extension.module == "ietf-yang-schema-mount"
        };
        matches!(node.kind, NodeKind::Anydata | NodeKind::Anyxml) || node.extensions.iter().any(mount)
    }

    /// The schema node that holds the children of a place: `None` the module's roots; `Err` where there are none.
    fn holder(&self, at: Position, view: &View) -> Result<Option<NodeId>, ()> {
        let Position::Node(id) = at else {
            return Ok(view.structure.filter(|structure| !self.is_element(*structure)));
        };
        let node = self.node(id).ok_or(())?;
        match node.kind {
            NodeKind::Leaf | NodeKind::LeafList => Err(()),
            NodeKind::Rpc | NodeKind::Action => {
                let right = |child: &&NodeId| self.node(**child).is_some_and(|node| Some(node.kind) == view.side);
                node.children.iter().find(right).copied().map(Some).ok_or(())
            }
            _ => Ok(Some(id)),
        }
    }

    /// The child of that name in the tree that `view` shows.
    pub(in super::super) fn data_child(&mut self, at: Position, module: ModuleId, name: &str, view: &View) -> Child {
        if let (Position::Root, Some(structure)) = (at, view.structure)
            && self.is_element(structure)
        {
            let is = self.node(structure).is_some_and(|node| node.name == name && node.module == module);
            // Nothing else is in its document; that is not everybody's reading.
            let other = self.member(None, module, name).or_else(|| self.member(Some(structure), module, name));
            return match (is, other) {
                (true, _) => Child::Node(structure),
                (false, Some(_)) => Child::Unknown,
                (false, None) => Child::Absent,
            };
        }
        let Ok(holder) = self.holder(at, view) else { return Child::Absent };
        if let Some(found) = self.member(holder, module, name).filter(|found| self.shows(*found, view)) {
            return Child::Node(found);
        }
        if at == Position::Root && view.structure.is_some() && self.member(None, module, name).is_some() {
            return Child::Unknown;
        }
        if matches!(at, Position::Node(id) if self.is_opaque(id)) {
            return Child::Unknown;
        }
        let augmented = self.implements(module);
        if !augmented || self.was_pruned(holder, name) {
            return Child::Unknown;
        }
        Child::Absent
    }

    /// Whether a node is in the tree at all: not another operation, not a structure.
    fn shows(&self, id: NodeId, view: &View) -> bool {
        self.node(id).is_some_and(|node| match node.kind {
            NodeKind::Rpc | NodeKind::Action | NodeKind::Notification => view.operation == Some(id),
            NodeKind::Structure => false,
            _ => true,
        })
    }

    /// A data node right below, or in choices below.
    fn member(&mut self, holder: Option<NodeId>, module: ModuleId, name: &str) -> Option<NodeId> {
        let data = |node: &super::super::compiled::Node| !transparent(node.kind) && node.kind != NodeKind::Structure;
        if let Some(child) = self.child(holder, module, name)
            && self.node(child).is_some_and(data)
        {
            return Some(child);
        }
        let known = match holder {
            Some(holder) => self.expressions.choices.nodes.contains_key(&holder),
            None => self.expressions.choices.roots.contains_key(&module),
        };
        if !known {
            let mut members: HashMap<String, Vec<NodeId>> = HashMap::new();
            let mut open: Vec<NodeId> = self.children_of(holder, module).to_vec();
            // A structure and a data node may share a name; the first is found above.
            let structures = open.iter().any(|id| self.node(*id).is_some_and(|node| node.kind == NodeKind::Structure));
            let mut inside = false;
            while !open.is_empty() {
                let mut next = Vec::new();
                for id in open {
                    let Some(node) = self.node(id) else { continue };
                    if transparent(node.kind) {
                        next.extend(node.children.iter().copied());
                    } else if inside || (structures && node.kind != NodeKind::Structure) {
                        members.entry(node.name.clone()).or_default().push(id);
                    }
                }
                (open, inside) = (next, true);
            }
            match holder {
                Some(holder) => self.expressions.choices.nodes.insert(holder, members),
                None => self.expressions.choices.roots.insert(module, members),
            };
        }
        let members = match holder {
            Some(holder) => self.expressions.choices.nodes.get(&holder),
            None => self.expressions.choices.roots.get(&module),
        };
        let is = |id: &&NodeId| self.node(**id).is_some_and(|node| node.module == module);
        members?.get(name)?.iter().find(is).copied()
    }

    /// The children in the tree that `view` shows, at most `most`; `None` where they can't be told.
    pub(super) fn data_children(&self, at: Position, view: &View, most: usize) -> Option<Vec<NodeId>> {
        let mut open: Vec<NodeId> = match self.holder(at, view) {
            Err(()) => return Some(Vec::new()),
            Ok(None) => self.schema.modules.iter().flat_map(|module| module.roots.iter().rev().copied()).collect(),
            Ok(Some(id)) if self.is_opaque(id) => return None,
            Ok(Some(id)) => self.children_of(Some(id), ModuleId(0)).iter().rev().copied().collect(),
        };
        if let (Position::Root, Some(structure)) = (at, view.structure)
            && self.is_element(structure)
        {
            return Some(vec![structure]);
        }
        let (mut found, mut looked) = (Vec::new(), 0);
        while let Some(id) = open.pop() {
            looked += 1;
            if looked > 4 * most || found.len() > most {
                return None;
            }
            let Some(node) = self.node(id) else { continue };
            if transparent(node.kind) {
                open.extend(node.children.iter().rev().copied());
            } else if self.shows(id, view) {
                found.push(id);
            }
        }
        Some(found)
    }
}

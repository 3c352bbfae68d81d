//! Steps of paths over schema nodes: axes, node tests, and what is accessible.

use super::super::compiled::{ModuleId, NodeId, NodeKind};
use super::evaluate::{Evaluation, Nodes, SET_LIMIT, WORK_LIMIT};
use super::judge::Question;
use super::tree::{Child, Position};
use crate::xpath::{Axis, NodeTest, Step};

/// Why a step led nowhere.
#[derive(Clone, Copy)]
pub(super) enum Obstacle {
    State(NodeId),
    OwnChild,
}

impl Evaluation<'_, '_> {
    pub(super) fn step(&mut self, axis: Axis, step: &Step, from: &Nodes) -> Nodes {
        let mut to = Nodes { at: Vec::new(), open: from.open, elsewhere: from.elsewhere };
        self.compiler.expressions.work += 1 + from.at.len();
        if self.compiler.expressions.work > WORK_LIMIT {
            to.open = true;
            self.reads_more = true;
            return to;
        }
        let mut obstacle = None;
        for position in &from.at {
            self.walk(axis, &step.test, *position, &mut to, &mut obstacle);
        }
        to.settle();
        if !from.open && !from.at.is_empty() {
            let fails = to.at.is_empty() && !to.open && !self.compiler.expressions.incomplete;
            self.judge(step.place.0, Question::Step, fails, |this| this.failure(axis, step, from, obstacle));
        }
        // What leads nowhere has been told; what follows it is no second mistake.
        to.open |= to.at.is_empty();
        self.reads_more |= to.open;
        to
    }

    /// The module and name that a test asks for: `None` any; `Err` where the prefix is not declared.
    fn wanted<'t>(&self, test: &'t NodeTest) -> Result<(Option<ModuleId>, Option<&'t str>), ()> {
        let xpath = &self.site.xpath;
        match test {
            NodeTest::Name(name) => {
                let module = xpath.module_of(name, self.site.namespace).ok_or(())?;
                Ok((Some(module), Some(&name.local)))
            }
            NodeTest::Module(prefix) => {
                let module = xpath.modules.get(prefix.index()).copied().flatten().ok_or(())?;
                Ok((Some(module), None))
            }
            _ => Ok((None, None)),
        }
    }

    /// Adds what one position leads to.
    fn walk(&mut self, axis: Axis, test: &NodeTest, from: Position, to: &mut Nodes, obstacle: &mut Option<Obstacle>) {
        let Ok((module, name)) = self.wanted(test) else {
            to.open = true;
            return;
        };
        let elements = matches!(test, NodeTest::Any | NodeTest::Module(_) | NodeTest::Name(_) | NodeTest::Node);
        match axis {
            _ if !elements => to.open = true,
            Axis::Child => self.children(from, module, name, test, to, obstacle),
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                if let Position::Node(id) = from {
                    let parent = self.compiler.data_parent(id);
                    self.children(parent, module, name, test, to, obstacle);
                }
            }
            Axis::Itself => self.keep(from, module, name, test, to),
            Axis::Parent => {
                if let Position::Node(id) = from {
                    self.keep(self.compiler.data_parent(id), module, name, test, to);
                }
            }
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let mut at = from;
                if axis == Axis::AncestorOrSelf {
                    self.keep(at, module, name, test, to);
                }
                while let Position::Node(id) = at {
                    at = self.compiler.data_parent(id);
                    self.keep(at, module, name, test, to);
                }
            }
            Axis::Descendant | Axis::DescendantOrSelf => {
                if axis == Axis::DescendantOrSelf {
                    self.keep(from, module, name, test, to);
                }
                match (module, name) {
                    (Some(module), Some(name)) => self.descendants(from, module, name, to, obstacle),
                    _ => to.open = true,
                }
            }
            Axis::Attribute | Axis::Following | Axis::Namespace | Axis::Preceding => to.open = true,
        }
    }

    /// Takes a position that is there already, where the test holds.
    fn keep(&self, position: Position, module: Option<ModuleId>, name: Option<&str>, test: &NodeTest, to: &mut Nodes) {
        let holds = match position {
            // The root is no element.
            Position::Root => *test == NodeTest::Node,
            Position::Node(id) => self.compiler.node(id).is_some_and(|node| {
                module.is_none_or(|module| module == node.module) && name.is_none_or(|name| name == node.name)
            }),
        };
        if holds {
            to.at.push(position);
        }
    }

    fn children(
        &mut self,
        from: Position,
        module: Option<ModuleId>,
        name: Option<&str>,
        test: &NodeTest,
        to: &mut Nodes,
        obstacle: &mut Option<Obstacle>,
    ) {
        let view = self.site.view;
        if let (Some(module), Some(name)) = (module, name) {
            match self.compiler.data_child(from, module, name, &view) {
                Child::Node(id) => self.land(id, to, obstacle),
                Child::Unknown => to.open = true,
                Child::Absent => {}
            }
            return;
        }
        // `node()` takes the text of a leaf too.
        to.open |= *test == NodeTest::Node;
        if self.compiler.expressions.wide.contains(&from) {
            to.open = true;
            return;
        }
        let Some(children) = self.compiler.data_children(from, &view, SET_LIMIT) else {
            self.compiler.expressions.work += 4 * SET_LIMIT;
            self.compiler.expressions.wide.insert(from);
            to.open = true;
            return;
        };
        self.compiler.expressions.work += 4 * children.len();
        for id in children {
            if module.is_none_or(|module| self.compiler.node(id).is_some_and(|node| node.module == module)) {
                self.land(id, to, obstacle);
            }
        }
    }

    fn descendants(
        &mut self,
        from: Position,
        module: ModuleId,
        name: &str,
        to: &mut Nodes,
        obstacle: &mut Option<Obstacle>,
    ) {
        let Some(named) = self.compiler.nodes_named(name, SET_LIMIT) else {
            to.open = true;
            return;
        };
        self.compiler.expressions.work += 8 * named.len();
        let view = self.site.view;
        let opaque = named.is_empty();
        for id in named {
            let other = self.compiler.view(id);
            let there = other.structure == view.structure
                && (other.operation.is_none() || other.operation == view.operation && other.side == view.side);
            let right = self.compiler.node(id).is_some_and(|node| node.module == module);
            if !right || !there {
                continue;
            }
            let mut at = Position::Node(id);
            while let Position::Node(below) = at {
                at = self.compiler.data_parent(below);
                if at == from {
                    self.land(id, to, obstacle);
                    break;
                }
            }
        }
        // Below anydata there may be anything, and a feature may have taken it away.
        to.open |= opaque || to.at.is_empty();
    }

    /// Takes a node that a step leads down to, unless it is not accessible.
    fn land(&mut self, id: NodeId, to: &mut Nodes, obstacle: &mut Option<Obstacle>) {
        let Some(node) = self.compiler.node(id) else { return };
        if self.site.view.configuration && !node.config {
            *obstacle = Some(Obstacle::State(id));
            return;
        }
        let entries = matches!(node.kind, NodeKind::List | NodeKind::LeafList);
        if entries && self.is_above(id, self.site.initial) {
            to.elsewhere = true;
        }
        if let Some(condition) = self.site.condition.filter(|_| !to.elsewhere) {
            if !condition.on_parent && id != condition.node && self.is_above(condition.node, Position::Node(id)) {
                *obstacle = Some(Obstacle::OwnChild);
                return;
            }
            self.compiler.expressions.depends.push((condition.node, id));
        }
        self.reads.insert(id);
        to.at.push(Position::Node(id));
    }

    /// Settles on nodes that were reached by a reference.
    pub(super) fn arrive(&mut self, to: &mut Nodes) {
        to.settle();
        self.reads_more |= to.open;
        self.reads.extend(to.at.iter().filter_map(|position| match position {
            Position::Node(id) => Some(*id),
            Position::Root => None,
        }));
    }

    fn is_above(&self, above: NodeId, mut at: Position) -> bool {
        while let Position::Node(id) = at {
            if id == above {
                return true;
            }
            at = self.compiler.data_parent(id);
        }
        false
    }
}

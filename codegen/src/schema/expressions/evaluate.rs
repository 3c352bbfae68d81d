//! An expression walked over schema nodes: which nodes each step can lead to, and what is always the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::compiled::{ModuleId, NodeId, NodeKind, XPath};
use super::super::compiler::Compiler;
use super::super::load::UnitId;
use super::judge::Question;
use super::tree::{Child, Position, View};
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;
use crate::xpath::{Axis, Callee, Expr, ExprId, Extent, NodeTest, Operator, Start, Step};

/// How many steps all expressions of a schema may take together.
pub(super) const WORK_LIMIT: usize = 4_000_000;

/// A set with more nodes than this is taken for one that can't be known.
const SET_LIMIT: usize = 256;

const RULE: &str = "RFC 7950 section 6.4.1";

/// Where an expression is evaluated.
pub(super) struct Site {
    pub(super) xpath: Arc<XPath>,
    pub(super) argument: Span,
    pub(super) unit: UnitId,
    /// The module of names without a prefix.
    pub(super) namespace: ModuleId,
    /// The context node.
    pub(super) initial: Position,
    pub(super) view: View,
    pub(super) condition: Option<Condition>,
}

/// That an expression is a `when`, and whose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Condition {
    pub(super) node: NodeId,
    pub(super) on_parent: bool,
}

/// Schema nodes whose instances an expression may select.
#[derive(Clone, Debug, Default)]
pub(super) struct Nodes {
    /// In ascending order.
    pub(super) at: Vec<Position>,
    /// Whether there may be others.
    pub(super) open: bool,
    /// Whether they may be in another list entry than the context node.
    pub(super) elsewhere: bool,
}

impl Nodes {
    fn at(position: Position) -> Nodes {
        Nodes { at: vec![position], ..Nodes::default() }
    }

    pub(super) fn unknown() -> Nodes {
        Nodes { open: true, ..Nodes::default() }
    }

    fn settle(&mut self) {
        self.at.sort_unstable();
        self.at.dedup();
        if self.at.len() > SET_LIMIT {
            *self = Nodes { elsewhere: self.elsewhere, ..Nodes::unknown() };
        }
    }

    fn merge(&mut self, other: Nodes) {
        self.at.extend(other.at);
        self.open |= other.open;
        self.elsewhere |= other.elsewhere;
        self.settle();
    }
}

/// What can be said of a value.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Nodes(Nodes),
    Boolean(bool),
    Number(f64),
    String(String),
    /// It depends.
    Varies,
}

impl Value {
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Value::Boolean(value) => Some(*value),
            Value::Number(value) => Some(*value != 0.0 && !value.is_nan()),
            Value::String(value) => Some(!value.is_empty()),
            Value::Nodes(_) | Value::Varies => None,
        }
    }
}

/// Why a step led nowhere.
#[derive(Clone, Copy)]
enum Obstacle {
    State(NodeId),
    OwnChild,
}

pub(super) struct Evaluation<'c, 'a> {
    pub(super) compiler: &'c mut Compiler<'a>,
    pub(super) site: &'c Site,
    reads: BTreeSet<NodeId>,
    /// Whether there may be others.
    reads_more: bool,
    /// Whether a constant operand has been told: what follows from it is no second mistake.
    constant_told: bool,
}

impl<'c, 'a> Evaluation<'c, 'a> {
    /// Evaluates, judges on the way, and gives the nodes that the value depends on where all are known.
    pub(super) fn of(compiler: &'c mut Compiler<'a>, site: &'c Site) -> Option<Vec<NodeId>> {
        if compiler.expressions.work > WORK_LIMIT {
            return None;
        }
        let mut evaluation =
            Evaluation { compiler, site, reads: BTreeSet::new(), reads_more: false, constant_told: false };
        let root = site.xpath.expression.root_id();
        let value = evaluation.value(root, &Nodes::at(site.initial));
        let truth = value.truth().filter(|_| !evaluation.constant_told);
        let place = site.xpath.expression.extent(root);
        evaluation.judge(place, Question::Constant, truth.is_some(), |this| {
            let message = format!("this condition is always {}", truth.unwrap_or_default());
            Diagnostic::warning(message).at(this.span(place), "").rule(RULE)
        });
        (!evaluation.reads_more).then(|| evaluation.reads.into_iter().collect())
    }

    /// Judges a place; the diagnostic is made only where it is the first.
    pub(super) fn judge(
        &mut self,
        place: Extent,
        question: Question,
        fails: bool,
        make: impl FnOnce(&mut Self) -> Diagnostic,
    ) {
        let argument = self.site.argument;
        if !fails {
            self.passes(place, question);
        } else if self.compiler.expressions.verdicts.is_new(argument, place, question) {
            let diagnostic = make(self);
            self.compiler.expressions.verdicts.wrong(argument, place, question, diagnostic);
        }
    }

    /// Notes that a place is right.
    pub(super) fn passes(&mut self, place: Extent, question: Question) {
        self.compiler.expressions.verdicts.right(self.site.argument, place, question);
    }

    pub(super) fn span(&self, place: Extent) -> Span {
        self.compiler.place(self.site.argument, place)
    }

    pub(super) fn value(&mut self, id: ExprId, at: &Nodes) -> Value {
        let site = self.site;
        let expression = &site.xpath.expression;
        match expression.get(id) {
            Expr::Binary { .. } => {
                let (first, rest) = expression.chain(id);
                let mut left = self.value(first, at);
                let mut left_id = Some(first);
                for (operator, right_id) in rest {
                    let right = self.value(right_id, at);
                    left = self.binary(operator, (left, left_id), (right, right_id));
                    left_id = None;
                }
                left
            }
            Expr::Negate(operand) => match self.value(*operand, at) {
                Value::Number(number) => Value::Number(-number),
                _ => Value::Varies,
            },
            Expr::Literal(text) => Value::String(text.to_string()),
            Expr::Number(number) => Value::Number(*number),
            Expr::Call { function: Callee::Known(function), arguments } => self.call(*function, arguments, at),
            Expr::Call { function: Callee::Unknown(_), arguments } => {
                for argument in arguments {
                    self.value(*argument, at);
                }
                Value::Nodes(Nodes::unknown())
            }
            Expr::Filter { base, predicates } => {
                let nodes = self.nodes(*base, at);
                self.predicates(predicates, &nodes);
                Value::Nodes(nodes)
            }
            Expr::Path { start, steps } => {
                let nodes = match start {
                    Start::Context => at.clone(),
                    Start::Root => Nodes { elsewhere: at.elsewhere, ..Nodes::at(Position::Root) },
                    Start::Expr(base) => self.nodes(*base, at),
                };
                Value::Nodes(self.path(nodes, steps))
            }
        }
    }

    /// The nodes of an expression; what is no node-set has been told.
    pub(super) fn nodes(&mut self, id: ExprId, at: &Nodes) -> Nodes {
        match self.value(id, at) {
            Value::Nodes(nodes) => nodes,
            _ => Nodes::unknown(),
        }
    }

    fn binary(&mut self, operator: Operator, left: (Value, Option<ExprId>), right: (Value, ExprId)) -> Value {
        let ((left, left_id), (right, right_id)) = (left, right);
        match operator {
            Operator::Union => match (left, right) {
                (Value::Nodes(mut left), Value::Nodes(right)) => {
                    left.merge(right);
                    Value::Nodes(left)
                }
                _ => Value::Nodes(Nodes::unknown()),
            },
            Operator::And | Operator::Or => {
                for (value, id) in [(&left, left_id), (&right, Some(right_id))] {
                    self.operand(operator, value, id);
                }
                let decides = operator == Operator::Or;
                match (left.truth(), right.truth()) {
                    (Some(value), _) | (_, Some(value)) if value == decides => Value::Boolean(decides),
                    (Some(_), Some(_)) => Value::Boolean(!decides),
                    _ => Value::Varies,
                }
            }
            Operator::Equal | Operator::NotEqual => {
                match (&left, &right, left_id) {
                    (Value::Nodes(nodes), constant, _) => self.compare(nodes, constant, right_id),
                    (constant, Value::Nodes(nodes), Some(left_id)) => self.compare(nodes, constant, left_id),
                    _ => {}
                }
                Value::Varies
            }
            _ => Value::Varies,
        }
    }

    /// `'a' or 'b'`: a string is no condition.
    fn operand(&mut self, operator: Operator, value: &Value, id: Option<ExprId>) {
        let Some(id) = id else { return };
        let (truth, what) = match (value, value.truth()) {
            (Value::String(_), Some(truth)) => (truth, "string"),
            (Value::Number(_), Some(truth)) => (truth, "number"),
            _ => return,
        };
        if std::mem::replace(&mut self.constant_told, true) {
            return;
        }
        let place = self.site.xpath.expression.extent(id);
        self.judge(place, Question::Value, true, |this| {
            let message = format!("this {what} is an operand of `{}`, where it is always {truth}", operator.symbol());
            let diagnostic = Diagnostic::warning(message).at(this.span(place), "").rule("XPath 1.0 section 4.3");
            diagnostic.help("each operand must be a comparison or a call of its own: `x = 'a' or x = 'b'`")
        });
    }

    fn predicates(&mut self, predicates: &[ExprId], nodes: &Nodes) {
        for predicate in predicates {
            self.value(*predicate, nodes);
        }
    }

    fn path(&mut self, mut nodes: Nodes, steps: &[Step]) -> Nodes {
        let mut steps = steps.iter().peekable();
        while let Some(step) = steps.next() {
            let all = step.axis == Axis::DescendantOrSelf && step.test == NodeTest::Node && step.predicates.is_empty();
            let below = steps.next_if(|next| all && next.axis == Axis::Child);
            nodes = match below {
                // `//name` is any descendant of that name.
                Some(next) => self.step(Axis::Descendant, next, &nodes),
                None => self.step(step.axis, step, &nodes),
            };
            self.predicates(&below.unwrap_or(step).predicates, &nodes);
        }
        nodes
    }

    fn step(&mut self, axis: Axis, step: &Step, from: &Nodes) -> Nodes {
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

    /// Tells that a step leads nowhere.
    fn failure(&mut self, axis: Axis, step: &Step, from: &Nodes, obstacle: Option<Obstacle>) -> Diagnostic {
        let place = self.span(step.place.0);
        let written = match &step.test {
            NodeTest::Name(name) => self.site.xpath.expression.written(name),
            _ => self.compiler.sources.text(place).to_owned(),
        };
        let mut first = from.at.first().copied().unwrap_or(Position::Root);
        if let (Axis::FollowingSibling | Axis::PrecedingSibling, Position::Node(id)) = (axis, first) {
            first = self.compiler.data_parent(id);
        }
        let whose = match first {
            Position::Node(id) => self.compiler.node(id).map_or(String::new(), |node| format!("`{}`", node.name)),
            Position::Root => "the root".to_owned(),
        };
        let warn = |message: String| Diagnostic::warning(message).at(place, "").rule(RULE);
        if let Some(Obstacle::State(id)) = obstacle {
            let diagnostic = warn(format!("`{written}` is state, which is not seen from configuration"));
            let state = self.compiler.node(id).map(|node| node.span);
            return state.map_or(diagnostic.clone(), |span| diagnostic.with(span, "`config false`"));
        }
        if matches!(obstacle, Some(Obstacle::OwnChild)) {
            let message = format!("`{written}` is below the node that this `when` decides on, and not there yet");
            return warn(message).rule("RFC 7950 section 7.21.5");
        }
        match axis {
            Axis::Child | Axis::FollowingSibling | Axis::PrecedingSibling => {}
            Axis::Parent if first == Position::Root => return warn("the path leads up beyond the root".to_owned()),
            Axis::Parent | Axis::Itself => return warn(format!("the step never matches: {whose} comes before it")),
            _ => return warn(format!("there is no `{written}` above {whose}")),
        }
        let leaf = match first {
            Position::Node(id) => self.compiler.node(id).filter(|node| node.type_.is_some() || is_leaf(node.kind)),
            Position::Root => None,
        };
        if leaf.is_some() {
            return warn(format!("the step `{written}` never matches: {whose} is a leaf"));
        }
        let diagnostic = match first {
            Position::Root => warn(format!("the step `{written}` never matches: there is no such node at the root")),
            Position::Node(_) => warn(format!("the step `{written}` never matches: {whose} has no such child")),
        };
        let (help, node) = (self.meant(step, from), self.position_span(first));
        let diagnostic = node.map_or(diagnostic.clone(), |span| diagnostic.with(span, ""));
        help.map_or(diagnostic.clone(), |help| diagnostic.help(help))
    }

    fn position_span(&self, position: Position) -> Option<Span> {
        match position {
            Position::Node(id) => self.compiler.node(id).map(|node| node.span),
            Position::Root => None,
        }
    }

    /// The child that was probably meant: of this name in another module, or of a similar name.
    fn meant(&mut self, step: &Step, from: &Nodes) -> Option<String> {
        let NodeTest::Name(name) = &step.test else { return None };
        let view = self.site.view;
        let mut near: Vec<(String, ModuleId)> = Vec::new();
        for position in from.at.iter().take(4) {
            for id in self.compiler.data_children(*position, &view, 4 * SET_LIMIT).unwrap_or_default() {
                near.extend(self.compiler.node(id).map(|node| (node.name.clone(), node.module)));
            }
        }
        if let Some((_, module)) = near.iter().find(|(other, _)| **other == *name.local) {
            let prefixes = self.compiler.unit(self.site.unit).map(|unit| &unit.prefixes);
            let prefix = prefixes.and_then(|prefixes| prefixes.iter().find(|(_, known)| *known == module));
            let prefix = prefix.map_or(String::new(), |(prefix, _)| format!(": write `{prefix}:{}`", name.local));
            return Some(format!(
                "`{}` is in module `{}` here{prefix}",
                name.local,
                self.compiler.module_name(*module)
            ));
        }
        let found = suggest(&name.local, near.iter().map(|(name, _)| name.as_str()))?;
        Some(format!("did you mean `{found}`?"))
    }
}

fn is_leaf(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Leaf | NodeKind::LeafList)
}

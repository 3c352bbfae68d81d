//! An expression evaluated over schema nodes: which nodes it can lead to, and what is always the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::compiled::{ModuleId, NodeId, XPath};
use super::super::compiler::Compiler;
use super::super::load::UnitId;
use super::judge::Question;
use super::tree::{Position, View};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::xpath::{Axis, Callee, Expr, ExprId, Extent, NodeTest, Operator, Start, Step};

/// How many steps all expressions of a schema may take together.
pub(super) const WORK_LIMIT: usize = 4_000_000;

/// A set with more nodes than this is taken for one that can't be known.
pub(super) const SET_LIMIT: usize = 256;

pub(super) const RULE: &str = "RFC 7950 section 6.4.1";

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

    pub(super) fn settle(&mut self) {
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

pub(super) struct Evaluation<'c, 'a> {
    pub(super) compiler: &'c mut Compiler<'a>,
    pub(super) site: &'c Site,
    pub(super) reads: BTreeSet<NodeId>,
    /// Whether there may be others.
    pub(super) reads_more: bool,
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
}

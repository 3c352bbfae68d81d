//! Operators and node-sets (XPath 1.0 sections 2 and 3).

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Context, Evaluator, Flow, Visit};
use crate::schema::{Axis, Function, NodeIndex, Op, Operator};
use crate::value::Order;

/// The four types (XPath 1.0 section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Nodes,
    Number,
    Text,
}

/// A walk that can be done again.
pub(super) type Walk<'w> = &'w dyn Fn(Visit<'_>) -> Flow;

impl Evaluator<'_> {
    pub(super) fn op(&self, code: u16) -> &'static Op {
        const NOTHING: &Op = &Op::Nothing;
        self.expressions.code.get(usize::from(code)).unwrap_or(NOTHING)
    }

    pub(super) fn kind(&self, code: u16) -> Kind {
        match self.op(code) {
            Op::Binary { operator, .. } => match operator {
                Operator::Union => Kind::Nodes,
                Operator::Add | Operator::Divide | Operator::Modulo | Operator::Multiply | Operator::Subtract => {
                    Kind::Number
                }
                _ => Kind::Boolean,
            },
            Op::Call { function, .. } => match function {
                Function::Deref => Kind::Nodes,
                Function::Ceiling
                | Function::Count
                | Function::EnumValue
                | Function::Floor
                | Function::Last
                | Function::Negate
                | Function::Number
                | Function::Position
                | Function::Round
                | Function::StringLength
                | Function::Sum => Kind::Number,
                Function::Concat
                | Function::LocalName
                | Function::Name
                | Function::NamespaceUri
                | Function::NormalizeSpace
                | Function::String
                | Function::Substring
                | Function::SubstringAfter
                | Function::SubstringBefore
                | Function::Translate => Kind::Text,
                _ => Kind::Boolean,
            },
            Op::Context
            | Op::Current
            | Op::Filter { .. }
            | Op::Lookup { .. }
            | Op::Nothing
            | Op::Root
            | Op::Step { .. } => Kind::Nodes,
            Op::Number(_) => Kind::Number,
            Op::ReMatch { .. } => Kind::Boolean,
            Op::Text { .. } => Kind::Text,
        }
    }

    /// The value as a boolean (XPath 1.0 section 4.3).
    pub(super) fn truth(&self, code: u16, at: &Context<'_>) -> bool {
        if self.budget.spend().is_break() {
            return false;
        }
        match (self.op(code), self.kind(code)) {
            (Op::Binary { operator: Operator::And, left, right }, _) => self.truth(*left, at) && self.truth(*right, at),
            (Op::Binary { operator: Operator::Or, left, right }, _) => self.truth(*left, at) || self.truth(*right, at),
            (Op::Binary { operator, left, right }, Kind::Boolean) => self.compare(*operator, *left, *right, at),
            (Op::Call { function, arguments }, Kind::Boolean) => self.condition(*function, arguments, at),
            (Op::ReMatch { text, patterns }, _) => {
                let mut matches = false;
                self.text(*text, at, &mut |text| matches = self.tree.schema.matches(*patterns, text));
                matches
            }
            (_, Kind::Number) => {
                let number = self.number(code, at);
                number != 0.0 && !number.is_nan()
            }
            (_, Kind::Text) => {
                let mut any = false;
                self.text(code, at, &mut |text| any = !text.is_empty());
                any
            }
            _ => self.nodes(code, at, &mut |_| Flow::Break(())).is_break() && !self.budget.is_spent(),
        }
    }

    /// The value as a number (XPath 1.0 section 4.4).
    pub(super) fn number(&self, code: u16, at: &Context<'_>) -> f64 {
        if self.budget.spend().is_break() {
            return f64::NAN;
        }
        match (self.op(code), self.kind(code)) {
            (Op::Number(number), _) => *number,
            (Op::Binary { operator, left, right }, Kind::Number) => {
                let (left, right) = (self.number(*left, at), self.number(*right, at));
                match operator {
                    Operator::Add => left + right,
                    Operator::Subtract => left - right,
                    Operator::Multiply => left * right,
                    Operator::Divide => left / right,
                    _ => left % right,
                }
            }
            (Op::Call { function, arguments }, Kind::Number) => self.numeric(*function, arguments, at),
            (_, Kind::Boolean) => f64::from(u8::from(self.truth(code, at))),
            (_, Kind::Nodes) => {
                let mut number = f64::NAN;
                let _ = self.nodes(code, at, &mut |node| {
                    number = self.number_of(node);
                    Flow::Break(())
                });
                number
            }
            _ => {
                let mut number = f64::NAN;
                self.text(code, at, &mut |text| number = super::text::to_number(text));
                number
            }
        }
    }

    /// Hands on the nodes of a node-set as they are met: some perhaps twice where [`Evaluator::repeats`].
    pub(super) fn nodes(&self, code: u16, at: &Context<'_>, visit: Visit<'_>) -> Flow {
        self.budget.spend()?;
        match self.op(code) {
            Op::Context => visit(at.node),
            Op::Current => visit(self.current),
            Op::Root => {
                let mut node = self.current;
                while let Some(up) = node.up {
                    node = up;
                }
                visit(node)
            }
            Op::Step { from, axis, test, predicates, .. } => self.nodes(*from, at, &mut |node| {
                let reverse = matches!(
                    axis,
                    Axis::Ancestor | Axis::AncestorOrSelf | Axis::Parent | Axis::Preceding | Axis::PrecedingSibling
                );
                let nearest = reverse && !predicates.is_empty();
                self.filtered(&|visit| self.axis(node, *axis, *test, nearest, visit), predicates, visit)
            }),
            Op::Lookup { step, keys } => self.look_up(*step, keys, at, visit),
            Op::Filter { from, predicates } => {
                self.filtered(&|visit| self.each_once(*from, at, visit), predicates, visit)
            }
            Op::Binary { operator: Operator::Union, left, right } => {
                self.nodes(*left, at, visit)?;
                self.nodes(*right, at, visit)
            }
            Op::Call { function: Function::Deref, arguments } => {
                let mut flow = Flow::Continue(());
                if let [nodes, ..] = arguments {
                    // RFC 7950 section 10.3.1: what the first node refers to
                    let _ = self.nodes(*nodes, at, &mut |node| {
                        flow = self.deref(node, visit);
                        Flow::Break(())
                    });
                }
                flow
            }
            _ => Flow::Continue(()),
        }
    }

    /// The nodes of a walk for which all predicates hold, each counting what the one before it let through.
    pub(super) fn filtered(&self, walk: Walk<'_>, predicates: &[u16], visit: Visit<'_>) -> Flow {
        let Some((last, before)) = predicates.split_last() else { return walk(visit) };
        let mut size = 0;
        if self.asks_size(*last) {
            self.filtered(walk, before, &mut |_| {
                size += 1;
                Flow::Continue(())
            })?;
        }
        let mut position = 0;
        self.filtered(walk, before, &mut |node| {
            position += 1;
            if self.truth(*last, &Context { node, position, size }) { visit(node) } else { Flow::Continue(()) }
        })
    }

    /// Whether `last()` is asked for.
    fn asks_size(&self, code: u16) -> bool {
        match self.op(code) {
            Op::Binary { left, right, .. } => self.asks_size(*left) || self.asks_size(*right),
            Op::Call { function: Function::Last, .. } => true,
            Op::Call { arguments, .. } => arguments.iter().any(|argument| self.asks_size(*argument)),
            Op::ReMatch { text, .. } => self.asks_size(*text),
            _ => false,
        }
    }

    /// Whether a walk may meet a node twice.
    fn repeats(&self, code: u16) -> bool {
        match self.op(code) {
            Op::Binary { .. } => true,
            Op::Call { .. } => true,
            Op::Filter { .. } => false,
            Op::Lookup { step, .. } => self.repeats(*step),
            Op::Step { repeats, .. } => *repeats,
            _ => false,
        }
    }

    /// Hands on each node of a node-set once.
    pub(super) fn each_once(&self, code: u16, at: &Context<'_>, visit: Visit<'_>) -> Flow {
        if !self.repeats(code) {
            return self.nodes(code, at, visit);
        }
        let mut seen: Vec<Vec<(NodeIndex, u32)>> = Vec::new();
        let mut order = Order::default();
        self.nodes(code, at, &mut |node| {
            let way = node.way();
            if order.add(&mut |at| seen.get(at).map_or(Ordering::Less, |other| way.cmp(other))).is_some() {
                return Flow::Continue(());
            }
            seen.push(way);
            visit(node)
        })
    }
}

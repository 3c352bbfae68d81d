//! Comparisons (XPath 1.0 section 3.4).

use super::evaluate::Kind;
use super::{Context, Evaluator, Flow, Item, Node};
use crate::schema::{IdentityIndex, Op, Operator};
use crate::value::Value;

impl Evaluator<'_> {
    pub(super) fn compare(&self, operator: Operator, left: u16, right: u16, at: &Context<'_>) -> bool {
        let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        match (self.kind(left), self.kind(right)) {
            (Kind::Nodes, Kind::Nodes) => {
                self.some(left, at, |one| self.some(right, at, |other| self.compare_nodes(operator, one, other)))
            }
            (Kind::Boolean, _) | (_, Kind::Boolean) if equality => {
                (self.truth(left, at) == self.truth(right, at)) == (operator == Operator::Equal)
            }
            (Kind::Nodes, Kind::Text) if equality => self.compare_text(operator, left, right, at),
            (Kind::Text, Kind::Nodes) if equality => self.compare_text(operator, right, left, at),
            (Kind::Nodes, kind) => {
                // a boolean in an order is a number, as everything is
                let number = self.number(right, at);
                if kind == Kind::Boolean {
                    return numbers(operator, f64::from(u8::from(self.truth(left, at))), number);
                }
                self.some(left, at, |node| numbers(operator, self.number_of(node), number))
            }
            (kind, Kind::Nodes) => {
                let number = self.number(left, at);
                if kind == Kind::Boolean {
                    return numbers(operator, number, f64::from(u8::from(self.truth(right, at))));
                }
                self.some(right, at, |node| numbers(operator, number, self.number_of(node)))
            }
            (Kind::Text, Kind::Text) if equality => {
                let mut equal = false;
                self.text(left, at, &mut |one| self.text(right, at, &mut |other| equal = one == other));
                equal == (operator == Operator::Equal)
            }
            _ => numbers(operator, self.number(left, at), self.number(right, at)),
        }
    }

    /// Whether there is a node for which something holds.
    fn some(&self, code: u16, at: &Context<'_>, mut holds: impl FnMut(&Node<'_>) -> bool) -> bool {
        let mut found = false;
        let _ = self.nodes(code, at, &mut |node| {
            found = holds(node);
            if found { Flow::Break(()) } else { Flow::Continue(()) }
        });
        found
    }

    fn compare_nodes(&self, operator: Operator, one: &Node<'_>, other: &Node<'_>) -> bool {
        match operator {
            Operator::Equal => self.are_equal(one, other),
            Operator::NotEqual => !self.are_equal(one, other),
            _ => numbers(operator, self.number_of(one), self.number_of(other)),
        }
    }

    /// A node-set and a string.
    fn compare_text(&self, operator: Operator, nodes: u16, text: u16, at: &Context<'_>) -> bool {
        let identity = match self.op(text) {
            Op::Text { identity, .. } => *identity,
            _ => None,
        };
        let mut found = false;
        self.text(text, at, &mut |text| {
            found = self.some(nodes, at, |node| self.is_text(node, text, identity) == (operator == Operator::Equal));
        });
        found
    }

    /// Whether the value of a node is that of a string. The name of an identity has the prefixes of where it was
    /// written (RFC 7950 section 9.10.3), so it is compared as what it means.
    fn is_text(&self, node: &Node<'_>, text: &str, identity: Option<IdentityIndex>) -> bool {
        if let (Some(identity), Some(own)) = (identity, self.identity_of(node)) {
            return own == identity;
        }
        let mut equal = false;
        self.text_of(node, &mut |own| equal = own == text);
        equal
    }

    /// Whether two nodes have the same string-value.
    pub(super) fn are_equal(&self, one: &Node<'_>, other: &Node<'_>) -> bool {
        if let (Item::Value(one), Item::Value(other)) = (one.item, other.item) {
            match (one.resolved(), other.resolved()) {
                (Value::Boolean(one), Value::Boolean(other)) => return one == other,
                (Value::Identityref(one), Value::Identityref(other)) => return one == other,
                (Value::InstanceIdentifier(one), Value::InstanceIdentifier(other)) => return one == other,
                (Value::Integer(one), Value::Integer(other)) => return one == other,
                (Value::String(one), Value::String(other)) => return one == other,
                (Value::Unsigned(one), Value::Unsigned(other)) => return one == other,
                _ => {}
            }
        }
        let mut equal = false;
        self.text_of(one, &mut |one| self.text_of(other, &mut |other| equal = one == other));
        equal
    }
}

fn numbers(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Equal => left == right,
        Operator::NotEqual => left != right,
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}

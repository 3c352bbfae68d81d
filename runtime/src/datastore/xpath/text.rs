//! String-values, and numbers as text and back (XPath 1.0 sections 4.2, 4.4 and 5).

use alloc::string::String;

use super::evaluate::Kind;
use super::{Context, Evaluator, Flow, Item, Node};
use crate::schema::{Enum, IdentityIndex, Literal, Op, Test, Type};
use crate::value::{Value, print_float, text::print};

/// The white space of XML.
pub(super) const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

impl Evaluator<'_> {
    /// Lends the value as a string, once.
    pub(super) fn text(&self, code: u16, at: &Context<'_>, with: &mut dyn FnMut(&str)) {
        if self.budget.spend().is_break() {
            return with("");
        }
        match (self.op(code), self.kind(code)) {
            (Op::Text { text, .. }, _) => with(text),
            (Op::Call { function, arguments }, Kind::Text) => self.words(*function, arguments, at, with),
            (_, Kind::Boolean) => with(if self.truth(code, at) { "true" } else { "false" }),
            (_, Kind::Number) => {
                let mut text = String::new();
                push_number(self.number(code, at), &mut text);
                with(&text);
            }
            _ => {
                let mut any = false;
                let _ = self.nodes(code, at, &mut |node| {
                    any = true;
                    self.text_of(node, with);
                    Flow::Break(())
                });
                if !any {
                    with("");
                }
            }
        }
    }

    /// Lends the string-value of a node: of a leaf the canonical form of its value (RFC 7950 section 9.1).
    pub(super) fn text_of(&self, node: &Node<'_>, with: &mut dyn FnMut(&str)) {
        let schema = self.tree.schema;
        match node.item {
            Item::Text => {
                if let Some(leaf) = node.up {
                    self.text_of(leaf, with);
                }
            }
            Item::Any | Item::Dummy => with(""),
            Item::Absent | Item::Content(_) => {
                // XPath 1.0 section 5.2: the texts below it, one behind the other
                let mut text = String::new();
                let _ = self.axis(node, crate::schema::Axis::Descendant, Test::Text, false, &mut |node| {
                    self.text_of(node, &mut |own| text.push_str(own));
                    self.budget.spend_on(text.len())
                });
                with(&text);
            }
            Item::Default(Literal::String(text)) => with(text),
            Item::Default(literal) => {
                let value = Value::from_literal(literal);
                with(&print(schema, node.row, &value).unwrap_or_default());
            }
            Item::Value(value) => match (value.resolved(), schema.type_of(node.row)) {
                (Value::String(text), _) => with(text),
                (Value::Boolean(value), _) => with(if *value { "true" } else { "false" }),
                (Value::Enumeration(value), Some(Type::Enumeration { enums })) => with(name_of(enums, *value)),
                _ => with(&print(schema, node.row, value).unwrap_or_default()),
            },
        }
    }

    /// The number of a node's string-value.
    pub(super) fn number_of(&self, node: &Node<'_>) -> f64 {
        if let Item::Value(value) = node.item {
            match value.resolved() {
                Value::Integer(value) => return *value as f64,
                Value::Unsigned(value) => return *value as f64,
                _ => {}
            }
        }
        let mut number = f64::NAN;
        self.text_of(node, &mut |text| number = to_number(text));
        number
    }

    /// The identity that a node's value is.
    pub(super) fn identity_of(&self, node: &Node<'_>) -> Option<IdentityIndex> {
        match self.value_of(node)?.resolved() {
            Value::Identityref(identity) => Some(*identity),
            _ => None,
        }
    }

    /// A copy of a leaf's value.
    pub(super) fn value_of(&self, node: &Node<'_>) -> Option<Value> {
        match node.item {
            Item::Value(value) => Some(value.clone()),
            Item::Default(default) => Some(Value::from_literal(default)),
            _ => None,
        }
    }
}

fn name_of(enums: &'static [Enum], value: i32) -> &'static str {
    let row = enums.binary_search_by_key(&value, |row| row.value).ok();
    row.and_then(|row| enums.get(row)).map_or("", |row| row.name)
}

/// A string as a number: digits with or without a point and a minus sign, else not a number.
pub(super) fn to_number(text: &str) -> f64 {
    let text = text.trim_matches(SPACE);
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        crate::value::parse_float(text).unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

/// Appends a number as a string: a whole one without a point.
pub(super) fn push_number(number: f64, out: &mut String) {
    let start = out.len();
    match number {
        0.0 => out.push('0'),
        f64::INFINITY => out.push_str("Infinity"),
        f64::NEG_INFINITY => out.push_str("-Infinity"),
        number => print_float(number, out),
    }
    if out.get(start..).is_some_and(|text| text.ends_with(".0")) {
        out.truncate(out.len() - 2);
    }
}

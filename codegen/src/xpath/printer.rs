//! An expression as text again, in its shortest form.

use std::fmt;

use super::ast::{Axis, Callee, Expr, ExprId, Expression, NEGATE, NodeTest, Operator, Start, Step};

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.print(self.root, 0, f)
    }
}

impl Expression {
    /// A part, in parentheses where it binds less tightly than `least`.
    fn print(&self, id: ExprId, least: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let binding = match self.get(id) {
            Expr::Binary { operator, .. } => operator.binding(),
            Expr::Negate(_) => NEGATE,
            // Behind `/` alone `*` and `and` would be names.
            Expr::Path { start: Start::Root, steps } if steps.is_empty() && least > 0 => 0,
            _ => u8::MAX,
        };
        if binding < least {
            f.write_str("(")?;
            self.print(id, 0, f)?;
            return f.write_str(")");
        }
        match self.get(id) {
            Expr::Binary { .. } => self.print_chain(id, f),
            Expr::Negate(operand) => {
                f.write_str("-")?;
                self.print(*operand, NEGATE, f)
            }
            Expr::Literal(text) => {
                let quote = if text.contains('\'') { '"' } else { '\'' };
                write!(f, "{quote}{text}{quote}")
            }
            Expr::Number(number) if number.is_finite() => write!(f, "{number}"),
            // The only infinity that can be written is a number too large for a double.
            Expr::Number(_) => write!(f, "1{}", "0".repeat(309)),
            Expr::Call { function, arguments } => {
                match function {
                    Callee::Known(function) => f.write_str(function.name())?,
                    Callee::Unknown(name) => f.write_str(name)?,
                }
                f.write_str("(")?;
                for (index, argument) in arguments.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { ", " })?;
                    self.print(*argument, 0, f)?;
                }
                f.write_str(")")
            }
            Expr::Filter { base, predicates } => {
                self.print_base(*base, false, f)?;
                self.print_predicates(predicates, f)
            }
            Expr::Path { start, steps } => self.print_path(*start, steps, f),
        }
    }

    /// Operators of one or more levels, leftmost operand first: a chain may be longer than the stack is deep.
    fn print_chain(&self, id: ExprId, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, rest) = self.chain(id);
        // A left operand that binds less tightly than the operator behind it stands in parentheses.
        let levels: Vec<u8> = rest.iter().map(|(operator, _)| operator.binding()).collect();
        let opens = |index: usize| levels.get(index).zip(levels.get(index + 1)).is_some_and(|(own, next)| own < next);
        f.write_str(&"(".repeat((0..levels.len()).filter(|index| opens(*index)).count()))?;
        self.print(first, levels.first().copied().unwrap_or(0), f)?;
        for (index, (operator, right)) in rest.iter().enumerate() {
            match operator {
                Operator::Union => f.write_str(" | ")?,
                operator => write!(f, " {} ", operator.symbol())?,
            }
            self.print(*right, operator.binding() + 1, f)?;
            f.write_str(if opens(index) { ")" } else { "" })?;
        }
        Ok(())
    }

    /// What predicates or steps follow.
    fn print_base(&self, base: ExprId, filter: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = match self.get(base) {
            Expr::Literal(_) | Expr::Number(_) | Expr::Call { .. } => true,
            Expr::Filter { .. } => filter,
            _ => false,
        };
        if bare {
            return self.print(base, 0, f);
        }
        f.write_str("(")?;
        self.print(base, 0, f)?;
        f.write_str(")")
    }

    fn print_predicates(&self, predicates: &[ExprId], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for predicate in predicates {
            f.write_str("[")?;
            self.print(*predicate, 0, f)?;
            f.write_str("]")?;
        }
        Ok(())
    }

    fn print_path(&self, start: Start, steps: &[Step], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match start {
            Start::Context => {}
            Start::Root => f.write_str("/")?,
            Start::Expr(base) => {
                self.print_base(base, true, f)?;
                f.write_str("/")?;
            }
        }
        // `//` needs a `/` before and a step behind it.
        let mut slash = start != Start::Context;
        for (index, step) in steps.iter().enumerate() {
            let plain = step.predicates.is_empty();
            let last = index + 1 == steps.len();
            match (step.axis, &step.test) {
                (Axis::DescendantOrSelf, NodeTest::Node) if plain && !last && slash => {
                    f.write_str("/")?;
                    slash = false;
                    continue;
                }
                (Axis::Itself, NodeTest::Node) if plain => f.write_str(".")?,
                (Axis::Parent, NodeTest::Node) if plain => f.write_str("..")?,
                (axis, test) => {
                    match axis {
                        Axis::Child => {}
                        Axis::Attribute => f.write_str("@")?,
                        axis => write!(f, "{}::", axis.name())?,
                    }
                    self.print_test(test, f)?;
                }
            }
            self.print_predicates(&step.predicates, f)?;
            f.write_str(if last { "" } else { "/" })?;
            slash = true;
        }
        Ok(())
    }

    fn print_test(&self, test: &NodeTest, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match test {
            NodeTest::Any => f.write_str("*"),
            NodeTest::Module(prefix) => write!(f, "{}:*", self.prefix(*prefix)),
            NodeTest::Name(name) => f.write_str(&self.written(name)),
            NodeTest::Node => f.write_str("node()"),
            NodeTest::Text => f.write_str("text()"),
            NodeTest::Comment => f.write_str("comment()"),
            NodeTest::ProcessingInstruction(None) => f.write_str("processing-instruction()"),
            NodeTest::ProcessingInstruction(Some(target)) => {
                let quote = if target.contains('\'') { '"' } else { '\'' };
                write!(f, "processing-instruction({quote}{target}{quote})")
            }
        }
    }
}

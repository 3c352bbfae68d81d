//! The four types of XPath (XPath 1.0 section 1), and what can be said wrong without a schema.
//!
//! Everything converts to a string, a number or a boolean; nothing converts to a node-set. So a mistake of types is
//! always a missing node-set.

use super::ast::{Callee, Expr, ExprId, Expression, Extent, Operator, Start};
use super::functions::{Function, Parameter};

/// The type of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the type of its name")]
pub enum Type {
    Boolean,
    NodeSet,
    Number,
    String,
}

impl Type {
    fn words(self) -> &'static str {
        match self {
            Type::Boolean => "a boolean",
            Type::NodeSet => "a node-set",
            Type::Number => "a number",
            Type::String => "a string",
        }
    }
}

/// A part that is used as it can't be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misuse {
    /// A wrong number of arguments.
    #[error("`{name}` takes {takes}, not {given}", name = function.name(), takes = takes(*function))]
    Arity {
        /// The function.
        function: Function,
        /// How many it was given.
        given: usize,
    },
    /// No such function.
    #[error("there is no function `{0}`")]
    Function(Box<str>),
    /// A function that YANG 1 does not have.
    #[error("`{}` needs YANG 1.1", .0.name())]
    Since(Function),
    /// Something else than a node-set where one is needed.
    #[error("{user} needs a node-set, this is {found}", found = found.words())]
    NodeSet {
        /// Who needs it.
        user: String,
        /// What it was given.
        found: Type,
    },
}

fn takes(function: Function) -> String {
    let signature = function.signature();
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    match (signature.least, signature.most) {
        (0, 0) => "no argument".into(),
        (least, most) if least == most => format!("{least} argument{}", plural(least)),
        (least, usize::MAX) => format!("at least {least} arguments"),
        (0, most) => format!("at most {most} argument{}", plural(most)),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

impl Expression {
    /// The type of a part; a function that is not known may return anything: `None`.
    #[must_use]
    pub fn type_of(&self, id: ExprId) -> Option<Type> {
        match self.get(id) {
            Expr::Binary { operator, .. } => Some(match operator {
                Operator::Union => Type::NodeSet,
                Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Modulo => {
                    Type::Number
                }
                _ => Type::Boolean,
            }),
            Expr::Negate(_) | Expr::Number(_) => Some(Type::Number),
            Expr::Literal(_) => Some(Type::String),
            Expr::Call { function: Callee::Known(function), .. } => Some(function.signature().result),
            Expr::Call { function: Callee::Unknown(_), .. } => None,
            Expr::Filter { .. } | Expr::Path { .. } => Some(Type::NodeSet),
        }
    }

    /// What is used as it can't be, each with its place.
    #[must_use]
    pub fn misuses(&self, version_1_1: bool) -> Vec<(Misuse, Extent)> {
        let mut found = Vec::new();
        for (id, part) in self.parts() {
            match part {
                Expr::Binary { operator: Operator::Union, left, right } => {
                    self.need_nodes(*left, "`|`", &mut found);
                    self.need_nodes(*right, "`|`", &mut found);
                }
                Expr::Filter { base, .. } => self.need_nodes(*base, "a predicate", &mut found),
                Expr::Path { start: Start::Expr(base), .. } => self.need_nodes(*base, "`/`", &mut found),
                Expr::Call { function: Callee::Unknown(name), .. } => {
                    found.push((Misuse::Function(name.clone()), self.name_extent(id, name)));
                }
                Expr::Call { function: Callee::Known(function), arguments } => {
                    let signature = function.signature();
                    let name = self.name_extent(id, signature.name);
                    if signature.since_1_1 && !version_1_1 {
                        found.push((Misuse::Since(*function), name));
                    }
                    if !(signature.least..=signature.most).contains(&arguments.len()) {
                        found.push((Misuse::Arity { function: *function, given: arguments.len() }, name));
                    } else if let (Parameter::NodeSet, Some(first)) = (signature.first, arguments.first()) {
                        self.need_nodes(*first, &format!("`{}`", signature.name), &mut found);
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn need_nodes(&self, id: ExprId, user: &str, found: &mut Vec<(Misuse, Extent)>) {
        if let Some(type_) = self.type_of(id).filter(|type_| *type_ != Type::NodeSet) {
            found.push((Misuse::NodeSet { user: user.to_owned(), found: type_ }, self.extent(id)));
        }
    }

    /// Where the name of a called function stands.
    fn name_extent(&self, call: ExprId, name: &str) -> Extent {
        let whole = self.extent(call);
        Extent {
            end: whole.start.saturating_add(u32::try_from(name.len()).unwrap_or(u32::MAX)).min(whole.end),
            ..whole
        }
    }
}

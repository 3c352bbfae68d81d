//! XPath 1.0, the language: text to tokens to an [`Expression`], and what can be said of it without a schema.
//!
//! `lexer` cuts the text, `parser` builds the tree ([`ast`]), `printer` writes it back, [`functions`] lists the
//! functions that YANG's expressions may call, `types` says which of the four types each expression has, and
//! [`leafref`] reads the smaller language of `path`. Places are [`Extent`]s of the expression's text;
//! [`crate::syntax::locate`] finds them in the YANG source.
//!
//! This room must not know statements, schema nodes or modules: what a prefix stands for and whether a step can match
//! is `schema`'s (`schema/expressions`). Read [`Expression`] first.

pub mod ast;
pub mod functions;
pub mod leafref;

mod error;
mod lexer;
mod parser;
mod printer;
mod types;

#[cfg(test)]
mod tests;

pub use ast::{Axis, Callee, Expr, ExprId, Expression, Extent, Name, NodeTest, Operator, Prefix, Start, Step};
pub use error::{Error, Reason};
pub use functions::Function;
pub use parser::parse;
pub use types::{Misuse, Type};

/// How deep parentheses, arguments, predicates and signs may nest.
pub const DEPTH_LIMIT: usize = 64;

/// How many tokens an expression may have.
pub const TOKEN_LIMIT: usize = 20_000;

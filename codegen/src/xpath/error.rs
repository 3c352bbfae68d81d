//! What is wrong with a text that is no expression.

use super::{DEPTH_LIMIT, Extent, TOKEN_LIMIT};

/// Why and where a text is no XPath expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Error {
    /// Why.
    pub reason: Reason,
    /// Where.
    pub extent: Extent,
}

/// Why a text is no XPath expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// There is no such axis.
    #[error("there is no axis `{0}`")]
    Axis(String),
    /// A character that begins no token.
    #[error("`{0}` begins nothing in XPath")]
    Character(char),
    /// There is nothing in it.
    #[error("the expression is empty")]
    Empty,
    /// Something else is needed here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What is needed.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A predicate behind `.` or `..`, which XPath's grammar does not have.
    #[error("no predicate may follow `{0}`")]
    Predicate(&'static str),
    /// Nested beyond [`DEPTH_LIMIT`].
    #[error("the expression is nested more than {DEPTH_LIMIT} deep")]
    TooDeep,
    /// Longer than [`TOKEN_LIMIT`].
    #[error("the expression has more than {TOKEN_LIMIT} tokens")]
    TooLong,
    /// A literal without its closing quote.
    #[error("this string is never closed")]
    Unclosed,
    /// A variable.
    #[error("`${0}`: YANG binds no variables")]
    Variable(String),
}

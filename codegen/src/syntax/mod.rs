//! YANG text to ordered statements.
//!
//! `lexer` (the only file that names yang-rs) cuts the text into tokens, [`parse`] makes [`Statement`]s of them, and
//! `grammar` says which statement may stand where, as data; `check` holds a tree against it. Nothing here resolves a
//! name: imports, typedefs and groupings are `schema`'s. Read [`Statement`] first.

mod argument;
mod check;
mod grammar;
mod lexer;
mod locate;
mod parse;
mod statement;
mod string;

#[cfg(test)]
mod tests;

pub use locate::locate;
pub use parse::parse;
pub use statement::{Argument, Keyword, Statement};

#[cfg(feature = "lwm2m")]
pub(crate) use argument::is_uri;
pub(crate) use argument::{is_identifier, is_reference};
pub(crate) use check::{check, check_extension, defines_no_node, is_keyword, takes};
pub(crate) use grammar::{canonical_place, section};

/// How deep statements may nest.
pub(crate) const NESTING_LIMIT: usize = 96;

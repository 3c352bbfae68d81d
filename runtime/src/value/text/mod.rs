//! The lexical form of values and instance-identifiers (RFC 7950 section 9, RFC 7951, RFC 8040).
//!
//! JSON, paths, LwM2M's text format and the command line share it. Read [`print`] and [`parse_path`] first.

pub(crate) mod base64;
mod by_name;
mod name;
mod number;
mod path;
mod print_path;
mod scalar;

pub use by_name::ByName;
pub use path::{PathError, PathReason, parse_path};
pub use print_path::{PathForm, print_path};
pub use scalar::{parse, print};

pub(crate) use by_name::by_name;
pub(crate) use name::{child_by_name, print_identity, qualified_name};
pub(crate) use number::{parse_whole, push_ascii, push_integer, push_unsigned, say};
pub(crate) use scalar::{parse_as, print_as};

#[cfg(test)]
mod tests;

//! RFC 7951: instance data as JSON, for tools and managers.
//!
//! [`Encoder`] writes, [`read_content`], [`read_value`] and [`read_entry`] read; [`read_annotated`] and
//! [`to_string_annotated`] know metadata annotations (RFC 7952), too. Nothing of CBOR is known here but what `anydata`
//! and `anyxml` are kept as. Read [`to_string`] and [`read_content`] first.

mod annotations;
mod any;
mod decode;
mod encode;
mod error;
mod place;
mod tree;

pub use annotations::{Annotation, to_string_annotated};
pub use decode::{read_annotated, read_content, read_entry, read_value};
pub use encode::{EncodeError, Encoder, Style, to_string};
pub use error::{Error, Reason};
pub use place::Place;

#[cfg(test)]
mod tests;

//! RFC 7951: instance data as JSON, for tools and managers.
//!
//! [`Encoder`] writes, [`read_content`], [`read_value`] and [`read_entry`] read. Nothing of CBOR is known here but
//! what `anydata` and `anyxml` are kept as. Read [`to_string`] and [`read_content`] first.

mod any;
mod decode;
mod encode;
mod error;
mod tree;

pub use decode::{read_content, read_entry, read_value};
pub use encode::{EncodeError, Encoder, Style, to_string};
pub use error::{Error, Reason};

#[cfg(test)]
mod tests;

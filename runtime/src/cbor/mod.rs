//! CBOR (RFC 8949) and YANG-CBOR (RFC 9254).
//!
//! [`Reader`] and [`Writer`] know CBOR alone; [`Encoder`] writes instance data by the schema and
//! [`read_content`], [`read_value`] and [`read_entry`] read it. Protocols, content formats and datastores are not
//! known here. Read [`Encoder`] and [`read_content`] first.
//!
//! Output is deterministic (RFC 8949 section 4.2): shortest heads, definite lengths, the keys of a map in bytewise
//! order. Input is taken leniently where RFC 8949 leaves the sender the choice (lengths, order, indefinite lengths)
//! and strictly elsewhere.

mod any;
mod bits;
mod cursor;
mod decode;
mod deterministic;
mod encode;
mod error;
mod head;
mod identifier;
mod instance;
#[cfg(feature = "json")]
pub mod notation;
mod reader;
mod scalar;
mod value;
mod visit;
mod walk;
mod writer;

pub use any::{BY_NAME, READ_ANY, ReadAny, with_names};
pub use cursor::Cursor;
pub use decode::{Allowed, read_content, read_entry, read_value, visit_content};
#[cfg(feature = "json")]
pub(crate) use decode::{content_of, place, read_anydata};
pub use encode::{EncodeError, Encoder};
pub use error::{Details, Error, Malformed, Reason};
pub use identifier::{read_instance_identifier, write_instance_identifier};
pub use instance::{Instance, read_instance_value, read_instances, write_instance};
pub use reader::{Items, Kind, Reader};
pub use visit::Visit;
pub use writer::{Open, Writer};

/// How schema nodes, identities and instances are written (RFC 9254 sections 3.2 and 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifiers {
    /// By YANG SID.
    Sids,
    /// By name.
    Names,
}

/// CBOR tags (RFC 8949 section 3.4, RFC 9254 section 9.3).
mod tag {
    pub(super) const DECIMAL_FRACTION: u64 = 4;
    pub(super) const BITS: u64 = 43;
    pub(super) const ENUMERATION: u64 = 44;
    pub(super) const IDENTITYREF: u64 = 45;
    pub(super) const INSTANCE_IDENTIFIER: u64 = 46;
    pub(super) const SID: u64 = 47;
}

#[cfg(test)]
mod tests;

//! Typed payloads: generated structs read from YANG-CBOR and written as it without a tree between (RFC 9254).
//!
//! A build script that says `typed_codec()` gets a module `wire` for each YANG module, with a struct for each node that
//! has children; strings are lent by the payload. Keys of lists are there; all else may be missing, as it may in an
//! answer, and mandatory nodes, choices and `must` are the datastore's. What is read and refused, and with which words, is
//! as [`cbor::read_content`] has it: the structs know the usual form alone
//! ([`Cursor`]), all else is handed to that.
//!
//! An entry of a list takes the room of its struct, however short it is told: who reads the payloads of strangers limits
//! their length, as CoAP's endpoint does. Read [`Wire`] first.

pub mod parts;

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::FromContent;
use crate::cbor::{self, Allowed, Cursor, EncodeError, Error, Reader, Writer};
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Value};

/// What the generated modules `wire` import.
pub mod prelude {
    pub use super::{Entry, Wire, parts};
    pub use crate::board::Fault;
    pub use crate::cbor::{Cursor, EncodeError, Writer};
    pub use crate::model::{Decimal64, FromContent, fields};
    pub use crate::schema::{IdentityIndex, NodeIndex, Schema};
    pub use crate::value::{Content, InstanceIdentifier, Value};
    pub use alloc::borrow::Cow;
    pub use alloc::string::String;
    pub use alloc::vec::Vec;
    pub use core::cmp::Ordering;
}

/// A generated struct that stands for the content of a node in a payload.
pub trait Wire<'a>: FromContent {
    /// The node; of an entry the list.
    const NODE: NodeIndex;
    /// Its SID.
    const SID: u32;

    /// The schema that it is of.
    fn schema() -> &'static Schema;

    /// Takes the content's map in its usual form, every value checked; `None` leaves it to the schema's reader.
    fn take(cursor: &mut Cursor<'a>) -> Option<Self>;

    /// Appends the content's map, deterministic and checked.
    ///
    /// # Errors
    /// A value that is not of its type.
    fn put(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError>;
}

/// An entry of a list with keys.
pub trait Entry<'a>: Wire<'a> {
    /// `ordered-by user`
    const USER_ORDERED: bool;

    /// The order of two entries by their keys.
    fn order(&self, other: &Self) -> Ordering;
}

/// Reads the content of a node: its map, with keys relative to the node's SID, or one entry of a list.
///
/// # Errors
/// What is wrong, with the data node and the byte.
pub fn read<'a, T: Wire<'a>>(reader: &mut Reader<'a>) -> Result<T, Error> {
    let mut cursor = Cursor::at(reader);
    if let Some(read) = T::take(&mut cursor) {
        *reader = cursor.reader();
        return Ok(read);
    }
    read_any_form(reader)
}

#[inline(never)]
fn read_any_form<'a, T: Wire<'a>>(reader: &mut Reader<'a>) -> Result<T, Error> {
    let start = reader.position();
    let content = match T::schema().list(T::NODE) {
        Some(_) => cbor::read_entry(T::schema(), T::NODE, &[], Allowed::Data, reader)?,
        None => cbor::read_content(T::schema(), T::NODE, Allowed::Data, reader)?,
    };
    of_content(T::NODE, &content, start)
}

/// Reads an entry whose keys its identifier gave: they need not be repeated (readings 15).
///
/// # Errors
/// As [`read`], and a key that differs.
pub fn read_entry<'a, T: Wire<'a>>(keys: &[Value], reader: &mut Reader<'a>) -> Result<T, Error> {
    let start = reader.position();
    let content = cbor::read_entry(T::schema(), T::NODE, keys, Allowed::Data, reader)?;
    of_content(T::NODE, &content, start)
}

/// Reads a document with this node alone: `{SID: content}`.
///
/// # Errors
/// As [`read`]; another node in the document, and a node that is not at the top, are misplaced.
pub fn read_document<'a, T: Wire<'a>>(bytes: &'a [u8]) -> Result<T, Error> {
    let mut cursor = Cursor::at(&Reader::new(bytes));
    let row = T::schema().node(T::NODE).filter(|row| row.parent == NodeIndex::ROOT);
    let row = row.ok_or_else(|| Error::misplaced(0, T::NODE))?;
    if cursor.map() == Some(1)
        && cursor.key(0) == Some(T::SID)
        && let Some(read) = T::take(&mut cursor)
        && cursor.is_at_end()
    {
        return Ok(read);
    }
    let allowed = match row.kind() {
        NodeKind::Notification | NodeKind::Structure => Allowed::Any,
        _ => Allowed::Data,
    };
    let content = document(T::schema(), allowed, T::NODE, bytes)?;
    of_content(T::NODE, &content, 0)
}

/// The content of the only node of a document, in any form.
#[inline(never)]
fn document(schema: &Schema, allowed: Allowed, node: NodeIndex, bytes: &[u8]) -> Result<Content, Error> {
    let mut reader = Reader::new(bytes);
    let content = cbor::read_content(schema, NodeIndex::ROOT, allowed, &mut reader)?;
    reader.finish()?;
    match content.into_iter().next() {
        Some((own, Data::Container(inner))) if own == node => Ok(inner),
        _ => Err(Error::misplaced(0, node)),
    }
}

/// Content that was read by the schema has the types of its struct.
fn of_content<T: FromContent>(node: NodeIndex, content: &Content, start: usize) -> Result<T, Error> {
    T::from_content(content).map_err(|_| Error::misplaced(start, node))
}

/// Appends a document with this node alone.
///
/// # Errors
/// A value that is not of its type.
pub fn write_document<'a, T: Wire<'a>>(content: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut writer = Writer::new(out);
    writer.map(1);
    writer.unsigned(u64::from(T::SID));
    content.put(&mut writer)
}

/// Appends the content of a node: what [`read`] reads.
///
/// # Errors
/// A value that is not of its type.
pub fn write<'a, T: Wire<'a>>(content: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    content.put(&mut Writer::new(out))
}

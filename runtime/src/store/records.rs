//! The format of what is stored.
//!
//! A record's key is the instance-identifier of what it holds, as YANG-CBOR has it: the SID, or an array of the SID and
//! the keys of all lists on the way (RFC 9254 section 6.13.1). Its value is
//!
//! | of a | is |
//! |---|---|
//! | leaf, leaf-list, anydata, anyxml | its value in YANG-CBOR (RFC 9254 section 6) |
//! | presence container, list entry | an empty map |
//! | entry of an `ordered-by user` list | its rank, an unsigned integer: entries stand in the order of their ranks |
//!
//! Key leafs have no record, since they stand in the key of their entry's. The record with the empty key is the
//! [`Head`]: a store without one is new, or damaged.
//!
//! Both are deterministic, so two equal configurations whose user-ordered entries have equal ranks are equal records.

use alloc::vec::Vec;

use super::migration::{Pending, translated};
use crate::cbor::Writer;
use crate::cbor::{
    Allowed, EncodeError, Encoder, Error, Identifiers, Kind, Reader, read_instance_identifier, read_value,
    write_instance_identifier,
};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, write_data};

/// The format that is written here. A reader refuses a higher one.
pub const FORMAT: u64 = 1;

/// What a store says of itself: an array of [`FORMAT`] and the fingerprints of the migrations that its numbers have
/// been through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The format of the other records.
    pub format: u64,
    /// The migrations that were made, in their order.
    pub migrations: Vec<u64>,
}

impl Head {
    /// The head of a store that is written now.
    pub(super) fn new(migrations: Vec<u64>) -> Head {
        Head { format: FORMAT, migrations }
    }

    pub(super) fn to_cbor(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out);
        writer.array(1 + self.migrations.len());
        writer.unsigned(self.format);
        for fingerprint in &self.migrations {
            writer.unsigned(*fingerprint);
        }
        out
    }

    /// Of a format that is not known here only the number is read.
    pub(super) fn from_cbor(cbor: &[u8]) -> Result<Head, Error> {
        let mut reader = Reader::new(cbor);
        let mut items = reader.array()?;
        let mut head = Head { format: 0, migrations: Vec::new() };
        if items.more(&mut reader)? {
            head.format = reader.unsigned()?;
        }
        while head.format == FORMAT && items.more(&mut reader)? {
            head.migrations.push(reader.unsigned()?);
        }
        if head.format == FORMAT {
            reader.finish()?;
        }
        Ok(head)
    }
}

/// A record that was read.
#[derive(Debug)]
pub(super) struct Record {
    /// Where it stands.
    pub(super) at: InstanceIdentifier,
    /// What stands there; of entries and presence containers an empty container.
    pub(super) data: Data,
    /// Of an entry of a list that is `ordered-by user`.
    pub(super) rank: Option<u64>,
}

/// The key of an instance.
pub(super) fn key(schema: &Schema, at: &InstanceIdentifier) -> Result<Vec<u8>, EncodeError> {
    let mut key = Vec::new();
    write_instance_identifier(schema, at, Identifiers::Sids, &mut Writer::new(&mut key))?;
    Ok(key)
}

/// The value of an instance; of an entry of a list that is `ordered-by user` [`rank`] has it.
pub(super) fn value(schema: &Schema, node: NodeIndex, data: &Data) -> Result<Vec<u8>, EncodeError> {
    let mut value = Vec::new();
    match data {
        Data::Container(_) | Data::List(_) => Writer::new(&mut value).map(0),
        data => write_data(&mut Encoder::new(schema, &mut value, Identifiers::Sids, usize::MAX), node, data)?,
    }
    Ok(value)
}

/// The value of an entry of a list that is `ordered-by user`.
pub(super) fn rank(rank: u64) -> Vec<u8> {
    let mut value = Vec::new();
    Writer::new(&mut value).unsigned(rank);
    value
}

/// The rank in the record of an entry.
pub(super) fn read_rank(value: &[u8]) -> Option<u64> {
    Reader::new(value).unsigned().ok()
}

/// Whether the entries of a list have ranks.
pub(super) fn is_ranked(schema: &Schema, list: NodeIndex) -> bool {
    let row = schema.node(list);
    row.is_some_and(|row| row.kind() == NodeKind::List && row.flags.has(Flags::USER_ORDERED))
}

/// Reads a record; `None` for one that says nothing in this model (a key leaf, or a container that once had presence).
pub(super) fn read(schema: &Schema, pending: Pending<'_>, key: &[u8], value: &[u8]) -> Result<Option<Record>, Error> {
    let (key, value) = translated(schema, pending, key, value)?;
    let mut reader = Reader::new(&key);
    let at = read_instance_identifier(schema, &mut reader)?;
    reader.finish()?;
    let mut reader = Reader::new(&value);
    let Some(row) = schema.node(at.node) else { return Ok(None) };
    let whole = at.keys.len() == crate::value::keys_of(schema, at.node).count();
    let (data, rank) = match row.kind() {
        _ if row.flags.has(Flags::KEY) => return Ok(None),
        NodeKind::Container if !row.flags.has(Flags::PRESENCE) => return Ok(None),
        NodeKind::Container | NodeKind::List if row.is_config() && whole => {
            let rank = match reader.peek()? {
                Kind::Unsigned => Some(reader.unsigned()?),
                _ => {
                    reader.map()?;
                    None
                }
            };
            (Data::Container(Content::new()), rank.filter(|_| is_ranked(schema, at.node)))
        }
        _ => (read_value(schema, at.node, Allowed::Config, &mut reader)?, None),
    };
    reader.finish()?;
    Ok(Some(Record { at, data, rank }))
}

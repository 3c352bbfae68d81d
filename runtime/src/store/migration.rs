//! SIDs that were moved since data was saved: `comi sid relocate` writes the table of old and new ones.
//!
//! Numbers stand in a record's key, in identityrefs and in instance-identifiers, within keys of lists and unions, too.
//! What is in `anydata` and `anyxml` is left as it is. Read [`Migration`] first.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use crate::cbor::{Error, Kind, Reader, Writer};
use crate::schema::{NodeIndex, NodeKind, Schema, Type};
use crate::value::{KeyOf, keys_of};

#[cfg(feature = "json")]
const ROOT: &str = "comi-sid:migration";

/// Which SID became which.
///
/// A store remembers the migrations that it has been through, so one may be given for ever: it is made once. Several
/// are made in the order in which they are given, each after the ones before.
///
/// ```
/// use comi_runtime::store::Migration;
///
/// // all at once: the old number of one node may be the new one of another
/// static MOVED: Migration = Migration::new(&[(63_401, 63_402), (63_402, 1_000_001)]);
/// assert_eq!(MOVED.new_sid(63_402), 1_000_001);
/// assert_eq!(MOVED.new_sid(7), 7);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Old and new.
    moved: Cow<'static, [(u32, u32)]>,
}

/// Why a document is no migration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MigrationError {
    /// It is no JSON.
    #[error("no table of SIDs: {0}")]
    Malformed(alloc::string::String),
    /// A member that `comi sid relocate` writes is not there, or not of its type.
    #[error("no table of SIDs: {0} is missing")]
    Missing(&'static str),
    /// A number that can't be a SID of a device.
    #[error("{0:?} is no SID of at most 32 bits")]
    NoSid(alloc::string::String),
    /// A number that two nodes had.
    #[error("SID {0} stands twice among the old numbers")]
    Twice(u32),
}

impl Migration {
    /// A migration of these pairs of old and new SID, in any order; of two with one old number the first holds.
    #[must_use]
    pub const fn new(moved: &'static [(u32, u32)]) -> Migration {
        Migration { moved: Cow::Borrowed(moved) }
    }

    /// Reads the document that `comi sid relocate` writes.
    ///
    /// # Errors
    /// What is wrong with it.
    #[cfg(feature = "json")]
    pub fn from_json(text: &str) -> Result<Migration, MigrationError> {
        let document: serde_json::Value =
            serde_json::from_str(text).map_err(|error| MigrationError::Malformed(alloc::format!("{error}")))?;
        let migration = document.get(ROOT).ok_or(MigrationError::Missing(ROOT))?;
        let mut moved = Vec::new();
        for item in entries(migration, "module").flat_map(|module| entries(module, "item")) {
            moved.push((sid(item, "old-sid")?, sid(item, "new-sid")?));
        }
        moved.sort_unstable();
        if let Some([(old, _), _]) = moved.windows(2).find(|pair| matches!(pair, [(one, _), (two, _)] if one == two)) {
            return Err(MigrationError::Twice(*old));
        }
        Ok(Migration { moved: Cow::Owned(moved) })
    }

    /// The number that a node has now, by the number that it had.
    #[must_use]
    pub fn new_sid(&self, old: u32) -> u32 {
        self.moved.iter().find(|(own, _)| *own == old).map_or(old, |(_, new)| *new)
    }

    /// By which a store remembers it (FNV-1a).
    pub(super) fn fingerprint(&self) -> u64 {
        let bytes = self.moved.iter().flat_map(|(old, new)| [old.to_be_bytes(), new.to_be_bytes()]).flatten();
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
    }
}

/// A uint64 in a string (RFC 7951 section 6.1).
#[cfg(feature = "json")]
fn sid(item: &serde_json::Value, member: &'static str) -> Result<u32, MigrationError> {
    let text = item.get(member).and_then(serde_json::Value::as_str).ok_or(MigrationError::Missing(member))?;
    text.parse().ok().filter(|sid| *sid != 0).ok_or_else(|| MigrationError::NoSid(text.into()))
}

/// The entries of a list, which may be left out when there are none.
#[cfg(feature = "json")]
fn entries<'d>(of: &'d serde_json::Value, member: &str) -> impl Iterator<Item = &'d serde_json::Value> {
    of.get(member).and_then(serde_json::Value::as_array).into_iter().flatten()
}

/// The migrations that a store has not been through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending<'m> {
    pub(super) migrations: &'m [Migration],
    /// Those that were made.
    pub(super) made: &'m [u64],
}

impl Pending<'_> {
    /// Nothing was moved.
    pub(super) const NONE: Pending<'static> = Pending { migrations: &[], made: &[] };

    fn each(&self) -> impl Iterator<Item = &Migration> {
        self.migrations.iter().filter(|migration| !self.made.contains(&migration.fingerprint()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.each().next().is_none()
    }

    /// What a number that was stored is now.
    pub(super) fn now(&self, old: u64) -> u64 {
        let Ok(old) = u32::try_from(old) else { return old };
        u64::from(self.each().fold(old, |sid, migration| migration.new_sid(sid)))
    }
}

/// A record's key and value.
type Bytes<'r> = (Cow<'r, [u8]>, Cow<'r, [u8]>);

/// A record with the numbers of today.
pub(super) fn translated<'r>(
    schema: &Schema,
    pending: Pending<'_>,
    key: &'r [u8],
    value: &'r [u8],
) -> Result<Bytes<'r>, Error> {
    if pending.is_empty() {
        return Ok((Cow::Borrowed(key), Cow::Borrowed(value)));
    }
    let (mut new_key, mut new_value) = (Vec::new(), Vec::new());
    let translation = Translation { schema, pending };
    let node = translation.instance(&mut Reader::new(key), &mut Writer::new(&mut new_key))?;
    let mut reader = Reader::new(value);
    let mut writer = Writer::new(&mut new_value);
    match node.and_then(|node| Some((node, schema.node(node)?.kind()))) {
        Some((leaf, NodeKind::Leaf)) => translation.leaf(leaf, &mut reader, &mut writer)?,
        Some((leaf, NodeKind::LeafList)) if reader.peek()? == Kind::Array => {
            let open = writer.open();
            let mut items = reader.array()?;
            let mut count = 0;
            while items.more(&mut reader)? {
                translation.leaf(leaf, &mut reader, &mut writer)?;
                count += 1;
            }
            writer.close_array(open, count);
        }
        _ => writer.raw(reader.item()?),
    }
    // what is behind it is for the reader of the record to refuse
    new_value.extend_from_slice(value.get(reader.position()..).unwrap_or(&[]));
    Ok((Cow::Owned(new_key), Cow::Owned(new_value)))
}

struct Translation<'t> {
    schema: &'t Schema,
    pending: Pending<'t>,
}

impl Translation<'_> {
    /// An instance-identifier; answers the node that it names now.
    fn instance(&self, reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<Option<NodeIndex>, Error> {
        match reader.peek()? {
            Kind::Unsigned => Ok(self.sid(reader, writer)?),
            Kind::Array => {
                let start = reader.position();
                reader.deeper(start)?;
                let open = writer.open();
                let mut items = reader.array()?;
                let mut count = 0;
                let mut node = None;
                let mut keys = keys_of(self.schema, NodeIndex::ROOT);
                while items.more(reader)? {
                    match (count, keys.next()) {
                        (0, _) => {
                            node = self.sid(reader, writer)?;
                            keys = keys_of(self.schema, node.unwrap_or(NodeIndex::ROOT));
                        }
                        (_, Some(KeyOf::Value(leaf))) => self.leaf(leaf, reader, writer)?,
                        _ => writer.raw(reader.item()?),
                    }
                    count += 1;
                }
                writer.close_array(open, count);
                reader.shallower();
                Ok(node)
            }
            _ => {
                writer.raw(reader.item()?);
                Ok(None)
            }
        }
    }

    fn sid(&self, reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<Option<NodeIndex>, Error> {
        let sid = self.pending.now(reader.unsigned()?);
        writer.unsigned(sid);
        Ok(u32::try_from(sid).ok().and_then(|sid| self.schema.node_by_sid(sid)))
    }

    /// A value of a leaf, or of an entry of a leaf-list.
    fn leaf(&self, leaf: NodeIndex, reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), Error> {
        let kind = reader.peek()?;
        match (self.schema.type_of(leaf), kind) {
            (Some(Type::Identityref { .. }), Kind::Unsigned) => drop(self.sid(reader, writer)?),
            (Some(Type::InstanceIdentifier { .. }), _) => drop(self.instance(reader, writer)?),
            // RFC 9254 section 6.12: within a union, both are tagged
            (Some(Type::Union { .. }), Kind::Tag) => {
                let before = *reader;
                let tag = reader.tag()?;
                match (tag, reader.peek()?) {
                    (45, Kind::Unsigned) => {
                        writer.tag(tag);
                        self.sid(reader, writer)?;
                    }
                    (46, _) => {
                        writer.tag(tag);
                        self.instance(reader, writer)?;
                    }
                    _ => {
                        *reader = before;
                        writer.raw(reader.item()?);
                    }
                }
            }
            _ => writer.raw(reader.item()?),
        }
        Ok(())
    }
}

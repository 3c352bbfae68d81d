//! YANG-CBOR into instance data (RFC 9254 section 4).
//!
//! What one value or one map tells is checked here: types, ranges, lengths, keys, places. Rules across nodes
//! (mandatory, choice, leafref, unique, number of entries) are the datastore's.

use alloc::vec::Vec;

use super::encode::reference_sid;
use super::error::{Error, Reason};
use super::reader::{Kind, Reader, unexpected};
use super::value::read_typed;
use super::writer::Writer;
use super::{deterministic, tag};
use crate::schema::{Flags, List, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Entries, Value, first_double, text};

/// Which nodes may stand in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Any node of the schema as member of a document, notifications and structures too (readings 1). Entries keep the
    /// order in which they came, so [`Entries::find`] takes such a list as unsorted: for tools, not for a datastore.
    Any,
    /// Configuration in its place.
    Config,
    /// Data nodes in their place: what a datastore holds.
    Data,
}

/// Reads a map of data nodes: a document ([`NodeIndex::ROOT`]), or the content of a container, list entry, input,
/// output, notification or structure.
///
/// Deltas are relative to the SID of `node` (of an input or output, of its rpc or action). Bytes behind the map are
/// left to the caller ([`Reader::finish`]).
pub fn read_content(
    schema: &Schema,
    node: NodeIndex,
    allowed: Allowed,
    reader: &mut Reader<'_>,
) -> Result<Content, Error> {
    let mut content = Content::new();
    let reading = Reading { schema, allowed };
    reading
        .content(node, i64::from(reference_sid(schema, node)), &mut content, reader)
        .map_err(|error| error.within(node))?;
    Ok(content)
}

/// Reads the value of a data node: a leaf's value, an array of entries, a map.
///
/// A list is an array here; a map that stands for one entry is read by [`read_entry`] (readings 15).
pub fn read_value(schema: &Schema, node: NodeIndex, allowed: Allowed, reader: &mut Reader<'_>) -> Result<Data, Error> {
    let reading = Reading { schema, allowed };
    reading
        .permit(schema.node(node).map_or(NodeIndex::ROOT, |row| row.parent), node, reader.position())
        .and_then(|()| reading.value(node, i64::from(reference_sid(schema, node)), reader))
        .map_err(|error| error.within(node))
}

/// Reads one entry of a list. `keys` are the entry's keys as its identifier gave them, or none: they need not be
/// repeated in the map, and must agree where they are (readings 15).
pub fn read_entry(
    schema: &Schema,
    list: NodeIndex,
    keys: &[Value],
    allowed: Allowed,
    reader: &mut Reader<'_>,
) -> Result<Content, Error> {
    let start = reader.position();
    let Some(row) = schema.list(list) else {
        return Err(Error::new(start, Reason::Misplaced(list)).within(list));
    };
    let reading = Reading { schema, allowed };
    reading.permit(schema.node(list).map_or(NodeIndex::ROOT, |row| row.parent), list, start)?;
    reading.entry(list, row, keys, None, i64::from(reference_sid(schema, list)), reader)
}

/// What the schema knows of an `anydata` node's map (RFC 9254 section 4.5): data nodes and notifications of any
/// module; `None` when it doesn't know all of it.
pub(crate) fn read_anydata(schema: &Schema, node: NodeIndex, cbor: &[u8]) -> Option<Content> {
    let mut reader = Reader::new(cbor);
    let mut content = Content::new();
    let reading = Reading { schema, allowed: Allowed::Any };
    reading.content(NodeIndex::ROOT, i64::from(reference_sid(schema, node)), &mut content, &mut reader).ok()?;
    reader.finish().ok()?;
    Some(content)
}

#[derive(Clone, Copy)]
struct Reading<'s> {
    schema: &'s Schema,
    allowed: Allowed,
}

impl Reading<'_> {
    /// Reads the members of a map into `content`, which then holds what was read even when an error follows.
    fn content(
        self,
        node: NodeIndex,
        reference: i64,
        content: &mut Content,
        reader: &mut Reader<'_>,
    ) -> Result<(), Error> {
        let mut members = reader.map()?;
        while members.more(reader)? {
            let start = reader.position();
            let (child, reference) = self.key(node, reference, reader)?;
            self.permit(node, child, start).map_err(|error| error.within(child))?;
            if content.child(child).is_some() {
                return Err(Error::new(start, Reason::DuplicateKey).within(child));
            }
            let data = self.value(child, reference, reader).map_err(|error| error.within(child))?;
            content.insert(child, data);
        }
        Ok(())
    }

    /// The node that a key stands for, and the SID to which deltas in its value are relative: the node's own, or 0
    /// below a name (RFC 9254 section 3.2).
    fn key(self, parent: NodeIndex, reference: i64, reader: &mut Reader<'_>) -> Result<(NodeIndex, i64), Error> {
        let start = reader.position();
        let sid = match reader.peek()? {
            Kind::Text => {
                let name = reader.text()?;
                let found = text::by_name(self.schema)
                    .and_then(|names| (names.child)(self.schema, parent, &name, self.allowed == Allowed::Any));
                let node = found.ok_or_else(|| Error::new(start, Reason::UnknownName))?;
                return Ok((node, 0));
            }
            // RFC 9595 section 3: a SID has 63 bits; what is beyond is none
            Kind::Unsigned | Kind::Negative => {
                reader.whole()?.to_i64().map_or(i64::MAX, |delta| delta.saturating_add(reference))
            }
            Kind::Tag => match reader.tag()? {
                tag::SID => i64::try_from(reader.unsigned()?).unwrap_or(i64::MAX),
                _ => return Err(Error::new(start, Reason::WrongType { expected: "a SID or a name" })),
            },
            _ => return Err(unexpected(start, reader.head()?, "a SID or a name")),
        };
        let node = u32::try_from(sid).ok().and_then(|sid| self.schema.node_by_sid(sid));
        Ok((node.ok_or_else(|| Error::new(start, Reason::UnknownSid(sid)))?, sid))
    }

    /// Whether `child` may stand in the map of `parent`.
    fn permit(self, parent: NodeIndex, child: NodeIndex, start: usize) -> Result<(), Error> {
        place(self.schema, self.allowed, parent, child).map_err(|reason| Error::new(start, reason))
    }

    fn value(self, node: NodeIndex, reference: i64, reader: &mut Reader<'_>) -> Result<Data, Error> {
        let start = reader.position();
        let Some(row) = self.schema.node(node) else {
            return Err(Error::new(start, Reason::Misplaced(node)));
        };
        match row.kind() {
            NodeKind::Leaf => Ok(Data::Leaf(read_typed(self.schema, node, reader)?)),
            NodeKind::LeafList => self.leaf_list(node, row.is_config(), reader),
            NodeKind::List => {
                let list = self.schema.list(node).ok_or_else(|| Error::new(start, Reason::Misplaced(node)))?;
                let sorted = self.allowed != Allowed::Any && !row.flags.has(Flags::USER_ORDERED);
                self.list(node, list, sorted, reference, reader)
            }
            NodeKind::Container | NodeKind::Notification | NodeKind::Structure | NodeKind::Input | NodeKind::Output => {
                let mut content = Content::new();
                self.content(node, reference, &mut content, reader)?;
                Ok(Data::Container(content))
            }
            kind @ (NodeKind::Anydata | NodeKind::Anyxml) => {
                if kind == NodeKind::Anydata && reader.peek()? != Kind::Map {
                    return Err(unexpected(start, reader.head()?, "a map"));
                }
                let mut cbor = Vec::new();
                deterministic::copy(reader, &mut Writer::new(&mut cbor))?;
                Ok(Data::Any(cbor.into()))
            }
            NodeKind::Rpc | NodeKind::Action => Err(Error::new(start, Reason::Misplaced(node))),
        }
    }

    fn leaf_list(self, node: NodeIndex, config: bool, reader: &mut Reader<'_>) -> Result<Data, Error> {
        let start = reader.position();
        let mut values = Vec::new();
        let mut items = reader.array()?;
        while items.more(reader)? {
            values.push(read_typed(self.schema, node, reader)?);
        }
        // RFC 7950 section 7.7: values of configuration are unique
        if config && let Some(value) = first_double(&values) {
            let error = Error::new(start, Reason::DuplicateEntry);
            return Err(error.within_entry(node, Some(alloc::vec![value.clone()])));
        }
        Ok(Data::LeafList(values))
    }

    fn list(
        self,
        node: NodeIndex,
        list: &'static List,
        sorted: bool,
        reference: i64,
        reader: &mut Reader<'_>,
    ) -> Result<Data, Error> {
        let mut starts = Vec::new();
        let mut entries = Vec::new();
        let mut items = reader.array()?;
        while items.more(reader)? {
            starts.push(reader.position());
            let position = Value::Unsigned(starts.len() as u64);
            entries.push(self.entry(node, list, &[], Some(position), reference, reader)?);
        }
        if list.keys.is_empty() {
            return Ok(Data::List(Entries::from_keyless(entries)));
        }
        match Entries::from_keyed(list, sorted, entries) {
            Ok(entries) => Ok(Data::List(entries)),
            Err((place, entry)) => {
                let start = starts.get(place).copied().unwrap_or_default();
                Err(Error::new(start, Reason::DuplicateEntry).within_entry(node, keys_in(list, &entry, &[])))
            }
        }
    }

    fn entry(
        self,
        node: NodeIndex,
        list: &'static List,
        known: &[Value],
        position: Option<Value>,
        reference: i64,
        reader: &mut Reader<'_>,
    ) -> Result<Content, Error> {
        let start = reader.position();
        let mut content = Content::new();
        let read = self.content(node, reference, &mut content, reader).and_then(|()| {
            complete_keys(list, &mut content, known).map_err(|(key, missing)| {
                if missing {
                    Error::new(start, Reason::MissingKey(key)).within(node)
                } else {
                    Error::new(start, Reason::KeyMismatch(key)).within(key)
                }
            })
        });
        match read {
            Ok(()) => Ok(content),
            Err(error) => {
                let keys = if list.keys.is_empty() {
                    position.map(|position| alloc::vec![position]).or_else(|| Some(known.to_vec()))
                } else {
                    keys_in(list, &content, known)
                };
                Err(error.within_entry(node, keys))
            }
        }
    }
}

/// Whether `child` may stand in the map of `parent`.
pub(crate) fn place(schema: &Schema, allowed: Allowed, parent: NodeIndex, child: NodeIndex) -> Result<(), Reason> {
    let row = schema.node(child).ok_or(Reason::Misplaced(child))?;
    let at_root = parent == NodeIndex::ROOT && allowed == Allowed::Any;
    let is_data = match row.kind() {
        NodeKind::Container
        | NodeKind::List
        | NodeKind::LeafList
        | NodeKind::Leaf
        | NodeKind::Anydata
        | NodeKind::Anyxml => true,
        NodeKind::Notification | NodeKind::Structure => at_root,
        NodeKind::Rpc | NodeKind::Action | NodeKind::Input | NodeKind::Output => false,
    };
    if !is_data || (row.parent != parent && !at_root) {
        return Err(Reason::Misplaced(child));
    }
    if allowed == Allowed::Config && !row.is_config() {
        return Err(Reason::StateNode(child));
    }
    Ok(())
}

/// Puts the keys that an identifier gave into an entry. An error is a key that differs, or (true) that is missing.
pub(crate) fn complete_keys(list: &List, content: &mut Content, known: &[Value]) -> Result<(), (NodeIndex, bool)> {
    for (place, key) in list.keys.iter().enumerate() {
        match (content.leaf(*key), known.get(place)) {
            (Some(own), Some(known)) if own != known => return Err((*key, false)),
            (Some(_), _) => {}
            (None, Some(known)) => {
                content.insert(*key, Data::Leaf(known.clone()));
            }
            (None, None) => return Err((*key, true)),
        }
    }
    Ok(())
}

/// The keys of an entry, where all are known.
pub(crate) fn keys_in(list: &List, content: &Content, known: &[Value]) -> Option<Vec<Value>> {
    let mut keys = known.get(..list.keys.len().min(known.len())).unwrap_or(known).to_vec();
    for key in list.keys.iter().skip(keys.len()) {
        keys.push(content.leaf(*key)?.clone());
    }
    Some(keys)
}

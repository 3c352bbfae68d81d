//! Instance data into YANG-CBOR (RFC 9254 section 4).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::value::write_typed;
use super::writer::{Open, Writer};
use super::{Identifiers, decode, tag};
use crate::schema::{IdentityIndex, ModuleIndex, Node, NodeIndex, NodeKind, Schema};
use crate::value::{Part, Sink, Value, Violation, text, write_data};

/// Why data could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The output would be longer than allowed.
    Limit(usize),
    /// A part that can't stand where it was handed in.
    Misplaced(NodeIndex),
    /// An identity without SID.
    NoIdentitySid(IdentityIndex),
    /// Names are asked for, and the schema has none: the device was built without.
    NoNames,
    /// A schema node without SID.
    NoSid(NodeIndex),
    /// A value that is not of its type.
    Value {
        /// The leaf or leaf-list.
        node: NodeIndex,
        /// What is wrong with the value.
        violation: Violation,
    },
}

impl EncodeError {
    /// The error in words, as `Display` has them, without `core::fmt`.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = String::new();
        match self {
            EncodeError::Limit(limit) => {
                words.push_str("the output is longer than ");
                text::push_unsigned(&mut words, *limit as u64);
                words.push_str(" bytes");
            }
            EncodeError::Misplaced(_) => words.push_str("a part that has no place here"),
            EncodeError::NoIdentitySid(_) => words.push_str("an identity has no SID"),
            EncodeError::NoNames => words.push_str("names are not known here"),
            EncodeError::NoSid(_) => words.push_str("a schema node has no SID"),
            EncodeError::Value { violation, .. } => violation.tell(&mut words),
        }
        words
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

/// A sink that writes YANG-CBOR at the end of a buffer.
///
/// What is handed in first is written as it is, without a key: a leaf's value, a list, an entry, a container. A
/// document is a container of [`NodeIndex::ROOT`]: its members have absolute SIDs or qualified names. The members of
/// every other map have deltas to the SID of the node that the map stands for (RFC 9254 section 4.2.1; of an input or
/// output the rpc's or action's, readings 17), and tag 47 where they are of another module (readings 7).
///
/// ```no_run
/// # fn encode(schema: &comi_runtime::schema::Schema, content: comi_runtime::value::Content) {
/// use comi_runtime::cbor::{Encoder, Identifiers};
/// use comi_runtime::schema::NodeIndex;
/// use comi_runtime::value::{Data, write_data};
///
/// let mut payload = Vec::new();
/// let mut encoder = Encoder::new(schema, &mut payload, Identifiers::Sids, 1024);
/// write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content)).unwrap();
/// # }
/// ```
#[derive(Debug)]
pub struct Encoder<'a> {
    schema: &'a Schema,
    writer: Writer<'a>,
    identifiers: Identifiers,
    reference: NodeIndex,
    start: usize,
    limit: usize,
    frames: Vec<Frame>,
}

#[derive(Debug)]
struct Frame {
    node: NodeIndex,
    part: Part,
    open: Open,
    /// Members so far.
    count: usize,
    /// The last member, and its key in the buffer.
    last: (NodeIndex, usize, usize),
    /// Whether a key was smaller than the one before it.
    unsorted: bool,
    /// The module of the node that members belong to; `None` at the root.
    module: Option<ModuleIndex>,
    /// The SID that members are relative to.
    reference: u32,
}

impl<'a> Encoder<'a> {
    /// An encoder that appends at most `limit` bytes to `out`.
    pub fn new(schema: &'a Schema, out: &'a mut Vec<u8>, identifiers: Identifiers, limit: usize) -> Encoder<'a> {
        let start = out.len();
        Encoder {
            schema,
            writer: Writer::new(out),
            identifiers,
            reference: NodeIndex::ROOT,
            start,
            limit,
            frames: Vec::new(),
        }
    }

    /// The same encoder with another node than the root whose SID the members of a document are relative to.
    #[must_use]
    pub fn with_reference(mut self, reference: NodeIndex) -> Encoder<'a> {
        self.reference = reference;
        self
    }

    /// Writes what stands before an instance: the key of `node` in a map, nothing in an array.
    fn key(&mut self, node: NodeIndex) -> Result<&'static Node, EncodeError> {
        let row = self.schema.node(node).ok_or(EncodeError::Misplaced(node))?;
        let Some(frame) = self.frames.last_mut() else { return Ok(row) };
        frame.count += 1;
        match frame.part {
            Part::List | Part::LeafList if frame.node == node => return Ok(row),
            Part::List | Part::LeafList => return Err(EncodeError::Misplaced(node)),
            Part::Container | Part::Entry => {}
        }
        let start = self.writer.position();
        let same_module = frame.module == Some(row.module());
        match self.identifiers {
            Identifiers::Names if same_module => self.writer.text(self.schema.name(node)),
            Identifiers::Names => {
                let names = text::by_name(self.schema).ok_or(EncodeError::NoNames)?;
                self.writer.text(&(names.print_child)(self.schema, node));
            }
            Identifiers::Sids => {
                if row.sid == 0 {
                    return Err(EncodeError::NoSid(node));
                }
                let absolute = frame.module.is_none();
                if !absolute && !same_module {
                    self.writer.tag(tag::SID);
                }
                let reference = if absolute || !same_module { 0 } else { frame.reference };
                self.writer.integer(i64::from(row.sid) - i64::from(reference));
            }
        }
        let end = self.writer.position();
        let (last, last_start, last_end) = frame.last;
        // readings 7: children stand in the tables in the order of their keys; those of the root may be any nodes
        if frame.count > 1
            && (last >= node || frame.node == NodeIndex::ROOT || self.identifiers == Identifiers::Names)
            && self.writer.between(last_start, last_end) >= self.writer.between(start, end)
        {
            frame.unsorted = true;
        }
        frame.last = (node, start, end);
        Ok(row)
    }

    fn open(&mut self, node: NodeIndex, part: Part) {
        let root = if node == NodeIndex::ROOT { self.reference } else { node };
        let frame = Frame {
            node,
            part,
            open: self.writer.open(),
            count: 0,
            last: (NodeIndex::ROOT, 0, 0),
            unsorted: false,
            module: self.schema.node(root).map(Node::module),
            reference: reference_sid(self.schema, root),
        };
        self.frames.push(frame);
    }

    fn check_limit(&self) -> Result<(), EncodeError> {
        let limit = self.start.saturating_add(self.limit);
        if self.writer.position() > limit { Err(EncodeError::Limit(self.limit)) } else { Ok(()) }
    }
}

impl Sink for Encoder<'_> {
    type Error = EncodeError;

    fn enter(&mut self, node: NodeIndex, part: Part) -> Result<(), EncodeError> {
        match (part, self.frames.last_mut()) {
            (Part::Entry, Some(frame)) if frame.part != Part::List || frame.node != node => {
                return Err(EncodeError::Misplaced(node));
            }
            (Part::Entry, Some(frame)) => frame.count += 1,
            // a document has no row and no key
            (_, None) if node == NodeIndex::ROOT => {}
            (Part::Entry, None) => {}
            _ => drop(self.key(node)?),
        }
        self.open(node, part);
        self.check_limit()
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Result<(), EncodeError> {
        let row = self.key(node)?;
        write_typed(self.schema, node, row, value, self.identifiers, &mut self.writer)?;
        self.check_limit()
    }

    fn any(&mut self, node: NodeIndex, cbor: &[u8]) -> Result<(), EncodeError> {
        self.key(node)?;
        // with names, what the schema knows of it is written by name too
        let known = match self.identifiers {
            Identifiers::Names => decode::read_anydata(self.schema, node, cbor),
            Identifiers::Sids => None,
        };
        match known {
            Some(content) => {
                self.open(node, Part::Container);
                for (child, data) in content.iter() {
                    write_data(self, child, data)?;
                }
                self.leave()?;
            }
            None => self.writer.raw(cbor),
        }
        self.check_limit()
    }

    fn leave(&mut self) -> Result<(), EncodeError> {
        let Some(frame) = self.frames.pop() else { return Err(EncodeError::Misplaced(NodeIndex::ROOT)) };
        match frame.part {
            Part::List | Part::LeafList => self.writer.close_array(frame.open, frame.count),
            Part::Container | Part::Entry => {
                // without names, all that is written stands in the order of the tables
                if frame.unsorted
                    && let Some(names) = text::by_name(self.schema)
                {
                    (names.sort)(self.writer.since_mut(frame.open.content()));
                }
                self.writer.close_map(frame.open, frame.count);
            }
        }
        self.check_limit()
    }
}

/// The SID that deltas in the map of `node` are relative to.
pub(super) fn reference_sid(schema: &Schema, node: NodeIndex) -> u32 {
    match schema.node(node) {
        // RFC 9254 section 4.2.1: of an input or output, the SID of the rpc or action
        Some(row) if matches!(row.kind(), NodeKind::Input | NodeKind::Output) => {
            schema.node(row.parent).map_or(row.sid, |operation| operation.sid)
        }
        Some(row) => row.sid,
        None => 0,
    }
}

//! The client's side: payloads of requests, and what answers say. Sends nothing.
//!
//! It is lenient where others read the draft otherwise: an absent node may be a bare `null` or `{SID: null}`
//! (readings 13), keys in an answer may be there or not.

use alloc::string::String;
use alloc::vec::Vec;

use super::{operations, retrieval, sids};
use crate::cbor::{
    self, Allowed, EncodeError, Encoder, Identifiers, Kind, Reader, Writer, read_content, read_instance_identifier,
    read_instance_value, write_instance, write_instance_identifier,
};
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Part, write_content};

/// The payload of a FETCH: `application/yang-identifiers+cbor-seq`.
///
/// # Errors
/// When an identifier can't be written: no SID, or keys that are not its lists'.
pub fn identifiers(schema: &Schema, instances: &[InstanceIdentifier], out: &mut Vec<u8>) -> Result<(), EncodeError> {
    instances
        .iter()
        .try_for_each(|instance| write_instance_identifier(schema, instance, Identifiers::Sids, &mut Writer::new(out)))
}

/// One item of an iPATCH's payload, `application/yang-instances+cbor-seq`; `None` deletes. One entry of a list is
/// [`Data::Container`], its keys in the identifier, in the content, or both.
///
/// # Errors
/// When something can't be written.
pub fn instance(
    schema: &Schema,
    to: &InstanceIdentifier,
    data: Option<&Data>,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    write_instance(schema, to, data, Identifiers::Sids, out)
}

/// The payload of the POST of an rpc or action; null for no input.
///
/// # Errors
/// When something can't be written.
pub fn invocation(
    schema: &Schema,
    operation: &InstanceIdentifier,
    input: &Content,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let node = child_of_kind(schema, operation.node, NodeKind::Input);
    operations::instance(schema, operation, node, input, usize::MAX, out)
}

/// The payload of a PUT or POST of the whole datastore: `application/yang-data+cbor; id=sid`.
///
/// # Errors
/// When something can't be written.
pub fn document(schema: &Schema, content: &Content, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    let mut encoder = Encoder::new(schema, out, Identifiers::Sids, usize::MAX);
    write_content(&mut encoder, NodeIndex::ROOT, Part::Container, content)
}

/// Reads the answer to a FETCH of `asked`: one item each, in their order; `None` for what is not there. One entry is
/// [`Data::Container`] of its content.
///
/// # Errors
/// When the payload is not such a sequence.
pub fn read_fetched(
    schema: &Schema,
    asked: &[InstanceIdentifier],
    payload: &[u8],
) -> Result<Vec<Option<Data>>, cbor::Error> {
    let mut reader = Reader::new(payload);
    let mut found = Vec::with_capacity(asked.len());
    for instance in asked {
        found.push(fetched(schema, instance, &mut reader)?);
    }
    reader.finish()?;
    Ok(found)
}

fn fetched(schema: &Schema, asked: &InstanceIdentifier, reader: &mut Reader<'_>) -> Result<Option<Data>, cbor::Error> {
    fetched_by(schema, asked, reader, |reader| value(schema, asked, reader))
}

/// Reads one item of the answer, the value beside its identifier by `value`.
pub(crate) fn fetched_by<'a, T>(
    schema: &Schema,
    asked: &InstanceIdentifier,
    reader: &mut Reader<'a>,
    value: impl Fn(&mut Reader<'a>) -> Result<Option<T>, cbor::Error>,
) -> Result<Option<T>, cbor::Error> {
    if reader.peek()? == Kind::Null {
        return reader.null().map(|()| None);
    }
    let mut members = reader.map()?;
    let mut data = None;
    while members.more(reader)? {
        if named(schema, reader)? == Some(asked.node) {
            data = value(reader)?;
        } else {
            reader.skip()?;
        }
    }
    Ok(data)
}

/// The node of an answer's key, whose list keys may be left out (draft section 3.1.3); `None` for an unknown SID.
fn named(schema: &Schema, reader: &mut Reader<'_>) -> Result<Option<NodeIndex>, cbor::Error> {
    if reader.peek()? == Kind::Unsigned {
        let sid = reader.unsigned()?;
        return Ok(u32::try_from(sid).ok().and_then(|sid| schema.node_by_sid(sid)));
    }
    read_instance_identifier(schema, reader).map(|named| Some(named.node))
}

/// The value beside an identifier; one entry of a leaf-list as a leaf-list of it.
fn value(schema: &Schema, at: &InstanceIdentifier, reader: &mut Reader<'_>) -> Result<Option<Data>, cbor::Error> {
    let is_leaf_list = schema.node(at.node).is_some_and(|row| row.kind() == NodeKind::LeafList);
    Ok(match read_instance_value(schema, at, Allowed::Data, reader)? {
        Some(Data::Leaf(value)) if is_leaf_list => Some(Data::LeafList(Vec::from([value]))),
        data => data,
    })
}

/// Reads the answer to a GET of the datastore.
///
/// # Errors
/// When the payload is not such a document.
pub fn read_document(schema: &Schema, payload: &[u8]) -> Result<Content, cbor::Error> {
    let mut reader = Reader::new(payload);
    let content = read_content(schema, NodeIndex::ROOT, Allowed::Data, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

/// Reads the answer of an rpc or action: its output.
///
/// # Errors
/// When the payload is not such an answer.
pub fn read_output(schema: &Schema, operation: NodeIndex, payload: &[u8]) -> Result<Content, cbor::Error> {
    let mut output = Content::new();
    let mut reader = Reader::new(payload);
    while reader.finish().is_err() {
        let mut members = reader.map()?;
        while members.more(&mut reader)? {
            let named = named(schema, &mut reader)?;
            let node = child_of_kind(schema, operation, NodeKind::Output);
            match (node, reader.peek()?) {
                (_, Kind::Null) => reader.null()?,
                (Some(node), _) if named == Some(operation) => {
                    output = read_content(schema, node, Allowed::Data, &mut reader)?;
                }
                _ => reader.skip()?,
            }
        }
    }
    Ok(output)
}

/// Reads an answer of the event stream: each notification with its identifier, newest first.
///
/// # Errors
/// When the payload is not such a sequence.
pub fn read_events(schema: &Schema, payload: &[u8]) -> Result<Vec<(InstanceIdentifier, Content)>, cbor::Error> {
    let mut events = Vec::new();
    let mut reader = Reader::new(payload);
    while reader.finish().is_err() {
        let mut members = reader.map()?;
        while members.more(&mut reader)? {
            let at = read_instance_identifier(schema, &mut reader)?;
            let content = match reader.peek()? {
                Kind::Null => reader.null().map(|()| Content::new())?,
                _ => read_content(schema, at.node, Allowed::Data, &mut reader)?,
            };
            events.push((at, content));
        }
    }
    Ok(events)
}

/// The error structure of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorPayload {
    /// The SID of the error-tag.
    pub tag: u32,
    /// The SID of the error-app-tag.
    pub app_tag: Option<u32>,
    /// The data node in error, where this schema knows it.
    pub at: Option<InstanceIdentifier>,
    /// The words.
    pub message: String,
}

impl core::fmt::Display for ErrorPayload {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let name = |sid| sids::identity_name(sid).unwrap_or("error");
        f.write_str(name(self.tag))?;
        if let Some(app_tag) = self.app_tag {
            write!(f, " ({})", name(app_tag))?;
        }
        if self.message.is_empty() { Ok(()) } else { write!(f, ": {}", self.message) }
    }
}

/// Reads the error structure; `None` when the payload is none.
#[must_use]
pub fn read_error(schema: &Schema, payload: &[u8]) -> Option<ErrorPayload> {
    let mut reader = Reader::new(payload);
    let mut outer = reader.map().ok()?;
    if !outer.more(&mut reader).ok()? || reader.unsigned().ok()? != u64::from(sids::ERROR) {
        return None;
    }
    let mut error = ErrorPayload { tag: 0, app_tag: None, at: None, message: String::new() };
    let mut members = reader.map().ok()?;
    while members.more(&mut reader).ok()? {
        let delta = u32::try_from(reader.unsigned().ok()?).ok()?;
        match sids::ERROR.checked_add(delta)? {
            sids::ERROR_TAG => error.tag = u32::try_from(reader.unsigned().ok()?).ok()?,
            sids::ERROR_APP_TAG => error.app_tag = u32::try_from(reader.unsigned().ok()?).ok(),
            sids::ERROR_MESSAGE => error.message = reader.text().ok()?.into_owned(),
            sids::ERROR_DATA_NODE => error.at = retrieval::identifier(schema, &mut reader).ok()?,
            _ => reader.skip().ok()?,
        }
    }
    (error.tag != 0).then_some(error)
}

fn child_of_kind(schema: &Schema, node: NodeIndex, kind: NodeKind) -> Option<NodeIndex> {
    schema.children(node).find(|child| schema.node(*child).is_some_and(|row| row.kind() == kind))
}

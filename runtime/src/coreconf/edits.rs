//! iPATCH, PUT, POST and DELETE on the datastore: each is one transaction (draft sections 3.2 and 3.3).

use alloc::vec::Vec;

use super::errors::{Failure, Refusal};
use super::{Answer, Request, query};
use crate::board::Board;
use crate::cbor::{self, Allowed, Kind, Reader, read_content, read_entry, read_instance_identifier, read_value};
use crate::coap::{Code, content_format as formats};
use crate::datastore::{Datastore, Edit, Origin};
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier};

/// The formats of a whole datastore, and of instances that are changed.
const FORMATS: [u16; 4] = [
    formats::YANG_INSTANCES_CBOR_SEQ,
    formats::YANG_DATA_CBOR_SID,
    formats::YANG_DATA_CBOR,
    formats::YANG_DATA_CBOR_NAME,
];

/// The formats of a document that this device takes: those with names only where it knows them.
fn documents(schema: &Schema, instances: bool) -> &'static [u16] {
    let known = FORMATS.len() - usize::from(schema.by_name.is_none());
    FORMATS.get(usize::from(!instances)..known).unwrap_or(&FORMATS)
}

/// Replaces, creates and deletes instances, in the order of the payload.
pub(super) fn ipatch(store: &mut Datastore, board: &mut dyn Board, request: &Request<'_>) -> Result<Answer, Refusal> {
    query::none(request)?;
    query::format(request, &[formats::YANG_INSTANCES_CBOR_SEQ])?;
    query::condition(store, request)?;
    let schema = store.schema();
    let mut edit = store.edit(Origin::Requester);
    let mut reader = Reader::new(request.payload);
    while reader.finish().is_err() {
        let mut members = reader.map().map_err(|error| Refusal::payload(schema, error))?;
        while members.more(&mut reader).map_err(|error| Refusal::payload(schema, error))? {
            item(schema, &mut edit, &mut reader)?;
        }
    }
    commit(edit, board, Code::CHANGED)
}

fn item(schema: &Schema, edit: &mut Edit<'_>, reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let to = read_instance_identifier(schema, reader).map_err(|error| Refusal::payload(schema, error))?;
    let configuration = schema.node(to.node).is_some_and(|row| row.is_config());
    if !configuration {
        return Err(Refusal::at(Failure::NotConfiguration, to, "it is no configuration"));
    }
    match instance(schema, &to, reader).map_err(|error| Refusal::payload(schema, error))? {
        Some(data) => edit.replace(&to, data)?,
        None => drop(edit.delete(&to)?),
    }
    Ok(())
}

/// The value beside an identifier. `None` is null, which deletes; a leaf of type empty is set by `[null]` (readings
/// 14). Beside a list's identifier a map is one entry, an array the whole list (readings 15).
pub(super) fn instance(
    schema: &Schema,
    to: &InstanceIdentifier,
    reader: &mut Reader<'_>,
) -> Result<Option<Data>, cbor::Error> {
    let kind = schema.node(to.node).map(|row| row.kind());
    let above = crate::value::keys_of(schema, to.node).count().saturating_sub(schema.entry_key_count(to.node));
    let (above, own) = to.keys.split_at_checked(above).unwrap_or((&[], &[]));
    match (kind, reader.peek()?) {
        (_, Kind::Null) => reader.null().map(|()| None),
        (Some(NodeKind::List), Kind::Map) => {
            let entry =
                read_entry(schema, to.node, own, Allowed::Config, reader).map_err(|error| error.under(above))?;
            Ok(Some(Data::Container(entry)))
        }
        (Some(NodeKind::LeafList), _) if !own.is_empty() => {
            // one entry of a leaf-list: its value, as the array of one that the codec reads
            let mut array = Vec::from([0x81]);
            array.extend_from_slice(reader.item()?);
            let list = read_value(schema, to.node, Allowed::Config, &mut Reader::new(&array));
            match list.map_err(|error| error.under(above))? {
                Data::LeafList(values) => Ok(values.into_iter().next().map(Data::Leaf)),
                other => Ok(Some(other)),
            }
        }
        _ => read_value(schema, to.node, Allowed::Config, reader).map(Some).map_err(|error| error.under(above)),
    }
}

/// Replaces the whole configuration.
pub(super) fn put(store: &mut Datastore, board: &mut dyn Board, request: &Request<'_>) -> Result<Answer, Refusal> {
    query::none(request)?;
    query::format(request, documents(store.schema(), false))?;
    query::condition(store, request)?;
    let content = document(store.schema(), request)?;
    let mut edit = store.edit(Origin::Requester);
    edit.replace_all(content)?;
    commit(edit, board, Code::CHANGED)
}

/// Creates the configuration where there is none (readings 17).
pub(super) fn post(store: &mut Datastore, board: &mut dyn Board, request: &Request<'_>) -> Result<Answer, Refusal> {
    query::none(request)?;
    query::format(request, documents(store.schema(), true))?;
    query::condition(store, request)?;
    let content = document(store.schema(), request)?;
    if !store.content().is_empty() {
        return Err(Refusal::new(Failure::Conflict, "the datastore has content"));
    }
    let mut edit = store.edit(Origin::Requester);
    edit.replace_all(content)?;
    commit(edit, board, Code::CREATED)
}

/// Empties the configuration; what is left must be valid (readings 16).
pub(super) fn delete(store: &mut Datastore, board: &mut dyn Board, request: &Request<'_>) -> Result<Answer, Refusal> {
    query::none(request)?;
    query::condition(store, request)?;
    let mut edit = store.edit(Origin::Requester);
    edit.replace_all(Content::new())?;
    commit(edit, board, Code::DELETED)
}

fn document(schema: &Schema, request: &Request<'_>) -> Result<Content, Refusal> {
    let mut reader = Reader::new(request.payload);
    let read = read_content(schema, NodeIndex::ROOT, Allowed::Config, &mut reader);
    read.and_then(|content| reader.finish().map(|()| content)).map_err(|error| Refusal::payload(schema, error))
}

fn commit(edit: Edit<'_>, board: &mut dyn Board, code: Code) -> Result<Answer, Refusal> {
    let prepared = edit.validate().and_then(|valid| valid.prepare(board))?;
    Ok(Answer { committed: prepared.commit(), ..Answer::new(code) })
}

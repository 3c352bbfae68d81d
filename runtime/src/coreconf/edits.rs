//! iPATCH, PUT, POST and DELETE on the datastore: each is one transaction (draft sections 3.2 and 3.3).

use super::errors::{Failure, Refusal};
use super::{Answer, Request, query};
use crate::board::Board;
use crate::cbor::{self, Allowed, Reader, read_content, read_instance_identifier, read_instance_value};
use crate::coap::{Code, Method, content_format as formats};
use crate::datastore::{Datastore, Edit, Origin};
use crate::schema::{NodeIndex, Schema};
use crate::value::Content;

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

/// Changes the datastore: iPATCH instances, PUT, POST and DELETE all of it.
#[inline(never)]
pub(super) fn edit(store: &mut Datastore, board: &mut dyn Board, request: &Request<'_>) -> Result<Answer, Refusal> {
    let schema = store.schema();
    let (formats, code) = match request.method {
        Method::IPatch => (FORMATS.get(..1), Code::CHANGED),
        Method::Put => (Some(documents(schema, false)), Code::CHANGED),
        Method::Delete => (None, Code::DELETED),
        _ => (Some(documents(schema, true)), Code::CREATED),
    };
    query::none(request)?;
    if let Some(formats) = formats {
        query::format(request, formats)?;
    }
    query::condition(store, request)?;
    let whole = match request.method {
        Method::IPatch => None,
        // what is left must be valid (readings 16)
        Method::Delete => Some(Content::new()),
        _ => Some(document(schema, request).map_err(|error| Refusal::payload(schema, error))?),
    };
    // it is created where there is none (readings 17)
    if request.method == Method::Post && !store.content().is_empty() {
        return Err(Refusal::new(Failure::Conflict, "the datastore has content"));
    }
    let mut edit = store.edit(Origin::Requester);
    match whole {
        Some(content) => edit.replace_all(content)?,
        None => items(schema, &mut edit, request.payload)?,
    }
    Ok(Answer { committed: edit.finish(board)?, ..Answer::new(code) })
}

/// Replaces, creates and deletes instances, in the order of the payload.
fn items(schema: &Schema, edit: &mut Edit<'_>, payload: &[u8]) -> Result<(), Refusal> {
    let mut reader = Reader::new(payload);
    while reader.finish().is_err() {
        let mut members = reader.map().map_err(|error| Refusal::payload(schema, error))?;
        while members.more(&mut reader).map_err(|error| Refusal::payload(schema, error))? {
            item(schema, edit, &mut reader)?;
        }
    }
    Ok(())
}

fn item(schema: &Schema, edit: &mut Edit<'_>, reader: &mut Reader<'_>) -> Result<(), Refusal> {
    let to = read_instance_identifier(schema, reader).map_err(|error| Refusal::payload(schema, error))?;
    let configuration = schema.node(to.node).is_some_and(|row| row.is_config());
    if !configuration {
        return Err(Refusal::at(Failure::NotConfiguration, to, "it is no configuration"));
    }
    match read_instance_value(schema, &to, Allowed::Config, reader).map_err(|error| Refusal::payload(schema, error))? {
        Some(data) => edit.replace(&to, data)?,
        None => drop(edit.delete(&to)?),
    }
    Ok(())
}

fn document(schema: &Schema, request: &Request<'_>) -> Result<Content, cbor::Error> {
    let mut reader = Reader::new(request.payload);
    let content = read_content(schema, NodeIndex::ROOT, Allowed::Config, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

//! GET and FETCH on the datastore (draft sections 3.1 and 3.3).

use alloc::string::String;
use alloc::vec::Vec;

use super::errors::{Failure, Refusal, words};
use super::{Answer, ETag, Limits, Request, query};
use crate::board::Board;
use crate::cbor::{self, EncodeError, Encoder, Identifiers, Reader, Writer, read_instance_identifier};
use crate::coap::{Code, content_format as formats};
use crate::datastore::{ContentFilter, Datastore, Filter, Presence, ReadError};
use crate::schema::{NodeIndex, Schema};
use crate::value::InstanceIdentifier;
use crate::value::text::push_unsigned;

/// The whole datastore.
#[inline(never)]
pub(super) fn get(
    store: &Datastore,
    board: &mut dyn Board,
    limits: &Limits,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Refusal> {
    let filter = query::filter(request)?;
    let all = [formats::YANG_DATA_CBOR_SID, formats::YANG_DATA_CBOR_NAME, formats::YANG_DATA_CBOR];
    // a device without names has the first of them alone
    let known = if store.schema().by_name.is_some() { all.len() } else { 1 };
    let format = query::accept(request, all.get(..known).unwrap_or(&all))?;
    let identifiers = if format == formats::YANG_DATA_CBOR_SID { Identifiers::Sids } else { Identifiers::Names };
    let mut encoder = Encoder::new(store.schema(), out, identifiers, limits.answer);
    let root = InstanceIdentifier::new(NodeIndex::ROOT);
    let reading = store.read(board, &root, filter, &mut encoder).map_err(refused)?;
    Ok(Answer { faults: reading.faults, etag: etag(store, filter), ..Answer::content(Code::CONTENT, format) })
}

/// Each node that the payload names, in its order.
#[inline(never)]
pub(super) fn fetch(
    store: &Datastore,
    board: &mut dyn Board,
    limits: &Limits,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Refusal> {
    let filter = query::filter(request)?;
    query::format(request, &[formats::YANG_IDENTIFIERS_CBOR_SEQ])?;
    let format = query::accept(request, &[formats::YANG_INSTANCES_CBOR_SEQ])?;
    let schema = store.schema();
    let start = out.len();
    let mut faults = 0;
    let mut fault = None;
    let mut count = 0_usize;
    let mut reader = Reader::new(request.payload);
    while !reader.is_at_end() {
        count += 1;
        let at = out.len();
        let left = limits.answer.saturating_sub(at - start);
        let found = match identifier(schema, &mut reader)? {
            None => Presence::Absent,
            Some(instance) => match instance_value(store, board, &instance, filter, left, out) {
                Ok(reading) => {
                    faults += reading.faults;
                    reading.presence
                }
                Err(ReadError::Fault(reason)) => {
                    faults += 1;
                    fault = Some((reason, instance));
                    Presence::Absent
                }
                Err(error) => return Err(refused(error)),
            },
        };
        if found == Presence::Absent {
            // readings 13: a bare null in its place
            out.truncate(at);
            Writer::new(out).null();
        }
    }
    // "Where a value comes from" 5: asked for alone a fault is 5.00, among several null
    if let (1, Some((reason, instance))) = (count, fault) {
        return Err(Refusal::from(reason).about(instance));
    }
    Ok(Answer { faults, etag: etag(store, filter), ..Answer::content(Code::CONTENT, format) })
}

/// The next identifier of a sequence; `None` when it is well-formed and names nothing here (readings 28).
pub(super) fn identifier(schema: &Schema, reader: &mut Reader<'_>) -> Result<Option<InstanceIdentifier>, Refusal> {
    let start = *reader;
    match read_instance_identifier(schema, reader) {
        Ok(instance) => Ok(Some(instance)),
        Err(error) => {
            *reader = start;
            reader.skip().map_err(|error| Refusal::payload(schema, error))?;
            match error.reason {
                cbor::Reason::UnknownSid(_) | cbor::Reason::UnknownName | cbor::Reason::InvalidIdentifier(_) => {
                    Ok(None)
                }
                _ => Err(Refusal::payload(schema, error)),
            }
        }
    }
}

/// `{SID: value}`; the keys of entries are left out (draft section 3.1.3).
fn instance_value(
    store: &Datastore,
    board: &mut dyn Board,
    instance: &InstanceIdentifier,
    filter: Filter,
    limit: usize,
    out: &mut Vec<u8>,
) -> Result<crate::datastore::Reading, ReadError<EncodeError>> {
    let schema = store.schema();
    let sid = schema.node(instance.node).map_or(0, |row| row.sid);
    let mut writer = Writer::new(out);
    writer.map(1);
    writer.unsigned(u64::from(sid));
    let mut encoder = Encoder::new(schema, out, Identifiers::Sids, limit);
    store.read(board, instance, filter, &mut encoder)
}

fn etag(store: &Datastore, filter: Filter) -> Option<ETag> {
    (filter.content == ContentFilter::Config).then(|| ETag::new(store.revision()))
}

fn refused(error: ReadError<EncodeError>) -> Refusal {
    match error {
        ReadError::Fault(fault) => Refusal::from(fault),
        ReadError::Sink(EncodeError::Limit(limit)) => {
            let words = words(|| {
                let mut words = String::from("the answer is larger than ");
                push_unsigned(&mut words, limit as u64);
                words + " bytes"
            });
            Refusal::new(Failure::AnswerTooLarge, &words)
        }
        ReadError::Sink(error) => Refusal::new(Failure::Faulted, &words(|| error.words())),
    }
}

//! The event stream: notifications in a ring, newest first (draft section 3.5, readings 18).

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::error_payload::refuse;
use super::errors::{Failure, Refusal, words};
use super::{Answer, Limits, Request, operations, query, retrieval};
use crate::cbor::Reader;
use crate::coap::{Code, Method, content_format as formats};
use crate::datastore::Datastore;
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, InstanceIdentifier};

/// The last notifications of a stream, encoded.
#[derive(Debug)]
pub struct Ring {
    limits: Limits,
    /// Newest last.
    events: Vec<Event>,
    bytes: usize,
}

#[derive(Debug)]
struct Event {
    at: InstanceIdentifier,
    encoded: Box<[u8]>,
}

impl Ring {
    /// An empty ring.
    #[must_use]
    pub fn new(limits: Limits) -> Ring {
        Ring { limits, events: Vec::new(), bytes: 0 }
    }

    /// How many notifications it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many bytes of [`Limits::event_bytes`] are in use.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes a notification, checked as an output is; the oldest go where it needs their place. `at` is the
    /// notification, with the keys of the entry that it is of, which must exist.
    ///
    /// # Errors
    /// What is wrong with it; the ring stays as it is.
    pub fn raise(&mut self, store: &Datastore, at: &InstanceIdentifier, content: &Content) -> Result<(), Refusal> {
        let schema = store.schema();
        let refuse = |failure, words: &str| Err(Refusal::at(failure, at.clone(), words));
        let row = schema.node(at.node).filter(|row| row.kind() == NodeKind::Notification);
        let Some(row) = row else { return refuse(Failure::UnknownElement, "it is no notification") };
        if row.parent != NodeIndex::ROOT && !store.entry_exists(row.parent, &at.keys) {
            return refuse(Failure::DataMissing, "the instance that the notification is of does not exist");
        }
        store.check_operation(at, content)?;
        let mut encoded = Vec::new();
        operations::instance(schema, at, Some(at.node), content, self.limits.event_bytes, &mut encoded)
            .map_err(|error| Refusal::at(Failure::AnswerTooLarge, at.clone(), &words(|| error.words())))?;
        if encoded.len() > self.limits.event_bytes || self.limits.events == 0 {
            return refuse(Failure::AnswerTooLarge, "the notification is larger than the ring");
        }
        self.bytes += encoded.len();
        self.events.push(Event { at: at.clone(), encoded: encoded.into() });
        while self.events.len() > self.limits.events || self.bytes > self.limits.event_bytes {
            self.bytes = self.bytes.saturating_sub(self.events.remove(0).encoded.len());
        }
        Ok(())
    }

    /// Answers GET, and FETCH with the notifications that are wanted, on the stream's resource. The payload is
    /// appended to `out`.
    pub fn answer(&self, schema: &Schema, request: &Request<'_>, out: &mut Vec<u8>) -> Answer {
        let start = out.len();
        self.read(schema, request, out).unwrap_or_else(|refusal| {
            out.truncate(start);
            refuse(schema, &refusal, out)
        })
    }

    fn read(&self, schema: &Schema, request: &Request<'_>, out: &mut Vec<u8>) -> Result<Answer, Refusal> {
        let wanted = match request.method {
            Method::Get => None,
            Method::Fetch => {
                query::format(request, &[formats::YANG_IDENTIFIERS_CBOR_SEQ])?;
                Some(wanted(schema, request.payload)?)
            }
            _ => return Err(Refusal::new(Failure::MethodNotAllowed, "an event stream has GET and FETCH")),
        };
        query::none(request)?;
        let format = query::accept(request, &[formats::YANG_INSTANCES_CBOR_SEQ])?;
        let start = out.len();
        let is_wanted = |event: &&Event| {
            wanted.as_ref().is_none_or(|wanted| {
                wanted.iter().any(|wanted| wanted.node == event.at.node && event.at.keys.starts_with(&wanted.keys))
            })
        };
        for event in self.events.iter().rev().filter(is_wanted) {
            if out.len() - start + event.encoded.len() > self.limits.answer {
                break;
            }
            out.extend_from_slice(&event.encoded);
        }
        Ok(Answer::content(Code::CONTENT, format))
    }
}

/// The filter of a FETCH; what names nothing here matches nothing.
fn wanted(schema: &Schema, payload: &[u8]) -> Result<Vec<InstanceIdentifier>, Refusal> {
    let mut reader = Reader::new(payload);
    let mut wanted = Vec::new();
    while reader.finish().is_err() {
        wanted.extend(retrieval::identifier(schema, &mut reader)?);
    }
    Ok(wanted)
}

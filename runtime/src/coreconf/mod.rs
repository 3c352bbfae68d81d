//! CORECONF (draft-ietf-core-comi-21): the datastore resource and the event stream as functions from a request to the
//! bytes of its answer.
//!
//! No sockets, no exchanges, no time: of CoAP only codes, methods and content formats. [`datastore`] answers requests
//! to the datastore resource, [`Ring`] those to the event stream, [`links`] is what discovery tells of both,
//! [`errors`] the one table of failures, and [`client`] makes requests and reads answers. Where the draft is unclear,
//! the comments name the reading that is followed. Read [`datastore`] first.

pub mod client;
mod edits;
mod error_payload;
pub mod errors;
mod events;
mod links;
mod operations;
mod query;
mod retrieval;
pub mod sids;

#[cfg(test)]
mod tests;

pub use error_payload::refuse;
pub use errors::{Failure, Refusal};
pub use events::Ring;
pub use links::{DATASTORE_PATH, Link, STREAM_PATH, links};
pub use operations::answer_operation;

use alloc::vec::Vec;

use crate::board::{Board, Call};
use crate::coap::{Code, Method, content_format};
use crate::datastore::{Committed, Datastore};
use crate::value::InstanceIdentifier;

/// Sizes that CORECONF keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an answer's payload; a larger one is refused with 5.00.
    pub answer: usize,
    /// Notifications in the ring of an event stream; the oldest goes.
    pub events: usize,
    /// Bytes of the notifications in the ring; the oldest goes.
    pub event_bytes: usize,
}

impl Limits {
    /// For a constrained device.
    pub const DEVICE: Limits = Limits { answer: 4096, events: 4, event_bytes: 1024 };
    /// For a server with memory to spare.
    pub const SERVER: Limits = Limits { answer: 16 * 1024 * 1024, events: 64, event_bytes: 256 * 1024 };
}

/// A request as CORECONF sees it; the path is matched already.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The Uri-Query options.
    pub query: &'a [&'a str],
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Accept.
    pub accept: Option<u16>,
    /// The If-Match options; none: no condition.
    pub if_match: &'a [&'a [u8]],
    /// Whether there is an If-None-Match option.
    pub if_none_match: bool,
    /// The whole payload.
    pub payload: &'a [u8],
}

/// The head of an answer; its payload lies in the buffer that was lent.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// ETag.
    pub etag: Option<ETag>,
    /// What the request has changed; whoever asked for the answer tells the board and the observers.
    pub committed: Committed,
    /// Set: there is no answer yet; the operation's output comes by [`answer_operation`].
    pub deferred: Option<Deferred>,
    /// How many nodes were left out, or null, because their handler failed.
    pub faults: u32,
}

impl Answer {
    /// An answer of nothing but a code.
    #[must_use]
    pub fn new(code: Code) -> Answer {
        Answer { code, content_format: None, etag: None, committed: Committed::default(), deferred: None, faults: 0 }
    }

    fn content(code: Code, format: u16) -> Answer {
        Answer { content_format: Some(format), ..Answer::new(code) }
    }
}

/// An operation that answers later.
#[derive(Clone, Debug, PartialEq)]
pub struct Deferred {
    /// The id that the board was given.
    pub call: Call,
    /// The rpc or action, with its keys.
    pub operation: InstanceIdentifier,
}

/// The revision of the configuration as an entity tag (readings 29): big-endian, without leading zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ETag {
    bytes: [u8; 8],
    skip: usize,
}

impl ETag {
    /// The tag of a revision.
    #[must_use]
    pub fn new(revision: u64) -> ETag {
        let bytes = revision.to_be_bytes();
        ETag { bytes, skip: bytes.iter().take(7).take_while(|byte| **byte == 0).count() }
    }

    /// The value of the option: 1 to 8 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(self.skip..).unwrap_or(&[])
    }
}

/// Answers a request to the datastore resource. The payload of the answer is appended to `out`, which should be
/// empty; `call` is the id that an rpc or action gets if it answers later.
///
/// A request that is refused leaves the datastore as it was.
pub fn datastore(
    store: &mut Datastore,
    board: &mut dyn Board,
    call: Call,
    limits: &Limits,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Answer {
    let schema = store.schema();
    let start = out.len();
    let answer = match request.method {
        Method::Get => retrieval::get(store, board, limits, request, out),
        Method::Fetch => retrieval::fetch(store, board, limits, request, out),
        // readings 17: the content format tells an operation from a datastore
        Method::Post if request.content_format == Some(content_format::YANG_INSTANCES_CBOR_SEQ) => {
            operations::post(store, board, call, limits, request, out)
        }
        Method::IPatch | Method::Put | Method::Post | Method::Delete => edits::edit(store, board, request),
        Method::Patch => Err(Refusal::new(Failure::MethodNotAllowed, "the datastore has no PATCH; iPATCH it has")),
    };
    answer.unwrap_or_else(|refusal| {
        out.truncate(start);
        refuse(schema, &refusal, out)
    })
}

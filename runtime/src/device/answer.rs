//! A question and its answer: the one place where resources, protocols, datastore and board meet.

use alloc::vec::Vec;

use super::calls::{Calls, Protocol};
use super::discovery;
use super::guard::Guarded;
use super::question::{Question, Resource, Services};
use crate::board::{Board, Call};
use crate::coap::content_format::YANG_INSTANCES_CBOR_SEQ;
use crate::coap::{Code, Method, OutgoingOption, Response};
use crate::coreconf::{self, ETag, Failure, Ring};
use crate::datastore::{Committed, Datastore};
use crate::limits::Limits;
use crate::lwm2m;
use crate::value::InstanceIdentifier;

/// Everything that an answer is made of, and nothing of exchanges, observers and time.
#[derive(Debug)]
pub(super) struct Core<B> {
    pub(super) board: Guarded<B>,
    pub(super) store: Datastore,
    pub(super) ring: Ring,
    pub(super) calls: Calls,
    pub(super) services: Services,
    pub(super) limits: Limits,
    /// Handlers that failed, since the start.
    pub(super) faults: u64,
    /// Operations of object 1 that drive registrations and were invoked by the request at hand; `None` where the device
    /// registers with nobody, and the board is asked for them.
    #[cfg(feature = "lwm2m")]
    pub(super) invoked: Option<Vec<(u16, u16)>>,
    /// The attributes that servers have written.
    #[cfg(feature = "lwm2m")]
    pub(super) attributes: lwm2m::attributes::Attributes,
    /// The request at hand has written some.
    #[cfg(feature = "lwm2m")]
    pub(super) attributes_changed: bool,
}

/// Room for the options of a [`Reply`].
pub(super) const NO_OPTIONS: [OutgoingOption<'static>; 2] = [OutgoingOption::max_age(0); 2];

/// An answer; its payload lies in the buffer that was lent.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) code: Code,
    pub(super) content_format: Option<u16>,
    pub(super) etag: Option<ETag>,
    /// Max-Age in seconds, where it isn't the default.
    pub(super) max_age: Option<u32>,
    pub(super) committed: Committed,
    /// Location-Path of what was made: an object instance.
    #[cfg(feature = "lwm2m")]
    pub(super) location: Option<[alloc::string::String; 2]>,
    /// Set: no answer yet.
    pub(super) deferred: Option<(Call, InstanceIdentifier, Protocol)>,
}

impl Reply {
    pub(super) fn new(code: Code) -> Reply {
        Reply {
            code,
            content_format: None,
            etag: None,
            max_age: None,
            committed: Committed::default(),
            #[cfg(feature = "lwm2m")]
            location: None,
            deferred: None,
        }
    }

    /// The answer in CoAP's terms; `options` takes its options.
    pub(super) fn response<'a>(&'a self, payload: &'a [u8], options: &'a mut [OutgoingOption<'a>; 2]) -> Response<'a> {
        #[cfg(feature = "lwm2m")]
        if let Some(location) = &self.location {
            for (option, segment) in options.iter_mut().zip(location) {
                *option = OutgoingOption::location_path(segment);
            }
            return Response { code: self.code, content_format: None, options, payload };
        }
        let [first, second] = options;
        let mut count = 0;
        if let Some(etag) = &self.etag {
            *first = OutgoingOption::etag(etag.as_bytes());
            count = 1;
        }
        if let Some(max_age) = self.max_age {
            *(if count == 0 { first } else { second }) = OutgoingOption::max_age(max_age);
            count += 1;
        }
        let options = options.get(..count).unwrap_or(&[]);
        Response { code: self.code, content_format: self.content_format, options, payload }
    }

    /// Of everything that an observer can tell from another answer.
    pub(super) fn digest(&self, payload: &[u8]) -> u64 {
        let head =
            u64::from(self.code.byte()) << 32 | self.content_format.map_or(0, |format| 1 << 16 | u64::from(format));
        digest(head, payload)
    }
}

/// Two different answers have the same digest with a probability of 2⁻⁶⁴ (FNV-1a).
pub(super) fn digest(start: u64, bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    let head = start.to_be_bytes().into_iter().fold(0xcbf2_9ce4_8422_2325, step);
    bytes.iter().copied().fold(head, step)
}

impl<B: Board> Core<B> {
    /// Answers a request of a peer.
    pub(super) fn answer(&mut self, question: &Question<'_>, out: &mut Vec<u8>) -> Reply {
        #[cfg(feature = "lwm2m")]
        if let Some(reply) = self.manage(question, out) {
            return reply;
        }
        let operates = question.method == Method::Post
            && match question.resource {
                Resource::Datastore => question.content_format == Some(YANG_INSTANCES_CBOR_SEQ),
                Resource::Lwm2m(_) => true,
                Resource::Discovery | Resource::Events => false,
                #[cfg(feature = "lwm2m")]
                Resource::Lwm2mRoot => false,
            };
        let call = if operates { self.calls.reserve() } else { Some(NO_CALL) };
        let Some(call) = call else { return Reply { max_age: Some(BUSY), ..Reply::new(Code::SERVICE_UNAVAILABLE) } };
        let Core { board, store, ring, services, limits, faults, .. } = self;
        #[cfg(feature = "lwm2m")]
        if operates && let Some(invoked) = &mut self.invoked {
            let board = &mut super::registrations::WithServerObject { board, invoked };
            return answer(Parts { store, ring, services: *services, limits, faults }, board, call, question, out);
        }
        answer(Parts { store, ring, services: *services, limits, faults }, board, call, question, out)
    }
}

/// The call of a request that invokes nothing.
pub(super) const NO_CALL: Call = Call(u32::MAX);

/// Max-Age in seconds of the answer while no operation can be invoked.
const BUSY: u32 = 5;

pub(super) struct Parts<'a> {
    pub(super) store: &'a mut Datastore,
    pub(super) ring: &'a Ring,
    pub(super) services: Services,
    pub(super) limits: &'a Limits,
    pub(super) faults: &'a mut u64,
}

/// The same for a request and for an observer. The call is used by operations alone, which nobody observes.
pub(super) fn answer(
    parts: Parts<'_>,
    board: &mut dyn Board,
    call: Call,
    question: &Question<'_>,
    out: &mut Vec<u8>,
) -> Reply {
    let Parts { store, ring, services, limits, faults } = parts;
    let request = coreconf::Request {
        method: question.method,
        query: &question.query,
        content_format: question.content_format,
        accept: question.accept,
        if_match: &question.if_match,
        if_none_match: question.if_none_match,
        payload: question.payload,
    };
    let of_lwm2m = |answer: Result<lwm2m::Answer, lwm2m::Error>, out: &mut Vec<u8>| match answer {
        Ok(answer) => Reply {
            code: answer.code,
            content_format: answer.content_format,
            committed: answer.committed,
            deferred: answer.deferred.map(|operation| (call, operation, Protocol::Lwm2m)),
            #[cfg(feature = "lwm2m")]
            location: answer.location.map(|path| {
                [path.object, path.instance.unwrap_or(0)].map(|id| alloc::string::ToString::to_string(&id))
            }),
            ..Reply::new(answer.code)
        },
        Err(error) => {
            out.clear();
            out.extend_from_slice(error.told().as_bytes());
            Reply::new(lwm2m_code(&error))
        }
    };
    let reply = match question.resource {
        Resource::Datastore | Resource::Events => {
            let answer = match question.resource {
                Resource::Events => ring.answer(store.schema(), &request, out),
                _ => coreconf::datastore(store, board, call, &limits.coreconf, &request, out),
            };
            *faults = faults.saturating_add(u64::from(answer.faults));
            Reply {
                code: answer.code,
                content_format: answer.content_format,
                etag: answer.etag,
                max_age: None,
                committed: answer.committed,
                #[cfg(feature = "lwm2m")]
                location: None,
                deferred: answer.deferred.map(|later| (later.call, later.operation, Protocol::Coreconf)),
            }
        }
        // neither has an entity tag (RFC 7252 sections 5.10.8.1 and 5.10.8.2)
        _ if question.if_none_match || question.if_match.iter().any(|tag| !tag.is_empty()) => {
            Reply::new(Code::PRECONDITION_FAILED)
        }
        Resource::Discovery => discovery::answer(store, board, services, limits, question, out),
        Resource::Lwm2m(path) => {
            let request = lwm2m::Request {
                method: question.method,
                path,
                has_query: has_query(store, question),
                content_format: question.content_format,
                accept: question.accept,
                payload: question.payload,
            };
            let answer = lwm2m::answer(store, board, call, &request, out);
            of_lwm2m(answer, out)
        }
        #[cfg(feature = "lwm2m")]
        Resource::Lwm2mRoot => {
            let answer = lwm2m::composite(store, board, &question.composite(), out);
            of_lwm2m(answer, out)
        }
    };
    if reply.code == Code::INTERNAL_SERVER_ERROR {
        *faults = faults.saturating_add(1);
    }
    reply
}

/// Whether a request has a query that means nothing: a server's Observe may bring attributes along.
#[cfg(feature = "lwm2m")]
fn has_query(store: &Datastore, question: &Question<'_>) -> bool {
    !question.query.is_empty() && super::manager::observed(store, question).is_none()
}

#[cfg(not(feature = "lwm2m"))]
fn has_query(_: &Datastore, question: &Question<'_>) -> bool {
    !question.query.is_empty()
}

/// What an error of LwM2M's view is called: the column of the one table (`coreconf::errors`).
pub(super) fn lwm2m_code(error: &lwm2m::Error) -> Code {
    let failure = match error {
        lwm2m::Error::Arguments | lwm2m::Error::Malformed => Failure::Malformed,
        lwm2m::Error::Edit(error) => Failure::from(&error.reason),
        lwm2m::Error::Fault(fault) => Failure::from(fault),
        lwm2m::Error::MethodNotAllowed => Failure::MethodNotAllowed,
        lwm2m::Error::NotAcceptable => Failure::NotAcceptable,
        lwm2m::Error::NotFound => Failure::NotFound,
        lwm2m::Error::Query => Failure::BadQuery,
        lwm2m::Error::Unauthorized => Failure::Unauthorized,
        lwm2m::Error::UnsupportedFormat => Failure::UnsupportedFormat,
        lwm2m::Error::Value(violation) => Failure::from(violation),
    };
    failure.row().lwm2m
}

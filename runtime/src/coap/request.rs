//! What the endpoint hands to its caller, and what it gets back.

use super::Peer;
use super::code::{Code, Method};
use super::message::Message;
use super::observe::Observe;
use super::option::{OptionRef, OutgoingOption, number};
use super::slots::Key;
use alloc::vec::Vec;
use core::str::Utf8Error;
use core::time::Duration;
use thiserror::Error;

/// Names a request of a peer until it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub(super) Key);

/// Names an observation of one of our resources until it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObservationId(pub(super) Key);

impl ObservationId {
    /// Its place: unique among the observations that exist at one time.
    pub(crate) fn place(self) -> usize {
        self.0.index() as usize
    }

    /// The id as a number, in the same order.
    pub(crate) fn number(self) -> u64 {
        self.0.number()
    }

    /// The id with this number.
    pub(crate) fn from_number(number: u64) -> ObservationId {
        ObservationId(Key::from_number(number))
    }
}

/// Names a request of ours until its response, or, when it observes, until the last one.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub(super) Key);

/// What an id named is gone: answered, ended or timed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("what the id named is gone")]
pub struct Gone;

/// No room for a further request of ours: `Limits::calls` or `Limits::confirmables` are in use.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("too many requests wait for their response")]
pub struct Full;

/// What a datagram brought.
#[derive(Clone, Debug)]
pub enum Received<'a> {
    /// A request of the peer; the caller answers with `respond`, `respond_observed`, or `defer` and one of them later.
    Request(Request<'a>),
    /// The response to a request of ours.
    #[cfg(feature = "client")]
    Response {
        /// The request.
        call: CallId,
        /// The response.
        response: IncomingResponse<'a>,
    },
}

/// A request, lent from its datagram, or its body from the reassembly buffer.
///
/// Options that the endpoint doesn't know are gone here: with a critical one the request was refused. If-Match,
/// If-None-Match and Accept are the caller's to obey; of ETag the endpoint makes 2.03 when a 2.05 has the same.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// What to answer to.
    pub id: RequestId,
    /// Who asks.
    pub peer: Peer,
    /// What for.
    pub method: Method,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Accept.
    pub accept: Option<u16>,
    /// Observe, on GET and FETCH. [`Observe::Deregister`] is done already; the request is answered as a plain one.
    pub observe: Option<Observe>,
    /// When we gave its client the Echo value that it brings back: so old it is at most (RFC 9175 section 2.3).
    pub echo_age: Option<Duration>,
    /// Whether it came to a multicast address.
    pub to_group: bool,
    /// The body, put together if it came in blocks.
    pub payload: &'a [u8],
    pub(super) if_none_match: bool,
    pub(super) message: Message<'a>,
}

impl<'a> Request<'a> {
    /// The message (of a body in blocks the last one).
    pub fn message(&self) -> &Message<'a> {
        &self.message
    }

    /// All options, in ascending order.
    pub fn options(&self) -> impl Iterator<Item = OptionRef<'a>> + Clone + use<'a> {
        self.message.options()
    }

    /// The segments of Uri-Path. None and one empty segment both mean the root.
    pub fn uri_path(&self) -> impl Iterator<Item = Result<&'a str, Utf8Error>> + Clone + use<'a> {
        self.message.values(number::URI_PATH).map(core::str::from_utf8)
    }

    /// Uri-Host: the name by which the client knows us, if it isn't the address (RFC 7252 section 5.10.1).
    pub fn uri_host(&self) -> Option<Result<&'a str, Utf8Error>> {
        self.message.values(number::URI_HOST).next().map(core::str::from_utf8)
    }

    /// Uri-Port, if it isn't that of the datagram.
    pub fn uri_port(&self) -> Option<u16> {
        self.message.uint(number::URI_PORT).and_then(|port| u16::try_from(port).ok())
    }

    /// Hop-Limit, for who passes the request on (RFC 8768 section 3).
    pub fn hop_limit(&self) -> Option<u8> {
        self.message.uint(number::HOP_LIMIT).and_then(|limit| u8::try_from(limit).ok())
    }

    /// The arguments of Uri-Query.
    pub fn uri_query(&self) -> impl Iterator<Item = Result<&'a str, Utf8Error>> + Clone + use<'a> {
        self.message.values(number::URI_QUERY).map(core::str::from_utf8)
    }

    /// The ETags of If-Match; an empty one stands for any existing representation (RFC 7252 section 5.10.8.1).
    pub fn if_match(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        self.message.values(number::IF_MATCH)
    }

    /// Whether If-None-Match is there (RFC 7252 section 5.10.8.2); of a body in blocks the first one counts.
    pub fn if_none_match(&self) -> bool {
        self.if_none_match
    }

    /// Whether If-Match and If-None-Match let the request have its effect on what is there: `None` if nothing is, else its
    /// tag, empty if it has none (RFC 7252 section 5.10.8). If they don't, the answer is 4.12.
    pub fn precondition_holds(&self, current: Option<&[u8]>) -> bool {
        let is_meant = |current: &[u8]| self.if_match().any(|tag| tag.is_empty() || tag == current);
        let matches = self.if_match().next().is_none() || current.is_some_and(is_meant);
        matches && (current.is_none() || !self.if_none_match())
    }

    /// The ETags that the client holds (RFC 7252 section 5.10.6.2).
    pub fn etags(&self) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        self.message.values(number::ETAG)
    }
}

/// The caller's answer to a request, whole: the endpoint cuts it into blocks where it must.
#[derive(Clone, Copy, Debug)]
pub struct Response<'a> {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Further options (ETag, Max-Age, Location-Path …), in any order. Observe, Block1 and Block2 are the endpoint's.
    pub options: &'a [OutgoingOption<'a>],
    /// The body.
    pub payload: &'a [u8],
}

impl<'a> Response<'a> {
    /// A response with a code alone.
    pub const fn new(code: Code) -> Response<'a> {
        Response { code, content_format: None, options: &[], payload: &[] }
    }

    /// 2.05 with this body.
    pub const fn content(content_format: u16, payload: &'a [u8]) -> Response<'a> {
        Response { code: Code::CONTENT, content_format: Some(content_format), options: &[], payload }
    }

    /// An error with words for a human (RFC 7252 section 5.5.2).
    pub const fn diagnostic(code: Code, text: &'a str) -> Response<'a> {
        Response { code, content_format: None, options: &[], payload: text.as_bytes() }
    }

    /// The same with further options.
    pub const fn with_options(self, options: &'a [OutgoingOption<'a>]) -> Response<'a> {
        Response { options, ..self }
    }
}

/// A request that we send.
///
/// ```
/// use comi_runtime::coap::{Method, OutgoingRequest};
/// let request = OutgoingRequest { queries: &["c=c"], ..OutgoingRequest::new(Method::Get, "/c") };
/// assert!(!request.observe);
/// ```
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug)]
pub struct OutgoingRequest<'a> {
    /// The method.
    pub method: Method,
    /// The path: segments behind slashes, not percent-encoded. A segment that contains a slash is given in `options`.
    pub path: &'a str,
    /// The arguments of the query, not percent-encoded.
    pub queries: &'a [&'a str],
    /// Content-Format of the payload.
    pub content_format: Option<u16>,
    /// The Content-Format that is asked for.
    pub accept: Option<u16>,
    /// Whether to observe (GET and FETCH).
    pub observe: bool,
    /// Whether it is sent until it is acknowledged (CON), or once (NON). To a multicast address it is always sent once.
    pub confirmable: bool,
    /// Further options, in any order.
    pub options: &'a [OutgoingOption<'a>],
    /// The body, whole.
    pub payload: &'a [u8],
}

#[cfg(feature = "client")]
impl<'a> OutgoingRequest<'a> {
    /// A request without a body.
    pub const fn new(method: Method, path: &'a str) -> OutgoingRequest<'a> {
        OutgoingRequest {
            method,
            path,
            queries: &[],
            content_format: None,
            accept: None,
            observe: false,
            confirmable: true,
            options: &[],
            payload: &[],
        }
    }

    /// All options, in any order but for those of the path.
    pub(super) fn all_options(&self) -> Vec<OutgoingOption<'a>> {
        let uint = |number| move |value| OutgoingOption::uint(number, u32::from(value));
        let path = self.path.strip_prefix('/').unwrap_or(self.path);
        let segments = path.split('/').filter(move |_| !path.is_empty()).map(OutgoingOption::uri_path);
        let (further, others) = self.options.iter().partition::<Vec<_>, _>(|option| option.number == number::URI_PATH);
        resolved(segments.chain(further), OutgoingOption::uri_path)
            .into_iter()
            .chain(self.queries.iter().map(|query| OutgoingOption::uri_query(query)))
            .chain(self.content_format.map(uint(number::CONTENT_FORMAT)))
            .chain(self.accept.map(uint(number::ACCEPT)))
            .chain(others)
            .collect()
    }
}

/// The path without the segments "." and "..", which no Uri-Path and no Location-Path may be (RFC 7252 sections 5.10.1
/// and 5.10.7, RFC 3986 section 5.2.4); `of` makes an option of such a segment.
pub(super) fn resolved<'a>(
    segments: impl Iterator<Item = OutgoingOption<'a>>,
    of: fn(&'static str) -> OutgoingOption<'static>,
) -> Vec<OutgoingOption<'a>> {
    let mut path = Vec::new();
    let mut ends_open = false;
    for segment in segments {
        let up = segment == of("..");
        ends_open = up || segment == of(".");
        if up {
            path.pop();
        } else if !ends_open {
            path.push(segment);
        }
    }
    if ends_open && !path.is_empty() {
        path.push(of(""));
    }
    path
}

/// A response to a request of ours.
#[cfg(feature = "client")]
#[derive(Clone, Debug)]
pub struct IncomingResponse<'a> {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Who answers: of a request to a multicast address each member of the group.
    pub from: Peer,
    /// Whether the call goes on, and further responses may follow: the request observes, or went to a group. A call to
    /// a group ends by `TimedOut`.
    pub observing: bool,
    /// The body, put together if it came in blocks.
    pub payload: &'a [u8],
    pub(super) message: Message<'a>,
}

#[cfg(feature = "client")]
impl<'a> IncomingResponse<'a> {
    /// The message (of a body in blocks the last one).
    pub fn message(&self) -> &Message<'a> {
        &self.message
    }

    /// All options, in ascending order.
    pub fn options(&self) -> impl Iterator<Item = OptionRef<'a>> + Clone + use<'a> {
        self.message.options()
    }

    /// The ETag.
    pub fn etag(&self) -> Option<&'a [u8]> {
        self.message.values(number::ETAG).next()
    }
}

/// What happened without a datagram that could bring it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// What came of a ping.
    #[cfg(feature = "client")]
    Pinged {
        /// To whom.
        peer: Peer,
        /// Whether it answered.
        alive: bool,
    },
    /// The observer is gone, has cancelled, or has registered anew with the same token.
    ObservationEnded(ObservationId),
    /// The observer was sent no CON for [`Limits::notify_confirmable_after`](super::Limits::notify_confirmable_after):
    /// notify it, by which it shows whether it is still there (RFC 7641 section 4.5).
    ObservationQuiet(ObservationId),
    /// A request of ours gets no response any more.
    #[cfg(feature = "client")]
    CallFailed {
        /// The request.
        call: CallId,
        /// Why.
        reason: CallFailure,
    },
}

/// Why a request of ours failed.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallFailure {
    /// The blocks of the response don't fit together.
    #[error("the blocks of the response don't fit together")]
    BrokenTransfer,
    /// The connection to the peer ended before the response came.
    #[error("the connection ended before the answer came")]
    Disconnected,
    /// No room for the next message: `Limits::confirmables` are in use.
    #[error("too many messages wait for their acknowledgement")]
    Full,
    /// The peer rejected the message: RST.
    #[error("the peer rejected the request")]
    Reset,
    /// The peer didn't answer in time.
    #[error("the peer didn't answer in time")]
    TimedOut,
    /// The response is larger than `Limits::body`, or the request needs more than 2²⁰ blocks.
    #[error("the body is too large")]
    TooLarge,
    /// The response has a critical option that we don't know.
    #[error("the response has the critical option {0}, which is unknown here")]
    UnrecognisedOption(u16),
}

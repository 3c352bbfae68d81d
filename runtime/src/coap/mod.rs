//! A CoAP endpoint without IO: bytes and the time go in, bytes and the next deadline come out.
//!
//! Client and server at once in one [`Endpoint`]. It knows no resource, no YANG, no socket and no clock: who drives it
//! matches paths, and reads the time. Every growing thing has its line in [`Limits`], what happens at each limit is
//! written there and counted in [`Counters`].
//!
//! | document | what of it |
//! |---|---|
//! | RFC 7252 | messages, requests and responses, all transmission parameters, NSTART, PROBING_RATE, multicast |
//! | RFC 7641 | Observe by GET and FETCH, as server and client |
//! | RFC 7959 | Block1 and Block2, both at once |
//! | RFC 8132 | FETCH, PATCH, iPATCH |
//! | RFC 8974 | tokens up to [`Limits::token`] |
//! | RFC 9175 | Echo: who is at its address, how fresh a request is; Request-Tag |
//! | RFC 7967, 8516, 8768 | No-Response, 4.29, Hop-Limit |
//! | RFC 9290, 6690 | [`ProblemDetails`], [`link_format`] |
//!
//! # How to drive it
//! After any call that takes `&mut self`: call [`Endpoint::poll_transmit`] and [`Endpoint::poll_event`] until both
//! return `None`, then wait for a datagram or for [`Endpoint::poll_timeout`], whichever comes first. Early and repeated
//! timeouts do nothing.
//!
//! A request is lent, not queued: the answer is encoded into a buffer of the caller, and then handed to
//! [`Endpoint::respond`]; or [`Endpoint::defer`] acknowledges it and the answer follows later. Ids are good for one
//! use: what they named is gone when a call returns [`Gone`].
//!
//! ```
//! use comi_runtime::coap::{Code, Endpoint, Limits, Peer, Received, Response, content_format};
//! use comi_runtime::time::Instant;
//!
//! let mut endpoint = Endpoint::new(Limits::DEVICE, 0x5eed);
//! let peer = Peer::insecure("[2001:db8::1]:5683".parse().unwrap());
//! let now = Instant::START;
//!
//! let get_time = [0x40, 0x01, 0x00, 0x01, 0xb4, b't', b'i', b'm', b'e'];
//! let Some(Received::Request(request)) = endpoint.handle_datagram(now, peer, &get_time) else { panic!() };
//! let found = request.uri_path().eq([Ok("time")]);
//! let id = request.id;
//! let response = if found {
//!     Response::content(content_format::TEXT_PLAIN, b"noon")
//! } else {
//!     Response::new(Code::NOT_FOUND)
//! };
//! endpoint.respond(now, id, &response).unwrap();
//!
//! let mut datagram = Vec::new();
//! assert_eq!(endpoint.poll_transmit(&mut datagram), Some(peer));
//! assert_eq!(datagram, [0x60, 0x45, 0x00, 0x01, 0xc0, 0xff, b'n', b'o', b'o', b'n']);
//! ```
//!
//! # What is not here
//! RFC 9177 (Q-Block: it needs CBOR-encoded lists of missing blocks and a pacing of its own, and gains little where
//! NSTART is 1), proxying (5.05; what names the endpoint itself, see `Endpoint::answers_to`, is no such request), caching of responses.

mod answer;
mod block;
#[cfg(feature = "client")]
mod call;
mod capacity;
#[cfg(feature = "client")]
mod client;
mod code;
mod confirmable;
pub mod content_format;
mod counters;
mod deadline;
#[cfg(test)]
pub(crate) mod drawn;
mod endpoint;
mod exchange;
mod incoming;
mod kept;
mod limits;
pub mod link_format;
#[cfg(feature = "proxy-uri")]
mod local;
mod message;
mod mix;
mod notify;
mod observe;
mod option;
mod peer;
mod peers;
mod places;
mod problem;
mod request;
mod server;
mod slots;
#[cfg(feature = "tcp")]
pub mod stream;
#[cfg(test)]
mod tests;
mod upload;
mod writer;

pub use block::Block;
#[cfg(feature = "tcp")]
pub use capacity::Capabilities;
pub use code::{Code, Method};
pub use counters::Counters;
pub use endpoint::Endpoint;
pub use limits::{Limits, Unverified, Usage};
pub use message::{FormatError, FormatReason, Message, MessageType, Options, Token};
pub use observe::Observe;
pub use option::{OptionRef, OptionValue, OutgoingOption, is_critical, is_unsafe, number};
pub use peer::Peer;
pub use problem::ProblemDetails;
#[cfg(feature = "client")]
pub use request::{CallFailure, CallId, Full, IncomingResponse, OutgoingRequest};
pub use request::{Event, Gone, ObservationId, Received, Request, RequestId, Response};
pub use writer::Writer;

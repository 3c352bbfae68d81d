//! CoAP over reliable transports: RFC 8323, without IO.
//!
//! A [`Connection`] turns bytes into messages and messages into bytes, and deals with signaling (CSM, Ping, Pong,
//! Release, Abort) by itself. It knows no request and no resource: its messages have a datagram's form, so that the
//! [`Endpoint`](super::Endpoint) takes them from a [`Peer::connected`](super::Peer::connected) as it takes datagrams.
//! Whoever has bytes in order can hand them in: TCP does in `net`, TLS would stand between the two, and WebSockets,
//! which have frames of their own, in the place of `frame`.
//!
//! # How to drive it
//! After any call that takes `&mut self`: call [`Connection::poll_message`], [`Connection::poll_event`] and, when the
//! bytes before are written, [`Connection::poll_transmit`] until each has nothing more, then wait for bytes (if
//! [`Connection::wants_bytes`]) or for [`Connection::poll_timeout`]. Early and repeated timeouts do nothing. When
//! [`Connection::is_over`], close.
//!
//! ```
//! use comi_runtime::coap::stream::{Connection, Event, Limits};
//! use comi_runtime::time::Instant;
//!
//! let now = Instant::START;
//! let mut connection = Connection::new(now, Limits::DEVICE);
//! let mut bytes = Vec::new();
//! assert!(connection.poll_transmit(&mut bytes));
//! assert_eq!(bytes, [0x60, 0xe1, 0x22, 0x04, 0x80, 0x20, 0x21, 32], "our CSM comes first");
//!
//! // the peer's CSM, which has no options, and GET /c with the token 7f
//! connection.handle_bytes(now, &[0x00, 0xe1, 0x21, 0x01, 0x7f, 0xb1, b'c']);
//! let mut message = Vec::new();
//! assert!(connection.poll_message(&mut message));
//! assert!(matches!(connection.poll_event(), Some(Event::Capabilities(_))));
//! // here an endpoint answers; 2.05 without a payload goes out as three bytes
//! connection.send(&[0x51, 0x45, 0, 0, 0x7f]).unwrap();
//! assert!(connection.poll_transmit(&mut bytes));
//! assert_eq!(bytes, [0x01, 0x45, 0x7f]);
//! ```
//!
//! # What is not here
//! Alternative-Address and Hold-Off of a Release are told ([`Connection::released`]) to whoever opens connections, and
//! never sent: no server of ours has another address. TLS and WebSockets are the business of who hands the bytes in.

mod connection;
mod counters;
mod frame;
mod limits;
mod outbox;
mod signal;
#[cfg(test)]
mod tests;

pub use super::capacity::Capabilities;
pub use connection::{Connection, Ending, Event, Oversized};
pub use counters::Counters;
pub use frame::write_frame;
pub use limits::Limits;
pub use signal::{Fault, Released};

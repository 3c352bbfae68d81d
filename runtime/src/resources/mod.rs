//! A plain CoAP server: resources by path, handlers that answer now or later. No YANG, no IO.
//!
//! [`Server`] is an endpoint with routes before it, driven by the same verbs; under tokio `net::ResourceServer` drives
//! it. A handler gets a [`Request`] and gives an [`Answer`], or a future of one: then the endpoint acknowledges the
//! request when it must, and sends the answer by itself when the future is ready. Whoever has no executor polls the
//! futures with the rest ([`Server::poll_pending`]). `/.well-known/core` is made of the routes. The room above is
//! `device`, which has resources of its own and doesn't use this one.
//!
//! ```
//! use comi_runtime::coap::{Limits, Peer};
//! use comi_runtime::resources::{Answer, Resource, Server, later};
//! use comi_runtime::time::Instant;
//!
//! let mut server = Server::new(Limits::DEVICE, 0x5eed);
//! server.add("/time", Resource::new().get(|_| Answer::text("noon")).observable())?;
//! server.add("/lamps/{number}", Resource::new().put(|request| match request.parameter("number") {
//!     Some("1") => Answer::changed(),
//!     _ => Answer::not_found(),
//! }))?;
//! server.add("/slow", Resource::new().post(|request| {
//!     let body = request.payload.to_vec();
//!     later(async move { Answer::text(format!("{} bytes, at last", body.len())) })
//! }))?;
//!
//! let get_time = [0x40, 0x01, 0x00, 0x01, 0xb4, b't', b'i', b'm', b'e'];
//! server.handle_datagram(Instant::START, Peer::insecure("[2001:db8::1]:5683".parse().unwrap()), &get_time);
//! let mut datagram = Vec::new();
//! assert!(server.poll_transmit(&mut datagram).is_some());
//! assert!(datagram.ends_with(b"\xffnoon"));
//! # Ok::<(), comi_runtime::resources::RouteError>(())
//! ```

mod answer;
mod pending;
mod request;
mod resource;
mod routes;
mod server;
#[cfg(test)]
mod tests;

pub use answer::{Answer, Outcome, later};
pub use request::Request;
pub use resource::Resource;
pub use routes::{Found, RouteError, Routes};
pub use server::Server;

//! Requests to other devices: CORECONF by instance-identifier, resources by path.
//!
//! A [`Request`] is data: it is sent by `net::Client`, or by a device's own endpoint, and its [`Response`] is read with
//! the same schema. Nothing here sends, waits or reads a clock. Read [`Request`] first.

mod request;
mod response;
mod typed;

pub use request::Request;
pub use response::{Error, Response};

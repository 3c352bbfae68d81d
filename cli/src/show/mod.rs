//! Shows what crossed the socket: decoded by coap-lite and ciborium, other code than wrote it, so that what a user
//! reads is a second opinion and not our own word.

mod diagnostic_notation;
mod instance;
mod message;

pub(crate) use diagnostic_notation::{diagnostic, hex};
pub(crate) use instance::{instance, json};
pub(crate) use message::{Direction, message};

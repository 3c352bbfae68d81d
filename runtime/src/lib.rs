//! The runtime of a Comi device.
//!
//! Without features this crate is its [`schema`] room alone, which is what `comi-codegen` links. The feature
//! `device` (`no_std` + alloc) adds everything a device needs, `client` requests to other devices, `json` RFC 7951
//! JSON, and `std`, the default, tokio transports. What a small device may leave out of `std` is told in Cargo.toml.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "std"))]
extern crate std;

#[cfg(feature = "device")]
pub mod board;
#[cfg(feature = "device")]
pub mod cbor;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "device")]
pub mod coap;
#[cfg(feature = "device")]
pub mod coreconf;
#[cfg(feature = "device")]
pub mod datastore;
#[cfg(feature = "device")]
mod device;
#[cfg(feature = "json")]
pub mod json;
#[cfg(feature = "device")]
mod limits;
#[cfg(feature = "device")]
pub mod lwm2m;
#[cfg(feature = "device")]
pub mod model;
#[cfg(feature = "std")]
pub mod net;
#[cfg(feature = "device")]
pub mod resources;
pub mod schema;
#[cfg(feature = "device")]
pub mod store;
#[cfg(feature = "device")]
pub mod time;
#[cfg(feature = "device")]
pub mod value;

#[cfg(feature = "device")]
pub use device::{BuildError, Builder, Device, Event};
#[cfg(feature = "lwm2m")]
pub use device::{RegistrationStatus, SendError};
#[cfg(feature = "device")]
pub use limits::{Limits, Usage};
#[cfg(feature = "lwm2m")]
pub use lwm2m::registration::Lwm2mClient;

#[cfg(feature = "device")]
#[cfg(test)]
mod test_schema;

//! tokio transports: the only room that names sockets, clocks and tasks.

#[cfg(feature = "client")]
mod client;
mod clock;

#[cfg(feature = "client")]
pub use client::{Client, ClientError, Direction};

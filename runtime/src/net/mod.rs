//! tokio transports: they drive the protocol code and know no protocol.
//!
//! [`serve`] runs a device on an address, over UDP and TCP; [`handle()`] gives the other tasks of the program a way to
//! it. [`Shards`] does the same with many cores, [`Streams`] takes connections that something else has made. Sockets,
//! clocks and tasks are named here and in the command line, and nowhere else.
//!
//! With the feature `metrics` every counter and table of the endpoint is told to the recorder of that facade (names such
//! as `coap_requests_total` and `coap_observations`), with `tracing` every message has a span.
//!
//! ```no_run
//! use comi_runtime::Device;
//! use comi_runtime::board::Board;
//!
//! async fn run(board: impl Board) -> Result<(), Box<dyn std::error::Error>> {
//!     let (handle, inbox) = comi_runtime::net::handle();
//!     let device = Device::new(board).coreconf().lwm2m().build()?;
//!     // other tasks have clones of `handle`
//!     comi_runtime::net::serve(device, inbox, "[::]:5683").await?;
//!     Ok(())
//! }
//! ```

mod batch;
#[cfg(feature = "client")]
mod client;
mod clock;
mod driver;
mod handle;
#[cfg(feature = "client")]
mod link;
mod lookup;
#[cfg(feature = "client")]
mod observation;
#[cfg(feature = "client")]
mod own;
mod resources;
mod server;
mod shards;
mod tcp;
mod telemetry;
mod udp;

#[cfg(feature = "client")]
pub use client::{Client, ClientError, Direction};
pub use handle::{Events, Handle, HandleError, Inbox, handle, handle_with};
#[cfg(feature = "client")]
pub use observation::Observation;
#[cfg(feature = "lwm2m")]
pub use own::SamplesError;
#[cfg(feature = "client")]
pub use own::{Destination, RequestError};
pub use resources::{ResourceServer, ResourcesHandle};
pub use server::{Server, serve};
pub use shards::Shards;
pub use tcp::Streams;

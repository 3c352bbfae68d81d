//! tokio transports: they drive the protocol code and know no protocol.
//!
//! [`serve`] runs a device on a UDP address; [`handle()`] gives the other tasks of the program a way to it. Sockets,
//! clocks and tasks are named here and in the command line, and nowhere else.
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

#[cfg(feature = "client")]
mod client;
mod clock;
mod handle;
mod server;
mod udp;

#[cfg(feature = "client")]
pub use client::{Client, ClientError, Direction};
pub use handle::{Handle, HandleError, Inbox, handle, handle_with};
pub use server::{Server, serve};

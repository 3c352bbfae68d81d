//! tokio transports: they drive the protocol code and know no protocol.
//!
//! [`serve`] runs a device on a UDP address; [`handle()`] gives the other tasks of the program a way to it. Sockets,
//! clocks and tasks are named here and in the command line, and nowhere else.
//!
//! ```no_run
//! # fn board() -> impl comi_runtime::board::Board + Send { Never }
//! # struct Never;
//! # impl comi_runtime::board::Board for Never {
//! #     fn schema(&self) -> &'static comi_runtime::schema::Schema { unimplemented!() }
//! #     fn read(&mut self, _: comi_runtime::schema::NodeIndex, _: &[comi_runtime::value::Value]) -> Result<comi_runtime::value::Data, comi_runtime::board::Fault> { unimplemented!() }
//! #     fn next(&mut self, _: comi_runtime::schema::NodeIndex, _: &[comi_runtime::value::Value], _: Option<&[comi_runtime::value::Value]>) -> Result<Option<Vec<comi_runtime::value::Value>>, comi_runtime::board::Fault> { unimplemented!() }
//! #     fn call(&mut self, _: comi_runtime::board::Call, _: comi_runtime::schema::NodeIndex, _: &[comi_runtime::value::Value], _: &comi_runtime::value::Content) -> Result<comi_runtime::board::Outcome<comi_runtime::value::Content>, comi_runtime::board::Fault> { unimplemented!() }
//! #     fn prepare(&mut self, _: &comi_runtime::board::Change<'_>) -> Result<(), comi_runtime::board::Fault> { unimplemented!() }
//! #     fn changed(&mut self, _: &comi_runtime::board::Change<'_>) {}
//! # }
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! use comi_runtime::Device;
//!
//! let (handle, inbox) = comi_runtime::net::handle();
//! let device = Device::new(board()).coreconf().lwm2m().build()?;
//! // other tasks have clones of `handle`
//! comi_runtime::net::serve(device, inbox, "[::]:5683").await?;
//! # Ok(())
//! # }
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

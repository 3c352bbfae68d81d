//! Drives a device: short loops that know no protocol.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::vec::Vec;

use super::clock::Clock;
use super::driver::{Driver, Outgoing};
use super::handle::Inbox;
use super::lookup::Lookup;
use super::tcp::{self, Streams, Tcp};
use super::udp::{Udp, resolve};
use crate::board::Board;
use crate::coap::stream::Limits;
use crate::device::Device;

/// A device on a UDP and a TCP socket with the same address and port.
#[derive(Debug)]
pub struct Server<B> {
    driver: Driver<Device<B>, Inbox>,
}

/// Binds and serves; ends only when the address can't be bound. `[::]:5683` is every address of the host, of IPv6 and
/// of IPv4.
///
/// # Errors
/// The address is in use, or none of this host.
pub async fn serve<B: Board>(
    device: Device<B>,
    inbox: Inbox,
    address: impl tokio::net::ToSocketAddrs,
) -> io::Result<()> {
    let server = Server::bind(device, inbox, address).await?;
    server.run().await;
    Ok(())
}

impl<B: Board> Server<B> {
    /// Binds the first address that can be bound, for UDP and, where
    /// [`Limits::connections`](crate::coap::stream::Limits::connections) is not 0, for TCP; with port 0 to a port that
    /// is free for both.
    ///
    /// # Errors
    /// The last address's error, when none can be bound.
    pub async fn bind(
        device: Device<B>,
        inbox: Inbox,
        address: impl tokio::net::ToSocketAddrs,
    ) -> io::Result<Server<B>> {
        let (udp, tcp, clock) = bind(&device.limits().connections, address, Udp::bind).await?;
        Ok(Server {
            driver: Driver { device, inbox, udp, tcp, clock, outgoing: Outgoing::default(), lookup: Lookup::default() },
        })
    }

    /// The address that is bound.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.driver.udp.local_addr()
    }

    /// Takes datagrams to a multicast address, too (RFC 7252 section 8), such as ff02::fd or 224.0.1.187: all CoAP nodes.
    /// The server must be bound to the unspecified address. `interface` is the index of the interface of an IPv6 group;
    /// with 0, and of IPv4, the system chooses.
    ///
    /// # Errors
    /// As the system says.
    pub fn join(&self, group: IpAddr, interface: u32) -> io::Result<()> {
        self.driver.udp.join(group, interface)
    }

    /// Takes further streams as connections.
    pub fn streams(&self) -> Streams {
        self.driver.tcp.streams()
    }

    /// Serves for ever; to stop, drop the future.
    pub async fn run(self) {
        self.driver.run().await;
    }
}

/// Tries with a free port until one is free for both.
const TRIES: usize = 16;

/// Binds the first address that can be bound for both.
pub(super) async fn bind(
    limits: &Limits,
    address: impl tokio::net::ToSocketAddrs,
    bind_udp: impl Fn(SocketAddr) -> io::Result<Udp>,
) -> io::Result<(Udp, Tcp, Clock)> {
    let clock = Clock::start();
    let bind_both = |address: SocketAddr| {
        let udp = bind_udp(address)?;
        let listeners = match limits.connections {
            0 => Vec::new(),
            _ => tcp::listen(SocketAddr::new(address.ip(), udp.local_addr()?.port()))?,
        };
        Ok((udp, Tcp::new(listeners, *limits, clock), clock))
    };
    let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
    for address in resolve(address).await? {
        let tries = if address.port() == 0 { TRIES } else { 1 };
        for _ in 0..tries {
            match bind_both(address) {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
    }
    Err(last)
}

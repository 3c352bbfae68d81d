//! Drives a device: three short loops that know no protocol.

use std::io;
use std::net::SocketAddr;
use std::vec::Vec;

use super::clock::Clock;
use super::handle::Inbox;
use super::udp::{Udp, resolve};
use crate::board::Board;
use crate::coap::Peer;
use crate::device::Device;

/// A device on a socket.
#[derive(Debug)]
pub struct Server<B> {
    device: Device<B>,
    inbox: Inbox,
    udp: Udp,
    clock: Clock,
    outgoing: Vec<u8>,
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
    /// Binds the first address that can be bound; with port 0 to a free port.
    ///
    /// # Errors
    /// The last address's error, when none can be bound.
    pub async fn bind(
        device: Device<B>,
        inbox: Inbox,
        address: impl tokio::net::ToSocketAddrs,
    ) -> io::Result<Server<B>> {
        let mut last = io::Error::new(io::ErrorKind::InvalidInput, "the name has no address");
        for address in resolve(address).await? {
            match Udp::bind(address) {
                Ok(udp) => return Ok(Server { device, inbox, udp, clock: Clock::start(), outgoing: Vec::new() }),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The address that is bound.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.udp.local_addr()
    }

    /// Serves for ever; to stop, drop the future.
    pub async fn run(mut self) {
        loop {
            self.transmit().await;
            let deadline = self.device.poll_timeout();
            tokio::select! {
                () = self.udp.readable() => self.receive(),
                () = self.inbox.apply_next(&mut self.device, self.clock) => {}
                () = self.clock.sleep_until(deadline) => self.device.handle_timeout(self.clock.now()),
            }
        }
    }

    /// As many datagrams as are there, each with its answer in the queue behind it.
    fn receive(&mut self) {
        let Server { device, udp, clock, .. } = self;
        let now = clock.now();
        udp.receive(|from, datagram| device.handle_datagram(now, Peer::insecure(from), datagram));
    }

    async fn transmit(&mut self) {
        while let Some(to) = self.device.poll_transmit(&mut self.outgoing) {
            self.udp.send(to.address, &self.outgoing).await;
        }
        while self.device.poll_event().is_some() {}
    }
}

//! UDP over IPv6 and IPv4.

use std::boxed::Box;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::vec::Vec;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// The largest datagram: a longer one can't come.
const DATAGRAM: usize = 65536;
/// Datagrams that are taken from a socket before others have their turn.
const BATCH: usize = 64;

/// One address, or the unspecified address of both families.
#[derive(Debug)]
pub(super) struct Udp {
    first: UdpSocket,
    /// Only where the system has no sockets for both families.
    second: Option<UdpSocket>,
    buffer: Box<[u8]>,
}

impl Udp {
    /// Binds. `[::]` takes IPv4, too.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Udp> {
        let buffer = std::vec![0; DATAGRAM].into_boxed_slice();
        let both = address.is_ipv6() && address.ip().is_unspecified();
        match open(address, both) {
            Ok(first) => Ok(Udp { first, second: None, buffer }),
            Err(_) if both => {
                let first = open(address, false)?;
                let port = first.local_addr()?.port();
                let second = open(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into(), false)?;
                Ok(Udp { first, second: Some(second), buffer })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.first.local_addr()
    }

    /// Waits until a datagram can be taken.
    pub(super) async fn readable(&self) {
        // readiness itself can't fail in a way that waiting mends; an error is seen by the next receive
        let first = self.first.ready(Interest::READABLE);
        match &self.second {
            None => drop(first.await),
            Some(second) => tokio::select! {
                _ = first => {}
                _ = second.ready(Interest::READABLE) => {}
            },
        }
    }

    /// Takes what has come, at most a batch from each socket. What an earlier datagram has met on its way (ICMP) is
    /// told by some systems as an error of a receive, and passed over: it is about one peer, not about this socket.
    pub(super) fn receive(&mut self, mut take: impl FnMut(SocketAddr, &[u8])) {
        for socket in core::iter::once(&self.first).chain(&self.second) {
            for _ in 0..BATCH {
                match socket.try_recv_from(&mut self.buffer) {
                    Ok((length, from)) => take(from, self.buffer.get(..length).unwrap_or(&[])),
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(_) => {}
                }
            }
        }
    }

    /// Sends. A datagram that can't be sent is lost, as any may be: CoAP sends again what must arrive.
    pub(super) async fn send(&self, to: SocketAddr, datagram: &[u8]) {
        let socket = match &self.second {
            Some(second) if to.is_ipv4() => second,
            _ => &self.first,
        };
        if let Err(error) = socket.try_send_to(datagram, to)
            && error.kind() == io::ErrorKind::WouldBlock
        {
            drop(socket.send_to(datagram, to).await);
        }
    }
}

fn open(address: SocketAddr, both: bool) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(!both)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

/// The addresses of a name, in the order of the system.
pub(super) async fn resolve(address: impl tokio::net::ToSocketAddrs) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host(address).await?.collect())
}

//! UDP over IPv6 and IPv4: datagrams come in with the address of ours that they were sent to, and go out from it.
//!
//! A socket that is bound to one address can answer from no other. One that is bound to all of them is told by the
//! system where each datagram came to (IP_PKTINFO); the number of that address is the peer's session.
//! Control messages both ways, and a way that the system looks up for each answer, make it 1.0 to 1.3 times as expensive
//! as a socket with one address (`throughput everywhere`).

use std::boxed::Box;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::sync::{Arc, PoisonError, RwLock};
use std::vec::Vec;

use quinn_udp::{RecvMeta, Transmit, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

use super::batch;
use crate::coap::Peer;

/// The largest datagram: a longer one can't come.
pub(super) const DATAGRAM: usize = 65536;
/// Datagrams that one call takes where the system can do several.
pub(super) const AT_ONCE: usize = 8;
/// Datagrams before others have their turn.
const TURN: usize = 64;
/// Fewer datagrams are sent one by one: what a call for several needs is not made for them.
const TOGETHER: usize = 4;
/// Addresses of ours that are told apart; answers from others go out from where the system likes.
const ADDRESSES: usize = 256;

/// One address, or the unspecified address of both families.
#[derive(Debug)]
pub(super) struct Udp {
    first: Bound,
    /// Only where the system has no sockets for both families.
    second: Option<Bound>,
    buffer: Box<[u8]>,
    ours: Addresses,
}

/// The addresses of ours that peers have sent to; all sockets of a server share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Addresses(Arc<RwLock<Vec<IpAddr>>>);

/// How a datagram came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Came {
    pub(super) from: Peer,
    /// To a multicast address.
    pub(super) to_group: bool,
    /// To this address of ours, to which nothing came before.
    pub(super) first_at: Option<SocketAddr>,
}

/// How the sockets of a server are opened.
#[derive(Clone, Copy, Debug)]
struct Options {
    both: bool,
    shared: bool,
}

#[derive(Debug)]
struct Bound {
    socket: UdpSocket,
    is_ipv6: bool,
    /// Of a socket that is bound to more than one address.
    every: Option<UdpSocketState>,
}

impl Udp {
    /// Binds. `[::]` takes IPv4, too.
    pub(super) fn bind(address: SocketAddr) -> io::Result<Udp> {
        Udp::open(address, false, Addresses::default())
    }

    /// Binds so that further sockets can be bound to the same address; the system spreads the peers over them.
    pub(super) fn bind_shared(address: SocketAddr) -> io::Result<Udp> {
        Udp::open(address, true, Addresses::default())
    }

    /// A further socket of one that was bound shared.
    pub(super) fn another(&self) -> io::Result<Udp> {
        Udp::open(self.local_addr()?, true, self.ours.clone())
    }

    fn open(address: SocketAddr, shared: bool, ours: Addresses) -> io::Result<Udp> {
        let buffer = std::vec![0; DATAGRAM * AT_ONCE].into_boxed_slice();
        let both = address.is_ipv6() && address.ip().is_unspecified();
        match Bound::open(address, Options { both, shared }) {
            Ok(first) => Ok(Udp { first, second: None, buffer, ours }),
            Err(_) if both => {
                let options = Options { both: false, shared };
                let first = Bound::open(address, options)?;
                let port = first.socket.local_addr()?.port();
                let second = Bound::open(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port).into(), options)?;
                Ok(Udp { first, second: Some(second), buffer, ours })
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.first.socket.local_addr()
    }

    /// The peer at an address, as its answers will come: a socket of all addresses is told to which of them they come. And
    /// that address, if nothing came there before.
    #[cfg(feature = "client")]
    pub(super) fn peer_at(&self, address: SocketAddr) -> (Peer, Option<SocketAddr>) {
        let source = |any: SocketAddr| {
            // sends nothing: the system looks up the way
            let probe = std::net::UdpSocket::bind(any)?;
            probe.connect(address)?;
            probe.local_addr()
        };
        let any: SocketAddr = match address {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (std::net::Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        match source(any) {
            Ok(own) if self.first.every.is_some() => {
                let (number, new) = self.ours.number(Some(own.ip()));
                let new = new.and_then(|ip| Some(SocketAddr::new(ip, self.local_addr().ok()?.port())));
                (Peer::insecure_at(address, number), new)
            }
            _ => (Peer::insecure(address), None),
        }
    }

    /// Waits until a datagram can be taken.
    pub(super) async fn readable(&self) {
        // readiness itself can't fail in a way that waiting mends; an error is seen by the next receive
        let first = self.first.socket.ready(Interest::READABLE);
        match &self.second {
            None => drop(first.await),
            Some(second) => tokio::select! {
                _ = first => {}
                _ = second.socket.ready(Interest::READABLE) => {}
            },
        }
    }

    /// Takes datagrams to a multicast address, too.
    pub(super) fn join(&self, group: IpAddr, interface: u32) -> io::Result<()> {
        match group {
            IpAddr::V6(group) => self.first.socket.join_multicast_v6(&group, interface),
            IpAddr::V4(group) => {
                let bound = self.second.as_ref().unwrap_or(&self.first);
                bound.socket.join_multicast_v4(group, Ipv4Addr::UNSPECIFIED)
            }
        }
    }

    /// Takes what has come, at most so much from each socket that others have their turn. What an earlier datagram has
    /// met on its way (ICMP) is told by some systems as an error of a receive, and passed over: it is about one peer,
    /// not about this socket.
    pub(super) fn receive(&mut self, mut take: impl FnMut(Came, &[u8])) {
        let Udp { first, second, buffer, ours } = self;
        for bound in core::iter::once(first).chain(second) {
            // where little comes, the second call finds nothing
            let mut alone = bound.every.is_none();
            let turns = if bound.every.is_some() { TURN / AT_ONCE } else { TURN / batch::AT_ONCE };
            for _ in 0..turns {
                let received = match &bound.every {
                    None if core::mem::take(&mut alone) => bound.receive_one(buffer, &mut take),
                    None => batch::receive(&bound.socket, buffer, |from, datagram| {
                        take(Came { from: Peer::insecure(from), to_group: false, first_at: None }, datagram);
                    }),
                    Some(state) => bound.receive_several(state, buffer, ours, &mut take),
                };
                match received {
                    Ok(()) => {}
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => break,
                    Err(_) => {}
                }
            }
        }
    }

    /// Sends, as far as that can be done by one system call; how many datagrams are sent.
    pub(super) fn send_together<'d>(&self, datagrams: impl ExactSizeIterator<Item = (Peer, &'d [u8])>) -> usize {
        if datagrams.len() < TOGETHER || self.second.is_some() || self.first.every.is_some() {
            return 0;
        }
        batch::send(&self.first.socket, datagrams)
    }

    /// Sends. A datagram that can't be sent is lost, as any may be: CoAP sends again what must arrive.
    pub(super) async fn send(&self, to: Peer, datagram: &[u8]) {
        let bound = match &self.second {
            Some(second) if to.address.is_ipv4() => second,
            _ => &self.first,
        };
        let destination = if bound.is_ipv6 { mapped(to.address) } else { to.address };
        let Some(state) = &bound.every else {
            if let Err(error) = bound.socket.try_send_to(datagram, destination)
                && error.kind() == io::ErrorKind::WouldBlock
            {
                drop(bound.socket.send_to(datagram, destination).await);
            }
            return;
        };
        let src_ip = self.ours.get(to.session);
        let transmit = Transmit { destination, ecn: None, contents: datagram, segment_size: None, src_ip };
        let send = || state.try_send((&bound.socket).into(), &transmit);
        if let Err(error) = bound.socket.try_io(Interest::WRITABLE, send)
            && error.kind() == io::ErrorKind::WouldBlock
        {
            drop(bound.socket.async_io(Interest::WRITABLE, send).await);
        }
    }
}

impl Bound {
    fn open(address: SocketAddr, options: Options) -> io::Result<Bound> {
        let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
        if address.is_ipv6() {
            socket.set_only_v6(!options.both)?;
        }
        #[cfg(unix)]
        if options.shared {
            socket.set_reuse_port(true)?;
        }
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        let every = if address.ip().is_unspecified() { Some(UdpSocketState::new((&socket).into())?) } else { None };
        Ok(Bound { socket: UdpSocket::from_std(socket.into())?, is_ipv6: address.is_ipv6(), every })
    }

    fn receive_one(&self, buffer: &mut [u8], take: &mut impl FnMut(Came, &[u8])) -> io::Result<()> {
        let (length, from) = self.socket.try_recv_from(buffer)?;
        take(Came { from: Peer::insecure(from), to_group: false, first_at: None }, buffer.get(..length).unwrap_or(&[]));
        Ok(())
    }

    fn receive_several(
        &self,
        state: &UdpSocketState,
        buffer: &mut [u8],
        ours: &Addresses,
        take: &mut impl FnMut(Came, &[u8]),
    ) -> io::Result<()> {
        let mut received = [RecvMeta::default(); AT_ONCE];
        let mut places = buffer.chunks_mut(DATAGRAM);
        let mut slices = [(); AT_ONCE].map(|()| IoSliceMut::new(places.next().unwrap_or_default()));
        let count =
            self.socket.try_io(Interest::READABLE, || state.recv((&self.socket).into(), &mut slices, &mut received))?;
        for (one, bytes) in received.iter().take(count).zip(buffer.chunks(DATAGRAM)) {
            let (number, new) = ours.number(one.dst_ip);
            let mut came = Came {
                from: Peer::insecure_at(canonical(one.addr), number),
                to_group: one.dst_ip.is_some_and(|address| address.to_canonical().is_multicast()),
                first_at: new.and_then(|ip| Some(SocketAddr::new(ip, self.socket.local_addr().ok()?.port()))),
            };
            // the system may put several datagrams of one sender behind each other (GRO)
            for datagram in bytes.get(..one.len).unwrap_or(&[]).chunks(one.stride.max(1)) {
                take(came, datagram);
                came.first_at = None;
            }
        }
        Ok(())
    }
}

impl Addresses {
    /// The number of an address, 0 for one that is not told apart: multicast is nobody's own. And the address, if nothing
    /// came there before.
    fn number(&self, address: Option<IpAddr>) -> (u16, Option<IpAddr>) {
        let Some(address) = address.map(|address| address.to_canonical()).filter(|address| !address.is_multicast())
        else {
            return (0, None);
        };
        let mut new = None;
        let place = |known: &Vec<IpAddr>| known.iter().position(|one| *one == address);
        let found = place(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let found = found.or_else(|| {
            let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
            place(&known).or_else(|| {
                (known.len() < ADDRESSES).then(|| {
                    known.push(address);
                    new = Some(address);
                    known.len() - 1
                })
            })
        });
        (found.and_then(|place| u16::try_from(place + 1).ok()).unwrap_or(0), new)
    }

    /// The address with this number.
    fn get(&self, number: u32) -> Option<IpAddr> {
        let place = (number as usize).checked_sub(1)?;
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(place).copied()
    }
}

/// IPv4 addresses come out of a socket for both families within IPv6.
pub(super) fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        IpAddr::V4(ip) => SocketAddr::new(ip.into(), address.port()),
        IpAddr::V6(_) => address,
    }
}

/// And go into it so.
fn mapped(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(address) => SocketAddrV6::new(address.ip().to_ipv6_mapped(), address.port(), 0, 0).into(),
        SocketAddr::V6(_) => address,
    }
}

/// The addresses of a name, in the order of the system.
pub(super) async fn resolve(address: impl tokio::net::ToSocketAddrs) -> io::Result<Vec<SocketAddr>> {
    Ok(tokio::net::lookup_host(address).await?.collect())
}

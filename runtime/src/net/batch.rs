//! Several datagrams by one system call, of a socket that is bound to one address: under load a quarter of what a request
//! costs. Where the system has no such call, it is one datagram a call.

#[cfg(target_os = "linux")]
pub(super) use linux::{AT_ONCE, receive, send};
#[cfg(not(target_os = "linux"))]
pub(super) use one::{AT_ONCE, receive, send};

#[cfg(target_os = "linux")]
mod linux {
    use std::io::{self, IoSlice, IoSliceMut};
    use std::net::SocketAddr;
    use std::os::fd::AsRawFd as _;
    use std::vec::Vec;

    use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg};
    use tokio::io::Interest;
    use tokio::net::UdpSocket;

    use super::super::udp::DATAGRAM;
    use crate::coap::Peer;

    /// Datagrams that one call takes.
    pub(in super::super) const AT_ONCE: usize = super::super::udp::AT_ONCE;

    /// Sends what the system takes without waiting; how many.
    pub(in super::super) fn send<'d>(socket: &UdpSocket, datagrams: impl Iterator<Item = (Peer, &'d [u8])>) -> usize {
        let of_each =
            |(to, datagram): (Peer, &'d [u8])| ([IoSlice::new(datagram)], Some(SockaddrStorage::from(to.address)));
        let (slices, addresses): (Vec<_>, Vec<_>) = datagrams.map(of_each).unzip();
        let sent = socket.try_io(Interest::WRITABLE, || {
            let mut headers = MultiHeaders::preallocate(slices.len(), None);
            let sent = sendmmsg(socket.as_raw_fd(), &mut headers, &slices, &addresses, [], MsgFlags::MSG_DONTWAIT)?;
            Ok(sent.count())
        });
        sent.unwrap_or(0)
    }

    /// Takes what is there, at most as many datagrams as the buffer has room for.
    pub(in super::super) fn receive(
        socket: &UdpSocket,
        buffer: &mut [u8],
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> io::Result<()> {
        let mut received = [(0, None); AT_ONCE];
        socket.try_io(Interest::READABLE, || {
            let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(AT_ONCE, None);
            let mut places = buffer.chunks_mut(DATAGRAM);
            let mut slices = [(); AT_ONCE].map(|()| [IoSliceMut::new(places.next().unwrap_or_default())]);
            let flags = MsgFlags::MSG_DONTWAIT;
            let messages = recvmmsg(socket.as_raw_fd(), &mut headers, slices.iter_mut(), flags, None)?;
            for (place, message) in received.iter_mut().zip(messages) {
                *place = (message.bytes, message.address);
            }
            Ok(())
        })?;
        for ((length, from), datagram) in received.iter().zip(buffer.chunks(DATAGRAM)) {
            if let Some(from) = from.as_ref().and_then(address) {
                take(from, datagram.get(..*length).unwrap_or(&[]));
            }
        }
        Ok(())
    }

    fn address(from: &SockaddrStorage) -> Option<SocketAddr> {
        let of_four = from.as_sockaddr_in().map(|address| SocketAddr::V4((*address).into()));
        of_four.or_else(|| from.as_sockaddr_in6().map(|address| SocketAddr::V6((*address).into())))
    }
}

#[cfg(not(target_os = "linux"))]
mod one {
    use std::io;
    use std::net::SocketAddr;

    use tokio::net::UdpSocket;

    use crate::coap::Peer;

    /// Datagrams that one call takes.
    pub(in super::super) const AT_ONCE: usize = 1;

    /// None is sent together.
    pub(in super::super) fn send<'d>(_: &UdpSocket, _: impl Iterator<Item = (Peer, &'d [u8])>) -> usize {
        0
    }

    /// Takes a datagram.
    pub(in super::super) fn receive(
        socket: &UdpSocket,
        buffer: &mut [u8],
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> io::Result<()> {
        let (length, from) = socket.try_recv_from(buffer)?;
        take(from, buffer.get(..length).unwrap_or(&[]));
        Ok(())
    }
}

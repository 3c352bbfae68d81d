//! Who is at the other end.

use core::net::{IpAddr, SocketAddr};

/// The other end: its address and the session in which it speaks: a security session, or a connection. The same address
/// in another session is another peer: nothing that belongs to one is shown to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// Address and port of its datagrams.
    pub address: SocketAddr,
    /// The session. Below [`Peer::FIRST_SECURE`]: datagrams without security, with a number for each address of ours
    /// that they come to where there are several, since the answer goes out from there. Below
    /// [`Peer::FIRST_CONNECTION`]: a security session over datagrams. From there on: a connection, whatever secures it.
    pub session: u32,
}

impl Peer {
    /// From this session on it has security.
    pub const FIRST_SECURE: u32 = 1 << 16;

    /// From this session on it is a connection over a reliable transport (RFC 8323).
    pub const FIRST_CONNECTION: u32 = 1 << 31;

    /// A peer over the connection with this number, which no other open one has.
    #[cfg(feature = "tcp")]
    pub const fn connected(address: SocketAddr, number: u32) -> Peer {
        Peer { address, session: Peer::FIRST_CONNECTION | number }
    }

    /// Whether it has shown that it is at its address when its session began.
    pub(super) const fn is_in_session(&self) -> bool {
        self.session >= Peer::FIRST_SECURE
    }

    /// Whether its messages come over a reliable transport: in order, once, without types and ids (RFC 8323 section
    /// 3.1).
    pub const fn is_connected(&self) -> bool {
        cfg!(feature = "tcp") && self.session >= Peer::FIRST_CONNECTION
    }

    /// Whether it is a multicast address.
    pub(super) fn is_group(&self) -> bool {
        self.address.ip().is_multicast()
    }

    /// A peer without security.
    pub const fn insecure(address: SocketAddr) -> Peer {
        Peer { address, session: 0 }
    }

    /// A peer without security that sends to the address of ours with this number.
    pub fn insecure_at(address: SocketAddr, ours: u16) -> Peer {
        Peer { address, session: u32::from(ours) }
    }

    /// Whether it is the same peer: a function of its own, since addresses are long to compare.
    #[inline(never)]
    pub(super) fn is(&self, other: &Peer) -> bool {
        self == other
    }

    /// Whether a datagram can come from there, and an answer can be sent there: a source is never a multicast or
    /// unspecified address or port 0.
    pub(super) fn is_source(&self) -> bool {
        let address = self.address.ip();
        let broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
        self.address.port() != 0 && !self.is_group() && !address.is_unspecified() && !broadcast
    }
}

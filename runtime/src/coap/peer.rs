//! Who is at the other end.

use core::net::{IpAddr, SocketAddr};

/// The other end: its address and the security session in which it speaks. The same address in another session is
/// another peer: nothing that belongs to one is shown to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Peer {
    /// Address and port of its datagrams.
    pub address: SocketAddr,
    /// The security session; 0 means no security.
    pub session: u32,
}

impl Peer {
    /// A peer without security.
    pub const fn insecure(address: SocketAddr) -> Peer {
        Peer { address, session: 0 }
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
        self.address.port() != 0 && !address.is_multicast() && !address.is_unspecified() && !broadcast
    }
}

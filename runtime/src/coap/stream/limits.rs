//! What the other end of a connection can make grow, and how long it may be silent.

use core::time::Duration;

/// Every number that bounds a [`Connection`](super::Connection), and how many of them there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time. A further one is told so by an Abort and closed.
    pub connections: usize,
    /// Bytes of a message that the peer may send, told to it by Max-Message-Size; a larger one ends the connection by
    /// an Abort. Above 1152 a peer may send several blocks in one message (BERT).
    pub message: u32,
    /// Bytes of a request's token, told to the peer by Extended-Token-Length (RFC 8974 section 2.2.1).
    pub token: u32,
    /// Requests of the peer without an answer. While there are so many, nothing is read.
    pub requests: usize,
    /// Bytes that wait to be sent. While there are more, nothing is read; notifications wait in any case with their
    /// newest state alone, one for each observation.
    pub outgoing: usize,
    /// After so long without a byte from the peer it is asked by a Ping whether it is there.
    pub idle: Duration,
    /// How long it has for its CSM, to answer the Ping, and to close after a Release.
    pub patience: Duration,
}

impl Limits {
    /// For a constrained device: messages as large as without CSM.
    pub const DEVICE: Limits = Limits {
        connections: 4,
        message: 1152,
        token: 32,
        requests: 4,
        outgoing: 4096,
        idle: Duration::from_secs(120),
        patience: Duration::from_secs(30),
    };

    /// For a gateway or a server: thousands of connections, 64 blocks in a message.
    pub const SERVER: Limits = Limits {
        connections: 4096,
        message: 64 * 1024 + 512,
        token: 256,
        requests: 64,
        outgoing: 256 * 1024,
        ..Limits::DEVICE
    };
}

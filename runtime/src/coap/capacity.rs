//! How much of a body one message to a peer may carry: RFC 7959 over datagrams, RFC 8323 section 6 over connections.

use super::Peer;
use super::block::Block;
use super::endpoint::Endpoint;
#[cfg(feature = "tcp")]
use alloc::collections::BTreeMap;

/// What the other end of a connection can take (RFC 8323 section 5.3).
#[cfg(feature = "tcp")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// The largest message, its header included.
    pub max_message_size: u32,
    /// Whether it understands block-wise transfer.
    pub block_wise: bool,
}

#[cfg(feature = "tcp")]
impl Capabilities {
    /// What holds until the peer says more (RFC 8323 section 5.3.1).
    pub const BASE: Capabilities = Capabilities { max_message_size: 1152, block_wise: false };

    /// Whether one message may have several blocks (RFC 8323 section 5.3.2).
    pub const fn bert(self) -> bool {
        self.block_wise && self.max_message_size > Capabilities::BASE.max_message_size
    }

    fn capacity(self) -> Capacity {
        let whole = (self.max_message_size as usize).saturating_sub(OVERHEAD).max(16);
        if self.bert() && whole >= 1024 {
            return Capacity { exponent: Block::BERT, block: whole - whole % 1024, whole };
        }
        let exponent = u8::try_from(whole.clamp(16, 1024).ilog2().saturating_sub(4)).unwrap_or(0);
        Capacity { whole, ..Capacity::of_exponent(exponent) }
    }
}

/// What header and options of a message take at most beside its payload (RFC 7252 section 4.6).
#[cfg(feature = "tcp")]
const OVERHEAD: usize = 128;

/// What the connections that are open can take.
#[cfg(feature = "tcp")]
pub(super) type Connections = BTreeMap<Peer, Capabilities>;

/// How much of a body one message may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Capacity {
    /// The size exponent of its blocks.
    pub(super) exponent: u8,
    /// Bytes in a message that is not the last: the size of a block, or of several (BERT).
    pub(super) block: usize,
    /// Bytes of a body that needs no blocks.
    pub(super) whole: usize,
}

impl Capacity {
    pub(super) fn of_exponent(exponent: u8) -> Capacity {
        let size = Block { number: 0, more: false, exponent }.size();
        Capacity { exponent, block: size, whole: size }
    }

    /// The same for a peer that asks for blocks of this size.
    pub(super) fn at_most(self, exponent: u8) -> Capacity {
        if exponent < self.exponent { Capacity::of_exponent(exponent) } else { Capacity { whole: self.block, ..self } }
    }
}

impl Capacity {
    /// The same with no more bytes in a message than that, as far as there are blocks so small.
    pub(super) fn within(self, room: usize) -> Capacity {
        let exponent = u8::try_from(room.clamp(16, 1024).ilog2().saturating_sub(4)).unwrap_or(0);
        Capacity { whole: room.min(self.whole), ..self.at_most(exponent) }
    }
}

impl Endpoint {
    pub(super) fn capacity(&self, peer: &Peer) -> Capacity {
        #[cfg(feature = "tcp")]
        if peer.is_connected() {
            return self.connections.get(peer).copied().unwrap_or(Capabilities::BASE).capacity();
        }
        let _ = peer;
        Capacity::of_exponent(self.limits.block_exponent())
    }
}

#[cfg(all(test, feature = "tcp"))]
mod tests {
    use super::*;

    #[test]
    fn blocks_follow_what_the_peer_can_take() {
        for (max_message_size, block_wise, exponent, block, whole) in [
            (1152, false, 6, 1024, 1024),
            (1152, true, 6, 1024, 1024),
            (1153, true, 7, 1024, 1025),
            (8 * 1024 + 500, true, 7, 8 * 1024, 8 * 1024 + 372),
            (8 * 1024 + 500, false, 6, 1024, 8 * 1024 + 372),
            (300, true, 3, 128, 172),
            (100, true, 0, 16, 16),
        ] {
            let capacity = Capabilities { max_message_size, block_wise }.capacity();
            assert_eq!(capacity, Capacity { exponent, block, whole }, "{max_message_size} {block_wise}");
        }
    }

    #[test]
    fn a_peer_may_ask_for_less_but_not_for_more() {
        let bert = Capacity { exponent: Block::BERT, block: 4096, whole: 4200 };
        assert_eq!(bert.at_most(2), Capacity::of_exponent(2));
        assert_eq!(bert.at_most(Block::BERT), Capacity { whole: 4096, ..bert });
        assert_eq!(Capacity::of_exponent(5).at_most(Block::BERT), Capacity::of_exponent(5));
    }
}

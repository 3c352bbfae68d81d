//! A block of a body that doesn't fit into one message, and what tells bodies apart: RFC 7959.

use super::Peer;
use super::capacity::Capacity;
use super::option::OptionRef;
use core::num::NonZeroU64;

/// The value of Block1 or Block2 (RFC 7959 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The number of the block: up to 20 bits.
    pub number: u32,
    /// Whether more blocks follow.
    pub more: bool,
    /// The size exponent, 0 to 6: the size is 2 to the power of this + 4. Over connections also 7: one message has
    /// several blocks of 1024 bytes (RFC 8323 section 6).
    pub exponent: u8,
}

impl Block {
    /// The largest number.
    pub const LAST_NUMBER: u32 = (1 << 20) - 1;

    /// The exponent that a connection alone may use.
    pub(super) const BERT: u8 = 7;

    /// Reads the value of a datagram's option; `None` if it has the reserved exponent 7 or more than 3 bytes.
    pub fn read(option: OptionRef<'_>) -> Option<Block> {
        Block::read_any(option).filter(|block| block.exponent != Block::BERT)
    }

    /// Reads the value of an option that came from this peer.
    pub(super) fn read_from(peer: &Peer, option: OptionRef<'_>) -> Option<Block> {
        if peer.is_connected() { Block::read_any(option) } else { Block::read(option) }
    }

    fn read_any(option: OptionRef<'_>) -> Option<Block> {
        let value = option.uint().filter(|value| *value < 1 << 24)?;
        let exponent = u8::try_from(value & 7).ok()?;
        Some(Block { number: value >> 4, more: value & 8 != 0, exponent })
    }

    /// The value as an unsigned integer.
    pub fn value(self) -> u32 {
        (self.number.min(Block::LAST_NUMBER) << 4) | (u32::from(self.more) << 3) | u32::from(self.exponent)
    }

    /// Bytes in a full block; the number counts in them.
    pub fn size(self) -> usize {
        size(self.exponent)
    }

    /// Where in the body the block starts.
    pub fn offset(self) -> usize {
        (self.number as usize).saturating_mul(self.size())
    }

    /// The block that starts there, which no other is said to follow; `None` if its number has more than 20 bits.
    pub(super) fn at(offset: usize, exponent: u8) -> Option<Block> {
        let block = Block { number: 0, more: false, exponent };
        let number = u32::try_from(offset / block.size()).ok().filter(|number| *number <= Block::LAST_NUMBER)?;
        Some(Block { number, ..block })
    }

    /// Whether a message that is not the last may bring so many bytes under this block.
    pub(super) fn is_full(self, length: usize) -> bool {
        if self.exponent == Block::BERT { length != 0 && length.is_multiple_of(1024) } else { length == self.size() }
    }

    /// Whether the last message may bring so many.
    pub(super) fn is_last(self, length: usize) -> bool {
        self.exponent == Block::BERT || length <= self.size()
    }

    /// The message's part that starts at `offset`; `None` if the body has none there. An empty body has one block, an
    /// empty one.
    pub(super) fn cut(body: &[u8], offset: usize, capacity: Capacity) -> Option<(Block, &[u8])> {
        let Capacity { exponent, block: size, .. } = capacity;
        let rest = body.get(offset..).filter(|rest| !rest.is_empty() || offset == 0)?;
        let block = Block { more: rest.len() > size, ..Block::at(offset, exponent)? };
        Some((block, rest.get(..size).unwrap_or(rest)))
    }
}

fn size(exponent: u8) -> usize {
    16 << exponent.min(6)
}

/// What tells one transfer from another of the same peer: hashes of the method and the options that belong to the
/// cache-key (RFC 7959 sections 2.4 and 2.5), and of the payload that belongs to it for FETCH (RFC 8132 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CacheKey {
    pub(super) options: u64,
    /// `None`: no payload.
    pub(super) payload: Option<NonZeroU64>,
}

impl CacheKey {
    /// Whether a request for a further block means what was kept under `self`. Some clients send the payload of a
    /// FETCH again with each block, some don't.
    pub(super) fn is_continued_by(self, further: CacheKey) -> bool {
        self.options == further.options && (further.payload.is_none() || further.payload == self.payload)
    }
}

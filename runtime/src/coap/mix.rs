//! Numbers that a peer can't foresee without the seed: a generator, and a hash for tables and cache-keys.
//!
//! Neither is cryptography: whoever reads our datagrams learns the tokens anyway, and secrets are the business of the
//! session below.

use super::Peer;
use core::net::IpAddr;

/// splitmix64: a generator that replays from its seed.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) const fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(super) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// An even spread over `0..=1000`.
    pub(super) fn thousandths(&mut self) -> u32 {
        let [a, b, c, d, ..] = self.number().to_be_bytes();
        u32::from_be_bytes([a, b, c, d]) % 1001
    }
}

/// A seeded hash by folded multiplication.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hash(u64);

impl Hash {
    pub(super) const fn new(seed: u64) -> Hash {
        Hash(seed)
    }

    pub(super) fn number(self, number: u64) -> Hash {
        let product = u128::from(self.0 ^ number ^ 0x2d35_8dcc_aa6c_78a5) * 0x8bb8_4b93_962e_acc9_u128;
        let bytes = product.to_le_bytes();
        let (low, high) = bytes.split_at(8);
        Hash(word(low) ^ word(high))
    }

    pub(super) fn bytes(self, bytes: &[u8]) -> Hash {
        let start = self.number(bytes.len() as u64);
        bytes.chunks(8).fold(start, |hash, chunk| hash.number(word(chunk)))
    }

    pub(super) fn peer(self, peer: &Peer) -> Hash {
        let hash = self.number(u64::from(peer.session) << 16 | u64::from(peer.address.port()));
        match peer.address.ip() {
            IpAddr::V4(address) => hash.number(u64::from(u32::from_be_bytes(address.octets()))),
            IpAddr::V6(address) => hash.bytes(&address.octets()),
        }
    }

    /// Of what finds a message again: its peer and id.
    pub(super) fn message(self, peer: &Peer, id: u16) -> u64 {
        self.number(u64::from(id)).peer(peer).finish()
    }

    /// One of so many, at least one.
    pub(super) const fn within(self, count: usize) -> usize {
        (self.0 >> 32) as usize % if count == 0 { 1 } else { count }
    }

    pub(super) const fn finish(self) -> u64 {
        self.0
    }
}

/// Up to 8 bytes as a number.
fn word(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<8>() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().rev().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides_all() {
        let numbers = |seed| {
            let mut random = Random::new(seed);
            [random.number(), random.number()]
        };
        assert_eq!(numbers(7), numbers(7));
        assert_ne!(numbers(7), numbers(8));
        assert_ne!(Hash::new(1).bytes(b"a").finish(), Hash::new(2).bytes(b"a").finish());
    }

    #[test]
    fn zeros_at_the_end_count() {
        assert_ne!(Hash::new(1).bytes(&[1]).finish(), Hash::new(1).bytes(&[1, 0]).finish());
    }
}

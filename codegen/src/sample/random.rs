//! Numbers at random, the same for the same seed on every machine: SplitMix64.

#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below another; 0 below 0.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        // the part of 128 bits above 64: every number below `end` comes as often, but for one in 2^64 / end
        u64::try_from((u128::from(self.next()) * u128::from(end)) >> 64).unwrap_or(0)
    }

    /// A number from one to another.
    pub(super) fn between(&mut self, from: i128, to: i128) -> i128 {
        match u64::try_from(to - from) {
            Ok(u64::MAX) | Err(_) => from + i128::from(self.next()),
            Ok(width) => from + i128::from(self.below(width + 1)),
        }
    }

    /// Whether something of so many in a hundred happens.
    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(usize::try_from(self.below(of.len() as u64)).ok()?)
    }
}

//! Natural numbers of any size: what the exact conversion between doubles and decimal digits computes with.
//!
//! Small rather than fast: numbers are short, and no table is kept. Read [`super::float`] for what it is for.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// A natural number.
#[derive(Clone, Debug)]
pub(super) struct Natural {
    /// 32 bits each, the lowest first; the last one is not 0.
    words: Vec<u32>,
}

/// Lower and upper half.
fn halves(value: u64) -> (u32, u32) {
    let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
    (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]))
}

impl Natural {
    pub(super) fn from(value: u64) -> Natural {
        let (low, high) = halves(value);
        let mut words = Vec::from([low, high]);
        trim(&mut words);
        Natural { words }
    }

    pub(super) fn is_zero(&self) -> bool {
        self.words.is_empty()
    }

    /// How many bits it has; 0 of 0.
    pub(super) fn bits(&self) -> i32 {
        let highest = self.words.last().map_or(0, |word| 32 - word.leading_zeros());
        let below = self.words.len().saturating_sub(1) * 32;
        i32::try_from(below + highest as usize).unwrap_or(i32::MAX)
    }

    /// Makes it `factor` times itself and `plus`.
    pub(super) fn times(&mut self, factor: u32, plus: u32) {
        let mut carry = plus;
        for word in &mut self.words {
            (*word, carry) = halves(u64::from(*word) * u64::from(factor) + u64::from(carry));
        }
        self.words.push(carry);
        trim(&mut self.words);
    }

    /// Multiplies by a power of ten, or of another small base.
    pub(super) fn times_power(&mut self, base: u32, exponent: i32) {
        for _ in 0..exponent {
            self.times(base, 0);
        }
    }

    /// Multiplies by two to the power of `bits`.
    pub(super) fn shift(&mut self, bits: i32) {
        let Ok(bits) = u32::try_from(bits) else { return };
        self.times(1 << (bits % 32), 0);
        if !self.words.is_empty() {
            let (length, whole) = (self.words.len(), (bits / 32) as usize);
            self.words.resize(length + whole, 0);
            self.words.copy_within(..length, whole);
            self.words.iter_mut().take(whole).for_each(|word| *word = 0);
        }
    }

    /// Adds or takes away; what would be negative must not be asked for.
    pub(super) fn combine(&mut self, other: &Natural, sign: i64) {
        let length = self.words.len().max(other.words.len()) + 1;
        self.words.resize(length, 0);
        let mut carry = 0_i64;
        for (word, other) in self.words.iter_mut().zip(other.words.iter().copied().chain(core::iter::repeat(0))) {
            let sum = i64::from(*word) + sign * i64::from(other) + carry;
            *word = halves(sum.cast_unsigned()).0;
            carry = sum >> 32;
        }
        trim(&mut self.words);
    }
}

impl Ord for Natural {
    #[inline(never)]
    fn cmp(&self, other: &Natural) -> Ordering {
        self.words.len().cmp(&other.words.len()).then_with(|| self.words.iter().rev().cmp(other.words.iter().rev()))
    }
}

impl PartialOrd for Natural {
    fn partial_cmp(&self, other: &Natural) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Natural {
    fn eq(&self, other: &Natural) -> bool {
        self.words == other.words
    }
}

impl Eq for Natural {}

fn trim(words: &mut Vec<u32>) {
    while words.last() == Some(&0) {
        words.pop();
    }
}

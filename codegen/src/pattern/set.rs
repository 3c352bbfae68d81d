//! Sets of characters, as ranges.

/// A set of Unicode scalar values: ranges, inclusive, ascending, apart. Numbers instead of `char`, since U+D800 to
/// U+DFFF are no characters, but stand in the middle of the ranges that a negation makes; no text has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Set(Vec<(u32, u32)>);

const LAST: u32 = char::MAX as u32;

impl Set {
    /// The set of these ranges, which may overlap and stand in any order.
    pub(crate) fn new(mut ranges: Vec<(u32, u32)>) -> Set {
        ranges.sort_unstable();
        let mut kept: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match kept.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => kept.push((low, high)),
            }
        }
        Set(kept)
    }

    pub(crate) fn of(character: char) -> Set {
        Set(vec![(character.into(), character.into())])
    }

    pub(crate) fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    /// The only character of the set.
    pub(crate) fn single(&self) -> Option<char> {
        match self.0.as_slice() {
            [(low, high)] if low == high => char::from_u32(*low),
            _ => None,
        }
    }

    pub(crate) fn union(&self, other: &Set) -> Set {
        Set::new(self.0.iter().chain(&other.0).copied().collect())
    }

    pub(crate) fn negate(&self) -> Set {
        let mut ranges = Vec::with_capacity(self.0.len() + 1);
        let mut next = 0;
        for (low, high) in &self.0 {
            if next < *low {
                ranges.push((next, low - 1));
            }
            next = high + 1;
        }
        if next <= LAST {
            ranges.push((next, LAST));
        }
        Set(ranges)
    }

    pub(crate) fn minus(&self, other: &Set) -> Set {
        // A - B is what is neither outside A nor in B
        self.negate().union(other).negate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_that_touch_or_overlap_are_one() {
        assert_eq!(Set::new(vec![(5, 9), (1, 2), (3, 3), (8, 12)]), Set(vec![(1, 3), (5, 12)]));
    }

    #[test]
    fn negation_reaches_both_ends_and_is_its_own_inverse() {
        let set = Set::new(vec![(0, 9), (20, 30)]);
        assert_eq!(set.negate(), Set(vec![(10, 19), (31, LAST)]));
        assert_eq!(set.negate().negate(), set);
        assert_eq!(Set::default().negate(), Set(vec![(0, LAST)]));
    }

    #[test]
    fn subtraction_takes_out_what_both_have() {
        let set = Set::new(vec![(10, 20)]).minus(&Set::new(vec![(0, 10), (15, 15), (19, 40)]));
        assert_eq!(set, Set(vec![(11, 14), (16, 18)]));
    }
}

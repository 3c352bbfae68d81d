//! Deadlines in the order of their times. What a deadline is for is a number that its owner gives: one table serves all
//! rooms.

use alloc::vec::Vec;

use super::Instant;

/// Deadlines: a binary heap, in which no parent is later than its children.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    heap: Vec<(Instant, u64)>,
}

impl Agenda {
    /// Adds a deadline; of what is due at the same time the smaller number comes first.
    pub(crate) fn insert(&mut self, at: Instant, what: u64) {
        self.heap.push((at, what));
        self.rise(self.heap.len() - 1);
    }

    /// Takes a deadline back, if it is there.
    pub(crate) fn remove(&mut self, what: u64) {
        if let Some(place) = self.heap.iter().position(|entry| entry.1 == what) {
            self.remove_at(place);
        }
    }

    /// Takes the earliest deadline that has come.
    pub(crate) fn due(&mut self, now: Instant) -> Option<u64> {
        let (at, what) = *self.heap.first()?;
        if at > now {
            return None;
        }
        self.remove_at(0);
        Some(what)
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.heap.first().map(|(at, _)| *at)
    }

    fn remove_at(&mut self, place: usize) {
        self.heap.swap_remove(place);
        self.sink(place);
        self.rise(place);
    }

    fn rise(&mut self, mut place: usize) {
        while place > 0 && self.swap_if_later((place - 1) / 2, place) {
            place = (place - 1) / 2;
        }
    }

    fn sink(&mut self, mut place: usize) {
        loop {
            let left = 2 * place + 1;
            let right_is_earlier = self.heap.get(left + 1).is_some_and(|right| self.heap.get(left) > Some(right));
            let child = left + usize::from(right_is_earlier);
            if !self.swap_if_later(place, child) {
                return;
            }
            place = child;
        }
    }

    /// Exchanges two entries where the first is the later one.
    fn swap_if_later(&mut self, first: usize, second: usize) -> bool {
        let later = self.heap.get(second).is_some_and(|second| self.heap.get(first) > Some(second));
        if later {
            self.heap.swap(first, second);
        }
        later
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_in_order_whatever_was_taken_back() {
        // each of 1..=96 once, in no order
        let numbers = || (1..=96_u64).map(|number| number * 35 % 97);
        for divisor in 1..7 {
            let mut agenda = Agenda::default();
            for number in numbers() {
                agenda.insert(Instant::from_secs(number / 3), number);
            }
            for number in numbers().filter(|number| number % divisor == 0) {
                agenda.remove(number);
                agenda.remove(number);
            }
            assert_eq!(agenda.due(Instant::START), (divisor > 1).then_some(1));
            let found: Vec<u64> = core::iter::from_fn(|| agenda.due(Instant::from_secs(99))).collect();
            let expected: Vec<u64> = (2..=96).filter(|number| number % divisor != 0).collect();
            assert_eq!(found, expected, "without the multiples of {divisor}");
            assert_eq!(agenda.next(), None);
        }
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        let mut agenda = Agenda::default();
        agenda.insert(Instant::from_secs(2), 7);
        assert_eq!((agenda.due(Instant::from_millis(1999)), agenda.next()), (None, Some(Instant::from_secs(2))));
        assert_eq!(agenda.due(Instant::from_secs(2)), Some(7));
    }
}

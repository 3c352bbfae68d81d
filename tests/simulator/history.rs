//! A history of operations on one number that every write makes one larger, and whether it is linearisable.

use std::collections::BTreeMap;

use comi_runtime::time::Instant;

/// What an operation did, as its answer says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// This number stood there.
    Read(u64),
    /// It was written in the place of the one before.
    Write(u64),
    /// This number stood there no longer, so nothing was written.
    Refused(u64),
}

/// Operations, each with when it began and when its answer came; without an answer, a write may have been done or not.
#[derive(Debug, Default)]
pub(crate) struct History {
    operations: Vec<(Instant, Option<Instant>, Operation)>,
}

impl History {
    pub(crate) fn add(&mut self, start: Instant, end: Option<Instant>, operation: Operation) {
        self.operations.push((start, end, operation));
    }

    /// How many operations there are of a kind.
    pub(crate) fn count(&self, is_wanted: impl Fn(Operation, bool) -> bool) -> usize {
        self.operations.iter().filter(|(_, end, operation)| is_wanted(*operation, end.is_some())).count()
    }

    /// Finds a time for each write, in the order of the numbers, so that all answers are true at some time between
    /// their request and them. Of all such times the earliest are taken, so there is none if these don't do.
    ///
    /// # Errors
    /// The number of the write for which there is no time, and why.
    pub(crate) fn linearise(&self, last: u64) -> Result<(), String> {
        let mut writes: BTreeMap<u64, (Instant, Option<Instant>, bool)> = BTreeMap::new();
        for (start, end, operation) in &self.operations {
            let Operation::Write(number) = operation else { continue };
            let known = writes.get(number).copied();
            match (known, end) {
                (Some((.., true)), Some(_)) => return Err(format!("{number} was written twice")),
                (Some((.., true)), None) => {}
                (Some((first, ..)), None) => drop(writes.insert(*number, (first.min(*start), None, false))),
                (_, end) => drop(writes.insert(*number, (*start, *end, end.is_some()))),
            }
        }
        if let Some((number, _)) = writes.iter().find(|(number, (.., acknowledged))| **number > last && *acknowledged) {
            return Err(format!("{number} was written, and {last} stands there in the end"));
        }
        let mut earliest = Instant::START;
        for number in 0..=last {
            let (start, mut latest) = match (number, writes.get(&number)) {
                (0, _) => (Instant::START, None),
                (_, Some((start, end, _))) => (*start, *end),
                (_, None) => return Err(format!("{number} was written by nobody")),
            };
            earliest = earliest.max(start);
            for (start, end, operation) in &self.operations {
                let limit = match operation {
                    // the number before was still there when this began to be read
                    Operation::Read(read) if read + 1 == number => {
                        earliest = earliest.max(*start);
                        None
                    }
                    Operation::Read(read) if *read == number => *end,
                    Operation::Refused(expected) if expected + 1 == number => *end,
                    _ => None,
                };
                latest = [latest, limit].into_iter().flatten().min();
            }
            if latest.is_some_and(|latest| latest < earliest) {
                return Err(format!("{number} was written after {earliest:?} and before {latest:?}"));
            }
        }
        let beyond = self.operations.iter().find(|(_, _, operation)| match operation {
            Operation::Read(read) => *read > last,
            Operation::Refused(expected) => *expected >= last,
            Operation::Write(_) => false,
        });
        match beyond {
            Some(operation) => Err(format!("{operation:?} though {last} stands there in the end")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(operations: &[(u64, u64, Operation)]) -> History {
        let mut history = History::default();
        for (start, end, operation) in operations {
            let end = (*end > 0).then(|| Instant::from_secs(*end));
            history.add(Instant::from_secs(*start), end, *operation);
        }
        history
    }

    #[test]
    fn what_can_be_put_in_order_is_linearisable() {
        use Operation::{Read, Refused, Write};
        for (operations, last) in [
            (&[][..], 0),
            (&[(1, 2, Read(0)), (3, 5, Write(1)), (4, 6, Read(0)), (4, 6, Read(1)), (5, 7, Refused(0))], 1),
            (&[(1, 0, Write(1))], 0),
            (&[(1, 0, Write(1)), (5, 6, Read(1))], 1),
            (&[(1, 3, Write(1)), (1, 0, Write(1)), (2, 4, Write(2))], 2),
        ] {
            assert_eq!(history(operations).linearise(last), Ok(()), "{operations:?}");
        }
    }

    #[test]
    fn what_can_not_be_put_in_order_is_told() {
        use Operation::{Read, Refused, Write};
        for (operations, last) in [
            // a lost update
            (&[(1, 2, Write(1)), (3, 4, Write(1))][..], 1),
            // an old value after a new one
            (&[(1, 2, Write(1)), (3, 4, Read(0))], 1),
            // a number that nobody wrote
            (&[(1, 2, Read(1))], 1),
            // refused before anything was written
            (&[(1, 2, Refused(0)), (3, 4, Write(1))], 1),
            // an acknowledged write is gone
            (&[(1, 2, Write(1))], 0),
            // written before the one before it
            (&[(3, 4, Write(1)), (1, 2, Write(2))], 2),
        ] {
            assert!(history(operations).linearise(last).is_err(), "{operations:?}");
        }
    }
}

//! When something has to be done next.

use super::slots::Key;
use crate::time::{Agenda, Instant};

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// Our CON has no ACK: send it again, or give up.
    Retransmit(Key),
    /// A body that arrives block by block got no further block.
    Upload(Key),
    /// Nobody fetched a further block of a kept body.
    Kept(Key),
    /// Our request got no response after its ACK.
    #[cfg(feature = "client")]
    Response(Key),
}

impl Timer {
    fn number(self) -> u64 {
        let (kind, key) = match self {
            Timer::Retransmit(key) => (0, key),
            Timer::Upload(key) => (1, key),
            Timer::Kept(key) => (2, key),
            #[cfg(feature = "client")]
            Timer::Response(key) => (3, key),
        };
        kind << KEY_BITS | key.number()
    }

    fn from_number(number: u64) -> Timer {
        let key = Key::from_number(number & ((1 << KEY_BITS) - 1));
        match number >> KEY_BITS {
            0 => Timer::Retransmit(key),
            1 => Timer::Upload(key),
            #[cfg(feature = "client")]
            3 => Timer::Response(key),
            _ => Timer::Kept(key),
        }
    }
}

/// No table has more than 2³⁰ places.
const KEY_BITS: u32 = 62;

/// All deadlines but those of the exchanges, which stand in order by themselves.
#[derive(Debug, Default)]
pub(super) struct Deadlines(Agenda);

impl Deadlines {
    /// Sets the deadline of an entry that has none.
    pub(super) fn start(&mut self, timer: Timer, at: Instant) {
        self.0.insert(at, timer.number());
    }

    /// Takes back the deadline of an entry, if it has one.
    pub(super) fn stop(&mut self, timer: Timer) {
        self.0.remove(timer.number());
    }

    /// Sets or moves the deadline of an entry.
    pub(super) fn restart(&mut self, timer: Timer, at: Instant) {
        self.stop(timer);
        self.start(timer, at);
    }

    /// Takes the earliest deadline that has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        self.0.due(now).map(Timer::from_number)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.next()
    }
}

//! When something has to be done next.

use super::slots::Key;
use crate::time::{Agenda, Instant, earlier};

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timer {
    /// Our CON has no ACK: send it again, or give up.
    Retransmit(Key),
    /// A body that arrives block by block got no further block.
    Upload(Key),
    /// Nobody fetched a further block of a kept body.
    Kept(Key),
    /// The answer to a group's request may go.
    Held(Key),
    /// An observer was told nothing for long.
    Observation(Key),
    /// Our request got no response after its ACK, or what we observe was not told for long.
    #[cfg(feature = "client")]
    Response(Key),
}

impl Timer {
    fn number(self) -> u64 {
        let (kind, key) = match self {
            Timer::Retransmit(key) => (0, key),
            Timer::Upload(key) => (1, key),
            Timer::Held(key) => (2, key),
            Timer::Observation(key) => (5, key),
            Timer::Kept(key) => (4, key),
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
            2 => Timer::Held(key),
            5 => Timer::Observation(key),
            _ => Timer::Kept(key),
        }
    }
}

/// No table has more than 2²⁹ places.
const KEY_BITS: u32 = 61;

/// All deadlines but those of the exchanges, which stand in order by themselves.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    /// What comes and goes with messages.
    short: Agenda,
    /// One for each observer, apart: to take back a short one takes longer the more there are beside it.
    long: Agenda,
}

impl Deadlines {
    fn agenda(&mut self, timer: Timer) -> &mut Agenda {
        match timer {
            Timer::Observation(_) => &mut self.long,
            _ => &mut self.short,
        }
    }

    /// Sets the deadline of an entry that has none.
    pub(super) fn start(&mut self, timer: Timer, at: Instant) {
        self.agenda(timer).insert(at, timer.number());
    }

    /// Takes back the deadline of an entry, if it has one.
    pub(super) fn stop(&mut self, timer: Timer) {
        self.agenda(timer).remove(timer.number());
    }

    /// Sets or moves the deadline of an entry.
    pub(super) fn restart(&mut self, timer: Timer, at: Instant) {
        self.stop(timer);
        self.start(timer, at);
    }

    /// Takes the earliest deadline that has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        self.short.due(now).or_else(|| self.long.due(now)).map(Timer::from_number)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        earlier(self.short.next(), self.long.next())
    }
}

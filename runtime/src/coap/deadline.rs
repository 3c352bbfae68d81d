//! When something has to be done next.

use super::slots::Key;
use crate::time::Instant;
use alloc::collections::BTreeSet;

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// All deadlines but those of the exchanges, which stand in order by themselves. A table's entry remembers its own,
/// so that it can be taken back.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    ordered: BTreeSet<(Instant, Timer)>,
}

impl Deadlines {
    /// Sets, moves or (with `None`) takes back the deadline that an entry remembers in `slot`.
    pub(super) fn set(&mut self, timer: Timer, slot: &mut Option<Instant>, at: Option<Instant>) {
        if let Some(before) = slot.take() {
            self.ordered.remove(&(before, timer));
        }
        if let Some(at) = at {
            self.ordered.insert((at, timer));
        }
        *slot = at;
    }

    /// Takes the earliest deadline that has come.
    pub(super) fn due(&mut self, now: Instant) -> Option<Timer> {
        let (at, timer) = *self.ordered.first()?;
        if at > now {
            return None;
        }
        self.ordered.pop_first();
        Some(timer)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.ordered.first().map(|(at, _)| *at)
    }
}

//! Points in time, as the driver of the protocol code counts them.
//!
//! Nothing in this crate outside `net` reads a clock: every call that needs the time is given an [`Instant`], so that
//! a run can be replayed and a simulator can skip hours.

#[cfg(feature = "device")]
mod agenda;

#[cfg(feature = "device")]
pub(crate) use agenda::Agenda;

use core::ops::{Add, AddAssign, Sub};
use core::time::Duration;

/// The earlier of two deadlines.
#[cfg(feature = "device")]
#[cfg_attr(not(feature = "std"), inline(never))]
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// A point in monotonic time: microseconds since a start that the driver chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(u64);

impl Instant {
    /// The start of the driver's time.
    pub const START: Instant = Instant(0);

    /// The point this many microseconds after the start.
    pub const fn from_micros(micros: u64) -> Instant {
        Instant(micros)
    }

    /// The point this many milliseconds after the start.
    pub const fn from_millis(millis: u64) -> Instant {
        Instant(millis.saturating_mul(1000))
    }

    /// The point this many seconds after the start.
    pub const fn from_secs(seconds: u64) -> Instant {
        Instant(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the start.
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Milliseconds since the start, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1000
    }

    /// How long before `self` the point `earlier` was; zero if it was not before.
    pub fn saturating_duration_since(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;

    /// Saturates at the end of time, 584 542 years after the start.
    #[inline(never)]
    fn add(self, duration: Duration) -> Instant {
        // as_micros() would have 128 bits
        let seconds = duration.as_secs().saturating_mul(1_000_000);
        Instant(self.0.saturating_add(seconds.saturating_add(u64::from(duration.subsec_micros()))))
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

impl Sub<Instant> for Instant {
    type Output = Duration;

    /// As [`Instant::saturating_duration_since`].
    fn sub(self, earlier: Instant) -> Duration {
        self.saturating_duration_since(earlier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arithmetic_saturates_at_both_ends() {
        let end = Instant::from_micros(u64::MAX);
        assert_eq!(end + Duration::from_secs(1), end);
        assert_eq!(Instant::START - end, Duration::ZERO);
        assert_eq!(Instant::from_secs(2) - Instant::from_millis(500), Duration::from_millis(1500));
    }
}

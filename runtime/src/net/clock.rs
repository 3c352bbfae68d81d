//! The system's monotonic clock in the protocol code's terms.

use crate::time::Instant;

/// Counts from when it was made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock(tokio::time::Instant);

impl Clock {
    pub(super) fn start() -> Clock {
        Clock(tokio::time::Instant::now())
    }

    pub(super) fn now(self) -> Instant {
        Instant::from_micros(u64::try_from(self.0.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// Sleeps until then; for ever without a deadline.
    pub(super) async fn sleep_until(self, deadline: Option<Instant>) {
        match deadline {
            None => core::future::pending().await,
            Some(deadline) => {
                // a deadline is rounded down to microseconds, the clock is finer
                let wait = core::time::Duration::from_micros(deadline.as_micros());
                tokio::time::sleep_until(self.0 + wait).await;
            }
        }
    }
}

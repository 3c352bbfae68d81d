//! How long each phase of a compilation took: for benchmarks, and for who wonders about a model.

use std::time::{Duration, Instant};

/// The phases so far, and when the running one began.
#[derive(Clone, Debug)]
pub(crate) struct Phases {
    ended: Vec<(&'static str, Duration)>,
    since: Instant,
}

impl Phases {
    pub(super) fn start() -> Phases {
        Phases { ended: Vec::new(), since: Instant::now() }
    }

    /// The running phase ends, and was this one.
    pub(super) fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        self.ended.push((name, now - self.since));
        self.since = now;
    }

    pub(crate) fn into_list(self) -> Vec<(&'static str, Duration)> {
        self.ended
    }
}

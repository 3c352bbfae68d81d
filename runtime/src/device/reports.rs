//! When an observing LwM2M server is told (Core 1.2 section 5.1.2), by the attributes that it has written.
//!
//! ```text
//!                 a change, before pmin is over
//!     Quiet ───────────────────────────────────▶ Waiting
//!      │ ▲                                          │
//!      │ └──── told: a change that gt, lt and st ◀──┘ pmin is over
//!      │  ▲    let pass, after pmin
//!      └──┘ pmax is over: told whatever has changed
//! ```
//! The feed says that something may have changed; a report decides whether, and when, it is told.

use alloc::vec::Vec;

use crate::coap::ObservationId;
use crate::lwm2m::Path;
use crate::lwm2m::attributes::Set;
use crate::time::{Instant, earlier};

/// An observation of a server.
#[derive(Debug)]
struct Report {
    id: ObservationId,
    server: u16,
    /// What it observes; `None`: several paths.
    path: Option<Path>,
    set: Set,
    told: Instant,
    /// The number that was told last.
    number: Option<f64>,
    /// `Waiting`.
    waits: bool,
}

impl Report {
    fn next(&self) -> Option<Instant> {
        let least = self.waits.then(|| self.told + self.set.least());
        earlier(least, self.set.longest().map(|longest| self.told + longest))
    }
}

/// The observations of servers.
#[derive(Debug, Default)]
pub(super) struct Reports {
    rows: Vec<Report>,
}

impl Reports {
    pub(super) fn insert(&mut self, id: ObservationId, server: u16, path: Option<Path>, now: Instant) {
        let set = Set::default();
        self.rows.push(Report { id, server, path, set, told: now, number: None, waits: false });
    }

    pub(super) fn remove(&mut self, id: ObservationId) {
        self.rows.retain(|row| row.id != id);
    }

    /// The observations of a server.
    pub(super) fn of_server(&self, server: u16) -> Vec<ObservationId> {
        self.rows.iter().filter(|row| row.server == server).map(|row| row.id).collect()
    }

    /// Every observation takes the attributes that hold for it now.
    pub(super) fn refresh(&mut self, mut set: impl FnMut(u16, Option<Path>) -> Set) {
        for row in &mut self.rows {
            row.set = set(row.server, row.path);
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.rows.iter().fold(None, |next, row| earlier(next, row.next()))
    }

    /// The next observation that is due by itself, and whether it is to be told whatever has changed.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(ObservationId, bool)> {
        let row = self.rows.iter_mut().find(|row| row.next().is_some_and(|next| next <= now))?;
        let forced = row.set.longest().is_some_and(|longest| row.told + longest <= now);
        row.waits = false;
        if forced {
            row.told = now;
        }
        Some((row.id, forced))
    }

    /// What gt, lt and st of an observation are about, if it has any of them.
    pub(super) fn measured(&self, id: ObservationId) -> Option<Path> {
        let row = self.rows.iter().find(|row| row.id == id)?;
        row.path.filter(|_| row.set.gt.is_some() || row.set.lt.is_some() || row.set.st.is_some())
    }

    /// Whether a change is told now; if it is only too early, it is remembered.
    pub(super) fn tells(&mut self, id: ObservationId, now: Instant, number: Option<f64>) -> bool {
        let Some(row) = self.rows.iter_mut().find(|row| row.id == id) else { return true };
        if let (Some(before), Some(number)) = (row.number, number)
            && !row.set.tells(before, number)
        {
            return false;
        }
        row.waits = row.told + row.set.least() > now;
        !row.waits
    }

    /// It was told.
    pub(super) fn told(&mut self, id: ObservationId, now: Instant, number: Option<f64>) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.id == id) {
            (row.told, row.number, row.waits) = (now, number, false);
        }
    }
}

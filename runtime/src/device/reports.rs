//! When an observing LwM2M server is told (Core 1.2 section 5.1.2), by the attributes that it has written.
//!
//! ```text
//!                 a change, before pmin or epmin is over
//!     Quiet ──────────────────────────────────────────▶ Waiting
//!      │ ▲                                                │
//!      │ └──── told: a change that gt, lt, st and edge ◀──┘ pmin and epmin are over
//!      │  ▲    let pass, after pmin and epmin
//!      └──┘ pmax is over: told whatever has changed; epmax is over: looked at as after a change
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
    /// What the Observe brought along, and what holds with it now.
    own: Set,
    set: Set,
    told: Instant,
    /// When a change was last held against the attributes.
    evaluated: Instant,
    /// The number that was told last.
    number: Option<f64>,
    /// `Waiting`.
    waits: bool,
}

impl Report {
    /// No notification and no evaluation before.
    fn least(&self) -> Instant {
        (self.told + self.set.least()).max(self.evaluated + self.set.least_evaluation())
    }

    fn next(&self) -> Option<Instant> {
        let evaluation = self.set.longest_evaluation().map(|longest| self.evaluated + longest);
        let longest = self.set.longest().map(|longest| self.told + longest);
        earlier(earlier(self.waits.then(|| self.least()), evaluation), longest)
    }
}

/// The observations of servers.
#[derive(Debug, Default)]
pub(super) struct Reports {
    rows: Vec<Report>,
}

impl Reports {
    pub(super) fn insert(&mut self, id: ObservationId, server: u16, path: Option<Path>, own: Set, now: Instant) {
        let row = Report { id, server, path, own, set: own, told: now, evaluated: now, number: None, waits: false };
        self.rows.push(row);
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
            // Core section 6.4.1: those that the Observe brought are in place of those that are written
            let written = row.path.filter(|_| row.own == Set::default());
            row.set = row.own.or(set(row.server, written));
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.rows.iter().fold(None, |next, row| earlier(next, row.next()))
    }

    /// The next observation that is due by itself, and whether it is to be told whatever has changed.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<(ObservationId, bool)> {
        let row = self.rows.iter_mut().find(|row| row.next().is_some_and(|next| next <= now))?;
        let forced = row.set.longest().is_some_and(|longest| row.told + longest <= now);
        (row.waits, row.evaluated) = (false, now);
        if forced {
            row.told = now;
        }
        Some((row.id, forced))
    }

    /// Whether its notifications are confirmable, of each observation.
    pub(super) fn confirmed(&self) -> impl Iterator<Item = (ObservationId, bool)> {
        self.rows.iter().map(|row| (row.id, row.set.con == Some(1)))
    }

    /// What gt, lt, st and edge of an observation are about, if it has any of them.
    pub(super) fn measured(&self, id: ObservationId) -> Option<Path> {
        let row = self.rows.iter().find(|row| row.id == id)?;
        row.path.filter(|_| row.set.measures())
    }

    /// Whether a change is told now; if it is only too early, it is remembered.
    pub(super) fn tells(&mut self, id: ObservationId, now: Instant, number: Option<f64>) -> bool {
        let Some(row) = self.rows.iter_mut().find(|row| row.id == id) else { return true };
        if now < row.evaluated + row.set.least_evaluation() && row.evaluated != now {
            row.waits = true;
            return false;
        }
        row.evaluated = now;
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

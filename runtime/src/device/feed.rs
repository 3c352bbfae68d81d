//! Who observes what, and whom to tell when.
//!
//! ```text
//!                         a change that touches it
//!                ┌──────────────────────────────────────────┐
//!                │                                          ▼
//!             Quiet                                     Due(when)
//!                ▲                                          │
//!                └──────────────────────────────────────────┘
//!                  its answer was made anew, and sent if its bytes differ
//! ```
//! `when` is at once, or [`Limits::notify_period`](crate::Limits::notify_period) after the observer was told last.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::time::Duration;

use super::question::Kept;
use crate::coap::ObservationId;
use crate::datastore::OwnedChange;
use crate::schema::{NodeIndex, Schema};
use crate::time::{Agenda, Instant};
use crate::value::InstanceIdentifier;

/// What an observation is about.
#[derive(Debug, PartialEq)]
pub(super) enum Watched {
    /// All notifications.
    AllEvents,
    /// Notifications of these kinds.
    Events(Box<[InstanceIdentifier]>),
    /// Data nodes, with all below them.
    Nodes(Box<[InstanceIdentifier]>),
}

/// One observer. There may be ten thousands.
#[derive(Debug)]
pub(super) struct Observer {
    id: ObservationId,
    pub(super) asked: Kept,
    pub(super) watched: Watched,
    /// Of the answer sent last.
    pub(super) digest: u64,
    /// When it was sent.
    pub(super) told: Instant,
    /// `Due(when)`, which stands in the agenda; otherwise quiet.
    due: bool,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Observer>() <= 120);

#[derive(Debug, Default)]
pub(super) struct Feed {
    /// Each at the place of its observation.
    observers: Vec<Option<Box<Observer>>>,
    dues: Agenda,
    bytes: usize,
}

impl Feed {
    /// Bytes of the requests that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn insert(&mut self, id: ObservationId, asked: Kept, watched: Watched, digest: u64, now: Instant) {
        self.bytes += asked.bytes();
        if self.observers.len() <= id.place() {
            self.observers.resize_with(id.place() + 1, || None);
        }
        if let Some(place) = self.observers.get_mut(id.place()) {
            *place = Some(Box::new(Observer { id, asked, watched, digest, told: now, due: false }));
        }
    }

    pub(super) fn remove(&mut self, id: ObservationId) -> Option<Box<Observer>> {
        let observer = self.observers.get_mut(id.place())?.take_if(|observer| observer.id == id)?;
        self.bytes = self.bytes.saturating_sub(observer.asked.bytes());
        if observer.due {
            self.dues.remove(id.number());
        }
        Some(observer)
    }

    pub(super) fn get(&self, id: ObservationId) -> Option<&Observer> {
        self.observers.get(id.place())?.as_deref().filter(|observer| observer.id == id)
    }

    fn get_mut(&mut self, id: ObservationId) -> Option<&mut Observer> {
        self.observers.get_mut(id.place())?.as_deref_mut().filter(|observer| observer.id == id)
    }

    /// The answer with this digest was sent.
    pub(super) fn told(&mut self, id: ObservationId, digest: u64, now: Instant) {
        if let Some(observer) = self.get_mut(id) {
            observer.digest = digest;
            observer.told = now;
        }
    }

    /// Configuration or pushed state was changed.
    pub(super) fn committed(&mut self, schema: &Schema, changes: &[OwnedChange], now: Instant, period: Duration) {
        for change in changes {
            self.changed(schema, &scope(schema, &change.at), now, period);
        }
    }

    /// The value of a node, or of nodes below it, may be another one.
    pub(super) fn changed(&mut self, schema: &Schema, at: &InstanceIdentifier, now: Instant, period: Duration) {
        for observer in self.observers.iter_mut().flatten() {
            let touched = match &observer.watched {
                Watched::Nodes(nodes) => nodes.iter().any(|node| touches(schema, at, node)),
                Watched::AllEvents | Watched::Events(_) => false,
            };
            if touched && !observer.due {
                let due = now.max(observer.told + period);
                observer.due = true;
                self.dues.insert(due, observer.id.number());
            }
        }
    }

    /// A notification was raised.
    pub(super) fn raised(&mut self, at: &InstanceIdentifier, now: Instant) {
        for observer in self.observers.iter_mut().flatten() {
            let wanted = match &observer.watched {
                Watched::AllEvents => true,
                Watched::Events(wanted) => {
                    wanted.iter().any(|wanted| wanted.node == at.node && at.keys.starts_with(&wanted.keys))
                }
                Watched::Nodes(_) => false,
            };
            if wanted && !observer.due {
                observer.due = true;
                self.dues.insert(now, observer.id.number());
            }
        }
    }

    /// The next observer whose answer is to be made anew by now.
    pub(super) fn take_due(&mut self, now: Instant) -> Option<ObservationId> {
        let id = ObservationId::from_number(self.dues.due(now)?);
        if let Some(observer) = self.get_mut(id) {
            observer.due = false;
        }
        Some(id)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.dues.next()
    }
}

/// Where a change may be seen: a node of a case decides which defaults of its siblings are in use (RFC 7950 section
/// 7.6.1), so it is seen from the node around the choice.
fn scope(schema: &Schema, at: &InstanceIdentifier) -> InstanceIdentifier {
    let around = schema.case_of(at.node).and_then(|member| schema.choice(member.choice)).map(|choice| choice.parent);
    match around {
        None => at.clone(),
        Some(NodeIndex::ROOT) => InstanceIdentifier::new(NodeIndex::ROOT),
        Some(parent) => {
            let count: usize = schema.path(parent).map(|step| schema.entry_key_count(step)).sum();
            InstanceIdentifier { node: parent, keys: at.keys.get(..count).unwrap_or(&at.keys).to_vec() }
        }
    }
}

/// Whether a change at one place is seen at the other: one stands above the other, or both are the same.
fn touches(schema: &Schema, changed: &InstanceIdentifier, observed: &InstanceIdentifier) -> bool {
    (schema.is_within(changed.node, observed.node) || schema.is_within(observed.node, changed.node))
        && changed.keys.iter().zip(&observed.keys).all(|(a, b)| a == b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datastore::tests::model::{at, schema};

    #[test]
    fn a_change_is_seen_at_it_above_it_and_below_it() {
        for (changed, observed, seen) in [
            ("/t:box/name", "/t:box/name", true),
            ("/t:box/name", "/t:box", true),
            ("/t:box/name", "/t:box/level", false),
            ("/t:server[name='a']", "/t:server[name='a']/hits", true),
            ("/t:server[name='a']", "/t:server[name='b']/hits", false),
            ("/t:server[name='a']/port", "/t:server", true),
            ("/t:server[name='a']/port", "/t:server[name='b']", false),
            ("/t:server[name='a']/alias[id='1']", "/t:server[name='a']/alias[id='2']", false),
            ("/t:server[name='a']/alias[id='1']", "/t:server[name='a']/alias", true),
            // the case that is chosen decides which defaults of the others are in use
            ("/t:box/cell", "/t:box/mains/volts", true),
            ("/t:box/cell", "/t:server", false),
        ] {
            let scope = scope(schema(), &at(changed));
            assert_eq!(touches(schema(), &scope, &at(observed)), seen, "{changed} seen at {observed}");
        }
    }
}

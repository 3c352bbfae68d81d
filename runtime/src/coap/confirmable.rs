//! Our own confirmable messages: RFC 7252 section 4.2.
//!
//! ```text
//!           fewer than NSTART           ┌─ timeout, transmissions left: send again, wait twice as long
//!           to this peer wait           ▼ │
//!   Queued ──────────────────────▶ Outstanding ──▶ gone: ACK or RST received, or the owner lost interest
//!      │                                │
//!      └──▶ gone: no interest any more  └────────▶ gone: timeout, no transmissions left
//! ```
//! A NON request is here too: it is sent once and waits for its response, so that no more is sent to a peer that doesn't
//! answer than PROBING_RATE allows (section 4.7).

use super::Peer;
use super::deadline::{Deadlines, Timer};
use super::limits::{Limits, thousandths, thousandths_of};
use super::mix::{Hash, Random};
use super::places::Places;
use super::slots::{Key, Slots};
use super::writer::aged;
use crate::time::Instant;
use alloc::vec::Vec;
use core::time::Duration;

/// Whom it concerns what becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody: a separate response, or the last word to somebody.
    Nobody,
    /// A notification of this observation.
    Observation(Key),
    /// A request of this call.
    #[cfg(feature = "client")]
    Call(Key),
    /// A ping.
    #[cfg(feature = "client")]
    Ping,
}

/// A message that waits for its ACK.
#[derive(Debug)]
pub(super) struct Confirmable {
    pub(super) peer: Peer,
    pub(super) message_id: u16,
    pub(super) owner: Owner,
    pub(super) datagram: Vec<u8>,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for earlier ones to the same peer.
    Queued { order: u32 },
    /// It is sent, and waits for its ACK.
    Outstanding { retransmissions: u8, timeout: Duration },
}

impl Confirmable {
    pub(super) fn is_confirmable(&self) -> bool {
        // the type's bits are 0
        self.datagram.first().is_some_and(|first| first & 0x30 == 0)
    }
}

/// What a timeout of a message means.
#[derive(Debug)]
pub(super) enum Due {
    /// It is to be sent again.
    Again,
    /// It was sent often enough.
    GivenUp(Confirmable),
}

/// Our messages that wait for their ACK, found by peer and message id.
#[derive(Debug)]
pub(super) struct Confirmables {
    entries: Slots<Confirmable>,
    by_id: Places,
    by_peer: Places,
    /// Counts what is queued, to send it in order.
    order: u32,
    seed: u64,
}

impl Confirmables {
    pub(super) const fn new(seed: u64) -> Confirmables {
        Confirmables { entries: Slots::new(), by_id: Places::new(), by_peer: Places::new(), order: 0, seed }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: Key) -> Option<&Confirmable> {
        self.entries.get(key)
    }

    pub(super) fn find(&self, peer: &Peer, message_id: u16) -> Option<Key> {
        let is_meant = |entry: &Confirmable| entry.message_id == message_id && entry.peer.is(peer);
        let place = self.by_id.find(self.hash(peer, message_id), &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// The message that the peer can have received.
    pub(super) fn find_sent(&self, peer: &Peer, message_id: u16) -> Option<Key> {
        let key = self.find(peer, message_id)?;
        self.get(key).filter(|confirmable| matches!(confirmable.state, State::Outstanding { .. })).map(|_| key)
    }

    fn hash(&self, peer: &Peer, message_id: u16) -> u64 {
        Hash::new(self.seed).message(peer, message_id)
    }

    /// Takes charge of a message, which waits until it is started.
    pub(super) fn insert(&mut self, peer: Peer, message_id: u16, owner: Owner, datagram: Vec<u8>) -> Key {
        self.order = self.order.wrapping_add(1);
        let state = State::Queued { order: self.order };
        let key = self.entries.insert(Confirmable { peer, message_id, owner, datagram, state });
        self.by_id.insert(self.hash(&peer, message_id), key.index());
        self.by_peer.insert(Hash::new(self.seed).peer(&peer).finish(), key.index());
        key
    }

    /// Every message to a peer.
    fn each(&self, peer: &Peer, mut look: impl FnMut(Key, &Confirmable)) {
        let hash = Hash::new(self.seed).peer(peer).finish();
        self.by_peer.find(hash, &mut |place| {
            if let Some(key) = self.entries.key_at(place)
                && let Some(confirmable) = self.entries.get(key)
                && confirmable.peer.is(peer)
            {
                look(key, confirmable);
            }
            false
        });
    }

    /// The message to this peer that waits longest, if another may be started.
    pub(super) fn next_to_start(&self, peer: &Peer, limits: &Limits) -> Option<Key> {
        let (mut outstanding, mut next) = (0, None);
        self.each(peer, |key, confirmable| match confirmable.state {
            State::Outstanding { .. } => outstanding += 1,
            State::Queued { order } => {
                let waits = self.order.wrapping_sub(order);
                if next.is_none_or(|(longest, _)| waits > longest) {
                    next = Some((waits, key));
                }
            }
        });
        next.filter(|_| outstanding < limits.nstart.max(1)).map(|(_, key)| key)
    }

    /// The first transmission, which is the caller's.
    pub(super) fn start(
        &mut self,
        now: Instant,
        key: Key,
        limits: &Limits,
        random: &mut Random,
        deadlines: &mut Deadlines,
    ) {
        let Some(confirmable) = self.entries.get_mut(key) else { return };
        let timeout = if confirmable.is_confirmable() {
            // RFC 7252 section 4.2: between ACK_TIMEOUT and ACK_TIMEOUT * ACK_RANDOM_FACTOR.
            let spread = limits.ack_random_factor.saturating_sub(1000);
            thousandths(limits.ack_timeout, 1000 + thousandths_of(spread, random.thousandths()))
        } else {
            let bytes = u32::try_from(confirmable.datagram.len()).unwrap_or(u32::MAX);
            let seconds = bytes.checked_div(limits.probing_rate).unwrap_or(0);
            limits.max_transmit_wait().max(Duration::from_secs(u64::from(seconds)))
        };
        confirmable.state = State::Outstanding { retransmissions: 0, timeout };
        deadlines.start(Timer::Retransmit(key), now + timeout);
    }

    /// Forgets a message.
    pub(super) fn remove(&mut self, key: Key, deadlines: &mut Deadlines) -> Option<Confirmable> {
        let confirmable = self.entries.remove(key)?;
        self.by_id.remove(key.index());
        self.by_peer.remove(key.index());
        if let State::Outstanding { .. } = confirmable.state {
            deadlines.stop(Timer::Retransmit(key));
        }
        Some(confirmable)
    }

    /// Puts newer content into a message that is about to be sent again, under a new id (RFC 7641 section 4.5.2).
    pub(super) fn replace(&mut self, key: Key, message_id: u16, datagram: Vec<u8>) {
        let Some(confirmable) = self.entries.get_mut(key) else { return };
        confirmable.message_id = message_id;
        confirmable.datagram = datagram;
        let hash = Hash::new(self.seed).message(&confirmable.peer, message_id);
        self.by_id.remove(key.index());
        self.by_id.insert(hash, key.index());
    }

    /// Its deadline has come.
    pub(super) fn timed_out(
        &mut self,
        now: Instant,
        key: Key,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> Option<Due> {
        let confirmable = self.entries.get_mut(key)?;
        let sent_once = !confirmable.is_confirmable();
        let State::Outstanding { retransmissions, timeout } = &mut confirmable.state else { return None };
        if sent_once || *retransmissions >= limits.max_retransmit {
            return self.remove(key, deadlines).map(Due::GivenUp);
        }
        // what is left of a second counts, so that nothing is said to be fresher than it is
        if let Some(aged) = aged(&confirmable.datagram, timeout.as_secs() + 1) {
            confirmable.datagram = aged;
        }
        *retransmissions += 1;
        *timeout = timeout.saturating_add(*timeout);
        deadlines.start(Timer::Retransmit(key), now + *timeout);
        Some(Due::Again)
    }
}

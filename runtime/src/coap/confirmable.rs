//! Our own confirmable messages: RFC 7252 section 4.2.
//!
//! ```text
//!            ┌─ timeout, transmissions left: send again, wait twice as long
//!            ▼ │
//!   ───▶ Outstanding ──▶ gone: ACK or RST received, or the owner lost interest
//!            │
//!            └─────────▶ gone: timeout, no transmissions left
//! ```

use super::Peer;
use super::deadline::{Deadlines, Timer};
use super::limits::{Limits, thousandths, thousandths_of};
use super::mix::{Hash, Random};
use super::places::Places;
use super::slots::{Key, Slots};
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
}

/// A message that waits for its ACK.
#[derive(Debug)]
pub(super) struct Confirmable {
    pub(super) peer: Peer,
    pub(super) message_id: u16,
    pub(super) owner: Owner,
    pub(super) datagram: Vec<u8>,
    retransmissions: u8,
    timeout: Duration,
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
    seed: u64,
}

impl Confirmables {
    pub(super) const fn new(seed: u64) -> Confirmables {
        Confirmables { entries: Slots::new(), by_id: Places::new(), seed }
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

    fn hash(&self, peer: &Peer, message_id: u16) -> u64 {
        Hash::new(self.seed).message(peer, message_id)
    }

    /// Takes charge of a message; its first transmission is the caller's.
    #[expect(clippy::too_many_arguments, reason = "what a transmission needs to know comes from six places")]
    pub(super) fn insert(
        &mut self,
        now: Instant,
        peer: Peer,
        message_id: u16,
        owner: Owner,
        datagram: Vec<u8>,
        limits: &Limits,
        random: &mut Random,
        deadlines: &mut Deadlines,
    ) -> Key {
        // RFC 7252 section 4.2: between ACK_TIMEOUT and ACK_TIMEOUT * ACK_RANDOM_FACTOR.
        let spread = limits.ack_random_factor.saturating_sub(1000);
        let timeout = thousandths(limits.ack_timeout, 1000 + thousandths_of(spread, random.thousandths()));
        let key = self.entries.insert(Confirmable { peer, message_id, owner, datagram, retransmissions: 0, timeout });
        self.by_id.insert(self.hash(&peer, message_id), key.index());
        deadlines.start(Timer::Retransmit(key), now + timeout);
        key
    }

    /// Forgets a message.
    pub(super) fn remove(&mut self, key: Key, deadlines: &mut Deadlines) -> Option<Confirmable> {
        let confirmable = self.entries.remove(key)?;
        self.by_id.remove(key.index());
        deadlines.stop(Timer::Retransmit(key));
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
        if confirmable.retransmissions >= limits.max_retransmit {
            return self.remove(key, deadlines).map(Due::GivenUp);
        }
        confirmable.retransmissions += 1;
        confirmable.timeout = confirmable.timeout.saturating_add(confirmable.timeout);
        deadlines.start(Timer::Retransmit(key), now + confirmable.timeout);
        Some(Due::Again)
    }
}

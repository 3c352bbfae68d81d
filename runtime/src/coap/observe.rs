//! Observations of our resources, and the order of notifications: RFC 7641.

use super::Peer;
use super::block::CacheKey;
use super::limits::Limits;
use super::message::Token;
use super::mix::Hash;
use super::places::Places;
use super::slots::{Key, Slots};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec::Vec;
#[cfg(any(feature = "client", test))]
use core::time::Duration;

/// What a request with the Observe option asks for (RFC 7641 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observe {
    /// 0: to be told of changes.
    Register,
    /// 1: no longer to be told.
    Deregister,
}

/// How far the notifications of an observation are.
///
/// ```text
///           notify: NON                       notify: keep the newest
///            ┌────┐         notify: CON            ┌────┐
///            │    ▼      ──────────────────▶       │    ▼
///            └── Idle                       InFlight(newest)
///                        ◀──────────────────
///                         ACK; the newest, if any, is sent
/// ```
/// RST, the end of the retransmissions, Observe 1 and an error code end the observation from any state. When a
/// notification is sent again, the newest goes in its place (RFC 7641 section 4.5.2).
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Idle,
    InFlight { message: Key, newest: Option<Box<Newest>> },
}

/// A notification that waits for the ACK of the one before it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Newest(pub(super) Vec<u8>);

/// One observer of one request's result. There may be ten thousands.
#[derive(Debug)]
pub(super) struct Observation {
    pub(super) peer: Peer,
    pub(super) token: Token,
    pub(super) key: CacheKey,
    /// The block size that the observer asked for.
    pub(super) exponent: Option<u8>,
    pub(super) state: State,
    /// The last NON, so that its RST is known.
    pub(super) last_id: Option<u16>,
    pub(super) last_confirmable: Instant,
    /// The number of the last notification (RFC 7641 section 4.4).
    pub(super) number: u32,
    /// The Content-Format of all notifications (RFC 7641 section 4.2); `None` before the first that has one.
    pub(super) content_format: Option<u16>,
    /// Until then a notification that follows is a CON.
    pub(super) paced_until: Instant,
    pub(super) unconfirmed: u32,
    /// Every notification is a CON.
    pub(super) confirmed: bool,
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<Observation>() <= 120);

impl Observation {
    /// Whether the next notification is to be a CON: now and then (RFC 7641 section 4.5), and when one follows the other
    /// faster than NONs may, so that the ACK sets the pace (section 4.5.1).
    pub(super) fn wants_confirmable(&self, now: Instant, limits: &Limits) -> bool {
        self.confirmed
            || now >= self.last_confirmable + limits.notify_confirmable_after
            || self.unconfirmed >= limits.notify_confirmable_every
            || now < self.paced_until
    }
}

/// The observations, found by peer and token.
#[derive(Debug)]
pub(super) struct Observations {
    entries: Slots<Observation>,
    by_token: Places,
    by_peer: Places,
    seed: u64,
}

impl Observations {
    pub(super) const fn new(seed: u64) -> Observations {
        Observations { entries: Slots::new(), by_token: Places::new(), by_peer: Places::new(), seed }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: Key) -> Option<&Observation> {
        self.entries.get(key)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Observation> {
        self.entries.get_mut(key)
    }

    pub(super) fn find(&self, peer: &Peer, token: &[u8]) -> Option<Key> {
        let is_meant = |one: &Observation| one.token.as_slice() == token && one.peer.is(peer);
        let hash = self.hash(peer).bytes(token).finish();
        let place = self.by_token.find(hash, &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// The observation whose last NON had this id.
    pub(super) fn find_by_id(&self, peer: &Peer, message_id: u16) -> Option<Key> {
        let is_meant = |one: &Observation| one.last_id == Some(message_id) && one.peer.is(peer);
        let hash = self.hash(peer).finish();
        let place = self.by_peer.find(hash, &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// An observation of this peer.
    #[cfg(feature = "tcp")]
    pub(super) fn find_by_peer(&self, peer: &Peer) -> Option<Key> {
        let hash = self.hash(peer).finish();
        let place = self.by_peer.find(hash, &mut |place| self.entries.is_at(place, |one| one.peer.is(peer)))?;
        self.entries.key_at(place)
    }

    /// Adds an observation; the one with the same peer and token must be gone.
    pub(super) fn insert(&mut self, observation: Observation) -> Key {
        let hash = self.hash(&observation.peer);
        let of_token = hash.bytes(observation.token.as_slice()).finish();
        let key = self.entries.insert(observation);
        self.by_token.insert(of_token, key.index());
        self.by_peer.insert(hash.finish(), key.index());
        key
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<Observation> {
        let observation = self.entries.remove(key)?;
        self.by_token.remove(key.index());
        self.by_peer.remove(key.index());
        Some(observation)
    }

    fn hash(&self, peer: &Peer) -> Hash {
        Hash::new(self.seed).peer(peer)
    }
}

/// The number of a notification has 24 bits (RFC 7641 section 2).
pub(super) const NUMBERS: u32 = 1 << 24;

/// The number after the last one: a clock whose ticks of 32 µs count 2^23 in 268 s, and one more where that has not gone
/// on (RFC 7641 section 4.4).
pub(super) fn number_after(last: u32, now: Instant) -> u32 {
    let clock = u32::try_from((now.as_micros() >> 5) % u64::from(NUMBERS)).unwrap_or(0);
    let ahead = clock.wrapping_sub(last) % NUMBERS;
    if (1..NUMBERS / 2).contains(&ahead) { clock } else { (last + 1) % NUMBERS }
}

/// Whether a notification is fresher than the freshest so far (RFC 7641 section 3.4).
#[cfg(any(feature = "client", test))]
pub(super) fn is_fresher(freshest: (u32, Instant), incoming: (u32, Instant)) -> bool {
    let ((v1, t1), (v2, t2)) = (freshest, incoming);
    const HALF: u32 = NUMBERS / 2;
    (v1 < v2 && v2 - v1 < HALF) || (v1 > v2 && v1 - v2 > HALF) || t2 > t1 + Duration::from_secs(128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn freshness_follows_the_three_conditions() {
        let second = Instant::from_secs(1);
        for (v1, v2, seconds, expected) in [
            (1, 2, 0, true),
            (2, 1, 0, false),
            (5, 5, 0, false),
            (NUMBERS - 1, 0, 0, true),
            (0, NUMBERS - 1, 0, false),
            (0, NUMBERS / 2, 0, false),
            (2, 1, 128, false),
            (2, 1, 129, true),
        ] {
            let later = second + Duration::from_secs(seconds);
            assert_eq!(is_fresher((v1, second), (v2, later)), expected, "{v1} {v2} {seconds}");
        }
    }
}

//! Bodies that are fetched block by block: Block2 (RFC 7959 section 2.4).

use super::Peer;
use super::block::CacheKey;
use super::code::Code;
use super::deadline::{Deadlines, Timer};
use super::limits::Limits;
use super::slots::{Key, Slots};
use crate::time::Instant;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// A body that is fetched block by block.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) code: Code,
    /// A message with the response's options and nothing else.
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

#[derive(Debug)]
struct KeptEntry {
    peer: Peer,
    key: CacheKey,
    kept: Kept,
    touched: Instant,
}

/// The bodies that are fetched. They are dropped by silence, or when room is needed; the request for a further block
/// then reaches the application, and the block is cut from the answer that it gives now.
#[derive(Debug)]
pub(super) struct KeptBodies {
    entries: Slots<KeptEntry>,
}

impl KeptBodies {
    pub(super) const fn new() -> KeptBodies {
        KeptBodies { entries: Slots::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.iter().map(|(_, entry)| entry.kept.body.capacity() + entry.kept.head.capacity()).sum()
    }

    /// Keeps a body in place of an older one for the same request; whether one for another gave way.
    pub(super) fn keep(
        &mut self,
        now: Instant,
        peer: Peer,
        key: CacheKey,
        kept: Kept,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> bool {
        let same = self.entries.least(|entry| (entry.key == key && entry.peer.is(&peer)).then_some(entry.touched));
        let given_way = match same {
            None if self.entries.len() >= limits.transfers => self.entries.least(|entry| Some(entry.touched)),
            same => same,
        };
        if let Some(place) = given_way
            && self.entries.remove(place).is_some()
        {
            deadlines.stop(Timer::Kept(place));
        }
        let another = same.is_none() && given_way.is_some();
        if limits.transfers == 0 {
            return another;
        }
        let place = self.entries.insert(KeptEntry { peer, key, kept, touched: now });
        self.touch(now, place, limits, deadlines);
        another
    }

    /// Whether there is a body that a request for a further block means.
    pub(super) fn holds(&self, peer: &Peer, further: CacheKey) -> bool {
        self.entries.iter().any(|(_, entry)| entry.peer.is(peer) && entry.key.is_continued_by(further))
    }

    /// The body that a request for a further block means.
    pub(super) fn find(
        &mut self,
        now: Instant,
        peer: &Peer,
        further: CacheKey,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> Option<&Kept> {
        let meant = |entry: &KeptEntry| entry.peer.is(peer) && entry.key.is_continued_by(further);
        // the one touched last
        let place = self.entries.least(|entry| meant(entry).then_some(Reverse(entry.touched)))?;
        self.touch(now, place, limits, deadlines);
        self.entries.get(place).map(|entry| &entry.kept)
    }

    /// Its deadline has come.
    pub(super) fn timed_out(&mut self, key: Key) {
        self.entries.remove(key);
    }

    /// The peer is gone.
    #[cfg(feature = "tcp")]
    pub(super) fn forget(&mut self, peer: &Peer, deadlines: &mut Deadlines) {
        while let Some(key) = self.entries.least(|entry| entry.peer.is(peer).then_some(())) {
            deadlines.stop(Timer::Kept(key));
            self.entries.remove(key);
        }
    }

    fn touch(&mut self, now: Instant, place: Key, limits: &Limits, deadlines: &mut Deadlines) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        entry.touched = now;
        deadlines.restart(Timer::Kept(place), now + limits.transfer_timeout);
    }
}

//! What is remembered of peers: who has shown that it is at its address, and the Echo values that servers gave us.
//!
//! An answer larger than its request, sent to an address that somebody else wrote into a datagram, is an attack on that
//! address (RFC 7252 section 11.3). A peer has shown that it is there when it knew what we sent to it.

use super::Peer;
use super::endpoint::Endpoint;
use super::exchange::take_out;
use super::limits::Unverified;
use super::mix::Hash;
use super::places::Places;
use super::slots::{Key, Slots};
use crate::time::Instant;
#[cfg(feature = "client")]
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use core::time::Duration;

#[derive(Debug)]
struct Known {
    peer: Peer,
    /// `None`: for good.
    until: Option<Instant>,
    /// The Echo value that it gave us, for the next request to it (RFC 9175 section 2.3).
    #[cfg(feature = "client")]
    echo: Option<Box<[u8]>>,
}

/// The peers that are known, for a while from when they last showed that they are there.
#[derive(Debug)]
pub(super) struct Peers {
    entries: Slots<Known>,
    by_peer: Places,
    /// In the order in which they become unknown, but for those that were known anew since.
    queue: VecDeque<Key>,
    seed: u64,
}

impl Peers {
    pub(super) const fn new(seed: u64) -> Peers {
        Peers { entries: Slots::new(), by_peer: Places::new(), queue: VecDeque::new(), seed }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    fn hash(&self, peer: &Peer) -> u64 {
        Hash::new(self.seed).peer(peer).finish()
    }

    fn find(&self, peer: &Peer) -> Option<Key> {
        let is_meant = |known: &Known| known.peer.is(peer);
        let place = self.by_peer.find(self.hash(peer), &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// Remembers a peer; `None` if there is no room, not even that of the one known longest, which is counted where it is
    /// taken.
    fn remember(&mut self, peer: Peer, until: Option<Instant>, most: usize, forgotten: &mut u64) -> Option<Key> {
        if let Some(key) = self.find(&peer) {
            let known = self.entries.get_mut(key)?;
            known.until = known.until.and(until);
            return Some(key);
        }
        if self.entries.len() >= most {
            let lasting = |key: &Key| self.entries.get(*key).is_some_and(|known| known.until.is_none());
            let place = self.queue.iter().position(|key| !lasting(key))?;
            let oldest = take_out(&mut self.queue, place)?;
            self.remove(oldest);
            *forgotten += 1;
        }
        let key = self.entries.insert(Known {
            peer,
            until,
            #[cfg(feature = "client")]
            echo: None,
        });
        self.by_peer.insert(self.hash(&peer), key.index());
        self.queue.push_back(key);
        Some(key)
    }

    fn remove(&mut self, key: Key) {
        if self.entries.remove(key).is_some() {
            self.by_peer.remove(key.index());
        }
    }

    /// A connection is gone.
    #[cfg(feature = "tcp")]
    pub(super) fn forget(&mut self, peer: &Peer) {
        if let Some(key) = self.find(peer) {
            self.remove(key);
            self.queue.retain(|own| *own != key);
        }
    }

    /// Forgets who has shown nothing for so long.
    pub(super) fn expire(&mut self, now: Instant) {
        for _ in 0..self.queue.len() {
            let Some(&key) = self.queue.front() else { return };
            let until = self.entries.get(key).and_then(|known| known.until);
            if until.is_some_and(|until| until > now) {
                return;
            }
            self.queue.pop_front();
            match self.entries.get(key) {
                Some(Known { until: None, .. }) => self.queue.push_back(key),
                _ => self.remove(key),
            }
        }
    }

    /// When [`Peers::expire`] has something to do.
    pub(super) fn next(&self) -> Option<Instant> {
        self.entries.get(*self.queue.front()?)?.until
    }
}

impl Endpoint {
    /// Counts a peer as one that is at its address, as long as the endpoint lives: for servers that we registered with.
    /// At most `Limits::peers` are remembered.
    pub fn trust(&mut self, peer: Peer) {
        self.peers.remember(peer, None, self.limits.peers, &mut self.counters.peers_forgotten);
    }

    /// The peer has shown that it is at its address: it acknowledged a CON of ours, asked for a further block, or
    /// brought an Echo value.
    pub(super) fn verified(&mut self, now: Instant, peer: &Peer) {
        if !peer.is_in_session() {
            let until = now + self.limits.peer_timeout;
            self.peers.remember(*peer, Some(until), self.limits.peers, &mut self.counters.peers_forgotten);
        }
    }

    /// Whether it is so. Who speaks in a session has shown it when the session began.
    pub(super) fn is_verified(&self, peer: &Peer) -> bool {
        self.limits.unverified == Unverified::Trusted
            || peer.is_in_session()
            || (self.limits.trust_loopback && peer.address.ip().to_canonical().is_loopback())
            || self.peers.find(peer).is_some()
    }

    /// Bytes of payload that the answer to a request of so many bytes may have, whose token and options are given.
    /// `None`: any number.
    pub(super) fn room_for_unverified(&self, peer: &Peer, asked: usize, token_and_options: usize) -> Option<usize> {
        let most = match self.limits.unverified {
            // RFC 9175 section 2.4, item 3: three times what came, of which `bytes` is what a request of a header may get
            Unverified::SmallAnswers { bytes } => usize::from(bytes) + 3 * asked.saturating_sub(4),
            Unverified::Challenged | Unverified::Trusted => return None,
        };
        (!self.is_verified(peer)).then(|| most.saturating_sub(HEADER + token_and_options))
    }

    /// A value that only this peer is given, and that tells its age (RFC 9175 appendix A, item 2). The hash is no
    /// cryptography: a value shows where a peer is; how fresh a request is, is shown to a session alone.
    pub(super) fn echo_value(&self, now: Instant, peer: &Peer) -> [u8; 12] {
        self.echo_of(seconds(now), peer)
    }

    fn echo_of(&self, seconds: u32, peer: &Peer) -> [u8; 12] {
        let tag = Hash::new(self.seed).number(u64::from(seconds)).peer(peer).number(self.seed.rotate_left(32));
        let (mut value, mut bytes) = ([0; 12], seconds.to_be_bytes().into_iter().chain(tag.finish().to_be_bytes()));
        value.fill_with(|| bytes.next().unwrap_or(0));
        value
    }

    /// How old an Echo value is, if it is ours and of this peer.
    pub(super) fn echo_age(&self, now: Instant, peer: &Peer, value: &[u8]) -> Option<Duration> {
        let made = u32::from_be_bytes(*value.first_chunk()?);
        let age = seconds(now).checked_sub(made)?;
        (value == self.echo_of(made, peer)).then(|| Duration::from_secs(u64::from(age)))
    }

    /// Keeps the Echo value of a response for the next request.
    #[cfg(feature = "client")]
    pub(super) fn keep_echo(&mut self, now: Instant, peer: &Peer, value: &[u8]) {
        let until = now + self.limits.peer_timeout;
        let forgotten = &mut self.counters.peers_forgotten;
        if (1..=40).contains(&value.len())
            && let Some(key) = self.peers.remember(*peer, Some(until), self.limits.peers, forgotten)
            && let Some(known) = self.peers.entries.get_mut(key)
        {
            known.echo = Some(value.into());
        }
    }

    /// The Echo value for the next request to this peer.
    #[cfg(feature = "client")]
    pub(super) fn take_echo(&mut self, peer: &Peer) -> Option<Box<[u8]>> {
        let key = self.peers.find(peer)?;
        self.peers.entries.get_mut(key)?.echo.take()
    }
}

/// Header, payload marker, and the endpoint's own options: Observe, Content-Format, Max-Age, ETag, Block2, Block1, Size2.
const HEADER: usize = 4 + 1 + 4 + 3 + 2 + 9 + 4 + 4 + 5;

fn seconds(now: Instant) -> u32 {
    u32::try_from(now.as_millis() / 1000).unwrap_or(u32::MAX)
}

//! Requests of others: deduplication and the state of their answer (RFC 7252 sections 4.2, 4.3, 4.5, 5.2).

use super::block::{Block, CacheKey};
use super::limits::Limits;
use super::message::Token;
use super::mix::Hash;
use super::places::Places;
use super::slots::{Key, Slots};
use super::{Observe, Peer};
use crate::time::{Instant, earlier};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// How far the answer to a request is.
///
/// ```text
///             respond: ACK with response
///   Received ────────────────────────────▶ Answered(reply)
///      │ defer, or separate_delay: empty ACK      ▲
///      │ (a NON has no ACK)                       │ a duplicate gets the reply again
///      ▼                                          ╵
///   Deferred ────────────────────────────▶ Separate
///             respond: a message of its own       ▲
///                                                 ╵ a duplicate gets the empty ACK again
/// ```
/// Each state ends with the exchange's lifetime, or when the table is full.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Received,
    Deferred,
    Answered(Vec<u8>),
    Separate,
}

impl State {
    /// Whether an answer is still to come.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, State::Received | State::Deferred)
    }
}

/// What a duplicate of a request gets.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Nothing: the answer is on its way, or the request was a NON.
    Silence,
    /// The empty ACK again.
    Acknowledgement,
    /// The reply again.
    Reply,
}

/// A request of a peer.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) peer: Peer,
    pub(super) message_id: u16,
    pub(super) confirmable: bool,
    pub(super) safe: bool,
    pub(super) token: Token,
    pub(super) key: CacheKey,
    pub(super) block1: Option<Block>,
    pub(super) block2: Option<Block>,
    /// Whether Size2 is asked for.
    pub(super) size2: bool,
    pub(super) observe: Option<Observe>,
    pub(super) state: State,
    pub(super) received: Instant,
}

impl Exchange {
    pub(super) fn repeat(&self) -> Repeat {
        match &self.state {
            _ if !self.confirmable => Repeat::Silence,
            State::Received => Repeat::Silence,
            State::Deferred | State::Separate => Repeat::Acknowledgement,
            State::Answered(_) => Repeat::Reply,
        }
    }
}

/// The requests of all peers, found by peer and message id.
#[derive(Debug)]
pub(super) struct Exchanges {
    entries: Slots<Exchange>,
    by_id: Places,
    /// Oldest first, by [`queue`]: they end in this order.
    queues: [VecDeque<Key>; 4],
    /// CONs in the order they came; those in front that have an acknowledgement are dropped.
    unacknowledged: VecDeque<Key>,
    seed: u64,
}

/// CON and NON have different lifetimes; what only reads is forgotten first.
fn queue(confirmable: bool, safe: bool) -> usize {
    usize::from(confirmable) * 2 + usize::from(safe)
}

impl Exchanges {
    pub(super) fn new(seed: u64) -> Exchanges {
        let queues = [const { VecDeque::new() }; 4];
        Exchanges { entries: Slots::new(), by_id: Places::new(), queues, unacknowledged: VecDeque::new(), seed }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: Key) -> Option<&Exchange> {
        self.entries.get(key)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut Exchange> {
        self.entries.get_mut(key)
    }

    pub(super) fn find(&self, peer: &Peer, message_id: u16) -> Option<Key> {
        let is_meant = |exchange: &Exchange| exchange.message_id == message_id && exchange.peer.is(peer);
        let hash = Hash::new(self.seed).message(peer, message_id);
        let place = self.by_id.find(hash, &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// Remembers a request; `None` if the table is full of requests without an answer.
    pub(super) fn insert(&mut self, exchange: Exchange, limits: &Limits) -> Option<Key> {
        if self.entries.len() >= limits.exchanges && !self.forget_oldest_answered() {
            return None;
        }
        let (confirmable, safe) = (exchange.confirmable, exchange.safe);
        let hash = Hash::new(self.seed).message(&exchange.peer, exchange.message_id);
        let key = self.entries.insert(exchange);
        self.by_id.insert(hash, key.index());
        if let Some(queue) = self.queues.get_mut(queue(confirmable, safe)) {
            queue.push_back(key);
        }
        if confirmable {
            self.unacknowledged.push_back(key);
        }
        Some(key)
    }

    /// Drops what is acknowledged from the front of the waiting CONs; to be called after each answer.
    pub(super) fn settle(&mut self) {
        while let Some(&key) = self.unacknowledged.front() {
            if self.get(key).is_some_and(|exchange| exchange.state == State::Received) {
                return;
            }
            self.unacknowledged.pop_front();
        }
    }

    /// Forgets what is older than its lifetime.
    pub(super) fn expire(&mut self, now: Instant, limits: &Limits) {
        for index in 0..self.queues.len() {
            while let Some(key) = self.front(index)
                && self.ends(key, limits).is_none_or(|end| end <= now)
            {
                if let Some(queue) = self.queues.get_mut(index) {
                    queue.pop_front();
                }
                self.remove(key);
            }
        }
        self.settle();
    }

    /// The oldest CON that waits for its ACK, and when it is to get it.
    pub(super) fn acknowledge_next(&self, limits: &Limits) -> Option<(Instant, Key)> {
        let key = *self.unacknowledged.front()?;
        Some((self.get(key)?.received + limits.separate_delay, key))
    }

    /// When [`Exchanges::expire`] or [`Exchanges::acknowledge_next`] has something to do.
    pub(super) fn next(&self, limits: &Limits) -> Option<Instant> {
        let mut next = self.acknowledge_next(limits).map(|(at, _)| at);
        for queue in &self.queues {
            next = earlier(next, queue.front().and_then(|key| self.ends(*key, limits)));
        }
        next
    }

    fn front(&self, index: usize) -> Option<Key> {
        self.queues.get(index)?.front().copied()
    }

    fn ends(&self, key: Key, limits: &Limits) -> Option<Instant> {
        let exchange = self.get(key)?;
        let lifetime = if exchange.confirmable { limits.exchange_lifetime() } else { limits.non_lifetime() };
        Some(exchange.received + lifetime)
    }

    fn forget_oldest_answered(&mut self) -> bool {
        for (safe, confirmable) in [(true, false), (true, true), (false, false), (false, true)] {
            let index = queue(confirmable, safe);
            let Some(queue) = self.queues.get(index) else { continue };
            let answered = |key: &Key| self.get(*key).is_none_or(|exchange| !exchange.state.is_open());
            let Some(place) = queue.iter().position(answered) else { continue };
            if let Some(key) = self.queues.get_mut(index).and_then(|queue| queue.remove(place)) {
                self.remove(key);
                return true;
            }
        }
        false
    }

    fn remove(&mut self, key: Key) {
        if self.entries.remove(key).is_some() {
            self.by_id.remove(key.index());
        }
    }
}

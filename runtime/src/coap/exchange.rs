//! Requests of others: deduplication and the state of their answer (RFC 7252 sections 4.2, 4.3, 4.5, 5.2).

use super::block::{Block, CacheKey};
use super::counters::Counters;
use super::incoming::Unwanted;
use super::limits::Limits;
use super::message::Token;
use super::mix::Hash;
use super::places::Places;
use super::slots::{Key, Slots};
use super::{Observe, Peer};
use crate::time::{Instant, earlier};
use alloc::boxed::Box;
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
///             respond: a message of its own    ▲  ▲
///   Received ──────────────▶ Held(answer) ─────┘  ╵ a duplicate gets the empty ACK again
///             to a group's request         leisure
/// ```
/// Where the client doesn't want the response (RFC 7967), it is left out, and a CON gets its empty ACK.
/// Each state ends with the exchange's lifetime, or when the table is full.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Received,
    Deferred,
    Answered(Vec<u8>),
    Separate,
    /// The answer to a request that came to a multicast address waits (RFC 7252 section 8.2).
    Held(Vec<u8>),
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
    /// Of the datagram.
    pub(super) bytes: usize,
    pub(super) block1: Option<Block>,
    /// The message id of the first block, where the request came in several.
    pub(super) first_id: u16,
    /// Its separate answer, where it came in blocks: for the last one when that comes anew.
    pub(super) told: Option<Box<[u8]>>,
    pub(super) block2: Option<Block>,
    /// Whether Size2 is asked for.
    pub(super) size2: bool,
    pub(super) unwanted: Unwanted,
    pub(super) etags: Vec<u64>,
    /// Whether it came to a multicast address.
    pub(super) to_group: bool,
    pub(super) observe: Option<Observe>,
    pub(super) state: State,
    pub(super) received: Instant,
    /// When its lifetime ends.
    pub(super) ends: Instant,
}

impl Exchange {
    /// Its answer, where another message may bring it again.
    pub(super) fn answer(&self) -> Option<&[u8]> {
        match &self.state {
            State::Answered(reply) => Some(reply),
            _ => self.told.as_deref(),
        }
    }

    pub(super) fn repeat(&self) -> Repeat {
        match &self.state {
            _ if !self.confirmable => Repeat::Silence,
            State::Received | State::Held(_) => Repeat::Silence,
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
    /// Requests that came in blocks, by peer and cache-key.
    by_transfer: Places,
    /// Oldest first, by [`queue`]: they end in this order.
    queues: [VecDeque<Key>; 4],
    /// CONs in the order they came; those in front that have an acknowledgement are dropped.
    unacknowledged: VecDeque<Key>,
    /// Those without an answer.
    open: Vec<Key>,
    /// The memory of the last reply that was forgotten, for the next one.
    spare: Vec<u8>,
    seed: u64,
}

/// Takes a key out from near the front of a queue, and keeps the order of the others.
pub(super) fn take_out(queue: &mut VecDeque<Key>, place: usize) -> Option<Key> {
    (0..place).rev().for_each(|at| queue.swap(at, at + 1));
    queue.pop_front()
}

/// CON and NON have different lifetimes; what only reads is forgotten first.
fn queue(confirmable: bool, safe: bool) -> usize {
    usize::from(confirmable) * 2 + usize::from(safe)
}

impl Exchanges {
    pub(super) fn new(seed: u64) -> Exchanges {
        let queues = [const { VecDeque::new() }; 4];
        let (by_id, by_transfer) = (Places::new(), Places::new());
        Exchanges {
            entries: Slots::new(),
            by_id,
            by_transfer,
            queues,
            unacknowledged: VecDeque::new(),
            open: Vec::new(),
            spare: Vec::new(),
            seed,
        }
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

    /// The request that came in blocks under these options last. No other transfer with them has begun since.
    pub(super) fn find_transfer(&self, peer: &Peer, options: u64) -> Option<Key> {
        let is_meant = |exchange: &Exchange| exchange.key.options == options && exchange.peer.is(peer);
        let hash = Hash::new(self.seed).number(options).peer(peer).finish();
        let place = self.by_transfer.find(hash, &mut |place| self.entries.is_at(place, is_meant))?;
        self.entries.key_at(place)
    }

    /// Another transfer with the same options begins.
    pub(super) fn forget_transfer(&mut self, key: Key) {
        self.by_transfer.remove(key.index());
    }

    /// Remembers a request; `None` if the table is full of requests without an answer.
    pub(super) fn insert(&mut self, exchange: Exchange, limits: &Limits, counters: &mut Counters) -> Option<Key> {
        if self.entries.len() >= limits.exchanges {
            if !self.forget_oldest_answered() {
                return None;
            }
            counters.forgotten += 1;
        }
        let (confirmable, safe, connected) = (exchange.confirmable, exchange.safe, exchange.peer.is_connected());
        let hash = Hash::new(self.seed).message(&exchange.peer, exchange.message_id);
        let in_blocks =
            cfg!(feature = "uploads") && exchange.block1.is_some_and(|block| block.number > 0) && !connected;
        let of_transfer = Hash::new(self.seed).number(exchange.key.options).peer(&exchange.peer).finish();
        let key = self.entries.insert(exchange);
        self.by_id.insert(hash, key.index());
        self.open.push(key);
        if in_blocks {
            self.by_transfer.insert(of_transfer, key.index());
        }
        // what comes over a connection comes once, and ends with its answer or the connection
        if connected {
            return Some(key);
        }
        if let Some(queue) = self.queues.get_mut(queue(confirmable, safe)) {
            queue.push_back(key);
        }
        if confirmable {
            self.unacknowledged.push_back(key);
        }
        Some(key)
    }

    /// Memory for a reply.
    pub(super) fn spare(&mut self, bytes: usize) -> Vec<u8> {
        let mut spare = core::mem::take(&mut self.spare);
        // a short reply doesn't keep the memory of a long one
        if spare.capacity() > 2 * bytes + 64 {
            spare = Vec::new();
        }
        spare.clear();
        spare.reserve(bytes);
        spare
    }

    /// How many requests of this peer have no answer yet.
    pub(super) fn open_of(&self, peer: &Peer) -> usize {
        let is_meant = |key: &&Key| self.get(**key).is_some_and(|exchange| exchange.peer.is(peer));
        self.open.iter().filter(is_meant).count()
    }

    /// The request has its answer.
    pub(super) fn conclude(&mut self, key: Key, state: State) {
        self.close(key);
        match self.entries.get_mut(key) {
            Some(exchange) if exchange.peer.is_connected() => self.remove(key),
            Some(exchange) => exchange.state = state,
            None => {}
        }
        self.settle();
    }

    fn close(&mut self, key: Key) {
        // most are answered at once
        if let Some(place) = self.open.iter().rposition(|open| *open == key) {
            self.open.swap_remove(place);
        }
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
    pub(super) fn expire(&mut self, now: Instant) {
        for index in 0..self.queues.len() {
            while let Some(key) = self.front(index)
                && self.get(key).is_none_or(|exchange| exchange.ends <= now)
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
            next = earlier(next, queue.front().and_then(|key| Some(self.get(*key)?.ends)));
        }
        next
    }

    fn front(&self, index: usize) -> Option<Key> {
        self.queues.get(index)?.front().copied()
    }

    fn forget_oldest_answered(&mut self) -> bool {
        for (safe, confirmable) in [(true, false), (true, true), (false, false), (false, true)] {
            let index = queue(confirmable, safe);
            let Some(queue) = self.queues.get(index) else { continue };
            let answered = |key: &Key| self.get(*key).is_none_or(|exchange| !exchange.state.is_open());
            let Some(place) = queue.iter().position(answered) else { continue };
            if let Some(key) = self.queues.get_mut(index).and_then(|queue| take_out(queue, place)) {
                self.remove(key);
                return true;
            }
        }
        false
    }

    /// Forgets the requests of a connection that is gone.
    #[cfg(feature = "tcp")]
    pub(super) fn forget(&mut self, peer: &Peer) {
        while let Some(key) = self.entries.least(|exchange| exchange.peer.is(peer).then_some(())) {
            self.remove(key);
        }
    }

    pub(super) fn remove(&mut self, key: Key) {
        if let Some(exchange) = self.entries.remove(key) {
            if exchange.state.is_open() {
                self.close(key);
            }
            self.by_id.remove(key.index());
            self.by_transfer.remove(key.index());
            if let State::Answered(reply) = exchange.state {
                self.spare = reply;
            }
        }
    }
}

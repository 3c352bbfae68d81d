//! Composes the machines: datagrams and time in, requests, datagrams, events and the next deadline out.
//!
//! The server's part (requests, responses, notifications) is in `server`, the client's in `client`.

use super::Peer;

#[cfg(feature = "tcp")]
use super::capacity::{Capabilities, Connections};
#[cfg(feature = "client")]
use super::client::Calls;
use super::code::Code;
use super::confirmable::{Confirmable, Confirmables, Due, Owner};
use super::counters::Counters;
use super::deadline::{Deadlines, Timer};
use super::exchange::{Exchanges, State as ExchangeState};
use super::kept::KeptBodies;
use super::limits::{Limits, Usage};
use super::message::{Message, MessageType};
use super::mix::{Hash, Random};
use super::observe::{Observations, State as ObservationState};
use super::peers::Peers;
use super::request::{Event, ObservationId, Received, Request};
use super::slots::Key;
use super::upload::Uploads;
use super::writer::{restamp, write_empty};
use crate::time::{Instant, earlier};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// A CoAP endpoint over datagrams, client and server at once. The module's page says how to drive it.
#[derive(Debug)]
pub struct Endpoint {
    pub(super) limits: Limits,
    pub(super) random: Random,
    /// Whether the datagram came to a multicast address.
    pub(super) to_group: bool,
    /// The time of the last call that told it.
    pub(super) now: Instant,
    pub(super) seed: u64,
    /// The last message ids: of groups, then each of the peers with the same hash.
    last_ids: Vec<u16>,
    pub(super) exchanges: Exchanges,
    pub(super) confirmables: Confirmables,
    pub(super) peers: Peers,
    pub(super) uploads: Uploads,
    pub(super) kept: KeptBodies,
    pub(super) observations: Observations,
    #[cfg(feature = "client")]
    pub(super) calls: Calls,
    pub(super) deadlines: Deadlines,
    #[cfg(feature = "tcp")]
    pub(super) connections: Connections,
    pub(super) counters: Counters,
    #[cfg(feature = "proxy-uri")]
    pub(super) names: Vec<super::local::Authority>,
    /// The last request that came in a proxy's form and was for us, without that.
    #[cfg(feature = "proxy-uri")]
    pub(super) local: Vec<u8>,
    outgoing: VecDeque<Outgoing>,
    pub(super) events: VecDeque<Event>,
    /// The body that the last datagram completed, while the caller may read it.
    pub(super) lent: Vec<u8>,
}

/// From here on message ids belong to requests to groups.
const GROUP_IDS: u16 = 0xf000;

/// A datagram that is to be sent; what is kept anyway is named only.
#[derive(Debug)]
pub(super) enum Outgoing {
    /// The reply that an exchange keeps.
    Reply(Key),
    /// A CON of ours.
    Confirmable(Key),
    /// An Empty message.
    Empty(Peer, MessageType, u16),
    /// Anything else.
    Datagram(Peer, Vec<u8>),
}

impl Endpoint {
    /// An endpoint without any state. The seed decides tokens, message ids and waiting times: a number that others
    /// can't foresee, or a fixed one to replay a run.
    pub fn new(limits: Limits, seed: u64) -> Endpoint {
        let mut random = Random::new(seed);
        let mut id = || u16::from_be_bytes(*random.number().to_be_bytes().first_chunk().unwrap_or(&[0; 2])) % GROUP_IDS;
        let last_ids = (0..=limits.peers.clamp(1, 1024)).map(|_| id()).collect();
        Endpoint {
            limits,
            now: Instant::START,
            to_group: false,
            seed: random.number(),
            last_ids,
            exchanges: Exchanges::new(random.number()),
            confirmables: Confirmables::new(random.number()),
            peers: Peers::new(random.number()),
            uploads: Uploads::new(),
            kept: KeptBodies::new(),
            observations: Observations::new(random.number()),
            #[cfg(feature = "client")]
            calls: Calls::new(
                random.number().to_be_bytes().first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes)),
            ),
            deadlines: Deadlines::default(),
            counters: Counters::default(),
            #[cfg(feature = "tcp")]
            connections: Connections::new(),
            #[cfg(feature = "proxy-uri")]
            names: Vec::new(),
            #[cfg(feature = "proxy-uri")]
            local: Vec::new(),
            outgoing: VecDeque::new(),
            events: VecDeque::new(),
            lent: Vec::new(),
            random,
        }
    }

    /// Takes a datagram. What it brings is lent; `None` if the endpoint dealt with it alone (acknowledgements,
    /// duplicates, pings, blocks in the middle, all that is malformed).
    pub fn handle_datagram<'a>(&'a mut self, now: Instant, peer: Peer, datagram: &'a [u8]) -> Option<Received<'a>> {
        self.to_group = false;
        self.handle(now, peer, datagram)
    }

    /// Takes a datagram that came to a multicast address. Of these only NON requests count, errors stay silent, and
    /// answers wait for a random part of [`Limits::leisure`] (RFC 7252 sections 8.1 and 8.2).
    #[cfg(feature = "multicast")]
    pub fn handle_multicast<'a>(&'a mut self, now: Instant, peer: Peer, datagram: &'a [u8]) -> Option<Received<'a>> {
        let message = Message::parse(datagram).ok()?;
        if message.kind() != MessageType::NonConfirmable || !message.code().is_request() {
            return None;
        }
        self.to_group = true;
        self.handle(now, peer, datagram)
    }

    #[inline(never)]
    fn handle<'a>(&'a mut self, now: Instant, peer: Peer, datagram: &'a [u8]) -> Option<Received<'a>> {
        self.lent = Vec::new();
        self.counters.received += 1;
        if !peer.is_source() {
            self.counters.malformed += 1;
            return None;
        }
        self.tick(now);
        let message = match Message::parse(datagram) {
            Ok(message) => message,
            Err(error) => {
                self.counters.malformed += 1;
                // RFC 7252 sections 4.2, 4.3: a CON is rejected by a reset, anything else ignored.
                if let Some((MessageType::Confirmable, id)) = error.header {
                    self.send_empty(peer, MessageType::Reset, id);
                }
                return None;
            }
        };
        let (kind, code, id) = (message.kind(), message.code(), message.id());
        match kind {
            MessageType::Confirmable | MessageType::NonConfirmable if code.is_request() => {
                let accepted = self.handle_request(now, &peer, &message, datagram.len())?;
                #[cfg(feature = "proxy-uri")]
                let message = if accepted.is_local { Message::parse(&self.local).ok()? } else { message };
                self.counters.requests += 1;
                let payload = if accepted.assembled { self.lent.as_slice() } else { message.payload() };
                return Some(Received::Request(Request {
                    id: accepted.id,
                    peer,
                    method: accepted.method,
                    content_format: accepted.content_format,
                    accept: accepted.accept,
                    observe: accepted.observe,
                    echo_age: accepted.echo_age,
                    if_none_match: accepted.if_none_match,
                    to_group: self.to_group,
                    payload,
                    message,
                }));
            }
            MessageType::Acknowledgement if code == Code::EMPTY => self.acknowledged(now, &peer, id),
            MessageType::Reset if code == Code::EMPTY => self.reset(&peer, id),
            // RFC 7252 section 4.2: an ACK with a request and a RST with content are ignored.
            MessageType::Reset => {}
            MessageType::Acknowledgement if code.is_request() => {}
            // RFC 7252 section 4.3: an Empty NON is ignored.
            MessageType::NonConfirmable if code == Code::EMPTY => {}
            // RFC 7252 section 4.2: the ping.
            MessageType::Confirmable if code == Code::EMPTY => self.send_empty(peer, MessageType::Reset, id),
            #[cfg(feature = "client")]
            MessageType::Confirmable | MessageType::NonConfirmable | MessageType::Acknowledgement => {
                return self.receive_response(now, peer, message);
            }
            #[cfg(not(feature = "client"))]
            MessageType::Confirmable => self.send_empty(peer, MessageType::Reset, id),
            #[cfg(not(feature = "client"))]
            MessageType::NonConfirmable | MessageType::Acknowledgement => {}
        }
        None
    }

    /// Does what is due. Early or repeated calls do nothing.
    #[inline(never)]
    pub fn handle_timeout(&mut self, now: Instant) {
        self.tick(now);
        while let Some((at, key)) = self.exchanges.acknowledge_next(&self.limits)
            && at <= now
        {
            self.acknowledge_request(key);
        }
        while let Some(timer) = self.deadlines.due(now) {
            match timer {
                Timer::Retransmit(key) => self.retransmit(now, key),
                Timer::Upload(key) if cfg!(feature = "uploads") => self.uploads.timed_out(key),
                Timer::Kept(key) if cfg!(feature = "kept-bodies") => self.kept.timed_out(key),
                Timer::Held(key) if cfg!(feature = "multicast") => self.send_held(key),
                Timer::Observation(key) if cfg!(feature = "elective") => self.observation_quiet(now, key),
                Timer::Observation(_) | Timer::Upload(_) | Timer::Kept(_) | Timer::Held(_) => {}
                #[cfg(feature = "client")]
                Timer::Response(key) => self.call_unanswered(now, key),
            }
        }
    }

    /// Puts the next datagram into the buffer, in place of what is in it, and says to whom it goes; `None` if there is
    /// none. To be called until then after every other call that takes `&mut self`.
    #[inline(never)]
    pub fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        loop {
            let outgoing = self.outgoing.pop_front()?;
            buffer.clear();
            match outgoing {
                Outgoing::Reply(key) => {
                    if let Some(exchange) = self.exchanges.get(key)
                        && let ExchangeState::Answered(reply) = &exchange.state
                    {
                        buffer.extend_from_slice(reply);
                        return Some(exchange.peer);
                    }
                }
                Outgoing::Confirmable(key) => {
                    if let Some(confirmable) = self.confirmables.get(key) {
                        buffer.extend_from_slice(&confirmable.datagram);
                        return Some(confirmable.peer);
                    }
                }
                Outgoing::Empty(peer, kind, id) => {
                    write_empty(buffer, kind, id);
                    return Some(peer);
                }
                Outgoing::Datagram(peer, datagram) => {
                    buffer.extend_from_slice(&datagram);
                    return Some(peer);
                }
            }
        }
    }

    /// What happened; to be called until `None` after every other call that takes `&mut self`.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When [`Endpoint::handle_timeout`] is to be called. The answer may change after every call that takes
    /// `&mut self`.
    pub fn poll_timeout(&self) -> Option<Instant> {
        earlier(earlier(self.exchanges.next(&self.limits), self.deadlines.next()), self.peers.next())
    }

    /// Tells what the other end of a connection can take: when its first CSM came, and each time one changes it.
    #[cfg(feature = "tcp")]
    pub fn connection_opened(&mut self, peer: Peer, capabilities: Capabilities) {
        self.connections.insert(peer, capabilities);
    }

    /// Tells that a connection is gone, and with it all that belongs to it (RFC 8323 section 3.4): requests without an
    /// answer, observations, transfers and calls.
    #[cfg(feature = "tcp")]
    pub fn connection_closed(&mut self, peer: Peer) {
        self.connections.remove(&peer);
        self.exchanges.forget(&peer);
        self.peers.forget(&peer);
        self.uploads.forget(&peer, &mut self.deadlines);
        self.kept.forget(&peer, &mut self.deadlines);
        while let Some(key) = self.observations.find_by_peer(&peer) {
            self.observation_lost(key);
        }
        #[cfg(feature = "client")]
        while let Some(key) = self.calls.find_by_peer(&peer) {
            self.fail_call(key, super::request::CallFailure::Disconnected);
        }
    }

    /// How much of [`Limits`] is in use.
    pub fn usage(&self) -> Usage {
        Usage {
            exchanges: self.exchanges.len(),
            confirmables: self.confirmables.len(),
            peers: self.peers.len(),
            observations: self.observations.len(),
            transfers: self.uploads.len() + self.kept.len(),
            transfer_bytes: self.uploads.bytes() + self.kept.bytes(),
            #[cfg(feature = "client")]
            calls: self.calls.len(),
            #[cfg(not(feature = "client"))]
            calls: 0,
        }
    }

    /// The limits it was made with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Forgets what has lived its time.
    fn tick(&mut self, now: Instant) {
        self.now = now;
        self.exchanges.expire(now);
        self.peers.expire(now);
    }

    /// What happened since it was made.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    pub(super) fn send(&mut self, outgoing: Outgoing) {
        self.counters.sent += 1;
        self.outgoing.push_back(outgoing);
    }

    pub(super) fn send_empty(&mut self, peer: Peer, kind: MessageType, id: u16) {
        self.send(Outgoing::Empty(peer, kind, id));
    }

    /// Sends a message as CON, or, when too many wait for their ACK and over a connection, as NON. Returns the CON's
    /// key.
    pub(super) fn send_confirmable(
        &mut self,
        now: Instant,
        peer: Peer,
        owner: Owner,
        mut datagram: Vec<u8>,
    ) -> Option<Key> {
        let id = self.new_message_id(&peer);
        if peer.is_connected() || self.confirmables.len() >= self.limits.confirmables {
            self.counters.unconfirmed += u64::from(!peer.is_connected());
            restamp(&mut datagram, MessageType::NonConfirmable, id);
            self.send(Outgoing::Datagram(peer, datagram));
            return None;
        }
        restamp(&mut datagram, MessageType::Confirmable, id);
        Some(self.send_awaited(now, peer, id, owner, datagram))
    }

    /// Sends a message for which something is expected, when it is its turn.
    pub(super) fn send_awaited(&mut self, now: Instant, peer: Peer, id: u16, owner: Owner, datagram: Vec<u8>) -> Key {
        self.now = now;
        let key = self.confirmables.insert(peer, id, owner, datagram);
        self.start_next(&peer);
        key
    }

    /// Sends what waits for its turn, as far as NSTART allows (RFC 7252 section 4.7). Of a notification the newest state
    /// goes out.
    pub(super) fn start_next(&mut self, peer: &Peer) {
        while let Some(key) = self.confirmables.next_to_start(peer, &self.limits) {
            self.freshen(key);
            let Endpoint { confirmables, limits, random, deadlines, .. } = self;
            confirmables.start(self.now, key, limits, random, deadlines);
            self.send(Outgoing::Confirmable(key));
        }
    }

    /// Nothing is expected for a message of ours any more; the next one to its peer may go.
    pub(super) fn remove_confirmable(&mut self, key: Key) -> Option<Confirmable> {
        let confirmable = self.confirmables.remove(key, &mut self.deadlines)?;
        self.start_next(&confirmable.peer);
        Some(confirmable)
    }

    /// A message id that no CON of ours to this peer has now. RFC 7252 section 4.4: a variable for some of the peers,
    /// whose first value is random. Groups have ids of their own, since a member may not tell what came to it from what
    /// came to its group.
    pub(super) fn new_message_id(&mut self, peer: &Peer) -> u16 {
        let of_peer = 1 + Hash::new(self.seed).peer(peer).within(self.last_ids.len().saturating_sub(1));
        let (place, first, last) = if peer.is_group() { (0, GROUP_IDS, u16::MAX) } else { (of_peer, 0, GROUP_IDS - 1) };
        let Some(id) = self.last_ids.get_mut(place) else { return first };
        loop {
            *id = if (first..last).contains(id) { *id + 1 } else { first };
            if self.confirmables.find(peer, *id).is_none() {
                return *id;
            }
        }
    }

    fn acknowledged(&mut self, now: Instant, peer: &Peer, id: u16) {
        let key = self.confirmables.find_sent(peer, id);
        // RFC 7252 section 4.3: a NON is not acknowledged.
        let is_expected = |key: &Key| self.confirmables.get(*key).is_some_and(Confirmable::is_confirmable);
        let Some(confirmable) = key.filter(is_expected).and_then(|key| self.remove_confirmable(key)) else { return };
        self.verified(now, peer);
        match confirmable.owner {
            Owner::Nobody => {}
            Owner::Observation(key) => self.notification_acknowledged(now, key),
            #[cfg(feature = "client")]
            Owner::Call(key) => self.call_acknowledged(now, key),
            // RFC 7252 section 4.2: whoever answers a ping by an ACK is there too.
            #[cfg(feature = "client")]
            Owner::Ping => self.events.push_back(Event::Pinged { peer: *peer, alive: true }),
        }
    }

    fn reset(&mut self, peer: &Peer, id: u16) {
        if let Some(confirmable) = self.take_confirmable(peer, id) {
            self.counters.resets += 1;
            match confirmable.owner {
                Owner::Nobody => {}
                Owner::Observation(key) => self.observation_lost(key),
                #[cfg(feature = "client")]
                Owner::Call(key) => self.fail_call(key, super::request::CallFailure::Reset),
                #[cfg(feature = "client")]
                Owner::Ping => self.events.push_back(Event::Pinged { peer: *peer, alive: true }),
            }
        } else if let Some(key) = self.observations.find_by_id(peer, id) {
            self.counters.resets += 1;
            self.observation_lost(key);
        }
    }

    pub(super) fn take_confirmable(&mut self, peer: &Peer, id: u16) -> Option<Confirmable> {
        let key = self.confirmables.find_sent(peer, id)?;
        self.remove_confirmable(key)
    }

    fn retransmit(&mut self, now: Instant, key: Key) {
        match self.confirmables.timed_out(now, key, &self.limits, &mut self.deadlines) {
            None => {}
            Some(Due::Again) => {
                self.counters.retransmissions += 1;
                self.freshen(key);
                self.send(Outgoing::Confirmable(key));
            }
            Some(Due::GivenUp(confirmable)) => {
                self.counters.given_up += 1;
                match confirmable.owner {
                    Owner::Nobody => {}
                    Owner::Observation(key) => self.observation_lost(key),
                    #[cfg(feature = "client")]
                    Owner::Call(key) => self.call_unanswered(now, key),
                    #[cfg(feature = "client")]
                    Owner::Ping => self.events.push_back(Event::Pinged { peer: confirmable.peer, alive: false }),
                }
                self.start_next(&confirmable.peer);
            }
        }
    }

    /// Puts the newest notification in the place of one that is about to be sent again.
    fn freshen(&mut self, message: Key) {
        let Some(confirmable) = self.confirmables.get(message) else { return };
        let (peer, Owner::Observation(key)) = (confirmable.peer, confirmable.owner) else { return };
        if let Some(observation) = self.observations.get_mut(key)
            && let ObservationState::InFlight { newest, .. } = &mut observation.state
            && let Some(newest) = newest.take()
        {
            let mut datagram = newest.0;
            let id = self.new_message_id(&peer);
            restamp(&mut datagram, MessageType::Confirmable, id);
            self.confirmables.replace(message, id, datagram);
        }
    }

    /// Ends an observation and says so.
    pub(super) fn observation_lost(&mut self, key: Key) {
        if self.drop_observation(key) {
            self.events.push_back(Event::ObservationEnded(ObservationId(key)));
        }
    }

    /// Ends an observation, and what is on its way for it.
    pub(super) fn drop_observation(&mut self, key: Key) -> bool {
        let Some(observation) = self.observations.remove(key) else { return false };
        self.deadlines.stop(Timer::Observation(key));
        if let ObservationState::InFlight { message, .. } = observation.state {
            self.remove_confirmable(message);
        }
        true
    }
}

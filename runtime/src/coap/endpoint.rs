//! Composes the machines: datagrams and time in, requests, datagrams, events and the next deadline out.
//!
//! The server's part (requests, responses, notifications) is in `server`, the client's in `client`.

use super::Peer;
use super::block::{KeptBodies, Uploads};
#[cfg(feature = "client")]
use super::client::Calls;
use super::code::Code;
use super::confirmable::{Confirmable, Confirmables, Due, Owner};
use super::deadline::{Deadlines, Timer};
use super::exchange::{Exchanges, State as ExchangeState};
use super::limits::{Limits, Usage};
use super::message::{Message, MessageType};
use super::mix::Random;
use super::observe::{Observations, State as ObservationState};
use super::request::{Event, ObservationId, Received, Request};
use super::slots::Key;
use super::writer::{restamp, write_empty};
use crate::time::{Instant, earlier};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// A CoAP endpoint over datagrams, client and server at once. The module's page says how to drive it.
#[derive(Debug)]
pub struct Endpoint {
    pub(super) limits: Limits,
    pub(super) random: Random,
    pub(super) seed: u64,
    next_id: u16,
    /// The number of the last notification (RFC 7641 section 4.4). One for all observations, so that it goes on when
    /// one registers anew.
    pub(super) sequence: u32,
    pub(super) exchanges: Exchanges,
    pub(super) confirmables: Confirmables,
    pub(super) uploads: Uploads,
    pub(super) kept: KeptBodies,
    pub(super) observations: Observations,
    #[cfg(feature = "client")]
    pub(super) calls: Calls,
    pub(super) deadlines: Deadlines,
    outgoing: VecDeque<Outgoing>,
    pub(super) events: VecDeque<Event>,
    /// The body that the last datagram completed, while the caller may read it.
    pub(super) lent: Vec<u8>,
}

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
        let [high, low, ..] = random.number().to_be_bytes();
        Endpoint {
            limits,
            seed: random.number(),
            next_id: u16::from_be_bytes([high, low]),
            sequence: 1,
            exchanges: Exchanges::new(random.number()),
            confirmables: Confirmables::new(random.number()),
            uploads: Uploads::new(),
            kept: KeptBodies::new(),
            observations: Observations::new(random.number()),
            #[cfg(feature = "client")]
            calls: Calls::new(),
            deadlines: Deadlines::default(),
            outgoing: VecDeque::new(),
            events: VecDeque::new(),
            lent: Vec::new(),
            random,
        }
    }

    /// Takes a datagram. What it brings is lent; `None` if the endpoint dealt with it alone (acknowledgements,
    /// duplicates, pings, blocks in the middle, all that is malformed).
    pub fn handle_datagram<'a>(&'a mut self, now: Instant, peer: Peer, datagram: &'a [u8]) -> Option<Received<'a>> {
        self.lent = Vec::new();
        if !peer.is_source() {
            return None;
        }
        self.exchanges.expire(now, &self.limits);
        let message = match Message::parse(datagram) {
            Ok(message) => message,
            Err(error) => {
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
                let accepted = self.handle_request(now, &peer, &message)?;
                let payload = if accepted.assembled { self.lent.as_slice() } else { message.payload() };
                return Some(Received::Request(Request {
                    id: accepted.id,
                    peer,
                    method: accepted.method,
                    content_format: accepted.content_format,
                    accept: accepted.accept,
                    observe: accepted.observe,
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
    pub fn handle_timeout(&mut self, now: Instant) {
        self.exchanges.expire(now, &self.limits);
        while let Some((at, key)) = self.exchanges.acknowledge_next(&self.limits)
            && at <= now
        {
            self.acknowledge_request(key);
        }
        while let Some(timer) = self.deadlines.due(now) {
            match timer {
                Timer::Retransmit(key) => self.retransmit(now, key),
                Timer::Upload(key) => self.uploads.timed_out(key),
                Timer::Kept(key) => self.kept.timed_out(key),
                #[cfg(feature = "client")]
                Timer::Response(key) => self.fail_call(key, super::request::CallFailure::TimedOut),
            }
        }
    }

    /// Puts the next datagram into the buffer, in place of what is in it, and says to whom it goes; `None` if there is
    /// none. To be called until then after every other call that takes `&mut self`.
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
        earlier(self.exchanges.next(&self.limits), self.deadlines.next())
    }

    /// How much of [`Limits`] is in use.
    pub fn usage(&self) -> Usage {
        Usage {
            exchanges: self.exchanges.len(),
            confirmables: self.confirmables.len(),
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

    pub(super) fn send(&mut self, outgoing: Outgoing) {
        self.outgoing.push_back(outgoing);
    }

    pub(super) fn send_empty(&mut self, peer: Peer, kind: MessageType, id: u16) {
        self.send(Outgoing::Empty(peer, kind, id));
    }

    /// Sends a message as CON, or, when too many wait for their ACK, as NON. Returns the CON's key.
    pub(super) fn send_confirmable(
        &mut self,
        now: Instant,
        peer: Peer,
        owner: Owner,
        mut datagram: Vec<u8>,
    ) -> Option<Key> {
        let id = self.new_message_id(&peer);
        if self.confirmables.len() >= self.limits.confirmables {
            restamp(&mut datagram, MessageType::NonConfirmable, id);
            self.send(Outgoing::Datagram(peer, datagram));
            return None;
        }
        restamp(&mut datagram, MessageType::Confirmable, id);
        let Endpoint { confirmables, limits, random, deadlines, .. } = self;
        let key = confirmables.insert(now, peer, id, owner, datagram, limits, random, deadlines);
        self.send(Outgoing::Confirmable(key));
        Some(key)
    }

    /// A message id that no CON of ours to this peer has now (RFC 7252 section 4.4: one counter for all).
    pub(super) fn new_message_id(&mut self, peer: &Peer) -> u16 {
        loop {
            self.next_id = self.next_id.wrapping_add(1);
            if self.confirmables.find(peer, self.next_id).is_none() {
                return self.next_id;
            }
        }
    }

    fn acknowledged(&mut self, now: Instant, peer: &Peer, id: u16) {
        let Some(confirmable) = self.take_confirmable(peer, id) else { return };
        match confirmable.owner {
            Owner::Nobody => {}
            Owner::Observation(key) => self.notification_acknowledged(now, key),
            #[cfg(feature = "client")]
            Owner::Call(key) => self.call_acknowledged(now, key),
        }
    }

    fn reset(&mut self, peer: &Peer, id: u16) {
        if let Some(confirmable) = self.take_confirmable(peer, id) {
            match confirmable.owner {
                Owner::Nobody => {}
                Owner::Observation(key) => self.observation_lost(key),
                #[cfg(feature = "client")]
                Owner::Call(key) => self.fail_call(key, super::request::CallFailure::Reset),
            }
        } else if let Some(key) = self.observations.find_by_id(peer, id) {
            self.observation_lost(key);
        }
    }

    pub(super) fn take_confirmable(&mut self, peer: &Peer, id: u16) -> Option<Confirmable> {
        let key = self.confirmables.find(peer, id)?;
        self.confirmables.remove(key, &mut self.deadlines)
    }

    fn retransmit(&mut self, now: Instant, key: Key) {
        match self.confirmables.timed_out(now, key, &self.limits, &mut self.deadlines) {
            None => {}
            Some(Due::Again) => {
                self.freshen(key);
                self.send(Outgoing::Confirmable(key));
            }
            Some(Due::GivenUp(confirmable)) => match confirmable.owner {
                Owner::Nobody => {}
                Owner::Observation(key) => self.observation_lost(key),
                #[cfg(feature = "client")]
                Owner::Call(key) => self.fail_call(key, super::request::CallFailure::TimedOut),
            },
        }
    }

    /// Puts the newest notification in the place of one that is about to be sent again.
    fn freshen(&mut self, message: Key) {
        let Some(confirmable) = self.confirmables.get(message) else { return };
        let (peer, Owner::Observation(key)) = (confirmable.peer, confirmable.owner) else { return };
        let id = self.new_message_id(&peer);
        if let Some(observation) = self.observations.get_mut(key)
            && let ObservationState::InFlight { newest, .. } = &mut observation.state
            && let Some(mut datagram) = newest.take()
        {
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
        if let ObservationState::InFlight { message, .. } = observation.state {
            self.confirmables.remove(message, &mut self.deadlines);
        }
        true
    }
}

//! The client's part of the endpoint: our requests and the responses to them.

use super::Peer;
use super::call::{Bounds, Call, Stage, Transfer, Verdict};
use super::code::Code;
use super::confirmable::Owner;
use super::deadline::Timer;
use super::endpoint::Endpoint;
use super::incoming::unrecognised;
use super::limits::thousandths;
use super::message::{Message, MessageType};
use super::mix::Hash;
use super::option::number;
use super::request::{CallFailure, CallId, Event, Full, IncomingResponse, OutgoingRequest, Received};
use super::slots::{Key, Slots};
use super::writer::{Writer, restamp, write_empty};
use crate::time::Instant;
use alloc::vec::Vec;
use core::time::Duration;

/// The requests of ours that wait for a response.
#[derive(Debug)]
pub(super) struct Calls {
    pub(super) entries: Slots<Call>,
    /// The Request-Tag of the last body in blocks.
    last_tag: u32,
    /// The last CONs that were acknowledged, as hashes of their peer and id, and until when they are known.
    taken: [(u64, Instant); 8],
    oldest_taken: usize,
}

impl Calls {
    pub(super) const fn new(last_tag: u32) -> Calls {
        Calls { entries: Slots::new(), last_tag, taken: [(0, Instant::START); 8], oldest_taken: 0 }
    }

    fn take(&mut self, until: Instant, peer: &Peer, message_id: u16) {
        if let Some(place) = self.taken.get_mut(self.oldest_taken) {
            *place = (Hash::new(0).message(peer, message_id), until);
        }
        self.oldest_taken = (self.oldest_taken + 1) % self.taken.len();
    }

    /// Whether a CON with a response was taken a while ago, and comes again.
    fn is_taken(&self, now: Instant, peer: &Peer, message_id: u16) -> bool {
        let hash = Hash::new(0).message(peer, message_id);
        self.taken.iter().any(|(taken, until)| *taken == hash && now < *until)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    #[cfg(feature = "tcp")]
    pub(super) fn find_by_peer(&self, peer: &Peer) -> Option<Key> {
        self.entries.least(|call| call.peer.is(peer).then_some(()))
    }

    /// The Request-Tag that a further call needs. A body in datagrams has one of its own, since the network may bring
    /// blocks of an earlier one late (RFC 9175 section 3.3). Others need one beside those on their way that a server
    /// couldn't tell from them: two bodies that are sent to the same resource, or the same one asked for twice
    /// (section 3.5.2).
    fn free_tag(&mut self, new: &Call) -> Option<u32> {
        if new.is_uploading() && !new.peer.is_connected() {
            self.last_tag = self.last_tag.wrapping_add(1);
            return Some(self.last_tag);
        }
        let is_alike = |call: &Call| {
            call.stage != Stage::Observing
                && call.peer.is(&new.peer)
                && call.method == new.method
                && call.head == new.head
                && (call.is_uploading() && new.is_uploading() || call.body == new.body)
        };
        let in_use = |tag| self.entries.iter().any(|(_, call)| call.tag == tag && is_alike(call));
        let mut tag: Option<u32> = None;
        while in_use(tag) {
            tag = Some(tag.map_or(0, |tag| tag + 1));
        }
        tag
    }

    /// The call that observes what another one would observe.
    fn observing_alike(&self, new: &Call) -> Option<Key> {
        let is_alike = |call: &Call| {
            let Call { peer, method, observe, head, body, .. } = call;
            *observe
                && new.observe
                && peer.is(&new.peer)
                && *method == new.method
                && *head == new.head
                && *body == new.body
        };
        self.entries.least(|call| is_alike(call).then_some(()))
    }

    /// The call that a token belongs to, and which of its tokens it is. The token names the slot, and 40 random bits
    /// that its tenant chose.
    fn find(&self, peer: &Peer, token: &[u8]) -> Option<(Key, u8)> {
        let [high, low, series, ..] = *token else { return None };
        let key = self.entries.key_at(u32::from(u16::from_be_bytes([high, low])))?;
        let call = self.entries.get(key)?;
        ((call.peer.is(peer) || call.peer.is_group()) && call.token(key, series).as_slice() == token)
            .then_some((key, series))
    }
}

impl Endpoint {
    /// Sends a request as CON, its body in blocks if it must be, and asks for all blocks of the response. The response
    /// comes from [`Endpoint::handle_datagram`], a failure from [`Endpoint::poll_event`].
    ///
    /// Who observes what is observed already gets the same id: there is one registration for both (RFC 7641 section 3.1),
    /// which is made anew for a response now, and ends when each has cancelled.
    ///
    /// # Errors
    /// [`Full`] if too many requests wait already.
    pub fn call(&mut self, now: Instant, peer: Peer, request: &OutgoingRequest<'_>) -> Result<CallId, Full> {
        let full = self.calls.len() >= self.limits.calls.min(usize::from(u16::MAX));
        if full || self.confirmables.len() >= self.limits.confirmables {
            self.counters.calls_refused += 1;
            return Err(Full);
        }
        let mut head = Vec::new();
        let code = request.method.code();
        let mut options = request.all_options();
        if peer.is_group() {
            // RFC 7252 section 8.2.1
            options.retain(|option| option.number != number::ETAG);
        }
        Writer::new(&mut head, MessageType::NonConfirmable, code, 0, []).options(&[], &options);
        let [a, b, c, d, e, ..] = self.random.number().to_be_bytes();
        let mut call = Call {
            peer,
            method: request.method,
            observe: request.observe && request.method.is_safe(),
            confirmable: request.confirmable && !peer.is_group(),
            nonce: [a, b, c, d, e],
            series: 0,
            head,
            body: request.payload.to_vec(),
            capacity: self.capacity(&peer),
            tag: None,
            echo: self.take_echo(&peer),
            shared: 0,
            stage: Stage::Waiting,
            transfer: Transfer::Request { offset: 0 },
            attempts: 0,
            restarts: 0,
            freshest: None,
        };
        if let Some(key) = self.calls.observing_alike(&call) {
            if let Some(call) = self.calls.entries.get_mut(key) {
                call.shared = call.shared.saturating_add(1);
            }
            self.observe_again(now, CallId(key));
            return Ok(CallId(key));
        }
        call.tag = self.calls.free_tag(&call);
        let key = self.calls.entries.insert(call);
        self.proceed(now, key);
        Ok(CallId(key))
    }

    /// Asks whether a peer is there (RFC 7252 section 4.2); [`Event::Pinged`] tells.
    ///
    /// # Errors
    /// [`Full`] if too many messages wait already, and of a connected peer, whose connection pings by itself.
    pub fn ping(&mut self, now: Instant, peer: Peer) -> Result<(), Full> {
        if peer.is_connected() {
            return Err(Full);
        }
        if self.confirmables.len() >= self.limits.confirmables {
            self.counters.calls_refused += 1;
            return Err(Full);
        }
        let id = self.new_message_id(&peer);
        let mut datagram = Vec::new();
        write_empty(&mut datagram, MessageType::Confirmable, id);
        self.send_awaited(now, peer, id, Owner::Ping, datagram);
        Ok(())
    }

    /// Registers an observation of ours anew, under the same token (RFC 7641 section 3.3.1): to be sure of the state, or
    /// because our address may have changed. The response comes as a further one of the call; does nothing while one is
    /// on its way.
    pub fn observe_again(&mut self, now: Instant, call: CallId) {
        let Some(entry) = self.calls.entries.get_mut(call.0).filter(|entry| entry.stage == Stage::Observing) else {
            return;
        };
        // The server may have begun to count anew.
        entry.freshest = None;
        entry.transfer = Transfer::Request { offset: 0 };
        self.proceed(now, call.0);
    }

    /// Gives up a request: nothing more comes for it. The server of one that observes is told (RFC 7641 section 3.6).
    pub fn cancel(&mut self, now: Instant, call: CallId) {
        self.now = now;
        if let Some(entry) = self.calls.entries.get_mut(call.0)
            && entry.shared > 0
        {
            entry.shared -= 1;
            return;
        }
        let Some(call_entry) = self.remove_call(call.0) else { return };
        if !call_entry.observe {
            return;
        }
        let payload = if call_entry.is_uploading() { &[] } else { call_entry.body.as_slice() };
        let options = [(number::OBSERVE, Some(1))];
        let datagram = call_entry.encode(call_entry.token(call.0, 0), &options, payload);
        self.send_confirmable(now, call_entry.peer, Owner::Nobody, datagram);
    }

    pub(super) fn call_acknowledged(&mut self, now: Instant, key: Key) {
        let Some(call) = self.calls.entries.get_mut(key) else { return };
        call.stage = Stage::Waiting;
        self.deadlines.restart(Timer::Response(key), now + self.limits.response_timeout);
    }

    /// The message of a call that is on its way got no acknowledgement, or no response after one: it is made anew where
    /// that does no harm, and may be.
    pub(super) fn call_unanswered(&mut self, now: Instant, key: Key) {
        let Some(call) = self.calls.entries.get_mut(key) else { return };
        if call.stage == Stage::Observing {
            return self.observe_again(now, CallId(key));
        }
        if !call.may_try_again(call.stage == Stage::Waiting, &self.limits) {
            return self.fail_call(key, CallFailure::TimedOut);
        }
        call.attempts += 1;
        call.stage = Stage::Waiting;
        self.proceed(now, key);
    }

    pub(super) fn fail_call(&mut self, key: Key, reason: CallFailure) {
        if self.remove_call(key).is_some() {
            self.events.push_back(Event::CallFailed { call: CallId(key), reason });
        }
    }

    pub(super) fn receive_response<'a>(
        &'a mut self,
        now: Instant,
        peer: Peer,
        message: Message<'a>,
    ) -> Option<Received<'a>> {
        let found = self.calls.find(&peer, message.token());
        if message.kind() == MessageType::Acknowledgement {
            let confirmable =
                self.confirmables.find_sent(&peer, message.id()).and_then(|key| self.confirmables.get(key))?;
            match (confirmable.owner, found) {
                (Owner::Call(owner), Some((key, _))) if owner == key => {}
                // The answer to a cancellation.
                (Owner::Nobody, _) => {
                    self.take_confirmable(&peer, message.id());
                    return None;
                }
                _ => return None,
            }
        }
        let Some((key, series)) = found else {
            match message.kind() {
                // RFC 7252 section 4.2: what can't be matched is rejected; section 4.5: what was taken is acknowledged
                // again
                MessageType::Confirmable => {
                    let known = self.calls.is_taken(now, &peer, message.id());
                    let kind = if known { MessageType::Acknowledgement } else { MessageType::Reset };
                    self.send_empty(peer, kind, message.id());
                }
                // RFC 7641 section 3.6: so that the observer is forgotten which nobody is any more
                MessageType::NonConfirmable if message.options().any(|option| option.number == number::OBSERVE) => {
                    self.send_empty(peer, MessageType::Reset, message.id());
                }
                _ => {}
            }
            return None;
        };
        if let Some(option) = unrecognised(&message) {
            // RFC 7252 sections 5.4.1, 4.2, 4.3: a CON is rejected by a reset, a NON ignored; to reject an ACK is to
            // ignore it, and no other would follow
            match message.kind() {
                MessageType::Confirmable => self.send_empty(peer, MessageType::Reset, message.id()),
                MessageType::NonConfirmable => return None,
                MessageType::Acknowledgement | MessageType::Reset => {}
            }
            self.fail_call(key, CallFailure::UnrecognisedOption(option));
            return None;
        }
        if message.kind() == MessageType::Confirmable {
            self.send_empty(peer, MessageType::Acknowledgement, message.id());
            self.calls.take(now + self.limits.exchange_lifetime(), &peer, message.id());
        }
        // It knew our token.
        self.verified(now, &peer);
        if message.code() != Code::UNAUTHORIZED
            && let Some(echo) = message.option(number::ECHO)
        {
            self.keep_echo(now, &peer, echo.value);
        }
        let bounds = Bounds { body: self.limits.body, restarts: self.limits.block_attempts };
        let call = self.calls.entries.get_mut(key)?;
        if call.peer.is_group() {
            // RFC 7252 section 8.2: others may answer too. What comes in blocks is fetched from the one who has it.
            return Some(Received::Response { call: CallId(key), response: incoming(peer, message, true, None) });
        }
        match call.judge(now, series, &message, bounds) {
            Verdict::Ignore => None,
            Verdict::Proceed => {
                call.attempts = 0;
                self.proceed(now, key);
                None
            }
            Verdict::Abandon => {
                self.rest(key);
                None
            }
            Verdict::Fail(reason) => {
                self.fail_call(key, reason);
                None
            }
            Verdict::Deliver { assembled, observing } => {
                if observing {
                    self.rest(key);
                    self.watch_freshness(now, key, &message);
                } else {
                    self.remove_call(key);
                }
                let is_assembled = assembled.is_some();
                self.lent = assembled.unwrap_or_default();
                let body = is_assembled.then_some(self.lent.as_slice());
                Some(Received::Response { call: CallId(key), response: incoming(peer, message, observing, body) })
            }
        }
    }

    /// Sends the next message of a call: a block of its body, or the request for a block of the response.
    fn proceed(&mut self, now: Instant, key: Key) {
        self.stop_waiting(key);
        if self.confirmables.len() >= self.limits.confirmables {
            self.fail_call(key, CallFailure::Full);
            return;
        }
        let Some(call) = self.calls.entries.get(key) else { return };
        let peer = call.peer;
        let ours = self.capacity(&peer).exponent;
        let Some(mut datagram) = call.encode_next(key, ours) else {
            self.fail_call(key, CallFailure::TooLarge);
            return;
        };
        let message = if call.confirmable || peer.is_connected() {
            self.send_confirmable(now, peer, Owner::Call(key), datagram)
        } else {
            let id = self.new_message_id(&peer);
            restamp(&mut datagram, MessageType::NonConfirmable, id);
            Some(self.send_awaited(now, peer, id, Owner::Call(key), datagram))
        };
        if peer.is_connected() {
            return self.call_acknowledged(now, key);
        }
        if let (Some(message), Some(call)) = (message, self.calls.entries.get_mut(key)) {
            call.stage = Stage::InFlight(message);
        }
    }

    /// Nothing is asked any more, but notifications may come.
    fn rest(&mut self, key: Key) {
        self.stop_waiting(key);
        if let Some(call) = self.calls.entries.get_mut(key) {
            call.stage = Stage::Observing;
            call.transfer = Transfer::Nothing;
            (call.attempts, call.restarts) = (0, 0);
        }
    }

    /// Registers anew when the state that came is not fresh any more.
    fn watch_freshness(&mut self, now: Instant, key: Key, message: &Message<'_>) {
        if self.limits.refresh_observations {
            // RFC 7252 section 5.10.5: 60 s where nothing is said
            let age = Duration::from_secs(u64::from(message.uint(number::MAX_AGE).unwrap_or(60)));
            let grace = Duration::from_secs(5) + thousandths(Duration::from_secs(10), self.random.thousandths());
            self.deadlines.restart(Timer::Response(key), now + age.saturating_add(grace));
        }
    }

    fn stop_waiting(&mut self, key: Key) {
        let Some(call) = self.calls.entries.get_mut(key) else { return };
        self.deadlines.stop(Timer::Response(key));
        if let Stage::InFlight(message) = call.stage {
            call.stage = Stage::Waiting;
            self.remove_confirmable(message);
        }
    }

    fn remove_call(&mut self, key: Key) -> Option<Call> {
        self.stop_waiting(key);
        self.calls.entries.remove(key)
    }
}

fn incoming<'a>(from: Peer, message: Message<'a>, observing: bool, body: Option<&'a [u8]>) -> IncomingResponse<'a> {
    IncomingResponse {
        code: message.code(),
        content_format: message.uint(number::CONTENT_FORMAT).and_then(|format| u16::try_from(format).ok()),
        from,
        observing,
        payload: body.unwrap_or(message.payload()),
        message,
    }
}

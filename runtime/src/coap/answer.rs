//! The answers to requests: in the ACK or in a message of their own, whole or block by block.

use super::Peer;
use super::block::{Block, CacheKey};
use super::code::Code;
use super::confirmable::Owner;
use super::deadline::Timer;
use super::endpoint::{Endpoint, Outgoing};
use super::exchange::State;
use super::incoming::etag_hash;
use super::kept::Kept;
use super::limits::thousandths;
use super::message::{MessageType, Token};
use super::mix::Hash;
use super::observe::{Observation, Observe, State as ObservationState, number_after};
use super::option::{OptionValue, OutgoingOption, number};
use super::request::{Gone, ObservationId, RequestId, Response, resolved};
use super::slots::Key;
use super::writer::{OurOption, Writer, restamp};
use crate::time::Instant;
use alloc::borrow::Cow;
use alloc::vec::Vec;

/// The part of a response that goes into one message.
pub(super) struct Cut<'a> {
    pub(super) code: Code,
    pub(super) block2: Option<Block>,
    pub(super) size2: Option<u32>,
    /// The tag of a body in blocks to which the caller gave none.
    pub(super) etag: Option<[u8; 8]>,
    pub(super) payload: &'a [u8],
}

/// To whom a response goes.
#[derive(Clone, Copy)]
pub(super) struct Recipient<'t> {
    pub(super) peer: Peer,
    pub(super) token: &'t Token,
    /// Bytes of the request.
    pub(super) asked_bytes: usize,
    pub(super) key: CacheKey,
    /// The block that is asked for.
    pub(super) asked: Option<Block>,
}

impl Endpoint {
    /// Answers a request: in the ACK, or, after `defer`, by a message of its own. A body too large for one message is
    /// kept and fetched by the peer block by block.
    ///
    /// # Errors
    /// [`Gone`] if the request was answered already or timed out.
    pub fn respond(&mut self, now: Instant, request: RequestId, response: &Response<'_>) -> Result<(), Gone> {
        self.answer(now, request.0, response, None, Owner::Nobody).map(|_| ())
    }

    /// Answers a request, and registers its observer where the request asks for it, the response is a success and
    /// `Limits::observations` has room; else it is answered as by [`Endpoint::respond`] and `None` returned
    /// (RFC 7641 section 4.1). An older observation with the same token ends.
    ///
    /// # Errors
    /// [`Gone`] if the request was answered already or timed out.
    #[inline(never)]
    pub fn respond_observed(
        &mut self,
        now: Instant,
        request: RequestId,
        response: &Response<'_>,
    ) -> Result<Option<ObservationId>, Gone> {
        let exchange = self.exchanges.get(request.0).filter(|exchange| exchange.state.is_open()).ok_or(Gone)?;
        let mut observation = Observation {
            peer: exchange.peer,
            token: exchange.token.clone(),
            key: exchange.key,
            exponent: exchange.block2.map(|block| block.exponent),
            state: ObservationState::Idle,
            last_id: None,
            last_confirmable: now,
            number: 0,
            content_format: response.content_format,
            paced_until: Instant::START,
            unconfirmed: 0,
            confirmed: false,
        };
        let registers = exchange.observe == Some(Observe::Register) && response.code.is_success();
        if registers && let Some(before) = self.observations.find(&observation.peer, observation.token.as_slice()) {
            observation.number = self.observations.get(before).map_or(0, |before| before.number);
            self.observation_lost(before);
        }
        if !registers || self.observations.len() >= self.limits.observations {
            self.counters.observers_declined += u64::from(registers);
            self.respond(now, request, response)?;
            return Ok(None);
        }
        let observer = observation.peer;
        observation.number = number_after(observation.number, now);
        let sequence = observation.number;
        let key = self.observations.insert(observation);
        if cfg!(feature = "elective") && !observer.is_connected() {
            self.deadlines.start(Timer::Observation(key), now + self.limits.notify_confirmable_after);
        }
        let message = self.answer(now, request.0, response, Some(sequence), Owner::Observation(key))?;
        if let (Some(message), Some(observation)) = (message, self.observations.get_mut(key)) {
            observation.state = ObservationState::InFlight { message, newest: None };
        }
        Ok(Some(ObservationId(key)))
    }

    /// Refuses a request because nothing shows how fresh it is: 4.01 with an Echo value, which the client brings back
    /// with the request made anew (RFC 9175 section 2.3); [`Request::echo_age`](super::Request::echo_age) then tells
    /// when it was given.
    ///
    /// # Errors
    /// [`Gone`] if the request was answered already or timed out.
    #[cfg(feature = "echo")]
    pub fn challenge(&mut self, now: Instant, request: RequestId) -> Result<(), Gone> {
        let peer = self.exchanges.get(request.0).ok_or(Gone)?.peer;
        let echo = self.echo_value(now, &peer);
        let options = [OutgoingOption::bytes(number::ECHO, &echo)];
        self.respond(now, request, &Response::new(Code::UNAUTHORIZED).with_options(&options))
    }

    /// Leaves a request without any answer, as if it had not come: sent again, it is a new one.
    #[cfg(feature = "client")]
    pub fn ignore(&mut self, request: RequestId) {
        self.lent = Vec::new();
        self.exchanges.remove(request.0);
        self.exchanges.settle();
    }

    /// Acknowledges a request whose answer comes later, so that the peer doesn't send it again.
    ///
    /// # Errors
    /// [`Gone`] if the request was answered already or timed out.
    pub fn defer(&mut self, _now: Instant, request: RequestId) -> Result<(), Gone> {
        let exchange = self.exchanges.get(request.0).filter(|exchange| exchange.state.is_open()).ok_or(Gone)?;
        self.lent = Vec::new();
        if exchange.state == State::Received {
            self.acknowledge_request(request.0);
        }
        Ok(())
    }

    pub(super) fn acknowledge_request(&mut self, key: Key) {
        let Some(exchange) = self.exchanges.get_mut(key) else { return };
        exchange.state = State::Deferred;
        let (peer, id, confirmable) = (exchange.peer, exchange.message_id, exchange.confirmable);
        self.exchanges.settle();
        if confirmable {
            self.send_empty(peer, MessageType::Acknowledgement, id);
        }
    }

    /// Writes and sends the answer to a request; returns the key of the CON that carries it, if one does.
    fn answer(
        &mut self,
        now: Instant,
        key: Key,
        response: &Response<'_>,
        sequence: Option<u32>,
        owner: Owner,
    ) -> Result<Option<Key>, Gone> {
        let dots = [".", ".."].map(OutgoingOption::location_path);
        if cfg!(feature = "elective") && response.options.iter().any(|option| dots.contains(option)) {
            let is_path = |option: &OutgoingOption<'_>| option.number == number::LOCATION_PATH;
            let (path, mut options) = response.options.iter().copied().partition::<Vec<_>, _>(is_path);
            options.extend(resolved(path.into_iter(), OutgoingOption::location_path));
            return self.answer(now, key, &Response { options: &options, ..*response }, sequence, owner);
        }
        let exchange = self.exchanges.get(key).filter(|exchange| exchange.state.is_open()).ok_or(Gone)?;
        let (peer, token, id) = (exchange.peer, exchange.token.clone(), exchange.message_id);
        let (block1, block2, size2, cache_key) = (exchange.block1, exchange.block2, exchange.size2, exchange.key);
        let (confirmable, piggybacks) = (exchange.confirmable, exchange.state == State::Received);
        let (to_group, asked_bytes) = (cfg!(feature = "multicast") && exchange.to_group, exchange.bytes);
        let (ours, mut options);
        let mut response = *response;
        if cfg!(feature = "elective") && response.code == Code::CONTENT && !exchange.etags.is_empty() {
            ours = self.tag_of(response.payload);
            let tag = given_tag(response.options).unwrap_or(&ours);
            if exchange.etags.contains(&etag_hash(self.seed, tag)) {
                // RFC 7252 section 5.10.6.2: the client holds this representation.
                let max_age = response.options.iter().find(|option| option.number == number::MAX_AGE);
                options = [OutgoingOption::etag(tag); 2];
                let count = if max_age.is_some() { 2 } else { 1 };
                if let (Some(max_age), Some(last)) = (max_age, options.last_mut()) {
                    *last = *max_age;
                }
                response = Response { options: options.get(..count).unwrap_or(&[]), ..Response::new(Code::VALID) };
            }
        }
        let response = &response;
        // RFC 7252 section 8.2: a group's member that has nothing to tell is silent.
        let is_useful = !to_group || response.code != Code::CONTENT || !response.payload.is_empty();
        let is_wanted = is_useful && exchange.unwanted.lets_pass(response.code, to_group);
        self.lent = Vec::new();
        self.now = now;
        if !is_wanted {
            self.exchanges.conclude(key, State::Separate);
            if confirmable && piggybacks {
                self.send_empty(peer, MessageType::Acknowledgement, id);
            }
            return Ok(None);
        }
        let recipient = Recipient { peer, token: &token, asked_bytes, key: cache_key, asked: block2 };
        let mut cut = self.cut(now, &recipient, response);
        if cfg!(feature = "elective") && size2 && cut.block2.is_some() {
            cut.size2 = u32::try_from(response.payload.len()).ok();
        }
        let buffer = self.exchanges.spare(cut.payload.len() + 48);
        if confirmable && piggybacks {
            let reply = encode(buffer, (MessageType::Acknowledgement, id), &token, sequence, block1, &cut, response);
            self.exchanges.conclude(key, State::Answered(reply));
            self.send(Outgoing::Reply(key));
            return Ok(None);
        }
        let mut datagram = encode(buffer, (MessageType::NonConfirmable, 0), &token, sequence, block1, &cut, response);
        if confirmable {
            if let Some(exchange) = self.exchanges.get_mut(key).filter(|exchange| exchange.block1.is_some()) {
                exchange.told = Some(datagram.as_slice().into());
            }
            self.exchanges.conclude(key, State::Separate);
            return Ok(self.send_confirmable(now, peer, owner, datagram));
        }
        // RFC 7252 section 5.2.3: a NON is answered by a NON.
        let id = self.new_message_id(&peer);
        restamp(&mut datagram, MessageType::NonConfirmable, id);
        if let Owner::Observation(key) = owner
            && let Some(observation) = self.observations.get_mut(key)
        {
            observation.last_id = Some(id);
        }
        if to_group {
            let leisure = thousandths(self.limits.leisure, self.random.thousandths());
            self.exchanges.conclude(key, State::Held(datagram));
            self.deadlines.start(Timer::Held(key), now + leisure);
        } else {
            self.exchanges.conclude(key, State::Separate);
            self.send(Outgoing::Datagram(peer, datagram));
        }
        Ok(None)
    }

    /// The leisure of a held answer is over.
    pub(super) fn send_held(&mut self, key: Key) {
        let Some(exchange) = self.exchanges.get_mut(key) else { return };
        let peer = exchange.peer;
        if let State::Held(datagram) = core::mem::replace(&mut exchange.state, State::Separate) {
            self.send(Outgoing::Datagram(peer, datagram));
        }
    }

    /// A tag of these bytes, for a body to which the caller gave none: it stays the same when the answer is made anew,
    /// and two bodies have two (RFC 9175 section 3.8).
    fn tag_of(&self, payload: &[u8]) -> [u8; 8] {
        Hash::new(self.seed).bytes(payload).finish().to_be_bytes()
    }

    /// Decides which part of a response goes out now, and keeps the whole where more parts will be asked for
    /// (RFC 7959 section 2.4).
    pub(super) fn cut<'a>(&mut self, now: Instant, recipient: &Recipient<'_>, response: &Response<'a>) -> Cut<'a> {
        let Recipient { peer, token, asked_bytes, key, asked } = *recipient;
        let ours = self.capacity(&peer);
        let mut capacity = asked.map_or(ours, |block| ours.at_most(block.exponent));
        if response.payload.len() > 16 {
            let beside =
                token.as_slice().len() + response.options.iter().map(OutgoingOption::most_bytes).sum::<usize>();
            if let Some(room) = self.room_for_unverified(&peer, asked_bytes, beside)
                && response.payload.len() > room.min(capacity.whole)
            {
                capacity = capacity.within(room);
                self.counters.cut_small += 1;
            }
        }
        let fits = response.payload.len() <= capacity.whole;
        if fits && (asked.is_none() || !response.code.is_success()) {
            return Cut { code: response.code, block2: None, size2: None, etag: None, payload: response.payload };
        }
        let offset = asked.filter(|_| response.code.is_success()).map_or(0, Block::offset);
        let Some((block2, payload)) = Block::cut(response.payload, offset, capacity) else {
            return Cut { code: Code::BAD_REQUEST, block2: None, size2: None, etag: None, payload: &[] };
        };
        let mut etag = None;
        if !fits {
            // RFC 7959 section 2.4: the blocks of two representations must be told apart.
            if given_tag(response.options).is_none() {
                etag = Some(self.tag_of(response.payload));
            }
        }
        if cfg!(feature = "kept-bodies") && !fits {
            let mut head = Vec::new();
            let kind = MessageType::NonConfirmable;
            let mut writer = Writer::new(&mut head, kind, response.code, 0, []);
            writer.options(&[content_format(response)], &with_etag(response.options, &etag));
            let kept = Kept { code: response.code, head, body: response.payload.to_vec() };
            let dropped = self.kept.keep(now, peer, key, kept, &self.limits, &mut self.deadlines);
            self.counters.transfers_dropped += u64::from(dropped);
        }
        Cut { code: response.code, block2: Some(block2), size2: None, etag, payload }
    }
}

/// Max-Age where the caller gives none: said in notifications (RFC 7641 section 4.3.1), and what its absence says in
/// others (RFC 7252 section 5.10.5).
const MAX_AGE: u32 = 60;

fn content_format(response: &Response<'_>) -> OurOption {
    (number::CONTENT_FORMAT, response.content_format.map(u32::from))
}

/// The tag that the caller gave.
fn given_tag<'a>(options: &[OutgoingOption<'a>]) -> Option<&'a [u8]> {
    options.iter().find(|option| option.number == number::ETAG).and_then(|option| match option.value {
        OptionValue::Bytes(tag) => Some(tag),
        OptionValue::Uint(_) => None,
    })
}

/// The caller's options and our tag.
fn with_etag<'a>(options: &'a [OutgoingOption<'a>], etag: &'a Option<[u8; 8]>) -> Cow<'a, [OutgoingOption<'a>]> {
    match etag {
        None => Cow::Borrowed(options),
        Some(etag) => options.iter().copied().chain([OutgoingOption::etag(etag)]).collect(),
    }
}

/// Writes the message that carries a part of a response.
pub(super) fn encode(
    mut datagram: Vec<u8>,
    (kind, id): (MessageType, u16),
    token: &Token,
    sequence: Option<u32>,
    block1: Option<Block>,
    cut: &Cut<'_>,
    response: &Response<'_>,
) -> Vec<u8> {
    let mut writer = Writer::new(&mut datagram, kind, cut.code, id, token);
    // an error of ours in place of the response has nothing of it
    let is_whole = cut.code == response.code;
    let (format, value) = content_format(response);
    let is_aged = response.options.iter().any(|option| option.number == number::MAX_AGE);
    let ours = [
        (number::OBSERVE, sequence),
        (format, value.filter(|_| is_whole)),
        (number::MAX_AGE, sequence.filter(|_| !is_aged).map(|_| MAX_AGE)),
        (number::BLOCK2, cut.block2.map(Block::value)),
        (number::BLOCK1, block1.map(Block::value)),
        (number::SIZE2, cut.size2),
    ];
    match is_whole {
        true => writer.options(&ours, &with_etag(response.options, &cut.etag)),
        false => writer.options(&ours, &[]),
    }
    writer.payload(cut.payload);
    datagram
}

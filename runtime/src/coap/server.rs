//! The server's part of the endpoint: requests come, responses and notifications go.

use super::Peer;
use super::block::{Arrival, Block, CacheKey, Kept, Progress};
use super::code::{Code, Method};
use super::confirmable::Owner;
use super::endpoint::{Endpoint, Outgoing};
use super::exchange::{Exchange, Repeat, State};
use super::incoming::{Asked, Refusal, payload_hash};
use super::link_format::push_decimal;
use super::message::{Message, MessageType, Token};
use super::observe::{NUMBERS, Observation, Observe, State as ObservationState};
use super::option::number;
use super::request::{Gone, ObservationId, RequestId, Response};
use super::slots::Key;
use super::writer::{OurOption, Writer, restamp};
use crate::time::Instant;
use alloc::string::String;
use alloc::vec::Vec;

/// Max-Age of a 5.03: when a client may try again.
const RETRY_AFTER: u32 = 5;

/// A request that the application is to answer.
pub(super) struct Accepted {
    pub(super) id: RequestId,
    pub(super) method: Method,
    pub(super) content_format: Option<u16>,
    pub(super) accept: Option<u16>,
    pub(super) observe: Option<Observe>,
    /// Whether its body is in `lent`.
    pub(super) assembled: bool,
}

/// The part of a response that goes into one message.
struct Cut<'a> {
    code: Code,
    block2: Option<Block>,
    size2: Option<u32>,
    payload: &'a [u8],
}

impl Endpoint {
    pub(super) fn handle_request(&mut self, now: Instant, peer: &Peer, message: &Message<'_>) -> Option<Accepted> {
        if let Some(key) = self.exchanges.find(peer, message.id()) {
            self.repeat(key);
            return None;
        }
        let mut asked = match Asked::read(message, self.seed) {
            Ok(asked) => asked,
            Err(refusal) => {
                self.refuse(peer, message, refusal);
                return None;
            }
        };
        if self.serve_kept(now, peer, message, &asked) {
            return None;
        }
        if message.payload().len() > self.limits.body {
            self.refuse_too_large(peer, message);
            return None;
        }
        let assembled = match asked.block1 {
            None => false,
            Some(block) => {
                self.lent = self.take_block(now, peer, message, &asked, block)?;
                asked.key.payload = (!self.lent.is_empty()).then(|| payload_hash(self.seed, &self.lent));
                true
            }
        };
        if asked.observe == Some(Observe::Deregister)
            && let Some(key) = self.observations.find(peer, message.token())
        {
            self.observation_lost(key);
        }
        let exchange = Exchange {
            peer: *peer,
            message_id: message.id(),
            confirmable: message.kind() == MessageType::Confirmable,
            safe: asked.method.is_safe(),
            token: message.token(),
            key: asked.key,
            block1: asked.block1,
            block2: asked.block2,
            size2: asked.size2,
            observe: asked.observe,
            state: State::Received,
            received: now,
        };
        let Some(key) = self.exchanges.insert(exchange, &self.limits) else {
            self.lent = Vec::new();
            let options = [(number::MAX_AGE, Some(RETRY_AFTER))];
            self.answer_at_once(peer, message, Code::SERVICE_UNAVAILABLE, &options, "");
            return None;
        };
        Some(Accepted {
            id: RequestId(key),
            method: asked.method,
            content_format: asked.content_format,
            accept: asked.accept,
            observe: asked.observe,
            assembled,
        })
    }

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
    pub fn respond_observed(
        &mut self,
        now: Instant,
        request: RequestId,
        response: &Response<'_>,
    ) -> Result<Option<ObservationId>, Gone> {
        let exchange = self.exchanges.get(request.0).filter(|exchange| exchange.state.is_open()).ok_or(Gone)?;
        let observation = Observation {
            peer: exchange.peer,
            token: exchange.token,
            key: exchange.key,
            exponent: exchange.block2.map(|block| block.exponent),
            state: ObservationState::Idle,
            last_id: None,
            last_confirmable: now,
            unconfirmed: 0,
        };
        let registers = exchange.observe == Some(Observe::Register) && response.code.is_success();
        if registers && let Some(before) = self.observations.find(&observation.peer, observation.token) {
            self.observation_lost(before);
        }
        if !registers || self.observations.len() >= self.limits.observations {
            self.respond(now, request, response)?;
            return Ok(None);
        }
        let key = self.observations.insert(observation);
        let sequence = self.next_sequence();
        let message = self.answer(now, request.0, response, Some(sequence), Owner::Observation(key))?;
        if let (Some(message), Some(observation)) = (message, self.observations.get_mut(key)) {
            observation.state = ObservationState::InFlight { message, newest: None };
        }
        Ok(Some(ObservationId(key)))
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

    /// Tells an observer the new state: at once as a NON (now and then as a CON); while a CON is on its way, the newest
    /// state waits for its acknowledgement. A response that is no success is the last one: it ends the observation
    /// (RFC 7641 section 4.2).
    ///
    /// # Errors
    /// [`Gone`] if the observation has ended.
    pub fn notify(&mut self, now: Instant, observation: ObservationId, response: &Response<'_>) -> Result<(), Gone> {
        let key = observation.0;
        let observation = self.observations.get(key).ok_or(Gone)?;
        let (peer, token, cache_key) = (observation.peer, observation.token, observation.key);
        let asked = observation.exponent.map(|exponent| Block { number: 0, more: false, exponent });
        let success = response.code.is_success();
        let sequence = success.then(|| self.next_sequence());
        let cut = self.cut(now, peer, cache_key, asked, response);
        let datagram = encode(MessageType::NonConfirmable, 0, token, sequence, None, &cut, response);
        if !success {
            self.drop_observation(key);
            self.send_confirmable(now, peer, Owner::Nobody, datagram);
            return Ok(());
        }
        match self.observations.get_mut(key).map(|observation| &mut observation.state) {
            Some(ObservationState::InFlight { newest, .. }) => *newest = Some(datagram),
            Some(ObservationState::Idle) | None => self.send_notification(now, key, datagram),
        }
        Ok(())
    }

    /// Forgets an observation without telling the observer, who is told by [`Endpoint::notify`] with an error.
    pub fn end_observation(&mut self, observation: ObservationId) {
        self.drop_observation(observation.0);
    }

    pub(super) fn notification_acknowledged(&mut self, now: Instant, key: Key) {
        let Some(observation) = self.observations.get_mut(key) else { return };
        let before = core::mem::replace(&mut observation.state, ObservationState::Idle);
        if let ObservationState::InFlight { newest: Some(datagram), .. } = before {
            self.send_notification(now, key, datagram);
        }
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

    fn send_notification(&mut self, now: Instant, key: Key, mut datagram: Vec<u8>) {
        let Some(observation) = self.observations.get(key) else { return };
        let peer = observation.peer;
        let (after, every) = (self.limits.notify_confirmable_after, self.limits.notify_confirmable_every);
        let confirmable =
            observation.wants_confirmable(now, after, every) && self.confirmables.len() < self.limits.confirmables;
        let message = if confirmable {
            self.send_confirmable(now, peer, Owner::Observation(key), datagram)
        } else {
            let id = self.new_message_id(&peer);
            restamp(&mut datagram, MessageType::NonConfirmable, id);
            self.send(Outgoing::Datagram(peer, datagram));
            if let Some(observation) = self.observations.get_mut(key) {
                observation.last_id = Some(id);
                observation.unconfirmed = observation.unconfirmed.saturating_add(1);
            }
            None
        };
        if let (Some(message), Some(observation)) = (message, self.observations.get_mut(key)) {
            observation.state = ObservationState::InFlight { message, newest: None };
            observation.last_confirmable = now;
            observation.unconfirmed = 0;
        }
    }

    fn next_sequence(&mut self) -> u32 {
        self.sequence = (self.sequence + 1) % NUMBERS;
        self.sequence
    }

    fn repeat(&mut self, key: Key) {
        let Some(exchange) = self.exchanges.get(key) else { return };
        let (peer, id) = (exchange.peer, exchange.message_id);
        match exchange.repeat() {
            Repeat::Silence => {}
            Repeat::Acknowledgement => self.send_empty(peer, MessageType::Acknowledgement, id),
            Repeat::Reply => self.send(Outgoing::Reply(key)),
        }
    }

    fn refuse(&mut self, peer: &Peer, message: &Message<'_>, refusal: Refusal) {
        let confirmable = message.kind() == MessageType::Confirmable;
        if !confirmable && refusal.is_silent_for_non() {
            return;
        }
        let mut text = String::new();
        if let Refusal::UnrecognisedOption(number) = refusal {
            text.push_str("critical option ");
            push_decimal(&mut text, u32::from(number));
            text.push_str(" not recognised");
        }
        self.answer_at_once(peer, message, refusal.code(), &[], &text);
    }

    fn refuse_too_large(&mut self, peer: &Peer, message: &Message<'_>) {
        let block1 = message.option(number::BLOCK1).and_then(Block::read).map(Block::value);
        let options = [(number::SIZE1, u32::try_from(self.limits.body).ok()), (number::BLOCK1, block1)];
        self.answer_at_once(peer, message, Code::REQUEST_ENTITY_TOO_LARGE, &options, "");
    }

    /// Answers a request that leaves no state: a duplicate of it is answered anew.
    fn answer_at_once(&mut self, peer: &Peer, message: &Message<'_>, code: Code, options: &[OurOption], text: &str) {
        let (kind, id) = match message.kind() {
            MessageType::Confirmable => (MessageType::Acknowledgement, message.id()),
            _ => (MessageType::NonConfirmable, self.new_message_id(peer)),
        };
        let mut datagram = Vec::with_capacity(text.len() + 32);
        let mut writer = Writer::new(&mut datagram, kind, code, id, message.token());
        writer.options(options, &[]);
        writer.payload(text.as_bytes());
        self.send(Outgoing::Datagram(*peer, datagram));
    }

    /// Answers a request for a further block of a body that was kept. This leaves no exchange: a duplicate gets the
    /// same block again.
    fn serve_kept(&mut self, now: Instant, peer: &Peer, message: &Message<'_>, asked: &Asked) -> bool {
        let Some(block) = asked.block2.filter(|block| block.number > 0 && asked.block1.is_none()) else { return false };
        let exponent = block.exponent.min(self.limits.block_exponent());
        let Some(kept) = self.kept.find(now, peer, asked.key, &self.limits, &mut self.deadlines) else { return false };
        let Some((block2, payload)) = Block::cut(&kept.body, block.offset(), exponent) else {
            self.answer_at_once(peer, message, Code::BAD_REQUEST, &[], "");
            return true;
        };
        let confirmable = message.kind() == MessageType::Confirmable;
        let kind = if confirmable { MessageType::Acknowledgement } else { MessageType::NonConfirmable };
        let mut datagram = Vec::with_capacity(kept.head.len() + payload.len() + 16);
        let mut writer = Writer::new(&mut datagram, kind, kept.code, message.id(), message.token());
        let mut block2 = Some(block2.value());
        for option in Message::parse(&kept.head).iter().flat_map(Message::options) {
            if option.number > number::BLOCK2
                && let Some(block2) = block2.take()
            {
                writer.uint(number::BLOCK2, block2);
            }
            writer.option(option.number, option.value);
        }
        writer.options(&[(number::BLOCK2, block2)], &[]);
        writer.payload(payload);
        if !confirmable {
            let id = self.new_message_id(peer);
            restamp(&mut datagram, MessageType::NonConfirmable, id);
        }
        self.send(Outgoing::Datagram(*peer, datagram));
        true
    }

    /// Takes a block of a body; returns the body with the last one. Any other leaves no exchange: a duplicate is
    /// harmless.
    fn take_block(
        &mut self,
        now: Instant,
        peer: &Peer,
        message: &Message<'_>,
        asked: &Asked,
        block: Block,
    ) -> Option<Vec<u8>> {
        let arrival = Arrival {
            peer: *peer,
            options: asked.key.options,
            message_id: message.id(),
            block,
            size1: asked.size1,
            payload: message.payload(),
        };
        // RFC 7959 section 2.3: the answer may ask for smaller blocks from here on.
        let exponent = block.exponent.min(self.limits.block_exponent());
        let echo = |exponent| (number::BLOCK1, Some(Block { exponent, ..block }.value()));
        let (code, max_age, block1) = match self.uploads.arrive(now, arrival, &self.limits, &mut self.deadlines) {
            Progress::Complete(body) => return Some(body),
            Progress::Continue => (Code::CONTINUE, None, echo(exponent)),
            Progress::Malformed => (Code::BAD_REQUEST, None, echo(exponent)),
            Progress::Incomplete => (Code::REQUEST_ENTITY_INCOMPLETE, None, echo(exponent)),
            Progress::Full => (Code::SERVICE_UNAVAILABLE, Some(RETRY_AFTER), echo(block.exponent)),
            Progress::TooLarge => {
                self.refuse_too_large(peer, message);
                return None;
            }
        };
        self.answer_at_once(peer, message, code, &[(number::MAX_AGE, max_age), block1], "");
        None
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
        let exchange = self.exchanges.get(key).filter(|exchange| exchange.state.is_open()).ok_or(Gone)?;
        let (peer, token, id) = (exchange.peer, exchange.token, exchange.message_id);
        let (block1, block2, size2, cache_key) = (exchange.block1, exchange.block2, exchange.size2, exchange.key);
        let (confirmable, piggybacks) = (exchange.confirmable, exchange.state == State::Received);
        self.lent = Vec::new();
        let mut cut = self.cut(now, peer, cache_key, block2, response);
        if size2 && cut.block2.is_some() {
            cut.size2 = u32::try_from(response.payload.len()).ok();
        }
        if confirmable && piggybacks {
            let reply = encode(MessageType::Acknowledgement, id, token, sequence, block1, &cut, response);
            self.conclude(key, State::Answered(reply));
            self.send(Outgoing::Reply(key));
            return Ok(None);
        }
        self.conclude(key, State::Separate);
        let mut datagram = encode(MessageType::NonConfirmable, 0, token, sequence, block1, &cut, response);
        if confirmable {
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
        self.send(Outgoing::Datagram(peer, datagram));
        Ok(None)
    }

    fn conclude(&mut self, key: Key, state: State) {
        if let Some(exchange) = self.exchanges.get_mut(key) {
            exchange.state = state;
        }
        self.exchanges.settle();
    }

    /// Decides which part of a response goes out now, and keeps the whole where more parts will be asked for
    /// (RFC 7959 section 2.4).
    fn cut<'a>(
        &mut self,
        now: Instant,
        peer: Peer,
        key: CacheKey,
        asked: Option<Block>,
        response: &Response<'a>,
    ) -> Cut<'a> {
        let ours = self.limits.block_exponent();
        let exponent = asked.map_or(ours, |block| block.exponent.min(ours));
        let size = Block { exponent, ..FIRST_BLOCK }.size();
        let fits = response.payload.len() <= size;
        if fits && (asked.is_none() || !response.code.is_success()) {
            return Cut { code: response.code, block2: None, size2: None, payload: response.payload };
        }
        let offset = asked.filter(|_| response.code.is_success()).map_or(0, Block::offset);
        let Some((block2, payload)) = Block::cut(response.payload, offset, exponent) else {
            return Cut { code: Code::BAD_REQUEST, block2: None, size2: None, payload: &[] };
        };
        if !fits {
            let mut head = Vec::new();
            let kind = MessageType::NonConfirmable;
            let mut writer = Writer::new(&mut head, kind, response.code, 0, Token::default());
            writer.options(&[content_format(response)], response.options);
            let kept = Kept { code: response.code, head, body: response.payload.to_vec() };
            self.kept.keep(now, peer, key, kept, &self.limits, &mut self.deadlines);
        }
        Cut { code: response.code, block2: Some(block2), size2: None, payload }
    }
}

const FIRST_BLOCK: Block = Block { number: 0, more: false, exponent: 6 };

fn content_format(response: &Response<'_>) -> OurOption {
    (number::CONTENT_FORMAT, response.content_format.map(u32::from))
}

/// Writes the message that carries a part of a response.
fn encode(
    kind: MessageType,
    id: u16,
    token: Token,
    sequence: Option<u32>,
    block1: Option<Block>,
    cut: &Cut<'_>,
    response: &Response<'_>,
) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(cut.payload.len() + 48);
    let mut writer = Writer::new(&mut datagram, kind, cut.code, id, token);
    // an error of ours in place of the response has nothing of it
    let is_whole = cut.code == response.code;
    let (format, value) = content_format(response);
    let ours = [
        (number::OBSERVE, sequence),
        (format, value.filter(|_| is_whole)),
        (number::BLOCK2, cut.block2.map(Block::value)),
        (number::BLOCK1, block1.map(Block::value)),
        (number::SIZE2, cut.size2),
    ];
    writer.options(&ours, if is_whole { response.options } else { &[] });
    writer.payload(cut.payload);
    datagram
}

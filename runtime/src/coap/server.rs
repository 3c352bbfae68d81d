//! The server's part of the endpoint: requests come, and what the endpoint answers by itself.

use super::Peer;
use super::block::Block;
use super::code::{Code, Method};
use super::content_format::PROBLEM_DETAILS_CBOR;
use super::endpoint::{Endpoint, Outgoing};
use super::exchange::{Exchange, Repeat, State};
use super::incoming::{Asked, Refusal, Unwanted, payload_hash};
use super::limits::Unverified;
use super::message::{Message, MessageType, Token};
use super::observe::Observe;
use super::option::{OutgoingOption, number};
use super::problem::unprocessed_option;
use super::request::{RequestId, Response};
use super::slots::Key;
use super::upload::{Arrival, Progress};
use super::writer::{OurOption, Writer, aged, restamp};
use crate::time::Instant;
use alloc::vec::Vec;
use core::time::Duration;

/// Max-Age of a 5.03: when a client may try again.
const RETRY_AFTER: u32 = 5;

/// A request that the application is to answer.
pub(super) struct Accepted {
    pub(super) id: RequestId,
    pub(super) method: Method,
    pub(super) content_format: Option<u16>,
    pub(super) accept: Option<u16>,
    pub(super) observe: Option<Observe>,
    pub(super) echo_age: Option<Duration>,
    pub(super) if_none_match: bool,
    /// Whether the message is in `local`.
    #[cfg(feature = "proxy-uri")]
    pub(super) is_local: bool,
    /// Whether its body is in `lent`.
    pub(super) assembled: bool,
}

impl Endpoint {
    #[inline(never)]
    pub(super) fn handle_request(
        &mut self,
        now: Instant,
        peer: &Peer,
        message: &Message<'_>,
        bytes: usize,
    ) -> Option<Accepted> {
        if !peer.is_connected()
            && let Some(key) = self.exchanges.find(peer, message.id())
        {
            self.counters.duplicates += 1;
            self.repeat(now, key);
            return None;
        }
        let mut asked = match Asked::read(peer, message, self.seed) {
            Ok(asked) => asked,
            #[cfg(feature = "proxy-uri")]
            Err(Refusal::Proxying) if let Some(local) = self.as_local(message) => {
                let accepted = self.handle_request(now, peer, &Message::parse(&local).ok()?, bytes)?;
                self.local = local;
                return Some(Accepted { is_local: true, ..accepted });
            }
            Err(refusal) => {
                self.refuse(peer, message, refusal);
                return None;
            }
        };
        if message.token().len() > self.limits.token.max(8) {
            // RFC 8974 section 2.2.2
            self.answer_at_once(peer, message, Code::BAD_REQUEST, &[], "the token is too long");
            return None;
        }
        let echo = message.option(number::ECHO).filter(|_| cfg!(feature = "echo") && asked.echo);
        let echo_age = echo.and_then(|echo| self.echo_age(now, peer, echo.value));
        if echo_age.is_some_and(|age| age <= self.limits.peer_timeout) {
            self.verified(now, peer);
        } else if cfg!(feature = "echo") && self.limits.unverified == Unverified::Challenged && !self.is_verified(peer)
        {
            // RFC 9175 section 2.4, item 3
            let echo = self.echo_value(now, peer);
            let echo = [OutgoingOption::bytes(number::ECHO, &echo)];
            self.write_at_once(peer, message, &Response::new(Code::UNAUTHORIZED).with_options(&echo), &[]);
            return None;
        }
        if self.exchanges.open_of(peer) >= self.limits.open_per_peer.max(1) {
            // RFC 8516 section 3
            let options = [(number::MAX_AGE, Some(RETRY_AFTER))];
            self.answer_at_once(peer, message, Code::TOO_MANY_REQUESTS, &options, "");
            return None;
        }
        if cfg!(feature = "kept-bodies") && self.serve_kept(now, peer, message, &asked) {
            return None;
        }
        let is_whole = asked.method == Method::Get || (asked.method.is_safe() && asked.key.payload.is_some());
        if asked.block1.is_none() && !is_whole && asked.block2.is_some_and(|block| block.number > 0) {
            // The rest of an answer that is not there any more; to ask the application would be to do it again, or, of a
            // FETCH whose body came in blocks, something else.
            self.answer_at_once(peer, message, Code::REQUEST_ENTITY_INCOMPLETE, &[], "");
            return None;
        }
        if message.payload().len() > self.limits.body {
            self.refuse_too_large(peer, message);
            return None;
        }
        let mut first_id = message.id();
        let mut if_none_match = asked.if_none_match;
        let assembled = match asked.block1 {
            Some(block) if cfg!(feature = "uploads") => {
                (self.lent, first_id, if_none_match) = self.take_block(now, peer, message, &asked, block)?;
                asked.key.payload = payload_hash(self.seed, &self.lent);
                true
            }
            _ => false,
        };
        if asked.observe == Some(Observe::Deregister)
            && let Some(key) = self.observations.find(peer, message.token())
        {
            self.observation_lost(key);
        }
        let confirmable = message.kind() == MessageType::Confirmable;
        let lifetime = if confirmable { self.limits.exchange_lifetime() } else { self.limits.non_lifetime() };
        let exchange = Exchange {
            peer: *peer,
            message_id: message.id(),
            confirmable,
            safe: asked.method.is_safe(),
            token: Token::new(message.token()).unwrap_or_default(),
            key: asked.key,
            bytes,
            block1: asked.block1,
            first_id,
            told: None,
            block2: asked.block2,
            size2: asked.size2,
            unwanted: asked.unwanted,
            etags: asked.etags,
            to_group: self.to_group,
            observe: asked.observe,
            state: State::Received,
            received: now,
            ends: now + lifetime,
        };
        let Some(key) = self.exchanges.insert(exchange, &self.limits, &mut self.counters) else {
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
            echo_age,
            if_none_match,
            #[cfg(feature = "proxy-uri")]
            is_local: false,
            assembled,
        })
    }

    fn repeat(&mut self, now: Instant, key: Key) {
        let Some(exchange) = self.exchanges.get(key) else { return };
        let (peer, id) = (exchange.peer, exchange.message_id);
        if cfg!(feature = "elective")
            && let State::Answered(reply) = &exchange.state
            && let Some(reply) = aged(reply, (now - exchange.received).as_secs())
        {
            self.send(Outgoing::Datagram(peer, reply));
            return;
        }
        match exchange.repeat() {
            Repeat::Silence => {}
            Repeat::Acknowledgement => self.send_empty(peer, MessageType::Acknowledgement, id),
            Repeat::Reply => self.send(Outgoing::Reply(key)),
        }
    }

    fn refuse(&mut self, peer: &Peer, message: &Message<'_>, refusal: Refusal) {
        let confirmable = message.kind() == MessageType::Confirmable;
        if !confirmable && !peer.is_connected() && refusal.is_silent_for_non() {
            self.counters.refused += 1;
            return;
        }
        let Refusal::UnrecognisedOption(number) = refusal else {
            return self.answer_at_once(peer, message, refusal.code(), &[], "");
        };
        if !cfg!(feature = "elective") {
            return self.answer_at_once(peer, message, refusal.code(), &[], "");
        }
        // RFC 7252 section 5.4.1: what is not understood is told, as RFC 9290 section 3.1.1 has it.
        let payload = unprocessed_option(number);
        let response =
            Response { content_format: Some(PROBLEM_DETAILS_CBOR), payload: &payload, ..Response::new(refusal.code()) };
        self.write_at_once(peer, message, &response, &[]);
    }

    fn refuse_too_large(&mut self, peer: &Peer, message: &Message<'_>) {
        let read = |option| Block::read_from(peer, option).map(Block::value);
        let block1 = message.option(number::BLOCK1).and_then(read);
        let options = [(number::SIZE1, u32::try_from(self.limits.body).ok()), (number::BLOCK1, block1)];
        self.answer_at_once(peer, message, Code::REQUEST_ENTITY_TOO_LARGE, &options, "");
    }

    /// Answers the last block of a request that was delivered: its sender made it anew, under another id, because no
    /// answer reached it. A new transfer would have begun with a first block.
    fn repeat_answer(&mut self, delivered: Option<Key>, peer: &Peer, message: &Message<'_>, block: Block) -> bool {
        let (kind, id) = self.reply_header(peer, message);
        let Some(key) = delivered else { return false };
        let Some(exchange) = self.exchanges.get(key).filter(|exchange| exchange.block1 == Some(block)) else {
            return false;
        };
        if let Some(Ok(reply)) = exchange.answer().map(Message::parse) {
            let mut datagram = Vec::with_capacity(reply.payload().len() + 64);
            let mut writer = Writer::new(&mut datagram, kind, reply.code(), id, message.token());
            reply.options().for_each(|option| writer.option(option.number, option.value));
            writer.payload(reply.payload());
            self.send(Outgoing::Datagram(*peer, datagram));
            return true;
        }
        if exchange.state == State::Received {
            // so that the answer, when it comes, is a message of its own
            self.acknowledge_request(key);
        }
        if kind == MessageType::Acknowledgement {
            self.send_empty(*peer, kind, id);
        }
        true
    }

    /// Type and id of the reply to a request.
    fn reply_header(&mut self, peer: &Peer, message: &Message<'_>) -> (MessageType, u16) {
        match message.kind() {
            MessageType::Confirmable => (MessageType::Acknowledgement, message.id()),
            _ => (MessageType::NonConfirmable, self.new_message_id(peer)),
        }
    }

    /// Answers a request that leaves no state: a duplicate of it is answered anew.
    fn answer_at_once(&mut self, peer: &Peer, message: &Message<'_>, code: Code, options: &[OurOption], text: &str) {
        self.write_at_once(peer, message, &Response::diagnostic(code, text), options);
    }

    fn write_at_once(&mut self, peer: &Peer, message: &Message<'_>, response: &Response<'_>, options: &[OurOption]) {
        let counter = match response.code {
            Code::CONTINUE | Code::CONTENT => None,
            Code::REQUEST_ENTITY_TOO_LARGE => Some(&mut self.counters.refused_too_large),
            Code::SERVICE_UNAVAILABLE => Some(&mut self.counters.refused_busy),
            Code::TOO_MANY_REQUESTS => Some(&mut self.counters.refused_too_many),
            Code::UNAUTHORIZED => Some(&mut self.counters.challenged),
            _ => Some(&mut self.counters.refused),
        };
        counter.into_iter().for_each(|counter| *counter += 1);
        let option = message.option(number::NO_RESPONSE).filter(|_| cfg!(feature = "elective"));
        let unwanted = option.map(Unwanted::read).unwrap_or_default();
        let is_wanted = response.code == Code::CONTINUE || unwanted.lets_pass(response.code, self.to_group);
        if !is_wanted {
            if message.kind() == MessageType::Confirmable {
                self.send_empty(*peer, MessageType::Acknowledgement, message.id());
            }
            return;
        }
        let (kind, id) = self.reply_header(peer, message);
        let mut datagram = Vec::with_capacity(response.payload.len() + 32);
        let mut writer = Writer::new(&mut datagram, kind, response.code, id, message.token());
        let format = (number::CONTENT_FORMAT, response.content_format.map(u32::from));
        let options: Vec<_> = options.iter().copied().chain([format]).collect();
        writer.options(&options, response.options);
        writer.payload(response.payload);
        self.send(Outgoing::Datagram(*peer, datagram));
    }

    /// Answers a request for a further block of a body that was kept. This leaves no exchange: a duplicate gets the
    /// same block again.
    fn serve_kept(&mut self, now: Instant, peer: &Peer, message: &Message<'_>, asked: &Asked) -> bool {
        let Some(block) = asked.block2.filter(|block| block.number > 0 && asked.block1.is_none()) else { return false };
        let capacity = self.capacity(peer).at_most(block.exponent);
        if !self.kept.holds(peer, asked.key) {
            return false;
        }
        // It knows of the first block: it is there.
        self.verified(now, peer);
        let Some(kept) = self.kept.find(now, peer, asked.key, &self.limits, &mut self.deadlines) else { return false };
        let Some((block2, payload)) = Block::cut(&kept.body, block.offset(), capacity) else {
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
    ) -> Option<(Vec<u8>, u16, bool)> {
        let delivered = self.exchanges.find_transfer(peer, asked.key.options);
        // RFC 7959 section 2.3: the answer may ask for smaller blocks from here on.
        let exponent = block.exponent.min(self.capacity(peer).exponent);
        let echo = |exponent| (number::BLOCK1, Some(Block { exponent, ..block }.value()));
        if let Some(key) = delivered.filter(|_| block.number == 0) {
            let is_late = self.exchanges.get(key).is_some_and(|exchange| exchange.first_id == message.id());
            if is_late && block.more {
                self.answer_at_once(peer, message, Code::CONTINUE, &[echo(exponent)], "");
                return None;
            }
            self.exchanges.forget_transfer(key);
        }
        let arrival = Arrival {
            peer: *peer,
            options: asked.key.options,
            message_id: message.id(),
            block,
            size1: asked.size1,
            if_none_match: asked.if_none_match,
            payload: message.payload(),
        };
        let dropped = &mut self.counters.transfers_dropped;
        let progress = self.uploads.arrive(now, arrival, &self.limits, &mut self.deadlines, dropped);
        let (code, max_age, block1) = match progress {
            Progress::Complete { body, first_id, if_none_match } => return Some((body, first_id, if_none_match)),
            Progress::Continue => (Code::CONTINUE, None, echo(exponent)),
            Progress::Malformed => (Code::BAD_REQUEST, None, echo(exponent)),
            Progress::Incomplete if !block.more && self.repeat_answer(delivered, peer, message, block) => return None,
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
}

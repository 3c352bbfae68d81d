//! The client's part of the endpoint: our requests and the responses to them.

use super::Peer;
use super::block::Block;
use super::code::{Code, Method};
use super::confirmable::Owner;
use super::deadline::Timer;
use super::endpoint::Endpoint;
use super::message::{Message, MessageType, Token};
use super::observe::is_fresher;
use super::option::{OutgoingOption, number};
use super::request::{CallFailure, CallId, Event, Full, IncomingResponse, OutgoingRequest, Received};
use super::slots::{Key, Slots};
use super::writer::{OurOption, Writer};
use crate::time::Instant;
use alloc::vec::Vec;

/// How far a request of ours is.
///
/// ```text
///               empty ACK
///   InFlight ──────────────▶ Waiting
///    ▲  │ │ response            │ response
///    │  │ └─────────────────┬───┘
///    │  │ RST, no ACK: gone │ Waiting too long: gone
///    │  └───────▶           ▼
///    ├──────── a block of the request or of the response is missing
///    │                      │ complete, and it is observed
///    │                      ▼
///    └──────────────── Observing ──▶ gone: error, response without Observe, cancel
///       notification      │  ▲
///       in blocks         └──┘ notification
/// ```
/// A complete response to a request that doesn't observe ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// A CON of the call has no ACK yet.
    InFlight(Key),
    /// It has; the response comes in a message of its own.
    Waiting,
    /// Nothing is asked; notifications may come.
    Observing,
}

/// A response that comes block by block.
#[derive(Debug)]
struct Download {
    body: Vec<u8>,
    code: Code,
    etag: Option<Vec<u8>>,
    exponent: u8,
    /// Whether its first block had the Observe option.
    observing: bool,
}

/// A request of ours.
#[derive(Debug)]
pub(super) struct Call {
    peer: Peer,
    method: Method,
    observe: bool,
    /// The random part of its tokens.
    nonce: [u8; 5],
    /// Counts its tokens: 0 is that of the request and its notifications; each response that comes in blocks has its
    /// further blocks under another one (RFC 7959 section 2.6 and 3.4).
    series: u8,
    /// A message with the request's options and nothing else.
    head: Vec<u8>,
    body: Vec<u8>,
    /// Where in the body the block starts that is on its way.
    offset: usize,
    /// The size exponent of the request's blocks.
    exponent: u8,
    stage: Stage,
    download: Option<Download>,
    /// Number and time of the freshest notification.
    freshest: Option<(u32, Instant)>,
}

impl Call {
    fn token(&self, key: Key, series: u8) -> Token {
        let [_, _, high, low] = key.index().to_be_bytes();
        let [a, b, c, d, e] = self.nonce;
        Token::new(&[high, low, series, a, b, c, d, e]).unwrap_or_default()
    }

    fn block_size(&self) -> usize {
        Block { number: 0, more: false, exponent: self.exponent }.size()
    }

    fn is_uploading(&self) -> bool {
        self.body.len() > self.block_size()
    }
}

/// The requests of ours that wait for a response.
#[derive(Debug)]
pub(super) struct Calls {
    entries: Slots<Call>,
}

impl Calls {
    pub(super) const fn new() -> Calls {
        Calls { entries: Slots::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The call that a token belongs to, and which of its tokens it is. The token names the slot, and 40 random bits
    /// that its tenant chose.
    fn find(&self, peer: &Peer, token: Token) -> Option<(Key, u8)> {
        let [high, low, series, ..] = *token.as_slice() else { return None };
        let key = self.entries.key_at(u32::from(u16::from_be_bytes([high, low])))?;
        let call = self.entries.get(key)?;
        (call.peer.is(peer) && call.token(key, series) == token).then_some((key, series))
    }
}

/// What a response means for its call.
enum Verdict {
    /// Nothing: it is late or repeated.
    Ignore,
    /// The next block of the request or the response is to be asked for.
    Proceed,
    /// It is complete.
    Deliver {
        assembled: Option<Vec<u8>>,
        observing: bool,
    },
    /// The download of a notification failed; the next notification comes anyway.
    Abandon,
    Fail(CallFailure),
}

impl Endpoint {
    /// Sends a request as CON, its body in blocks if it must be, and asks for all blocks of the response. The response
    /// comes from [`Endpoint::handle_datagram`], a failure from [`Endpoint::poll_event`].
    ///
    /// # Errors
    /// [`Full`] if too many requests wait already.
    pub fn request(&mut self, now: Instant, peer: Peer, request: &OutgoingRequest<'_>) -> Result<CallId, Full> {
        let full = self.calls.len() >= self.limits.calls.min(usize::from(u16::MAX));
        if full || self.confirmables.len() >= self.limits.confirmables {
            return Err(Full);
        }
        let mut head = Vec::new();
        let code = request.method.code();
        let options: Vec<_> = request.all_options().collect();
        Writer::new(&mut head, MessageType::NonConfirmable, code, 0, Token::default()).options(&[], &options);
        let [a, b, c, d, e, ..] = self.random.number().to_be_bytes();
        let key = self.calls.entries.insert(Call {
            peer,
            method: request.method,
            observe: request.observe && request.method.is_safe(),
            nonce: [a, b, c, d, e],
            series: 0,
            head,
            body: request.payload.to_vec(),
            offset: 0,
            exponent: self.limits.block_exponent(),
            stage: Stage::Waiting,
            download: None,
            freshest: None,
        });
        self.proceed(now, key);
        Ok(CallId(key))
    }

    /// Gives up a request: nothing more comes for it. The server of one that observes is told (RFC 7641 section 3.6).
    pub fn cancel(&mut self, now: Instant, call: CallId) {
        let Some(call_entry) = self.remove_call(call.0) else { return };
        if !call_entry.observe {
            return;
        }
        let payload = if call_entry.is_uploading() { &[] } else { call_entry.body.as_slice() };
        let options = [(number::OBSERVE, Some(1))];
        let datagram = encode(&call_entry, call_entry.token(call.0, 0), &options, payload);
        self.send_confirmable(now, call_entry.peer, Owner::Nobody, datagram);
    }

    pub(super) fn call_acknowledged(&mut self, now: Instant, key: Key) {
        let Some(call) = self.calls.entries.get_mut(key) else { return };
        call.stage = Stage::Waiting;
        self.deadlines.restart(Timer::Response(key), now + self.limits.response_timeout);
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
            let confirmable = self.confirmables.find(&peer, message.id()).and_then(|key| self.confirmables.get(key))?;
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
            // RFC 7252 section 4.2: what can't be matched is rejected.
            if message.kind() == MessageType::Confirmable {
                self.send_empty(peer, MessageType::Reset, message.id());
            }
            return None;
        };
        if message.kind() == MessageType::Confirmable {
            self.send_empty(peer, MessageType::Acknowledgement, message.id());
        }
        let body_limit = self.limits.body;
        let call = self.calls.entries.get_mut(key)?;
        match call.judge(now, series, &message, body_limit) {
            Verdict::Ignore => None,
            Verdict::Proceed => {
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
                } else {
                    self.remove_call(key);
                }
                let is_assembled = assembled.is_some();
                self.lent = assembled.unwrap_or_default();
                Some(Received::Response {
                    call: CallId(key),
                    response: IncomingResponse {
                        code: message.code(),
                        content_format: message
                            .uint(number::CONTENT_FORMAT)
                            .and_then(|format| u16::try_from(format).ok()),
                        observing,
                        payload: if is_assembled { &self.lent } else { message.payload() },
                        message,
                    },
                })
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
        let ours = self.limits.block_exponent();
        let Some(call) = self.calls.entries.get(key) else { return };
        let peer = call.peer;
        let datagram = match &call.download {
            Some(download) => call.encode_download(key, download),
            None => call.encode_upload(key, ours),
        };
        let message = self.send_confirmable(now, peer, Owner::Call(key), datagram);
        if let (Some(message), Some(call)) = (message, self.calls.entries.get_mut(key)) {
            call.stage = Stage::InFlight(message);
        }
    }

    /// Nothing is asked any more, but notifications may come.
    fn rest(&mut self, key: Key) {
        self.stop_waiting(key);
        if let Some(call) = self.calls.entries.get_mut(key) {
            call.stage = Stage::Observing;
            call.download = None;
        }
    }

    fn stop_waiting(&mut self, key: Key) {
        let Some(call) = self.calls.entries.get_mut(key) else { return };
        self.deadlines.stop(Timer::Response(key));
        if let Stage::InFlight(message) = call.stage {
            self.confirmables.remove(message, &mut self.deadlines);
            call.stage = Stage::Waiting;
        }
    }

    fn remove_call(&mut self, key: Key) -> Option<Call> {
        self.stop_waiting(key);
        self.calls.entries.remove(key)
    }
}

impl Call {
    /// Decides what a response means, and takes it in.
    fn judge(&mut self, now: Instant, series: u8, message: &Message<'_>, limit: usize) -> Verdict {
        match &self.download {
            Some(_) if series == self.series => self.judge_further_block(message, limit),
            // A newer notification while the blocks of an older one are fetched.
            Some(_) if series == 0 && self.observe => self.judge_response(now, message, limit),
            Some(_) => Verdict::Ignore,
            None if series != 0 => Verdict::Ignore,
            None if self.stage != Stage::Observing && self.is_uploading() => match self.judge_upload(message) {
                Some(verdict) => verdict,
                None => self.judge_response(now, message, limit),
            },
            None if message.code() == Code::CONTINUE => Verdict::Fail(CallFailure::BrokenTransfer),
            None => self.judge_response(now, message, limit),
        }
    }

    /// A response while blocks of the request are sent (RFC 7959 section 2.5); `None` if it is the final one.
    fn judge_upload(&mut self, message: &Message<'_>) -> Option<Verdict> {
        let block = message.option(number::BLOCK1).and_then(Block::read);
        let last = self.offset + self.block_size() >= self.body.len();
        match (message.code(), block) {
            (Code::CONTINUE, Some(block)) => {
                if last {
                    return Some(Verdict::Fail(CallFailure::BrokenTransfer));
                }
                let sent = self.block_size();
                if block.number as usize != self.offset / sent {
                    return Some(Verdict::Ignore);
                }
                self.offset += sent;
                self.exponent = self.exponent.min(block.exponent);
                Some(Verdict::Proceed)
            }
            (Code::CONTINUE, None) => Some(Verdict::Fail(CallFailure::BrokenTransfer)),
            // The server asks for smaller blocks (RFC 7959 section 2.9.3).
            (Code::REQUEST_ENTITY_TOO_LARGE, Some(block)) if self.offset == 0 && block.exponent < self.exponent => {
                self.exponent = block.exponent;
                Some(Verdict::Proceed)
            }
            _ => None,
        }
    }

    /// A response, or the first block of one, or a notification.
    fn judge_response(&mut self, now: Instant, message: &Message<'_>, limit: usize) -> Verdict {
        let observe = message.uint(number::OBSERVE).filter(|_| self.observe && message.code().is_success());
        if let Some(sequence) = observe {
            let incoming = (sequence, now);
            if self.freshest.is_some_and(|freshest| !is_fresher(freshest, incoming)) {
                return Verdict::Ignore;
            }
            self.freshest = Some(incoming);
        }
        let observing = observe.is_some();
        let block = match message.option(number::BLOCK2).map(Block::read) {
            None => return Verdict::Deliver { assembled: None, observing },
            Some(Some(block)) if !block.more && block.number == 0 => {
                return Verdict::Deliver { assembled: None, observing };
            }
            Some(Some(block)) => block,
            Some(None) => return Verdict::Fail(CallFailure::BrokenTransfer),
        };
        if block.number != 0 || message.payload().len() != block.size() {
            return Verdict::Fail(CallFailure::BrokenTransfer);
        }
        let size2 = message.uint(number::SIZE2).map_or(0, |size| size as usize);
        if size2.max(message.payload().len()) > limit {
            return Verdict::Fail(CallFailure::TooLarge);
        }
        self.series = self.series.checked_add(1).unwrap_or(1);
        self.download = Some(Download {
            body: message.payload().to_vec(),
            code: message.code(),
            etag: message.values(number::ETAG).next().map(<[u8]>::to_vec),
            exponent: block.exponent,
            observing,
        });
        Verdict::Proceed
    }

    /// A further block of a response (RFC 7959 section 2.4).
    fn judge_further_block(&mut self, message: &Message<'_>, limit: usize) -> Verdict {
        let Some(download) = &mut self.download else { return Verdict::Ignore };
        let broken = if download.observing { Verdict::Abandon } else { Verdict::Fail(CallFailure::BrokenTransfer) };
        let block = message.option(number::BLOCK2).and_then(Block::read);
        let Some(block) = block.filter(|_| message.code() == download.code) else {
            let observing = download.observing;
            return if observing { Verdict::Abandon } else { Verdict::Deliver { assembled: None, observing } };
        };
        if block.offset() < download.body.len() {
            return Verdict::Ignore;
        }
        let full = message.payload().len() == block.size() || !block.more;
        let same = message.values(number::ETAG).next() == download.etag.as_deref();
        if block.offset() != download.body.len() || !full || !same {
            return broken;
        }
        if download.body.len() + message.payload().len() > limit {
            return if download.observing { Verdict::Abandon } else { Verdict::Fail(CallFailure::TooLarge) };
        }
        download.body.extend_from_slice(message.payload());
        download.exponent = block.exponent;
        if block.more {
            return Verdict::Proceed;
        }
        let observing = download.observing;
        Verdict::Deliver { assembled: self.download.take().map(|download| download.body), observing }
    }

    /// The request for the next block of a response. A FETCH repeats its payload, which belongs to its cache-key, if
    /// that fits into one message.
    fn encode_download(&self, key: Key, download: &Download) -> Vec<u8> {
        let size = Block { number: 0, more: false, exponent: download.exponent }.size();
        let number = u32::try_from(download.body.len() / size).unwrap_or(Block::LAST_NUMBER);
        let block = Block { number, more: false, exponent: download.exponent };
        let repeats = self.method == Method::Fetch && !self.is_uploading();
        let payload = if repeats { self.body.as_slice() } else { &[] };
        let options = [(number::BLOCK2, Some(block.value()))];
        encode(self, self.token(key, self.series), &options, payload)
    }

    /// The request, or the next block of it.
    fn encode_upload(&self, key: Key, ours: u8) -> Vec<u8> {
        let size = self.block_size();
        let rest = self.body.get(self.offset..).unwrap_or(&[]);
        let more = rest.len() > size;
        let payload = rest.get(..size).unwrap_or(rest);
        let number = u32::try_from(self.offset / size).unwrap_or(Block::LAST_NUMBER);
        let block1 = Block { number, more, exponent: self.exponent };
        let block2 = Block { number: 0, more: false, exponent: ours };
        let total = u32::try_from(self.body.len()).ok().filter(|_| self.offset == 0);
        let uploading = self.is_uploading();
        let options = [
            (number::OBSERVE, self.observe.then_some(0)),
            (number::BLOCK1, uploading.then(|| block1.value())),
            (number::SIZE1, total.filter(|_| uploading)),
            // RFC 7959 section 2.4: a client that wants smaller blocks says so at once.
            (number::BLOCK2, (ours < 6 && !more).then(|| block2.value())),
        ];
        encode(self, self.token(key, 0), &options, payload)
    }
}

/// Writes a message of a call; type and id are put in when it is sent.
fn encode(call: &Call, token: Token, options: &[OurOption], payload: &[u8]) -> Vec<u8> {
    let mut datagram = Vec::with_capacity(call.head.len() + payload.len() + 32);
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, call.method.code(), 0, token);
    if let Ok(head) = Message::parse(&call.head) {
        let theirs: Vec<_> = head.options().map(OutgoingOption::from).collect();
        writer.options(options, &theirs);
    }
    writer.payload(payload);
    datagram
}

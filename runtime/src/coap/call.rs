//! A request of ours: its state, what a response means for it, and its next message.

use super::Peer;
use super::block::Block;
use super::capacity::Capacity;
use super::code::{Code, Method};
use super::limits::Limits;
use super::message::{Message, MessageType, Token};
use super::observe::is_fresher;
use super::option::{OutgoingOption, number};
use super::request::CallFailure;
use super::slots::Key;
use super::writer::{OurOption, Writer};
use crate::time::Instant;
use alloc::boxed::Box;
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
pub(super) enum Stage {
    /// A CON of the call has no ACK yet.
    InFlight(Key),
    /// It has; the response comes in a message of its own.
    Waiting,
    /// Nothing is asked; notifications may come.
    Observing,
}

/// Which part of a call is on its way, block by block (RFC 7959).
///
/// ```text
///     2.31: the next block,                            the next block,
///     4.08: from the start                             another ETag: from the start
///           ┌────┐                                           ┌────┐
///           │    ▼         the first block of the response   │    ▼
///   ────▶ Request(offset) ──────────────────────────────▶ Response(download)
///              │                                           │         ▲
///              │ the whole response, and it is observed    │         │ the first block of a notification
///              └──────────────▶ Nothing ◀──────────────────┘         │
///                                  └─────────────────────────────────┘
/// ```
/// Where the request itself came in blocks, another ETag leads back to it: the server needs its body again. A message
/// that gets no answer is made anew (`Limits::block_attempts`); the whole response ends a call that doesn't
/// observe.
#[derive(Debug)]
pub(super) enum Transfer {
    /// The request: where in its body the block starts that is on its way.
    Request { offset: usize },
    /// The response.
    Response(Download),
    /// Nothing: it observes, and notifications may come.
    Nothing,
}

/// A response that comes block by block.
#[derive(Debug)]
pub(super) struct Download {
    /// What is there of it.
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
    pub(super) peer: Peer,
    pub(super) method: Method,
    pub(super) observe: bool,
    pub(super) confirmable: bool,
    /// The random part of its tokens.
    pub(super) nonce: [u8; 5],
    /// Counts its tokens: 0 is that of the request and its notifications; each response that comes in blocks has its
    /// further blocks under another one (RFC 7959 section 2.6 and 3.4).
    pub(super) series: u8,
    /// A message with the request's options and nothing else.
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
    /// How much of it goes into one message.
    pub(super) capacity: Capacity,
    /// Request-Tag: tells transfers apart that are alike otherwise (RFC 9175 section 3.5.2).
    pub(super) tag: Option<u32>,
    /// How many further requests for the same observation it stands for (RFC 7641 section 3.1).
    pub(super) shared: u16,
    pub(super) stage: Stage,
    pub(super) transfer: Transfer,
    /// Echo: what the server gave us last (RFC 9175 section 2.3).
    pub(super) echo: Option<Box<[u8]>>,
    /// How often the message on its way was made anew.
    pub(super) attempts: u8,
    /// How often a transfer began again.
    pub(super) restarts: u8,
    /// Number and time of the freshest notification.
    pub(super) freshest: Option<(u32, Instant)>,
}

impl Call {
    pub(super) fn token(&self, key: Key, series: u8) -> Token {
        let [_, _, high, low] = key.index().to_be_bytes();
        let [a, b, c, d, e] = self.nonce;
        Token::new(&[high, low, series, a, b, c, d, e]).unwrap_or_default()
    }

    pub(super) fn is_uploading(&self) -> bool {
        self.body.len() > self.capacity.whole
    }
}

/// What bounds a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// Bytes of the response.
    pub(super) body: usize,
    /// How often a transfer may begin again.
    pub(super) restarts: u8,
}

/// What a response means for its call.
pub(super) enum Verdict {
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

impl Call {
    /// Decides what a response means, and takes it in.
    pub(super) fn judge(&mut self, now: Instant, series: u8, message: &Message<'_>, bounds: Bounds) -> Verdict {
        let expected = match self.transfer {
            Transfer::Response(_) => self.series,
            Transfer::Request { .. } | Transfer::Nothing => 0,
        };
        if message.code() == Code::UNAUTHORIZED
            && series == expected
            && self.restarts < bounds.restarts.max(1)
            && self.stage != Stage::Observing
            && let Some(echo) = message.option(number::ECHO)
        {
            // RFC 9175 section 2.3: the same again, with the value.
            self.restarts += 1;
            self.echo = Some(echo.value.into());
            return Verdict::Proceed;
        }
        match self.transfer {
            Transfer::Response(_) if series == self.series => self.judge_further_block(message, bounds),
            // A newer notification while the blocks of an older one are fetched.
            Transfer::Response(_) if series == 0 && self.observe => self.judge_response(now, message, bounds),
            Transfer::Response(_) => Verdict::Ignore,
            _ if series != 0 => Verdict::Ignore,
            Transfer::Request { offset } => match self.judge_block1(offset, message, bounds) {
                Some(verdict) => verdict,
                None => self.judge_response(now, message, bounds),
            },
            Transfer::Nothing if message.code() == Code::CONTINUE => Verdict::Fail(CallFailure::BrokenTransfer),
            Transfer::Nothing => self.judge_response(now, message, bounds),
        }
    }

    /// A response while the request is sent (RFC 7959 section 2.5); `None` if it is the final one.
    fn judge_block1(&mut self, offset: usize, message: &Message<'_>, bounds: Bounds) -> Option<Verdict> {
        let block = message.option(number::BLOCK1).and_then(|option| Block::read_from(&self.peer, option));
        let is_last = !self.is_uploading() || offset + self.capacity.block >= self.body.len();
        match (message.code(), block) {
            (Code::CONTINUE, Some(block)) if !is_last => {
                if block.number != self.block1(offset).number {
                    return Some(Verdict::Ignore);
                }
                self.transfer = Transfer::Request { offset: offset + self.capacity.block };
                self.capacity = self.capacity.at_most(block.exponent);
            }
            (Code::CONTINUE, _) => return Some(Verdict::Fail(CallFailure::BrokenTransfer)),
            // The server asks for smaller blocks, or for blocks at all (RFC 7959 sections 2.5 and 2.9.3).
            (Code::REQUEST_ENTITY_TOO_LARGE, Some(block))
                if offset == 0
                    && block.exponent < self.capacity.exponent
                    && self.body.len() > self.capacity.at_most(block.exponent).block =>
            {
                self.capacity = self.capacity.at_most(block.exponent);
            }
            // The server has lost the blocks before (RFC 7959 section 2.9.2), or it has had the last one already, made
            // anew since: what must not be done twice is not begun again.
            (Code::REQUEST_ENTITY_INCOMPLETE, _) if self.is_uploading() && self.restarts < bounds.restarts => {
                if is_last && self.attempts > 0 && !self.method.is_idempotent() {
                    return Some(Verdict::Fail(CallFailure::TimedOut));
                }
                self.restarts += 1;
                self.transfer = Transfer::Request { offset: 0 };
            }
            _ => return None,
        }
        Some(Verdict::Proceed)
    }

    /// A response, or the first block of one, or a notification.
    fn judge_response(&mut self, now: Instant, message: &Message<'_>, bounds: Bounds) -> Verdict {
        let observe = message.uint(number::OBSERVE).filter(|_| self.observe && message.code().is_success());
        if let Some(sequence) = observe {
            let incoming = (sequence, now);
            // RFC 8323 section 7.1: over a connection the order is that of the messages
            let ordered = self.peer.is_connected();
            if !ordered && self.freshest.is_some_and(|freshest| !is_fresher(freshest, incoming)) {
                return Verdict::Ignore;
            }
            self.freshest = Some(incoming);
        }
        let observing = observe.is_some();
        let block = match message.option(number::BLOCK2).map(|option| Block::read_from(&self.peer, option)) {
            None => return Verdict::Deliver { assembled: None, observing },
            Some(Some(block)) if !block.more && block.number == 0 => {
                return Verdict::Deliver { assembled: None, observing };
            }
            Some(Some(block)) => block,
            Some(None) => return Verdict::Fail(CallFailure::BrokenTransfer),
        };
        if block.number != 0 || !block.is_full(message.payload().len()) {
            return Verdict::Fail(CallFailure::BrokenTransfer);
        }
        let size2 = message.uint(number::SIZE2).map_or(0, |size| size as usize);
        if size2.max(message.payload().len()) > bounds.body {
            return Verdict::Fail(CallFailure::TooLarge);
        }
        self.series = self.series.checked_add(1).unwrap_or(1);
        self.transfer = Transfer::Response(Download::begin(message, block, observing));
        Verdict::Proceed
    }

    /// A further block of a response (RFC 7959 section 2.4).
    fn judge_further_block(&mut self, message: &Message<'_>, bounds: Bounds) -> Verdict {
        let Transfer::Response(download) = &mut self.transfer else { return Verdict::Ignore };
        let observing = download.observing;
        let fail = |reason| if observing { Verdict::Abandon } else { Verdict::Fail(reason) };
        let block = message.option(number::BLOCK2).and_then(|option| Block::read_from(&self.peer, option));
        let Some(block) = block.filter(|_| message.code() == download.code) else {
            // what was begun has become shorter, or the server has forgotten it (RFC 7959 sections 2.4 and 2.9.2)
            if !message.code().is_success()
                && !download.body.is_empty()
                && let Some(again) = self.begin_again(bounds)
            {
                return again;
            }
            // RFC 7959 section 2.9.1: there is no block to be continued any more
            if message.code() == Code::CONTINUE {
                return fail(CallFailure::BrokenTransfer);
            }
            // the answer is another one now, and whole
            let fits = !observing || message.code().is_success();
            return if fits { Verdict::Deliver { assembled: None, observing } } else { Verdict::Abandon };
        };
        if block.offset() < download.body.len() {
            return Verdict::Ignore;
        }
        let is_full = block.is_full(message.payload().len()) || !block.more;
        if block.offset() != download.body.len() || !is_full {
            return fail(CallFailure::BrokenTransfer);
        }
        if download.body.is_empty() {
            *download = Download::begin(message, block, observing);
        } else if message.values(number::ETAG).next() != download.etag.as_deref() {
            // Another representation: blocks of two never mix.
            return self.begin_again(bounds).unwrap_or(fail(CallFailure::BrokenTransfer));
        } else if download.body.len() + message.payload().len() > bounds.body {
            return fail(CallFailure::TooLarge);
        } else {
            download.body.extend_from_slice(message.payload());
            download.exponent = block.exponent;
        }
        if block.more {
            return Verdict::Proceed;
        }
        Verdict::Deliver { assembled: Some(core::mem::take(&mut download.body)), observing }
    }

    /// Fetches a response from its first block again, where the method only reads. Who sent the request in blocks must
    /// send them again.
    fn begin_again(&mut self, bounds: Bounds) -> Option<Verdict> {
        if !self.method.is_safe() || self.restarts >= bounds.restarts {
            return None;
        }
        self.restarts += 1;
        if self.is_uploading() {
            self.transfer = Transfer::Request { offset: 0 };
        } else if let Transfer::Response(download) = &mut self.transfer {
            self.series = self.series.checked_add(1).unwrap_or(1);
            download.body.clear();
        }
        Some(Verdict::Proceed)
    }

    /// Whether the message on its way may be made anew after it got no acknowledgement, or no response after one.
    /// Blocks do no harm when they come again, but the last one of a request begins what it asks for; a server like
    /// ours knows it again under its new id, others say 4.08.
    pub(super) fn may_try_again(&self, acknowledged: bool, limits: &Limits) -> bool {
        let most = match self.transfer {
            // RFC 8323 section 3.3: what TCP has taken arrives
            _ if self.peer.is_connected() => 0,
            Transfer::Response(_) => limits.block_attempts,
            Transfer::Request { offset } if self.is_uploading() => {
                let is_last = offset + self.capacity.block >= self.body.len();
                if is_last && acknowledged { 0 } else { limits.block_attempts }
            }
            Transfer::Request { .. } if self.method.is_safe() && !acknowledged => limits.request_attempts,
            Transfer::Request { .. } | Transfer::Nothing => 0,
        };
        self.attempts < most
    }

    /// The next message; `None` if its block would have a number that doesn't exist (RFC 7959 section 2.2).
    pub(super) fn encode_next(&self, key: Key, ours: u8) -> Option<Vec<u8>> {
        match &self.transfer {
            Transfer::Response(download) => self.encode_download(key, download),
            Transfer::Request { offset } => self.encode_upload(key, *offset, ours),
            Transfer::Nothing => None,
        }
    }

    /// The request for the next block of a response. A FETCH repeats its payload, which belongs to its cache-key, if
    /// that fits into one message.
    fn encode_download(&self, key: Key, download: &Download) -> Option<Vec<u8>> {
        let block = Block::at(download.body.len(), download.exponent)?;
        let repeats = self.method == Method::Fetch && !self.is_uploading();
        let payload = if repeats { self.body.as_slice() } else { &[] };
        let options = [(number::BLOCK2, Some(block.value()))];
        Some(self.encode(self.token(key, self.series), &options, payload))
    }

    /// The block of the request that starts there.
    fn block1(&self, offset: usize) -> Block {
        let first = Block { number: 0, more: false, exponent: self.capacity.exponent };
        Block::at(offset, self.capacity.exponent).unwrap_or(first)
    }

    /// The request, or the next block of it.
    fn encode_upload(&self, key: Key, offset: usize, ours: u8) -> Option<Vec<u8>> {
        let rest = self.body.get(offset..).unwrap_or(&[]);
        let uploading = self.is_uploading();
        let payload = if uploading { rest.get(..self.capacity.block).unwrap_or(rest) } else { rest };
        let more = rest.len() > payload.len();
        // so that no transfer begins that can't end
        Block::at(self.body.len(), self.capacity.exponent)?;
        let block1 = Block { more, ..self.block1(offset) };
        let block2 = Block { number: 0, more: false, exponent: ours };
        let total = u32::try_from(self.body.len()).ok().filter(|_| offset == 0);
        let options = [
            (number::OBSERVE, self.observe.then_some(0)),
            (number::BLOCK1, uploading.then(|| block1.value())),
            (number::SIZE1, total.filter(|_| uploading)),
            // RFC 7959 section 2.4: a client that wants smaller blocks says so at once.
            (number::BLOCK2, (ours < 6 && !more).then(|| block2.value())),
        ];
        Some(self.encode(self.token(key, 0), &options, payload))
    }

    /// Writes a message of the call; type and id are put in when it is sent.
    pub(super) fn encode(&self, token: Token, options: &[OurOption], payload: &[u8]) -> Vec<u8> {
        let mut datagram = Vec::with_capacity(self.head.len() + payload.len() + 32);
        let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, self.method.code(), 0, token);
        if let Ok(head) = Message::parse(&self.head) {
            let mut ours = options.to_vec();
            ours.push((number::REQUEST_TAG, self.tag));
            let echo = self.echo.iter().map(|echo| OutgoingOption::bytes(number::ECHO, echo));
            // RFC 7959 section 2.10: If-None-Match belongs to the first block
            let is_later = options.iter().any(|(number, value)| *number == number::BLOCK1 && *value >= Some(1 << 4));
            let belongs = |option: &OutgoingOption<'_>| !is_later || option.number != number::IF_NONE_MATCH;
            let theirs: Vec<_> = head.options().map(OutgoingOption::from).filter(belongs).chain(echo).collect();
            writer.options(&ours, &theirs);
        }
        writer.payload(payload);
        datagram
    }
}

impl Download {
    fn begin(message: &Message<'_>, block: Block, observing: bool) -> Download {
        Download {
            body: message.payload().to_vec(),
            code: message.code(),
            etag: message.values(number::ETAG).next().map(<[u8]>::to_vec),
            exponent: block.exponent,
            observing,
        }
    }
}

//! One connection: bytes and the time in, messages, bytes and the next deadline out.

use super::super::capacity::Capabilities;
use super::super::code::Code;
use super::super::message::{Message, Token};
use super::super::option::number;
use super::super::writer::Writer;
use super::Limits;
use super::counters::Counters;
use super::frame::{self, Frame};
use super::outbox::Outbox;
use super::signal::{self, Fault, Released, Signal};
use crate::time::Instant;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use thiserror::Error;

/// How far a connection is. Our CSM is sent when it begins.
///
/// ```text
///             CSM                silence: Ping
///   Opening ───────▶ Open ──────────────────────▶ Pinging
///      │              │  ◀──────────────────────    │
///      │              │            bytes            │
///      ├──────────────┴──────┬──────────────────────┤
///      │ release(): Release  │                      │ Release from the peer
///      ▼                     │                      ▼
///   Releasing ───────────────│─────────────────▶ Draining
///      │  Release from the peer                     │
///      │ the peer closes,    │ Abort, the peer      │ every request is answered,
///      │ or is too slow      │ closes, a fault or   │ or too slowly
///      ▼                     ▼ no answer: Abort     ▼
///   ───────────────────── Closed(why) ──────────────────
/// ```
/// An Abort, the end of the stream and a fault (which is told by an Abort) close it from every state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The peer's CSM has not come.
    Opening {
        until: Instant,
    },
    /// Messages come and go.
    Open {
        silent_at: Instant,
    },
    /// The peer was asked whether it is there.
    Pinging {
        until: Instant,
    },
    /// We want to end: the peer is to close.
    Releasing {
        until: Instant,
    },
    /// The peer wants to end: we close when its requests are answered.
    Draining {
        until: Instant,
    },
    Closed(Ending),
}

/// Why a connection has ended.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Ending {
    /// The peer has aborted it, with these words.
    #[error("the peer aborted the connection: {0}")]
    Aborted(String),
    /// The peer has closed it.
    #[error("the peer closed the connection")]
    Closed,
    /// The peer did something wrong, and was told by an Abort.
    #[error("the connection was aborted: {0}")]
    Fault(Fault),
    /// One of the two wanted no more, and all is said.
    #[error("the connection was released")]
    Released,
    /// The peer was silent for too long.
    #[error("the peer is silent")]
    Silent,
}

/// What happened without a message that could bring it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// What the peer can take: once at the beginning, and when it changes.
    Capabilities(Capabilities),
    /// Nothing comes any more, and nothing can be sent.
    Ended(Ending),
}

/// A message that is larger than what the peer takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("the message is larger than the peer's limit of {0} bytes")]
pub struct Oversized(pub u32);

/// A request of the peer without an answer.
#[derive(Debug)]
struct Open {
    number: u64,
    token: Token,
}

/// One end of a connection; both ends are alike. The module's page says how to drive it.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    state: State,
    theirs: Capabilities,
    /// When the last byte came.
    heard: Instant,
    incoming: Vec<u8>,
    /// How much of it has been read.
    read: usize,
    outbox: Outbox,
    requests: u64,
    open: VecDeque<Open>,
    /// A Ping with Custody, and how many requests came before it.
    custody: Option<(u64, Token)>,
    released: Option<Released>,
    events: VecDeque<Event>,
    /// Nothing is read while it lasts.
    paused: bool,
    counters: Counters,
}

impl Connection {
    /// The end of a connection that was just made, by whichever side.
    pub fn new(now: Instant, limits: Limits) -> Connection {
        let mut connection = Connection {
            limits,
            state: State::Opening { until: now + limits.patience },
            theirs: Capabilities::BASE,
            heard: now,
            incoming: Vec::new(),
            read: 0,
            outbox: Outbox::default(),
            requests: 0,
            open: VecDeque::new(),
            custody: None,
            released: None,
            events: VecDeque::new(),
            paused: false,
            counters: Counters { opened: 1, ..Counters::default() },
        };
        // RFC 8323 section 3.3: neither end need wait for the other's.
        connection.post(None, &signal::csm(&limits));
        connection
    }

    /// Takes bytes of the stream, as they come. What they bring is handed out by [`Connection::poll_message`].
    pub fn handle_bytes(&mut self, now: Instant, bytes: &[u8]) {
        self.heard = now;
        match self.state {
            State::Closed(_) => return,
            State::Open { .. } | State::Pinging { .. } => {
                self.state = State::Open { silent_at: now + self.limits.idle };
            }
            _ => {}
        }
        self.incoming.drain(..self.read);
        self.read = 0;
        self.incoming.extend_from_slice(bytes);
    }

    /// The peer has closed its side of the stream.
    pub fn handle_end(&mut self) {
        match self.state {
            State::Releasing { .. } | State::Draining { .. } => self.close(Ending::Released),
            _ => self.close(Ending::Closed),
        }
    }

    /// Does what is due. Early or repeated calls do nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_none_or(|due| now < due) {
            return;
        }
        match self.state {
            State::Opening { .. } => self.refuse(Fault::NoCsm),
            State::Open { .. } => {
                self.post(None, &signal::ping());
                self.state = State::Pinging { until: now + self.limits.patience };
            }
            State::Pinging { .. } => self.close(Ending::Silent),
            State::Releasing { .. } | State::Draining { .. } => self.close(Ending::Released),
            State::Closed(_) => {}
        }
    }

    /// When [`Connection::handle_timeout`] is to be called. The answer may change after every call that takes
    /// `&mut self`.
    pub fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Opening { until }
            | State::Pinging { until }
            | State::Releasing { until }
            | State::Draining { until } => Some(until),
            State::Open { silent_at } => Some(silent_at),
            State::Closed(_) => None,
        }
    }

    /// Puts the next message of the peer into the buffer, in place of what is in it, in a datagram's form; whether
    /// there is one.
    pub fn poll_message(&mut self, datagram: &mut Vec<u8>) -> bool {
        loop {
            let unread = self.incoming.get(self.read..).unwrap_or(&[]);
            if matches!(self.state, State::Closed(_)) {
                return false;
            }
            let frame = match Frame::read(unread, self.limits.message) {
                Ok(Some(frame)) => frame,
                Ok(None) => return false,
                Err(fault) => {
                    self.refuse(fault);
                    return false;
                }
            };
            if frame.code.is_request() && self.is_full() {
                return false;
            }
            // the id tells the first block of an upload from the first of the next
            let [.., high, low] = self.requests.to_be_bytes();
            frame.to_datagram(u16::from_be_bytes([high, low]), datagram);
            self.read += frame.length;
            match self.take(datagram) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(fault) => self.refuse(fault),
            }
        }
    }

    /// What happened; to be called until `None` after every other call that takes `&mut self`.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Puts the next bytes into the buffer, in place of what is in it; whether there are any. What lies in the buffer
    /// is sent; to be called when what lay in it before is written.
    pub fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> bool {
        let any = self.outbox.take(buffer);
        self.look_whether_full();
        any
    }

    /// Sends a message that has a datagram's form: what an endpoint has for this peer. Empty messages, which are of
    /// datagrams alone, are left out, and all of them when the connection is closed.
    ///
    /// # Errors
    /// The peer doesn't take so large a message. Was it a response, the peer gets a 5.00 in its place.
    pub fn send(&mut self, datagram: &[u8]) -> Result<(), Oversized> {
        let Some(Ok(message)) = self.is_live().then(|| Message::parse(datagram)) else { return Ok(()) };
        let (code, Some(token)) = (message.code(), Token::new(message.token())) else { return Ok(()) };
        if code == Code::EMPTY {
            return Ok(());
        }
        let limit = self.theirs.max_message_size;
        // a frame has at most two bytes more than a datagram
        let fits = datagram.len() + 2 <= limit as usize;
        let notifies = code.is_success() && message.option(number::OBSERVE).is_some();
        if code.is_response() && !notifies {
            self.outbox.part(&token);
        }
        if fits {
            self.post(notifies.then(|| token.clone()), datagram);
        } else if code.is_response() {
            let mut bare = Vec::new();
            Writer::new(&mut bare, message.kind(), Code::INTERNAL_SERVER_ERROR, 0, &token).payload(&[]);
            self.post(None, &bare);
        }
        if code.is_response() {
            self.answered(&token);
        }
        if fits { Ok(()) } else { Err(Oversized(limit)) }
    }

    /// Tells the peer that we want to end; it is to close when all is answered (RFC 8323 section 5.5).
    pub fn release(&mut self, now: Instant) {
        if matches!(self.state, State::Opening { .. } | State::Open { .. } | State::Pinging { .. }) {
            self.post(None, &signal::release());
            self.state = State::Releasing { until: now + self.limits.patience };
        }
    }

    /// Tells the peer what it did wrong, and ends (RFC 8323 section 5.6).
    pub fn refuse(&mut self, fault: Fault) {
        if self.is_live() {
            self.post(None, &signal::abort(fault));
            self.close(Ending::Fault(fault));
        }
    }

    /// Whether bytes are to be read: not while too much waits for an answer, or for room in the other direction.
    pub fn wants_bytes(&self) -> bool {
        self.is_live() && !self.is_full()
    }

    /// Whether it has ended and everything is handed out.
    pub fn is_over(&self) -> bool {
        !self.is_live() && self.outbox.is_empty()
    }

    /// What the peer asks for, if it was the one that wanted no more.
    pub fn released(&self) -> Option<&Released> {
        self.released.as_ref()
    }

    /// What happened so far.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// What the peer can take, as far as it has said so.
    pub fn capabilities(&self) -> Capabilities {
        self.theirs
    }

    #[cfg(test)]
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    fn is_live(&self) -> bool {
        !matches!(self.state, State::Closed(_))
    }

    fn is_full(&self) -> bool {
        self.open.len() >= self.limits.requests || self.outbox.bytes() > self.limits.outgoing
    }

    /// Takes a message of the peer; whether it is the endpoint's.
    fn take(&mut self, datagram: &[u8]) -> Result<bool, Fault> {
        let message = Message::parse_framed(datagram).map_err(|error| Fault::Format(error.reason))?;
        let code = message.code();
        if code.class() == 7 {
            self.obey(Signal::read(&message, self.theirs)?, message.token())?;
            return Ok(false);
        }
        // RFC 8323 section 3.4: an Empty message is always allowed and means nothing.
        if code == Code::EMPTY {
            return Ok(false);
        }
        if matches!(self.state, State::Opening { .. }) {
            return Err(Fault::NoCsm);
        }
        if !code.is_request() {
            return Ok(true);
        }
        // RFC 8323 section 5.5: who has sent a Release can't count on further requests.
        if matches!(self.state, State::Draining { .. }) {
            return Ok(false);
        }
        self.requests += 1;
        // RFC 7967: it may never get an answer
        if message.option(number::NO_RESPONSE).is_none() {
            self.open.extend(Token::new(message.token()).map(|token| Open { number: self.requests, token }));
            self.look_whether_full();
        }
        Ok(true)
    }

    fn obey(&mut self, signal: Signal<'_>, token: &[u8]) -> Result<(), Fault> {
        if matches!(self.state, State::Opening { .. }) && !matches!(signal, Signal::Csm(_) | Signal::Abort(_)) {
            return Err(Fault::NoCsm);
        }
        match signal {
            Signal::Csm(told) => {
                let opens = matches!(self.state, State::Opening { .. });
                if opens {
                    self.state = State::Open { silent_at: self.heard + self.limits.idle };
                }
                if opens || told != self.theirs {
                    self.theirs = told;
                    self.events.push_back(Event::Capabilities(told));
                }
            }
            Signal::Ping { custody: true } if !self.open.is_empty() && self.custody.is_none() => {
                self.custody = Token::new(token).map(|token| (self.requests, token));
            }
            // a second Ping beside one that waits is told that the peer is there, and no more
            Signal::Ping { custody } => {
                let pong = signal::pong(token, custody && self.open.is_empty());
                self.post(None, &pong);
            }
            Signal::Pong | Signal::Unknown => {}
            Signal::Release(released) => {
                self.released = Some(released);
                self.state = State::Draining { until: self.heard + self.limits.patience };
                self.drained();
            }
            Signal::Abort(words) => self.close(Ending::Aborted(String::from_utf8_lossy(words).into_owned())),
        }
        Ok(())
    }

    /// A request of the peer has its answer; what waited for that follows.
    fn answered(&mut self, token: &Token) {
        let Some(place) = self.open.iter().position(|open| open.token == *token) else { return };
        self.open.remove(place);
        self.look_whether_full();
        let oldest = self.open.front().map_or(u64::MAX, |open| open.number);
        if let Some((_, token)) = self.custody.take_if(|(before, _)| oldest > *before) {
            self.post(None, &signal::pong(token.as_slice(), true));
        }
        self.drained();
    }

    fn drained(&mut self) {
        if matches!(self.state, State::Draining { .. }) && self.open.is_empty() {
            self.close(Ending::Released);
        }
    }

    fn close(&mut self, ending: Ending) {
        if self.is_live() {
            match ending {
                // it never began
                Ending::Fault(Fault::TooManyConnections) => {
                    self.counters = Counters { refused: 1, ..Counters::default() };
                }
                Ending::Fault(_) => self.counters.aborted += 1,
                Ending::Silent => self.counters.silent += 1,
                Ending::Aborted(_) | Ending::Closed | Ending::Released => {}
            }
            self.state = State::Closed(ending.clone());
            self.incoming = Vec::new();
            self.read = 0;
            self.open.clear();
            self.events.push_back(Event::Ended(ending));
        }
    }

    fn post(&mut self, notification: Option<Token>, datagram: &[u8]) {
        let mut frame = Vec::with_capacity(datagram.len() + 2);
        frame::write_frame(datagram, &mut frame);
        self.counters.superseded += u64::from(self.outbox.push(notification, frame));
        self.look_whether_full();
    }

    fn look_whether_full(&mut self) {
        let paused = self.is_live() && self.is_full();
        self.counters.paused += u64::from(paused && !self.paused);
        self.paused = paused;
    }
}

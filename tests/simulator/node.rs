//! A device: an endpoint, the resources that it serves, and the requests that it makes of others.
//!
//! Resources: `/count` and `/store` take a body that may be applied once only, `/swap` answers a body to a body,
//! `/state` is observed. What a request is about is in its body (`content`), so that both ends can be held against
//! each other.

use std::collections::{HashMap, HashSet};

use comi_runtime::coap::{
    CallFailure, CallId, Code, Endpoint, Event, IncomingResponse, Limits, Method, ObservationId, Observe,
    OutgoingOption, OutgoingRequest, Peer, Received, Request, RequestId, Response, number,
};
use comi_runtime::time::Instant;

use crate::content;

/// Max-Age of a representation without that option (RFC 7252 section 5.10.5): an observer that heard nothing for
/// longer asks anew (RFC 7641 section 3.3.1).
const MAX_AGE: u64 = 60;
/// How long an observer waits after a failure before it asks anew.
const PATIENCE: u64 = 10;

/// What may go wrong without being a fault of the endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Excuses {
    /// The peer may have lost its memory.
    pub(crate) reboots: bool,
    /// A datagram may say what nobody wrote.
    pub(crate) corruption: bool,
    /// There may be no room for it.
    pub(crate) tight: bool,
    /// A request may get no answer.
    pub(crate) silence: bool,
    /// Datagrams may be held back for longer than what is fetched meanwhile, which has no number to be ordered by.
    pub(crate) slow: bool,
}

/// What is asked of another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// POST /count, a small body.
    Count,
    /// PUT or POST /store, a body of this length.
    Store(Method, usize),
    /// FETCH /swap with a body of this length.
    Swap(usize),
    /// GET /state.
    Read,
}

/// A request that waits for its outcome.
#[derive(Clone, Copy, Debug)]
enum Purpose {
    Once(Wish, u64),
    Watch(usize),
}

/// An interest in the state of another node that never ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Watch {
    pub(crate) server: usize,
    /// The newest state that was told.
    pub(crate) seen: u64,
    call: Option<CallId>,
    /// When something was told last, or asked for.
    heard: Instant,
}

/// What the server's part makes of a request.
pub(crate) struct Question {
    pub(crate) id: RequestId,
    pub(crate) reply: Reply,
}

/// An answer that is ready, whenever it is sent.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Code(Code),
    Body(Code, Vec<u8>),
    State,
}

pub(crate) struct Node {
    pub(crate) endpoint: Endpoint,
    /// Counts reboots: what was begun before one is not for who came after it.
    pub(crate) incarnation: u32,
    pub(crate) state: u64,
    observers: Vec<ObservationId>,
    applied: HashSet<u64>,
    calls: HashMap<CallId, Purpose>,
    pub(crate) watches: Vec<Watch>,
    excuses: Excuses,
    /// Calls that had a success, and all that ended.
    pub(crate) succeeded: usize,
    pub(crate) ended: usize,
}

impl Node {
    pub(crate) fn new(limits: Limits, seed: u64, state: u64, excuses: Excuses) -> Node {
        Node {
            endpoint: Endpoint::new(limits, seed),
            incarnation: 0,
            state,
            observers: Vec::new(),
            applied: HashSet::new(),
            calls: HashMap::new(),
            watches: Vec::new(),
            excuses,
            succeeded: 0,
            ended: 0,
        }
    }

    /// All is forgotten but what the operator wants: whom to watch.
    pub(crate) fn reboot(&mut self, now: Instant, seed: u64, state: u64) {
        let limits = self.endpoint.limits().clone();
        let watches = self.watches.iter().map(|watch| Watch { call: None, heard: now, ..*watch }).collect();
        let (incarnation, succeeded, ended) = (self.incarnation + 1, self.succeeded, self.ended);
        *self = Node { incarnation, watches, succeeded, ended, ..Node::new(limits, seed, state, self.excuses) };
    }

    pub(crate) fn is_waiting(&self) -> bool {
        !self.calls.is_empty()
    }

    pub(crate) fn watch(&mut self, now: Instant, server: usize) {
        self.watches.push(Watch { server, seen: 0, call: None, heard: now });
    }

    /// Asks another node for something; `false` if there is no room.
    pub(crate) fn ask(&mut self, now: Instant, peer: Peer, wish: Wish, number: u64) -> bool {
        let (method, path, payload) = match wish {
            Wish::Count => (Method::Post, "/count", content::body(number, 12)),
            Wish::Store(method, length) => (method, "/store", content::body(number, length)),
            Wish::Swap(length) => (Method::Fetch, "/swap", content::body(number, length)),
            Wish::Read => (Method::Get, "/state", Vec::new()),
        };
        let request = OutgoingRequest { payload: &payload, ..OutgoingRequest::new(method, path) };
        let Ok(call) = self.endpoint.call(now, peer, &request) else {
            assert!(self.excuses.tight, "no room for {wish:?}");
            return false;
        };
        self.expect(call, Purpose::Once(wish, number));
        true
    }

    fn expect(&mut self, call: CallId, purpose: Purpose) {
        assert!(self.calls.insert(call, purpose).is_none(), "{call:?} names two calls");
    }

    /// Registers anew where an observation failed or became stale.
    pub(crate) fn look_after(&mut self, now: Instant, index: usize, peer: Peer) {
        let watch = self.watches[index];
        let quiet = now.saturating_duration_since(watch.heard).as_secs();
        match watch.call {
            Some(_) if quiet <= MAX_AGE => return,
            None if quiet < PATIENCE => return,
            Some(call) if self.endpoint_waits(call, quiet) => return,
            Some(call) => {
                self.calls.remove(&call);
                self.endpoint.cancel(now, call);
            }
            None => {}
        }
        let request = OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, "/state") };
        let call = self.endpoint.call(now, peer, &request).ok();
        assert!(call.is_some() || self.excuses.tight, "no room to observe");
        if let Some(call) = call {
            self.expect(call, Purpose::Watch(index));
        }
        let watch = &mut self.watches[index];
        (watch.call, watch.heard) = (call, now);
    }

    /// Whether a registration may still be on its way: the endpoint itself says when it is lost.
    fn endpoint_waits(&self, call: CallId, quiet: u64) -> bool {
        self.calls.contains_key(&call) && quiet < 2 * MAX_AGE
    }

    /// Ends a watch: by Observe 1 where the observation stands.
    pub(crate) fn forget(&mut self, now: Instant, index: usize) {
        if let Some(call) = self.watches[index].call.take() {
            self.calls.remove(&call);
            self.endpoint.cancel(now, call);
        }
    }

    /// A new state, told to who observes it.
    pub(crate) fn change(&mut self, now: Instant, state: u64) {
        self.state = state;
        let etag = state.to_be_bytes();
        let (body, options) = (state_body(state), [OutgoingOption::bytes(number::ETAG, &etag)]);
        let response = Response::content(42, &body).with_options(&options);
        let Node { observers, endpoint, .. } = self;
        observers.retain(|observer| endpoint.notify(now, *observer, &response).is_ok());
    }

    /// The state goes away: the last word to every observer.
    pub(crate) fn retire(&mut self, now: Instant) {
        for observer in std::mem::take(&mut self.observers) {
            // who is gone already needs no last word
            let _ = self.endpoint.notify(now, observer, &Response::new(Code::NOT_FOUND));
        }
    }

    /// Takes a datagram; returns what the server's part is asked.
    pub(crate) fn arrive(&mut self, now: Instant, from: Peer, datagram: &[u8]) -> Option<Question> {
        let Node { endpoint, applied, calls, watches, excuses, succeeded, ended, .. } = self;
        match endpoint.handle_datagram(now, from, datagram)? {
            Received::Request(request) => Some(Question { id: request.id, reply: reply(&request, applied, *excuses) }),
            Received::Response { call, response } => {
                let Some(purpose) = calls.get(&call).copied() else { panic!("a second outcome of {call:?}") };
                if !response.observing {
                    calls.remove(&call);
                    *ended += 1;
                    *succeeded += usize::from(response.code.is_success());
                }
                match purpose {
                    Purpose::Once(wish, number) => check(wish, number, &response, *excuses),
                    Purpose::Watch(index) => watches[index].told(now, call, &response, *excuses),
                }
                None
            }
        }
    }

    pub(crate) fn answer(&mut self, now: Instant, id: RequestId, reply: Reply) {
        let etag = self.state.to_be_bytes();
        let options = [OutgoingOption::bytes(number::ETAG, &etag)];
        // the request may be gone by now: its lifetime is over
        match reply {
            Reply::Code(code) => {
                let _ = self.endpoint.respond(now, id, &Response::new(code));
            }
            Reply::Body(code, body) => {
                let response = Response { code, ..Response::content(42, &body) };
                let _ = self.endpoint.respond(now, id, &response);
            }
            Reply::State => {
                let body = state_body(self.state);
                let response = Response::content(42, &body).with_options(&options);
                let observer = self.endpoint.respond_observed(now, id, &response);
                self.observers.extend(observer.ok().flatten());
            }
        }
    }

    pub(crate) fn poll_events(&mut self, now: Instant) {
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                Event::ObservationEnded(id) => self.observers.retain(|observer| *observer != id),
                // none is observed for a day
                Event::ObservationQuiet(_) => {}
                Event::Pinged { .. } => panic!("nobody pings"),
                Event::CallFailed { call, reason } => {
                    let Some(purpose) = self.calls.remove(&call) else { panic!("a second outcome of {call:?}") };
                    self.ended += 1;
                    if let Purpose::Watch(index) = purpose {
                        let watch = &mut self.watches[index];
                        (watch.call, watch.heard) = (None, now);
                    }
                    let Excuses { reboots, corruption, tight, silence, .. } = self.excuses;
                    let excused = match reason {
                        CallFailure::TimedOut => silence,
                        CallFailure::Reset | CallFailure::BrokenTransfer => reboots || corruption || tight,
                        CallFailure::Full | CallFailure::TooLarge => corruption || tight,
                        _ => corruption,
                    };
                    assert!(excused, "{purpose:?} failed: {reason}");
                }
            }
        }
    }
}

impl Watch {
    fn told(&mut self, now: Instant, call: CallId, response: &IncomingResponse<'_>, excuses: Excuses) {
        assert_eq!(self.call, Some(call), "an observation that was given up is told");
        self.heard = now;
        if !response.observing {
            self.call = None;
        }
        if !response.code.is_success() {
            return;
        }
        match content::number(response.payload) {
            // what is fetched anew, because of a reboot or another ETag, has no number; a notification from before it may
            // come later
            Some(state) if state >= self.seen || excuses.corruption || excuses.reboots || excuses.slow => {
                self.seen = state;
            }
            Some(state) => panic!("{state} was told after {}", self.seen),
            None => assert!(excuses.corruption, "a state in pieces, {} bytes", response.payload.len()),
        }
    }
}

/// The representation of a state: small as a rule, now and then of some blocks.
fn state_body(state: u64) -> Vec<u8> {
    content::body(state, if state.is_multiple_of(5) { 1500 } else { 20 })
}

/// What FETCH /swap answers.
fn swapped(number: u64, length: usize) -> Vec<u8> {
    content::body(number, length + usize::try_from(number % 100).expect("small"))
}

/// Holds the outcome against what was asked.
fn check(wish: Wish, number: u64, response: &IncomingResponse<'_>, excuses: Excuses) {
    if excuses.corruption {
        return;
    }
    if !response.code.is_success() {
        let excused = match response.code {
            Code::SERVICE_UNAVAILABLE | Code::REQUEST_ENTITY_TOO_LARGE => excuses.tight,
            Code::REQUEST_ENTITY_INCOMPLETE => excuses.tight || excuses.reboots,
            _ => false,
        };
        assert!(excused, "{wish:?} {number} was answered {}", response.code);
        return;
    }
    let found = content::number(response.payload);
    match wish {
        Wish::Read => assert!(found.is_some(), "a state in pieces"),
        Wish::Swap(length) => assert_eq!(response.payload, swapped(number, length), "{wish:?} {number}"),
        Wish::Count | Wish::Store(..) => assert_eq!(found, Some(number), "{wish:?} was answered for another"),
    }
}

/// Does what a request asks for, and returns its answer.
fn reply(request: &Request<'_>, applied: &mut HashSet<u64>, excuses: Excuses) -> Reply {
    let number = content::number(request.payload);
    let path = request.uri_path().next();
    let code = match (request.method, path) {
        (Method::Get, Some(Ok("state"))) => {
            assert!(request.observe != Some(Observe::Register) || request.payload.is_empty() || excuses.corruption);
            return Reply::State;
        }
        (Method::Post, Some(Ok("count" | "store"))) | (Method::Put, Some(Ok("store"))) => Code::CHANGED,
        (Method::Fetch, Some(Ok("swap"))) => Code::CONTENT,
        (method, path) => {
            assert!(excuses.corruption, "nobody asked for {method} {path:?}");
            return Reply::Code(Code::NOT_FOUND);
        }
    };
    let Some(number) = number else {
        assert!(excuses.corruption, "a body in pieces, {} bytes, for {path:?}", request.payload.len());
        return Reply::Code(Code::BAD_REQUEST);
    };
    if request.method == Method::Fetch {
        return Reply::Body(code, swapped(number, request.payload.len()));
    }
    let first = applied.insert(number);
    // PUT may be done twice (RFC 7252 section 5.1), a POST not
    let lenient = request.method == Method::Put || excuses.corruption || excuses.tight;
    assert!(first || lenient, "{number} was applied twice");
    Reply::Body(code, content::body(number, 12))
}

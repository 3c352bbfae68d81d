//! Two endpoints with a time of their own and a network that loses what its script says.

use crate::coap::{
    CallFailure, CallId, Code, Endpoint, Event, IncomingResponse, Limits, Message, ObservationId, OutgoingRequest,
    Peer, Received, Request, RequestId, Response,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

pub(super) const LATENCY: Duration = Duration::from_millis(10);

pub(super) fn client_peer() -> Peer {
    Peer::insecure("[2001:db8::c]:40000".parse().unwrap())
}

pub(super) fn server_peer() -> Peer {
    Peer::insecure("[2001:db8::5]:5683".parse().unwrap())
}

/// What one endpoint sends, in short, and the last datagram itself.
pub(super) fn sent(endpoint: &mut Endpoint) -> (String, Vec<u8>) {
    let (mut lines, mut last, mut buffer) = (vec![], vec![], vec![]);
    while endpoint.poll_transmit(&mut buffer).is_some() {
        let message = Message::parse(&buffer).unwrap();
        let kind = ["CON", "NON", "ACK", "RST"][usize::from(message.kind().bits())];
        lines.push(alloc::format!("{kind} {}", message.code()));
        last.clone_from(&buffer);
    }
    (lines.join(", "), last)
}

/// A request as the server's application saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) id: RequestId,
    pub(super) path: String,
    pub(super) payload: Vec<u8>,
    pub(super) observes: bool,
}

/// A response as the client's application saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) call: CallId,
    pub(super) code: Code,
    pub(super) payload: Vec<u8>,
    pub(super) observing: bool,
}

/// What the server's application does with a request.
pub(super) enum Reaction {
    Respond(Code, Vec<u8>),
    Observed(Code, Vec<u8>),
    Defer,
    Forget,
}

pub(super) struct Pair {
    pub(super) now: Instant,
    pub(super) client: Endpoint,
    pub(super) server: Endpoint,
    /// Datagrams on their way: when they arrive, whether at the server, and what they are.
    wire: VecDeque<(Instant, bool, Vec<u8>)>,
    /// Whether the n-th datagram is lost.
    pub(super) loses: Box<dyn FnMut(usize) -> bool>,
    /// Whether every datagram arrives twice.
    pub(super) duplicates: bool,
    pub(super) sent: usize,
    pub(super) react: Box<dyn FnMut(&Seen) -> Reaction>,
    pub(super) seen: Vec<Seen>,
    pub(super) calls: Vec<CallId>,
    pub(super) answers: Vec<Answer>,
    pub(super) observations: Vec<ObservationId>,
    pub(super) ended: Vec<ObservationId>,
    pub(super) quiet: Vec<ObservationId>,
    pub(super) failures: Vec<(CallId, CallFailure)>,
    /// Everything that was sent, one line each, as a trace.
    pub(super) trace: Vec<String>,
}

impl Pair {
    /// Both with these limits; the server answers 2.05 with the path.
    pub(super) fn new(limits: Limits) -> Pair {
        Pair {
            now: Instant::from_secs(1),
            client: Endpoint::new(limits.clone(), 1),
            server: Endpoint::new(limits, 2),
            wire: VecDeque::new(),
            loses: Box::new(|_| false),
            duplicates: false,
            sent: 0,
            react: Box::new(|seen| Reaction::Respond(Code::CONTENT, seen.path.as_bytes().to_vec())),
            seen: vec![],
            calls: vec![],
            answers: vec![],
            observations: vec![],
            ended: vec![],
            quiet: vec![],
            failures: vec![],
            trace: vec![],
        }
    }

    pub(super) fn request(&mut self, request: &OutgoingRequest<'_>) -> CallId {
        let call = self.client.call(self.now, server_peer(), request).unwrap();
        self.calls.push(call);
        self.transmit();
        call
    }

    pub(super) fn respond(&mut self, id: RequestId, code: Code, payload: &[u8]) {
        self.server.respond(self.now, id, &Response { payload, ..Response::new(code) }).unwrap();
        self.transmit();
    }

    pub(super) fn notify(&mut self, id: ObservationId, code: Code, payload: &[u8]) {
        self.server.notify(self.now, id, &Response { payload, ..Response::new(code) }).unwrap();
        self.transmit();
    }

    /// Until nothing is on its way and no deadline comes within `patience`.
    pub(super) fn drive(&mut self, patience: Duration) {
        let end = self.now + patience;
        for _ in 0..1_000_000 {
            self.transmit();
            let arrival = self.wire.iter().map(|(at, ..)| *at).min();
            let timeouts = [self.client.poll_timeout(), self.server.poll_timeout()];
            let next = timeouts.into_iter().flatten().chain(arrival).min().filter(|next| *next <= end);
            let Some(next) = next else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            while let Some(place) = self.wire.iter().position(|(at, ..)| *at <= self.now) {
                let (_, to_server, datagram) = self.wire.remove(place).unwrap();
                self.arrive(to_server, &datagram);
            }
            self.client.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
        }
        panic!("the pair never rests");
    }

    /// Until the answers and failures are there, without waiting for lifetimes to end.
    pub(super) fn settle(&mut self) {
        self.drive(Duration::from_millis(900));
    }

    pub(super) fn arrive(&mut self, to_server: bool, datagram: &[u8]) {
        if !to_server {
            if let Some(Received::Response { call, response }) =
                self.client.handle_datagram(self.now, server_peer(), datagram)
            {
                let IncomingResponse { code, payload, observing, .. } = response;
                self.answers.push(Answer { call, code, payload: payload.to_vec(), observing });
            }
            return;
        }
        let received = self.server.handle_datagram(self.now, client_peer(), datagram);
        let Some(Received::Request(request)) = received else { return };
        let seen = see(&request);
        self.seen.push(seen.clone());
        match (self.react)(&seen) {
            Reaction::Respond(code, payload) => self.respond(seen.id, code, &payload),
            Reaction::Observed(code, payload) => {
                let response = Response { payload: &payload, ..Response::new(code) };
                self.observations.extend(self.server.respond_observed(self.now, seen.id, &response).unwrap());
            }
            Reaction::Defer => self.server.defer(self.now, seen.id).unwrap(),
            Reaction::Forget => {}
        }
    }

    pub(super) fn transmit(&mut self) {
        let mut buffer = vec![];
        for to_server in [true, false] {
            loop {
                let from = if to_server { &mut self.client } else { &mut self.server };
                let Some(_) = from.poll_transmit(&mut buffer) else { break };
                self.sent += 1;
                let lost = (self.loses)(self.sent);
                self.trace.push(line(to_server, lost, &buffer));
                if !lost {
                    let copies = if self.duplicates { 2 } else { 1 };
                    for _ in 0..copies {
                        self.wire.push_back((self.now + LATENCY, to_server, buffer.clone()));
                    }
                }
            }
        }
        while let Some(event) = self.server.poll_event() {
            match event {
                Event::ObservationEnded(id) => self.ended.push(id),
                Event::ObservationQuiet(id) => self.quiet.push(id),
                Event::CallFailed { .. } | Event::Pinged { .. } => panic!("the server calls nobody"),
            }
        }
        while let Some(event) = self.client.poll_event() {
            match event {
                Event::CallFailed { call, reason } => self.failures.push((call, reason)),
                Event::ObservationEnded(_) | Event::ObservationQuiet(_) | Event::Pinged { .. } => {
                    panic!("nobody observes the client")
                }
            }
        }
    }
}

fn see(request: &Request<'_>) -> Seen {
    Seen {
        id: request.id,
        path: request.uri_path().map(Result::unwrap).collect::<Vec<_>>().join("/"),
        payload: request.payload.to_vec(),
        observes: request.observe.is_some(),
    }
}

fn line(to_server: bool, lost: bool, datagram: &[u8]) -> String {
    let message = crate::coap::Message::parse(datagram).unwrap();
    let kind = ["CON", "NON", "ACK", "RST"][usize::from(message.kind().bits())];
    let arrow = if to_server { "->" } else { "<-" };
    let code = message.code();
    let method = crate::coap::Method::from_code(code).map_or_else(|| code.to_string(), |method| method.to_string());
    let lost = if lost { " lost" } else { "" };
    alloc::format!("{arrow} {kind} {method}{lost}")
}

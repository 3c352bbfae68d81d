//! The endpoint and the routes before it.

use alloc::string::String;
use alloc::vec::Vec;
use core::task::{Context, Poll, Waker};

use super::answer::{Answer, Outcome};
use super::pending::{PendingAnswers, Purpose};
use super::request::{Kept, Request};
use super::resource::Resource;
use super::routes::{Found, RouteError, Routes, is_literal};
#[cfg(feature = "tcp")]
use crate::coap::Capabilities;
use crate::coap::link_format::{Attribute, Filter, LinkWriter};
use crate::coap::{
    Code, Counters, Endpoint, Event, Limits, Method, ObservationId, Observe, Peer, Received, RequestId, Usage,
    content_format, number,
};
use crate::time::{Instant, earlier};

/// A CoAP server without IO. The module's page has an example; it is driven as
/// [`Endpoint`](crate::coap#how-to-drive-it) is.
#[derive(Debug)]
pub struct Server {
    endpoint: Endpoint,
    routes: Routes<Resource>,
    observers: Vec<(ObservationId, Kept)>,
    pending: PendingAnswers,
    waker: Waker,
}

impl Server {
    /// A server without resources. The seed decides tokens, message ids and waiting times: a number that others can't
    /// foresee, or a fixed one to replay a run.
    #[must_use]
    pub fn new(limits: Limits, seed: u64) -> Server {
        Server {
            endpoint: Endpoint::new(limits, seed),
            routes: Routes::default(),
            observers: Vec::new(),
            pending: PendingAnswers::default(),
            waker: Waker::noop().clone(),
        }
    }

    /// Adds a resource; [`Routes`] says how a route is written.
    ///
    /// # Errors
    /// What is wrong with the route.
    pub fn add(&mut self, route: &str, resource: Resource) -> Result<(), RouteError> {
        self.routes.insert(route, resource)
    }

    /// Who is to be woken when [`Server::poll_pending`] has something to do. Without one it is called now and then.
    pub fn set_waker(&mut self, waker: Waker) {
        self.waker = waker;
    }

    /// Takes a datagram, and answers what it asks for or begins to.
    pub fn handle_datagram(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let received = self.endpoint.handle_datagram(now, peer, datagram);
        let asked = asked(&mut self.routes, received);
        self.begin(now, asked);
    }

    /// Takes a datagram that came to a multicast address; see [`Endpoint::handle_multicast`].
    #[cfg(feature = "multicast")]
    pub fn handle_multicast(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        let received = self.endpoint.handle_multicast(now, peer, datagram);
        let asked = asked(&mut self.routes, received);
        self.begin(now, asked);
    }

    /// Adds a name of the server, as it stands in a URI; see [`Endpoint::answers_to`].
    #[cfg(feature = "proxy-uri")]
    pub fn answers_to(&mut self, authority: &str) {
        self.endpoint.answers_to(authority);
    }

    /// Tells what the other end of a connection can take; see [`Endpoint::connection_opened`].
    #[cfg(feature = "tcp")]
    pub fn connection_opened(&mut self, peer: Peer, capabilities: Capabilities) {
        self.endpoint.connection_opened(peer, capabilities);
    }

    /// Tells that a connection is gone, and with it its observers.
    #[cfg(feature = "tcp")]
    pub fn connection_closed(&mut self, peer: Peer) {
        self.endpoint.connection_closed(peer);
        self.settle();
    }

    /// What stands at this path has changed: its observers are told what their requests are answered now.
    pub fn changed(&mut self, now: Instant, path: &[&str]) {
        let mut outcomes = Vec::new();
        for (observer, kept) in &self.observers {
            let request = kept.request();
            if request.path().is_ok_and(|own| own == path) {
                outcomes.push((*observer, answer(&mut self.routes, request)));
            }
        }
        for (observer, outcome) in outcomes {
            self.deliver(now, Purpose::Notification(observer), outcome);
        }
        self.settle();
    }

    /// Asks the futures of answers that come later, and sends those that are ready.
    pub fn poll_pending(&mut self, now: Instant) {
        let waker = self.waker.clone();
        for (purpose, answer) in self.pending.take_ready(&mut Context::from_waker(&waker)) {
            self.send(now, purpose, &answer);
        }
        self.settle();
    }

    /// Does what is due. An answer that hasn't come within EXCHANGE_LIFETIME (RFC 7252 section 4.8.2) is given up: 5.00.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        while let Some(purpose) = self.pending.take_expired(now) {
            if let Purpose::Request(..) = purpose {
                self.send(now, purpose, &Answer::new(Code::INTERNAL_SERVER_ERROR));
            }
        }
        for observer in self.settle() {
            let Some((_, kept)) = self.observers.iter().find(|(own, _)| *own == observer) else { continue };
            let outcome = answer(&mut self.routes, kept.request());
            self.deliver(now, Purpose::Notification(observer), outcome);
        }
    }

    /// Puts the next datagram into the buffer, in place of what is in it, and says to whom it goes; `None` if there is
    /// none. To be called until then after every other call that takes `&mut self`.
    pub fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        self.endpoint.poll_transmit(buffer)
    }

    /// When [`Server::handle_timeout`] is to be called. The answer may change after every call that takes `&mut self`.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        earlier(self.endpoint.poll_timeout(), self.pending.next())
    }

    /// How much of its limits is in use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.endpoint.usage()
    }

    /// What has been counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.endpoint.counters()
    }

    /// How many observers there are.
    #[must_use]
    pub fn observers(&self) -> usize {
        self.observers.len()
    }

    /// How many answers are waited for.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    fn begin(&mut self, now: Instant, asked: Option<(RequestId, Option<Kept>, Outcome)>) {
        if let Some((id, kept, outcome)) = asked {
            self.deliver(now, Purpose::Request(id, kept), outcome);
        }
        self.settle();
    }

    fn deliver(&mut self, now: Instant, purpose: Purpose, outcome: Outcome) {
        match outcome {
            Outcome::Now(answer) => self.send(now, purpose, &answer),
            Outcome::Later(mut answer) => match answer.as_mut().poll(&mut Context::from_waker(&self.waker)) {
                Poll::Ready(answer) => self.send(now, purpose, &answer),
                Poll::Pending => {
                    let until = now + self.endpoint.limits().exchange_lifetime();
                    self.pending.insert(purpose, answer, until);
                }
            },
        }
    }

    /// Sends an answer. Whoever it is for may be gone.
    fn send(&mut self, now: Instant, purpose: Purpose, answer: &Answer) {
        let endpoint = &mut self.endpoint;
        match purpose {
            Purpose::Request(id, None) => drop(answer.with_response(|response| endpoint.respond(now, id, response))),
            Purpose::Request(id, Some(kept)) => {
                let observed = answer.with_response(|response| endpoint.respond_observed(now, id, response));
                if let Ok(Some(observer)) = observed {
                    self.observers.push((observer, kept));
                }
            }
            Purpose::Notification(observer) => {
                let sent = answer.with_response(|response| endpoint.notify(now, observer, response));
                // RFC 7641 section 4.2: an error is the last notification
                if sent.is_err() || !answer.code.is_success() {
                    self.forget(observer);
                }
            }
        }
    }

    /// Forgets observers that are gone; returns those that were told nothing for long.
    fn settle(&mut self) -> Vec<ObservationId> {
        let mut quiet = Vec::new();
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                Event::ObservationEnded(observer) => self.forget(observer),
                Event::ObservationQuiet(observer) => quiet.push(observer),
                #[cfg(feature = "client")]
                _ => {}
            }
        }
        quiet
    }

    fn forget(&mut self, observer: ObservationId) {
        self.observers.retain(|(own, _)| *own != observer);
        self.pending.forget(observer);
    }
}

/// What a datagram asks, and what the resource says to it.
fn asked(routes: &mut Routes<Resource>, received: Option<Received<'_>>) -> Option<(RequestId, Option<Kept>, Outcome)> {
    #[cfg(feature = "client")]
    let Received::Request(request) = received? else { return None };
    #[cfg(not(feature = "client"))]
    let Received::Request(request) = received?;
    let registers = request.observe == Some(Observe::Register);
    let own = Request::of(&request);
    let observable =
        registers && own.path().is_ok_and(|path| routes.find(&path).is_some_and(|found| found.value.is_observable));
    let kept = observable.then(|| own.keep());
    Some((request.id, kept, answer(routes, own)))
}

/// What the resource at the request's path says.
fn answer(routes: &mut Routes<Resource>, request: Request<'_>) -> Outcome {
    let path = match request.path() {
        Ok(path) => path,
        Err(code) => return Answer::new(code).into(),
    };
    if let Some(Found { value, parameters, rest }) = routes.find_mut(&path) {
        return value.handle(&Request { parameters, rest, ..request });
    }
    match *path {
        [".well-known", "core"] => discovery(routes, &request).into(),
        _ => Answer::not_found().into(),
    }
}

/// The links of the resources whose routes name one path (RFC 6690).
fn discovery(routes: &Routes<Resource>, request: &Request<'_>) -> Answer {
    if request.method != Method::Get {
        return Answer::new(Code::METHOD_NOT_ALLOWED);
    }
    if request.accept.is_some_and(|accept| accept != content_format::LINK_FORMAT) {
        return Answer::new(Code::NOT_ACCEPTABLE);
    }
    let query: Vec<&str> =
        request.values(number::URI_QUERY).filter_map(|value| core::str::from_utf8(value).ok()).collect();
    let mut text = String::new();
    let mut links = LinkWriter::new(&mut text);
    for (target, resource) in routes.iter().filter(|(template, _)| is_literal(template)) {
        let mut attributes: Vec<Attribute<'_>> =
            resource.attributes.iter().map(|(name, value)| Attribute::text(name, value)).collect();
        if resource.is_observable {
            attributes.push(Attribute::flag("obs"));
        }
        if query.iter().all(|argument| Filter::parse(argument).chooses(target, &attributes)) {
            links.link(target, &attributes);
        }
    }
    Answer::content(content_format::LINK_FORMAT, text)
}

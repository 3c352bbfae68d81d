//! A device without IO: where endpoint, CORECONF, LwM2M, datastore and board meet.
//!
//! [`Device`] is driven by the same five verbs as the endpoint below it: datagrams and the time go in, datagrams and
//! the next deadline come out. It matches the path, makes the answer and lets the endpoint send it; after every change,
//! whoever made it, it tells the observers of both protocols. No sockets, no clock: `net` has them.
//!
//! The board speaks first by [`Device::edit`], [`Device::set`], [`Device::ensure`], [`Device::changed`],
//! [`Device::raise`] and [`Device::answer`]; from other tasks by `net::Handle`, which has the same.
//!
//! ```no_run
//! use comi_runtime::board::Board;
//! use comi_runtime::coap::Peer;
//! use comi_runtime::time::Instant;
//! use comi_runtime::{BuildError, Device};
//!
//! fn serve_one(board: impl Board, now: Instant, from: Peer, datagram: &[u8]) -> Result<(), BuildError> {
//!     let mut device = Device::new(board).coreconf().lwm2m().seed(0x5eed).build()?;
//!     device.handle_datagram(now, from, datagram);
//!     let mut buffer = Vec::new();
//!     while let Some(to) = device.poll_transmit(&mut buffer) {
//!         println!("{} bytes to {}", buffer.len(), to.address);
//!     }
//!     println!("to be called again at {:?}", device.poll_timeout());
//!     Ok(())
//! }
//! ```

mod answer;
mod builder;
mod calls;
mod discovery;
mod feed;
mod guard;
mod keep;
#[cfg(feature = "lwm2m")]
mod manager;
mod observe;
mod question;
#[cfg(feature = "lwm2m")]
mod registrations;
#[cfg(feature = "lwm2m")]
mod reports;
mod sampler;
#[cfg(feature = "lwm2m")]
mod send;
mod speak;

pub use builder::{BuildError, Builder};
#[cfg(feature = "lwm2m")]
pub use registrations::RegistrationStatus;
#[cfg(feature = "lwm2m")]
pub use send::SendError;

use alloc::vec::Vec;

use crate::board::Board;
#[cfg(feature = "tcp")]
use crate::coap::Capabilities;
#[cfg(feature = "client")]
use crate::coap::{CallFailure, CallId, Code, Full, OutgoingRequest};
use crate::coap::{Counters, Endpoint, Event as EndpointEvent, Observe, Peer, Received, RequestId};
use crate::datastore::{Committed, Datastore};
use crate::limits::{Limits, Usage};
use crate::schema::Schema;
use crate::time::{Instant, earlier};
use answer::{Core, NO_OPTIONS, Reply};
use calls::Pending;
use feed::Feed;
use guard::Memo;
use question::Question;
use sampler::Sampler;

/// A device: one datastore and one board, served over CORECONF and LwM2M. The module's page says how to drive it.
#[derive(Debug)]
pub struct Device<B> {
    core: Core<B>,
    endpoint: Endpoint,
    feed: Feed,
    sampler: Sampler,
    #[cfg(feature = "client")]
    events: alloc::collections::VecDeque<Event>,
    /// Answers are encoded into it.
    out: Vec<u8>,
    #[cfg(feature = "lwm2m")]
    registrations: registrations::Registrations,
    #[cfg(feature = "lwm2m")]
    reports: reports::Reports,
}

/// What came of the device's own requests.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// How far the registration with an LwM2M server is has changed.
    #[cfg(feature = "lwm2m")]
    Registration(RegistrationStatus),
    /// A request got no response.
    #[cfg(feature = "client")]
    Failed {
        /// Which.
        call: CallId,
        /// Why.
        reason: CallFailure,
    },
    /// A request got a response; of an observation, further ones may follow.
    #[cfg(feature = "client")]
    Response {
        /// To which.
        call: CallId,
        /// Its code.
        code: Code,
        /// Its Content-Format.
        content_format: Option<u16>,
        /// Its ETag.
        etag: Option<Vec<u8>>,
        /// Whether further ones may follow.
        observing: bool,
        /// Its body.
        payload: Vec<u8>,
    },
}

impl<B: Board> Device<B> {
    /// Begins a device around a board, which carries its schema: `Device::new(model::bind(board))`.
    #[expect(clippy::new_ret_no_self, reason = "a device is built step by step; this is where it begins")]
    pub fn new(board: B) -> Builder<B> {
        Builder::new(board)
    }

    /// Takes a datagram. What it asks for is answered before this returns, unless a handler answers later.
    pub fn handle_datagram(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        self.handle::<false>(now, peer, datagram);
    }

    /// Takes a datagram that came to a multicast address; see [`Endpoint::handle_multicast`].
    #[cfg(feature = "multicast")]
    pub fn handle_multicast(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        self.handle::<true>(now, peer, datagram);
    }

    #[inline(never)]
    fn handle<const TO_GROUP: bool>(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        self.out.clear();
        #[cfg(feature = "lwm2m")]
        let peer = self.registrations.known(peer);
        #[cfg(feature = "lwm2m")]
        self.begin(now);
        let Device { core, endpoint, out, .. } = self;
        #[cfg(not(feature = "multicast"))]
        let received = endpoint.handle_datagram(now, peer, datagram);
        #[cfg(feature = "multicast")]
        let received = if TO_GROUP {
            endpoint.handle_multicast(now, peer, datagram)
        } else {
            endpoint.handle_datagram(now, peer, datagram)
        };
        match received {
            None => {}
            Some(Received::Request(request)) => {
                let id = request.id;
                let registers = request.observe == Some(Observe::Register);
                #[cfg(feature = "lwm2m")]
                let (ignored, server) =
                    (self.registrations.ignores(&request.peer), self.registrations.server(&request.peer));
                let (reply, kept) = match Question::of_request(core.services, &request) {
                    #[cfg(feature = "lwm2m")]
                    Ok(question) if ignored && question.resource.is_managed() => {
                        self.endpoint.ignore(id);
                        return self.settle(now);
                    }
                    Ok(question) => {
                        #[cfg(feature = "lwm2m")]
                        let question = Question { server, ..question };
                        let reply = core.answer(&question, out);
                        let observes = registers && reply.code.is_success() && observe::is_observable(&question);
                        (reply, observes.then(|| question.keep()))
                    }
                    Err(code) => (Reply::new(code), None),
                };
                match kept {
                    Some(kept) => self.register(now, id, kept, &reply),
                    None => self.respond(now, id, reply),
                }
                #[cfg(feature = "lwm2m")]
                if self.core.attributes_changed {
                    self.refresh_reports();
                }
                #[cfg(feature = "lwm2m")]
                if let Some(invoked) = self.core.invoked.as_mut().map(core::mem::take) {
                    self.invoked(now, &invoked);
                }
            }
            #[cfg(feature = "lwm2m")]
            Some(Received::Response { call, response })
                if let Some((index, event)) = self.registrations.answered(call, &response) =>
            {
                self.hear(now, index, event);
            }
            #[cfg(feature = "client")]
            Some(Received::Response { call, response }) => self.events.push_back(Event::Response {
                call,
                code: response.code,
                content_format: response.content_format,
                etag: response.etag().map(<[u8]>::to_vec),
                observing: response.observing,
                payload: response.payload.to_vec(),
            }),
        }
        self.settle(now);
    }

    /// Tells what the other end of a connection can take; see [`Endpoint::connection_opened`].
    #[cfg(feature = "tcp")]
    pub fn connection_opened(&mut self, peer: Peer, capabilities: Capabilities) {
        self.endpoint.connection_opened(peer, capabilities);
    }

    /// Tells that a connection is gone, and with it its observers.
    #[cfg(feature = "tcp")]
    pub fn connection_closed(&mut self, now: Instant, peer: Peer) {
        self.endpoint.connection_closed(peer);
        self.settle(now);
    }

    /// Adds a name of the device, as it stands in a URI; see [`Endpoint::answers_to`].
    #[cfg(feature = "proxy-uri")]
    pub fn answers_to(&mut self, authority: &str) {
        self.endpoint.answers_to(authority);
    }

    /// Does what is due: retransmissions, readings of observed values, notifications, operations without answer. Early
    /// or repeated calls do nothing.
    #[inline(never)]
    pub fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        #[cfg(feature = "lwm2m")]
        self.begin(now);
        while let Some(pending) = self.core.calls.take_expired(now) {
            let fault = crate::board::Fault::failed("the operation gave no answer in time");
            // the requester may have given up
            let _ = self.answer_pending(now, &pending, Err(fault));
        }
        self.settle(now);
    }

    /// Puts the next datagram into the buffer, in place of what is in it, and says to whom it goes; `None` if there is
    /// none. To be called until then after every other call that takes `&mut self`.
    #[inline(never)]
    pub fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        self.endpoint.poll_transmit(buffer)
    }

    /// What came of the device's own requests; to be called until `None` after every other call that takes
    /// `&mut self`.
    pub fn poll_event(&mut self) -> Option<Event> {
        #[cfg(feature = "client")]
        return self.events.pop_front();
        #[cfg(not(feature = "client"))]
        return None;
    }

    /// Whether [`Device::poll_event`] has something.
    #[cfg(feature = "std")]
    pub(crate) fn has_events(&self) -> bool {
        #[cfg(feature = "client")]
        return !self.events.is_empty();
        #[cfg(not(feature = "client"))]
        return false;
    }

    /// When [`Device::handle_timeout`] is to be called. The answer may change after every call that takes `&mut self`.
    #[inline(never)]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ours = earlier(self.feed.next(), self.sampler.next());
        #[cfg(feature = "lwm2m")]
        let ours = earlier(earlier(ours, self.registrations.next()), self.reports.next());
        earlier(earlier(self.endpoint.poll_timeout(), self.core.calls.next()), ours)
    }

    /// Sends a request to another device; what comes of it is told by [`Device::poll_event`].
    ///
    /// # Errors
    /// [`Full`] when too many wait already.
    #[cfg(feature = "client")]
    pub fn request(&mut self, now: Instant, peer: Peer, request: &OutgoingRequest<'_>) -> Result<CallId, Full> {
        self.endpoint.call(now, peer, request)
    }

    /// Gives up a request, or ends an observation at another device.
    #[cfg(feature = "client")]
    pub fn cancel(&mut self, now: Instant, call: CallId) {
        self.endpoint.cancel(now, call);
    }

    /// The compiled model.
    #[must_use]
    pub fn schema(&self) -> &'static Schema {
        self.core.store.schema()
    }

    /// The datastore, to look into it.
    #[must_use]
    pub fn datastore(&self) -> &Datastore {
        &self.core.store
    }

    /// The board, to look at it.
    #[must_use]
    pub fn board(&self) -> &B {
        &self.core.board.0
    }

    /// The limits it was built with.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.core.limits
    }

    /// How much of [`Limits`] is in use.
    #[must_use]
    pub fn usage(&self) -> Usage {
        Usage {
            coap: self.endpoint.usage(),
            instances: self.core.store.instances(),
            events: self.core.ring.len(),
            event_bytes: self.core.ring.bytes(),
            calls: self.core.calls.len(),
            sampled_leaves: self.sampler.leaves(),
            observed_bytes: self.feed.bytes(),
        }
    }

    /// What its endpoint has counted.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        self.endpoint.counters()
    }

    /// How often a handler has failed or panicked, and answers that were 5.00, since the start.
    #[must_use]
    pub fn faults(&self) -> u64 {
        self.core.faults
    }

    /// Sends the answer that lies in `out`, or remembers that it comes later.
    fn respond(&mut self, now: Instant, request: RequestId, reply: Reply) {
        // the request came in this call, so it is there
        let _ = match reply.deferred {
            Some((call, operation, protocol)) => {
                let deadline = now + self.core.limits.call_timeout;
                self.core.calls.insert(call, Pending { request, operation, protocol, deadline });
                self.endpoint.defer(now, request)
            }
            None => self.endpoint.respond(now, request, &reply.response(&self.out, &mut { NO_OPTIONS })),
        };
        self.committed(now, &reply.committed);
    }

    /// Tells the board and the feed of a commit.
    fn committed(&mut self, now: Instant, committed: &Committed) {
        let Core { store, board, limits, .. } = &mut self.core;
        let schema = store.schema();
        for change in committed.changes.iter().filter(|change| !change.is_order()) {
            if schema.node(change.at.node).is_some_and(|row| row.is_config()) {
                board.changed(&change.as_change());
            }
        }
        #[cfg(feature = "lwm2m")]
        self.registrations.committed(schema, &committed.changes);
        self.feed.committed(schema, &committed.changes, now, limits.notify_period);
    }

    /// What every call ends with: observers that are gone are forgotten, those that are to be told are told.
    fn settle(&mut self, now: Instant) {
        #[cfg(feature = "lwm2m")]
        self.register_what_is_due(now);
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                EndpointEvent::ObservationEnded(id) => self.forget(id),
                EndpointEvent::ObservationQuiet(id) if cfg!(feature = "elective") => self.remind(now, id),
                EndpointEvent::ObservationQuiet(_) => {}
                #[cfg(feature = "lwm2m")]
                EndpointEvent::CallFailed { call, .. } if self.registration_unanswered(now, call) => {}
                #[cfg(feature = "client")]
                EndpointEvent::CallFailed { call, reason } => self.events.push_back(Event::Failed { call, reason }),
                // the device pings nobody
                #[cfg(feature = "client")]
                EndpointEvent::Pinged { .. } => {}
            }
        }
        self.tell(now);
    }
}

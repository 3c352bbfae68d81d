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
mod observe;
mod question;
mod sampler;
mod speak;

pub use builder::{BuildError, Builder};

use alloc::vec::Vec;

use crate::board::Board;
#[cfg(feature = "client")]
use crate::coap::{CallFailure, CallId, Code, Full, OutgoingRequest};
use crate::coap::{Endpoint, Event as EndpointEvent, Observe, Peer, Received, RequestId};
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
}

/// What came of the device's own requests.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event {
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
        self.out.clear();
        let Device { core, endpoint, out, .. } = self;
        match endpoint.handle_datagram(now, peer, datagram) {
            None => {}
            Some(Received::Request(request)) => {
                let id = request.id;
                let registers = request.observe == Some(Observe::Register);
                let (reply, kept) = match Question::of_request(core.services, &request) {
                    Ok(question) => {
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
            }
            #[cfg(feature = "client")]
            Some(Received::Response { call, response }) => self.events.push_back(Event::Response {
                call,
                code: response.code,
                content_format: response.content_format,
                observing: response.observing,
                payload: response.payload.to_vec(),
            }),
        }
        self.settle(now);
    }

    /// Does what is due: retransmissions, readings of observed values, notifications, operations without answer. Early
    /// or repeated calls do nothing.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        while let Some(pending) = self.core.calls.take_expired(now) {
            let fault = crate::board::Fault::failed("the operation gave no answer in time");
            // the requester may have given up
            let _ = self.answer_pending(now, &pending, Err(fault));
        }
        self.settle(now);
    }

    /// Puts the next datagram into the buffer, in place of what is in it, and says to whom it goes; `None` if there is
    /// none. To be called until then after every other call that takes `&mut self`.
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

    /// When [`Device::handle_timeout`] is to be called. The answer may change after every call that takes `&mut self`.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let ours = earlier(self.feed.next(), self.sampler.next());
        earlier(earlier(self.endpoint.poll_timeout(), self.core.calls.next()), ours)
    }

    /// Sends a request to another device; what comes of it is told by [`Device::poll_event`].
    ///
    /// # Errors
    /// [`Full`] when too many wait already.
    #[cfg(feature = "client")]
    pub fn request(&mut self, now: Instant, peer: Peer, request: &OutgoingRequest<'_>) -> Result<CallId, Full> {
        self.endpoint.request(now, peer, request)
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
        self.feed.committed(schema, &committed.changes, now, limits.notify_period);
    }

    /// What every call ends with: observers that are gone are forgotten, those that are to be told are told.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.endpoint.poll_event() {
            match event {
                EndpointEvent::ObservationEnded(id) => self.forget(id),
                #[cfg(feature = "client")]
                EndpointEvent::CallFailed { call, reason } => self.events.push_back(Event::Failed { call, reason }),
            }
        }
        self.tell(now);
    }
}

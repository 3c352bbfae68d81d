//! Observations: they begin, are told, and end.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::answer::{Core, NO_OPTIONS, Reply, digest};
use super::feed::Watched;
use super::question::{Kept, Question, Resource};
use super::sampler::{Source, sources};
use super::{Device, Memo};
use crate::board::Board;
use crate::cbor::{Encoder, Identifiers, Reader, read_instance_identifier};
use crate::coap::content_format::LINK_FORMAT;
use crate::coap::{Method, ObservationId, RequestId};
use crate::datastore::{ContentFilter, DefaultsFilter, Filter};
use crate::lwm2m;
use crate::schema::Schema;
use crate::time::Instant;
use crate::value::InstanceIdentifier;

/// Whether a request can be observed: a FETCH of data nodes (readings 27), the event stream, an LwM2M path. The answer
/// to others comes without Observe (RFC 7641 section 4.1).
pub(super) fn is_observable(question: &Question<'_>) -> bool {
    match question.resource {
        Resource::Datastore => question.method == Method::Fetch,
        Resource::Events => matches!(question.method, Method::Get | Method::Fetch),
        // a Discover is not observed
        Resource::Lwm2m(_) => question.method == Method::Get && question.accept != Some(LINK_FORMAT),
        #[cfg(feature = "lwm2m")]
        Resource::Lwm2mRoot => question.method == Method::Fetch,
        Resource::Discovery => false,
    }
}

/// What a request that was answered with success is about.
fn watched(schema: &'static Schema, question: &Question<'_>) -> Watched {
    match (question.resource, question.method) {
        #[cfg(feature = "lwm2m")]
        (Resource::Lwm2mRoot, _) => {
            let paths = lwm2m::composite_paths(schema, &question.composite());
            Watched::Nodes(paths.into_iter().filter_map(|path| lwm2m::instance(schema, path)).collect())
        }
        (Resource::Lwm2m(path), _) => Watched::Nodes(lwm2m::instance(schema, path).into_iter().collect()),
        (Resource::Events, Method::Fetch) => Watched::Events(identifiers(schema, question.payload)),
        (Resource::Events, _) => Watched::AllEvents,
        _ => Watched::Nodes(identifiers(schema, question.payload)),
    }
}

/// The identifiers of a FETCH; what names nothing here has nothing to tell.
fn identifiers(schema: &Schema, payload: &[u8]) -> Box<[InstanceIdentifier]> {
    let mut reader = Reader::new(payload);
    let mut found = Vec::new();
    while let Ok(item) = reader.item() {
        if let Ok(instance) = read_instance_identifier(schema, &mut Reader::new(item)) {
            found.push(instance);
        }
    }
    found.into_boxed_slice()
}

fn sampled(schema: &Schema, question: &Question<'_>, watched: &Watched) -> Vec<Source> {
    match watched {
        Watched::AllEvents | Watched::Events(_) => Vec::new(),
        Watched::Nodes(nodes) => sources(schema, nodes, question.query.contains(&"c=c")),
    }
}

impl<B: Board> Device<B> {
    /// Answers a request, and registers its observer where the limits have room.
    #[inline(never)]
    pub(super) fn register(&mut self, now: Instant, request: RequestId, kept: Kept, reply: &Reply) {
        let schema = self.schema();
        let limits = &self.core.limits;
        let question = kept.question();
        let watched = watched(schema, &question);
        let sources = sampled(schema, &question, &watched);
        drop(question);
        let full = self.sampler.leaves() + self.sampler.added(&sources) > limits.sampled_leaves
            || self.feed.bytes() + kept.bytes() > limits.observed_bytes;
        let payload = self.out.as_slice();
        let mut options = NO_OPTIONS;
        let response = reply.response(payload, &mut options);
        let registered = if full {
            self.endpoint.respond(now, request, &response).map(|()| None)
        } else {
            self.endpoint.respond_observed(now, request, &response)
        };
        if let Ok(Some(id)) = registered {
            self.sampler.add(sources, now, limits.sample_period);
            #[cfg(feature = "lwm2m")]
            let observed = super::manager::observed(&self.core.store, &kept.question());
            self.feed.insert(id, kept, watched, reply.digest(payload), now);
            #[cfg(feature = "lwm2m")]
            if let Some((server, path, own)) = observed {
                self.report(now, id, server, path, own);
            }
        }
    }

    /// An observation has ended.
    pub(super) fn forget(&mut self, id: ObservationId) {
        #[cfg(feature = "lwm2m")]
        self.reports.remove(id);
        if let Some(observer) = self.feed.remove(id) {
            let question = observer.asked.question();
            self.sampler.remove(&sampled(self.core.store.schema(), &question, &observer.watched));
        }
    }

    /// Tells an observer that was told nothing for long how things are, so that it shows whether it is still there.
    pub(super) fn remind(&mut self, now: Instant, id: ObservationId) {
        let Some(observer) = self.feed.get(id) else { return };
        self.out.clear();
        let Core { board, store, ring, services, limits, faults, .. } = &mut self.core;
        let parts = super::answer::Parts { store, ring, services: *services, limits, faults };
        let question = observer.asked.question();
        let reply = super::answer::answer(parts, board, super::answer::NO_CALL, &question, &mut self.out);
        let sent = self.endpoint.notify(now, id, &reply.response(&self.out, &mut { NO_OPTIONS }));
        if sent.is_err() || !reply.code.is_success() {
            self.forget(id);
        }
    }

    /// Reads what is to be sampled by now, and tells every observer that is due and whose answer has changed. Within
    /// one round a pulled value is read once.
    #[inline(never)]
    pub(super) fn tell(&mut self, now: Instant) {
        let due = |next: Option<Instant>| next.is_some_and(|next| next <= now);
        #[cfg(feature = "lwm2m")]
        let reports_due = due(self.reports.next());
        #[cfg(not(feature = "lwm2m"))]
        let reports_due = false;
        if !due(self.sampler.next()) && !due(self.feed.next()) && !reports_due {
            return;
        }
        let Core { board, store, ring, services, limits, faults, .. } = &mut self.core;
        let mut memo = Memo::new(board);
        let filter = Filter { content: ContentFilter::State, defaults: DefaultsFilter::ReportAll };
        while let Some(at) = self.sampler.take_due(now, limits.sample_period) {
            self.out.clear();
            let mut encoder = Encoder::new(store.schema(), &mut self.out, Identifiers::Sids, limits.coreconf.answer);
            let reading = store.read(&mut memo, &at, filter, &mut encoder);
            let outcome = match &reading {
                Ok(reading) => {
                    *faults = faults.saturating_add(u64::from(reading.faults));
                    u64::from(reading.faults) << 1
                }
                Err(_) => {
                    *faults = faults.saturating_add(1);
                    1
                }
            };
            if self.sampler.read(&at, digest(outcome, &self.out)) {
                self.feed.changed(store.schema(), &at, now, limits.notify_period);
            }
        }
        let mut ended = Vec::new();
        loop {
            #[cfg(feature = "lwm2m")]
            let by_itself = self.reports.take_due(now);
            #[cfg(not(feature = "lwm2m"))]
            let by_itself = None;
            let Some((id, forced)) = by_itself.or_else(|| self.feed.take_due(now).map(|id| (id, false))) else { break };
            let Some(observer) = self.feed.get(id) else { continue };
            self.out.clear();
            let parts = super::answer::Parts { store, ring, services: *services, limits, faults };
            let question = observer.asked.question();
            let reply = super::answer::answer(parts, &mut memo, super::answer::NO_CALL, &question, &mut self.out);
            let digest = reply.digest(&self.out);
            // a raised notification is told though the ring may look the same
            if !forced && digest == observer.digest && matches!(observer.watched, Watched::Nodes(_)) {
                continue;
            }
            #[cfg(feature = "lwm2m")]
            let number = self.reports.measured(id).and_then(|path| lwm2m::number_at(store, &mut memo, path));
            #[cfg(feature = "lwm2m")]
            if !forced && !self.reports.tells(id, now, number) {
                continue;
            }
            let sent = self.endpoint.notify(now, id, &reply.response(&self.out, &mut { NO_OPTIONS }));
            match sent {
                // RFC 7641 section 4.2: an error is the last notification
                Ok(()) if reply.code.is_success() => {
                    self.feed.told(id, digest, now);
                    #[cfg(feature = "lwm2m")]
                    self.reports.told(id, now, number);
                }
                _ => ended.push(id),
            }
        }
        for id in ended {
            self.forget(id);
        }
    }
}

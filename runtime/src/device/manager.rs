//! What only a registered LwM2M server may ask for, and what differs by server: Discover, Write-Attributes, reports.

use alloc::string::String;
use alloc::vec::Vec;

use super::Device;
use super::answer::{Core, Reply, lwm2m_code};
use super::question::{Question, Resource};
use crate::board::Board;
use crate::coap::content_format::LINK_FORMAT;
use crate::coap::{Code, Method, ObservationId};
use crate::datastore::Datastore;
use crate::lwm2m::attributes::{Set, of_observe};
use crate::lwm2m::{self, Path};
use crate::time::Instant;

/// Of the Observe of a server: which one, its path (`None`: several), and the attributes that it brings along.
pub(super) fn observed(store: &Datastore, question: &Question<'_>) -> Option<(u16, Option<Path>, Set)> {
    let path = match (question.resource, question.method) {
        (Resource::Lwm2m(path), Method::Get) => Some(path),
        (Resource::Lwm2mRoot, Method::Fetch) => None,
        _ => return None,
    };
    Some((question.server?, path, of_observe(store, path, &question.query).ok()?))
}

impl<B: Board> Core<B> {
    /// Answers a Discover or Write-Attributes; `None`: it is another operation.
    pub(super) fn manage(&mut self, question: &Question<'_>, out: &mut Vec<u8>) -> Option<Reply> {
        let Resource::Lwm2m(path) = question.resource else { return None };
        let done = match question.method {
            Method::Get if question.accept == Some(LINK_FORMAT) => self.discover(question, path, out),
            Method::Put
                if question.content_format.is_none() && question.payload.is_empty() && !question.query.is_empty() =>
            {
                self.write_attributes(question, path)
            }
            _ => return None,
        };
        Some(done.unwrap_or_else(|error| {
            out.extend_from_slice(error.told().as_bytes());
            Reply::new(lwm2m_code(&error))
        }))
    }

    /// Core section 6.3.2: what was asked for tells what it inherits, what is below it its own.
    fn discover(&mut self, question: &Question<'_>, path: Path, out: &mut Vec<u8>) -> Result<Reply, lwm2m::Error> {
        let Core { store, board, attributes, .. } = self;
        let mut tell = |at: Path, text: &mut String| {
            let Some(server) = question.server else { return };
            let set = if at == path { attributes.of(server, at) } else { attributes.at(server, at) };
            set.tell(text);
        };
        let mut text = String::new();
        lwm2m::discover(store, board, path, lwm2m::depth(&question.query), &mut tell, &mut text)?;
        out.extend_from_slice(text.as_bytes());
        Ok(Reply { content_format: Some(LINK_FORMAT), ..Reply::new(Code::CONTENT) })
    }

    /// lwm2m-yang.md: others than registered servers have no attributes.
    fn write_attributes(&mut self, question: &Question<'_>, path: Path) -> Result<Reply, lwm2m::Error> {
        let server = question.server.ok_or(lwm2m::Error::Query)?;
        self.attributes.write(&self.store, server, path, &question.query)?;
        self.attributes_changed = true;
        Ok(Reply::new(Code::CHANGED))
    }
}

impl<B: Board> Device<B> {
    /// An observation of a server has begun.
    pub(super) fn report(&mut self, now: Instant, id: ObservationId, server: u16, path: Option<Path>, own: Set) {
        self.reports.insert(id, server, path, own, now);
        self.refresh_reports();
        let Core { store, board, .. } = &mut self.core;
        let number = path.and_then(|path| lwm2m::number_at(store, board, path));
        self.reports.told(id, now, number);
    }

    /// Attributes, or the defaults of object 1, may be others now.
    pub(super) fn refresh_reports(&mut self) {
        self.core.attributes_changed = false;
        let Device { core, endpoint, reports, registrations, .. } = self;
        reports.refresh(|server, path| {
            let own = path.map(|path| core.attributes.of(server, path)).unwrap_or_default();
            own.or(registrations.default_periods(server))
        });
        for (id, confirmed) in reports.confirmed() {
            endpoint.confirm_notifications(id, confirmed);
        }
    }

    /// Core section 6.4: a server that is registered with anew, or left, observes nothing any more.
    pub(super) fn end_observations(&mut self, server: u16) {
        for id in self.reports.of_server(server) {
            self.endpoint.end_observation(id);
            self.forget(id);
        }
    }
}

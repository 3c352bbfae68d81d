//! `/.well-known/core` (RFC 6690): the links of both protocols.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::answer::Reply;
use super::question::{Question, Services};
use crate::board::Board;
use crate::coap::link_format::{AttributeWriter, Filter, LinkWriter, links};
use crate::coap::{Code, Method, content_format};
use crate::coreconf;
use crate::datastore::Datastore;
use crate::limits::Limits;
use crate::lwm2m;

/// The links that the query asks for. The endpoint cuts a long answer into blocks.
pub(super) fn answer(
    store: &Datastore,
    board: &mut dyn Board,
    services: Services,
    limits: &Limits,
    question: &Question<'_>,
    out: &mut Vec<u8>,
) -> Reply {
    if question.method != Method::Get {
        return Reply::new(Code::METHOD_NOT_ALLOWED);
    }
    if question.accept.is_some_and(|accept| accept != content_format::LINK_FORMAT) {
        return Reply::new(Code::NOT_ACCEPTABLE);
    }
    let filters = question.query.iter().map(|argument| Filter::parse(argument)).collect();
    let mut page = Page { out, filters, limit: limits.coreconf.answer, link: String::new() };
    let complete = (!services.coreconf || coreconf_links(store, &mut page))
        && (!services.lwm2m || lwm2m_links(store, board, &mut page));
    if !complete {
        out.clear();
        return Reply::new(Code::INTERNAL_SERVER_ERROR);
    }
    Reply { content_format: Some(content_format::LINK_FORMAT), ..Reply::new(Code::CONTENT) }
}

/// The links that are told.
struct Page<'a> {
    out: &'a mut Vec<u8>,
    filters: Vec<Filter<'a>>,
    limit: usize,
    /// The one that is being written.
    link: String,
}

impl Page<'_> {
    /// Adds a link, if the filters want it; whether it fits.
    fn add(&mut self, target: &str, attributes: impl FnOnce(AttributeWriter<'_>)) -> bool {
        self.link.clear();
        attributes(LinkWriter::new(&mut self.link).link(target));
        let wanted = |filter: &Filter<'_>| links(&self.link).filter_map(Result::ok).any(|link| filter.matches(&link));
        if self.filters.iter().all(wanted) {
            if !self.out.is_empty() {
                self.out.push(b',');
            }
            self.out.extend_from_slice(self.link.as_bytes());
        }
        self.out.len() <= self.limit
    }
}

fn coreconf_links(store: &Datastore, page: &mut Page<'_>) -> bool {
    coreconf::links(store.schema()).all(|link| {
        page.add(link.target, |mut attributes| {
            attributes = attributes.text("rt", link.resource_type);
            if let Some((name, sid)) = link.sid {
                attributes = attributes.number(name, u64::from(sid));
            }
            if link.observable {
                attributes.flag("obs");
            }
        })
    })
}

/// As in a registration: the root with the formats, each object with its version, each instance.
fn lwm2m_links(store: &Datastore, board: &mut dyn Board, page: &mut Page<'_>) -> bool {
    if store.schema().objects.is_empty() {
        return true;
    }
    let mut fits = page.add("/", |attributes| {
        attributes.text("rt", "oma.lwm2m").text("ct", "0 60");
    });
    lwm2m::links(store, board, &mut |link| {
        fits = fits
            && page.add(&link.path.to_string(), |attributes| {
                if let Some((major, minor)) = link.version {
                    attributes.text("ver", &alloc::format!("{major}.{minor}"));
                }
            });
        fits
    });
    fits
}

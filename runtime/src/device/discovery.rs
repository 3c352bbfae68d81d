//! `/.well-known/core` (RFC 6690): the links of both protocols.

use alloc::string::String;
use alloc::vec::Vec;

use super::answer::Reply;
use super::question::{Question, Services};
use crate::board::Board;
use crate::coap::link_format::{Attribute, Filter, LinkWriter, push_decimal};
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
    let mut text = String::new();
    let page = &mut Page { links: LinkWriter::new(&mut text), query: &question.query, limit: limits.coreconf.answer };
    let complete =
        (!services.coreconf || coreconf_links(store, page)) && (!services.lwm2m || lwm2m_links(store, board, page));
    if !complete {
        return Reply::new(Code::INTERNAL_SERVER_ERROR);
    }
    out.extend_from_slice(text.as_bytes());
    Reply { content_format: Some(content_format::LINK_FORMAT), ..Reply::new(Code::CONTENT) }
}

/// The links that are told.
struct Page<'a> {
    links: LinkWriter<'a>,
    query: &'a [&'a str],
    limit: usize,
}

impl Page<'_> {
    /// Adds a link, if the query wants it; whether it fits.
    fn add(&mut self, target: &str, attributes: &[Attribute<'_>]) -> bool {
        if self.query.iter().all(|argument| Filter::parse(argument).chooses(target, attributes)) {
            self.links.link(target, attributes);
        }
        self.links.len() <= self.limit
    }
}

fn coreconf_links(store: &Datastore, page: &mut Page<'_>) -> bool {
    let mut fits = true;
    coreconf::links(store.schema(), &mut |link| {
        let kind = Attribute::text("rt", link.resource_type);
        fits = match link.sid {
            Some((name, sid)) => page.add(link.target, &[kind, Attribute::number(name, sid)]),
            None if link.observable => page.add(link.target, &[kind, Attribute::flag("obs")]),
            None => page.add(link.target, &[kind]),
        };
        fits
    });
    fits
}

/// As in a registration: the root with the formats, each object with its version, each instance.
fn lwm2m_links(store: &Datastore, board: &mut dyn Board, page: &mut Page<'_>) -> bool {
    if store.schema().objects.is_empty() {
        return true;
    }
    let mut fits = page.add("/", &[Attribute::text("rt", "oma.lwm2m"), Attribute::text("ct", "0 60")]);
    lwm2m::links(store, board, &mut |link| {
        let mut target = String::new();
        link.path.tell(&mut target);
        fits = fits
            && match link.version {
                None => page.add(&target, &[]),
                Some((major, minor)) => {
                    let mut version = String::new();
                    push_decimal(&mut version, u32::from(major));
                    version.push('.');
                    push_decimal(&mut version, u32::from(minor));
                    page.add(&target, &[Attribute::text("ver", &version)])
                }
            };
        fits
    });
    fits
}

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
#[inline(never)]
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
    let (count, number) = (number(&question.query, "count="), number(&question.query, "page="));
    let page = &mut Page {
        links: LinkWriter::new(&mut text),
        query: &question.query,
        limit: limits.coreconf.answer,
        before: count.and_then(|count| count.checked_mul(number.unwrap_or(0))).unwrap_or(0),
        left: count.unwrap_or(usize::MAX),
    };
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
    /// How many links stand on the pages before.
    before: usize,
    /// How many links have room on this page.
    left: usize,
}

/// The arguments that ask for a page (RFC 9176 section 6.2): `count` links, `page` pages of so many passed over. Draft
/// section 5.2.2 asks for a way to get all links by several requests; a device whose links are more than its answers may
/// be long has this one.
const PAGING: [&str; 2] = ["count=", "page="];

fn number(query: &[&str], name: &str) -> Option<usize> {
    query.iter().find_map(|argument| argument.strip_prefix(name))?.parse().ok()
}

impl Page<'_> {
    /// Adds a link, if the query wants it; whether it fits.
    fn add(&mut self, target: &str, attributes: &[Attribute<'_>]) -> bool {
        let filters = || self.query.iter().filter(|argument| PAGING.iter().all(|name| !argument.starts_with(name)));
        if filters().all(|argument| Filter::parse(argument).chooses(target, attributes)) {
            if let Some(before) = self.before.checked_sub(1) {
                self.before = before;
            } else if let Some(left) = self.left.checked_sub(1) {
                self.left = left;
                self.links.link(target, attributes);
            }
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
    let mut formats = String::new();
    for format in lwm2m::FORMATS {
        if !formats.is_empty() {
            formats.push(' ');
        }
        push_decimal(&mut formats, u32::from(*format));
    }
    let mut fits = page.add("/", &[Attribute::text("rt", "oma.lwm2m"), Attribute::text("ct", &formats)]);
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

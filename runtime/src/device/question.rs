//! A request to one of the device's resources, lent from a message or kept for an observer.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::coap::{Code, Method, OptionRef, Request, number};
use crate::coreconf::{DATASTORE_PATH, STREAM_PATH};
use crate::lwm2m;

/// The device's resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    /// `/c`
    Datastore,
    /// `/.well-known/core`
    Discovery,
    /// `/s`
    Events,
    /// `/{object}…`
    Lwm2m(lwm2m::Path),
}

/// Which protocols the device speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Services {
    pub(super) coreconf: bool,
    pub(super) lwm2m: bool,
}

impl Resource {
    fn of_path(services: Services, path: &[&str]) -> Option<Resource> {
        match *path {
            [".well-known", "core"] => Some(Resource::Discovery),
            [DATASTORE_PATH] if services.coreconf => Some(Resource::Datastore),
            [STREAM_PATH] if services.coreconf => Some(Resource::Events),
            _ if services.lwm2m => lwm2m::Path::from_segments(&mut path.iter().copied()).map(Resource::Lwm2m),
            _ => None,
        }
    }
}

/// What is asked.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) resource: Resource,
    pub(super) method: Method,
    pub(super) query: Vec<&'a str>,
    pub(super) content_format: Option<u16>,
    pub(super) accept: Option<u16>,
    pub(super) if_match: Vec<&'a [u8]>,
    pub(super) if_none_match: bool,
    pub(super) payload: &'a [u8],
}

impl<'a> Question<'a> {
    /// The request, or the code that refuses it.
    pub(super) fn of_request(services: Services, request: &Request<'a>) -> Result<Question<'a>, Code> {
        let (mut path, mut query, mut if_match, mut if_none_match) = (Vec::new(), Vec::new(), Vec::new(), false);
        for OptionRef { number, value } in request.options() {
            // a path or query that is no text is one that is not understood (RFC 7252 section 5.4.1)
            let texts = match number {
                number::URI_PATH => &mut path,
                number::URI_QUERY => &mut query,
                number::IF_MATCH => {
                    if_match.push(value);
                    continue;
                }
                _ => {
                    if_none_match |= number == number::IF_NONE_MATCH;
                    continue;
                }
            };
            texts.push(core::str::from_utf8(value).map_err(|_| Code::BAD_OPTION)?);
        }
        Ok(Question {
            resource: Resource::of_path(services, &path).ok_or(Code::NOT_FOUND)?,
            method: request.method,
            query,
            content_format: request.content_format,
            accept: request.accept,
            if_match,
            if_none_match,
            payload: request.payload,
        })
    }

    /// What an observer's answers are made of later. Conditions are met once.
    pub(super) fn keep(&self) -> Kept {
        Kept {
            resource: self.resource,
            method: self.method,
            query: self.query.iter().map(|argument| String::from(*argument)).collect(),
            content_format: self.content_format,
            accept: self.accept,
            payload: self.payload.into(),
        }
    }
}

/// A request that is answered again whenever its answer changes.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    resource: Resource,
    method: Method,
    query: Vec<String>,
    content_format: Option<u16>,
    accept: Option<u16>,
    payload: Box<[u8]>,
}

impl Kept {
    pub(super) fn question(&self) -> Question<'_> {
        Question {
            resource: self.resource,
            method: self.method,
            query: self.query.iter().map(String::as_str).collect(),
            content_format: self.content_format,
            accept: self.accept,
            if_match: Vec::new(),
            if_none_match: false,
            payload: &self.payload,
        }
    }

    /// Bytes that grow with the request.
    pub(super) fn bytes(&self) -> usize {
        self.payload.len() + self.query.iter().map(String::len).sum::<usize>()
    }
}

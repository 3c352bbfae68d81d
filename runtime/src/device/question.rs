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
    /// The root, of LwM2M's composite operations.
    #[cfg(feature = "lwm2m")]
    Lwm2mRoot,
}

/// No resource has more segments in its path (LwM2M: object, instance, resource, instance of it).
const MOST_SEGMENTS: usize = 4;

/// Which protocols the device speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Services {
    pub(super) coreconf: bool,
    pub(super) lwm2m: bool,
}

impl Resource {
    /// Whether it is of LwM2M's device management.
    #[cfg(feature = "lwm2m")]
    pub(super) fn is_managed(self) -> bool {
        matches!(self, Resource::Lwm2m(_) | Resource::Lwm2mRoot)
    }

    fn of_path(services: Services, path: &[&str]) -> Option<Resource> {
        match *path {
            [".well-known", "core"] => Some(Resource::Discovery),
            [DATASTORE_PATH] if services.coreconf => Some(Resource::Datastore),
            [STREAM_PATH] if services.coreconf => Some(Resource::Events),
            #[cfg(feature = "lwm2m")]
            [] | [""] if services.lwm2m => Some(Resource::Lwm2mRoot),
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
    /// The short id of the LwM2M server that asks; `None`: somebody else.
    #[cfg(feature = "lwm2m")]
    pub(super) server: Option<u16>,
    pub(super) payload: &'a [u8],
}

impl<'a> Question<'a> {
    /// The request, or the code that refuses it.
    pub(super) fn of_request(services: Services, request: &Request<'a>) -> Result<Question<'a>, Code> {
        let (mut path, mut depth) = ([""; MOST_SEGMENTS], 0);
        let (mut query, mut if_match) = (Vec::new(), Vec::new());
        for OptionRef { number, value } in request.options() {
            // a path or query that is no text is one that is not understood (RFC 7252 section 5.4.1)
            let text = || core::str::from_utf8(value).map_err(|_| Code::BAD_OPTION);
            match number {
                number::URI_PATH => {
                    let segment = text()?;
                    if let Some(place) = path.get_mut(depth) {
                        *place = segment;
                    }
                    depth += 1;
                }
                number::URI_QUERY => query.push(text()?),
                number::IF_MATCH => if_match.push(value),
                _ => {}
            }
        }
        Ok(Question {
            resource: path.get(..depth).and_then(|path| Resource::of_path(services, path)).ok_or(Code::NOT_FOUND)?,
            method: request.method,
            query,
            content_format: request.content_format,
            accept: request.accept,
            if_match,
            if_none_match: request.if_none_match(),
            #[cfg(feature = "lwm2m")]
            server: None,
            payload: request.payload,
        })
    }

    /// The request as a composite operation sees it.
    #[cfg(feature = "lwm2m")]
    pub(super) fn composite(&self) -> lwm2m::CompositeRequest<'a> {
        lwm2m::CompositeRequest {
            method: self.method,
            content_format: self.content_format,
            accept: self.accept,
            payload: self.payload,
        }
    }

    /// What an observer's answers are made of later. Conditions are met once.
    pub(super) fn keep(&self) -> Kept {
        Kept {
            resource: self.resource,
            method: self.method,
            query: self.query.iter().map(|argument| String::from(*argument)).collect(),
            content_format: self.content_format,
            accept: self.accept,
            #[cfg(feature = "lwm2m")]
            server: self.server,
            payload: self.payload.into(),
        }
    }
}

/// A request that is answered again whenever its answer changes.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    resource: Resource,
    method: Method,
    query: Box<[String]>,
    content_format: Option<u16>,
    accept: Option<u16>,
    #[cfg(feature = "lwm2m")]
    server: Option<u16>,
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
            #[cfg(feature = "lwm2m")]
            server: self.server,
            payload: &self.payload,
        }
    }

    /// Bytes that grow with the request.
    pub(super) fn bytes(&self) -> usize {
        self.payload.len() + self.query.iter().map(String::len).sum::<usize>()
    }
}

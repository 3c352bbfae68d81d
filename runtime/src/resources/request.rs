//! What a handler gets.

use alloc::vec::Vec;
use core::str::Utf8Error;

use crate::coap::{self, Code, Method, OptionRef, Peer, number};

/// A request to a resource, lent from its message or kept for an observer.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who asks.
    pub peer: Peer,
    /// What for.
    pub method: Method,
    /// Content-Format of the body.
    pub content_format: Option<u16>,
    /// The Content-Format that is asked for.
    pub accept: Option<u16>,
    /// All options, in ascending order.
    pub options: Vec<OptionRef<'a>>,
    /// The body, put together if it came in blocks.
    pub payload: &'a [u8],
    /// What stands in the place of the route's parameters.
    pub(super) parameters: Vec<(&'a str, &'a str)>,
    /// The segments behind the route's last.
    pub(super) rest: Vec<&'a str>,
}

impl<'a> Request<'a> {
    pub(super) fn of(request: &coap::Request<'a>) -> Request<'a> {
        Request {
            peer: request.peer,
            method: request.method,
            content_format: request.content_format,
            accept: request.accept,
            options: request.options().collect(),
            payload: request.payload,
            parameters: Vec::new(),
            rest: Vec::new(),
        }
    }

    /// What stands in the place of `{name}` of the route.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(own, _)| *own == name).map(|(_, value)| *value)
    }

    /// The segments in the place of `{name*}` of the route.
    #[must_use]
    pub fn rest(&self) -> &[&'a str] {
        &self.rest
    }

    /// The value of an argument `name=value` of the query, or an empty one of an argument `name`.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&'a str> {
        self.values(number::URI_QUERY).filter_map(|value| core::str::from_utf8(value).ok()).find_map(|argument| {
            match argument.split_once('=') {
                Some((own, value)) if own == name => Some(value),
                None if argument == name => Some(""),
                _ => None,
            }
        })
    }

    /// The values of all options with this number.
    pub fn values(&self, number: u16) -> impl Iterator<Item = &'a [u8]> {
        self.options.iter().filter(move |option| option.number == number).map(|option| option.value)
    }

    /// The segments of the path. None and one empty segment both mean the root.
    pub(super) fn path(&self) -> Result<Vec<&'a str>, Code> {
        let texts: Result<Vec<&str>, Utf8Error> = self.values(number::URI_PATH).map(core::str::from_utf8).collect();
        // a path that is no text is one that is not understood (RFC 7252 section 5.4.1)
        let mut path = texts.map_err(|_| Code::BAD_OPTION)?;
        if path == [""] {
            path.clear();
        }
        Ok(path)
    }

    pub(super) fn keep(&self) -> Kept {
        Kept {
            peer: self.peer,
            method: self.method,
            content_format: self.content_format,
            accept: self.accept,
            options: self.options.iter().map(|option| (option.number, option.value.into())).collect(),
            payload: self.payload.into(),
        }
    }
}

/// A request of an observer, which is answered again whenever its resource has changed.
#[derive(Debug)]
pub(super) struct Kept {
    peer: Peer,
    method: Method,
    content_format: Option<u16>,
    accept: Option<u16>,
    options: Vec<(u16, Vec<u8>)>,
    payload: Vec<u8>,
}

impl Kept {
    pub(super) fn request(&self) -> Request<'_> {
        Request {
            peer: self.peer,
            method: self.method,
            content_format: self.content_format,
            accept: self.accept,
            options: self.options.iter().map(|(number, value)| OptionRef { number: *number, value }).collect(),
            payload: &self.payload,
            parameters: Vec::new(),
            rest: Vec::new(),
        }
    }
}

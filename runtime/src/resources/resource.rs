//! What stands at a path: a handler for each method that it takes.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::answer::{Answer, Outcome};
use super::request::Request;
use crate::coap::{Code, Method};

type Handler = Box<dyn FnMut(&Request<'_>) -> Outcome + Send>;

/// A resource: its methods and its attributes.
#[derive(Default)]
pub struct Resource {
    handlers: Vec<(Method, Handler)>,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) is_observable: bool,
}

macro_rules! methods {
    ($($name:ident = $method:ident, $text:literal;)*) => {
        $(#[doc = concat!("The same with a handler of ", $text, ".")]
        #[must_use]
        pub fn $name<O: Into<Outcome>>(self, handler: impl FnMut(&Request<'_>) -> O + Send + 'static) -> Resource {
            self.on(Method::$method, handler)
        })*
    };
}

impl Resource {
    /// One without any method: each answers 4.05.
    #[must_use]
    pub fn new() -> Resource {
        Resource::default()
    }

    methods! {
        get = Get, "GET";
        post = Post, "POST";
        put = Put, "PUT";
        delete = Delete, "DELETE";
        fetch = Fetch, "FETCH";
        patch = Patch, "PATCH";
        ipatch = IPatch, "iPATCH";
    }

    /// The same with a handler of this method, in place of one that it had.
    #[must_use]
    pub fn on<O: Into<Outcome>>(
        mut self,
        method: Method,
        mut handler: impl FnMut(&Request<'_>) -> O + Send + 'static,
    ) -> Resource {
        self.handlers.retain(|(own, _)| *own != method);
        self.handlers.push((method, Box::new(move |request| handler(request).into())));
        self
    }

    /// GET and FETCH can be observed; [`Server::changed`](super::Server::changed) tells the observers.
    #[must_use]
    pub fn observable(mut self) -> Resource {
        self.is_observable = true;
        self
    }

    /// An attribute of its link in `/.well-known/core`, such as `rt` and `temperature` (RFC 6690).
    #[must_use]
    pub fn attribute(mut self, name: &str, value: &str) -> Resource {
        self.attributes.push((name.into(), value.into()));
        self
    }

    pub(super) fn handle(&mut self, request: &Request<'_>) -> Outcome {
        match self.handlers.iter_mut().find(|(method, _)| *method == request.method) {
            Some((_, handler)) => handler(request),
            None => Outcome::Now(Answer::new(Code::METHOD_NOT_ALLOWED)),
        }
    }
}

impl core::fmt::Debug for Resource {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.handlers.iter().map(|(method, _)| method)).finish()
    }
}

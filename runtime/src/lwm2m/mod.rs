//! LwM2M's view of the datastore: paths of numbers, single values in text and CBOR, Execute.
//!
//! Nothing is kept here: a path is turned into an instance-identifier, and the same reads, edits and calls are made as
//! for CORECONF (one datastore, two views). No exchanges, no time: of CoAP only codes, methods and content formats.
//! This room doesn't know CORECONF; what each [`Error`] is called in an answer is said by the room above.
//!
//! Without the feature `lwm2m` only formats of a single value are here; objects, instances and resources with several
//! instances answer 4.06 to a Read. With it a client of LwM2M servers has what these ask for: `registration`, `manage`
//! (operations on several values), `payload` (their formats), `discover`. Read [`answer`] first.

#[cfg(feature = "lwm2m")]
mod assign;
#[cfg(feature = "lwm2m")]
pub mod attributes;
#[cfg(feature = "lwm2m")]
mod collect;
#[cfg(feature = "lwm2m")]
mod discover;
mod execute;
mod format;
#[cfg(feature = "lwm2m")]
mod manage;
mod objects;
mod path;
#[cfg(feature = "lwm2m")]
mod payload;
mod read;
#[cfg(feature = "lwm2m")]
pub mod registration;
#[cfg(feature = "lwm2m")]
mod samples;
mod target;
#[cfg(feature = "lwm2m")]
mod typed;
mod write;

#[cfg(feature = "lwm2m")]
pub use discover::{depth, discover};
#[cfg(feature = "lwm2m")]
pub use manage::{CompositeRequest, composite, composite_paths, number_at};
pub use objects::{ObjectLink, links};
pub use path::Path;
#[cfg(feature = "lwm2m")]
pub use samples::Samples;
pub use target::instance;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::board::{Board, Call, Fault};
use crate::cbor;
use crate::coap::{Code, Method, content_format};
use crate::datastore::{Committed, Datastore, EditError};
use crate::value::{InstanceIdentifier, Violation};

/// The Content-Formats that are spoken here.
#[cfg(not(feature = "lwm2m"))]
pub const FORMATS: &[u16] = &[content_format::TEXT_PLAIN, content_format::CBOR];
/// The Content-Formats that are spoken here. The JSON of LwM2M 1.0 is, too, but later clients don't offer it (Core 1.2
/// section 7.5.6).
#[cfg(feature = "lwm2m")]
pub const FORMATS: &[u16] = &[
    content_format::TEXT_PLAIN,
    content_format::OCTET_STREAM,
    content_format::CBOR,
    content_format::SENML_JSON,
    content_format::SENML_CBOR,
    content_format::LWM2M_TLV,
    content_format::LWM2M_CBOR,
];

/// A request as LwM2M sees it; the path is parsed already.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: Path,
    /// Whether there are Uri-Query options: attributes, which are not served yet.
    pub has_query: bool,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// Accept.
    pub accept: Option<u16>,
    /// The whole payload.
    pub payload: &'a [u8],
}

/// The head of an answer; its payload lies in the buffer that was lent.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The code.
    pub code: Code,
    /// Content-Format.
    pub content_format: Option<u16>,
    /// What the request has changed; whoever asked for the answer tells the board and the observers.
    pub committed: Committed,
    /// Set: there is no answer yet; this operation was invoked and answers later.
    pub deferred: Option<InstanceIdentifier>,
    /// Of a Create: the instance that was made.
    #[cfg(feature = "lwm2m")]
    pub location: Option<Path>,
}

impl Answer {
    fn new(code: Code) -> Answer {
        Answer {
            code,
            content_format: None,
            committed: Committed::default(),
            deferred: None,
            #[cfg(feature = "lwm2m")]
            location: None,
        }
    }
}

/// Why a request is refused. The datastore is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// An Execute gives arguments to a resource that takes none.
    Arguments,
    /// The edit breaks a rule of the model, or the board refuses it.
    Edit(#[from] EditError),
    /// A handler can't answer.
    Fault(#[from] Fault),
    /// The payload is not well-formed.
    Malformed,
    /// The operation is not allowed on this resource.
    MethodNotAllowed,
    /// The value can't be given in the format that Accept names, or in any format of a single value.
    NotAcceptable,
    /// No such object, instance or resource.
    NotFound,
    /// Attributes.
    Query,
    /// Objects 0 and 21 outside bootstrap.
    Unauthorized,
    /// A Content-Format that a Write or Execute does not take.
    UnsupportedFormat,
    /// The value is not of the resource's type.
    Value(#[from] Violation),
}

impl Error {
    /// The error in words, as `Display` has them, without `core::fmt`.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Error::Arguments => "the resource takes no arguments",
            Error::Edit(error) => return error.words(),
            Error::Fault(fault) => return fault.words(),
            Error::Malformed => "the payload is no value of the resource",
            Error::MethodNotAllowed => "not allowed here",
            Error::NotAcceptable => "not in this format",
            Error::NotFound => "no such object, instance or resource",
            Error::Query => "attributes are not supported",
            Error::Unauthorized => "security objects are shown to nobody",
            Error::UnsupportedFormat => "not from this format",
            Error::Value(violation) => {
                let mut words = String::new();
                violation.tell(&mut words);
                return Cow::Owned(words);
            }
        })
    }
}

impl Error {
    /// The words of an answer: without the feature `words` those of the model and of the board alone.
    #[must_use]
    pub fn told(&self) -> Cow<'static, str> {
        match self {
            Error::Edit(error) => error.told(),
            Error::Fault(fault @ Fault::Refused(_)) => fault.words(),
            _ if cfg!(feature = "words") => self.words(),
            _ => Cow::Borrowed(""),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl From<cbor::Error> for Error {
    fn from(error: cbor::Error) -> Error {
        match error.into_details().reason {
            cbor::Reason::Value(violation) => Error::Value(violation),
            _ => Error::Malformed,
        }
    }
}

/// Answers a request to `/{object}…`. The payload of the answer is appended to `out`; `call` is the id that an action
/// gets if it answers later.
///
/// # Errors
/// Why the request is refused; `out` and the datastore are as they were.
pub fn answer(
    store: &mut Datastore,
    board: &mut dyn Board,
    call: Call,
    request: &Request<'_>,
    out: &mut Vec<u8>,
) -> Result<Answer, Error> {
    let target = target::resolve(store, request.path)?;
    if request.has_query {
        return Err(Error::Query);
    }
    #[cfg(feature = "lwm2m")]
    if let Some(answer) = manage::answer(store, board, &target, request, out)? {
        return Ok(answer);
    }
    match request.method {
        Method::Get => read::read(store, board, &target, request.accept, out),
        Method::Put => write::write(store, board, &target, request),
        Method::Post => execute::execute(store, board, call, &target, request),
        Method::Delete | Method::Fetch | Method::Patch | Method::IPatch => Err(Error::MethodNotAllowed),
    }
}

//! LwM2M's view of the datastore: paths of numbers, single values in text and CBOR, Execute.
//!
//! Nothing is kept here: a path is turned into an instance-identifier, and the same reads, edits and calls are made as
//! for CORECONF (one datastore, two views). No exchanges, no time: of CoAP only codes, methods and content formats.
//! This room doesn't know CORECONF; what each [`Error`] is called in an answer is said by the room above.
//!
//! Only formats of a single value are here; objects, instances and resources with several instances answer 4.06 to a
//! Read. Read [`answer`] first.

mod execute;
mod format;
mod objects;
mod path;
mod read;
mod target;
mod write;

pub use objects::{ObjectLink, links};
pub use path::Path;
pub use target::instance;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::board::{Board, Call, Fault};
use crate::cbor;
use crate::coap::{Code, Method};
use crate::datastore::{Committed, Datastore, EditError};
use crate::value::{InstanceIdentifier, Violation};

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
}

impl Answer {
    fn new(code: Code) -> Answer {
        Answer { code, content_format: None, committed: Committed::default(), deferred: None }
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
            Error::Edit(error) => return error.reason.words(),
            Error::Fault(fault) => return fault.words(),
            Error::Malformed => "the payload is no value of the resource",
            Error::MethodNotAllowed => "not allowed here",
            Error::NotAcceptable => "only single values, as text/plain (0) or application/cbor (60)",
            Error::NotFound => "no such object, instance or resource",
            Error::Query => "attributes are not supported",
            Error::Unauthorized => "security objects are shown to nobody",
            Error::UnsupportedFormat => "only text/plain (0) and application/cbor (60)",
            Error::Value(violation) => {
                let mut words = String::new();
                violation.tell(&mut words);
                return Cow::Owned(words);
            }
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

impl From<cbor::Error> for Error {
    fn from(_: cbor::Error) -> Error {
        Error::Malformed
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
    match request.method {
        Method::Get => read::read(store, board, &target, request.accept, out),
        Method::Put => write::write(store, board, &target, request),
        Method::Post => execute::execute(store, board, call, &target, request),
        Method::Delete | Method::Fetch | Method::Patch | Method::IPatch => Err(Error::MethodNotAllowed),
    }
}

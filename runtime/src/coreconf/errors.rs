//! The one table of errors: what each failure is called over CORECONF (error-tag, error-app-tag, code) and which code
//! it has over LwM2M. It is the documentation of these numbers, too.
//!
//! The rooms below have errors of their own; [`Failure`] is what they come to, [`Refusal`] adds where and the words.

use alloc::boxed::Box;
use alloc::string::String;
use core::ops::Deref;

use super::sids;
use crate::board::Fault;
use crate::cbor;
use crate::coap::Code;
use crate::datastore::{EditError, Reason};
use crate::schema::Schema;
use crate::value::{InstanceIdentifier, Violation};

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The failure that the row is about.
    pub failure: Failure,
    /// SID of the error-tag; 0: the answer has no error structure, and its text is a diagnostic payload.
    pub tag: u32,
    /// SID of the error-app-tag; 0: none.
    pub app_tag: u32,
    /// The code of CORECONF's answer.
    pub code: Code,
    /// The code of LwM2M's answer.
    pub lwm2m: Code,
}

macro_rules! table {
    ($($(#[doc = $doc:literal])* $failure:ident: $tag:ident $app_tag:ident $code:ident $lwm2m:ident;)*) => {
        /// Why a request is refused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Failure {
            $($(#[doc = $doc])* $failure,)*
        }

        /// One row a failure, in the order of their names.
        pub const TABLE: &[Row] = &[
            $(Row {
                failure: Failure::$failure,
                tag: sid!($tag),
                app_tag: sid!($app_tag),
                code: Code::$code,
                lwm2m: Code::$lwm2m,
            },)*
        ];

        impl Failure {
            /// Its row of the table.
            #[must_use]
            pub const fn row(self) -> Row {
                match self {
                    $(Failure::$failure => Row {
                        failure: Failure::$failure,
                        tag: sid!($tag),
                        app_tag: sid!($app_tag),
                        code: Code::$code,
                        lwm2m: Code::$lwm2m,
                    },)*
                }
            }
        }
    };
}

macro_rules! sid {
    (NONE) => {
        0
    };
    ($name:ident) => {
        sids::$name
    };
}

table! {
    // failure            error-tag        error-app-tag            CORECONF               LwM2M
    /// The answer is larger than `Limits::answer`.
    AnswerTooLarge:       NONE             NONE                     INTERNAL_SERVER_ERROR  INTERNAL_SERVER_ERROR;
    /// Nodes of two cases of a choice in one request.
    BadElement:           BAD_ELEMENT      NONE                     BAD_REQUEST            BAD_REQUEST;
    /// An unknown query parameter, or a value of `c` or `d` that is none (readings 20).
    BadQuery:             NONE             NONE                     BAD_OPTION             BAD_REQUEST;
    /// A datastore with content exists already (readings 17).
    Conflict:             OPERATION_FAILED DUPLICATE                CONFLICT               BAD_REQUEST;
    /// A node whose `when` does not hold (RFC 7950 section 8.3.2).
    ConditionFalse:       UNKNOWN_ELEMENT  NONE                     BAD_REQUEST            BAD_REQUEST;
    /// What is needed to take the request is not there.
    DataMissing:          DATA_MISSING     NONE                     BAD_REQUEST            NOT_FOUND;
    /// A `unique` statement.
    DataNotUnique:        OPERATION_FAILED DATA_NOT_UNIQUE          BAD_REQUEST            BAD_REQUEST;
    /// The same list or leaf-list entry twice, or one that exists already.
    Duplicate:            OPERATION_FAILED DUPLICATE                BAD_REQUEST            BAD_REQUEST;
    /// A handler failed.
    Faulted:              OPERATION_FAILED NONE                     INTERNAL_SERVER_ERROR  INTERNAL_SERVER_ERROR;
    /// The datastore is full.
    Full:                 OPERATION_FAILED NONE                     BAD_REQUEST            BAD_REQUEST;
    /// `require-instance` of a leafref or instance-identifier.
    InstanceRequired:     DATA_MISSING     INSTANCE_REQUIRED        BAD_REQUEST            BAD_REQUEST;
    /// Not of the node's type, or another CBOR type than RFC 9254 gives it.
    InvalidDatatype:      INVALID_VALUE    INVALID_DATATYPE         BAD_REQUEST            BAD_REQUEST;
    /// `length`
    InvalidLength:        INVALID_VALUE    INVALID_LENGTH           BAD_REQUEST            BAD_REQUEST;
    /// Keys in the payload that are not those of its identifier (readings 15).
    KeyMismatch:          INVALID_VALUE    NONE                     BAD_REQUEST            BAD_REQUEST;
    /// Not well-formed, nested too deep, trailing bytes, or not of the structure that the draft asks for.
    Malformed:            OPERATION_FAILED MALFORMED_MESSAGE        BAD_REQUEST            BAD_REQUEST;
    /// The resource does not have this method.
    MethodNotAllowed:     NONE             NONE                     METHOD_NOT_ALLOWED     METHOD_NOT_ALLOWED;
    /// A mandatory choice has no node.
    MissingChoice:        DATA_MISSING     MISSING_CHOICE           BAD_REQUEST            BAD_REQUEST;
    /// A mandatory node is missing.
    MissingElement:       MISSING_ELEMENT  NONE                     BAD_REQUEST            BAD_REQUEST;
    /// A mandatory node is missing in the input of an rpc or action.
    MissingInput:         MISSING_ELEMENT  MISSING_INPUT_PARAMETER  BAD_REQUEST            BAD_REQUEST;
    /// A list entry without all its keys, or a key leaf to be deleted.
    MissingKey:           MISSING_ELEMENT  MISSING_KEY              BAD_REQUEST            BAD_REQUEST;
    /// A `must` of the model does not hold.
    MustViolation:        OPERATION_FAILED MUST_VIOLATION           BAD_REQUEST            BAD_REQUEST;
    /// A format that is asked for by Accept and can't be given.
    NotAcceptable:        NONE             NONE                     NOT_ACCEPTABLE         NOT_ACCEPTABLE;
    /// An iPATCH item names a state node, an operation or a notification (readings 16).
    NotConfiguration:     INVALID_VALUE    NONE                     METHOD_NOT_ALLOWED     METHOD_NOT_ALLOWED;
    /// No such rpc, action or stream, or the entry that an action is of is not there (readings 22).
    NotFound:             UNKNOWN_ELEMENT  NONE                     NOT_FOUND              NOT_FOUND;
    /// `range`
    NotInRange:           INVALID_VALUE    NOT_IN_RANGE             BAD_REQUEST            BAD_REQUEST;
    /// `pattern`
    NotMatched:           INVALID_VALUE    PATTERN_TEST_FAILED      BAD_REQUEST            BAD_REQUEST;
    /// A POST names something else than an rpc or action.
    NotOperation:         OPERATION_FAILED NONE                     METHOD_NOT_ALLOWED     METHOD_NOT_ALLOWED;
    /// Read-only or bootstrap-only from outside.
    NotWritable:          OPERATION_FAILED NONE                     METHOD_NOT_ALLOWED     METHOD_NOT_ALLOWED;
    /// If-Match or If-None-Match (readings 29).
    PreconditionFailed:   NONE             NONE                     PRECONDITION_FAILED    PRECONDITION_FAILED;
    /// The board refuses, in its own words.
    Refused:              OPERATION_FAILED NONE                     BAD_REQUEST            BAD_REQUEST;
    /// A state node in a payload (readings 16).
    StateNode:            INVALID_VALUE    NONE                     BAD_REQUEST            METHOD_NOT_ALLOWED;
    /// `min-elements`
    TooFewElements:       OPERATION_FAILED TOO_FEW_ELEMENTS         BAD_REQUEST            BAD_REQUEST;
    /// `max-elements`
    TooManyElements:      OPERATION_FAILED TOO_MANY_ELEMENTS        BAD_REQUEST            BAD_REQUEST;
    /// The expressions of the model take more work than a request may.
    TooMuchWork:          OPERATION_FAILED NONE                     BAD_REQUEST            BAD_REQUEST;
    /// An object that is for bootstrap alone.
    Unauthorized:         NONE             NONE                     UNAUTHORIZED           UNAUTHORIZED;
    /// A SID or name that stands for no node here.
    UnknownElement:       UNKNOWN_ELEMENT  NONE                     BAD_REQUEST            NOT_FOUND;
    /// A Content-Format that the method does not take.
    UnsupportedFormat:    NONE             NONE                     UNSUPPORTED_CONTENT_FORMAT UNSUPPORTED_CONTENT_FORMAT;
}

impl From<&Reason> for Failure {
    fn from(reason: &Reason) -> Failure {
        match reason {
            Reason::BadElement => Failure::BadElement,
            Reason::ConditionFalse(_) => Failure::ConditionFalse,
            Reason::DataMissing => Failure::DataMissing,
            Reason::DataNotUnique => Failure::DataNotUnique,
            Reason::DuplicateEntry | Reason::Exists => Failure::Duplicate,
            Reason::Failed(_) => Failure::Faulted,
            Reason::Full => Failure::Full,
            Reason::InstanceRequired => Failure::InstanceRequired,
            Reason::InvalidDatatype => Failure::InvalidDatatype,
            Reason::InvalidValue(violation) => Failure::from(violation),
            Reason::KeyMismatch => Failure::KeyMismatch,
            Reason::MissingChoice => Failure::MissingChoice,
            Reason::MissingElement => Failure::MissingElement,
            Reason::MissingKey => Failure::MissingKey,
            Reason::MustViolation(_) => Failure::MustViolation,
            Reason::NotConfiguration => Failure::NotConfiguration,
            Reason::NotWritable => Failure::NotWritable,
            Reason::Refused(_) => Failure::Refused,
            Reason::StateNode => Failure::StateNode,
            Reason::TooFewElements => Failure::TooFewElements,
            Reason::TooManyElements => Failure::TooManyElements,
            Reason::TooMuchWork => Failure::TooMuchWork,
            Reason::UnknownElement => Failure::UnknownElement,
        }
    }
}

impl From<&cbor::Reason> for Failure {
    fn from(reason: &cbor::Reason) -> Failure {
        match reason {
            cbor::Reason::DuplicateEntry => Failure::Duplicate,
            cbor::Reason::DuplicateKey
            | cbor::Reason::Malformed(_)
            | cbor::Reason::TooDeep
            | cbor::Reason::TrailingBytes => Failure::Malformed,
            cbor::Reason::InvalidIdentifier(_)
            | cbor::Reason::Misplaced(_)
            | cbor::Reason::UnknownName
            | cbor::Reason::UnknownSid(_) => Failure::UnknownElement,
            cbor::Reason::KeyMismatch(_) => Failure::KeyMismatch,
            cbor::Reason::MissingKey(_) => Failure::MissingKey,
            cbor::Reason::StateNode(_) => Failure::StateNode,
            cbor::Reason::Value(violation) => Failure::from(violation),
            cbor::Reason::WrongType { .. } => Failure::InvalidDatatype,
        }
    }
}

impl From<&Violation> for Failure {
    fn from(violation: &Violation) -> Failure {
        match violation {
            Violation::Length(_) => Failure::InvalidLength,
            Violation::Pattern(_) => Failure::NotMatched,
            Violation::Range => Failure::NotInRange,
            _ => Failure::InvalidDatatype,
        }
    }
}

impl From<&Fault> for Failure {
    fn from(fault: &Fault) -> Failure {
        match fault {
            Fault::Absent => Failure::NotFound,
            Fault::Failed(_) => Failure::Faulted,
            Fault::Refused(_) => Failure::Refused,
        }
    }
}

/// Whether an answer tells in words what is wrong, beside its code and tags. What the model and the board say it tells
/// always.
const WORDS: bool = cfg!(feature = "words");

/// The words of an answer, made where they are told.
pub(super) fn words(make: impl FnOnce() -> String) -> String {
    if WORDS { make() } else { String::new() }
}

/// A refused request. It is one pointer, since it is handed up through every function that answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal(Box<Refused>);

/// What a [`Refusal`] tells: what, where, and in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The row of the table.
    pub failure: Failure,
    /// The data node in error.
    pub at: Option<InstanceIdentifier>,
    /// The words.
    pub message: String,
}

impl Deref for Refusal {
    type Target = Refused;

    fn deref(&self) -> &Refused {
        &self.0
    }
}

impl Refusal {
    /// A refusal that is about no data node.
    #[must_use]
    pub fn new(failure: Failure, message: &str) -> Refusal {
        Refusal::with(failure, None, if WORDS { message } else { "" })
    }

    /// A refusal because of one data node.
    #[must_use]
    pub fn at(failure: Failure, at: InstanceIdentifier, message: &str) -> Refusal {
        Refusal::with(failure, Some(at), if WORDS { message } else { "" })
    }

    /// A payload that could not be decoded.
    #[must_use]
    pub fn payload(schema: &Schema, error: cbor::Error) -> Refusal {
        // readings 24: the model's own words, where it has some
        let said = match (&error.reason, &error.at) {
            (cbor::Reason::Value(violation), Some(at)) => violation.message(schema, at.node),
            _ => None,
        };
        let message = said.map_or_else(|| words(|| error.explain(schema)).into(), |said| said.words());
        Refusal::with(Failure::from(&error.reason), error.into_details().at, &message)
    }

    /// The same because of this data node.
    #[must_use]
    pub(super) fn about(mut self, at: InstanceIdentifier) -> Refusal {
        self.0.at = Some(at);
        self
    }

    /// The same as another failure.
    #[must_use]
    pub(super) fn with_failure(mut self, failure: Failure) -> Refusal {
        self.0.failure = failure;
        self
    }

    #[cold]
    #[inline(never)]
    fn with(failure: Failure, at: Option<InstanceIdentifier>, message: &str) -> Refusal {
        Refusal(Box::new(Refused { failure, at, message: String::from(message) }))
    }
}

impl From<EditError> for Refusal {
    fn from(error: EditError) -> Refusal {
        let message = error.told();
        let failure = Failure::from(&error.reason);
        Refusal::with(failure, error.into_refused().at, &message)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        let failure = Failure::from(&fault);
        match &fault {
            Fault::Refused(reason) => Refusal::with(failure, None, reason),
            other => Refusal::new(failure, &words(|| other.words().into_owned())),
        }
    }
}

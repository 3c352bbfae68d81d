//! Why a document could not be read: in words, and in the parts that a device would answer.

use std::fmt;

use comi_runtime::coreconf::Failure;
use comi_runtime::schema::{Message, Schema};
use comi_runtime::value::InstanceIdentifier;
use comi_runtime::{cbor, json};

/// A document that is refused while it is read.
#[derive(Debug)]
pub(super) struct Unread {
    words: String,
    /// The data node, as far as it was known.
    pub(super) at: Option<InstanceIdentifier>,
    /// What a device would answer.
    pub(super) failure: Failure,
    /// What the model says of it.
    pub(super) said: Option<&'static Message>,
}

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.said {
            Some(said) => write!(f, "{}; the model says: {}", self.words, said.words()),
            None => f.write_str(&self.words),
        }
    }
}

impl std::error::Error for Unread {}

impl Unread {
    pub(super) fn json(schema: &Schema, error: json::Error, words: String) -> Unread {
        let said = match (&error.reason, &error.at) {
            (json::Reason::Value(violation), Some(at)) => violation.message(schema, at.node),
            _ => None,
        };
        let failure = match &error.reason {
            json::Reason::Annotation(_) | json::Reason::Syntax(_) => Failure::Malformed,
            json::Reason::DuplicateEntry => Failure::Duplicate,
            json::Reason::KeyMismatch(_) => Failure::KeyMismatch,
            json::Reason::MissingKey(_) => Failure::MissingKey,
            json::Reason::Misplaced(_) | json::Reason::UnknownName(_) => Failure::UnknownElement,
            json::Reason::StateNode(_) => Failure::StateNode,
            json::Reason::AnnotationValue(violation) | json::Reason::Value(violation) => Failure::from(violation),
            json::Reason::WrongType { .. } => Failure::InvalidDatatype,
        };
        Unread { words, at: error.at, failure, said }
    }

    pub(super) fn cbor(schema: &Schema, error: cbor::Error, words: String) -> Unread {
        let said = match (&error.reason, &error.at) {
            (cbor::Reason::Value(violation), Some(at)) => violation.message(schema, at.node),
            _ => None,
        };
        let failure = Failure::from(&error.reason);
        Unread { words, at: error.into_details().at, failure, said }
    }
}

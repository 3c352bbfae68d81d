//! Why a payload was not understood.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{InstanceIdentifier, Value, Violation, text, trail};

/// Where and why reading failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("byte {position}: {reason}")]
pub struct Error {
    /// The byte at which the offending item starts.
    pub position: usize,
    /// The data node concerned, as far as it was known; of a list entry whose keys were not read yet, the list.
    pub at: Option<InstanceIdentifier>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a payload.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Two entries of a list have the same keys, or two of a configuration leaf-list the same value.
    #[error("an entry occurs twice")]
    DuplicateEntry,
    /// A key of a map occurs twice.
    #[error("a member occurs twice")]
    DuplicateKey,
    /// A SID or name that stands for no schema node here.
    #[error("{0}")]
    InvalidIdentifier(text::PathError),
    /// A list key in the entry differs from the one in its identifier.
    #[error("a list key differs from the one in the identifier")]
    KeyMismatch(NodeIndex),
    /// Not well-formed CBOR.
    #[error("{0}")]
    Malformed(Malformed),
    /// An entry lacks this key.
    #[error("a list key is missing")]
    MissingKey(NodeIndex),
    /// The node exists but can't stand here: it is no child of the one around it, or no data node.
    #[error("the node has no place here")]
    Misplaced(NodeIndex),
    /// A state node where only configuration may stand.
    #[error("a state node where only configuration may stand")]
    StateNode(NodeIndex),
    /// More than the allowed depth of arrays, maps and tags.
    #[error("nested too deep")]
    TooDeep,
    /// Bytes behind the end.
    #[error("bytes follow the end of the payload")]
    TrailingBytes,
    /// No child, or no node at all, has this name.
    #[error("unknown name")]
    UnknownName,
    /// No schema node has this SID; what is beyond 63 bits is told as the last number before (RFC 9595 section 3).
    #[error("unknown SID {0}")]
    UnknownSid(i64),
    /// The value is not of its type.
    #[error("{0}")]
    Value(Violation),
    /// Another CBOR type than the one that RFC 9254 gives the node.
    #[error("not {expected}")]
    WrongType {
        /// What should stand here.
        expected: &'static str,
    },
}

/// How CBOR is not well-formed (RFC 8949 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A break outside an item of indefinite length, or between a key and its value.
    #[error("a break stands where a data item should")]
    Break,
    /// A chunk of another type, or itself of indefinite length, in a string of indefinite length.
    #[error("a chunk of another kind in a string of indefinite length")]
    Chunk,
    /// The input ends within an item.
    #[error("the input ends within a data item")]
    EndOfInput,
    /// A reserved head.
    #[error("a reserved head")]
    Reserved,
    /// Text that is not UTF-8.
    #[error("text is not UTF-8")]
    Utf8,
}

impl Error {
    pub(super) fn new(position: usize, reason: Reason) -> Error {
        Error { position, at: None, reason }
    }

    pub(super) fn malformed(position: usize, malformed: Malformed) -> Error {
        Error::new(position, Reason::Malformed(malformed))
    }

    /// The same error within `node`, if it knows no closer node yet.
    pub(super) fn within(mut self, node: NodeIndex) -> Error {
        trail::within(&mut self.at, node);
        self
    }

    /// The same error within an entry of `list`; without keys the list is all that can be named.
    pub(super) fn within_entry(mut self, list: NodeIndex, keys: Option<Vec<Value>>) -> Error {
        trail::within_entry(&mut self.at, list, keys);
        self
    }

    /// The same error, below list entries with these keys.
    #[must_use]
    pub fn under(mut self, keys: &[Value]) -> Error {
        trail::under(&mut self.at, keys);
        self
    }

    /// The error as a sentence with names: where in the data, what is wrong, at which byte.
    #[must_use]
    pub fn describe(&self, schema: &Schema) -> String {
        match &self.at {
            Some(at) => {
                let mut out = text::print_path(schema, at, text::PathForm::Predicates);
                out.push_str(": ");
                out.push_str(&self.explain(schema));
                out
            }
            None => self.explain(schema),
        }
    }

    /// The same without the place, for where that is told beside it.
    #[must_use]
    pub fn explain(&self, schema: &Schema) -> String {
        use fmt::Write;
        let mut out = String::new();
        let named = match &self.reason {
            Reason::KeyMismatch(node)
            | Reason::MissingKey(node)
            | Reason::Misplaced(node)
            | Reason::StateNode(node) => Some(schema.name(*node)),
            _ => None,
        };
        let allowed = match (&self.reason, &self.at) {
            (Reason::Value(Violation::Range), Some(at)) => Allowed(schema.type_of(at.node)),
            _ => Allowed(None),
        };
        let written = match named {
            Some(name) => write!(out, "{} ('{name}', byte {})", self.reason, self.position),
            None => write!(out, "{}{allowed} (byte {})", self.reason, self.position),
        };
        debug_assert!(written.is_ok(), "writing to a String");
        out
    }
}

/// The ranges of a type of whole numbers, ` 1..4 | 10..20`.
struct Allowed(Option<&'static Type>);

impl fmt::Display for Allowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = " ";
        let mut next = || core::mem::replace(&mut separator, " | ");
        match self.0 {
            Some(Type::Integer { ranges, .. }) => {
                ranges.iter().try_for_each(|(low, high)| write!(f, "{}{low}..{high}", next()))
            }
            Some(Type::Unsigned { ranges, .. }) => {
                ranges.iter().try_for_each(|(low, high)| write!(f, "{}{low}..{high}", next()))
            }
            _ => Ok(()),
        }
    }
}

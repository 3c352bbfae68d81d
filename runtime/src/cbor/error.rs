//! Why a payload was not understood.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{InstanceIdentifier, Value, Violation, text, trail};

/// Where and why reading failed. It is one pointer, since it is handed up through every function that reads.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("byte {}: {}", .0.position, .0.reason)]
pub struct Error(Box<Details>);

/// What an [`Error`] knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Details {
    /// The byte at which the offending item starts.
    pub position: usize,
    /// The data node concerned, as far as it was known; of a list entry whose keys were not read yet, the list.
    pub at: Option<InstanceIdentifier>,
    /// What is wrong.
    pub reason: Reason,
}

impl Deref for Error {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

/// What is wrong with a payload.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Two entries of a list have the same keys, or two of a configuration leaf-list the same value.
    DuplicateEntry,
    /// A key of a map occurs twice.
    DuplicateKey,
    /// A SID or name that stands for no schema node here.
    InvalidIdentifier(Box<text::PathError>),
    /// A list key in the entry differs from the one in its identifier.
    KeyMismatch(NodeIndex),
    /// Not well-formed CBOR.
    Malformed(Malformed),
    /// An entry lacks this key.
    MissingKey(NodeIndex),
    /// The node exists but can't stand here: it is no child of the one around it, or no data node.
    Misplaced(NodeIndex),
    /// A state node where only configuration may stand.
    StateNode(NodeIndex),
    /// More than the allowed depth of arrays, maps and tags.
    TooDeep,
    /// Bytes behind the end.
    TrailingBytes,
    /// No child, or no node at all, has this name.
    UnknownName,
    /// No schema node has this SID; what is beyond 63 bits is told as the last number before (RFC 9595 section 3).
    UnknownSid(i64),
    /// The value is not of its type.
    Value(Violation),
    /// Another CBOR type than the one that RFC 9254 gives the node.
    WrongType {
        /// What should stand here.
        expected: &'static str,
    },
}

impl Reason {
    /// Appends it as words, without `core::fmt`; names are told where the schema has them.
    fn tell(&self, schema: Option<&Schema>, out: &mut String) {
        text::say(
            out,
            match self {
                Reason::DuplicateEntry => "an entry occurs twice",
                Reason::DuplicateKey => "a member occurs twice",
                Reason::KeyMismatch(_) => "a list key differs from the one in the identifier",
                Reason::Malformed(malformed) => malformed.words(),
                Reason::MissingKey(_) => "a list key is missing",
                Reason::Misplaced(_) => "the node has no place here",
                Reason::StateNode(_) => "a state node where only configuration may stand",
                Reason::TooDeep => "nested too deep",
                Reason::TrailingBytes => "bytes follow the end of the payload",
                Reason::UnknownName => "unknown name",
                Reason::UnknownSid(_) => "unknown SID ",
                Reason::WrongType { .. } => "not ",
                Reason::InvalidIdentifier(_) | Reason::Value(_) => "",
            },
        );
        match self {
            Reason::InvalidIdentifier(error) => {
                if let Some(names) = schema.and_then(text::by_name) {
                    (names.tell)(error, out);
                }
            }
            Reason::UnknownSid(sid) => text::push_integer(out, *sid),
            Reason::Value(violation) => violation.tell(out),
            Reason::WrongType { expected } => text::say(out, expected),
            _ => {}
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Reason::InvalidIdentifier(error) = self {
            return error.fmt(f);
        }
        let mut words = String::new();
        self.tell(None, &mut words);
        f.write_str(&words)
    }
}

/// How CBOR is not well-formed (RFC 8949 section 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A break outside an item of indefinite length, or between a key and its value.
    Break,
    /// A chunk of another type, or itself of indefinite length, in a string of indefinite length.
    Chunk,
    /// The input ends within an item.
    EndOfInput,
    /// A reserved head.
    Reserved,
    /// Text that is not UTF-8.
    Utf8,
}

impl Malformed {
    fn words(self) -> &'static str {
        match self {
            Malformed::Break => "a break stands where a data item should",
            Malformed::Chunk => "a chunk of another kind in a string of indefinite length",
            Malformed::EndOfInput => "the input ends within a data item",
            Malformed::Reserved => "a reserved head",
            Malformed::Utf8 => "text is not UTF-8",
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

impl Error {
    #[cold]
    #[inline(never)]
    pub(super) fn new(position: usize, reason: Reason) -> Error {
        Error(Box::new(Details { position, at: None, reason }))
    }

    /// A node that can't stand where it does.
    #[cold]
    pub(crate) fn misplaced(position: usize, node: NodeIndex) -> Error {
        Error::new(position, Reason::Misplaced(node)).within(node)
    }

    /// What the error knows, to keep.
    #[must_use]
    pub fn into_details(self) -> Details {
        *self.0
    }

    /// The same error without its place.
    #[cold]
    #[inline(never)]
    pub(super) fn nowhere(mut self) -> Error {
        self.0.at = None;
        self
    }

    pub(super) fn malformed(position: usize, malformed: Malformed) -> Error {
        Error::new(position, Reason::Malformed(malformed))
    }

    /// The same error within `node`, if it knows no closer node yet.
    #[cold]
    #[inline(never)]
    pub(super) fn within(mut self, node: NodeIndex) -> Error {
        trail::within(&mut self.0.at, node);
        self
    }

    /// The same error within an entry of `list`; without keys the list is all that can be named.
    #[cold]
    #[inline(never)]
    pub(super) fn within_entry(mut self, list: NodeIndex, keys: Option<Vec<Value>>) -> Error {
        trail::within_entry(&mut self.0.at, list, keys);
        self
    }

    /// The same error, below list entries with these keys.
    #[must_use]
    pub fn under(mut self, keys: &[Value]) -> Error {
        trail::under(&mut self.0.at, keys);
        self
    }

    /// The error as a sentence with names: where in the data, what is wrong, at which byte.
    #[must_use]
    pub fn describe(&self, schema: &Schema) -> String {
        let mut out = match &self.at {
            Some(at) => text::print_path(schema, at, text::PathForm::Predicates) + ": ",
            None => String::new(),
        };
        out.push_str(&self.explain(schema));
        out
    }

    /// The same without the place, for where that is told beside it.
    #[must_use]
    pub fn explain(&self, schema: &Schema) -> String {
        let mut out = String::new();
        self.reason.tell(Some(schema), &mut out);
        let named = match &self.reason {
            Reason::KeyMismatch(node)
            | Reason::MissingKey(node)
            | Reason::Misplaced(node)
            | Reason::StateNode(node) => schema.name(*node),
            _ => "",
        };
        if let (Reason::Value(Violation::Range), Some(at)) = (&self.reason, &self.at) {
            allowed(schema.type_of(at.node), &mut out);
        }
        text::say(&mut out, " (");
        if !named.is_empty() {
            out.push('\'');
            text::say(&mut out, named);
            text::say(&mut out, "', ");
        }
        text::say(&mut out, "byte ");
        text::push_unsigned(&mut out, self.position as u64);
        out.push(')');
        out
    }
}

/// Appends the ranges of a type of whole numbers, ` 1..4 | 10..20`.
fn allowed(ty: Option<&Type>, out: &mut String) {
    let mut separator = " ";
    let mut between = |out: &mut String| text::say(out, core::mem::replace(&mut separator, " | "));
    match ty {
        Some(Type::Integer { ranges, .. }) => {
            for (low, high) in *ranges {
                between(out);
                text::push_integer(out, *low);
                text::say(out, "..");
                text::push_integer(out, *high);
            }
        }
        Some(Type::Unsigned { ranges, .. }) => {
            for (low, high) in *ranges {
                between(out);
                text::push_unsigned(out, *low);
                text::say(out, "..");
                text::push_unsigned(out, *high);
            }
        }
        _ => {}
    }
}

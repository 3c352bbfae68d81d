//! Why a JSON text was not understood.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::place::{Place, Step, locate};
use crate::schema::{NodeIndex, Schema};
use crate::value::{InstanceIdentifier, Value, Violation, text, trail};

/// Where and why reading failed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct Error {
    /// The data node concerned, as far as it was known; of a list entry whose keys are not known, the list.
    pub at: Option<InstanceIdentifier>,
    /// What is wrong.
    pub reason: Reason,
    /// Where in the text; of a [`Reason::Syntax`] the words tell it.
    pub place: Option<Place>,
    /// The way from the value that was read to the one at fault, the last step first.
    steps: Vec<Step>,
}

/// What is wrong with a JSON text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Annotations (RFC 7952) where they can't stand, or not in their form.
    #[error("{0}")]
    Annotation(&'static str),
    /// The value of an annotation is not of its type.
    #[error("the annotation's value: {0}")]
    AnnotationValue(Violation),
    /// Two entries of a list have the same keys, or two of a configuration leaf-list the same value.
    #[error("an entry occurs twice")]
    DuplicateEntry,
    /// A list key in the entry differs from the one in its identifier.
    #[error("a list key differs from the one in the identifier")]
    KeyMismatch(NodeIndex),
    /// An entry lacks this key.
    #[error("a list key is missing")]
    MissingKey(NodeIndex),
    /// The node exists but can't stand here.
    #[error("the node has no place here")]
    Misplaced(NodeIndex),
    /// A state node where only configuration may stand.
    #[error("a state node where only configuration may stand")]
    StateNode(NodeIndex),
    /// Not JSON, or a member that occurs twice; with line and column.
    #[error("{0}")]
    Syntax(Box<str>),
    /// No child of the node around it has this name.
    #[error("unknown member '{0}'")]
    UnknownName(Box<str>),
    /// The value is not of its type.
    #[error("{0}")]
    Value(Violation),
    /// Another JSON type than the one that RFC 7951 gives the node.
    #[error("not {expected}")]
    WrongType {
        /// What should stand here.
        expected: &'static str,
    },
}

impl Error {
    pub(super) fn new(reason: Reason) -> Error {
        Error { at: None, reason, place: None, steps: Vec::new() }
    }

    pub(super) fn within(mut self, node: NodeIndex) -> Error {
        trail::within(&mut self.at, node);
        self
    }

    pub(super) fn within_entry(mut self, list: NodeIndex, keys: Option<Vec<Value>>) -> Error {
        trail::within_entry(&mut self.at, list, keys);
        self
    }

    /// The same error within the member of an object.
    pub(super) fn in_member(mut self, name: &str) -> Error {
        self.steps.push(Step::Member(name.into()));
        self
    }

    /// The same error within an item of an array.
    pub(super) fn at_item(mut self, place: usize) -> Error {
        self.steps.push(Step::Item(place));
        self
    }

    /// The same error with its place in the text that was read.
    pub(super) fn in_text(mut self, text: &str) -> Error {
        self.place = locate(text, self.steps.iter().rev());
        self
    }

    /// The same error, below list entries with these keys.
    #[must_use]
    pub fn under(mut self, keys: &[Value]) -> Error {
        trail::under(&mut self.at, keys);
        self
    }

    /// The error as a sentence with names: where in the data, what is wrong, in which line.
    #[must_use]
    pub fn describe(&self, schema: &Schema) -> String {
        let what = match &self.reason {
            Reason::KeyMismatch(node)
            | Reason::MissingKey(node)
            | Reason::Misplaced(node)
            | Reason::StateNode(node) => {
                format!("{} ('{}')", self.reason, schema.name(*node))
            }
            reason => format!("{reason}"),
        };
        let what = match self.place {
            Some(Place { line, column }) => format!("{what} at line {line} column {column}"),
            None => what,
        };
        match &self.at {
            Some(at) => format!("{}: {what}", text::print_path(schema, at, text::PathForm::Predicates)),
            None => what,
        }
    }
}

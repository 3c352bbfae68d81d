//! Why an edit was refused. What each reason means over CoAP and LwM2M is said in `coreconf::errors`, the one table.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;
use core::ops::Deref;

use crate::schema::{Message, NodeIndex, Rule};
use crate::value::{InstanceIdentifier, Violation};

/// An edit was refused; the datastore is as it was. It is one pointer, since it is handed up through every function
/// that edits.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{}", self.words())]
pub struct EditError(Box<Refused>);

/// What an [`EditError`] knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// The instance that the reason is about.
    pub at: Option<InstanceIdentifier>,
    /// Why.
    pub reason: Reason,
    /// What the model says of it: the `error-app-tag` and `error-message` of the `must`, `range`, `length` or `pattern`
    /// that is broken.
    pub message: Option<&'static Message>,
}

impl Deref for EditError {
    type Target = Refused;

    fn deref(&self) -> &Refused {
        &self.0
    }
}

impl From<Refused> for EditError {
    #[cold]
    #[inline(never)]
    fn from(refused: Refused) -> EditError {
        EditError(Box::new(refused))
    }
}

impl From<Reason> for EditError {
    /// A refusal that is about no instance.
    #[cold]
    #[inline(never)]
    fn from(reason: Reason) -> EditError {
        EditError::from(Refused { at: None, reason, message: None })
    }
}

impl EditError {
    /// A refusal because of one instance.
    #[must_use]
    pub fn new(at: InstanceIdentifier, reason: Reason) -> EditError {
        let message = match reason {
            Reason::MustViolation(rule) => rule.message,
            _ => None,
        };
        EditError::from(Refused { at: Some(at), reason, message })
    }

    /// The same with what the model says of it.
    #[must_use]
    pub(super) fn saying(mut self, message: Option<&'static Message>) -> EditError {
        self.0.message = message;
        self
    }

    /// The error in words: the model's own as `tag: text` where it has some (readings 24), else those of the reason.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        self.0.message.map_or_else(|| self.0.reason.words(), Message::words)
    }

    /// The words of an answer: without the feature `words` those of the model and of the board alone.
    #[must_use]
    pub fn told(&self) -> Cow<'static, str> {
        match (self.0.message, &self.0.reason) {
            _ if cfg!(feature = "words") => self.words(),
            (Some(message), _) => message.words(),
            (None, Reason::Refused(words)) => words.clone(),
            _ => Cow::Borrowed(""),
        }
    }

    /// What the error knows, to keep.
    #[must_use]
    pub fn into_refused(self) -> Refused {
        *self.0
    }
}

/// Why an edit was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Nodes of two cases of one choice in one request (RFC 7950 section 7.9).
    BadElement,
    /// A node whose `when` does not hold (RFC 7950 section 8.3.2).
    ConditionFalse(&'static Rule),
    /// A node that is needed to take the change is not there.
    DataMissing,
    /// Two entries of a list agree in the leafs of a `unique` statement (RFC 7950 section 7.8.3).
    DataNotUnique,
    /// The same list or leaf-list entry twice.
    DuplicateEntry,
    /// What should be created is there already.
    Exists,
    /// The board failed while it was asked.
    Failed(Cow<'static, str>),
    /// [`Limits::instances`](super::Limits::instances) is reached.
    Full,
    /// A leafref or instance-identifier points at nothing (`require-instance`).
    InstanceRequired,
    /// The data is not of the node's kind, or a value not of its type.
    InvalidDatatype,
    /// A value breaks its type.
    InvalidValue(Violation),
    /// Keys in the payload and in the identifier differ.
    KeyMismatch,
    /// A mandatory choice without a node.
    MissingChoice,
    /// A mandatory node is missing.
    MissingElement,
    /// A list entry without all its keys, or a key leaf that should be deleted.
    MissingKey,
    /// A `must` does not hold (RFC 7950 section 7.5.3).
    MustViolation(&'static Rule),
    /// A state node, an rpc or a notification was named by a change.
    NotConfiguration,
    /// A node that only the board, bootstrap or Create may write was named or changed.
    NotWritable,
    /// The board refuses the change, and says why.
    Refused(Cow<'static, str>),
    /// A state node in a payload.
    StateNode,
    /// Fewer entries than `min-elements`.
    TooFewElements,
    /// More entries than `max-elements`.
    TooManyElements,
    /// The expressions that the change affects take more steps than a request may.
    TooMuchWork,
    /// No data node stands at this place in the schema.
    UnknownElement,
}

impl Reason {
    /// The reason in words, as `Display` has them, without `core::fmt`.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Reason::BadElement => "nodes of two cases of one choice",
            Reason::ConditionFalse(_) => "its condition (`when`) does not hold",
            Reason::DataMissing => "the instance that it stands in does not exist",
            Reason::DataNotUnique => "the leafs of a unique statement are the same in two entries",
            Reason::DuplicateEntry => "the entry is there twice",
            Reason::Exists => "it exists already",
            Reason::Full => "the datastore is full",
            Reason::InstanceRequired => "the instance that it refers to does not exist",
            Reason::InvalidDatatype => "the data does not fit the node's type",
            Reason::KeyMismatch => "the keys in the payload are not those of the identifier",
            Reason::MissingChoice => "a choice is mandatory and has no node",
            Reason::MissingElement => "a mandatory node is missing",
            Reason::MissingKey => "a list entry needs all its keys",
            Reason::NotConfiguration => "it is no configuration",
            Reason::NotWritable => "it can't be written from outside",
            Reason::StateNode => "the payload holds a state node",
            Reason::TooFewElements => "fewer entries than min-elements",
            Reason::TooManyElements => "more entries than max-elements",
            Reason::TooMuchWork => "the expressions of the model take too much work",
            Reason::UnknownElement => "no such data node here",
            Reason::Failed(words) => return Cow::Owned(String::from("the device failed: ") + words),
            Reason::InvalidValue(violation) => {
                let mut words = String::new();
                violation.tell(&mut words);
                return Cow::Owned(words);
            }
            Reason::MustViolation(_) => "a `must` of the model does not hold",
            Reason::Refused(words) => return words.clone(),
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words())
    }
}

/// An error at an instance whose keys are borrowed.
#[cold]
#[inline(never)]
pub(super) fn at(node: NodeIndex, keys: &[crate::value::Value], reason: Reason) -> EditError {
    EditError::new(InstanceIdentifier { node, keys: keys.to_vec() }, reason)
}

//! Why an edit was refused. What each reason means over CoAP and LwM2M is said in `coreconf::errors`, the one table.

use alloc::borrow::Cow;

use crate::schema::NodeIndex;
use crate::value::{InstanceIdentifier, Violation};

/// An edit was refused; the datastore is as it was.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub struct EditError {
    /// The instance that the reason is about.
    pub at: Option<InstanceIdentifier>,
    /// Why.
    pub reason: Reason,
}

impl EditError {
    /// A refusal because of one instance.
    #[must_use]
    pub fn new(at: InstanceIdentifier, reason: Reason) -> EditError {
        EditError { at: Some(at), reason }
    }
}

/// Why an edit was refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Reason {
    /// Nodes of two cases of one choice in one request (RFC 7950 section 7.9).
    #[error("nodes of two cases of one choice")]
    BadElement,
    /// A node that is needed to take the change is not there.
    #[error("the instance that it stands in does not exist")]
    DataMissing,
    /// Two entries of a list agree in the leafs of a `unique` statement (RFC 7950 section 7.8.3).
    #[error("the leafs of a unique statement are the same in two entries")]
    DataNotUnique,
    /// The same list or leaf-list entry twice.
    #[error("the entry is there twice")]
    DuplicateEntry,
    /// What should be created is there already.
    #[error("it exists already")]
    Exists,
    /// The board failed while it was asked.
    #[error("the device failed: {0}")]
    Failed(Cow<'static, str>),
    /// [`Limits::instances`](super::Limits::instances) is reached.
    #[error("the datastore is full")]
    Full,
    /// A leafref or instance-identifier points at nothing (`require-instance`).
    #[error("the instance that it refers to does not exist")]
    InstanceRequired,
    /// The data is not of the node's kind, or a value not of its type.
    #[error("the data does not fit the node's type")]
    InvalidDatatype,
    /// A value breaks its type.
    #[error("{0}")]
    InvalidValue(Violation),
    /// Keys in the payload and in the identifier differ.
    #[error("the keys in the payload are not those of the identifier")]
    KeyMismatch,
    /// A mandatory choice without a node.
    #[error("a choice is mandatory and has no node")]
    MissingChoice,
    /// A mandatory node is missing.
    #[error("a mandatory node is missing")]
    MissingElement,
    /// A list entry without all its keys, or a key leaf that should be deleted.
    #[error("a list entry needs all its keys")]
    MissingKey,
    /// A state node, an rpc or a notification was named by a change.
    #[error("it is no configuration")]
    NotConfiguration,
    /// A node that only the board, bootstrap or Create may write was named or changed.
    #[error("it can't be written from outside")]
    NotWritable,
    /// The board refuses the change, and says why.
    #[error("{0}")]
    Refused(Cow<'static, str>),
    /// A state node in a payload.
    #[error("the payload holds a state node")]
    StateNode,
    /// Fewer entries than `min-elements`.
    #[error("fewer entries than min-elements")]
    TooFewElements,
    /// More entries than `max-elements`.
    #[error("more entries than max-elements")]
    TooManyElements,
    /// No data node stands at this place in the schema.
    #[error("no such data node here")]
    UnknownElement,
}

/// An error at an instance whose keys are borrowed.
pub(super) fn at(node: NodeIndex, keys: &[crate::value::Value], reason: Reason) -> EditError {
    EditError::new(InstanceIdentifier { node, keys: keys.to_vec() }, reason)
}

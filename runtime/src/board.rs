//! The device's hardware as the engine sees it.
//!
//! [`Board`] is implemented by generated code (`model::bind(board)` returns a local type that implements it), which
//! turns indices and values into the typed methods of the handler traits that a device developer writes. Where each
//! value comes from is told in ARCHITECTURE.md.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::schema::{NodeIndex, Schema};
use crate::value::{Content, Data, Value};

/// Why a handler could not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The node is not instantiated. No error: it is left out, or null, or 4.04 when asked for alone.
    #[error("not instantiated")]
    Absent,
    /// The hardware failed. Asked for alone 5.00; left out of larger reads.
    #[error("failed: {0}")]
    Failed(Cow<'static, str>),
    /// The board refuses a change or a call, and says why: 4.00 with the reason as error-message.
    #[error("refused: {0}")]
    Refused(Cow<'static, str>),
}

impl Fault {
    /// The fault in words, as `Display` has them, without `core::fmt`.
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        match self {
            Fault::Absent => Cow::Borrowed("not instantiated"),
            Fault::Failed(reason) => Cow::Owned(String::from("failed: ") + reason),
            Fault::Refused(reason) => Cow::Owned(String::from("refused: ") + reason),
        }
    }

    /// The hardware failed.
    pub fn failed(reason: impl Into<Cow<'static, str>>) -> Fault {
        Fault::Failed(reason.into())
    }

    /// The board refuses, with the reason that the requester is told.
    pub fn refused(reason: impl Into<Cow<'static, str>>) -> Fault {
        Fault::Refused(reason.into())
    }
}

/// What an action or rpc answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<Output> {
    /// The output, at once.
    Done(Output),
    /// The output comes later, by the handle's `answer` with the [`Call`] that the method was given; the requester
    /// gets an acknowledgement now and a separate response then.
    Later,
}

/// One invocation of an action or rpc, to answer it later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call(pub u32);

/// One change of configuration, before it is made or after.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change<'a> {
    /// The leaf, leaf-list, list, presence container, anydata or anyxml node.
    pub node: NodeIndex,
    /// The keys on the way to it; of a list the entry's own included.
    pub keys: &'a [Value],
    /// What stood there; `None` when it was not instantiated. A default in use is no instance.
    pub old: Option<&'a Data>,
    /// What stands there afterwards; `None` when it is deleted.
    pub new: Option<&'a Data>,
}

/// The typed handlers of a device, seen by the engine. Generated code implements it.
///
/// `keys` are the keys of all lists on the way to the node, from the top level down.
pub trait Board {
    /// The compiled model.
    fn schema(&self) -> &'static Schema;

    /// The value of a pulled `config false` leaf ([`Data::Leaf`]) or leaf-list ([`Data::LeafList`]).
    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault>;

    /// Of a `config false` list: the keys of the entry after `after`, or of the first one. A keyless list has its
    /// 1-based position as key.
    fn next(&mut self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault>;

    /// Invokes an action or rpc; its input is validated and has its defaults filled in.
    fn call(
        &mut self,
        call: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault>;

    /// Asked before a change is made; may refuse, looks and doesn't touch. Of a list entry or presence container that
    /// comes or goes, it is asked for the entry itself and for each leaf in it.
    fn prepare(&mut self, change: &Change<'_>) -> Result<(), Fault>;

    /// Told after the commit.
    fn changed(&mut self, change: &Change<'_>);
}

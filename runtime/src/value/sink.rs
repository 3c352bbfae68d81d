//! How instance data is handed to an encoder.

use super::Value;
use crate::schema::NodeIndex;

/// What [`Sink::enter`] opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A container, notification, input, output or structure.
    Container,
    /// One entry of the list that was entered before.
    Entry,
    /// A leaf-list.
    LeafList,
    /// A list.
    List,
}

/// Takes instance data piece by piece, in the order of the schema's tables: YANG-CBOR, JSON and LwM2M's formats are
/// sinks of the same walk. Every `enter` is followed by its `leave`; an error ends the walk.
pub trait Sink {
    /// Why the encoder can't go on (its buffer is full, a value can't be written).
    type Error;

    /// Opens a part; an entry's `node` is its list.
    fn enter(&mut self, node: NodeIndex, part: Part) -> Result<(), Self::Error>;

    /// A leaf, or one entry of the leaf-list that was entered.
    fn value(&mut self, node: NodeIndex, value: &Value) -> Result<(), Self::Error>;

    /// An anydata or anyxml node: deterministic CBOR.
    fn any(&mut self, node: NodeIndex, cbor: &[u8]) -> Result<(), Self::Error>;

    /// Closes what was opened last.
    fn leave(&mut self) -> Result<(), Self::Error>;
}

//! Where a data node stands.

use alloc::vec::Vec;

use super::Value;
use crate::schema::NodeIndex;

/// An instance-identifier: a schema node, and the key values of the lists on the way to it.
///
/// `keys` holds the keys of every list from the top level down, in the order of each `key` statement (readings 5).
/// The node's own keys come last and may be left out: then the whole list is meant. A leaf-list's entry is named by
/// its value, an entry of a keyless list by its 1-based position as [`Value::Unsigned`] (readings 6).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstanceIdentifier {
    /// The schema node; [`NodeIndex::ROOT`] is the datastore itself.
    pub node: NodeIndex,
    /// Key values.
    pub keys: Vec<Value>,
}

impl InstanceIdentifier {
    /// The identifier of a node that stands in no list, or of a list as a whole.
    #[must_use]
    pub const fn new(node: NodeIndex) -> InstanceIdentifier {
        InstanceIdentifier { node, keys: Vec::new() }
    }
}

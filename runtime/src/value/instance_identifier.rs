//! Where a data node stands.

use alloc::vec::Vec;

use super::Value;
use crate::schema::{NodeIndex, NodeKind, Schema};

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
    /// How deep instance-identifiers may stand in the keys of others that come from outside. Each level of text
    /// doubles quotes, so what is printed grows with a power of it.
    pub const MAX_NESTING: u8 = 8;

    /// The identifier of a node that stands in no list, or of a list as a whole.
    #[must_use]
    pub const fn new(node: NodeIndex) -> InstanceIdentifier {
        InstanceIdentifier { node, keys: Vec::new() }
    }
}

/// What one key in an [`InstanceIdentifier`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyOf {
    /// The 1-based position of an entry of this keyless list.
    Position(NodeIndex),
    /// A value of this key leaf or leaf-list.
    Value(NodeIndex),
}

/// What the keys of a fully given identifier of `node` are: those of each list on the way from the top level down, in
/// the order of its `key` statement (readings 5), the node's own last.
pub fn keys_of(schema: &Schema, node: NodeIndex) -> impl Iterator<Item = KeyOf> {
    schema.path(node).flat_map(move |step| {
        let (keys, one) = match schema.node(step).map(crate::schema::Node::kind) {
            Some(NodeKind::List) => {
                let keys: &'static [NodeIndex] = schema.list(step).map_or(&[], |list| list.keys);
                (keys, keys.is_empty().then_some(KeyOf::Position(step)))
            }
            Some(NodeKind::LeafList) => (&[][..], Some(KeyOf::Value(step))),
            _ => (&[][..], None),
        };
        keys.iter().map(|key| KeyOf::Value(*key)).chain(one)
    })
}

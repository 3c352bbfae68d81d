//! Where a data node stands.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Value, compare_keys};
use crate::schema::{NodeIndex, NodeKind, Schema, Steps};

/// An instance-identifier: a schema node, and the key values of the lists on the way to it.
///
/// `keys` holds the keys of every list from the top level down, in the order of each `key` statement (readings 5).
/// The node's own keys come last and may be left out: then the whole list is meant. A leaf-list's entry is named by
/// its value, an entry of a keyless list by its 1-based position as [`Value::Unsigned`] (readings 6).
#[derive(Clone, Debug)]
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

impl Ord for InstanceIdentifier {
    #[inline(never)]
    fn cmp(&self, other: &InstanceIdentifier) -> Ordering {
        self.node.cmp(&other.node).then_with(|| compare_keys(&self.keys, &other.keys))
    }
}

impl PartialOrd for InstanceIdentifier {
    fn partial_cmp(&self, other: &InstanceIdentifier) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for InstanceIdentifier {
    fn eq(&self, other: &InstanceIdentifier) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for InstanceIdentifier {}

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
#[must_use]
pub fn keys_of(schema: &Schema, node: NodeIndex) -> KeysOf<'_> {
    KeysOf { schema, steps: schema.path(node), keys: &[] }
}

/// See [`keys_of`].
#[derive(Clone, Debug)]
pub struct KeysOf<'s> {
    schema: &'s Schema,
    steps: Steps,
    /// Those of the list that was stepped into last.
    keys: &'static [NodeIndex],
}

impl Iterator for KeysOf<'_> {
    type Item = KeyOf;

    #[inline(never)]
    fn next(&mut self) -> Option<KeyOf> {
        loop {
            if let [key, rest @ ..] = self.keys {
                self.keys = rest;
                return Some(KeyOf::Value(*key));
            }
            let step = self.steps.next()?;
            match self.schema.node(step)?.kind() {
                NodeKind::List => match self.schema.list(step)?.keys {
                    [] => return Some(KeyOf::Position(step)),
                    keys => self.keys = keys,
                },
                NodeKind::LeafList => return Some(KeyOf::Value(step)),
                _ => {}
            }
        }
    }
}

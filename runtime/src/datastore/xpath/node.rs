//! A place in the data tree, with the way to it.

use alloc::vec::Vec;

use crate::schema::{Literal, NodeIndex, Schema};
use crate::value::{Content, Value};

/// A node of the accessible tree. The nodes above it stand on the stack.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Node<'a> {
    /// The node above; none above the root.
    pub(in super::super) up: Option<&'a Node<'a>>,
    /// What it is an instance of; an operation's node stands for its input or output too.
    pub(in super::super) row: NodeIndex,
    /// Of an entry: where it stands, from 0.
    pub(in super::super) place: u32,
    /// What is there.
    pub(in super::super) item: Item<'a>,
}

/// What stands at a node.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Item<'a> {
    /// A container without presence that is not stored.
    Absent,
    /// `anydata` or `anyxml`; what is in it is not seen.
    Any,
    /// A container, an entry, an operation, or the root.
    Content(&'a Content),
    /// A default in use.
    Default(&'static Literal),
    /// The node that a `when` stands on, which has neither value nor children (RFC 7950 section 7.21.5).
    Dummy,
    /// The text of the leaf above.
    Text,
    /// A leaf, or an entry of a leaf-list.
    Value(&'a Value),
}

impl<'a> Node<'a> {
    /// The root.
    pub(in super::super) fn root(content: &'a Content) -> Node<'a> {
        Node { up: None, row: NodeIndex::ROOT, place: 0, item: Item::Content(content) }
    }

    /// What is stored in it.
    pub(in super::super) fn content(&self) -> Option<&'a Content> {
        match self.item {
            Item::Content(content) => Some(content),
            _ => None,
        }
    }

    /// The keys of the entries on the way to it, its own included.
    pub(in super::super) fn keys(&self, schema: &Schema) -> Vec<Value> {
        let mut keys = self.up.map_or_else(Vec::new, |up| up.keys(schema));
        match (schema.list(self.row), self.item) {
            (Some(list), Item::Content(_)) if list.keys.is_empty() => {
                keys.push(Value::Unsigned(u64::from(self.place) + 1));
            }
            (Some(list), Item::Content(entry)) => keys.append(&mut entry.leafs(list.keys)),
            _ => {}
        }
        keys
    }

    /// Its place among all nodes: two nodes are one where these are equal.
    pub(super) fn way(&self) -> Vec<(NodeIndex, u32)> {
        let mut way = self.up.map_or_else(Vec::new, Node::way);
        // a leaf's text is not the leaf
        let place = if matches!(self.item, Item::Text) { u32::MAX } else { self.place };
        way.push((self.row, place));
        way
    }
}

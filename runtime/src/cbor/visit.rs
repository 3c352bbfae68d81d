//! Who takes what is read from a payload, piece by piece; and the tree of it. Read [`Visit`] first.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::schema::NodeIndex;
use crate::value::{Content, Data, Entries, Lent, Part};

/// Takes instance data as it is read: every value is checked, every node stands where it may.
///
/// What [`Visit::enter`] made is handed in wherever something is in it, and back when it is complete. An error of the
/// payload ends the reading; what was taken until then is of no use.
pub trait Visit {
    /// What a container, list, entry or leaf-list is while it is read.
    type Open;

    /// Something opens; an entry's `node` is its list.
    fn enter(&mut self, node: NodeIndex, part: Part) -> Self::Open;

    /// A leaf, or one entry of a leaf-list.
    fn value(&mut self, within: &mut Self::Open, node: NodeIndex, value: Lent<'_>);

    /// An anydata or anyxml node: deterministic CBOR.
    fn any(&mut self, within: &mut Self::Open, node: NodeIndex, cbor: Box<[u8]>);

    /// Something is complete.
    fn leave(&mut self, within: &mut Self::Open, node: NodeIndex, open: Self::Open);

    /// The order that the entries of a list have, as places of the order in which they came; called where these differ,
    /// before the list is left.
    fn sort(&mut self, list: &mut Self::Open, order: &[usize]);
}

/// Makes a tree.
pub(super) struct Tree;

impl Tree {
    fn put(within: &mut Data, node: NodeIndex, data: Data) {
        match (within, data) {
            (Data::Container(content), data) => drop(content.insert(node, data)),
            (Data::List(entries), Data::Container(entry)) => entries.insert(usize::MAX, entry),
            _ => {}
        }
    }
}

impl Visit for Tree {
    type Open = Data;

    fn enter(&mut self, _: NodeIndex, part: Part) -> Data {
        match part {
            Part::Container | Part::Entry => Data::Container(Content::new()),
            Part::LeafList => Data::LeafList(Vec::new()),
            Part::List => Data::List(Entries::new()),
        }
    }

    fn value(&mut self, within: &mut Data, node: NodeIndex, value: Lent<'_>) {
        match within {
            Data::Container(content) => drop(content.insert(node, Data::Leaf(value.into_value()))),
            Data::LeafList(values) => values.push(value.into_value()),
            _ => {}
        }
    }

    fn any(&mut self, within: &mut Data, node: NodeIndex, cbor: Box<[u8]>) {
        Tree::put(within, node, Data::Any(cbor));
    }

    fn leave(&mut self, within: &mut Data, node: NodeIndex, open: Data) {
        Tree::put(within, node, open);
    }

    fn sort(&mut self, list: &mut Data, order: &[usize]) {
        if let Data::List(entries) = list {
            entries.rearrange(order);
        }
    }
}

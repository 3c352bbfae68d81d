//! Instance data: what the datastore keeps, what a payload decodes to, what an rpc takes and gives.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{Order, Value};
use crate::schema::{List, NodeIndex};

/// The instance of a data node.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    /// `anydata`, `anyxml`: deterministic CBOR, kept as it is.
    Any(Box<[u8]>),
    /// `container`, and the content of a notification, input, output or structure.
    Container(Content),
    /// `leaf`
    Leaf(Value),
    /// `leaf-list`, in the order of its entries.
    LeafList(Vec<Value>),
    /// `list`
    List(Entries),
}

impl Data {
    /// The value of a leaf, or those of a leaf-list; none of others.
    #[inline(never)]
    #[must_use]
    pub fn values(&self) -> &[Value] {
        match self {
            Data::Leaf(value) => core::slice::from_ref(value),
            Data::LeafList(values) => values,
            Data::Any(_) | Data::Container(_) | Data::List(_) => &[],
        }
    }
}

/// The children of one container, list entry, notification, input, output, structure, or of the datastore's root.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Content {
    children: Vec<(NodeIndex, Data)>,
}

impl Content {
    /// Nothing.
    #[must_use]
    pub const fn new() -> Content {
        Content { children: Vec::new() }
    }

    /// Whether there is no child.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.children.is_empty()
    }

    /// The children in the order of the schema's tables.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIndex, &Data)> {
        self.children.iter().map(|(node, data)| (*node, data))
    }

    /// The children in their order, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (NodeIndex, &mut Data)> {
        self.children.iter_mut().map(|(node, data)| (*node, data))
    }

    /// A child.
    #[inline(never)]
    #[must_use]
    pub fn child(&self, node: NodeIndex) -> Option<&Data> {
        let place = self.place(node).ok()?;
        self.children.get(place).map(|(_, data)| data)
    }

    /// A child, to change it.
    #[inline(never)]
    pub fn child_mut(&mut self, node: NodeIndex) -> Option<&mut Data> {
        let place = self.place(node).ok()?;
        self.children.get_mut(place).map(|(_, data)| data)
    }

    /// The value of a child leaf.
    #[inline(never)]
    #[must_use]
    pub fn leaf(&self, node: NodeIndex) -> Option<&Value> {
        match self.child(node)? {
            Data::Leaf(value) => Some(value),
            _ => None,
        }
    }

    /// The values of these child leafs, as far as they are there.
    #[inline(never)]
    #[must_use]
    pub fn leafs(&self, nodes: &[NodeIndex]) -> Vec<Value> {
        nodes.iter().filter_map(|node| self.leaf(*node).cloned()).collect()
    }

    /// Puts a child in and gives back what stood there.
    pub fn insert(&mut self, node: NodeIndex, data: Data) -> Option<Data> {
        match self.place(node) {
            Ok(place) => self.children.get_mut(place).map(|(_, old)| core::mem::replace(old, data)),
            Err(place) => {
                self.children.insert(place, (node, data));
                None
            }
        }
    }

    /// Takes a child out.
    pub fn remove(&mut self, node: NodeIndex) -> Option<Data> {
        let place = self.place(node).ok()?;
        Some(self.children.remove(place).1)
    }

    /// How many children there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.children.len()
    }

    fn place(&self, node: NodeIndex) -> Result<usize, usize> {
        // most often children come in their order
        if self.children.last().is_none_or(|(last, _)| *last < node) {
            return Err(self.children.len());
        }
        self.children.binary_search_by_key(&node, |(own, _)| *own)
    }
}

impl IntoIterator for Content {
    type Item = (NodeIndex, Data);
    type IntoIter = alloc::vec::IntoIter<(NodeIndex, Data)>;

    fn into_iter(self) -> Self::IntoIter {
        self.children.into_iter()
    }
}

impl FromIterator<(NodeIndex, Data)> for Content {
    fn from_iter<I: IntoIterator<Item = (NodeIndex, Data)>>(children: I) -> Content {
        let mut content = Content::new();
        for (node, data) in children {
            content.insert(node, data);
        }
        content
    }
}

/// The entries of a list. Keys are ordinary leafs of each entry.
///
/// Entries of a list with keys that is `ordered-by system` are kept in the order of their keys; the others keep the
/// order in which they came.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Entries {
    entries: Vec<Content>,
}

impl Entries {
    /// No entry.
    #[must_use]
    pub const fn new() -> Entries {
        Entries { entries: Vec::new() }
    }

    /// The entries of a list with keys, brought into order where `sorted` says that it is `ordered-by system`; every
    /// entry must hold its keys. An error is the place of an entry whose keys stood there before, and that entry.
    pub fn from_keyed(list: &List, sorted: bool, entries: Vec<Content>) -> Result<Entries, (usize, Content)> {
        let mut order = Order::default();
        for (place, entry) in entries.iter().enumerate() {
            let mut compare = |at| entries.get(at).map_or(Ordering::Less, |other| compare_entries(list, entry, other));
            if order.add(&mut compare).is_some() {
                let mut entries = entries;
                return Err((place, entries.swap_remove(place)));
            }
        }
        let mut entries = Entries { entries };
        if sorted {
            entries.rearrange(&order.sorted());
        }
        Ok(entries)
    }

    /// The entries of a keyless list.
    #[must_use]
    pub fn from_keyless(entries: Vec<Content>) -> Entries {
        Entries { entries }
    }

    /// Brings the entries of a list with keys into the order of these. For tools: see [`Order`].
    pub(crate) fn sort(&mut self, list: &List) {
        self.entries.sort_by(|entry, other| compare_entries(list, entry, other));
    }

    /// Puts the entries into this order, which names the place of each.
    pub(crate) fn rearrange(&mut self, order: &[usize]) {
        let mut entries = core::mem::replace(&mut self.entries, Vec::with_capacity(order.len()));
        for at in order {
            self.entries.extend(entries.get_mut(*at).map(core::mem::take));
        }
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in order.
    pub fn iter(&self) -> impl Iterator<Item = &Content> {
        self.entries.iter()
    }

    /// The entry at a place counted from 0.
    #[must_use]
    pub fn at(&self, place: usize) -> Option<&Content> {
        self.entries.get(place)
    }

    /// The entry at a place counted from 0, to change it; its key leafs must stay.
    pub fn at_mut(&mut self, place: usize) -> Option<&mut Content> {
        self.entries.get_mut(place)
    }

    /// Where the entry with these keys stands: `Ok(place)`, or `Err(place)` where it would be inserted.
    /// `sorted` says that the list is `ordered-by system`. For a keyless list the one key is the 1-based position.
    pub fn find(&self, list: &List, sorted: bool, keys: &[Value]) -> Result<usize, usize> {
        if list.keys.is_empty() {
            return match keys {
                [Value::Unsigned(position)] => match usize::try_from(*position).ok().and_then(|at| at.checked_sub(1)) {
                    Some(place) if place < self.entries.len() => Ok(place),
                    _ => Err(self.entries.len()),
                },
                _ => Err(self.entries.len()),
            };
        }
        let compare = |entry: &Content| compare_keys(entry, list, keys);
        if sorted {
            // entries mostly come in their order, each followed by what is in it
            match self.entries.last().map(compare) {
                None | Some(Ordering::Less) => Err(self.entries.len()),
                Some(Ordering::Equal) => Ok(self.entries.len() - 1),
                Some(Ordering::Greater) => self.entries.binary_search_by(compare),
            }
        } else {
            self.entries.iter().position(|entry| compare(entry).is_eq()).ok_or(self.entries.len())
        }
    }

    /// Inserts an entry at a place that [`Entries::find`] gave.
    pub fn insert(&mut self, place: usize, entry: Content) {
        self.entries.insert(place.min(self.entries.len()), entry);
    }

    /// Takes the entry at a place out.
    pub fn remove(&mut self, place: usize) -> Option<Content> {
        (place < self.entries.len()).then(|| self.entries.remove(place))
    }
}

impl IntoIterator for Entries {
    type Item = Content;
    type IntoIter = alloc::vec::IntoIter<Content>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

#[inline(never)]
fn compare_entries(list: &List, entry: &Content, other: &Content) -> Ordering {
    for key in list.keys {
        let order = entry.leaf(*key).cmp(&other.leaf(*key));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

#[inline(never)]
fn compare_keys(entry: &Content, list: &List, keys: &[Value]) -> Ordering {
    for (node, key) in list.keys.iter().zip(keys) {
        let order = entry.leaf(*node).map_or(Ordering::Less, |own| own.cmp(key));
        if order.is_ne() {
            return order;
        }
    }
    Ordering::Equal
}

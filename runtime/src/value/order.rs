//! Order without a sort: a balanced tree over the places of things that stand elsewhere.
//!
//! The collections of alloc and the sorts of core are compiled anew for each type, 2 to 4 kB each; this is compiled
//! once. Adding and finding take a number of comparisons that grows with the logarithm of what is there, whatever the
//! order in which things come. Read [`Order`] first; [`Places`] is the set that the datastore needs.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::Value;
use crate::schema::NodeIndex;

/// The order of things that are numbered from 0 in the order in which they are added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Order {
    /// A tree of Andersson's ("Balanced search trees made simple", 1993). Nodes are counted from 1, so that 0 is none.
    nodes: Vec<Node>,
    root: u32,
    /// The greatest: what comes in order is compared with it alone.
    last: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    left: u32,
    right: u32,
    level: u8,
}

/// How what is added or looked for compares with the thing of a number.
type Compare<'c> = &'c mut dyn FnMut(usize) -> Ordering;

impl Order {
    /// The number of the thing that is equal.
    pub(crate) fn find(&self, compare: Compare<'_>) -> Option<usize> {
        let mut at = self.root;
        while at != 0 {
            let node = self.node(at);
            at = match compare(number(at)) {
                Ordering::Less => node.left,
                Ordering::Greater => node.right,
                Ordering::Equal => return Some(number(at)),
            };
        }
        None
    }

    /// Adds the next thing; where an equal one is there, its number comes back and nothing is added.
    pub(crate) fn add(&mut self, compare: Compare<'_>) -> Option<usize> {
        let mut found = None;
        let greatest = self.last == 0 || compare(number(self.last)).is_gt();
        if greatest {
            self.root = self.add_below(self.root, &mut |_| Ordering::Greater, &mut found);
            self.last = u32::try_from(self.nodes.len()).unwrap_or(0);
        } else {
            self.root = self.add_below(self.root, compare, &mut found);
        }
        found
    }

    /// The numbers of all things, in order.
    pub(crate) fn sorted(&self) -> Vec<usize> {
        let mut out = Vec::with_capacity(self.nodes.len());
        self.push_below(self.root, &mut out);
        out
    }

    fn push_below(&self, at: u32, out: &mut Vec<usize>) {
        if at != 0 {
            let node = self.node(at);
            self.push_below(node.left, out);
            out.push(number(at));
            self.push_below(node.right, out);
        }
    }

    fn add_below(&mut self, at: u32, compare: Compare<'_>, found: &mut Option<usize>) -> u32 {
        if at == 0 {
            self.nodes.push(Node { level: 1, ..Node::default() });
            return u32::try_from(self.nodes.len()).unwrap_or(0);
        }
        let mut node = self.node(at);
        match compare(number(at)) {
            Ordering::Less => node.left = self.add_below(node.left, compare, found),
            Ordering::Greater => node.right = self.add_below(node.right, compare, found),
            Ordering::Equal => {
                *found = Some(number(at));
                return at;
            }
        }
        self.set(at, node);
        // a left child of the same level is turned to the right, then two right ones in a row are split
        let mut top = at;
        let mut left = self.node(node.left);
        if node.left != 0 && left.level == node.level {
            top = node.left;
            node.left = left.right;
            left.right = at;
            self.set(at, node);
            self.set(top, left);
        }
        let mut upper = self.node(top);
        let mut right = self.node(upper.right);
        if right.right != 0 && self.node(right.right).level == upper.level {
            let middle = upper.right;
            upper.right = right.left;
            right.left = top;
            right.level += 1;
            self.set(top, upper);
            self.set(middle, right);
            return middle;
        }
        top
    }

    fn node(&self, at: u32) -> Node {
        self.nodes.get(number(at)).copied().unwrap_or_default()
    }

    fn set(&mut self, at: u32, node: Node) {
        if let Some(slot) = self.nodes.get_mut(number(at)) {
            *slot = node;
        }
    }
}

fn number(at: u32) -> usize {
    (at as usize).wrapping_sub(1)
}

/// A node, the keys around it, and another node where one belongs to it.
pub(crate) type Place<'a> = (NodeIndex, &'a [Value], Option<NodeIndex>);

/// A set of places, in order.
#[derive(Debug)]
pub(crate) struct Places<'a> {
    places: Vec<Place<'a>>,
    order: Order,
}

impl<'a> Places<'a> {
    pub(crate) const fn new() -> Places<'a> {
        Places { places: Vec::new(), order: Order { nodes: Vec::new(), root: 0, last: 0 } }
    }

    /// Adds one; false when it was there.
    pub(crate) fn add(&mut self, place: Place<'a>) -> bool {
        let places = &self.places;
        let new = self.order.add(&mut |at| compare(place, places.get(at))).is_none();
        if new {
            self.places.push(place);
        }
        new
    }

    pub(crate) fn has(&self, place: Place<'_>) -> bool {
        self.order.find(&mut |at| compare(place, self.places.get(at))).is_some()
    }

    /// All of them, in order.
    pub(crate) fn sorted(&self) -> Vec<Place<'a>> {
        let mut out = Vec::with_capacity(self.places.len());
        for at in self.order.sorted() {
            out.extend(self.places.get(at));
        }
        out
    }
}

fn compare(place: Place<'_>, other: Option<&Place<'_>>) -> Ordering {
    let Some(other) = other else { return Ordering::Less };
    place.0.cmp(&other.0).then_with(|| compare_keys(place.1, other.1)).then_with(|| place.2.cmp(&other.2))
}

/// The order of keys: one by one, then by their number.
#[inline(never)]
pub(crate) fn compare_keys(keys: &[Value], other: &[Value]) -> Ordering {
    keys.cmp(other)
}

/// Whether keys are those of an instance at or below these.
#[inline(never)]
pub(crate) fn begins_with(keys: &[Value], above: &[Value]) -> bool {
    keys.get(..above.len()).is_some_and(|keys| compare_keys(keys, above).is_eq())
}

/// The first value that stands there before.
pub(crate) fn first_double(values: &[Value]) -> Option<&Value> {
    let mut seen = Places::new();
    values.iter().find(|value| !seen.add((NodeIndex::ROOT, core::slice::from_ref(value), None)))
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{Node, Order};

    fn check(order: &Order, at: u32) -> u8 {
        if at == 0 {
            return 0;
        }
        let node: Node = order.node(at);
        let (left, right) = (check(order, node.left), check(order, node.right));
        assert_eq!(left, node.level - 1, "left children stand one level lower");
        assert!(right == node.level || right == node.level - 1);
        let beyond = order.node(node.right).right;
        assert!(beyond == 0 || order.node(beyond).level < node.level, "no two right children in a row on one level");
        node.level
    }

    fn ordered(things: &[u16]) -> (Order, Vec<u16>) {
        let (mut order, mut kept) = (Order::default(), Vec::new());
        for thing in things {
            let known = &kept;
            if order.add(&mut |at| thing.cmp(&known[at])).is_none() {
                kept.push(*thing);
            }
        }
        (order, kept)
    }

    #[test]
    fn the_tree_stays_low_whatever_comes_first() {
        let up: Vec<u16> = (0..1000).collect();
        let down: Vec<u16> = (0..1000).rev().collect();
        for things in [up, down] {
            let (order, _) = ordered(&things);
            assert!(check(&order, order.root) <= 10);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_the_set_of_the_standard_library(things in proptest::collection::vec(0_u16..300, 0..300), other: u16) {
            let (order, kept) = ordered(&things);
            check(&order, order.root);
            let set: BTreeSet<u16> = things.iter().copied().collect();
            let sorted: Vec<u16> = order.sorted().into_iter().map(|at| kept[at]).collect();
            prop_assert_eq!(sorted, set.iter().copied().collect::<Vec<_>>());
            for wanted in things.iter().chain([&other]) {
                prop_assert_eq!(order.find(&mut |at| wanted.cmp(&kept[at])).is_some(), set.contains(wanted));
            }
        }
    }
}

//! The state that the board has pushed: values by address, outside the configuration and its revision.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::schema::NodeIndex;
use crate::value::{Data, Value, begins_with, compare_keys};

/// Pushed values. A leaf or leaf-list stands under its node and the keys above it, an entry of a pushed list under
/// the list and its keys (as an empty container).
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct State {
    /// Sorted by node, then keys.
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    node: NodeIndex,
    keys: Vec<Value>,
    data: Data,
}

impl State {
    pub(super) const fn new() -> State {
        State { rows: Vec::new() }
    }

    pub(super) fn get(&self, node: NodeIndex, keys: &[Value]) -> Option<&Data> {
        let place = self.place(node, keys).ok()?;
        self.rows.get(place).map(|row| &row.data)
    }

    /// Writes one value and gives back what stood there.
    pub(super) fn write(&mut self, node: NodeIndex, keys: &[Value], new: Option<Data>) -> Option<Data> {
        match (self.place(node, keys), new) {
            (Ok(place), Some(data)) => self.rows.get_mut(place).map(|row| core::mem::replace(&mut row.data, data)),
            (Ok(place), None) => Some(self.rows.remove(place).data),
            (Err(place), Some(data)) => {
                self.rows.insert(place, Row { node, keys: keys.to_vec(), data });
                None
            }
            (Err(_), None) => None,
        }
    }

    /// The keys of the entry of a pushed list that comes after `after`, or of the first one.
    pub(super) fn next(&self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Option<&[Value]> {
        let compare = |row: &Row| {
            row.node.cmp(&list).then_with(|| {
                let (above, own) = row.keys.split_at(keys.len().min(row.keys.len()));
                compare_keys(above, keys).then(match after {
                    Some(after) if compare_keys(own, after).is_le() => Ordering::Less,
                    Some(_) => Ordering::Greater,
                    None => Ordering::Equal,
                })
            })
        };
        let start = self.rows.partition_point(|row| compare(row).is_lt());
        let row = self.rows.get(start).filter(|row| row.node == list && begins_with(&row.keys, keys))?;
        row.keys.get(keys.len()..)
    }

    /// The addresses of all values of the nodes in `first..end` whose keys begin with `keys`.
    pub(super) fn below(&self, first: NodeIndex, end: u16, keys: &[Value]) -> Vec<(NodeIndex, Vec<Value>)> {
        let start = self.rows.partition_point(|row| row.node < first);
        let mut found = Vec::new();
        for row in self.rows.iter().skip(start) {
            if row.node.0 >= end {
                break;
            }
            if begins_with(&row.keys, keys) {
                found.push((row.node, row.keys.clone()));
            }
        }
        found
    }

    fn place(&self, node: NodeIndex, keys: &[Value]) -> Result<usize, usize> {
        self.rows.binary_search_by(|row| row.node.cmp(&node).then_with(|| compare_keys(&row.keys, keys)))
    }
}

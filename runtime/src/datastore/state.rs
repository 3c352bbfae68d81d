//! The state that the board has pushed: values by address, outside the configuration and its revision.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::error::at;
use super::{Edit, EditError, Reason, validate};
use crate::schema::{Flags, NodeIndex, NodeKind};
use crate::value::{Content, Data, Value, begins_with, compare_keys};

/// What is done with pushed state.
#[derive(Debug)]
pub(super) struct Pushed {
    pub(super) get: for<'s> fn(&'s State, NodeIndex, &[Value]) -> Option<&'s Data>,
    pub(super) next: Next,
    pub(super) below: fn(&State, NodeIndex, u16, &[Value]) -> Vec<Address>,
    pub(super) write: fn(&mut State, NodeIndex, &[Value], Option<Data>) -> Option<Data>,
    /// Sets or removes a node with what is below it.
    pub(super) push: Push,
}

type Next = for<'s> fn(&'s State, NodeIndex, &[Value], Option<&[Value]>) -> Option<&'s [Value]>;
type Push = fn(&mut Edit<'_>, NodeIndex, &mut Vec<Value>, Option<&Data>) -> Result<(), EditError>;

/// A node and the keys around it.
pub(super) type Address = (NodeIndex, Vec<Value>);

pub(super) static PUSHED: Pushed =
    Pushed { get: State::get, next: State::next, below: State::below, write: State::write, push };

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

    fn get(&self, node: NodeIndex, keys: &[Value]) -> Option<&Data> {
        let place = self.place(node, keys).ok()?;
        self.rows.get(place).map(|row| &row.data)
    }

    /// Writes one value and gives back what stood there.
    fn write(&mut self, node: NodeIndex, keys: &[Value], new: Option<Data>) -> Option<Data> {
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
    fn next(&self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Option<&[Value]> {
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
    fn below(&self, first: NodeIndex, end: u16, keys: &[Value]) -> Vec<Address> {
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

/// Sets or removes pushed state.
fn push(edit: &mut Edit<'_>, node: NodeIndex, keys: &mut Vec<Value>, new: Option<&Data>) -> Result<(), EditError> {
    let schema = edit.store.schema;
    let Some(row) = schema.node(node) else { return Err(at(node, keys, Reason::UnknownElement)) };
    if matches!(new, None | Some(Data::Container(_) | Data::List(_))) {
        edit.drop_state(node, keys)?;
    }
    let Some(new) = new else { return Ok(()) };
    match (row.kind(), new) {
        (NodeKind::Leaf, Data::Leaf(_))
        | (NodeKind::LeafList, Data::LeafList(_))
        | (NodeKind::Anydata | NodeKind::Anyxml, Data::Any(_)) => {
            for value in new.values() {
                validate::check_type(schema, node, value, node, keys)?;
            }
            edit.write(node, keys, Some(new.clone()), None)
        }
        (NodeKind::List, Data::List(entries)) => {
            for entry in entries.iter() {
                let above = keys.len();
                keys.append(&mut edit.own_keys(node, keys, entry)?);
                push_content(edit, node, keys, entry, true)?;
                keys.truncate(above);
            }
            Ok(())
        }
        (NodeKind::Container, Data::Container(content)) => push_content(edit, node, keys, content, false),
        (NodeKind::List, Data::Container(content)) => push_content(edit, node, keys, content, true),
        _ => Err(at(node, keys, Reason::InvalidDatatype)),
    }
}

/// The content of a pushed container, or of an entry, which is written itedit.
fn push_content(
    edit: &mut Edit<'_>,
    node: NodeIndex,
    keys: &mut Vec<Value>,
    content: &Content,
    entry: bool,
) -> Result<(), EditError> {
    if entry {
        edit.drop_state(node, keys)?;
        edit.write(node, keys, Some(Data::Container(Content::new())), None)?;
    }
    for (child, data) in content.iter() {
        match edit.store.schema.node(child) {
            Some(row) if row.parent == node && row.flags.has(Flags::KEY) => {}
            Some(row) if row.parent == node => push(edit, child, keys, Some(data))?,
            _ => return Err(at(child, keys, Reason::UnknownElement)),
        }
    }
    Ok(())
}

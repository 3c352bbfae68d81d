//! The fields of generated structs: each kind of node has a way out of a [`Content`] and a way into one.

use alloc::vec::Vec;

use super::{FromContent, FromValue, IntoContent};
use crate::board::Fault;
use crate::schema::{Flags, NodeIndex, Schema};
use crate::value::{Content, Data, Entries, Value};

const MISSING: Fault = Fault::Failed(alloc::borrow::Cow::Borrowed("a mandatory node is missing"));
const WRONG_TYPE: Fault = Fault::Failed(alloc::borrow::Cow::Borrowed("a node has another type than its schema"));

/// An optional leaf.
///
/// # Errors
/// [`Fault::Failed`] when the node is no leaf of this type.
#[inline(never)]
pub fn leaf<'a, T: FromValue<'a>>(content: &'a Content, node: NodeIndex) -> Result<Option<T>, Fault> {
    match content.child(node) {
        None => Ok(None),
        Some(Data::Leaf(value)) => T::from_value(value).map(Some).ok_or(WRONG_TYPE),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// A leaf that is always there.
///
/// # Errors
/// [`Fault::Failed`] when it is missing or of another type.
pub fn required_leaf<'a, T: FromValue<'a>>(content: &'a Content, node: NodeIndex) -> Result<T, Fault> {
    leaf(content, node)?.ok_or(MISSING)
}

/// A leaf-list; empty when it is absent.
///
/// # Errors
/// [`Fault::Failed`] when it is of another type.
#[inline(never)]
pub fn leaf_list<'a, T: FromValue<'a>>(content: &'a Content, node: NodeIndex) -> Result<Vec<T>, Fault> {
    match content.child(node) {
        None => Ok(Vec::new()),
        Some(Data::LeafList(values)) => values.iter().map(|value| T::from_value(value).ok_or(WRONG_TYPE)).collect(),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// A container with presence, or one in a case.
///
/// # Errors
/// As its fields.
pub fn optional_container<T: FromContent>(content: &Content, node: NodeIndex) -> Result<Option<T>, Fault> {
    match content.child(node) {
        None => Ok(None),
        Some(Data::Container(inner)) => T::from_content(inner).map(Some),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// A container without presence: there even when nothing is in it.
///
/// # Errors
/// As its fields.
pub fn container<T: FromContent>(content: &Content, node: NodeIndex) -> Result<T, Fault> {
    match optional_container(content, node)? {
        Some(inner) => Ok(inner),
        None => T::from_content(&Content::new()),
    }
}

/// A list.
///
/// # Errors
/// As the fields of its entries.
pub fn list<T: FromContent>(content: &Content, node: NodeIndex) -> Result<Vec<T>, Fault> {
    match content.child(node) {
        None => Ok(Vec::new()),
        Some(Data::List(entries)) => entries.iter().map(T::from_content).collect(),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// `anydata` or `anyxml`, as CBOR.
///
/// # Errors
/// [`Fault::Failed`] when the node is neither.
pub fn any(content: &Content, node: NodeIndex) -> Result<Option<Vec<u8>>, Fault> {
    match content.child(node) {
        None => Ok(None),
        Some(Data::Any(cbor)) => Ok(Some(cbor.to_vec())),
        Some(_) => Err(WRONG_TYPE),
    }
}

/// Puts a leaf.
pub fn put_leaf(content: &mut Content, node: NodeIndex, value: impl Into<Value>) {
    content.insert(node, Data::Leaf(value.into()));
}

/// Puts a leaf where there is one.
pub fn put_optional_leaf(content: &mut Content, node: NodeIndex, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        put_leaf(content, node, value);
    }
}

/// Puts a leaf-list that is not empty.
pub fn put_leaf_list(content: &mut Content, node: NodeIndex, values: Vec<impl Into<Value>>) {
    if !values.is_empty() {
        content.insert(node, Data::LeafList(values.into_iter().map(Into::into).collect()));
    }
}

/// Puts a container without presence when something is in it.
pub fn put_container(content: &mut Content, node: NodeIndex, inner: impl IntoContent) {
    let inner = inner.into_content();
    if !inner.is_empty() {
        content.insert(node, Data::Container(inner));
    }
}

/// Puts a container with presence.
pub fn put_optional_container(content: &mut Content, node: NodeIndex, inner: Option<impl IntoContent>) {
    if let Some(inner) = inner {
        content.insert(node, Data::Container(inner.into_content()));
    }
}

/// Puts a list that is not empty, entries in the order of [`Entries`]; of two entries with the same keys the last
/// one stays.
pub fn put_list(schema: &Schema, content: &mut Content, node: NodeIndex, entries: Vec<impl IntoContent>) {
    if entries.is_empty() {
        return;
    }
    let sorted = !schema.node(node).is_some_and(|row| row.flags.has(Flags::USER_ORDERED));
    let mut list = Entries::new();
    for entry in entries {
        let entry = entry.into_content();
        let place = match schema.list(node).filter(|row| !row.keys.is_empty()) {
            Some(row) => {
                let keys: Vec<Value> = row.keys.iter().filter_map(|key| entry.leaf(*key).cloned()).collect();
                list.find(row, sorted, &keys)
            }
            None => Err(list.len()),
        };
        match place {
            Ok(place) => {
                list.remove(place);
                list.insert(place, entry);
            }
            Err(place) => list.insert(place, entry),
        }
    }
    content.insert(node, Data::List(list));
}

/// Puts `anydata` or `anyxml`: deterministic CBOR.
pub fn put_any(content: &mut Content, node: NodeIndex, cbor: Option<Vec<u8>>) {
    if let Some(cbor) = cbor {
        content.insert(node, Data::Any(cbor.into_boxed_slice()));
    }
}

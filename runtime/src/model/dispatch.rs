//! From the engine's indices and values to the typed methods of handler traits: what `impl Board for Bound` calls.

use alloc::vec::Vec;

use super::{FromValue, IntoContent};
use crate::board::{Change, Fault, Outcome};
use crate::value::{Content, Data, Value};

/// What generated code answers where a conversion has failed; the engine gives values of the schema's types.
///
/// # Errors
/// [`Fault::Failed`] always, where there is no answer.
#[inline(never)]
pub fn converted<T>(answer: Option<Result<T, Fault>>) -> Result<T, Fault> {
    const WRONG: Fault = Fault::Failed(alloc::borrow::Cow::Borrowed("a value has another type than its schema"));
    answer.unwrap_or(Err(WRONG))
}

/// The key at a place; `None` when there is none or it is of another type.
#[inline(never)]
pub fn key<'a, T: FromValue<'a>>(keys: &'a [Value], place: usize) -> Option<T> {
    keys.get(place).and_then(T::from_value)
}

/// The answer of a pulled leaf.
///
/// # Errors
/// The handler's.
pub fn leaf(answer: Result<impl Into<Value>, Fault>) -> Result<Data, Fault> {
    answer.map(|value| Data::Leaf(value.into()))
}

/// The answer of a pulled leaf-list.
///
/// # Errors
/// The handler's.
pub fn leaf_list(answer: Result<Vec<impl Into<Value>>, Fault>) -> Result<Data, Fault> {
    answer.map(|values| Data::LeafList(values.into_iter().map(Into::into).collect()))
}

/// The answer of a list with one key.
///
/// # Errors
/// The handler's.
pub fn next(answer: Result<Option<impl Into<Value>>, Fault>) -> Result<Option<Vec<Value>>, Fault> {
    answer.map(|key| key.map(|key| Vec::from([key.into()])))
}

/// The answer of an action or rpc.
///
/// # Errors
/// The handler's.
pub fn outcome(answer: Result<Outcome<impl IntoContent>, Fault>) -> Result<Outcome<Content>, Fault> {
    answer.map(|outcome| match outcome {
        Outcome::Done(output) => Outcome::Done(output.into_content()),
        Outcome::Later => Outcome::Later,
    })
}

/// What a change does to the existence of a list entry or presence container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// It is created.
    Comes,
    /// It is deleted.
    Goes,
    /// It was there and is there.
    Stays,
}

/// What a change does to the existence of its node.
#[must_use]
pub fn existence(change: &Change<'_>) -> Existence {
    match (change.old, change.new) {
        (None, Some(_)) => Existence::Comes,
        (Some(_), None) => Existence::Goes,
        _ => Existence::Stays,
    }
}

/// The new value of a leaf, which is `None` when it is deleted; no answer at all when it is of another type.
#[inline(never)]
pub fn new_leaf<'a, T: FromValue<'a>>(change: &Change<'a>) -> Option<Option<T>> {
    match change.new {
        None => Some(None),
        Some(Data::Leaf(value)) => T::from_value(value).map(Some),
        Some(_) => None,
    }
}

/// The new entries of a leaf-list, as [`new_leaf`] has them.
pub fn new_leaf_list<'a, T: FromValue<'a>>(change: &Change<'a>) -> Option<Option<Vec<T>>> {
    match change.new {
        None => Some(None),
        Some(Data::LeafList(values)) => values.iter().map(T::from_value).collect::<Option<_>>().map(Some),
        Some(_) => None,
    }
}

/// The new CBOR of an anydata or anyxml node, as [`new_leaf`] has it.
#[must_use]
pub fn new_any<'a>(change: &Change<'a>) -> Option<Option<&'a [u8]>> {
    match change.new {
        None => Some(None),
        Some(Data::Any(cbor)) => Some(Some(cbor)),
        Some(_) => None,
    }
}

//! From the engine's indices and values to the typed methods of handler traits: what `impl Board for Bound` calls.

use alloc::vec::Vec;

use super::{FromValue, IntoContent};
use crate::board::{Change, Fault, Outcome};
use crate::value::{Content, Data, Value};

const WRONG_KEY: Fault = Fault::Failed(alloc::borrow::Cow::Borrowed("a key has another type than its schema"));
const WRONG_VALUE: Fault = Fault::Failed(alloc::borrow::Cow::Borrowed("a value has another type than its schema"));

/// The key at a place.
///
/// # Errors
/// [`Fault::Failed`] when there is none or it is of another type; the engine gives keys of the schema's types.
#[inline(never)]
pub fn key<'a, T: FromValue<'a>>(keys: &'a [Value], place: usize) -> Result<T, Fault> {
    keys.get(place).and_then(T::from_value).ok_or(WRONG_KEY)
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
#[inline(never)]
pub fn existence(change: &Change<'_>) -> Existence {
    match (change.old, change.new) {
        (None, Some(_)) => Existence::Comes,
        (Some(_), None) => Existence::Goes,
        _ => Existence::Stays,
    }
}

/// The new value of a leaf; `None` when it is deleted.
///
/// # Errors
/// [`Fault::Failed`] when it is of another type; the engine has checked that.
#[inline(never)]
pub fn new_leaf<'a, T: FromValue<'a>>(change: &Change<'a>) -> Result<Option<T>, Fault> {
    match change.new {
        None => Ok(None),
        Some(Data::Leaf(value)) => T::from_value(value).map(Some).ok_or(WRONG_VALUE),
        Some(_) => Err(WRONG_VALUE),
    }
}

/// The new entries of a leaf-list; `None` when it is deleted.
///
/// # Errors
/// [`Fault::Failed`] when they are of another type; the engine has checked that.
#[inline(never)]
pub fn new_leaf_list<'a, T: FromValue<'a>>(change: &Change<'a>) -> Result<Option<Vec<T>>, Fault> {
    match change.new {
        None => Ok(None),
        Some(Data::LeafList(values)) => {
            values.iter().map(|value| T::from_value(value).ok_or(WRONG_VALUE)).collect::<Result<_, _>>().map(Some)
        }
        Some(_) => Err(WRONG_VALUE),
    }
}

/// The new CBOR of an anydata or anyxml node; `None` when it is deleted.
///
/// # Errors
/// [`Fault::Failed`] when the node is neither.
pub fn new_any<'a>(change: &Change<'a>) -> Result<Option<&'a [u8]>, Fault> {
    match change.new {
        None => Ok(None),
        Some(Data::Any(cbor)) => Ok(Some(cbor)),
        Some(_) => Err(WRONG_VALUE),
    }
}

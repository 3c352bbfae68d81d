//! A value that may be lent by what it was read from.

use core::cmp::Ordering;

use super::Value;

/// A value; strings of a payload need no copy.
///
/// ```
/// use comi_runtime::value::{Lent, Value};
///
/// assert_eq!(Lent::String("eth0").into_value(), Value::from("eth0"));
/// ```
#[derive(Clone, Debug)]
pub enum Lent<'a> {
    /// `binary`
    Binary(&'a [u8]),
    /// `string`
    String(&'a str),
    /// Any value, of these two types, too.
    Value(Value),
}

impl Lent<'_> {
    /// The value to keep.
    #[must_use]
    pub fn into_value(self) -> Value {
        match self {
            Lent::Binary(bytes) => Value::Binary(bytes.into()),
            Lent::String(text) => Value::from(text),
            Lent::Value(value) => value,
        }
    }

    /// The order of the values.
    pub(crate) fn compare(self, other: Lent<'_>) -> Ordering {
        match (self, other) {
            (Lent::String(own), Lent::String(other)) => own.cmp(other),
            (own, other) => own.into_value().cmp(&other.into_value()),
        }
    }
}

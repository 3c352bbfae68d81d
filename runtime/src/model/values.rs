//! Typed Rust values from and into [`Value`] and [`Content`].

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::board::Fault;
use crate::schema::IdentityIndex;
use crate::value::{Content, InstanceIdentifier, Value};

/// A Rust type that a YANG type is seen as. The way back is `Into<Value>`.
///
/// ```
/// use comi_runtime::model::FromValue;
/// use comi_runtime::value::Value;
///
/// assert_eq!(u8::from_value(&Value::Unsigned(40)), Some(40));
/// assert_eq!(<&str>::from_value(&Value::from("eth0")), Some("eth0"));
/// ```
pub trait FromValue<'a>: Sized {
    /// The value as this type; `None` where it is of another type or does not fit.
    fn from_value(value: &'a Value) -> Option<Self>;
}

/// A generated struct that stands for a container, list entry, input, output or notification.
pub trait FromContent: Sized {
    /// Reads the struct's fields.
    ///
    /// # Errors
    /// [`Fault::Failed`] where a mandatory field is missing or a value is of another type; content that the engine
    /// has validated never gives it.
    fn from_content(content: &Content) -> Result<Self, Fault>;
}

/// The way back of [`FromContent`].
pub trait IntoContent {
    /// Writes the struct's fields.
    fn into_content(self) -> Content;
}

impl IntoContent for Content {
    fn into_content(self) -> Content {
        self
    }
}

impl IntoContent for () {
    fn into_content(self) -> Content {
        Content::new()
    }
}

impl FromContent for () {
    fn from_content(_: &Content) -> Result<(), Fault> {
        Ok(())
    }
}

/// A notification's generated struct.
pub trait Notification {
    /// The notification (with the keys of the list entries it stands in) and its content.
    fn into_instance(self) -> (InstanceIdentifier, Content);
}

impl Notification for (InstanceIdentifier, Content) {
    fn into_instance(self) -> (InstanceIdentifier, Content) {
        self
    }
}

macro_rules! numbers {
    ($variant:ident, $wide:ty: $($narrow:ty),*) => {$(
        impl FromValue<'_> for $narrow {
            fn from_value(value: &Value) -> Option<$narrow> {
                match value.resolved() {
                    Value::$variant(number) => <$narrow>::try_from(*number).ok(),
                    _ => None,
                }
            }
        }

        impl From<$narrow> for Value {
            fn from(number: $narrow) -> Value {
                Value::$variant(<$wide>::from(number))
            }
        }
    )*};
}

numbers!(Integer, i64: i8, i16, i32, i64);
numbers!(Unsigned, u64: u8, u16, u32, u64);

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $value:expr),* $(,)?) => {$(
        impl<'a> FromValue<'a> for $type {
            fn from_value(value: &'a Value) -> Option<$type> {
                match value.resolved() {
                    $pattern => Some($value),
                    _ => None,
                }
            }
        }
    )*};
}

from_value! {
    bool: Value::Boolean(value) => *value,
    f64: Value::Float(value) => *value,
    (): Value::Empty => (),
    &'a str: Value::String(text) => text,
    String: Value::String(text) => String::from(&**text),
    &'a [u8]: Value::Binary(bytes) => bytes,
    Vec<u8>: Value::Binary(bytes) => bytes.to_vec(),
    IdentityIndex: Value::Identityref(identity) => *identity,
    &'a InstanceIdentifier: Value::InstanceIdentifier(identifier) => identifier,
    InstanceIdentifier: Value::InstanceIdentifier(identifier) => InstanceIdentifier::clone(identifier),
}

impl FromValue<'_> for Cow<'_, str> {
    fn from_value(value: &Value) -> Option<Self> {
        String::from_value(value).map(Cow::Owned)
    }
}

impl FromValue<'_> for Cow<'_, [u8]> {
    fn from_value(value: &Value) -> Option<Self> {
        Vec::from_value(value).map(Cow::Owned)
    }
}

impl FromValue<'_> for Value {
    fn from_value(value: &Value) -> Option<Value> {
        Some(value.clone())
    }
}

impl<'a> FromValue<'a> for &'a Value {
    fn from_value(value: &'a Value) -> Option<&'a Value> {
        Some(value)
    }
}

macro_rules! into_value {
    ($($type:ty: $name:ident => $value:expr),* $(,)?) => {$(
        impl From<$type> for Value {
            fn from($name: $type) -> Value {
                $value
            }
        }
    )*};
}

into_value! {
    f64: number => Value::Float(number),
    (): _empty => Value::Empty,
    String: text => Value::String(text.into_boxed_str()),
    &[u8]: bytes => Value::Binary(bytes.into()),
    Vec<u8>: bytes => Value::Binary(bytes.into_boxed_slice()),
    IdentityIndex: identity => Value::Identityref(identity),
    InstanceIdentifier: identifier => Value::InstanceIdentifier(Box::new(identifier)),
}

/// The bits of a `bits` value as a number; `None` where a bit beyond 63 is set.
#[must_use]
pub fn bits_from_value(value: &Value) -> Option<u64> {
    let Value::Bits(bytes) = value.resolved() else { return None };
    let mut number = [0; 8];
    number.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(number))
}

/// The `bits` value of a number.
#[must_use]
pub fn value_from_bits(number: u64) -> Value {
    let bytes = number.to_le_bytes();
    let length = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    Value::Bits(bytes.iter().copied().take(length).collect())
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;

    use super::{FromValue, bits_from_value, value_from_bits};
    use crate::value::Value;

    #[test]
    fn a_value_that_does_not_fit_its_type_is_none() {
        assert_eq!(u8::from_value(&Value::Unsigned(256)), None);
        assert_eq!(i8::from_value(&Value::Integer(-128)), Some(-128));
        assert_eq!(u8::from_value(&Value::Integer(1)), None);
        assert_eq!(bool::from_value(&Value::Unsigned(1)), None);
    }

    #[test]
    fn bits_have_no_trailing_zero_bytes() {
        for (number, bytes) in
            [(0, &[][..]), (1, &[1][..]), (1 << 8 | 1, &[1, 1][..]), (1 << 63, &[0, 0, 0, 0, 0, 0, 0, 128])]
        {
            let value = value_from_bits(number);
            assert_eq!(value, Value::Bits(bytes.into()));
            assert_eq!(bits_from_value(&value), Some(number));
        }
        assert_eq!(bits_from_value(&Value::Bits(Box::from([0; 9]))), None);
    }
}

//! Between LwM2M's data types and YANG's: a [`Datum`] and a [`Value`].

use alloc::string::String;

use super::Error;
use super::payload::Datum;
use crate::schema::{Flags, NodeIndex, Schema, Type};
use crate::value::{Value, Violation, check, from_float, text, to_float};

const NO_LEAF: Error = Error::Value(Violation::WrongType { expected: "a leaf" });

/// What a value of the datastore is in LwM2M.
pub(super) fn datum<'v>(schema: &'static Schema, node: NodeIndex, value: &'v Value) -> Result<Datum<'v>, Error> {
    Ok(match value.resolved() {
        Value::Binary(bytes) => Datum::Opaque((&**bytes).into()),
        Value::Boolean(value) => Datum::Boolean(*value),
        Value::Decimal64(mantissa) => {
            let Some(Type::Decimal64 { fraction_digits, .. }) = schema.type_of(node) else { return Err(NO_LEAF) };
            Datum::Float(to_float(*mantissa, -i64::from(*fraction_digits)).ok_or(Violation::Range)?)
        }
        Value::Enumeration(value) => Datum::Integer(i64::from(*value)),
        Value::Float(value) => Datum::Float(*value),
        Value::Integer(value) => Datum::Integer(*value),
        Value::Unsigned(value) => i64::try_from(*value).map_or(Datum::Unsigned(*value), Datum::Integer),
        Value::String(text) if is_link(schema, node) => Datum::Link((&**text).into()),
        Value::String(text) => Datum::Text((&**text).into()),
        _ => Datum::Text(text::print(schema, node, value)?.into()),
    })
}

fn is_link(schema: &Schema, node: NodeIndex) -> bool {
    schema.node(node).is_some_and(|row| row.flags.has(Flags::OBJECT_LINK))
}

/// The value that a datum is for a leaf; checked against its type.
pub(super) fn value(schema: &'static Schema, node: NodeIndex, datum: &Datum<'_>) -> Result<Value, Error> {
    let ty = schema.type_of(node).ok_or(NO_LEAF)?;
    let wrong = Error::Value(crate::value::wrong(ty));
    let value = match (ty, datum) {
        (Type::Boolean, Datum::Boolean(value)) => Value::Boolean(*value),
        (Type::Boolean, Datum::Untyped([value @ (0 | 1)])) => Value::Boolean(*value == 1),
        (Type::Integer { .. }, datum) => Value::Integer(signed(datum).ok_or(wrong)?),
        (Type::Enumeration { .. }, datum) => {
            Value::Enumeration(signed(datum).and_then(|value| value.try_into().ok()).ok_or(wrong)?)
        }
        (Type::Unsigned { .. }, datum) => Value::Unsigned(unsigned(datum).ok_or(wrong)?),
        (Type::Float { .. }, datum) => Value::Float(float(datum).ok_or(wrong)?),
        (Type::Decimal64 { fraction_digits, .. }, datum) => {
            let value = float(datum).ok_or(wrong)?;
            Value::Decimal64(from_float(value, *fraction_digits).ok_or(Violation::Range)?)
        }
        (Type::Binary { .. }, Datum::Opaque(bytes)) => Value::Binary((&**bytes).into()),
        (Type::Binary { .. }, Datum::Untyped(bytes)) => Value::Binary((*bytes).into()),
        (_, Datum::Text(text) | Datum::Link(text)) => text::parse(schema, node, text)?,
        // Core appendix C: of TLV, an object id and an instance id
        (_, Datum::Untyped([a, b, c, d])) if is_link(schema, node) => {
            let (object, instance) = (u16::from_be_bytes([*a, *b]), u16::from_be_bytes([*c, *d]));
            let mut link = String::new();
            text::push_unsigned(&mut link, object.into());
            link.push(':');
            text::push_unsigned(&mut link, instance.into());
            Value::String(link.into())
        }
        (_, Datum::Untyped(bytes)) => {
            text::parse(schema, node, core::str::from_utf8(bytes).map_err(|_| Error::Malformed)?)?
        }
        _ => return Err(wrong),
    };
    check(schema, ty, &value)?;
    Ok(value)
}

/// lwm2m-yang.md: a number is taken as integer or float, whichever arrives, when the value fits without loss.
#[expect(clippy::cast_possible_truncation, reason = "only what is the same afterwards is taken")]
#[expect(clippy::cast_precision_loss, reason = "compared for that")]
fn signed(datum: &Datum<'_>) -> Option<i64> {
    match datum {
        Datum::Integer(value) => Some(*value),
        Datum::Float(value) => {
            let whole = *value as i64;
            (whole as f64 == *value && whole != i64::MAX).then_some(whole)
        }
        Datum::Untyped(bytes) => match **bytes {
            [byte] => Some(i64::from(byte.cast_signed())),
            [a, b] => Some(i64::from(i16::from_be_bytes([a, b]))),
            [a, b, c, d] => Some(i64::from(i32::from_be_bytes([a, b, c, d]))),
            _ => bytes.first_chunk().filter(|_| bytes.len() == 8).map(|all| i64::from_be_bytes(*all)),
        },
        _ => None,
    }
}

fn unsigned(datum: &Datum<'_>) -> Option<u64> {
    match datum {
        Datum::Unsigned(value) => Some(*value),
        Datum::Untyped(bytes) if matches!(bytes.len(), 1 | 2 | 4 | 8) => {
            Some(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
        }
        datum => signed(datum)?.try_into().ok(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "checked to have none")]
#[expect(clippy::cast_possible_truncation, reason = "checked to have none")]
fn float(datum: &Datum<'_>) -> Option<f64> {
    match datum {
        Datum::Float(value) => Some(*value),
        Datum::Integer(value) => Some(*value as f64).filter(|float| *float as i64 == *value),
        Datum::Untyped(bytes) => match **bytes {
            [a, b, c, d] => Some(f64::from(f32::from_be_bytes([a, b, c, d]))),
            _ => bytes.first_chunk().filter(|_| bytes.len() == 8).map(|all| f64::from_be_bytes(*all)),
        },
        _ => None,
    }
}

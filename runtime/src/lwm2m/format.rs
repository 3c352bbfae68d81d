//! One value as text/plain (0) and application/cbor (60).
//!
//! Where a YANG type has no LwM2M type, its lexical form stands for it as a String. Enumerations are Integers,
//! decimal64 is a Float.

use alloc::string::String;
use alloc::vec::Vec;
use core::str;

use super::Error;
use crate::cbor::{Kind, Reader, Writer};
use crate::coap::content_format as formats;
use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{Value, Violation, check, from_float, text, to_float};

const NO_LEAF: Error = Error::Value(Violation::WrongType { expected: "a leaf" });

/// Appends a value.
pub(super) fn write(
    schema: &Schema,
    node: NodeIndex,
    value: &Value,
    format: u16,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let print = || text::print(schema, node, value).map_err(Error::from);
    if format == formats::TEXT_PLAIN {
        match value.resolved() {
            // LwM2M's Boolean in text is 0 or 1
            Value::Boolean(value) => out.push(if *value { b'1' } else { b'0' }),
            Value::Enumeration(value) => {
                let mut text = String::new();
                text::push_integer(&mut text, i64::from(*value));
                out.extend_from_slice(text.as_bytes());
            }
            _ => out.extend_from_slice(print()?.as_bytes()),
        }
        return Ok(());
    }
    let mut writer = Writer::new(out);
    match value.resolved() {
        Value::Binary(bytes) => writer.bytes(bytes),
        Value::Boolean(value) => writer.boolean(*value),
        Value::Decimal64(mantissa) => {
            let digits = match schema.type_of(node) {
                Some(Type::Decimal64 { fraction_digits, .. }) => *fraction_digits,
                _ => return Err(NO_LEAF),
            };
            writer.float(to_float(*mantissa, -i64::from(digits)).ok_or(Violation::Range)?);
        }
        Value::Empty => writer.null(),
        Value::Enumeration(value) => writer.integer(i64::from(*value)),
        Value::Float(value) => writer.float(*value),
        Value::Integer(value) => writer.integer(*value),
        Value::String(text) => writer.text(text),
        Value::Unsigned(value) => writer.unsigned(*value),
        Value::Bits(_) | Value::Identityref(_) | Value::InstanceIdentifier(_) | Value::Union(..) => {
            writer.text(&print()?);
        }
    }
    Ok(())
}

/// Reads a value; without a Content-Format it is text.
pub(super) fn read(schema: &Schema, node: NodeIndex, format: Option<u16>, payload: &[u8]) -> Result<Value, Error> {
    let ty = schema.type_of(node).ok_or(NO_LEAF)?;
    let value = match format {
        None | Some(formats::TEXT_PLAIN) => read_text(schema, node, ty, payload)?,
        Some(formats::CBOR) => {
            let mut reader = Reader::new(payload);
            let value = read_cbor(schema, node, ty, &mut reader)?;
            reader.finish()?;
            value
        }
        Some(_) => return Err(Error::UnsupportedFormat),
    };
    check(schema, ty, &value)?;
    Ok(value)
}

fn read_text(schema: &Schema, node: NodeIndex, ty: &Type, payload: &[u8]) -> Result<Value, Error> {
    let text = str::from_utf8(payload).map_err(|_| Error::Malformed)?;
    match ty {
        Type::Boolean => match text {
            "0" => Ok(Value::Boolean(false)),
            "1" => Ok(Value::Boolean(true)),
            _ => Err(Violation::WrongType { expected: "0 or 1" }.into()),
        },
        Type::Enumeration { .. } => {
            const NO_NUMBER: Violation = Violation::WrongType { expected: "the number of an enum" };
            let number =
                text::parse_whole(text).and_then(Result::ok).and_then(|whole| i32::try_from(whole.to_i64()?).ok());
            Ok(Value::Enumeration(number.ok_or(NO_NUMBER)?))
        }
        _ => Ok(text::parse(schema, node, text)?),
    }
}

fn read_cbor(schema: &Schema, node: NodeIndex, ty: &Type, reader: &mut Reader<'_>) -> Result<Value, Error> {
    Ok(match ty {
        Type::Binary { .. } => Value::Binary(reader.bytes()?.into_owned().into()),
        Type::Boolean => Value::Boolean(reader.boolean()?),
        Type::Decimal64 { fraction_digits, .. } => {
            Value::Decimal64(from_float(float(reader)?, *fraction_digits).ok_or(Violation::Range)?)
        }
        Type::Empty => {
            reader.null()?;
            Value::Empty
        }
        Type::Enumeration { .. } => Value::Enumeration(i32::try_from(integer(reader)?).map_err(|_| Violation::Range)?),
        Type::Float { .. } => Value::Float(float(reader)?),
        Type::Integer { .. } => {
            // a Time may have the tag of an epoch-based time (RFC 8949 section 3.4.2)
            if reader.peek()? == Kind::Tag && reader.tag()? != 1 {
                return Err(Error::Malformed);
            }
            Value::Integer(integer(reader)?)
        }
        Type::String { .. } => Value::String(reader.text()?.into_owned().into()),
        Type::Unsigned { .. } => match reader.peek()? {
            Kind::Negative => return Err(Violation::Range.into()),
            _ => Value::Unsigned(reader.unsigned()?),
        },
        Type::Bits { .. } | Type::Identityref { .. } | Type::InstanceIdentifier { .. } | Type::Union { .. } => {
            text::parse(schema, node, &reader.text()?)?
        }
        Type::Leafref { target_type, .. } => {
            let target = schema.resolved_type(*target_type).ok_or(NO_LEAF)?;
            match target {
                Type::Leafref { .. } => return Err(NO_LEAF),
                target => read_cbor(schema, node, target, reader)?,
            }
        }
    })
}

fn integer(reader: &mut Reader<'_>) -> Result<i64, Error> {
    Ok(reader.whole()?.to_i64().ok_or(Violation::Range)?)
}

/// A Float, written as a float or as an integer.
fn float(reader: &mut Reader<'_>) -> Result<f64, Error> {
    match reader.peek()? {
        Kind::Unsigned | Kind::Negative => Ok(to_float(integer(reader)?, 0).ok_or(Violation::Range)?),
        _ => Ok(reader.float()?),
    }
}

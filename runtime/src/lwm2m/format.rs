//! One value as text/plain (0) and application/cbor (60).
//!
//! Where a YANG type has no LwM2M type, its lexical form stands for it as a String. Enumerations are Integers,
//! decimal64 is a Float.

use alloc::string::String;
use alloc::vec::Vec;
use core::str;

use super::Error;
use crate::cbor::{Allowed, Kind, Reader, Writer, read_value};
use crate::coap::content_format as formats;
use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{ALL_TYPES, Data, Value, Violation, check, from_float, text, to_float};

const NO_LEAF: Error = Error::Value(Violation::WrongType { expected: "a leaf" });

/// The registered number of a format that has a number of its own in the drafts of LwM2M 1.0, which older servers still
/// send.
pub(super) fn registered(format: u16) -> u16 {
    match format {
        _ if !cfg!(feature = "lwm2m") => format,
        1541 => formats::TEXT_PLAIN,
        1542 => formats::LWM2M_TLV,
        1543 => formats::LWM2M_JSON,
        1544 => formats::OCTET_STREAM,
        _ => format,
    }
}

/// Appends a value.
pub(super) fn write(
    schema: &Schema,
    node: NodeIndex,
    value: &Value,
    format: u16,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    let print = || text::print(schema, node, value).map_err(Error::from);
    let format = registered(format);
    if format == formats::TEXT_PLAIN {
        match value.resolved() {
            // LwM2M's Boolean in text is 0 or 1
            Value::Boolean(value) => out.push(if *value { b'1' } else { b'0' }),
            Value::Enumeration(value) if ALL_TYPES => {
                let mut text = String::new();
                text::push_integer(&mut text, i64::from(*value));
                out.extend_from_slice(text.as_bytes());
            }
            _ => out.extend_from_slice(print()?.as_bytes()),
        }
        return Ok(());
    }
    if cfg!(feature = "lwm2m") && format == formats::OCTET_STREAM {
        // Core section 7.5.2: of an Opaque alone
        let Value::Binary(bytes) = value.resolved() else { return Err(Error::NotAcceptable) };
        out.extend_from_slice(bytes);
        return Ok(());
    }
    let mut writer = Writer::new(out);
    match value.resolved() {
        Value::Boolean(value) => writer.boolean(*value),
        Value::Float(value) => writer.float(*value),
        Value::Integer(value) => writer.integer(*value),
        Value::String(text) => writer.text(text),
        Value::Unsigned(value) => writer.unsigned(*value),
        _ if !ALL_TYPES => return Err(NO_LEAF),
        Value::Binary(bytes) => writer.bytes(bytes),
        Value::Decimal64(mantissa) => {
            let digits = match schema.type_of(node) {
                Some(Type::Decimal64 { fraction_digits, .. }) => *fraction_digits,
                _ => return Err(NO_LEAF),
            };
            writer.float(to_float(*mantissa, -i64::from(digits)).ok_or(Violation::Range)?);
        }
        Value::Empty => writer.null(),
        Value::Enumeration(value) => writer.integer(i64::from(*value)),
        Value::Bits(_) | Value::Identityref(_) | Value::InstanceIdentifier(_) | Value::Union(..) => {
            writer.text(&print()?);
        }
    }
    Ok(())
}

/// Reads a value; without a Content-Format it is text.
pub(super) fn read(schema: &Schema, node: NodeIndex, format: Option<u16>, payload: &[u8]) -> Result<Value, Error> {
    let ty = schema.type_of(node).ok_or(NO_LEAF)?;
    let value = match format.map(registered) {
        None | Some(formats::TEXT_PLAIN) => read_text(schema, node, ty, payload)?,
        Some(formats::CBOR) => {
            let mut reader = Reader::new(payload);
            let value = read_cbor(schema, node, ty, &mut reader)?;
            reader.finish()?;
            value
        }
        Some(formats::OCTET_STREAM) if cfg!(feature = "lwm2m") && matches!(ty, Type::Binary { .. }) => {
            Value::Binary(payload.into())
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
        Type::Enumeration { .. } if ALL_TYPES => {
            const NO_NUMBER: Violation = Violation::WrongType { expected: "the number of an enum" };
            let number =
                text::parse_whole(text).and_then(Result::ok).and_then(|whole| i32::try_from(whole.to_i64()?).ok());
            Ok(Value::Enumeration(number.ok_or(NO_NUMBER)?))
        }
        _ => Ok(text::parse(schema, node, text)?),
    }
}

/// As YANG-CBOR has it, where LwM2M doesn't say otherwise.
fn read_cbor(schema: &Schema, node: NodeIndex, ty: &Type, reader: &mut Reader<'_>) -> Result<Value, Error> {
    match ty {
        Type::Decimal64 { fraction_digits, .. } if ALL_TYPES => {
            let mantissa = from_float(float(reader)?, *fraction_digits).ok_or(Violation::Range)?;
            return Ok(Value::Decimal64(mantissa));
        }
        Type::Float { .. } => return Ok(Value::Float(float(reader)?)),
        Type::Bits { .. } | Type::Identityref { .. } | Type::InstanceIdentifier { .. } | Type::Union { .. }
            if ALL_TYPES =>
        {
            return Ok(text::parse(schema, node, &reader.text()?)?);
        }
        // a Time may have the tag of an epoch-based time (RFC 8949 section 3.4.2)
        Type::Integer { .. } if reader.peek()? == Kind::Tag && reader.tag()? != 1 => return Err(Error::Malformed),
        _ => {}
    }
    match read_value(schema, node, Allowed::Data, reader)? {
        Data::Leaf(value) => Ok(value),
        _ => Err(NO_LEAF),
    }
}

/// A Float, written as a float or as an integer.
fn float(reader: &mut Reader<'_>) -> Result<f64, Error> {
    match reader.peek()? {
        Kind::Unsigned | Kind::Negative => {
            let integer = reader.whole()?.to_i64();
            Ok(integer.and_then(|integer| to_float(integer, 0)).ok_or(Violation::Range)?)
        }
        _ => Ok(reader.float()?),
    }
}

#[cfg(all(test, feature = "lwm2m"))]
mod tests {
    use super::*;

    #[test]
    fn each_number_of_the_drafts_is_the_format_of_its_registered_one() {
        let numbers = [(1541, 0), (1542, 11542), (1543, 11543), (1544, 42)];
        assert_eq!(numbers.map(|(draft, _)| registered(draft)), numbers.map(|(_, registered)| registered));
        // the others stand for themselves, those beside the drafts', too
        for format in [0, 42, 60, 110, 112, 1540, 1545, 11542, 11543, 11544] {
            assert_eq!(registered(format), format);
        }
    }
}

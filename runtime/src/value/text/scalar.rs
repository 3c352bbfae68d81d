//! Values as text: canonical when printed (RFC 7950 section 9), any lexical form when parsed.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::number::{parse_digits, parse_whole, push_ascii, push_decimal, push_integer, push_unsigned, say};
use super::{PathForm, base64, by_name};
use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{ALL_TYPES, InstanceIdentifier, Value, Violation, Whole, check, float, positions, rescale, wrong};

/// The canonical form of the value of a leaf, or of one entry of a leaf-list. Identities are qualified.
///
/// # Errors
///
/// A value that is not of the node's type.
pub fn print(schema: &Schema, node: NodeIndex, value: &Value) -> Result<String, Violation> {
    const NO_LEAF: Violation = Violation::WrongType { expected: "a leaf" };
    let ty = schema.type_of(node).ok_or(NO_LEAF)?;
    print_as(schema, ty, value).ok_or_else(|| wrong(ty))
}

/// The value that a text stands for as value of a leaf, or of one entry of a leaf-list. Of a union, the first member
/// that takes it. An identity without module is of the leaf's.
///
/// # Errors
///
/// A text that is no value of the node's type.
pub fn parse(schema: &Schema, node: NodeIndex, text: &str) -> Result<Value, Violation> {
    parse_at_depth(schema, node, text, 0)
}

/// As [`parse`], within the keys of so many instance-identifiers.
pub(super) fn parse_at_depth(schema: &Schema, node: NodeIndex, text: &str, depth: u8) -> Result<Value, Violation> {
    const NO_LEAF: Violation = Violation::WrongType { expected: "a leaf" };
    parse_in(schema, node, schema.type_of(node).ok_or(NO_LEAF)?, text, depth)
}

pub(crate) fn print_as(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    let mut out = String::new();
    push_as(schema, ty, value, &mut out)?;
    Some(out)
}

fn push_as(schema: &Schema, ty: &Type, value: &Value, out: &mut String) -> Option<()> {
    match (ty, value) {
        (Type::Boolean, Value::Boolean(value)) => say(out, if *value { "true" } else { "false" }),
        (Type::Float { .. }, Value::Float(value)) => float::print(*value, out),
        (Type::Integer { .. }, Value::Integer(value)) => push_integer(out, *value),
        (Type::Leafref { target_type, .. }, value) => {
            return push_as(schema, schema.resolved_type(*target_type)?, value, out);
        }
        (Type::String { .. }, Value::String(text)) => say(out, text),
        (Type::Unsigned { .. }, Value::Unsigned(value)) => push_unsigned(out, *value),
        _ if !ALL_TYPES => return None,
        (Type::Binary { .. }, Value::Binary(bytes)) => base64::push(bytes, out),
        (Type::Bits { bits }, Value::Bits(set)) => {
            for position in positions(set) {
                let row = bits.binary_search_by_key(&position, |bit| bit.position).ok()?;
                if !out.is_empty() {
                    push_ascii(out, b' ');
                }
                say(out, bits.get(row)?.name);
            }
        }
        (Type::Decimal64 { fraction_digits, .. }, Value::Decimal64(mantissa)) => {
            push_decimal(out, *mantissa, *fraction_digits);
        }
        (Type::Empty, Value::Empty) => {}
        (Type::Enumeration { enums }, Value::Enumeration(value)) => {
            let row = enums.binary_search_by_key(value, |row| row.value).ok()?;
            say(out, enums.get(row)?.name);
        }
        (Type::Identityref { .. }, Value::Identityref(identity)) => {
            *out = (by_name(schema)?.print_identity)(schema, *identity, None);
        }
        (Type::InstanceIdentifier { .. }, Value::InstanceIdentifier(instance)) => {
            *out = (by_name(schema)?.print_instance)(schema, instance, PathForm::Predicates);
        }
        (Type::Union { members }, Value::Union(member, value)) => {
            return push_as(schema, schema.resolved_type(*members.get(usize::from(*member))?)?, value, out);
        }
        _ => return None,
    }
    Some(())
}

pub(crate) fn parse_as(schema: &Schema, node: NodeIndex, ty: &Type, text: &str) -> Result<Value, Violation> {
    parse_in(schema, node, ty, text, 0)
}

fn parse_in(schema: &Schema, node: NodeIndex, ty: &Type, text: &str, depth: u8) -> Result<Value, Violation> {
    let value = match ty {
        Type::Boolean => Value::Boolean(match text {
            "true" => true,
            "false" => false,
            _ => return Err(wrong(ty)),
        }),
        Type::Float { .. } => Value::Float(float::parse(text).ok_or_else(|| wrong(ty))?),
        Type::Integer { .. } => Value::Integer(integer(text, ty)?.to_i64().ok_or(Violation::Range)?),
        Type::Leafref { target_type, .. } => {
            let target = schema.resolved_type(*target_type).ok_or_else(|| wrong(ty))?;
            return parse_in(schema, node, target, text, depth);
        }
        Type::String { .. } => Value::String(text.into()),
        Type::Unsigned { .. } => match integer(text, ty)? {
            Whole { negative: true, magnitude: 1.. } => return Err(Violation::Range),
            whole => Value::Unsigned(whole.magnitude),
        },
        _ if !ALL_TYPES => return Err(wrong(ty)),
        Type::Binary { .. } => Value::Binary(base64::decode(text).ok_or_else(|| wrong(ty))?.into()),
        Type::Bits { bits } => {
            let mut set = Vec::new();
            for name in text.split_ascii_whitespace() {
                let bit = bits.iter().find(|bit| bit.name == name).ok_or(Violation::UnknownName)?;
                let place = bit.position as usize / 8;
                if set.len() <= place {
                    set.resize(place + 1, 0_u8);
                }
                if let Some(byte) = set.get_mut(place) {
                    *byte |= 1 << (bit.position % 8);
                }
            }
            Value::Bits(set.into())
        }
        Type::Decimal64 { fraction_digits, .. } => {
            let (mantissa, digits) = parse_digits(text, true).ok_or_else(|| wrong(ty))??;
            Value::Decimal64(rescale(mantissa, -digits, *fraction_digits).ok_or(Violation::Range)?)
        }
        Type::Empty if text.is_empty() => Value::Empty,
        Type::Empty => return Err(wrong(ty)),
        Type::Enumeration { enums } => {
            Value::Enumeration(enums.iter().find(|row| row.name == text).ok_or(Violation::UnknownName)?.value)
        }
        Type::Identityref { .. } => {
            let found = by_name(schema).and_then(|names| (names.identity)(schema, node, text));
            Value::Identityref(found.ok_or(Violation::UnknownName)?)
        }
        Type::InstanceIdentifier { .. } if depth < InstanceIdentifier::MAX_NESTING => {
            let names = by_name(schema).ok_or(Violation::Instance)?;
            let instance = (names.instance)(schema, text, depth + 1).map_err(|_| Violation::Instance)?;
            Value::InstanceIdentifier(Box::new(instance))
        }
        Type::InstanceIdentifier { .. } => return Err(Violation::Instance),
        Type::Union { members } => {
            let mut taken = (0_u16..).zip(*members).filter_map(|(place, member)| {
                let value = parse_in(schema, node, schema.resolved_type(*member)?, text, depth).ok()?;
                Some(Value::Union(place, Box::new(value)))
            });
            return taken.next().ok_or(Violation::NotInUnion);
        }
    };
    check(schema, ty, &value).map(|()| value)
}

fn integer(text: &str, ty: &Type) -> Result<Whole, Violation> {
    parse_whole(text).ok_or_else(|| wrong(ty))?
}

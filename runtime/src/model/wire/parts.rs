//! What the bodies of generated `take` and `put` are made of: each kind of node and type has a way in and a way out.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Entry, Wire};
use crate::cbor::{Cursor, EncodeError, Writer};
use crate::model::{Decimal64, FromValue};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Lent, Value, Violation};

/// How many values of a leaf-list are compared with each other.
const FEW: usize = 64;

/// A place for so many, as far as it is small: what a payload says is not trusted further.
fn places<T>(count: usize) -> Vec<T> {
    const BYTES: usize = 4096;
    Vec::with_capacity(count.min(BYTES / size_of::<T>().max(1)))
}

/// A text of any length.
#[inline]
pub fn text<'a>(cursor: &mut Cursor<'a>) -> Option<Cow<'a, str>> {
    cursor.text().map(Cow::Borrowed)
}

/// A text whose type restricts it.
#[inline]
pub fn restricted_text<'a>(cursor: &mut Cursor<'a>, schema: &Schema, node: NodeIndex) -> Option<Cow<'a, str>> {
    cursor.restricted_text(schema, node).map(Cow::Borrowed)
}

/// Bytes of any length.
#[inline]
pub fn bytes<'a>(cursor: &mut Cursor<'a>) -> Option<Cow<'a, [u8]>> {
    cursor.bytes().map(Cow::Borrowed)
}

/// Bytes whose type restricts them.
#[inline]
pub fn restricted_bytes<'a>(cursor: &mut Cursor<'a>, schema: &Schema, node: NodeIndex) -> Option<Cow<'a, [u8]>> {
    cursor.restricted_bytes(schema, node).map(Cow::Borrowed)
}

/// A decimal64.
#[inline]
pub fn decimal<const DIGITS: u8>(cursor: &mut Cursor<'_>, ranges: &[(i64, i64)]) -> Option<Decimal64<DIGITS>> {
    cursor.decimal(DIGITS, ranges).map(Decimal64::from_mantissa)
}

/// An enum by its value.
#[inline]
pub fn enumeration<T: for<'v> FromValue<'v>>(cursor: &mut Cursor<'_>) -> Option<T> {
    T::from_value(&Value::Enumeration(cursor.integer(&[])?))
}

/// A value of any other type.
pub fn value<T: for<'v> FromValue<'v>>(cursor: &mut Cursor<'_>, schema: &Schema, node: NodeIndex) -> Option<T> {
    T::from_value(&cursor.value(schema, node)?)
}

/// Anydata or anyxml.
pub fn any(cursor: &mut Cursor<'_>, schema: &Schema, node: NodeIndex) -> Option<Vec<u8>> {
    cursor.any(schema, node).map(<[u8]>::into_vec)
}

/// The values of a leaf-list; of configuration no value comes twice (RFC 7950 section 7.7).
#[inline]
pub fn leaf_list<'a, T: PartialEq>(
    cursor: &mut Cursor<'a>,
    unique: bool,
    take: impl Fn(&mut Cursor<'a>) -> Option<T>,
) -> Option<Vec<T>> {
    let count = cursor.array()?;
    // each is compared with all before it: of more, the schema's reader keeps an order
    if unique && count > FEW {
        return None;
    }
    let mut values = places(count);
    for _ in 0..count {
        let value = take(cursor)?;
        if unique && values.contains(&value) {
            return None;
        }
        values.push(value);
    }
    cursor.close();
    Some(values)
}

/// The entries of a list without keys.
#[inline]
pub fn keyless<'a, T: Wire<'a>>(cursor: &mut Cursor<'a>) -> Option<Vec<T>> {
    let count = cursor.array()?;
    let mut entries = places(count);
    for _ in 0..count {
        entries.push(T::take(cursor)?);
    }
    cursor.close();
    Some(entries)
}

/// The entries of a list with keys, none twice; in the order of their keys unless the user orders them.
#[inline]
pub fn list<'a, T: Entry<'a>>(cursor: &mut Cursor<'a>) -> Option<Vec<T>> {
    let count = cursor.array()?;
    let mut entries: Vec<T> = places(count);
    let mut ascending = true;
    for _ in 0..count {
        let entry = T::take(cursor)?;
        ascending = ascending && entries.last().is_none_or(|last| last.order(&entry).is_lt());
        entries.push(entry);
    }
    cursor.close();
    if !ascending && !settle(&mut entries) {
        return None;
    }
    Some(entries)
}

/// Puts entries into their order; false where two have the same keys.
fn settle<'a, T: Entry<'a>>(entries: &mut [T]) -> bool {
    if T::USER_ORDERED {
        let mut sorted: Vec<&T> = entries.iter().collect();
        sorted.sort_by(|own, other| own.order(other));
        return sorted.is_sorted_by(|own, other| own.order(other).is_lt());
    }
    entries.sort_by(T::order);
    entries.is_sorted_by(|own, other| own.order(other).is_lt())
}

#[cold]
#[inline(never)]
fn refuse(node: NodeIndex, violation: Violation) -> EncodeError {
    EncodeError::Value { node, violation }
}

#[inline(always)]
fn within<N: PartialOrd>(node: NodeIndex, ranges: &[(N, N)], number: N) -> Result<(), EncodeError> {
    if ranges.is_empty() || ranges.iter().any(|(least, most)| number >= *least && number <= *most) {
        Ok(())
    } else {
        Err(refuse(node, Violation::Range))
    }
}

/// Writes an unsigned integer.
///
/// # Errors
/// A number outside its ranges.
#[inline]
pub fn put_unsigned(
    writer: &mut Writer<'_>,
    node: NodeIndex,
    ranges: &[(u64, u64)],
    number: impl Into<u64>,
) -> Result<(), EncodeError> {
    let number = number.into();
    within(node, ranges, number)?;
    writer.unsigned(number);
    Ok(())
}

/// Writes an integer.
///
/// # Errors
/// A number outside its ranges.
#[inline]
pub fn put_integer(
    writer: &mut Writer<'_>,
    node: NodeIndex,
    ranges: &[(i64, i64)],
    number: impl Into<i64>,
) -> Result<(), EncodeError> {
    let number = number.into();
    within(node, ranges, number)?;
    writer.integer(number);
    Ok(())
}

/// Writes a decimal64.
///
/// # Errors
/// A number outside its ranges.
#[inline]
pub fn put_decimal<const DIGITS: u8>(
    writer: &mut Writer<'_>,
    node: NodeIndex,
    ranges: &[(i64, i64)],
    number: Decimal64<DIGITS>,
) -> Result<(), EncodeError> {
    within(node, ranges, number.mantissa())?;
    writer.decimal(DIGITS, number.mantissa());
    Ok(())
}

/// Writes a text whose type restricts it.
///
/// # Errors
/// Where it is not of the type.
pub fn put_text(writer: &mut Writer<'_>, schema: &Schema, node: NodeIndex, text: &str) -> Result<(), EncodeError> {
    writer.checked(schema, node, &Lent::String(text))
}

/// Writes bytes whose type restricts them.
///
/// # Errors
/// Where they are not of the type.
pub fn put_bytes(writer: &mut Writer<'_>, schema: &Schema, node: NodeIndex, bytes: &[u8]) -> Result<(), EncodeError> {
    writer.checked(schema, node, &Lent::Binary(bytes))
}

/// Writes a value of any other type.
///
/// # Errors
/// Where it is not of the type.
pub fn put_value(
    writer: &mut Writer<'_>,
    schema: &Schema,
    node: NodeIndex,
    value: impl Into<Value>,
) -> Result<(), EncodeError> {
    writer.checked(schema, node, &Lent::Value(value.into()))
}

/// Writes the entries of a list.
///
/// # Errors
/// As the entries.
#[inline]
pub fn put_list<'a, T: Wire<'a>>(writer: &mut Writer<'_>, entries: &[T]) -> Result<(), EncodeError> {
    writer.array(entries.len());
    entries.iter().try_for_each(|entry| entry.put(writer))
}

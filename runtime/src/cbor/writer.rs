//! Writing CBOR: shortest heads, definite lengths (RFC 8949 section 4.2.1).

use alloc::vec::Vec;

use super::head::{self, major};
use super::value::write_typed;
use super::{EncodeError, Identifiers};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Lent, check_lent};

/// Writes CBOR at the end of a buffer.
///
/// ```
/// use comi_runtime::cbor::Writer;
///
/// let mut bytes = Vec::new();
/// let mut writer = Writer::new(&mut bytes);
/// let map = writer.open();
/// writer.unsigned(1752);
/// writer.text("a");
/// writer.close_map(map, 1);
/// assert_eq!(bytes, [0xa1, 0x19, 0x06, 0xd8, 0x61, 0x61]);
/// ```
#[derive(Debug)]
pub struct Writer<'b> {
    out: &'b mut Vec<u8>,
}

/// An array or map whose number of entries is told when it is closed.
#[derive(Clone, Copy, Debug)]
#[must_use = "what was opened is closed"]
pub struct Open {
    /// Where its head stands.
    head: usize,
}

impl Open {
    /// Where the first entry starts.
    pub(super) fn content(self) -> usize {
        self.head + 1
    }
}

impl<'b> Writer<'b> {
    /// A writer that appends to `out`.
    pub fn new(out: &'b mut Vec<u8>) -> Writer<'b> {
        Writer { out }
    }

    /// How long the buffer is.
    #[must_use]
    pub fn position(&self) -> usize {
        self.out.len()
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self, value: u64) {
        self.head(major::UNSIGNED, value);
    }

    /// An integer.
    pub fn integer(&mut self, value: i64) {
        match u64::try_from(value) {
            Ok(value) => self.head(major::UNSIGNED, value),
            Err(_) => self.head(major::NEGATIVE, value.unsigned_abs() - 1),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self, value: bool) {
        self.simple(if value { head::TRUE } else { head::FALSE });
    }

    /// `null`.
    pub fn null(&mut self) {
        self.simple(head::NULL);
    }

    /// A simple value.
    pub fn simple(&mut self, value: u8) {
        self.head(major::SIMPLE, u64::from(value));
    }

    /// A floating-point number, in the shortest form that keeps its value.
    pub fn float(&mut self, value: f64) {
        let (bytes, length) = head::float(value);
        self.out.extend_from_slice(bytes.get(..length).unwrap_or_default());
    }

    /// A byte string.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.head(major::BYTES, bytes.len() as u64);
        self.out.extend_from_slice(bytes);
    }

    /// A text string.
    pub fn text(&mut self, text: &str) {
        self.head(major::TEXT, text.len() as u64);
        self.out.extend_from_slice(text.as_bytes());
    }

    /// A tag; its content is written next.
    pub fn tag(&mut self, tag: u64) {
        self.head(major::TAG, tag);
    }

    /// The head of an array.
    pub fn array(&mut self, length: usize) {
        self.head(major::ARRAY, length as u64);
    }

    /// The head of a map of so many pairs.
    pub fn map(&mut self, length: usize) {
        self.head(major::MAP, length as u64);
    }

    /// A decimal fraction (RFC 9254 section 6.3), of 1 to 18 digits behind the point.
    #[inline]
    pub fn decimal(&mut self, digits: u8, mantissa: i64) {
        let exponent = (major::NEGATIVE << 5).wrapping_add(digits).wrapping_sub(1);
        self.out.extend_from_slice(&[major::TAG << 5 | 4, major::ARRAY << 5 | 2, exponent]);
        self.integer(mantissa);
    }

    /// The value of a leaf, checked against its type.
    pub(crate) fn checked(&mut self, schema: &Schema, node: NodeIndex, value: &Lent<'_>) -> Result<(), EncodeError> {
        let row = schema.node(node).ok_or(EncodeError::Misplaced(node))?;
        let ty = schema.type_of(node).ok_or(EncodeError::Misplaced(node))?;
        check_lent(schema, ty, value).map_err(|violation| EncodeError::Value { node, violation })?;
        match value {
            Lent::Binary(bytes) => self.bytes(bytes),
            Lent::String(text) => self.text(text),
            Lent::Value(value) => write_typed(schema, node, row, value, Identifiers::Sids, self)?,
        }
        Ok(())
    }

    /// Data items that are encoded already.
    pub fn raw(&mut self, items: &[u8]) {
        self.out.extend_from_slice(items);
    }

    /// Opens an array or map of unknown length.
    pub fn open(&mut self) -> Open {
        let head = self.out.len();
        self.out.push(0);
        Open { head }
    }

    /// Closes an array of so many items.
    pub fn close_array(&mut self, open: Open, length: usize) {
        self.close(open, major::ARRAY, length);
    }

    /// Closes a map of so many pairs.
    pub fn close_map(&mut self, open: Open, length: usize) {
        self.close(open, major::MAP, length);
    }

    /// What was written between two places.
    pub(super) fn between(&self, start: usize, end: usize) -> &[u8] {
        self.out.get(start..end).unwrap_or_default()
    }

    /// What was written from a place on, to be put into order.
    pub(super) fn since_mut(&mut self, start: usize) -> &mut [u8] {
        self.out.get_mut(start..).unwrap_or_default()
    }

    /// Takes back what was written from a place on.
    pub(super) fn truncate(&mut self, length: usize) {
        self.out.truncate(length);
    }

    fn close(&mut self, open: Open, major: u8, length: usize) {
        let (head, head_length) = shortest(major, length as u64);
        let end = self.out.len();
        if open.head >= end {
            return;
        }
        if head_length > 1 {
            self.out.resize(end + head_length - 1, 0);
            self.out.copy_within(open.content()..end, open.head + head_length);
        }
        for (byte, own) in self.out.iter_mut().skip(open.head).zip(head.iter().take(head_length)) {
            *byte = *own;
        }
    }

    /// A head of this major type.
    pub(super) fn head(&mut self, major: u8, argument: u64) {
        match u8::try_from(argument) {
            Ok(argument @ 0..=23) => self.out.push(major << 5 | argument),
            Ok(argument) => self.out.extend_from_slice(&[major << 5 | 24, argument]),
            Err(_) => {
                let (head, length) = shortest(major, argument);
                self.out.extend_from_slice(head.get(..length).unwrap_or_default());
            }
        }
    }
}

/// The shortest head of an argument, and its length.
fn shortest(major: u8, argument: u64) -> ([u8; 9], usize) {
    let [.., b7, b6, b5, b4, b3, b2, b1, b0] = argument.to_be_bytes();
    let first = major << 5;
    match argument {
        0..=23 => ([first | b0, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        24..=0xff => ([first | 24, b0, 0, 0, 0, 0, 0, 0, 0], 2),
        0x100..=0xffff => ([first | 25, b1, b0, 0, 0, 0, 0, 0, 0], 3),
        0x1_0000..=0xffff_ffff => ([first | 26, b3, b2, b1, b0, 0, 0, 0, 0], 5),
        _ => ([first | 27, b7, b6, b5, b4, b3, b2, b1, b0], 9),
    }
}

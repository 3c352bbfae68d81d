//! Payloads in the form that nearly all have: a step ahead of [`Reader`].
//!
//! A [`Cursor`] takes definite lengths, SIDs as keys and plain values, and answers `None` to everything else, legal or
//! not: the schema's reader, which knows all forms and says what is wrong, then reads the same bytes from the start. So
//! generated code is short, and there is one place that decides what is refused. Read [`Cursor::entry`] first.

use alloc::boxed::Box;

use super::head::{self, major};
use super::reader::Reader;
use super::scalar::read_leaf;
use super::{any, tag};
use crate::schema::{NodeIndex, Schema};
use crate::value::{Lent, Value, check_lent};

/// Reads what is in its commonest form.
///
/// ```
/// use comi_runtime::cbor::{Cursor, Reader};
///
/// // {60000: {1: "a"}}
/// let mut cursor = Cursor::at(&Reader::new(&[0xa1, 0x19, 0xea, 0x60, 0xa1, 0x01, 0x61, 0x61]));
/// assert_eq!(cursor.map(), Some(1));
/// assert_eq!(cursor.key(0), Some(60_000));
/// assert_eq!(cursor.map(), Some(1));
/// assert_eq!(cursor.key(60_000), Some(60_001));
/// assert_eq!(cursor.text(), Some("a"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    /// How many more arrays and maps may be opened.
    depth: u8,
    /// Where the input was when the cursor began.
    begin: Reader<'a>,
}

impl<'a> Cursor<'a> {
    /// A cursor where a reader is.
    #[must_use]
    #[inline]
    pub fn at(reader: &Reader<'a>) -> Cursor<'a> {
        Cursor { rest: reader.rest(), depth: reader.depth_left(), begin: *reader }
    }

    /// The reader that goes on where the cursor is.
    #[must_use]
    #[inline]
    pub fn reader(&self) -> Reader<'a> {
        self.begin.moved(self.begin.rest().len() - self.rest.len(), self.depth)
    }

    /// Whether the input is used up.
    #[must_use]
    #[inline]
    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// How many bytes are left.
    #[must_use]
    #[inline]
    pub fn left(&self) -> usize {
        self.rest.len()
    }

    /// The argument of a head of this major type.
    #[inline(always)]
    fn head(&mut self, major: u8) -> Option<u64> {
        let (initial, rest) = self.rest.split_first()?;
        let info = *initial ^ major << 5;
        if info < 24 {
            self.rest = rest;
            return Some(u64::from(info));
        }
        if info == 24 {
            let (argument, rest) = rest.split_first()?;
            self.rest = rest;
            return Some(u64::from(*argument));
        }
        self.wide_head(major)
    }

    #[inline(never)]
    fn wide_head(&mut self, major: u8) -> Option<u64> {
        let (head, length) = head::parse(self.rest).ok()?;
        if head.major() != major || head.is_indefinite() {
            return None;
        }
        self.rest = self.rest.get(length..)?;
        Some(head.argument)
    }

    /// Opens a map, and tells how many pairs it has; each takes two bytes at least.
    #[inline]
    pub fn map(&mut self) -> Option<usize> {
        self.open(major::MAP)
    }

    /// Opens an array, and tells how many items it has.
    #[inline]
    pub fn array(&mut self) -> Option<usize> {
        self.open(major::ARRAY)
    }

    #[inline(always)]
    fn open(&mut self, major: u8) -> Option<usize> {
        let count = usize::try_from(self.head(major)?).ok()?;
        self.depth = self.depth.checked_sub(1)?;
        (count <= self.rest.len()).then_some(count)
    }

    /// Closes the array or map that was opened last.
    #[inline]
    pub fn close(&mut self) {
        self.depth = self.depth.saturating_add(1);
    }

    /// The SID that a key stands for: a delta to `reference`, or tag 47 and the SID (RFC 9254 section 3.2).
    #[inline]
    pub fn key(&mut self, reference: u32) -> Option<u32> {
        match self.rest.first()? >> 5 {
            major::UNSIGNED => {
                let delta = u32::try_from(self.head(major::UNSIGNED)?).ok()?;
                reference.checked_add(delta)
            }
            major::NEGATIVE => {
                let below = u32::try_from(self.head(major::NEGATIVE)?).ok()?;
                reference.checked_sub(below)?.checked_sub(1)
            }
            major::TAG if self.head(major::TAG)? == tag::SID => u32::try_from(self.head(major::UNSIGNED)?).ok(),
            _ => None,
        }
    }

    /// A text of definite length.
    #[inline]
    pub fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.string(major::TEXT)?).ok()
    }

    /// Bytes of definite length.
    #[inline]
    pub fn bytes(&mut self) -> Option<&'a [u8]> {
        self.string(major::BYTES)
    }

    #[inline(always)]
    fn string(&mut self, major: u8) -> Option<&'a [u8]> {
        let length = usize::try_from(self.head(major)?).ok()?;
        let (string, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(string)
    }

    /// `true` or `false`.
    #[inline]
    pub fn boolean(&mut self) -> Option<bool> {
        let (initial, rest) = self.rest.split_first()?;
        self.rest = rest;
        match *initial {
            0xf4 => Some(false),
            0xf5 => Some(true),
            _ => None,
        }
    }

    /// `null`, the value of a leaf of type empty.
    #[inline]
    pub fn null(&mut self) -> Option<()> {
        let (initial, rest) = self.rest.split_first()?;
        self.rest = rest;
        (*initial == 0xf6).then_some(())
    }

    /// An unsigned integer within ranges; no range at all allows all.
    #[inline]
    pub fn unsigned<N: TryFrom<u64>>(&mut self, ranges: &[(u64, u64)]) -> Option<N> {
        let number = self.head(major::UNSIGNED)?;
        within(ranges, number).then(|| N::try_from(number).ok())?
    }

    /// An integer within ranges.
    #[inline]
    pub fn integer<N: TryFrom<i64>>(&mut self, ranges: &[(i64, i64)]) -> Option<N> {
        let number = match self.rest.first()? >> 5 {
            major::UNSIGNED => i64::try_from(self.head(major::UNSIGNED)?).ok()?,
            _ => -1 - i64::try_from(self.head(major::NEGATIVE)?).ok()?,
        };
        within(ranges, number).then(|| N::try_from(number).ok())?
    }

    /// The mantissa of a decimal fraction that has the exponent of its type (RFC 9254 section 6.3).
    #[inline]
    pub fn decimal(&mut self, digits: u8, ranges: &[(i64, i64)]) -> Option<i64> {
        let (head, rest) = self.rest.split_at_checked(3)?;
        // readings 7: 1 to 18 digits fit the exponent's head
        if *head
            != [major::TAG << 5 | 4, major::ARRAY << 5 | 2, (major::NEGATIVE << 5).wrapping_add(digits).wrapping_sub(1)]
        {
            return None;
        }
        self.rest = rest;
        self.integer(ranges)
    }

    /// A text whose type restricts it.
    #[inline(never)]
    pub fn restricted_text(&mut self, schema: &Schema, node: NodeIndex) -> Option<&'a str> {
        let text = self.text()?;
        check_lent(schema, schema.type_of(node)?, &Lent::String(text)).ok()?;
        Some(text)
    }

    /// Bytes whose type restricts them.
    #[inline(never)]
    pub fn restricted_bytes(&mut self, schema: &Schema, node: NodeIndex) -> Option<&'a [u8]> {
        let bytes = self.bytes()?;
        check_lent(schema, schema.type_of(node)?, &Lent::Binary(bytes)).ok()?;
        Some(bytes)
    }

    /// The value of a leaf, or of one entry of a leaf-list, of any type.
    #[inline(never)]
    pub fn value(&mut self, schema: &Schema, node: NodeIndex) -> Option<Value> {
        let mut reader = self.reader();
        let value = read_leaf(schema, node, &mut reader).ok()?.into_value();
        self.rest = reader.rest();
        Some(value)
    }

    /// The value of an anydata or anyxml node.
    #[inline(never)]
    pub fn any(&mut self, schema: &Schema, node: NodeIndex) -> Option<Box<[u8]>> {
        let mut reader = self.reader();
        let reference = i64::from(schema.node(node)?.sid);
        let cbor = any::read(schema, node, reference, &mut reader).ok()?;
        self.rest = reader.rest();
        Some(cbor)
    }
}

#[inline(always)]
fn within<N: PartialOrd>(ranges: &[(N, N)], number: N) -> bool {
    ranges.is_empty() || ranges.iter().any(|(least, most)| number >= *least && number <= *most)
}

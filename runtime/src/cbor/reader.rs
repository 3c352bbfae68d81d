//! Reading CBOR: strings are lent from the input, the position is known, depth is counted.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{Error, Malformed, Reason};
use super::head::{self, Head, major};
use crate::value::Whole;

/// What kind of data item comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An array.
    Array,
    /// `true` or `false`.
    Boolean,
    /// A byte string.
    Bytes,
    /// A floating-point number.
    Float,
    /// A map.
    Map,
    /// A negative integer.
    Negative,
    /// `null`.
    Null,
    /// Another simple value, or a break.
    Simple,
    /// A tag.
    Tag,
    /// A text string.
    Text,
    /// An unsigned integer.
    Unsigned,
}

/// Reads CBOR from a slice.
///
/// Copying a reader keeps a place to come back to.
///
/// ```
/// use comi_runtime::cbor::Reader;
///
/// let mut reader = Reader::new(&[0x82, 0x01, 0x61, 0x61]);
/// let mut items = reader.array()?;
/// assert!(items.more(&mut reader)?);
/// assert_eq!(reader.unsigned()?, 1);
/// assert!(items.more(&mut reader)?);
/// assert_eq!(reader.text()?, "a");
/// assert!(!items.more(&mut reader)?);
/// reader.finish()?;
/// # Ok::<(), comi_runtime::cbor::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    input: &'a [u8],
    position: usize,
    depth: u8,
    max_depth: u8,
    /// How many instance-identifiers are being read, each in a key of the one before.
    pub(super) nested: u8,
}

/// The rest of an array or map that is being read.
#[derive(Clone, Copy, Debug)]
pub struct Items {
    /// Items (of a map: pairs) that are left; `None` when a break ends them.
    left: Option<usize>,
}

impl Items {
    /// Whether another item (of a map: another pair) follows; ends the array or map when none does.
    #[cfg_attr(feature = "std", inline(always))]
    pub fn more(&mut self, reader: &mut Reader<'_>) -> Result<bool, Error> {
        let more = match &mut self.left {
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
            None => !reader.take_break()?,
        };
        if !more {
            reader.depth = reader.depth.saturating_sub(1);
        }
        Ok(more)
    }
}

impl<'a> Reader<'a> {
    /// How deep arrays, maps and tags may be nested unless said otherwise.
    pub const MAX_DEPTH: u8 = 32;

    /// A reader at the start of `input`.
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Reader<'a> {
        Reader { input, position: 0, depth: 0, max_depth: Reader::MAX_DEPTH, nested: 0 }
    }

    /// The same reader with another limit on depth.
    #[must_use]
    pub const fn with_max_depth(mut self, max_depth: u8) -> Reader<'a> {
        self.max_depth = max_depth;
        self
    }

    /// The same reader at another place of its input, where it was at this depth.
    pub(super) const fn at(&self, position: usize) -> Reader<'a> {
        Reader { position, ..*self }
    }

    /// How many more levels may be opened.
    pub(super) const fn depth_left(&self) -> u8 {
        self.max_depth.saturating_sub(self.depth)
    }

    /// The same reader further on, where so many levels may be opened.
    pub(super) fn moved(&self, bytes: usize, depth_left: u8) -> Reader<'a> {
        let depth = self.max_depth.saturating_sub(depth_left);
        Reader { position: self.position.saturating_add(bytes), depth, ..*self }
    }

    /// The bytes of the text at a place, where it is short.
    pub(super) fn short_text_at(&self, position: usize) -> Option<&'a [u8]> {
        let (initial, rest) = self.input.get(position..)?.split_first()?;
        if *initial >> 5 == major::TEXT {
            rest.get(..usize::from(initial & 31)).filter(|_| initial & 31 < 24)
        } else {
            None
        }
    }

    /// How many bytes were read.
    #[must_use]
    pub const fn position(&self) -> usize {
        self.position
    }

    /// Whether the input is used up.
    #[must_use]
    pub const fn is_at_end(&self) -> bool {
        self.position >= self.input.len()
    }

    /// Refuses bytes that were not read.
    pub fn finish(&self) -> Result<(), Error> {
        if self.is_at_end() { Ok(()) } else { Err(Error::new(self.position, Reason::TrailingBytes)) }
    }

    /// What comes next; nothing is consumed.
    pub fn peek(&self) -> Result<Kind, Error> {
        let Some(initial) = self.input.get(self.position) else {
            return Err(Error::malformed(self.position, Malformed::EndOfInput));
        };
        Ok(match initial >> 5 {
            major::UNSIGNED => Kind::Unsigned,
            major::NEGATIVE => Kind::Negative,
            major::BYTES => Kind::Bytes,
            major::TEXT => Kind::Text,
            major::ARRAY => Kind::Array,
            major::MAP => Kind::Map,
            major::TAG => Kind::Tag,
            _ => match initial & 31 {
                head::FALSE | head::TRUE => Kind::Boolean,
                head::NULL => Kind::Null,
                25..=27 => Kind::Float,
                _ => Kind::Simple,
            },
        })
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        let head = self.expect(major::UNSIGNED, "an unsigned integer")?;
        Ok(head.argument)
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i128, Error> {
        let start = self.position;
        let head = self.head()?;
        match head.major() {
            major::UNSIGNED => Ok(i128::from(head.argument)),
            major::NEGATIVE => Ok(-1 - i128::from(head.argument)),
            _ => Err(unexpected(start, head, "an integer")),
        }
    }

    /// An integer as sign and magnitude, which needs no arithmetic beyond 64 bits.
    pub(crate) fn whole(&mut self) -> Result<Whole, Error> {
        let start = self.position;
        let head = self.head()?;
        head.whole().ok_or_else(|| unexpected(start, head, "an integer"))
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, Error> {
        let start = self.position;
        let head = self.head()?;
        match head.simple() {
            Some(head::TRUE) => Ok(true),
            Some(head::FALSE) => Ok(false),
            _ => Err(unexpected(start, head, "a boolean")),
        }
    }

    /// `null`.
    pub fn null(&mut self) -> Result<(), Error> {
        let start = self.position;
        let head = self.head()?;
        if head.simple() == Some(head::NULL) { Ok(()) } else { Err(unexpected(start, head, "null")) }
    }

    /// A floating-point number.
    pub fn float(&mut self) -> Result<f64, Error> {
        let start = self.position;
        let head = self.head()?;
        head.float().ok_or_else(|| unexpected(start, head, "a floating-point number"))
    }

    /// The number of a tag; its content comes next.
    pub fn tag(&mut self) -> Result<u64, Error> {
        let head = self.expect(major::TAG, "a tag")?;
        Ok(head.argument)
    }

    /// A text string; lent when it is of definite length.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.position;
        let head = self.expect(major::TEXT, "a text string")?;
        self.text_behind(start, head)
    }

    /// The text behind its head.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn text_behind(&mut self, start: usize, head: Head) -> Result<Cow<'a, str>, Error> {
        if !head.is_indefinite() {
            return Ok(Cow::Borrowed(self.take_text(start, head)?));
        }
        let mut whole = String::new();
        while let Some((start, head)) = self.chunk(major::TEXT)? {
            // RFC 8949 section 3.2.3: each chunk is valid text
            whole.push_str(self.take_text(start, head)?);
        }
        Ok(Cow::Owned(whole))
    }

    /// A byte string; lent when it is of definite length.
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>, Error> {
        let start = self.position;
        let head = self.expect(major::BYTES, "a byte string")?;
        self.bytes_behind(start, head)
    }

    /// The bytes behind their head.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn bytes_behind(&mut self, start: usize, head: Head) -> Result<Cow<'a, [u8]>, Error> {
        if !head.is_indefinite() {
            return Ok(Cow::Borrowed(self.take(start, head)?));
        }
        let mut whole = Vec::new();
        while let Some((start, head)) = self.chunk(major::BYTES)? {
            whole.extend_from_slice(self.take(start, head)?);
        }
        Ok(Cow::Owned(whole))
    }

    /// The head of the next chunk of a string, and where it stands; `None` at the end (RFC 8949 section 3.2.3).
    fn chunk(&mut self, major: u8) -> Result<Option<(usize, Head)>, Error> {
        if self.take_break()? {
            return Ok(None);
        }
        let start = self.position;
        let head = self.head()?;
        if head.major() == major && !head.is_indefinite() {
            Ok(Some((start, head)))
        } else {
            Err(Error::malformed(start, Malformed::Chunk))
        }
    }

    /// Opens an array.
    #[cfg_attr(feature = "std", inline(always))]
    pub fn array(&mut self) -> Result<Items, Error> {
        let start = self.position;
        let head = self.expect(major::ARRAY, "an array")?;
        self.open(start, head)
    }

    /// Opens a map. [`Items::more`] counts pairs. Who keeps what was read refuses a key that comes twice:
    /// [`read_content`](super::read_content) does, and so does the copy of `anydata`.
    #[cfg_attr(feature = "std", inline(always))]
    pub fn map(&mut self) -> Result<Items, Error> {
        let start = self.position;
        let head = self.expect(major::MAP, "a map")?;
        self.open(start, head)
    }

    /// The bytes of the next data item, which is well-formed.
    pub fn item(&mut self) -> Result<&'a [u8], Error> {
        let start = self.position;
        self.skip()?;
        Ok(self.input.get(start..self.position).unwrap_or_default())
    }

    /// Passes over the next data item, which is well-formed.
    pub fn skip(&mut self) -> Result<(), Error> {
        let start = self.position;
        let head = self.head()?;
        match head.major() {
            major::BYTES => return self.bytes_behind(start, head).map(drop),
            major::TEXT => return self.text_behind(start, head).map(drop),
            kind @ (major::ARRAY | major::MAP) => {
                let mut items = self.open(start, head)?;
                while items.more(self)? {
                    if kind == major::MAP {
                        self.skip()?;
                    }
                    self.skip()?;
                }
            }
            major::TAG => {
                self.deeper(start)?;
                self.skip()?;
                self.shallower();
            }
            _ if head.initial == head::BREAK => return Err(Error::malformed(start, Malformed::Break)),
            _ => {}
        }
        Ok(())
    }

    /// The next head, whatever it is.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn head(&mut self) -> Result<Head, Error> {
        match head::parse(self.rest()) {
            Ok((head, length)) => {
                self.position += length;
                Ok(head)
            }
            Err(malformed) => Err(Error::malformed(self.position, malformed)),
        }
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn expect(&mut self, major: u8, expected: &'static str) -> Result<Head, Error> {
        let start = self.position;
        let head = self.head()?;
        if head.major() == major { Ok(head) } else { Err(unexpected(start, head, expected)) }
    }

    /// Counts one more level, for a tag whose content is read next.
    #[cfg_attr(feature = "std", inline(always))]
    pub(crate) fn deeper(&mut self, start: usize) -> Result<(), Error> {
        if self.depth >= self.max_depth {
            return Err(Error::new(start, Reason::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    /// Takes the level back that [`Reader::deeper`] counted.
    pub(crate) fn shallower(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn open(&mut self, start: usize, head: Head) -> Result<Items, Error> {
        let left = match usize::try_from(head.argument) {
            _ if head.is_indefinite() => None,
            // every item takes at least one byte, so a length beyond the input is refused before anything is read
            Ok(length) if length <= self.rest().len() => Some(length),
            _ => return Err(Error::malformed(start, Malformed::EndOfInput)),
        };
        self.deeper(start)?;
        Ok(Items { left })
    }

    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.input.get(self.position..).unwrap_or_default()
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn take(&mut self, start: usize, head: Head) -> Result<&'a [u8], Error> {
        let taken = usize::try_from(head.argument).ok().and_then(|length| self.rest().get(..length));
        let taken = taken.ok_or_else(|| Error::malformed(start, Malformed::EndOfInput))?;
        self.position += taken.len();
        Ok(taken)
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn take_text(&mut self, start: usize, head: Head) -> Result<&'a str, Error> {
        core::str::from_utf8(self.take(start, head)?).map_err(|_| Error::malformed(start, Malformed::Utf8))
    }

    pub(super) fn take_break(&mut self) -> Result<bool, Error> {
        match self.rest().first() {
            Some(&head::BREAK) => {
                self.position += 1;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(Error::malformed(self.position, Malformed::EndOfInput)),
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn unexpected(position: usize, found: Head, expected: &'static str) -> Error {
    if found.initial == head::BREAK {
        Error::malformed(position, Malformed::Break)
    } else {
        Error::new(position, Reason::WrongType { expected })
    }
}

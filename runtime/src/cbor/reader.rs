//! Reading CBOR: strings are lent from the input, the position is known, depth is counted.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{Error, Malformed, Reason};
use super::head::{self, Header};
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
        let (header, _) = self.head_here()?;
        Ok(match header {
            Header::Positive(_) => Kind::Unsigned,
            Header::Negative(_) => Kind::Negative,
            Header::Float(_) => Kind::Float,
            Header::Simple(head::TRUE | head::FALSE) => Kind::Boolean,
            Header::Simple(head::NULL) => Kind::Null,
            Header::Simple(_) | Header::Break => Kind::Simple,
            Header::Tag(_) => Kind::Tag,
            Header::Bytes(_) => Kind::Bytes,
            Header::Text(_) => Kind::Text,
            Header::Array(_) => Kind::Array,
            Header::Map(_) => Kind::Map,
        })
    }

    /// An unsigned integer.
    pub fn unsigned(&mut self) -> Result<u64, Error> {
        let start = self.position;
        match self.head()? {
            Header::Positive(value) => Ok(value),
            other => Err(unexpected(start, other, "an unsigned integer")),
        }
    }

    /// An integer.
    pub fn integer(&mut self) -> Result<i128, Error> {
        let start = self.position;
        match self.head()? {
            Header::Positive(value) => Ok(i128::from(value)),
            Header::Negative(value) => Ok(-1 - i128::from(value)),
            other => Err(unexpected(start, other, "an integer")),
        }
    }

    /// An integer as sign and magnitude, which needs no arithmetic beyond 64 bits; what is below -2^64 + 1 is refused
    /// by every type as this number is.
    pub(crate) fn whole(&mut self) -> Result<Whole, Error> {
        let start = self.position;
        match self.head()? {
            Header::Positive(magnitude) => Ok(Whole { negative: false, magnitude }),
            Header::Negative(value) => Ok(Whole { negative: true, magnitude: value.saturating_add(1) }),
            other => Err(unexpected(start, other, "an integer")),
        }
    }

    /// `true` or `false`.
    pub fn boolean(&mut self) -> Result<bool, Error> {
        let start = self.position;
        match self.head()? {
            Header::Simple(head::TRUE) => Ok(true),
            Header::Simple(head::FALSE) => Ok(false),
            other => Err(unexpected(start, other, "a boolean")),
        }
    }

    /// `null`.
    pub fn null(&mut self) -> Result<(), Error> {
        let start = self.position;
        match self.head()? {
            Header::Simple(head::NULL) => Ok(()),
            other => Err(unexpected(start, other, "null")),
        }
    }

    /// A floating-point number.
    pub fn float(&mut self) -> Result<f64, Error> {
        let start = self.position;
        match self.head()? {
            Header::Float(value) => Ok(value),
            other => Err(unexpected(start, other, "a floating-point number")),
        }
    }

    /// The number of a tag; its content comes next.
    pub fn tag(&mut self) -> Result<u64, Error> {
        let start = self.position;
        match self.head()? {
            Header::Tag(tag) => Ok(tag),
            other => Err(unexpected(start, other, "a tag")),
        }
    }

    /// A text string; lent when it is of definite length.
    pub fn text(&mut self) -> Result<Cow<'a, str>, Error> {
        let start = self.position;
        match self.head()? {
            Header::Text(Some(length)) => Ok(Cow::Borrowed(self.take_text(start, length)?)),
            Header::Text(None) => {
                let mut whole = String::new();
                while !self.take_break()? {
                    let start = self.position;
                    // RFC 8949 section 3.2.3: each chunk is valid text of definite length
                    match self.head()? {
                        Header::Text(Some(length)) => whole.push_str(self.take_text(start, length)?),
                        _ => return Err(Error::malformed(start, Malformed::Chunk)),
                    }
                }
                Ok(Cow::Owned(whole))
            }
            other => Err(unexpected(start, other, "a text string")),
        }
    }

    /// A byte string; lent when it is of definite length.
    pub fn bytes(&mut self) -> Result<Cow<'a, [u8]>, Error> {
        let start = self.position;
        match self.head()? {
            Header::Bytes(Some(length)) => Ok(Cow::Borrowed(self.take(start, length)?)),
            Header::Bytes(None) => {
                let mut whole = Vec::new();
                while !self.take_break()? {
                    let start = self.position;
                    match self.head()? {
                        Header::Bytes(Some(length)) => whole.extend_from_slice(self.take(start, length)?),
                        _ => return Err(Error::malformed(start, Malformed::Chunk)),
                    }
                }
                Ok(Cow::Owned(whole))
            }
            other => Err(unexpected(start, other, "a byte string")),
        }
    }

    /// Opens an array.
    pub fn array(&mut self) -> Result<Items, Error> {
        let start = self.position;
        match self.head()? {
            Header::Array(length) => self.open(start, length),
            other => Err(unexpected(start, other, "an array")),
        }
    }

    /// Opens a map. [`Items::more`] counts pairs. Who keeps what was read refuses a key that comes twice:
    /// [`read_content`](super::read_content) does, and so does the copy of `anydata`.
    pub fn map(&mut self) -> Result<Items, Error> {
        let start = self.position;
        match self.head()? {
            Header::Map(length) => self.open(start, length),
            other => Err(unexpected(start, other, "a map")),
        }
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
        match self.head()? {
            Header::Bytes(Some(length)) => self.take(start, length).map(|_| ()),
            Header::Text(Some(length)) => self.take_text(start, length).map(|_| ()),
            Header::Bytes(None) => {
                self.position = start;
                self.bytes().map(|_| ())
            }
            Header::Text(None) => {
                self.position = start;
                self.text().map(|_| ())
            }
            Header::Array(length) => {
                let mut items = self.open(start, length)?;
                while items.more(self)? {
                    self.skip()?;
                }
                Ok(())
            }
            Header::Map(length) => {
                let mut items = self.open(start, length)?;
                while items.more(self)? {
                    self.skip()?;
                    self.skip()?;
                }
                Ok(())
            }
            Header::Tag(_) => {
                self.deeper(start)?;
                self.skip()?;
                self.depth -= 1;
                Ok(())
            }
            Header::Break => Err(Error::malformed(start, Malformed::Break)),
            Header::Positive(_) | Header::Negative(_) | Header::Float(_) | Header::Simple(_) => Ok(()),
        }
    }

    /// The next head, whatever it is.
    pub(super) fn head(&mut self) -> Result<Header, Error> {
        let (header, length) = self.head_here()?;
        self.position += length;
        Ok(header)
    }

    /// Counts one more level, for a tag whose content is read next.
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

    pub(super) fn open(&mut self, start: usize, length: Option<usize>) -> Result<Items, Error> {
        // every item takes at least one byte, so a length beyond the input is refused before anything is read
        if length.is_some_and(|length| length > self.rest().len()) {
            return Err(Error::malformed(start, Malformed::EndOfInput));
        }
        self.deeper(start)?;
        Ok(Items { left: length })
    }

    fn head_here(&self) -> Result<(Header, usize), Error> {
        head::parse(self.rest()).map_err(|malformed| Error::malformed(self.position, malformed))
    }

    fn rest(&self) -> &'a [u8] {
        self.input.get(self.position..).unwrap_or_default()
    }

    fn take(&mut self, start: usize, length: usize) -> Result<&'a [u8], Error> {
        let taken = self.rest().get(..length).ok_or_else(|| Error::malformed(start, Malformed::EndOfInput))?;
        self.position += length;
        Ok(taken)
    }

    fn take_text(&mut self, start: usize, length: usize) -> Result<&'a str, Error> {
        core::str::from_utf8(self.take(start, length)?).map_err(|_| Error::malformed(start, Malformed::Utf8))
    }

    fn take_break(&mut self) -> Result<bool, Error> {
        match self.rest().first() {
            Some(0xff) => {
                self.position += 1;
                Ok(true)
            }
            Some(_) => Ok(false),
            None => Err(Error::malformed(self.position, Malformed::EndOfInput)),
        }
    }
}

pub(super) fn unexpected(position: usize, found: Header, expected: &'static str) -> Error {
    match found {
        Header::Break => Error::malformed(position, Malformed::Break),
        _ => Error::new(position, Reason::WrongType { expected }),
    }
}

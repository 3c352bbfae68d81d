//! Writes messages: RFC 7252 section 3.

use super::code::Code;
use super::message::{Message, MessageType};
use super::option::{OptionValue, OutgoingOption, number};
use alloc::vec::Vec;

/// An option that the endpoint sets: all of them are numbers.
pub(super) type OurOption = (u16, Option<u32>);

/// Writes one message behind what a buffer holds: header, then options in ascending order, then the payload.
///
/// ```
/// use comi_runtime::coap::{Code, MessageType, Writer, number};
/// let mut datagram = Vec::new();
/// let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, 0x1234, b"");
/// writer.option(number::URI_PATH, b"c");
/// writer.payload(b"");
/// assert_eq!(datagram, [0x40, 0x01, 0x12, 0x34, 0xb1, b'c']);
/// ```
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut Vec<u8>,
    last: u16,
}

impl<'b> Writer<'b> {
    /// Writes the header.
    pub fn new(buffer: &'b mut Vec<u8>, kind: MessageType, code: Code, id: u16, token: impl AsRef<[u8]>) -> Writer<'b> {
        Writer::begin(buffer, kind, code, id, token.as_ref())
    }

    /// Writes the header; a token over [`Token::LONGEST`](super::Token::LONGEST) is left out (and stops a debug build).
    fn begin(buffer: &'b mut Vec<u8>, kind: MessageType, code: Code, id: u16, token: &[u8]) -> Writer<'b> {
        let length = extended(token.len());
        debug_assert!(length.is_some(), "a token of {} bytes", token.len());
        let token = if length.is_some() { token } else { &[] };
        // RFC 8974 section 2.1: the length of the token is extended as those of options are
        let length = length.unwrap_or_default();
        let [high, low] = id.to_be_bytes();
        buffer.extend_from_slice(&[0x40 | (kind.bits() << 4) | length.nibble, code.byte(), high, low]);
        Writer::content(buffer, length, token)
    }

    fn content(buffer: &'b mut Vec<u8>, length: Extended, token: &[u8]) -> Writer<'b> {
        buffer.extend_from_slice(length.bytes());
        buffer.extend_from_slice(token);
        Writer { buffer, last: 0 }
    }

    /// Writes an option. Its number must not be below the last one, its value not longer than 65804 bytes; an option
    /// that breaks this is left out (and stops a debug build).
    pub fn option(&mut self, number: u16, value: &[u8]) {
        let (Some(delta), Some(length)) = (number.checked_sub(self.last), extended(value.len())) else {
            debug_assert!(false, "option {number} with {} bytes after {}", value.len(), self.last);
            return;
        };
        let delta = extended(usize::from(delta)).unwrap_or_default();
        self.buffer.push((delta.nibble << 4) | length.nibble);
        self.buffer.extend_from_slice(delta.bytes());
        self.buffer.extend_from_slice(length.bytes());
        self.buffer.extend_from_slice(value);
        self.last = number;
    }

    /// Writes an option with an unsigned integer, without leading zeros (RFC 7252 section 3.2).
    pub fn uint(&mut self, number: u16, value: u32) {
        let bytes = value.to_be_bytes();
        let zeros = (value.leading_zeros() / 8) as usize;
        self.option(number, bytes.get(zeros..).unwrap_or(&[]));
    }

    /// Writes all these options, whatever order they come in; those with the same number keep theirs. Of `theirs` the
    /// endpoint's own (Observe, Block1 and Block2) are left out.
    pub(super) fn options(&mut self, ours: &[OurOption], theirs: &[OutgoingOption<'_>]) {
        if theirs.is_empty() && ours.is_sorted_by_key(|(number, _)| *number) {
            for (number, value) in ours {
                if let Some(value) = value {
                    self.uint(*number, *value);
                }
            }
            return;
        }
        let mut from = 0;
        loop {
            let mut lowest = None;
            let mut look = |number: u16| {
                if u32::from(number) >= from && lowest.is_none_or(|lowest| number < lowest) {
                    lowest = Some(number);
                }
            };
            ours.iter().filter(|(_, value)| value.is_some()).for_each(|(number, _)| look(*number));
            let is_theirs = |number| !matches!(number, number::OBSERVE | number::BLOCK1 | number::BLOCK2);
            theirs.iter().filter(|option| is_theirs(option.number)).for_each(|option| look(option.number));
            let Some(number) = lowest else { return };
            for (_, value) in ours.iter().filter(|(other, _)| *other == number) {
                if let Some(value) = value {
                    self.uint(number, *value);
                }
            }
            for option in theirs.iter().filter(|option| option.number == number && is_theirs(number)) {
                match option.value {
                    OptionValue::Bytes(value) => self.option(number, value),
                    OptionValue::Uint(value) => self.uint(number, value),
                }
            }
            from = u32::from(number) + 1;
        }
    }

    /// Writes the payload and ends the message; an empty payload gets no marker.
    pub fn payload(self, payload: &[u8]) {
        if !payload.is_empty() {
            self.buffer.push(0xff);
            self.buffer.extend_from_slice(payload);
        }
    }
}

/// Writes an Empty message: an ACK, an RST or a ping (RFC 7252 section 4.1).
pub(super) fn write_empty(buffer: &mut Vec<u8>, kind: MessageType, id: u16) {
    Writer::new(buffer, kind, Code::EMPTY, id, []).payload(&[]);
}

/// Puts another type and id into a message that is written already.
pub(super) fn restamp(datagram: &mut [u8], kind: MessageType, id: u16) {
    if let [first, _, id_high, id_low, ..] = datagram {
        *first = (*first & 0xcf) | (kind.bits() << 4);
        [*id_high, *id_low] = id.to_be_bytes();
    }
}

/// The same message when it is sent again so many seconds later: its Max-Age is less (RFC 7252 section 5.10.5). `None` if
/// that changes nothing.
pub(super) fn aged(datagram: &[u8], seconds: u64) -> Option<Vec<u8>> {
    let message = Message::parse(datagram).ok().filter(|_| seconds > 0)?;
    let age = message.uint(number::MAX_AGE).filter(|age| *age > 0)?;
    let rest = age.saturating_sub(u32::try_from(seconds).unwrap_or(u32::MAX));
    let mut aged = Vec::with_capacity(datagram.len());
    let mut writer = Writer::new(&mut aged, message.kind(), message.code(), message.id(), message.token());
    for option in message.options() {
        match option.number {
            number::MAX_AGE => writer.uint(number::MAX_AGE, rest),
            number => writer.option(number, option.value),
        }
    }
    writer.payload(message.payload());
    Some(aged)
}

/// A delta or length: the nibble and its extension.
#[derive(Clone, Copy, Default)]
struct Extended {
    nibble: u8,
    count: usize,
    extension: [u8; 2],
}

impl Extended {
    fn bytes(&self) -> &[u8] {
        self.extension.get(..self.count).unwrap_or(&[])
    }
}

fn extended(value: usize) -> Option<Extended> {
    if let Ok(value) = u8::try_from(value)
        && value < 13
    {
        return Some(Extended { nibble: value, count: 0, extension: [0; 2] });
    }
    if let Ok(byte) = u8::try_from(value.checked_sub(13)?) {
        return Some(Extended { nibble: 13, count: 1, extension: [byte, 0] });
    }
    let extension = u16::try_from(value.checked_sub(269)?).ok()?.to_be_bytes();
    Some(Extended { nibble: 14, count: 2, extension })
}

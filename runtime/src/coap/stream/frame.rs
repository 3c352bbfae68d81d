//! Where a message ends in a stream of bytes: RFC 8323 section 3.2.
//!
//! A frame and a datagram differ in their first bytes alone: from the token on both have the same. Behind this file a
//! message has a datagram's form, with a type and an id that mean nothing.

use super::super::code::Code;
use super::super::message::FormatReason;
use super::super::message::MessageType;
use super::signal::Fault;
use alloc::vec::Vec;

/// The first frame of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Frame<'a> {
    /// Its bytes in the stream.
    pub(super) length: usize,
    pub(super) code: Code,
    token_nibble: u8,
    /// The token with the extension of its length, options and payload.
    content: &'a [u8],
}

/// Bytes of the token with the extension of its length (RFC 8974 section 2.1); `None` while the extension isn't there.
fn token_length(nibble: u8, content: &[u8]) -> Option<u64> {
    match (nibble, content) {
        (13, [byte, ..]) => Some(1 + 13 + u64::from(*byte)),
        (14, [high, low, ..]) => Some(2 + 269 + u64::from(u16::from_be_bytes([*high, *low]))),
        (13 | 14, _) => None,
        _ => Some(u64::from(nibble)),
    }
}

impl<'a> Frame<'a> {
    /// Looks for a frame at the start of these bytes; `None` while it isn't whole.
    pub(super) fn read(bytes: &'a [u8], longest: u32) -> Result<Option<Frame<'a>>, Fault> {
        let Some((&first, rest)) = bytes.split_first() else { return Ok(None) };
        let token_nibble = first & 0xf;
        if token_nibble == 15 {
            return Err(Fault::Format(FormatReason::TokenLength));
        }
        let (extension, base) = match first >> 4 {
            13 => (1, 13),
            14 => (2, 269),
            15 => (4, 65_805),
            length => (0, u64::from(length)),
        };
        let Some((extended, rest)) = rest.split_at_checked(extension) else { return Ok(None) };
        let body = extended.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)) + base;
        let head = 2 + extended.len();
        let fits = |content: u64| {
            if head as u64 + content > u64::from(longest) { Err(Fault::TooLarge { longest }) } else { Ok(()) }
        };
        fits(body)?;
        let Some((&code, rest)) = rest.split_first() else { return Ok(None) };
        let Some(token) = token_length(token_nibble, rest) else { return Ok(None) };
        fits(body + token)?;
        let content = usize::try_from(body + token).ok().and_then(|length| rest.get(..length));
        let Some(content) = content else { return Ok(None) };
        Ok(Some(Frame { length: head + content.len(), code: Code::from_byte(code), token_nibble, content }))
    }

    /// Puts the message into the buffer, in place of what is in it, in a datagram's form.
    pub(super) fn to_datagram(self, id: u16, buffer: &mut Vec<u8>) {
        let [high, low] = id.to_be_bytes();
        let first = 0x40 | (MessageType::NonConfirmable.bits() << 4) | self.token_nibble;
        buffer.clear();
        buffer.extend_from_slice(&[first, self.code.byte(), high, low]);
        buffer.extend_from_slice(self.content);
    }
}

/// Writes a message that has a datagram's form as a frame; nothing if it is none.
pub fn write_frame(datagram: &[u8], buffer: &mut Vec<u8>) {
    let [first, code, _, _, content @ ..] = datagram else { return };
    let token_nibble = first & 0xf;
    let Some(token) = token_length(token_nibble, content) else { return };
    let Some(body) = (content.len() as u64).checked_sub(token) else { return };
    let body = u32::try_from(body).unwrap_or(u32::MAX);
    let mut head = |nibble: u8, extension: &[u8]| {
        buffer.push((nibble << 4) | token_nibble);
        buffer.extend_from_slice(extension);
    };
    match body {
        0..13 => head(u8::try_from(body).unwrap_or(0), &[]),
        13..269 => head(13, &[u8::try_from(body - 13).unwrap_or(0)]),
        269..65_805 => head(14, &u16::try_from(body - 269).unwrap_or(0).to_be_bytes()),
        _ => head(15, &(body - 65_805).to_be_bytes()),
    }
    buffer.push(*code);
    buffer.extend_from_slice(content);
}

#[cfg(test)]
mod tests {
    use super::super::super::writer::Writer;
    use super::*;

    #[test]
    fn the_example_of_the_rfc_is_three_bytes() {
        let frame = Frame::read(&[0x01, 0x43, 0x7f], 1152).unwrap().unwrap();
        assert_eq!((frame.length, frame.code), (3, Code::VALID));
        let mut buffer = Vec::new();
        frame.to_datagram(0x1234, &mut buffer);
        assert_eq!(buffer, [0x51, 0x43, 0x12, 0x34, 0x7f]);
        let mut written = Vec::new();
        write_frame(&buffer, &mut written);
        assert_eq!(written, [0x01, 0x43, 0x7f]);
    }

    #[test]
    fn every_length_is_written_as_it_is_read() {
        for length in [0, 1, 12, 13, 14, 268, 269, 270, 65_804, 65_805, 65_806, 100_000] {
            let mut datagram = alloc::vec![0x51, 0x45, 0, 7, 0xaa];
            datagram.resize(5 + length, 0xc0);
            let mut written = Vec::new();
            write_frame(&datagram, &mut written);
            for cut in [0, 1, written.len() / 2, written.len() - 1] {
                assert_eq!(Frame::read(&written[..cut], u32::MAX), Ok(None), "{length}");
            }
            written.push(0xff);
            let frame = Frame::read(&written, u32::MAX).unwrap().unwrap();
            assert_eq!(frame.length, written.len() - 1, "{length}");
            let mut back = Vec::new();
            frame.to_datagram(7, &mut back);
            assert_eq!(back, datagram);
        }
    }

    /// RFC 8974 appendix A.2: the extension stands behind the code.
    #[test]
    fn a_long_token_is_no_part_of_the_length() {
        for length in [9, 12, 13, 14, 268, 269, 300] {
            let token = alloc::vec![7; length];
            let mut datagram = Vec::new();
            let kind = MessageType::NonConfirmable;
            Writer::new(&mut datagram, kind, Code::GET, 7, &token).option(11, b"c");
            let mut written = Vec::new();
            write_frame(&datagram, &mut written);
            assert_eq!(written[0] >> 4, 2, "two bytes behind the token");
            let frame = Frame::read(&written, 1152).unwrap().unwrap();
            assert_eq!(frame.length, written.len());
            let mut back = Vec::new();
            frame.to_datagram(7, &mut back);
            assert_eq!(back, datagram);
            assert_eq!(Frame::read(&written[..written.len() - 1], 1152), Ok(None));
        }
        assert_eq!(Frame::read(&[0x0e, 0x01, 0xff, 0xff], 1152), Err(Fault::TooLarge { longest: 1152 }));
    }

    #[test]
    fn a_frame_that_is_too_large_is_known_before_it_has_come() {
        let longest = 1152;
        assert_eq!(Frame::read(&[0xf0, 0xff, 0xff, 0xff, 0xff], longest), Err(Fault::TooLarge { longest }));
        assert_eq!(Frame::read(&[0x0f], longest), Err(Fault::Format(FormatReason::TokenLength)));
        // 1152 - 269 - 1 - 2 - 1 = 879
        assert_eq!(Frame::read(&[0xe0, 0x03, 0x6f], longest), Ok(None));
        assert_eq!(Frame::read(&[0xe0, 0x03, 0x70], longest), Err(Fault::TooLarge { longest }));
    }
}

//! A checked view of a datagram: RFC 7252 section 3.
//!
//! [`Message::parse`] looks at every byte once; behind it no accessor can fail, nothing is copied and nothing is
//! allocated. What options mean is not known here.

use super::code::Code;
use super::option::OptionRef;
use alloc::boxed::Box;
use thiserror::Error;

/// The type of a message (RFC 7252 section 4.2, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// CON: is retransmitted until it is acknowledged or reset.
    Confirmable,
    /// NON: is sent once.
    NonConfirmable,
    /// ACK: acknowledges a CON, perhaps with the response in it.
    Acknowledgement,
    /// RST: the message was received, but can't be processed.
    Reset,
}

impl MessageType {
    const fn from_bits(bits: u8) -> MessageType {
        match bits & 3 {
            0 => MessageType::Confirmable,
            1 => MessageType::NonConfirmable,
            2 => MessageType::Acknowledgement,
            _ => MessageType::Reset,
        }
    }

    pub(super) const fn bits(self) -> u8 {
        match self {
            MessageType::Confirmable => 0,
            MessageType::NonConfirmable => 1,
            MessageType::Acknowledgement => 2,
            MessageType::Reset => 3,
        }
    }
}

/// The token that binds a response to its request: up to [`Token::LONGEST`] bytes (RFC 8974); up to 8 lie in place. It takes
/// 16 bytes, since every exchange and observer has one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(Bytes);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Bytes {
    Short { length: u8, bytes: [u8; 8] },
    // a box in a box is one pointer
    Long(Box<Box<[u8]>>),
}

const _: () = assert!(size_of::<Token>() <= 16);

impl Token {
    /// The largest number of bytes that a message can carry (RFC 8974 section 2.1).
    pub const LONGEST: usize = 65804;

    /// The token with these bytes; `None` if they are too many.
    pub fn new(bytes: &[u8]) -> Option<Token> {
        let mut short = [0; 8];
        match (short.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(place), Ok(length)) => {
                place.copy_from_slice(bytes);
                Some(Token(Bytes::Short { length, bytes: short }))
            }
            _ => (bytes.len() <= Token::LONGEST).then(|| Token(Bytes::Long(Box::new(bytes.into())))),
        }
    }

    /// Its bytes.
    pub fn as_slice(&self) -> &[u8] {
        match &self.0 {
            Bytes::Short { length, bytes } => bytes.get(..usize::from(*length)).unwrap_or(&[]),
            Bytes::Long(bytes) => bytes,
        }
    }
}

impl Default for Token {
    fn default() -> Token {
        Token(Bytes::Short { length: 0, bytes: [0; 8] })
    }
}

impl AsRef<[u8]> for Token {
    fn as_ref(&self) -> &[u8] {
        self.as_slice()
    }
}

impl core::fmt::Debug for Token {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("0x")?;
        self.as_slice().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Why a datagram is no CoAP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FormatReason {
    /// An Empty message with a token, options or payload (RFC 7252 section 4.1).
    #[error("an Empty message has content")]
    EmptyWithContent,
    /// An option delta or length nibble of 15 (RFC 7252 section 3.1).
    #[error("a reserved option nibble")]
    OptionNibble,
    /// An option number beyond 65535.
    #[error("an option number beyond 65535")]
    OptionNumber,
    /// A payload marker with nothing behind it (RFC 7252 section 3).
    #[error("a payload marker without a payload")]
    PayloadMissing,
    /// Code class 1, 6 or 7 (RFC 7252 section 3; 7 is for TCP).
    #[error("a reserved code class")]
    ReservedClass,
    /// Token length 15 (RFC 8974 section 2.1).
    #[error("a reserved token length")]
    TokenLength,
    /// It ends too early.
    #[error("the message is cut off")]
    Truncated,
    /// A version other than 1 (RFC 7252 section 3).
    #[error("an unknown version")]
    Version,
}

/// A datagram is no CoAP message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{reason} at byte {position}")]
pub struct FormatError {
    /// Where in the datagram.
    pub position: usize,
    /// What is wrong.
    pub reason: FormatReason,
    /// Type and id, where the header was readable and of our version.
    pub header: Option<(MessageType, u16)>,
}

/// What follows the header of a message, whatever carries it: the token with the extension of its length, the options,
/// the payload (RFC 7252 section 3, RFC 8974 section 2.1).
#[derive(Clone, Copy, Debug)]
pub(super) struct Content<'a> {
    pub(super) token: &'a [u8],
    pub(super) options: &'a [u8],
    pub(super) payload: &'a [u8],
}

impl<'a> Content<'a> {
    /// Checks all that follows the header, whose token length nibble is given. An error says how many bytes were left.
    pub(super) fn parse(token_nibble: u8, mut rest: &'a [u8]) -> Result<Content<'a>, (usize, FormatReason)> {
        let length = match extended(token_nibble, &mut rest) {
            Ok(length) => length,
            Err(FormatReason::OptionNibble) => return Err((rest.len(), FormatReason::TokenLength)),
            Err(reason) => return Err((0, reason)),
        };
        let Some((token, rest)) = rest.split_at_checked(length) else { return Err((0, FormatReason::Truncated)) };
        let mut walk = Options { rest, number: 0 };
        loop {
            match walk.step() {
                Step::Option(_) => {}
                Step::End => return Ok(Content { token, options: rest, payload: &[] }),
                Step::Payload([]) => return Err((0, FormatReason::PayloadMissing)),
                Step::Payload(payload) => {
                    let options = rest.get(..rest.len().saturating_sub(payload.len())).unwrap_or(rest);
                    return Ok(Content { token, options, payload });
                }
                Step::Broken(reason) => return Err((walk.rest.len(), reason)),
            }
        }
    }
}

/// A message, lent from a datagram.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    kind: MessageType,
    code: Code,
    id: u16,
    token: &'a [u8],
    options: &'a [u8],
    payload: &'a [u8],
}

impl<'a> Message<'a> {
    /// Checks a datagram.
    ///
    /// ```
    /// use comi_runtime::coap::{Code, Message, number};
    /// let message = Message::parse(&[0x40, 0x01, 0x12, 0x34, 0xb1, b'c'])?;
    /// assert_eq!(message.code(), Code::GET);
    /// assert_eq!(message.options().next().map(|option| (option.number, option.value)), Some((number::URI_PATH, &b"c"[..])));
    /// # Ok::<(), comi_runtime::coap::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// [`FormatError`], which says where, and whether the message can be rejected by a reset.
    pub fn parse(datagram: &'a [u8]) -> Result<Message<'a>, FormatError> {
        Message::parse_but(&[1, 6, 7], datagram)
    }

    /// The same for what came over a connection, which has signaling (RFC 8323 section 5.1).
    #[cfg(feature = "tcp")]
    pub(super) fn parse_framed(datagram: &'a [u8]) -> Result<Message<'a>, FormatError> {
        Message::parse_but(&[1, 6], datagram)
    }

    fn parse_but(reserved: &[u8], datagram: &'a [u8]) -> Result<Message<'a>, FormatError> {
        let [first, code, id_high, id_low, rest @ ..] = datagram else {
            return Err(FormatError { position: datagram.len(), reason: FormatReason::Truncated, header: None });
        };
        if first >> 6 != 1 {
            return Err(FormatError { position: 0, reason: FormatReason::Version, header: None });
        }
        let kind = MessageType::from_bits(first >> 4);
        let id = u16::from_be_bytes([*id_high, *id_low]);
        let fail = |position, reason| FormatError { position, reason, header: Some((kind, id)) };
        let nibble = first & 0xf;
        let code = Code::from_byte(*code);
        if code == Code::EMPTY && (nibble != 0 || !rest.is_empty()) {
            return Err(fail(4, FormatReason::EmptyWithContent));
        }
        if reserved.contains(&code.class()) {
            return Err(fail(1, FormatReason::ReservedClass));
        }
        match Content::parse(nibble, rest) {
            Ok(Content { token, options, payload }) => Ok(Message { kind, code, id, token, options, payload }),
            Err((_, FormatReason::TokenLength)) => Err(fail(0, FormatReason::TokenLength)),
            Err((left, reason)) => Err(fail(datagram.len().saturating_sub(left), reason)),
        }
    }

    /// Its type.
    pub fn kind(&self) -> MessageType {
        self.kind
    }

    /// Its code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// Its id.
    pub fn id(&self) -> u16 {
        self.id
    }

    /// Its token.
    pub fn token(&self) -> &'a [u8] {
        self.token
    }

    /// Its options, in ascending order of their numbers.
    pub fn options(&self) -> Options<'a> {
        Options { rest: self.options, number: 0 }
    }

    /// The values of all options with this number.
    pub fn values(&self, number: u16) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        self.options()
            .skip_while(move |option| option.number < number)
            .take_while(move |option| option.number == number)
            .map(|option| option.value)
    }

    /// The first option with this number.
    pub fn option(&self, number: u16) -> Option<OptionRef<'a>> {
        self.values(number).next().map(|value| OptionRef { number, value })
    }

    /// The first option with this number, as an unsigned integer.
    pub fn uint(&self, number: u16) -> Option<u32> {
        self.option(number)?.uint()
    }

    /// What this message itself carries behind the options; of a larger body one block.
    pub fn payload(&self) -> &'a [u8] {
        self.payload
    }
}

/// Walks over the options of a message.
#[derive(Clone, Debug)]
pub struct Options<'a> {
    rest: &'a [u8],
    number: u16,
}

enum Step<'a> {
    Option(OptionRef<'a>),
    Payload(&'a [u8]),
    End,
    Broken(FormatReason),
}

impl<'a> Options<'a> {
    /// One step of RFC 7252 section 3.1; what is broken leaves `rest` where it is.
    fn step(&mut self) -> Step<'a> {
        let Some((&head, mut rest)) = self.rest.split_first() else { return Step::End };
        if head == 0xff {
            return Step::Payload(rest);
        }
        let delta = match extended(head >> 4, &mut rest) {
            Ok(delta) => delta,
            Err(reason) => return Step::Broken(reason),
        };
        let length = match extended(head & 0xf, &mut rest) {
            Ok(length) => length,
            Err(reason) => return Step::Broken(reason),
        };
        let Some(number) = u16::try_from(delta).ok().and_then(|delta| self.number.checked_add(delta)) else {
            return Step::Broken(FormatReason::OptionNumber);
        };
        let Some((value, rest)) = rest.split_at_checked(length) else {
            return Step::Broken(FormatReason::Truncated);
        };
        self.rest = rest;
        self.number = number;
        Step::Option(OptionRef { number, value })
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = OptionRef<'a>;

    fn next(&mut self) -> Option<OptionRef<'a>> {
        match self.step() {
            Step::Option(option) => Some(option),
            Step::Payload(_) | Step::End | Step::Broken(_) => None,
        }
    }
}

/// A delta or length with its extension bytes.
fn extended(nibble: u8, rest: &mut &[u8]) -> Result<usize, FormatReason> {
    match (nibble, *rest) {
        (13, [byte, behind @ ..]) => {
            *rest = behind;
            Ok(usize::from(*byte) + 13)
        }
        (14, [high, low, behind @ ..]) => {
            *rest = behind;
            Ok(usize::from(u16::from_be_bytes([*high, *low])) + 269)
        }
        (13 | 14, _) => Err(FormatReason::Truncated),
        (15, _) => Err(FormatReason::OptionNibble),
        _ => Ok(usize::from(nibble)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// Id, token, options and payload.
    type Parts<'a> = (u16, &'a [u8], &'a [(u16, &'a [u8])], &'a [u8]);

    fn check(datagram: &[u8], expected: Result<Parts<'_>, (usize, FormatReason)>) {
        let found = Message::parse(datagram);
        match (found, expected) {
            (Ok(message), Ok((id, token, options, payload))) => {
                let found: Vec<_> = message.options().map(|option| (option.number, option.value)).collect();
                assert_eq!((message.id(), message.token()), (id, token));
                assert_eq!(found, options);
                assert_eq!(message.payload(), payload);
            }
            (Err(error), Err((position, reason))) => {
                assert_eq!((error.position, error.reason), (position, reason));
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }

    #[test]
    fn lends_token_options_and_payload() {
        check(&[0x42, 1, 0, 7, 0xaa, 0xbb, 0xb1, b'c', 0x11, 60, 0xff, 1, 2], {
            Ok((7, &[0xaa, 0xbb], &[(11, b"c"), (12, &[60])], &[1, 2]))
        });
    }

    #[test]
    fn reads_extended_deltas_and_lengths() {
        check(&[0x40, 1, 0, 7, 0xd0, 0], Ok((7, &[], &[(13, &[])], &[])));
        check(&[0x40, 1, 0, 7, 0xe0, 0, 0], Ok((7, &[], &[(269, &[])], &[])));
        check(&[0x40, 1, 0, 7, 0x1d, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13], {
            Ok((7, &[], &[(1, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13])], &[]))
        });
    }

    #[test]
    fn reads_extended_tokens() {
        for length in [0, 8, 9, 12, 13, 268, 269, 1000] {
            let token: Vec<u8> = (0_u8..=255).cycle().take(length).collect();
            let mut datagram = Vec::new();
            let owned = Token::new(&token).unwrap();
            assert_eq!(owned.as_slice(), token);
            let mut writer = crate::coap::Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, 7, &owned);
            writer.option(11, b"c");
            writer.payload(&[]);
            check(&datagram, Ok((7, &token, &[(11, b"c")], &[])));
        }
        assert_eq!(Token::new(&alloc::vec![0; Token::LONGEST + 1]), None);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        use FormatReason::*;
        check(&[], Err((0, Truncated)));
        check(&[0x40, 1, 0], Err((3, Truncated)));
        check(&[0x80, 1, 0, 7], Err((0, Version)));
        check(&[0x4f, 1, 0, 7, 1, 2, 3, 4, 5, 6, 7, 8, 9], Err((0, TokenLength)));
        check(&[0x4d, 1, 0, 7], Err((4, Truncated)));
        check(&[0x4d, 1, 0, 7, 0, 1], Err((6, Truncated)));
        check(&[0x44, 1, 0, 7, 1], Err((5, Truncated)));
        check(&[0x40, 0, 0, 7, 0xff], Err((4, EmptyWithContent)));
        check(&[0x41, 0, 0, 7, 0xff], Err((4, EmptyWithContent)));
        check(&[0x40, 0xe1, 0, 7], Err((1, ReservedClass)));
        check(&[0x40, 1, 0, 7, 0xff], Err((5, PayloadMissing)));
        check(&[0x40, 1, 0, 7, 0xf1, 1], Err((4, OptionNibble)));
        check(&[0x40, 1, 0, 7, 0x1f, 1], Err((4, OptionNibble)));
        check(&[0x40, 1, 0, 7, 0xb4, b'c'], Err((4, Truncated)));
        check(&[0x40, 1, 0, 7, 0xe0, 0xff, 0xff], Err((4, OptionNumber)));
        check(&[0x40, 1, 0, 7, 0xe0, 0xfe, 0xf2, 0x10], Err((7, OptionNumber)));
    }
}

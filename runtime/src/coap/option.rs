//! Options: their numbers and what their definitions allow.
//!
//! [`OptionRef`] is an option as it stands in a message, [`OutgoingOption`] one that is to be written.

use super::code::Code;

/// Numbers of options.
pub mod number {
    /// If-Match (RFC 7252)
    pub const IF_MATCH: u16 = 1;
    /// Uri-Host (RFC 7252)
    pub const URI_HOST: u16 = 3;
    /// ETag (RFC 7252)
    pub const ETAG: u16 = 4;
    /// If-None-Match (RFC 7252)
    pub const IF_NONE_MATCH: u16 = 5;
    /// Observe (RFC 7641)
    pub const OBSERVE: u16 = 6;
    /// Uri-Port (RFC 7252)
    pub const URI_PORT: u16 = 7;
    /// Location-Path (RFC 7252)
    pub const LOCATION_PATH: u16 = 8;
    /// Uri-Path (RFC 7252)
    pub const URI_PATH: u16 = 11;
    /// Content-Format (RFC 7252)
    pub const CONTENT_FORMAT: u16 = 12;
    /// Max-Age (RFC 7252)
    pub const MAX_AGE: u16 = 14;
    /// Uri-Query (RFC 7252)
    pub const URI_QUERY: u16 = 15;
    /// Hop-Limit (RFC 8768)
    pub const HOP_LIMIT: u16 = 16;
    /// Accept (RFC 7252)
    pub const ACCEPT: u16 = 17;
    /// Location-Query (RFC 7252)
    pub const LOCATION_QUERY: u16 = 20;
    /// Block2 (RFC 7959)
    pub const BLOCK2: u16 = 23;
    /// Block1 (RFC 7959)
    pub const BLOCK1: u16 = 27;
    /// Size2 (RFC 7959)
    pub const SIZE2: u16 = 28;
    /// Proxy-Uri (RFC 7252)
    pub const PROXY_URI: u16 = 35;
    /// Proxy-Scheme (RFC 7252)
    pub const PROXY_SCHEME: u16 = 39;
    /// Size1 (RFC 7252)
    pub const SIZE1: u16 = 60;
    /// Echo (RFC 9175)
    pub const ECHO: u16 = 252;
    /// No-Response (RFC 7967)
    pub const NO_RESPONSE: u16 = 258;
    /// Request-Tag (RFC 9175)
    pub const REQUEST_TAG: u16 = 292;
}

/// Whether a message with this option must be refused by who doesn't know it (RFC 7252 section 5.4.6).
pub const fn is_critical(number: u16) -> bool {
    number & 1 == 1
}

/// Whether a proxy that doesn't know the option must not forward it (RFC 7252 section 5.4.6).
pub const fn is_unsafe(number: u16) -> bool {
    number & 2 == 2
}

/// Whether the option stays out of the cache-key (RFC 7252 section 5.4.6). Observe and the block options do as well,
/// by their own documents (RFC 7641 section 2, RFC 7959 section 2.10, RFC 9175 section 2.2.1), since all blocks and
/// notifications belong to one representation, and If-None-Match, which the first block of a body alone has (RFC 7959
/// section 2.10).
pub(super) const fn is_outside_cache_key(number: u16) -> bool {
    number & 0x1e == 0x1c
        || matches!(number, number::IF_NONE_MATCH | number::OBSERVE | number::BLOCK1 | number::BLOCK2 | number::ECHO)
}

/// What the document that defines an option allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Definition {
    pub(super) repeatable: bool,
    pub(super) shortest: usize,
    pub(super) longest: usize,
}

/// The definition of an option that this endpoint recognises (RFC 7252 table 4, RFC 7641 section 2, RFC 7959
/// sections 2.1 and 4, RFC 7967 section 2, RFC 8768 section 3, RFC 9175 sections 2.2.1 and 3.2.1).
pub(super) const fn definition(number: u16) -> Option<Definition> {
    let (repeatable, shortest, longest) = match number {
        number::IF_MATCH => (true, 0, 8),
        number::URI_HOST => (false, 1, 255),
        number::ETAG => (true, 1, 8),
        number::IF_NONE_MATCH => (false, 0, 0),
        number::OBSERVE => (false, 0, 3),
        number::URI_PORT | number::CONTENT_FORMAT | number::ACCEPT => (false, 0, 2),
        number::LOCATION_PATH | number::URI_PATH | number::URI_QUERY | number::LOCATION_QUERY => (true, 0, 255),
        number::MAX_AGE | number::SIZE1 | number::SIZE2 => (false, 0, 4),
        number::BLOCK1 | number::BLOCK2 => (false, 0, 3),
        number::PROXY_URI => (false, 1, 1034),
        number::PROXY_SCHEME => (false, 1, 255),
        number::HOP_LIMIT => (false, 0, 4),
        number::ECHO => (false, 1, 40),
        number::NO_RESPONSE => (false, 0, 1),
        number::REQUEST_TAG => (true, 0, 8),
        _ => return None,
    };
    Some(Definition { repeatable, shortest, longest })
}

/// Whether a critical option that we know has a meaning in a message with this code; where it has none, it is unrecognised
/// (RFC 7252 section 5.4). An elective one is ignored there anyway.
pub(super) fn is_defined_for(code: Code, number: u16) -> bool {
    match number {
        // RFC 7252 sections 5.8.1, 5.8.4: no payload belongs to these, which could come in blocks
        number::BLOCK1 => !matches!(code, Code::GET | Code::DELETE),
        // RFC 7252 sections 5.10.1, 5.10.2, 5.10.4, 5.10.8: these say what is asked for
        number::IF_MATCH | number::IF_NONE_MATCH | number::ACCEPT | number::PROXY_URI | number::PROXY_SCHEME => {
            code.is_request()
        }
        number::URI_HOST | number::URI_PORT | number::URI_PATH | number::URI_QUERY => code.is_request(),
        _ => true,
    }
}

/// An option of a message, lent from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionRef<'a> {
    /// Its number.
    pub number: u16,
    /// Its value, as it stands in the message.
    pub value: &'a [u8],
}

impl OptionRef<'_> {
    /// The value as an unsigned integer (RFC 7252 section 3.2); `None` if it has more than 4 bytes.
    pub fn uint(&self) -> Option<u32> {
        if self.value.len() > 4 {
            return None;
        }
        Some(self.value.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
    }
}

/// The value of an option that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OptionValue<'a> {
    /// Bytes as they are; text is given as its bytes.
    Bytes(&'a [u8]),
    /// An unsigned integer, written with as few bytes as it needs.
    Uint(u32),
}

/// An option that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutgoingOption<'a> {
    /// Its number.
    pub number: u16,
    /// Its value.
    pub value: OptionValue<'a>,
}

impl<'a> OutgoingOption<'a> {
    /// An option with a value of bytes.
    pub const fn bytes(number: u16, value: &'a [u8]) -> OutgoingOption<'a> {
        OutgoingOption { number, value: OptionValue::Bytes(value) }
    }

    /// An option with a value of text.
    pub const fn text(number: u16, value: &'a str) -> OutgoingOption<'a> {
        OutgoingOption { number, value: OptionValue::Bytes(value.as_bytes()) }
    }

    /// An option with an unsigned integer.
    pub const fn uint(number: u16, value: u32) -> OutgoingOption<'a> {
        OutgoingOption { number, value: OptionValue::Uint(value) }
    }

    /// Bytes that it takes in a message at most.
    pub(super) fn most_bytes(&self) -> usize {
        match self.value {
            OptionValue::Bytes(bytes) => 5 + bytes.len(),
            OptionValue::Uint(_) => 5 + 4,
        }
    }

    /// ETag: names the state of what is represented, 1 to 8 bytes.
    pub const fn etag(value: &'a [u8]) -> OutgoingOption<'a> {
        OutgoingOption::bytes(number::ETAG, value)
    }

    /// If-Match: the request holds only for this state.
    pub const fn if_match(etag: &'a [u8]) -> OutgoingOption<'a> {
        OutgoingOption::bytes(number::IF_MATCH, etag)
    }

    /// Max-Age in seconds.
    pub const fn max_age(seconds: u32) -> OutgoingOption<'a> {
        OutgoingOption::uint(number::MAX_AGE, seconds)
    }

    /// One segment of Location-Path.
    pub const fn location_path(segment: &'a str) -> OutgoingOption<'a> {
        OutgoingOption::text(number::LOCATION_PATH, segment)
    }

    /// One segment of Uri-Path.
    pub const fn uri_path(segment: &'a str) -> OutgoingOption<'a> {
        OutgoingOption::text(number::URI_PATH, segment)
    }

    /// One argument of Uri-Query.
    pub const fn uri_query(argument: &'a str) -> OutgoingOption<'a> {
        OutgoingOption::text(number::URI_QUERY, argument)
    }
}

impl<'a> From<OptionRef<'a>> for OutgoingOption<'a> {
    fn from(option: OptionRef<'a>) -> OutgoingOption<'a> {
        OutgoingOption::bytes(option.number, option.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_bit_makes_an_option_critical() {
        assert!(is_critical(number::URI_PATH));
        assert!(!is_critical(number::OBSERVE));
    }

    #[test]
    fn size_options_are_no_part_of_the_cache_key() {
        for outside in [number::SIZE1, number::SIZE2, number::BLOCK1, number::BLOCK2, number::OBSERVE] {
            assert!(is_outside_cache_key(outside), "{outside}");
        }
        for inside in [number::URI_PATH, number::ACCEPT, number::CONTENT_FORMAT, 292] {
            assert!(!is_outside_cache_key(inside), "{inside}");
        }
    }

    #[test]
    fn integers_have_up_to_four_bytes() {
        assert_eq!(OptionRef { number: 6, value: &[] }.uint(), Some(0));
        assert_eq!(OptionRef { number: 6, value: &[0, 1, 2] }.uint(), Some(0x102));
        assert_eq!(OptionRef { number: 6, value: &[1, 1, 1, 1, 1] }.uint(), None);
    }
}

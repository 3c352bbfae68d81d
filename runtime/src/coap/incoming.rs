//! Looks at the options of a request: which are understood, and what they ask for (RFC 7252 section 5.4).

use super::Peer;
use super::block::{Block, CacheKey};
use super::code::{Code, Method};
use super::message::Message;
use super::mix::Hash;
use super::observe::Observe;
use super::option::{OptionRef, definition, is_critical, is_defined_for, is_outside_cache_key, number};
use alloc::vec::Vec;
use core::num::NonZeroU64;

/// What a request asks of the endpoint itself.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) content_format: Option<u16>,
    pub(super) accept: Option<u16>,
    pub(super) observe: Option<Observe>,
    pub(super) block1: Option<Block>,
    pub(super) block2: Option<Block>,
    pub(super) size1: Option<u32>,
    /// Whether the size of the response is asked for (RFC 7959 section 4).
    pub(super) size2: bool,
    pub(super) if_none_match: bool,
    /// Whether an Echo value came back.
    pub(super) echo: bool,
    /// No-Response (RFC 7967).
    pub(super) unwanted: Unwanted,
    /// Hashes of the tags of what the client holds, the first few.
    pub(super) etags: Vec<u64>,
    pub(super) key: CacheKey,
}

/// Why a request doesn't reach the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Block1 or Block2 with the reserved size exponent 7 (RFC 7959 section 2.2).
    BadBlock,
    /// Hop-Limit of 0 or above 255 (RFC 8768 section 3).
    BadHopLimit,
    /// The endpoint is no proxy (RFC 7252 section 5.10.2).
    Proxying,
    /// A critical option that is unknown, repeated though it mustn't be, or has a length that it can't have (RFC 7252
    /// sections 5.4.1, 5.4.3, 5.4.5).
    UnrecognisedOption(u16),
    /// A method that we don't know (RFC 7252 section 5.8).
    UnknownMethod,
}

impl Refusal {
    /// The code of the answer.
    pub(super) fn code(self) -> Code {
        match self {
            Refusal::BadBlock | Refusal::BadHopLimit => Code::BAD_REQUEST,
            Refusal::Proxying => Code::PROXYING_NOT_SUPPORTED,
            Refusal::UnrecognisedOption(_) => Code::BAD_OPTION,
            Refusal::UnknownMethod => Code::METHOD_NOT_ALLOWED,
        }
    }

    /// Whether a NON gets no answer (RFC 7252 section 5.4.1).
    pub(super) fn is_silent_for_non(self) -> bool {
        matches!(self, Refusal::UnrecognisedOption(_))
    }
}

impl Asked {
    /// Checks a request.
    pub(super) fn read(peer: &Peer, message: &Message<'_>, seed: u64) -> Result<Asked, Refusal> {
        let method = Method::from_code(message.code());
        let payload = payload_hash(seed, message.payload());
        let mut asked = Asked {
            method: method.unwrap_or(Method::Get),
            content_format: None,
            accept: None,
            observe: None,
            block1: None,
            block2: None,
            size1: None,
            size2: false,
            if_none_match: false,
            echo: false,
            unwanted: Unwanted::default(),
            etags: Vec::new(),
            key: CacheKey { options: 0, payload },
        };
        let mut hash = Hash::new(seed).number(u64::from(message.code().byte()));
        let mut previous = None;
        for option in message.options() {
            let repeated = previous.replace(option.number) == Some(option.number);
            if is_recognised(message.code(), option, repeated) {
                asked.take(peer, option, seed)?;
            } else if is_critical(option.number) {
                return Err(Refusal::UnrecognisedOption(option.number));
            }
            if !is_outside_cache_key(option.number) {
                hash = hash.number(u64::from(option.number)).bytes(option.value);
            }
        }
        if method.is_none() {
            return Err(Refusal::UnknownMethod);
        }
        asked.key.options = hash.finish();
        Ok(asked)
    }

    fn take(&mut self, peer: &Peer, option: OptionRef<'_>, seed: u64) -> Result<(), Refusal> {
        let short = || option.uint().and_then(|value| u16::try_from(value).ok());
        match option.number {
            number::CONTENT_FORMAT => self.content_format = short(),
            number::ACCEPT => self.accept = short(),
            number::OBSERVE if self.method.is_safe() => {
                self.observe = match option.uint() {
                    Some(0) => Some(Observe::Register),
                    Some(1) => Some(Observe::Deregister),
                    _ => None,
                };
            }
            number::BLOCK1 if !cfg!(feature = "uploads") => return Err(Refusal::UnrecognisedOption(option.number)),
            number::BLOCK1 => self.block1 = Some(Block::read_from(peer, option).ok_or(Refusal::BadBlock)?),
            number::BLOCK2 => self.block2 = Some(Block::read_from(peer, option).ok_or(Refusal::BadBlock)?),
            number::SIZE1 => self.size1 = option.uint(),
            number::HOP_LIMIT if !matches!(option.uint(), Some(1..=255)) => return Err(Refusal::BadHopLimit),
            number::IF_NONE_MATCH => self.if_none_match = true,
            number::ECHO => self.echo = true,
            number::NO_RESPONSE if cfg!(feature = "elective") => self.unwanted = Unwanted::read(option),
            number::ETAG if cfg!(feature = "elective") && self.method.is_safe() && self.etags.len() < MOST_ETAGS => {
                self.etags.push(etag_hash(seed, option.value));
            }
            number::SIZE2 if cfg!(feature = "elective") => self.size2 = option.uint() == Some(0),
            number::PROXY_URI | number::PROXY_SCHEME => return Err(Refusal::Proxying),
            _ => {}
        }
        Ok(())
    }
}

/// Of how many representations that a client holds we take note.
const MOST_ETAGS: usize = 8;

pub(super) fn etag_hash(seed: u64, etag: &[u8]) -> u64 {
    Hash::new(seed).bytes(etag).finish()
}

/// The classes of responses that a client doesn't want (RFC 7967 section 2.1): class n has bit n - 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unwanted(Option<u8>);

impl Unwanted {
    pub(super) fn read(option: OptionRef<'_>) -> Unwanted {
        Unwanted(option.uint().and_then(|value| u8::try_from(value).ok()))
    }

    /// Whether a response is to be sent. To a group's request an error is sent only to who asks for it.
    pub(super) fn lets_pass(self, code: Code, to_group: bool) -> bool {
        match self.0 {
            Some(classes) => classes & 1_u8.checked_shl(u32::from(code.class()).wrapping_sub(1)).unwrap_or(0) == 0,
            None => !to_group || code.is_success(),
        }
    }
}

/// The payload's part of a cache-key; an empty payload has none.
pub(super) fn payload_hash(seed: u64, payload: &[u8]) -> Option<NonZeroU64> {
    NonZeroU64::new(Hash::new(seed).bytes(payload).finish() | 1).filter(|_| !payload.is_empty())
}

/// A critical option of a response that is unknown, repeated though it mustn't be, or has a length that it can't have
/// (RFC 7252 section 5.4.1).
#[cfg(feature = "client")]
pub(super) fn unrecognised(message: &Message<'_>) -> Option<u16> {
    let mut previous = None;
    let mut options = message.options();
    options.find_map(|option| {
        let repeated = previous.replace(option.number) == Some(option.number);
        (is_critical(option.number) && !is_recognised(message.code(), option, repeated)).then_some(option.number)
    })
}

/// Whether an option is one that we know, as it stands in a message with this code.
fn is_recognised(code: Code, option: OptionRef<'_>, repeated: bool) -> bool {
    definition(option.number).is_some_and(|definition| {
        is_defined_for(code, option.number)
            && (definition.repeatable || !repeated)
            && (definition.shortest..=definition.longest).contains(&option.value.len())
    })
}

//! Looks at the options of a request: which are understood, and what they ask for (RFC 7252 section 5.4).

use super::block::{Block, CacheKey};
use super::code::{Code, Method};
use super::message::Message;
use super::mix::Hash;
use super::observe::Observe;
use super::option::{OptionRef, definition, is_critical, is_outside_cache_key, number};

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
    pub(super) key: CacheKey,
}

/// Why a request doesn't reach the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Block1 or Block2 with the reserved size exponent 7 (RFC 7959 section 2.2).
    BadBlock,
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
            Refusal::BadBlock => Code::BAD_REQUEST,
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
    pub(super) fn read(message: &Message<'_>, seed: u64) -> Result<Asked, Refusal> {
        let method = Method::from_code(message.code());
        let payload = (!message.payload().is_empty()).then(|| payload_hash(seed, message.payload()));
        let mut asked = Asked {
            method: method.unwrap_or(Method::Get),
            content_format: None,
            accept: None,
            observe: None,
            block1: None,
            block2: None,
            size1: None,
            size2: false,
            key: CacheKey { options: 0, payload },
        };
        let mut hash = Hash::new(seed).number(u64::from(message.code().byte()));
        let mut previous = None;
        for option in message.options() {
            let repeated = previous.replace(option.number) == Some(option.number);
            if is_recognised(option, repeated) {
                asked.take(option)?;
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

    fn take(&mut self, option: OptionRef<'_>) -> Result<(), Refusal> {
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
            number::BLOCK1 => self.block1 = Some(Block::read(option).ok_or(Refusal::BadBlock)?),
            number::BLOCK2 => self.block2 = Some(Block::read(option).ok_or(Refusal::BadBlock)?),
            number::SIZE1 => self.size1 = option.uint(),
            number::SIZE2 => self.size2 = option.uint() == Some(0),
            number::PROXY_URI | number::PROXY_SCHEME => return Err(Refusal::Proxying),
            _ => {}
        }
        Ok(())
    }
}

pub(super) fn payload_hash(seed: u64, payload: &[u8]) -> u64 {
    Hash::new(seed).bytes(payload).finish()
}

fn is_recognised(option: OptionRef<'_>, repeated: bool) -> bool {
    definition(option.number).is_some_and(|definition| {
        (definition.repeatable || !repeated) && (definition.shortest..=definition.longest).contains(&option.value.len())
    })
}

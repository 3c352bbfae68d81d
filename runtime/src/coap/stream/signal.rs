//! Signaling messages: RFC 8323 section 5. They are the connection's own and reach no endpoint.

use super::super::capacity::Capabilities;
use super::super::code::Code;
use super::super::message::{FormatReason, Message, MessageType};
use super::super::option::is_critical;
use super::super::writer::Writer;
use super::Limits;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::time::Duration;
use thiserror::Error;

pub(super) const CSM: Code = Code::new(7, 1);
pub(super) const PING: Code = Code::new(7, 2);
pub(super) const PONG: Code = Code::new(7, 3);
pub(super) const RELEASE: Code = Code::new(7, 4);
pub(super) const ABORT: Code = Code::new(7, 5);

/// Numbers of options; each code has its own space (RFC 8323 section 5.2).
mod option {
    pub(super) const CSM_MAX_MESSAGE_SIZE: u16 = 2;
    pub(super) const CSM_BLOCK_WISE_TRANSFER: u16 = 4;
    pub(super) const CSM_EXTENDED_TOKEN_LENGTH: u16 = 6;
    pub(super) const PING_CUSTODY: u16 = 2;
    pub(super) const RELEASE_ALTERNATIVE_ADDRESS: u16 = 2;
    pub(super) const RELEASE_HOLD_OFF: u16 = 4;
    pub(super) const ABORT_BAD_CSM_OPTION: u16 = 2;
}

/// A smaller Max-Message-Size leaves no room for a block of 16 bytes and its options.
const SMALLEST_MESSAGE: u32 = 64;

/// What the peer did wrong; it is told by the Abort (RFC 8323 section 5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Fault {
    /// An option of its CSM that can't be processed.
    #[error("option {0} of the CSM can't be processed")]
    BadCsmOption(u16),
    /// A critical option of a signaling message that is unknown (RFC 8323 section 5.2).
    #[error("critical option {number} of a {code} is unknown")]
    CriticalOption {
        /// Of which message.
        code: Code,
        /// Which.
        number: u16,
    },
    /// A message that breaks the format.
    #[error("{0}")]
    Format(FormatReason),
    /// Its first message is no CSM, or none came in time (RFC 8323 section 3.3).
    #[error("the first message must be a CSM")]
    NoCsm,
    /// A message over [`Limits::message`](super::Limits::message).
    #[error("a message of more than {longest} bytes")]
    TooLarge {
        /// The limit.
        longest: u32,
    },
    /// [`Limits::connections`](super::Limits::connections) are open.
    #[error("too many connections")]
    TooManyConnections,
}

/// What a peer asks for when it releases a connection (RFC 8323 section 5.5). Nobody has to do it, and it is no proof of
/// anything: an address that is named here has none of the security of the connection that named it (section 10.1).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// Where to connect instead, by the same scheme: authorities of URIs, of which any will do. The first
    /// [`Released::MOST`] are kept.
    pub alternatives: Vec<String>,
    /// How long not to connect to the same address again.
    pub hold_off: Option<Duration>,
}

impl Released {
    /// So many alternatives are kept.
    pub const MOST: usize = 8;

    fn read(message: &Message<'_>) -> Released {
        // both options are elective: what is no address or number is not there
        let texts = message.values(option::RELEASE_ALTERNATIVE_ADDRESS).filter(|text| (1..=255).contains(&text.len()));
        let alternatives = texts.filter_map(|text| core::str::from_utf8(text).ok()).map(String::from);
        let hold_off = message.option(option::RELEASE_HOLD_OFF).filter(|option| option.value.len() <= 3);
        Released {
            alternatives: alternatives.take(Released::MOST).collect(),
            hold_off: hold_off.and_then(|option| option.uint()).map(|seconds| Duration::from_secs(seconds.into())),
        }
    }
}

/// A signaling message of the peer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal<'a> {
    Csm(Capabilities),
    Ping {
        custody: bool,
    },
    Pong,
    Release(Released),
    Abort(&'a [u8]),
    /// A code that nobody has defined.
    Unknown,
}

impl<'a> Signal<'a> {
    /// Reads a message of class 7. A CSM changes what was told before (RFC 8323 section 5.3).
    pub(super) fn read(message: &Message<'a>, before: Capabilities) -> Result<Signal<'a>, Fault> {
        let code = message.code();
        if code == CSM {
            return read_csm(message, before).map(Signal::Csm);
        }
        if let Some(critical) = message.options().find(|option| is_critical(option.number)) {
            return Err(Fault::CriticalOption { code, number: critical.number });
        }
        Ok(match code {
            PING => Signal::Ping { custody: message.option(option::PING_CUSTODY).is_some() },
            PONG => Signal::Pong,
            RELEASE => Signal::Release(Released::read(message)),
            ABORT => Signal::Abort(message.payload()),
            _ => Signal::Unknown,
        })
    }
}

fn read_csm(message: &Message<'_>, mut told: Capabilities) -> Result<Capabilities, Fault> {
    for found in message.options() {
        match found.number {
            option::CSM_MAX_MESSAGE_SIZE => {
                let size = found.uint().filter(|size| *size >= SMALLEST_MESSAGE);
                told.max_message_size = size.ok_or(Fault::BadCsmOption(found.number))?;
            }
            option::CSM_BLOCK_WISE_TRANSFER => told.block_wise = true,
            number if is_critical(number) => return Err(Fault::BadCsmOption(number)),
            _ => {}
        }
    }
    Ok(told)
}

/// Our CSM, in a datagram's form.
pub(super) fn csm(limits: &Limits) -> Vec<u8> {
    signal(CSM, &[], |writer| {
        writer.uint(option::CSM_MAX_MESSAGE_SIZE, limits.message);
        writer.option(option::CSM_BLOCK_WISE_TRANSFER, &[]);
        if limits.token > 8 {
            writer.uint(option::CSM_EXTENDED_TOKEN_LENGTH, limits.token);
        }
    })
}

pub(super) fn ping() -> Vec<u8> {
    signal(PING, &[], |_| {})
}

/// The answer to a Ping; with Custody, when all requests before it are answered (RFC 8323 section 5.4.1).
pub(super) fn pong(token: &[u8], custody: bool) -> Vec<u8> {
    signal(PONG, token, |writer| {
        if custody {
            writer.option(option::PING_CUSTODY, &[]);
        }
    })
}

pub(super) fn release() -> Vec<u8> {
    signal(RELEASE, &[], |_| {})
}

pub(super) fn abort(fault: Fault) -> Vec<u8> {
    let mut message = signal(ABORT, &[], |writer| {
        if let Fault::BadCsmOption(number) = fault {
            writer.uint(option::ABORT_BAD_CSM_OPTION, u32::from(number));
        }
    });
    message.push(0xff);
    message.extend_from_slice(fault.to_string().as_bytes());
    message
}

fn signal(code: Code, token: &[u8], options: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut message = Vec::new();
    options(&mut Writer::new(&mut message, MessageType::NonConfirmable, code, 0, token));
    message
}

//! Requests in the form that a forward-proxy takes, when they name the endpoint itself: these are local ones (RFC 7252
//! section 5.7.2), so their URI is split into the options of an origin server.
//!
//! It must not know what there is at a path. Read [`Endpoint::answers_to`] first.

use super::endpoint::Endpoint;
use super::message::Message;
use super::option::number;
use super::writer::Writer;
use alloc::borrow::ToOwned as _;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

/// The port of `coap` and `coap+tcp` (RFC 7252 section 6.1, RFC 8323 section 8.1).
const DEFAULT_PORT: u16 = 5683;

/// Host and port of a URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Authority {
    host: Host,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Address(IpAddr),
    /// In lower case.
    Name(String),
}

impl Host {
    fn read(text: &str) -> Option<Host> {
        let literal = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match literal {
            Some(literal) => literal.parse().ok().map(|address: IpAddr| Host::Address(address.to_canonical())),
            None if text.is_empty() || text.contains(['@', '[', ']']) => None,
            None => Some(match text.parse::<IpAddr>() {
                Ok(address) => Host::Address(address.to_canonical()),
                Err(_) => Host::Name(text.to_ascii_lowercase()),
            }),
        }
    }
}

impl Authority {
    /// Reads `host`, `host:port` or `[address]:port` (RFC 3986 section 3.2); nobody has a user here.
    fn read(text: &str) -> Option<Authority> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (text, ""),
        };
        let port = if port.is_empty() { DEFAULT_PORT } else { port.parse().ok()? };
        Some(Authority { host: Host::read(host)?, port })
    }
}

/// What a URI says: host, path and query.
struct Split {
    host: Option<Vec<u8>>,
    path: Vec<Vec<u8>>,
    query: Vec<Vec<u8>>,
}

impl Endpoint {
    /// Adds a name of the endpoint, `host` or `host:port` as it stands in a URI: a request by Proxy-Uri or Proxy-Scheme
    /// that names it is a local one. Any other, and each where no name is known, gets 5.05 (RFC 7252 section 5.7.2).
    pub fn answers_to(&mut self, authority: &str) {
        if let Some(authority) = Authority::read(authority).filter(|new| !self.names.contains(new)) {
            self.names.push(authority);
        }
    }

    /// The request without the options of a proxy, if it has them and names us.
    pub(super) fn as_local(&self, message: &Message<'_>) -> Option<Vec<u8>> {
        let text = |number| core::str::from_utf8(message.option(number)?.value).ok();
        let named = match (message.option(number::PROXY_URI), message.option(number::PROXY_SCHEME)) {
            (None, None) | (Some(_), Some(_)) => return None,
            (Some(_), None) => Some(self.split(text(number::PROXY_URI)?)?),
            (None, Some(_)) => {
                // RFC 7252 section 5.10.1: without Uri-Host and Uri-Port it is where the datagram went to
                let port = message.uint(number::URI_PORT).map(u16::try_from).transpose().ok()?;
                let ours = match message.option(number::URI_HOST) {
                    None => port.is_none_or(|port| self.names.iter().any(|own| own.port == port)),
                    Some(_) => {
                        let host = Host::read(text(number::URI_HOST)?)?;
                        self.names.contains(&Authority { host, port: port.unwrap_or(DEFAULT_PORT) })
                    }
                };
                if !is_ours(text(number::PROXY_SCHEME)?) || !ours {
                    return None;
                }
                None
            }
        };
        let replaced = |number: u16| match number {
            number::PROXY_URI | number::PROXY_SCHEME => true,
            // RFC 7252 section 5.10.2: Proxy-Uri takes precedence over any of them
            number::URI_HOST | number::URI_PORT | number::URI_PATH | number::URI_QUERY => named.is_some(),
            _ => false,
        };
        let kept = message.options().filter(|option| !replaced(option.number));
        let mut options: Vec<_> = kept.map(|option| (option.number, option.value)).collect();
        if let Some(Split { host, path, query }) = &named {
            options.extend(host.iter().map(|host| (number::URI_HOST, host.as_slice())));
            options.extend(path.iter().map(|segment| (number::URI_PATH, segment.as_slice())));
            options.extend(query.iter().map(|argument| (number::URI_QUERY, argument.as_slice())));
        }
        options.sort_by_key(|(number, _)| *number);
        let mut local = Vec::new();
        let mut writer = Writer::new(&mut local, message.kind(), message.code(), message.id(), message.token());
        options.iter().for_each(|(number, value)| writer.option(*number, value));
        writer.payload(message.payload());
        Some(local)
    }

    /// Splits a URI of ours into options (RFC 7252 section 6.4).
    fn split(&self, uri: &str) -> Option<Split> {
        let (scheme, rest) = uri.split_once("://")?;
        if !is_ours(scheme) || rest.contains('#') {
            return None;
        }
        let (hierarchy, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let (authority, path) = hierarchy.split_once('/').unwrap_or((hierarchy, ""));
        let authority = Authority::read(authority).filter(|named| self.names.contains(named))?;
        let host = match authority.host {
            Host::Address(_) => None,
            Host::Name(name) => Some(name.into_bytes()),
        };
        let path = path.split('/').map(decoded).collect::<Option<Vec<_>>>()?;
        let query = query.map(|query| query.split('&').map(decoded).collect::<Option<Vec<_>>>());
        Some(Split { host, path: resolved(path), query: query.unwrap_or(Some(Vec::new()))? })
    }
}

fn is_ours(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("coap") || scheme.eq_ignore_ascii_case("coap+tcp")
}

/// The segments without "." and ".." (RFC 3986 section 5.2.4). One empty segment is the root.
fn resolved(segments: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let (mut path, mut ends_open) = (Vec::new(), false);
    for segment in segments {
        ends_open = matches!(segment.as_slice(), b"." | b"..");
        if segment == b".." {
            path.pop();
        } else if !ends_open {
            path.push(segment);
        }
    }
    if ends_open {
        path.push(Vec::new());
    }
    if path == [b""] { Vec::new() } else { path }
}

/// The bytes of a part of a URI (RFC 3986 section 2.1).
fn decoded(part: &str) -> Option<Vec<u8>> {
    let mut pieces = part.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_owned();
    for piece in pieces {
        let (digits, rest) = piece.split_at_checked(2)?;
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        bytes.extend_from_slice(rest.as_bytes());
    }
    Some(bytes)
}

//! What a device is told of its servers when it is built.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::net::IpAddr;

/// The LwM2M client of a device: its name, and the servers with which it registers.
///
/// ```
/// use comi_runtime::Lwm2mClient;
///
/// let client = Lwm2mClient::new("urn:dev:os:valve-7", "coap://leshan.example:5683")
///     .lifetime(300)
///     .server(2, "coap://[2001:db8::1]");
/// assert_eq!(client.endpoint(), "urn:dev:os:valve-7");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lwm2mClient {
    endpoint: String,
    servers: Vec<(u16, String, u32)>,
}

/// A server that is to be registered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Short server id: how this device knows it.
    pub short_server_id: u16,
    /// A name or an address, without brackets.
    pub host: String,
    /// UDP port.
    pub port: u16,
    /// Lifetime in seconds, where object 1 doesn't say another.
    pub lifetime: u32,
}

/// Why there can be no account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountError {
    /// Two servers have the same short server id.
    #[error("two servers have the same short server id")]
    SameId,
    /// The short server id is 0 or 65535, which are nobody's (Core 1.2 appendix E.2).
    #[error("a short server id is 1 to 65534")]
    ServerId,
    /// The URI is not `coap://HOST` or `coap://HOST:PORT`.
    #[error("a server's URI is coap://HOST or coap://HOST:PORT")]
    Uri,
}

impl Lwm2mClient {
    /// How long a registration is good for, in seconds, where nothing else is said.
    pub const LIFETIME: u32 = 86_400;

    /// A client with this endpoint name (Core section 7.4.1: a URN by choice), of a server with short server id 1.
    pub fn new(endpoint: impl Into<String>, uri: impl Into<String>) -> Lwm2mClient {
        Lwm2mClient { endpoint: endpoint.into(), servers: alloc::vec![(1, uri.into(), Lwm2mClient::LIFETIME)] }
    }

    /// A further server.
    #[must_use]
    pub fn server(mut self, short_server_id: u16, uri: impl Into<String>) -> Lwm2mClient {
        self.servers.push((short_server_id, uri.into(), Lwm2mClient::LIFETIME));
        self
    }

    /// The lifetime of the registration with the server named last, in seconds; 0 is endless. Where the model has object
    /// 1, its resource 1 begins with it, and counts from then on.
    #[must_use]
    pub fn lifetime(mut self, seconds: u32) -> Lwm2mClient {
        if let Some((_, _, lifetime)) = self.servers.last_mut() {
            *lifetime = seconds;
        }
        self
    }

    /// The endpoint name.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The servers.
    ///
    /// # Errors
    /// What is wrong with one.
    pub fn accounts(&self) -> Result<Vec<Account>, AccountError> {
        let mut accounts: Vec<Account> = Vec::new();
        for (short_server_id, uri, lifetime) in &self.servers {
            if !(1..=65534).contains(short_server_id) {
                return Err(AccountError::ServerId);
            }
            if accounts.iter().any(|other| other.short_server_id == *short_server_id) {
                return Err(AccountError::SameId);
            }
            let (host, port) = host_and_port(uri).ok_or(AccountError::Uri)?;
            accounts.push(Account { short_server_id: *short_server_id, host, port, lifetime: *lifetime });
        }
        Ok(accounts)
    }
}

/// The default port of coap (RFC 7252 section 6.1).
const PORT: u16 = 5683;

fn host_and_port(uri: &str) -> Option<(String, u16)> {
    let authority = uri.strip_prefix("coap://")?;
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    let (host, rest) = match authority.strip_prefix('[') {
        Some(inside) => {
            let (host, rest) = inside.split_once(']')?;
            host.parse::<IpAddr>().ok().filter(IpAddr::is_ipv6)?;
            (host, rest)
        }
        None => authority.split_at_checked(authority.find(':').unwrap_or(authority.len()))?,
    };
    let port = match rest.strip_prefix(':') {
        Some(port) => port.parse().ok().filter(|port| *port > 0)?,
        None => rest.is_empty().then_some(PORT)?,
    };
    let is_name = !host.is_empty() && !host.contains(|letter: char| "/?#@% \\".contains(letter) || letter.is_control());
    is_name.then(|| (host.to_string(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uri_names_host_and_port() {
        for (uri, expected) in [
            ("coap://leshan.example", Some(("leshan.example", 5683))),
            ("coap://leshan.example:5783/", Some(("leshan.example", 5783))),
            ("coap://192.0.2.1:1", Some(("192.0.2.1", 1))),
            ("coap://[2001:db8::1]:5683", Some(("2001:db8::1", 5683))),
            ("coap://[2001:db8::1]", Some(("2001:db8::1", 5683))),
            ("coap://[192.0.2.1]", None),
            ("coap://2001:db8::1", None),
            ("coap://a:0", None),
            ("coap://a:65536", None),
            ("coap://:5683", None),
            ("coap://a/rd", None),
            ("coap://", None),
            ("coaps://a", None),
            ("a", None),
        ] {
            let found = host_and_port(uri);
            assert_eq!(found.as_ref().map(|(host, port)| (host.as_str(), *port)), expected, "{uri}");
        }
    }

    #[test]
    fn short_server_ids_are_different_and_in_their_range() {
        let client = |id| Lwm2mClient::new("a", "coap://a").server(id, "coap://b").accounts().map(|all| all.len());
        assert_eq!(client(2), Ok(2));
        assert_eq!(client(1), Err(AccountError::SameId));
        assert_eq!(client(0), Err(AccountError::ServerId));
        assert_eq!(client(65535), Err(AccountError::ServerId));
    }
}

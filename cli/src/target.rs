//! Where a device is: `coap://HOST[:PORT]`, `coap+tcp://HOST[:PORT]`, or `HOST[:PORT]`.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, Result, bail};

use crate::usage::{OrWrongUsage as _, WrongUsage};

/// The default port of coap and coap+tcp (RFC 7252 section 6.1, RFC 8323 section 8.1).
const PORT: u16 = 5683;

/// How messages reach a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    /// `coap:`
    Udp,
    /// `coap+tcp:`
    Tcp,
}

/// Where a device is, and how it is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
}

impl Target {
    pub(crate) fn udp(address: SocketAddr) -> Target {
        Target { transport: Transport::Udp, address }
    }
}

/// Finds the address of a target.
///
/// Fails for other schemes, for paths (the device's resources have names of their own) and for unknown hosts, saying
/// what would be understood.
pub(crate) async fn resolve(target: &str) -> Result<Target> {
    let (transport, authority) = scheme(target).or_wrong_usage()?;
    Ok(Target { transport, address: find(target, authority).await? })
}

/// The scheme, and what stands between it and the path.
fn scheme(target: &str) -> Result<(Transport, &str)> {
    let (transport, authority) = match target.split_once("://") {
        Some(("coap", rest)) => (Transport::Udp, rest),
        Some(("coap+tcp", rest)) => (Transport::Tcp, rest),
        Some((scheme @ ("coaps" | "coaps+tcp"), _)) => {
            bail!("{target}: {scheme} is not supported yet; use coap://HOST[:PORT] or coap+tcp://HOST[:PORT]")
        }
        Some((scheme, _)) => {
            bail!("{target}: unknown scheme {scheme}; use coap://HOST[:PORT] or coap+tcp://HOST[:PORT]")
        }
        None => (Transport::Udp, target),
    };
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if let Some((host, path)) = authority.split_once('/') {
        bail!("{target}: give the path as an argument of its own: coap://{host} /{path}");
    }
    Ok((transport, authority))
}

/// Finds the address of the part between scheme and path.
async fn find(target: &str, authority: &str) -> Result<SocketAddr> {
    if let Ok(address) = authority.parse::<SocketAddr>() {
        return Ok(address);
    }
    let bare = authority.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(authority);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, PORT));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => {
            let wrong = || WrongUsage::new(format!("{target}: {port:?} is no port; one is from 1 to 65535"));
            (host, port.parse().map_err(|_| wrong())?)
        }
        None => (authority, PORT),
    };
    tokio::net::lookup_host((host, port))
        .await
        .with_context(|| format!("{target}: no such host"))?
        .next()
        .with_context(|| format!("{target}: the host has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_target_is_a_uri_or_a_host() {
        for (target, expected) in [
            ("coap://[::1]", "[::1]:5683"),
            ("coap://[::1]:61616/", "[::1]:61616"),
            ("[::1]", "[::1]:5683"),
            ("::1", "[::1]:5683"),
            ("127.0.0.1", "127.0.0.1:5683"),
            ("coap://127.0.0.1:7", "127.0.0.1:7"),
            ("coap+tcp://127.0.0.1", "127.0.0.1:5683"),
        ] {
            assert_eq!(resolve(target).await.expect(target).address.to_string(), expected, "{target}");
        }
    }

    #[tokio::test]
    async fn a_wrong_target_says_what_would_be_right() {
        for (target, words) in [
            ("http://[::1]", "unknown scheme http; use coap://"),
            ("coaps://[::1]", "not supported yet"),
            ("coap://[::1]/c", "coap://[::1] /c"),
            ("coap://[::1]:70000", "no port"),
            ("127.0.0.1:x", "no port"),
        ] {
            let error = format!("{:#}", resolve(target).await.expect_err(target));
            assert!(error.contains(words), "{target}: {error}");
        }
    }
}

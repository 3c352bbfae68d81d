//! Where a device is: `coap://HOST[:PORT]`, or `HOST[:PORT]`.

use std::net::{IpAddr, SocketAddr};

use anyhow::{Context as _, Result, bail};

/// The default port of coap (RFC 7252 section 6.1).
const PORT: u16 = 5683;

/// Finds the address of a target.
///
/// Fails for other schemes, for paths (the device's resources have names of their own) and for unknown hosts, saying
/// what would be understood.
pub(crate) async fn resolve(target: &str) -> Result<SocketAddr> {
    let authority = match target.split_once("://") {
        Some(("coap", rest)) => rest,
        Some((scheme @ ("coaps" | "coap+tcp" | "coaps+tcp"), _)) => {
            bail!("{target}: {scheme} is not supported yet; use coap://HOST[:PORT]")
        }
        Some((scheme, _)) => bail!("{target}: unknown scheme {scheme}; use coap://HOST[:PORT]"),
        None => target,
    };
    let authority = authority.strip_suffix('/').unwrap_or(authority);
    if let Some((host, path)) = authority.split_once('/') {
        bail!("{target}: give the path as an argument of its own: coap://{host} /{path}");
    }
    if let Ok(address) = authority.parse::<SocketAddr>() {
        return Ok(address);
    }
    let bare = authority.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(authority);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SocketAddr::new(address, PORT));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().with_context(|| format!("{target}: {port:?} is no port"))?),
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
        ] {
            assert_eq!(resolve(target).await.expect(target).to_string(), expected, "{target}");
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

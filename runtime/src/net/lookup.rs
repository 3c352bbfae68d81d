//! Host names that a device wants the address of, looked up one at a time beside its other work.

use std::boxed::Box;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::string::{String, ToString as _};

use super::driver::Served;
use super::udp::resolve;

/// A name, and its address if it has one that our socket reaches.
pub(super) type Found = (String, Option<IpAddr>);

/// The look-up that is under way.
#[derive(Default)]
pub(super) struct Lookup {
    running: Option<Pin<Box<dyn Future<Output = Found> + Send>>>,
}

impl core::fmt::Debug for Lookup {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Lookup").field("running", &self.running.is_some()).finish()
    }
}

impl Lookup {
    /// Begins with the next name, if none is under way.
    pub(super) fn start(&mut self, served: &impl Served, ours: Option<SocketAddr>) {
        if self.running.is_none()
            && let Some((host, port)) = served.wanted_name()
        {
            let host = host.to_string();
            self.running = Some(Box::pin(async move {
                let found = resolve((host.as_str(), port)).await.unwrap_or_default();
                let reached = found.into_iter().find(|address| ours.is_none_or(|ours| reaches(ours, *address)));
                (host, reached.map(|address| address.ip()))
            }));
        }
    }

    /// Waits for what is found; for ever while nothing is looked up.
    pub(super) async fn next(&mut self) -> Found {
        match &mut self.running {
            Some(running) => {
                let found = running.as_mut().await;
                self.running = None;
                found
            }
            None => core::future::pending().await,
        }
    }
}

/// Whether a socket that is bound to an address can send to the other: `[::]` takes IPv4, too.
fn reaches(ours: SocketAddr, other: SocketAddr) -> bool {
    let every = ours.is_ipv6() && ours.ip().is_unspecified();
    every || ours.is_ipv4() == other.is_ipv4()
}

//! Registration of a served device with an LwM2M server, and the lines that tell how far it is.

use std::net::IpAddr;
use std::time::Duration;

use clap::Args;
use comi_runtime::board::Board;
use comi_runtime::lwm2m::Path;
use comi_runtime::lwm2m::registration::State;
use comi_runtime::net::Handle;
use comi_runtime::{Builder, Event, Lwm2mClient};

/// Arguments that make a device a client of an LwM2M server.
#[derive(Args, Default)]
pub(crate) struct RegistrationArguments {
    /// Register with the LwM2M server coap://HOST:PORT
    #[arg(long, value_name = "URI")]
    lwm2m: Option<String>,
    /// The endpoint name to register as
    #[arg(long, value_name = "NAME", default_value = "comi-demo", requires = "lwm2m")]
    endpoint: String,
    /// How long a registration is good for; 0 is for ever
    #[arg(long, value_name = "SECONDS", default_value_t = Lwm2mClient::LIFETIME, requires = "lwm2m")]
    lifetime: u32,
    /// Tell the server what stands at this LwM2M path, unasked (Send): once registered, and then by --send-every
    #[arg(long, value_name = "PATH", requires = "lwm2m", value_parser = path)]
    send: Vec<Path>,
    /// Send again, once in this many seconds
    #[arg(long, value_name = "SECONDS", requires = "send", value_parser = super::seconds)]
    send_every: Option<Duration>,
}

fn path(text: &str) -> Result<Path, String> {
    Path::parse(text).ok_or_else(|| "an LwM2M path is expected, such as /3303/0/5700".into())
}

/// The short server id of the one server.
const SERVER: u16 = 1;
/// How long a server that is left may take to say that it knows.
const FAREWELL: Duration = Duration::from_secs(3);

impl RegistrationArguments {
    /// The client of the server that was named.
    fn client(&self) -> Option<Lwm2mClient> {
        let uri = self.lwm2m.as_ref()?;
        Some(Lwm2mClient::new(&self.endpoint, uri).lifetime(self.lifetime))
    }

    /// Serves LwM2M, and registers where a server was named.
    pub(super) fn client_of<B: Board>(&self, builder: Builder<B>) -> Builder<B> {
        match self.client() {
            Some(client) => builder.lwm2m_client(client),
            None => builder.lwm2m(),
        }
    }

    /// Where to listen so that the server reaches the device: a server on this machine over loopback, any other over every
    /// address.
    pub(super) fn listen(&self) -> Option<String> {
        let [server] = self.client()?.accounts().ok()?.try_into().ok()?;
        let address = server.host.parse::<IpAddr>().ok();
        Some(match address {
            Some(IpAddr::V4(address)) if address.is_loopback() => "127.0.0.1:0".into(),
            Some(IpAddr::V6(address)) if address.is_loopback() => "[::1]:0".into(),
            _ => "[::]:0".into(),
        })
    }

    /// Tells how far the registration is, and the server what it is to be sent; ends with the device.
    pub(super) async fn tell(&self, handle: &Handle) {
        let mut events = handle.events();
        let server = self.lwm2m.as_deref().unwrap_or("");
        let mut is_registered = false;
        let mut clock = tokio::time::interval(self.send_every.unwrap_or(FAREWELL));
        loop {
            let event = tokio::select! {
                event = events.next() => event,
                _ = clock.tick(), if is_registered && self.send_every.is_some() => {
                    self.send(handle).await;
                    continue;
                }
            };
            let Some(event) = event else { return };
            let Event::Registration(status) = event else { continue };
            match status.state {
                State::Registered { .. } if is_registered => {}
                State::Registered { .. } => {
                    outln!("registered at {server} as {:?}: {}", self.endpoint, status.location);
                    is_registered = true;
                    self.send(handle).await;
                    clock.reset();
                }
                State::Updating { .. } => {}
                other => {
                    is_registered = false;
                    match other {
                        State::Waiting { .. } => outln!("not registered at {server}: will try again"),
                        State::Failed { .. } => outln!("not registered at {server}: every attempt has failed"),
                        State::Leaving { .. } => outln!("leaving {server}"),
                        _ => {}
                    }
                }
            }
        }
    }

    async fn send(&self, handle: &Handle) {
        if self.send.is_empty() {
            return;
        }
        match handle.send(SERVER, &self.send).await {
            Ok(()) => outln!("sent {}", self.send.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")),
            Err(error) => outln!("not sent: {error}"),
        }
    }

    /// Takes leave of the server, so that it doesn't believe for a lifetime that the device is there.
    pub(super) async fn leave(&self, handle: &Handle) {
        if self.lwm2m.is_none() {
            return;
        }
        let mut events = handle.events();
        let left = async {
            if handle.deregister().await.is_err() {
                return;
            }
            while let Some(event) = events.next().await {
                if matches!(event, Event::Registration(status) if status.state == State::Idle) {
                    return;
                }
            }
        };
        // a server that is not there is left all the same
        let _ = tokio::time::timeout(FAREWELL, left).await;
    }
}

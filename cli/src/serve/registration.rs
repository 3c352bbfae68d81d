//! Registration of a served device with an LwM2M server, and the lines that tell how far it is.

use std::net::IpAddr;

use clap::Args;
use comi_runtime::board::Board;
use comi_runtime::lwm2m::registration::State;
use comi_runtime::net::Events;
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
}

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

    /// Tells how far the registration is; ends with the device.
    pub(super) async fn tell(&self, mut events: Events) {
        let server = self.lwm2m.as_deref().unwrap_or("");
        while let Some(event) = events.next().await {
            let Event::Registration(status) = event else { continue };
            match status.state {
                State::Registered { .. } => {
                    println!("registered at {server} as {:?}: {}", self.endpoint, status.location);
                }
                State::Waiting { .. } => println!("not registered at {server}: will try again"),
                State::Failed { .. } => println!("not registered at {server}: every attempt has failed"),
                State::Leaving { .. } => println!("leaving {server}"),
                State::Idle | State::Registering { .. } | State::Updating { .. } => {}
            }
        }
    }
}

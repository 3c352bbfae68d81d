//! `comi serve`: a device until Ctrl-C, the demo device or a mock of any model.
//!
//! `demo` is the one, `mock` the other: `simulation` reads what it has, `tree` is how it keeps that, `console` is how its
//! user speaks for its hardware. Read [`Arguments`] first.

mod console;
pub(crate) mod demo;
mod kept;
mod mock;
mod registration;
mod simulation;
mod tree;

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use comi_runtime::Device;
use comi_runtime::board::Board;
use comi_runtime::net::{Handle, Inbox, Server};

use crate::arguments::ModelArguments;
use crate::usage::WrongUsage;
pub(crate) use kept::StoreArguments;
pub(crate) use registration::RegistrationArguments;

/// The default port of coap (RFC 7252 section 6.1).
const PORT: u16 = 5683;

/// Arguments of `comi serve`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi serve                                                    the demo device
  comi serve --module pump --path models                        a mock of any model, empty
  comi serve --module pump --path models --data pump.json       with what pump.json says
  comi serve --lwm2m coap://HOST --endpoint NAME                registers with an LwM2M server; any model does
  comi serve --module ietf-interfaces --sample 1                with random data
  comi serve --store valve.redb                                 keeps its configuration in a file

The mock needs no build step: configuration is checked and stored, state, the output of rpcs and actions, and what
notifications say are those of --data. An operation that is not in it echoes: what its output and its input both have
comes back. While it serves, lines on standard input speak for its hardware:

  /pump:pump/speed 1500                 a value changes; who observes it is told
  delete /pump:pump/fault               it is gone
  /pump:overheated                      a notification, with the content that --data has for it
  /pump:overheated temperature=90       with this content; one JSON object will do, too

Modules without a .sid file get SIDs for the session, the same ones in every `comi` that has the same modules.

Exit status: 0 it was told to end, 1 it could not serve, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    model: ModelArguments,
    /// RFC 7951 JSON: configuration, state, and in their place rpcs and actions with their output, notifications with their
    /// content. Without --module, the modules that it names are served
    #[arg(long, value_name = "FILE.json")]
    data: Option<PathBuf>,
    /// Start with random data instead, as `comi yang sample` makes it from this seed
    #[arg(long, value_name = "SEED", conflicts_with = "data")]
    sample: Option<u64>,
    /// Raise the notifications of --data, one after the other, one in this many seconds
    #[arg(long, value_name = "SECONDS", requires = "data", value_parser = seconds)]
    raise_every: Option<Duration>,
    /// Print neither changes nor calls
    #[arg(long)]
    quiet: bool,
    /// Where to listen. Loopback alone without it, since anybody who reaches the device may set it.
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "ADDRESS:PORT to listen on, port 0 for a free one [default: [::1]:5683, else 127.0.0.1:5683, else a free \
                port; loopback alone, since anybody who reaches the device may set it]"
    )]
    listen: Option<String>,
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    registration: RegistrationArguments,
}

impl Arguments {
    fn listen(&self) -> Option<String> {
        self.listen.clone().or_else(|| self.registration.listen())
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let wanted = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    wanted.filter(|wanted| *wanted >= Duration::from_millis(10)).ok_or_else(|| "seconds are expected, such as 5".into())
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let modelled = !arguments.model.modules.is_empty() || !arguments.model.paths.is_empty();
    if modelled || arguments.data.is_some() || arguments.sample.is_some() {
        return mock::run(arguments).await;
    }
    let registration = &arguments.registration;
    let Serving { server, address, handle } =
        demo::start(arguments.listen().as_deref(), registration, &arguments.store).await?;
    let suggestions = demo::suggestions(address);
    tokio::select! {
        ended = serve(server, address, ("the demo device", &suggestions), registration, &handle) => ended,
        () = registration.tell(&handle) => bail!("the device has ended"),
    }
}

/// A device at its address, and what reaches it.
pub(crate) struct Serving<B> {
    pub(crate) server: Server<B>,
    pub(crate) address: SocketAddr,
    handle: Handle,
}

/// Serves until Ctrl-C, and leaves the LwM2M server then.
async fn serve<B: Board>(
    server: Server<B>,
    address: SocketAddr,
    (what, suggestions): (&str, &str),
    registration: &RegistrationArguments,
    handle: &Handle,
) -> Result<ExitCode> {
    outln!("{what} serves at {}", uri(address));
    if !address.ip().is_loopback() {
        outln!("everybody who reaches this address can read and set it");
    }
    out!("{suggestions}");
    let mut running = std::pin::pin!(server.run());
    tokio::select! {
        () = &mut running => bail!("the device has ended"),
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    tokio::select! {
        () = &mut running => {}
        () = registration.leave(handle) => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// Binds a device to the address that was asked for, or to the first that is free.
async fn bind<B: Board>(device: Device<B>, inbox: Inbox, listen: Option<&str>) -> Result<(Server<B>, SocketAddr)> {
    let candidates: Vec<SocketAddr> = match listen {
        Some(listen) => {
            let wrong = format!("--listen {listen}: give ADDRESS:PORT, such as 127.0.0.1:5683 or [::]:0");
            vec![listen.parse().map_err(|_| WrongUsage::new(wrong))?]
        }
        None => vec![
            (Ipv6Addr::LOCALHOST, PORT).into(),
            (Ipv4Addr::LOCALHOST, PORT).into(),
            (Ipv6Addr::LOCALHOST, 0).into(),
            (Ipv4Addr::LOCALHOST, 0).into(),
        ],
    };
    let words: Vec<String> = candidates.iter().map(ToString::to_string).collect();
    let tried = words.join(", ");
    let bound = Server::bind(device, inbox, candidates.as_slice()).await;
    let server = bound.map_err(|error| {
        let taken = error.kind() == std::io::ErrorKind::AddrInUse;
        let cure = if taken { "; port 0 takes a free one: --listen '[::1]:0'" } else { "" };
        anyhow!("no address could be bound (tried {tried}): {error}{cure}")
    })?;
    let address = server.local_addr()?;
    Ok((server, address))
}

/// The device's URI, the default port left out.
pub(crate) fn uri(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    if address.port() == PORT { format!("coap://{host}") } else { format!("coap://{host}:{}", address.port()) }
}

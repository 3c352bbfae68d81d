//! `comi serve`: the demo device, until Ctrl-C.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use comi_runtime::net::{Inbox, Server};
use comi_runtime::time::Instant;
use comi_runtime::{Device, Limits};

use crate::board::{Board, model};

/// The default port of coap (RFC 7252 section 6.1).
const PORT: u16 = 5683;

/// The demo device with its hardware.
type Demo = Server<model::Bound<Board>>;

/// Arguments of `comi serve`.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Where to listen. Loopback alone without it, since anybody who reaches the demo device may set it.
    #[arg(
        long,
        value_name = "ADDRESS",
        help = "ADDRESS:PORT to listen on, port 0 for a free one [default: [::1]:5683, else 127.0.0.1:5683, else a free \
                port; loopback alone, since anybody who reaches the demo device may set it]"
    )]
    listen: Option<String>,
}

pub(crate) async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (server, address) = start(arguments.listen.as_deref()).await?;
    println!("the demo device serves at {}", uri(address));
    if !address.ip().is_loopback() {
        println!("everybody who reaches this address can read and set it");
    }
    print!("{}", suggestions(address));
    tokio::select! {
        () = server.run() => bail!("the device has ended"),
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Binds the demo device and prepares its hardware.
pub(crate) async fn start(listen: Option<&str>) -> Result<(Demo, SocketAddr)> {
    let candidates: Vec<SocketAddr> =
        match listen {
            Some(listen) => {
                let address = listen.parse();
                vec![address.with_context(|| {
                    format!("--listen {listen}: give ADDRESS:PORT, such as 127.0.0.1:5683 or [::]:0")
                })?]
            }
            None => vec![
                (Ipv6Addr::LOCALHOST, PORT).into(),
                (Ipv4Addr::LOCALHOST, PORT).into(),
                (Ipv6Addr::LOCALHOST, 0).into(),
                (Ipv4Addr::LOCALHOST, 0).into(),
            ],
        };
    let (handle, inbox) = comi_runtime::net::handle();
    let mut device = Device::new(model::bind(Board::new(handle))).coreconf().lwm2m().limits(Limits::SERVER).build()?;
    device.edit(Instant::START, Board::start)?;
    let server = bind(device, inbox, &candidates).await?;
    let address = server.local_addr()?;
    Ok((server, address))
}

async fn bind(device: Device<model::Bound<Board>>, inbox: Inbox, candidates: &[SocketAddr]) -> Result<Demo> {
    let words: Vec<String> = candidates.iter().map(ToString::to_string).collect();
    let tried = words.join(", ");
    Server::bind(device, inbox, candidates).await.with_context(|| format!("no address could be bound (tried {tried})"))
}

/// The device's URI, the default port left out.
pub(crate) fn uri(address: SocketAddr) -> String {
    let host = match address {
        SocketAddr::V4(address) => address.ip().to_string(),
        SocketAddr::V6(address) => format!("[{}]", address.ip()),
    };
    if address.port() == PORT { format!("coap://{host}") } else { format!("coap://{host}:{}", address.port()) }
}

/// Three commands to try, quoted so that every shell takes them.
pub(crate) fn suggestions(address: SocketAddr) -> String {
    let uri = uri(address);
    format!(
        "try, in another terminal:\n  \
         comi get '{uri}' /acme-valve:valve\n  \
         comi set '{uri}' /acme-valve:valve/target 40\n  \
         comi watch '{uri}' '/lwm2m-temperature-3303:temperature=0/sensor-value'\n\
         Ctrl-C ends it\n"
    )
}

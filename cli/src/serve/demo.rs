//! The demo device: a valve and two temperature sensors.

use std::net::SocketAddr;

use anyhow::Result;
use comi_runtime::time::Instant;
use comi_runtime::{Device, Limits};

use super::kept::{self, StoreArguments};
use super::registration::RegistrationArguments;
use super::{Serving, bind, uri};
use crate::board::{Board, model};

/// Binds the demo device and prepares its hardware.
pub(crate) async fn start(
    listen: Option<&str>,
    registration: &RegistrationArguments,
    store: &StoreArguments,
) -> Result<Serving<model::Bound<Board>>> {
    let (handle, inbox) = comi_runtime::net::handle();
    let builder = Device::new(model::bind(Board::new(handle.clone()))).coreconf().limits(Limits::SERVER);
    let mut device = store.keep(registration.client_of(builder), None).build()?;
    kept::tell(&device);
    device.edit(Instant::START, Board::start)?;
    let (server, address) = bind(device, inbox, listen).await?;
    Ok(Serving { server, address, handle })
}

/// Four commands to try, quoted so that every shell takes them.
pub(crate) fn suggestions(address: SocketAddr) -> String {
    let uri = uri(address);
    let tcp = uri.replacen("coap:", "coap+tcp:", 1);
    format!(
        "try, in another terminal:\n  \
         comi get '{uri}' /acme-valve:valve\n  \
         comi set '{uri}' /acme-valve:valve/target 40\n  \
         comi watch '{uri}' '/lwm2m-temperature-3303:temperature=0/sensor-value'\n  \
         comi get '{tcp}' /acme-valve:valve\n\
         Ctrl-C ends it\n"
    )
}

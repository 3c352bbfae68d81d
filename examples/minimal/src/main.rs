//! The smallest device: a temperature sensor that speaks CORECONF and LwM2M, on a Cortex-M4 without an operating
//! system. Everything but the radio and the readings is what a real one has; `tests/bench/size` says how large it is.
#![no_std]
#![no_main]

extern crate alloc;

mod board;
mod interrupts;
mod radio;

use alloc::vec::Vec;

use comi_runtime::Device;
use comi_runtime::coap::Peer;
use comi_runtime::datastore::EditError;
use comi_runtime::time::Instant;
use comi_runtime::value::Data;
use model::lwm2m_server_1::path as server;
use model::lwm2m_temperature_3303::path as temperature;
use panic_halt as _;

use board::Board;
use radio::{NoRadio, Radio};

/// The compiled models.
mod model {
    comi_runtime::include_model!();
}

/// The datastore and all messages live here.
#[global_allocator]
static HEAP: emballoc::Allocator<{ 32 * 1024 }> = emballoc::Allocator::new();

/// The largest datagram that is taken: a block of 512 bytes and what surrounds it.
const DATAGRAM: usize = 640;

/// What the device is born with: its server, and its sensor.
fn first_contents(device: &mut Device<model::Bound<Board>>, now: Instant) -> Result<(), EditError> {
    device.edit(now, |edit| {
        edit.ensure(&server::server(0))?;
        edit.replace(&server::server_short_server_id(0), Data::Leaf(101.into()))?;
        edit.replace(&server::server_lifetime(0), Data::Leaf(86_400.into()))?;
        edit.replace(&server::server_binding(0), Data::Leaf("U".into()))?;
        edit.replace(&server::server_notification_storing_when_disabled_or_offline(0), Data::Leaf(true.into()))?;
        edit.ensure(&temperature::temperature(0))
    })
}

#[cortex_m_rt::entry]
fn main() -> ! {
    let mut radio = NoRadio;
    let built = Device::new(model::bind(Board)).coreconf().lwm2m().seed(radio.random()).build();
    // The error's text would bring the formatting of every error with it: 10 kB that nobody here can read.
    let Ok(mut device) = built else { panic!() };
    let Ok(()) = first_contents(&mut device, radio.now()) else { panic!() };
    let (mut incoming, mut outgoing) = ([0; DATAGRAM], Vec::new());
    loop {
        match radio.receive(&mut incoming, device.poll_timeout()) {
            Some((from, datagram)) => device.handle_datagram(radio.now(), Peer::insecure(from), datagram),
            None => device.handle_timeout(radio.now()),
        }
        while let Some(to) = device.poll_transmit(&mut outgoing) {
            radio.send(to.address, &outgoing);
        }
    }
}

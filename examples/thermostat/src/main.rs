//! A thermostat: one module of its own, served over CORECONF.
//!
//! `cargo run -p thermostat`, then `comi get coap://[::1] /acme-thermostat:thermostat`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use comi_runtime::Device;
use comi_runtime::board::{Call, Fault, Outcome};
use comi_runtime::model::Decimal64;
use comi_runtime::net::{self, Handle};
use comi_runtime::store::Redb;
use comi_runtime::value::Data;
use model::acme_thermostat::{BoostInput, BoostOutput, Mode, Overheated, ThermostatHandler, path};

/// The compiled model.
pub mod model {
    comi_runtime::include_model!();
}

/// The hardware: here a room of which only the temperature is known, in tenths of a degree.
struct Board {
    room: Arc<AtomicI64>,
}

impl ThermostatHandler for Board {
    fn room_temperature(&mut self) -> Result<Decimal64<1>, Fault> {
        Ok(Decimal64::from_mantissa(self.room.load(Ordering::Relaxed)))
    }

    fn boost(&mut self, _call: Call, input: BoostInput) -> Result<Outcome<BoostOutput>, Fault> {
        let warmer = i64::from(input.minutes) / 2;
        let expected = self.room.fetch_add(warmer, Ordering::Relaxed) + warmer;
        Ok(Outcome::Done(BoostOutput { expected_temperature: Decimal64::from_mantissa(expected) }))
    }

    fn prepare_mode(&mut self, new: Option<Mode>) -> Result<(), Fault> {
        match new {
            Some(Mode::Cool) => Err(Fault::refused("this thermostat has no cooler")),
            _ => Ok(()),
        }
    }

    fn setpoint_changed(&mut self, new: Option<Decimal64<1>>) {
        match new {
            Some(setpoint) => println!("now heating to {setpoint} degrees"),
            None => println!("now heating to the default"),
        }
    }
}

/// The board speaks first: a reading has changed, the slow sensor has answered, the room is too hot.
async fn watch(handle: Handle, room: Arc<AtomicI64>) -> anyhow::Result<()> {
    for second in 0_i64.. {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let before = room.fetch_add(1, Ordering::Relaxed);
        handle.changed(&path::thermostat_room_temperature()).await?;
        let humidity = u8::try_from(40 + second % 20)?;
        handle.set(&path::thermostat_humidity(), Data::Leaf(humidity.into())).await?;
        if before == 299 {
            let room_temperature = Decimal64::from_mantissa(before + 1);
            handle.raise(Overheated { room_temperature, setpoint: None }).await?;
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let room = Arc::new(AtomicI64::new(215));
    let (handle, inbox) = net::handle();
    let settings = Redb::open("thermostat.redb");
    let device = Device::new(model::bind(Board { room: room.clone() })).coreconf().store(settings).build()?;
    print!("{}", device.restored().map(|restored| restored.explain(device.schema())).unwrap_or_default());
    tokio::spawn(watch(handle, room));
    net::serve(device, inbox, "[::]:5683").await?;
    Ok(())
}

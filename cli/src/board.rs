//! The demo device's hardware: a valve and two temperature sensors that exist in memory alone.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use comi_runtime::board::{Call, Fault, Outcome};
use comi_runtime::datastore::{Edit, EditError};
use comi_runtime::model::Decimal64;
use comi_runtime::net::{Handle, HandleError};
use comi_runtime::value::{Data, Value};

/// The compiled models of the demo device.
pub(crate) mod model {
    comi_runtime::include_model!();
}

use model::acme_valve::{
    AcmeValveHandler, Condition, IdentifyInput, Mode, MoveInput, MoveOutput, SelfTestOutput, Stuck, ValveHandler, path,
};
use model::lwm2m_device_3::DeviceHandler;
use model::lwm2m_server_1::ServerHandler;
use model::lwm2m_temperature_3303::{TemperatureHandler, path as temperature_path};

/// Above this position the demo's valve sticks, so that there is something to tell.
const STICKS_AT: u8 = 95;

/// The board.
pub(crate) struct Board {
    handle: Handle,
    position: u8,
    target: u8,
    mode: Mode,
    moved_ml: u64,
    condition: Condition,
    lowest: f64,
    highest: f64,
}

impl Board {
    pub(crate) fn new(handle: Handle) -> Board {
        Board {
            handle,
            position: 0,
            target: 0,
            mode: Mode::Manual,
            moved_ml: 0,
            condition: Condition(0),
            lowest: f64::MAX,
            highest: f64::MIN,
        }
    }

    /// What the board's hardware has when it starts: two sensors, and a flow meter that measures nothing yet.
    pub(crate) fn start(edit: &mut Edit<'_>) -> Result<(), EditError> {
        for instance in [0, 1] {
            edit.ensure(&temperature_path::temperature(instance))?;
        }
        edit.replace(&path::valve_flow(), Data::Leaf(Value::Decimal64(0)))
    }

    fn go_to(&mut self, position: u8) {
        let reached = position.min(STICKS_AT);
        self.moved_ml = self.moved_ml.saturating_add(u64::from(reached.abs_diff(self.position)) * 10);
        self.position = reached;
        let stuck = position > STICKS_AT;
        self.condition = if stuck { Condition::STUCK } else { Condition(0) };
        let (handle, target) = (self.handle.clone(), position);
        // The device is at work when a handler runs: what it causes is told from another task.
        tokio::spawn(async move {
            handle.changed(&path::valve_position()).await?;
            handle.set(&path::valve_flow(), Data::Leaf(Value::Decimal64(i64::from(reached) * 25))).await?;
            if stuck {
                let torque = Some(Decimal64::from_mantissa(81));
                handle.raise(Stuck { position: reached, target, torque }).await?;
            }
            Ok::<_, HandleError>(())
        });
    }
}

impl ValveHandler for Board {
    fn position(&mut self) -> Result<u8, Fault> {
        Ok(self.position)
    }

    fn volume(&mut self) -> Result<u64, Fault> {
        Ok(self.moved_ml)
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        Ok(self.condition)
    }

    fn prepare_valve_target(&mut self, _new: Option<u8>) -> Result<(), Fault> {
        match self.mode {
            Mode::Service => Err(Fault::refused("the valve is being serviced: set mode to manual first")),
            Mode::Manual | Mode::Scheduled => Ok(()),
        }
    }

    fn valve_target_changed(&mut self, new: Option<u8>) {
        self.target = new.unwrap_or(0);
        self.go_to(self.target);
    }

    fn mode_changed(&mut self, new: Option<Mode>) {
        self.mode = new.unwrap_or(Mode::Manual);
    }

    fn r#move(&mut self, _call: Call, input: MoveInput) -> Result<Outcome<MoveOutput>, Fault> {
        let way = u16::from(input.position.abs_diff(self.position));
        self.go_to(input.position);
        let duration = if input.gently { way } else { way / 4 };
        Ok(Outcome::Done(MoveOutput { duration }))
    }
}

impl AcmeValveHandler for Board {
    fn identify(&mut self, _call: Call, _input: IdentifyInput) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Done(()))
    }

    fn self_test(&mut self, call: Call) -> Result<Outcome<SelfTestOutput>, Fault> {
        let handle = self.handle.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(500)).await;
            handle.answer(call, Ok(SelfTestOutput { passed: true, finding: Vec::new() })).await
        });
        Ok(Outcome::Later)
    }
}

impl TemperatureHandler for Board {
    fn sensor_value(&mut self, instance_id: u16) -> Result<f64, Fault> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |time| time.as_secs_f64());
        let value = ((20.0 + 3.0 * (seconds / 60.0 + f64::from(instance_id)).sin()) * 100.0).round() / 100.0;
        self.lowest = self.lowest.min(value);
        self.highest = self.highest.max(value);
        Ok(value)
    }

    fn min_measured_value(&mut self, _instance_id: u16) -> Result<f64, Fault> {
        if self.lowest > self.highest { Err(Fault::Absent) } else { Ok(self.lowest) }
    }

    fn max_measured_value(&mut self, _instance_id: u16) -> Result<f64, Fault> {
        if self.lowest > self.highest { Err(Fault::Absent) } else { Ok(self.highest) }
    }

    fn sensor_units(&mut self, _instance_id: u16) -> Result<String, Fault> {
        Ok("Cel".into())
    }

    fn reset_min_and_max_measured_values(
        &mut self,
        _call: Call,
        _instance_id: u16,
        _arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        (self.lowest, self.highest) = (f64::MAX, f64::MIN);
        Ok(Outcome::Done(()))
    }
}

impl DeviceHandler for Board {
    fn manufacturer(&mut self) -> Result<String, Fault> {
        Ok("Acme".into())
    }

    fn model_number(&mut self) -> Result<String, Fault> {
        Ok("Valve 7".into())
    }

    fn serial_number(&mut self) -> Result<String, Fault> {
        Ok("0007".into())
    }

    fn supported_binding_and_modes(&mut self) -> Result<String, Fault> {
        Ok("U".into())
    }

    fn error_code_next(&mut self, after: Option<u16>) -> Result<Option<u16>, Fault> {
        Ok(if after.is_none() { Some(0) } else { None })
    }

    fn error_code_value(&mut self, id: u16) -> Result<i8, Fault> {
        if id == 0 { Ok(0) } else { Err(Fault::Absent) }
    }

    fn reboot(&mut self, _call: Call, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(Fault::refused("the demo device does not reboot"))
    }

    fn factory_reset(&mut self, _call: Call, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(Fault::refused("the demo device keeps its settings"))
    }

    fn reset_error_code(&mut self, _call: Call, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Done(()))
    }
}

/// The two operations that drive a registration are asked for only while the device registers with nobody: a client
/// answers them by itself.
impl ServerHandler for Board {
    fn prepare_server_create(&mut self, _instance_id: u16) -> Result<(), Fault> {
        Ok(())
    }

    fn prepare_server_delete(&mut self, _instance_id: u16) -> Result<(), Fault> {
        Ok(())
    }

    fn registration_update_trigger(
        &mut self,
        _call: Call,
        _instance_id: u16,
        _arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        Err(Fault::refused("the demo device registers with this server only if started with --lwm2m"))
    }

    fn disable(&mut self, _call: Call, _instance_id: u16, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(Fault::refused("the demo device registers with this server only if started with --lwm2m"))
    }

    fn bootstrap_request_trigger(
        &mut self,
        _call: Call,
        _instance_id: u16,
        _arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        Err(Fault::refused("the demo device has no bootstrap server"))
    }
}

//! The hardware under test: readings that a test sets, and a diary of what it was asked and told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use comi_runtime::board::{Call, Fault, Outcome};
use comi_runtime::model::Decimal64;

use crate::model::acme_valve::{
    AcmeValveHandler, Condition, IdentifyInput, MoveInput, MoveOutput, SelfTestOutput, ValveHandler,
};
use crate::model::lwm2m_device_3::DeviceHandler;
use crate::model::lwm2m_temperature_3303::TemperatureHandler;

/// What a test sets and sees.
#[derive(Default)]
pub(crate) struct State {
    /// The valve's position; `None`: the sensor is broken.
    pub(crate) position: Option<u8>,
    pub(crate) flow: i64,
    pub(crate) temperatures: BTreeMap<u16, f64>,
    /// The board panics when this is asked or told.
    pub(crate) panics: Option<&'static str>,
    /// What was asked and told.
    pub(crate) diary: Vec<String>,
    /// The self-tests that wait for their end.
    pub(crate) running: Vec<Call>,
}

/// Shared between the device and the test.
#[derive(Clone)]
pub(crate) struct Hardware(Arc<Mutex<State>>);

impl Hardware {
    pub(crate) fn new() -> Hardware {
        let temperatures = BTreeMap::from([(0, 21.5), (1, -3.25)]);
        Hardware(Arc::new(Mutex::new(State { position: Some(10), temperatures, ..State::default() })))
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn note(&self, entry: impl Into<String>) -> MutexGuard<'_, State> {
        let entry = entry.into();
        let mut state = self.state();
        let panics = state.panics.is_some_and(|what| what == entry);
        state.diary.push(entry);
        if panics {
            drop(state);
            panic!("the test asked for it");
        }
        state
    }
}

impl AcmeValveHandler for Hardware {
    fn identify(&mut self, _: Call, input: IdentifyInput) -> Result<Outcome<()>, Fault> {
        drop(self.note(format!("identify {}", input.duration)));
        Ok(Outcome::Done(()))
    }

    fn self_test(&mut self, call: Call) -> Result<Outcome<SelfTestOutput>, Fault> {
        self.note("self-test").running.push(call);
        Ok(Outcome::Later)
    }
}

impl ValveHandler for Hardware {
    fn position(&mut self) -> Result<u8, Fault> {
        self.note("position").position.ok_or(Fault::failed("no echo"))
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        Ok(Condition::MOVING)
    }

    fn flow(&mut self) -> Result<Decimal64<2>, Fault> {
        Ok(Decimal64::from_mantissa(self.note("flow").flow))
    }

    fn r#move(&mut self, _: Call, input: MoveInput) -> Result<Outcome<MoveOutput>, Fault> {
        self.note(format!("move {}", input.position)).position = Some(input.position);
        Ok(Outcome::Done(MoveOutput { duration: 7 }))
    }

    fn prepare_valve_target(&mut self, new: Option<u8>) -> Result<(), Fault> {
        drop(self.note("prepare target"));
        if new == Some(99) { Err(Fault::refused("too far for this pipe")) } else { Ok(()) }
    }

    fn valve_target_changed(&mut self, new: Option<u8>) {
        drop(self.note(format!("target {new:?}")));
        drop(self.note("target changed"));
    }
}

impl DeviceHandler for Hardware {
    fn reboot(&mut self, call: Call, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        self.note(format!("reboot {arguments:?}")).running.push(call);
        Ok(Outcome::Later)
    }

    fn factory_reset(&mut self, _: Call, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        drop(self.note(format!("factory-reset {arguments:?}")));
        Ok(Outcome::Done(()))
    }

    fn reset_error_code(&mut self, _: Call, _: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(Fault::failed("no memory"))
    }

    fn available_power_sources_value(&mut self, id: u16) -> Result<i8, Fault> {
        if id < 2 { Ok(if id == 0 { 1 } else { 5 }) } else { Err(Fault::Absent) }
    }

    fn available_power_sources_next(&mut self, after: Option<u16>) -> Result<Option<u16>, Fault> {
        Ok(match after {
            None => Some(0),
            Some(0) => Some(1),
            Some(_) => None,
        })
    }

    fn error_code_value(&mut self, _: u16) -> Result<i8, Fault> {
        Err(Fault::Absent)
    }

    fn ext_dev_info_value(&mut self, _: u16) -> Result<String, Fault> {
        Err(Fault::Absent)
    }

    fn power_source_current_value(&mut self, _: u16) -> Result<i64, Fault> {
        Err(Fault::Absent)
    }

    fn power_source_voltage_value(&mut self, _: u16) -> Result<i64, Fault> {
        Err(Fault::Absent)
    }

    fn manufacturer(&mut self) -> Result<String, Fault> {
        Ok("Acme".into())
    }

    fn supported_binding_and_modes(&mut self) -> Result<String, Fault> {
        Ok("U".into())
    }
}

impl TemperatureHandler for Hardware {
    fn sensor_value(&mut self, instance_id: u16) -> Result<f64, Fault> {
        self.note(format!("sensor-value {instance_id}")).temperatures.get(&instance_id).copied().ok_or(Fault::Absent)
    }

    fn reset_min_and_max_measured_values(
        &mut self,
        _: Call,
        instance_id: u16,
        arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        drop(self.note(format!("reset {instance_id} {arguments:?}")));
        Ok(Outcome::Done(()))
    }
}

//! A board that keeps a diary of what was executed.

use std::sync::{Arc, Mutex, PoisonError};

use comi_runtime::board::{Call, Fault, Outcome};
use comi_runtime::model::Decimal64;

use crate::model::acme_valve::{
    AcmeValveHandler, Condition, IdentifyInput, MoveInput, MoveOutput, SelfTestOutput, ValveHandler,
};
use crate::model::lwm2m_device_3::DeviceHandler;
use crate::model::lwm2m_temperature_3303::TemperatureHandler;

/// What Executes said, in their order; shared with the world.
#[derive(Clone, Default)]
pub(super) struct Board(Arc<Mutex<Vec<String>>>);

impl Board {
    pub(super) fn take_executed(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn execute(&self, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        let mut executed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        executed.push(arguments.unwrap_or_default().to_owned());
        Ok(Outcome::Done(()))
    }
}

impl AcmeValveHandler for Board {
    fn identify(&mut self, _: Call, _: IdentifyInput) -> Result<Outcome<()>, Fault> {
        Err(Fault::Absent)
    }

    fn self_test(&mut self, _: Call) -> Result<Outcome<SelfTestOutput>, Fault> {
        Err(Fault::Absent)
    }
}

impl ValveHandler for Board {
    fn position(&mut self) -> Result<u8, Fault> {
        Ok(10)
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        Ok(Condition::MOVING)
    }

    fn flow(&mut self) -> Result<Decimal64<2>, Fault> {
        Err(Fault::Absent)
    }

    fn r#move(&mut self, _: Call, _: MoveInput) -> Result<Outcome<MoveOutput>, Fault> {
        Err(Fault::Absent)
    }
}

impl DeviceHandler for Board {
    fn reboot(&mut self, _: Call, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        self.execute(arguments)
    }

    fn factory_reset(&mut self, _: Call, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        self.execute(arguments)
    }

    fn reset_error_code(&mut self, _: Call, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        self.execute(arguments)
    }

    fn available_power_sources_value(&mut self, _: u16) -> Result<i8, Fault> {
        Err(Fault::Absent)
    }

    fn available_power_sources_next(&mut self, _: Option<u16>) -> Result<Option<u16>, Fault> {
        Ok(None)
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

impl TemperatureHandler for Board {
    fn sensor_value(&mut self, _: u16) -> Result<f64, Fault> {
        Ok(21.5)
    }

    fn reset_min_and_max_measured_values(
        &mut self,
        _: Call,
        _: u16,
        arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        self.execute(arguments)
    }
}

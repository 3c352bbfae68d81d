//! A board that costs nothing: what it is asked for is a constant.

use comi_runtime::board::{Call, Fault, Outcome};
use comi_runtime::model::Decimal64;

use crate::model::acme_valve::{
    AcmeValveHandler, Condition, IdentifyInput, MoveInput, MoveOutput, SelfTestOutput, ValveHandler,
};
use crate::model::lwm2m_device_3::DeviceHandler;
use crate::model::lwm2m_temperature_3303::TemperatureHandler;

/// The board.
pub(crate) struct Board;

impl AcmeValveHandler for Board {
    fn identify(&mut self, _: Call, _: IdentifyInput) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Done(()))
    }

    fn self_test(&mut self, _: Call) -> Result<Outcome<SelfTestOutput>, Fault> {
        Ok(Outcome::Later)
    }
}

impl ValveHandler for Board {
    fn position(&mut self) -> Result<u8, Fault> {
        Ok(40)
    }

    fn condition(&mut self) -> Result<Condition, Fault> {
        Ok(Condition::MOVING)
    }

    fn flow(&mut self) -> Result<Decimal64<2>, Fault> {
        Ok(Decimal64::from_mantissa(1))
    }

    fn r#move(&mut self, _: Call, _: MoveInput) -> Result<Outcome<MoveOutput>, Fault> {
        Ok(Outcome::Done(MoveOutput { duration: 7 }))
    }
}

impl DeviceHandler for Board {
    fn reboot(&mut self, _: Call, _: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Later)
    }

    fn factory_reset(&mut self, _: Call, _: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Later)
    }

    fn reset_error_code(&mut self, _: Call, _: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Later)
    }

    fn available_power_sources_value(&mut self, _: u16) -> Result<i8, Fault> {
        Err(Fault::Absent)
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

    fn supported_binding_and_modes(&mut self) -> Result<String, Fault> {
        Ok("U".into())
    }
}

impl TemperatureHandler for Board {
    fn sensor_value(&mut self, _: u16) -> Result<f64, Fault> {
        Ok(21.5)
    }

    fn reset_min_and_max_measured_values(&mut self, _: Call, _: u16, _: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Done(()))
    }
}

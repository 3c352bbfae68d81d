//! The hardware as the model sees it: one temperature sensor, on a device that can start anew.

use alloc::string::String;
use core::hint::black_box;

use comi_runtime::board::{Call, Fault, Outcome};

use crate::model::lwm2m_device_3::DeviceHandler;
use crate::model::lwm2m_server_1::ServerHandler;
use crate::model::lwm2m_temperature_3303::TemperatureHandler;

const NOT_HERE: Fault = Fault::Refused(alloc::borrow::Cow::Borrowed("this device can't do it"));

/// The board.
pub struct Board;

impl TemperatureHandler for Board {
    fn sensor_value(&mut self, _instance_id: u16) -> Result<f64, Fault> {
        // where a converter would be read
        Ok(black_box(21.5))
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
        Err(NOT_HERE)
    }
}

impl DeviceHandler for Board {
    fn manufacturer(&mut self) -> Result<String, Fault> {
        Ok("Acme".into())
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
        // where the reset would be asked for, once the answer is out
        Ok(Outcome::Done(black_box(())))
    }

    fn factory_reset(&mut self, _call: Call, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(NOT_HERE)
    }

    fn reset_error_code(&mut self, _call: Call, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Ok(Outcome::Done(()))
    }
}

impl ServerHandler for Board {
    fn registration_update_trigger(
        &mut self,
        _call: Call,
        _instance_id: u16,
        _arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        Err(NOT_HERE)
    }

    fn disable(&mut self, _call: Call, _instance_id: u16, _arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        Err(NOT_HERE)
    }

    fn bootstrap_request_trigger(
        &mut self,
        _call: Call,
        _instance_id: u16,
        _arguments: Option<&str>,
    ) -> Result<Outcome<()>, Fault> {
        Err(NOT_HERE)
    }
}

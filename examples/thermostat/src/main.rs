//! A thermostat.
/// The compiled model.
pub mod model {
    comi_runtime::include_model!();
}
fn main() {}

//! A thermostat.
fn main() {}

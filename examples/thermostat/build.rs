//! Compiles the YANG model into `model`.

fn main() -> Result<(), comi_codegen::Error> {
    comi_codegen::Config::new()
        .yang_dir("yang")
        .module("acme-thermostat")
        .pushed("/acme-thermostat:thermostat/humidity")
        .compile()
}

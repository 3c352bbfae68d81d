//! Compiles the demo device's models.

fn main() -> Result<(), comi_codegen::Error> {
    comi_codegen::Config::new()
        .yang_dir("yang/example")
        .module("acme-valve")
        .module("lwm2m-server-1")
        .module("lwm2m-device-3")
        .module("lwm2m-temperature-3303")
        .pushed("/acme-valve:valve/flow")
        .by_name()
        .compile()
}

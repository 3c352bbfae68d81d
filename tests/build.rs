//! Compiles the models of the device under test into `comi_tests::model`.

fn main() -> Result<(), comi_codegen::Error> {
    comi_codegen::Config::new()
        .yang_dir("../yang/example")
        .module("acme-valve")
        .module("lwm2m-device-3")
        .module("lwm2m-temperature-3303")
        .event_driven("/acme-valve:valve/flow")
        .pushed("/acme-valve:valve/volume")
        .by_name()
        .compile()
}

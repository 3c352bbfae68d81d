//! Compiles the models of the device under test into `comi_tests::model`, and those that show the typed codec.

use std::path::Path;

use comi_codegen::{Config, Error};

fn main() -> Result<(), Error> {
    beside("station.rs", "bench/station", &["station"])?;
    beside("kinds.rs", "conformance/yang-cbor/kinds", &["kinds", "kinds-more"])?;
    Config::new()
        .yang_dir("../yang/example")
        .module("acme-valve")
        .module("lwm2m-device-3")
        .module("lwm2m-temperature-3303")
        .event_driven("/acme-valve:valve/flow")
        .pushed("/acme-valve:valve/volume")
        .typed_codec()
        .by_name()
        .compile()
}

/// A model of its own, in a file beside that of the device.
fn beside(file: &str, folder: &str, modules: &[&str]) -> Result<(), Error> {
    println!("cargo::rerun-if-changed={folder}");
    let mut config = Config::new().yang_dir(folder).typed_codec().by_name();
    for module in modules {
        config = config.module(*module);
    }
    let path = Path::new(&std::env::var_os("OUT_DIR").unwrap_or_default()).join(file);
    std::fs::write(path, config.rust()?).expect("OUT_DIR can be written");
    Ok(())
}

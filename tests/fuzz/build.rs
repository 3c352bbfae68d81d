//! Generates the typed codec that a target compares with the schema's.

use std::path::Path;

fn main() -> Result<(), comi_codegen::Error> {
    let folder = "../conformance/yang-cbor/kinds";
    println!("cargo::rerun-if-changed={folder}");
    let config = comi_codegen::Config::new().yang_dir(folder).module("kinds").module("kinds-more");
    let path = Path::new(&std::env::var_os("OUT_DIR").unwrap_or_default()).join("kinds.rs");
    std::fs::write(path, config.typed_codec().by_name().rust()?).expect("OUT_DIR can be written");
    Ok(())
}

//! Compiles the model and tells the linker where memory is.

fn main() -> Result<(), comi_codegen::Error> {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    comi_codegen::Config::new()
        .module("lwm2m-server-1")
        .module("lwm2m-device-3")
        .module("lwm2m-temperature-3303")
        .compile()
}

//! Compiles the model and tells the linker where memory is.

fn main() -> Result<(), comi_codegen::Error> {
    println!("cargo::rustc-link-search={}", env!("CARGO_MANIFEST_DIR"));
    comi_codegen::Config::new()
        .module("lwm2m-server-1")
        .module("lwm2m-device-3")
        .module("lwm2m-temperature-3303")
        // its data nodes are found by /.well-known/core, which may stand in for the library (draft section 5); the rest
        // of that module is deprecated, or tells of changes that this device doesn't have
        .without("/ietf-yang-library:yang-library")
        .without("/ietf-yang-library:modules-state")
        .without("/ietf-yang-library:yang-library-change")
        .without("/ietf-yang-library:yang-library-update")
        .compile()
}

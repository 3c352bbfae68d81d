//! The module with one node of every kind and type, for the targets that need a schema.

use std::sync::OnceLock;

use comi_codegen::Context;
use comi_runtime::schema::Schema;

/// Compiled once, with its names.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let mut context = Context::new();
        context.file(concat!(env!("CARGO_MANIFEST_DIR"), "/../../yang/example/acme-valve.yang"));
        let compiled = context.compile();
        let (registry, _) = comi_codegen::sid_files(&compiled, &[]).expect("every module has its SIDs");
        let schema = comi_codegen::runtime_schema(&compiled, &registry).expect("the tables hold the module");
        comi_runtime::cbor::with_names(schema)
    })
}

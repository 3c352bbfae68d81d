//! Any text as a module: diagnostics, never a panic; the diagnostics, the tree and the SID items can be made of it.
#![no_main]

use comi_codegen::{Context, TreeOptions, schema::compiled::ModuleId, sid_items, tree};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut context = Context::new();
    context.source("fuzzed.yang", text);
    let compiled = context.module("fuzzed").compile();
    let _ = compiled.render(false);
    for module in 0..compiled.schema.modules.len() {
        let _ = tree(&compiled.schema, ModuleId(module), &TreeOptions::default());
        let _ = sid_items(&compiled.schema, ModuleId(module));
    }
});

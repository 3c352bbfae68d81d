//! Any bytes as the definition of LwM2M objects: diagnostics, never a panic; a module that is made of them compiles, and
//! gives the same object when it is exported.
#![no_main]

use comi_codegen::lwm2m::{self, Options};
use comi_codegen::source::SourceMap;
use comi_codegen::{Context, Severity};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = lwm2m::decode(bytes) else { return };
    let mut sources = SourceMap::default();
    let Ok(id) = sources.add("fuzzed.xml", text) else { return };
    let reading = lwm2m::read(&sources, id);
    let _ = comi_codegen::diagnostic::render(&sources, &reading.diagnostics, false);
    if reading.diagnostics.iter().any(|one| one.severity == Severity::Error) {
        return;
    }
    for definition in &reading.definitions {
        let options = Options { revision: "2026-11-26".to_owned(), ..Options::default() };
        let made = lwm2m::module(&definition.object, Some(&definition.places), &options);
        let mut context = Context::new();
        context.source(format!("{}.yang", made.name), made.text).module(made.name);
        let compiled = context.compile();
        assert!(compiled.is_ok(), "{}", compiled.render(false));
        let exported = lwm2m::objects(&compiled.schema, &compiled.asked);
        assert_eq!(exported.objects, [definition.object.clone()]);
    }
});

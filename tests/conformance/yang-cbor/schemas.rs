//! The schemas of tests/fixtures/schemas.json, compiled while the test runs.

use std::collections::HashMap;
use std::fs;
use std::sync::{Mutex, OnceLock};

use comi_codegen::Context;
use comi_runtime::schema::Schema;
use comi_sid::{Registry, SidFile};

use crate::fixture::{json, root};

pub(crate) fn schema(name: &str) -> &'static Schema {
    static SCHEMAS: OnceLock<Mutex<HashMap<String, &'static Schema>>> = OnceLock::new();
    let mut schemas = SCHEMAS.get_or_init(Mutex::default).lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    schemas.entry(name.to_owned()).or_insert_with(|| compile(name))
}

fn compile(name: &str) -> &'static Schema {
    let schemas = json("tests/fixtures/schemas.json");
    let paths = |member: &str| -> Vec<String> {
        let list = schemas[name][member].as_array().unwrap_or_else(|| panic!("no {member} of {name}"));
        list.iter().map(|path| path.as_str().unwrap().to_owned()).collect()
    };
    let mut context = Context::new();
    for path in paths("modules") {
        context.file(root().join(path));
    }
    let compiled = context.compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let mut registry = Registry::default();
    for path in paths("sids") {
        let file = SidFile::parse(&fs::read_to_string(root().join(&path)).unwrap()).unwrap();
        registry.add(path, file).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let schema = comi_codegen::runtime_schema(&compiled, &registry).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    comi_runtime::cbor::with_names(schema)
}

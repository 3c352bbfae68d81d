//! The draft's exchanges and the schema behind them (tests/fixtures/README.md says what the members mean).

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use comi_codegen::Context;
use comi_runtime::schema::Schema;
use comi_sid::{Registry, SidFile};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn json(path: &str) -> Value {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The schema `coreconf` of tests/fixtures/schemas.json.
pub(crate) fn schema() -> &'static Schema {
    static SCHEMA: OnceLock<&'static Schema> = OnceLock::new();
    SCHEMA.get_or_init(|| {
        let schemas = json("tests/fixtures/schemas.json");
        let paths = |member: &str| -> Vec<PathBuf> {
            let list = schemas["coreconf"][member].as_array().expect("a list of paths");
            list.iter().map(|path| root().join(path.as_str().unwrap())).collect()
        };
        let mut context = Context::new();
        for path in paths("modules") {
            context.file(path);
        }
        context.module("ietf-yang-library");
        let compiled = context.compile();
        assert!(compiled.is_ok(), "{}", compiled.render(false));
        let mut registry = Registry::default();
        // what a build adds to every schema by itself is not listed
        let added = ["ietf-yang-library", "ietf-datastores", "ietf-coreconf"]
            .map(|name| root().join(format!("yang/ietf/{name}.sid")));
        let listed = paths("sids");
        let added = added.into_iter().filter(|path| !listed.iter().any(|own| own.file_name() == path.file_name()));
        for path in listed.iter().cloned().chain(added) {
            let file = SidFile::parse(&fs::read_to_string(&path).unwrap()).unwrap();
            registry.add(path.display().to_string(), file).unwrap_or_else(|error| panic!("{error}"));
        }
        let schema = comi_codegen::runtime_schema(&compiled, &registry).unwrap_or_else(|error| panic!("{error:?}"));
        comi_runtime::datastore::with_rules(comi_runtime::cbor::with_names(schema))
    })
}

/// One exchange of the draft.
#[derive(Clone, Debug)]
pub(crate) struct Exchange {
    pub(crate) id: String,
    request: Value,
    response: Value,
}

/// All of them.
pub(crate) fn exchanges() -> Vec<Exchange> {
    let file = json("tests/fixtures/vectors/coreconf.json");
    let vectors = file["vectors"].as_array().expect("vectors");
    vectors
        .iter()
        .map(|vector| Exchange {
            id: vector["id"].as_str().expect("an id").to_owned(),
            request: vector["request"].clone(),
            response: vector["response"].clone(),
        })
        .collect()
}

/// The exchange with this id.
pub(crate) fn exchange(id: &str) -> Exchange {
    exchanges().into_iter().find(|exchange| exchange.id == id).unwrap_or_else(|| panic!("no exchange {id}"))
}

impl Exchange {
    /// The request's payload as the draft has it.
    pub(crate) fn request(&self) -> Vec<u8> {
        hex(self.request["cbor"].as_str().unwrap_or(""))
    }

    /// The answer's payload as our encoder gives it.
    pub(crate) fn answer(&self) -> Vec<u8> {
        let written = self.response["written"].as_str();
        hex(written.or(self.response["cbor"].as_str()).unwrap_or(""))
    }

    pub(crate) fn method(&self) -> &str {
        self.request["method"].as_str().expect("a method")
    }

    pub(crate) fn request_format(&self) -> Option<u16> {
        self.request["format"].as_u64().map(|format| u16::try_from(format).unwrap())
    }

    pub(crate) fn answer_format(&self) -> Option<u16> {
        self.response["format"].as_u64().map(|format| u16::try_from(format).unwrap())
    }

    pub(crate) fn code(&self) -> &str {
        self.response["code"].as_str().expect("a code")
    }
}

fn hex(digits: &str) -> Vec<u8> {
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap()).collect()
}

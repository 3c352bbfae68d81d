//! The worked examples of RFC 9254, of draft-ietf-core-comi-21 and of draft-vilimek-yang-cbor-inst-id, byte for byte:
//! decoding gives the data, encoding gives the bytes (readings 7: of nine examples, with map keys in order).
//! tests/fixtures/README.md says what a vector holds.

mod messages;
mod schemas;
mod typed;
mod values;

mod fixture {
    use std::fs;
    use std::path::{Path, PathBuf};

    use comi_runtime::schema::Schema;
    use comi_runtime::value::{InstanceIdentifier, text};
    use serde_json::Value as Json;

    pub(crate) fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    pub(crate) fn json(path: &str) -> Json {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn vectors(path: &str) -> Vec<Json> {
        json(path)["vectors"].as_array().unwrap_or_else(|| panic!("no vectors in {path}")).clone()
    }

    pub(crate) fn text<'a>(vector: &'a Json, member: &str) -> &'a str {
        vector[member].as_str().unwrap_or_else(|| panic!("no text {member} in {vector}"))
    }

    pub(crate) fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<char> = hex.chars().collect();
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
    }

    pub(crate) fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What our encoder writes for a vector.
    pub(crate) fn written(vector: &Json) -> String {
        vector["written"].as_str().unwrap_or_else(|| text(vector, "cbor")).to_owned()
    }

    /// The node at a path; lists on the way need no keys.
    pub(crate) fn at(schema: &Schema, path: &str) -> InstanceIdentifier {
        if let Ok(instance) = text::parse_path(schema, path) {
            return instance;
        }
        let mut node = comi_runtime::schema::NodeIndex::ROOT;
        for step in path.split('/').skip(1) {
            let module = step.split_once(':').map(|(module, _)| schema.module_by_name(module).expect(path));
            let module = module.or_else(|| schema.node(node).map(|row| row.module()));
            let name = step.rsplit(':').next().unwrap_or(step);
            node = schema.child(node, module, name).unwrap_or_else(|| panic!("no {step} of {path}"));
        }
        InstanceIdentifier::new(node)
    }
}

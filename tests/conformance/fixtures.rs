//! The fixtures are whole: as many worked examples as the specifications have, each with a schema whose files exist,
//! bytes that are hex, and nodes that the schema's `.sid` files name. tests/fixtures/README.md says what they mean.

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use comi_sid::{Registry, SidFile};
    use serde_json::Value;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    fn json(path: &str) -> Value {
        let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    fn text<'a>(value: &'a Value, member: &str) -> &'a str {
        value[member].as_str().unwrap_or_else(|| panic!("no text {member} in {value}"))
    }

    /// The SIDs of a schema of schemas.json.
    fn registry(schema: &str) -> Registry {
        let schemas = json("tests/fixtures/schemas.json");
        for path in schemas[schema]["modules"].as_array().unwrap_or_else(|| panic!("no schema {schema}")) {
            assert!(root().join(path.as_str().unwrap()).exists(), "{path}");
        }
        let mut registry = Registry::default();
        for path in schemas[schema]["sids"].as_array().unwrap() {
            let path = path.as_str().unwrap();
            let file = SidFile::parse(&fs::read_to_string(root().join(path)).unwrap()).unwrap();
            registry.add(path, file).unwrap_or_else(|error| panic!("{schema}: {error}"));
        }
        registry
    }

    fn assert_named(registry: &Registry, path: &str) {
        let schema_path: String =
            path.split('[').map(|part| part.rsplit_once(']').map_or(part, |(_, rest)| rest)).collect();
        let named = registry.files().any(|file| file.items.iter().any(|item| item.identifier == schema_path));
        assert!(named, "no .sid file names {schema_path}");
    }

    fn assert_hex(vector: &Value) {
        for member in ["cbor", "written"] {
            if let Some(hex) = vector[member].as_str() {
                let digits = hex.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
                assert!(digits && hex.len() % 2 == 0 && !hex.is_empty(), "{member} of {vector}");
            }
        }
    }

    fn check_encodings(path: &str, count: usize) {
        let vectors = json(path);
        let vectors = vectors["vectors"].as_array().unwrap();
        assert_eq!(vectors.len(), count, "{path}");
        for vector in vectors {
            assert!(["value", "map"].contains(&text(vector, "shape")), "{vector}");
            assert!(["sids", "names", "either"].contains(&text(vector, "identifiers")), "{vector}");
            assert!(!text(vector, "cbor").is_empty() && vector.get("json").is_some(), "{vector}");
            assert_hex(vector);
            assert_named(&registry(text(vector, "schema")), text(vector, "node"));
        }
    }

    #[test]
    fn every_encoding_of_rfc_9254_has_its_schema_and_bytes() {
        check_encodings("tests/fixtures/vectors/rfc9254.json", 38);
    }

    #[test]
    fn every_proposed_instance_identifier_has_its_schema_and_bytes() {
        check_encodings("tests/fixtures/vectors/inst-id.json", 6);
    }

    #[test]
    fn every_message_of_the_draft_has_its_schema_and_bytes() {
        let exchanges = json("tests/fixtures/vectors/coreconf.json");
        let mut messages = 0;
        for exchange in exchanges["vectors"].as_array().unwrap() {
            let registry = registry(text(exchange, "schema"));
            for message in ["request", "response"].iter().filter_map(|role| exchange.get(role)) {
                messages += 1;
                assert!(message.get("method").is_some() != message.get("code").is_some(), "{message}");
                assert_eq!(message.get("cbor").is_some(), message.get("items").is_some(), "{message}");
                assert_hex(message);
                for item in message["items"].as_array().into_iter().flatten().filter(|item| item.get("sid").is_none()) {
                    assert_named(&registry, text(item, "at"));
                }
            }
        }
        assert_eq!(messages, 23);
    }
}

//! The examples of RFC 9254 and of the instance-identifier draft.

use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Reader};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, Violation, write_data};
use serde_json::Value as Json;

use crate::fixture::{at, bytes, hex, text, vectors, written};
use crate::schemas::schema;

fn encode(schema: &Schema, node: NodeIndex, data: &Data, identifiers: Identifiers) -> Vec<u8> {
    let mut out = Vec::new();
    write_data(&mut Encoder::new(schema, &mut out, identifiers, usize::MAX), node, data).unwrap();
    out
}

/// The data in a vector's bytes.
fn decode(schema: &Schema, vector: &Json, node: NodeIndex, cbor: &[u8]) -> Result<Data, cbor::Error> {
    let mut reader = Reader::new(cbor);
    let data = if text(vector, "shape") == "value" {
        cbor::read_value(schema, node, Allowed::Data, &mut reader)?
    } else {
        // a qualified name of a node that is not at the top may stand for several: its parent tells which is meant
        let parent = schema.node(node).map_or(NodeIndex::ROOT, |row| row.parent);
        let root = if text(vector, "identifiers") == "names" { parent } else { NodeIndex::ROOT };
        let content = cbor::read_content(schema, root, Allowed::Any, &mut reader)?;
        assert_eq!(content.iter().count(), 1, "{vector}");
        content.child(node).unwrap_or_else(|| panic!("another node than {vector}")).clone()
    };
    reader.finish()?;
    Ok(data)
}

fn check(vector: &Json) {
    check_in(schema(text(vector, "schema")), vector);
}

fn check_in(schema: &Schema, vector: &Json) {
    let id = text(vector, "id");
    let node = at(schema, text(vector, "node")).node;
    let expected = json::read_value(schema, node, Allowed::Any, &vector["json"].to_string())
        .unwrap_or_else(|error| panic!("{id}: {}", error.describe(schema)));
    let as_json = |data: &Data| json::to_string(schema, node, data, Style::Compact).unwrap();

    for member in ["cbor", "written"] {
        let Some(cbor) = vector[member].as_str().map(bytes) else { continue };
        let data = decode(schema, vector, node, &cbor);
        let data = data.unwrap_or_else(|error| panic!("{id}: {}", error.describe(schema)));
        assert_eq!(as_json(&data), as_json(&expected), "{id}: {member}");
        // anydata that came is kept as it came; all else is one form
        if !matches!(data, Data::Any(_)) {
            assert_eq!(data, expected, "{id}: {member}");
        }
    }
    let forms: &[Identifiers] = match text(vector, "identifiers") {
        "sids" => &[Identifiers::Sids],
        "names" => &[Identifiers::Names],
        _ => &[Identifiers::Sids, Identifiers::Names],
    };
    for identifiers in forms {
        let encoded = if text(vector, "shape") == "value" {
            encode(schema, node, &expected, *identifiers)
        } else {
            let mut content = Content::new();
            content.insert(node, expected.clone());
            encode(schema, NodeIndex::ROOT, &Data::Container(content), *identifiers)
        };
        assert_eq!(hex(&encoded), written(vector), "{id}");
    }
}

#[test]
fn rfc_9254_and_the_draft_for_instance_identifiers() {
    let rfc = vectors("tests/fixtures/vectors/rfc9254.json");
    let draft = vectors("tests/fixtures/vectors/inst-id.json");
    assert_eq!((rfc.len(), draft.len()), (38, 6));
    for vector in rfc.iter().chain(&draft) {
        // readings 2: below
        if !vector["illegal"].is_string() {
            check(vector);
        }
    }
}

/// Readings 2: this one example is no data by YANG in a way that our values can't hold.
#[test]
fn reading_2_an_instance_identifier_that_is_no_path_is_refused() {
    let vectors = vectors("tests/fixtures/vectors/rfc9254.json");
    let vector = vectors.iter().find(|vector| text(vector, "id") == "rfc9254-5.2-1").unwrap();
    let schema = schema("rfc9254");
    let node = at(schema, "/ietf-coreconf:error").node;
    let error = decode(schema, vector, node, &bytes(text(vector, "cbor"))).unwrap_err();
    assert!(error.describe(schema).starts_with("/ietf-coreconf:error/error-data-node: "), "{error:?}");
    // the rest of it is read, and written in order
    let path = "/ietf-system:system/clock/timezone-utc-offset";
    let mut legal = vector.clone();
    let swap = |text: &str| {
        let (from, to) = (hex(b"\x73timezone-utc-offset"), hex(format!("\x78\x2d{path}").as_bytes()));
        assert!(text.contains(&from));
        text.replace(&from, &to)
    };
    for member in ["cbor", "written"] {
        legal[member] = swap(text(vector, member)).into();
    }
    legal["json"]["error-data-node"] = path.into();
    check(&legal);
}

/// Readings 2: what only a pattern forbids is refused; where the pattern is not, it is encoded as the example has it.
#[test]
fn reading_2_values_that_only_a_pattern_forbids_are_refused_by_it_alone() {
    let vectors = vectors("tests/fixtures/vectors/rfc9254.json");
    let illegal: Vec<_> = vectors.iter().filter(|vector| vector["illegal"].is_string()).collect();
    assert_eq!(illegal.len(), 3);
    for vector in illegal.iter().filter(|vector| text(vector, "id") != "rfc9254-5.2-1") {
        let schema = schema(text(vector, "schema"));
        let node = at(schema, text(vector, "node")).node;
        let error = decode(schema, vector, node, &bytes(text(vector, "cbor"))).unwrap_err();
        assert_eq!(error.reason, cbor::Reason::Value(Violation::Pattern(0)), "{vector}");
        check_in(&Schema { patterns: None, ..*schema }, vector);
    }
}

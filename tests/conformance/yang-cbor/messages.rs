//! The payloads of draft-ietf-core-comi-21's examples.

use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Kind, Reader, Writer};
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Part, write_content, write_data};
use serde_json::Value as Json;

use crate::fixture::{at, bytes, hex, text, vectors, written};
use crate::schemas::schema;

const DOCUMENT: u64 = 140;
const IDENTIFIERS: u64 = 141;
const INSTANCES: u64 = 142;

/// What stands behind an identifier.
#[derive(Debug, PartialEq)]
enum Instance {
    Null,
    Data(NodeIndex, Data),
    /// One entry of a list.
    Entry(NodeIndex, Content),
}

/// The node whose content a message about `node` carries: of an rpc or action its input or output.
fn carried(schema: &Schema, node: NodeIndex, is_request: bool) -> NodeIndex {
    let wanted = if is_request { NodeKind::Input } else { NodeKind::Output };
    schema.children(node).find(|child| schema.node(*child).unwrap().kind() == wanted).unwrap_or(node)
}

/// The instance that a vector tells in JSON.
fn expected(schema: &Schema, at: &InstanceIdentifier, item: &Json, is_request: bool) -> Instance {
    let (node, value) = (carried(schema, at.node, is_request), item["json"].to_string());
    let fail = |error: json::Error| -> ! { panic!("{item}: {}", error.describe(schema)) };
    if item["json"].is_null() {
        return Instance::Null;
    }
    if schema.list(node).is_some() && item["json"].is_object() {
        let entry = json::read_entry(schema, node, &[], Allowed::Data, &value);
        return Instance::Entry(node, entry.unwrap_or_else(|error| fail(error)));
    }
    let is_content = matches!(schema.node(node).unwrap().kind(), NodeKind::Input | NodeKind::Output);
    let data = if is_content || schema.node(node).unwrap().kind() == NodeKind::Notification {
        json::read_content(schema, node, Allowed::Data, &value).map(Data::Container)
    } else {
        json::read_value(schema, node, Allowed::Any, &value)
    };
    Instance::Data(node, data.unwrap_or_else(|error| fail(error)))
}

fn read(schema: &Schema, at: &InstanceIdentifier, reader: &mut Reader<'_>, is_request: bool) -> Instance {
    let node = carried(schema, at.node, is_request);
    let fail = |error: cbor::Error| -> ! { panic!("{}", error.describe(schema)) };
    match reader.peek().unwrap() {
        Kind::Null => {
            reader.null().unwrap();
            Instance::Null
        }
        Kind::Map if schema.list(node).is_some() => {
            let entry = cbor::read_entry(schema, node, &[], Allowed::Data, reader);
            Instance::Entry(node, entry.unwrap_or_else(|error| fail(error)))
        }
        Kind::Map => {
            let content = cbor::read_content(schema, node, Allowed::Data, reader);
            Instance::Data(node, Data::Container(content.unwrap_or_else(|error| fail(error))))
        }
        _ => {
            let data = cbor::read_value(schema, node, Allowed::Data, reader);
            Instance::Data(node, data.unwrap_or_else(|error| fail(error)))
        }
    }
}

fn write(schema: &Schema, instance: &Instance, out: &mut Vec<u8>) {
    match instance {
        Instance::Null => Writer::new(out).null(),
        Instance::Data(node, data) => {
            write_data(&mut Encoder::new(schema, out, Identifiers::Sids, usize::MAX), *node, data).unwrap();
        }
        Instance::Entry(list, entry) => {
            let mut encoder = Encoder::new(schema, out, Identifiers::Sids, usize::MAX);
            write_content(&mut encoder, *list, Part::Entry, entry).unwrap();
        }
    }
}

fn check(schema: &Schema, id: &str, message: &Json, is_request: bool) {
    let items = message["items"].as_array().unwrap_or_else(|| panic!("no items in {id}"));
    // a number that no node has is not the codec's
    let known: Vec<&Json> = items.iter().filter(|item| item["at"].is_string()).collect();
    let ids: Vec<InstanceIdentifier> = known.iter().map(|item| at(schema, text(item, "at"))).collect();
    let cbor = bytes(text(message, "cbor"));
    let mut reader = Reader::new(&cbor);
    let mut out = Vec::new();
    match message["format"].as_u64() {
        Some(DOCUMENT) => {
            let content = cbor::read_content(schema, NodeIndex::ROOT, Allowed::Any, &mut reader);
            let content = content.unwrap_or_else(|error| panic!("{id}: {}", error.describe(schema)));
            let mut wanted = Content::new();
            for (at, item) in ids.iter().zip(&known) {
                let Instance::Data(node, data) = expected(schema, at, item, is_request) else { panic!("{id}") };
                wanted.insert(node, data);
            }
            assert_eq!(content, wanted, "{id}");
            let root = Instance::Data(NodeIndex::ROOT, Data::Container(content));
            write(schema, &root, &mut out);
        }
        Some(IDENTIFIERS) => {
            for item in items {
                if !item["at"].is_string() {
                    let sid = reader.unsigned().unwrap();
                    assert_eq!(Some(sid), item["sid"].as_u64(), "{id}");
                    Writer::new(&mut out).unsigned(sid);
                    continue;
                }
                let read = cbor::read_instance_identifier(schema, &mut reader);
                let read = read.unwrap_or_else(|error| panic!("{id}: {}", error.describe(schema)));
                assert_eq!(read, at(schema, text(item, "at")), "{id}");
                let mut writer = Writer::new(&mut out);
                cbor::write_instance_identifier(schema, &read, Identifiers::Sids, &mut writer).unwrap();
            }
        }
        Some(INSTANCES) => {
            assert_eq!(known.len(), items.len(), "{id}");
            for (wanted, item) in ids.iter().zip(&known) {
                let mut pair = reader.map().unwrap();
                assert!(pair.more(&mut reader).unwrap(), "{id}");
                let read_at = cbor::read_instance_identifier(schema, &mut reader).unwrap();
                assert_eq!(read_at, *wanted, "{id}");
                let instance = read(schema, &read_at, &mut reader, is_request);
                assert_eq!(instance, expected(schema, wanted, item, is_request), "{id}");
                assert!(!pair.more(&mut reader).unwrap(), "{id}");
                let mut writer = Writer::new(&mut out);
                writer.map(1);
                cbor::write_instance_identifier(schema, &read_at, Identifiers::Sids, &mut writer).unwrap();
                write(schema, &instance, &mut out);
            }
        }
        other => panic!("{id}: format {other:?}"),
    }
    reader.finish().unwrap_or_else(|error| panic!("{id}: {error}"));
    assert_eq!(hex(&out), written(message), "{id}");
}

#[test]
fn the_payloads_of_the_coreconf_draft() {
    let mut checked = 0;
    for vector in vectors("tests/fixtures/vectors/coreconf.json") {
        for side in ["request", "response"] {
            let message = &vector[side];
            if message["cbor"].is_string() {
                check(
                    schema(text(&vector, "schema")),
                    &format!("{} {side}", text(&vector, "id")),
                    message,
                    side == "request",
                );
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 12);
}

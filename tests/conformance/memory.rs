//! What reading a document needs at most is its length times a small constant, whatever is in it (RFC 8949 section 10:
//! a few bytes must not be able to claim much).

use comi_codegen::Context;
use comi_runtime::cbor::{self, Allowed, Identifiers, Reader, Visit, notation, visit_content};
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Data, Lent, Part, write_data};
use comi_sid::{AssignmentRange, Registry, update};

const MODULE: &str = "module m {
  yang-version 1.1;
  namespace 'urn:m';
  prefix m;
  container c {
    config false;
    leaf-list number { type uint8; }
    leaf-list word { type string; }
    leaf-list set { type bits { bit a; bit b; bit z { position 40; } } }
    leaf-list either { type union { type int8; type string; type instance-identifier; } }
    leaf-list place { type instance-identifier { require-instance false; } }
    list bare { leaf a { type empty; } container in { leaf b { type empty; } } }
    list keyed { key k; leaf k { type uint16; } }
    anydata any;
    anyxml xml;
  }
}";

fn schema() -> &'static Schema {
    let mut context = Context::new();
    context.source("m.yang", MODULE);
    let compiled = context.module("m").compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let module = compiled.schema.module_named("m").expect("the module");
    let items = comi_codegen::sid_items(&compiled.schema, module);
    let file = update(None, &items, AssignmentRange::new(60_000, 100)).expect("a new file").file;
    let mut registry = Registry::default();
    registry.add("m.sid", file).expect("no clash");
    cbor::with_names(comi_codegen::runtime_schema(&compiled, &registry).expect("tables"))
}

/// Documents that are as much as can be told with few bytes: each part is repeated to this length.
const LENGTH: usize = 200_000;

fn documents() -> Vec<(&'static str, String)> {
    let parts = [
        ("number", "1"),
        ("word", "\"\""),
        ("set", "\"a z\""),
        ("set", "\"\""),
        ("either", "1"),
        ("either", "\"\""),
        ("place", "\"/m:c\""),
        ("bare", "{}"),
        ("bare", "{\"a\":[null]}"),
        ("bare", "{\"in\":{}}"),
        ("xml", "1"),
        ("xml", "[]"),
        ("xml", "{}"),
        ("xml", "{\"\":{}}"),
        ("xml", "\"\""),
        ("any", "{}"),
    ];
    let mut documents: Vec<(&str, String)> = parts
        .iter()
        .map(|(node, part)| {
            let (before, behind) = if *node == "any" { ("{\"x\":[", "]}") } else { ("[", "]") };
            let all = vec![*part; LENGTH / (part.len() + 1)].join(",");
            (*node, format!("{{\"m:c\":{{\"{node}\":{before}{all}{behind}}}}}"))
        })
        .collect();
    let keyed: Vec<String> = (0..LENGTH / 10).map(|number| format!("{{\"k\":{}}}", number % 65536)).collect();
    documents.push(("keyed", format!("{{\"m:c\":{{\"keyed\":[{}]}}}}", keyed.join(","))));
    let members: Vec<String> = (0..LENGTH / 10).map(|number| format!("\"{number}\":1")).collect();
    documents.push(("xml", format!("{{\"m:c\":{{\"xml\":{{{}}}}}}}", members.join(","))));
    documents
}

/// The most that a reading held at once, as a multiple of what was read.
fn share(length: usize, read: impl FnOnce()) -> f64 {
    allocation_counter::measure(read).bytes_max as f64 / length as f64
}

/// Keeps nothing of what it is lent.
struct Nobody;

impl Visit for Nobody {
    type Open = ();

    fn enter(&mut self, _: NodeIndex, _: Part) {}

    fn value(&mut self, (): &mut (), _: NodeIndex, _: Lent<'_>) {}

    fn any(&mut self, (): &mut (), _: NodeIndex, _: Box<[u8]>) {}

    fn leave(&mut self, (): &mut (), _: NodeIndex, (): ()) {}

    fn sort(&mut self, (): &mut (), _: &[usize]) {}
}

/// What a byte of input may cost. A byte of CBOR can be a value of a leaf-list, which is 24 bytes in a tree, of a union
/// 48, and a vector that grows holds its values thrice for a moment; of JSON the text's own tree is held beside it.
const MOST: [(&str, f64); 4] = [("JSON", 100.0), ("CBOR", 100.0), ("lent", 16.0), ("notation", 4.0)];

#[test]
fn memory_is_bounded_by_the_length_of_the_document() {
    let schema = schema();
    let mut most = [0.0_f64; 4];
    for (node, document) in documents() {
        let mut content = None;
        let json = share(document.len(), || {
            let read = json::read_content(schema, NodeIndex::ROOT, Allowed::Any, &document);
            content = Some(read.unwrap_or_else(|error| panic!("{}", error.describe(schema))));
        });
        let data = Data::Container(content.expect("it was read"));
        let mut bytes = Vec::new();
        let mut encoder = cbor::Encoder::new(schema, &mut bytes, Identifiers::Sids, usize::MAX);
        write_data(&mut encoder, NodeIndex::ROOT, &data).expect("what was read can be written");
        let cbor = share(bytes.len(), || {
            let mut reader = Reader::new(&bytes);
            drop(cbor::read_content(schema, NodeIndex::ROOT, Allowed::Any, &mut reader).expect("what was written"));
        });
        let lent = share(bytes.len(), || {
            let mut reader = Reader::new(&bytes);
            visit_content(schema, NodeIndex::ROOT, Allowed::Any, &mut reader, &mut Nobody).expect("what was written");
        });
        let notation = share(document.len(), || drop(notation::parse(&document).expect("JSON is notation")));
        for ((most, share), (form, limit)) in most.iter_mut().zip([json, cbor, lent, notation]).zip(MOST) {
            assert!(share <= limit, "{form} of {node} {document:.40}: {share:.1} times its length, at most {limit}");
            *most = share.max(*most);
        }
    }
    println!("the most of JSON, CBOR, lent, notation: {most:.1?} times the length");
}

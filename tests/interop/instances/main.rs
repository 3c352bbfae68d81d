//! Documents in bulk, for other programs to look at: each line of output is one.
//!
//! ```text
//! instances decoded FOLDER COUNT MODULE ...   `module seed JSON`, what decoding random instances gives
//! instances encoded FOLDER COUNT MODULE       `hex JSON` of random instances of plain types, by the .sid files there
//! instances decode FOLDER MODULE              of each line of hex digits the JSON, or `error` and why
//! ```

#[path = "../../corpus/documents.rs"]
mod documents;

use std::io::BufRead as _;

use comi_codegen::sample::{Options, sample};
use comi_codegen::schema::compiled::{Node, NodeKind, Schema as Compiled, TypeKind};
use comi_codegen::{Context, sid_files};
use comi_runtime::cbor::Identifiers;
use documents::{allocate, from_cbor, from_json, tables, to_cbor, to_json};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["decoded", folder, count, modules @ ..] => {
            for module in modules {
                decoded(folder, count.parse().unwrap(), module);
            }
        }
        ["encoded", folder, count, module] => encoded(folder, count.parse().unwrap(), module),
        ["decode", folder, module] => decode(folder, module),
        _ => panic!("usage: see the head of tests/interop/instances/main.rs"),
    }
}

fn compile(folder: &str, module: &str) -> comi_codegen::Compiled {
    let compiled = Context::new().yang_dir(folder).module(module).compile_with_targets();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    compiled
}

fn decoded(folder: &str, count: u64, module: &str) {
    let compiled = compile(folder, module);
    let schema = tables(&compiled, &allocate(&compiled));
    let id = compiled.schema.module_named(module).unwrap();
    for seed in 0..count {
        let document = sample(&compiled.schema, &[id], &Options { seed, ..Options::default() });
        let bytes = to_cbor(schema, from_json(schema, &document).unwrap(), Identifiers::Sids).unwrap();
        println!("{module} {seed} {}", to_json(schema, from_cbor(schema, &bytes).unwrap()).unwrap());
    }
}

fn with_sids(folder: &str, module: &str) -> (comi_codegen::Compiled, &'static comi_runtime::schema::Schema) {
    let compiled = compile(folder, module);
    let (sids, _) = sid_files(&compiled, &[]).unwrap();
    let schema = tables(&compiled, &sids);
    (compiled, schema)
}

fn encoded(folder: &str, count: u64, module: &str) {
    let (compiled, schema) = with_sids(folder, module);
    let id = compiled.schema.module_named(module).unwrap();
    for seed in 0..count {
        let options = Options { seed, size: 25, without: Some(is_not_plain), ..Options::default() };
        let document = sample(&compiled.schema, &[id], &options);
        let bytes = to_cbor(schema, from_json(schema, &document).unwrap(), Identifiers::Sids).unwrap();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("{hex} {document}");
    }
}

/// What pycoreconf encodes otherwise than RFC 9254 (`tests/interop/pycoreconf/check.py`): nodes of these types, and those
/// of another module than their parent.
fn is_not_plain(schema: &Compiled, node: &Node) -> bool {
    fn is_plain(schema: &Compiled, kind: &TypeKind) -> bool {
        match kind {
            TypeKind::Binary { .. }
            | TypeKind::Boolean
            | TypeKind::Enumeration { .. }
            | TypeKind::Identityref { .. }
            | TypeKind::Integer { .. }
            | TypeKind::String { .. }
            | TypeKind::Unsigned { .. } => true,
            TypeKind::Leafref { target, .. } => {
                let end = target.and_then(|target| schema.node(target)?.type_.as_ref());
                end.is_some_and(|type_| is_plain(schema, &type_.kind))
            }
            TypeKind::Union { members } => members.iter().all(|member| matches!(member.kind, TypeKind::String { .. })),
            _ => false,
        }
    }
    let foreign = node.parent.and_then(|parent| schema.node(parent)).is_some_and(|parent| parent.module != node.module);
    let other = matches!(node.kind, NodeKind::Anydata | NodeKind::Anyxml);
    let keyless = node.kind == NodeKind::List && node.keys.is_empty();
    foreign || other || keyless || node.type_.as_ref().is_some_and(|type_| !is_plain(schema, &type_.kind))
}

fn decode(folder: &str, module: &str) {
    let (_, schema) = with_sids(folder, module);
    for line in std::io::stdin().lock().lines() {
        let digits = line.unwrap();
        let (pairs, _) = digits.as_bytes().as_chunks::<2>();
        let bytes: Option<Vec<u8>> =
            pairs.iter().map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
        match from_cbor(schema, &bytes.unwrap()).and_then(|content| to_json(schema, content)) {
            Ok(json) => println!("{json}"),
            Err(error) => println!("error {error}"),
        }
    }
}

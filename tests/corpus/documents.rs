//! Documents of modules in every form, with SIDs that need no file: for tests, and for the programs that other programs
//! are asked about.

use comi_codegen::schema::compiled::ModuleId;
use comi_codegen::{Compiled, named_schema, sid_items};
use comi_runtime::cbor::{self, Allowed, Encoder, Identifiers, Reader};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, write_data};
use comi_sid::{AssignmentRange, Registry};

/// SIDs for all modules of a compilation.
pub(crate) fn allocate(compiled: &Compiled) -> Registry {
    let mut registry = Registry::default();
    let mut next = 100_000;
    for place in 0..compiled.schema.modules.len() {
        let items = sid_items(&compiled.schema, ModuleId(place));
        let size = items.items.len() as u64 + 1;
        // several revisions of a module have one file
        if registry.file(&items.name).is_none() {
            let range = AssignmentRange::new(next, size);
            let file = comi_sid::update(None, &items, range).unwrap().file;
            registry.add(items.name.clone(), file).unwrap();
            next += size;
        }
    }
    registry
}

/// The tables of a compilation.
pub(crate) fn tables(compiled: &Compiled, sids: &Registry) -> &'static Schema {
    let rendered =
        |found: Vec<comi_codegen::Diagnostic>| comi_codegen::diagnostic::render(&compiled.sources, &found, false);
    cbor::with_names(named_schema(compiled, sids).map_err(rendered).unwrap())
}

/// Reads RFC 7951 JSON.
pub(crate) fn from_json(schema: &Schema, document: &str) -> Result<Content, String> {
    let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Any, document);
    content.map_err(|error| format!("JSON is not read: {}", error.describe(schema)))
}

/// Writes it.
pub(crate) fn to_json(schema: &Schema, content: Content) -> Result<String, String> {
    let json = json::to_string(schema, NodeIndex::ROOT, &Data::Container(content), Style::Compact);
    json.map_err(|error| format!("JSON is not written: {error}"))
}

/// Reads YANG-CBOR.
pub(crate) fn from_cbor(schema: &Schema, bytes: &[u8]) -> Result<Content, String> {
    let mut reader = Reader::new(bytes);
    let read = cbor::read_content(schema, NodeIndex::ROOT, Allowed::Any, &mut reader);
    let read = read.and_then(|content| reader.finish().map(|()| content));
    read.map_err(|error| format!("YANG-CBOR is not read: {}", error.describe(schema)))
}

/// Writes it.
pub(crate) fn to_cbor(schema: &Schema, content: Content, identifiers: Identifiers) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(schema, &mut bytes, identifiers, usize::MAX);
    let written = write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content));
    written.map_err(|error| format!("YANG-CBOR is not written by {identifiers:?}: {error}"))?;
    Ok(bytes)
}

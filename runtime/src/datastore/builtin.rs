//! State that the engine answers itself, before the board is asked: ietf-yang-library (RFC 8525), made from the
//! schema's table of modules.
//!
//! There is one module set, one schema and one datastore, coreconf:unified. What RFC 8525 leaves to the server
//! (location, submodule, deviation) and the deprecated `modules-state` are not instantiated.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use crate::board::Fault;
use crate::schema::{Module, NodeIndex, Schema, Type};
use crate::value::{Data, Value};

/// The name of the one module set and the one schema.
const NAME: &str = "all";

/// Whether the engine answers for a node.
pub(super) fn answers(schema: &Schema, node: NodeIndex) -> bool {
    schema.module_of(node).is_some_and(|module| module.name == "ietf-yang-library")
}

/// The value of a leaf or leaf-list.
pub(super) fn read(schema: &Schema, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
    let row = schema.node(node).ok_or(Fault::Absent)?;
    let of = |wanted: bool, key: Option<&Value>, revision: Option<&Value>| {
        schema
            .modules
            .iter()
            .filter(|module| module.implemented == wanted)
            .find(|module| {
                key.and_then(Value::as_str) == Some(module.name)
                    && revision.is_none_or(|value| value.as_str() == Some(module.revision))
            })
            .ok_or(Fault::Absent)
    };
    let text = |text: &str| if text.is_empty() { Err(Fault::Absent) } else { Ok(Data::Leaf(Value::from(text))) };
    match (schema.name(row.parent), schema.name(node)) {
        ("yang-library", "content-id") => Ok(Data::Leaf(Value::from(content_id(schema).as_str()))),
        ("module", name) => {
            let module = of(true, keys.get(1), None)?;
            match name {
                "revision" => text(module.revision),
                "namespace" => text(module.namespace),
                "feature" => Ok(Data::LeafList(module.features.iter().map(|feature| Value::from(*feature)).collect())),
                _ => Err(Fault::Absent),
            }
        }
        ("import-only-module", "namespace") => text(of(false, keys.get(1), keys.get(2))?.namespace),
        ("schema", "module-set") => Ok(Data::LeafList(vec![Value::from(NAME)])),
        ("datastore", "schema") => text(NAME),
        _ => Err(Fault::Absent),
    }
}

/// The keys of the entry after `after`, or of the first one.
pub(super) fn next(schema: &Schema, list: NodeIndex, after: Option<&[Value]>) -> Option<Vec<Value>> {
    let entries = match schema.name(list) {
        "module" => modules(schema, true).map(|module| vec![Value::from(module.name)]).collect(),
        "import-only-module" => modules(schema, false)
            .map(|module| vec![Value::from(module.name), revision(schema, list, module)])
            .collect(),
        "module-set" | "schema" => vec![vec![Value::from(NAME)]],
        "datastore" => {
            let module = schema.module_by_name("ietf-coreconf")?;
            vec![vec![Value::Identityref(schema.identity_by_name(module, "unified")?)]]
        }
        _ => Vec::new(),
    };
    entries.into_iter().filter(|keys| after.is_none_or(|after| keys.as_slice() > after)).min()
}

fn modules(schema: &Schema, implemented: bool) -> impl Iterator<Item = &'static Module> {
    schema.modules.iter().filter(move |module| module.implemented == implemented)
}

/// A revision as the key of an import-only module: a union of a date and the empty string.
fn revision(schema: &Schema, list: NodeIndex, module: &Module) -> Value {
    let key = schema.list(list).and_then(|list| list.keys.get(1).copied());
    match key.and_then(|key| schema.type_of(key)) {
        Some(Type::Union { .. }) => {
            Value::Union(u16::from(module.revision.is_empty()), alloc::boxed::Box::new(Value::from(module.revision)))
        }
        _ => Value::from(module.revision),
    }
}

/// Changes whenever a module, its revision or its features do (FNV-1a).
fn content_id(schema: &Schema) -> alloc::string::String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut take = |text: &str| {
        for byte in text.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for module in schema.modules {
        take(module.name);
        take(module.revision);
        take(if module.implemented { "implement" } else { "import" });
        for feature in module.features {
            take(feature);
        }
    }
    format!("{hash:016x}")
}

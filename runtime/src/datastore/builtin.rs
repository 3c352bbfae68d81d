//! State that the engine answers itself, before the board is asked: ietf-yang-library (RFC 8525), made from the
//! schema's table of modules.
//!
//! There is one module set, one schema and one datastore, coreconf:unified. What RFC 8525 leaves to the server
//! (location, submodule, deviation) and the deprecated `modules-state` are not instantiated.

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
    match row.sid {
        sids::CONTENT_ID => Ok(Data::Leaf(Value::from(content_id(schema).as_str()))),
        sids::MODULE_REVISION => text(of(true, keys.get(1), None)?.revision),
        sids::MODULE_NAMESPACE => text(of(true, keys.get(1), None)?.namespace),
        sids::MODULE_FEATURE => {
            let features = of(true, keys.get(1), None)?.features;
            Ok(Data::LeafList(features.iter().map(|feature| Value::from(*feature)).collect()))
        }
        sids::IMPORT_NAMESPACE => text(of(false, keys.get(1), keys.get(2))?.namespace),
        sids::SCHEMA_MODULE_SET => Ok(Data::LeafList(vec![Value::from(NAME)])),
        sids::DATASTORE_SCHEMA => text(NAME),
        _ => Err(Fault::Absent),
    }
}

/// The keys of the entry after `after`, or of the first one.
pub(super) fn next(schema: &Schema, list: NodeIndex, after: Option<&[Value]>) -> Option<Vec<Value>> {
    let entries = match schema.node(list)?.sid {
        sids::MODULE => modules(schema, true).map(|module| vec![Value::from(module.name)]).collect(),
        sids::IMPORT => modules(schema, false)
            .map(|module| vec![Value::from(module.name), revision(schema, list, module)])
            .collect(),
        sids::MODULE_SET | sids::SCHEMA => vec![vec![Value::from(NAME)]],
        sids::DATASTORE => vec![vec![Value::Identityref(schema.identity_by_sid(sids::UNIFIED)?)]],
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
    hash.to_be_bytes()
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}

/// The SIDs of the nodes that are answered here, since a device need not know their names.
mod sids {
    macro_rules! sids {
        ($($name:ident = $sid:literal, $file:literal, $identifier:literal;)*) => {
            $(pub(super) const $name: u32 = $sid;)*

            #[test]
            fn constants_are_those_of_the_sid_files() {
                $({
                    let file = include_str!(concat!("../../../yang/ietf/", $file, ".sid"));
                    let file: alloc::string::String = file.chars().filter(|c| !c.is_whitespace()).collect();
                    let item = concat!("\"identifier\":\"", $identifier, "\",\"sid\":\"", $sid, "\"");
                    assert!(file.contains(item), "{item}");
                })*
            }
        };
    }

    sids! {
        CONTENT_ID = 63672, "ietf-yang-library", "/ietf-yang-library:yang-library/content-id";
        DATASTORE = 63673, "ietf-yang-library", "/ietf-yang-library:yang-library/datastore";
        DATASTORE_SCHEMA = 63675, "ietf-yang-library", "/ietf-yang-library:yang-library/datastore/schema";
        IMPORT = 63677, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/import-only-module";
        IMPORT_NAMESPACE = 63680, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/import-only-module/namespace";
        MODULE = 63686, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/module";
        MODULE_FEATURE = 63688, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/module/feature";
        MODULE_NAMESPACE = 63691, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/module/namespace";
        MODULE_REVISION = 63692, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set/module/revision";
        MODULE_SET = 63676, "ietf-yang-library", "/ietf-yang-library:yang-library/module-set";
        SCHEMA = 63698, "ietf-yang-library", "/ietf-yang-library:yang-library/schema";
        SCHEMA_MODULE_SET = 63699, "ietf-yang-library", "/ietf-yang-library:yang-library/schema/module-set";
        UNIFIED = 1029, "ietf-coreconf", "unified";
    }
}

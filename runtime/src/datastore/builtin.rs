//! State that the engine answers itself, before the board is asked: ietf-yang-library (RFC 8525), made from the
//! schema's table of modules; a [part](super::parts) that falls away where the model has none of its nodes.
//!
//! There is one module set, one schema and one datastore, coreconf:unified. What RFC 8525 leaves to the server
//! (location, submodule, deviation) and the deprecated `modules-state` are not instantiated.

use alloc::vec::Vec;

use crate::board::Fault;
use crate::schema::{Module, NodeIndex, Schema, Type};
use crate::value::{Data, Value, compare_keys};

/// The name of the one module set and the one schema.
const NAME: &str = "all";

/// What answers for the nodes of ietf-yang-library; a model without them names none of it.
#[derive(Debug)]
pub(super) struct Library {
    /// Whether the engine answers for a node.
    pub(super) answers: fn(&Schema, NodeIndex) -> bool,
    /// The value of a leaf or leaf-list.
    pub(super) read: fn(&Schema, NodeIndex, &[Value]) -> Result<Data, Fault>,
    /// The keys of the entry after these, or of the first one.
    pub(super) next: Next,
}

type Next = fn(&Schema, NodeIndex, Option<&[Value]>) -> Option<Vec<Value>>;

pub(super) static LIBRARY: Library = Library { answers, read, next };

fn answers(schema: &Schema, node: NodeIndex) -> bool {
    schema.module_of(node).is_some_and(|module| module.name == "ietf-yang-library")
}

fn read(schema: &Schema, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
    let row = schema.node(node).ok_or(Fault::Absent)?;
    let value = match row.sid {
        sids::CONTENT_ID => return Ok(Data::Leaf(Value::from(content_id(schema).as_str()))),
        sids::SCHEMA_MODULE_SET => return Ok(Data::LeafList(Vec::from([Value::from(NAME)]))),
        sids::DATASTORE_SCHEMA => NAME,
        sids::MODULE_REVISION | sids::MODULE_NAMESPACE | sids::MODULE_FEATURE | sids::IMPORT_NAMESPACE => {
            let module = module(schema, row.sid != sids::IMPORT_NAMESPACE, keys).ok_or(Fault::Absent)?;
            match row.sid {
                sids::MODULE_FEATURE => {
                    let mut features = Vec::new();
                    for feature in module.features {
                        features.push(Value::from(*feature));
                    }
                    return Ok(Data::LeafList(features));
                }
                sids::MODULE_REVISION => module.revision,
                _ => module.namespace,
            }
        }
        _ => "",
    };
    if value.is_empty() { Err(Fault::Absent) } else { Ok(Data::Leaf(Value::from(value))) }
}

/// The module in whose entry these keys lead: of the implemented ones its name tells it, of the others the revision
/// too.
fn module(schema: &Schema, implemented: bool, keys: &[Value]) -> Option<&'static Module> {
    let name = keys.get(1)?.as_str()?;
    let revision = keys.get(2).and_then(Value::as_str);
    schema.modules.iter().find(|module| {
        module.implemented == implemented && module.name == name && revision.is_none_or(|own| own == module.revision)
    })
}

fn next(schema: &Schema, list: NodeIndex, after: Option<&[Value]>) -> Option<Vec<Value>> {
    let sid = schema.node(list)?.sid;
    match sid {
        sids::MODULE | sids::IMPORT => {
            let mut next: Option<Vec<Value>> = None;
            for module in schema.modules {
                if module.implemented != (sid == sids::MODULE) {
                    continue;
                }
                let mut keys = Vec::from([Value::from(module.name)]);
                if sid == sids::IMPORT {
                    keys.push(revision(schema, list, module));
                }
                if after.is_none_or(|after| compare_keys(&keys, after).is_gt())
                    && next.as_ref().is_none_or(|next| compare_keys(&keys, next).is_lt())
                {
                    next = Some(keys);
                }
            }
            next
        }
        _ if after.is_some() => None,
        sids::MODULE_SET | sids::SCHEMA => Some(Vec::from([Value::from(NAME)])),
        sids::DATASTORE => Some(Vec::from([Value::Identityref(schema.identity_by_sid(sids::UNIFIED)?)])),
        _ => None,
    }
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

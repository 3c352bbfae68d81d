//! What an iPATCH carries, in JSON: an array of objects that map the path of an instance to its value, or to null, which
//! deletes. There is no standard for it; the order of the array is that of `application/yang-instances+cbor-seq`.

use anyhow::{Result, anyhow, bail};
use comi_runtime::cbor::{Allowed, Instance};
use comi_runtime::json::{self, Place, Style};
use comi_runtime::schema::{NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Data, InstanceIdentifier, keys_of};
use serde_json::value::RawValue;

use super::json_text::{Members, describe, malformed, start};
use crate::names;

/// Reads an array of such objects, or one.
pub(super) fn from_json(schema: &'static Schema, text: &str) -> Result<Vec<Instance>> {
    let objects: Vec<&RawValue> = if text.trim_start().starts_with('[') {
        serde_json::from_str(text).map_err(|error| malformed(&error))?
    } else {
        vec![serde_json::from_str(text).map_err(|error| malformed(&error))?]
    };
    let mut instances = Vec::new();
    for object in objects {
        let at = |part: &str, message: &str| {
            let Place { line, column } = start(text, part);
            anyhow!("{line}:{column}: {message}")
        };
        let members = serde_json::from_str::<Members<'_>>(object.get());
        let Members(members) = members.map_err(|_| at(object.get(), "not an object that maps paths to values"))?;
        for (path, value) in members {
            let identifier =
                names::identifier(schema, &path).map_err(|error| at(value.get(), &format!("{error:#}")))?;
            let data = match value.get() {
                "null" => None,
                value => Some(
                    self::value(schema, &identifier, value).map_err(|error| describe(schema, text, value, &error))?,
                ),
            };
            instances.push(Instance { at: identifier, data });
        }
    }
    if instances.is_empty() {
        bail!("an edit without an instance");
    }
    Ok(instances)
}

fn value(schema: &'static Schema, at: &InstanceIdentifier, text: &str) -> Result<Data, json::Error> {
    let above = keys_of(schema, at.node).count().saturating_sub(schema.entry_key_count(at.node));
    let own = at.keys.get(above..).unwrap_or_default();
    match schema.node(at.node).map(|row| row.kind()) {
        Some(NodeKind::List) if text.starts_with('{') => {
            json::read_entry(schema, at.node, own, Allowed::Config, text).map(Data::Container)
        }
        // the value of one entry
        Some(NodeKind::LeafList) if !own.is_empty() => {
            let list = json::read_value(schema, at.node, Allowed::Config, &format!("[{text}]"))?;
            Ok(list.values().first().cloned().map_or(list, Data::Leaf))
        }
        _ => json::read_value(schema, at.node, Allowed::Config, text),
    }
}

/// Writes an array, an object an instance.
pub(super) fn to_json(schema: &'static Schema, instances: &[Instance]) -> Result<String> {
    let mut array = Vec::new();
    for Instance { at, data } in instances {
        let value = match data {
            None => serde_json::Value::Null,
            Some(data) => serde_json::from_str(&json::to_string(schema, at.node, data, Style::Compact)?)?,
        };
        let path = text::print_path(schema, at, PathForm::Predicates);
        array.push(serde_json::Map::from_iter([(path, value)]));
    }
    Ok(serde_json::to_string_pretty(&array)?)
}

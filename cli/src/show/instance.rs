//! Data of a device, printed as the user asks.

use std::fmt::Write as _;

use anyhow::Result;
use comi_runtime::coreconf::client;
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier, keys_of};

use super::{diagnostic, hex};
use crate::arguments::Format;

/// One node with its data; the root's is a whole datastore.
pub(crate) fn instance(
    schema: &'static Schema,
    node: &InstanceIdentifier,
    data: &Data,
    format: Format,
) -> Result<Vec<u8>> {
    Ok(match format {
        Format::Cbor => return encoded(schema, node, data),
        Format::Json => json(schema, node, data)? + "\n",
        Format::Table => {
            let mut table = String::new();
            rows(schema, node, data, &mut table);
            table
        }
        Format::Diag => diagnostic(&encoded(schema, node, data)?, Some(schema)) + "\n",
        Format::Hex => hex(&encoded(schema, node, data)?) + "\n",
    }
    .into_bytes())
}

/// RFC 7951: an object with the node as its member; one list entry as an array of one.
pub(crate) fn json(schema: &'static Schema, node: &InstanceIdentifier, data: &Data) -> Result<String> {
    if node.node == NodeIndex::ROOT {
        return Ok(json::to_string(schema, node.node, data, Style::Pretty)?);
    }
    let module = schema.module_of(node.node).map_or("", |module| module.name);
    let member = format!("{module}:{}", schema.name(node.node));
    let text = json::to_string(schema, node.node, data, Style::Compact)?;
    let value: serde_json::Value = serde_json::from_str(&text)?;
    let value = match (schema.node(node.node).map(|row| row.kind()), data) {
        (Some(NodeKind::List), Data::Container(_)) if !value.is_array() => serde_json::Value::Array(vec![value]),
        _ => value,
    };
    Ok(serde_json::to_string_pretty(&serde_json::Map::from_iter([(member, value)]))?)
}

fn encoded(schema: &'static Schema, node: &InstanceIdentifier, data: &Data) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match (node.node, data) {
        (NodeIndex::ROOT, Data::Container(content)) => client::document(schema, content, &mut bytes)?,
        (_, data) => client::instance(schema, node, Some(data), &mut bytes)?,
    }
    Ok(bytes)
}

/// A line for each leaf: its name and value.
fn rows(schema: &'static Schema, at: &InstanceIdentifier, data: &Data, table: &mut String) {
    match data {
        Data::Leaf(value) => {
            let shown = text::print(schema, at.node, value).unwrap_or_else(|violation| format!("({violation})"));
            let _ = writeln!(table, "{}\t{shown}", text::print_path(schema, at, PathForm::Uri));
        }
        Data::LeafList(values) => {
            for value in values {
                rows(schema, at, &Data::Leaf(value.clone()), table);
            }
        }
        Data::Container(content) => children(schema, at, content, table),
        Data::List(entries) => {
            for (place, entry) in entries.iter().enumerate() {
                let keys = schema.list(at.node).map_or(&[][..], |list| list.keys);
                let mut of_entry = at.clone();
                of_entry.keys.extend(keys.iter().filter_map(|key| entry.leaf(*key).cloned()));
                if keys.is_empty() {
                    let position = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
                    of_entry.keys.push(comi_runtime::value::Value::Unsigned(position));
                }
                children(schema, &of_entry, entry, table);
            }
        }
        Data::Any(cbor) => {
            let _ = writeln!(table, "{}\t{}", text::print_path(schema, at, PathForm::Uri), hex(cbor));
        }
    }
}

fn children(schema: &'static Schema, at: &InstanceIdentifier, content: &Content, table: &mut String) {
    for (node, data) in content.iter() {
        let is_key = schema.list(at.node).is_some_and(|list| list.keys.contains(&node));
        if is_key && keys_of(schema, at.node).count() == at.keys.len() {
            continue;
        }
        rows(schema, &InstanceIdentifier { node, keys: at.keys.clone() }, data, table);
    }
}

//! Items of `application/yang-instances+cbor-seq`: identifiers and what stands there (draft-ietf-core-comi-21 section
//! 2.4). Rpcs, actions and notifications travel so, and what a client changes. Read [`Instance`] first.

use alloc::vec::Vec;

use super::Identifiers;
use super::decode::{Allowed, read_entry, read_value};
use super::encode::{EncodeError, Encoder};
use super::error::Error;
use super::identifier::{read_instance_identifier, write_instance_identifier};
use super::reader::{Kind, Reader};
use super::scalar::read_leaf;
use super::writer::Writer;
use crate::schema::{NodeIndex, NodeKind, Schema, Type};
use crate::value::{ALL_TYPES, Data, InstanceIdentifier, Part, Value, keys_of, write_content, write_data};

/// One item of a sequence.
///
/// One entry of a list is [`Data::Container`] of its content, one entry of a leaf-list [`Data::Leaf`]; of an rpc or
/// action `data` is the content of its input or output.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// Where it stands.
    pub at: InstanceIdentifier,
    /// What stands there; `None` is null: nothing, or no input, output or content.
    pub data: Option<Data>,
}

/// Reads a sequence to its end. A map may hold several items.
pub fn read_instances(schema: &Schema, allowed: Allowed, reader: &mut Reader<'_>) -> Result<Vec<Instance>, Error> {
    let mut instances = Vec::new();
    while !reader.is_at_end() {
        let mut members = reader.map()?;
        while members.more(reader)? {
            let at = read_instance_identifier(schema, reader)?;
            let data = read_instance_value(schema, &at, allowed, reader)?;
            instances.push(Instance { at, data });
        }
    }
    Ok(instances)
}

/// Reads the value beside an identifier.
///
/// Null is `None`; of a leaf of type empty only where [`Allowed::Config`] says that null deletes (readings 13 and 14).
/// Beside a list's identifier a map is one entry, an array the whole list (readings 15); beside that of a leaf-list's
/// entry stands its value.
pub fn read_instance_value(
    schema: &Schema,
    at: &InstanceIdentifier,
    allowed: Allowed,
    reader: &mut Reader<'_>,
) -> Result<Option<Data>, Error> {
    let above = keys_of(schema, at.node).count().saturating_sub(schema.entry_key_count(at.node));
    let (above, own) = at.keys.split_at_checked(above).unwrap_or((&[], &[]));
    let is_value = allowed != Allowed::Config && matches!(schema.type_of(at.node), Some(Type::Empty));
    let kind = schema.node(at.node).map(|row| row.kind());
    let is_single = kind == Some(NodeKind::Leaf) || kind == Some(NodeKind::LeafList) && !own.is_empty();
    if ALL_TYPES
        && is_single
        && let Some(value) = empty_of_union(schema, at.node, reader)?
    {
        return Ok(Some(Data::Leaf(value)));
    }
    let read = match (kind, reader.peek()?) {
        (_, Kind::Null) if !is_value => return reader.null().map(|()| None),
        (Some(NodeKind::List), Kind::Map) => read_entry(schema, at.node, own, allowed, reader).map(Data::Container),
        (Some(NodeKind::LeafList), kind) if !own.is_empty() || (kind != Kind::Array && allowed != Allowed::Config) => {
            return read_leaf(schema, at.node, reader)
                .map(|value| Some(Data::Leaf(value.into_value())))
                .map_err(|error| error.under(&at.keys));
        }
        _ => read_value(schema, at.node, allowed, reader),
    };
    read.map(Some).map_err(|error| error.under(above))
}

/// Readings 14 of a union: `[null]` is the value of its member of type empty, since null would delete. No other member's
/// value begins so.
fn empty_of_union(schema: &Schema, node: NodeIndex, reader: &mut Reader<'_>) -> Result<Option<Value>, Error> {
    if !matches!(schema.type_of(node), Some(Type::Union { .. })) || reader.peek()? != Kind::Array {
        return Ok(None);
    }
    let mut attempt = *reader;
    let mut items = attempt.array()?;
    if !items.more(&mut attempt)? || attempt.peek()? != Kind::Null {
        return Ok(None);
    }
    let Ok(value) = read_leaf(schema, node, &mut attempt) else { return Ok(None) };
    if items.more(&mut attempt)? {
        return Ok(None);
    }
    let value = value.into_value();
    *reader = attempt;
    Ok(Some(value))
}

/// Appends one item.
///
/// # Errors
/// When something can't be written.
pub fn write_instance(
    schema: &Schema,
    at: &InstanceIdentifier,
    data: Option<&Data>,
    identifiers: Identifiers,
    out: &mut Vec<u8>,
) -> Result<(), EncodeError> {
    let mut writer = Writer::new(out);
    writer.map(1);
    write_instance_identifier(schema, at, identifiers, &mut writer)?;
    match data {
        None => {
            writer.null();
            Ok(())
        }
        // readings 14: null would delete it
        Some(Data::Leaf(value)) if matches!(value.resolved(), Value::Empty) => {
            writer.array(1);
            writer.null();
            Ok(())
        }
        Some(data) => {
            let is_list = schema.node(at.node).is_some_and(|row| row.kind() == NodeKind::List);
            let mut encoder = Encoder::new(schema, out, identifiers, usize::MAX);
            match data {
                Data::Container(entry) if is_list => write_content(&mut encoder, at.node, Part::Entry, entry),
                _ => write_data(&mut encoder, at.node, data),
            }
        }
    }
}

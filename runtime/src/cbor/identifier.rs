//! Instance-identifiers in CBOR (RFC 9254 section 6.13).
//!
//! With SIDs, entries of keyless lists and leaf-lists have no encoding in RFC 9254; draft-vilimek-yang-cbor-inst-id's
//! is taken: the 1-based position, and the value (readings 6).

use alloc::vec::Vec;

use super::Identifiers;
use super::encode::EncodeError;
use super::error::{Error, Reason};
use super::head::{Head, major};
use super::reader::{Reader, unexpected};
use super::scalar::read_leaf;
use super::value::write_typed;
use super::writer::Writer;
use crate::schema::{NodeIndex, Schema};
use crate::value::{InstanceIdentifier, KeyOf, Value, Violation, check_instance, keys_of, text};

/// Writes an instance-identifier: the SID, or an array of the SID and the keys; or its path as text.
///
/// An identifier of a whole list or leaf-list has no keys of its own.
pub fn write_instance_identifier(
    schema: &Schema,
    instance: &InstanceIdentifier,
    identifiers: Identifiers,
    writer: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    check_instance(schema, instance).map_err(|violation| EncodeError::Value { node: instance.node, violation })?;
    if identifiers == Identifiers::Names {
        let names = text::by_name(schema).ok_or(EncodeError::NoNames)?;
        writer.text(&(names.print_instance)(schema, instance, text::PathForm::Predicates));
        return Ok(());
    }
    let sid = match schema.node(instance.node).map(|node| node.sid) {
        Some(sid) if sid != 0 => u64::from(sid),
        _ => return Err(EncodeError::NoSid(instance.node)),
    };
    if instance.keys.is_empty() {
        writer.unsigned(sid);
        return Ok(());
    }
    writer.array(1 + instance.keys.len());
    writer.unsigned(sid);
    for (wanted, key) in keys_of(schema, instance.node).zip(&instance.keys) {
        match (wanted, key) {
            (KeyOf::Value(node), key) => {
                let row = schema.node(node).ok_or(EncodeError::Misplaced(node))?;
                write_typed(schema, node, row, key, identifiers, writer)?;
            }
            (KeyOf::Position(_), Value::Unsigned(position)) => writer.unsigned(*position),
            (KeyOf::Position(node), _) => {
                return Err(EncodeError::Value { node, violation: Violation::Instance });
            }
        }
    }
    Ok(())
}

/// Reads an instance-identifier in any of its forms.
///
/// A node of any kind may be named. Keys of the lists above the node must be there; the node's own may be left out,
/// all together.
pub fn read_instance_identifier(schema: &Schema, reader: &mut Reader<'_>) -> Result<InstanceIdentifier, Error> {
    let start = reader.position();
    let head = reader.head()?;
    instance_behind(schema, start, head, reader)
}

/// Reads an instance-identifier behind its head.
pub(super) fn instance_behind(
    schema: &Schema,
    start: usize,
    head: Head,
    reader: &mut Reader<'_>,
) -> Result<InstanceIdentifier, Error> {
    match head.major() {
        major::UNSIGNED => complete(schema, start, by_sid(schema, start, head.argument)?, Vec::new()),
        major::ARRAY => {
            if reader.nested > InstanceIdentifier::MAX_NESTING {
                return Err(Error::new(start, Reason::TooDeep));
            }
            reader.nested += 1;
            let mut items = reader.open(start, head)?;
            if !items.more(reader)? {
                return Err(Error::new(start, Reason::Value(Violation::Instance)));
            }
            let at = reader.position();
            let node = by_sid(schema, at, reader.unsigned()?)?;
            let mut keys = Vec::new();
            let mut wanted = keys_of(schema, node);
            while items.more(reader)? {
                let start = reader.position();
                keys.push(match wanted.next() {
                    Some(KeyOf::Value(leaf)) => {
                        let key = read_leaf(schema, leaf, reader).map_err(|error| error.nowhere().within(node))?;
                        key.into_value()
                    }
                    Some(KeyOf::Position(_)) => match reader.unsigned()? {
                        0 => return Err(Error::new(start, Reason::Value(Violation::Range)).within(node)),
                        position => Value::Unsigned(position),
                    },
                    None => return Err(Error::new(start, Reason::Value(Violation::Instance)).within(node)),
                });
            }
            reader.nested -= 1;
            complete(schema, start, node, keys)
        }
        major::TEXT => {
            let path = reader.text_behind(start, head)?;
            let names = text::by_name(schema).ok_or_else(|| Error::new(start, Reason::UnknownName))?;
            let instance = (names.instance)(schema, &path, reader.nested)
                .map_err(|error| Error::new(start, Reason::InvalidIdentifier(error.into())))?;
            // An instance-identifier has one step at least (RFC 7950 section 9.13); `/` is a word of our tools.
            match instance.node {
                NodeIndex::ROOT => Err(Error::new(start, Reason::Value(Violation::Instance))),
                _ => Ok(instance),
            }
        }
        _ => Err(unexpected(start, head, "an instance-identifier")),
    }
}

fn by_sid(schema: &Schema, start: usize, sid: u64) -> Result<NodeIndex, Error> {
    let found = u32::try_from(sid).ok().and_then(|sid| schema.node_by_sid(sid));
    found.ok_or_else(|| Error::new(start, Reason::UnknownSid(i64::try_from(sid).unwrap_or(i64::MAX))))
}

fn complete(schema: &Schema, start: usize, node: NodeIndex, keys: Vec<Value>) -> Result<InstanceIdentifier, Error> {
    let missing = schema.key_count(node).saturating_sub(keys.len());
    if missing == 0 || missing == schema.entry_key_count(node) {
        Ok(InstanceIdentifier { node, keys })
    } else {
        Err(Error::new(start, Reason::Value(Violation::Instance)).within(node))
    }
}

//! `anydata` and `anyxml`, and everything by name: what falls away on a device whose schema does not name it. Read
//! [`with_names`] first.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::decode::read_relative;
use super::encode::{Encoder, reference_sid};
use super::error::{Error, Reason};
use super::reader::Reader;
use super::writer::Writer;
use super::{Identifiers, deterministic};
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::text::{self, ByName};
use crate::value::{Part, write_content};

/// For [`Schema::by_name`]: generated code names it where a build script says `by_name()`.
pub static BY_NAME: ByName = ByName::new(read_relative, deterministic::sort_map);

/// For [`Schema::any`]: generated code names it where a node is `anydata` or `anyxml`.
pub static READ_ANY: ReadAny = ReadAny(read_any);

/// How `anydata` and `anyxml` are read.
#[derive(Debug)]
pub struct ReadAny(Read);

type Read = fn(&Schema, NodeIndex, i64, &mut Reader<'_>) -> Result<Box<[u8]>, Error>;

/// The same schema with everything by name: for tools, which compile theirs while they run. It is leaked, as a
/// schema that was compiled at run time is.
#[must_use]
pub fn with_names(schema: &Schema) -> &'static Schema {
    Box::leak(Box::new(Schema { by_name: Some(&BY_NAME), any: Some(&READ_ANY), ..*schema }))
}

/// Reads the value of an `anydata` or `anyxml` node.
pub(super) fn read(
    schema: &Schema,
    node: NodeIndex,
    reference: i64,
    reader: &mut Reader<'_>,
) -> Result<Box<[u8]>, Error> {
    match schema.any.and_then(|any| any.downcast_ref::<ReadAny>()) {
        Some(any) => any.0(schema, node, reference, reader),
        None => Err(Error::new(reader.position(), Reason::Misplaced(node))),
    }
}

/// As it came, in deterministic form; by SIDs relative to the node where names or another reference make it mean
/// something else when it is told by SIDs.
fn read_any(schema: &Schema, node: NodeIndex, reference: i64, reader: &mut Reader<'_>) -> Result<Box<[u8]>, Error> {
    let mut came = *reader;
    let mut cbor = Vec::new();
    if schema.node(node).is_some_and(|row| row.kind() == NodeKind::Anyxml) {
        deterministic::copy(reader, &mut Writer::new(&mut cbor))?;
        return Ok(cbor.into());
    }
    let offset = reference.saturating_sub(i64::from(reference_sid(schema, node)));
    let names = deterministic::copy_map(offset, reader, &mut Writer::new(&mut cbor))?;
    if (offset != 0 || names)
        && let Some(by_name) = text::by_name(schema)
        && let Some(content) = (by_name.anydata)(schema, reference, came.item()?)
    {
        let mut known = Vec::new();
        let encoder = Encoder::new(schema, &mut known, Identifiers::Sids, usize::MAX);
        let mut encoder = encoder.with_reference(node);
        if write_content(&mut encoder, NodeIndex::ROOT, Part::Container, &content).is_ok() {
            return Ok(known.into());
        }
    }
    Ok(cbor.into())
}

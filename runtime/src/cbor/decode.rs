//! YANG-CBOR into instance data (RFC 9254 section 4).
//!
//! What one value or one map tells is checked here: types, ranges, lengths, keys, places. Rules across nodes
//! (mandatory, choice, leafref, unique, number of entries) are the datastore's.

use super::encode::reference_sid;
use super::error::{Error, Reason};
use super::reader::Reader;
use super::visit::{Tree, Visit};
use super::walk::Walk;
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Part, Value, text};

/// Which nodes may stand in a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Any node of the schema as member of a document, notifications and structures too (readings 1), and
    /// notifications in their place. Entries keep the order in which they came, so
    /// [`find`](crate::value::Entries::find) takes such a list as unsorted: for tools, not for a datastore.
    Any,
    /// Configuration in its place.
    Config,
    /// Data nodes in their place: what a datastore holds.
    Data,
    /// As [`Allowed::Data`], and rpcs and actions in their place, each with the content of its output.
    Reply,
    /// As [`Allowed::Data`], and rpcs and actions in their place, each with the content of its input.
    Request,
}

/// Reads a map of data nodes: a document ([`NodeIndex::ROOT`]), or the content of a container, list entry, input,
/// output, notification or structure.
///
/// Deltas are relative to the SID of `node` (of an input or output, of its rpc or action). Bytes behind the map are
/// left to the caller ([`Reader::finish`]).
pub fn read_content(
    schema: &Schema,
    node: NodeIndex,
    allowed: Allowed,
    reader: &mut Reader<'_>,
) -> Result<Content, Error> {
    visit_content(schema, node, allowed, reader, &mut Tree).map(content)
}

/// As [`read_content`], handing everything to a visitor instead of making a tree: nothing is allocated for a node.
pub fn visit_content<V: Visit>(
    schema: &Schema,
    node: NodeIndex,
    allowed: Allowed,
    reader: &mut Reader<'_>,
    visitor: &mut V,
) -> Result<V::Open, Error> {
    let mut open = visitor.enter(node, Part::Container);
    Walk::new(schema, allowed, reader, visitor)
        .content(node, i64::from(reference_sid(schema, node)), None, &mut open)
        .map_err(|error| error.within(node))?;
    Ok(open)
}

/// Reads the value of a data node: a leaf's value, an array of entries, a map.
///
/// A list is an array here; a map that stands for one entry is read by [`read_entry`] (readings 15).
pub fn read_value(schema: &Schema, node: NodeIndex, allowed: Allowed, reader: &mut Reader<'_>) -> Result<Data, Error> {
    let misplaced = |reason| Error::new(reader.position(), reason).within(node);
    let row = schema.node(node).ok_or_else(|| misplaced(Reason::Misplaced(node)))?;
    place(schema, allowed, row.parent, node).map_err(misplaced)?;
    let mut around = Data::Container(Content::new());
    Walk::new(schema, allowed, reader, &mut Tree)
        .value(node, row, i64::from(reference_sid(schema, node)), &mut around)
        .map_err(|error| error.within(node))?;
    let read = content(around).into_iter().next();
    read.map(|(_, data)| data).ok_or_else(|| Error::new(0, Reason::Misplaced(node)))
}

/// Reads one entry of a list. `keys` are the entry's keys as its identifier gave them, or none: they need not be
/// repeated in the map, and must agree where they are (readings 15).
pub fn read_entry(
    schema: &Schema,
    list: NodeIndex,
    keys: &[Value],
    allowed: Allowed,
    reader: &mut Reader<'_>,
) -> Result<Content, Error> {
    let start = reader.position();
    let misplaced = |reason| Error::new(start, reason).within(list);
    let row = schema.list(list).ok_or_else(|| misplaced(Reason::Misplaced(list)))?;
    place(schema, allowed, schema.node(list).map_or(NodeIndex::ROOT, |row| row.parent), list).map_err(misplaced)?;
    let mut entry = Data::Container(Content::new());
    Walk::new(schema, allowed, reader, &mut Tree).entry(
        list,
        row,
        keys,
        None,
        i64::from(reference_sid(schema, list)),
        &mut entry,
    )?;
    Ok(content(entry))
}

/// What the schema knows of an `anydata` node's map (RFC 9254 section 4.5): data nodes and notifications of any
/// module; `None` when it doesn't know all of it, and where names are not known.
pub(crate) fn read_anydata(schema: &Schema, node: NodeIndex, cbor: &[u8]) -> Option<Content> {
    (text::by_name(schema)?.anydata)(schema, i64::from(reference_sid(schema, node)), cbor)
}

/// The same with deltas to another SID.
pub(super) fn read_relative(schema: &Schema, reference: i64, cbor: &[u8]) -> Option<Content> {
    let mut open = Data::Container(Content::new());
    let mut reader = Reader::new(cbor);
    Walk::new(schema, Allowed::Any, &mut reader, &mut Tree)
        .content(NodeIndex::ROOT, reference, None, &mut open)
        .ok()?;
    Some(content(open))
}

fn content(data: Data) -> Content {
    match data {
        Data::Container(content) => content,
        _ => Content::new(),
    }
}

/// Whether `child` may stand in the map of `parent`.
pub(crate) fn place(schema: &Schema, allowed: Allowed, parent: NodeIndex, child: NodeIndex) -> Result<(), Reason> {
    let row = schema.node(child).ok_or(Reason::Misplaced(child))?;
    let at_root = parent == NodeIndex::ROOT && allowed == Allowed::Any;
    let is_data = match row.kind() {
        NodeKind::Container
        | NodeKind::List
        | NodeKind::LeafList
        | NodeKind::Leaf
        | NodeKind::Anydata
        | NodeKind::Anyxml => true,
        NodeKind::Notification => allowed == Allowed::Any,
        NodeKind::Structure => at_root,
        NodeKind::Rpc | NodeKind::Action => matches!(allowed, Allowed::Reply | Allowed::Request),
        NodeKind::Input | NodeKind::Output => false,
    };
    if !is_data || (row.parent != parent && !at_root) {
        return Err(Reason::Misplaced(child));
    }
    if allowed == Allowed::Config && !row.is_config() {
        return Err(Reason::StateNode(child));
    }
    Ok(())
}

/// The input or output of an rpc or action, whichever a payload of this kind carries; of another node itself.
pub(crate) fn content_of(schema: &Schema, node: NodeIndex, allowed: Allowed) -> Option<NodeIndex> {
    let row = schema.node(node)?;
    if !matches!(row.kind(), NodeKind::Rpc | NodeKind::Action) {
        return Some(node);
    }
    let wanted = match allowed {
        Allowed::Reply => NodeKind::Output,
        Allowed::Request => NodeKind::Input,
        Allowed::Any | Allowed::Config | Allowed::Data => return None,
    };
    schema.children(node).find(|child| schema.node(*child).is_some_and(|row| row.kind() == wanted))
}

//! What discovery tells of CORECONF's resources (draft section 5, readings 19 and 25).

use super::sids;
use crate::schema::{NodeIndex, NodeKind, Schema};

/// The path segment of the datastore resource.
pub const DATASTORE_PATH: &str = "c";
/// The path segment of the default event stream.
pub const STREAM_PATH: &str = "s";

/// A link for `/.well-known/core`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// The path, with its slash.
    pub target: &'static str,
    /// `rt`
    pub resource_type: &'static str,
    /// `ds` (the identity of the datastore) or `sid` (a data node), with its SID.
    pub sid: Option<(&'static str, u32)>,
    /// Whether it can be observed by GET.
    pub observable: bool,
}

/// Tells each link: the datastore, its root data nodes, the YANG library, the event stream. `tell` answers whether to go
/// on.
pub fn links(schema: &'static Schema, tell: &mut dyn FnMut(Link) -> bool) {
    let mut of_datastore =
        |resource_type, sid| tell(Link { target: "/c", resource_type, sid: Some(sid), observable: false });
    if !of_datastore("core.c.ds", ("ds", sids::UNIFIED)) {
        return;
    }
    let mut library = false;
    for row in schema.children(NodeIndex::ROOT).filter_map(|node| schema.node(node)) {
        let is_data = matches!(
            row.kind(),
            NodeKind::Container
                | NodeKind::List
                | NodeKind::LeafList
                | NodeKind::Leaf
                | NodeKind::Anydata
                | NodeKind::Anyxml
        );
        if is_data && row.sid != 0 {
            library |= row.sid == sids::YANG_LIBRARY;
            if !of_datastore("core.c.dn", ("sid", row.sid)) {
                return;
            }
        }
    }
    if library && !of_datastore("core.c.yl", ("sid", sids::YANG_LIBRARY)) {
        return;
    }
    tell(Link { target: "/s", resource_type: "core.c.es core.c.ev", sid: None, observable: true });
}

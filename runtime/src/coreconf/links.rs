//! What discovery tells of CORECONF's resources (draft section 5, readings 19 and 25).

use super::sids;
use crate::schema::{NodeKind, Schema};

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

/// The links: the datastore, its root data nodes, the YANG library, the event stream.
pub fn links(schema: &'static Schema) -> impl Iterator<Item = Link> {
    let of_datastore = |resource_type, sid| Link { target: "/c", resource_type, sid: Some(sid), observable: false };
    let roots = schema.children(crate::schema::NodeIndex::ROOT).filter_map(|node| {
        let row = schema.node(node)?;
        let data = matches!(
            row.kind(),
            NodeKind::Container
                | NodeKind::List
                | NodeKind::LeafList
                | NodeKind::Leaf
                | NodeKind::Anydata
                | NodeKind::Anyxml
        );
        (data && row.sid != 0).then_some((node, row.sid))
    });
    let library = roots.clone().find(|(_, sid)| *sid == sids::YANG_LIBRARY);
    core::iter::once(of_datastore("core.c.ds", ("ds", sids::UNIFIED)))
        .chain(roots.map(move |(_, sid)| of_datastore("core.c.dn", ("sid", sid))))
        .chain(library.map(|(_, sid)| of_datastore("core.c.yl", ("sid", sid))))
        .chain(core::iter::once(Link {
            target: "/s",
            resource_type: "core.c.es core.c.ev",
            sid: None,
            observable: true,
        }))
}

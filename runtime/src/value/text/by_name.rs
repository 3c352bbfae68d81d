//! Nodes, identities and instances by their names, for who asks for it: a device that was built without never names
//! the code, and it falls away at link time.

use alloc::string::String;

use super::{
    PathError, PathForm, child_by_name, name::identity_by_name, path::parse_nested, print_identity, print_path,
    qualified_name,
};
use crate::schema::{IdentityIndex, ModuleIndex, NodeIndex, Schema};
use crate::value::{Content, InstanceIdentifier};

/// What YANG-CBOR and the lexical forms of values do by name.
#[derive(Debug)]
pub struct ByName {
    /// What the schema knows of the CBOR of an anydata node, whose deltas are relative to this SID.
    pub(crate) anydata: AnydataByName,
    /// Puts the members of a map of CBOR into the order of their keys; those with SIDs stand in it by their tables.
    pub(crate) sort: fn(&mut [u8]),
    pub(crate) child: fn(&Schema, NodeIndex, &str, bool) -> Option<NodeIndex>,
    pub(crate) identity: fn(&Schema, NodeIndex, &str) -> Option<IdentityIndex>,
    pub(crate) instance: fn(&Schema, &str, u8) -> Result<InstanceIdentifier, PathError>,
    pub(crate) print_child: fn(&Schema, NodeIndex) -> String,
    pub(crate) print_identity: fn(&Schema, IdentityIndex, Option<ModuleIndex>) -> String,
    pub(crate) print_instance: fn(&Schema, &InstanceIdentifier, PathForm) -> String,
    pub(crate) tell: fn(&PathError, &mut String),
}

type AnydataByName = fn(&Schema, i64, &[u8]) -> Option<Content>;

impl ByName {
    /// All of it; how anydata is read is known to the room above.
    pub(crate) const fn new(anydata: AnydataByName, sort: fn(&mut [u8])) -> ByName {
        ByName {
            anydata,
            sort,
            child: child_by_name,
            identity: identity_by_name,
            instance: parse_nested,
            print_child: qualified_name,
            print_identity,
            print_instance: print_path,
            tell: |error, out| error.tell(out),
        }
    }
}

/// What a schema has for names.
#[inline(never)]
pub(crate) fn by_name(schema: &Schema) -> Option<&'static ByName> {
    schema.by_name?.downcast_ref()
}

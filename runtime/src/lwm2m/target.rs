//! What a path means in the datastore.

use super::{Error, Path};
use crate::datastore::Datastore;
use crate::schema::{Flags, Node, NodeIndex, NodeKind, Schema};
use crate::value::{InstanceIdentifier, Value};

/// The security objects (lwm2m-yang.md, "Errors and rules"): outside bootstrap nobody sees them.
const SECURITY: [u16; 2] = [0, 21];

/// Whether an object is never shown.
pub(super) fn is_hidden(object: u16) -> bool {
    SECURITY.contains(&object)
}

/// What a path names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Target {
    pub(super) at: InstanceIdentifier,
    pub(super) kind: Kind,
    pub(super) flags: Flags,
}

/// What can be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// An executable resource.
    Operation,
    /// An object, an object instance, or a resource with several instances.
    Several,
    /// One value.
    Value,
}

/// The instance-identifier that a path stands for; `None` when the schema has no such object, resource or level. That
/// it exists is not said.
#[must_use]
pub fn instance(schema: &'static Schema, path: Path) -> Option<InstanceIdentifier> {
    locate(schema, path).map(|target| target.at)
}

/// The target of a path whose object instance (and resource instance) exists.
pub(super) fn resolve(store: &Datastore, path: Path) -> Result<Target, Error> {
    if is_hidden(path.object) {
        return Err(Error::Unauthorized);
    }
    let schema = store.schema();
    let target = locate(schema, path).ok_or(Error::NotFound)?;
    let object = Path { resource: None, resource_instance: None, ..path };
    if path.instance.is_some()
        && !locate(schema, object).is_some_and(|object| store.entry_exists(object.at.node, &object.at.keys))
    {
        return Err(Error::NotFound);
    }
    let parent = schema.node(target.at.node).map_or(NodeIndex::ROOT, |row| row.parent);
    if path.resource_instance.is_some() && !store.entry_exists(parent, &target.at.keys) {
        return Err(Error::NotFound);
    }
    Ok(target)
}

pub(super) fn locate(schema: &'static Schema, path: Path) -> Option<Target> {
    let object = schema.object(path.object)?.node;
    let several =
        |node, keys| Target { at: InstanceIdentifier { node, keys }, kind: Kind::Several, flags: Flags::NONE };
    let Some(instance) = path.instance else { return Some(several(object, alloc::vec![])) };
    // an object's list has one key, its instance id; a container is instance 0
    let keys = match schema.path(object).map(|step| schema.entry_key_count(step)).sum::<usize>() {
        0 if instance == 0 => alloc::vec![],
        1 if schema.list(object).is_some() => alloc::vec![Value::Unsigned(u64::from(instance))],
        _ => return None,
    };
    let Some(resource) = path.resource else { return Some(several(object, keys)) };
    let node = schema.resource(path.object, resource)?;
    let row = schema.node(node)?;
    let at = |node, keys| InstanceIdentifier { node, keys };
    match (row.kind(), path.resource_instance) {
        (NodeKind::Leaf, None) => Some(Target { at: at(node, keys), kind: Kind::Value, flags: row.flags }),
        (NodeKind::Action, None) => Some(Target { at: at(node, keys), kind: Kind::Operation, flags: row.flags }),
        (_, None) => Some(several(node, keys)),
        (NodeKind::List, Some(id)) => {
            let value = schema.children(node).find(|child| schema.node(*child).is_some_and(is_value))?;
            let mut keys = keys;
            keys.push(Value::Unsigned(u64::from(id)));
            let flags = schema.node(value)?.flags.with(row.flags);
            Some(Target { at: at(value, keys), kind: Kind::Value, flags })
        }
        (_, Some(_)) => None,
    }
}

/// Of a resource with several instances the leaf beside the key.
fn is_value(row: &Node) -> bool {
    row.kind() == NodeKind::Leaf && !row.flags.has(Flags::KEY)
}

//! What discovery tells of objects and their instances.

use alloc::vec::Vec;

use super::Path;
use super::target::is_hidden;
use crate::board::Board;
use crate::datastore::{Datastore, Found};
use crate::schema::{NodeKind, Object};
use crate::value::{Data, InstanceIdentifier, Value};

/// An object, or one of its instances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ObjectLink {
    /// Its path.
    pub path: Path,
    /// Of an object: its version, which is told where it isn't 1.0.
    pub version: Option<(u8, u8)>,
}

/// Tells each object, followed by its instances; `tell` answers whether to go on.
pub fn links(store: &Datastore, board: &mut dyn Board, tell: &mut dyn FnMut(ObjectLink) -> bool) {
    for object in store.schema().objects.iter().filter(|object| !is_hidden(object.id)) {
        let path = Path { object: object.id, instance: None, resource: None, resource_instance: None };
        let version = Some(object.version).filter(|version| *version != (1, 0));
        if !tell(ObjectLink { path, version }) {
            return;
        }
        for instance in instances(store, board, object) {
            if !tell(ObjectLink { path: Path { instance: Some(instance), ..path }, version: None }) {
                return;
            }
        }
    }
}

fn instances(store: &Datastore, board: &mut dyn Board, object: &Object) -> Vec<u16> {
    let schema = store.schema();
    let Some(row) = schema.node(object.node) else { return Vec::new() };
    let id = |value: &Value| match value {
        Value::Unsigned(id) => u16::try_from(*id).ok(),
        _ => None,
    };
    match row.kind() {
        NodeKind::List if row.is_config() => match store.get(&InstanceIdentifier::new(object.node)) {
            Some(Found::Data(Data::List(entries))) => {
                let key = schema.list(object.node).and_then(|list| list.keys.first());
                entries.iter().filter_map(|entry| id(entry.leaf(*key?)?)).collect()
            }
            _ => Vec::new(),
        },
        NodeKind::List => {
            let mut found = Vec::new();
            let mut after: Option<Vec<Value>> = None;
            // the ids grow, so there are at most 65536
            while let Ok(Some(keys)) = board.next(object.node, &[], after.as_deref()) {
                let next = keys.first().and_then(id).filter(|next| found.last().is_none_or(|last| last < next));
                let Some(next) = next else { break };
                found.push(next);
                after = Some(keys);
            }
            found
        }
        _ if store.entry_exists(object.node, &[]) => alloc::vec![0],
        _ => Vec::new(),
    }
}

//! Defaults in use (RFC 7950 sections 7.6.1 and 7.7.2).

use alloc::vec::Vec;

use super::choice::case_in_use;
use crate::schema::{Default as Row, Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Value};

/// What is done with the defaults of a leaf (one) or leaf-list (several).
#[derive(Debug)]
pub(super) struct Defaults {
    /// Whether this is what they say.
    pub(super) are: fn(&[Row], &Data) -> bool,
    /// What they say.
    pub(super) data: fn(&[Row], NodeKind) -> Data,
    /// Puts those in use into the content of a node.
    pub(super) fill: fn(&Schema, &InstanceIdentifier, &mut Content, Applies<'_>),
}

/// Whether the conditions of a node allow it, below the instance with these keys.
pub(super) type Applies<'a> = &'a dyn Fn(NodeIndex, &[Value]) -> bool;

pub(super) static DEFAULTS: Defaults = Defaults { are, data, fill };

fn are(defaults: &[Row], data: &Data) -> bool {
    let values = data.values();
    values.len() == defaults.len() && values.iter().zip(defaults).all(|(value, row)| value.equals_literal(&row.value))
}

fn data(defaults: &[Row], kind: NodeKind) -> Data {
    let mut values = defaults.iter().map(|row| Value::from_literal(&row.value));
    match kind {
        NodeKind::Leaf => Data::Leaf(values.next().unwrap_or(Value::Empty)),
        _ => Data::LeafList(values.collect()),
    }
}

fn fill(schema: &Schema, at: &InstanceIdentifier, content: &mut Content, applies: Applies<'_>) {
    fill_below(schema, at.node, &mut at.keys.clone(), content, applies);
}

fn fill_below(schema: &Schema, node: NodeIndex, keys: &mut Vec<Value>, content: &mut Content, applies: Applies<'_>) {
    for child in schema.children(node) {
        let Some(row) = schema.node(child) else { continue };
        if !case_in_use(schema, Some(content), child) {
            continue;
        }
        let defaults = schema.defaults(child);
        match (row.kind(), content.child_mut(child)) {
            (kind @ (NodeKind::Leaf | NodeKind::LeafList), None) if !defaults.is_empty() && applies(child, keys) => {
                content.insert(child, data(defaults, kind));
            }
            (NodeKind::Container, Some(Data::Container(inner))) => fill_below(schema, child, keys, inner, applies),
            (NodeKind::Container, None) if !row.flags.has(Flags::PRESENCE) && applies(child, keys) => {
                let mut inner = Content::new();
                fill_below(schema, child, keys, &mut inner, applies);
                if !inner.is_empty() {
                    content.insert(child, Data::Container(inner));
                }
            }
            (NodeKind::List, Some(Data::List(entries))) => {
                let names = schema.list(child).map_or(&[][..], |list| list.keys);
                for place in 0..entries.len() {
                    if let Some(entry) = entries.at_mut(place) {
                        let above = keys.len();
                        match names {
                            [] => keys.push(Value::Unsigned(place as u64 + 1)),
                            _ => keys.append(&mut entry.leafs(names)),
                        }
                        fill_below(schema, child, keys, entry, applies);
                        keys.truncate(above);
                    }
                }
            }
            _ => {}
        }
    }
}

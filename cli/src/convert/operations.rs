//! Rpcs, actions and notifications: in JSON each stands in its place in the tree (RFC 7950 sections 7.15.2 and 7.16.2),
//! in YANG-CBOR beside its instance-identifier.

use anyhow::{Result, bail};
use comi_runtime::cbor::Instance;
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, Entries, InstanceIdentifier, Value};

/// The operations and notifications in a tree; nothing else stands there but the keys of the entries on their way.
pub(super) fn instances(schema: &'static Schema, tree: &Content) -> Result<Vec<Instance>> {
    let mut found = Vec::new();
    collect(schema, tree, &[], &[], &mut found)?;
    if found.is_empty() {
        bail!("the document has no rpc, action or notification");
    }
    Ok(found)
}

fn collect(
    schema: &'static Schema,
    content: &Content,
    own_keys: &[NodeIndex],
    keys: &[Value],
    found: &mut Vec<Instance>,
) -> Result<()> {
    for (node, data) in content.iter() {
        let at = InstanceIdentifier { node, keys: keys.to_vec() };
        match (schema.node(node).map(|row| row.kind()), data) {
            (Some(NodeKind::Rpc | NodeKind::Action | NodeKind::Notification), Data::Container(inner)) => {
                found.push(Instance { at, data: (!inner.is_empty()).then(|| data.clone()) });
            }
            (Some(NodeKind::Container), Data::Container(inner)) => collect(schema, inner, &[], keys, found)?,
            (Some(NodeKind::List), Data::List(entries)) => {
                let list = schema.list(node).map_or(&[][..], |list| list.keys);
                for (position, entry) in (1_u64..).zip(entries.iter()) {
                    let mut keys = keys.to_vec();
                    match list {
                        [] => keys.push(Value::Unsigned(position)),
                        list => keys.extend(entry.leafs(list)),
                    }
                    collect(schema, entry, list, &keys, found)?;
                }
            }
            (Some(NodeKind::Leaf), _) if own_keys.contains(&node) => {}
            _ => bail!(
                "{}: neither an rpc, action or notification nor on the way to one",
                text::print_path(schema, &at, PathForm::Predicates)
            ),
        }
    }
    Ok(())
}

/// Puts operations and notifications into a tree; two at one place can't stand there.
pub(super) fn tree(schema: &'static Schema, instances: Vec<Instance>) -> Result<Content> {
    let mut root = Content::new();
    for Instance { at, data } in instances {
        let path = text::print_path(schema, &at, PathForm::Predicates);
        if !matches!(
            schema.node(at.node).map(|row| row.kind()),
            Some(NodeKind::Rpc | NodeKind::Action | NodeKind::Notification)
        ) {
            bail!("{path} is no rpc, action or notification");
        }
        let mut content = &mut root;
        let mut keys = at.keys.as_slice();
        for step in schema.path(at.node).filter(|step| *step != at.node) {
            let (own, rest) = keys.split_at_checked(schema.entry_key_count(step)).unwrap_or((keys, &[]));
            keys = rest;
            let inner = descend(schema, content, step, own);
            content = match inner {
                Some(inner) => inner,
                None => bail!("{path}: entries of a list without keys have no place to stand in"),
            };
        }
        if content.insert(at.node, data.unwrap_or(Data::Container(Content::new()))).is_some() {
            bail!("{path} occurs twice: JSON has one place for it");
        }
    }
    Ok(root)
}

/// The content of a container, or of the entry with these keys, made where it is not there.
fn descend<'c>(
    schema: &'static Schema,
    content: &'c mut Content,
    step: NodeIndex,
    keys: &[Value],
) -> Option<&'c mut Content> {
    if content.child(step).is_none() {
        let empty =
            if schema.list(step).is_some() { Data::List(Entries::new()) } else { Data::Container(Content::new()) };
        content.insert(step, empty);
    }
    match (content.child_mut(step)?, schema.list(step)) {
        (Data::Container(inner), _) => Some(inner),
        (Data::List(entries), Some(list)) if !list.keys.is_empty() => {
            let place = entries.find(list, false, keys).unwrap_or_else(|place| {
                let leafs = list.keys.iter().zip(keys).map(|(key, value)| (*key, Data::Leaf(value.clone())));
                entries.insert(place, leafs.collect());
                place
            });
            entries.at_mut(place)
        }
        _ => None,
    }
}

//! Where leafrefs lead (RFC 7950 section 9.9), and the paths of instances (RFC 7951 section 6.11).

use super::tree::{Id, Tree, name};
use super::values::Value;
use crate::schema::compiled::{ModuleId, NodeKind, Schema, Type, TypeKind, XPath};
use crate::xpath::Name;
use crate::xpath::leafref::leafref_path;

/// The values of the leafs where a leafref leads from one of its instances; those that are not known yet are not there.
pub(super) fn candidates(schema: &Schema, tree: &Tree<'_>, leaf: Id, type_: &Type) -> Vec<Value> {
    let TypeKind::Leafref { xpath: Some(xpath), .. } = &type_.kind else { return Vec::new() };
    let Some(module) = tree.get(leaf).and_then(|leaf| schema.node(leaf.node)).map(|node| node.module) else {
        return Vec::new();
    };
    let Ok(path) = leafref_path(&xpath.expression) else { return Vec::new() };
    let walk = Walk { schema, tree, xpath, module };
    let mut at = match path.absolute {
        true => vec![None],
        false => walk.up(leaf, path.up.len()),
    };
    for step in &path.steps {
        at = at.into_iter().flat_map(|parent| walk.down(parent, step.name)).map(Some).collect();
        for predicate in &step.keys {
            let mut wanted = walk.up(leaf, predicate.up.len());
            for (name, _) in &predicate.steps {
                wanted = wanted.into_iter().flat_map(|parent| walk.down(parent, name)).map(Some).collect();
            }
            let wanted: Vec<&str> = wanted.into_iter().filter_map(|id| walk.text(id?)).collect();
            at.retain(|entry| {
                walk.down(*entry, predicate.key)
                    .into_iter()
                    .any(|key| walk.text(key).is_some_and(|key| wanted.contains(&key)))
            });
        }
    }
    at.into_iter().filter_map(|id| walk.value(id?)).collect()
}

struct Walk<'a, 's> {
    schema: &'a Schema,
    tree: &'a Tree<'s>,
    xpath: &'a XPath,
    /// Of names without a prefix.
    module: ModuleId,
}

impl Walk<'_, '_> {
    /// So many steps above an instance; `None` in the list is the root.
    fn up(&self, from: Id, steps: usize) -> Vec<Option<Id>> {
        let mut at = Some(from);
        for _ in 0..steps {
            match at {
                Some(id) => at = self.tree.get(id).and_then(|instance| instance.parent),
                None => return Vec::new(),
            }
        }
        vec![at]
    }

    fn down(&self, parent: Option<Id>, name: &Name) -> Vec<Id> {
        let module = self.xpath.module_of(name, self.module);
        let is_it = |node: &crate::schema::compiled::Node| Some(node.module) == module && node.name == *name.local;
        let children = self.tree.children(parent);
        children.filter(|(_, child)| self.schema.node(child.node).is_some_and(is_it)).map(|(id, _)| id).collect()
    }

    fn text(&self, id: Id) -> Option<&str> {
        self.tree.get(id)?.value().map(|value| value.text.as_str())
    }

    /// The value as the leafref has it: an identity of its own module goes without its name.
    fn value(&self, id: Id) -> Option<Value> {
        let instance = self.tree.get(id)?;
        let value = instance.value()?;
        let node = self.schema.node(instance.node)?;
        if node.module == self.module || !value.text.contains(':') || !is_identity(self.schema, node.type_.as_ref()?) {
            return Some(value.clone());
        }
        let own = self.schema.module(self.module)?;
        let simple = value.text.strip_prefix(&own.name).and_then(|rest| rest.strip_prefix(':'));
        let json = Value::quoted(simple.unwrap_or(&value.text)).json;
        Some(Value { text: value.text.clone(), json })
    }
}

fn is_identity(schema: &Schema, type_: &Type) -> bool {
    match &type_.kind {
        TypeKind::Identityref { .. } => true,
        TypeKind::Leafref { target: Some(target), .. } => {
            let target = schema.node(*target).and_then(|node| node.type_.as_ref());
            target.is_some_and(|type_| is_identity(schema, type_))
        }
        _ => false,
    }
}

/// The path of an instance; `None` where it takes more than keys of plain types to tell it.
pub(super) fn path(schema: &Schema, tree: &Tree<'_>, id: Id) -> Option<String> {
    let lineage: Vec<Id> = std::iter::successors(Some(id), |id| tree.get(*id)?.parent).collect();
    let (mut path, mut module) = (String::new(), None);
    for id in lineage.into_iter().rev() {
        let node = schema.node(tree.get(id)?.node)?;
        path.push('/');
        path.push_str(&name(schema, node, module != Some(node.module)));
        module = Some(node.module);
        match node.kind {
            NodeKind::List if node.keys.is_empty() => return None,
            NodeKind::LeafList => return None,
            NodeKind::List => {
                for key in &node.keys {
                    let (_, leaf) = tree.of_node(Some(id), *key).next()?;
                    let text = &leaf.value()?.text;
                    let key = schema.node(*key)?;
                    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
                    if !plain || !is_plain(&key.type_.as_ref()?.kind) {
                        return None;
                    }
                    path.push_str(&format!("[{}='{text}']", key.name));
                }
            }
            _ => {}
        }
    }
    Some(path)
}

fn is_plain(kind: &TypeKind) -> bool {
    matches!(
        kind,
        TypeKind::String { .. } | TypeKind::Integer { .. } | TypeKind::Unsigned { .. } | TypeKind::Enumeration { .. }
    )
}

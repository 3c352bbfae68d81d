//! Paths of data nodes that begin with what is typed.

use comi_runtime::schema::{NodeIndex, NodeKind, Schema};

/// The children of the node that is typed before the last slash, each as the whole path: `list=` where keys follow.
pub(super) fn candidates(schema: &Schema, typed: &str) -> Vec<String> {
    let (above, _) = typed.rsplit_once('/').unwrap_or(("", ""));
    let Some(parent) = parent(schema, above) else { return Vec::new() };
    let module = schema.node(parent).map(|row| row.module());
    let mut found = Vec::new();
    for child in schema.children(parent) {
        let Some(row) = schema.node(child) else { continue };
        if matches!(row.kind(), NodeKind::Input | NodeKind::Output | NodeKind::Structure) {
            continue;
        }
        let name = schema.name(child);
        // a name needs its module where that is another one than its parent's (RFC 7951 section 4)
        let name = match schema.module(row.module()) {
            Some(own) if module != Some(row.module()) => format!("{}:{name}", own.name),
            _ => name.to_owned(),
        };
        let has_keys = schema.list(child).is_some_and(|list| !list.keys.is_empty());
        found.push(format!("{above}/{name}{}", if has_keys { "=" } else { "" }));
        if has_keys {
            found.push(format!("{above}/{name}"));
        }
    }
    found.sort();
    found
}

/// The node of a path, whatever its keys.
fn parent(schema: &Schema, path: &str) -> Option<NodeIndex> {
    let mut node = NodeIndex::ROOT;
    for step in path.split('/').skip(1) {
        let name = step.split(['=', '[']).next().unwrap_or(step);
        let (module, name) = match name.split_once(':') {
            Some((module, name)) => (Some(schema.module_by_name(module)?), name),
            None => (None, name),
        };
        node = schema.child(node, module, name)?;
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn children_are_offered_with_the_module_where_it_changes() {
        let schema = crate::models::load(&crate::arguments::ModelArguments::default()).expect("built in");
        let starting = |typed: &str| -> Vec<String> {
            candidates(schema, typed).into_iter().filter(|path| path.starts_with(typed)).collect()
        };
        assert_eq!(
            starting("/acme-v"),
            ["/acme-valve:identify", "/acme-valve:self-test", "/acme-valve:stuck", "/acme-valve:valve"]
        );
        assert_eq!(starting("/acme-valve:valve/tar"), ["/acme-valve:valve/target"]);
        let list = ["/acme-valve:valve/schedule", "/acme-valve:valve/schedule="];
        assert_eq!(starting("/acme-valve:valve/sch"), list);
        let leafs = ["/acme-valve:valve/schedule=a/at"];
        assert_eq!(starting("/acme-valve:valve/schedule=a/a"), leafs);
        assert_eq!(starting("/nothing/"), [""; 0]);
    }
}

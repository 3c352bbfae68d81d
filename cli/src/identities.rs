//! Modules whose identities others ask for: a model that takes "any identity derived from this one" often leaves them to
//! modules that nothing imports (`ietf-interfaces` to `iana-if-type`), and without one its leafs can have no value.
//!
//! Read [`missing`] first.

use std::collections::BTreeSet;
use std::path::PathBuf;

use comi_codegen::schema::compiled::{IdentityId, Schema, TypeKind};

/// A base of identities from which nothing is derived, though a leaf asks for what is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Missing {
    /// The module of the base.
    pub(crate) module: String,
    /// Its name.
    pub(crate) identity: String,
}

/// The bases of the leafs of implemented modules from which nothing is derived.
pub(crate) fn missing(schema: &Schema) -> BTreeSet<Missing> {
    fn bases(kind: &TypeKind, found: &mut Vec<IdentityId>) {
        match kind {
            TypeKind::Identityref { bases } => found.extend(bases),
            TypeKind::Union { members } => members.iter().for_each(|member| bases(&member.kind, found)),
            _ => {}
        }
    }
    let mut asked = Vec::new();
    for node in &schema.nodes {
        if let Some(type_) = &node.type_
            && schema.module(node.module).is_some_and(|module| module.implemented)
        {
            bases(&type_.kind, &mut asked);
        }
    }
    let derived: BTreeSet<usize> =
        schema.identities.iter().flat_map(|identity| identity.bases.iter().map(|base| base.0)).collect();
    let lonely = asked.into_iter().filter(|base| !derived.contains(&base.0));
    let named = lonely.filter_map(|base| {
        let identity = schema.identities.get(base.0)?;
        let module = schema.module(identity.module)?.name.clone();
        Some(Missing { module, identity: identity.name.clone() })
    });
    named.collect()
}

/// The module here that was most likely meant to give them: the shortest name among IANA's, else the first of those
/// that do nothing but derive from this base. Modules are told by their text, unparsed: what is wrong with one is found
/// when it is loaded.
pub(crate) fn provider(wanted: &Missing, folders: &[PathBuf]) -> Option<String> {
    let mut found: BTreeSet<(bool, usize, String)> = BTreeSet::new();
    let mut consider = |name: &str, text: &str| {
        if derives(text, wanted) && text.contains("module") && !text.trim_start().starts_with("submodule") {
            found.insert((!name.starts_with("iana-"), name.len(), name.to_owned()));
        }
    };
    for file in folders.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten() {
        let path = file.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_some_and(|ending| ending == "yang")
            && let Ok(text) = std::fs::read_to_string(&path)
        {
            consider(stem.split('@').next().unwrap_or(stem), &text);
        }
    }
    for module in comi_codegen::builtin::MODULES {
        consider(module.name, module.yang);
    }
    found.into_iter().next().map(|(_, _, name)| name)
}

/// Whether a text has an identity with this base, by the prefix under which it imports the base's module.
fn derives(text: &str, wanted: &Missing) -> bool {
    let import = format!("import {}", wanted.module);
    let Some(import) = text.match_indices(&import).find_map(|(at, found)| {
        let behind = text.get(at + found.len()..)?;
        behind.trim_start().strip_prefix('{')
    }) else {
        return false;
    };
    let Some(prefix) = import.split("prefix").nth(1).and_then(|behind| behind.split(';').next()) else { return false };
    let prefix = prefix.trim().trim_matches(['"', '\'']);
    let base = format!("{prefix}:{}", wanted.identity);
    text.match_indices("base").any(|(at, word)| {
        let behind = text.get(at + word.len()..).unwrap_or("").trim_start().trim_start_matches(['"', '\'']);
        behind.strip_prefix(base.as_str()).is_some_and(|rest| rest.starts_with([';', '"', '\'', ' ', '\n', '\r', '\t']))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled(modules: &[&str]) -> Schema {
        let mut context = comi_codegen::Context::new();
        for module in modules {
            context.module(*module);
        }
        context.compile().schema
    }

    #[test]
    fn a_base_that_nobody_derives_from_is_missing_its_module() {
        let wanted = Missing { module: "ietf-interfaces".to_owned(), identity: "interface-type".to_owned() };
        assert!(missing(&compiled(&["ietf-interfaces"])).contains(&wanted));
        assert_eq!(provider(&wanted, &[]), Some("iana-if-type".to_owned()));
        assert!(!missing(&compiled(&["ietf-interfaces", "iana-if-type"])).contains(&wanted));
        assert_eq!(provider(&Missing { identity: "nothing".to_owned(), ..wanted }, &[]), None);
    }
}

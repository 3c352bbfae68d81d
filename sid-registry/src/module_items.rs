//! What a YANG module has that RFC 9595 gives a SID: names only, made by whoever reads the YANG text.

use std::collections::{BTreeSet, HashSet};

use crate::{DependencyRevision, Namespace};

/// The items of one module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ModuleItems {
    /// The module's name.
    pub name: String,
    /// Its latest revision, `YYYY-MM-DD`.
    pub revision: Option<String>,
    /// The modules that it imports, where they have a revision.
    pub dependencies: Vec<DependencyRevision>,
    /// All items, the module itself among them, in any order. Data nodes by their schema node path without choice and
    /// case (`/module:node/child/other-module:child`), `input` and `output` of every rpc and action included.
    pub items: Vec<(Namespace, String)>,
    /// The schema node paths of choices and cases, all steps written (`/module:node/choice/case`). Needed only to
    /// understand files that give them SIDs and path steps.
    pub choices: Vec<String>,
}

impl ModuleItems {
    /// A module without revision whose only item is itself.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { items: vec![(Namespace::Module, name.clone())], name, ..Self::default() }
    }
}

/// The items of a module in the order of assignment, each once, for looking up.
pub(crate) struct ItemNames<'a> {
    names: BTreeSet<(Namespace, &'a str)>,
    choices: HashSet<&'a str>,
}

impl<'a> ItemNames<'a> {
    pub(crate) fn of(module: &'a ModuleItems) -> Self {
        Self {
            names: module.items.iter().map(|(namespace, name)| (*namespace, name.as_str())).collect(),
            choices: module.choices.iter().map(String::as_str).collect(),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Namespace, &'a str)> {
        self.names.iter().copied()
    }

    pub(crate) fn contains(&self, namespace: Namespace, identifier: &str) -> bool {
        self.names.contains(&(namespace, identifier))
    }

    /// Whether the item is the input or output of an rpc or action: names tell it by the parent having these two
    /// children and no others.
    pub(crate) fn is_input_or_output(&self, namespace: Namespace, identifier: &str) -> bool {
        let Some((parent, "input" | "output")) = identifier.rsplit_once('/') else { return false };
        let inside = format!("{parent}/");
        let steps: BTreeSet<&str> = self
            .names
            .range((namespace, inside.as_str())..)
            .map_while(|(other, name)| (*other == namespace).then_some(name.strip_prefix(inside.as_str())?))
            .map(|rest| rest.split('/').next().unwrap_or(rest))
            .collect();
        steps.iter().eq(["input", "output"].iter())
    }

    /// The name that a data node has in files without choice and case, where this one has them as steps; `None` for
    /// a name without such steps. A choice or case itself gets the empty name.
    ///
    /// The working group decided on 2026-04-22 that choice and case get no SID and are no step; pyang since 2.7.0
    /// gives them both.
    pub(crate) fn without_choices(&self, identifier: &str) -> Option<String> {
        if self.choices.contains(identifier) {
            return Some(String::new());
        }
        let (mut path, mut kept) = (String::new(), String::new());
        let (mut module, mut kept_module) = ("", "");
        let mut dropped = false;
        for step in identifier.strip_prefix('/')?.split('/') {
            path.push('/');
            path.push_str(step);
            let name = match step.split_once(':') {
                Some((qualifier, name)) => {
                    module = qualifier;
                    name
                }
                None => step,
            };
            if self.choices.contains(path.as_str()) {
                dropped = true;
                continue;
            }
            kept.push('/');
            if module != kept_module {
                kept.push_str(module);
                kept.push(':');
                kept_module = module;
            }
            kept.push_str(name);
        }
        dropped.then_some(kept)
    }
}

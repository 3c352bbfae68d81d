//! Modules as wholes: which there are, their names, namespaces, revisions and definitions.

use std::collections::HashSet;

use super::Comparer;
use super::nodes::Pair;
use super::rules::Rule;
use super::side::Side;
use crate::schema::compiled::{Module, ModuleId, NodeId};
use crate::syntax::Statement;

impl Comparer<'_> {
    pub(super) fn modules(&mut self) {
        let mut pairs = self.pairs();
        pairs.sort_by_key(|(_, new)| *new);
        // Trees first, so that an augment of another module that is compared is seen once.
        for (old, new) in &pairs {
            if !self.same(*old, *new) {
                self.module(*old, *new);
            }
        }
        for (old, new) in &pairs {
            self.augments(*old, *new);
        }
    }

    fn pairs(&mut self) -> Vec<(ModuleId, ModuleId)> {
        let (olds, news) = (self.old.asked, self.new.asked);
        if let ([old], [new]) = (olds, news) {
            return vec![(*old, *new)];
        }
        let named = |side: &Side<'_>, id: ModuleId| side.module_name(id).to_owned();
        let mut pairs = Vec::new();
        for old in olds {
            let name = named(&self.old, *old);
            match news.iter().copied().find(|new| self.new.module_name(*new) == name) {
                Some(new) => pairs.push((*old, new)),
                None => {
                    let at = self.old.schema.module(*old).map(|module| module.span);
                    self.tell(Rule::ModuleRemoved, &format!("module {name}"), "the module is gone", (at, None));
                }
            }
        }
        for new in news {
            let name = named(&self.new, *new);
            if !olds.iter().any(|old| self.old.module_name(*old) == name) {
                let at = self.new.schema.module(*new).map(|module| module.span);
                self.tell(Rule::ModuleAdded, &format!("module {name}"), "a new module", (None, at));
            }
        }
        pairs
    }

    /// Whether the same is written on both sides, comments and space apart.
    fn same(&self, old: ModuleId, new: ModuleId) -> bool {
        let (old, new) = (self.old.statements_of(old), self.new.statements_of(new));
        old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| alike(old, new))
    }

    fn module(&mut self, old: ModuleId, new: ModuleId) {
        let (Some(was), Some(is)) = (self.old.schema.module(old), self.new.schema.module(new)) else { return };
        let path = format!("module {}", is.name);
        let places = (Some(was.span), Some(is.span));
        self.revision(was, is, &path);
        if was.name != is.name {
            let message = format!("the module was called `{}`", was.name);
            self.tell(Rule::ModuleRenamed, &path, message, places);
        }
        let place =
            |comparer: &Self, keyword| (comparer.old.place(was.span, keyword), comparer.new.place(is.span, keyword));
        if was.namespace != is.namespace {
            let message = format!("namespace `{}` became `{}`", was.namespace, is.namespace);
            self.tell(Rule::NamespaceChanged, &path, message, place(self, "namespace"));
        }
        if was.prefix != is.prefix {
            let message = format!("prefix `{}` became `{}`", was.prefix, is.prefix);
            self.tell(Rule::PrefixChanged, &path, message, place(self, "prefix"));
        }
        self.documentation(was.span, is.span, &path, &["organization", "contact"], Rule::MetadataChanged);
        self.documentation(was.span, is.span, &path, &["description"], Rule::DescriptionChanged);
        self.documentation(was.span, is.span, &path, &["reference"], Rule::ReferenceChanged);
        let names = |module: &Module| -> Vec<String> {
            module.submodules.iter().map(|submodule| submodule.name.clone()).collect()
        };
        let (had, has) = (names(was), names(is));
        for name in had.iter().filter(|name| !has.contains(name)) {
            self.tell(Rule::SubmoduleRemoved, &path, format!("submodule `{name}` is gone"), places);
        }
        for name in has.iter().filter(|name| !had.contains(name)) {
            self.tell(Rule::SubmoduleAdded, &path, format!("submodule `{name}` is new"), places);
        }
        self.extensions(&was.extensions, &is.extensions, &path, places);
        self.definitions(old, new);
        let pair = Pair { old, new, places, ordered: had == has };
        self.children(&was.roots, &is.roots, "", pair);
    }

    /// Paragraph 2: a published change has a newer revision.
    fn revision(&mut self, was: &Module, is: &Module, path: &str) {
        let places = (self.old.place(was.span, "revision"), self.new.place(is.span, "revision"));
        match (&was.revision, &is.revision) {
            (_, None) => {
                let message = "the text changed, and there is no revision statement for it";
                self.tell(Rule::RevisionNotNew, path, message, places);
            }
            (Some(old), Some(new)) if old >= new => {
                let message = format!("the text changed, and its revision {new} is not newer than {old}");
                self.tell(Rule::RevisionNotNew, path, message, places);
            }
            (old, Some(new)) => {
                let message = format!("revision {} became {new}", old.as_deref().unwrap_or("(none)"));
                self.tell(Rule::RevisionAdded, path, message, places);
            }
        }
    }

    /// What a module adds to the trees of others.
    fn augments(&mut self, old: ModuleId, new: ModuleId) {
        let (Some(was), Some(is)) = (self.old.schema.module(old), self.new.schema.module(new)) else { return };
        let (before, after) = (self.old.augmented(was, &self.seen.0), self.new.augmented(is, &self.seen.1));
        for (target, olds) in &before {
            let news = after.iter().find(|(path, _)| path == target).map_or(&[][..], |(_, nodes)| nodes.as_slice());
            let pair = Pair { old, new, places: (Some(was.span), Some(is.span)), ordered: true };
            self.children(olds, news, target, pair);
        }
        for (target, news) in after.iter().filter(|(path, _)| before.iter().all(|(known, _)| known != path)) {
            let pair = Pair { old, new, places: (Some(was.span), Some(is.span)), ordered: true };
            self.children(&[], news, target, pair);
        }
    }
}

impl<'a> Side<'a> {
    /// The statements of a module and its submodules.
    pub(super) fn statements_of(&self, module: ModuleId) -> Vec<&'a Statement> {
        self.texts.iter().filter(|text| text.module == module).map(|text| &text.statement).collect()
    }

    /// The nodes that a module's augments add, by the path of their target; not those seen already.
    fn augmented(&self, module: &Module, seen: &HashSet<NodeId>) -> Vec<(String, Vec<NodeId>)> {
        let mut found: Vec<(String, Vec<NodeId>)> = Vec::new();
        for augment in &module.augments {
            let nodes = augment.nodes.iter().filter(|node| !seen.contains(node)).copied();
            let path = self.path(augment.target);
            match found.iter_mut().find(|(known, _)| *known == path) {
                Some((_, known)) => known.extend(nodes),
                None => found.push((path, nodes.collect())),
            }
        }
        found
    }
}

fn alike(old: &Statement, new: &Statement) -> bool {
    old.keyword.name == new.keyword.name
        && old.keyword.prefix == new.keyword.prefix
        && old.argument.as_ref().map(|argument| &argument.text) == new.argument.as_ref().map(|argument| &argument.text)
        && old.children.len() == new.children.len()
        && old.children.iter().zip(&new.children).all(|(old, new)| alike(old, new))
}

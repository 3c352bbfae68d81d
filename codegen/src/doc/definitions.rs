//! A module's own card, and what it defines besides nodes.

use comi_sid::Namespace;

use super::Document;
use super::cards::status;
use super::html::{code, fragment, text};
use crate::schema::compiled::{IdentityId, ModuleId};
use crate::syntax::Statement;

/// Title, id and keyword of the sections.
const SECTIONS: [(&str, &str, &str); 5] = [
    ("Identities", "identities", "identity"),
    ("Features", "features", "feature"),
    ("Types", "types", "typedef"),
    ("Groupings", "groupings", "grouping"),
    ("Extensions", "extensions", "extension"),
];

impl<'a> Document<'a> {
    /// What a module and its submodules define at their top level, by section; sections may be empty.
    pub(super) fn definitions_of(&self, id: ModuleId) -> Vec<(&'static str, &'static str, Vec<&'a Statement>)> {
        let texts: Vec<&'a Statement> =
            self.compiled.texts.iter().filter(|text| text.module == id).map(|text| &text.statement).collect();
        let section = |(title, key, keyword): (&'static str, &'static str, &'static str)| {
            let found = texts.iter().flat_map(|text| text.all(keyword)).filter(|one| one.argument.is_some());
            (title, key, found.collect())
        };
        SECTIONS.into_iter().map(section).collect()
    }

    pub(super) fn module(&mut self, id: ModuleId) {
        let Some(module) = self.schema.module(id) else { return };
        let text_of = self.compiled.texts.iter().find(|text| text.module == id).map(|text| &text.statement);
        self.out.raw(&format!(
            "<section class=\"module\" id=\"{}\">\n<h1>{}</h1>\n",
            text(&format!("module={}", module.name)),
            text(&module.name)
        ));
        if let Some(description) = &module.description {
            self.out.prose(description);
        }
        self.out.raw("<dl>\n");
        if let Some(revision) = &module.revision {
            self.out.row("Revision", &text(revision));
        }
        self.out.row("Namespace", &code(&module.namespace));
        self.out.row("Prefix", &code(&module.prefix));
        if let Some(sid) = self.sid(id, Namespace::Module, &module.name) {
            self.out.row("SID", &sid.to_string());
        }
        for (keyword, name) in [("organization", "Organization"), ("contact", "Contact"), ("reference", "Reference")] {
            if let Some(said) = text_of.and_then(|statement| statement.child_text(keyword)) {
                self.out.row(name, &format!("<span class=\"lines\">{}</span>", text(said)));
            }
        }
        let imports: Vec<String> = module.imports.iter().map(|(name, _)| code(name)).collect();
        if !imports.is_empty() {
            self.out.row("Imports", &imports.join(", "));
        }
        if !module.submodules.is_empty() {
            let submodules: Vec<String> = module.submodules.iter().map(|submodule| code(&submodule.name)).collect();
            self.out.row("Submodules", &submodules.join(", "));
        }
        self.out.raw("</dl>\n</section>\n");
        self.nodes(id);
        for (title, key, list) in self.definitions_of(id) {
            if list.is_empty() {
                continue;
            }
            let anchor = text(&format!("{key}={}", module.name));
            self.out.raw(&format!("<h2 id=\"{anchor}\">{title}</h2>\n"));
            for statement in list {
                self.definition(id, &module.name, statement);
            }
        }
    }

    fn definition(&mut self, id: ModuleId, module: &str, statement: &Statement) {
        let (keyword, name) = (statement.keyword.name.as_str(), statement.text());
        let anchor = format!("{keyword}={module}:{name}");
        self.out.raw(&format!(
            "<section class=\"card definition\" id=\"{}\">\n<h3><span class=\"kind\">{keyword}</span> <a class=\"path\" \
             href=\"{}\"><b>{}</b></a>",
            text(&anchor),
            fragment(&anchor),
            text(name)
        ));
        if let Some(status) = status(crate::schema::status(statement)) {
            self.out.raw(&format!(" <span class=\"flag {status}\">{status}</span>"));
        }
        let namespace = match keyword {
            "identity" => Some(Namespace::Identity),
            "feature" => Some(Namespace::Feature),
            _ => None,
        };
        if let Some(sid) = namespace.and_then(|namespace| self.sid(id, namespace, name)) {
            self.out.raw(&format!(" <span class=\"sid\" title=\"SID\">SID {sid}</span>"));
        }
        self.out.raw("</h3>\n");
        if let Some(description) = statement.child_text("description") {
            self.out.prose(description);
        }
        self.out.raw("<dl>\n");
        match keyword {
            "identity" => self.identity_facts(id, name),
            "typedef" => self.typedef_facts(statement),
            "extension" => {
                if let Some(argument) = statement.child_text("argument") {
                    self.out.row("Argument", &code(argument));
                }
            }
            _ => {}
        }
        for condition in statement.all("if-feature") {
            let markup = self.condition(condition.text(), id);
            self.out.row("If feature", &markup);
        }
        if let Some(reference) = statement.child_text("reference") {
            self.out.row("Reference", &text(reference));
        }
        self.out.raw("</dl></section>\n");
    }

    fn identity_facts(&mut self, module: ModuleId, name: &str) {
        let identities = || self.schema.identities.iter().enumerate();
        let Some((index, own)) = identities().find(|(_, one)| one.module == module && one.name == name) else { return };
        let bases: Vec<String> = own.bases.iter().map(|base| self.identity(*base)).collect();
        let derived = identities().filter(|(_, one)| one.bases.contains(&IdentityId(index)));
        let derived: Vec<String> = derived.map(|(index, _)| self.identity(IdentityId(index))).collect();
        for (title, list) in [("Derived from", bases), ("Base of", derived)] {
            if !list.is_empty() {
                self.out.row(title, &list.join(", "));
            }
        }
    }

    /// As it is written: a typedef is what its author made it of.
    fn typedef_facts(&mut self, statement: &Statement) {
        if let Some(type_) = statement.child("type") {
            let mut markup = code(type_.text());
            for restriction in &type_.children {
                let (keyword, argument) = (restriction.keyword.name.as_str(), restriction.text());
                let said = restriction.child_text("description").map(text).unwrap_or_default();
                markup.push_str(&format!(
                    "<div class=\"restriction\"><span>{}</span> {} {said}</div>",
                    text(keyword),
                    code(argument)
                ));
            }
            self.out.row("Type", &markup);
        }
        for (keyword, title) in [("default", "Default"), ("units", "Units")] {
            if let Some(value) = statement.child_text(keyword) {
                self.out.row(title, &code(value));
            }
        }
    }
}

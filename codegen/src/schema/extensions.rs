//! Uses of extensions: that each is defined (RFC 7950 section 7.19), and the rules of those that we know: structures
//! (RFC 8791), yang-data (RFC 8040 section 8), annotations (RFC 7952).

use super::compiled::{Annotation, Extension, ModuleId, NodeId, NodeKind};
use super::compiler::{Compiler, Place};
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::syntax::{self, Statement};

/// Defining module, name, how the grammar calls it, and the rule that puts it at the top level.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("ietf-restconf", "yang-data", "rc:yang-data", ""),
    ("ietf-yang-metadata", "annotation", "md:annotation", "RFC 7952 section 7"),
    ("ietf-yang-structure-ext", "augment-structure", "sx:augment-structure", "RFC 8791 section 4"),
    ("ietf-yang-structure-ext", "structure", "sx:structure", "RFC 8791 section 4"),
];

impl<'a> Compiler<'a> {
    /// The extension statements in a statement.
    pub(super) fn extensions(&self, statement: &Statement, unit: UnitId) -> Vec<Extension> {
        let Some(prefixes) = self.unit(unit).map(|unit| &unit.prefixes) else { return Vec::new() };
        let extension = |child: &Statement| {
            let module = prefixes.get(child.keyword.prefix.as_deref()?)?;
            Some(Extension {
                module: self.module_name(*module).to_owned(),
                name: child.keyword.name.clone(),
                argument: child.argument.as_ref().map(|argument| argument.text.clone()),
                children: self.extensions(child, unit),
                span: child.head,
            })
        };
        statement.children.iter().filter_map(extension).collect()
    }

    /// That each extension statement is one that its module defines, with an argument where it has one.
    pub(super) fn check_extensions(&mut self, statement: &'a Statement, unit: UnitId) {
        let top = statement.is("module") || statement.is("submodule");
        for child in &statement.children {
            if let Some(prefix) = &child.keyword.prefix
                && let Some(module) = self.prefix(prefix, unit, child.keyword.span)
            {
                let name = child.keyword.name.as_str();
                let known = self.definitions.get(module.0).and_then(|own| own.extensions.get(name)).copied();
                match known {
                    Some((definition, defining)) => {
                        self.check_sight(unit, defining, name, child.keyword.span);
                        if self.check_known(child, unit, module, top) {
                            self.check_extensions(child, unit);
                            continue;
                        }
                        let takes = definition.child("argument").is_some();
                        if takes != child.argument.is_some() {
                            let message = match takes {
                                true => format!("extension `{name}` needs an argument"),
                                false => format!("extension `{name}` takes no argument"),
                            };
                            let diagnostic = Diagnostic::error(message).at(child.head, "");
                            let diagnostic = diagnostic.with(definition.head, "as defined here");
                            self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.19"));
                        }
                    }
                    None => {
                        let own = self.definitions.get(module.0);
                        let names = own.map(|own| own.extensions.keys().copied().collect::<Vec<_>>());
                        let names = names.unwrap_or_default();
                        self.unknown("extension", name, module, child.keyword.span, names, "RFC 7950 section 7.19");
                    }
                }
            }
            self.check_extensions(child, unit);
        }
    }

    /// The rules of an extension that we know; false for others.
    fn check_known(&mut self, statement: &'a Statement, unit: UnitId, module: ModuleId, top: bool) -> bool {
        let (defining, name) = (self.module_name(module), statement.keyword.name.as_str());
        let Some((.., known, place)) = KNOWN.iter().find(|known| known.0 == defining && known.1 == name) else {
            return false;
        };
        if !top {
            // RFC 8040 section 8: yang-data elsewhere is ignored.
            if !place.is_empty() {
                let message = format!("`{name}` stands at the top level of a module alone");
                self.error(statement.head, message, place);
            }
            return true;
        }
        let version_1_1 = self.unit(unit).is_some_and(|unit| unit.version_1_1);
        let mut found = Vec::new();
        syntax::check_extension(statement, known, version_1_1, &mut found);
        for diagnostic in found {
            self.diagnostics.push(diagnostic);
        }
        true
    }

    /// RFC 8040 section 8: exactly one container comes of an `rc:yang-data`; of a choice, one in each case.
    pub(super) fn check_yang_data(&mut self, statement: &Statement, template: NodeId) {
        let data = |id: &NodeId| {
            // What is no data definition the grammar has told.
            use NodeKind::{Action, Notification, Rpc};
            self.node(*id).is_some_and(|node| !matches!(node.kind, Action | Notification | Rpc))
        };
        let mut open = vec![template];
        while let Some(id) = open.pop() {
            let children: Vec<NodeId> = self.children_of(Some(id), ModuleId(0)).iter().copied().filter(data).collect();
            let only = if let [only] = children[..] { self.node(only) } else { None };
            match only.map(|only| only.kind) {
                Some(NodeKind::Container) => {}
                Some(NodeKind::Choice) => {
                    open.extend(only.into_iter().flat_map(|choice| choice.children.iter().copied()));
                }
                _ => {
                    let message = format!("`{}` is not exactly one container", statement.text());
                    self.error(statement.head, message, "RFC 8040 section 8");
                    return;
                }
            }
        }
    }

    /// RFC 7952 section 3: the type of an annotation is one that exists.
    pub(super) fn check_annotations(&mut self) {
        for index in 0..self.schema.modules.len() {
            let module = ModuleId(index);
            for (unit, text) in self.units(module) {
                let place = Place { unit, scope: None, module, depth: 0 };
                for statement in &text.statement.children {
                    if self.is_extension(statement, unit, "ietf-yang-metadata", "annotation")
                        && let Some(type_) = statement.child("type")
                    {
                        let typed = self.type_of(type_, place);
                        if self.features_hold(statement, unit)
                            && let Some(typed) = typed
                        {
                            let (name, type_) = (statement.text().to_owned(), typed.type_.clone());
                            self.schema.annotations.push(Annotation { module, name, type_, span: statement.span });
                        }
                    }
                }
            }
        }
    }
}

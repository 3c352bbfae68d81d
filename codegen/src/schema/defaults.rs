//! Phase 5: default values of leafs and leaf-lists, default cases of choices (RFC 7950 sections 7.6.4, 7.7.4, 7.9.3).

use std::collections::HashMap;

use super::compiled::{Default, NodeId, NodeKind, Type, Value};
use super::compiler::{Compiler, Place};
use super::definitions::Kind;
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::Statement;

impl<'a> Compiler<'a> {
    /// RFC 7950 sections 7.6.1 and 7.7.2: the leaf's own, else the typedef's where a value may be missing.
    pub(super) fn defaults(&mut self, id: NodeId) {
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        let Some(typed) = draft.typed.clone() else { return };
        let name = node.name.clone();
        let mandatory = node.mandatory;
        let leaf_list = node.kind == NodeKind::LeafList;
        let own = draft.defaults.clone();
        let mut defaults = own.clone();
        if defaults.is_empty() && !mandatory && !(leaf_list && node.min_elements.unwrap_or(0) > 0) {
            let version_1_1 = self.unit(draft.place.unit).is_some_and(|unit| unit.version_1_1);
            defaults.extend(typed.default.filter(|_| !leaf_list || version_1_1));
        }
        if let Some((default, _)) = own.first() {
            if mandatory {
                let message = format!("`{name}` is mandatory and has a default");
                self.error(default.head, message, "RFC 7950 section 7.6.4");
                return;
            }
            if leaf_list && self.node(id).is_some_and(|node| node.min_elements.unwrap_or(0) > 0) {
                let message = format!("`{name}` has `min-elements` and a default");
                self.error(default.head, message, "RFC 7950 section 7.7.4");
                return;
            }
        }
        if !leaf_list && let [_, second, ..] = own.as_slice() {
            self.error(second.0.head, format!("`{name}` has more than one default"), "RFC 7950 section 7.6.4");
            return;
        }
        let mut made = Vec::new();
        for (default, unit) in defaults {
            if default.argument.is_none() {
                continue;
            }
            match self.value(&typed.type_, default.text(), unit) {
                Ok(value) => {
                    made.push(Default { text: default.text().to_owned(), value, span: default.argument_span() });
                }
                Err(reason) if own.is_empty() => self.refuse_inherited(id, default, &typed.type_, &reason),
                Err(reason) => self.refuse_default(default, &typed.type_, &reason, "7.6.4"),
            }
        }
        if !own.is_empty() {
            self.conditional_defaults(id, &made);
        }
        if leaf_list && self.node(id).is_some_and(|node| node.config) && self.configurable(id) {
            let again = made.iter().enumerate().find_map(|(place, default)| {
                let same = |other: &&Default| other.value == default.value;
                made.get(..place)?.iter().find(same).map(|first| (default.span, first.span, default.text.clone()))
            });
            if let Some((span, first, text)) = again {
                let message = format!("`{name}` has the default `{text}` twice");
                let diagnostic = Diagnostic::error(message).at(span, "").with(first, "the first is here");
                self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.7"));
            }
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.defaults = made;
        }
    }

    /// Tells that a default is no value of its type.
    pub(super) fn refuse_default(&mut self, default: &Statement, type_: &Type, reason: &str, section: &str) {
        let message = format!("the default `{}` is no value of type `{}`", default.text(), type_.written);
        let diagnostic = Diagnostic::error(message).at(default.argument_span(), reason);
        self.diagnostics.push(diagnostic.rule(format!("RFC 7950 section {section}")));
    }

    /// RFC 7950 section 7.3.4: what restricts a type so that its default falls out must have a default of its own.
    fn refuse_inherited(&mut self, id: NodeId, default: &Statement, type_: &Type, reason: &str) {
        let type_span = self.drafts.get(id.0).and_then(|draft| draft.type_).map(|(statement, _)| statement.head);
        let Some(node) = self.node(id) else { return };
        let name = node.name.clone();
        let span = type_span.unwrap_or(node.span);
        self.refuse_lost(&name, span, default, type_, reason);
    }

    /// The same of a typedef or leaf called `name`.
    pub(super) fn refuse_lost(&mut self, name: &str, span: Span, default: &Statement, type_: &Type, reason: &str) {
        if self.bad_defaults.contains(&default.span) {
            return;
        }
        let text = default.text();
        let message =
            format!("`{name}` restricts `{}` so that its default `{text}` is no value any more", type_.written);
        let diagnostic = Diagnostic::error(message).at(span, reason).with(default.head, "the default");
        let help = "give it a default of its own";
        self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.3.4").help(help));
    }

    /// RFC 7950 sections 7.6.4 and 7.7: what a default names must not depend on a feature.
    fn conditional_defaults(&mut self, id: NodeId, defaults: &[Default]) {
        let Some((statement, place)) = self.drafts.get(id.0).and_then(|draft| draft.type_) else { return };
        let section = match self.node(id).map(|node| node.kind) {
            Some(NodeKind::LeafList) => "RFC 7950 section 7.7",
            _ => "RFC 7950 section 7.6.4",
        };
        let mut names = None;
        for default in defaults {
            let mut value = &default.value;
            while let Value::Union(_, inner) = value {
                value = inner;
            }
            let conditional = match value {
                Value::Enumeration(name) => {
                    names.get_or_insert_with(|| self.conditional_names(statement, place)).get(name.as_str()).copied()
                }
                Value::Bits(bits) => {
                    let names = names.get_or_insert_with(|| self.conditional_names(statement, place));
                    bits.iter().find_map(|name| names.get(name.as_str()).copied())
                }
                Value::Identityref(identity) => {
                    self.identity_statement(*identity).and_then(|(identity, _)| identity.child("if-feature"))
                }
                _ => None,
            };
            if let Some(condition) = conditional {
                let message = format!("the default `{}` depends on a feature", default.text);
                let diagnostic = Diagnostic::error(message).at(default.span, "").with(condition.head, "by this");
                self.diagnostics.push(diagnostic.rule(section));
            }
        }
    }

    /// The enums and bits of a type that have an `if-feature`, down its chain of typedefs and in a union's members.
    fn conditional_names(&self, type_: &'a Statement, place: Place) -> HashMap<&'a str, &'a Statement> {
        let mut names = HashMap::new();
        let mut open = vec![(type_, place)];
        let mut seen = std::collections::HashSet::new();
        while let Some((type_, place)) = open.pop() {
            if !seen.insert(type_.span) {
                continue;
            }
            for item in type_.children.iter().filter(|child| child.is("enum") || child.is("bit")) {
                if let Some(condition) = item.child("if-feature") {
                    names.insert(item.text(), condition);
                }
            }
            open.extend(type_.all("type").map(|member| (member, place)));
            if let Some((typedef, defined)) = self.find(Kind::Typedef, type_.text(), place) {
                open.extend(typedef.child("type").map(|base| (base, defined)));
            }
        }
        names
    }

    /// RFC 7950 section 7.9.3.
    pub(super) fn default_case(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.9.3";
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        if node.kind != NodeKind::Choice {
            return;
        }
        let Some((statement, unit)): Option<(&Statement, UnitId)> = draft.defaults.first().copied() else { return };
        let (mandatory, module, name) = (node.mandatory, node.module, node.name.clone());
        if mandatory {
            self.error(statement.head, format!("choice `{name}` is mandatory and has a default"), RULE);
            return;
        }
        let place = Place { unit, scope: None, module, depth: 0 };
        let case = self.leaf_named(id, statement.text(), statement, place, RULE);
        let within = case.map(|case| self.children_of(Some(case), module).to_vec()).unwrap_or_default();
        let mandatory = within.into_iter().find_map(|node| self.mandatory_in(node));
        if let Some(node) = mandatory.and_then(|node| self.node(node)) {
            let message = format!("the default case `{}` has a mandatory node", statement.text());
            let diagnostic = Diagnostic::error(message).at(statement.argument_span(), "").with(node.span, "mandatory");
            self.diagnostics.push(diagnostic.rule(RULE));
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.default_case = case;
        }
    }
}

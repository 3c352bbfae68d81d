//! Phase 4: deviations of implemented modules (RFC 7950 section 7.20.3).

use super::compiled::{ModuleId, NodeId};
use super::compiler::{Compiler, Place};
use super::uses::Found;
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

const RULE: &str = "RFC 7950 section 7.20.3";

impl<'a> Compiler<'a> {
    pub(super) fn apply_deviations(&mut self) {
        for index in 0..self.schema.modules.len() {
            let module = ModuleId(index);
            if !self.schema.modules.get(index).is_some_and(|module| module.implemented) {
                continue;
            }
            for (unit, text) in self.units(module) {
                let place = Place { unit, scope: None, module, depth: 0 };
                for deviation in text.statement.all("deviation").filter(|deviation| deviation.argument.is_some()) {
                    if let Found::Node(target) = self.absolute(deviation, place, false, RULE) {
                        for deviate in deviation.all("deviate") {
                            self.deviate(deviate, target, place);
                        }
                    }
                }
            }
        }
    }

    fn deviate(&mut self, deviate: &'a Statement, target: NodeId, place: Place) {
        match deviate.text() {
            "not-supported" => self.remove(target),
            "add" => {
                for property in &deviate.children {
                    let single = matches!(
                        property.keyword.name.as_str(),
                        "config" | "mandatory" | "min-elements" | "max-elements" | "units" | "type"
                    );
                    if single && self.has(target, &property.keyword.name) {
                        self.refuse(property, target, "exists already", "use `deviate replace`");
                        continue;
                    }
                    self.property(target, property, place);
                }
            }
            "replace" => {
                for property in &deviate.children {
                    if property.is("default")
                        && let Some(draft) = self.drafts.get_mut(target.0)
                    {
                        draft.defaults.clear();
                    }
                    self.property(target, property, place);
                }
            }
            "delete" => {
                for property in deviate.children.iter().filter(|property| property.keyword.prefix.is_none()) {
                    if !self.delete(property, target) {
                        self.refuse(
                            property,
                            target,
                            "is not there",
                            "the argument must be the same, letter by letter",
                        );
                    }
                }
            }
            _ => {}
        }
    }

    fn has(&self, target: NodeId, property: &str) -> bool {
        let (Some(node), Some(draft)) = (self.node(target), self.drafts.get(target.0)) else { return false };
        match property {
            "config" => draft.config.is_some(),
            "mandatory" => draft.mandatory.is_some(),
            "max-elements" => node.max_elements.is_some(),
            "min-elements" => node.min_elements.is_some(),
            "type" => draft.type_.is_some(),
            "units" => node.units.is_some(),
            _ => false,
        }
    }

    fn refuse(&mut self, property: &Statement, target: NodeId, what: &str, help: &str) {
        let name = self.node(target).map_or("", |node| node.name.as_str());
        let message = format!("`{}` of `{name}` {what}", property.keyword.name);
        let mut diagnostic = Diagnostic::error(message).at(property.head, "");
        if let Some(node) = self.node(target) {
            diagnostic = diagnostic.with(node.span, "the target");
        }
        self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.20.3.2").help(help));
    }

    fn delete(&mut self, property: &Statement, target: NodeId) -> bool {
        let text = property.text();
        let (Some(node), Some(draft)) = (self.schema.nodes.get_mut(target.0), self.drafts.get_mut(target.0)) else {
            return true;
        };
        let shrunk = |before: usize, after: usize| after < before;
        match property.keyword.name.as_str() {
            "default" => {
                let before = draft.defaults.len();
                draft.defaults.retain(|(statement, _)| statement.text() != text);
                shrunk(before, draft.defaults.len())
            }
            "must" => {
                let before = node.musts.len();
                node.musts.retain(|must| must.expression != text);
                shrunk(before, node.musts.len())
            }
            "unique" => {
                let before = draft.uniques.len();
                draft.uniques.retain(|(statement, _)| statement.text() != text);
                shrunk(before, draft.uniques.len())
            }
            "units" => node.units.take_if(|units| units == text).is_some(),
            _ => false,
        }
    }
}

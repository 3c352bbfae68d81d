//! Phase 4: deviations of implemented modules (RFC 7950 section 7.20.3).

use super::compiled::{NodeId, NodeKind};
use super::compiler::{Compiler, Place};
use super::uses::Found;
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

const RULE: &str = "RFC 7950 section 7.20.3";

impl<'a> Compiler<'a> {
    pub(super) fn apply_deviations(&mut self) {
        for (place, text) in self.implemented_texts() {
            for deviation in text.statement.all("deviation").filter(|deviation| deviation.argument.is_some()) {
                if let Found::Node(target) = self.absolute(deviation, place, false, RULE) {
                    for deviate in deviation.all("deviate") {
                        self.deviate(deviate, target, place);
                    }
                }
            }
        }
    }

    fn deviate(&mut self, deviate: &'a Statement, target: NodeId, place: Place) {
        match deviate.text() {
            "not-supported" => self.take_away(deviate, target),
            "add" => {
                for property in self.properties(deviate, target) {
                    if self.single(target, &property.keyword.name) && self.has(target, &property.keyword.name) {
                        self.refuse(property, target, "exists already", "use `deviate replace`");
                        continue;
                    }
                    self.property(target, property, place);
                }
            }
            "replace" => {
                for property in self.properties(deviate, target) {
                    // `config` is inherited: every node has it.
                    if !property.is("config") && !self.has(target, &property.keyword.name) {
                        self.refuse(property, target, "is not there", "use `deviate add`");
                        continue;
                    }
                    if property.is("default")
                        && let Some(draft) = self.drafts.get_mut(target.0)
                    {
                        draft.defaults.clear();
                    }
                    self.property(target, property, place);
                }
            }
            "delete" => {
                for property in self.properties(deviate, target) {
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

    /// The properties that a `deviate` names; what a node of that kind cannot have is told and left out.
    fn properties(&mut self, deviate: &'a Statement, target: NodeId) -> Vec<&'a Statement> {
        let Some(kind) = self.node(target).map(|node| node.kind) else { return Vec::new() };
        let mut found = Vec::new();
        for property in deviate.children.iter().filter(|property| property.keyword.prefix.is_none()) {
            // What may not stand there the grammar has told.
            if !crate::syntax::takes(deviate, &property.keyword.name) {
                continue;
            }
            match deviatable(&property.keyword.name, kind) {
                true => found.push(property),
                false => self.refuse(property, target, "makes no sense", "it is of another kind"),
            }
        }
        found
    }

    fn single(&self, target: NodeId, property: &str) -> bool {
        match property {
            "must" | "unique" => false,
            "default" => self.node(target).is_some_and(|node| node.kind != NodeKind::LeafList),
            _ => true,
        }
    }

    /// A key leaf stays: the model must still be valid afterwards.
    fn take_away(&mut self, deviate: &Statement, target: NodeId) {
        let Some(node) = self.node(target) else { return };
        let key = node.parent.and_then(|parent| self.drafts.get(parent.0)).and_then(|draft| draft.key);
        let own = |word: &str| word.rsplit(':').next() == Some(node.name.as_str());
        match key.filter(|(key, _)| node.kind == NodeKind::Leaf && key.text().split_ascii_whitespace().any(own)) {
            Some((key, _)) => {
                let message = format!("`{}` is a key, the list is nothing without it", node.name);
                let diagnostic = Diagnostic::error(message).at(deviate.head, "").with(key.head, "the key");
                self.diagnostics.push(diagnostic.rule(RULE));
            }
            None => self.remove(target),
        }
    }

    fn has(&self, target: NodeId, property: &str) -> bool {
        let (Some(node), Some(draft)) = (self.node(target), self.drafts.get(target.0)) else { return false };
        match property {
            "config" => draft.config.is_some(),
            "default" => !draft.defaults.is_empty(),
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

/// Whether a node of that kind can have the property.
fn deviatable(property: &str, kind: NodeKind) -> bool {
    use NodeKind::{Anydata, Anyxml, Choice, Container, Input, Leaf, LeafList, List, Notification, Output};
    match property {
        "type" | "units" => matches!(kind, Leaf | LeafList),
        "default" => matches!(kind, Leaf | LeafList | Choice),
        "config" => matches!(kind, Leaf | LeafList | Choice | Container | List | Anydata | Anyxml),
        "mandatory" => matches!(kind, Leaf | Choice | Anydata | Anyxml),
        "min-elements" | "max-elements" => matches!(kind, LeafList | List),
        "must" => {
            matches!(kind, Leaf | LeafList | Container | List | Anydata | Anyxml | Input | Output | Notification)
        }
        "unique" => kind == List,
        _ => true,
    }
}

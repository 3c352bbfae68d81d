//! Phase 5: the leafs that `key` and `unique` name (RFC 7950 sections 7.8.2 and 7.8.3).

use super::compiled::{NodeId, NodeKind, TypeKind};
use super::compiler::{Compiler, Place};
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

impl Compiler<'_> {
    /// RFC 7950 section 7.8.2.
    pub(super) fn keys(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.8.2";
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        if node.kind != NodeKind::List {
            return;
        }
        let (name, span, config) = (node.name.clone(), node.span, node.config);
        let Some((statement, place)) = draft.key else {
            if config && !self.placeless && self.configurable(id) {
                let help = "add `key \"…\";`, or make the list `config false`";
                let diagnostic =
                    Diagnostic::error(format!("list `{name}` is configuration and has no key")).at(span, "");
                self.diagnostics.push(diagnostic.rule(RULE).help(help));
            }
            return;
        };
        let mut keys = Vec::new();
        for word in statement.text().split_ascii_whitespace() {
            let Some(key) = self.leaf_named(id, word, statement, place, RULE) else { continue };
            if keys.contains(&key) {
                self.error(statement.argument_span(), format!("key `{word}` stands here twice"), RULE);
                continue;
            }
            let Some(leaf) = self.node(key) else { continue };
            let problem = if leaf.kind != NodeKind::Leaf {
                Some("is no leaf")
            } else if leaf.config != config && self.configurable(id) {
                Some("differs from its list in `config`")
            } else {
                None
            };
            if let Some(problem) = problem {
                let diagnostic = Diagnostic::error(format!("key `{word}` {problem}")).at(statement.argument_span(), "");
                let diagnostic = diagnostic.with(leaf.span, "the key");
                self.diagnostics.push(diagnostic.rule(RULE));
                continue;
            }
            keys.push(key);
        }
        if keys.is_empty() && statement.text().trim().is_empty() && statement.argument.is_some() {
            self.error(statement.argument_span(), format!("list `{name}` has a `key` without a leaf"), RULE);
        }
        for key in &keys {
            self.check_key(*key);
        }
        for key in &keys {
            // Key leafs are always there: a default has no meaning (RFC 7950 section 7.8.2).
            if let Some(leaf) = self.schema.nodes.get_mut(key.0) {
                leaf.defaults.clear();
            }
        }
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.keys = keys;
        }
    }

    pub(super) fn leaf_named(
        &mut self,
        list: NodeId,
        word: &str,
        at: &Statement,
        place: Place,
        rule: &str,
    ) -> Option<NodeId> {
        let span = at.argument_span();
        let (module, name) = self.qualified(word, place.unit, span)?;
        let module = if Some(module) == self.module_of(place.unit) { place.module } else { module };
        let mut found = self.child(Some(list), module, name);
        if found.is_none() && !word.contains(':') {
            // A deviation's `unique` names the nodes of its target.
            let own = self.node(list)?.module;
            found = self.child(Some(list), own, name);
        }
        let written = self.drafts.get(list.0).and_then(|draft| draft.statement);
        if written.is_some_and(crate::syntax::defines_no_node) {
            return None; // The grammar has told that.
        }
        if found.is_none() && !self.pruned.contains(&(Some(list), name.to_owned())) {
            let among = self.children_of(Some(list), module).to_vec();
            self.no_child(name, Some(list), &among, span, rule);
        }
        found
    }

    /// What a key leaf may not have: a condition in YANG 1.1 (RFC 7950 sections 7.20.2 and 7.21.5), the type `empty` in
    /// YANG 1 (RFC 6020 section 7.8.2).
    fn check_key(&mut self, key: NodeId) {
        let (Some(leaf), Some(draft)) = (self.node(key), self.drafts.get(key.0)) else { return };
        let version_1_1 = self.unit(draft.place.unit).is_some_and(|unit| unit.version_1_1);
        let empty = draft.typed.as_ref().is_some_and(|typed| matches!(typed.type_.kind, TypeKind::Empty));
        let feature = draft.statement.and_then(|statement| statement.child("if-feature"));
        let (what, span, rule) = match (version_1_1, leaf.whens.first(), feature) {
            (true, _, Some(feature)) => ("an `if-feature`", feature.head, "RFC 7950 section 7.20.2"),
            (true, Some(when), None) => ("a `when`", when.span, "RFC 7950 section 7.21.5"),
            (false, ..) if empty => ("the type `empty`, which needs YANG 1.1", leaf.span, "RFC 6020 section 7.8.2"),
            _ => return,
        };
        let diagnostic = Diagnostic::error(format!("key `{}` has {what}", leaf.name)).at(span, "");
        let diagnostic = if span == leaf.span { diagnostic } else { diagnostic.with(leaf.span, "the key") };
        self.diagnostics.push(diagnostic.rule(rule));
    }

    /// RFC 7950 section 7.8.3.
    pub(super) fn uniques(&mut self, id: NodeId) {
        const RULE: &str = "RFC 7950 section 7.8.3";
        let Some(draft) = self.drafts.get(id.0) else { return };
        for (statement, place) in draft.uniques.clone() {
            let mut leafs = Vec::new();
            for path in statement.text().split_ascii_whitespace() {
                let mut at = Some(id);
                for step in path.split('/') {
                    at = at.and_then(|at| self.leaf_named(at, step, statement, place, RULE));
                }
                let Some((leaf, node)) = at.and_then(|at| Some((at, self.node(at)?))) else { continue };
                if node.kind != NodeKind::Leaf {
                    let message = format!("`{path}` in `unique` is no leaf");
                    let diagnostic = Diagnostic::error(message).at(statement.argument_span(), "");
                    let diagnostic = diagnostic.with(node.span, "this one");
                    self.diagnostics.push(diagnostic.rule(RULE));
                    continue;
                }
                leafs.push(leaf);
            }
            let config = |leaf: &NodeId| self.node(*leaf).is_some_and(|leaf| leaf.config);
            if self.configurable(id) && leafs.iter().any(config) && !leafs.iter().all(config) {
                let message = format!("`{}` mixes configuration and state", statement.text());
                self.error(statement.argument_span(), message, RULE);
            }
            if let Some(node) = self.schema.nodes.get_mut(id.0) {
                node.unique.push(leafs);
            }
        }
    }
}

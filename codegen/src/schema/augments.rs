//! Phase 4: augments of all modules, in whatever order they are written (RFC 7950 section 7.17).
//!
//! An augment that needs nodes of another has a longer path than it. So they are applied by length of path, and one
//! pass is enough.

use std::collections::HashSet;

use super::compiled::{Augment, ModuleId, Node, NodeId, NodeKind};
use super::compiler::{Compiler, Place};
use super::nodes::when;
use super::uses::Found;
use crate::diagnostic::Diagnostic;
use crate::syntax::Statement;

const RULE: &str = "RFC 7950 section 7.17";

struct Pending<'a> {
    statement: &'a Statement,
    place: Place,
    structure: bool,
}

impl<'a> Compiler<'a> {
    /// RFC 7950 section 5.6.5: who implements a module implements what it augments, deviates, and names in a `path`.
    pub(super) fn implement(&mut self) {
        if self.every_item {
            // Of several revisions one alone can be implemented.
            let mut names: HashSet<String> = HashSet::new();
            let asked = |module: &&super::compiled::Module| module.implemented;
            names.extend(self.schema.modules.iter().filter(asked).map(|module| module.name.clone()));
            for module in self.schema.modules.iter_mut().filter(|module| !module.implemented) {
                module.implemented = names.insert(module.name.clone());
            }
        }
        let asked = |(index, module): (usize, &super::compiled::Module)| module.implemented.then_some(index);
        let mut open: Vec<usize> = self.schema.modules.iter().enumerate().filter_map(asked).collect();
        while let Some(index) = open.pop() {
            let mut reached = Vec::new();
            for (_, unit) in self.units(ModuleId(index)) {
                let changes = |child: &&Statement| {
                    child.is("augment") || child.is("deviation") || child.keyword.name == "augment-structure"
                };
                let mut naming: Vec<&Statement> = unit.statement.children.iter().filter(changes).collect();
                paths(&unit.statement, &mut naming);
                for change in naming {
                    let prefixes = change.text().split('/').filter_map(|step| Some(step.trim().split_once(':')?.0));
                    reached.extend(prefixes.filter_map(|prefix| unit.prefixes.get(prefix)).copied());
                }
            }
            for module in reached {
                if let Some(state) = self.schema.modules.get_mut(module.0)
                    && !std::mem::replace(&mut state.implemented, true)
                {
                    open.push(module.0);
                }
            }
        }
    }

    pub(super) fn apply_augments(&mut self) {
        let mut pending: Vec<Pending<'a>> = Vec::new();
        for (place, text) in self.implemented_texts() {
            for statement in text.statement.children.iter().filter(|child| child.argument.is_some()) {
                let structure =
                    self.is_extension(statement, place.unit, "ietf-yang-structure-ext", "augment-structure");
                if structure || statement.is("augment") {
                    pending.push(Pending { statement, place, structure });
                }
            }
        }
        pending.sort_by_key(|augment| augment.statement.text().matches('/').count());
        for Pending { statement, place, structure } in pending {
            let module = place.module;
            let rule = if structure { "RFC 8791 section 4" } else { RULE };
            let Found::Node(target) = self.absolute(statement, place, structure, rule) else { continue };
            let before = self.node(target).map_or(0, |node| node.children.len());
            self.augment(statement, target, place);
            let nodes = self.children_of(Some(target), module).get(before..).unwrap_or_default().to_vec();
            let path = statement.text().to_owned();
            if let Some(module) = self.schema.modules.get_mut(module.0) {
                module.augments.push(Augment { path, target, nodes, structure, span: statement.head });
            }
        }
        for module in &mut self.schema.modules {
            module.augments.sort_by_key(|augment| (augment.structure, augment.span));
        }
    }

    /// A path from the root (`absolute-schema-nodeid`).
    pub(super) fn absolute(&mut self, statement: &Statement, place: Place, structure: bool, rule: &str) -> Found {
        let span = statement.argument_span();
        let Some(path) = statement.text().strip_prefix('/') else {
            let message = format!("`{}` is no path from the root; it begins with `/`", statement.text());
            self.error(span, message, rule);
            return Found::Nothing;
        };
        let mut at: Option<NodeId> = None;
        for step in path.split('/') {
            let Some((module, name)) = self.qualified(step, place.unit, span) else { return Found::Nothing };
            let next = match at {
                None => self.root(module, name, structure),
                Some(_) => self.child(at, module, name),
            };
            match next {
                Some(next) => at = Some(next),
                None if self.pruned.contains(&(at, name.to_owned())) => return Found::Pruned,
                None => {
                    let among = self.children_of(at, module).to_vec();
                    self.no_child(name, at, &among, span, rule);
                    return Found::Nothing;
                }
            }
        }
        at.map_or(Found::Nothing, Found::Node)
    }

    /// Structures and data nodes are different worlds: a name may be in both.
    fn root(&mut self, module: ModuleId, name: &str, structure: bool) -> Option<NodeId> {
        let first = self.child(None, module, name)?;
        let right = |node: &Node| node.name == name && (node.kind == NodeKind::Structure) == structure;
        if self.node(first).is_some_and(right) {
            return Some(first);
        }
        self.children_of(None, module).iter().copied().find(|id| self.node(*id).is_some_and(right))
    }

    /// The nodes of an augment, put into its target.
    pub(super) fn augment(&mut self, statement: &'a Statement, target: NodeId, place: Place) {
        use NodeKind::{Case, Choice, Container, Input, List, Notification, Output, Structure};
        let Some(node) = self.node(target) else { return };
        let kind = node.kind;
        if !matches!(kind, Case | Choice | Container | Input | List | Notification | Output | Structure) {
            let diagnostic = Diagnostic::error(format!("`{}` cannot be augmented", node.name));
            let diagnostic = diagnostic.at(statement.head, "").with(node.span, "it can have no such children");
            self.diagnostics.push(diagnostic.rule(RULE));
            return;
        }
        if !self.features_hold(statement, place.unit) {
            for child in &statement.children {
                self.pruned.insert((Some(target), child.text().to_owned()));
            }
            return;
        }
        if !self.augment_fits(statement, target) {
            return;
        }
        let before = self.children_of(Some(target), place.module).len();
        let inside = self.inside(statement, place);
        self.children(statement, Some(target), inside);
        let scope = self.unit(place.unit).map_or(place.module, |unit| unit.module);
        let conditions: Vec<_> = statement.all("when").map(|condition| when(condition, scope, true)).collect();
        let features: Vec<_> = statement.all("if-feature").map(|feature| feature.text().to_owned()).collect();
        for id in self.children_of(Some(target), place.module).get(before..).unwrap_or_default().to_vec() {
            let Some(node) = self.schema.nodes.get_mut(id.0) else { continue };
            node.whens.extend(conditions.iter().cloned());
            for feature in &features {
                if !node.if_features.contains(feature) {
                    node.if_features.push(feature.clone());
                }
            }
        }
    }
    /// Cases are for choices, and a choice takes nothing but cases, written or not.
    fn augment_fits(&mut self, statement: &Statement, target: NodeId) -> bool {
        let Some(node) = self.node(target) else { return false };
        let choice = node.kind == NodeKind::Choice;
        let wrong = |child: &&Statement| match child.keyword.name.as_str() {
            "case" => !choice,
            "uses" | "action" | "notification" => choice,
            _ => false,
        };
        let Some(child) = statement.children.iter().filter(|child| child.keyword.prefix.is_none()).find(wrong) else {
            return true;
        };
        let message = format!("`{}` cannot be added to `{}`", child.keyword.name, node.name);
        let label = if choice { "a choice" } else { "no choice" };
        let diagnostic = Diagnostic::error(message).at(child.head, "").with(node.span, label);
        self.diagnostics.push(diagnostic.rule(RULE));
        false
    }

    /// Nodes that must be there are added to another module's configuration only under a condition, in YANG 1 not at
    /// all: clients that don't know the augment would break.
    pub(super) fn check_mandatory_augments(&mut self) {
        let mut found = Vec::new();
        for (index, module) in self.schema.modules.iter().enumerate() {
            for augment in module.augments.iter().filter(|augment| !augment.structure) {
                let foreign = self.node(augment.target).is_some_and(|target| target.module.0 != index);
                if foreign && self.configurable(augment.target) {
                    found.extend(augment.nodes.iter().map(|node| (*node, augment.span)));
                }
            }
        }
        for (id, span) in found {
            let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { continue };
            let version_1_1 = self.unit(draft.place.unit).is_some_and(|unit| unit.version_1_1);
            if !node.config || version_1_1 && !node.whens.is_empty() {
                continue;
            }
            let Some(mandatory) = self.mandatory_in(id).and_then(|id| self.node(id)) else { continue };
            let message = format!("the augment adds `{}`, which must be there, to another module", mandatory.name);
            let diagnostic = Diagnostic::error(message).at(mandatory.span, "").with(span, "the augment");
            let rule = if version_1_1 { RULE } else { "RFC 6020 section 7.15" };
            let help = "make the augment conditional with a `when`, which needs YANG 1.1, or the node optional";
            self.diagnostics.push(diagnostic.rule(rule).help(help));
        }
    }

    /// The mandatory node that makes a node mandatory (RFC 7950 section 3).
    pub(super) fn mandatory_in(&self, id: NodeId) -> Option<NodeId> {
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let node = self.node(id)?;
            match node.kind {
                NodeKind::Container if node.presence.is_none() => open.extend(node.children.iter().rev().copied()),
                NodeKind::List | NodeKind::LeafList if node.min_elements.unwrap_or(0) > 0 => return Some(id),
                _ if node.mandatory => return Some(id),
                _ => {}
            }
        }
        None
    }
}

/// The `path` statements of a text.
fn paths<'s>(statement: &'s Statement, found: &mut Vec<&'s Statement>) {
    for child in &statement.children {
        if child.is("path") {
            found.push(child);
        }
        paths(child, found);
    }
}

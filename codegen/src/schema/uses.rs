//! Phase 3, `uses`: a grouping's nodes written out, refined and augmented (RFC 7950 section 7.13).

use super::compiled::{ModuleId, NodeId, NodeKind};
use super::compiler::{Compiler, DEPTH_LIMIT, Place};
use super::definitions::{Kind, status};
use super::nodes::when;
use super::status::Reference;
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;
use crate::syntax::{Statement, section};

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Node(NodeId),
    /// A node that an unsupported feature or a deviation took away.
    Pruned,
    /// Nothing; `true` where that has been told.
    Nothing,
}

impl<'a> Compiler<'a> {
    pub(super) fn uses(&mut self, statement: &'a Statement, parent: Option<NodeId>, place: Place) {
        if statement.argument.is_none() || self.too_many {
            return;
        }
        let Some((grouping, defined)) = self.lookup(Kind::Grouping, statement, place) else {
            self.incomplete.insert(parent);
            return;
        };
        self.used_groupings.insert(grouping.span);
        let own = status(statement);
        let span = statement.argument_span();
        self.check_status(Reference { from: statement, status: own, unit: place.unit, span }, grouping, defined.unit);
        if self.resolving.contains(&grouping.span) {
            let message = format!("grouping `{}` uses itself", grouping.text());
            let diagnostic = Diagnostic::error(message).at(statement.head, "").with(grouping.head, "the grouping");
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.12"));
            return;
        }
        if place.depth >= DEPTH_LIMIT {
            self.tell_too_deep(statement.head, "nodes and groupings are nested");
            return;
        }
        let before = self.children_of(parent, place.module).len();
        let inside = self.inside(grouping, Place { module: place.module, depth: place.depth, ..defined });
        if !self.features_hold(statement, place.unit) {
            self.prune(grouping, parent);
            return;
        }
        self.resolving.push(grouping.span);
        self.children(grouping, parent, inside);
        self.resolving.pop();
        let added = self.children_of(parent, place.module).get(before..).unwrap_or_default().to_vec();
        let scope = self.unit(place.unit).map_or(place.module, |unit| unit.module);
        let conditions: Vec<_> = statement.all("when").map(|condition| when(condition, scope, true)).collect();
        let features: Vec<_> = statement.all("if-feature").map(|feature| feature.text().to_owned()).collect();
        for id in &added {
            let Some(node) = self.schema.nodes.get_mut(id.0) else { continue };
            node.whens.extend(conditions.iter().cloned());
            for feature in &features {
                if !node.if_features.contains(feature) {
                    node.if_features.push(feature.clone());
                }
            }
        }
        for refine in statement.all("refine") {
            self.refine(refine, parent, before, place);
        }
        for augment in statement.all("augment") {
            let span = augment.argument_span();
            if let Found::Node(target) = self.descendant(augment.text(), parent, before, place, span, "augment") {
                self.augment(augment, target, place);
            }
        }
    }

    /// Remembers the nodes that a grouping would have made.
    fn prune(&mut self, grouping: &Statement, parent: Option<NodeId>) {
        for child in &grouping.children {
            if super::nodes::node_kind(&child.keyword.name).is_some() {
                self.pruned.insert((parent, child.text().to_owned()));
            }
        }
    }

    pub(super) fn children_of(&self, parent: Option<NodeId>, module: ModuleId) -> &[NodeId] {
        match parent {
            Some(parent) => self.node(parent).map_or(&[], |node| &node.children),
            None => self.schema.modules.get(module.0).map_or(&[], |module| &module.roots),
        }
    }

    /// The child of that name; choice and case are steps of their own.
    pub(super) fn child(&mut self, parent: Option<NodeId>, module: ModuleId, name: &str) -> Option<NodeId> {
        let children = match parent {
            Some(parent) => self.schema.nodes.get(parent.0).map_or(&[][..], |node| &node.children),
            None => self.schema.modules.get(module.0).map_or(&[][..], |module| &module.roots),
        };
        self.siblings.find(&self.schema.nodes, parent, children, module, name)
    }

    /// A path downwards (`descendant-schema-nodeid`) among the children of `parent` from the one numbered `before`.
    fn descendant(
        &mut self,
        path: &str,
        parent: Option<NodeId>,
        before: usize,
        place: Place,
        span: Span,
        keyword: &str,
    ) -> Found {
        let rule = section(keyword);
        if path.is_empty() || path.starts_with('/') {
            self.error(
                span,
                format!("`{path}` is not what `{keyword}` in `uses` takes: a path downwards, such as `b/c`"),
                &rule,
            );
            return Found::Nothing;
        }
        let first = self.children_of(parent, place.module).get(before..).unwrap_or_default().to_vec();
        let mut at: Option<NodeId> = None;
        for step in path.split('/') {
            // A grouping's nodes are in the namespace of the module that uses it, whatever the names written there.
            let Some((module, name)) = self.qualified(step, place.unit, span) else { return Found::Nothing };
            let own = self.unit(place.unit).map(|unit| unit.module);
            let module = if Some(module) == own { place.module } else { module };
            let next = match at {
                Some(at) => self.child(Some(at), module, name),
                None => {
                    let is =
                        |id: &&NodeId| self.node(**id).is_some_and(|node| node.name == name && node.module == module);
                    first.iter().find(is).copied()
                }
            };
            let holder = at.or(parent);
            match next {
                Some(next) => at = Some(next),
                None if self.pruned.contains(&(holder, name.to_owned())) => return Found::Pruned,
                None => {
                    let among = if at.is_some() { self.children_of(at, module).to_vec() } else { first.clone() };
                    self.no_child(name, at, &among, span, &rule);
                    return Found::Nothing;
                }
            }
        }
        at.map_or(Found::Nothing, Found::Node)
    }

    /// Tells that a path's step leads nowhere.
    pub(super) fn no_child(&mut self, name: &str, at: Option<NodeId>, among: &[NodeId], span: Span, rule: &str) {
        if self.incomplete.contains(&at) {
            return;
        }
        let message = match at.and_then(|at| self.node(at)) {
            Some(node) => format!("`{}` has no child `{name}`", node.name),
            None => format!("there is no node `{name}`"),
        };
        let names = among.iter().filter_map(|id| self.node(*id)).map(|node| node.name.as_str());
        let mut diagnostic = Diagnostic::error(message).at(span, "").rule(rule);
        let transparent = |id: &&NodeId| {
            let node = self.node(**id);
            node.is_some_and(|node| matches!(node.kind, NodeKind::Choice | NodeKind::Case))
        };
        if let Some(near) = suggest(name, names) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else if let Some(choice) = among.iter().find(transparent).and_then(|id| self.node(*id)) {
            diagnostic = diagnostic.help(format!("choices and cases are steps of the path too: `{}/…`", choice.name));
        }
        self.diagnostics.push(diagnostic);
    }

    /// RFC 7950 section 7.13.2.
    fn refine(&mut self, statement: &'a Statement, parent: Option<NodeId>, before: usize, place: Place) {
        let span = statement.argument_span();
        if statement.argument.is_none() {
            return;
        }
        let Found::Node(target) = self.descendant(statement.text(), parent, before, place, span, "refine") else {
            return;
        };
        if statement.child("default").is_some()
            && let Some(draft) = self.drafts.get_mut(target.0)
        {
            draft.defaults.clear();
        }
        let Some(kind) = self.node(target).map(|node| node.kind) else { return };
        for child in &statement.children {
            if child.keyword.prefix.is_some() {
                continue;
            }
            let keyword = child.keyword.name.as_str();
            if !refinable(keyword, kind) {
                let name = self.node(target).map_or("", |node| node.name.as_str()).to_owned();
                let message = format!("`{keyword}` does not refine `{name}`");
                let label = "it is of another kind";
                let target = self.node(target).map_or(child.head, |node| node.span);
                let diagnostic = Diagnostic::error(message).at(child.head, "").with(target, label);
                self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.13.2"));
                continue;
            }
            self.property(target, child, place);
        }
        let extensions = self.extensions(statement, place.unit);
        let features: Vec<String> = statement.all("if-feature").map(|feature| feature.text().to_owned()).collect();
        let holds = self.features_hold(statement, place.unit);
        if let Some(node) = self.schema.nodes.get_mut(target.0) {
            node.extensions.extend(extensions);
            node.if_features.extend(features);
        }
        if !holds {
            self.remove(target);
        }
    }

    /// Takes a node out of the tree.
    pub(super) fn remove(&mut self, id: NodeId) {
        let Some(node) = self.schema.nodes.get(id.0) else { return };
        let (parent, module, name) = (node.parent, node.module, node.name.clone());
        match parent {
            Some(parent) => {
                if let Some(node) = self.schema.nodes.get_mut(parent.0) {
                    node.children.retain(|child| *child != id);
                }
            }
            None => {
                if let Some(module) = self.schema.modules.get_mut(module.0) {
                    module.roots.retain(|child| *child != id);
                }
            }
        }
        self.siblings.forget(parent, module);
        self.pruned.insert((parent, name));
    }
}

fn refinable(keyword: &str, kind: NodeKind) -> bool {
    use NodeKind::{Anydata, Anyxml, Choice, Container, Leaf, LeafList, List};
    match keyword {
        "default" => matches!(kind, Leaf | LeafList | Choice),
        "mandatory" => matches!(kind, Leaf | Choice | Anydata | Anyxml),
        "presence" => kind == Container,
        "must" => matches!(kind, Leaf | LeafList | List | Container | Anydata | Anyxml),
        "min-elements" | "max-elements" => matches!(kind, LeafList | List),
        "config" => !matches!(kind, NodeKind::Case),
        _ => true,
    }
}

//! Phase 5: the leafs that leafrefs point at (RFC 7950 section 9.9.2).

use super::circles::circles;
use super::compiled::{ModuleId, NodeId, NodeKind, TypeKind, XPath};
use super::compiler::{Compiler, Draft};
use super::expressions::{Child, Position, View};
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::xpath::leafref::{KeyPredicate, leafref_path};
use crate::xpath::{Extent, Name};

const RULE: &str = "RFC 7950 section 9.9.2";

/// How far a path has been followed.
#[derive(Clone, Copy)]
struct Way<'x> {
    leaf: NodeId,
    argument: Span,
    xpath: &'x XPath,
    view: View,
    at: Position,
}

impl Compiler<'_> {
    /// Resolves the leafrefs in the type of a leaf.
    pub(super) fn resolve_leafrefs(&mut self, leaf: NodeId) {
        let Some(typed) = self.drafts.get(leaf.0).and_then(|draft| draft.typed.clone()) else { return };
        if typed.paths.is_empty() {
            return;
        }
        let mut kind = typed.type_.kind.clone();
        let mut places = typed.paths.iter().copied();
        match &mut kind {
            TypeKind::Leafref { .. } => self.resolve_one(leaf, &mut kind, &mut places),
            TypeKind::Union { members } => {
                for member in members.iter_mut().filter(|member| matches!(member.kind, TypeKind::Leafref { .. })) {
                    self.resolve_one(leaf, &mut member.kind, &mut places);
                }
            }
            _ => {}
        }
        let mut own = (*typed).clone();
        own.type_.kind = kind;
        if let Some(draft) = self.drafts.get_mut(leaf.0) {
            draft.typed = Some(std::rc::Rc::new(own));
        }
    }

    fn resolve_one(&mut self, leaf: NodeId, kind: &mut TypeKind, places: &mut dyn Iterator<Item = (UnitId, Span)>) {
        let TypeKind::Leafref { path, target, require_instance, .. } = kind else { return };
        let Some((_, span)) = places.next() else { return };
        *target = self.leafref_target(leaf, path, span);
        let (Some(found), Some(own)) = (*target, self.node(leaf)) else { return };
        let Some(other) = self.node(found) else { return };
        if !matches!(other.kind, NodeKind::Leaf | NodeKind::LeafList) {
            let message = format!("the leafref points at `{}`, which is no leaf", other.name);
            let diagnostic = Diagnostic::error(message).at(span, "").with(other.span, "it points here");
            self.diagnostics.push(diagnostic.rule(RULE));
            *target = None;
        } else if own.config && !other.config && *require_instance && self.configurable(leaf) {
            let message = format!("`{}` is configuration and refers to `{}`, which is state", own.name, other.name);
            let diagnostic = Diagnostic::error(message).at(span, "").with(other.span, "`config false`");
            let help = "make the leafref `config false`, or give it `require-instance false`";
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 9.9").help(help));
        }
    }

    /// Whether `config` means anything where a node stands.
    pub(super) fn configurable(&self, id: NodeId) -> bool {
        let mut at = Some(id);
        while let Some(node) = at.and_then(|id| self.node(id)) {
            use NodeKind::{Action, Notification, Rpc, Structure};
            if matches!(node.kind, Rpc | Action | Notification | Structure) {
                return false;
            }
            at = node.parent;
        }
        true
    }

    fn leafref_target(&mut self, leaf: NodeId, text: &str, argument: Span) -> Option<NodeId> {
        let (xpath, _) = self.expressions.parsed(argument)?;
        let xpath = xpath.clone();
        let path = match leafref_path(&xpath.expression) {
            Ok(path) => path,
            Err(refused) => {
                let place = self.place(argument, refused.extent);
                let diagnostic = Diagnostic::error(format!("`{text}` is no path of a leafref"));
                self.diagnostics.push(diagnostic.at(place, refused.reason).rule(RULE));
                return None;
            }
        };
        let mut way = Way { leaf, argument, xpath: &xpath, view: self.view(leaf), at: Position::Root };
        way.view.configuration = false;
        if !path.absolute {
            way.at = self.steps_up(&way, &path.up)?;
        }
        for step in &path.steps {
            let found = self.step_down(&way, step.name, step.extent)?;
            way.at = Position::Node(found);
            self.check_keys(&way, found, &step.keys)?;
        }
        match way.at {
            Position::Node(target) => Some(target),
            Position::Root => None,
        }
    }

    fn steps_up(&mut self, way: &Way<'_>, up: &[Extent]) -> Option<Position> {
        let mut at = Position::Node(way.leaf);
        for step in up {
            let Position::Node(node) = at else {
                self.error(self.place(way.argument, *step), "the path leads up beyond the root", RULE);
                return None;
            };
            at = self.data_parent(node);
        }
        Some(at)
    }

    /// The child of that name; what is not there is told.
    fn step_down(&mut self, way: &Way<'_>, name: &Name, extent: Extent) -> Option<NodeId> {
        let namespace = self.node(way.leaf)?.module;
        let module = way.xpath.module_of(name, namespace)?;
        let mut found = self.data_child(way.at, module, &name.local, &way.view);
        if found == Child::Unknown && way.at == Position::Root && way.view.structure.is_some() {
            // What is outside of a structure is referred to where it is.
            found = self.data_child(way.at, module, &name.local, &View::default());
        }
        match found {
            Child::Node(found) => return Some(found),
            Child::Unknown => return None,
            Child::Absent => {}
        }
        // In YANG 1 it was not said which module a name without a prefix is of, in a typedef.
        let (_, unit) = self.expressions.parsed(way.argument)?;
        let own = self.unit(unit).filter(|unit| name.prefix.is_none() && !unit.version_1_1).map(|unit| unit.module);
        if let Some(own) = own.filter(|own| *own != namespace)
            && let Child::Node(found) = self.data_child(way.at, own, &name.local, &way.view)
        {
            return Some(found);
        }
        let place = self.place(way.argument, extent);
        self.no_data_child(&name.local, way, module, place);
        None
    }

    /// `[key = current()/../leaf]`: the node is a list, each key one of its keys, once, and compared with a leaf.
    fn check_keys(&mut self, way: &Way<'_>, list: NodeId, keys: &[KeyPredicate<'_>]) -> Option<()> {
        let mut seen = Vec::new();
        for predicate in keys {
            let place = self.place(way.argument, predicate.extent);
            let (name, kind, span) = self.node(list).map(|node| (node.name.clone(), node.kind, node.span))?;
            if kind != NodeKind::List {
                let diagnostic = Diagnostic::error(format!("`{name}` is no list: a predicate selects entries by keys"));
                self.diagnostics.push(diagnostic.at(place, "").with(span, "").rule(RULE));
                return None;
            }
            let key = self.step_down(way, predicate.key, predicate.extent)?;
            let statement = self.drafts.get(list.0).and_then(|draft| draft.key).map(|(statement, _)| statement);
            let is = |word: &str| *word.split_once(':').map_or(word, |(_, name)| name) == *predicate.key.local;
            let problem = match statement {
                Some(statement) if !statement.text().split_ascii_whitespace().any(is) => "is no key of",
                _ if seen.contains(&key) => "stands here twice as a key of",
                _ => "",
            };
            if !problem.is_empty() {
                let message = format!("`{}` {problem} list `{name}`", predicate.key.local);
                let diagnostic = Diagnostic::error(message).at(place, "").with(span, "");
                self.diagnostics.push(diagnostic.rule(RULE));
                return None;
            }
            seen.push(key);
            let at = self.steps_up(way, &predicate.up)?;
            let mut other = Way { at, ..*way };
            for (name, extent) in &predicate.steps {
                other.at = Position::Node(self.step_down(&other, name, *extent)?);
            }
            let Position::Node(compared) = other.at else { return None };
            let node = self.node(compared)?;
            if !matches!(node.kind, NodeKind::Leaf | NodeKind::LeafList) {
                let message = format!("the key is compared with `{}`, which is no leaf", node.name);
                let diagnostic = Diagnostic::error(message).at(place, "").with(node.span, "");
                self.diagnostics.push(diagnostic.rule(RULE));
                return None;
            }
        }
        Some(())
    }

    fn no_data_child(&mut self, name: &str, way: &Way<'_>, module: ModuleId, span: Span) {
        let at = match way.at {
            Position::Node(at) => Some(at),
            Position::Root => None,
        };
        let message = match at.and_then(|at| self.node(at)) {
            Some(node) => format!("the leafref's path leads nowhere: `{}` has no child `{name}`", node.name),
            None => format!("the leafref's path leads nowhere: there is no node `{name}`"),
        };
        let among = self.children_of(at, module);
        let names = among.iter().filter_map(|id| self.node(*id)).map(|node| node.name.as_str());
        let mut diagnostic = Diagnostic::error(message).at(span, "").rule(RULE);
        if let Some(near) = crate::diagnostic::suggest(name, names) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
    }

    /// RFC 7950 section 9.9: a chain of leafrefs ends. Circles are told and cut.
    pub(super) fn check_leafref_circles(&mut self) {
        let target = |draft: &Draft<'_>| match draft.typed.as_ref().map(|typed| &typed.type_.kind) {
            Some(TypeKind::Leafref { target: Some(target), .. }) => vec![target.0],
            _ => Vec::new(),
        };
        let edges: Vec<Vec<usize>> = self.drafts.iter().map(target).collect();
        for circle in circles(edges.len(), &edges) {
            let Some(leaf) = circle.iter().min().copied().map(NodeId) else { continue };
            let Some(typed) = self.drafts.get(leaf.0).and_then(|draft| draft.typed.clone()) else { continue };
            let name = self.node(leaf).map_or("", |node| node.name.as_str());
            let message = format!("leafref `{name}` refers to itself in a circle");
            let mut diagnostic = Diagnostic::error(message).rule("RFC 7950 section 9.9");
            if let Some((_, span)) = typed.paths.first() {
                diagnostic = diagnostic.at(*span, "");
            }
            self.diagnostics.push(diagnostic);
            let mut own = (*typed).clone();
            if let TypeKind::Leafref { target, .. } = &mut own.type_.kind {
                *target = None;
            }
            if let Some(draft) = self.drafts.get_mut(leaf.0) {
                draft.typed = Some(std::rc::Rc::new(own));
            }
        }
    }
}

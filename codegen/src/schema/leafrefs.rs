//! Phase 5: the leafs that leafrefs point at (RFC 7950 section 9.9.2).

use super::circles::circles;
use super::compiled::{ModuleId, NodeId, NodeKind, TypeKind};
use super::compiler::{Compiler, Draft};
use super::load::UnitId;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

const RULE: &str = "RFC 7950 section 9.9.2";

/// A path: how many steps up, then down; predicates are left out.
#[derive(Debug, PartialEq, Eq)]
struct Path<'p> {
    absolute: bool,
    up: usize,
    steps: Vec<&'p str>,
}

/// Reads `path-arg`; `None` where it is none.
fn parse(text: &str) -> Option<Path<'_>> {
    let mut steps = Vec::new();
    let mut rest = text.trim();
    let absolute = rest.starts_with('/');
    let mut up = 0;
    rest = rest.strip_prefix('/').unwrap_or(rest);
    loop {
        rest = rest.trim_start();
        let end = rest.find(['/', '[']).unwrap_or(rest.len());
        let (step, after) = rest.split_at(end);
        let step = step.trim_end();
        match step {
            ".." if steps.is_empty() && !absolute => up += 1,
            "." | ".." | "" => return None,
            _ => {
                let (prefix, name) = step.split_once(':').map_or((None, step), |(prefix, name)| (Some(prefix), name));
                let identifier = crate::syntax::is_identifier;
                if !identifier(name) || prefix.is_some_and(|prefix| !identifier(prefix)) {
                    return None;
                }
                steps.push(step);
            }
        }
        rest = after.trim_start();
        while rest.starts_with('[') {
            rest = behind_predicate(rest)?.trim_start();
        }
        if rest.is_empty() {
            break;
        }
        rest = rest.strip_prefix('/')?;
    }
    (!steps.is_empty() && (absolute || up > 0)).then_some(Path { absolute, up, steps })
}

/// What follows a predicate; brackets in it are paired, text in quotes does not count.
fn behind_predicate(text: &str) -> Option<&str> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => depth += 1,
            (None, ']') => {
                depth -= 1;
                if depth == 0 {
                    return text.get(at + 1..);
                }
            }
            _ => {}
        }
    }
    None
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
        let TypeKind::Leafref { path, target, require_instance } = kind else { return };
        let Some((unit, span)) = places.next() else { return };
        *target = self.leafref_target(leaf, path, unit, span);
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

    /// The node one step up in the data tree; choice and case are no steps, and the parameters of an operation stand
    /// in the operation (RFC 7950 section 6.4.1).
    fn data_parent(&self, id: NodeId) -> Option<NodeId> {
        let mut at = self.node(id)?.parent;
        while let Some(parent) = at.and_then(|parent| self.node(parent)) {
            use NodeKind::{Case, Choice, Input, Output};
            if !matches!(parent.kind, Choice | Case | Input | Output) {
                break;
            }
            at = parent.parent;
        }
        at
    }

    fn leafref_target(&mut self, leaf: NodeId, text: &str, unit: UnitId, span: Span) -> Option<NodeId> {
        let Some(path) = parse(text) else {
            // `deref()` and other functions are XPath, but no path of a leafref.
            self.error(span, format!("`{text}` is no path of a leafref"), RULE);
            return None;
        };
        let namespace = self.node(leaf)?.module;
        let own = self.unit(unit)?.module;
        let mut at: Option<NodeId> = None;
        if !path.absolute {
            at = Some(leaf);
            for _ in 0..path.up {
                match at {
                    Some(node) => at = self.data_parent(node),
                    None => {
                        self.error(span, "the path leads up beyond the root", RULE);
                        return None;
                    }
                }
            }
        }
        for step in path.steps {
            let module = match step.split_once(':') {
                Some((prefix, _)) => {
                    let module = self.prefix(prefix, unit, span)?;
                    // A typedef's or grouping's own prefix means its own module, even where another uses it.
                    if module == own { own } else { module }
                }
                // Without a prefix: the module of the leaf (RFC 7950 section 6.4.1).
                None => namespace,
            };
            let name = step.split_once(':').map_or(step, |(_, name)| name);
            let mut next = self.data_child(at, module, name, leaf);
            if next.is_none() && module != own && !step.contains(':') {
                next = self.data_child(at, own, name, leaf);
            }
            if next.is_none() && module == own && own != namespace {
                next = self.data_child(at, namespace, name, leaf);
            }
            match next {
                Some(next) => at = Some(next),
                None => {
                    if !self.pruned.contains(&(at, name.to_owned())) {
                        let among = self.children_of(at, module).to_vec();
                        self.no_data_child(name, at, &among, span);
                    }
                    return None;
                }
            }
        }
        at
    }

    fn no_data_child(&mut self, name: &str, at: Option<NodeId>, among: &[NodeId], span: Span) {
        let message = match at.and_then(|at| self.node(at)) {
            Some(node) => format!("the leafref's path leads nowhere: `{}` has no child `{name}`", node.name),
            None => format!("the leafref's path leads nowhere: there is no node `{name}`"),
        };
        let names = among.iter().filter_map(|id| self.node(*id)).map(|node| node.name.as_str());
        let mut diagnostic = Diagnostic::error(message).at(span, "").rule(RULE);
        if let Some(near) = crate::diagnostic::suggest(name, names) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
    }

    /// A child in the data tree; that of an operation is a parameter on the same side as `from`.
    fn data_child(&mut self, at: Option<NodeId>, module: ModuleId, name: &str, from: NodeId) -> Option<NodeId> {
        use NodeKind::{Case, Choice, Input, Output};
        let transparent = |kind: NodeKind| matches!(kind, Choice | Case);
        if let Some(child) = self.child(at, module, name)
            && self.node(child).is_some_and(|node| !transparent(node.kind))
        {
            return Some(child);
        }
        let mut open: Vec<NodeId> = self.children_of(at, module).iter().rev().copied().collect();
        open.retain(|id| {
            self.node(*id).is_some_and(|node| transparent(node.kind) || matches!(node.kind, Input | Output))
        });
        while let Some(holder) = open.pop() {
            let other_side = match self.node(holder)?.kind {
                kind @ (Input | Output) => !self.is_below(from, kind),
                _ => false,
            };
            if other_side {
                continue;
            }
            if let Some(child) = self.child(Some(holder), module, name)
                && self.node(child).is_some_and(|node| !transparent(node.kind))
            {
                return Some(child);
            }
            let nested = self.children_of(Some(holder), module);
            let nested = nested.to_vec();
            open.extend(
                nested.into_iter().rev().filter(|id| self.node(*id).is_some_and(|node| transparent(node.kind))),
            );
        }
        None
    }

    fn is_below(&self, id: NodeId, kind: NodeKind) -> bool {
        let mut at = Some(id);
        while let Some(node) = at.and_then(|id| self.node(id)) {
            if node.kind == kind {
                return true;
            }
            at = node.parent;
        }
        false
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_without_their_predicates() {
        let path = parse("/a:b/c[d = current()/../e]/f").unwrap();
        assert_eq!(path, Path { absolute: true, up: 0, steps: vec!["a:b", "c", "f"] });
        let path = parse(" ../../ x[y='[']/z ").unwrap();
        assert_eq!(path, Path { absolute: false, up: 2, steps: vec!["x", "z"] });
        for wrong in ["", "/", "a/b", "../", "/a[", "/a//b", "deref(../a)/../b", "/a/../b", "current()/../a"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}

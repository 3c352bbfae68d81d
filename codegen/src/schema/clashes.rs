//! Phase 5: no two siblings of one name (RFC 7950 section 6.2.1).

use std::collections::HashMap;

use super::compiled::{ModuleId, Node, NodeId, NodeKind};
use super::compiler::Compiler;
use crate::diagnostic::Diagnostic;

/// Whether a node is an `rc:yang-data`: its name is that of a template, no node (RFC 8040 section 8).
fn template(node: &Node) -> bool {
    node.kind == NodeKind::Structure && node.extensions.first().is_some_and(|own| own.name == "yang-data")
}

impl Compiler<'_> {
    /// RFC 7950 section 6.2.1: names of siblings differ within a namespace; the data nodes of all cases share that of
    /// the choice's parent.
    pub(super) fn clashes(&mut self, parent: Option<NodeId>, module: ModuleId) {
        use NodeKind::{Case, Choice, Structure};
        let children = self.children_of(parent, module);
        let mut siblings: HashMap<(ModuleId, bool, &str), NodeId> = HashMap::with_capacity(children.len());
        let mut found = Vec::new();
        let mut choices = Vec::new();
        for id in children {
            let Some(node) = self.node(*id) else { continue };
            if let Some(first) = siblings.insert((node.module, template(node), &node.name), *id) {
                found.push((*id, first));
            }
            if node.kind == Choice {
                choices.push(*id);
            }
        }
        let of_choice =
            parent.and_then(|parent| self.node(parent)).is_some_and(|node| matches!(node.kind, Choice | Case));
        let mut open = if of_choice { Vec::new() } else { choices };
        if !open.is_empty() {
            siblings.retain(|_, id| self.node(*id).is_some_and(|node| node.kind != Choice));
        }
        while let Some(holder) = open.pop() {
            for id in self.children_of(Some(holder), module) {
                let Some(node) = self.node(*id) else { continue };
                if matches!(node.kind, Choice | Case) {
                    open.push(*id);
                } else if let Some(first) = siblings.insert((node.module, false, &node.name), *id) {
                    found.push((*id, first));
                }
            }
        }
        for (second, first) in found {
            let (second, first) = (first.max(second), first.min(second));
            let (Some(second), Some(first)) = (self.node(second), self.node(first)) else { continue };
            let case = |node: &Node| {
                matches!(node.kind, Case)
                    || node.parent.and_then(|parent| self.node(parent)).is_some_and(|node| node.kind == Case)
            };
            let rule = match () {
                () if first.kind == Structure || second.kind == Structure => "RFC 8791 section 2",
                () if case(first) && case(second) => "RFC 7950 section 7.9.2",
                () => "RFC 7950 section 6.2.1",
            };
            let message = format!("two siblings are named `{}`", second.name);
            let diagnostic = Diagnostic::error(message).at(second.span, "").with(first.span, "the first is here");
            self.diagnostics.push(diagnostic.rule(rule));
        }
    }
}

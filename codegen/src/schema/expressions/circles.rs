//! Conditions that depend on each other (RFC 7950 section 7.21.5).

use super::super::circles::circles;
use super::super::compiled::{NodeId, NodeKind};
use super::super::compiler::Compiler;
use crate::diagnostic::{Diagnostic, Severity};

/// How many conditions of a circle are shown.
const MOST: usize = 16;

const RULE: &str = "RFC 7950 section 7.21.5";

impl Compiler<'_> {
    /// There are no circular dependencies among `when` expressions, the shortest being a node that depends on itself.
    pub(super) fn check_when_circles(&mut self) {
        let depends = std::mem::take(&mut self.expressions.depends);
        if depends.is_empty() {
            return;
        }
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); self.schema.nodes.len()];
        for (from, to) in depends {
            if let Some(list) = edges.get_mut(from.0) {
                list.push(to.0);
            }
        }
        // A node is there only if the case is that it stands in.
        for (node, list) in self.schema.nodes.iter().zip(&mut edges) {
            let case = |id: &NodeId| {
                self.schema.nodes.get(id.0).is_some_and(|node| matches!(node.kind, NodeKind::Choice | NodeKind::Case))
            };
            list.extend(node.parent.filter(case).map(|parent| parent.0));
        }
        for circle in circles(edges.len(), &edges) {
            self.tell_when_circle(&circle);
        }
    }

    fn tell_when_circle(&mut self, circle: &[usize]) {
        let data = |index: &&usize| {
            let kind = self.schema.nodes.get(**index).map(|node| node.kind);
            kind.is_some_and(|kind| !matches!(kind, NodeKind::Choice | NodeKind::Case))
        };
        let start = circle.iter().enumerate().min_by_key(|(_, index)| **index).map_or(0, |(place, _)| place);
        let turned: Vec<usize> = circle.iter().cycle().skip(start).take(circle.len()).copied().collect();
        let name = |index: &usize| self.schema.nodes.get(*index).map_or("", |node| node.name.as_str());
        let mut names: Vec<&str> = turned.iter().filter(data).map(name).take(MOST + 1).collect();
        if let Some(last) = names.get_mut(MOST) {
            *last = "…";
        }
        let message = match names.as_slice() {
            [] => return,
            [one] => format!("the `when` of `{one}` depends on `{one}` itself"),
            [first, ..] => format!("`when` conditions depend on each other: {} -> {first}", names.join(" -> ")),
        };
        let mut diagnostic = Diagnostic::error(message).rule(RULE);
        let mut told = Vec::new();
        let mut on_parent = true;
        for node in turned.iter().take(MOST).filter_map(|index| self.schema.nodes.get(*index)) {
            for when in &node.whens {
                let on_way = when.reads.as_ref().is_none_or(|reads| reads.iter().any(|read| turned.contains(&read.0)));
                if on_way && !told.contains(&when.span) {
                    told.push(when.span);
                    on_parent &= when.on_parent;
                    diagnostic = diagnostic.with(when.span, "");
                }
            }
        }
        if told.len() == 1 && on_parent {
            // What an augment, uses, choice or case adds is taken away while its condition is evaluated: that ends the
            // circle, but is hardly what is meant.
            diagnostic.severity = Severity::Warning;
            diagnostic = diagnostic.help("it is not there yet when the condition is evaluated");
        }
        self.diagnostics.push(diagnostic);
    }
}

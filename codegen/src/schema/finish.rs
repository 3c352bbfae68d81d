//! Phase 5: what needs the whole tree, in order; the larger parts have files of their own.

use super::compiled::{ModuleId, NodeId};
use super::compiler::Compiler;
use super::definitions::status;
use crate::diagnostic::Diagnostic;

impl<'a> Compiler<'a> {
    pub(super) fn finish(&mut self) {
        let roots: Vec<NodeId> = self.schema.modules.iter().flat_map(|module| module.roots.iter().copied()).collect();
        let order = self.preorder(&roots);
        for id in &order {
            self.inherit_config(*id);
            self.attach_type(*id);
        }
        self.phases.end("types");
        for id in &order {
            self.resolve_leafrefs(*id);
        }
        self.check_leafref_circles();
        self.phases.end("leafrefs");
        for id in &order {
            self.defaults(*id);
        }
        self.phases.end("defaults");
        self.check_mandatory_augments();
        for id in &order {
            self.keys(*id);
            self.uniques(*id);
            self.default_case(*id);
            self.cardinality(*id);
        }
        self.phases.end("keys");
        for module in 0..self.schema.modules.len() {
            self.clashes(None, ModuleId(module));
        }
        for id in &order {
            self.clashes(Some(*id), ModuleId(0));
        }
        self.phases.end("clashes");
        self.check_expressions(&order);
        self.phases.end("expressions");
        for id in order {
            let typed = self.drafts.get(id.0).and_then(|draft| draft.typed.clone());
            let typed = typed.filter(|typed| self.afford(&typed.type_));
            if let (Some(typed), Some(node)) = (typed, self.schema.nodes.get_mut(id.0)) {
                node.units = node.units.take().or_else(|| typed.units.map(str::to_owned));
                node.type_ = Some(typed.type_.clone());
            }
        }
    }

    /// All nodes below `roots`, parents first.
    pub(super) fn preorder(&self, roots: &[NodeId]) -> Vec<NodeId> {
        let mut order = Vec::with_capacity(self.schema.nodes.len());
        let mut open: Vec<NodeId> = roots.iter().rev().copied().collect();
        while let Some(id) = open.pop() {
            order.push(id);
            open.extend(self.node(id).into_iter().flat_map(|node| node.children.iter().rev().copied()));
        }
        order
    }

    /// RFC 7950 section 7.21.1.
    pub(super) fn inherit_config(&mut self, id: NodeId) {
        let (Some(node), Some(draft)) = (self.node(id), self.drafts.get(id.0)) else { return };
        let parent = node.parent.and_then(|parent| self.node(parent));
        let inherited = parent.is_none_or(|parent| parent.config);
        let meaningful = node.parent.is_none() || parent.is_some() && self.configurable(id);
        let config = match draft.config {
            Some((true, span)) if !inherited && meaningful => {
                let message = format!("`{}` is configuration below state", node.name);
                let above = parent.map_or(span, |parent| parent.span);
                let diagnostic = Diagnostic::error(message).at(span, "").with(above, "`config false`");
                self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.21.1"));
                false
            }
            Some((config, _)) if meaningful => config,
            _ => inherited,
        };
        if let Some(node) = self.schema.nodes.get_mut(id.0) {
            node.config = config;
        }
    }

    pub(super) fn attach_type(&mut self, id: NodeId) {
        let Some((statement, place)) = self.drafts.get(id.0).and_then(|draft| draft.type_) else { return };
        let typed = self.type_of(statement, place);
        if let Some(from) = self.drafts.get(id.0).and_then(|draft| draft.statement) {
            self.check_status_of_types(from, status(from), statement, place);
        }
        if let Some(draft) = self.drafts.get_mut(id.0) {
            draft.typed = typed;
        }
    }

    pub(super) fn cardinality(&mut self, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        if let (Some(least), Some(most)) = (node.min_elements, node.max_elements)
            && least > most
        {
            let message = format!("`{}` needs at least {least} and at most {most} entries", node.name);
            let span = node.span;
            self.error(span, message, "RFC 7950 section 7.7.5");
        }
    }
}

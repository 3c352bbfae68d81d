//! Phase 6: the expressions of `must`, `when` and `path`, held against the tree that they are evaluated in.
//!
//! `parse` reads each expression once, where it is written. `tree` is the data tree as XPath sees it: no choices, no
//! cases, and only what is accessible from where the expression stands (RFC 7950 section 6.4.1). `evaluate` takes an
//! expression over schema nodes instead of instances, `steps` is its paths (`failure` where they lead nowhere), `calls`
//! its functions, `compare` says whether a leaf can have a value. `circles` finds conditions that depend on each other.
//!
//! What can't be known is never told: below `anydata`, where a feature or deviation took a node away, in modules that
//! are only imported. In a grouping a step is told where it matches in none of the grouping's uses.

mod calls;
mod circles;
mod compare;
mod evaluate;
mod failure;
mod judge;
mod parse;
mod steps;
mod tree;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::compiled::{ModuleId, NodeId, NodeKind, XPath};
use super::compiler::Compiler;
use super::load::UnitId;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use evaluate::{Condition, Evaluation, Site};
use judge::Verdicts;
pub(super) use tree::{Child, Position, View};

/// What the phase keeps between expressions.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    /// By the place of the argument.
    parsed: HashMap<Span, (Arc<XPath>, UnitId)>,
    /// Names that features and deviations took away, with the nodes they were taken from.
    pruned: Option<HashMap<String, Vec<Option<NodeId>>>>,
    choices: tree::Choices,
    verdicts: Verdicts,
    /// Nodes by name, made when `//` needs it.
    named: Option<HashMap<String, Vec<NodeId>>>,
    /// Places with more children than `*` is followed to.
    wide: HashSet<Position>,
    /// Steps taken so far, over all expressions.
    work: usize,
    /// Errors in expressions themselves: nothing is missing in the tree because of them.
    malformed: usize,
    /// Whether the tree lacks nodes for reasons that have been told: a step that fails is no second mistake.
    incomplete: bool,
    /// For each node with conditions, the nodes these look at.
    depends: Vec<(NodeId, NodeId)>,
}

impl Expressions {
    /// The expression of the argument that stands there; `None` where it is none (a diagnostic was given).
    pub(super) fn parsed(&self, argument: Span) -> Option<(&Arc<XPath>, UnitId)> {
        self.parsed.get(&argument).map(|(xpath, unit)| (xpath, *unit))
    }
}

/// One expression of a node: which, and where it stands.
struct Use {
    argument: Span,
    scope: ModuleId,
    condition: Option<Condition>,
}

impl Compiler<'_> {
    /// Notes whether nodes may be missing because of errors that have been told.
    pub(super) fn note_errors(&mut self) {
        self.expressions.incomplete = self.too_many || self.too_deep || self.errors() > self.expressions.malformed;
    }

    fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Checks the `must` and `when` expressions of all nodes, parents first.
    pub(super) fn check_expressions(&mut self, order: &[NodeId]) {
        for id in order {
            self.check_node(*id);
        }
        self.check_when_circles();
        for diagnostic in std::mem::take(&mut self.expressions.verdicts).failures() {
            self.diagnostics.push(diagnostic);
        }
        if self.expressions.work > evaluate::WORK_LIMIT {
            let message = "there are too many expressions to hold all of them against the schema";
            self.diagnostics.push(Diagnostic::warning(message).help("this is a limit of Comi, not of YANG"));
        }
    }

    fn check_node(&mut self, id: NodeId) {
        let Some(node) = self.node(id) else { return };
        if node.musts.is_empty() && node.whens.is_empty() {
            return;
        }
        let (namespace, kind) = (node.module, node.kind);
        let musts = node.musts.iter().map(|must| Use { argument: must.span, scope: must.scope, condition: None });
        let whens = node.whens.iter().map(|when| Use {
            argument: when.span,
            scope: when.scope,
            condition: Some(Condition { node: id, on_parent: when.on_parent }),
        });
        let (musts, whens): (Vec<Use>, Vec<Use>) = (musts.collect(), whens.collect());
        let seen = self.implements(namespace);
        let mut results = Vec::with_capacity(musts.len() + whens.len());
        for used in musts.iter().chain(&whens) {
            let Some((xpath, unit)) = self.expressions.parsed(used.argument) else {
                results.push(None);
                continue;
            };
            let (xpath, unit) = (xpath.clone(), unit);
            let on_parent = used.condition.as_ref().is_some_and(|condition| condition.on_parent);
            // RFC 7950 sections 7.5.3 and 7.21.5: the context node.
            let initial = match kind {
                NodeKind::Input | NodeKind::Output => self.data_parent(id),
                _ if on_parent => self.data_parent(id),
                _ => Position::Node(id),
            };
            // RFC 7950 section 6.4.1: the namespace of names without a prefix is the current node's.
            let namespace = match initial {
                Position::Node(current) => self.node(current).map_or(namespace, |current| current.module),
                Position::Root => used.scope,
            };
            let site = Site {
                argument: used.argument,
                unit,
                namespace,
                initial,
                view: self.view(id),
                condition: used.condition,
                xpath: xpath.clone(),
            };
            let reads = if seen { Evaluation::of(self, &site) } else { None };
            results.push(Some((xpath, namespace, reads)));
        }
        let Some(node) = self.schema.nodes.get_mut(id.0) else { return };
        let mut results = results.into_iter();
        for must in &mut node.musts {
            if let Some((xpath, namespace, reads)) = results.next().flatten() {
                (must.xpath, must.namespace, must.reads) = (Some(xpath), namespace, reads);
            }
        }
        for when in &mut node.whens {
            if let Some((xpath, namespace, reads)) = results.next().flatten() {
                (when.xpath, when.namespace, when.reads) = (Some(xpath), namespace, reads);
            }
        }
    }

    /// All nodes of that name; `None` where there are more than `most`.
    fn nodes_named(&mut self, name: &str, most: usize) -> Option<Vec<NodeId>> {
        if self.expressions.named.is_none() {
            let roots: Vec<NodeId> = self.schema.modules.iter().flat_map(|module| module.roots.clone()).collect();
            let mut named: HashMap<String, Vec<NodeId>> = HashMap::new();
            for id in self.preorder(&roots) {
                let Some(node) = self.node(id) else { continue };
                if !matches!(node.kind, NodeKind::Choice | NodeKind::Case | NodeKind::Input | NodeKind::Output) {
                    named.entry(node.name.clone()).or_default().push(id);
                }
            }
            self.expressions.named = Some(named);
        }
        let named = self.expressions.named.as_ref().and_then(|named| named.get(name)).map_or(&[][..], Vec::as_slice);
        (named.len() <= most).then(|| named.to_vec())
    }

    /// Names that were taken away, by what they were taken from.
    fn was_pruned(&mut self, parent: Option<NodeId>, name: &str) -> bool {
        let pruned = &self.pruned;
        let by_name = self.expressions.pruned.get_or_insert_with(|| {
            let mut by_name: HashMap<String, Vec<Option<NodeId>>> = HashMap::new();
            for (holder, name) in pruned {
                by_name.entry(name.clone()).or_default().push(*holder);
            }
            by_name
        });
        let Some(holders) = by_name.get(name).cloned() else { return false };
        let parent = parent.map_or(Position::Root, Position::Node);
        let mut seen = HashSet::new();
        holders.into_iter().filter(|holder| seen.insert(*holder)).any(|holder| match holder {
            None => parent == Position::Root,
            Some(holder) => parent == Position::Node(holder) || self.opens_into(holder) == parent,
        })
    }
}

//! What is said of a step that leads nowhere, and what was probably meant.

use super::super::compiled::{ModuleId, NodeKind};
use super::evaluate::{Evaluation, Nodes, RULE, SET_LIMIT};
use super::steps::Obstacle;
use super::tree::Position;
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;
use crate::xpath::{Axis, NodeTest, Step};

impl Evaluation<'_, '_> {
    /// Tells that a step leads nowhere.
    pub(super) fn failure(&mut self, axis: Axis, step: &Step, from: &Nodes, obstacle: Option<Obstacle>) -> Diagnostic {
        let place = self.span(step.place.0);
        let written = match &step.test {
            NodeTest::Name(name) => self.site.xpath.expression.written(name),
            _ => self.compiler.sources.text(place).to_owned(),
        };
        let mut first = from.at.first().copied().unwrap_or(Position::Root);
        if let (Axis::FollowingSibling | Axis::PrecedingSibling, Position::Node(id)) = (axis, first) {
            first = self.compiler.data_parent(id);
        }
        let whose = match first {
            Position::Node(id) => self.compiler.node(id).map_or(String::new(), |node| format!("`{}`", node.name)),
            Position::Root => "the root".to_owned(),
        };
        let warn = |message: String| Diagnostic::warning(message).at(place, "").rule(RULE);
        if let Some(Obstacle::State(id)) = obstacle {
            let diagnostic = warn(format!("`{written}` is state, which is not seen from configuration"));
            let state = self.compiler.node(id).map(|node| node.span);
            return state.map_or(diagnostic.clone(), |span| diagnostic.with(span, "`config false`"));
        }
        if matches!(obstacle, Some(Obstacle::OwnChild)) {
            let message = format!("`{written}` is below the node that this `when` decides on, and not there yet");
            return warn(message).rule("RFC 7950 section 7.21.5");
        }
        match axis {
            Axis::Child | Axis::FollowingSibling | Axis::PrecedingSibling => {}
            Axis::Parent if first == Position::Root => return warn("the path leads up beyond the root".to_owned()),
            Axis::Parent | Axis::Itself => return warn(format!("the step never matches: {whose} comes before it")),
            _ => return warn(format!("there is no `{written}` above {whose}")),
        }
        let leaf = match first {
            Position::Node(id) => self.compiler.node(id).filter(|node| node.type_.is_some() || is_leaf(node.kind)),
            Position::Root => None,
        };
        if leaf.is_some() {
            return warn(format!("the step `{written}` never matches: {whose} is a leaf"));
        }
        let diagnostic = match first {
            Position::Root => warn(format!("the step `{written}` never matches: there is no such node at the root")),
            Position::Node(_) => warn(format!("the step `{written}` never matches: {whose} has no such child")),
        };
        let (help, node) = (self.meant(step, from), self.position_span(first));
        let diagnostic = node.map_or(diagnostic.clone(), |span| diagnostic.with(span, ""));
        help.map_or(diagnostic.clone(), |help| diagnostic.help(help))
    }

    fn position_span(&self, position: Position) -> Option<Span> {
        match position {
            Position::Node(id) => self.compiler.node(id).map(|node| node.span),
            Position::Root => None,
        }
    }

    /// The child that was probably meant: of this name in another module, or of a similar name.
    fn meant(&mut self, step: &Step, from: &Nodes) -> Option<String> {
        let NodeTest::Name(name) = &step.test else { return None };
        let view = self.site.view;
        let mut near: Vec<(String, ModuleId)> = Vec::new();
        for position in from.at.iter().take(4) {
            for id in self.compiler.data_children(*position, &view, 4 * SET_LIMIT).unwrap_or_default() {
                near.extend(self.compiler.node(id).map(|node| (node.name.clone(), node.module)));
            }
        }
        if let Some((_, module)) = near.iter().find(|(other, _)| **other == *name.local) {
            let prefixes = self.compiler.unit(self.site.unit).map(|unit| &unit.prefixes);
            let prefix = prefixes.and_then(|prefixes| prefixes.iter().find(|(_, known)| *known == module));
            let prefix = prefix.map_or(String::new(), |(prefix, _)| format!(": write `{prefix}:{}`", name.local));
            return Some(format!(
                "`{}` is in module `{}` here{prefix}",
                name.local,
                self.compiler.module_name(*module)
            ));
        }
        let found = suggest(&name.local, near.iter().map(|(name, _)| name.as_str()))?;
        Some(format!("did you mean `{found}`?"))
    }
}

fn is_leaf(kind: NodeKind) -> bool {
    matches!(kind, NodeKind::Leaf | NodeKind::LeafList)
}

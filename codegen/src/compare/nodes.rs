//! Nodes that are gone, new, or in another order.

use super::Comparer;
use super::rules::Rule;
use super::side::Side;
use crate::schema::compiled::{ModuleId, NodeId, NodeKind};
use crate::source::Span;
use crate::syntax::Statement;

/// What children stand in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    /// The modules whose nodes are compared.
    pub(super) old: ModuleId,
    pub(super) new: ModuleId,
    pub(super) places: (Option<Span>, Option<Span>),
    /// Whether the order of the children is to be looked at.
    pub(super) ordered: bool,
}

impl Comparer<'_> {
    /// Compares the children of a node (or the roots of a module) by name and namespace.
    pub(super) fn children(&mut self, olds: &[NodeId], news: &[NodeId], path: &str, pair: Pair) {
        self.seen.0.extend(olds);
        self.seen.1.extend(news);
        let step = |side: &Side<'_>, id: NodeId, own: ModuleId| {
            let node = side.node(id)?;
            // A module that was renamed is told once.
            let foreign = (node.module != own).then(|| side.module_name(node.module));
            Some((foreign.map(str::to_owned), node.name.clone(), node.kind == NodeKind::Structure))
        };
        let key = |comparer: &Self, id: NodeId| step(&comparer.old, id, pair.old);
        let new_keys: Vec<_> = news.iter().map(|id| (step(&self.new, *id, pair.new), *id)).collect();
        let mut both = Vec::new();
        for old in olds {
            let wanted = key(self, *old);
            match new_keys.iter().find(|(key, _)| *key == wanted) {
                Some((_, new)) => both.push((*old, *new)),
                None => self.removed(*old, path, pair),
            }
        }
        let mut position = None;
        for new in news {
            match both.iter().find(|(_, known)| known == new) {
                Some((old, _)) => {
                    if pair.ordered && self.old.is_data(*old) {
                        let at = olds.iter().position(|id| id == old);
                        if at < position {
                            self.reordered(*old, *new, path, pair);
                        }
                        position = position.max(at);
                    }
                    let below = self.below(path, *new, pair.new);
                    self.node(*old, *new, &below, pair);
                }
                None => self.added(*new, path, pair),
            }
        }
    }

    fn below(&self, path: &str, id: NodeId, own: ModuleId) -> String {
        let Some(node) = self.new.node(id) else { return path.to_owned() };
        step_below(&self.new, path, node.module, &node.name, own)
    }

    fn removed(&mut self, id: NodeId, path: &str, pair: Pair) {
        let Some(node) = self.old.node(id) else { return };
        if matches!(node.kind, NodeKind::Input | NodeKind::Output) && node.children.is_empty() {
            return;
        }
        let path = step_below(&self.old, path, node.module, &node.name, pair.old);
        let message = format!("{} is gone", node.kind.keyword());
        self.tell(Rule::NodeRemoved, &path, message, (Some(node.span), pair.places.1));
    }

    /// Bullets 15, 16 and 17.
    fn added(&mut self, id: NodeId, path: &str, pair: Pair) {
        let Some(node) = self.new.node(id) else { return };
        let what = node.kind.keyword();
        let (rule, message) = match node.kind {
            NodeKind::Case => (Rule::CaseAdded, format!("a new {what}")),
            NodeKind::Rpc | NodeKind::Action | NodeKind::Notification | NodeKind::Structure => {
                (Rule::DefinitionAdded, format!("a new {what}"))
            }
            _ if !self.new.is_mandatory(id) => (Rule::NodeAdded, format!("a new {what}, not mandatory")),
            _ => match node.if_features.iter().find(|condition| self.needs_new_feature(condition, pair)) {
                Some(condition) => {
                    (Rule::ConditionalNodeAdded, format!("a new {what}, only with the new feature `{condition}`"))
                }
                None => (Rule::MandatoryNodeAdded, format!("a new {what} that is mandatory")),
            },
        };
        let path = step_below(&self.new, path, node.module, &node.name, pair.new);
        let (span, beside) = (node.span, pair.places.0);
        self.tell(rule, &path, message, (beside, Some(span)));
    }

    /// Whether an `if-feature` can only be true with a feature that the old module does not have.
    fn needs_new_feature(&self, condition: &str, pair: Pair) -> bool {
        let features = |side: &Side<'_>, module: ModuleId| -> Vec<String> {
            let features = side.schema.module(module).map_or(&[][..], |module| &module.features);
            features.iter().map(|feature| feature.name.clone()).collect()
        };
        let (olds, news) = (features(&self.old, pair.old), features(&self.new, pair.new));
        let words: Vec<&str> = condition.split([' ', '\t', '\n', '(', ')']).filter(|word| !word.is_empty()).collect();
        let conjunction = !words.iter().any(|word| matches!(*word, "or" | "not"));
        let own = |word: &&str| word.rsplit(':').next().unwrap_or(word).to_owned();
        conjunction && words.iter().map(own).any(|name| news.contains(&name) && !olds.contains(&name))
    }

    fn reordered(&mut self, old: NodeId, new: NodeId, path: &str, pair: Pair) {
        let (Some(was), Some(is)) = (self.old.node(old), self.new.node(new)) else { return };
        let path = step_below(&self.new, path, is.module, &is.name, pair.new);
        let message = format!("{} stands behind others that it stood before", is.kind.keyword());
        self.tell(Rule::Reordered, &path, message, (Some(was.span), Some(is.span)));
    }
}

impl Side<'_> {
    /// Made by a data definition statement (RFC 7950 section 14, `data-def-stmt`) that may not be reordered.
    fn is_data(&self, id: NodeId) -> bool {
        let data = [
            NodeKind::Anydata,
            NodeKind::Anyxml,
            NodeKind::Choice,
            NodeKind::Container,
            NodeKind::Leaf,
            NodeKind::LeafList,
            NodeKind::List,
        ];
        self.node(id).is_some_and(|node| data.contains(&node.kind))
    }

    /// The statement of a node; a case that was not written has none.
    pub(super) fn of_node(&self, id: NodeId) -> Option<&Statement> {
        let node = self.node(id)?;
        let statement = self.statement(node.span)?;
        (node.kind != NodeKind::Case || statement.is("case")).then_some(statement)
    }
}

fn step_below(side: &Side<'_>, path: &str, module: ModuleId, name: &str, own: ModuleId) -> String {
    let namespace = side.module_name(module);
    let above = path.rsplit('/').find_map(|step| step.split_once(':'));
    let shown = match above {
        Some((above, _)) => above != namespace,
        // The nodes of a grouping have no namespace until it is used.
        None => path.is_empty() || module != own,
    };
    if shown { format!("{path}/{namespace}:{name}") } else { format!("{path}/{name}") }
}

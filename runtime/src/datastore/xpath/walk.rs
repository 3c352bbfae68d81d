//! From a node along an axis, through what is stored and what is there without being stored.

use super::{Evaluator, Flow, Item, Node, Visit};
use crate::datastore::choice::case_in_use;
use crate::datastore::tree::is_sorted;
use crate::schema::{Axis, Flags, NodeIndex, NodeKind, RuleKind, Test};
use crate::value::{Data, Value, compare_keys};

impl Evaluator<'_> {
    /// The node that a schema node stands below in the data tree: the parameters of an operation stand in it.
    fn above(&self, row: NodeIndex) -> NodeIndex {
        let parent = self.tree.schema.node(row).map_or(NodeIndex::ROOT, |row| row.parent);
        self.owner(parent)
    }

    /// The operation of an input or output.
    fn owner(&self, row: NodeIndex) -> NodeIndex {
        match self.tree.schema.node(row) {
            Some(side) if matches!(side.kind(), NodeKind::Input | NodeKind::Output) => side.parent,
            _ => row,
        }
    }

    /// The schema node that has the children of a node.
    fn holder(&self, row: NodeIndex) -> NodeIndex {
        match self.tree.operation {
            Some((at, _)) if self.owner(at.node) == row => at.node,
            _ => row,
        }
    }

    /// Whether the expression is one of a structure's, or none yet: nobody else sees it (RFC 8791 section 2).
    fn is_within(&self, structure: NodeIndex) -> bool {
        self.current.row == NodeIndex::ROOT || self.tree.schema.is_within(self.current.row, structure)
    }

    /// Every instance of a schema node below one of its parent.
    pub(in super::super) fn instances(&self, node: &Node<'_>, row: NodeIndex, visit: Visit<'_>) -> Flow {
        self.budget.spend()?;
        let Some(own) = self.tree.schema.node(row) else { return Flow::Continue(()) };
        if matches!(own.kind(), NodeKind::Action | NodeKind::Notification | NodeKind::Rpc) {
            return self.operation(node, row, visit);
        }
        let content = match node.item {
            Item::Content(content) => Some(content),
            Item::Absent => None,
            _ => return Flow::Continue(()),
        };
        if self.config && !own.is_config() || own.kind() == NodeKind::Structure && !self.is_within(row) {
            return Flow::Continue(());
        }
        let mut one = |place: u32, item| {
            self.budget.spend()?;
            visit(&Node { up: Some(node), row, place, item })
        };
        match content.and_then(|content| content.child(row)) {
            Some(Data::Container(content)) => one(0, Item::Content(content)),
            Some(Data::List(entries)) => {
                for (place, entry) in (0..).zip(entries.iter()) {
                    one(place, Item::Content(entry))?;
                }
                Flow::Continue(())
            }
            Some(Data::Any(_)) => one(0, Item::Any),
            Some(data) => {
                for (place, value) in (0..).zip(data.values()) {
                    one(place, Item::Value(value))?;
                }
                Flow::Continue(())
            }
            None => {
                let container = own.kind() == NodeKind::Container && !own.flags.has(Flags::PRESENCE);
                if !container && !own.flags.has(Flags::HAS_DEFAULT)
                    || !case_in_use(self.tree.schema, content, row)
                    || !self.applies(node, row)
                {
                    return Flow::Continue(());
                }
                if container {
                    return one(0, Item::Absent);
                }
                for (place, default) in (0..).zip(self.tree.schema.defaults(row)) {
                    one(place, Item::Default(&default.value))?;
                }
                Flow::Continue(())
            }
        }
    }

    /// Whether the conditions of a node allow it below an instance of its parent.
    pub(in super::super) fn applies(&self, parent: &Node<'_>, row: NodeIndex) -> bool {
        let rules = self.expressions.rules_of(row, row.0.saturating_add(1));
        let mut conditions = rules.iter().filter(|rule| rule.kind == RuleKind::When).peekable();
        if conditions.peek().is_none() {
            return true;
        }
        let waiting = self.budget.waiting.get();
        if waiting >= super::Budget::MAX_WAITING {
            return true;
        }
        self.budget.waiting.set(waiting + 1);
        let holds = conditions.all(|rule| {
            let dummy = Node { up: Some(parent), row, place: 0, item: Item::Dummy };
            // RFC 7950 section 7.21.5: of an augment, a uses, a choice or a case the context is the node above
            let current = if rule.context == row { &dummy } else { parent };
            Evaluator { config: rule.config, current, ..*self }.holds(rule.code)
        });
        self.budget.waiting.set(waiting);
        holds
    }

    /// The operation that is being checked, where it stands.
    fn operation(&self, node: &Node<'_>, row: NodeIndex, visit: Visit<'_>) -> Flow {
        match self.tree.operation {
            Some((at, content)) if self.owner(at.node) == row => {
                let keys = node.keys(self.tree.schema);
                let above = at.keys.get(..keys.len()).unwrap_or_default();
                if compare_keys(&keys, above).is_ne() {
                    return Flow::Continue(());
                }
                visit(&Node { up: Some(node), row, place: 0, item: Item::Content(content) })
            }
            _ => Flow::Continue(()),
        }
    }

    /// The instance of a schema node that these keys name, below an instance of a node above it. A leaf or container
    /// that is not there is visited as what it would be. Keys that are not used are for lists further down.
    pub(in super::super) fn locate(
        &self,
        node: &Node<'_>,
        target: NodeIndex,
        keys: &[Value],
        visit: Visit<'_>,
    ) -> Flow {
        let schema = self.tree.schema;
        let Some(row) = self.step_towards(node.row, target) else { return visit(node) };
        let Some(own) = schema.node(row) else { return Flow::Continue(()) };
        if matches!(own.kind(), NodeKind::Action | NodeKind::Notification | NodeKind::Rpc) {
            return self.operation(node, row, &mut |node| self.locate(node, target, keys, visit));
        }
        let data = node.content().and_then(|content| content.child(row));
        let (item, place, rest) = match (own.kind(), data) {
            (NodeKind::List, Some(Data::List(entries))) => {
                let Some((list, (own, rest))) =
                    schema.list(row).zip(keys.split_at_checked(schema.entry_key_count(row)))
                else {
                    return Flow::Continue(());
                };
                let Ok(place) = entries.find(list, is_sorted(schema, row), own) else { return Flow::Continue(()) };
                let Some(entry) = entries.at(place) else { return Flow::Continue(()) };
                (Item::Content(entry), u32::try_from(place).unwrap_or(u32::MAX), rest)
            }
            (NodeKind::List, _) => return Flow::Continue(()),
            (NodeKind::Container, Some(Data::Container(content))) => (Item::Content(content), 0, keys),
            (NodeKind::Container, _) if !own.flags.has(Flags::PRESENCE) => (Item::Absent, 0, keys),
            (NodeKind::Leaf, Some(Data::Leaf(value))) => (Item::Value(value), 0, keys),
            (NodeKind::LeafList, Some(Data::LeafList(values))) => {
                let place = values.iter().position(|value| keys.first() == Some(value));
                match place.and_then(|place| Some((place, values.get(place)?))) {
                    Some((place, value)) => (Item::Value(value), u32::try_from(place).unwrap_or(u32::MAX), keys),
                    None => return Flow::Continue(()),
                }
            }
            (NodeKind::Anydata | NodeKind::Anyxml, Some(_)) => (Item::Any, 0, keys),
            _ => (Item::Dummy, 0, keys),
        };
        self.locate(&Node { up: Some(node), row, place, item }, target, rest, visit)
    }

    /// Every instance of a schema node below an instance of a node above it.
    pub(in super::super) fn all_below(&self, node: &Node<'_>, target: NodeIndex, visit: Visit<'_>) -> Flow {
        match self.step_towards(node.row, target) {
            None => visit(node),
            Some(row) => self.instances(node, row, &mut |node| self.all_below(node, target, visit)),
        }
    }

    /// The schema node right below `from` on the way to `target`; none where that is it.
    fn step_towards(&self, from: NodeIndex, target: NodeIndex) -> Option<NodeIndex> {
        let mut at = self.owner(target);
        while at != from {
            let above = self.above(at);
            if above == from {
                return Some(at);
            }
            if at == NodeIndex::ROOT {
                return None;
            }
            at = above;
        }
        None
    }

    /// Every node along an axis that a test takes. `nearest` asks for the order of a reverse axis (XPath 1.0 section
    /// 2.4), which counts where predicates ask for positions.
    pub(super) fn axis(&self, node: &Node<'_>, axis: Axis, test: Test, nearest: bool, visit: Visit<'_>) -> Flow {
        match axis {
            Axis::Child => self.children(node, test, visit),
            Axis::Itself => self.keep(node, test, visit),
            Axis::Parent => node.up.map_or(Flow::Continue(()), |up| self.keep(up, test, visit)),
            Axis::Ancestor => self.ancestors(node.up, test, nearest, visit),
            Axis::AncestorOrSelf => self.ancestors(Some(node), test, nearest, visit),
            Axis::Descendant => self.descendants(node, test, visit),
            Axis::DescendantOrSelf => {
                self.keep(node, test, visit)?;
                self.descendants(node, test, visit)
            }
            Axis::FollowingSibling => self.siblings(node, test, true, visit),
            Axis::PrecedingSibling if nearest => self.reversed(&|visit| self.siblings(node, test, false, visit), visit),
            Axis::PrecedingSibling => self.siblings(node, test, false, visit),
            Axis::Following => self.beside(node, test, true, visit),
            Axis::Preceding if nearest => self.reversed(&|visit| self.beside(node, test, false, visit), visit),
            Axis::Preceding => self.beside(node, test, false, visit),
        }
    }

    /// The nodes of a walk from the last to the first.
    fn reversed(&self, walk: &dyn Fn(Visit<'_>) -> Flow, visit: Visit<'_>) -> Flow {
        let mut count = 0_u32;
        walk(&mut |_| {
            count += 1;
            Flow::Continue(())
        })?;
        for wanted in (0..count).rev() {
            let (mut at, mut flow) = (0, Flow::Continue(()));
            let _ = walk(&mut |node| {
                if at == wanted {
                    flow = visit(node);
                    return Flow::Break(());
                }
                at += 1;
                Flow::Continue(())
            });
            flow?;
            self.budget.spend()?;
        }
        Flow::Continue(())
    }

    fn keep(&self, node: &Node<'_>, test: Test, visit: Visit<'_>) -> Flow {
        self.budget.spend()?;
        if self.takes(test, node) { visit(node) } else { Flow::Continue(()) }
    }

    fn takes(&self, test: Test, node: &Node<'_>) -> bool {
        let text = matches!(node.item, Item::Text);
        match test {
            Test::Node => true,
            Test::Text => text,
            Test::Any => !text && node.row != NodeIndex::ROOT,
            Test::Module(module) => !text && self.tree.schema.node(node.row).is_some_and(|row| row.module() == module),
            Test::Nodes(rows) => !text && rows.contains(&node.row),
        }
    }

    fn children(&self, node: &Node<'_>, test: Test, visit: Visit<'_>) -> Flow {
        match test {
            Test::Nodes(rows) => {
                for row in rows {
                    if self.above(*row) == node.row {
                        self.instances(node, *row, visit)?;
                    }
                }
                Flow::Continue(())
            }
            _ => {
                if matches!(node.item, Item::Default(_) | Item::Value(_)) && matches!(test, Test::Node | Test::Text) {
                    let text = Node { up: Some(node), row: node.row, place: 0, item: Item::Text };
                    return visit(&text);
                }
                if !matches!(node.item, Item::Absent | Item::Content(_)) {
                    return Flow::Continue(());
                }
                for row in self.tree.schema.children(self.holder(node.row)) {
                    self.instances(node, row, &mut |node| self.keep(node, test, visit))?;
                }
                Flow::Continue(())
            }
        }
    }

    fn ancestors(&self, node: Option<&Node<'_>>, test: Test, nearest: bool, visit: Visit<'_>) -> Flow {
        let Some(node) = node else { return Flow::Continue(()) };
        if nearest {
            self.keep(node, test, visit)?;
            return self.ancestors(node.up, test, nearest, visit);
        }
        self.ancestors(node.up, test, nearest, visit)?;
        self.keep(node, test, visit)
    }

    fn descendants(&self, node: &Node<'_>, test: Test, visit: Visit<'_>) -> Flow {
        let Test::Nodes(rows) = test else {
            return self.children(node, Test::Node, &mut |child| {
                self.keep(child, test, visit)?;
                self.descendants(child, test, visit)
            });
        };
        if !matches!(node.item, Item::Absent | Item::Content(_)) {
            return Flow::Continue(());
        }
        // only what is on the way to one of them is walked
        for row in self.tree.schema.children(self.holder(node.row)) {
            let Some(own) = self.tree.schema.node(row) else { continue };
            let first = rows.partition_point(|wanted| *wanted < row);
            if rows.get(first).is_some_and(|wanted| wanted.0 < own.end) {
                self.instances(node, row, &mut |child| {
                    self.keep(child, test, visit)?;
                    self.descendants(child, test, visit)
                })?;
            }
        }
        Flow::Continue(())
    }

    fn siblings(&self, node: &Node<'_>, test: Test, after: bool, visit: Visit<'_>) -> Flow {
        let Some(up) = node.up.filter(|_| !matches!(node.item, Item::Text)) else { return Flow::Continue(()) };
        let own = (node.row, node.place);
        self.children(up, test, &mut |sibling| {
            let other = (sibling.row, sibling.place);
            if if after { other > own } else { other < own } { visit(sibling) } else { Flow::Continue(()) }
        })
    }

    /// What stands before or behind a node, without what it stands in or what stands in it.
    fn beside(&self, node: &Node<'_>, test: Test, after: bool, visit: Visit<'_>) -> Flow {
        let Some(up) = node.up else { return Flow::Continue(()) };
        let own = |visit: Visit<'_>| {
            self.siblings(node, Test::Node, after, &mut |sibling| {
                self.keep(sibling, test, visit)?;
                self.descendants(sibling, test, visit)
            })
        };
        if after {
            own(visit)?;
            return self.beside(up, test, after, visit);
        }
        self.beside(up, test, after, visit)?;
        own(visit)
    }
}

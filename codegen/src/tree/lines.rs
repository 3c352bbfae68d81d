//! How a node is written (RFC 8340 section 2.6), and what stands beside it.

use std::collections::HashSet;

use comi_sid::Namespace;

use super::{TreeOptions, local};
use crate::schema::compiled::{ModuleId, Node, NodeId, NodeKind, Schema, Status, Type, TypeKind};
use crate::sid_items::sid_path;

/// What is shown of the children of a node.
#[derive(Clone, Copy, Debug)]
pub(super) struct Level<'a> {
    /// How many levels are left.
    pub(super) depth: Option<usize>,
    /// The steps to what is shown, from the children on; empty: everything.
    pub(super) path: &'a [&'a str],
    /// The width of names; 0: that of the widest.
    pub(super) width: usize,
}

pub(super) struct Printer<'a> {
    schema: &'a Schema,
    module: ModuleId,
    options: &'a TreeOptions<'a>,
    title: String,
    hidden: HashSet<NodeId>,
    lines: Vec<(String, Option<NodeId>)>,
}

impl<'a> Printer<'a> {
    pub(super) fn new(schema: &'a Schema, module: ModuleId, options: &'a TreeOptions<'a>) -> Printer<'a> {
        Printer { schema, module, options, title: String::new(), hidden: HashSet::new(), lines: Vec::new() }
    }

    /// Leaves nodes out.
    pub(super) fn hide(&mut self, nodes: impl Iterator<Item = NodeId>) {
        self.hidden.extend(nodes);
    }

    /// The first line, printed where there is another.
    pub(super) fn title(&mut self, title: String) {
        self.title = title;
    }

    pub(super) fn line(&mut self, text: String, node: Option<NodeId>) {
        self.lines.push((text, node));
    }

    /// The longest line.
    pub(super) fn width(&self) -> Option<usize> {
        self.options.width
    }

    /// The width of the widest name; choices and cases stand three columns to the left of their children.
    fn widest(&self, nodes: &[NodeId]) -> usize {
        let width = |id: &NodeId| {
            let Some(node) = self.schema.node(*id).filter(|_| !self.hidden.contains(id)) else { return 0 };
            match node.kind {
                NodeKind::Choice | NodeKind::Case => 3 + self.widest(&node.children),
                _ => self.name(node).chars().count(),
            }
        };
        nodes.iter().map(width).max().unwrap_or(0)
    }

    fn name(&self, node: &Node) -> String {
        if node.module == self.module {
            return node.name.clone();
        }
        let prefix = self.schema.module(node.module).map_or("", |module| module.prefix.as_str());
        format!("{prefix}:{}", node.name)
    }

    pub(super) fn children(&mut self, nodes: &[NodeId], prefix: &str, level: Level<'_>) {
        if level.depth == Some(0) {
            if nodes.iter().any(|id| !self.hidden.contains(id)) {
                self.line(format!("{prefix}     ..."), None);
            }
            return;
        }
        let width = if level.width == 0 { self.widest(nodes) } else { level.width };
        let empty = |id: &NodeId| {
            let half = |node: &Node| matches!(node.kind, NodeKind::Input | NodeKind::Output);
            let node = self.schema.node(*id);
            self.hidden.contains(id) || node.is_some_and(|node| half(node) && node.children.is_empty())
        };
        let shown: Vec<NodeId> = nodes.iter().filter(|id| !empty(id)).copied().collect();
        for (index, id) in shown.iter().enumerate() {
            let branch = if index + 1 == shown.len() { "   " } else { "  |" };
            self.node(*id, &format!("{prefix}{branch}"), Level { width, ..level });
        }
    }

    fn node(&mut self, id: NodeId, prefix: &str, level: Level<'_>) {
        let Some(node) = self.schema.node(id) else { return };
        self.own_lines(id, node, prefix, level.width);
        let (named, path) = match level.path.split_first() {
            Some((first, below)) => {
                let name = local(first);
                let named = |id: &&NodeId| self.schema.node(**id).is_some_and(|node| node.name == name);
                (node.children.iter().filter(named).copied().collect(), below)
            }
            None => (node.children.clone(), level.path),
        };
        let width = match node.kind {
            NodeKind::Choice | NodeKind::Case => level.width.saturating_sub(3),
            _ => 0,
        };
        self.children(&named, prefix, Level { depth: level.depth.map(|depth| depth - 1), path, width });
    }

    /// The line of a node; its type, keys and features on lines of their own where it is too long.
    fn own_lines(&mut self, id: NodeId, node: &Node, prefix: &str, width: usize) {
        let status = match node.status {
            Status::Current => '+',
            Status::Deprecated => 'x',
            Status::Obsolete => 'o',
        };
        // The last character of the prefix is that of the branch itself.
        let stem = prefix.get(..prefix.len().saturating_sub(1)).unwrap_or_default();
        let start = format!("{stem}{status}--");
        let (flags, name) = (self.flags(id), self.name(node));
        let optional = if node.mandatory || self.is_key(id) { "" } else { "?" };
        let case = usize::from(node.kind == NodeKind::Case);
        let behind = format!("{prefix}{}", " ".repeat((start.len() + 4 + case).saturating_sub(prefix.len())));
        let mut folded = Folded { line: start, behind, width: self.options.width, done: Vec::new() };
        match node.kind {
            NodeKind::Case => folded.push(&format!(":({name})")),
            NodeKind::Choice => folded.push(&format!("{flags} ({name}){optional}")),
            NodeKind::Container => {
                let presence = if node.presence.is_some() { "!" } else { "" };
                folded.push(&format!("{flags} {name}{presence}"));
            }
            NodeKind::List => {
                let keys: Vec<&str> =
                    node.keys.iter().filter_map(|key| Some(self.schema.node(*key)?.name.as_str())).collect();
                folded.push(&format!("{flags} {name}*"));
                match keys.as_slice() {
                    [] => folded.push(" []"),
                    keys => folded.add(&format!(" [{}]", keys.join(" "))),
                }
            }
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml => {
                let name = name + if node.kind == NodeKind::LeafList { "*" } else { optional };
                let type_ = match (&node.type_, node.kind) {
                    (Some(type_), _) => self.type_name(type_, node),
                    (None, NodeKind::Anydata) => "<anydata>".to_owned(),
                    (None, NodeKind::Anyxml) => "<anyxml>".to_owned(),
                    (None, _) => "?".to_owned(),
                };
                folded.type_(flags, &name, &type_, width);
            }
            _ => folded.push(&format!("{flags} {name}")),
        }
        if !node.if_features.is_empty() {
            folded.add(&format!(" {{{}}}?", node.if_features.join(",")));
        }
        let mut id = Some(id);
        for line in folded.done {
            self.line(line, id.take());
        }
        self.line(folded.line, id);
    }

    fn is_key(&self, id: NodeId) -> bool {
        let parent = self.schema.node(id).and_then(|node| self.schema.node(node.parent?));
        parent.is_some_and(|parent| parent.keys.contains(&id))
    }

    /// RFC 8340 section 2.6.
    fn flags(&self, id: NodeId) -> &'static str {
        let Some(node) = self.schema.node(id) else { return "" };
        let mut at = Some(id);
        let around = std::iter::from_fn(|| {
            let node = self.schema.node(at?)?;
            at = node.parent;
            Some(node.kind)
        });
        let holder = around.into_iter().find(|kind| {
            matches!(kind, NodeKind::Input | NodeKind::Output | NodeKind::Notification | NodeKind::Structure)
        });
        match (node.kind, holder) {
            (_, Some(NodeKind::Input)) => "-w",
            (NodeKind::Rpc | NodeKind::Action, _) => "-x",
            (NodeKind::Notification, _) => "-n",
            (_, Some(NodeKind::Structure)) => "",
            (_, Some(_)) => "ro",
            _ if node.config => "rw",
            _ => "ro",
        }
    }

    /// A leafref's path without the prefixes that repeat the one before.
    fn type_name(&self, type_: &Type, node: &Node) -> String {
        let TypeKind::Leafref { path, .. } = &type_.kind else { return type_.written.clone() };
        if type_.written != "leafref" {
            return type_.written.clone();
        }
        let mut current = self.schema.module(node.module).map_or("", |module| module.prefix.as_str());
        let mut steps = Vec::new();
        for step in path.split('/') {
            match step.split_once(':') {
                Some((prefix, name)) if prefix == current => steps.push(name),
                Some((prefix, _)) => {
                    current = prefix;
                    steps.push(step);
                }
                None => steps.push(step),
            }
        }
        format!("-> {}", steps.join("/"))
    }

    /// The text: nothing where there is no node.
    pub(super) fn finish(self) -> String {
        if self.lines.is_empty() {
            return String::new();
        }
        let mut text = format!("{}\n", self.title);
        let sids = self.options.sids.is_some();
        let widest = self.lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0);
        let column = widest.max(self.title.chars().count()).min(100);
        for (line, id) in &self.lines {
            let mut columns = String::new();
            if let Some(id) = id.filter(|_| sids) {
                columns.push_str(&format!("  {:>10}", self.sid(id)));
            }
            if let Some(id) = id.filter(|_| self.options.source) {
                columns.push_str(&format!("  {}", self.source(id)));
            }
            match columns.trim_end() {
                "" => text.push_str(line),
                columns => text.push_str(&format!("{line:<column$}{columns}")),
            }
            text.push('\n');
        }
        text
    }

    fn sid(&self, id: NodeId) -> String {
        let known = || {
            let node = self.schema.node(id)?;
            let module = self.schema.module(node.module)?;
            self.options.sids?.sid(&module.name, Namespace::Data, &sid_path(self.schema, id))
        };
        known().map_or(String::new(), |sid| sid.number().to_string())
    }

    /// Where a device takes a leaf from: configuration is in its store, state is pulled when read, or pushed.
    fn source(&self, id: NodeId) -> &'static str {
        let Some(node) = self.schema.node(id) else { return "" };
        let leaf = matches!(node.kind, NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml);
        match self.flags(id) {
            "rw" if leaf => "store",
            "ro" if leaf && self.in_data(id) => match self.options.pushed.contains(&sid_path(self.schema, id)) {
                true => "pushed",
                false => "pulled",
            },
            _ => "",
        }
    }

    fn in_data(&self, id: NodeId) -> bool {
        let mut at = Some(id);
        while let Some(node) = at.and_then(|id| self.schema.node(id)) {
            if matches!(node.kind, NodeKind::Output | NodeKind::Input | NodeKind::Notification) {
                return false;
            }
            at = node.parent;
        }
        true
    }
}

/// A line that is broken before a field that it has no room for (RFC 8340 section 3.1).
struct Folded {
    line: String,
    /// What a further line begins with.
    behind: String,
    width: Option<usize>,
    done: Vec<String>,
}

impl Folded {
    fn push(&mut self, text: &str) {
        self.line.push_str(text);
    }

    fn has_room(&self, more: usize) -> bool {
        self.width.is_none_or(|width| self.line.chars().count() + more <= width)
    }

    fn next(&mut self) {
        let behind = self.behind.clone();
        self.done.push(std::mem::replace(&mut self.line, behind));
    }

    /// A field that may stand on a line of its own.
    fn add(&mut self, field: &str) {
        if !self.has_room(field.chars().count()) {
            self.next();
        }
        self.push(field);
    }

    /// Flags, name and type; a leafref whose path is too long for any line is only called one.
    fn type_(&mut self, flags: &str, name: &str, type_: &str, width: usize) {
        let column = width + 1;
        let before = flags.len() + column + 4;
        if self.has_room(before + type_.chars().count()) {
            return self.push(&format!("{flags} {name:<column$}   {type_}"));
        }
        let fits =
            |text: &str| self.width.is_none_or(|width| text.chars().count() + self.behind.chars().count() <= width);
        let leafref = "leafref";
        if type_.starts_with("-> ") && !fits(type_) {
            if self.has_room(before + leafref.len()) {
                return self.push(&format!("{flags} {name:<column$}   {leafref}"));
            }
            self.push(&format!("{flags} {name}"));
            self.next();
            return self.push(&format!(" {leafref}"));
        }
        self.push(&format!("{flags} {name}"));
        self.next();
        self.push(&format!(" {type_}"));
    }
}

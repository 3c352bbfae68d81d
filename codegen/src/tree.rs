//! The tree of a module as text (RFC 8340), the same as pyang's `-f tree`, structures (RFC 8791) behind it.
//!
//! Differs from pyang 2.7.1 on purpose in these: flags are never left out where RFC 8340 section 2.6 gives some (pyang
//! does for augments of a container in a notification, and for some nodes of groupings); a data definition that is
//! augmented into a choice stands in its case (RFC 7950 section 7.9.2), which pyang forgets; structures are always
//! printed; a submodule is printed with its module.

use comi_sid::{Namespace, Registry};

use crate::schema::compiled::{Module, ModuleId, Node, NodeId, NodeKind, Schema, Status, Type, TypeKind};
use crate::sid_items::sid_path;

/// What stands beside the nodes.
#[derive(Clone, Copy, Debug, Default)]
pub struct TreeOptions<'a> {
    /// The SID of each node.
    pub sids: Option<&'a Registry>,
    /// Where the value of each leaf comes from: `store`, `pulled` (asked of the board) or `pushed` (set by it).
    pub source: bool,
    /// The paths (as in `.sid` files) of the leafs that the board pushes.
    pub pushed: &'a [String],
}

/// The tree of a module.
///
/// ```
/// use comi_codegen::{Context, TreeOptions, tree};
///
/// let mut context = Context::new();
/// context.source("pump.yang", "module pump { namespace 'urn:pump'; prefix p; leaf speed { type int8; } }");
/// let compiled = context.module("pump").compile();
/// let pump = compiled.schema.module_named("pump").unwrap();
/// assert_eq!(tree(&compiled.schema, pump, &TreeOptions::default()), "module: pump\n  +--rw speed?   int8\n");
/// ```
#[must_use]
pub fn tree(schema: &Schema, module: ModuleId, options: &TreeOptions<'_>) -> String {
    let Some(own) = schema.module(module) else { return String::new() };
    let mut printer = Printer { schema, module, own, options, lines: Vec::new() };
    let kind = |id: &&NodeId| schema.node(**id).map(|node| node.kind);
    let of =
        |wanted: NodeKind| -> Vec<NodeId> { own.roots.iter().filter(|id| kind(id) == Some(wanted)).copied().collect() };
    let other = [NodeKind::Rpc, NodeKind::Notification, NodeKind::Structure];
    let data = own.roots.iter().filter(|id| kind(id).is_some_and(|kind| !other.contains(&kind)));
    printer.line(format!("module: {}", own.name), None);
    printer.children(&data.copied().collect::<Vec<_>>(), "", 0);
    let foreign = |target: NodeId| schema.node(target).is_some_and(|node| node.module != module);
    let augments = own.augments.iter().filter(|augment| !augment.structure && foreign(augment.target));
    for (index, augment) in augments.enumerate() {
        if index == 0 {
            printer.line(String::new(), None);
        }
        printer.line(format!("  augment {}:", augment.path), None);
        printer.children(&augment.nodes, "  ", 0);
    }
    for (title, kind) in [("rpcs", NodeKind::Rpc), ("notifications", NodeKind::Notification)] {
        let nodes = of(kind);
        if !nodes.is_empty() {
            printer.line(String::new(), None);
            printer.line(format!("  {title}:"), None);
            printer.children(&nodes, "  ", 0);
        }
    }
    for word in ["yang-data", "structure"] {
        let mut first = true;
        for id in of(NodeKind::Structure) {
            let Some(node) = schema.node(id) else { continue };
            if node.extensions.first().is_some_and(|extension| extension.name == word) {
                if std::mem::take(&mut first) {
                    printer.line(String::new(), None);
                }
                printer.line(format!("  {word} {}:", node.name), Some(id));
                printer.children(&node.children, "  ", 0);
            }
        }
    }
    let augments = own.augments.iter().filter(|augment| augment.structure && foreign(augment.target));
    for (index, augment) in augments.enumerate() {
        if index == 0 {
            printer.line(String::new(), None);
        }
        printer.line(format!("  augment-structure {}:", augment.path), None);
        printer.children(&augment.nodes, "  ", 0);
    }
    printer.finish()
}

struct Printer<'a> {
    schema: &'a Schema,
    module: ModuleId,
    own: &'a Module,
    options: &'a TreeOptions<'a>,
    lines: Vec<(String, Option<NodeId>)>,
}

impl Printer<'_> {
    fn line(&mut self, text: String, node: Option<NodeId>) {
        self.lines.push((text, node));
    }

    /// The width of the widest name; choices and cases stand three columns to the left of their children.
    fn width(&self, nodes: &[NodeId]) -> usize {
        let width = |id: &NodeId| {
            let Some(node) = self.schema.node(*id) else { return 0 };
            match node.kind {
                NodeKind::Choice | NodeKind::Case => 3 + self.width(&node.children),
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

    fn children(&mut self, nodes: &[NodeId], prefix: &str, width: usize) {
        let width = if width == 0 { self.width(nodes) } else { width };
        let empty = |id: &NodeId| {
            let node = self.schema.node(*id);
            node.is_some_and(|node| matches!(node.kind, NodeKind::Input | NodeKind::Output) && node.children.is_empty())
        };
        let shown: Vec<NodeId> = nodes.iter().filter(|id| !empty(id)).copied().collect();
        for (index, id) in shown.iter().enumerate() {
            let branch = if index + 1 == shown.len() { "   " } else { "  |" };
            self.print(*id, &format!("{prefix}{branch}"), width);
        }
    }

    fn print(&mut self, id: NodeId, prefix: &str, width: usize) {
        let Some(node) = self.schema.node(id) else { return };
        let status = match node.status {
            Status::Current => '+',
            Status::Deprecated => 'x',
            Status::Obsolete => 'o',
        };
        // The last character of the prefix is that of the branch itself.
        let stem = prefix.get(..prefix.len().saturating_sub(1)).unwrap_or_default();
        let mut line = format!("{stem}{status}--");
        let (flags, name) = (self.flags(id), self.name(node));
        let optional = if node.mandatory || self.is_key(id) { "" } else { "?" };
        match node.kind {
            NodeKind::Case => line.push_str(&format!(":({name})")),
            NodeKind::Choice => line.push_str(&format!("{flags} ({name}){optional}")),
            NodeKind::Container => {
                let presence = if node.presence.is_some() { "!" } else { "" };
                line.push_str(&format!("{flags} {name}{presence}"));
            }
            NodeKind::List => {
                let keys: Vec<&str> =
                    node.keys.iter().filter_map(|key| Some(self.schema.node(*key)?.name.as_str())).collect();
                line.push_str(&format!("{flags} {name}* [{}]", keys.join(" ")));
            }
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml => {
                let name = name + if node.kind == NodeKind::LeafList { "*" } else { optional };
                let type_ = match (&node.type_, node.kind) {
                    (Some(type_), _) => self.type_name(type_, node),
                    (None, NodeKind::Anydata) => "<anydata>".to_owned(),
                    (None, NodeKind::Anyxml) => "<anyxml>".to_owned(),
                    (None, _) => "?".to_owned(),
                };
                line.push_str(&format!("{flags} {name:<width$}   {type_}", width = width + 1));
            }
            _ => line.push_str(&format!("{flags} {name}")),
        }
        if !node.if_features.is_empty() {
            line.push_str(&format!(" {{{}}}?", node.if_features.join(",")));
        }
        self.line(line, Some(id));
        let width = match node.kind {
            NodeKind::Choice | NodeKind::Case => width.saturating_sub(3),
            _ => 0,
        };
        self.children(&node.children, prefix, width);
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
        let own = self.schema.module(node.module).unwrap_or(self.own);
        let mut current = own.prefix.as_str();
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

    fn finish(self) -> String {
        let mut text = String::new();
        let sids = self.options.sids.is_some();
        let column = self.lines.iter().map(|(line, _)| line.chars().count()).max().unwrap_or(0).min(100);
        // A module without nodes has no tree.
        let lines = self.lines.get(..).filter(|lines| lines.len() > 1).unwrap_or_default();
        for (line, id) in lines {
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

    /// design.md, "Where a value comes from".
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

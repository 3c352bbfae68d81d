//! The tree of a module as text (RFC 8340), the same as pyang's `-f tree`, structures (RFC 8791) behind it.
//!
//! Differs from pyang 2.7.1 on purpose where RFC 8340 says something else: `tests/corpus/differences.md` lists each
//! class. This file knows the sections of a tree, `lines` how a node is written. Must not know YANG text or files.

mod fold;
mod lines;

use comi_sid::Registry;

use crate::schema::compiled::{Augment, Module, ModuleId, NodeId, NodeKind, Part, Schema};
use crate::source::SourceId;
use lines::{Level, Printer};

/// What stands beside the nodes, and which of them are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct TreeOptions<'a> {
    /// The SID of each node.
    pub sids: Option<&'a Registry>,
    /// Where the value of each leaf comes from: `store`, `pulled` (asked of the board) or `pushed` (set by it).
    pub source: bool,
    /// The paths (as in `.sid` files) of the leafs that the board pushes.
    pub pushed: &'a [String],
    /// How many levels are shown; deeper ones are a line `...` (RFC 8340 section 2.4).
    pub depth: Option<usize>,
    /// The path of the one subtree that is shown, `/a/b`; prefixes may be left out. As with pyang's `--tree-path` it
    /// is looked for in each augment and structure from its second level on.
    pub subtree: Option<&'a str>,
    /// The longest line; longer ones are folded (RFC 8340 section 3.1).
    pub width: Option<usize>,
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
    trees(schema, &[Part { module, submodule: None }], options)
}

/// The trees of several modules and submodules, one after the other. What one of them adds to another stands in the
/// other's tree alone.
#[must_use]
pub fn trees(schema: &Schema, parts: &[Part], options: &TreeOptions<'_>) -> String {
    let mut text = String::new();
    let mut printed = false;
    for part in parts {
        if std::mem::take(&mut printed) {
            text.push('\n');
        }
        let Some(own) = schema.module(part.module) else { continue };
        let mut printer = Printer::new(schema, part.module, options);
        let texts = part.submodule.map(|submodule| texts(own, submodule));
        if let Some(texts) = &texts {
            let others = own.augments.iter().filter(|augment| !texts.contains(&augment.span.source));
            printer.hide(others.flat_map(|augment| augment.nodes.iter().copied()));
        }
        let mut sections = Sections { schema, own, part: *part, texts, parts, printer };
        sections.print(options);
        let own = sections.printer.finish();
        printed = !own.is_empty();
        text.push_str(&own);
    }
    text
}

struct Sections<'a> {
    schema: &'a Schema,
    own: &'a Module,
    part: Part,
    /// Of a submodule: its text and those that it includes.
    texts: Option<Vec<SourceId>>,
    parts: &'a [Part],
    printer: Printer<'a>,
}

impl<'a> Sections<'a> {
    fn print(&mut self, options: &TreeOptions<'a>) {
        let submodule = self.part.submodule.and_then(|index| self.own.submodules.get(index));
        self.printer.title(match submodule {
            // RFC 8340 section 2.1, with the module as pyang adds it.
            Some(part) => format!("submodule: {} (belongs-to {})", part.name, self.own.name),
            None => format!("module: {}", self.own.name),
        });
        let roots = roots(self.own, self.part);
        let path: Option<Vec<&str>> = options.subtree.map(|path| path.trim_start_matches('/').split('/').collect());
        let (first, below) = match path.as_deref().and_then(<[_]>::split_first) {
            Some((first, below)) => (Some(local(first)), Some(below)),
            None => (None, None),
        };
        let level = Level { depth: options.depth, path: below.unwrap_or_default(), width: 0 };
        // Of augments and structures the path names what is below their nodes.
        let whole = Level { path: path.as_deref().unwrap_or_default(), ..level };
        let kind = |id: NodeId| self.schema.node(id).map(|node| node.kind);
        let named =
            |id: &&NodeId| first.is_none_or(|first| self.schema.node(**id).is_some_and(|node| node.name == first));
        let of = |wanted: &dyn Fn(NodeKind) -> bool| -> Vec<NodeId> {
            roots.iter().filter(|id| kind(**id).is_some_and(wanted)).copied().collect()
        };
        let only = |nodes: Vec<NodeId>| -> Vec<NodeId> { nodes.iter().filter(named).copied().collect() };
        let other = [NodeKind::Rpc, NodeKind::Notification, NodeKind::Structure];
        let data = only(of(&|kind| !other.contains(&kind)));
        let rpcs = only(of(&|kind| kind == NodeKind::Rpc));
        let notifications = only(of(&|kind| kind == NodeKind::Notification));
        let structures = of(&|kind| kind == NodeKind::Structure);
        self.printer.children(&data, "", level);
        self.augments("augment", |augment| !augment.structure, whole);
        for (title, nodes) in [("rpcs", rpcs), ("notifications", notifications)] {
            if !nodes.is_empty() {
                self.printer.line(String::new(), None);
                self.printer.line(format!("  {title}:"), None);
                self.printer.children(&nodes, "  ", level);
            }
        }
        for word in ["yang-data", "structure"] {
            let mut first = true;
            for id in &structures {
                let Some(node) = self.schema.node(*id) else { continue };
                if node.extensions.first().is_some_and(|extension| extension.name == word) {
                    if std::mem::take(&mut first) {
                        self.printer.line(String::new(), None);
                    }
                    self.printer.line(format!("  {word} {}:", node.name), Some(*id));
                    self.printer.children(&node.children, "  ", whole);
                }
            }
        }
        self.augments("augment-structure", |augment| augment.structure, whole);
    }

    /// The augments of trees that are not printed here.
    fn augments(&mut self, word: &str, wanted: impl Fn(&Augment) -> bool, level: Level<'_>) {
        let mut first = true;
        for augment in self.own.augments.iter().filter(|augment| wanted(augment)) {
            let elsewhere = self.texts.as_ref().is_some_and(|texts| !texts.contains(&augment.span.source));
            if elsewhere || self.is_printed(augment.target) {
                continue;
            }
            if std::mem::take(&mut first) {
                self.printer.line(String::new(), None);
            }
            // As in pyang, the path of a structure stays whole.
            let width = self.printer.width().filter(|_| !augment.structure);
            for line in fold::path(&format!("  {word} "), &augment.path, ":", width) {
                self.printer.line(line, None);
            }
            self.printer.children(&augment.nodes, "  ", level);
        }
    }

    /// Whether a node is in one of the trees that are printed, be it as part of another augment.
    fn is_printed(&self, node: NodeId) -> bool {
        let Some(module) = self.schema.node(node).map(|node| node.module) else { return false };
        let mut root = node;
        while let Some(parent) = self.schema.node(root).and_then(|node| node.parent) {
            root = parent;
        }
        self.parts.iter().filter(|part| part.module == module).any(|part| {
            part.submodule.is_none()
                || self.schema.module(part.module).is_some_and(|own| roots(own, *part).contains(&root))
        })
    }
}

/// The top-level nodes of a module, or of a submodule and those that it includes.
fn roots(own: &Module, part: Part) -> Vec<NodeId> {
    match part.submodule {
        None => own.roots.clone(),
        Some(submodule) => {
            let parts = included(own, submodule);
            parts.iter().filter_map(|index| own.submodules.get(*index)).flat_map(|part| part.roots.clone()).collect()
        }
    }
}

/// The texts of a submodule and of those that it includes.
fn texts(own: &Module, submodule: usize) -> Vec<SourceId> {
    included(own, submodule).iter().filter_map(|index| Some(own.submodules.get(*index)?.source)).collect()
}

/// A submodule behind all those that it includes, themselves or through others.
fn included(own: &Module, submodule: usize) -> Vec<usize> {
    let mut found = vec![submodule];
    let mut at = 0;
    while let Some(part) = found.get(at).and_then(|index| own.submodules.get(*index)) {
        at += 1;
        for include in &part.includes {
            if !found.contains(include) {
                found.push(*include);
            }
        }
    }
    found.rotate_left(1);
    found
}

/// A step without its prefix.
fn local(step: &str) -> &str {
    step.rsplit_once(':').map_or(step, |(_, name)| name)
}

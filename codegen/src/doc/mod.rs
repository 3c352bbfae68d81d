//! The documentation of modules as one HTML page that needs nothing else.
//!
//! It works from a file, without a network and, but for search, without scripts: a tree to fold at the side, a card for
//! each node with all that is known of it, an anchor for each (the node's path). Everything that comes from a module is
//! escaped by `html`, which alone knows how. `style.css` and `script.js` are put into the page. Knows neither files
//! nor sockets. Read [`page`] first.

mod anchors;
mod cards;
mod contents;
mod definitions;
mod html;
mod types;

use comi_sid::Registry;

use crate::context::Compiled;
use crate::schema::compiled::{Module, ModuleId, Node, NodeId, NodeKind, Schema};
use anchors::Anchors;
use html::{Html, text};

/// The page for the modules that were asked for; with the numbers of `sids`, if given.
///
/// ```
/// use comi_codegen::{Context, doc};
///
/// let mut context = Context::new();
/// context.source("pump.yang", "module pump { namespace 'urn:pump'; prefix p; leaf speed { type int8; units '<rpm>'; } }");
/// let page = doc::page(&context.module("pump").compile(), None);
/// assert!(page.contains("id=\"/pump:speed\"") && page.contains("&lt;rpm&gt;"));
/// ```
#[must_use]
pub fn page(compiled: &Compiled, sids: Option<&Registry>) -> String {
    let schema = &compiled.schema;
    let anchors = Anchors::new(schema);
    let mut document =
        Document { compiled, schema, sids, anchors, out: Html::default(), shown: vec![false; schema.nodes.len()] };
    let modules: Vec<ModuleId> = compiled.asked.clone();
    let names: Vec<&str> =
        modules.iter().filter_map(|id| schema.module(*id)).map(|module| module.name.as_str()).collect();
    document.head(&names.join(", "));
    document.contents(&modules);
    document.out.raw("<main id=\"top\">\n");
    for module in &modules {
        document.module(*module);
    }
    document.out.raw("<footer>Made by <code>comi yang doc</code>.</footer>\n</main>\n</div>\n<script>\n");
    document.out.raw(include_str!("script.js"));
    document.out.raw("</script>\n</body>\n</html>\n");
    document.out.finish()
}

struct Document<'a> {
    compiled: &'a Compiled,
    schema: &'a Schema,
    sids: Option<&'a Registry>,
    anchors: Anchors,
    out: Html,
    /// The nodes that have their card.
    shown: Vec<bool>,
}

impl<'a> Document<'a> {
    fn head(&mut self, title: &str) {
        let title = text(title);
        self.out.raw("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        self.out.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        // Nothing is ever fetched, whatever a module's text holds.
        self.out.raw(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
             script-src 'unsafe-inline'\">\n<meta name=\"color-scheme\" content=\"light dark\">\n",
        );
        self.out.raw(&format!("<title>{title}</title>\n<style>\n{}</style>\n", include_str!("style.css")));
        self.out.raw("<noscript><style>.script { display: none } nav { display: block }</style></noscript>\n");
        self.out.raw("</head>\n<body>\n<header class=\"bar\">");
        self.out.raw("<button class=\"script menu\" type=\"button\" aria-label=\"Contents\">☰</button>");
        self.out.raw(&format!("<a class=\"brand\" href=\"#top\">{title}</a>"));
        self.out.raw(
            "<input class=\"script\" id=\"search\" type=\"search\" placeholder=\"Search nodes, types, descriptions  ( / )\" \
             aria-label=\"Search\" autocomplete=\"off\" spellcheck=\"false\">\
             <button class=\"script theme\" type=\"button\" aria-label=\"Light or dark\" title=\"Light or dark\">◐</button>\
             </header>\n<div id=\"found\" class=\"script\" hidden></div>\n<div class=\"columns\">\n",
        );
    }

    /// The roots of a module of some kinds.
    fn roots(&self, module: &Module, kinds: Kinds) -> Vec<NodeId> {
        let of_kind = |id: &&NodeId| self.schema.node(**id).is_some_and(|node| kinds(node.kind));
        module.roots.iter().filter(of_kind).copied().collect()
    }

    /// The nodes that a module adds to trees that are not shown, by their target.
    fn augments(&self, id: ModuleId) -> Vec<(NodeId, Vec<NodeId>)> {
        let Some(module) = self.schema.module(id) else { return Vec::new() };
        let foreign = |target: &NodeId| {
            let mut at = self.schema.node(*target);
            while let Some(parent) = at.and_then(|node| node.parent) {
                at = self.schema.node(parent);
            }
            at.is_some_and(|root| !self.compiled.asked.contains(&root.module))
        };
        let mut found: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
        for augment in module.augments.iter().filter(|augment| foreign(&augment.target)) {
            match found.iter_mut().find(|(target, _)| *target == augment.target) {
                Some((_, nodes)) => nodes.extend(&augment.nodes),
                None => found.push((augment.target, augment.nodes.clone())),
            }
        }
        found
    }

    /// The children that are shown: an `input` or `output` without nodes is not.
    fn children(&self, node: &Node) -> Vec<NodeId> {
        let empty = |id: &&NodeId| {
            let node = self.schema.node(**id);
            node.is_some_and(|node| matches!(node.kind, NodeKind::Input | NodeKind::Output) && node.children.is_empty())
        };
        node.children.iter().filter(|id| !empty(id)).copied().collect()
    }
}

fn is_data(kind: NodeKind) -> bool {
    !matches!(kind, NodeKind::Rpc | NodeKind::Notification | NodeKind::Structure)
}

/// Which nodes.
type Kinds = fn(NodeKind) -> bool;

/// The sections of a module with nodes: title, id, kinds.
const SECTIONS: [(&str, &str, Kinds); 4] = [
    ("Data", "data", is_data),
    ("RPCs", "rpcs", |kind| kind == NodeKind::Rpc),
    ("Notifications", "notifications", |kind| kind == NodeKind::Notification),
    ("Structures", "structures", |kind| kind == NodeKind::Structure),
];

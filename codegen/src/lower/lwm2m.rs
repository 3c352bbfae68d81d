//! LwM2M objects, resources and access, from the extensions of comi-lwm2m.

use std::collections::{BTreeMap, HashMap};

use comi_runtime::schema::{Flags, NodeIndex, Object, Resource};

use super::{Rows, resolve_path};
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{Extension, Node, NodeKind, Schema};
use crate::sid_items::sid_path;
use crate::source::Span;

/// The module that defines the extensions.
const MODULE: &str = "comi-lwm2m";

#[derive(Default)]
pub(super) struct Lwm2m {
    /// Sorted by id.
    pub(super) objects: Vec<Object>,
    /// Sorted by object, then id.
    pub(super) resources: Vec<Resource>,
    flags: HashMap<NodeIndex, Flags>,
}

impl Lwm2m {
    pub(super) fn flags_of(&self, node: NodeIndex) -> Flags {
        self.flags.get(&node).copied().unwrap_or_default()
    }
}

/// What the extensions below one statement say of a node.
struct Marks<'a> {
    extensions: &'a [Extension],
}

impl<'a> Marks<'a> {
    fn find(&self, name: &str) -> Option<&'a Extension> {
        self.extensions.iter().find(|extension| extension.module == MODULE && extension.name == name)
    }

    fn id(&self, name: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<(u16, Span)> {
        let extension = self.find(name)?;
        let argument = extension.argument.as_deref().unwrap_or("");
        let id = argument.parse().ok();
        if id.is_none() {
            let message = format!("{argument:?} is no LwM2M {name} id");
            diagnostics.push(Diagnostic::error(message).at(extension.span, "").help("ids are 0 to 65535"));
        }
        Some((id?, extension.span))
    }
}

struct Collector<'a> {
    schema: &'a Schema,
    rows: &'a Rows,
    diagnostics: &'a mut Vec<Diagnostic>,
    objects: BTreeMap<u16, (Object, Span)>,
    /// The object that a node is.
    object_at: HashMap<NodeIndex, u16>,
    resources: Vec<(NodeIndex, u16, Span)>,
    flags: HashMap<NodeIndex, Flags>,
}

pub(super) fn lower(schema: &Schema, rows: &Rows, diagnostics: &mut Vec<Diagnostic>) -> Lwm2m {
    let mut collector = Collector {
        schema,
        rows,
        diagnostics,
        objects: BTreeMap::new(),
        object_at: HashMap::new(),
        resources: Vec::new(),
        flags: HashMap::new(),
    };
    for row in &rows.rows {
        let Some((node, index)) = schema.node(row.id).zip(rows.index_of(row.id)) else { continue };
        let version = schema.module(node.module).map_or((1, 0), |module| version(&module.extensions).unwrap_or((1, 0)));
        collector.mark(node, index, &Marks { extensions: &node.extensions }, version);
    }
    for module in schema.modules.iter().filter(|module| module.implemented) {
        let exposed = module.extensions.iter().filter(|one| one.module == MODULE && one.name == "expose");
        for expose in exposed {
            collector.expose(expose);
        }
    }
    let flags = std::mem::take(&mut collector.flags);
    let (objects, resources) = collector.finish();
    Lwm2m { objects, resources, flags }
}

impl Collector<'_> {
    /// `lw:expose "/path" { lw:object …; }` gives ids to a node of another module.
    fn expose(&mut self, expose: &Extension) {
        let path = expose.argument.as_deref().unwrap_or("");
        match resolve_path(self.schema, path) {
            Ok(id) => {
                let Some((node, index)) = self.schema.node(id).zip(self.rows.index_of(id)) else { return };
                let version = version(&expose.children).unwrap_or((1, 0));
                self.mark(node, index, &Marks { extensions: &expose.children }, version);
            }
            Err(message) => self.diagnostics.push(Diagnostic::error(message).at(expose.span, "")),
        }
    }

    fn mark(&mut self, node: &Node, index: NodeIndex, marks: &Marks<'_>, version: (u8, u8)) {
        for (name, flag) in [
            ("read-only", Flags::READ_ONLY),
            ("write-only", Flags::WRITE_ONLY),
            ("bootstrap-only", Flags::BOOTSTRAP_ONLY),
        ] {
            if marks.find(name).is_some() {
                self.flag(node, index, flag);
            }
        }
        if let Some((id, span)) = marks.id("object", self.diagnostics) {
            if !matches!(node.kind, NodeKind::List | NodeKind::Container) {
                let message = format!("{:?} can't be an LwM2M object: only a list or container can", node.name);
                self.diagnostics.push(Diagnostic::error(message).at(span, ""));
            }
            let object = Object { id, node: index, version };
            if let Some((_, other)) = self.objects.insert(id, (object, span)) {
                let message = format!("two nodes are LwM2M object {id}");
                self.diagnostics.push(Diagnostic::error(message).at(span, "here").with(other, "and here"));
            }
            self.object_at.insert(index, id);
        }
        if let Some((id, span)) = marks.id("resource", self.diagnostics) {
            if !matches!(node.kind, NodeKind::Leaf | NodeKind::Action | NodeKind::List) {
                let message = format!("{:?} can't be an LwM2M resource: only a leaf, action or list can", node.name);
                self.diagnostics.push(Diagnostic::error(message).at(span, ""));
            }
            self.resources.push((index, id, span));
        }
    }

    /// Of a resource with several instances the values are meant, too: each has a SID of its own. Not the keys.
    fn flag(&mut self, node: &Node, index: NodeIndex, flag: Flags) {
        let values = node.children.iter().filter(|child| !node.keys.contains(child));
        let values = values.filter_map(|child| self.rows.index_of(*child));
        for index in std::iter::once(index).chain(values) {
            let flags = self.flags.entry(index).or_default();
            *flags = flags.with(flag);
        }
    }

    fn finish(self) -> (Vec<Object>, Vec<Resource>) {
        let mut found: BTreeMap<(u16, u16), (NodeIndex, Span)> = BTreeMap::new();
        for (node, id, span) in &self.resources {
            let above = std::iter::successors(Some(*node), |node| self.rows.rows.get(node.get())?.parent);
            let Some(object) = above.skip(1).find_map(|node| self.object_at.get(&node)) else {
                let name = self.rows.rows.get(node.get()).map(|row| sid_path(self.schema, row.id)).unwrap_or_default();
                let message = format!("{name} is an LwM2M resource outside every object");
                let help = "give the list or container around it an `lw:object`";
                self.diagnostics.push(Diagnostic::error(message).at(*span, "").help(help));
                continue;
            };
            if let Some((_, other)) = found.insert((*object, *id), (*node, *span)) {
                let message = format!("two nodes are resource {id} of LwM2M object {object}");
                self.diagnostics.push(Diagnostic::error(message).at(*span, "here").with(other, "and here"));
            }
        }
        let objects = self.objects.into_values().map(|(object, _)| object).collect();
        let resources = found.into_iter().map(|((object, id), (node, _))| Resource { object, id, node });
        (objects, resources.collect())
    }
}

/// `lw:version "1.1"`.
fn version(extensions: &[Extension]) -> Option<(u8, u8)> {
    let argument = Marks { extensions }.find("version")?.argument.as_deref()?;
    let (major, minor) = argument.split_once('.').unwrap_or((argument, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

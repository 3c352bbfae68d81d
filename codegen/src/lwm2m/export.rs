//! The objects of a compiled schema: of modules that are objects, and of any other by `lw:expose`.

use std::collections::{HashMap, HashSet};

use super::module::{LABELS, headline};
use super::names;
use super::object::{DataType, Object, Operations, Resource};
use super::range::restriction;
use super::text::{Block, from_definition, from_yang, lines, to_definition, words};
use crate::diagnostic::Diagnostic;
use crate::lower::resolve_path;
use crate::schema::compiled::{Extension, ModuleId, Node, NodeId, NodeKind, Schema, Type, TypeKind};

/// The module that defines the extensions.
const MODULE: &str = "comi-lwm2m";

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Objects by id.
    pub objects: Vec<Object>,
    /// What can't be said in a definition, as warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// The objects that these modules are, or that they give ids to.
///
/// ```
/// use comi_codegen::{Context, lwm2m};
///
/// let compiled = Context::new().module("lwm2m-device-3").compile();
/// let found = lwm2m::objects(&compiled.schema, &compiled.asked);
/// assert_eq!((found.objects[0].id, found.objects[0].name.as_str()), (3, "Device"));
/// assert!(lwm2m::to_xml(&found.objects).contains("<ObjectURN>urn:oma:lwm2m:oma:3:1.2</ObjectURN>"));
/// ```
#[must_use]
pub fn objects(schema: &Schema, modules: &[ModuleId]) -> Exported {
    let mut collector = Collector { schema, marked: Vec::new(), objects: HashSet::new(), found: Exported::default() };
    for (index, node) in schema.nodes.iter().enumerate().filter(|(_, node)| modules.contains(&node.module)) {
        if let Some(module) = schema.module(node.module) {
            collector.marked.push((NodeId(index), Marks { extensions: &node.extensions, above: &module.extensions }));
        }
    }
    for module in modules.iter().filter_map(|id| schema.module(*id)) {
        for expose in module.extensions.iter().filter(|one| one.module == MODULE && one.name == "expose") {
            let path = expose.argument.as_deref().unwrap_or_default();
            match resolve_path(schema, path) {
                Ok(id) => collector.marked.push((id, Marks { extensions: &expose.children, above: &expose.children })),
                Err(message) => collector.found.diagnostics.push(Diagnostic::error(message).at(expose.span, "")),
            }
        }
    }
    let marked = std::mem::take(&mut collector.marked);
    collector.objects = marked.iter().filter(|(_, marks)| marks.has("object")).map(|(id, _)| *id).collect();
    let mut resources: HashMap<NodeId, Vec<Resource>> = HashMap::new();
    for (id, marks) in &marked {
        if let Some((object, resource)) = collector.object_of(*id).zip(collector.resource(*id, *marks)) {
            resources.entry(object).or_default().push(resource);
        }
    }
    for (id, marks) in marked {
        collector.object(id, marks, resources.remove(&id).unwrap_or_default());
    }
    collector.found.objects.sort_by_key(|object| object.id);
    collector.found
}

/// What is said of a node by extensions: in it, or in an `lw:expose`; `above` has the version.
#[derive(Clone, Copy)]
struct Marks<'a> {
    extensions: &'a [Extension],
    above: &'a [Extension],
}

impl<'a> Marks<'a> {
    fn has(self, name: &str) -> bool {
        find(self.extensions, name).is_some()
    }

    fn text(self, name: &str) -> Option<&'a str> {
        find(self.extensions, name)?.argument.as_deref()
    }

    fn id(self, name: &str) -> Option<u16> {
        self.text(name)?.parse().ok()
    }
}

fn find<'a>(extensions: &'a [Extension], name: &str) -> Option<&'a Extension> {
    extensions.iter().find(|extension| extension.module == MODULE && extension.name == name)
}

struct Collector<'a> {
    schema: &'a Schema,
    marked: Vec<(NodeId, Marks<'a>)>,
    objects: HashSet<NodeId>,
    found: Exported,
}

impl<'a> Collector<'a> {
    fn node(&self, id: NodeId) -> Option<&'a Node> {
        self.schema.node(id)
    }

    fn object(&mut self, id: NodeId, marks: Marks<'a>, resources: Vec<Resource>) {
        let Some((object_id, node)) = marks.id("object").zip(self.node(id)) else { return };
        let Some(module) = self.schema.module(node.module) else { return };
        let version = |name| find(marks.above, name).and_then(|one| one.argument.clone());
        let object_version = version("version").unwrap_or_else(|| "1.0".to_owned());
        let multiple = node.kind == NodeKind::List;
        let mut object = Object {
            id: object_id,
            name: name(node, marks),
            urn: names::urn(object_id, &object_version),
            version: object_version,
            enabler_version: version("enabler-version").unwrap_or_else(|| "1.0".to_owned()),
            multiple,
            mandatory: if multiple { marks.has("mandatory") } else { node.presence.is_none() },
            description: description(node),
            notes: String::new(),
            resources,
        };
        let about = from_yang(module.description.as_deref().unwrap_or_default());
        let imported = about.split_first().filter(|(first, _)| first.text() == headline(&object));
        if let Some((_, notes)) = imported {
            object.notes = to_definition(notes);
        }
        if imported.is_some() || module.namespace.starts_with("urn:oma:lwm2m:") {
            object.urn.clone_from(&module.namespace);
        }
        if object.resources.is_empty() {
            let message = format!("object {object_id} has no resources: OMA's schema asks for one");
            self.found.diagnostics.push(Diagnostic::warning(message).at(node.span, ""));
        }
        self.found.objects.push(object);
    }

    /// The object that a node is in.
    fn object_of(&self, id: NodeId) -> Option<NodeId> {
        let above = std::iter::successors(self.node(id)?.parent, |id| self.node(*id)?.parent);
        above.into_iter().find(|above| self.objects.contains(above))
    }

    fn resource(&mut self, id: NodeId, marks: Marks<'a>) -> Option<Resource> {
        let (resource_id, node) = marks.id("resource").zip(self.node(id))?;
        // The value of a list's entries is in its one leaf besides the key.
        let value = match node.kind {
            NodeKind::List => {
                node.children.iter().filter(|child| !node.keys.contains(child)).find_map(|id| self.node(*id))
            }
            _ => Some(node),
        };
        let type_ = value.and_then(|value| value.type_.as_ref());
        let (told, printed) = type_.map_or((DataType::None, String::new()), |type_| self.data_type(type_, 0));
        if told == DataType::String && type_.is_some_and(|type_| matches!(type_.kind, TypeKind::Empty)) {
            let message = format!("resource {resource_id} has type empty, which LwM2M has not; written as String");
            self.found.diagnostics.push(Diagnostic::warning(message).at(node.span, ""));
        }
        let stated =
            marks.text("type").and_then(|word| DataType::ALL.into_iter().find(|one| one.word() == word.trim()));
        let operations = match () {
            () if node.kind == NodeKind::Action => Operations::Execute,
            () if marks.has("bootstrap-only") => Operations::None,
            () if marks.has("write-only") => Operations::Write,
            () if !node.config || marks.has("read-only") => Operations::Read,
            () => Operations::ReadWrite,
        };
        let range = marks.text("range").map(|text| lines(text).join("\n"));
        Some(Resource {
            id: resource_id,
            name: name(node, marks),
            operations,
            multiple: node.kind == NodeKind::List,
            mandatory: node.mandatory || node.min_elements.is_some_and(|least| least > 0) || marks.has("mandatory"),
            data_type: stated.unwrap_or(told),
            description: without_labels(description(node), range.as_deref()),
            range: range.unwrap_or(printed),
            units: value.and_then(|value| value.units.as_deref()).map(words).unwrap_or_default(),
        })
    }

    /// The data type that a type tells, and the text of its restriction.
    fn data_type(&self, type_: &Type, depth: usize) -> (DataType, String) {
        const DEEPEST: usize = 8;
        let typedef = type_.typedefs.iter().find(|(module, _)| module == MODULE).map(|(_, name)| name.as_str());
        match &type_.kind {
            TypeKind::Float { ranges, .. } => (DataType::Float, numbers(ranges)),
            TypeKind::Decimal64 { .. } => (DataType::Float, String::new()),
            TypeKind::Boolean => (DataType::Boolean, String::new()),
            TypeKind::Binary { lengths } => (DataType::Opaque, numbers(lengths)),
            TypeKind::Integer { ranges, .. } if typedef == Some("time") => (DataType::Time, numbers(ranges)),
            TypeKind::Integer { bits, ranges } => {
                (DataType::Integer, whole(*bits, ranges, |bits| (i64::MIN >> (64 - bits), i64::MAX >> (64 - bits))))
            }
            TypeKind::Unsigned { bits, ranges } => {
                (DataType::Unsigned, whole(*bits, ranges, |bits| (0, u64::MAX >> (64 - bits))))
            }
            TypeKind::String { .. } if typedef == Some("objlnk") => (DataType::Objlnk, String::new()),
            TypeKind::String { lengths, .. } if typedef == Some("corelnk") => (DataType::Corelnk, numbers(lengths)),
            TypeKind::String { lengths, .. } => (DataType::String, numbers(lengths)),
            TypeKind::Leafref { target: Some(target), .. } if depth < DEEPEST => {
                let target = self.node(*target).and_then(|node| node.type_.as_ref());
                target.map_or((DataType::String, String::new()), |target| self.data_type(target, depth + 1))
            }
            TypeKind::Enumeration { enums } => {
                (DataType::String, enums.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join("; "))
            }
            TypeKind::Bits { .. }
            | TypeKind::Empty
            | TypeKind::Identityref { .. }
            | TypeKind::InstanceIdentifier { .. }
            | TypeKind::Leafref { .. }
            | TypeKind::Union { .. } => (DataType::String, String::new()),
        }
    }
}

/// Of a type narrower than LwM2M's the bounds that it has by itself.
fn whole<T: PartialEq + std::fmt::Display + Copy>(bits: u8, ranges: &[(T, T)], own: impl Fn(u8) -> (T, T)) -> String {
    match (ranges.is_empty(), bits) {
        (false, _) => numbers(ranges),
        (true, 8 | 16 | 32) => numbers(&[own(bits)]),
        (true, _) => String::new(),
    }
}

fn numbers<T: PartialEq + std::fmt::Display>(intervals: &[(T, T)]) -> String {
    let interval = |(low, high): &(T, T)| match low == high {
        true => low.to_string(),
        false => format!("{low}..{high}"),
    };
    intervals.iter().map(interval).collect::<Vec<_>>().join(", ")
}

fn name(node: &Node, marks: Marks<'_>) -> String {
    marks.text("name").map_or_else(|| names::words(&node.name), words)
}

fn description(node: &Node) -> String {
    to_definition(&from_yang(node.description.as_deref().unwrap_or_default()))
}

/// A description without the meanings of numbers that the range text has as well: an import put them there.
fn without_labels(description: String, range: Option<&str>) -> String {
    let (_, labels) = restriction(range.unwrap_or_default());
    let mut blocks = from_definition(&description);
    let labels: Vec<Block> = std::iter::once(LABELS.to_owned()).chain(labels).map(Block::new).collect();
    if labels.len() > 1 && blocks.ends_with(&labels) {
        blocks.truncate(blocks.len() - labels.len());
        return to_definition(&blocks);
    }
    description
}

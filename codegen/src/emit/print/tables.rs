//! The tables: one row a line, with what it is behind it. Nodes read as the YANG tree does.

use std::fmt::Debug;

use comi_runtime::schema::{Literal, NodeIndex, PatternSet, Schema, Type};

use super::writer::Writer;
use super::{ALLOW, ALLOW_UNUSED};
use crate::lower::Lowered;

pub(super) fn print(out: &mut Writer, lowered: &Lowered) {
    let schema = lowered.schema;
    out.blank();
    out.doc(&[Some("The compiled model.")]);
    out.line(ALLOW_UNUSED);
    out.open("pub static SCHEMA: ::comi_runtime::schema::Schema = ::comi_runtime::schema::Schema {");
    for table in [
        "modules",
        "nodes",
        "names",
        "types",
        "patterns",
        "lists",
        "identities",
        "choices",
        "case_members",
        "defaults",
        "bounds",
        "by_sid",
        "objects",
        "resources",
    ] {
        out.line(&format!("{table}: tables::{},", table.to_uppercase()));
    }
    let by_name = if lowered.by_name { "Some(&::comi_runtime::value::text::BY_NAME)" } else { "None" };
    out.line(&format!("by_name: {by_name},"));
    out.close("};");
    out.blank();
    out.line(ALLOW);
    out.open("mod tables {");
    out.line("use ::comi_runtime::schema::*;");
    out.blank();
    let arguments = [
        "sid: u32",
        "kind: NodeKind",
        "module: u16",
        "name: u16",
        "parent: u16",
        "end: u16",
        "detail: u16",
        "flags: u16",
    ];
    out.signature("const fn", "node", &arguments.map(str::to_owned), "Node", " {");
    out.indent();
    let parts = "ModuleIndex(module), name, NodeIndex(parent), end, detail, Flags(flags)";
    out.line(&format!("Node::new(sid, kind, {parts})"));
    out.close("}");

    modules(out, schema);
    nodes(out, schema);
    // nobody asks for a name then
    let names = if lowered.by_name { schema.names } else { &[] };
    table(out, "NAMES", "&str", names.iter().enumerate().map(|(place, name)| (format!("{name:?}"), place.to_string())));
    table(
        out,
        "TYPES",
        "Type",
        schema.types.iter().enumerate().map(|(place, type_)| (type_row(type_), place.to_string())),
    );
    super::patterns::print(out, schema.patterns, &lowered.pattern_texts);
    let list = |(place, list): (usize, &comi_runtime::schema::List)| {
        let unique: Vec<String> = list.unique.iter().map(|nodes| slice(nodes)).collect();
        let node = nodes_of_lists(schema).get(place).copied().unwrap_or(NodeIndex::ROOT);
        (format!("List {{ keys: {}, unique: &[{}] }}", slice(list.keys), unique.join(", ")), path(schema, node))
    };
    table(out, "LISTS", "List", schema.lists.iter().enumerate().map(list));
    let identity = |row: &comi_runtime::schema::Identity| {
        let name = schema.names.get(usize::from(row.name)).copied().unwrap_or("");
        let module = schema.module(row.module).map_or("", |module| module.name);
        let (sid, derived) = (row.sid, slice(row.derived_from));
        let text =
            format!("Identity {{ sid: {sid}, name: {}, module: {:?}, derived_from: {derived} }}", row.name, row.module);
        (text, format!("{module}:{name}"))
    };
    table(out, "IDENTITIES", "Identity", schema.identities.iter().map(identity));
    let choice = |row: &comi_runtime::schema::Choice| {
        let cases: Vec<String> = row.cases.iter().map(|nodes| slice(nodes)).collect();
        let within = row.within.map_or("None".to_owned(), |(choice, case)| format!("Some(({choice:?}, {case}))"));
        let text = format!(
            "Choice {{ name: {}, parent: {:?}, within: {within}, mandatory: {}, default_case: {:?}, cases: &[{}] }}",
            row.name,
            row.parent,
            row.mandatory,
            row.default_case,
            cases.join(", ")
        );
        let name = schema.names.get(usize::from(row.name)).copied().unwrap_or("");
        (text, format!("{}/({name})", path(schema, row.parent)))
    };
    table(out, "CHOICES", "Choice", schema.choices.iter().map(choice));
    table(out, "CASE_MEMBERS", "CaseMember", schema.case_members.iter().map(|row| debug(row, schema, row.node)));
    let default = |row: &comi_runtime::schema::Default| {
        let text = format!("Default {{ node: {:?}, value: {} }}", row.node, literal(&row.value));
        (text, path(schema, row.node))
    };
    table(out, "DEFAULTS", "Default", schema.defaults.iter().map(default));
    table(out, "BOUNDS", "Bounds", schema.bounds.iter().map(|row| debug(row, schema, row.node)));
    let by_sid = |node: &NodeIndex| {
        let sid = schema.node(*node).map_or(0, |row| row.sid);
        (format!("{node:?}"), format!("{sid} {}", path(schema, *node)))
    };
    table(out, "BY_SID", "NodeIndex", schema.by_sid.iter().map(by_sid));
    table(out, "OBJECTS", "Object", schema.objects.iter().map(|row| debug(row, schema, row.node)));
    table(out, "RESOURCES", "Resource", schema.resources.iter().map(|row| debug(row, schema, row.node)));
    out.close("}");
}

/// The tables' own types write themselves as Rust does.
fn debug(row: &impl Debug, schema: &Schema, node: NodeIndex) -> (String, String) {
    (format!("{row:?}"), path(schema, node))
}

pub(super) fn table(out: &mut Writer, name: &str, type_: &str, rows: impl Iterator<Item = (String, String)>) {
    out.blank();
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        out.line(&format!("pub(super) static {name}: &[{type_}] = &[];"));
        return;
    }
    out.open(&format!("pub(super) static {name}: &[{type_}] = &["));
    for (row, comment) in rows {
        out.line(&format!("{row}, // {comment}"));
    }
    out.close("];");
}

fn slice<T: Debug>(items: &[T]) -> String {
    format!("&{items:?}")
}

fn modules(out: &mut Writer, schema: &Schema) {
    let row = |(place, module): (usize, &comi_runtime::schema::Module)| {
        let text = format!(
            "Module {{ name: {:?}, revision: {:?}, namespace: {:?}, features: {}, implemented: {}, sid: {} }}",
            module.name,
            module.revision,
            module.namespace,
            slice(module.features),
            module.implemented,
            module.sid
        );
        (text, place.to_string())
    };
    table(out, "MODULES", "Module", schema.modules.iter().enumerate().map(row));
}

fn nodes(out: &mut Writer, schema: &Schema) {
    let rows = (0..=u16::MAX).map(NodeIndex).zip(schema.nodes).map(|(index, row)| {
        let parent = if row.parent == NodeIndex::ROOT { "ROOT".to_owned() } else { row.parent.0.to_string() };
        let text = format!(
            "node({}, NodeKind::{:?}, {}, {}, {parent}, {}, {}, {:#06x})",
            row.sid,
            row.kind(),
            row.module().0,
            row.name,
            row.end,
            row.detail,
            row.flags.0
        );
        (text, format!("{} {}", index.0, path(schema, index)))
    });
    out.blank();
    out.line("const ROOT: u16 = NodeIndex::ROOT.0;");
    out.blank();
    out.line("// SID, kind, module, name, parent, end of the subtree, type or list, flags; index and path behind");
    out.open("pub(super) static NODES: &[Node] = &[");
    for (row, comment) in rows {
        out.line(&format!("{row}, // {comment}"));
    }
    out.close("];");
}

fn nodes_of_lists(schema: &Schema) -> Vec<NodeIndex> {
    let rows = (0..=u16::MAX).map(NodeIndex).zip(schema.nodes);
    rows.filter(|(_, row)| row.kind() == comi_runtime::schema::NodeKind::List).map(|(index, _)| index).collect()
}

/// `/acme-valve:valve/position`
fn path(schema: &Schema, node: NodeIndex) -> String {
    let mut text = String::new();
    let mut module = None;
    for step in schema.path(node) {
        text.push('/');
        let own = schema.node(step).map(comi_runtime::schema::Node::module);
        if own != module {
            text.push_str(schema.module_of(step).map_or("", |module| module.name));
            text.push(':');
            module = own;
        }
        text.push_str(schema.name(step));
    }
    text
}

fn type_row(type_: &Type) -> String {
    let text = match type_ {
        Type::Binary { lengths } => format!("Binary {{ lengths: {} }}", slice(lengths)),
        Type::Bits { bits } => format!("Bits {{ bits: {} }}", slice(bits)),
        Type::Decimal64 { fraction_digits, ranges } => {
            format!("Decimal64 {{ fraction_digits: {fraction_digits}, ranges: {} }}", slice(ranges))
        }
        Type::Enumeration { enums } => format!("Enumeration {{ enums: {} }}", slice(enums)),
        Type::Float { fraction_digits, ranges } => {
            let ranges: Vec<String> =
                ranges.iter().map(|(from, to)| format!("({}, {})", float(*from), float(*to))).collect();
            format!("Float {{ fraction_digits: {fraction_digits}, ranges: &[{}] }}", ranges.join(", "))
        }
        Type::Identityref { bases } => format!("Identityref {{ bases: {} }}", slice(bases)),
        Type::Integer { width, ranges } => {
            format!("Integer {{ width: IntegerWidth::{width:?}, ranges: {} }}", slice(ranges))
        }
        Type::String { lengths, patterns } => {
            let patterns =
                if *patterns == PatternSet::NONE { "PatternSet::NONE".to_owned() } else { format!("{patterns:?}") };
            format!("String {{ lengths: {}, patterns: {patterns} }}", slice(lengths))
        }
        Type::Union { members } => format!("Union {{ members: {} }}", slice(members)),
        Type::Unsigned { width, ranges } => {
            format!("Unsigned {{ width: IntegerWidth::{width:?}, ranges: {} }}", slice(ranges))
        }
        Type::Boolean | Type::Empty | Type::InstanceIdentifier { .. } | Type::Leafref { .. } => format!("{type_:?}"),
    };
    format!("Type::{text}")
}

fn float(number: f64) -> String {
    if number == f64::INFINITY {
        "f64::INFINITY".to_owned()
    } else if number == f64::NEG_INFINITY {
        "f64::NEG_INFINITY".to_owned()
    } else if number.is_nan() {
        "f64::NAN".to_owned()
    } else {
        format!("{number:?}")
    }
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Binary(bytes) => format!("Literal::Binary({})", slice(bytes)),
        Literal::Bits(bytes) => format!("Literal::Bits({})", slice(bytes)),
        Literal::Float(number) => format!("Literal::Float({})", float(*number)),
        Literal::Union(member, value) => format!("Literal::Union({member}, &{})", self::literal(value)),
        other => format!("Literal::{other:?}"),
    }
}

//! The tables: one row a line, with what it is behind it. Nodes read as the YANG tree does.

use std::fmt::Debug;

use comi_runtime::schema::{
    Flags, Literal, Message, Node, NodeIndex, NodeKind, PatternSet, Schema, Type, TypeIndex, TypeMessages,
};

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
        "messages",
        "lists",
        "identities",
        "choices",
        "case_members",
        "defaults",
        "bounds",
        "by_sid",
        "objects",
        "resources",
        "expressions",
    ] {
        out.line(&format!("{table}: tables::{},", table.to_uppercase()));
    }
    let by_name = if lowered.by_name { "Some(&::comi_runtime::cbor::BY_NAME)" } else { "None" };
    out.line(&format!("by_name: {by_name},"));
    out.line("parts: Some(&PARTS),");
    let is_any = |node: &Node| matches!(node.kind(), NodeKind::Anydata | NodeKind::Anyxml);
    let any = if schema.nodes.iter().any(is_any) { "Some(&::comi_runtime::cbor::READ_ANY)" } else { "None" };
    out.line(&format!("any: {any},"));
    out.close("};");
    out.blank();
    out.doc(&[Some("What of the datastore's code the model's statements need; the rest falls away at link time.")]);
    let parts = parts(schema).concat();
    out.line(&format!(
        "static PARTS: ::comi_runtime::datastore::Parts = ::comi_runtime::datastore::Parts::NONE{parts};"
    ));
    if needs_all_types(schema) {
        out.blank();
        let words = "the model has leafs whose types comi-runtime links with its feature `types`";
        out.line(&format!("const _: () = assert!(::comi_runtime::value::ALL_TYPES, {words:?});"));
    }
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
    let names = if lowered.names { schema.names } else { &[] };
    table(out, "NAMES", "&str", names.iter().enumerate().map(|(place, name)| (format!("{name:?}"), place.to_string())));
    table(
        out,
        "TYPES",
        "Type",
        schema.types.iter().enumerate().map(|(place, type_)| (type_row(type_), place.to_string())),
    );
    super::patterns::print(out, schema.patterns, &lowered.pattern_texts);
    messages(out, schema);
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
    super::expressions::print(out, schema);
    out.close("}");
}

/// What restrictions say, with the place of its type behind each.
fn messages(out: &mut Writer, schema: &Schema) {
    out.blank();
    let Some(messages) = schema.messages else {
        out.line("pub(super) static MESSAGES: Option<&Messages> = None;");
        return;
    };
    out.line(
        "pub(super) static MESSAGES: Option<&Messages> = \
         Some(&Messages { types: TYPE_MESSAGES, find: TypeMessages::find });",
    );
    let said = |message: &Option<&Message>| message.map_or("None".to_owned(), |message| format!("Some(&{message:?})"));
    let row = |row: &TypeMessages| {
        let patterns: Vec<String> = row.patterns.iter().map(said).collect();
        let (bounds, patterns) = (said(&row.bounds), patterns.join(", "));
        let text = format!("TypeMessages {{ ty: {:?}, bounds: {bounds}, patterns: &[{patterns}] }}", row.ty);
        (text, row.ty.0.to_string())
    };
    table(out, "TYPE_MESSAGES", "TypeMessages", messages.types.iter().map(row));
}

/// The parts of the datastore's code that a model needs, as calls.
fn parts(schema: &Schema) -> Vec<&'static str> {
    let rows = || (0..=u16::MAX).map(NodeIndex).zip(schema.nodes);
    let in_operation = |node| {
        schema
            .path(node)
            .filter_map(|step| schema.node(step))
            .any(|row| matches!(row.kind(), NodeKind::Rpc | NodeKind::Action | NodeKind::Notification))
    };
    // a reference to state is not followed
    let references = |(node, row): (NodeIndex, &Node)| {
        row.type_index().is_some_and(|type_| requires_instance(schema, type_))
            && (row.is_config() || in_operation(node))
    };
    let user_ordered =
        |row: &Node| row.kind() == NodeKind::List && row.is_config() && row.flags.has(Flags::USER_ORDERED);
    let of_library = |row: &Node| schema.module(row.module()).is_some_and(|module| module.name == "ietf-yang-library");
    let needed = [
        (!schema.choices.is_empty(), ".with_choices()"),
        (!schema.defaults.is_empty(), ".with_defaults()"),
        (schema.nodes.iter().any(|row| row.flags.has(Flags::PUSHED)), ".with_pushed_state()"),
        (rows().any(references), ".with_references()"),
        (schema.lists.iter().any(|list| !list.unique.is_empty()), ".with_unique()"),
        (schema.nodes.iter().any(user_ordered), ".with_user_order()"),
        (schema.nodes.iter().any(of_library), ".with_yang_library()"),
    ];
    needed.into_iter().filter_map(|(needed, part)| needed.then_some(part)).collect()
}

/// Whether a leaf has a type that a small device does without; those of structures are read by tools alone.
fn needs_all_types(schema: &Schema) -> bool {
    let is_plain = |type_: &Type| {
        matches!(
            type_,
            Type::Boolean
                | Type::Float { .. }
                | Type::Integer { .. }
                | Type::Leafref { .. }
                | Type::String { .. }
                | Type::Unsigned { .. }
        )
    };
    let in_structure =
        |node| schema.path(node).any(|step| schema.node(step).is_some_and(|row| row.kind() == NodeKind::Structure));
    (0..=u16::MAX).map(NodeIndex).zip(schema.nodes).any(|(node, row)| {
        let type_ = row.type_index().and_then(|type_| schema.types.get(type_.get()));
        type_.is_some_and(|type_| !is_plain(type_)) && !in_structure(node)
    })
}

/// Whether values of a type must refer to something.
fn requires_instance(schema: &Schema, type_: TypeIndex) -> bool {
    match schema.types.get(type_.get()) {
        Some(Type::Leafref { target, require_instance, .. }) => {
            *require_instance && schema.node(*target).is_some_and(Node::is_config)
        }
        Some(Type::InstanceIdentifier { require_instance }) => *require_instance,
        Some(Type::Union { members }) => members.iter().any(|member| requires_instance(schema, *member)),
        _ => false,
    }
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
pub(super) fn path(schema: &Schema, node: NodeIndex) -> String {
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

pub(super) fn float(number: f64) -> String {
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

//! Structs for payloads, and their ways from and into YANG-CBOR.

use std::fmt::Debug;

use super::super::plan::{Coding, CodingForm, Module, RustType, Wire, WireField, WireKind};
use super::in_submodule;
use super::writer::Writer;

/// The module `wire`.
pub(super) fn print(out: &mut Writer, module: &Module) {
    if module.wires.is_empty() {
        return;
    }
    out.blank();
    out.doc(&[Some("What payloads hold of each node: read and written by `comi_runtime::model::wire`.")]);
    out.open("pub mod wire {");
    out.line("use ::comi_runtime::model::wire::prelude::*;");
    for wire in &module.wires {
        declare(out, wire);
        codec(out, wire);
        if let Some(entry) = &wire.entry {
            out.blank();
            out.open(&format!("impl<'a> Entry<'a> for {}{} {{", wire.name, lifetime(wire, "'a")));
            out.line(&format!("const USER_ORDERED: bool = {};", entry.user_ordered));
            out.blank();
            out.open("fn order(&self, other: &Self) -> Ordering {");
            let tuple = |of: &str| {
                let key = |(key, ordered): &(String, bool)| match ordered {
                    true => format!("&{of}.{key},"),
                    false => format!("Value::from({of}.{key}.clone()),"),
                };
                format!("({})", entry.keys.iter().map(key).collect::<Vec<_>>().join(" "))
            };
            out.line(&format!("{}.cmp(&{})", tuple("self"), tuple("other")));
            out.close("}");
            out.close("}");
        }
        from_content(out, wire);
    }
    out.close("}");
}

fn lifetime(wire: &Wire, lifetime: &str) -> String {
    if wire.lends { format!("<{lifetime}>") } else { String::new() }
}

fn declare(out: &mut Writer, wire: &Wire) {
    out.blank();
    out.doc(&[Some(&format!("`{}`", wire.path))]);
    let default = if wire.default { ", Default" } else { "" };
    out.line(&format!("#[derive(Clone, Debug, PartialEq{default})]"));
    let head = format!("pub struct {}{} {{", wire.name, lifetime(wire, "'a"));
    if wire.fields.is_empty() {
        out.line(&format!("{head}}}"));
        return;
    }
    out.open(&head);
    for field in &wire.fields {
        out.doc(&[Some(&format!("`{}`", field.path))]);
        let type_ = match &field.kind {
            WireKind::Any => "Option<Vec<u8>>".to_owned(),
            WireKind::Container(name) => format!("Option<{name}>"),
            WireKind::Key(coding) => lent(&coding.type_),
            WireKind::Leaf(coding) => format!("Option<{}>", lent(&coding.type_)),
            WireKind::LeafList(coding, _) => format!("Vec<{}>", lent(&coding.type_)),
            WireKind::Keyless(name) | WireKind::List(name) => format!("Vec<{name}>"),
        };
        out.line(&format!("pub {}: {type_},", field.name));
    }
    out.close("}");
}

/// A type as the payload lends it.
fn lent(type_: &RustType) -> String {
    match type_ {
        RustType::Text => "Cow<'a, str>".to_owned(),
        RustType::Bytes => "Cow<'a, [u8]>".to_owned(),
        RustType::Named { .. } => in_submodule(type_),
        other => other.owned(""),
    }
}

fn codec(out: &mut Writer, wire: &Wire) {
    out.blank();
    out.open(&format!("impl<'a> Wire<'a> for {}{} {{", wire.name, lifetime(wire, "'a")));
    out.line(&format!("const NODE: NodeIndex = NodeIndex({});", wire.node.0));
    out.line(&format!("const SID: u32 = {};", wire.sid));
    out.blank();
    out.open("fn schema() -> &'static Schema {");
    out.line("&super::super::SCHEMA");
    out.close("}");
    out.blank();
    take(out, wire);
    out.blank();
    put(out, wire);
    out.close("}");
}

/// The name of a field while it is read, which keeps clear of `cursor`.
fn local(field: &WireField) -> String {
    format!("{}_", field.name.trim_start_matches("r#"))
}

fn take(out: &mut Writer, wire: &Wire) {
    out.open("fn take(cursor: &mut Cursor<'a>) -> Option<Self> {");
    for field in &wire.fields {
        out.line(&format!("let mut {} = None;", local(field)));
    }
    out.open("for _ in 0..cursor.map()? {");
    out.open(&format!("match cursor.key({})? {{", wire.reference));
    for field in &wire.fields {
        let name = local(field);
        out.line(&format!("{} if {name}.is_none() => {name} = Some({}?),", field.sid, field_in(field)));
    }
    out.line("_ => return None,");
    out.close("}");
    out.close("}");
    out.line("cursor.close();");
    if wire.fields.is_empty() {
        out.line("Some(Self {})");
    } else {
        out.open("Some(Self {");
        for field in &wire.fields {
            let (name, local) = (&field.name, local(field));
            out.line(&match field.kind {
                WireKind::Key(_) => format!("{name}: {local}?,"),
                WireKind::LeafList(..) | WireKind::Keyless(_) | WireKind::List(_) => {
                    format!("{name}: {local}.unwrap_or_default(),")
                }
                WireKind::Any | WireKind::Container(_) | WireKind::Leaf(_) => format!("{name}: {local},"),
            });
        }
        out.close("})");
    }
    out.close("}");
}

fn field_in(field: &WireField) -> String {
    let node = field.node.0;
    match &field.kind {
        WireKind::Any => format!("parts::any(cursor, Self::schema(), NodeIndex({node}))"),
        WireKind::Container(_) => "Wire::take(cursor)".to_owned(),
        WireKind::Key(coding) | WireKind::Leaf(coding) => value_in(coding, node),
        WireKind::LeafList(coding, unique) => {
            format!("parts::leaf_list(cursor, {unique}, |cursor| {})", value_in(coding, node))
        }
        WireKind::Keyless(_) => "parts::keyless(cursor)".to_owned(),
        WireKind::List(_) => "parts::list(cursor)".to_owned(),
    }
}

fn value_in(coding: &Coding, node: u16) -> String {
    let by_schema = |function: &str| format!("parts::{function}(cursor, Self::schema(), NodeIndex({node}))");
    match coding.form {
        CodingForm::Boolean => "cursor.boolean()".to_owned(),
        CodingForm::Bytes { restricted: true } => by_schema("restricted_bytes"),
        CodingForm::Bytes { restricted: false } => "parts::bytes(cursor)".to_owned(),
        CodingForm::Decimal(ranges) => format!("parts::decimal(cursor, {})", table(ranges)),
        CodingForm::Empty => "cursor.null()".to_owned(),
        CodingForm::Enumeration => "parts::enumeration(cursor)".to_owned(),
        CodingForm::Integer(ranges) => format!("cursor.integer({})", table(ranges)),
        CodingForm::Other => by_schema("value"),
        CodingForm::Text { restricted: true } => by_schema("restricted_text"),
        CodingForm::Text { restricted: false } => "parts::text(cursor)".to_owned(),
        CodingForm::Unsigned(ranges) => format!("cursor.unsigned({})", table(ranges)),
    }
}

fn table<N: Debug>(ranges: &[(N, N)]) -> String {
    format!("&{ranges:?}")
}

fn put(out: &mut Writer, wire: &Wire) {
    out.open("fn put(&self, writer: &mut Writer<'_>) -> Result<(), EncodeError> {");
    let counts: Vec<String> = wire
        .fields
        .iter()
        .map(|field| match field.kind {
            WireKind::Key(_) => "1".to_owned(),
            WireKind::Any | WireKind::Container(_) | WireKind::Leaf(_) => {
                format!("usize::from(self.{}.is_some())", field.name)
            }
            WireKind::LeafList(..) | WireKind::Keyless(_) | WireKind::List(_) => {
                format!("usize::from(!self.{}.is_empty())", field.name)
            }
        })
        .collect();
    match counts.as_slice() {
        [] => out.line("writer.map(0);"),
        [first, more @ ..] => {
            out.line("writer.map(");
            out.indent();
            out.line(first);
            for count in more {
                out.line(&format!("+ {count}"));
            }
            out.outdent();
            out.line(");");
        }
    }
    for field in &wire.fields {
        let (name, key, node) = (&field.name, key(wire, field), field.node.0);
        match &field.kind {
            WireKind::Key(coding) => {
                out.line(&format!("writer.raw({key});"));
                out.line(&format!("let value = &self.{name};"));
                out.line(&value_out(coding, node));
            }
            WireKind::Any | WireKind::Container(_) | WireKind::Leaf(_) => {
                out.open(&format!("if let Some(value) = &self.{name} {{"));
                out.line(&format!("writer.raw({key});"));
                out.line(&match &field.kind {
                    WireKind::Leaf(coding) => value_out(coding, node),
                    WireKind::Container(_) => "value.put(writer)?;".to_owned(),
                    _ => "writer.raw(value);".to_owned(),
                });
                out.close("}");
            }
            WireKind::LeafList(coding, _) => {
                out.open(&format!("if !self.{name}.is_empty() {{"));
                out.line(&format!("writer.raw({key});"));
                out.line(&format!("writer.array(self.{name}.len());"));
                out.open(&format!("for value in &self.{name} {{"));
                out.line(&value_out(coding, node));
                out.close("}");
                out.close("}");
            }
            WireKind::Keyless(_) | WireKind::List(_) => {
                out.open(&format!("if !self.{name}.is_empty() {{"));
                out.line(&format!("writer.raw({key});"));
                out.line(&format!("parts::put_list(writer, &self.{name})?;"));
                out.close("}");
            }
        }
    }
    out.line("Ok(())");
    out.close("}");
}

fn value_out(coding: &Coding, node: u16) -> String {
    let node = format!("NodeIndex({node})");
    match coding.form {
        CodingForm::Boolean => "writer.boolean(*value);".to_owned(),
        CodingForm::Bytes { restricted: true } => {
            format!("parts::put_bytes(writer, Self::schema(), {node}, value)?;")
        }
        CodingForm::Bytes { restricted: false } => "writer.bytes(value);".to_owned(),
        CodingForm::Decimal(ranges) => format!("parts::put_decimal(writer, {node}, {}, *value)?;", table(ranges)),
        CodingForm::Empty => "writer.null();".to_owned(),
        CodingForm::Enumeration => "writer.integer(i64::from(*value as i32));".to_owned(),
        CodingForm::Integer(ranges) => format!("parts::put_integer(writer, {node}, {}, *value)?;", table(ranges)),
        CodingForm::Other => format!("parts::put_value(writer, Self::schema(), {node}, value.clone())?;"),
        CodingForm::Text { restricted: true } => {
            format!("parts::put_text(writer, Self::schema(), {node}, value)?;")
        }
        CodingForm::Text { restricted: false } => "writer.text(value);".to_owned(),
        CodingForm::Unsigned(ranges) => format!("parts::put_unsigned(writer, {node}, {}, *value)?;", table(ranges)),
    }
}

/// The bytes of a key: a delta, or tag 47 and the SID (RFC 9254 section 3.2).
fn key(wire: &Wire, field: &WireField) -> String {
    let mut bytes = Vec::new();
    if field.foreign {
        bytes.extend([0xd8, 47]);
        head(0, u64::from(field.sid), &mut bytes);
    } else {
        let delta = i64::from(field.sid) - i64::from(wire.reference);
        match u64::try_from(delta) {
            Ok(delta) => head(0, delta, &mut bytes),
            Err(_) => head(1, delta.unsigned_abs() - 1, &mut bytes),
        }
    }
    format!("&{bytes:?}")
}

/// The shortest head (RFC 8949 section 4.2.1); a SID of a device has 32 bits.
fn head(major: u8, argument: u64, bytes: &mut Vec<u8>) {
    let [.., b3, b2, b1, b0] = argument.to_be_bytes();
    match argument {
        0..=23 => bytes.push(major << 5 | b0),
        24..=0xff => bytes.extend([major << 5 | 24, b0]),
        0x100..=0xffff => bytes.extend([major << 5 | 25, b1, b0]),
        _ => bytes.extend([major << 5 | 26, b3, b2, b1, b0]),
    }
}

fn from_content(out: &mut Writer, wire: &Wire) {
    out.blank();
    out.open(&format!("impl FromContent for {}{} {{", wire.name, lifetime(wire, "'_")));
    out.open("fn from_content(content: &Content) -> Result<Self, Fault> {");
    if wire.fields.is_empty() {
        out.line("Ok(Self {})");
    } else {
        out.open("Ok(Self {");
        for field in &wire.fields {
            let function = match field.kind {
                WireKind::Any => "any",
                WireKind::Container(_) => "optional_container",
                WireKind::Key(_) => "required_leaf",
                WireKind::Leaf(_) => "leaf",
                WireKind::LeafList(..) => "leaf_list",
                WireKind::Keyless(_) | WireKind::List(_) => "list",
            };
            out.line(&format!("{}: fields::{function}(content, NodeIndex({}))?,", field.name, field.node.0));
        }
        out.close("})");
    }
    out.close("}");
    out.close("}");
}

//! Enums, bits and unions.

use super::super::plan::{NamedKind, NamedType, RustType};
use super::writer::Writer;

pub(super) fn print(out: &mut Writer, planned: &NamedType, module: &str) {
    out.blank();
    out.doc(&[planned.description.as_deref(), Some(&format!("The type of `{}`.", planned.of))]);
    match &planned.kind {
        NamedKind::Bits(bits) => print_bits(out, &planned.name, bits),
        NamedKind::Enumeration(variants) => print_enumeration(out, &planned.name, variants),
        NamedKind::Union(members) => print_union(out, &planned.name, members, module),
    }
}

/// Opens `impl FromValue` and `impl From` around what `body` writes.
fn conversions(out: &mut Writer, name: &str, from: impl FnOnce(&mut Writer), into: impl FnOnce(&mut Writer)) {
    out.blank();
    out.open(&format!("impl FromValue<'_> for {name} {{"));
    out.open(&format!("fn from_value(value: &Value) -> Option<{name}> {{"));
    from(out);
    out.close("}");
    out.close("}");
    out.blank();
    out.open(&format!("impl From<{name}> for Value {{"));
    out.open(&format!("fn from(value: {name}) -> Value {{"));
    into(out);
    out.close("}");
    out.close("}");
}

fn print_enumeration(out: &mut Writer, name: &str, variants: &[(String, i32, String)]) {
    out.line("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]");
    out.line("#[repr(i32)]");
    out.open(&format!("pub enum {name} {{"));
    for (variant, value, yang) in variants {
        out.doc(&[Some(&format!("`{yang}`"))]);
        out.line(&format!("{variant} = {value},"));
    }
    out.close("}");
    let from = |out: &mut Writer| {
        out.open("match value.resolved() {");
        for (variant, value, _) in variants {
            out.line(&format!("Value::Enumeration({value}) => Some({name}::{variant}),"));
        }
        out.line("_ => None,");
        out.close("}");
    };
    conversions(out, name, from, |out| out.line("Value::Enumeration(value as i32)"));
}

fn print_bits(out: &mut Writer, name: &str, bits: &[(String, u32, String)]) {
    out.line("#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]");
    out.line(&format!("pub struct {name}(pub u64);"));
    out.blank();
    out.open(&format!("impl {name} {{"));
    for (constant, position, yang) in bits {
        out.doc(&[Some(&format!("`{yang}`"))]);
        out.line(&format!("pub const {constant}: {name} = {name}(1 << {position});"));
    }
    out.blank();
    out.doc(&[Some("Whether every bit of `other` is set.")]);
    out.line("#[must_use]");
    out.open(&format!("pub const fn has(self, other: {name}) -> bool {{"));
    out.line("self.0 & other.0 == other.0");
    out.close("}");
    out.close("}");
    out.blank();
    out.open(&format!("impl ::core::ops::BitOr for {name} {{"));
    out.line(&format!("type Output = {name};"));
    out.blank();
    out.open(&format!("fn bitor(self, other: {name}) -> {name} {{"));
    out.line(&format!("{name}(self.0 | other.0)"));
    out.close("}");
    out.close("}");
    let from = |out: &mut Writer| out.line(&format!("::comi_runtime::model::bits_from_value(value).map({name})"));
    conversions(out, name, from, |out| out.line("::comi_runtime::model::value_from_bits(value.0)"));
}

fn print_union(out: &mut Writer, name: &str, members: &[(String, RustType)], module: &str) {
    out.line("#[derive(Clone, Debug, PartialEq)]");
    out.open(&format!("pub enum {name} {{"));
    for (variant, type_) in members {
        let type_ = type_.owned(module);
        out.doc(&[Some(&format!("`{type_}`"))]);
        out.line(&format!("{variant}({type_}),"));
    }
    out.close("}");
    let from = |out: &mut Writer| {
        out.open("match value {");
        for (place, (variant, _)) in members.iter().enumerate() {
            let take = "FromValue::from_value(&**value)";
            out.line(&format!("Value::Union({place}, value) => {take}.map({name}::{variant}),"));
        }
        out.line("_ => None,");
        out.close("}");
    };
    conversions(out, name, from, |out| {
        out.open("match value {");
        for (place, (variant, _)) in members.iter().enumerate() {
            out.line(&format!("{name}::{variant}(value) => Value::Union({place}, Box::new(value.into())),"));
        }
        out.close("}");
    });
}

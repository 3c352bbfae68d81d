//! Structs and their ways from and into content.

use super::super::plan::{FieldKind, Struct};
use super::writer::Writer;

pub(super) fn print(out: &mut Writer, planned: &Struct, module: &str) {
    let name = &planned.name;
    out.blank();
    out.doc(&[planned.description.as_deref(), Some(&format!("`{}`", planned.path))]);
    let default = if planned.default { ", Default" } else { "" };
    out.line(&format!("#[derive(Clone, Debug, PartialEq{default})]"));
    let keys = planned.notification.as_deref().unwrap_or_default();
    if planned.fields.is_empty() && keys.is_empty() {
        out.line(&format!("pub struct {name} {{}}"));
    } else {
        out.open(&format!("pub struct {name} {{"));
        for key in keys {
            out.doc(&[Some("A key of the list entry that it is about.")]);
            out.line(&format!("pub {}: {},", key.argument, key.type_.owned(module)));
        }
        for field in &planned.fields {
            out.doc(&[field.description.as_deref(), Some(&format!("`{}`", field.path))]);
            out.line(&format!("pub {}: {},", field.name, field_type(&field.kind, module)));
        }
        out.close("}");
    }
    // A notification inside a list can't be made of its content alone: the keys stand outside.
    if keys.is_empty() {
        from_content(out, planned);
    }
    into_content(out, planned);
    if let Some(keys) = &planned.notification {
        out.blank();
        out.open(&format!("impl Notification for {name} {{"));
        out.open("fn into_instance(self) -> (InstanceIdentifier, Content) {");
        let values: Vec<String> =
            keys.iter().map(|key| format!("Value::from(self.{}.clone())", key.argument)).collect();
        let keys = match values.as_slice() {
            [] => "Vec::new()".to_owned(),
            values => format!("Vec::from([{}])", values.join(", ")),
        };
        let node = planned.node.0;
        out.line(&format!("let keys = {keys};"));
        out.line(&format!("(InstanceIdentifier {{ node: NodeIndex({node}), keys }}, self.into_content())"));
        out.close("}");
        out.close("}");
    }
}

fn field_type(kind: &FieldKind, module: &str) -> String {
    match kind {
        FieldKind::Any => "Option<Vec<u8>>".to_owned(),
        FieldKind::Container(name) => name.clone(),
        FieldKind::Leaf(type_) => type_.owned(module),
        FieldKind::LeafList(type_) => format!("Vec<{}>", type_.owned(module)),
        FieldKind::List(name) => format!("Vec<{name}>"),
        FieldKind::OptionalContainer(name) => format!("Option<{name}>"),
        FieldKind::OptionalLeaf(type_) => format!("Option<{}>", type_.owned(module)),
    }
}

fn from_content(out: &mut Writer, planned: &Struct) {
    let name = &planned.name;
    out.blank();
    out.open(&format!("impl FromContent for {name} {{"));
    out.open(&format!("fn from_content(content: &Content) -> Result<{name}, Fault> {{"));
    if planned.fields.is_empty() {
        out.line(&format!("Ok({name} {{}})"));
    } else {
        out.open(&format!("Ok({name} {{"));
        for field in &planned.fields {
            let function = match field.kind {
                FieldKind::Any => "any",
                FieldKind::Container(_) => "container",
                FieldKind::Leaf(_) => "required_leaf",
                FieldKind::LeafList(_) => "leaf_list",
                FieldKind::List(_) => "list",
                FieldKind::OptionalContainer(_) => "optional_container",
                FieldKind::OptionalLeaf(_) => "leaf",
            };
            out.line(&format!("{}: fields::{function}(content, NodeIndex({}))?,", field.name, field.node.0));
        }
        out.close("})");
    }
    out.close("}");
    out.close("}");
}

fn into_content(out: &mut Writer, planned: &Struct) {
    out.blank();
    out.open(&format!("impl IntoContent for {} {{", planned.name));
    out.open("fn into_content(self) -> Content {");
    if planned.fields.is_empty() {
        out.line("Content::new()");
    } else {
        out.line("let mut content = Content::new();");
        for field in &planned.fields {
            let (function, schema) = match field.kind {
                FieldKind::Any => ("put_any", ""),
                FieldKind::Container(_) => ("put_container", ""),
                FieldKind::Leaf(_) => ("put_leaf", ""),
                FieldKind::LeafList(_) => ("put_leaf_list", ""),
                FieldKind::List(_) => ("put_list", "&super::SCHEMA, "),
                FieldKind::OptionalContainer(_) => ("put_optional_container", ""),
                FieldKind::OptionalLeaf(_) => ("put_optional_leaf", ""),
            };
            let node = field.node.0;
            out.line(&format!("fields::{function}({schema}&mut content, NodeIndex({node}), self.{});", field.name));
        }
        out.line("content");
    }
    out.close("}");
    out.close("}");
}

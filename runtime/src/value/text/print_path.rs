//! Printing instance-identifiers.

use alloc::borrow::Cow;
use alloc::string::String;

use super::{print, push_unsigned};
use crate::schema::{Node, NodeIndex, Schema};
use crate::value::{InstanceIdentifier, Value};

/// How the keys of an instance-identifier are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathForm {
    /// `/m:list[key='a']` (RFC 7951 section 6.11). Of a value with both kinds of quotes, the double ones are doubled,
    /// for which YANG has no form.
    Predicates,
    /// `/m:list=a,b` (RFC 8040 section 3.5.3), percent-encoded; an entry of a keyless list by its position.
    Uri,
}

/// An instance-identifier as text. Names are qualified where the module differs from the parent's; the datastore
/// itself is `/`.
#[must_use]
pub fn print_path(schema: &Schema, instance: &InstanceIdentifier, form: PathForm) -> String {
    let mut out = String::new();
    let mut keys = instance.keys.iter();
    let mut module = None;
    for step in schema.path(instance.node) {
        out.push('/');
        let own = schema.node(step).map(Node::module);
        if own != module {
            out.push_str(schema.module_of(step).map_or("", |row| row.name));
            out.push(':');
            module = own;
        }
        out.push_str(schema.name(step));
        let names: &[NodeIndex] = schema.list(step).map_or(&[], |list| list.keys);
        for (place, key) in keys.by_ref().take(schema.entry_key_count(step)).enumerate() {
            let name = names.get(place).copied();
            match form {
                PathForm::Predicates => match (name, schema.type_of(step)) {
                    (Some(name), _) => {
                        let text = key_text(schema, name, key);
                        predicate(&mut out, schema.name(name), &text);
                    }
                    (None, Some(_)) => predicate(&mut out, ".", &key_text(schema, step, key)),
                    (None, None) => {
                        out.push('[');
                        out.push_str(&key_text(schema, step, key));
                        out.push(']');
                    }
                },
                PathForm::Uri => {
                    out.push(if place == 0 { '=' } else { ',' });
                    percent_encode(&key_text(schema, name.unwrap_or(step), key), &mut out);
                }
            }
        }
    }
    if out.is_empty() {
        out.push('/');
    }
    out
}

fn key_text(schema: &Schema, node: NodeIndex, key: &Value) -> String {
    match (schema.type_of(node), key) {
        // the position of an entry of a keyless list
        (None, Value::Unsigned(position)) => {
            let mut out = String::new();
            push_unsigned(&mut out, *position);
            out
        }
        _ => print(schema, node, key).unwrap_or_else(|violation| {
            let mut out = String::from("<");
            violation.tell(&mut out);
            out.push('>');
            out
        }),
    }
}

/// `[name='text']`
fn predicate(out: &mut String, name: &str, text: &str) {
    let (quote, text) = match (text.contains('\''), text.contains('"')) {
        (false, _) => ('\'', Cow::Borrowed(text)),
        (true, false) => ('"', Cow::Borrowed(text)),
        (true, true) => ('"', Cow::Owned(text.replace('"', "\"\""))),
    };
    out.push('[');
    out.push_str(name);
    out.push('=');
    out.push(quote);
    out.push_str(&text);
    out.push(quote);
    out.push(']');
}

/// RFC 3986 section 2.3: all but unreserved characters.
fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.extend(char::from_digit(u32::from(digit), 16).map(|digit| digit.to_ascii_uppercase()));
            }
        }
    }
}

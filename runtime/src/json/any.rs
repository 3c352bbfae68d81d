//! JSON that no schema describes: strings, and what `anyxml` and unknown `anydata` hold, which is kept as CBOR.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::tree::Tree;
use crate::cbor::{Error, Kind, Reader, Writer};
use crate::value::text;

/// Writes a string (RFC 8259 section 7).
pub(super) fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            _ => out.push(c),
        }
    }
    out.push('"');
}

/// Writes CBOR as JSON (RFC 8949 section 6.1): byte strings as base64, tags passed over, keys as strings, what JSON
/// has no form for as null.
pub(super) fn from_cbor(reader: &mut Reader<'_>, out: &mut String) -> Result<(), Error> {
    match reader.peek()? {
        Kind::Array => {
            let mut items = reader.array()?;
            let mut separator = '[';
            while items.more(reader)? {
                out.push(separator);
                separator = ',';
                from_cbor(reader, out)?;
            }
            if separator == '[' {
                out.push('[');
            }
            out.push(']');
        }
        Kind::Boolean => out.push_str(&reader.boolean()?.to_string()),
        Kind::Bytes => string(&text::base64::encode(&reader.bytes()?), out),
        Kind::Float => {
            let value = reader.float()?;
            out.push_str(&if value.is_finite() { format!("{value:?}") } else { "null".into() });
        }
        Kind::Map => {
            let mut members = reader.map()?;
            let mut separator = '{';
            while members.more(reader)? {
                out.push(separator);
                separator = ',';
                match reader.peek()? {
                    Kind::Text => string(&reader.text()?, out),
                    _ => {
                        let mut key = String::new();
                        from_cbor(reader, &mut key)?;
                        string(&key, out);
                    }
                }
                out.push(':');
                from_cbor(reader, out)?;
            }
            if separator == '{' {
                out.push('{');
            }
            out.push('}');
        }
        Kind::Negative | Kind::Unsigned => out.push_str(&reader.integer()?.to_string()),
        Kind::Null | Kind::Simple => {
            reader.skip()?;
            out.push_str("null");
        }
        Kind::Tag => {
            reader.deeper(reader.position())?;
            reader.tag()?;
            from_cbor(reader, out)?;
            reader.shallower();
        }
        Kind::Text => string(&reader.text()?, out),
    }
    Ok(())
}

/// Writes JSON as deterministic CBOR.
pub(super) fn to_cbor(tree: &Tree, writer: &mut Writer<'_>) {
    match tree {
        Tree::Array(items) => {
            writer.array(items.len());
            for item in items {
                to_cbor(item, writer);
            }
        }
        Tree::Boolean(value) => writer.boolean(*value),
        Tree::Float(value) => writer.float(*value),
        Tree::Null => writer.null(),
        Tree::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            // RFC 8949 section 4.2.1; of text keys the shorter one stands first
            members.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            writer.map(members.len());
            for (name, value) in members {
                writer.text(name);
                to_cbor(value, writer);
            }
        }
        Tree::Signed(value) => writer.integer(*value),
        Tree::Text(text) => writer.text(text),
        Tree::Unsigned(value) => writer.unsigned(*value),
    }
}

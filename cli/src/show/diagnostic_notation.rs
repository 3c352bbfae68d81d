//! CBOR in diagnostic notation (RFC 8949 section 8), SIDs explained in comments: `1755 : true / ietf-system:system/… /`.

use std::fmt::Write as _;

use ciborium::Value;
use comi_runtime::schema::{Node, NodeIndex, Schema, Type};

/// Lower-case hex, without spaces.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A CBOR sequence in diagnostic notation, one item a line group; what is no CBOR is said so, with its bytes.
/// With a schema, each SID that it knows is followed by its name as a comment.
pub(crate) fn diagnostic(bytes: &[u8], schema: Option<&'static Schema>) -> String {
    let mut rest = bytes;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let before = rest;
        match ciborium::from_reader::<Value, _>(&mut rest) {
            Ok(value) => {
                let mut printer = Printer { schema, text: String::new() };
                printer.item(&value, Meaning::Identified, 0);
                items.push(printer.text);
            }
            Err(error) => {
                items.push(format!("/ not CBOR: {error} / h'{}'", hex(before)));
                break;
            }
        }
    }
    items.join(",\n")
}

/// What a number at this place would mean.
#[derive(Clone, Copy)]
enum Meaning {
    /// An instance-identifier, or a map whose keys are: the outermost item.
    Identified,
    /// The instance of this node.
    Instance(NodeIndex),
    /// Nothing that the schema tells.
    Plain,
}

struct Printer {
    schema: Option<&'static Schema>,
    text: String,
}

impl Printer {
    fn item(&mut self, value: &Value, meaning: Meaning, depth: usize) {
        match value {
            Value::Integer(number) => {
                let number = i128::from(*number);
                let _ = write!(self.text, "{number}");
                if let Some(comment) = self.number_comment(number, meaning) {
                    let _ = write!(self.text, " / {comment} /");
                }
            }
            Value::Bytes(bytes) => {
                let _ = write!(self.text, "h'{}'", hex(bytes));
            }
            Value::Float(number) if number.is_infinite() => {
                self.text.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
            }
            Value::Float(number) => {
                let _ = write!(self.text, "{number:?}");
            }
            // the escapes are those of JSON
            Value::Text(text) => self.text.push_str(&serde_json::Value::from(text.as_str()).to_string()),
            Value::Bool(value) => {
                let _ = write!(self.text, "{value}");
            }
            Value::Null => self.text.push_str("null"),
            Value::Tag(tag, inner) => {
                let _ = write!(self.text, "{tag}(");
                let inner_meaning = if *tag == 47 { Meaning::Identified } else { Meaning::Plain };
                self.item(inner, inner_meaning, depth);
                self.text.push(')');
            }
            Value::Array(items) => self.array(items, meaning, None, depth),
            Value::Map(entries) => self.map(entries, meaning, None, depth),
            other => {
                let _ = write!(self.text, "{other:?}");
            }
        }
    }

    /// An array; what it is stands behind its opening bracket if it takes several lines, else behind it.
    fn array(&mut self, items: &[Value], meaning: Meaning, name: Option<&str>, depth: usize) {
        self.text.push('[');
        let short = items.iter().all(|item| !matches!(item, Value::Map(_) | Value::Array(_)));
        if !short {
            self.comment(name);
        }
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            if !short {
                self.new_line(depth + 1);
            } else if place > 0 {
                self.text.push(' ');
            }
            let meaning = match meaning {
                // [SID, key, …]: the keys are no SIDs.
                Meaning::Identified if place > 0 => Meaning::Plain,
                other => other,
            };
            self.item(item, meaning, depth + 1);
        }
        if !short {
            self.new_line(depth);
        }
        self.text.push(']');
        if short {
            self.comment(name);
        }
    }

    fn map(&mut self, entries: &[(Value, Value)], meaning: Meaning, name: Option<&str>, depth: usize) {
        if entries.is_empty() {
            self.text.push_str("{}");
            self.comment(name);
            return;
        }
        self.text.push('{');
        self.comment(name);
        for (place, (key, value)) in entries.iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.new_line(depth + 1);
            let node = self.node_of_key(key, meaning);
            self.item(key, Meaning::Plain, depth + 1);
            self.text.push_str(" : ");
            let name = match (self.schema, node, meaning) {
                (Some(schema), Some(node), Meaning::Instance(_)) => Some(schema.name(node).to_owned()),
                (Some(schema), Some(node), _) => Some(absolute_name(schema, node)),
                _ => None,
            };
            let meaning = node.map_or(Meaning::Plain, Meaning::Instance);
            match value {
                Value::Map(entries) => self.map(entries, meaning, name.as_deref(), depth + 1),
                Value::Array(items) => self.array(items, meaning, name.as_deref(), depth + 1),
                other => {
                    self.item(other, meaning, depth + 1);
                    self.comment(name.as_deref());
                }
            }
        }
        self.new_line(depth);
        self.text.push('}');
    }

    /// The node that a map's key names: a SID, a delta to the SID above it, or an instance-identifier with keys.
    fn node_of_key(&self, key: &Value, meaning: Meaning) -> Option<NodeIndex> {
        let schema = self.schema?;
        let reference = match meaning {
            Meaning::Instance(node) => i128::from(reference(schema, node)?),
            Meaning::Identified => 0,
            Meaning::Plain => return None,
        };
        let sid = match key {
            Value::Integer(delta) => reference + i128::from(*delta),
            Value::Tag(47, sid) => i128::from(sid.as_integer()?),
            Value::Array(items) => i128::from(items.first()?.as_integer()?),
            _ => return None,
        };
        schema.node_by_sid(u32::try_from(sid).ok()?)
    }

    fn number_comment(&self, number: i128, meaning: Meaning) -> Option<String> {
        let schema = self.schema?;
        match meaning {
            Meaning::Identified => Some(absolute_name(schema, schema.node_by_sid(u32::try_from(number).ok()?)?)),
            Meaning::Instance(node) => match schema.type_of(node)? {
                Type::Enumeration { enums } => {
                    enums.iter().find(|item| i128::from(item.value) == number).map(|item| item.name.to_owned())
                }
                Type::Identityref { .. } => {
                    let identity = schema.identity_by_sid(u32::try_from(number).ok()?)?;
                    Some(schema.identity_name(identity).to_owned())
                }
                Type::InstanceIdentifier { .. } => {
                    Some(absolute_name(schema, schema.node_by_sid(u32::try_from(number).ok()?)?))
                }
                _ => None,
            },
            Meaning::Plain => None,
        }
    }

    fn comment(&mut self, name: Option<&str>) {
        if let Some(name) = name {
            let _ = write!(self.text, " / {name} /");
        }
    }

    fn new_line(&mut self, depth: usize) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(depth));
    }
}

/// The SID to which the keys below an instance of this node are relative. Those of input and output are relative to
/// the rpc or action (readings 17), which is the node that a message names.
fn reference(schema: &Schema, node: NodeIndex) -> Option<u32> {
    schema.node(node).map(|row: &Node| row.sid)
}

/// A path without its first slash, which would be hard to tell from the comment's own.
fn absolute_name(schema: &Schema, node: NodeIndex) -> String {
    let mut text = String::new();
    let mut module = None;
    for step in schema.path(node) {
        let own = schema.module_of(step).map(|module| module.name);
        if !text.is_empty() {
            text.push('/');
        }
        if own != module {
            text.push_str(own.unwrap_or(""));
            text.push(':');
            module = own;
        }
        text.push_str(schema.name(step));
    }
    text
}

#[cfg(test)]
mod tests {
    use comi_runtime::cbor::notation::parse;

    use super::*;

    #[test]
    fn an_unknown_schema_still_shows_the_bytes_as_cbor() {
        assert_eq!(
            diagnostic(&[0x19, 0x06, 0xbb, 0x82, 0x19, 0x05, 0xfd, 0x64, 0x65, 0x74, 0x68, 0x30], None),
            "1723,\n[1533, \"eth0\"]"
        );
    }

    #[test]
    fn what_is_no_cbor_is_said_so() {
        assert!(diagnostic(&[0x82, 0x01], None).starts_with("/ not CBOR"));
    }

    #[test]
    fn tags_strings_and_nesting_are_written_out() {
        assert_eq!(diagnostic(&[0xa1, 0x01, 0xc4, 0x82, 0x21, 0x19, 0x01, 0x01], None), "{\n  1 : 4([-2, 257])\n}");
        assert_eq!(hex(&[0, 0xab]), "00ab");
    }

    #[test]
    fn what_is_printed_is_read_again_and_no_text_ends_the_program() {
        let signs: Vec<char> = "[]{}(),:'\"/#h b6401-.e_\\x\nNtru√∞".chars().collect();
        let mut seed = 1_u64;
        let mut next = |most: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            usize::try_from(seed >> 33).unwrap() % most
        };
        for _ in 0..20_000 {
            let text: String = (0..next(24)).map(|_| signs[next(signs.len())]).collect();
            if let Ok(bytes) = parse(&text) {
                let printed = diagnostic(&bytes, None);
                assert_eq!(parse(&printed).map(|again| hex(&again)), Ok(hex(&bytes)), "{text:?} {printed}");
            }
        }
    }
}

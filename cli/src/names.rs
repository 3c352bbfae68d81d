//! What a user types as names and values, understood with the schema; errors say what would have been right.

use anyhow::{Result, anyhow, bail};
use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, NodeKind, Schema, Type};
use comi_runtime::value::text::{self, PathError};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value, keys_of};

/// How many known names an error lists.
const LISTED: usize = 12;

/// The node that a name means, of any kind.
pub(crate) fn identifier(schema: &'static Schema, name: &str) -> Result<InstanceIdentifier> {
    text::parse_path(schema, name).map_err(|error| explain(schema, name, &error))
}

/// The data node that a name means.
pub(crate) fn data_node(schema: &'static Schema, name: &str) -> Result<InstanceIdentifier> {
    let node = identifier(schema, name)?;
    match schema.node(node.node).map(|row| row.kind()) {
        Some(NodeKind::Rpc | NodeKind::Action) => bail!("{name} is an rpc or action: use `comi call`"),
        Some(NodeKind::Notification) => bail!("{name} is a notification: use `comi watch`"),
        Some(NodeKind::Input | NodeKind::Output | NodeKind::Structure) => bail!("{name} is no data node"),
        _ => Ok(node),
    }
}

fn explain(schema: &Schema, name: &str, error: &PathError) -> anyhow::Error {
    let mut known = error.candidates(schema);
    let wanted = error.step.split(['=', '[']).next().unwrap_or("").rsplit(':').next().unwrap_or("");
    let plain = |name: &String| name.rsplit(':').next().unwrap_or(name).to_owned();
    let near = known.iter().min_by_key(|candidate| distance(&plain(candidate), wanted)).cloned();
    let mut message = format!("{name}: {} at {:?}", error.reason, error.step);
    if let Some(near) = near.filter(|near| !wanted.is_empty() && distance(&plain(near), wanted) <= 1 + wanted.len() / 4)
    {
        message.push_str(&format!("; did you mean {near:?}?"));
    } else if !known.is_empty() {
        known.sort();
        let more = known.len().saturating_sub(LISTED);
        known.truncate(LISTED);
        message.push_str(&format!("; known here: {}", known.join(", ")));
        if more > 0 {
            message.push_str(&format!(" and {more} more"));
        }
    }
    anyhow!(message)
}

/// The one of some names that was probably meant.
pub(crate) fn nearest<'n>(wanted: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let nearest = known.min_by_key(|name| distance(name, wanted))?;
    (!wanted.is_empty() && distance(nearest, wanted) <= 1 + wanted.len() / 4).then_some(nearest)
}

/// How many letters must change to turn one word into the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (place, letter) in a.chars().enumerate() {
        let mut next = vec![place + 1];
        for (other, (above_left, above)) in b.iter().zip(row.iter().zip(row.iter().skip(1))) {
            let left = next.last().copied().unwrap_or(0);
            next.push((above + 1).min(left + 1).min(above_left + usize::from(letter != *other)));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

/// RFC 7951 JSON, or the bare text of a leaf, as data of this node.
pub(crate) fn parse_data(
    schema: &'static Schema,
    node: &InstanceIdentifier,
    allowed: Allowed,
    text: &str,
) -> Result<Data> {
    let explain = |error: json::Error| anyhow!("{}", error.describe(schema));
    match schema.node(node.node).map(|row| row.kind()) {
        Some(NodeKind::Leaf) => leaf(schema, node.node, text).map(Data::Leaf),
        Some(NodeKind::List) if text.trim_start().starts_with('{') => {
            let above = keys_of(schema, node.node).count() - schema.entry_key_count(node.node);
            let own = node.keys.get(above..).unwrap_or(&[]);
            json::read_entry(schema, node.node, own, allowed, text).map(Data::Container).map_err(explain)
        }
        _ => json::read_value(schema, node.node, allowed, text).map_err(explain),
    }
}

/// A leaf's value: JSON where it is JSON of this type, else the text itself, so that strings need no quotes.
fn leaf(schema: &'static Schema, node: NodeIndex, text: &str) -> Result<Value> {
    if let Ok(Data::Leaf(value)) = json::read_value(schema, node, Allowed::Any, text) {
        return Ok(value);
    }
    if text.is_empty() && matches!(schema.type_of(node), Some(Type::Empty)) {
        return Ok(Value::Empty);
    }
    text::parse(schema, node, text).map_err(|violation| anyhow!("{text:?}: {violation} ({})", type_hint(schema, node)))
}

/// What a leaf's type takes, in a few words.
pub(crate) fn type_hint(schema: &Schema, node: NodeIndex) -> String {
    let ranges = |words: Vec<String>, otherwise: &str| {
        if words.is_empty() { otherwise.to_owned() } else { words.join(", ") }
    };
    let name = schema.name(node);
    let takes = match schema.type_of(node) {
        Some(Type::Boolean) => "true or false".to_owned(),
        Some(Type::Enumeration { enums }) => enums.iter().map(|item| item.name).collect::<Vec<_>>().join(", "),
        Some(Type::Bits { bits }) => bits.iter().map(|bit| bit.name).collect::<Vec<_>>().join(" "),
        Some(Type::Integer { ranges: r, width }) => {
            let (low, high) = width.signed();
            ranges(r.iter().map(|(low, high)| format!("{low}..{high}")).collect(), &format!("{low}..{high}"))
        }
        Some(Type::Unsigned { ranges: r, width }) => {
            let high = width.unsigned_max();
            ranges(r.iter().map(|(low, high)| format!("{low}..{high}")).collect(), &format!("0..{high}"))
        }
        Some(Type::Decimal64 { fraction_digits, .. }) => {
            format!("a decimal number with up to {fraction_digits} digits after the point")
        }
        Some(Type::Float { .. }) => "a number".to_owned(),
        Some(Type::Binary { .. }) => "base64".to_owned(),
        Some(Type::String { lengths, .. }) => {
            ranges(lengths.iter().map(|(low, high)| format!("{low} to {high} characters")).collect(), "text")
        }
        Some(Type::Identityref { .. }) => "module:identity".to_owned(),
        Some(Type::InstanceIdentifier { .. }) => "the name of a data node".to_owned(),
        _ => "a value of its type".to_owned(),
    };
    format!("{name} takes: {takes}")
}

/// The input of an operation: one JSON object, or NAME=VALUE for each leaf.
pub(crate) fn parse_input(
    schema: &'static Schema,
    operation: &InstanceIdentifier,
    words: &[String],
) -> Result<Content> {
    let Some(input) = child_of_kind(schema, operation.node, NodeKind::Input) else { return Ok(Content::new()) };
    parse_members(schema, input, words)
}

/// The content of an input or notification: one JSON object, or NAME=VALUE for each leaf.
pub(crate) fn parse_members(schema: &'static Schema, parent: NodeIndex, words: &[String]) -> Result<Content> {
    if let [json] = words
        && json.trim_start().starts_with('{')
    {
        return json::read_content(schema, parent, Allowed::Any, json)
            .map_err(|error| anyhow!("{}", error.describe(schema)));
    }
    let mut content = Content::new();
    for word in words {
        let Some((name, value)) = word.split_once('=') else {
            bail!("{word:?}: NAME=VALUE is expected, or one JSON object");
        };
        let Some(node) = schema.child(parent, None, name) else {
            let known: Vec<&str> = schema.children(parent).map(|child| schema.name(child)).collect();
            let row = schema.node(parent);
            match row.filter(|row| row.kind() == NodeKind::Input).map(|row| schema.name(row.parent)) {
                Some(operation) => bail!("{name:?} is no input of {operation}; its input: {}", known.join(", ")),
                None => bail!("{name:?} is no child of {}; it has: {}", schema.name(parent), known.join(", ")),
            }
        };
        let data = match schema.node(node).map(|row| row.kind()) {
            Some(NodeKind::Leaf) => Data::Leaf(leaf(schema, node, value)?),
            _ => json::read_value(schema, node, Allowed::Any, value)
                .map_err(|error| anyhow!("{}", error.describe(schema)))?,
        };
        content.insert(node, data);
    }
    Ok(content)
}

/// The child of this kind: the input or output of an operation.
pub(crate) fn child_of_kind(schema: &Schema, node: NodeIndex, kind: NodeKind) -> Option<NodeIndex> {
    schema.children(node).find(|child| schema.node(*child).is_some_and(|row| row.kind() == kind))
}

//! What a mock device is told to be: a document with its configuration, its state, and what its operations and
//! notifications say. Read [`Simulation`] first.

use anyhow::{Result, anyhow};
use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::{Content, Data, InstanceIdentifier};
use serde_json::value::RawValue;

use super::tree;
use crate::convert::json_text::{self, Members};

/// What a mock starts with.
#[derive(Default)]
pub(super) struct Simulation {
    /// Configuration, for the datastore.
    pub(super) configuration: Content,
    /// All of the document, for the board: it answers with its state, and rpcs and actions hold their output.
    pub(super) tree: Content,
    /// What notifications say, in the order of the document. Those inside of data are not here.
    pub(super) notifications: Vec<(InstanceIdentifier, Content)>,
}

impl Simulation {
    /// Reads RFC 7951 JSON; errors begin with `line:column: `.
    pub(super) fn read(schema: &'static Schema, text: &str) -> Result<Simulation> {
        let Members(members) = serde_json::from_str(text).map_err(|error| json_text::malformed(&error))?;
        let mut simulation = Simulation::default();
        for (name, value) in members {
            let node = notification(schema, &name);
            let part = value.get();
            let refused = |error: json::Error| json_text::describe(schema, text, part, &error);
            match node {
                Some(node) => {
                    let content = json::read_content(schema, node, Allowed::Data, part).map_err(refused)?;
                    simulation.notifications.push((InstanceIdentifier::new(node), content));
                }
                None => simulation.member(schema, text, &name, value)?,
            }
        }
        simulation.configuration = tree::configuration(schema, &simulation.tree);
        Ok(simulation)
    }

    /// A data node, or an rpc with its output.
    fn member(&mut self, schema: &'static Schema, text: &str, name: &str, value: &RawValue) -> Result<()> {
        let wrapped = format!("{{{}:{}}}", serde_json::to_string(name)?, value.get());
        let read = json::read_content(schema, NodeIndex::ROOT, Allowed::Reply, &wrapped);
        // the place is one in what was wrapped, whose first line is longer by the name
        let added = wrapped.chars().count().saturating_sub(value.get().chars().count() + 1);
        let content = read.map_err(|mut error| {
            if let Some(place) = error.place.as_mut().filter(|place| place.line == 1) {
                place.column = place.column.saturating_sub(added).max(1);
            }
            json_text::describe(schema, text, value.get(), &error)
        })?;
        for (node, data) in content {
            if self.tree.insert(node, data).is_some() {
                let place = json_text::start(text, value.get());
                return Err(anyhow!("{}:{}: {name} stands there twice", place.line, place.column));
            }
        }
        Ok(())
    }

    /// What a notification says.
    pub(super) fn content_of(&self, node: NodeIndex) -> Option<&Content> {
        self.notifications.iter().find(|(at, _)| at.node == node).map(|(_, content)| content)
    }
}

/// The notification at the top of a module that a member names.
fn notification(schema: &Schema, name: &str) -> Option<NodeIndex> {
    let (module, name) = name.split_once(':')?;
    let node = schema.child(NodeIndex::ROOT, Some(schema.module_by_name(module)?), name)?;
    (schema.node(node)?.kind() == NodeKind::Notification).then_some(node)
}

/// What an operation without an output of its own answers: what its output and its input both have, and of what its
/// output must have something that its type takes.
pub(super) fn echo(schema: &'static Schema, operation: NodeIndex, input: &Content) -> Content {
    let part =
        |kind| schema.children(operation).find(|child| schema.node(*child).is_some_and(|row| row.kind() == kind));
    let (given, Some(output)) = (part(NodeKind::Input), part(NodeKind::Output)) else { return Content::new() };
    let same = |node: NodeIndex| {
        let own = schema.child(given?, None, schema.name(node))?;
        let text = json::to_string(schema, own, input.child(own)?, json::Style::Compact).ok()?;
        json::read_value(schema, node, Allowed::Data, &text).ok()
    };
    schema.children(output).filter_map(|node| Some((node, same(node).or_else(|| placeholder(schema, node))?))).collect()
}

/// Something for a mandatory leaf.
fn placeholder(schema: &Schema, node: NodeIndex) -> Option<Data> {
    use comi_runtime::schema::{Flags, Type};
    use comi_runtime::value::text;
    schema.node(node).filter(|row| row.kind() == NodeKind::Leaf && row.flags.has(Flags::MANDATORY))?;
    let mut candidates: Vec<String> = Vec::new();
    let mut type_ = schema.type_of(node);
    if let Some(Type::Leafref { target_type, .. }) = type_ {
        type_ = schema.resolved_type(*target_type);
    }
    match type_ {
        Some(Type::Enumeration { enums }) => candidates.extend(enums.iter().map(|item| item.name.to_owned())),
        Some(Type::Integer { ranges, .. }) => candidates.extend(ranges.iter().map(|(low, _)| low.to_string())),
        Some(Type::Unsigned { ranges, .. }) => candidates.extend(ranges.iter().map(|(low, _)| low.to_string())),
        Some(Type::String { lengths, .. }) => {
            candidates
                .extend(lengths.iter().filter_map(|(low, _)| Some("x".repeat(usize::try_from(*low).ok()?.min(64)))));
        }
        _ => {}
    }
    let usual = ["false", "0", "", "0.0", "1970-01-01T00:00:00Z", "0.0.0.0", "::", "00:00:00:00:00:00", "localhost"];
    let first =
        usual.iter().filter(|text| !matches!(type_, Some(Type::String { .. })) || !["false", "0"].contains(text));
    let mut tried = first.copied().chain(candidates.iter().map(String::as_str));
    tried.find_map(|text| text::parse(schema, node, text).ok()).map(Data::Leaf)
}

//! Handler traits: one for each top-level data node, one for the rpcs of a module.

use std::collections::HashMap;

use comi_runtime::schema::{Flags, ModuleIndex, Node, NodeIndex, NodeKind};

use super::types::Types;
use super::{Key, RESERVED_TYPES, RustType, Source, keys_of};
use crate::emit::names::{camel, settle, snake};

/// A handler trait.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) name: String,
    /// Its top-level node, or its module.
    pub(crate) of: String,
    pub(crate) methods: Vec<Method>,
}

/// What the engine asks or tells about one node.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) node: NodeIndex,
    /// What `prepare_`, `_changed` and so on are put around.
    pub(crate) base: String,
    pub(crate) keys: Vec<Key>,
    pub(crate) kind: MethodKind,
    pub(crate) path: String,
    pub(crate) description: Option<String>,
}

/// What a pulled node answers, and what a change brings.
#[derive(Debug)]
pub(crate) enum Answer {
    /// CBOR of an anydata or anyxml node; never an answer.
    Any,
    Leaf(RustType),
    LeafList(RustType),
}

/// Which methods a node has.
#[derive(Debug)]
pub(crate) enum MethodKind {
    /// An action or rpc. The texts are the names of structs.
    Call { input: CallInput, output: Option<String> },
    /// A list entry or presence container that comes and goes. `refuses`: a pulled node or an action is under it.
    Existence { refuses: bool },
    /// The entries of a `config false` list; its keys, or a position.
    Next(Vec<RustType>),
    /// Configuration: asked before, told afterwards.
    Prepare(Answer),
    /// State: the value.
    Pull { answer: Answer, mandatory: bool },
}

/// What an action or rpc is given.
#[derive(Debug)]
pub(crate) enum CallInput {
    /// LwM2M's argument text, in this leaf.
    Arguments(NodeIndex),
    None,
    Struct(String),
}

/// What kind of method a node has, before names are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Call,
    Existence,
    Next,
    Prepare,
    Pull,
}

impl Need {
    fn of(row: &Node) -> Option<Need> {
        let config = row.is_config();
        let pulled = !config && !row.flags.has(Flags::PUSHED) && !row.flags.has(Flags::KEY);
        match row.kind() {
            NodeKind::Leaf | NodeKind::LeafList if config && !row.flags.has(Flags::KEY) => Some(Need::Prepare),
            NodeKind::Leaf | NodeKind::LeafList if pulled => Some(Need::Pull),
            NodeKind::Anydata | NodeKind::Anyxml if config => Some(Need::Prepare),
            NodeKind::List if config => Some(Need::Existence),
            NodeKind::List if pulled => Some(Need::Next),
            NodeKind::Container if config && row.flags.has(Flags::PRESENCE) => Some(Need::Existence),
            NodeKind::Action | NodeKind::Rpc => Some(Need::Call),
            _ => None,
        }
    }

    /// The names that the methods of a node take. Every node takes the bare one too, whether or not it has such a
    /// method, so that `value` and `prepare_value` are never about two nodes.
    fn forms(self, base: &str) -> Vec<String> {
        let around: &[(&str, &str)] = match self {
            Need::Call | Need::Pull => &[],
            Need::Existence => &[("prepare_", "_create"), ("prepare_", "_delete"), ("", "_created"), ("", "_deleted")],
            Need::Next => &[("", "_next")],
            Need::Prepare => &[("prepare_", ""), ("", "_changed")],
        };
        let decorated = around.iter().map(|(before, behind)| format!("{before}{base}{behind}"));
        std::iter::once(base.to_owned()).chain(decorated).collect()
    }
}

/// The nodes of a trait that need methods.
struct Group {
    /// The trait's name in words, `valve-handler`.
    name: String,
    module: ModuleIndex,
    of: String,
    nodes: Vec<(NodeIndex, Need)>,
}

/// All traits, unnamed clashes included, in the order of the tables; rpcs behind.
fn groups(source: &Source<'_>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut of_top: HashMap<NodeIndex, usize> = HashMap::new();
    let mut of_module: HashMap<ModuleIndex, usize> = HashMap::new();
    for (index, row) in source.rows() {
        let Some(need) = Need::of(row) else { continue };
        let in_message = source.in_message(index) && need != Need::Call;
        if in_message || source.is_engines(index) {
            continue;
        }
        let top = source.top(index);
        let module = source.schema.node(top).map_or(row.module(), Node::module);
        let place = if row.kind() == NodeKind::Rpc {
            *of_module.entry(module).or_insert_with(|| {
                let name = source.schema.module(module).map_or("", |module| module.name);
                let (name, of) = (format!("{name}-handler"), format!("the rpcs of {name}"));
                groups.push(Group { name, module, of, nodes: Vec::new() });
                groups.len() - 1
            })
        } else {
            *of_top.entry(top).or_insert_with(|| {
                let name = format!("{}-handler", source.schema.name(top));
                groups.push(Group { name, module, of: source.describe(top), nodes: Vec::new() });
                groups.len() - 1
            })
        };
        if let Some(group) = groups.get_mut(place) {
            group.nodes.push((index, need));
        }
    }
    groups
}

fn settle_names(groups: &[&Group]) -> Vec<String> {
    let paths: Vec<Vec<String>> = groups.iter().map(|group| vec![group.name.clone()]).collect();
    settle(&paths, &RESERVED_TYPES, |_, name| vec![camel(name)]).iter().map(|name| camel(name)).collect()
}

/// The names of each module's traits; structs keep clear of them.
pub(super) fn names(source: &Source<'_>) -> HashMap<ModuleIndex, Vec<String>> {
    let groups = groups(source);
    let mut by_module: HashMap<ModuleIndex, Vec<&Group>> = HashMap::new();
    for group in &groups {
        by_module.entry(group.module).or_default().push(group);
    }
    by_module.into_iter().map(|(module, groups)| (module, settle_names(&groups))).collect()
}

pub(super) fn plan(
    source: &Source<'_>,
    types: &Types,
    structs: &HashMap<NodeIndex, String>,
) -> HashMap<ModuleIndex, Vec<Handler>> {
    let groups = groups(source);
    let mut by_module: HashMap<ModuleIndex, Vec<&Group>> = HashMap::new();
    for group in &groups {
        by_module.entry(group.module).or_default().push(group);
    }
    let handler = |(name, group): (String, &&Group)| Handler {
        name,
        of: group.of.clone(),
        methods: plan_methods(source, types, structs, group),
    };
    let plan = |(module, groups): (ModuleIndex, Vec<&Group>)| {
        (module, settle_names(&groups).into_iter().zip(&groups).map(handler).collect())
    };
    by_module.into_iter().map(plan).collect()
}

fn plan_methods(
    source: &Source<'_>,
    types: &Types,
    structs: &HashMap<NodeIndex, String>,
    group: &Group,
) -> Vec<Method> {
    let paths: Vec<Vec<String>> = group.nodes.iter().map(|(node, _)| source.steps(*node)).collect();
    let names = settle(&paths, &[], |place, name| {
        let need = group.nodes.get(place).map(|(_, need)| *need);
        need.map(|need| need.forms(&snake(name))).unwrap_or_default()
    });
    let method = |(name, (node, need)): (&String, &(NodeIndex, Need))| {
        let row = source.schema.node(*node)?;
        let answer = || match row.kind() {
            NodeKind::Leaf => Answer::Leaf(types.of_node(*node)),
            NodeKind::LeafList => Answer::LeafList(types.of_node(*node)),
            _ => Answer::Any,
        };
        let kind = match need {
            Need::Call => plan_call(source, structs, *node),
            Need::Existence => MethodKind::Existence { refuses: is_made_of_hardware(source, *node) },
            Need::Next => {
                let keys = source.schema.list(*node).map(|list| list.keys).unwrap_or_default();
                let keys: Vec<RustType> = keys.iter().map(|key| types.of_node(*key)).collect();
                MethodKind::Next(if keys.is_empty() { vec![RustType::Number("u64")] } else { keys })
            }
            Need::Prepare => MethodKind::Prepare(answer()),
            Need::Pull => {
                let mandatory = row.flags.has(Flags::MANDATORY) && !is_in_optional_list(source, row.parent);
                MethodKind::Pull { answer: answer(), mandatory }
            }
        };
        let own_keys = *need == Need::Existence;
        Some(Method {
            node: *node,
            base: snake(name),
            keys: keys_of(source, types, *node, own_keys, &["after", "arguments", "call", "input", "new"]),
            kind,
            path: source.describe(*node),
            description: source.compiled(*node).and_then(|node| node.description.clone()),
        })
    };
    names.iter().zip(&group.nodes).filter_map(method).collect()
}

/// Whether a state list without `min-elements` is above: it has no entry unless the board says so, and then nobody
/// asks for what is mandatory in one.
fn is_in_optional_list(source: &Source<'_>, parent: NodeIndex) -> bool {
    let Some(row) = source.schema.node(parent) else { return false };
    let is_optional = source.schema.bounds(parent).is_none_or(|bounds| bounds.min == 0);
    (row.kind() == NodeKind::List && !row.is_config() && is_optional) || is_in_optional_list(source, row.parent)
}

/// Whether a pulled node or an action is under it: then only the board can make one.
fn is_made_of_hardware(source: &Source<'_>, node: NodeIndex) -> bool {
    let Some(row) = source.schema.node(node) else { return false };
    let below = (node.0..row.end).skip(1).map(NodeIndex);
    below.filter_map(|below| Some((below, source.schema.node(below)?))).any(|(below, row)| match Need::of(row) {
        Some(Need::Pull | Need::Next) => !source.in_message(below),
        Some(Need::Call) => true,
        _ => false,
    })
}

fn plan_call(source: &Source<'_>, structs: &HashMap<NodeIndex, String>, node: NodeIndex) -> MethodKind {
    let module = source.schema.node(source.top(node)).map(Node::module);
    let mut input = CallInput::None;
    let mut output = None;
    for (child, row) in source.child_rows(node) {
        let Some(name) = structs.get(&child) else { continue };
        let name = if Some(row.module()) == module {
            name.clone()
        } else {
            format!("super::{}::{name}", source.rust_module(row.module()))
        };
        match row.kind() {
            NodeKind::Input => input = arguments(source, node, child).unwrap_or(CallInput::Struct(name)),
            NodeKind::Output => output = Some(name),
            _ => {}
        }
    }
    MethodKind::Call { input, output }
}

/// The one leaf `arguments` of an executable LwM2M resource.
fn arguments(source: &Source<'_>, action: NodeIndex, input: NodeIndex) -> Option<CallInput> {
    let is_resource = source.schema.resources.iter().any(|resource| resource.node == action);
    let mut children = source.schema.children(input);
    let (first, more) = (children.next()?, children.next());
    let is_text = matches!(source.schema.type_of(first), Some(comi_runtime::schema::Type::String { .. }));
    let is_it = is_resource && more.is_none() && is_text && source.schema.name(first) == "arguments";
    is_it.then_some(CallInput::Arguments(first))
}

//! From the effective schema and its SIDs to the tables of `comi_runtime::schema`.
//!
//! Everything that a device is built from is decided here once: the order of the rows (the order in which YANG-CBOR
//! writes siblings), types with leafrefs followed, choices folded away, LwM2M ids. The tables are the runtime's own
//! types and are leaked: a tool uses them as they are ([`runtime_schema`]), a build script prints them (`emit`) and
//! ends. It must not know Rust names. Read [`Lowered`] first.

mod annotations;
mod choices;
mod expressions;
mod identities;
mod lwm2m;
mod paths;
mod patterns;
mod rows;
mod types;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use comi_runtime::schema::{Bounds, Default, Flags, List, Module, ModuleIndex, Node, NodeIndex, NodeKind, Schema};
use comi_sid::{Namespace, Registry, Sid};

use crate::diagnostic::{Diagnostic, Severity};
use crate::schema::compiled::{self, NodeId};
use crate::source::SourceMap;

pub(crate) use paths::resolve_path;
pub(crate) use rows::Rows;
pub(crate) use types::follow;

/// The modules whose nodes the engine answers itself; every schema has them without asking.
pub(crate) const ENGINE_MODULES: [&str; 3] = ["ietf-coreconf", "ietf-datastores", "ietf-yang-library"];

/// What a build says about single nodes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Choices {
    /// Whether the tables are those of a device: what it says of itself (the engine's modules) has no patterns then,
    /// so that a device whose models have none needs no machine for them.
    pub(crate) device: bool,
    /// Nodes left out of this device.
    pub(crate) without: HashSet<NodeId>,
    /// Roots of subtrees whose state is pushed by the board.
    pub(crate) pushed: HashSet<NodeId>,
    /// Roots of subtrees whose state is read when the board says so.
    pub(crate) event_driven: HashSet<NodeId>,
    /// Whether nodes are taken and told by name, too.
    pub(crate) by_name: bool,
    /// Whether nodes and identities may go without a SID: who only uses names needs none.
    pub(crate) without_sids: bool,
    /// Whether a `must`, `when` or path that can't be evaluated is left out instead of refused.
    pub(crate) without_rules: bool,
}

/// The tables, and where each row came from.
#[derive(Debug)]
pub(crate) struct Lowered {
    /// The tables.
    pub(crate) schema: &'static Schema,
    /// The expression of each program of `Patterns`.
    pub(crate) pattern_texts: Vec<String>,
    /// The compiled node behind each row.
    pub(crate) origins: Vec<NodeId>,
    /// The row of each compiled node that has one.
    pub(crate) index: HashMap<NodeId, NodeIndex>,
    /// Whether nodes are taken and told by name, too.
    pub(crate) by_name: bool,
    /// Whether names of nodes are asked for.
    pub(crate) names: bool,
    /// Why each rule was left out that can't be evaluated.
    pub(crate) left_out: Vec<Diagnostic>,
}

/// Moves a table to where it lives as long as the program.
fn leak<T>(rows: Vec<T>) -> &'static [T] {
    if rows.is_empty() { &[] } else { Box::leak(rows.into_boxed_slice()) }
}

fn leak_text(text: &str) -> &'static str {
    if text.is_empty() { "" } else { Box::leak(text.to_owned().into_boxed_str()) }
}

/// Distinct identifiers, in the order in which they came.
#[derive(Default)]
struct Names {
    texts: Vec<&'static str>,
    places: HashMap<String, u16>,
}

impl Names {
    fn intern(&mut self, text: &str) -> u16 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
        self.texts.push(leak_text(text));
        self.places.insert(text.to_owned(), place);
        place
    }
}

/// Lowers a schema that was compiled without error.
///
/// # Errors
/// Missing and clashing SIDs, and what no table can hold; each names the node and what mends it.
pub(crate) fn lower(
    schema: &compiled::Schema,
    sources: &SourceMap,
    sids: &Registry,
    choices: &Choices,
) -> Result<Lowered, Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let modules = lower_modules(schema, sids, &mut diagnostics);
    let rows = rows::arrange(schema, sources, sids, choices, &mut diagnostics);
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    let mut names = Names::default();
    let identities = identities::lower(schema, sources, sids, choices, &mut names, &mut diagnostics);
    let mut types = types::Types::new(schema, &rows, &identities, choices.device);
    let lwm2m = lwm2m::lower(schema, &rows, &mut diagnostics);
    let choice_tables = choices::lower(schema, &rows, &mut names);

    let mut made = Tables::default();
    for (place, row) in rows.rows.iter().enumerate() {
        let Some(node) = schema.node(row.id) else { continue };
        let index = NodeIndex(u16::try_from(place).unwrap_or(u16::MAX));
        let evaluated = expressions::is_evaluated(schema, &rows, row, choices.device);
        let mut flags = node_flags(schema, &rows, row, choices, evaluated).with(lwm2m.flags_of(index));
        if choice_tables.members.binary_search_by_key(&index, |member| member.node).is_ok() {
            flags = flags.with(Flags::IN_CASE);
        }
        let mut detail = 0;
        match node.kind {
            compiled::NodeKind::Leaf | compiled::NodeKind::LeafList => {
                if let Some(type_) = &node.type_ {
                    detail = types.row(type_, node, &mut diagnostics).0;
                    for default in &node.defaults {
                        match types.literal(type_, &default.value) {
                            Some(value) => made.defaults.push(Default { node: index, value }),
                            None => diagnostics.push(
                                Diagnostic::error(format!("no table can hold the default {:?}", default.text))
                                    .at(default.span, "")
                                    .help("take a default of another member type, or none"),
                            ),
                        }
                    }
                }
                if !node.defaults.is_empty() {
                    flags = flags.with(Flags::HAS_DEFAULT);
                }
            }
            compiled::NodeKind::List => {
                detail = u16::try_from(made.lists.len()).unwrap_or(u16::MAX);
                let indices = |ids: &[NodeId]| leak(ids.iter().filter_map(|id| rows.index_of(*id)).collect());
                let unique = leak(node.unique.iter().map(|leafs| indices(leafs)).collect());
                made.lists.push(List { keys: indices(&node.keys), unique });
            }
            _ => {}
        }
        if node.min_elements.is_some_and(|min| min > 0) || node.max_elements.is_some() {
            flags = flags.with(Flags::HAS_BOUNDS);
            let min = node.min_elements.filter(|_| node.whens.is_empty() || evaluated).unwrap_or(0);
            let max = node.max_elements.unwrap_or(u32::MAX);
            made.bounds.push(Bounds { node: index, min, max });
        }
        let Some(kind) = row_kind(node.kind) else { continue };
        let module = ModuleIndex(u16::try_from(node.module.0).unwrap_or(u16::MAX));
        let parent = row.parent.unwrap_or(NodeIndex::ROOT);
        let name = names.intern(&node.name);
        made.nodes.push(Node::new(row.sid, kind, module, name, parent, row.end, detail, flags));
    }
    if names.texts.len() > usize::from(u16::MAX) || types.rows().len() > usize::from(u16::MAX) {
        diagnostics.push(Diagnostic::error("the schema has more than 65535 distinct names or types"));
    }
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    let matched = expressions::patterns(schema, &rows, &mut types);
    let messages = types.messages();
    let (types, patterns, pattern_texts) = types.into_rows();
    let mut tables = Schema {
        modules,
        nodes: leak(made.nodes),
        names: leak(names.texts),
        types: leak(types),
        patterns,
        messages,
        lists: leak(made.lists),
        identities: leak(identities.rows.clone()),
        choices: leak(choice_tables.choices),
        case_members: leak(choice_tables.members),
        defaults: leak(made.defaults),
        bounds: leak(made.bounds),
        by_sid: leak(rows.by_sid()),
        objects: leak(lwm2m.objects),
        resources: leak(lwm2m.resources),
        expressions: None,
        by_name: None,
        parts: None,
        any: None,
    };
    let first: &'static Schema = Box::leak(Box::new(tables));
    let mut left_out = Vec::new();
    let beside =
        expressions::Beside { identities: &identities, patterns: matched, conditional: &choice_tables.conditional };
    let lowered = expressions::lower(schema, &rows, first, beside, choices.device, &mut left_out);
    if !choices.without_rules {
        diagnostics.append(&mut left_out);
    }
    if diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(diagnostics);
    }
    tables.expressions = lowered.expressions;
    let (origins, index) = rows.into_origins();
    let by_name = choices.by_name || lowered.by_name;
    let names = by_name || lowered.names;
    Ok(Lowered { schema: Box::leak(Box::new(tables)), pattern_texts, origins, index, by_name, names, left_out })
}

#[derive(Default)]
struct Tables {
    nodes: Vec<Node>,
    lists: Vec<List>,
    defaults: Vec<Default>,
    bounds: Vec<Bounds>,
}

fn lower_modules(schema: &compiled::Schema, sids: &Registry, diagnostics: &mut Vec<Diagnostic>) -> &'static [Module] {
    if let Some(module) = schema.modules.get(Node::MAX_MODULES) {
        let message = format!("{} modules are more than a schema can hold (4096)", schema.modules.len());
        diagnostics.push(Diagnostic::error(message).at(module.span, "the first one too many"));
    }
    let lower = |module: &compiled::Module| {
        let supported = module.features.iter().filter(|feature| feature.supported);
        // A module without a SID of its own can still be served; its 0 means "none".
        let sid = sids.sid(&module.name, Namespace::Module, &module.name).map_or(0, Sid::number);
        Module {
            name: leak_text(&module.name),
            revision: leak_text(module.revision.as_deref().unwrap_or("")),
            namespace: leak_text(&module.namespace),
            features: leak(supported.map(|feature| leak_text(&feature.name)).collect()),
            implemented: module.implemented,
            sid: u32::try_from(sid).unwrap_or(0),
        }
    };
    leak(schema.modules.iter().map(lower).collect())
}

fn row_kind(kind: compiled::NodeKind) -> Option<NodeKind> {
    Some(match kind {
        compiled::NodeKind::Action => NodeKind::Action,
        compiled::NodeKind::Anydata => NodeKind::Anydata,
        compiled::NodeKind::Anyxml => NodeKind::Anyxml,
        compiled::NodeKind::Container => NodeKind::Container,
        compiled::NodeKind::Input => NodeKind::Input,
        compiled::NodeKind::Leaf => NodeKind::Leaf,
        compiled::NodeKind::LeafList => NodeKind::LeafList,
        compiled::NodeKind::List => NodeKind::List,
        compiled::NodeKind::Notification => NodeKind::Notification,
        compiled::NodeKind::Output => NodeKind::Output,
        compiled::NodeKind::Rpc => NodeKind::Rpc,
        compiled::NodeKind::Structure => NodeKind::Structure,
        compiled::NodeKind::Case | compiled::NodeKind::Choice => return None,
    })
}

/// The flags that the node's own statements and the build's choices give.
fn node_flags(schema: &compiled::Schema, rows: &Rows, row: &rows::Row, choices: &Choices, evaluated: bool) -> Flags {
    let Some(node) = schema.node(row.id) else { return Flags::NONE };
    let mut flags = Flags::NONE;
    let mut set = |flag: Flags, wanted: bool| {
        if wanted {
            flags = flags.with(flag);
        }
    };
    let data = !row.in_message;
    set(Flags::CONFIG, node.config && data);
    set(Flags::MANDATORY, node.mandatory && (node.whens.is_empty() || evaluated));
    set(Flags::PRESENCE, node.presence.is_some());
    // of an input, an output, a notification and a structure the order is the sender's (RFC 7950 section 7.7.7)
    let in_senders_order =
        row.in_message && matches!(node.kind, compiled::NodeKind::List | compiled::NodeKind::LeafList);
    set(Flags::USER_ORDERED, node.user_ordered || in_senders_order);
    let parent = row.parent.and_then(|parent| rows.rows.get(parent.get())).and_then(|parent| schema.node(parent.id));
    let in_input = parent.is_some_and(|parent| parent.kind == compiled::NodeKind::Input);
    set(Flags::ARGUMENTS, in_input && node.kind == compiled::NodeKind::Leaf && node.name == "arguments");
    let link = |(module, name): &(String, String)| module == "comi-lwm2m" && name == "objlnk";
    set(Flags::OBJECT_LINK, node.type_.as_ref().is_some_and(|type_| type_.typedefs.iter().any(link)));
    set(Flags::KEY, parent.is_some_and(|parent| parent.keys.contains(&row.id)));
    if !node.config && data {
        let within = |set: &HashSet<NodeId>| !set.is_empty() && is_within(schema, row.id, set);
        set(Flags::PUSHED, within(&choices.pushed));
        set(Flags::EVENT_DRIVEN, within(&choices.event_driven));
    }
    flags
}

fn is_within(schema: &compiled::Schema, id: NodeId, set: &HashSet<NodeId>) -> bool {
    std::iter::successors(Some(id), |id| schema.node(*id)?.parent).any(|id| set.contains(&id))
}

/// The tables of a schema that was compiled without error, for tools that compile while they run: they are leaked,
/// since everything in the runtime refers to a `&'static Schema`. A tool makes one. It knows its names, but not what
/// takes and tells nodes by them: that is the runtime's `cbor::with_names`.
///
/// # Errors
/// Missing SIDs, and what no table can hold.
///
/// ```
/// use comi_codegen::{Context, runtime_schema, sid_files};
///
/// let compiled = Context::new().module("ietf-interfaces").compile();
/// let (sids, _) = sid_files(&compiled, &[]).map_err(|_| "no SIDs")?;
/// let schema = runtime_schema(&compiled, &sids).map_err(|_| "no schema")?;
/// assert_eq!(schema.name(schema.children(comi_runtime::schema::NodeIndex::ROOT).next().unwrap()), "interfaces");
/// # Ok::<(), &str>(())
/// ```
pub fn runtime_schema(
    compiled: &crate::context::Compiled,
    sids: &Registry,
) -> Result<&'static Schema, Vec<Diagnostic>> {
    lower(&compiled.schema, &compiled.sources, sids, &Choices::default()).map(|lowered| lowered.schema)
}

/// As [`runtime_schema`], for tools that convert by name: a node or identity without SID is no error, and has 0 for one;
/// nor is a `must` or `when` that can't be evaluated.
///
/// # Errors
/// SIDs that clash, and what no table can hold.
pub fn named_schema(compiled: &crate::context::Compiled, sids: &Registry) -> Result<&'static Schema, Vec<Diagnostic>> {
    let choices = Choices { without_sids: true, without_rules: true, ..Choices::default() };
    lower(&compiled.schema, &compiled.sources, sids, &choices).map(|lowered| lowered.schema)
}

/// A schema that has, at its root, a leaf for each annotation that the modules define, of the annotation's name and type,
/// and no other node. Of an annotation whose value is about other nodes (leafref, instance-identifier) it has an anyxml.
/// It knows all modules, so that an annotation which its module does not define can be told from one of a module that is
/// not here.
///
/// # Errors
/// What no table can hold.
///
/// ```
/// use comi_codegen::{Context, annotation_schema};
///
/// let metadata = "module ietf-yang-metadata { namespace urn:m; prefix md; extension annotation { argument name; } }";
/// let notes = "module notes { namespace urn:n; prefix n; import ietf-yang-metadata { prefix md; }
///              md:annotation by { type string; } }";
/// let mut context = Context::new();
/// context.source("ietf-yang-metadata.yang", metadata).source("notes.yang", notes).module("notes");
/// let compiled = context.compile();
/// let schema = annotation_schema(&compiled).map_err(|_| "no schema")?;
/// let names = schema.children(comi_runtime::schema::NodeIndex::ROOT).map(|child| schema.name(child));
/// assert_eq!(names.collect::<Vec<_>>(), ["by"]);
/// # Ok::<(), &str>(())
/// ```
pub fn annotation_schema(compiled: &crate::context::Compiled) -> Result<&'static Schema, Vec<Diagnostic>> {
    let choices = Choices { without_sids: true, without_rules: true, ..Choices::default() };
    let alone = annotations::alone(&compiled.schema);
    lower(&alone, &compiled.sources, &Registry::default(), &choices).map(|lowered| lowered.schema)
}

/// As [`runtime_schema`], for who serves or talks to devices with modules that nobody chose for a device: a `must`,
/// `when` or path that can't be evaluated is left out of the tables, with the warning that says why.
///
/// # Errors
/// Missing SIDs ([`crate::session_sids`] makes them up), and what no table can hold.
pub fn served_schema(
    compiled: &crate::context::Compiled,
    sids: &Registry,
) -> Result<(&'static Schema, Vec<Diagnostic>), Vec<Diagnostic>> {
    let choices = Choices { without_rules: true, ..Choices::default() };
    let mut lowered = lower(&compiled.schema, &compiled.sources, sids, &choices)?;
    for diagnostic in &mut lowered.left_out {
        diagnostic.severity = Severity::Warning;
    }
    Ok((lowered.schema, lowered.left_out))
}

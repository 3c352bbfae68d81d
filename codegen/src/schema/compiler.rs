//! What the phases share: the schema being made, the drafts of its nodes, and the diagnostics.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::compiled::{IdentityId, Module, ModuleId, Node, NodeId, Schema, Submodule};
use super::definitions::{Definitions, Scope, ScopeId};
use super::expressions::Expressions;
use super::features::Truth;
use super::load::{Finder, Loaded, Request, Text, Unit, UnitId, load};
use super::phases::Phases;
use super::siblings::Siblings;
use super::types::Typed;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};
use crate::syntax::Statement;

/// Features by module; a module that is not named supports all of its features.
pub(crate) type Features = HashMap<String, HashSet<String>>;

/// More nodes than this are a mistake (or an attack): groupings that use groupings grow exponentially.
pub(super) const NODE_LIMIT: usize = 400_000;

/// Enums, bits, patterns and union members of all types together: a typedef may be used by many leafs and unions.
pub(super) const TYPE_LIMIT: usize = 8_000_000;

/// How deep schema nodes, `uses` and typedefs may nest.
pub(super) const DEPTH_LIMIT: usize = 128;

/// Diagnostics, each once: what a grouping's mistake causes in each of its uses is one mistake.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics {
    list: Vec<Diagnostic>,
    seen: HashSet<(Option<Span>, String)>,
}

impl Diagnostics {
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.seen.insert((diagnostic.span(), diagnostic.message.clone())) {
            self.list.push(diagnostic);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }
}

/// What came of a compilation.
pub(crate) struct Outcome {
    pub(crate) schema: Schema,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The module of each request.
    pub(crate) asked: Vec<Option<ModuleId>>,
    /// All texts that were read.
    pub(crate) texts: Vec<Text>,
    pub(crate) phases: Phases,
}

/// Compiles what is asked for. All diagnostics, and what could be made in spite of them.
pub(crate) fn compile(
    requests: &[Request],
    features: &Features,
    every_item: bool,
    open_features: bool,
    finder: &mut dyn Finder,
    sources: &mut SourceMap,
) -> Outcome {
    let phases = Phases::start();
    let mut diagnostics = Diagnostics::default();
    let loaded = load(requests, finder, sources, &mut diagnostics);
    let mut compiler = Compiler::new(&loaded, features, every_item, sources, diagnostics);
    compiler.open_features = open_features;
    compiler.phases = phases;
    compiler.phases.end("load");
    compiler.parse_expressions();
    compiler.phases.end("parse expressions");
    compiler.define();
    compiler.phases.end("definitions");
    compiler.implement();
    for module in 0..loaded.modules.len() {
        compiler.module_nodes(ModuleId(module));
    }
    compiler.phases.end("nodes");
    compiler.apply_augments();
    compiler.apply_deviations();
    compiler.phases.end("augments, deviations");
    compiler.check_unused_groupings();
    compiler.note_errors();
    compiler.check_annotations();
    compiler.phases.end("unused groupings");
    compiler.finish();
    let Compiler { schema, diagnostics, mut phases, .. } = compiler;
    let schema = super::compact::compact(schema);
    phases.end("compact");
    let mut diagnostics = diagnostics.list;
    diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| (span.source, span.start)));
    let text = |Unit { statement, module, prefixes, .. }| Text { module, statement, prefixes };
    Outcome { schema, diagnostics, asked: loaded.asked, texts: loaded.units.into_iter().map(text).collect(), phases }
}

/// Where a statement stands: what its prefixes and names mean, and the namespace that its nodes get.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// The text, for prefixes.
    pub(super) unit: UnitId,
    /// Typedefs and groupings in sight; `None`: those of the module alone.
    pub(super) scope: Option<ScopeId>,
    /// Namespace of the nodes: in a grouping that of the module that uses it.
    pub(super) module: ModuleId,
    pub(super) depth: usize,
}

/// What is known of a node before the tree is whole.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub(super) place: Place,
    /// `None` for what is there without being written.
    pub(super) statement: Option<&'a Statement>,
    pub(super) type_: Option<(&'a Statement, Place)>,
    pub(super) config: Option<(bool, Span)>,
    pub(super) mandatory: Option<(bool, Span)>,
    pub(super) defaults: Vec<(&'a Statement, UnitId)>,
    pub(super) key: Option<(&'a Statement, Place)>,
    pub(super) uniques: Vec<(&'a Statement, Place)>,
    /// Filled by `finish`.
    pub(super) typed: Option<Rc<Typed<'a>>>,
}

pub(super) struct Compiler<'a> {
    pub(super) loaded: &'a Loaded,
    pub(super) features: &'a Features,
    /// Whether nodes are kept whatever their `if-feature` says, and imports are implemented.
    pub(super) every_item: bool,
    pub(super) sources: &'a SourceMap,
    pub(super) phases: Phases,
    /// Whether features of modules that `features` does not name are neither supported nor not.
    pub(super) open_features: bool,
    pub(super) diagnostics: Diagnostics,
    pub(super) schema: Schema,
    /// Parallel to `schema.nodes`.
    pub(super) drafts: Vec<Draft<'a>>,
    pub(super) definitions: Vec<Definitions<'a>>,
    pub(super) identities: HashMap<(ModuleId, &'a str), IdentityId>,
    pub(super) scopes: Vec<Scope<'a>>,
    pub(super) scope_of: HashMap<Span, ScopeId>,
    pub(super) types: HashMap<Span, Option<Rc<Typed<'a>>>>,
    /// Typedefs, groupings and features being resolved, to find circles.
    pub(super) resolving: Vec<Span>,
    pub(super) used_groupings: HashSet<Span>,
    pub(super) siblings: Siblings,
    /// Nodes that an unsupported feature or a deviation took away: naming them is no mistake.
    pub(super) pruned: HashSet<(Option<NodeId>, String)>,
    /// Nodes whose children are not all there because of a mistake that was told.
    pub(super) incomplete: HashSet<Option<NodeId>>,
    pub(super) too_many: bool,
    pub(super) too_deep: bool,
    pub(super) feature_states: HashMap<Span, Truth>,
    pub(super) expressions: Expressions,
    /// Defaults of typedefs that are no value of them: told once, there.
    pub(super) bad_defaults: HashSet<Span>,
    /// Whether the nodes at hand are of a grouping that nobody uses: what depends on the place of use is not known.
    pub(super) placeless: bool,
    /// How much of [`TYPE_LIMIT`] is used.
    pub(super) type_weight: usize,
}

impl<'a> Compiler<'a> {
    fn new(
        loaded: &'a Loaded,
        features: &'a Features,
        every_item: bool,
        sources: &'a SourceMap,
        diagnostics: Diagnostics,
    ) -> Compiler<'a> {
        let mut schema = Schema::default();
        for family in &loaded.modules {
            let Some(unit) = family.units.first().and_then(|unit| loaded.units.get(unit.0)) else { continue };
            let statement = &unit.statement;
            let import = |(module, _, revision): &(ModuleId, Span, Option<String>)| {
                loaded.modules.get(module.0).map(|family| (family.name.clone(), revision.clone()))
            };
            let parts: Vec<&Unit> = family.units.iter().skip(1).filter_map(|unit| loaded.units.get(unit.0)).collect();
            let named = |include: &Statement| parts.iter().position(|part| part.name == include.text());
            let submodules = parts.iter().map(|unit| Submodule {
                name: unit.name.clone(),
                source: unit.statement.span.source,
                includes: unit.statement.all("include").filter_map(named).collect(),
                roots: Vec::new(),
            });
            schema.modules.push(Module {
                name: family.name.clone(),
                revision: family.revision.clone(),
                submodules: submodules.collect(),
                namespace: statement.child_text("namespace").unwrap_or_default().to_owned(),
                prefix: statement.child_text("prefix").unwrap_or_default().to_owned(),
                implemented: family.asked,
                features: Vec::new(),
                roots: Vec::new(),
                augments: Vec::new(),
                imports: family.imports.iter().filter_map(import).collect(),
                description: statement.child_text("description").map(str::to_owned),
                extensions: Vec::new(),
                span: statement.head,
            });
        }
        Compiler {
            loaded,
            features,
            every_item,
            sources,
            phases: Phases::start(),
            open_features: false,
            diagnostics,
            schema,
            drafts: Vec::new(),
            definitions: Vec::new(),
            identities: HashMap::new(),
            scopes: Vec::new(),
            scope_of: HashMap::new(),
            types: HashMap::new(),
            resolving: Vec::new(),
            used_groupings: HashSet::new(),
            siblings: Siblings::default(),
            pruned: HashSet::new(),
            incomplete: HashSet::new(),
            too_many: false,
            too_deep: false,
            feature_states: HashMap::new(),
            expressions: Expressions::default(),
            bad_defaults: HashSet::new(),
            placeless: false,
            type_weight: 0,
        }
    }

    pub(super) fn unit(&self, id: UnitId) -> Option<&'a Unit> {
        self.loaded.units.get(id.0)
    }

    /// The texts of a module: its own, then its submodules'.
    pub(super) fn units(&self, module: ModuleId) -> impl Iterator<Item = (UnitId, &'a Unit)> + use<'a> {
        let loaded = self.loaded;
        let units = loaded.modules.get(module.0).map_or(&[][..], |family| &family.units);
        units.iter().filter_map(|id| Some((*id, loaded.units.get(id.0)?)))
    }

    /// Whether a module is implemented, not imported alone (RFC 7950 section 5.6.5).
    pub(super) fn implements(&self, module: ModuleId) -> bool {
        self.schema.modules.get(module.0).is_some_and(|module| module.implemented)
    }

    /// The texts of all implemented modules, each with the place of its top level.
    pub(super) fn implemented_texts(&self) -> Vec<(Place, &'a Unit)> {
        let modules = (0..self.schema.modules.len()).map(ModuleId).filter(|module| self.implements(*module));
        let place = |module, unit| Place { unit, scope: None, module, depth: 0 };
        modules.flat_map(|module| self.units(module).map(move |(unit, text)| (place(module, unit), text))).collect()
    }

    pub(super) fn node(&self, id: NodeId) -> Option<&Node> {
        self.schema.nodes.get(id.0)
    }

    pub(super) fn module_name(&self, module: ModuleId) -> &'a str {
        self.loaded.modules.get(module.0).map_or("", |family| family.name.as_str())
    }

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>, rule: &str) {
        self.diagnostics.push(Diagnostic::error(message).at(span, "").rule(rule));
    }

    /// Tells once that something is nested beyond [`DEPTH_LIMIT`]; what is behind it is left out.
    pub(super) fn tell_too_deep(&mut self, span: Span, what: &str) {
        if !std::mem::replace(&mut self.too_deep, true) {
            let message = format!("{what} more than {DEPTH_LIMIT} deep");
            let help = "this is a limit of Comi, not of YANG; no model made for use comes near it";
            self.diagnostics.push(Diagnostic::error(message).at(span, "").help(help));
        }
    }

    /// The module that a prefix stands for; an unknown one is told, once per place.
    pub(super) fn prefix(&mut self, prefix: &str, unit: UnitId, span: Span) -> Option<ModuleId> {
        let unit = self.unit(unit)?;
        if let Some(module) = unit.prefixes.get(prefix) {
            return Some(*module);
        }
        if unit.broken.iter().any(|broken| broken == prefix) {
            return None;
        }
        let message = format!("the prefix `{prefix}` is not declared");
        let mut diagnostic = Diagnostic::error(message).at(span, "").rule("RFC 7950 section 7.1.4");
        if let Some(near) = crate::diagnostic::suggest(prefix, unit.prefixes.keys().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        } else {
            diagnostic = diagnostic.help(format!("add `import … {{ prefix {prefix}; }}`"));
        }
        self.diagnostics.push(diagnostic);
        None
    }

    /// Splits `prefix:name` and looks the prefix up; without one the module of the text.
    pub(super) fn qualified<'b>(&mut self, text: &'b str, unit: UnitId, span: Span) -> Option<(ModuleId, &'b str)> {
        match text.split_once(':') {
            Some((prefix, name)) => Some((self.prefix(prefix, unit, span)?, name)),
            None => Some((self.unit(unit)?.module, text)),
        }
    }
}

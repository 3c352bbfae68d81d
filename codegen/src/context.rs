//! The door to the compiler for build scripts, editors and other tools: says what to compile, finds the files.
//!
//! The only place of this crate that reads YANG files. Read [`Context`] first.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Severity, render, suggest};
use crate::schema::compiled::{ModuleId, Part, Schema, TypeKind};
use crate::schema::{Features, Finder, Outcome, Request, Text, compile};
use crate::source::{SourceId, SourceMap};

/// What is to be compiled, and where its imports are found: in memory, then in the folders in the order given, then
/// among the built-in modules.
///
/// ```
/// use comi_codegen::Context;
///
/// let mut context = Context::new();
/// context.source("pump.yang", "module pump { namespace \"urn:pump\"; prefix p; leaf speed { type uint8; } }");
/// context.module("pump");
/// let compiled = context.compile();
/// assert!(compiled.is_ok(), "{}", compiled.render(false));
/// let pump = compiled.schema.module_named("pump").unwrap();
/// assert_eq!(compiled.schema.modules[pump.0].roots.len(), 1);
/// ```
///
/// # In an editor
/// [`Context::compile`] takes `&self` and keeps nothing: a `Context` holds texts and names, and each call reads what it
/// needs again, so what it returns is that of the texts as they are now. Nothing is leaked, and a [`Compiled`] frees
/// all it holds; only [`crate::runtime_schema`], for tools that encode data, leaks one schema a call. A module of 1 000
/// lines takes some milliseconds, so a whole compilation after each keystroke is what is meant.
///
/// ```
/// use comi_codegen::schema::compiled::{NodeId, Schema};
/// use comi_codegen::Context;
///
/// let mut context = Context::new();
/// context.yang_dir("yang").open_features().module("pump");
///
/// // The text of the moment takes the place of the one before, and of the file.
/// context.source("pump.yang", "module pump { namespace \"urn:pump\"; prefix p;\n  leaf speed { type unit8; }\n}");
/// let compiled = context.compile();
/// let problem = &compiled.diagnostics[0];
/// let place = compiled.sources.location(problem.span().unwrap()).unwrap();
/// assert_eq!((place.line, place.column), (2, 21));
/// assert_eq!(problem.message, "there is no type `unit8`");
/// assert_eq!(problem.help.as_deref(), Some("did you mean `uint8`?"));
///
/// context.source("pump.yang", "module pump { namespace \"urn:pump\"; prefix p;
///   container pump { leaf speed { type uint8; } leaf on { type boolean; } } }");
/// let compiled = context.compile();
/// assert!(compiled.is_ok());
///
/// // Nodes stand in an arena in preorder; children, parent and keys are indices.
/// fn outline(schema: &Schema, nodes: &[NodeId], depth: usize, lines: &mut Vec<String>) {
///     for node in nodes.iter().filter_map(|id| schema.node(*id)) {
///         lines.push(format!("{}{} {:?}", "  ".repeat(depth), node.name, node.kind));
///         outline(schema, &node.children, depth + 1, lines);
///     }
/// }
/// let schema = &compiled.schema;
/// let pump = schema.module(schema.module_named("pump").unwrap()).unwrap();
/// let mut lines = Vec::new();
/// outline(schema, &pump.roots, 0, &mut lines);
/// assert_eq!(lines, ["pump Container", "  speed Leaf", "  on Leaf"]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Context {
    folders: Vec<PathBuf>,
    texts: Vec<(String, String)>,
    features: Features,
    open_features: bool,
    asked: Vec<Asked>,
    deviations: Vec<Asked>,
    every_item: bool,
}

#[derive(Clone, Debug)]
enum Asked {
    Module(String),
    File(PathBuf),
}

/// What became of it: the schema as far as it could be made, and everything there is to say.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The effective schema. Nodes with mistakes may be missing in it.
    pub schema: Schema,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the diagnostics point into.
    pub sources: SourceMap,
    /// The modules that were asked for, in that order, each once; not those whose deviations apply.
    pub asked: Vec<ModuleId>,
    /// The statements of all modules and submodules that were read.
    pub texts: Vec<Text>,
    /// What the files and modules asked for hold, in that order, as far as it was found.
    pub parts: Vec<Part>,
    /// The files that were read, for `cargo::rerun-if-changed`.
    pub files: Vec<PathBuf>,
    /// How long each phase took, in their order; `load` reads, cuts into tokens and parses.
    pub phases: Vec<(&'static str, Duration)>,
}

impl Compiled {
    /// Whether there is no error (there may be warnings).
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error)
    }

    /// The diagnostics as a text in the manner of rustc.
    #[must_use]
    pub fn render(&self, color: bool) -> String {
        render(&self.sources, &self.diagnostics, color)
    }
}

impl Context {
    /// An empty one.
    #[must_use]
    pub fn new() -> Context {
        Context::default()
    }

    /// Looks for modules in this folder too.
    pub fn yang_dir(&mut self, folder: impl AsRef<Path>) -> &mut Context {
        self.folders.push(folder.as_ref().to_owned());
        self
    }

    /// Offers a text; `name` is that of a file (`a.yang`, `a@2026-01-31.yang`) or of a module. It takes the place of
    /// one that was offered by the same name.
    pub fn source(&mut self, name: impl Into<String>, text: impl Into<String>) -> &mut Context {
        let (name, text) = (name.into(), text.into());
        match self.texts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = text,
            None => self.texts.push((name, text)),
        }
        self
    }

    /// Supports of this module only the features that are named (by this and further calls); without a call it
    /// supports all. An empty `feature` names none.
    pub fn feature(&mut self, module: impl Into<String>, feature: impl Into<String>) -> &mut Context {
        let (features, feature) = (self.features.entry(module.into()).or_default(), feature.into());
        if !feature.is_empty() {
            features.insert(feature);
        }
        self
    }

    /// Leaves open which features of modules without a call of [`Context::feature`] are supported: the schema then
    /// has what any choice of them has, `if-feature "not a"` and `if-feature a`. For tools that look at a model; a
    /// device decides.
    pub fn open_features(&mut self) -> &mut Context {
        self.open_features = true;
        self
    }

    /// Compiles the module of this name.
    pub fn module(&mut self, name: impl Into<String>) -> &mut Context {
        self.asked.push(Asked::Module(name.into()));
        self
    }

    /// Compiles the module in this file; what it imports is looked for beside it as well, after the folders.
    pub fn file(&mut self, path: impl AsRef<Path>) -> &mut Context {
        self.asked.push(Asked::File(path.as_ref().to_owned()));
        self
    }

    /// Keeps every node whatever its `if-feature` says, and implements every import: for a list of the items that a
    /// module defines, which has all of them on any device (RFC 9595 section 4, list `item`).
    pub fn every_item(&mut self) -> &mut Context {
        self.every_item = true;
        self
    }

    /// Applies the deviations of the module of this name (RFC 7950 section 7.20.3).
    pub fn deviation(&mut self, name: impl Into<String>) -> &mut Context {
        self.deviations.push(Asked::Module(name.into()));
        self
    }

    /// Applies the deviations of the module in this file.
    pub fn deviation_file(&mut self, path: impl AsRef<Path>) -> &mut Context {
        self.deviations.push(Asked::File(path.as_ref().to_owned()));
        self
    }

    /// Compiles.
    #[must_use]
    pub fn compile(&self) -> Compiled {
        let mut sources = SourceMap::default();
        let mut finder = Files::new(self);
        let mut diagnostics = Vec::new();
        let mut requests = Vec::new();
        let mut wanted = 0;
        for (index, asked) in self.asked.iter().chain(&self.deviations).enumerate() {
            if index == self.asked.len() {
                wanted = requests.len();
            }
            match asked {
                Asked::Module(name) => requests.push(Request::Named(name.clone())),
                Asked::File(path) => match finder.read(path, &mut sources) {
                    Ok(id) => requests.push(Request::Source(id)),
                    Err(reason) => {
                        diagnostics.push(Diagnostic::error(format!("{} cannot be read: {reason}", path.display())));
                    }
                },
            }
        }
        if self.deviations.is_empty() {
            wanted = requests.len();
        }
        let outcome =
            compile(&requests, &self.features, self.every_item, self.open_features, &mut finder, &mut sources);
        let Outcome { schema, diagnostics: found, asked: modules, texts, phases } = outcome;
        diagnostics.extend(self.unknown_features(&schema));
        diagnostics.extend(found);
        diagnostics.append(&mut finder.unreadable);
        let parts = self.asked.iter().filter_map(|asked| match asked {
            Asked::Module(name) => Some(Part { module: schema.module_named(name)?, submodule: None }),
            Asked::File(path) => part(&schema, finder.read(path, &mut sources).ok()?),
        });
        let parts = parts.collect();
        let files = finder.read.into_values().map(|(path, _)| path).collect();
        let mut asked: Vec<ModuleId> = Vec::new();
        for module in modules.into_iter().take(wanted).flatten() {
            if !asked.contains(&module) {
                asked.push(module);
            }
        }
        Compiled { schema, diagnostics, sources, asked, parts, texts, files, phases: phases.into_list() }
    }

    /// Compiles, with every module implemented that a leafref of an implemented one leads into, as RFC 7950 section 5.6.5
    /// asks of a server: for tools that make or convert data of modules which nobody chose one by one.
    #[must_use]
    pub fn compile_with_targets(&self) -> Compiled {
        let mut context = self.clone();
        loop {
            let compiled = context.compile();
            let known = |name: &String| {
                context.asked.iter().any(|asked| matches!(asked, Asked::Module(asked) if asked == name))
            };
            let wanted = leafref_modules(&compiled.schema);
            let wanted: Vec<String> = wanted.into_iter().filter(|name| !known(name)).collect();
            if wanted.is_empty() || !compiled.is_ok() {
                return compiled;
            }
            context.asked.extend(wanted.into_iter().map(Asked::Module));
        }
    }

    /// Features that were named and that their module does not define.
    fn unknown_features(&self, schema: &Schema) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for (name, features) in &self.features {
            let Some(module) = schema.module_named(name).and_then(|id| schema.module(id)) else {
                let names = schema.modules.iter().map(|module| module.name.as_str());
                let message = format!("features of module `{name}` are chosen, but no such module is in use");
                diagnostics.push(suggested(Diagnostic::warning(message), name, names));
                continue;
            };
            for feature in features {
                if module.features.iter().all(|known| known.name != *feature) {
                    let names = module.features.iter().map(|known| known.name.as_str());
                    let message = format!("module `{name}` has no feature `{feature}`");
                    diagnostics.push(suggested(Diagnostic::error(message), feature, names));
                }
            }
        }
        diagnostics.sort_by(|a, b| a.message.cmp(&b.message));
        diagnostics
    }
}

/// The modules that are not implemented, but have a leaf to which a leafref of an implemented one leads. Where the leaf is
/// not found, a module of the path has it, by an augment.
fn leafref_modules(schema: &Schema) -> BTreeSet<String> {
    fn steps(schema: &Schema, kind: &TypeKind, found: &mut Vec<ModuleId>) {
        match kind {
            TypeKind::Leafref { target: Some(target), .. } => {
                let lineage = std::iter::successors(Some(*target), |id| schema.node(*id)?.parent);
                found.extend(lineage.filter_map(|id| schema.node(id)).map(|node| node.module));
            }
            TypeKind::Leafref { xpath: Some(xpath), .. } => found.extend(xpath.modules.iter().flatten()),
            TypeKind::Union { members } => members.iter().for_each(|member| steps(schema, &member.kind, found)),
            _ => {}
        }
    }
    let implemented = |id: ModuleId| schema.module(id).is_some_and(|module| module.implemented);
    let mut found = Vec::new();
    for node in schema.nodes.iter().filter(|node| implemented(node.module)) {
        if let Some(type_) = &node.type_ {
            steps(schema, &type_.kind, &mut found);
        }
    }
    let wanted = found.into_iter().filter(|id| !implemented(*id)).filter_map(|id| schema.module(id));
    wanted.map(|module| module.name.clone()).collect()
}

fn suggested<'a>(diagnostic: Diagnostic, name: &str, names: impl Iterator<Item = &'a str>) -> Diagnostic {
    match suggest(name, names) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic,
    }
}

/// What a text holds; `None` where another text of that name was taken.
fn part(schema: &Schema, source: SourceId) -> Option<Part> {
    schema.modules.iter().enumerate().find_map(|(index, module)| {
        let submodule = module.submodules.iter().position(|submodule| submodule.source == source);
        let own = submodule.is_some() || module.span.source == source;
        own.then_some(Part { module: ModuleId(index), submodule })
    })
}

/// Finds modules for the compiler.
struct Files<'a> {
    context: &'a Context,
    /// Texts in memory that are in the source map already.
    texts: BTreeMap<usize, SourceId>,
    /// Files of each folder: module name to revisions (an empty one: none in the file's name).
    folders: Vec<BTreeMap<String, BTreeMap<String, PathBuf>>>,
    /// Files that were read, by their canonical path: a file has several (`a.yang`, `./a.yang`).
    read: BTreeMap<PathBuf, (PathBuf, SourceId)>,
    built_in: BTreeMap<&'static str, SourceId>,
    unreadable: Vec<Diagnostic>,
}

/// `name@revision.yang`, `name.yang`, `name`.
fn split(file: &str) -> (&str, &str) {
    let stem = file.strip_suffix(".yang").unwrap_or(file);
    stem.split_once('@').unwrap_or((stem, ""))
}

/// The best of several revisions: the one wanted; else that of the plain name, else the newest.
fn choose<'a, T>(revisions: &'a BTreeMap<String, T>, wanted: Option<&str>) -> Option<&'a T> {
    let plain = revisions.get("");
    match wanted {
        Some(wanted) => revisions.get(wanted).or(plain),
        None => plain.or_else(|| revisions.values().next_back()),
    }
}

impl<'a> Files<'a> {
    fn new(context: &'a Context) -> Files<'a> {
        let beside = context.asked.iter().filter_map(|asked| match asked {
            Asked::File(path) => path.parent().map(Path::to_owned),
            Asked::Module(_) => None,
        });
        let mut known = BTreeSet::new();
        let folders = context.folders.iter().cloned().chain(beside);
        let folders = folders.filter(|folder| known.insert(folder.clone())).map(|folder| list(&folder)).collect();
        Files {
            context,
            texts: BTreeMap::new(),
            folders,
            read: BTreeMap::new(),
            built_in: BTreeMap::new(),
            unreadable: Vec::new(),
        }
    }

    fn read(&mut self, path: &Path, sources: &mut SourceMap) -> Result<SourceId, String> {
        let canonical = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if let Some((_, id)) = self.read.get(&canonical) {
            return Ok(*id);
        }
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
            format!("it is not UTF-8 (line {line}, byte {at})")
        })?;
        let id = sources.add(path.display().to_string(), text).map_err(|error| error.to_string())?;
        self.read.insert(canonical, (path.to_owned(), id));
        Ok(id)
    }

    fn in_memory(&mut self, name: &str, revision: Option<&str>, sources: &mut SourceMap) -> Option<SourceId> {
        let texts = self.context.texts.iter().enumerate().filter(|(_, (file, _))| split(file).0 == name);
        let revisions: BTreeMap<String, usize> =
            texts.map(|(index, (file, _))| (split(file).1.to_owned(), index)).collect();
        let index = *choose(&revisions, revision)?;
        if let Some(id) = self.texts.get(&index) {
            return Some(*id);
        }
        let (file, text) = self.context.texts.get(index)?;
        let id = sources.add(file, text).ok()?;
        self.texts.insert(index, id);
        Some(id)
    }
}

impl Finder for Files<'_> {
    fn find(&mut self, name: &str, revision: Option<&str>, sources: &mut SourceMap) -> Option<SourceId> {
        if let Some(id) = self.in_memory(name, revision, sources) {
            return Some(id);
        }
        let choose =
            |folder: &BTreeMap<String, BTreeMap<String, PathBuf>>| choose(folder.get(name)?, revision).cloned();
        if let Some(path) = self.folders.iter().find_map(choose) {
            match self.read(&path, sources) {
                Ok(id) => return Some(id),
                Err(reason) => {
                    let message = format!("{} cannot be read: {reason}", path.display());
                    self.unreadable.push(Diagnostic::error(message));
                }
            }
        }
        let built_in = crate::builtin::module(name)?;
        if let Some(id) = self.built_in.get(built_in.name) {
            return Some(*id);
        }
        let id = sources.add(format!("{name}.yang (built in)"), built_in.yang).ok()?;
        self.built_in.insert(built_in.name, id);
        Some(id)
    }

    fn names(&self) -> Vec<String> {
        let texts = self.context.texts.iter().map(|(file, _)| split(file).0.to_owned());
        let files = self.folders.iter().flat_map(|folder| folder.keys().cloned());
        texts.chain(files).chain(crate::builtin::MODULES.iter().map(|module| module.name.to_owned())).collect()
    }
}

fn list(folder: &Path) -> BTreeMap<String, BTreeMap<String, PathBuf>> {
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut found: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for entry in std::fs::read_dir(listed).into_iter().flatten().flatten() {
        let path = folder.join(entry.file_name());
        let Some(file) = path.file_name().and_then(|file| file.to_str()).filter(|file| file.ends_with(".yang")) else {
            continue;
        };
        let (name, revision) = split(file);
        found.entry(name.to_owned()).or_default().insert(revision.to_owned(), path.clone());
    }
    found
}

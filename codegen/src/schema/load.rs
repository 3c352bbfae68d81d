//! Phase 1: the texts that belong to the modules asked for, parsed; who imports and includes whom.
//!
//! Modules are taken breadth first, so those asked for stand first and nothing recurses.

use std::collections::{HashMap, VecDeque};

use super::compiled::ModuleId;
use super::compiler::Diagnostics;
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::{self, Statement};

/// Index of a [`Unit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct UnitId(pub(super) usize);

/// The text of a module or submodule.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) statement: Statement,
    pub(super) name: String,
    /// The module it belongs to.
    pub(super) module: ModuleId,
    pub(super) prefixes: HashMap<String, ModuleId>,
    pub(super) version_1_1: bool,
    /// Prefixes of imports that failed: what needs them is no second error.
    pub(super) broken: Vec<String>,
}

/// A module: its own text, then its submodules'.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) revision: Option<String>,
    pub(super) units: Vec<UnitId>,
    pub(super) asked: bool,
    /// What it imports, with the place that says so.
    pub(super) imports: Vec<(ModuleId, Span, Option<String>)>,
}

/// All modules of a compilation.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub(super) units: Vec<Unit>,
    pub(super) modules: Vec<Family>,
    /// The module of each request, as far as there is one.
    pub(super) asked: Vec<Option<ModuleId>>,
}

/// Finds texts that nobody has added yet: the edge to files and built-in modules.
pub(crate) trait Finder {
    /// The text of a module or submodule.
    fn find(&mut self, name: &str, revision: Option<&str>, sources: &mut SourceMap) -> Option<SourceId>;
    /// Names that could be found, for suggestions.
    fn names(&self) -> Vec<String>;
}

/// What is to be compiled.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    /// The module of this name.
    Named(String),
    /// The module in this text.
    Source(SourceId),
}

/// The text of a module or submodule of a compilation, as it was written.
#[derive(Clone, Debug)]
pub struct Text {
    /// The module that it belongs to.
    pub module: ModuleId,
    /// The `module` or `submodule` statement.
    pub statement: Statement,
    /// What its prefixes stand for.
    pub prefixes: HashMap<String, ModuleId>,
}

/// Loads what is asked for and everything that it needs.
pub(crate) fn load(
    requests: &[Request],
    finder: &mut dyn Finder,
    sources: &mut SourceMap,
    diagnostics: &mut Diagnostics,
) -> Loaded {
    let mut loader = Loader {
        finder,
        sources,
        diagnostics,
        loaded: Loaded::default(),
        named: HashMap::new(),
        parsed: HashMap::new(),
        queue: VecDeque::new(),
    };
    for request in requests {
        let module = loader.request(request);
        loader.loaded.asked.push(module);
    }
    loader.follow();
    for (index, request) in requests.iter().enumerate() {
        if let Request::Source(id) = request
            && let Some(module) = loader.alone(*id)
            && let Some(asked) = loader.loaded.asked.get_mut(index)
        {
            *asked = Some(module);
        }
    }
    loader.follow();
    let Loader { loaded, diagnostics, .. } = loader;
    super::linkage::check(&loaded, diagnostics);
    loaded
}

struct Loader<'a> {
    finder: &'a mut dyn Finder,
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Diagnostics,
    loaded: Loaded,
    named: HashMap<String, Vec<ModuleId>>,
    /// Statement of each text read so far, until a unit takes it; `None` where it is no YANG.
    parsed: HashMap<SourceId, Option<Statement>>,
    queue: VecDeque<ModuleId>,
}

/// The newest revision.
pub(super) fn revision(statement: &Statement) -> Option<String> {
    statement.all("revision").map(Statement::text).max().map(str::to_owned)
}

impl Loader<'_> {
    fn follow(&mut self) {
        while let Some(module) = self.queue.pop_front() {
            self.links(module);
        }
    }

    fn request(&mut self, request: &Request) -> Option<ModuleId> {
        let module = match request {
            Request::Named(name) => self.module(name, None, None),
            Request::Source(id) => self.read(*id).and_then(|statement| {
                self.file_name(*id, &statement);
                if statement.is("submodule") {
                    let module = statement.child_text("belongs-to").unwrap_or_default().to_owned();
                    let span = statement.child("belongs-to").map(Statement::argument_span);
                    self.parsed.insert(*id, Some(statement));
                    let found = self.known(&module, None).is_some();
                    let found = found || self.finder.find(&module, None, self.sources).is_some();
                    found.then(|| self.module(&module, None, span)).flatten()
                } else {
                    self.known(statement.text(), revision(&statement).as_deref()).or_else(|| self.open(statement))
                }
            }),
        };
        if let Some(family) = module.and_then(|module| self.loaded.modules.get_mut(module.0)) {
            family.asked = true;
        }
        module
    }

    /// A submodule that was asked for and that no module includes is looked at by itself.
    fn alone(&mut self, id: SourceId) -> Option<ModuleId> {
        if self.loaded.units.iter().any(|unit| unit.statement.span.source == id) {
            return None;
        }
        let statement = self.parsed.get(&id)?.clone().filter(|statement| statement.is("submodule"))?;
        let name = statement.child_text("belongs-to").unwrap_or_default();
        let reason = match self.known(name, None) {
            Some(_) => format!("module `{name}` does not include it"),
            None => format!("module `{name}` is not found"),
        };
        let message = format!("submodule `{}` is checked by itself: {reason}", statement.text());
        self.diagnostics.push(Diagnostic::note(message).at(statement.head, "").rule("RFC 7950 section 7.2.2"));
        let module = self.family(statement);
        self.loaded.modules.get_mut(module.0)?.asked = true;
        Some(module)
    }

    /// RFC 7950 section 5.2: a file has the name of its module, and its revision where it has one.
    fn file_name(&mut self, id: SourceId, statement: &Statement) {
        let file = self.sources.source(id).and_then(|source| std::path::Path::new(source.name()).file_name()?.to_str());
        let Some(stem) = file.and_then(|file| file.strip_suffix(".yang")) else { return };
        let (name, date) = stem.split_once('@').map_or((stem, None), |(name, date)| (name, Some(date)));
        let found = revision(statement);
        if name != statement.text() || date.is_some() && date != found.as_deref() {
            let wanted = match (date, found) {
                (Some(_), Some(found)) => format!("{}@{found}.yang", statement.text()),
                _ => format!("{}.yang", statement.text()),
            };
            let message =
                format!("the file of {} `{}` is not called `{wanted}`", statement.keyword.name, statement.text());
            self.diagnostics.push(Diagnostic::warning(message).at(statement.head, "").rule("RFC 7950 section 5.2"));
        }
    }

    /// Parses and checks a text; what is no YANG is told and left out.
    fn read(&mut self, id: SourceId) -> Option<Statement> {
        if let Some(parsed) = self.parsed.get(&id) {
            return parsed.clone();
        }
        let mut found = Vec::new();
        let mut statements = syntax::parse(self.sources, id, &mut found).into_iter();
        let first = statements.next();
        if found.is_empty()
            && let Some(first) = &first
        {
            let version_1_1 = first.child_text("yang-version") == Some("1.1");
            if first.is("module") || first.is("submodule") {
                syntax::check(first, version_1_1, &mut found);
            } else {
                let diagnostic = Diagnostic::error("a YANG file begins with `module` or `submodule`");
                found.push(diagnostic.at(first.keyword.span, "").rule("RFC 7950 section 14"));
            }
            if let Some(second) = statements.next() {
                let diagnostic = Diagnostic::error("a file holds one module").at(second.head, "this is outside of it");
                found.push(diagnostic.with(first.head, "").rule("RFC 7950 section 14"));
            }
        }
        let usable = first.filter(|first| (first.is("module") || first.is("submodule")) && first.argument.is_some());
        for diagnostic in found {
            self.diagnostics.push(diagnostic);
        }
        if usable.is_none() {
            self.parsed.insert(id, None);
        }
        usable
    }

    fn known(&self, name: &str, revision: Option<&str>) -> Option<ModuleId> {
        let candidates = self.named.get(name)?.iter().copied();
        let at = |module: &ModuleId| self.loaded.modules.get(module.0).and_then(|family| family.revision.as_deref());
        match revision {
            Some(wanted) => candidates.into_iter().find(|module| at(module) == Some(wanted)),
            None => candidates.into_iter().max_by_key(|module| at(module).map(str::to_owned)),
        }
    }

    /// A module by name, read when it has not been.
    fn module(&mut self, name: &str, wanted: Option<&str>, from: Option<Span>) -> Option<ModuleId> {
        if let Some(module) = self.known(name, wanted) {
            return Some(module);
        }
        let statement = match self.finder.find(name, wanted, self.sources) {
            Some(id) if self.parsed.get(&id).is_some_and(Option::is_none) => return None,
            Some(id) => self.read(id)?,
            None => {
                self.missing("module", name, wanted, from);
                return None;
            }
        };
        if !statement.is("module") || statement.text() != name {
            let message =
                format!("`{name}` is looked for here, but this is {} `{}`", statement.keyword.name, statement.text());
            let mut diagnostic = Diagnostic::error(message).at(statement.head, "").rule("RFC 7950 section 7.1.5");
            if let Some(parent) = statement.child_text("belongs-to").filter(|_| statement.is("submodule")) {
                diagnostic = diagnostic.help(format!("a submodule is a part of its module: take `{parent}`"));
            }
            self.diagnostics.push(labelled(diagnostic, from));
            return None;
        }
        let found = revision(&statement);
        if wanted.is_some() && found.as_deref() != wanted {
            let older = statement.all("revision").any(|revision| Some(revision.text()) == wanted);
            let message = format!("module `{name}` is wanted in revision {}", wanted.unwrap_or_default());
            let label = format!("its revision is {}", found.as_deref().unwrap_or("not given"));
            let mut diagnostic = Diagnostic::error(message).rule("RFC 7950 section 7.1.5");
            diagnostic = match from {
                Some(from) => diagnostic.at(from, "").with(statement.head, label),
                None => diagnostic.at(statement.head, label),
            };
            if !older {
                self.diagnostics.push(diagnostic);
                return self.known(name, found.as_deref()).or_else(|| self.open(statement));
            }
            self.diagnostics.push(Diagnostic { severity: crate::Severity::Warning, ..diagnostic });
            if let Some(module) = self.known(name, found.as_deref()) {
                return Some(module);
            }
        } else if let Some(module) = self.known(name, found.as_deref()).filter(|_| found.is_some()) {
            return Some(module);
        }
        self.open(statement)
    }

    fn missing(&mut self, what: &str, name: &str, wanted: Option<&str>, from: Option<Span>) {
        let message = match wanted {
            Some(wanted) => format!("{what} `{name}` in revision {wanted} is not found"),
            None => format!("{what} `{name}` is not found"),
        };
        let names = self.finder.names();
        let section = if what == "module" { "7.1.5" } else { "7.1.6" };
        let diagnostic = labelled(Diagnostic::error(message), from).rule(format!("RFC 7950 section {section}"));
        let help = match suggest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it is looked for as `{name}.yang` and `{name}@DATE.yang` in the folders given"),
        };
        self.diagnostics.push(diagnostic.help(help));
    }

    /// Takes a module in; its links are followed later.
    fn open(&mut self, statement: Statement) -> Option<ModuleId> {
        let name = statement.text().to_owned();
        let module = self.family(statement);
        self.named.entry(name).or_default().push(module);
        Some(module)
    }

    fn family(&mut self, statement: Statement) -> ModuleId {
        let module = ModuleId(self.loaded.modules.len());
        let (name, revision) = (statement.text().to_owned(), revision(&statement));
        self.loaded.modules.push(Family { name, revision, units: Vec::new(), asked: false, imports: Vec::new() });
        self.unit(statement, module);
        self.queue.push_back(module);
        module
    }

    fn unit(&mut self, statement: Statement, module: ModuleId) -> UnitId {
        let id = UnitId(self.loaded.units.len());
        let own = match statement.child("belongs-to") {
            Some(belongs) => belongs.child_text("prefix"),
            None => statement.child_text("prefix"),
        };
        let prefixes = own.map(|prefix| (prefix.to_owned(), module)).into_iter().collect();
        let version_1_1 = statement.child_text("yang-version") == Some("1.1");
        let name = statement.text().to_owned();
        self.loaded.units.push(Unit { statement, name, module, prefixes, version_1_1, broken: Vec::new() });
        if let Some(family) = self.loaded.modules.get_mut(module.0) {
            family.units.push(id);
        }
        id
    }

    /// The imports and includes of a module and its submodules.
    fn links(&mut self, module: ModuleId) {
        let mut at = 0;
        while let Some(unit) = self.loaded.modules.get(module.0).and_then(|family| family.units.get(at)).copied() {
            at += 1;
            let Some(statement) = self.loaded.units.get(unit.0).map(|unit| &unit.statement) else { return };
            let links: Vec<Statement> =
                statement.children.iter().filter(|child| child.is("import") || child.is("include")).cloned().collect();
            for link in links {
                if link.is("import") {
                    self.import(&link, unit, module);
                } else {
                    self.include(&link, module);
                }
            }
        }
    }

    fn import(&mut self, link: &Statement, unit: UnitId, module: ModuleId) {
        let wanted = link.child_text("revision-date");
        let imported = self.module(link.text(), wanted, Some(link.argument_span()));
        let Some(prefix) = link.child("prefix") else { return };
        let Some(unit) = self.loaded.units.get_mut(unit.0) else { return };
        let Some(imported) = imported else {
            unit.broken.push(prefix.text().to_owned());
            return;
        };
        if unit.prefixes.contains_key(prefix.text()) {
            let message = format!("the prefix `{}` stands for two modules", prefix.text());
            let mut diagnostic = Diagnostic::error(message).at(prefix.head, "").rule("RFC 7950 section 7.1.4");
            let others = unit.statement.children.iter().filter(|child| child.is("import") || child.is("belongs-to"));
            let other = others.filter_map(|child| child.child("prefix")).chain(unit.statement.child("prefix"));
            if let Some(other) =
                other.into_iter().find(|other| other.text() == prefix.text() && other.head != prefix.head)
            {
                diagnostic = diagnostic.with(other.head, "here for the other");
            }
            self.diagnostics.push(diagnostic);
            return;
        }
        unit.prefixes.insert(prefix.text().to_owned(), imported);
        let entry = (imported, link.argument_span(), wanted.map(str::to_owned));
        if let Some(family) = self.loaded.modules.get_mut(module.0) {
            family.imports.push(entry);
        }
    }

    fn include(&mut self, link: &Statement, module: ModuleId) {
        let Some(family) = self.loaded.modules.get(module.0) else { return };
        let name = family.name.clone();
        let mut units = family.units.iter().filter_map(|unit| self.loaded.units.get(unit.0));
        if units.any(|unit| unit.name == link.text()) {
            return;
        }
        let wanted = link.child_text("revision-date");
        let Some(id) = self.finder.find(link.text(), wanted, self.sources) else {
            self.missing("submodule", link.text(), wanted, Some(link.argument_span()));
            return;
        };
        let Some(statement) = self.read(id) else { return };
        let belongs = statement.child_text("belongs-to");
        if statement.is("submodule") && belongs.is_none() {
            return; // The grammar has told that.
        }
        if !statement.is("submodule") || belongs != Some(name.as_str()) {
            let message = format!("`{}` is no submodule of `{name}`", link.text());
            let label = match belongs {
                Some(other) => format!("belongs to `{other}`"),
                None => "a module".to_owned(),
            };
            let diagnostic = Diagnostic::error(message).at(link.argument_span(), "").with(statement.head, label);
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.2.2"));
            return;
        }
        if let Some(wanted) = wanted.filter(|wanted| Some(*wanted) != revision(&statement).as_deref()) {
            let message = format!("submodule `{}` is wanted in revision {wanted}", link.text());
            let diagnostic = Diagnostic::error(message).at(link.argument_span(), "").with(statement.head, "found this");
            self.diagnostics.push(diagnostic.rule("RFC 7950 section 7.1.6"));
        }
        self.unit(statement, module);
    }
}

fn labelled(diagnostic: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}

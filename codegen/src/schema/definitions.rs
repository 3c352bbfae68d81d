//! Phase 2: what has a name besides nodes: typedefs and groupings with their scopes, features, identities, extensions.

use std::collections::HashMap;

use super::circles::circles;
use super::compiled::{Feature, Identity, IdentityId, ModuleId, Status};
use super::compiler::{Compiler, Place};
use super::features::Truth;
use super::linkage;
use super::load::UnitId;
use super::status::Reference;
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;
use crate::syntax::Statement;

/// Index of a [`Scope`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ScopeId(usize);

/// The typedefs and groupings in a statement below the top level (RFC 7950 section 5.5).
#[derive(Debug)]
pub(super) struct Scope<'a> {
    parent: Option<ScopeId>,
    /// What its definitions see, itself included.
    place: Place,
    typedefs: HashMap<&'a str, &'a Statement>,
    groupings: HashMap<&'a str, &'a Statement>,
}

/// A definition with the text it stands in.
pub(super) type Defined<'a> = (&'a Statement, UnitId);

/// What a module defines at its top level.
#[derive(Debug, Default)]
pub(super) struct Definitions<'a> {
    pub(super) typedefs: HashMap<&'a str, Defined<'a>>,
    pub(super) groupings: HashMap<&'a str, Defined<'a>>,
    pub(super) features: HashMap<&'a str, Defined<'a>>,
    pub(super) extensions: HashMap<&'a str, Defined<'a>>,
    pub(super) identities: HashMap<&'a str, Defined<'a>>,
}

/// What is looked up through scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Grouping,
    Typedef,
}

impl<'a> Compiler<'a> {
    /// Collects the definitions of all modules, then links identities and checks extension statements.
    pub(super) fn define(&mut self) {
        for index in 0..self.loaded.modules.len() {
            let module = ModuleId(index);
            let mut own = Definitions::default();
            for (id, unit) in self.units(module) {
                for statement in &unit.statement.children {
                    if statement.keyword.prefix.is_some() || statement.argument.is_none() {
                        continue;
                    }
                    let table = match statement.keyword.name.as_str() {
                        "typedef" => &mut own.typedefs,
                        "grouping" => &mut own.groupings,
                        "feature" => &mut own.features,
                        "extension" => &mut own.extensions,
                        "identity" => &mut own.identities,
                        _ => continue,
                    };
                    if let Some((first, _)) = table.get(statement.text()) {
                        let first = first.head;
                        self.duplicate(statement, first, "6.2.1");
                        continue;
                    }
                    self.check_typedef_name(statement);
                    table.insert(statement.text(), (statement, id));
                    if statement.is("identity") {
                        self.identity(statement, module);
                    }
                }
            }
            self.definitions.push(own);
        }
        self.link_identities();
        for index in 0..self.loaded.modules.len() {
            let module = ModuleId(index);
            let mut features = Vec::new();
            for (id, unit) in self.units(module) {
                for statement in unit.statement.all("feature") {
                    let supported = self.feature_supported(module, statement, id) != Truth::False;
                    features.push(Feature { name: statement.text().to_owned(), supported });
                }
                self.check_extensions(&unit.statement, id);
                let extensions = self.extensions(&unit.statement, id);
                if let Some(module) = self.schema.modules.get_mut(index) {
                    module.extensions.extend(extensions);
                }
            }
            if let Some(module) = self.schema.modules.get_mut(index) {
                module.features = features;
            }
        }
    }

    /// RFC 7950 section 7.3.
    fn check_typedef_name(&mut self, statement: &Statement) {
        if statement.is("typedef") && super::types::BUILT_IN.contains(&statement.text()) {
            let message = format!("`{}` is a built-in type", statement.text());
            self.error(statement.argument_span(), message, "RFC 7950 section 7.3");
        }
    }

    fn duplicate(&mut self, statement: &Statement, first: Span, section: &str) {
        let message = format!("there are two {}s `{}`", plural(&statement.keyword.name), statement.text());
        let diagnostic = Diagnostic::error(message).at(statement.head, "").with(first, "the first is here");
        self.diagnostics.push(diagnostic.rule(format!("RFC 7950 section {section}")));
    }

    fn identity(&mut self, statement: &'a Statement, module: ModuleId) {
        let id = IdentityId(self.schema.identities.len());
        self.identities.insert((module, statement.text()), id);
        self.schema.identities.push(Identity {
            name: statement.text().to_owned(),
            module,
            bases: Vec::new(),
            description: statement.child_text("description").map(str::to_owned),
            status: status(statement),
            span: statement.head,
        });
    }

    fn link_identities(&mut self) {
        let mut all: Vec<(IdentityId, Defined<'a>)> = Vec::new();
        for (index, definitions) in self.definitions.iter().enumerate() {
            for (name, defined) in &definitions.identities {
                all.extend(self.identities.get(&(ModuleId(index), *name)).map(|id| (*id, *defined)));
            }
        }
        all.sort_by_key(|(id, _)| *id);
        for (id, (statement, unit)) in &all {
            for base in statement.all("base") {
                let span = base.argument_span();
                let Some(base) = self.identity_named(base.text(), *unit, span) else { continue };
                if let Some((target, target_unit)) = self.identity_statement(base) {
                    let own = status(statement);
                    self.check_status(
                        Reference { from: statement, status: own, unit: *unit, span },
                        target,
                        target_unit,
                    );
                }
                if let Some(identity) = self.schema.identities.get_mut(id.0) {
                    identity.bases.push(base);
                }
            }
        }
        // RFC 7950 section 7.18.2: no identity is derived from itself.
        let bases = |identity: &Identity| identity.bases.iter().map(|base| base.0).collect();
        let edges: Vec<Vec<usize>> = self.schema.identities.iter().map(bases).collect();
        for circle in circles(edges.len(), &edges) {
            let first = circle.iter().min().and_then(|first| self.schema.identities.get_mut(*first));
            if let Some(identity) = first {
                identity.bases.clear();
                let (span, message) = (identity.span, format!("identity `{}` is derived from itself", identity.name));
                self.error(span, message, "RFC 7950 section 7.18.2");
            }
        }
    }

    /// Whether an identity is derived from another; not from itself, but by a circle.
    pub(super) fn derived(&self, id: IdentityId, base: IdentityId) -> bool {
        let mut seen = std::collections::HashSet::new();
        let mut open = vec![id];
        while let Some(next) = open.pop() {
            for parent in self.schema.identities.get(next.0).map_or(&[][..], |identity| &identity.bases) {
                if *parent == base {
                    return true;
                }
                if seen.insert(*parent) {
                    open.push(*parent);
                }
            }
        }
        false
    }

    /// The identity that a name means; an unknown one is told.
    pub(super) fn identity_named(&mut self, text: &str, unit: UnitId, span: Span) -> Option<IdentityId> {
        if !crate::syntax::is_reference(text) {
            return None; // The grammar has told that.
        }
        let (module, name) = self.qualified(text, unit, span)?;
        if let Some(id) = self.identities.get(&(module, name)).copied() {
            if let Some((_, defining)) = self.identity_statement(id) {
                self.check_sight(unit, defining, name, span);
            }
            return Some(id);
        }
        let names = self.definitions.get(module.0).map(|own| own.identities.keys().copied().collect::<Vec<_>>());
        self.unknown("identity", name, module, span, names.unwrap_or_default(), "RFC 7950 section 7.18");
        None
    }

    /// The statement of an identity, and the text it stands in.
    pub(super) fn identity_statement(&self, id: IdentityId) -> Option<Defined<'a>> {
        let identity = self.schema.identities.get(id.0)?;
        self.definitions.get(identity.module.0)?.identities.get(identity.name.as_str()).copied()
    }

    /// Tells what YANG 1 hides from a text of the same module.
    pub(super) fn check_sight(&mut self, from: UnitId, defining: UnitId, name: &str, span: Span) {
        if let (Some(from), Some(defining)) = (self.unit(from), self.unit(defining))
            && from.module == defining.module
            && !linkage::in_sight(from, defining)
        {
            self.diagnostics.push(linkage::out_of_sight(from, defining, name, span));
        }
    }

    pub(super) fn unknown(
        &mut self,
        what: &str,
        name: &str,
        module: ModuleId,
        span: Span,
        names: Vec<&str>,
        rule: &str,
    ) {
        let message = format!("module `{}` has no {what} `{name}`", self.module_name(module));
        let mut diagnostic = Diagnostic::error(message).at(span, "").rule(rule);
        if let Some(near) = suggest(name, names.into_iter()) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
    }

    /// Where the substatements of a statement stand.
    pub(super) fn inside(&mut self, statement: &'a Statement, place: Place) -> Place {
        let place = Place { depth: place.depth + 1, ..place };
        if !statement.children.iter().any(|child| child.is("typedef") || child.is("grouping")) {
            return place;
        }
        if let Some(scope) = self.scope_of.get(&statement.span) {
            return Place { scope: Some(*scope), ..place };
        }
        let id = ScopeId(self.scopes.len());
        let own = Place { scope: Some(id), ..place };
        let mut scope = Scope { parent: place.scope, place: own, typedefs: HashMap::new(), groupings: HashMap::new() };
        for child in statement.children.iter().filter(|child| child.argument.is_some()) {
            let (kind, table) = match child.keyword.name.as_str() {
                "typedef" => (Kind::Typedef, &mut scope.typedefs),
                "grouping" => (Kind::Grouping, &mut scope.groupings),
                _ => continue,
            };
            let before = table.get(child.text()).map(|first| first.head);
            let outer = before.or_else(|| self.in_sight(kind, child.text(), place).map(|(outer, _)| outer.head));
            self.check_typedef_name(child);
            match outer {
                // RFC 7950 section 5.5: nothing may shadow what is defined further out.
                Some(first) => self.duplicate(child, first, if before.is_some() { "6.2.1" } else { "5.5" }),
                None => {
                    table.insert(child.text(), child);
                }
            }
        }
        self.scopes.push(scope);
        self.scope_of.insert(statement.span, id);
        own
    }

    /// All typedefs of scopes below the top level.
    pub(super) fn local_typedefs(&self) -> Vec<(&'a Statement, Place)> {
        let of = |scope: &Scope<'a>| {
            let place = scope.place;
            scope.typedefs.values().map(move |typedef| (*typedef, place)).collect::<Vec<_>>()
        };
        self.scopes.iter().flat_map(of).collect()
    }

    /// All groupings of scopes below the top level.
    pub(super) fn local_groupings(&self) -> Vec<(&'a Statement, Place)> {
        let of = |scope: &Scope<'a>| {
            let place = scope.place;
            scope.groupings.values().map(move |grouping| (*grouping, place)).collect::<Vec<_>>()
        };
        self.scopes.iter().flat_map(of).collect()
    }

    /// A typedef or grouping by the name that is written at `place`; nothing is told.
    pub(super) fn find(&self, kind: Kind, text: &str, place: Place) -> Option<(&'a Statement, Place)> {
        let unit = self.unit(place.unit)?;
        let (module, name) = match text.split_once(':') {
            Some((prefix, name)) => (*unit.prefixes.get(prefix)?, name),
            None => (unit.module, text),
        };
        match unit.module == module {
            true => self.in_sight(kind, name, place),
            false => self.top_level(kind, module, name, place),
        }
    }

    fn in_sight(&self, kind: Kind, name: &str, place: Place) -> Option<(&'a Statement, Place)> {
        let mut at = place.scope;
        while let Some(id) = at {
            let scope = self.scopes.get(id.0)?;
            let table = if kind == Kind::Typedef { &scope.typedefs } else { &scope.groupings };
            if let Some(statement) = table.get(name) {
                return Some((statement, Place { scope: at, ..place }));
            }
            at = scope.parent;
        }
        self.top_level(kind, self.unit(place.unit)?.module, name, place)
    }

    fn top_level(&self, kind: Kind, module: ModuleId, name: &str, place: Place) -> Option<(&'a Statement, Place)> {
        let own = self.definitions.get(module.0)?;
        let table = if kind == Kind::Typedef { &own.typedefs } else { &own.groupings };
        table.get(name).map(|(statement, unit)| (*statement, Place { unit: *unit, scope: None, ..place }))
    }

    /// A typedef or grouping by the name that is written at `place`, and where it stands itself; what is not there is
    /// told.
    pub(super) fn lookup(&mut self, kind: Kind, statement: &Statement, place: Place) -> Option<(&'a Statement, Place)> {
        let span = statement.argument_span();
        if !crate::syntax::is_reference(statement.text()) {
            return None; // The grammar has told that.
        }
        let (module, name) = self.qualified(statement.text(), place.unit, span)?;
        let own = self.unit(place.unit)?.module == module;
        let found = if own { self.in_sight(kind, name, place) } else { self.top_level(kind, module, name, place) };
        if let Some((_, defined)) = &found {
            self.check_sight(place.unit, defined.unit, name, span);
        }
        if found.is_none() {
            let definitions = self.definitions.get(module.0)?;
            let (what, rule) = match kind {
                Kind::Typedef => ("typedef", "RFC 7950 section 7.3"),
                Kind::Grouping => ("grouping", "RFC 7950 section 7.12"),
            };
            let table = if kind == Kind::Typedef { &definitions.typedefs } else { &definitions.groupings };
            let mut names: Vec<&str> = table.keys().copied().collect();
            let mut scope = place.scope.filter(|_| own);
            while let Some(next) = scope.and_then(|id| self.scopes.get(id.0)) {
                let table = if kind == Kind::Typedef { &next.typedefs } else { &next.groupings };
                names.extend(table.keys().copied());
                scope = next.parent;
            }
            if kind == Kind::Typedef {
                names.extend(super::types::BUILT_IN);
            }
            names.sort_unstable();
            if own && kind == Kind::Typedef {
                let diagnostic = Diagnostic::error(format!("there is no type `{name}`")).at(span, "").rule(rule);
                self.diagnostics.push(match suggest(name, names.into_iter()) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
            } else {
                self.unknown(what, name, module, span, names, rule);
            }
        }
        found
    }
}

fn plural(keyword: &str) -> &str {
    match keyword {
        "identity" => "identitie",
        other => other,
    }
}

/// The `status` of a statement.
pub(crate) fn status(statement: &Statement) -> Status {
    match statement.child_text("status") {
        Some("deprecated") => Status::Deprecated,
        Some("obsolete") => Status::Obsolete,
        _ => Status::Current,
    }
}

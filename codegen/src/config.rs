//! What a build script says: which modules, and what this device does differently.
//!
//! Reads and writes files and prints what Cargo asks for; everything else is done by the rooms below. Read
//! [`Config`] first.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::context::{Compiled, Context};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::emit::rust;
use crate::lower::{self, ENGINE_MODULES};
use crate::schema::compiled::{Node, NodeId, Schema};
use crate::sid_files::sid_files;

/// Compiles YANG modules into the crate that is being built.
///
/// ```no_run
/// // build.rs
/// fn main() -> Result<(), comi_codegen::Error> {
///     comi_codegen::Config::new()
///         .yang_dir("yang")
///         .module("acme-thermostat")
///         .pushed("/acme-thermostat:thermostat/humidity")
///         .compile()
/// }
/// ```
///
/// The crate takes it in by `pub mod model { comi_runtime::include_model!(); }`. Each module's SIDs come from the
/// `.sid` file beside it. The standard modules and the LwM2M objects of this project are built in; ietf-coreconf,
/// ietf-datastores and ietf-yang-library are part of every device without being named.
#[derive(Clone, Debug, Default)]
pub struct Config {
    context: Context,
    folders: Vec<PathBuf>,
    without: Vec<String>,
    pushed: Vec<String>,
    event_driven: Vec<String>,
    by_name: bool,
    typed_codec: bool,
}

impl Config {
    /// No module yet.
    #[must_use]
    pub fn new() -> Config {
        Config::default()
    }

    /// Looks for modules and their `.sid` files in this folder, relative to the crate.
    #[must_use]
    pub fn yang_dir(mut self, folder: impl AsRef<Path>) -> Config {
        self.context.yang_dir(&folder);
        self.folders.push(folder.as_ref().to_owned());
        self
    }

    /// Implements this module.
    #[must_use]
    pub fn module(mut self, name: impl Into<String>) -> Config {
        self.context.module(name);
        self
    }

    /// Supports of this module only the features that are named; without a call it supports all. An empty `feature`
    /// names none.
    #[must_use]
    pub fn feature(mut self, module: impl Into<String>, feature: impl Into<String>) -> Config {
        self.context.feature(module, feature);
        self
    }

    /// Leaves an optional node out of this device, with what is below it.
    #[must_use]
    pub fn without(mut self, path: impl Into<String>) -> Config {
        self.without.push(path.into());
        self
    }

    /// The state at this path, or below it, is set by the board through its handle and kept, instead of being asked
    /// for. It is absent until it is first set.
    #[must_use]
    pub fn pushed(mut self, path: impl Into<String>) -> Config {
        self.pushed.push(path.into());
        self
    }

    /// The state at this path, or below it, is observed without a timer: the board says when it has changed.
    #[must_use]
    pub fn event_driven(mut self, path: impl Into<String>) -> Config {
        self.event_driven.push(path.into());
        self
    }

    /// Takes and tells nodes by name as well as by SID: YANG-CBOR with names (`application/yang-data+cbor;id=name`), and
    /// in LwM2M's formats identities and instance-identifiers. It costs a device 10 kB; without it they fall away.
    #[must_use]
    pub fn by_name(mut self) -> Config {
        self.by_name = true;
        self
    }

    /// Generates a module `wire` for each YANG module, whose structs are read from YANG-CBOR and written as it without a
    /// tree between: for clients, and for whoever has many payloads to read. Of `comi_runtime::model::wire` what is not
    /// called is not linked; the option is there since the text has to be compiled.
    #[must_use]
    pub fn typed_codec(mut self) -> Config {
        self.typed_codec = true;
        self
    }

    /// Writes `comi-model.rs` into Cargo's `OUT_DIR`, and tells Cargo what to watch.
    ///
    /// # Errors
    /// Everything that is wrong with the modules, their SIDs or this configuration. `Debug` shows it as a readable
    /// report, so that a build script can end with it.
    pub fn compile(self) -> Result<(), Error> {
        let built = self.build()?;
        for path in self.folders.iter().chain(&built.files) {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        for line in built.warnings.lines() {
            println!("cargo::warning={line}");
        }
        let folder = std::env::var_os("OUT_DIR")
            .ok_or_else(|| Error::new("OUT_DIR is not set: `compile` is for build scripts; others take `rust`"))?;
        let path = Path::new(&folder).join("comi-model.rs");
        if std::fs::read(&path).is_ok_and(|old| old == built.rust.as_bytes()) {
            return Ok(());
        }
        std::fs::write(&path, &built.rust)
            .map_err(|error| Error::new(format!("{} cannot be written: {error}", path.display())))
    }

    /// The text that [`Config::compile`] writes.
    ///
    /// # Errors
    /// As [`Config::compile`].
    pub fn rust(&self) -> Result<String, Error> {
        Ok(self.build()?.rust)
    }

    fn build(&self) -> Result<Built, Error> {
        let mut context = self.context.clone();
        for module in ENGINE_MODULES {
            context.module(module);
        }
        let compiled = context.compile();
        if !compiled.is_ok() {
            return Err(Error::new(compiled.render(false)));
        }
        let report = |diagnostics: Vec<Diagnostic>| Error::new(render(&compiled.sources, &diagnostics, false));
        let (sids, sid_files) = sid_files(&compiled, &[]).map_err(report)?;
        let choices = self.choices(&compiled.schema).map_err(report)?;
        let lowered = lower::lower(&compiled.schema, &compiled.sources, &sids, &choices).map_err(report)?;
        let rust = rust(&compiled.schema, &lowered, self.typed_codec);
        let files = compiled.files.iter().cloned().chain(sid_files).collect();
        Ok(Built { rust, files, warnings: warnings(&compiled) })
    }

    fn choices(&self, schema: &Schema) -> Result<lower::Choices, Vec<Diagnostic>> {
        let mut diagnostics = Vec::new();
        let mut resolve =
            |method: &str, paths: &[String], allowed: fn(&Schema, NodeId, &Node) -> Result<(), String>| {
                let mut found = HashSet::new();
                for path in paths {
                    let node = lower::resolve_path(schema, path).and_then(|id| match schema.node(id) {
                        Some(node) => allowed(schema, id, node).map(|()| id),
                        None => Ok(id),
                    });
                    match node {
                        Ok(id) => drop(found.insert(id)),
                        Err(message) => diagnostics.push(Diagnostic::error(format!("{method}({path:?}): {message}"))),
                    }
                }
                found
            };
        let choices = lower::Choices {
            device: true,
            without: resolve("without", &self.without, is_optional),
            pushed: resolve("pushed", &self.pushed, has_state),
            event_driven: resolve("event_driven", &self.event_driven, has_state),
            by_name: self.by_name,
            without_sids: false,
            without_rules: false,
        };
        if diagnostics.is_empty() { Ok(choices) } else { Err(diagnostics) }
    }
}

struct Built {
    rust: String,
    files: Vec<PathBuf>,
    warnings: String,
}

fn warnings(compiled: &Compiled) -> String {
    let warnings = compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning);
    // Those of built-in modules are nobody's who builds a device.
    let own = warnings.filter(|warning| {
        let source = warning.span().and_then(|span| compiled.sources.source(span.source));
        source.is_none_or(|source| !source.name().ends_with("(built in)"))
    });
    render(&compiled.sources, &own.cloned().collect::<Vec<_>>(), false)
}

fn is_optional(schema: &Schema, id: NodeId, node: &Node) -> Result<(), String> {
    let parent = node.parent.and_then(|parent| schema.node(parent));
    if parent.is_some_and(|parent| parent.keys.contains(&id)) {
        return Err("the node is a key of its list".to_owned());
    }
    if node.mandatory || node.min_elements.is_some_and(|min| min > 0) {
        return Err("the node is mandatory".to_owned());
    }
    Ok(())
}

fn has_state(schema: &Schema, id: NodeId, node: &Node) -> Result<(), String> {
    let mut open = vec![(id, node)];
    while let Some((_, node)) = open.pop() {
        if !node.config {
            return Ok(());
        }
        open.extend(node.children.iter().filter_map(|child| Some((*child, schema.node(*child)?))));
    }
    Err("the node is configuration, which the store keeps: only state can be".to_owned())
}

/// Why a build failed: the whole report, as rustc would write it.
pub struct Error {
    report: String,
}

impl Error {
    fn new(report: impl Into<String>) -> Error {
        Error { report: report.into() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report)
    }
}

/// The report: `main` of a build script ends by showing its error so.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the YANG model cannot be built\n\n{}", self.report)
    }
}

impl std::error::Error for Error {}

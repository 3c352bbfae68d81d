//! The schema behind the names on the command line: compiled while the command runs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use comi_codegen::{Compiled, Context, Diagnostic, MadeUp, SessionSids};
use comi_runtime::cbor::EncodeError;
use comi_runtime::schema::Schema;
use comi_runtime::value::InstanceIdentifier;
use comi_runtime::value::text::{self, PathForm};

use crate::arguments::ModelArguments;
use crate::identities;
use crate::library::Library;

/// The demo device's own module, so that its names are known wherever the command is run.
const VALVE: (&str, &str, &str) =
    ("acme-valve", include_str!("../yang/example/acme-valve.yang"), include_str!("../yang/example/acme-valve.sid"));

/// Built-in modules that are loaded when none is named: what the demo device serves, and what devices often have.
const USUAL: &[&str] = &[
    "ietf-coreconf",
    "ietf-yang-library",
    "ietf-interfaces",
    "iana-if-type",
    "ietf-system",
    "lwm2m-server-1",
    "lwm2m-device-3",
    "lwm2m-temperature-3303",
];

/// What every device answers of itself.
const ENGINE: [&str; 3] = ["ietf-coreconf", "ietf-datastores", "ietf-yang-library"];

/// Compiles the modules that the arguments name; without a name every module in the folders, and the usual ones.
///
/// The schema is leaked: a command needs one, for as long as it runs.
pub(crate) fn load(arguments: &ModelArguments) -> Result<&'static Schema> {
    let served = load_served(arguments)?;
    if let Some(note) = note_of_made_up(&served.made_up) {
        eprintln!("note: {note}");
    }
    Ok(served.schema)
}

/// The schema of what every device answers of itself alone.
pub(crate) fn engine() -> Result<&'static Schema> {
    let asked = ENGINE.map(str::to_owned).to_vec();
    let context = context_of(&ModelArguments::default(), &asked)?;
    Ok(served(asked, compiled(context.compile())?)?.schema)
}

/// Compiles the modules that a device says it has, found by name and revision in the folders and among the built-in ones,
/// with its features. Says which are not here, and which are of another revision.
pub(crate) fn load_library(arguments: &ModelArguments, library: &Library) -> Result<&'static Schema> {
    let here = known(arguments, &library.modules.iter().map(|module| module.name.clone()).collect())?;
    let mut context = context(arguments)?;
    let mut asked = Vec::new();
    let mut absent = Vec::new();
    for module in &library.modules {
        if !here.contains(&module.name) {
            absent.push(module.name.as_str());
            continue;
        }
        let named = format!("{}@{}.yang", module.name, module.revision);
        match arguments.paths.iter().map(|folder| folder.join(&named)).find(|file| file.is_file()) {
            Some(file) => context.file(file),
            None => context.module(&module.name),
        };
        context.feature(&module.name, "");
        for feature in &module.features {
            context.feature(&module.name, feature);
        }
        asked.push(module.name.clone());
    }
    if !absent.is_empty() {
        let names = absent.join(", ");
        eprintln!("note: the device has {names} besides, which no --path folder has: what is theirs has no name here");
    }
    let compiled = compiled(context.compile())?;
    for module in library.modules.iter().filter(|module| !module.revision.is_empty()) {
        let own = compiled.schema.module_named(&module.name).and_then(|id| compiled.schema.module(id));
        if let Some(own) = own.and_then(|own| own.revision.as_deref()).filter(|own| *own != module.revision) {
            eprintln!("note: the device has {} of {}, read here by that of {own}", module.name, module.revision);
        }
    }
    let served = served(asked, compiled)?;
    if let Some(note) = note_of_made_up(&served.made_up) {
        eprintln!("note: {note}");
    }
    Ok(served.schema)
}

/// A schema to serve, or to talk to who serves it: every node has a SID, and no rule is left that can't be evaluated.
pub(crate) struct Served {
    pub(crate) schema: &'static Schema,
    pub(crate) compiled: Compiled,
    /// The modules that were asked for.
    pub(crate) asked: Vec<String>,
    /// Those of whose SIDs some were made up.
    pub(crate) made_up: Vec<MadeUp>,
    /// Why each rule was left out that can't be evaluated.
    pub(crate) left_out: Vec<Diagnostic>,
}

/// As [`load`], with what there is to say about the modules.
pub(crate) fn load_served(arguments: &ModelArguments) -> Result<Served> {
    let asked = chosen(arguments)?;
    let context = context_of(arguments, &asked)?;
    served(asked, compiled(context.compile_with_targets())?)
}

/// As [`load_served`], with the modules that have the identities which those modules ask for: for who chose no modules for
/// a device. Says in a line each which came and why.
pub(crate) fn load_with_identities(arguments: &ModelArguments) -> Result<(Served, Vec<String>)> {
    let asked = chosen(arguments)?;
    let mut context = context_of(arguments, &asked)?;
    let alone = compiled(context.compile_with_targets())?;
    let mut with_more = asked.clone();
    let mut notes = Vec::new();
    for wanted in identities::missing(&alone.schema) {
        let Some(module) = identities::provider(&wanted, &arguments.paths) else { continue };
        if !with_more.contains(&module) {
            notes.push(format!("{module} is served, too: its identities are {}:{}", wanted.module, wanted.identity));
            context.module(&module);
            with_more.push(module);
        }
    }
    if !notes.is_empty() {
        let together = context.compile_with_targets();
        if together.is_ok() {
            return Ok((served(with_more, together)?, notes));
        }
    }
    Ok((served(asked, alone)?, Vec::new()))
}

/// What is compiled of modules, with what every device answers of itself.
fn context_of(arguments: &ModelArguments, asked: &[String]) -> Result<Context> {
    let mut context = context(arguments)?;
    for name in asked {
        context.module(name);
    }
    for name in ENGINE.iter().filter(|name| !asked.iter().any(|asked| asked == *name)) {
        context.module(*name);
    }
    Ok(context)
}

fn served(asked: Vec<String>, compiled: Compiled) -> Result<Served> {
    let unusable = |diagnostics: Vec<Diagnostic>| no_sids(&compiled, &diagnostics);
    let sids = comi_codegen::session_sids(&compiled, &[(VALVE.0, VALVE.2)]);
    let SessionSids { registry, made_up } = sids.map_err(unusable)?;
    let (schema, left_out) = comi_codegen::served_schema(&compiled, &registry).map_err(unusable)?;
    let schema = comi_runtime::datastore::with_rules(comi_runtime::cbor::with_names(schema));
    Ok(Served { schema, compiled, asked, made_up, left_out })
}

/// Which modules have made-up SIDs.
pub(crate) fn note_of_made_up(made_up: &[MadeUp]) -> Option<String> {
    // a module has one item at least: itself
    let without: Vec<&MadeUp> = made_up.iter().filter(|one| one.items > 1).collect();
    let (first, rest) = without.split_first()?;
    let module = &first.module;
    let (what, cure) = match rest.len() {
        0 if first.partly => {
            (format!("{} items of {module} have", first.items), format!("`comi sid update {module}.yang`"))
        }
        0 => (format!("{module} has"), format!("`comi sid update {module}.yang`")),
        more => (format!("{module} and {more} more have"), "`comi sid update`".to_owned()),
    };
    Some(format!(
        "{what} no SIDs: numbers are made up for this session, which other devices than `comi serve` don't know \
         ({cure} gives lasting ones)"
    ))
}

/// A schema whose nodes may lack SIDs, as long as nobody asks for them.
pub(crate) struct Named {
    pub(crate) schema: &'static Schema,
    /// A leaf for each metadata annotation that the modules define.
    pub(crate) annotations: &'static Schema,
    pub(crate) compiled: Compiled,
    /// Modules in the folders that were left out, since they have no .sid file.
    pub(crate) left_out: Vec<String>,
}

impl Named {
    /// The command that gives SIDs to a module.
    pub(crate) fn cure(&self, module: &str) -> String {
        let known = self.compiled.schema.module_named(module).and_then(|id| self.compiled.schema.module(id));
        let source = known.and_then(|module| self.compiled.sources.source(module.span.source));
        let file = source.map(|source| source.name()).filter(|name| name.ends_with(".yang"));
        format!("run `comi sid update {}`", file.map_or_else(|| format!("{module}.yang"), str::to_owned))
    }

    /// An error of the encoder, with what would cure it.
    pub(crate) fn explain(&self, error: &EncodeError) -> anyhow::Error {
        let schema = self.schema;
        let path = |node| text::print_path(schema, &InstanceIdentifier::new(node), PathForm::Predicates);
        match error {
            EncodeError::NoSid(node) => {
                let module = schema.module_of(*node).map_or("", |module| module.name);
                anyhow!("{} has no SID: {}, or write names (--to cbor-names)", path(*node), self.cure(module))
            }
            EncodeError::NoIdentitySid(identity) => {
                let module = schema.identity(*identity).and_then(|row| schema.module(row.module));
                let module = module.map_or("", |module| module.name);
                let name = schema.identity_name(*identity);
                anyhow!(
                    "the identity {module}:{name} has no SID: {}, or write names (--to cbor-names)",
                    self.cure(module)
                )
            }
            EncodeError::Misplaced(node) | EncodeError::Value { node, .. } => anyhow!("{}: {error}", path(*node)),
            EncodeError::Limit(_) | EncodeError::NoNames => anyhow!("{error}"),
        }
    }

    /// The modules with data nodes, rpcs or notifications that have no SID.
    pub(crate) fn without_sids(&self) -> Vec<&'static str> {
        let rows = self.schema.nodes.iter().filter(|row| row.sid == 0);
        let names: BTreeSet<&str> = rows.filter_map(|row| Some(self.schema.module(row.module())?.name)).collect();
        let sids = |name: &&&str| {
            self.schema.module_by_name(name).and_then(|at| self.schema.module(at)).is_some_and(|module| module.sid == 0)
        };
        names.iter().filter(sids).copied().collect()
    }
}

/// As [`load`], for who converts documents: of the modules in the folders and the built-in ones those that a document
/// `mentions`, where it names any; those that it needs `always`; and all into which their leafrefs lead.
pub(crate) fn load_named(arguments: &ModelArguments, mentions: &BTreeSet<String>, always: &[&str]) -> Result<Named> {
    let mut context = context(arguments)?;
    let mentioned = if arguments.modules.is_empty() { known(arguments, mentions)? } else { Vec::new() };
    let mut left_out = Vec::new();
    if mentioned.is_empty() {
        for name in chosen(arguments)? {
            context.module(name);
        }
        for folder in arguments.paths.iter().filter(|_| arguments.modules.is_empty()) {
            left_out.extend(modules_in(folder)?.into_iter().filter(|(_, has_sids)| !has_sids).map(|(name, _)| name));
        }
    }
    for name in mentioned {
        context.module(name);
    }
    for name in always {
        context.module(*name);
    }
    let compiled = compiled(context.compile_with_targets())?;
    let sids = sids(&compiled)?;
    let schema =
        comi_codegen::named_schema(&compiled, &sids).map_err(|diagnostics| no_sids(&compiled, &diagnostics))?;
    let annotations =
        comi_codegen::annotation_schema(&compiled).map_err(|diagnostics| no_sids(&compiled, &diagnostics))?;
    Ok(Named { schema: comi_runtime::cbor::with_names(schema), annotations, compiled, left_out })
}

fn context(arguments: &ModelArguments) -> Result<Context> {
    let mut context = Context::new();
    for folder in &arguments.paths {
        context.yang_dir(folder);
    }
    context.source(format!("{}.yang", VALVE.0), VALVE.1);
    Ok(context)
}

/// The modules that the arguments name, or what stands for none.
fn chosen(arguments: &ModelArguments) -> Result<Vec<String>> {
    if !arguments.modules.is_empty() {
        return Ok(arguments.modules.clone());
    }
    let mut own = BTreeSet::new();
    for folder in &arguments.paths {
        own.extend(modules_in(folder)?.into_iter().filter(|(_, has_sids)| *has_sids).map(|(name, _)| name));
    }
    // The user's own models take the place of the demo device's, whose SIDs are in the range of experiments too.
    let valve = own.is_empty().then_some(VALVE.0);
    let usual = USUAL.iter().copied().chain(valve).filter(|name| !own.contains(*name)).map(str::to_owned);
    Ok(usual.chain(own.iter().cloned()).collect())
}

/// The built-in modules in whose ranges some SIDs are.
pub(crate) fn built_in_with(sids: &BTreeSet<u64>) -> Vec<&'static str> {
    let has = |module: &&comi_codegen::builtin::BuiltIn| {
        let file = comi_sid::SidFile::parse(module.sid);
        file.is_ok_and(|file| sids.iter().filter_map(|sid| comi_sid::Sid::new(*sid)).any(|sid| file.in_range(sid)))
    };
    let found = comi_codegen::builtin::MODULES.iter().filter(|_| !sids.is_empty()).filter(has);
    found.map(|module| module.name).collect()
}

/// Those of some names that are names of modules here.
pub(crate) fn known(arguments: &ModelArguments, names: &BTreeSet<String>) -> Result<Vec<String>> {
    let mut here: BTreeSet<String> =
        comi_codegen::builtin::MODULES.iter().map(|module| module.name.to_owned()).collect();
    here.insert(VALVE.0.to_owned());
    for folder in &arguments.paths {
        here.extend(modules_in(folder)?.into_keys());
    }
    Ok(names.intersection(&here).cloned().collect())
}

fn compiled(compiled: Compiled) -> Result<Compiled> {
    if !compiled.is_ok() {
        bail!("the modules do not compile\n{}", compiled.render(false));
    }
    Ok(compiled)
}

fn sids(compiled: &Compiled) -> Result<comi_sid::Registry> {
    let found = comi_codegen::sid_files(compiled, &[(VALVE.0, VALVE.2)]);
    found.map(|(sids, _)| sids).map_err(|diagnostics| no_sids(compiled, &diagnostics))
}

fn no_sids(compiled: &Compiled, diagnostics: &[comi_codegen::Diagnostic]) -> anyhow::Error {
    let report = comi_codegen::diagnostic::render(&compiled.sources, diagnostics, false);
    anyhow!("the modules have no usable SIDs\n{report}")
}

/// The names of all modules in folders, and of the built-in ones.
pub(crate) fn names_in(folders: &[PathBuf]) -> Vec<String> {
    let built_in = comi_codegen::builtin::MODULES.iter().map(|module| module.name.to_owned());
    let own = folders.iter().filter_map(|folder| modules_in(folder).ok()).flatten().map(|(name, _)| name);
    built_in.chain(own).collect::<BTreeSet<String>>().into_iter().collect()
}

/// The modules in a folder, and whether a .sid file lies beside them.
fn modules_in(folder: &Path) -> Result<BTreeMap<String, bool>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_some_and(|ending| ending == "yang") {
            let name = stem.split('@').next().unwrap_or(stem);
            let has_sids = path.with_extension("sid").exists() || path.with_file_name(format!("{name}.sid")).exists();
            *found.entry(name.to_owned()).or_default() |= has_sids;
        }
    }
    Ok(found)
}

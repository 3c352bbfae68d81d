//! The schema behind the names on the command line: compiled while the command runs.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use comi_codegen::{Compiled, Context};
use comi_runtime::schema::Schema;

use crate::arguments::ModelArguments;

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

/// Compiles the modules that the arguments name; without a name every module in the folders, and the usual ones.
///
/// The schema is leaked: a command needs one, for as long as it runs.
pub(crate) fn load(arguments: &ModelArguments) -> Result<&'static Schema> {
    let mut context = Context::new();
    for folder in &arguments.paths {
        if !folder.is_dir() {
            bail!("--path {}: no such folder", folder.display());
        }
        context.yang_dir(folder);
    }
    context.source(format!("{}.yang", VALVE.0), VALVE.1);
    if arguments.modules.is_empty() {
        let mut own = Vec::new();
        for folder in &arguments.paths {
            own.extend(modules_in(folder)?);
        }
        // The user's own models take the place of the demo device's, whose SIDs are in the range of experiments too.
        let valve = own.is_empty().then_some(VALVE.0);
        let usual = USUAL.iter().copied().chain(valve).filter(|name| !own.iter().any(|module| module == name));
        for name in usual.map(str::to_owned).chain(own.iter().cloned()) {
            context.module(name);
        }
    } else {
        for name in &arguments.modules {
            context.module(name.as_str());
        }
    }
    let compiled = context.compile();
    if !compiled.is_ok() {
        bail!("the modules do not compile\n{}", compiled.render(false));
    }
    tables(&compiled)
}

fn tables(compiled: &Compiled) -> Result<&'static Schema> {
    let report = |diagnostics: Vec<comi_codegen::Diagnostic>| {
        anyhow::anyhow!(
            "the modules have no usable SIDs\n{}",
            comi_codegen::diagnostic::render(&compiled.sources, &diagnostics, false)
        )
    };
    let (sids, _) = comi_codegen::sid_files(compiled, &[(VALVE.0, VALVE.2)]).map_err(report)?;
    comi_codegen::runtime_schema(compiled, &sids).map(comi_runtime::value::text::with_names).map_err(report)
}

/// The modules in a folder, submodules left out.
fn modules_in(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else { continue };
        if path.extension().is_some_and(|ending| ending == "yang") && path.with_extension("sid").exists() {
            found.push(stem.split('@').next().unwrap_or(stem).to_owned());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

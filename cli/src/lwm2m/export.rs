//! `comi lwm2m export`: OMA's definitions of the objects that modules are, or give ids to by `lw:expose`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;
use comi_codegen::lwm2m::{self, Object};
use comi_codegen::{Context, Severity};

use crate::output::{print, write_all};
use crate::yang::report::{count, print_text};

/// Arguments of `comi lwm2m export`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi lwm2m export lwm2m-temperature-3303              to standard output
  comi lwm2m export --out models yang/acme-*.yang       a file for each object, as an LwM2M server such as Leshan loads them
  comi lwm2m export --path yang acme-exposed            a module that exposes nodes of others by lw:expose

What OMA's schema has no word for is told as a warning. Exit status: 0 done, 1 it failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Modules, by file or name
    #[arg(required = true, value_name = "FILE-or-MODULE")]
    modules: Vec<String>,
    /// Folder to find modules in; may be repeated. The files' own folders and the built-in modules come after
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    paths: Vec<PathBuf>,
    /// Folder to write one file for each object to, ID.xml; made where it is missing [default: standard output]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut objects: Vec<Object> = Vec::new();
    for module in &arguments.modules {
        let Some(found) = objects_of(module, &arguments.paths)? else { return Ok(ExitCode::FAILURE) };
        ensure!(!found.is_empty(), "{module} is no LwM2M object, and exposes none: its nodes have no `lw:object`");
        objects.extend(found);
    }
    objects.sort_by_key(|object| object.id);
    let Some(folder) = &arguments.out else {
        print(&lwm2m::to_xml(&objects))?;
        return Ok(ExitCode::SUCCESS);
    };
    std::fs::create_dir_all(folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
    let mut files: Vec<(PathBuf, String)> = Vec::new();
    let mut names = BTreeSet::new();
    for object in &objects {
        let several = objects.iter().filter(|other| other.id == object.id).count() > 1;
        // As OMA's registry names the versions before the newest.
        let name = match several {
            true => format!("{}-{}.xml", object.id, object.version.replace('.', "_")),
            false => format!("{}.xml", object.id),
        };
        if !names.insert(name.clone()) {
            bail!("two of the modules are version {} of object {}", object.version, object.id);
        }
        files.push((folder.join(name), lwm2m::to_xml(std::slice::from_ref(object))));
    }
    write_all(&files)?;
    let names: Vec<String> = files.iter().map(|(path, _)| path.display().to_string()).collect();
    print(&format!("{}\n{} written\n", names.join("\n"), count(files.len(), "file")))?;
    Ok(ExitCode::SUCCESS)
}

/// The objects of a module; none where it has errors, which are shown. Each is compiled by itself, since two may be
/// revisions of one.
fn objects_of(module: &str, paths: &[PathBuf]) -> Result<Option<Vec<Object>>> {
    let mut context = Context::new();
    context.open_features();
    for path in paths {
        context.yang_dir(path);
    }
    if module.ends_with(".yang") || Path::new(module).is_file() {
        context.file(module);
    } else {
        context.module(module);
    }
    let mut compiled = context.compile();
    let found = lwm2m::objects(&compiled.schema, &compiled.asked);
    compiled.diagnostics.extend(found.diagnostics);
    print_text(&compiled.sources, &compiled.diagnostics);
    let failed = compiled.diagnostics.iter().any(|one| one.severity == Severity::Error);
    Ok((!failed).then_some(found.objects))
}

//! The objects that are known: those built in, and those of the folders that are named, as modules or definitions.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use comi_codegen::lwm2m::{self, Object};
use comi_codegen::source::SourceMap;
use comi_codegen::{Context, Severity, builtin};
use serde_json::{Value, json};

use crate::sid::files;

/// Where to look.
#[derive(Args)]
pub(super) struct Places {
    /// Folder with modules or OMA's definitions to look through, besides what is built in; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// A known object.
pub(super) struct Known {
    pub(super) object: Object,
    /// The module or file that has it.
    pub(super) origin: String,
}

impl Known {
    pub(super) fn version(&self) -> Vec<u32> {
        self.object.version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
    }

    pub(super) fn summary(&self) -> Value {
        let object = &self.object;
        json!({
            "id": object.id,
            "name": object.name,
            "version": object.version,
            "lwm2m-version": object.enabler_version,
            "urn": object.urn,
            "multiple": object.multiple,
            "mandatory": object.mandatory,
            "description": object.description,
            "origin": self.origin,
        })
    }
}

impl Places {
    /// All objects, by id and version. The same version in a folder comes before the built-in one, which is left out.
    pub(super) fn objects(&self) -> Result<Vec<Known>> {
        let mut known = Vec::new();
        for folder in &self.paths {
            for path in files::in_folder(folder, "yang")? {
                module(&path, &self.paths, &mut known);
            }
            for path in files::in_folder(folder, "xml")? {
                definition(&path, &mut known);
            }
        }
        let mut context = Context::new();
        for module in builtin::MODULES.iter().filter(|module| module.name.starts_with("lwm2m-")) {
            context.module(module.name);
        }
        let compiled = context.compile();
        for module in &compiled.asked {
            let name = compiled.schema.module(*module).map_or("", |module| module.name.as_str());
            for object in lwm2m::objects(&compiled.schema, &[*module]).objects {
                let shadowed = |one: &Known| (one.object.id, &one.object.version) == (object.id, &object.version);
                if !known.iter().any(shadowed) {
                    known.push(Known { object, origin: format!("{name} (built in)") });
                }
            }
        }
        known.sort_by_key(|one| (one.object.id, one.version()));
        Ok(known)
    }
}

/// The objects of a module in a folder. One that has errors is named on standard error.
fn module(path: &Path, folders: &[PathBuf], known: &mut Vec<Known>) {
    // Most modules have nothing to do with LwM2M.
    let mentions = std::fs::read_to_string(path).is_ok_and(|text| text.contains("comi-lwm2m"));
    if !mentions {
        return;
    }
    let mut context = Context::new();
    context.open_features();
    for folder in folders {
        context.yang_dir(folder);
    }
    let compiled = context.file(path).compile();
    if !compiled.is_ok() {
        eprintln!("warning: left out: {} has errors; `comi yang check` shows them", path.display());
    }
    let origin = path.display().to_string();
    let found = lwm2m::objects(&compiled.schema, &compiled.asked).objects;
    known.extend(found.into_iter().map(|object| Known { object, origin: origin.clone() }));
}

/// The objects of a definition.
fn definition(path: &Path, known: &mut Vec<Known>) {
    let origin = path.display().to_string();
    let left_out = |why: &str| eprintln!("warning: left out: {}: {why}", path.display());
    let Ok(bytes) = std::fs::read(path) else { return left_out("it cannot be read") };
    let text = match lwm2m::decode(&bytes) {
        Ok(text) => text,
        Err(error) => return left_out(&error.to_string()),
    };
    let mut sources = SourceMap::default();
    let Ok(id) = sources.add(&origin, text) else { return };
    let read = lwm2m::read(&sources, id);
    if read.is_other {
        return;
    }
    match read.diagnostics.iter().find(|one| one.severity == Severity::Error) {
        Some(error) => left_out(&error.message),
        None => {
            known.extend(read.definitions.into_iter().map(|one| Known { object: one.object, origin: origin.clone() }))
        }
    }
}

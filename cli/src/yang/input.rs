//! What the commands of `comi yang` have in common: modules, and what decides about their schema.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use clap::Args;
use comi_codegen::{Compiled, Context};

use super::patience;
use super::report::count;

/// Modules to compile.
#[derive(Args)]
pub(super) struct Input {
    /// YANG files; a folder stands for every .yang file in it
    #[arg(required = true, value_name = "FILE")]
    pub(super) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) choices: Choices,
}

/// Where imports come from, and what a server supports of the modules.
#[derive(Args)]
pub(super) struct Choices {
    /// Folder to find imported modules in; may be repeated. The files' own folders and the built-in modules come after
    #[arg(long = "path", value_name = "DIR", value_parser = folder)]
    pub(super) paths: Vec<PathBuf>,
    /// Features that are supported of a module, `MODULE:` for none of them; may be repeated [default: all]
    #[arg(long = "feature", value_name = "MODULE:FEATURE,…", value_parser = features)]
    features: Vec<(String, Vec<String>)>,
    /// Module, by file or name, whose deviations apply; may be repeated
    #[arg(long = "deviation", alias = "deviation-module", value_name = "FILE-or-MODULE")]
    deviations: Vec<String>,
}

impl Input {
    /// Compiles the modules.
    pub(super) fn compile(&self) -> Result<Compiled> {
        Ok(self.choices.compile(&yang_files(&self.files)?))
    }
}

impl Choices {
    /// Compiles files.
    pub(super) fn compile(&self, files: &[PathBuf]) -> Compiled {
        let context = self.context(files);
        patience::while_doing(format!("reading {}", count(files.len(), "file")), || context.compile())
    }

    /// What is to be compiled.
    pub(super) fn context(&self, files: &[PathBuf]) -> Context {
        self.context_before(files, &[])
    }

    /// What is to be compiled of an older revision, whose imports are found in these folders first.
    pub(super) fn context_before(&self, files: &[PathBuf], folders: &[PathBuf]) -> Context {
        let mut context = Context::new();
        context.open_features();
        for folder in folders.iter().chain(&self.paths) {
            context.yang_dir(folder);
        }
        for (module, features) in &self.features {
            context.feature(module, "");
            for feature in features {
                context.feature(module, feature);
            }
        }
        for file in files {
            context.file(file);
        }
        for deviation in &self.deviations {
            if deviation.ends_with(".yang") || Path::new(deviation).is_file() {
                context.deviation_file(deviation);
            } else {
                context.deviation(deviation);
            }
        }
        context
    }
}

/// The files, with those in folders in the place of the folders.
pub(super) fn yang_files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let mut found = Vec::new();
        let cannot = || format!("folder {} cannot be read", path.display());
        for entry in std::fs::read_dir(path).with_context(cannot)? {
            let entry = entry.with_context(cannot)?.path();
            if entry.extension().is_some_and(|ending| ending == "yang") && !entry.is_dir() {
                found.push(entry);
            }
        }
        anyhow::ensure!(!found.is_empty(), "folder {} has no .yang file", path.display());
        found.sort();
        files.append(&mut found);
    }
    Ok(files)
}

pub(crate) fn folder(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_dir() { Ok(path) } else { Err("there is no such folder".to_owned()) }
}

/// As pyang and yanglint have it: `module:feature,feature`.
fn features(text: &str) -> Result<(String, Vec<String>), String> {
    let (module, features) = text.split_once(':').filter(|(module, _)| !module.is_empty()).ok_or_else(|| {
        "a feature is named with its module: `module:feature,feature`, or `module:` for none".to_owned()
    })?;
    let features = features.split(',').map(str::trim).filter(|feature| !feature.is_empty());
    Ok((module.to_owned(), features.map(str::to_owned).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_named_with_their_module() {
        let named = |features: &[&str]| features.iter().map(|feature| (*feature).to_owned()).collect::<Vec<_>>();
        assert_eq!(features("m:a,b"), Ok(("m".to_owned(), named(&["a", "b"]))));
        assert_eq!(features("m:"), Ok(("m".to_owned(), Vec::new())));
        assert!(features("a").is_err() && features(":a").is_err());
    }
}

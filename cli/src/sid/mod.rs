//! `comi sid`: numbers for the items of YANG modules (RFC 9595). One command, one file.

mod check;
mod convert;
pub(crate) mod files;
mod list;
mod range;
mod relocate;
pub(crate) mod table;
pub(crate) mod update;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Args, Subcommand};
use comi_codegen::{Context, sid_items};
use comi_sid::{AssignmentRange, ModuleItems, Sid};

use crate::usage::WrongUsage;

/// Commands of `comi sid`.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Give every new item of a module its SID, in the .sid file beside the module
    Update(update::Arguments),
    /// Hold modules against the .sid files beside them
    Check(check::Arguments),
    /// Show .sid files, what they claim twice, and the items of a file or module
    List(list::Arguments),
    /// Move modules to another range, and write the table of old and new SIDs
    Relocate(relocate::Arguments),
    /// Write .sid files of older layouts as RFC 9595 has them, or as a list
    Convert(convert::Arguments),
    /// Tell whose a number or a range is, and which ranges the .sid files use
    Range(range::Arguments),
}

/// Runs one of them.
pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Update(arguments) => update::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::List(arguments) => list::run(&arguments),
        Command::Relocate(arguments) => relocate::run(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Range(arguments) => range::run(&arguments),
    }
}

/// The modules, and where what they import is found.
#[derive(Args)]
struct ModuleFiles {
    /// YANG modules, or folders of them; the .sid file of a module lies beside it
    #[arg(required = true, value_name = "FILE.yang")]
    files: Vec<PathBuf>,
    /// Folder with imported modules, and with .sid files whose numbers are taken; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ModuleFiles {
    /// The modules, those in folders in the place of the folders; submodules there have no .sid file and are left out.
    fn modules(&self) -> Result<Vec<(PathBuf, ModuleItems)>> {
        let mut modules = Vec::new();
        for path in &self.files {
            if !path.is_dir() {
                let items = self.items(path)?.with_context(|| {
                    format!("{} is a submodule; its items are in the .sid file of its module", path.display())
                })?;
                modules.push((path.clone(), items));
                continue;
            }
            let found = files::in_folder(path, "yang")?;
            ensure!(!found.is_empty(), "folder {} has no .yang file", path.display());
            for file in found {
                modules.extend(self.items(&file)?.map(|items| (file, items)));
            }
        }
        Ok(modules)
    }

    /// Compiles one of the modules and lists its items; its errors go to standard error. None of a submodule: ".sid
    /// files can only be generated for YANG modules and not for submodules" (RFC 9595 appendix C).
    fn items(&self, file: &Path) -> Result<Option<ModuleItems>> {
        if file.extension().is_none_or(|extension| extension != "yang") {
            bail!(WrongUsage::new("give .yang files; the .sid file of a module is found beside it"));
        }
        let mut context = Context::new();
        for path in &self.paths {
            context.yang_dir(path);
        }
        let compiled = context.file(file).every_item().compile();
        if !compiled.is_ok() {
            eprint!("{}", compiled.render(std::io::stderr().is_terminal()));
            bail!("{} has errors; no SID was given or checked", file.display());
        }
        let Some(module) = compiled.asked.first() else { return Ok(None) };
        let name = file.display().to_string();
        let is_submodule = compiled.texts.iter().filter(|text| text.statement.is("submodule")).any(|text| {
            compiled.sources.source(text.statement.span.source).is_some_and(|source| source.name() == name)
        });
        Ok((!is_submodule).then(|| sid_items(&compiled.schema, *module)))
    }
}

/// `1 file`, `2 files`.
fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

/// `START:SIZE`.
pub(crate) fn start_and_size(text: &str) -> Result<AssignmentRange, String> {
    let (start, size) = text.split_once(':').ok_or("write START:SIZE, such as 63000:50")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("\"{text}\": {error}"));
    AssignmentRange::new(number(start)?, number(size)?)
        .filter(|range| range.size() > 0)
        .ok_or_else(|| format!("a range has at least one number and ends at {} or before", Sid::MAX))
}

#[cfg(test)]
mod tests;

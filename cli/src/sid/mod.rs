//! `comi sid`: numbers for the items of YANG modules (RFC 9595). One command, one file.

mod check;
mod files;
mod update;

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use comi_codegen::schema::compiled::ModuleId;
use comi_codegen::{Context, sid_items};
use comi_sid::ModuleItems;

/// Commands of `comi sid`.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Give every new item of a module its SID, in the .sid file beside the module
    Update(update::Arguments),
    /// Hold modules against the .sid files beside them
    Check(check::Arguments),
}

/// Runs one of them.
pub(crate) fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Update(arguments) => update::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
    }
}

/// The modules, and where what they import is found.
#[derive(Args)]
struct ModuleFiles {
    /// YANG modules; the .sid file of a module lies beside it
    #[arg(required = true, value_name = "FILE.yang")]
    files: Vec<PathBuf>,
    /// Folder with imported modules, and with .sid files whose numbers are taken; may be repeated
    #[arg(long = "path", value_name = "DIR")]
    paths: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl ModuleFiles {
    /// Compiles one of the modules and lists its items; its errors go to standard error.
    fn items(&self, file: &Path) -> Result<ModuleItems> {
        if file.extension().is_none_or(|extension| extension != "yang") {
            bail!("{}: give the .yang file; its .sid file is found beside it", file.display());
        }
        let mut context = Context::new();
        for path in &self.paths {
            context.yang_dir(path);
        }
        let compiled = context.file(file).compile();
        if !compiled.is_ok() {
            eprint!("{}", compiled.render(std::io::stderr().is_terminal()));
            bail!("{} has errors; no SID was given or checked", file.display());
        }
        // The module that was asked for is the first.
        Ok(sid_items(&compiled.schema, ModuleId(0)))
    }
}

#[cfg(test)]
mod tests;

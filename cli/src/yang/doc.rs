//! `comi yang doc`: the documentation of modules as one HTML page.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_codegen::doc;

use super::input::Input;
use super::report;
use crate::output;

/// Arguments of `comi yang doc`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi yang doc pump.yang --output pump.html            one page, to open in a browser
  comi yang doc models/ --output models.html            every module in a folder
  comi yang doc pump.yang > pump.html

The page needs no other file and no network. SIDs are shown where .sid files lie beside the modules.

Exit status: 0 written, 1 a module has errors or the page can't be written, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Where to write the page [default: standard output]
    #[arg(long, short, value_name = "FILE.html")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let compiled = arguments.input.compile()?;
    if !compiled.is_ok() {
        report::report(&compiled);
        return Ok(ExitCode::FAILURE);
    }
    let sids = match comi_codegen::sid_files(&compiled, &[]) {
        Ok((sids, _)) => sids,
        Err(diagnostics) => {
            report::print_text(&compiled.sources, &diagnostics);
            return Ok(ExitCode::FAILURE);
        }
    };
    let page = doc::page(&compiled, Some(&sids));
    match &arguments.output {
        Some(path) => {
            output::write_all(&[(path.clone(), page)])?;
            eprintln!("{}: {}", path.display(), report::count(compiled.asked.len(), "module"));
        }
        None => output::print(&page)?,
    }
    Ok(ExitCode::SUCCESS)
}

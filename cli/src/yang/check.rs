//! `comi yang check`: whether modules are what the RFCs say.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use comi_codegen::{Severity, lint};
use serde_json::json;

use super::input::{Input, yang_files};
use super::report::{self, Format, count};
use crate::output;

/// Arguments of `comi yang check`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi yang check pump.yang                             one module; what it imports is looked for beside it
  comi yang check --path yang/ietf models/              every module in a folder
  comi yang check --strict --format github models/      in a workflow: warnings fail, and stand beside the lines
  comi yang check --lint ietf ietf-pump.yang            what RFC 8407 asks of a module, too
  comi yang check --feature pump:fast,quiet pump.yang   with two features of pump and no other
  comi yang check --deviation our-box pump.yang         with the deviations of module our-box

Exit status: 0 clean, 1 there are errors (with --strict: or warnings), 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Warnings make the exit status 1 too
    #[arg(long)]
    strict: bool,
    /// Warn of what breaks these guidelines too
    #[arg(long, value_enum, value_name = "GUIDELINES")]
    lint: Option<Guidelines>,
    /// How to print what was found
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Guidelines beyond the language.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Guidelines {
    /// RFC 8407, for modules of the IETF
    Ietf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let files = yang_files(&arguments.input.files)?;
    let mut compiled = arguments.input.choices.compile(&files);
    if arguments.lint == Some(Guidelines::Ietf) {
        compiled.diagnostics.extend(lint::check(&compiled));
    }
    let diagnostics = &compiled.diagnostics;
    let number = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    match arguments.format {
        Format::Text => report::report(&compiled),
        Format::Json => {
            let found = diagnostics.iter().map(|diagnostic| report::to_json(&compiled.sources, diagnostic));
            let document = json!({
                "files": files.len(),
                "errors": errors,
                "warnings": warnings,
                "diagnostics": found.collect::<Vec<_>>(),
            });
            output::print(&format!("{document:#}\n"))?;
        }
        Format::Github => {
            for diagnostic in diagnostics {
                output::print(&format!("{}\n", report::to_github(&compiled.sources, diagnostic)))?;
            }
        }
    }
    eprintln!("{}: {}, {}", count(files.len(), "file"), count(errors, "error"), count(warnings, "warning"));
    Ok(if errors > 0 || arguments.strict && warnings > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

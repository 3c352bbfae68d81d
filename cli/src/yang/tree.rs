//! `comi yang tree`: the schema tree.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_codegen::{TreeOptions, trees};

use super::input::Input;
use super::report;

/// Arguments of `comi yang tree`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi yang tree pump.yang                              RFC 8340's diagram
  comi yang tree pump.yang --sid --depth 2
  comi yang tree models/ --subtree /if:interfaces/interface

Exit status: 0 done, 1 a module has errors, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Show the SID of each node
    #[arg(long)]
    sid: bool,
    /// Show where a device takes each leaf from: store, pulled or pushed
    #[arg(long)]
    source: bool,
    /// Show so many levels; `...` stands for what is deeper
    #[arg(long, value_name = "LEVELS")]
    depth: Option<usize>,
    /// Show the subtree at this path, `/a/b`; prefixes may be left out
    #[arg(long, value_name = "PATH")]
    subtree: Option<String>,
    /// Fold lines that are longer (RFC 8340 section 3.1)
    #[arg(long, value_name = "COLUMNS")]
    width: Option<usize>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let compiled = arguments.input.compile()?;
    if !compiled.is_ok() {
        report::report(&compiled);
        return Ok(ExitCode::FAILURE);
    }
    let sids = if arguments.sid {
        match comi_codegen::sid_files(&compiled, &[]) {
            Ok((sids, _)) => Some(sids),
            Err(diagnostics) => {
                report::print_text(&compiled.sources, &diagnostics);
                return Ok(ExitCode::FAILURE);
            }
        }
    } else {
        None
    };
    let options = TreeOptions {
        sids: sids.as_ref(),
        source: arguments.source,
        depth: arguments.depth,
        subtree: arguments.subtree.as_deref(),
        width: arguments.width,
        ..TreeOptions::default()
    };
    out!("{}", trees(&compiled.schema, &compiled.parts, &options));
    Ok(ExitCode::SUCCESS)
}

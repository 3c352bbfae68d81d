//! `comi yang tree`: the schema tree.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_codegen::{TreeOptions, tree};

use super::input::Input;
use super::report;

/// Arguments of `comi yang tree`.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    input: Input,
    /// Show the SID of each node
    #[arg(long)]
    sid: bool,
    /// Show where a device takes each leaf from: store, pulled or pushed
    #[arg(long)]
    source: bool,
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
    let options = TreeOptions { sids: sids.as_ref(), source: arguments.source, ..TreeOptions::default() };
    for module in &compiled.asked {
        print!("{}", tree(&compiled.schema, *module, &options));
    }
    Ok(ExitCode::SUCCESS)
}

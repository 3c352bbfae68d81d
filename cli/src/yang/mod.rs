//! `comi yang`: the commands for those who write YANG. One command, one file.

mod check;
mod diff;
mod input;
mod report;
mod tree;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// The commands of `comi yang`.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check modules
    Check(check::Arguments),
    /// Say which changes between two revisions break clients (RFC 7950 section 11)
    Diff(diff::Arguments),
    /// Print the schema tree (RFC 8340)
    Tree(tree::Arguments),
}

/// Runs one of them.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Tree(arguments) => tree::run(arguments),
    }
}

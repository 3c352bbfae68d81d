//! `comi yang`: the commands for those who write YANG. One command, one file.

mod check;
mod diff;
mod doc;
mod input;
mod patience;
pub(crate) mod report;
mod sample;
mod tree;
mod valid;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

pub(crate) use input::folder;

/// The commands of `comi yang`.
#[derive(Subcommand)]
#[command(after_help = "\
Start here:
  comi yang check my-model.yang                         mistakes, with their place and cure
  comi yang check --lint ietf my-model.yang             the IETF's guidelines, too
  comi yang tree my-model.yang                          the schema at a glance
  comi yang doc my-model.yang --output my-model.html    all that is in it, to read and search
  comi yang diff released.yang my-model.yang            does the new revision break clients?
  comi yang sample my-model --path . --seed 1           random valid data of it

All take folders for files, --path for imports, --feature and --deviation.")]
pub(crate) enum Command {
    /// Check modules
    Check(check::Arguments),
    /// Say which changes between two revisions break clients (RFC 7950 section 11)
    Diff(diff::Arguments),
    /// Write the documentation as one HTML page
    Doc(doc::Arguments),
    /// Print random valid instances
    Sample(sample::Arguments),
    /// Print the schema tree (RFC 8340)
    Tree(tree::Arguments),
}

/// Runs one of them.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Check(arguments) => check::run(arguments),
        Command::Diff(arguments) => diff::run(arguments),
        Command::Doc(arguments) => doc::run(arguments),
        Command::Sample(arguments) => sample::run(arguments),
        Command::Tree(arguments) => tree::run(arguments),
    }
}

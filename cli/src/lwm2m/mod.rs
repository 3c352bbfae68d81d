//! `comi lwm2m`: between OMA's definitions of objects and YANG modules. One command, one file.

mod dates;
mod export;
mod import;
mod list;
mod modules;
mod registry;
mod show;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// The commands of `comi lwm2m`.
#[derive(Subcommand)]
#[command(after_help = "\
Start here:
  comi lwm2m list temperature                           which objects there are
  comi lwm2m show 3303                                  what one has
  comi lwm2m import 3303.xml                            a definition as YANG, with SIDs
  comi lwm2m export lwm2m-temperature-3303              a module as OMA's XML")]
pub(crate) enum Command {
    /// Make YANG modules with SIDs of OMA's XML definitions
    Import(import::Arguments),
    /// Write the definition of the objects that modules are, or expose
    Export(export::Arguments),
    /// Find objects by id or word
    List(list::Arguments),
    /// Show the resources of an object
    Show(show::Arguments),
}

/// Runs one of them.
pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Import(arguments) => import::run(arguments),
        Command::Export(arguments) => export::run(arguments),
        Command::List(arguments) => list::run(arguments),
        Command::Show(arguments) => show::run(arguments),
    }
}

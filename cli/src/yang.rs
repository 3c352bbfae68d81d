//! `comi yang`: checks modules and prints their trees.

use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use comi_codegen::schema::compiled::ModuleId;
use comi_codegen::{Compiled, Context, Severity, TreeOptions, tree};

/// The commands of `comi yang`.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Check modules; exit status 1 when there is an error
    Check(CheckArguments),
    /// Print the schema tree (RFC 8340)
    Tree(TreeArguments),
}

/// Arguments of `comi yang check`.
#[derive(Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    input: Input,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// Arguments of `comi yang tree`.
#[derive(Args)]
pub(crate) struct TreeArguments {
    #[command(flatten)]
    input: Input,
    /// Show the SID of each node
    #[arg(long)]
    sid: bool,
    /// Show where a device takes each leaf from: store, pulled or pushed
    #[arg(long)]
    source: bool,
}

#[derive(Args)]
struct Input {
    /// YANG files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder to find imported modules in; may be repeated. The files' own folders and the built-in modules come after
    #[arg(long = "path", value_name = "DIR")]
    paths: Vec<PathBuf>,
}

impl Input {
    fn compile(&self) -> Compiled {
        let mut context = Context::new();
        for folder in &self.paths {
            context.yang_dir(folder);
        }
        for file in &self.files {
            context.file(file);
        }
        context.compile()
    }
}

pub(crate) fn run(command: &Command) -> Result<ExitCode> {
    match command {
        Command::Check(arguments) => Ok(check(arguments)),
        Command::Tree(arguments) => print_tree(arguments),
    }
}

fn check(arguments: &CheckArguments) -> ExitCode {
    let compiled = arguments.input.compile();
    report(&compiled);
    let count = |severity| compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let files = arguments.input.files.len();
    let plural = |number: usize, word: &str| format!("{number} {word}{}", if number == 1 { "" } else { "s" });
    eprintln!("{}: {}, {}", plural(files, "file"), plural(errors, "error"), plural(warnings, "warning"));
    if errors > 0 || arguments.strict && warnings > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn print_tree(arguments: &TreeArguments) -> Result<ExitCode> {
    let compiled = arguments.input.compile();
    if !compiled.is_ok() {
        report(&compiled);
        return Ok(ExitCode::FAILURE);
    }
    let sids = if arguments.sid {
        match comi_codegen::sid_files(&compiled, &[]) {
            Ok((sids, _)) => Some(sids),
            Err(diagnostics) => {
                eprint!("{}", comi_codegen::diagnostic::render(&compiled.sources, &diagnostics, is_terminal()));
                return Ok(ExitCode::FAILURE);
            }
        }
    } else {
        None
    };
    let options = TreeOptions { sids: sids.as_ref(), source: arguments.source, ..TreeOptions::default() };
    // Those that were asked for come first.
    for module in 0..arguments.input.files.len().min(compiled.schema.modules.len()) {
        print!("{}", tree(&compiled.schema, ModuleId(module), &options));
    }
    Ok(ExitCode::SUCCESS)
}

fn report(compiled: &Compiled) {
    if !compiled.diagnostics.is_empty() {
        eprint!("{}", compiled.render(is_terminal()));
    }
}

fn is_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

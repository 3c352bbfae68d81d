//! `comi yang diff`: which changes between two revisions break clients.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use comi_codegen::compare::{Change, Comparison, compare};
use comi_codegen::source::{SourceMap, Span};
use serde_json::{Value, json};

use super::input::{Choices, yang_files};
use super::patience;
use super::report::{self, count};
use crate::output;

/// Arguments of `comi yang diff`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi yang diff pump@2026-01-31.yang pump.yang         two revisions of a module
  comi yang diff released/ models/                    all modules of two folders
  comi yang diff --breaking old.yang new.yang           only what breaks

A line a change: `breaking` or `compatible`, the place, the node, what changed, and the part of RFC 7950 section 11
that says so. What can't be decided, as whether a new `must` is stricter than the one before, counts as breaking.
Where .sid files lie beside the modules, a SID that changed or is gone breaks too.

Exit status: 0 nothing breaks, 1 something does (or a module has errors), 2 wrong usage.")]
pub(crate) struct Arguments {
    /// The old revision: a file, or a folder with modules
    old: PathBuf,
    /// The new revision
    new: PathBuf,
    #[command(flatten)]
    choices: Choices,
    /// Folder to find what the old revision imports in, before those of --path; may be repeated
    #[arg(long = "old-path", value_name = "DIR", value_parser = super::input::folder)]
    old_paths: Vec<PathBuf>,
    /// Leave out what is compatible
    #[arg(long)]
    breaking: bool,
    /// How to print the changes
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// How to print changes.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a change
    Text,
    /// One JSON document
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let files = |path: &Path| yang_files(&[path.to_owned()]);
    let new = arguments.choices.context(&files(&arguments.new)?);
    let old = arguments.choices.context_before(&files(&arguments.old)?, &arguments.old_paths);
    let comparison = match patience::while_doing("comparing".to_owned(), || compare(&old, &new)) {
        Ok(comparison) => comparison,
        Err(broken) => {
            report::report(&broken.old);
            report::report(&broken.new);
            anyhow::bail!("modules with errors can't be compared");
        }
    };
    let breaking = comparison.changes.iter().filter(|change| change.breaks()).count();
    let shown: Vec<&Change> =
        comparison.changes.iter().filter(|change| change.breaks() || !arguments.breaking).collect();
    match arguments.format {
        Format::Text => {
            let lines: String = shown.iter().map(|change| line(&comparison, change) + "\n").collect();
            output::print(&lines)?;
        }
        Format::Json => {
            let document = json!({
                "breaking": breaking,
                "compatible": comparison.changes.len() - breaking,
                "changes": shown.iter().map(|change| to_json(&comparison, change)).collect::<Vec<_>>(),
            });
            output::print(&format!("{document:#}\n"))?;
        }
    }
    eprintln!("{}: {breaking} breaking", count(comparison.changes.len(), "change"));
    Ok(if breaking > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn verdict(change: &Change) -> &'static str {
    if change.breaks() { "breaking" } else { "compatible" }
}

fn line(comparison: &Comparison, change: &Change) -> String {
    let place = |sources: &SourceMap, span: Option<Span>| {
        let place = report::place(sources, span?)?;
        Some(format!("{}:{}:{}", place.file, place.start.line, place.start.column))
    };
    let (old, new) = (place(&comparison.old.sources, change.old), place(&comparison.new.sources, change.new));
    let places = match (old, new) {
        (Some(old), Some(new)) => format!("{new} (was {old})"),
        (Some(old), None) => format!("(was {old})"),
        (None, new) => new.unwrap_or_default(),
    };
    let also = match change.also.len() {
        0 => String::new(),
        number => format!(", and {}", count(number, "other place")),
    };
    let (verdict, rule) = (verdict(change), change.rule.citation());
    format!("{verdict}: {places}: {}{also}: {} [{rule}]", change.path, change.message)
}

fn to_json(comparison: &Comparison, change: &Change) -> Value {
    let place = |sources: &SourceMap, span: Option<Span>| {
        let place = report::place(sources, span?)?;
        Some(json!({ "file": place.file, "line": place.start.line, "column": place.start.column }))
    };
    json!({
        "verdict": verdict(change),
        "change": change.rule.name(),
        "path": change.path,
        "also": change.also,
        "message": change.message,
        "rule": change.rule.citation(),
        "old": place(&comparison.old.sources, change.old),
        "new": place(&comparison.new.sources, change.new),
    })
}

//! `comi sid update`: gives the new items of modules their SIDs, and shows what it did.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use comi_sid::ranges::{self, FREE_FROM, Policy};
use comi_sid::{AssignmentRange, Item, ModuleItems, Registry, SidFile, Update, UpdateError, next_free_range};
use serde_json::{Value, json};

use super::ModuleFiles;
use super::files::{self, Found};

/// The size of the ranges that are proposed, and its multiples (RFC 9595 section 6.4.2).
const STEP: u64 = 50;

/// Arguments of `comi sid update`.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    modules: ModuleFiles,
    /// Range to take SIDs from, in addition to the file's [default for a new file: the one that RFC 9595 reserves for
    /// the module, else the next free 50 from 63000]
    #[arg(long, value_name = "START:SIZE", value_parser = range)]
    range: Option<AssignmentRange>,
    /// Show what would change and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn range(text: &str) -> Result<AssignmentRange, String> {
    let (start, size) = text.split_once(':').ok_or("write START:SIZE, such as 63000:50")?;
    let number = |text: &str| text.parse::<u64>().map_err(|error| format!("\"{text}\": {error}"));
    AssignmentRange::new(number(start)?, number(size)?)
        .filter(|range| range.size() > 0)
        .ok_or_else(|| "a range has at least one number and ends at 9223372036854775807 or before".into())
}

/// What became of one module.
struct Done {
    module: String,
    path: PathBuf,
    update: Update,
    /// The range that was proposed and taken, for want of another.
    proposed: Option<AssignmentRange>,
}

/// Updates all modules, or none where one can't be.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let modules = &arguments.modules;
    if arguments.range.is_some() && modules.files.len() > 1 {
        bail!("--range is for one module; call once for each");
    }
    let mut taken = files::surrounding(&modules.files, &modules.paths);
    let mut done = vec![];
    for yang in &modules.files {
        let one = update(yang, &modules.items(yang)?, arguments.range.as_ref(), &taken)
            .with_context(|| format!("{} was not written", files::beside(yang).display()))?;
        taken.retain(|found| found.file.module_name != one.module);
        taken.push(Found { origin: one.path.display().to_string(), file: one.update.file.clone() });
        done.push(one);
    }
    let changed: Vec<(PathBuf, String)> =
        done.iter().filter(|one| one.update.changed).map(|one| (one.path.clone(), one.update.file.to_json())).collect();
    if !arguments.dry_run {
        files::write_all(&changed)?;
    }
    if modules.json {
        let all: Vec<Value> = done.iter().map(|one| as_json(one, arguments.dry_run)).collect();
        println!("{:#}", Value::Array(all));
    } else {
        print!("{}", done.iter().map(|one| as_text(one, arguments.dry_run)).collect::<String>());
    }
    Ok(ExitCode::SUCCESS)
}

fn update(yang: &Path, items: &ModuleItems, range: Option<&AssignmentRange>, taken: &[Found]) -> Result<Done> {
    let old = files::of_module(yang, &items.name)?;
    let path = files::beside(yang);
    let moved = old.as_ref().is_some_and(|(from, _)| *from != path);
    let old = old.map(|(_, file)| file);
    let others = || taken.iter().filter(|found| found.file.module_name != items.name);
    let (mut update, proposed) = match comi_sid::update(old.clone(), items, range.cloned()) {
        Ok(update) => (update, None),
        Err(UpdateError::NoRange { needed, .. }) => {
            let range = propose(&items.name, needed, others().map(|found| &found.file))?;
            (comi_sid::update(old, items, Some(range.clone()))?, Some(range))
        }
        Err(error @ UpdateError::Exhausted { needed, .. }) => {
            // Which range comes next is for the owner to say: the file may be in a range of its own.
            let next = next_free_range(taken.iter().map(|found| &found.file), FREE_FROM, size_for(needed));
            let hint = next.map(|range| format!("free for experiments is {range}")).unwrap_or_default();
            return Err(anyhow::Error::from(error).context(hint));
        }
        Err(error) => return Err(error.into()),
    };
    for other in others() {
        refuse_clash(other, &path, &update.file)?;
    }
    update.changed |= moved;
    Ok(Done { module: items.name.clone(), path, update, proposed })
}

/// The range that RFC 9595 reserves for the module, or the next free one for experiments.
fn propose<'a>(
    module: &str,
    needed: u64,
    others: impl Iterator<Item = &'a SidFile> + Clone,
) -> Result<AssignmentRange> {
    let reserved = ranges::reserved_for(module).filter(|range| {
        let taken = others.clone().any(|file| file.assignment_ranges.iter().any(|other| other.overlaps(range)));
        range.size() >= needed && !taken
    });
    match reserved {
        Some(range) => Ok(range),
        None => next_free_range(others, FREE_FROM, size_for(needed))
            .context("no range is free between 63000 and 99999; give one by --range START:SIZE"),
    }
}

/// 50, or the multiple of it that leaves a third for later (RFC 9595 section 6.4.2).
fn size_for(needed: u64) -> u64 {
    if needed <= STEP { STEP } else { (needed + needed.div_ceil(3)).next_multiple_of(STEP) }
}

fn refuse_clash(other: &Found, path: &Path, file: &SidFile) -> Result<()> {
    let mut registry = Registry::default();
    if registry.add(other.origin.as_str(), other.file.clone()).is_ok() {
        registry.add(path.display().to_string(), file.clone())?;
    }
    Ok(())
}

fn as_text(done: &Done, dry_run: bool) -> String {
    let mut text = String::new();
    // Writing to a String can't fail.
    let _ = write_text(&mut text, done, dry_run);
    text
}

fn write_text(out: &mut String, done: &Done, dry_run: bool) -> std::fmt::Result {
    let (update, path) = (&done.update, done.path.display());
    if !update.changed {
        return writeln!(out, "{path}: nothing to change, {} items", update.file.items.len());
    }
    let would = if dry_run { " (not written)" } else { "" };
    let (added, obsolete) = (update.added.len(), update.obsoleted.len());
    writeln!(out, "{path}: {added} added, {obsolete} obsolete, {} in all{would}", update.file.items.len())?;
    if let Some(range) = &done.proposed {
        let why = match ranges::policy(range.entry_point()) {
            Policy::Experimental => "the next free one for experiments, must not be used in operation",
            _ => "reserved for the module by RFC 9595",
        };
        writeln!(out, "  range {range}: {why}")?;
    }
    let line = |out: &mut String, sign: char, item: &Item, note: &str| {
        writeln!(out, "  {sign} {:>8}  {:8}  {}{note}", item.sid, item.namespace, item.identifier)
    };
    for item in &update.added {
        line(out, '+', item, "")?;
    }
    for item in &update.obsoleted {
        line(out, '-', item, "  (obsolete)")?;
    }
    for item in &update.revived {
        line(out, '*', item, "  (in use again)")?;
    }
    for renamed in &update.renamed {
        line(out, '~', &renamed.to, &format!("  (was {})", renamed.from))?;
    }
    Ok(())
}

fn as_json(done: &Done, dry_run: bool) -> Value {
    let item = |item: &Item| json!({"namespace": item.namespace.as_str(), "identifier": item.identifier, "sid": item.sid.to_string()});
    let items = |items: &[Item]| items.iter().map(item).collect::<Vec<Value>>();
    let update = &done.update;
    json!({
        "file": done.path.display().to_string(),
        "module": done.module,
        "changed": update.changed,
        "written": update.changed && !dry_run,
        "new-range": done.proposed.as_ref().map(ToString::to_string),
        "added": items(&update.added),
        "obsolete": items(&update.obsoleted),
        "in-use-again": items(&update.revived),
        "renamed": update.renamed.iter().map(|one| json!({"from": one.from, "to": item(&one.to)})).collect::<Vec<_>>(),
    })
}

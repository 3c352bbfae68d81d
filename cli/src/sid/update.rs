//! `comi sid update`: gives the new items of modules their SIDs, and shows what it did.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;
use comi_sid::ranges::{self, FREE_FROM, Policy};
use comi_sid::{
    AssignmentRange, FileStatus, Item, ModuleItems, Registry, SidFile, Update, UpdateError, next_free_range,
};
use serde_json::{Value, json};

use super::check::may_clash;
use super::files::{self, Found};
use super::{ModuleFiles, start_and_size};
use crate::output::write_all;
use crate::usage::WrongUsage;

/// The size of the ranges that are proposed, and its multiples (RFC 9595 section 6.4.2).
const STEP: u64 = 50;

/// Arguments of `comi sid update`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid update pump.yang                             pump.sid beside it, new or brought up to date
  comi sid update pump.yang --range 60500:100           takes its SIDs from there
  comi sid update pump.yang --renamed /pump:pump/speed=/pump:pump/rate

A SID once given stays with its item. New items get the next free numbers, items that are gone stay as obsolete.
What was done is shown: + added, - obsolete, * in use again, ~ written anew, ! perhaps renamed.
All files are written or none.

Exit status: 0 done, 1 it failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    modules: ModuleFiles,
    /// Range to take SIDs from, in addition to the file's [default for a new file: the one that RFC 9595 reserves for
    /// the module, else the next free 50 from 63000; for a file whose ranges are full: the next free one behind them,
    /// where they are for experiments]
    #[arg(long, value_name = "START:SIZE", value_parser = start_and_size)]
    range: Option<AssignmentRange>,
    /// An item's new name, with everything below it; it keeps its SID. May be repeated
    #[arg(long = "renamed", value_name = "OLD=NEW", value_parser = renamed)]
    renamed: Vec<(String, String)>,
    /// Make the file a published one: its SIDs are stable, and permanent, from now on
    #[arg(long)]
    publish: bool,
    /// Show what would change and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn renamed(text: &str) -> Result<(String, String), String> {
    let (old, new) = text.split_once('=').ok_or("write OLD=NEW, such as /pump:speed=/pump:velocity")?;
    Ok((old.to_owned(), new.to_owned()))
}

/// What became of one module.
struct Done {
    module: String,
    path: PathBuf,
    update: Update,
    /// The range that was proposed and taken, for want of another.
    proposed: Option<AssignmentRange>,
    published: bool,
}

/// Updates all modules, or none where one can't be.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let given = &arguments.modules;
    let modules = given.modules()?;
    if modules.len() > 1 && arguments.range.is_some() {
        bail!(WrongUsage::new("--range is for one module; call once for each"));
    }
    if modules.len() > 1 && !arguments.renamed.is_empty() {
        bail!(WrongUsage::new("--renamed is for one module; call once for each"));
    }
    let mut taken = files::surrounding(&given.files, &given.paths);
    let mut done = vec![];
    for (yang, items) in &modules {
        let one = update(yang, items, arguments, &taken)
            .with_context(|| format!("{} was not written", files::beside(yang).display()))?;
        taken.retain(|found| found.file.module_name != one.module);
        taken.push(Found::new(one.path.clone(), one.update.file.clone()));
        done.push(one);
    }
    let changed: Vec<(PathBuf, String)> =
        done.iter().filter(|one| one.update.changed).map(|one| (one.path.clone(), one.update.file.to_json())).collect();
    if !arguments.dry_run {
        write_all(&changed)?;
    }
    if given.json {
        let all: Vec<Value> = done.iter().map(|one| as_json(one, arguments.dry_run)).collect();
        outln!("{:#}", Value::Array(all));
    } else {
        out!("{}", done.iter().map(|one| as_text(one, arguments.dry_run)).collect::<String>());
    }
    Ok(ExitCode::SUCCESS)
}

fn update(yang: &Path, items: &ModuleItems, arguments: &Arguments, taken: &[Found]) -> Result<Done> {
    let old = files::of_module(yang, &items.name)?;
    let path = files::beside(yang);
    let moved = old.as_ref().is_some_and(|(from, _)| *from != path);
    let mut old = old.map(|(_, file)| file);
    for (from, to) in &arguments.renamed {
        old.as_mut().context("there is no .sid file yet, and nothing to rename in it")?.rename(from, to)?;
    }
    let (mut update, proposed) = give(old, items, arguments.range.clone(), taken)?;
    refuse_clashes(taken, &path, &update.file)?;
    let published = arguments.publish && update.file.sid_file_status == FileStatus::Unpublished;
    if published {
        let counted = update.changed;
        let version = update.file.sid_file_version;
        update.file = update.file.published();
        if counted {
            update.file.sid_file_version = version; // one step for one change
        }
    }
    update.changed |= moved || published || !arguments.renamed.is_empty();
    Ok(Done { module: items.name.clone(), path, update, proposed, published })
}

/// Gives the new items their numbers, of `range` or of a range that is proposed for want of one; that one is told.
pub(crate) fn give(
    old: Option<SidFile>,
    items: &ModuleItems,
    range: Option<AssignmentRange>,
    taken: &[Found],
) -> Result<(Update, Option<AssignmentRange>)> {
    let others = || taken.iter().filter(|found| found.file.module_name != items.name);
    let given = match comi_sid::update(old.clone(), items, range.clone()) {
        Ok(update) => (update, None),
        Err(UpdateError::NoRange { needed, .. }) => {
            let range = propose(&items.name, needed, others().map(|found| &found.file))?;
            (comi_sid::update(old, items, Some(range.clone()))?, Some(range))
        }
        Err(error @ UpdateError::Exhausted { needed, free, .. }) => {
            let files = || taken.iter().map(|found| &found.file).chain(&old);
            let last = old.iter().flat_map(|file| &file.assignment_ranges).map(AssignmentRange::end).max();
            let behind = last.and_then(|last| next_free_range(files(), last, size_for(needed - free)));
            let next = behind.or_else(|| next_free_range(files(), FREE_FROM, size_for(needed - free)));
            // A range of one's own comes from its owner; for experiments the next one will do (RFC 9595 appendix B).
            let experimental =
                |range: &AssignmentRange| ranges::policy(range.end().saturating_sub(1)) == Policy::Experimental;
            let all_experimental =
                old.iter().flat_map(|file| &file.assignment_ranges).all(experimental) && range.is_none();
            match next.filter(|next| all_experimental && experimental(next)) {
                Some(range) => (comi_sid::update(old, items, Some(range.clone()))?, Some(range)),
                None => return Err(error.into()),
            }
        }
        Err(error) => return Err(error.into()),
    };
    Ok(given)
}

/// Refuses numbers that another module has.
pub(crate) fn refuse_clashes(taken: &[Found], path: &Path, file: &SidFile) -> Result<()> {
    let others = taken.iter().filter(|found| found.file.module_name != file.module_name);
    for other in others.filter(|other| may_clash(&other.file, file)) {
        refuse_clash(other, path, file)?;
    }
    Ok(())
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
    let would = if done.published { format!(", published{would}") } else { would.to_owned() };
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
    for (gone, new) in &update.maybe_renamed {
        line(out, '!', gone, &format!("  (perhaps renamed to {})", new.identifier))?;
    }
    if let Some((gone, new)) = update.maybe_renamed.first() {
        let (from, to) = (&gone.identifier, &new.identifier);
        writeln!(
            out,
            "  warning: an item that has a new name may keep its SID; restore the file and say `--renamed {from}={to}`"
        )?;
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
        "published": done.published,
        "perhaps-renamed": update.maybe_renamed.iter().map(|(gone, new)| json!({"from": item(gone), "to": item(new)})).collect::<Vec<_>>(),
        "renamed": update.renamed.iter().map(|one| json!({"from": one.from, "to": item(&one.to)})).collect::<Vec<_>>(),
    })
}

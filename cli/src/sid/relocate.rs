//! `comi sid relocate`: moves modules to another range, all at once or not at all.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Args;
use comi_sid::{AssignmentRange, RelocateError, RelocateOptions, Relocation, Sid, duplicates, ranges, relocate};
use serde_json::json;

use super::files::{self, Found};
use super::table::table;
use super::{count, start_and_size};
use crate::output::write_all;

/// Arguments of `comi sid relocate`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi sid relocate models/ --to 70000                  all files of a folder, one behind the other
  comi sid relocate pump.sid --to 70000:100 --table moved.json

The ranges of the files go one behind the other to START, in the order that they have now; each item keeps its place in
its range. The table (JSON) names the old and the new SID of each item: a device that keeps data by SID applies it once
when it starts with the new model. All files and the table are written, or none.

Exit status: 0 done, 1 it failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// .sid files, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Where to; with a size, more numbers than these are not taken
    #[arg(long, value_name = "START[:SIZE]", value_parser = target)]
    to: AssignmentRange,
    /// The file for the table of old and new SIDs, which must not exist yet
    #[arg(long, value_name = "FILE.json", default_value = "sid-migration.json")]
    table: PathBuf,
    /// Keep the distances between the ranges
    #[arg(long)]
    keep_gaps: bool,
    /// Move permanent SIDs too: those that are published or stable, and not for experiments. Whoever has them is left
    /// behind
    #[arg(long)]
    permanent: bool,
    /// Folder with further .sid files whose numbers are taken; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    others: Vec<PathBuf>,
    /// Show what would change and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

fn target(text: &str) -> Result<AssignmentRange, String> {
    if text.contains(':') {
        return start_and_size(text);
    }
    let start = text.parse::<u64>().map_err(|error| format!("\"{text}\": {error}"))?;
    let size = Sid::MAX.number().checked_sub(start).and_then(|size| size.checked_add(1));
    size.and_then(|size| AssignmentRange::new(start, size)).ok_or_else(|| format!("SIDs end at {}", Sid::MAX))
}

/// Moves them.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let found = files::named(&arguments.paths)?;
    ensure!(!found.is_empty(), "there is no .sid file in {}", listed(&arguments.paths));
    if !arguments.dry_run && arguments.table.exists() {
        let table = arguments.table.display();
        bail!("{table} exists: name another file by --table, so that no migration is lost");
    }
    let options =
        RelocateOptions { to: arguments.to.clone(), keep_gaps: arguments.keep_gaps, permanent: arguments.permanent };
    let given: Vec<_> = found.iter().map(|found| found.file.clone()).collect();
    let moved = match relocate(&given, &options) {
        Ok(moved) => moved,
        Err(error @ RelocateError::Permanent { .. }) => bail!("{error}, by `--permanent`; nothing was moved"),
        Err(error) => bail!("{error}; nothing was moved"),
    };
    refuse_taken(&found, &moved, arguments)?;
    let mut written: Vec<(PathBuf, String)> = vec![(arguments.table.clone(), moved.migration.to_json())];
    written.extend(found.iter().zip(&moved.files).map(|(found, file)| (found.path.clone(), file.to_json())));
    if !arguments.dry_run {
        write_all(&written)?;
    }
    show(&found, &moved, arguments);
    Ok(ExitCode::SUCCESS)
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The new numbers must not be those of a file that stays: near the files, in the given folders, or built in.
fn refuse_taken(found: &[Found], moved: &Relocation, arguments: &Arguments) -> Result<()> {
    let paths: Vec<PathBuf> = found.iter().map(|found| found.path.clone()).collect();
    let is_moved = |other: &Found| {
        found.iter().any(|found| {
            found.file.module_name == other.file.module_name
                && (same_file(&found.path, &other.path) || !other.path.exists())
        })
    };
    for other in files::surrounding(&paths, &arguments.others).iter().filter(|other| !is_moved(other)) {
        let one = (other.origin.as_str(), &other.file);
        for (found, file) in found.iter().zip(&moved.files) {
            let twice = duplicates([one, (found.origin.as_str(), file)]);
            if let Some(duplicate) = twice.first() {
                bail!("{duplicate} after the move; nothing was moved: choose another START, or move {} too", one.0);
            }
        }
    }
    Ok(())
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

fn show(found: &[Found], moved: &Relocation, arguments: &Arguments) {
    let items: usize = moved.migration.modules().iter().map(|module| module.items.len()).sum();
    if arguments.json {
        let range =
            |(old, new): &(AssignmentRange, AssignmentRange)| json!({"from": old.to_string(), "to": new.to_string()});
        let object = json!({
            "written": !arguments.dry_run,
            "table": arguments.table.display().to_string(),
            "files": found.iter().map(|found| found.origin.clone()).collect::<Vec<_>>(),
            "ranges": moved.ranges.iter().map(range).collect::<Vec<_>>(),
            "items": items,
        });
        outln!("{object:#}");
        return;
    }
    let module = |old: &AssignmentRange| {
        let has = |found: &&Found| found.file.assignment_ranges.iter().any(|range| range.overlaps(old));
        found.iter().find(has).map(|found| found.file.module_name.clone()).unwrap_or_default()
    };
    let line = |(old, new): &(AssignmentRange, AssignmentRange)| vec![module(old), old.to_string(), new.to_string()];
    out!("{}", table(&["MODULE", "FROM", "TO"], &moved.ranges.iter().map(line).collect::<Vec<_>>()));
    let table = arguments.table.display();
    let (files, items) = (count(found.len(), "file"), count(items, "item"));
    match arguments.dry_run {
        true => outln!("{files}, {items} would move (not written)"),
        false => outln!("{files}, {items} moved; old and new SIDs in {table}"),
    }
    if moved.ranges.iter().any(|(_, new)| ranges::policy(new.entry_point()) == ranges::Policy::Experimental) {
        outln!("note: the new range is for experiments and must not be used in operation");
    }
}

//! `comi lwm2m import`: YANG modules and their .sid files of OMA's definitions of objects.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use comi_codegen::lwm2m::{self, Definition, Reading};
use comi_codegen::source::SourceMap;
use comi_codegen::{Diagnostic, Severity};
use comi_sid::{AssignmentRange, SidFile};

use super::dates;
use super::modules::{Folder, Made};
use crate::output::{print, write_all};
use crate::sid::files::{self, Found};
use crate::sid::{start_and_size, update};
use crate::yang::report::{count, print_text};

/// The least that a module gets of a range: objects grow.
const LEAST: u64 = 40;

/// Arguments of `comi lwm2m import`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi lwm2m import 3303.xml                            lwm2m-temperature-3303.yang and .sid, here
  comi lwm2m import --out yang ~/lwm2m-registry         every object of a folder
  comi lwm2m import --sid-range 100000:2000 *.xml       SIDs of your own range
  comi lwm2m import --out yang version_history/1-1_0.xml 1.xml
                                                        two versions of one object: the older one gets a file of its own

What was assumed is told as warnings. A module that is there already keeps its SIDs, and stays as it is where nothing
changes. All files are written or none. Exit status: 0 done, 1 it failed, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Definitions of objects; a folder stands for every .xml file in it that defines one
    #[arg(required = true, value_name = "FILE.xml")]
    files: Vec<PathBuf>,
    /// Folder to write to; made where it is missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Range to take the SIDs of new modules from, 40 or more for each [default: those that come with comi for objects
    /// that it has, else the next free range for experiments]
    #[arg(long, value_name = "START:SIZE", value_parser = start_and_size)]
    sid_range: Option<AssignmentRange>,
    /// Folder with .sid files whose numbers are taken; may be repeated
    #[arg(long = "path", value_name = "DIR", value_parser = crate::yang::folder)]
    paths: Vec<PathBuf>,
    /// The date of modules that are new or change [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = dates::parse)]
    revision: Option<String>,
    /// Leave out the wording of the definitions: of descriptions only names, and what numbers stand for, are kept
    #[arg(long)]
    facts_only: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let mut definitions = read(&arguments.files, &mut sources, &mut diagnostics)?;
    definitions.sort_by_key(|one| (one.object.id, number(&one.object.version)));
    diagnostics.extend(twice(&definitions));
    let failed = |diagnostics: &[Diagnostic]| diagnostics.iter().any(|one| one.severity == Severity::Error);
    if failed(&diagnostics) {
        print_text(&sources, &diagnostics);
        eprintln!("nothing was written");
        return Ok(ExitCode::FAILURE);
    }
    let mut folder = Folder::new(&arguments.out);
    let revisions = revisions(&definitions, arguments.revision.clone().unwrap_or_else(dates::today));
    let mut taken = files::surrounding(&[arguments.out.join("any.yang")], &arguments.paths);
    let mut pool = Pool::new(arguments.sid_range.as_ref(), definitions.len() == 1);
    let mut lines = Vec::new();
    for (definition, revision) in definitions.iter().zip(revisions) {
        let object = &definition.object;
        let what = || format!("object {}, {}", object.id, object.name);
        let made = folder.add(definition, &revision, arguments.facts_only).with_context(what)?;
        diagnostics.extend(made.module.diagnostics.iter().cloned());
        let (line, sids) = sids(&made, &folder, &taken, &mut pool).with_context(what)?;
        lines.push(format!("{line}: object {}, {} {}", object.id, object.name, object.version));
        let path = made.path.with_extension("sid");
        folder.files.insert(path.clone(), sids.to_json());
        taken.retain(|found| found.file.module_name != made.module.name);
        taken.push(Found::new(path, sids));
    }
    print_text(&sources, &diagnostics);
    let changed: Vec<(PathBuf, String)> = folder
        .files
        .into_iter()
        .filter(|(path, text)| std::fs::read_to_string(path).ok().as_ref() != Some(text))
        .collect();
    if !changed.is_empty() {
        std::fs::create_dir_all(&arguments.out)
            .with_context(|| format!("folder {} cannot be made", arguments.out.display()))?;
        write_all(&changed)?;
    }
    let total = format!("{}, {} written", count(definitions.len(), "object"), count(changed.len(), "file"));
    print(&format!("{}\n{total}\n", lines.join("\n")))?;
    Ok(ExitCode::SUCCESS)
}

/// The definitions in files; of a folder those of its files that define an object.
fn read(paths: &[PathBuf], sources: &mut SourceMap, diagnostics: &mut Vec<Diagnostic>) -> Result<Vec<Definition>> {
    let mut definitions = Vec::new();
    for path in paths {
        if !path.is_dir() {
            let Reading { definitions: found, diagnostics: said, .. } = read_file(path, sources)?;
            definitions.extend(found);
            diagnostics.extend(said);
            continue;
        }
        let found = files::in_folder(path, "xml")?;
        let before = definitions.len();
        for file in found {
            let read = read_file(&file, sources)?;
            if read.is_other {
                eprintln!("left out: {} defines no object", file.display());
                continue;
            }
            definitions.extend(read.definitions);
            diagnostics.extend(read.diagnostics);
        }
        if definitions.len() == before && diagnostics.is_empty() {
            bail!("folder {} has no definition of an object", path.display());
        }
    }
    Ok(definitions)
}

fn read_file(path: &Path, sources: &mut SourceMap) -> Result<Reading> {
    let named = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", named()))?;
    let text = lwm2m::decode(&bytes).with_context(named)?;
    let id = sources.add(named(), text).with_context(named)?;
    Ok(lwm2m::read(sources, id))
}

fn number(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Versions of objects that are defined twice.
fn twice(definitions: &[Definition]) -> Vec<Diagnostic> {
    let pairs = definitions.iter().zip(definitions.iter().skip(1));
    let same = pairs.filter(|(a, b)| a.object.id == b.object.id && a.object.version == b.object.version);
    same.map(|(a, b)| {
        let message = format!("version {} of object {} is defined twice", a.object.version, a.object.id);
        Diagnostic::error(message)
            .at(a.places.object, "here")
            .with(b.places.object, "and here")
            .help("give one of them")
    })
    .collect()
}

/// The revision of each: `newest` for the newest version of an object, of those before it the days before.
fn revisions(definitions: &[Definition], newest: String) -> Vec<String> {
    let mut revisions: Vec<String> = Vec::new();
    let mut after: Option<(u16, String)> = None;
    for definition in definitions.iter().rev() {
        let id = definition.object.id;
        let revision = match &after {
            Some((other, date)) if *other == id => dates::before(date).unwrap_or_else(|| newest.clone()),
            _ => newest.clone(),
        };
        revisions.push(revision.clone());
        after = Some((id, revision));
    }
    revisions.reverse();
    revisions
}

/// What is left of the range that the user gave.
struct Pool {
    next: Option<(u64, u64)>,
    given: bool,
    /// One module gets all of it.
    whole: bool,
}

impl Pool {
    fn new(range: Option<&AssignmentRange>, whole: bool) -> Pool {
        Pool { next: range.map(|range| (range.entry_point(), range.end())), given: range.is_some(), whole }
    }

    /// A part of the range that no file of another module has.
    fn take(&mut self, module: &str, needed: u64, taken: &[Found]) -> Result<AssignmentRange> {
        let (mut start, end) = self.next.context("no range was given")?;
        let size = if self.whole { end - start } else { needed.next_multiple_of(10).max(LEAST) };
        loop {
            // The last module may have what is left.
            let size = if start + size > end && start + needed <= end { end - start } else { size };
            let part = AssignmentRange::new(start, size).filter(|part| part.end() <= end);
            let part = part.context("the range is full; give a larger one by --sid-range")?;
            let others = taken.iter().filter(|found| found.file.module_name != module);
            let ranges = others.flat_map(|found| &found.file.assignment_ranges);
            match ranges.filter(|range| range.overlaps(&part)).map(AssignmentRange::end).max() {
                Some(behind) => start = behind,
                None => {
                    self.next = Some((part.end(), end));
                    return Ok(part);
                }
            }
        }
    }
}

/// The .sid file of a module, and what is said of it.
fn sids(made: &Made, folder: &Folder, taken: &[Found], pool: &mut Pool) -> Result<(String, SidFile)> {
    let name = &made.module.name;
    let here = match folder.sids(&made.path)? {
        Some(text) => {
            Some(SidFile::parse(&text).with_context(|| made.path.with_extension("sid").display().to_string())?)
        }
        None => None,
    };
    let built_in = || files::built_in().map(|found| found.file).find(|file| file.module_name == *name);
    let old = here.or_else(|| if pool.given { None } else { built_in() });
    let needed = match &old {
        Some(file) => {
            let known = |item: &&(comi_sid::Namespace, String)| file.sid(item.0, &item.1).is_none();
            made.items.items.iter().filter(known).count() as u64
        }
        None => made.items.items.len() as u64,
    };
    let free = old.as_ref().map_or(0, SidFile::free);
    let range = if pool.given && needed > free { Some(pool.take(name, needed, taken)?) } else { None };
    let (update, _) = update::give(old, &made.items, range, taken)?;
    let sid_path = made.path.with_extension("sid");
    update::refuse_clashes(taken, &sid_path, &update.file)?;
    let ranges: Vec<String> = update.file.assignment_ranges.iter().map(ToString::to_string).collect();
    let state = if made.unchanged && !update.changed { "unchanged" } else { "SIDs" };
    Ok((format!("{} ({state} {})", made.path.display(), ranges.join(", ")), update.file))
}

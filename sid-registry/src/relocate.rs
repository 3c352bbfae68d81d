//! Moves modules to other numbers. Read [`relocate`] first.

use std::collections::{BTreeMap, HashMap};

use crate::migration::{Migration, ModuleMigration, Moved, TwiceInMigration};
use crate::ranges::{self, Policy};
use crate::{AssignmentRange, FileStatus, Item, ItemStatus, Sid, SidFile};

/// Where to and how.
#[derive(Debug, Clone, PartialEq)]
pub struct RelocateOptions {
    /// The numbers that the modules go to.
    pub to: AssignmentRange,
    /// Whether the ranges keep their distances; else they stand one behind the other.
    pub keep_gaps: bool,
    /// Whether numbers that are permanent are moved too.
    pub permanent: bool,
}

/// What [`relocate`] made.
#[derive(Debug, Clone, PartialEq)]
pub struct Relocation {
    /// The files with their new numbers, in the order in which they were given.
    pub files: Vec<SidFile>,
    /// Old and new ranges, by old entry point.
    pub ranges: Vec<(AssignmentRange, AssignmentRange)>,
    /// Old and new numbers.
    pub migration: Migration,
}

/// Why nothing was moved.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RelocateError {
    /// Two files give one number to different modules.
    #[error("{0}; `comi sid list` tells where")]
    Ambiguous(#[from] TwiceInMigration),
    /// Two items of a file have one number.
    #[error("{module}: SID {sid} belongs to two items, {first} and {second}; `comi sid check` tells what mends it")]
    Clash {
        /// The module.
        module: String,
        /// The number.
        sid: Sid,
        /// The first item.
        first: String,
        /// The second.
        second: String,
    },
    /// There is no number to move.
    #[error("the files have no assignment range; `comi sid update` gives them one")]
    NoRange,
    /// An item's number is in no range of its file.
    #[error("{module}: SID {sid} of {item} is in no range of its file; `comi sid check` tells what mends it")]
    OutOfRange {
        /// The module.
        module: String,
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// Ranges of two modules have numbers in common.
    #[error("{first}'s range {first_range} and {second}'s range {second_range} overlap; move them one at a time")]
    Overlap {
        /// The first module.
        first: String,
        /// Its range, as `START:SIZE`.
        first_range: String,
        /// The second module.
        second: String,
        /// Its range.
        second_range: String,
    },
    /// A number that was given for ever.
    #[error(
        "{module}: SID {sid} of {item} is {status}, and so permanent (RFC 9595 section 3); \
         whoever has the file would be left behind. Permanent numbers are moved only where that is asked for"
    )]
    Permanent {
        /// The module.
        module: String,
        /// The first such item.
        item: String,
        /// Its number.
        sid: Sid,
        /// `published`, `stable` or `obsolete`.
        status: &'static str,
    },
    /// The new range is too small.
    #[error("{needed} numbers are needed, {to} has {}; give a larger range", to.size())]
    TooSmall {
        /// How many numbers the ranges of the files have, gaps included where they are kept.
        needed: u64,
        /// The new range.
        to: AssignmentRange,
    },
}

/// Moves the ranges of all files into another one, and their items with them: each item keeps its place in its range,
/// so deltas between the SIDs of a module stay as short as they were.
///
/// Files of several revisions of one module move together: a range that two of them name becomes one new range. The
/// files' versions count up (RFC 9595 section 4); their status stays.
///
/// Numbers outside the range for experiments are permanent once they are published or stable ("SIDs are assigned
/// permanently", RFC 9595 section 3): they are refused unless [`RelocateOptions::permanent`] is set. Numbers for
/// experiments never are, since nobody may rely on them (section 6.4.2).
///
/// ```
/// use comi_sid::{AssignmentRange, ModuleItems, Namespace, RelocateOptions, Sid, relocate, update};
///
/// let file = update(None, &ModuleItems::new("acme-lamp"), AssignmentRange::new(63400, 50))?.file;
/// let to = AssignmentRange::new(1_000_000, 1_000_000).ok_or("no such range")?;
/// let moved = relocate(&[file], &RelocateOptions { to, keep_gaps: false, permanent: false })?;
/// assert_eq!(moved.files[0].sid(Namespace::Module, "acme-lamp"), Sid::new(1_000_000));
/// assert_eq!(moved.migration.new_sid(Sid::new(63400).unwrap()), Sid::new(1_000_000));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// [`RelocateError`], and then there is nothing to write.
pub fn relocate(files: &[SidFile], options: &RelocateOptions) -> Result<Relocation, RelocateError> {
    if !options.permanent
        && let Some(error) = files.iter().find_map(permanent)
    {
        return Err(error);
    }
    let ranges = new_ranges(files, options)?;
    let mut moved_files = files.to_vec();
    let mut modules: Vec<ModuleMigration> = Vec::new();
    for file in &mut moved_files {
        let moved = move_file(file, &ranges)?;
        match modules.iter_mut().find(|module| module.module_name == file.module_name) {
            Some(module) => module.items.extend(moved),
            None => modules.push(ModuleMigration { module_name: file.module_name.clone(), items: moved }),
        }
    }
    for module in &mut modules {
        // Files of several revisions have the same numbers, of an item that was renamed under its names.
        module.items.sort_by_key(|item| item.old);
        module.items.dedup_by_key(|item| item.old);
        module.items.sort_by(|a, b| (a.namespace, &a.identifier).cmp(&(b.namespace, &b.identifier)));
    }
    let ranges = ranges.into_values().collect();
    Ok(Relocation { files: moved_files, ranges, migration: Migration::new(modules)? })
}

fn permanent(file: &SidFile) -> Option<RelocateError> {
    let published = file.sid_file_status == FileStatus::Published;
    let is_permanent = |item: &&Item| {
        ranges::policy(item.sid.number()) != Policy::Experimental && (published || item.status != ItemStatus::Unstable)
    };
    file.items.iter().find(is_permanent).map(|item| RelocateError::Permanent {
        module: file.module_name.clone(),
        item: item.to_string(),
        sid: item.sid,
        status: if published { "published" } else { item.status.as_str() },
    })
}

/// Old entry point to old and new range.
type Ranges = BTreeMap<u64, (AssignmentRange, AssignmentRange)>;

fn new_ranges(files: &[SidFile], options: &RelocateOptions) -> Result<Ranges, RelocateError> {
    let mut old: Vec<(&AssignmentRange, &str)> = files
        .iter()
        .flat_map(|file| file.assignment_ranges.iter().map(|range| (range, file.module_name.as_str())))
        .filter(|(range, _)| range.size() > 0)
        .collect();
    old.sort_by_key(|(range, module)| (range.entry_point(), range.size(), *module));
    old.dedup_by_key(|(range, module)| (range.entry_point(), range.size(), *module));
    for ((first_range, first), (second_range, second)) in old.iter().zip(old.iter().skip(1)) {
        if first_range.overlaps(second_range) {
            return Err(RelocateError::Overlap {
                first: (*first).to_owned(),
                first_range: first_range.to_string(),
                second: (*second).to_owned(),
                second_range: second_range.to_string(),
            });
        }
    }
    let (Some((first, _)), Some((last, _))) = (old.first(), old.last()) else { return Err(RelocateError::NoRange) };
    let needed = match options.keep_gaps {
        true => last.end() - first.entry_point(),
        false => old.iter().map(|(range, _)| range.size()).sum(),
    };
    let start = options.to.entry_point().max(1); // 0 is no SID
    if needed > options.to.end().saturating_sub(start) {
        return Err(RelocateError::TooSmall { needed, to: options.to.clone() });
    }
    let mut ranges = Ranges::new();
    let mut next = start;
    for (range, _) in &old {
        let entry_point = if options.keep_gaps { start + (range.entry_point() - first.entry_point()) } else { next };
        next = entry_point + range.size();
        if let Some(new) = AssignmentRange::new(entry_point, range.size()) {
            ranges.insert(range.entry_point(), ((*range).clone(), new));
        }
    }
    Ok(ranges)
}

fn move_file(file: &mut SidFile, ranges: &Ranges) -> Result<Vec<Moved>, RelocateError> {
    let mut by_number: HashMap<Sid, &Item> = HashMap::new();
    let mut moved = Vec::with_capacity(file.items.len());
    for item in &file.items {
        let module = || file.module_name.clone();
        if let Some(first) = by_number.insert(item.sid, item).filter(|first| first.order() != item.order()) {
            let (first, second) = (first.to_string(), item.to_string());
            return Err(RelocateError::Clash { module: module(), sid: item.sid, first, second });
        }
        let new = new_sid(ranges, item.sid)
            .filter(|_| file.in_range(item.sid))
            .ok_or_else(|| RelocateError::OutOfRange { module: module(), item: item.to_string(), sid: item.sid })?;
        let (namespace, identifier) = (item.namespace, item.identifier.clone());
        moved.push(Moved { namespace, identifier, old: item.sid, new });
    }
    for (item, moved) in file.items.iter_mut().zip(&moved) {
        item.sid = moved.new;
    }
    for range in &mut file.assignment_ranges {
        if let Some((_, new)) = ranges.get(&range.entry_point()).filter(|_| range.size() > 0) {
            let other = core::mem::take(&mut range.other);
            *range = new.clone();
            range.other = other;
        }
    }
    file.sid_file_version = Some(file.sid_file_version.unwrap_or(0).saturating_add(1));
    Ok(moved)
}

fn new_sid(ranges: &Ranges, sid: Sid) -> Option<Sid> {
    let (_, (old, new)) = ranges.range(..=sid.number()).next_back()?;
    old.contains(sid).then(|| Sid::new(new.entry_point() + (sid.number() - old.entry_point())))?
}

#[cfg(test)]
mod tests;

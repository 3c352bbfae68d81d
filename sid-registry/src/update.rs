//! Gives the new items of a module their numbers (RFC 9595 appendix B). Read [`update`] first.
//!
//! The law: a number once given to a name stays with it, and is never given to another.

use std::collections::{HashMap, HashSet};

use crate::module_items::ItemNames;
use crate::renames;
use crate::{
    AssignmentRange, DependencyRevision, FileStatus, Item, ItemStatus, ModuleItems, Namespace, OtherMembers, Sid,
    SidFile,
};

/// What [`update`] made.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    /// The new file; the old one as it was where nothing had to change.
    pub file: SidFile,
    /// Whether the file differs from the old one.
    pub changed: bool,
    /// Items that got a number.
    pub added: Vec<Item>,
    /// Items that the module no longer has; they keep their number for ever.
    pub obsoleted: Vec<Item>,
    /// Obsolete items that the module has again, with the number they had.
    pub revived: Vec<Item>,
    /// Data nodes whose name lost the steps of choice and case.
    pub renamed: Vec<Renamed>,
    /// Items that went, each with the one that came and may be the same under a new name: worth a warning, since such
    /// an item may keep its number (RFC 9595 appendix B; [`SidFile::rename`]).
    pub maybe_renamed: Vec<(Item, Item)>,
}

/// A data node that was written with choice and case as path steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Renamed {
    /// The identifier in the old file.
    pub from: String,
    /// The item in the new one, with the same number.
    pub to: Item,
}

/// Why no numbers were given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UpdateError {
    /// Two items of the file have one number.
    #[error(
        "SID {sid} belongs to two items, {first} and {second}; take the wrong one out of the file, \
         then `comi sid update {module}.yang` gives it a number of its own"
    )]
    Clash {
        /// The module.
        module: String,
        /// The number.
        sid: Sid,
        /// The first item, as `namespace identifier`.
        first: String,
        /// The second.
        second: String,
    },
    /// One item stands twice with different numbers.
    #[error("{item} stands twice, with SID {first} and SID {second}; take out the one that was never used")]
    Duplicate {
        /// The item, as `namespace identifier`.
        item: String,
        /// Its first number.
        first: Sid,
        /// Its second number.
        second: Sid,
    },
    /// The ranges are full.
    #[error(
        "{module}: {needed} items need a SID, {free} are free in {ranges}; \
         add a range: `comi sid update {module}.yang --range START:SIZE`"
    )]
    Exhausted {
        /// The module.
        module: String,
        /// How many items have no number.
        needed: u64,
        /// How many numbers are left.
        free: u64,
        /// The ranges, as `START:SIZE`.
        ranges: String,
    },
    /// There is no range to take numbers from.
    #[error("{module} has no assignment range: `comi sid update {module}.yang --range START:SIZE`")]
    NoRange {
        /// The module.
        module: String,
        /// How many items have no number.
        needed: u64,
    },
    /// The file is another module's.
    #[error("the file is for module {file}, not for {module}; give the file that belongs to {module}")]
    OtherModule {
        /// The module that the file names.
        file: String,
        /// The module that was asked for.
        module: String,
    },
    /// Two ranges of the file, or the added one and one of them, have numbers in common.
    #[error("the range {new} overlaps the file's range {old}; choose one behind it")]
    Overlap {
        /// The added or later range.
        new: AssignmentRange,
        /// The range before it in the file.
        old: AssignmentRange,
    },
}

/// Brings a file up to its module: every SID stays, new items get the next free numbers of the ranges in the order of
/// assignment, items that are gone become obsolete.
///
/// "Next free" is behind the highest number in use in a range: a hole is a number that somebody had once. Without a
/// file a new, unpublished one is made from `range`; with one, `range` is added to its ranges.
///
/// A published file is left as it is unless the module has something new. A missing input or output of an rpc or
/// action that the file knows is nothing new (RFC 9595's own ietf-system example has such holes), nor is an item
/// that is gone. With something new it becomes unpublished, its new items unstable.
///
/// # Errors
/// [`UpdateError`], and then there is nothing to write.
pub fn update(
    file: Option<SidFile>,
    module: &ModuleItems,
    range: Option<AssignmentRange>,
) -> Result<Update, UpdateError> {
    let old = match file {
        Some(file) => file,
        None => SidFile {
            module_name: module.name.clone(),
            module_revision: module.revision.clone(),
            sid_file_status: FileStatus::Unpublished,
            ..SidFile::default()
        },
    };
    if old.module_name != module.name {
        return Err(UpdateError::OtherModule { file: old.module_name, module: module.name.clone() });
    }
    refuse_ambiguity(&old)?;
    let names = ItemNames::of(module);
    let mut new = old.clone();
    if let Some(range) = range {
        add_range(&mut new, range)?;
    }

    let renamed = rename(&mut new, &names);
    let known: HashSet<(Namespace, &str)> = new.items.iter().map(Item::order).collect();
    let missing: Vec<(Namespace, &str)> = names.iter().filter(|name| !known.contains(name)).collect();
    if old.sid_file_status == FileStatus::Published
        && new.assignment_ranges == old.assignment_ranges
        && missing.iter().all(|name| is_known_hole(&names, &known, *name))
    {
        return Ok(Update {
            file: old,
            changed: false,
            added: vec![],
            obsoleted: vec![],
            revived: vec![],
            renamed: vec![],
            maybe_renamed: vec![],
        });
    }

    let added = allocate(&new, &missing)?;
    if !added.is_empty() {
        new.sid_file_status = FileStatus::Unpublished;
    }
    let (mut obsoleted, mut revived) = (vec![], vec![]);
    for item in &mut new.items {
        match (names.contains(item.namespace, &item.identifier), item.status) {
            (true, ItemStatus::Obsolete) => {
                item.status = ItemStatus::Stable;
                revived.push(item.clone());
            }
            (false, ItemStatus::Stable | ItemStatus::Unstable) => {
                item.status = ItemStatus::Obsolete;
                obsoleted.push(item.clone());
            }
            _ => {}
        }
    }
    new.items.extend(added.iter().cloned());
    new.items.sort_by(|a, b| a.order().cmp(&b.order()));
    new.items.dedup_by(|a, b| a.order() == b.order());
    new.module_revision.clone_from(&module.revision);
    new.dependency_revisions = dependencies(&old, module);

    let changed = new != old;
    if new.module_revision != old.module_revision {
        new.sid_file_version = None; // a new revision starts at 0 (RFC 9595 appendix B)
    } else if changed && !old.items.is_empty() {
        new.sid_file_version = Some(old.sid_file_version.unwrap_or(0).saturating_add(1));
    }
    let maybe_renamed = renames::maybe_renamed(&obsoleted, &added);
    Ok(Update { file: new, changed, added, obsoleted, revived, renamed, maybe_renamed })
}

/// Whether an item that the file lacks is an input or output of an rpc or action that the file has.
pub(crate) fn is_known_hole(
    names: &ItemNames<'_>,
    known: &HashSet<(Namespace, &str)>,
    (namespace, identifier): (Namespace, &str),
) -> bool {
    let parent = identifier.rsplit_once('/').map_or("", |(parent, _)| parent);
    known.contains(&(namespace, parent)) && names.is_input_or_output(namespace, identifier)
}

fn refuse_ambiguity(file: &SidFile) -> Result<(), UpdateError> {
    for (index, new) in file.assignment_ranges.iter().enumerate() {
        if let Some(old) = file.assignment_ranges.iter().take(index).find(|old| old.overlaps(new)) {
            return Err(UpdateError::Overlap { new: new.clone(), old: old.clone() });
        }
    }
    let (mut by_sid, mut by_name) = (HashMap::new(), HashMap::new());
    for item in &file.items {
        if let Some(first) = by_name.insert(item.order(), item.sid)
            && first != item.sid
        {
            return Err(UpdateError::Duplicate { item: item.to_string(), first, second: item.sid });
        }
        if let Some(first) = by_sid.insert(item.sid, item)
            && first.order() != item.order()
        {
            let (first, second) = (first.to_string(), item.to_string());
            return Err(UpdateError::Clash { module: file.module_name.clone(), sid: item.sid, first, second });
        }
    }
    Ok(())
}

fn add_range(file: &mut SidFile, range: AssignmentRange) -> Result<(), UpdateError> {
    if file.assignment_ranges.iter().any(|old| (old.entry_point(), old.size()) == (range.entry_point(), range.size())) {
        return Ok(());
    }
    if let Some(old) = file.assignment_ranges.iter().find(|old| old.overlaps(&range)) {
        return Err(UpdateError::Overlap { new: range, old: old.clone() });
    }
    file.assignment_ranges.push(range);
    Ok(())
}

impl SidFile {
    /// How many numbers [`update`] has left to give out: those of the ranges behind the highest in use.
    pub fn free(&self) -> u64 {
        let free = self.assignment_ranges.iter().map(|range| free_part(self, range));
        free.fold(0u64, |sum, (from, end)| sum.saturating_add(end - from))
    }

    /// The file with its data nodes named as the module's items are, should it have choice and case as path steps
    /// (pyang since 2.7.0): for looking up a file that nobody has updated. `check` accepts such a file with a note.
    #[must_use]
    pub fn without_choices(mut self, module: &ModuleItems) -> SidFile {
        rename(&mut self, &ItemNames::of(module));
        self
    }
}

/// Takes the steps of choice and case out of the names of data nodes.
fn rename(file: &mut SidFile, names: &ItemNames<'_>) -> Vec<Renamed> {
    let mut taken: HashSet<String> = file
        .items
        .iter()
        .filter(|item| item.namespace == Namespace::Data)
        .map(|item| item.identifier.clone())
        .collect();
    let mut renamed = vec![];
    for item in file.items.iter_mut().filter(|item| item.namespace == Namespace::Data) {
        let Some(name) = names.without_choices(&item.identifier) else { continue };
        if names.contains(Namespace::Data, &name) && taken.insert(name.clone()) {
            let from = core::mem::replace(&mut item.identifier, name);
            renamed.push(Renamed { from, to: item.clone() });
        }
    }
    renamed
}

fn allocate(file: &SidFile, missing: &[(Namespace, &str)]) -> Result<Vec<Item>, UpdateError> {
    let free: Vec<(u64, u64)> = file.assignment_ranges.iter().map(|range| free_part(file, range)).collect();
    let available = free.iter().fold(0u64, |sum, (from, end)| sum.saturating_add(end - from));
    let needed = missing.len() as u64;
    if needed > 0 && free.is_empty() {
        return Err(UpdateError::NoRange { module: file.module_name.clone(), needed });
    }
    if needed > available {
        let ranges: Vec<String> = file.assignment_ranges.iter().map(ToString::to_string).collect();
        let module = file.module_name.clone();
        return Err(UpdateError::Exhausted { module, needed, free: available, ranges: ranges.join(", ") });
    }
    let numbers = free.into_iter().flat_map(|(from, end)| from..end).filter_map(Sid::new);
    let items = missing.iter().zip(numbers).map(|((namespace, identifier), sid)| Item {
        status: ItemStatus::Unstable,
        namespace: *namespace,
        identifier: (*identifier).to_owned(),
        sid,
        other: OtherMembers::default(),
    });
    Ok(items.collect())
}

/// The numbers of a range behind the highest in use: from, end.
fn free_part(file: &SidFile, range: &AssignmentRange) -> (u64, u64) {
    let used = file.items.iter().map(|item| item.sid).filter(|sid| range.contains(*sid)).max();
    let from = used.map_or(range.entry_point().max(1), |sid| sid.number() + 1);
    (from.min(range.end()), range.end())
}

/// The module's dependencies: those of the file in their order with the module's revisions, then the new ones.
fn dependencies(file: &SidFile, module: &ModuleItems) -> Vec<DependencyRevision> {
    let mut left: Vec<&DependencyRevision> = module.dependencies.iter().collect();
    let mut kept = vec![];
    for old in &file.dependency_revisions {
        if let Some(at) = left.iter().position(|new| new.module_name == old.module_name) {
            let new = left.remove(at);
            kept.push(DependencyRevision { other: old.other.clone(), ..new.clone() });
        }
    }
    kept.extend(left.into_iter().cloned());
    kept
}

#[cfg(test)]
mod tests;

//! Many `.sid` files as one table. Read [`Registry`] first.

use std::collections::{BTreeMap, HashMap};

use crate::ranges::{self, Policy};
use crate::{AssignmentRange, Item, Namespace, Sid, SidFile};

/// Looks numbers up by name and names by number, over any number of files, each in constant time.
///
/// ```
/// use comi_sid::{AssignmentRange, Item, Namespace, Registry, Sid, SidFile};
///
/// let mut file = SidFile { module_name: "acme-lamp".into(), ..SidFile::default() };
/// file.assignment_ranges.extend(AssignmentRange::new(63400, 50));
/// file.items.extend(Sid::new(63401).map(|sid| Item::new(Namespace::Data, "/acme-lamp:lamp", sid)));
///
/// let mut registry = Registry::default();
/// registry.add("acme-lamp.sid", file)?;
/// let sid = registry.sid("acme-lamp", Namespace::Data, "/acme-lamp:lamp").ok_or("no SID")?;
/// assert_eq!(registry.item(sid).map(|(module, item)| (module, item.identifier.as_str())),
///            Some(("acme-lamp", "/acme-lamp:lamp")));
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    files: Vec<Entry>,
    modules: HashMap<String, usize>,
    /// SID to file and item.
    items: HashMap<Sid, (usize, usize)>,
    /// First number of a range to the number behind it and the file.
    ranges: BTreeMap<u64, (u64, usize)>,
}

#[derive(Debug, Clone)]
struct Entry {
    origin: String,
    file: SidFile,
    names: [HashMap<String, Sid>; 4],
}

/// An item or range and the file that it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The file as it was named to [`Registry::add`].
    pub file: String,
    /// The item, as `namespace identifier`, or the range, as `range START:SIZE`.
    pub item: String,
}

impl core::fmt::Display for Place {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} in {}", self.item, self.file)
    }
}

/// Why a file was not added.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AddError {
    /// Two items have one number.
    #[error(
        "SID {sid} belongs to two items, {first} and {second}; \
         take the wrong one out of its file, then `comi sid update` gives it a SID of its own"
    )]
    Clash {
        /// The number.
        sid: Sid,
        /// The item that had it first.
        first: Place,
        /// The other.
        second: Place,
    },
    /// One item stands twice with different numbers.
    #[error("{item} stands twice, with SID {first} and SID {second}; take out the one that was never used")]
    Duplicate {
        /// The item.
        item: Place,
        /// Its first number.
        first: Sid,
        /// Its second number.
        second: Sid,
    },
    /// Two ranges have numbers in common.
    #[error("{first} and {second} overlap; give one of the modules another range")]
    Overlap {
        /// The range that was there first.
        first: Place,
        /// The other range.
        second: Place,
    },
    /// Two files are for one module.
    #[error("{first} and {second} are both for module {module}; give only one of them")]
    SameModule {
        /// The module.
        module: String,
        /// The file that was there first.
        first: String,
        /// The other.
        second: String,
    },
}

impl Registry {
    /// Adds a file; `origin` names it in messages.
    ///
    /// # Errors
    /// A second file for a module, a number or a range that is taken. The registry is then as it was.
    pub fn add(&mut self, origin: impl Into<String>, file: SidFile) -> Result<(), AddError> {
        let origin = origin.into();
        if let Some(first) = self.modules.get(&file.module_name).and_then(|index| self.files.get(*index)) {
            let (first, module) = (first.origin.clone(), file.module_name);
            return Err(AddError::SameModule { module, first, second: origin });
        }
        self.refuse_overlap(&origin, &file)?;
        let names = self.names(&origin, &file)?;
        let index = self.files.len();
        self.modules.insert(file.module_name.clone(), index);
        self.items.extend(file.items.iter().enumerate().map(|(place, item)| (item.sid, (index, place))));
        let occupied = file.assignment_ranges.iter().filter(|range| range.size() > 0);
        self.ranges.extend(occupied.map(|range| (range.entry_point(), (range.end(), index))));
        self.files.push(Entry { origin, file, names });
        Ok(())
    }

    /// The number of an item of a module. Data nodes belong to the module that defines them: the augmenting one.
    pub fn sid(&self, module: &str, namespace: Namespace, identifier: &str) -> Option<Sid> {
        let entry = self.files.get(*self.modules.get(module)?)?;
        let [modules, identities, features, data] = &entry.names;
        let names = match namespace {
            Namespace::Module => modules,
            Namespace::Identity => identities,
            Namespace::Feature => features,
            Namespace::Data => data,
        };
        names.get(identifier).copied()
    }

    /// The module and item that a number belongs to.
    pub fn item(&self, sid: Sid) -> Option<(&str, &Item)> {
        let (file, place) = self.items.get(&sid)?;
        let file = &self.files.get(*file)?.file;
        Some((&file.module_name, file.items.get(*place)?))
    }

    /// The file of a module.
    pub fn file(&self, module: &str) -> Option<&SidFile> {
        self.files.get(*self.modules.get(module)?).map(|entry| &entry.file)
    }

    /// Whom the file of a module was added as.
    pub fn origin(&self, module: &str) -> Option<&str> {
        self.files.get(*self.modules.get(module)?).map(|entry| entry.origin.as_str())
    }

    /// All files in the order in which they were added.
    pub fn files(&self) -> impl Iterator<Item = &SidFile> {
        self.files.iter().map(|entry| &entry.file)
    }

    /// The module whose range holds a number, whether or not an item has it.
    pub fn owner(&self, number: u64) -> Option<&str> {
        let (_, (end, file)) = self.ranges.range(..=number).next_back()?;
        (number < *end).then(|| self.files.get(*file).map(|entry| entry.file.module_name.as_str()))?
    }

    fn refuse_overlap(&self, origin: &str, file: &SidFile) -> Result<(), AddError> {
        let place = |file: &str, entry_point: u64, size: u64| Place {
            file: file.to_owned(),
            item: format!("range {entry_point}:{size}"),
        };
        let overlap = |first: Place, second: &AssignmentRange| AddError::Overlap {
            first,
            second: place(origin, second.entry_point(), second.size()),
        };
        let mut own: Vec<&AssignmentRange> = file.assignment_ranges.iter().filter(|range| range.size() > 0).collect();
        own.sort_by_key(|range| range.entry_point());
        for (first, second) in own.iter().zip(own.iter().skip(1)) {
            if first.overlaps(second) {
                return Err(overlap(place(origin, first.entry_point(), first.size()), second));
            }
        }
        for range in own {
            // The ranges are disjoint: of those that begin before this one ends, the last one reaches furthest.
            let Some((start, (end, index))) = self.ranges.range(..range.end()).next_back() else { continue };
            if *end > range.entry_point()
                && let Some(entry) = self.files.get(*index)
            {
                return Err(overlap(place(&entry.origin, *start, end - start), range));
            }
        }
        Ok(())
    }

    fn names(&self, origin: &str, file: &SidFile) -> Result<[HashMap<String, Sid>; 4], AddError> {
        let mut names: [HashMap<String, Sid>; 4] = Default::default();
        let mut own: HashMap<Sid, &Item> = HashMap::new();
        let place = |origin: &str, item: &Item| Place { file: origin.to_owned(), item: item.to_string() };
        for item in &file.items {
            let first = match self.items.get(&item.sid).and_then(|(index, at)| {
                let entry = self.files.get(*index)?;
                Some(place(&entry.origin, entry.file.items.get(*at)?))
            }) {
                Some(first) => Some(first),
                None => own
                    .insert(item.sid, item)
                    .filter(|first| first.order() != item.order())
                    .map(|first| place(origin, first)),
            };
            if let Some(first) = first {
                return Err(AddError::Clash { sid: item.sid, first, second: place(origin, item) });
            }
            let [modules, identities, features, data] = &mut names;
            let of_namespace = match item.namespace {
                Namespace::Module => modules,
                Namespace::Identity => identities,
                Namespace::Feature => features,
                Namespace::Data => data,
            };
            if let Some(first) = of_namespace.insert(item.identifier.clone(), item.sid)
                && first != item.sid
            {
                return Err(AddError::Duplicate { item: place(origin, item), first, second: item.sid });
            }
        }
        Ok(names)
    }
}

/// The first `size` numbers from `from` on, in steps of `size`, that no file has in a range or gives to an item.
/// `None` where they would leave the block of IANA's registry that `from` is in, or SIDs end.
pub fn next_free_range<'a>(
    files: impl IntoIterator<Item = &'a SidFile>,
    from: u64,
    size: u64,
) -> Option<AssignmentRange> {
    let mut taken: Vec<(u64, u64)> = vec![];
    for file in files {
        taken.extend(file.assignment_ranges.iter().map(|range| (range.entry_point(), range.end())));
        let outside = file.items.iter().filter(|item| !file.in_range(item.sid));
        taken.extend(outside.map(|item| (item.sid.number(), item.sid.number() + 1)));
    }
    taken.sort_unstable();
    let mut candidate = AssignmentRange::new(from, size).filter(|range| range.size() > 0)?;
    for (start, end) in taken {
        if candidate.entry_point().max(start) < candidate.end().min(end) {
            let steps = (end - from).div_ceil(size);
            candidate = AssignmentRange::new(from.checked_add(steps.checked_mul(size)?)?, size)?;
        }
    }
    let last = candidate.end().saturating_sub(1);
    let block_end = ranges::block(from).map(|block| block.entry_point + block.size);
    let fits = match block_end {
        Some(end) => last < end,
        None => ranges::policy(last) == Policy::MegaRange,
    };
    fits.then_some(candidate)
}

#[cfg(test)]
mod tests;

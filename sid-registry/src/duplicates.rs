//! What many `.sid` files claim twice. Read [`duplicates`] first.

use core::fmt;
use std::collections::HashMap;

use crate::{AssignmentRange, Item, Namespace, Place, Sid, SidFile};

/// Something that two files, or one file twice, lay claim to.
#[derive(Debug, Clone, PartialEq)]
pub enum Duplicate {
    /// One item with two numbers.
    Item {
        /// The item in the first file, and its number there.
        first: (Place, Sid),
        /// The item in the second.
        second: (Place, Sid),
    },
    /// One number of two items: it must map to exactly one name (RFC 9595 section 2.1, objective 1).
    Number {
        /// The number.
        sid: Sid,
        /// The first item.
        first: Place,
        /// The second.
        second: Place,
    },
    /// Numbers that are in ranges of two modules, or in two ranges of one file.
    Range {
        /// The first range.
        first: Place,
        /// The second.
        second: Place,
    },
}

impl fmt::Display for Duplicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Duplicate::Item { first, second } => {
                let (file, number) = (&second.0.file, second.1);
                write!(f, "{} has SID {}, and SID {number} in {file}", first.0, first.1)
            }
            Duplicate::Number { sid, first, second } => write!(f, "SID {sid} belongs to {first} and to {second}"),
            Duplicate::Range { first, second } => write!(f, "{first} and {second} overlap"),
        }
    }
}

impl Duplicate {
    /// What mends it.
    pub fn cure(&self) -> &'static str {
        match self {
            Duplicate::Item { .. } => "take out the number that was never used",
            Duplicate::Number { .. } | Duplicate::Range { .. } => {
                "move one of the modules to another range: `comi sid relocate FILE.sid --to START`"
            }
        }
    }
}

/// All that the files claim twice; each is named by where it was found. Numbers first, then items, then ranges, in the
/// order of the files.
///
/// Files of several revisions of one module may have the same items and ranges, and a number may have changed its name
/// between them: an item that is renamed may keep its number (RFC 9595 appendix B).
///
/// ```
/// use comi_sid::{AssignmentRange, ModuleItems, duplicates, update};
///
/// let make = |name: &str| update(None, &ModuleItems::new(name), AssignmentRange::new(63000, 50)).map(|made| made.file);
/// let (a, b) = (make("a")?, make("b")?);
/// let found: Vec<String> = duplicates([("a.sid", &a), ("b.sid", &b)]).iter().map(ToString::to_string).collect();
/// assert_eq!(found, [
///     "SID 63000 belongs to module a in a.sid and to module b in b.sid",
///     "range 63000:50 in a.sid and range 63000:50 in b.sid overlap",
/// ]);
/// # Ok::<(), comi_sid::UpdateError>(())
/// ```
pub fn duplicates<'a>(files: impl IntoIterator<Item = (&'a str, &'a SidFile)>) -> Vec<Duplicate> {
    let files: Vec<(&str, &SidFile)> = files.into_iter().collect();
    let mut found = numbers(&files);
    found.extend(items(&files));
    found.extend(ranges(&files));
    found
}

fn place(file: &str, item: &Item) -> Place {
    Place { file: file.to_owned(), item: item.to_string() }
}

fn numbers(files: &[(&str, &SidFile)]) -> Vec<Duplicate> {
    let mut owners: HashMap<Sid, (usize, &Item)> = HashMap::new();
    let mut found = Vec::new();
    for (index, (origin, file)) in files.iter().enumerate() {
        for item in &file.items {
            let Some(&(first, owner)) = owners.get(&item.sid) else {
                owners.insert(item.sid, (index, item));
                continue;
            };
            let Some((first_origin, first_file)) = files.get(first) else { continue };
            let same_module = first_file.module_name == file.module_name;
            let same_item = same_module && owner.order() == item.order();
            if !same_item && (first == index || !same_module) {
                let (first, second) = (place(first_origin, owner), place(origin, item));
                found.push(Duplicate::Number { sid: item.sid, first, second });
            }
        }
    }
    found
}

fn items(files: &[(&str, &SidFile)]) -> Vec<Duplicate> {
    let mut numbers: HashMap<(&str, Namespace, &str), (usize, &Item)> = HashMap::new();
    let mut found = Vec::new();
    for (index, (origin, file)) in files.iter().enumerate() {
        for item in &file.items {
            let name = (file.module_name.as_str(), item.namespace, item.identifier.as_str());
            let Some(&(first, known)) = numbers.get(&name) else {
                numbers.insert(name, (index, item));
                continue;
            };
            if let Some((first_origin, _)) = files.get(first).filter(|_| known.sid != item.sid) {
                let first = (place(first_origin, known), known.sid);
                found.push(Duplicate::Item { first, second: (place(origin, item), item.sid) });
            }
        }
    }
    found
}

fn ranges(files: &[(&str, &SidFile)]) -> Vec<Duplicate> {
    let all = files.iter().enumerate().flat_map(|(index, (_, file))| {
        file.assignment_ranges.iter().filter(|range| range.size() > 0).map(move |range| (range, index))
    });
    let mut all: Vec<(&AssignmentRange, usize)> = all.collect();
    all.sort_by_key(|(range, index)| (range.entry_point(), *index));
    let place = |range: &AssignmentRange, index: usize| {
        let file = files.get(index).map_or("", |(origin, _)| origin).to_owned();
        Place { file, item: format!("range {range}") }
    };
    let module = |index: usize| files.get(index).map(|(_, file)| file.module_name.as_str());
    let mut found = Vec::new();
    // Of the ranges before, the one of each file that reaches furthest, and the same of two modules: for any module one
    // of these two is another's.
    let mut of_file: HashMap<usize, &AssignmentRange> = HashMap::new();
    let mut of_modules: Vec<(&AssignmentRange, usize)> = Vec::new();
    for (range, index) in all {
        let own = of_file.get(&index).map(|first| (*first, index));
        let foreign = of_modules.iter().copied().find(|(_, of)| module(*of) != module(index));
        for (first, of) in own.into_iter().chain(foreign).filter(|(first, _)| first.overlaps(range)) {
            found.push(Duplicate::Range { first: place(first, of), second: place(range, index) });
        }
        if own.is_none_or(|(first, _)| first.end() < range.end()) {
            of_file.insert(index, range);
        }
        of_modules.push((range, index));
        of_modules.sort_by_key(|(range, _)| core::cmp::Reverse(range.end()));
        let furthest = of_modules.first().and_then(|(_, of)| module(*of));
        let second = of_modules.iter().position(|(_, of)| module(*of) != furthest);
        let second = second.and_then(|at| of_modules.get(at).copied());
        of_modules.truncate(1);
        of_modules.extend(second);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(module: &str, ranges: &[(u64, u64)], items: &[(&str, u64)]) -> SidFile {
        let item = |(name, number): &(&str, u64)| Item::new(Namespace::Feature, *name, Sid::new(*number).unwrap());
        SidFile {
            module_name: module.into(),
            assignment_ranges: ranges.iter().filter_map(|(start, size)| AssignmentRange::new(*start, *size)).collect(),
            items: items.iter().map(item).collect(),
            ..SidFile::default()
        }
    }

    fn told(files: &[SidFile]) -> Vec<String> {
        let names: Vec<String> = (0..files.len()).map(|index| format!("{index}.sid")).collect();
        duplicates(names.iter().map(String::as_str).zip(files)).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn revisions_of_one_module_are_no_duplicates() {
        let old = file("a", &[(1000, 50)], &[("x", 1000), ("old", 1001)]);
        let new = file("a", &[(1000, 50), (1100, 50)], &[("x", 1000), ("new", 1001), ("y", 1100)]);
        assert!(told(&[old, new]).is_empty());
    }

    #[test]
    fn all_duplicates_are_told() {
        let files = [
            file("a", &[(1000, 50), (1040, 20)], &[("x", 1000), ("x", 1001), ("y", 1001)]),
            file("b", &[(1010, 5), (1059, 5)], &[("x", 1000)]),
            file("a", &[(1000, 50)], &[("x", 1002)]),
        ];
        assert_eq!(
            told(&files),
            [
                "SID 1001 belongs to feature x in 0.sid and to feature y in 0.sid",
                "SID 1000 belongs to feature x in 0.sid and to feature x in 1.sid",
                "feature x in 0.sid has SID 1000, and SID 1001 in 0.sid",
                "feature x in 0.sid has SID 1000, and SID 1002 in 2.sid",
                "range 1000:50 in 0.sid and range 1010:5 in 1.sid overlap",
                "range 1000:50 in 0.sid and range 1040:20 in 0.sid overlap",
                "range 1040:20 in 0.sid and range 1059:5 in 1.sid overlap",
            ]
        );
    }
}

//! Items under a new name: giving them to it, and guessing which may be such. Read [`SidFile::rename`] first.

use std::collections::{BTreeSet, HashMap};

use crate::{Item, Namespace, SidFile};

/// How many items that came may be compared with one that went; with more, nothing is guessed.
const MAX_CANDIDATES: usize = 64;
/// How many items that went are guessed about: of a module that was written anew nothing can be said.
const MAX_GONE: usize = 256;

/// Why an item was not renamed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RenameError {
    /// The new name is taken.
    #[error("{0} has a SID already; only an item that has none can take the number of another")]
    Taken(String),
    /// There is no item of the old name.
    #[error("the file has no item {0}; give a name as the file has it, such as /module:node/child")]
    Unknown(String),
}

impl SidFile {
    /// Gives an item a new name, and a data node's descendants with it; all keep their numbers (RFC 9595 appendix B: a
    /// node that is renamed "MAY continue" to use its SID). Returns how many items were renamed.
    ///
    /// ```
    /// use comi_sid::{AssignmentRange, ModuleItems, Namespace, Sid, update};
    ///
    /// let mut module = ModuleItems::new("a");
    /// module.items.push((Namespace::Data, "/a:speed".into()));
    /// let mut file = update(None, &module, AssignmentRange::new(63000, 50))?.file;
    /// file.rename("/a:speed", "/a:velocity")?;
    /// assert_eq!(file.sid(Namespace::Data, "/a:velocity"), Sid::new(63001));
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There is no item of the old name, or there is one of a new one. The file is then as it was.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<usize, RenameError> {
        let new_name = |item: &Item| {
            let rest = item.identifier.strip_prefix(from)?;
            let below = item.namespace == Namespace::Data && rest.starts_with('/');
            // The file's own module keeps its name.
            (item.namespace != Namespace::Module && (rest.is_empty() || below)).then(|| format!("{to}{rest}"))
        };
        let names: Vec<Option<String>> = self.items.iter().map(new_name).collect();
        let taken: BTreeSet<_> = self.items.iter().map(Item::order).collect();
        let of = |(item, name): (&Item, &Option<String>)| Some((item.namespace, name.clone()?));
        let mut renamed = 0;
        for (namespace, name) in self.items.iter().zip(&names).filter_map(of) {
            if taken.contains(&(namespace, name.as_str())) {
                return Err(RenameError::Taken(name));
            }
            renamed += 1;
        }
        if renamed == 0 {
            return Err(RenameError::Unknown(from.to_owned()));
        }
        for (item, name) in self.items.iter_mut().zip(names) {
            if let Some(name) = name {
                item.identifier = name;
            }
        }
        Ok(renamed)
    }
}

/// Of the items that went, those that one that came looks like: the same name elsewhere, a like name at the same place,
/// or the same descendants. Of a subtree only its top is told.
pub(crate) fn maybe_renamed(gone: &[Item], come: &[Item]) -> Vec<(Item, Item)> {
    let (gone, come) = (Tops::of(gone), Tops::of(come));
    let mut by_parent: HashMap<_, Vec<&Item>> = HashMap::new();
    let mut by_name: HashMap<_, Vec<&Item>> = HashMap::new();
    for item in &come.items {
        let (parent, name) = split(item);
        by_parent.entry((item.namespace, parent)).or_default().push(item);
        by_name.entry((item.namespace, name)).or_default().push(item);
    }
    let mut pairs = Vec::new();
    for old in gone.items.iter().take(MAX_GONE) {
        let (parent, name) = split(old);
        let here = by_parent.get(&(old.namespace, parent)).map_or(&[][..], Vec::as_slice);
        let elsewhere = by_name.get(&(old.namespace, name)).map_or(&[][..], Vec::as_slice);
        if here.len() > MAX_CANDIDATES || elsewhere.len() > MAX_CANDIDATES {
            continue;
        }
        let same_below = |new: &&&Item| come.below(new).eq(gone.below(old));
        let is_leaf = gone.below(old).next().is_none();
        let same_content = here.iter().filter(|_| !is_leaf).find(same_below);
        let alike =
            || here.iter().filter(|new| is_alike(name, split(new).1)).max_by_key(|new| common(name, split(new).1));
        let moved = || elsewhere.iter().find(same_below);
        if let Some(new) = same_content.or_else(moved).or_else(alike) {
            pairs.push(((*old).clone(), (*new).clone()));
        }
    }
    pairs
}

/// Items whose parent is not among them, and what is below them.
struct Tops<'a> {
    items: Vec<&'a Item>,
    /// Paths of data nodes, sorted.
    paths: Vec<&'a str>,
}

impl<'a> Tops<'a> {
    fn of(items: &'a [Item]) -> Tops<'a> {
        let data = items.iter().filter(|item| item.namespace == Namespace::Data);
        let mut paths: Vec<&str> = data.map(|item| item.identifier.as_str()).collect();
        paths.sort_unstable();
        let is_top = |item: &&Item| item.namespace != Namespace::Data || paths.binary_search(&split(item).0).is_err();
        Tops { items: items.iter().filter(is_top).collect(), paths }
    }

    /// The descendants of an item, by their path from it; an identity or feature has none.
    fn below(&self, item: &Item) -> impl Iterator<Item = &'a str> {
        let inside = format!("{}/", item.identifier);
        let from = self.paths.partition_point(|path| *path < inside.as_str());
        let rest = self.paths.get(from..).unwrap_or_default().iter();
        rest.map_while(move |path| path.strip_prefix(inside.as_str()))
    }
}

/// Parent and own name; only a data node has a parent.
fn split(item: &Item) -> (&str, &str) {
    match item.namespace {
        Namespace::Data => {
            let (parent, step) = item.identifier.rsplit_once('/').unwrap_or_default();
            (parent, step.rsplit(':').next().unwrap_or(step))
        }
        _ => ("", &item.identifier),
    }
}

/// Whether one name begins as the other, or two have most of their letters in common, at the start and the end, or one
/// of their words.
fn is_alike(a: &str, b: &str) -> bool {
    let words = |text: &str| text.split(['-', '_', '.']).filter(|word| word.len() > 3).map(str::to_owned).collect();
    let (first, second): (BTreeSet<String>, BTreeSet<String>) = (words(a), words(b));
    let short = a.len() > 2 && b.starts_with(a) || b.len() > 2 && a.starts_with(b);
    short || !first.is_disjoint(&second) || 2 * common(a, b) > a.len().max(b.len())
}

/// How many bytes two names have in common at the start and the end.
fn common(a: &str, b: &str) -> usize {
    let start = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    let left = a.len().min(b.len()) - start;
    let end = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    start + end.min(left)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssignmentRange, ModuleItems, Sid, update};

    fn module(names: &[&str]) -> ModuleItems {
        let mut module = ModuleItems::new("a");
        module.items.extend(names.iter().map(|name| match name.starts_with('/') {
            true => (Namespace::Data, (*name).to_owned()),
            false => (Namespace::Identity, (*name).to_owned()),
        }));
        module
    }

    fn file(names: &[&str]) -> SidFile {
        update(None, &module(names), AssignmentRange::new(63_000, 500)).unwrap().file
    }

    #[test]
    fn likely_new_names_are_told_and_unlikely_ones_are_not() {
        let rows: [(&[&str], &[&str], &[&str]); 9] = [
            (&["/a:c", "/a:c/speed"], &["/a:c", "/a:c/speeds"], &["/a:c/speed → /a:c/speeds"]),
            (&["/a:c", "/a:c/max-speed"], &["/a:c", "/a:c/top-speed"], &["/a:c/max-speed → /a:c/top-speed"]),
            (&["/a:c", "/a:c/x", "/a:c/y"], &["/a:d", "/a:d/x", "/a:d/y"], &["/a:c → /a:d"]),
            (&["/a:position"], &["/a:pos"], &["/a:position → /a:pos"]),
            (&["/a:c", "/a:speed"], &["/a:c", "/a:c/speed"], &["/a:speed → /a:c/speed"]),
            (&["fast-mode"], &["quick-mode"], &["fast-mode → quick-mode"]),
            (&["/a:c", "/a:c/speed"], &["/a:c", "/a:c/unit"], &[]),
            (&["/a:c", "/a:c/speed"], &["/a:c"], &[]),
            (&["/a:c"], &["/a:c", "/a:d"], &[]),
        ];
        for (before, now, expected) in rows {
            let update = update(Some(file(before)), &module(now), None).unwrap();
            let told: Vec<String> =
                update.maybe_renamed.iter().map(|(a, b)| format!("{} → {}", a.identifier, b.identifier)).collect();
            assert_eq!(told, expected);
        }
    }

    #[test]
    fn renamed_subtree_keeps_its_numbers() {
        let mut renamed = file(&["/a:c", "/a:c/x", "/a:cc"]);
        assert_eq!(renamed.rename("/a:c", "/a:d"), Ok(2));
        let update = update(Some(renamed), &module(&["/a:d", "/a:d/x", "/a:cc"]), None).unwrap();
        assert!(update.added.is_empty() && update.obsoleted.is_empty() && update.maybe_renamed.is_empty());
        assert_eq!(update.file.sid(Namespace::Data, "/a:d/x"), Sid::new(63_002));
    }

    #[test]
    fn names_that_are_unknown_or_taken_are_refused() {
        let before = file(&["/a:c", "/a:c/x", "/a:d", "/a:d/x", "i"]);
        for (from, to, message) in [
            ("/a:e", "/a:f", "the file has no item /a:e"),
            ("a", "b", "the file has no item a"),
            ("/a:c", "/a:d", "/a:d has a SID already"),
            ("i", "i", "i has a SID already"),
        ] {
            let mut file = before.clone();
            assert!(file.rename(from, to).unwrap_err().to_string().starts_with(message));
            assert_eq!(file, before);
        }
    }
}

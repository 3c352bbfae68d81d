//! The old and new numbers of modules that were moved, for devices that keep data by SID. Read [`Migration`] first.
//!
//! Knows nothing of `.sid` files: `relocate` makes a migration from them.

use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::document::{Document, Path};
use crate::write::Object;
use crate::{Namespace, ParseError, Reason, Sid};

const ROOT: &str = "comi-sid:migration";

/// Which number became which, by module and item.
///
/// A device whose store names nodes by SID takes it when it starts with its new model: each old number is replaced by
/// [`Migration::new_sid`]; numbers that the migration doesn't name stay as they are. All at once, since an old number
/// of one item may be the new number of another. No number stands twice among the old ones, none twice among the new.
///
/// As JSON it is one object. Numbers are strings, as in `.sid` files (RFC 7951 section 6.1):
///
/// ```
/// let text = r#"{
///   "comi-sid:migration": {
///     "module": [
///       {
///         "module-name": "acme-lamp",
///         "item": [
///           {
///             "namespace": "data",
///             "identifier": "/acme-lamp:lamp",
///             "old-sid": "63401",
///             "new-sid": "1000001"
///           }
///         ]
///       }
///     ]
///   }
/// }
/// "#;
/// let migration = comi_sid::Migration::parse(text)?;
/// assert_eq!(migration.new_sid(comi_sid::Sid::new(63401).unwrap()), comi_sid::Sid::new(1_000_001));
/// assert_eq!(migration.to_json(), text);
/// # Ok::<(), comi_sid::ParseError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Migration {
    modules: Vec<ModuleMigration>,
    /// Old to new.
    numbers: HashMap<Sid, Sid>,
    /// New to old.
    back: HashMap<Sid, Sid>,
}

impl PartialEq for Migration {
    fn eq(&self, other: &Self) -> bool {
        self.modules == other.modules // the maps follow from them
    }
}

/// The moved items of one module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleMigration {
    /// The module.
    pub module_name: String,
    /// Its items in the order of assignment.
    pub items: Vec<Moved>,
}

/// One item that was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The kind of its name.
    pub namespace: Namespace,
    /// Its name.
    pub identifier: String,
    /// The number that it had.
    pub old: Sid,
    /// The number that it has now.
    pub new: Sid,
}

/// Two items of a migration share a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TwiceInMigration {
    /// A number that two items had.
    #[error("SID {0} stands twice among the old numbers")]
    Old(Sid),
    /// A number that two items would have.
    #[error("SID {0} stands twice among the new numbers")]
    New(Sid),
}

impl Migration {
    /// A migration of these modules.
    ///
    /// # Errors
    /// A number that stands twice among the old or among the new ones.
    pub fn new(modules: Vec<ModuleMigration>) -> Result<Migration, TwiceInMigration> {
        let mut migration = Migration::default();
        for item in modules.iter().flat_map(|module| &module.items) {
            migration.add(item)?;
        }
        migration.modules = modules;
        Ok(migration)
    }

    fn add(&mut self, item: &Moved) -> Result<(), TwiceInMigration> {
        if self.numbers.insert(item.old, item.new).is_some() {
            return Err(TwiceInMigration::Old(item.old));
        }
        if self.back.insert(item.new, item.old).is_some() {
            return Err(TwiceInMigration::New(item.new));
        }
        Ok(())
    }

    /// The modules in the order in which they were given.
    pub fn modules(&self) -> &[ModuleMigration] {
        &self.modules
    }

    /// The number that an item has now, by the number that it had; `None` where it was not moved. In constant time.
    pub fn new_sid(&self, old: Sid) -> Option<Sid> {
        self.numbers.get(&old).copied()
    }

    /// The number that an item had, by the number that it has now: for going back. In constant time.
    pub fn old_sid(&self, new: Sid) -> Option<Sid> {
        self.back.get(&new).copied()
    }

    /// Reads what [`Migration::to_json`] writes. Members that it does not know are skipped.
    ///
    /// # Errors
    /// The first thing that can't be read, with its line, its column, its member and what mends it; a number that
    /// stands twice, too, since a store could not be carried over by it.
    pub fn parse(text: &str) -> Result<Migration, ParseError> {
        let (document, root) = Document::open(text)?;
        let members = document.members(root, &Path::Root, |name| name)?;
        let Some((_, content)) = members.into_iter().find(|(name, _)| name == ROOT) else {
            return Err(document.error(root, &Path::Root, Reason::NotAMigration));
        };
        let mut modules = Vec::new();
        for (name, value) in document.members(content, &Path::Root, |name| name)? {
            if name == "module" {
                modules =
                    document.list(value, &Path::Member { of: &Path::Root, name: &name }, Document::moved_module)?;
            }
        }
        Migration::new(modules).map_err(|twice| document.error(content, &Path::Root, Reason::TwiceInMigration(twice)))
    }

    /// The migration as JSON.
    pub fn to_json(&self) -> String {
        let mut content = Object::open(1);
        content.list("module", &self.modules, |module, entry| {
            entry.text("module-name", &module.module_name);
            entry.list("item", &module.items, |item, entry| {
                entry.text("namespace", item.namespace.as_str());
                entry.text("identifier", &item.identifier);
                entry.text("old-sid", &item.old.to_string());
                entry.text("new-sid", &item.new.to_string());
            });
        });
        let mut root = Object::open(0);
        root.member(ROOT, &content.close());
        root.close() + "\n"
    }
}

impl<'a> Document<'a> {
    fn moved_module(self, at: &'a RawValue, path: &Path<'_>) -> Result<ModuleMigration, ParseError> {
        let (mut module_name, mut items) = (None, Vec::new());
        for (name, value) in self.members(at, path, |name| name)? {
            let member = Path::Member { of: path, name: &name };
            match name.as_str() {
                "module-name" => module_name = Some(self.string(value, &member)?),
                "item" => items = self.list(value, &member, Self::moved)?,
                _ => {}
            }
        }
        let missing = || self.error(at, path, Reason::MissingMember("module-name"));
        Ok(ModuleMigration { module_name: module_name.ok_or_else(missing)?, items })
    }

    fn moved(self, at: &'a RawValue, path: &Path<'_>) -> Result<Moved, ParseError> {
        let (mut namespace, mut identifier, mut old, mut new) = (None, None, None, None);
        for (name, value) in self.members(at, path, |name| name)? {
            let member = Path::Member { of: path, name: &name };
            match name.as_str() {
                "namespace" => namespace = Some(self.namespace(value, &member)?),
                "identifier" => identifier = Some(self.string(value, &member)?),
                "old-sid" => old = Some(self.sid_number(value, &member)?),
                "new-sid" => new = Some(self.sid_number(value, &member)?),
                _ => {}
            }
        }
        let missing = |name| self.error(at, path, Reason::MissingMember(name));
        Ok(Moved {
            namespace: namespace.ok_or_else(|| missing("namespace"))?,
            identifier: identifier.ok_or_else(|| missing("identifier"))?,
            old: old.ok_or_else(|| missing("old-sid"))?,
            new: new.ok_or_else(|| missing("new-sid"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(identifier: &str, old: u64, new: u64) -> Moved {
        let (old, new) = (Sid::new(old).unwrap(), Sid::new(new).unwrap());
        Moved { namespace: Namespace::Data, identifier: identifier.into(), old, new }
    }

    fn migration(items: Vec<Moved>) -> Result<Migration, TwiceInMigration> {
        Migration::new(vec![ModuleMigration { module_name: "a".into(), items }])
    }

    #[test]
    fn numbers_are_found_both_ways_even_where_old_and_new_ones_overlap() {
        let migration = migration(vec![moved("/a:x", 1, 2), moved("/a:y", 2, 3)]).unwrap();
        let number = |sid: Option<Sid>| sid.map(Sid::number);
        assert_eq!([1, 2, 3].map(|old| number(migration.new_sid(Sid::new(old).unwrap()))), [Some(2), Some(3), None]);
        assert_eq!([1, 2, 3].map(|new| number(migration.old_sid(Sid::new(new).unwrap()))), [None, Some(1), Some(2)]);
        assert_eq!(Migration::parse(&migration.to_json()).unwrap(), migration);
    }

    #[test]
    fn number_that_stands_twice_is_refused() {
        let old = migration(vec![moved("/a:x", 1, 2), moved("/a:y", 1, 3)]).unwrap_err();
        assert_eq!(old.to_string(), "SID 1 stands twice among the old numbers");
        let new = migration(vec![moved("/a:x", 1, 3), moved("/a:y", 2, 3)]).unwrap_err();
        assert_eq!(new.to_string(), "SID 3 stands twice among the new numbers");
    }

    #[test]
    fn wrong_migrations_are_refused_with_place_and_cure() {
        let good = migration(vec![moved("/a:x", 1, 2), moved("/a:y", 2, 3)]).unwrap().to_json();
        let rows = [
            (
                "\"new-sid\": \"3\"",
                "\"new-sid\": \"2\"",
                "line 2, column 25: SID 2 stands twice among the new numbers; ",
            ),
            (
                "\"old-sid\": \"2\"",
                "\"old-sid\": \"0\"",
                "line 16, column 24, module[1]/item[2]/old-sid: 0 is no SID; ",
            ),
            ("\"old-sid\"", "\"oldsid\"", "line 7, column 11, module[1]/item[1]: the member \"old-sid\" is missing; "),
            ("comi-sid:migration", "migration", "line 1, column 1: this is no migration: "),
        ];
        for (from, to, message) in rows {
            let error = Migration::parse(&good.replace(from, to)).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}

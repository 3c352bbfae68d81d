//! Reads the text of a `.sid` file: RFC 9595's form and the older layouts.
//!
//! Read leniently, since files live long: items and ranges may stand at the top level, lists may have their old plural
//! names, numbers may be strings or numbers. What can't be understood is an error with its place. Whether numbers and
//! names agree with each other and with the module is the business of `check`.
//!
//! serde_json walks the text once and lends each value as raw text, so a value's place in the file is where its text
//! lies in the whole.

use core::fmt;
use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{
    AssignmentRange, DependencyRevision, FileStatus, Item, ItemStatus, Namespace, OtherMembers, ParseError, Reason,
    Sid, SidFile,
};

/// The largest text that [`SidFile::parse`] takes, in bytes: about 100 000 items.
pub const MAX_FILE_SIZE: usize = 16 << 20;

/// How much of a wrong value a message repeats, in characters.
const SHOWN: usize = 40;

const STRUCTURE: &str = "ietf-sid-file:sid-file";

impl SidFile {
    /// Reads the text of a `.sid` file, of RFC 9595's form or of an older layout.
    ///
    /// # Errors
    /// The first thing that can't be read, with its line, its column, its member and what mends it.
    pub fn parse(text: &str) -> Result<SidFile, ParseError> {
        if text.len() > MAX_FILE_SIZE {
            let reason = Reason::TooLarge { size: text.len(), limit: MAX_FILE_SIZE };
            return Err(ParseError { line: 1, column: 1, member: String::new(), reason });
        }
        let document = Document { text: text.strip_prefix('\u{feff}').unwrap_or(text) };
        let root = serde_json::from_str::<&RawValue>(document.text).map_err(|error| syntax_error(&error))?;
        document.file(root)
    }
}

fn syntax_error(error: &serde_json::Error) -> ParseError {
    let reason = if error.is_eof() { Reason::Truncated } else { Reason::Syntax(message(error)) };
    ParseError { line: error.line().max(1), column: error.column().max(1), member: String::new(), reason }
}

/// serde_json's message without its place.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// An object's members in their order, duplicates and all.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The whole text, which knows where a part of it lies.
#[derive(Clone, Copy)]
struct Document<'a> {
    text: &'a str,
}

impl<'a> Document<'a> {
    fn error(self, at: &'a RawValue, member: &Path<'_>, reason: Reason) -> ParseError {
        let offset = (at.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        ParseError { line, column, member: member.to_string(), reason }
    }

    fn file(self, root: &'a RawValue) -> Result<SidFile, ParseError> {
        let members = self.members(root, &Path::Root)?;
        let Some(&(_, structure)) = members.iter().find(|(name, _)| name == STRUCTURE || name == "sid-file") else {
            if members.iter().any(|(name, _)| unqualified(name) == "module-name") {
                return self.old_layout(root, members);
            }
            return Err(self.error(root, &Path::Root, Reason::NotASidFile));
        };
        let mut file = self.contents(structure, self.members(structure, &Path::Root)?)?;
        for (name, value) in members {
            if !core::ptr::eq(value, structure) {
                keep(&mut file.beside, name, value);
            }
        }
        Ok(file)
    }

    /// The layout of pyang up to 2.6.1. It has no status of the file: with unstable items it is unpublished.
    fn old_layout(self, at: &'a RawValue, members: Vec<(String, &'a RawValue)>) -> Result<SidFile, ParseError> {
        let says_status = members.iter().any(|(name, _)| unqualified(name) == "sid-file-status");
        let mut file = self.contents(at, members)?;
        if !says_status && file.items.iter().any(|item| item.status == ItemStatus::Unstable) {
            file.sid_file_status = FileStatus::Unpublished;
        }
        Ok(file)
    }

    fn contents(self, at: &'a RawValue, members: Vec<(String, &'a RawValue)>) -> Result<SidFile, ParseError> {
        let mut file = SidFile::default();
        let mut named = false;
        for (name, value) in members {
            let member = Path::Member { of: &Path::Root, name: &name };
            match unqualified(&name) {
                "module-name" => (file.module_name, named) = (self.string(value, &member)?, true),
                "module-revision" => file.module_revision = self.revision(value, &member)?,
                "sid-file-version" => {
                    let version = self.number(value, &member, u32::MAX.into())?;
                    file.sid_file_version = u32::try_from(version).ok();
                }
                "sid-file-status" => file.sid_file_status = self.file_status(value, &member)?,
                "description" => file.description = Some(self.string(value, &member)?),
                "dependency-revision" | "dependency-revisions" => {
                    file.dependency_revisions = self.list(value, &member, Self::dependency)?;
                }
                "assignment-range" | "assignment-ranges" => {
                    file.assignment_ranges = self.list(value, &member, Self::range)?;
                }
                "item" | "items" => file.items = self.list(value, &member, Self::item)?,
                _ => keep(&mut file.other, name, value),
            }
        }
        if named { Ok(file) } else { Err(self.error(at, &Path::Root, Reason::MissingMember("module-name"))) }
    }

    fn dependency(self, at: &'a RawValue, path: &Path<'_>) -> Result<DependencyRevision, ParseError> {
        let mut dependency = DependencyRevision::default();
        for (name, value) in self.members(at, path)? {
            let member = Path::Member { of: path, name: &name };
            match unqualified(&name) {
                "module-name" => dependency.module_name = self.string(value, &member)?,
                "module-revision" => {
                    dependency.module_revision = self.revision(value, &member)?.unwrap_or_default();
                }
                _ => keep(&mut dependency.other, name, value),
            }
        }
        if dependency.module_name.is_empty() {
            return Err(self.error(at, path, Reason::MissingMember("module-name")));
        }
        if dependency.module_revision.is_empty() {
            return Err(self.error(at, path, Reason::MissingMember("module-revision")));
        }
        Ok(dependency)
    }

    fn range(self, at: &'a RawValue, path: &Path<'_>) -> Result<AssignmentRange, ParseError> {
        let (mut entry_point, mut size, mut other) = (None, None, OtherMembers::default());
        for (name, value) in self.members(at, path)? {
            let member = Path::Member { of: path, name: &name };
            match unqualified(&name) {
                "entry-point" => entry_point = Some(self.number(value, &member, Sid::MAX.number())?),
                "size" => size = Some(self.number(value, &member, u64::MAX)?),
                _ => keep(&mut other, name, value),
            }
        }
        let entry_point = entry_point.ok_or_else(|| self.error(at, path, Reason::MissingMember("entry-point")))?;
        let size = size.ok_or_else(|| self.error(at, path, Reason::MissingMember("size")))?;
        let mut range = AssignmentRange::new(entry_point, size)
            .ok_or_else(|| self.error(at, path, Reason::RangeTooLong { entry_point, size }))?;
        range.other = other;
        Ok(range)
    }

    /// An item; before draft-ietf-core-sid-04 `label` and `type` (`Module`, `identity`, `feature`, `node` …) stood for
    /// identifier and namespace.
    fn item(self, at: &'a RawValue, path: &Path<'_>) -> Result<Item, ParseError> {
        let members = self.members(at, path)?;
        let old = !members.iter().any(|(name, _)| unqualified(name) == "namespace");
        let (mut namespace, mut identifier, mut sid) = (None, None, None);
        let (mut status, mut other) = (ItemStatus::default(), OtherMembers::default());
        for (name, value) in members {
            let member = Path::Member { of: path, name: &name };
            match unqualified(&name) {
                "namespace" => namespace = Some(self.namespace(value, &member)?),
                "type" if old => namespace = Some(self.old_type(value, &member)?),
                "identifier" => identifier = Some(self.string(value, &member)?),
                "label" if old => identifier = Some(self.string(value, &member)?),
                "status" => status = self.item_status(value, &member)?,
                "sid" => sid = Some(self.sid_number(value, &member)?),
                _ => keep(&mut other, name, value),
            }
        }
        let missing = |name| self.error(at, path, Reason::MissingMember(name));
        Ok(Item {
            status,
            namespace: namespace.ok_or_else(|| missing("namespace"))?,
            identifier: identifier.ok_or_else(|| missing("identifier"))?,
            sid: sid.ok_or_else(|| missing("sid"))?,
            other,
        })
    }

    fn members(self, at: &'a RawValue, path: &Path<'_>) -> Result<Vec<(String, &'a RawValue)>, ParseError> {
        let Ok(Members(members)) = serde_json::from_str(at.get()) else {
            return Err(self.wrong_type(at, path, "an object"));
        };
        let mut names = HashSet::new();
        for (name, value) in &members {
            // An old name and the new one are the same member.
            let plain = unqualified(name);
            let plain = match plain {
                "items" => "item",
                "assignment-ranges" => "assignment-range",
                "dependency-revisions" => "dependency-revision",
                other => other,
            };
            if !names.insert(plain) {
                return Err(self.error(value, &Path::Member { of: path, name }, Reason::DuplicateMember));
            }
        }
        Ok(members)
    }

    fn list<T>(
        self,
        at: &'a RawValue,
        path: &Path<'_>,
        entry: impl Fn(Self, &'a RawValue, &Path<'_>) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(at.get()) else {
            return Err(self.wrong_type(at, path, "a list"));
        };
        let entries = values.into_iter().enumerate();
        entries.map(|(index, value)| entry(self, value, &Path::Entry { of: path, number: index + 1 })).collect()
    }

    fn string(self, at: &'a RawValue, path: &Path<'_>) -> Result<String, ParseError> {
        serde_json::from_str(at.get()).map_err(|_| self.wrong_type(at, path, "a string"))
    }

    /// A revision date; `unknown` is what pyang writes for a module without a revision.
    fn revision(self, at: &'a RawValue, path: &Path<'_>) -> Result<Option<String>, ParseError> {
        let text = self.string(at, path)?;
        let is_date = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        match text.as_str() {
            "" | "unknown" => Ok(None),
            _ if is_date => Ok(Some(text)),
            _ => Err(self.error(at, path, Reason::NotADate(shown(&text)))),
        }
    }

    /// An unsigned number, as a string (RFC 7951 section 6.1) or, in older files, as a number.
    fn number(self, at: &'a RawValue, path: &Path<'_>, limit: u64) -> Result<u64, ParseError> {
        let digits = match at.get().bytes().next() {
            Some(b'"') => self.string(at, path)?,
            Some(b'0'..=b'9' | b'-') => at.get().to_owned(),
            _ => return Err(self.wrong_type(at, path, "a number in a string")),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(at, path, Reason::NotAWholeNumber(shown(&digits))));
        }
        match digits.parse::<u64>() {
            Ok(number) if number <= limit => Ok(number),
            _ => Err(self.error(at, path, Reason::NumberTooLarge { number: shown(&digits), limit })),
        }
    }

    fn sid_number(self, at: &'a RawValue, path: &Path<'_>) -> Result<Sid, ParseError> {
        let number = self.number(at, path, Sid::MAX.number())?;
        Sid::new(number).ok_or_else(|| self.error(at, path, Reason::SidZero))
    }

    fn namespace(self, at: &'a RawValue, path: &Path<'_>) -> Result<Namespace, ParseError> {
        match self.string(at, path)?.as_str() {
            "module" => Ok(Namespace::Module),
            "identity" => Ok(Namespace::Identity),
            "feature" => Ok(Namespace::Feature),
            "data" => Ok(Namespace::Data),
            other => Err(self.unknown_name(at, path, other, "module, identity, feature, data")),
        }
    }

    fn old_type(self, at: &'a RawValue, path: &Path<'_>) -> Result<Namespace, ParseError> {
        match self.string(at, path)?.to_ascii_lowercase().as_str() {
            "module" | "submodule" => Ok(Namespace::Module),
            "identity" => Ok(Namespace::Identity),
            "feature" => Ok(Namespace::Feature),
            "node" | "data" | "rpc" | "action" | "notification" | "input" | "output" => Ok(Namespace::Data),
            other => Err(self.unknown_name(at, path, other, "module, identity, feature, node")),
        }
    }

    fn file_status(self, at: &'a RawValue, path: &Path<'_>) -> Result<FileStatus, ParseError> {
        match self.string(at, path)?.as_str() {
            "unpublished" => Ok(FileStatus::Unpublished),
            "published" => Ok(FileStatus::Published),
            other => Err(self.unknown_name(at, path, other, "unpublished, published")),
        }
    }

    fn item_status(self, at: &'a RawValue, path: &Path<'_>) -> Result<ItemStatus, ParseError> {
        match self.string(at, path)?.as_str() {
            "stable" => Ok(ItemStatus::Stable),
            "unstable" => Ok(ItemStatus::Unstable),
            "obsolete" => Ok(ItemStatus::Obsolete),
            other => Err(self.unknown_name(at, path, other, "stable, unstable, obsolete")),
        }
    }

    fn unknown_name(self, at: &'a RawValue, path: &Path<'_>, value: &str, allowed: &'static str) -> ParseError {
        self.error(at, path, Reason::UnknownName { value: shown(value), allowed })
    }

    fn wrong_type(self, at: &'a RawValue, path: &Path<'_>, expected: &'static str) -> ParseError {
        let found = match at.get().bytes().next() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        self.error(at, path, Reason::WrongType { expected, found })
    }
}

fn keep(other: &mut OtherMembers, name: String, value: &RawValue) {
    other.0.push((name, value.get().into()));
}

/// A member's name without the module's, which RFC 7951 asks for only at the top.
fn unqualified(name: &str) -> &str {
    name.strip_prefix("ietf-sid-file:").unwrap_or(name)
}

fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// The way to a member, kept on the stack and printed only for an error.
enum Path<'p> {
    Root,
    Member { of: &'p Path<'p>, name: &'p str },
    Entry { of: &'p Path<'p>, number: usize },
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member { of: Path::Root, name } => f.write_str(&shown(name)),
            Path::Member { of, name } => write!(f, "{of}/{}", shown(name)),
            Path::Entry { of, number } => write!(f, "{of}[{number}]"),
        }
    }
}

#[cfg(test)]
mod tests;

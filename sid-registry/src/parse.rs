//! Reads the text of a `.sid` file: RFC 9595's form and the older layouts.
//!
//! Read leniently, since files live long: items and ranges may stand at the top level, lists may have their old plural
//! names, numbers may be strings or numbers. What can't be understood is an error with its place. Whether numbers and
//! names agree with each other and with the module is the business of `check`.

use serde_json::value::RawValue;

use crate::document::{Document, Path, shown};
use crate::{
    AssignmentRange, DependencyRevision, FileStatus, Item, ItemStatus, Namespace, OtherMembers, ParseError, Reason,
    Sid, SidFile,
};

/// The structure of ietf-sid-file, and the name without its module that RFC 7951 does not allow there.
const STRUCTURES: [&str; 2] = ["ietf-sid-file:sid-file", "sid-file"];
/// The envelope of instance data (RFC 9195), in which RFC 9595 appendix D keeps `.sid` files.
const INSTANCE_DATA: &str = "ietf-yang-instance-data:instance-data-set";

impl SidFile {
    /// Reads the text of a `.sid` file, of RFC 9595's form or of an older layout.
    ///
    /// Older layouts are those of pyang up to 2.6.1 and of the drafts of RFC 9595 back to draft-ietf-core-sid-01. Of a
    /// file in a YANG instance data file (RFC 9595 appendix D) the envelope is not kept.
    ///
    /// ```
    /// let old = r#"{"assignment-ranges": [{"entry-point": 63000, "size": 50}], "module-name": "a",
    ///               "items": [{"namespace": "module", "identifier": "a", "sid": 63000}]}"#;
    /// let file = comi_sid::SidFile::parse(old)?;
    /// assert!(file.to_json().starts_with("{\n  \"ietf-sid-file:sid-file\": {"));
    ///
    /// let error = comi_sid::SidFile::parse(&old.replace("\"sid\": 63000", "\"sid\": -1")).unwrap_err();
    /// assert_eq!((error.line, error.member.as_str()), (2, "items[1]/sid"));
    /// # Ok::<(), comi_sid::ParseError>(())
    /// ```
    ///
    /// # Errors
    /// The first thing that can't be read, with its line, its column, its member and what mends it.
    pub fn parse(text: &str) -> Result<SidFile, ParseError> {
        let (document, root) = Document::open(text)?;
        document.file(root)
    }
}

/// An item as it was read.
struct Read {
    item: Item,
    /// Whether it has `label` and `type`.
    labelled: bool,
}

impl<'a> Document<'a> {
    fn file(self, root: &'a RawValue) -> Result<SidFile, ParseError> {
        let mut members = self.members(root, &Path::Root, plain)?;
        let mut at = root;
        if let Some(&(_, envelope)) = members.iter().find(|(name, _)| name == INSTANCE_DATA) {
            at = self.content_data(envelope)?;
            members = self.members(at, &Path::Root, plain)?;
        }
        let Some(&(_, structure)) = members.iter().find(|(name, _)| STRUCTURES.contains(&name.as_str())) else {
            if members.iter().any(|(name, _)| unqualified(name) == "module-name") {
                return self.old_layout(at, members);
            }
            return Err(self.error(at, &Path::Root, Reason::NotASidFile));
        };
        let mut file = self.contents(structure, self.members(structure, &Path::Root, plain)?)?;
        for (name, value) in members {
            if !core::ptr::eq(value, structure) {
                keep(&mut file.beside, name, value);
            }
        }
        Ok(file)
    }

    fn content_data(self, envelope: &'a RawValue) -> Result<&'a RawValue, ParseError> {
        let path = Path::Member { of: &Path::Root, name: INSTANCE_DATA };
        let members = self.members(envelope, &path, |name| name)?;
        let content = members.into_iter().find(|(name, _)| name == "content-data");
        content
            .map(|(_, value)| value)
            .ok_or_else(|| self.error(envelope, &path, Reason::MissingMember("content-data")))
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
        let mut items = Vec::new();
        let mut named = false;
        for (name, value) in members {
            let member = Path::Member { of: &Path::Root, name: &name };
            match plain(&name) {
                "module-name" => (file.module_name, named) = (self.string(value, &member)?, true),
                "module-revision" => file.module_revision = self.revision(value, &member)?,
                "sid-file-version" => {
                    let version = self.number(value, &member, u32::MAX.into())?;
                    file.sid_file_version = u32::try_from(version).ok();
                }
                "sid-file-status" => file.sid_file_status = self.file_status(value, &member)?,
                "description" => file.description = Some(self.string(value, &member)?),
                "dependency-revision" => {
                    file.dependency_revisions = self.list(value, &member, Self::dependency)?;
                }
                "assignment-range" => file.assignment_ranges = self.list(value, &member, Self::range)?,
                "item" => items = self.list(value, &member, Self::item)?,
                _ => keep(&mut file.other, name, value),
            }
        }
        if !named {
            return Err(self.error(at, &Path::Root, Reason::MissingMember("module-name")));
        }
        file.items = items.into_iter().map(|read| read.named(&file.module_name)).collect();
        Ok(file)
    }

    fn dependency(self, at: &'a RawValue, path: &Path<'_>) -> Result<DependencyRevision, ParseError> {
        let mut dependency = DependencyRevision::default();
        for (name, value) in self.members(at, path, unqualified)? {
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
        for (name, value) in self.members(at, path, unqualified)? {
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

    /// An item; before draft-ietf-core-sid-03 `label` and `type` (`Module`, `identity`, `feature`, `node` …) stood for
    /// identifier and namespace.
    fn item(self, at: &'a RawValue, path: &Path<'_>) -> Result<Read, ParseError> {
        let members = self.members(at, path, unqualified)?;
        let labelled = !members.iter().any(|(name, _)| unqualified(name) == "namespace");
        let (mut namespace, mut identifier, mut sid) = (None, None, None);
        let (mut status, mut other) = (ItemStatus::default(), OtherMembers::default());
        for (name, value) in members {
            let member = Path::Member { of: path, name: &name };
            match unqualified(&name) {
                "namespace" => namespace = Some(self.namespace(value, &member)?),
                "type" if labelled => namespace = Some(self.old_type(value, &member)?),
                "identifier" => identifier = Some(self.string(value, &member)?),
                "label" if labelled => identifier = Some(self.string(value, &member)?),
                "status" => status = self.item_status(value, &member)?,
                "sid" => sid = Some(self.sid_number(value, &member)?),
                _ => keep(&mut other, name, value),
            }
        }
        let missing = |name| self.error(at, path, Reason::MissingMember(name));
        let item = Item {
            status,
            namespace: namespace.ok_or_else(|| missing("namespace"))?,
            identifier: identifier.ok_or_else(|| missing("identifier"))?,
            sid: sid.ok_or_else(|| missing("sid"))?,
            other,
        };
        Ok(Read { item, labelled })
    }

    /// A revision date; `unknown` is what pyang writes for a module without a revision.
    fn revision(self, at: &'a RawValue, path: &Path<'_>) -> Result<Option<String>, ParseError> {
        let text = self.string(at, path)?;
        match text.as_str() {
            "" | "unknown" => Ok(None),
            _ if is_date(&text) => Ok(Some(text)),
            _ => Err(self.error(at, path, Reason::NotADate(shown(&text)))),
        }
    }

    pub(crate) fn namespace(self, at: &'a RawValue, path: &Path<'_>) -> Result<Namespace, ParseError> {
        match self.string(at, path)?.as_str() {
            "module" | "submodule" => Ok(Namespace::Module),
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

    /// The status of an item; for what it calls finalized pyang 2.6.1 writes the module's revision, or `unknown`.
    fn item_status(self, at: &'a RawValue, path: &Path<'_>) -> Result<ItemStatus, ParseError> {
        match self.string(at, path)?.as_str() {
            "unstable" => Ok(ItemStatus::Unstable),
            "obsolete" => Ok(ItemStatus::Obsolete),
            "stable" | "unknown" => Ok(ItemStatus::Stable),
            other if is_date(other) => Ok(ItemStatus::Stable),
            other => Err(self.unknown_name(at, path, other, "stable, unstable, obsolete")),
        }
    }
}

impl Read {
    /// The item, named as today: a label had no module in front, that of an identity had its base.
    fn named(self, module: &str) -> Item {
        let mut item = self.item;
        let first_step = item.identifier.split('/').nth(1).unwrap_or_default();
        if self.labelled && item.namespace == Namespace::Data && !first_step.is_empty() && !first_step.contains(':') {
            item.identifier.insert_str(1, &format!("{module}:"));
        } else if self.labelled && item.namespace == Namespace::Identity {
            item.identifier = item.identifier.rsplit('/').next().unwrap_or_default().to_owned();
        }
        item
    }
}

fn keep(other: &mut OtherMembers, name: String, value: &RawValue) {
    other.0.push((name, value.get().into()));
}

/// A member's name without the module's, which RFC 7951 asks for only at the top.
fn unqualified(name: &str) -> &str {
    name.strip_prefix("ietf-sid-file:").unwrap_or(name)
}

/// The name that RFC 9595 has for a member of the structure; lists had plural names before.
fn plain(name: &str) -> &str {
    match unqualified(name) {
        "items" => "item",
        "assignment-ranges" => "assignment-range",
        "dependency-revisions" => "dependency-revision",
        other => other,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() })
}

#[cfg(test)]
mod tests;

//! What a `.sid` file says (module ietf-sid-file, RFC 9595 section 4). Read [`SidFile`] first.
//!
//! Knows nothing of JSON's text: `parse` and `write` do.

use core::fmt;
use std::collections::HashMap;

/// A YANG Schema Item iDentifier: 1 up to 2^63 - 1. Zero means "no SID" and is never written (RFC 9595 section 6.4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid(u64);

impl Sid {
    /// The largest SID, 2^63 - 1.
    pub const MAX: Sid = Sid(u64::MAX >> 1);

    /// The SID of this number; `None` for 0 and for numbers over [`Sid::MAX`].
    pub fn new(number: u64) -> Option<Sid> {
        (number != 0 && number <= Self::MAX.0).then_some(Sid(number))
    }

    /// The number.
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Sid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The contents of one `.sid` file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SidFile {
    /// The YANG module that the file is for.
    pub module_name: String,
    /// The module's revision, `YYYY-MM-DD`; none when the module has no revision statement.
    pub module_revision: Option<String>,
    /// Counts the versions of the file for one revision of the module; none means 0.
    pub sid_file_version: Option<u32>,
    /// Published or still in the making.
    pub sid_file_status: FileStatus,
    /// Free text about the file.
    pub description: Option<String>,
    /// The revisions of the imported modules when the file was made.
    pub dependency_revisions: Vec<DependencyRevision>,
    /// The numbers that the module may use.
    pub assignment_ranges: Vec<AssignmentRange>,
    /// The items and their numbers, in the order of the file.
    pub items: Vec<Item>,
    /// Members of the structure that RFC 9595 does not name.
    pub other: OtherMembers,
    /// Members that stand beside the structure `ietf-sid-file:sid-file`.
    pub beside: OtherMembers,
}

impl SidFile {
    /// The SID of an item; looks through all items (use a [`Registry`](crate::Registry) for many look-ups).
    pub fn sid(&self, namespace: Namespace, identifier: &str) -> Option<Sid> {
        self.items.iter().find(|item| item.namespace == namespace && item.identifier == identifier).map(|item| item.sid)
    }

    /// All items by their names, for many look-ups in one file.
    pub fn by_name(&self) -> HashMap<(Namespace, &str), &Item> {
        self.items.iter().map(|item| (item.order(), item)).collect()
    }

    /// Whether one of the file's ranges holds the SID.
    pub fn in_range(&self, sid: Sid) -> bool {
        self.assignment_ranges.iter().any(|range| range.contains(sid))
    }

    /// Whether the items stand in the order of assignment (RFC 9595 appendix B).
    pub fn is_sorted(&self) -> bool {
        self.items.is_sorted_by(|a, b| a.order() <= b.order())
    }
}

/// `sid-file-status`; a file that does not say is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FileStatus {
    /// A work in progress; may hold unstable items.
    Unpublished,
    /// Published: its numbers are for ever.
    #[default]
    Published,
}

impl FileStatus {
    /// The status as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unpublished => "unpublished",
            Self::Published => "published",
        }
    }
}

/// The revision of an imported module.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DependencyRevision {
    /// The imported module.
    pub module_name: String,
    /// Its revision, `YYYY-MM-DD`.
    pub module_revision: String,
    /// Members that RFC 9595 does not name.
    pub other: OtherMembers,
}

impl DependencyRevision {
    /// The dependency on one revision of a module.
    pub fn new(module_name: impl Into<String>, module_revision: impl Into<String>) -> Self {
        Self {
            module_name: module_name.into(),
            module_revision: module_revision.into(),
            other: OtherMembers::default(),
        }
    }
}

/// A block of numbers that a module may use. Never reaches beyond [`Sid::MAX`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AssignmentRange {
    entry_point: u64,
    size: u64,
    /// Members that RFC 9595 does not name.
    pub other: OtherMembers,
}

impl AssignmentRange {
    /// `size` numbers from `entry_point` on; `None` where the last is over [`Sid::MAX`].
    pub fn new(entry_point: u64, size: u64) -> Option<Self> {
        let end = entry_point.checked_add(size)?;
        (end <= Sid::MAX.0 + 1).then(|| Self { entry_point, size, other: OtherMembers::default() })
    }

    /// The first number.
    pub fn entry_point(&self) -> u64 {
        self.entry_point
    }

    /// How many numbers.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The number behind the last one.
    pub fn end(&self) -> u64 {
        self.entry_point + self.size
    }

    /// Whether the SID lies in the range.
    pub fn contains(&self, sid: Sid) -> bool {
        (self.entry_point..self.end()).contains(&sid.0)
    }

    /// Whether the two ranges have a number in common.
    pub fn overlaps(&self, other: &AssignmentRange) -> bool {
        self.entry_point.max(other.entry_point) < self.end().min(other.end())
    }
}

impl fmt::Display for AssignmentRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.entry_point, self.size)
    }
}

/// One item of a module and its number.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What may happen to the number.
    pub status: ItemStatus,
    /// Which kind of name the identifier is.
    pub namespace: Namespace,
    /// A YANG identifier, or for data the schema node path `/module:node/child/other-module:child`.
    pub identifier: String,
    /// The number.
    pub sid: Sid,
    /// Members that RFC 9595 does not name, such as the types that some tools add.
    pub other: OtherMembers,
}

impl Item {
    /// A stable item.
    pub fn new(namespace: Namespace, identifier: impl Into<String>, sid: Sid) -> Self {
        Self {
            status: ItemStatus::Stable,
            namespace,
            identifier: identifier.into(),
            sid,
            other: OtherMembers::default(),
        }
    }

    /// The place in the order of assignment: namespace, then identifier in ASCII order.
    pub(crate) fn order(&self) -> (Namespace, &str) {
        (self.namespace, &self.identifier)
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.namespace, self.identifier)
    }
}

/// The status of an assignment: only from unstable to stable to obsolete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ItemStatus {
    /// Published; what is not said is stable.
    #[default]
    Stable,
    /// May still change.
    Unstable,
    /// No longer in use, kept so that the number is never given again.
    Obsolete,
}

impl ItemStatus {
    /// The status as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Unstable => "unstable",
            Self::Obsolete => "obsolete",
        }
    }
}

/// The namespaces of items, in the order of assignment (RFC 9595 appendix B: descending by name).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Namespace {
    /// Modules and submodules.
    Module,
    /// Identities.
    Identity,
    /// Features.
    Feature,
    /// Schema nodes.
    Data,
}

impl Namespace {
    /// The namespace as files write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Identity => "identity",
            Self::Feature => "feature",
            Self::Data => "data",
        }
    }
}

impl fmt::Display for Namespace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Members that this crate does not know, in their order, each with its JSON text to the letter: they survive reading
/// and writing, whatever they hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherMembers(pub(crate) Vec<(String, Box<str>)>);

impl OtherMembers {
    /// The names of the members and the JSON text of their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_ref()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

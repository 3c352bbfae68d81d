//! What can be found about a `.sid` file, what it matters and what mends it. Read [`Finding`] first.
//!
//! Only words: `check` and `lifecycle` find.

use core::fmt;

use crate::{AssignmentRange, FileStatus, ItemStatus, Sid, SidFile};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the file can be used.
    Note,
    /// The file can't be used with the module.
    Error,
}

/// One thing that [`check`](crate::check()) found. Prints what is wrong; [`Finding::cure`] says what mends it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The module of the file.
    pub module: String,
    /// What was found.
    pub kind: FindingKind,
    severity: Severity,
    published: bool,
}

/// What can be found. Items are written `namespace identifier`.
#[derive(Debug, Clone, PartialEq)]
pub enum FindingKind {
    /// An item with choice and case as path steps, or for them: the form of pyang since 2.7.0, accepted.
    ChoiceOrCase {
        /// The item as the file has it.
        item: String,
        /// Its name without these steps; none for a choice or case itself.
        name: Option<String>,
    },
    /// Two items have one number.
    Clash {
        /// The number.
        sid: Sid,
        /// The first item.
        first: String,
        /// The second.
        second: String,
    },
    /// One item stands twice.
    Duplicate {
        /// The item.
        item: String,
        /// Its first number.
        first: Sid,
        /// Its second number.
        second: Sid,
    },
    /// A number of the range for experiments, which MUST NOT be used in operation (RFC 9595 section 6.4.2).
    Experimental {
        /// The file's range.
        range: AssignmentRange,
    },
    /// An item of the previous file is gone, and with it the record of its number.
    Lost {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// The identifier has not the form that its namespace asks for.
    Malformed {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// The module has an item without a number.
    Missing {
        /// The item.
        item: String,
    },
    /// The file of an rpc or action has no item for its input or output, which RFC 9595 asks for even when empty.
    MissingInputOrOutput {
        /// The item.
        item: String,
    },
    /// An obsolete item that the module has.
    ObsoleteInUse {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// The file is for another module.
    OtherModule {
        /// The module that it was held against.
        expected: String,
    },
    /// The file was made for another revision of the module.
    OtherRevision {
        /// The file's revision.
        file: Option<String>,
        /// The module's.
        module: Option<String>,
    },
    /// A number outside the file's ranges.
    OutOfRange {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
        /// The ranges, as `START:SIZE`.
        ranges: String,
    },
    /// Two ranges of the file have numbers in common.
    OverlappingRanges {
        /// The first.
        first: AssignmentRange,
        /// The second.
        second: AssignmentRange,
    },
    /// A number belongs to another item than in the previous file.
    Reassigned {
        /// The number.
        sid: Sid,
        /// The item that had it.
        before: String,
        /// The item that has it now.
        now: String,
    },
    /// An item has another number than in the previous file.
    Renumbered {
        /// The item.
        item: String,
        /// The number that it had.
        before: Sid,
        /// The number that it has now.
        now: Sid,
    },
    /// A range of the previous file is gone or ends elsewhere.
    RangeLost {
        /// The range.
        range: AssignmentRange,
    },
    /// An item that the module does not have and that is not obsolete.
    Stale {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// A status that went back: it goes from unstable to stable to obsolete.
    StatusWentBack {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
        /// The status that it had.
        before: ItemStatus,
        /// The status that it has now.
        now: ItemStatus,
    },
    /// The items are not in the order of assignment.
    Unsorted {
        /// The first item that stands too late.
        item: String,
        /// The item before it.
        after: String,
    },
    /// An unstable item in a published file.
    UnstableInPublished {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
    },
    /// The file changed for the same revision of the module, but its version did not go up.
    VersionNotIncreased {
        /// The previous version.
        before: u32,
        /// The version now.
        now: u32,
    },
}

impl Finding {
    /// A finding about this file.
    pub(crate) fn new(file: &SidFile, severity: Severity, kind: FindingKind) -> Finding {
        let published = file.sid_file_status == FileStatus::Published;
        Finding { module: file.module_name.clone(), kind, severity, published }
    }

    /// How much it matters.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What mends it, where possible the command.
    pub fn cure(&self) -> String {
        let update = format!("`comi sid update {}.yang`", self.module);
        match &self.kind {
            FindingKind::OtherRevision { .. } | FindingKind::Stale { .. } | FindingKind::Unsorted { .. }
                if self.published =>
            {
                "nothing has to be done: a published file stays as it is".into()
            }
            FindingKind::ChoiceOrCase { .. } => {
                format!("nothing has to be done; {update} takes choice and case out and keeps every SID")
            }
            FindingKind::Clash { .. } => {
                format!("take the wrong one out of the file, then {update} gives it a SID of its own")
            }
            FindingKind::Duplicate { .. } => "take out the one that was never used".into(),
            FindingKind::Experimental { .. } => format!(
                "before operation, make a new file with a range of your own: `comi sid update {}.yang --range START:SIZE`",
                self.module
            ),
            FindingKind::Lost { .. } => {
                "put it back; `comi sid update` marks it obsolete where the module has it no more".into()
            }
            FindingKind::Malformed { .. } if self.severity == Severity::Note => {
                "nothing has to be done: an obsolete item stays as it is".into()
            }
            FindingKind::Malformed { .. } => {
                "write a YANG identifier, for data a path /module:node/child/other-module:child".into()
            }
            FindingKind::Missing { .. } => format!("{update} gives it one"),
            FindingKind::MissingInputOrOutput { .. } => {
                "nothing has to be done; it gets a SID when the file grows next".into()
            }
            FindingKind::ObsoleteInUse { .. } => format!("{update} makes it stable again"),
            FindingKind::OtherModule { .. } => "give the file that belongs to the module".into(),
            FindingKind::OtherRevision { .. } => format!("{update} writes the module's revision"),
            FindingKind::OutOfRange { .. } => {
                "add the range that the number was taken from to the file's assignment-range, or correct the number"
                    .into()
            }
            FindingKind::OverlappingRanges { .. } => "correct the assignment-range that is wrong".into(),
            FindingKind::RangeLost { .. } => "put it back into the file's assignment-range".into(),
            FindingKind::Reassigned { .. } => format!(
                "where this is the same item renamed, nothing has to be done (RFC 9595 appendix B); else put the old item \
                 back and {update} gives the new one a SID of its own"
            ),
            FindingKind::Renumbered { .. } => "give it its old number back".into(),
            FindingKind::Stale { .. } => format!("{update} marks it obsolete"),
            FindingKind::StatusWentBack { before: ItemStatus::Obsolete, .. } => {
                "nothing has to be done where the module has the item again".into()
            }
            FindingKind::StatusWentBack { .. } => "give it its old status back".into(),
            FindingKind::Unsorted { .. } => format!("{update} sorts them"),
            FindingKind::UnstableInPublished { .. } => {
                "make it \"stable\", or the file's sid-file-status \"unpublished\"".into()
            }
            FindingKind::VersionNotIncreased { before, .. } => {
                format!("write \"sid-file-version\": {}", before.saturating_add(1))
            }
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = &self.module;
        match &self.kind {
            FindingKind::ChoiceOrCase { item, name: Some(name) } => {
                write!(f, "{item} has choice or case as a step; read as {name}")
            }
            FindingKind::ChoiceOrCase { item, name: None } => {
                write!(f, "{item} is a choice or case, which gets no SID")
            }
            FindingKind::Clash { sid, first, second } => {
                write!(f, "SID {sid} belongs to two items, {first} and {second}")
            }
            FindingKind::Duplicate { item, first, second } => {
                write!(f, "{item} stands twice, with SID {first} and SID {second}")
            }
            FindingKind::Experimental { range } => {
                write!(f, "the range {range} is for experiments and must not be used in operation")
            }
            FindingKind::Lost { item, sid } => write!(f, "SID {sid}: {item} of the previous file is gone"),
            FindingKind::Malformed { item, sid } => write!(f, "SID {sid}: \"{item}\" is no well-formed name"),
            FindingKind::Missing { item } => write!(f, "{module}: {item} has no SID"),
            FindingKind::MissingInputOrOutput { item } => write!(f, "{module}: {item} has no SID in a published file"),
            FindingKind::ObsoleteInUse { item, sid } => {
                write!(f, "SID {sid}: {item} is marked obsolete, but module {module} has it")
            }
            FindingKind::OtherModule { expected } => write!(f, "the file is for module {module}, not for {expected}"),
            FindingKind::OtherRevision { file, module } => {
                let (file, module) = (file.as_deref().unwrap_or("none"), module.as_deref().unwrap_or("none"));
                write!(f, "the file is for revision {file}, the module has revision {module}")
            }
            FindingKind::OutOfRange { item, sid, ranges } if ranges.is_empty() => {
                write!(f, "SID {sid} of {item} is in no range: the file has none")
            }
            FindingKind::OutOfRange { item, sid, ranges } => {
                write!(f, "SID {sid} of {item} is outside the file's range {ranges}")
            }
            FindingKind::OverlappingRanges { first, second } => write!(f, "the ranges {first} and {second} overlap"),
            FindingKind::RangeLost { range } => write!(f, "the range {range} of the previous file is gone"),
            FindingKind::Reassigned { sid, before, now } => {
                write!(f, "SID {sid} belonged to {before} and now belongs to {now}")
            }
            FindingKind::Renumbered { item, before, now } => write!(f, "{item} had SID {before} and now has {now}"),
            FindingKind::Stale { item, sid } => write!(f, "SID {sid}: module {module} has no {item}"),
            FindingKind::StatusWentBack { item, sid, before, now } => {
                write!(f, "SID {sid}: {item} was {} and is {}", before.as_str(), now.as_str())
            }
            FindingKind::Unsorted { item, after } => write!(f, "{item} stands behind {after}, out of order"),
            FindingKind::UnstableInPublished { item, sid } => {
                write!(f, "SID {sid}: {item} is unstable in a published file")
            }
            FindingKind::VersionNotIncreased { before, now } => {
                write!(f, "the file changed, but its version went from {before} to {now}")
            }
        }
    }
}

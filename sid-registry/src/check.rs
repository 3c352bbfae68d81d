//! Holds a `.sid` file against its module. Read [`check`] first.

use core::fmt;
use std::collections::{HashMap, HashSet};

use crate::module_items::ItemNames;
use crate::ranges::{self, Policy};
use crate::update::is_known_hole;
use crate::{AssignmentRange, FileStatus, Item, ItemStatus, ModuleItems, Namespace, Sid, SidFile};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the file can be used.
    Note,
    /// The file can't be used with the module.
    Error,
}

/// One thing that [`check`] found. Prints what is wrong; [`Finding::cure`] says what mends it.
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
    /// An item that the module does not have and that is not obsolete.
    Stale {
        /// The item.
        item: String,
        /// Its number.
        sid: Sid,
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
}

impl Finding {
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
            FindingKind::Stale { .. } => format!("{update} marks it obsolete"),
            FindingKind::Unsorted { .. } => format!("{update} sorts them"),
            FindingKind::UnstableInPublished { .. } => {
                "make it \"stable\", or the file's sid-file-status \"unpublished\"".into()
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
            FindingKind::Stale { item, sid } => write!(f, "SID {sid}: module {module} has no {item}"),
            FindingKind::Unsorted { item, after } => write!(f, "{item} stands behind {after}, out of order"),
            FindingKind::UnstableInPublished { item, sid } => {
                write!(f, "SID {sid}: {item} is unstable in a published file")
            }
        }
    }
}

/// Holds a file against its module: what is missing, stale, clashing, out of range, double, malformed or unsorted.
/// Errors first; empty when all is well.
///
/// A published file is taken as it is (RFC 9595's ietf-system example has holes): a missing input or output of an rpc
/// or action that it has, and an item that the module no longer has, are notes there. Choices and cases with a SID are
/// notes everywhere.
pub fn check(file: &SidFile, module: &ModuleItems) -> Vec<Finding> {
    let published = file.sid_file_status == FileStatus::Published;
    let mut findings = Findings { module: &file.module_name, published, found: vec![] };
    if file.module_name != module.name {
        findings.error(FindingKind::OtherModule { expected: module.name.clone() });
        return findings.found;
    }
    if file.module_revision != module.revision {
        let (file, module) = (file.module_revision.clone(), module.revision.clone());
        findings.note(FindingKind::OtherRevision { file, module });
    }
    check_ranges(file, &mut findings);
    check_items(file, &mut findings);
    check_names(file, &ItemNames::of(module), &mut findings);
    findings.found.sort_by_key(|finding| core::cmp::Reverse(finding.severity));
    findings.found
}

struct Findings<'a> {
    module: &'a str,
    published: bool,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn error(&mut self, kind: FindingKind) {
        self.push(kind, Severity::Error);
    }

    fn note(&mut self, kind: FindingKind) {
        self.push(kind, Severity::Note);
    }

    fn push(&mut self, kind: FindingKind, severity: Severity) {
        let module = self.module.to_owned();
        self.found.push(Finding { module, kind, severity, published: self.published });
    }
}

fn check_ranges(file: &SidFile, findings: &mut Findings<'_>) {
    for (index, second) in file.assignment_ranges.iter().enumerate() {
        for first in file.assignment_ranges.iter().take(index).filter(|first| first.overlaps(second)) {
            let (first, second) = (first.clone(), second.clone());
            findings.error(FindingKind::OverlappingRanges { first, second });
        }
        if ranges::policy(second.entry_point()) == Policy::Experimental {
            findings.note(FindingKind::Experimental { range: second.clone() });
        }
    }
}

/// What the items tell without the module.
fn check_items(file: &SidFile, findings: &mut Findings<'_>) {
    let (mut by_sid, mut by_name) = (HashMap::<Sid, &Item>::new(), HashMap::new());
    let ranges: Vec<String> = file.assignment_ranges.iter().map(ToString::to_string).collect();
    let ranges = ranges.join(", ");
    for item in &file.items {
        let sid = item.sid;
        if let Some(first) = by_name.insert(item.order(), sid) {
            findings.error(FindingKind::Duplicate { item: item.to_string(), first, second: sid });
        }
        if let Some(first) = by_sid.insert(sid, item)
            && first.order() != item.order()
        {
            findings.error(FindingKind::Clash { sid, first: first.to_string(), second: item.to_string() });
        }
        if !file.in_range(sid) {
            findings.error(FindingKind::OutOfRange { item: item.to_string(), sid, ranges: ranges.clone() });
        }
        if !is_well_formed(item) {
            findings.error(FindingKind::Malformed { item: item.to_string(), sid });
        }
        if item.status == ItemStatus::Unstable && file.sid_file_status == FileStatus::Published {
            findings.error(FindingKind::UnstableInPublished { item: item.to_string(), sid });
        }
    }
    let pairs = file.items.iter().zip(file.items.iter().skip(1));
    if let Some((after, item)) = pairs.into_iter().find(|(a, b)| a.order() > b.order()) {
        findings.note(FindingKind::Unsorted { item: item.to_string(), after: after.to_string() });
    }
}

fn check_names(file: &SidFile, names: &ItemNames<'_>, findings: &mut Findings<'_>) {
    let published = findings.published;
    // The name that each item is read as: without choice and case.
    let mut known: HashSet<(Namespace, String)> = HashSet::new();
    for item in &file.items {
        let (sid, text) = (item.sid, item.to_string());
        let stepless = match item.namespace {
            Namespace::Data => names.without_choices(&item.identifier),
            _ => None,
        };
        let identifier = stepless.as_deref().unwrap_or(&item.identifier);
        let in_module = names.contains(item.namespace, identifier);
        if stepless.is_some() && (in_module || identifier.is_empty()) {
            if item.status != ItemStatus::Obsolete {
                let name = in_module.then(|| identifier.to_owned());
                findings.note(FindingKind::ChoiceOrCase { item: text, name });
            }
        } else {
            match (in_module, item.status) {
                (true, ItemStatus::Obsolete) => findings.error(FindingKind::ObsoleteInUse { item: text, sid }),
                (false, ItemStatus::Obsolete) | (true, _) => {}
                (false, _) if published => findings.note(FindingKind::Stale { item: text, sid }),
                (false, _) => findings.error(FindingKind::Stale { item: text, sid }),
            }
        }
        known.insert((item.namespace, identifier.to_owned()));
    }
    let known: HashSet<(Namespace, &str)> = known.iter().map(|(namespace, name)| (*namespace, name.as_str())).collect();
    for name in names.iter().filter(|name| !known.contains(name)) {
        let item = format!("{} {}", name.0, name.1);
        if published && is_known_hole(names, &known, name) {
            findings.note(FindingKind::MissingInputOrOutput { item });
        } else {
            findings.error(FindingKind::Missing { item });
        }
    }
}

/// The patterns of ietf-sid-file: yang-identifier, for data schema-node-path.
fn is_well_formed(item: &Item) -> bool {
    let identifier = |text: &str| {
        let mut characters = text.chars();
        characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    if item.namespace != Namespace::Data {
        return identifier(&item.identifier);
    }
    let Some(path) = item.identifier.strip_prefix('/') else { return false };
    path.split('/').enumerate().all(|(index, step)| match step.split_once(':') {
        Some((module, name)) => identifier(module) && identifier(name),
        None => index > 0 && identifier(step),
    })
}

#[cfg(test)]
mod tests;

//! Holds a `.sid` file against its module. Read [`check`] first.

use std::collections::{HashMap, HashSet};

use crate::module_items::ItemNames;
use crate::ranges::{self, Policy};
use crate::update::is_known_hole;
use crate::{FileStatus, Finding, FindingKind, Item, ItemStatus, ModuleItems, Namespace, Severity, Sid, SidFile};

/// Holds a file against its module: what is missing, stale, clashing, out of range, double, malformed or unsorted.
/// Errors first; empty when all is well.
///
/// A published file is taken as it is (RFC 9595's ietf-system example has holes): a missing input or output of an rpc
/// or action that it has, and an item that the module no longer has, are notes there. Choices and cases with a SID are
/// notes everywhere.
pub fn check(file: &SidFile, module: &ModuleItems) -> Vec<Finding> {
    let published = file.sid_file_status == FileStatus::Published;
    let mut findings = Findings { file, published, found: vec![] };
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
    findings.found.sort_by_key(|finding| core::cmp::Reverse(finding.severity()));
    findings.found
}

struct Findings<'a> {
    file: &'a SidFile,
    published: bool,
    found: Vec<Finding>,
}

impl Findings<'_> {
    fn error(&mut self, kind: FindingKind) {
        self.found.push(Finding::new(self.file, Severity::Error, kind));
    }

    fn note(&mut self, kind: FindingKind) {
        self.found.push(Finding::new(self.file, Severity::Note, kind));
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
            let kind = FindingKind::Malformed { item: item.to_string(), sid };
            // A wrong name that is gone keeps its number for ever, and nobody looks it up.
            match item.status {
                ItemStatus::Obsolete => findings.note(kind),
                _ => findings.error(kind),
            }
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

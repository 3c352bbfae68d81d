//! What may happen to a `.sid` file over time (RFC 9595 sections 3 and 4). Read [`check_succession`] first.

use std::collections::HashMap;

use crate::{FileStatus, Finding, FindingKind, Item, ItemStatus, Severity, Sid, SidFile};

/// Holds a file against the one that it follows: "All the SIDs present in the previous version of the .sid file MUST be
/// present in the new version as well" (RFC 9595 section 3). Errors first; empty when all is well.
///
/// What happens to an item that was unstable in an unpublished file is a note: such assignments "may get changed,
/// revised or withdrawn" (section 3). So is a number that went to another name while its old name is gone: an item that
/// was renamed may keep its number (appendix B).
///
/// ```
/// use comi_sid::{FileStatus, ModuleItems, AssignmentRange, check_succession, update};
///
/// let module = ModuleItems::new("acme-lamp");
/// let file = update(None, &module, AssignmentRange::new(63400, 50))?.file;
/// let published = file.clone().published();
/// assert_eq!(published.sid_file_status, FileStatus::Published);
/// assert!(check_succession(&file, &published).is_empty());
/// assert_eq!(check_succession(&published, &file).len(), 2); // back from stable to unstable, and the version with it
/// # Ok::<(), comi_sid::UpdateError>(())
/// ```
pub fn check_succession(previous: &SidFile, file: &SidFile) -> Vec<Finding> {
    if previous.module_name != file.module_name {
        let expected = previous.module_name.clone();
        return vec![Finding::new(file, Severity::Error, FindingKind::OtherModule { expected })];
    }
    let mut found = Vec::new();
    let mut tell = |severity, kind| found.push(Finding::new(file, severity, kind));
    let by_name: HashMap<_, &Item> = file.items.iter().map(|item| (item.order(), item)).collect();
    let by_number: HashMap<Sid, &Item> = file.items.iter().map(|item| (item.sid, item)).collect();
    for before in &previous.items {
        let provisional = previous.sid_file_status == FileStatus::Unpublished && before.status == ItemStatus::Unstable;
        let severity = if provisional { Severity::Note } else { Severity::Error };
        let (item, sid) = (before.to_string(), before.sid);
        match (by_name.get(&before.order()), by_number.get(&sid)) {
            (Some(now), _) if now.sid != sid => {
                tell(severity, FindingKind::Renumbered { item, before: sid, now: now.sid });
            }
            (Some(now), _) if rank(now.status) < rank(before.status) => {
                // The key of the list is the name: an item that the module has again can have its old number only.
                let severity = if before.status == ItemStatus::Obsolete { Severity::Note } else { severity };
                tell(severity, FindingKind::StatusWentBack { item, sid, before: before.status, now: now.status });
            }
            (Some(_), _) => {}
            (None, Some(now)) => {
                tell(Severity::Note, FindingKind::Reassigned { sid, before: item, now: now.to_string() });
            }
            (None, None) => tell(severity, FindingKind::Lost { item, sid }),
        }
    }
    for range in &previous.assignment_ranges {
        let kept = file
            .assignment_ranges
            .iter()
            .any(|now| now.entry_point() <= range.entry_point() && now.end() >= range.end());
        let used = previous.items.iter().any(|item| range.contains(item.sid));
        if !kept {
            tell(if used { Severity::Error } else { Severity::Note }, FindingKind::RangeLost { range: range.clone() });
        }
    }
    let (before, now) = (previous.sid_file_version.unwrap_or(0), file.sid_file_version.unwrap_or(0));
    if previous.module_revision == file.module_revision && now <= before && previous != file {
        tell(Severity::Error, FindingKind::VersionNotIncreased { before, now });
    }
    found.sort_by_key(|finding| core::cmp::Reverse(finding.severity()));
    found
}

/// The place in the order in which a status changes (RFC 9595 section 4, leaf `status`).
fn rank(status: ItemStatus) -> u8 {
    match status {
        ItemStatus::Unstable => 0,
        ItemStatus::Stable => 1,
        ItemStatus::Obsolete => 2,
    }
}

impl SidFile {
    /// The file as it is published: status `published`, and what was unstable is stable from now on (RFC 9595
    /// section 6.4.4: a published file has no unstable items). Its version goes up where that changes anything.
    #[must_use]
    pub fn published(mut self) -> SidFile {
        let unstable = self.items.iter_mut().filter(|item| item.status == ItemStatus::Unstable);
        let mut changed = self.sid_file_status == FileStatus::Unpublished;
        for item in unstable {
            item.status = ItemStatus::Stable;
            changed = true;
        }
        self.sid_file_status = FileStatus::Published;
        if changed {
            self.sid_file_version = Some(self.sid_file_version.unwrap_or(0).saturating_add(1));
        }
        self
    }

    /// The file with its stable and obsolete items only: what those see who rely on published numbers while an
    /// unpublished file grows (RFC 9595 section 3 asks for both variants).
    #[must_use]
    pub fn stable_part(mut self) -> SidFile {
        self.items.retain(|item| item.status != ItemStatus::Unstable);
        self.sid_file_status = FileStatus::Published;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AssignmentRange, Namespace};

    fn item(name: &str, number: u64, status: ItemStatus) -> Item {
        let item = Item::new(Namespace::Data, format!("/a:{name}"), Sid::new(number).unwrap());
        Item { status, ..item }
    }

    fn file(status: FileStatus, version: u32, items: &[Item]) -> SidFile {
        SidFile {
            module_name: "a".into(),
            sid_file_status: status,
            sid_file_version: Some(version),
            assignment_ranges: AssignmentRange::new(63_000, 50).into_iter().collect(),
            items: items.to_vec(),
            ..SidFile::default()
        }
    }

    fn told(before: &SidFile, now: &SidFile) -> Vec<String> {
        let line = |finding: &Finding| format!("{:?}: {finding}", finding.severity());
        check_succession(before, now).iter().map(line).collect()
    }

    #[test]
    fn published_numbers_may_only_become_obsolete() {
        use FileStatus::{Published, Unpublished};
        use ItemStatus::{Obsolete, Stable, Unstable};
        let before = file(Published, 1, &[item("x", 63_001, Stable), item("y", 63_002, Obsolete)]);
        let rows: [(&[Item], &[&str]); 6] = [
            (&[item("x", 63_001, Obsolete), item("y", 63_002, Obsolete), item("z", 63_003, Unstable)], &[]),
            (&[item("x", 63_001, Stable)], &["Error: SID 63002: data /a:y of the previous file is gone"]),
            (
                &[item("x", 63_003, Stable), item("y", 63_002, Obsolete)],
                &["Error: data /a:x had SID 63001 and now has 63003"],
            ),
            (
                &[item("x", 63_001, Unstable), item("y", 63_002, Stable)],
                &[
                    "Error: SID 63001: data /a:x was stable and is unstable",
                    "Note: SID 63002: data /a:y was obsolete and is stable",
                ],
            ),
            (
                &[item("renamed", 63_001, Stable), item("y", 63_002, Obsolete)],
                &["Note: SID 63001 belonged to data /a:x and now belongs to data /a:renamed"],
            ),
            (
                &[],
                &[
                    "Error: SID 63001: data /a:x of the previous file is gone",
                    "Error: SID 63002: data /a:y of the previous file is gone",
                ],
            ),
        ];
        for (items, expected) in rows {
            assert_eq!(told(&before, &file(Unpublished, 2, items)), expected);
        }
    }

    #[test]
    fn provisional_numbers_may_be_withdrawn_with_a_note() {
        let before = file(FileStatus::Unpublished, 0, &[item("x", 63_001, ItemStatus::Unstable)]);
        assert_eq!(
            told(&before, &file(FileStatus::Unpublished, 1, &[])),
            ["Note: SID 63001: data /a:x of the previous file is gone"]
        );
    }

    #[test]
    fn version_goes_up_within_a_revision_and_ranges_stay() {
        let before = file(FileStatus::Published, 3, &[item("x", 63_001, ItemStatus::Stable)]);
        let mut now = before.clone();
        assert!(told(&before, &now).is_empty(), "the same file follows itself");
        now.description = Some("new".into());
        assert_eq!(told(&before, &now), ["Error: the file changed, but its version went from 3 to 3"]);
        now.module_revision = Some("2026-11-25".into());
        now.sid_file_version = None;
        assert!(told(&before, &now).is_empty(), "a new revision starts again");
        now.assignment_ranges.clear();
        assert_eq!(told(&before, &now), ["Error: the range 63000:50 of the previous file is gone"]);
        now.module_name = "b".into();
        assert_eq!(told(&before, &now), ["Error: the file is for module b, not for a"]);
    }

    #[test]
    fn publishing_makes_all_items_stable_once() {
        use ItemStatus::{Obsolete, Stable, Unstable};
        let items = [item("x", 63_001, Unstable), item("y", 63_002, Obsolete), item("z", 63_003, Stable)];
        let before = file(FileStatus::Unpublished, 0, &items);
        let published = before.clone().published();
        let statuses: Vec<_> = published.items.iter().map(|item| item.status).collect();
        assert_eq!((statuses, published.sid_file_version), (vec![Stable, Obsolete, Stable], Some(1)));
        assert_eq!(published.clone().published(), published);
        assert!(told(&before, &published).is_empty());
        let stable: Vec<_> = before.stable_part().items.iter().map(|item| item.sid.number()).collect();
        assert_eq!(stable, [63_002, 63_003]);
    }
}

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use crate::{
    AssignmentRange, DependencyRevision, FileStatus, ItemStatus, ModuleItems, Namespace, Severity, Sid, SidFile, check,
    update,
};

fn range(entry_point: u64, size: u64) -> Option<AssignmentRange> {
    AssignmentRange::new(entry_point, size)
}

/// A module with the data nodes `/a:NAME`.
fn module(names: &[&str]) -> ModuleItems {
    let mut module = ModuleItems::new("a");
    module.items.extend(names.iter().map(|name| (Namespace::Data, format!("/a:{name}"))));
    module
}

/// `identifier sid status` of each item.
fn items(file: &SidFile) -> Vec<String> {
    let line = |item: &crate::Item| format!("{} {} {}", item.identifier, item.sid, item.status.as_str());
    file.items.iter().map(line).collect()
}

#[test]
fn new_file_numbers_all_items_in_the_order_of_assignment() {
    let mut module = module(&["z", "b/c", "b", "B", "b-c"]);
    module.items.push((Namespace::Feature, "f".into()));
    module.items.push((Namespace::Identity, "i".into()));
    module.items.push((Namespace::Identity, "i".into()));
    module.revision = Some("2026-11-24".into());
    module.dependencies = vec![DependencyRevision::new("b", "2020-02-02")];
    let update = update(None, &module, range(63000, 50)).unwrap();
    let expected = ["a 63000", "i 63001", "f 63002", "/a:B 63003", "/a:b 63004", "/a:b-c 63005", "/a:b/c 63006"];
    let expected: Vec<String> = expected.iter().chain(&["/a:z 63007"]).map(|line| format!("{line} unstable")).collect();
    assert_eq!(items(&update.file), expected);
    assert!(update.changed);
    assert_eq!(update.added, update.file.items);
    assert_eq!(update.file.sid_file_status, FileStatus::Unpublished);
    assert_eq!((update.file.sid_file_version, update.file.module_revision.as_deref()), (None, Some("2026-11-24")));
    assert_eq!(update.file.dependency_revisions, module.dependencies);
}

#[test]
fn next_numbers_lie_behind_the_highest_and_holes_stay() {
    let first = update(None, &module(&["a", "b", "c"]), range(63000, 6)).unwrap().file;
    let mut with_hole = first.clone();
    with_hole.items.retain(|item| item.identifier != "/a:b");
    let second = update(Some(with_hole), &module(&["a", "aa", "c", "d"]), None).unwrap();
    let expected = ["a 63000", "/a:a 63001", "/a:aa 63004", "/a:c 63003", "/a:d 63005"];
    assert_eq!(items(&second.file), expected.map(|line| format!("{line} unstable")));
    assert_eq!(second.file.sid_file_version, Some(1));
}

#[test]
fn items_that_go_become_obsolete_and_come_back_with_their_number() {
    let first = update(None, &module(&["a", "b"]), range(63000, 50)).unwrap().file;
    let gone = update(Some(first.clone()), &module(&["a"]), None).unwrap();
    assert_eq!(gone.obsoleted.len(), 1);
    assert_eq!(items(&gone.file)[2], "/a:b 63002 obsolete");
    let other = update(Some(gone.file), &module(&["a", "c"]), None).unwrap();
    assert_eq!(items(&other.file)[3], "/a:c 63003 unstable");
    let back = update(Some(other.file), &module(&["a", "b", "c"]), None).unwrap();
    assert_eq!(back.revived.len(), 1);
    assert_eq!(items(&back.file)[2], "/a:b 63002 stable");
    assert_eq!(back.file.sid_file_version, Some(3));
}

#[test]
fn new_revision_starts_the_file_version_again() {
    let mut module = module(&["a"]);
    let mut file = update(None, &module, range(63000, 50)).unwrap().file;
    file.sid_file_version = Some(7);
    module.revision = Some("2026-11-24".into());
    let update = update(Some(file), &module, None).unwrap();
    assert!(update.changed);
    assert_eq!((update.file.sid_file_version, update.added.len()), (None, 0));
}

#[test]
fn full_range_asks_for_another_and_goes_on_there() {
    let file = update(None, &module(&["a"]), range(63000, 3)).unwrap().file;
    let more = module(&["a", "b", "c"]);
    assert_eq!(
        update(Some(file.clone()), &more, None).unwrap_err().to_string(),
        "a: 2 items need a SID, 1 are free in 63000:3; add a range: `comi sid update a.yang --range START:SIZE`"
    );
    let update = update(Some(file), &more, range(63100, 50)).unwrap();
    assert_eq!(items(&update.file)[2..], ["/a:b 63002 unstable", "/a:c 63100 unstable"]);
    assert_eq!(update.file.assignment_ranges.len(), 2);
}

#[test]
fn what_can_not_be_updated_is_refused_with_the_cure() {
    let good = update(None, &module(&["a"]), range(63000, 50)).unwrap().file;
    let mut clashing = good.clone();
    clashing.items[1].sid = clashing.items[0].sid;
    let mut double = good.clone();
    double.items.push(crate::Item::new(Namespace::Data, "/a:a", Sid::new(63009).unwrap()));
    let mut foreign = good.clone();
    foreign.module_name = "b".into();
    let mut overlapping = good.clone();
    overlapping.assignment_ranges.extend(range(63049, 2));
    let rows = [
        (None, None, "a has no assignment range: `comi sid update a.yang --range START:SIZE`"),
        (
            Some(clashing),
            None,
            "SID 63000 belongs to two items, module a and data /a:a; take the wrong one out of the file, \
             then `comi sid update a.yang` gives it a number of its own",
        ),
        (
            Some(double),
            None,
            "data /a:a stands twice, with SID 63001 and SID 63009; take out the one that was never used",
        ),
        (Some(foreign), None, "the file is for module b, not for a; give the file that belongs to a"),
        (Some(overlapping), None, "the range 63049:2 overlaps the file's range 63000:50; choose one behind it"),
        (Some(good), range(62999, 2), "the range 62999:2 overlaps the file's range 63000:50; choose one behind it"),
    ];
    for (file, range, message) in rows {
        assert_eq!(update(file, &module(&["a", "b"]), range).unwrap_err().to_string(), message);
    }
}

/// The items of RFC 9595's ietf-system example as far as the fixture has them, with the inputs and outputs that it
/// lacks: what a YANG compiler lists.
fn system() -> (SidFile, ModuleItems) {
    let file = SidFile::parse(include_str!("../fixtures/ietf-system-part.sid")).unwrap();
    let mut module = ModuleItems::new("ietf-system");
    module.revision = Some("2014-08-06".into());
    module.items = file.items.iter().map(|item| (item.namespace, item.identifier.clone())).collect();
    for path in [
        "set-current-datetime/output",
        "system-restart/input",
        "system-restart/output",
        "system-shutdown/input",
        "system-shutdown/output",
    ] {
        module.items.push((Namespace::Data, format!("/ietf-system:{path}")));
    }
    (file, module)
}

#[test]
fn published_file_with_known_holes_is_left_alone() {
    let (file, mut module) = system();
    module.dependencies = vec![DependencyRevision::new("ietf-yang-types", "2025-01-01")];
    module.items.retain(|(_, name)| name != "/ietf-system:system/location");
    let update = update(Some(file.clone()), &module, None).unwrap();
    assert!(!update.changed && update.added.is_empty() && update.obsoleted.is_empty());
    assert_eq!(update.file, file);
    let errors = check(&file, &module).into_iter().filter(|finding| finding.severity() == Severity::Error);
    assert_eq!(errors.count(), 0);
}

#[test]
fn published_file_grows_as_an_unpublished_one() {
    let (file, mut module) = system();
    module.items.push((Namespace::Data, "/ietf-system:system/motd".into()));
    let update = update(Some(file.clone()), &module, None).unwrap();
    let added: Vec<String> = update.added.iter().map(|item| format!("{} {}", item.identifier, item.sid)).collect();
    assert_eq!(
        added,
        [
            "/ietf-system:set-current-datetime/output 1777",
            "/ietf-system:system-restart/input 1778",
            "/ietf-system:system-restart/output 1779",
            "/ietf-system:system-shutdown/input 1780",
            "/ietf-system:system-shutdown/output 1781",
            "/ietf-system:system/motd 1782",
        ]
    );
    assert_eq!(update.file.sid_file_status, FileStatus::Unpublished);
    for item in &file.items {
        assert_eq!(update.file.sid(item.namespace, &item.identifier), Some(item.sid));
    }
}

/// The assignment of RFC 9595's example follows from the rule: with input and output left out, and 1716 for the leaf
/// that later moved to 1776.
#[test]
fn rule_gives_the_numbers_of_the_rfcs_example() {
    let (file, _) = system();
    let mut module = ModuleItems::new("ietf-system");
    module.items = file.items.iter().map(|item| (item.namespace, item.identifier.clone())).collect();
    module.items.retain(|(_, name)| name != "/ietf-system:set-current-datetime/input");
    let made = update(None, &module, range(1700, 100)).unwrap().file;
    let mut same = 0;
    for item in made.items.iter().filter(|item| item.sid.number() <= 1728) {
        let published = file.sid(item.namespace, &item.identifier).map(Sid::number);
        let expected = if item.sid.number() == 1716 { 1776 } else { item.sid.number() };
        assert_eq!(published, Some(expected), "{item}");
        same += 1;
    }
    assert_eq!(same, 29);
}

#[test]
fn data_nodes_lose_choice_and_case_and_keep_their_number() {
    let mut module = module(&["c", "c/x"]);
    module.choices = vec!["/a:c/ch".into(), "/a:c/ch/one".into()];
    let mut old = self::module(&["c", "c/ch", "c/ch/one", "c/ch/one/x"]);
    old.choices.clear();
    let file = update(None, &old, range(63000, 50)).unwrap().file;
    let read = file.clone().without_choices(&module);
    assert_eq!(read.sid(Namespace::Data, "/a:c/x"), Sid::new(63004));
    assert_eq!(read.items.len(), file.items.len());
    let update = update(Some(file), &module, None).unwrap();
    assert_eq!(
        items(&update.file),
        [
            "a 63000 unstable",
            "/a:c 63001 unstable",
            "/a:c/ch 63002 obsolete",
            "/a:c/ch/one 63003 obsolete",
            "/a:c/x 63004 unstable"
        ]
    );
    assert_eq!(update.renamed.len(), 1);
    assert!(update.added.is_empty());
}

#[test]
fn unknown_members_outlive_an_update() {
    let text = r#"{"ietf-sid-file:sid-file": {"module-name": "a", "sid-file-status": "unpublished", "tool": "t",
        "dependency-revision": [{"module-name": "b", "module-revision": "2020-02-02", "n": 1}],
        "assignment-range": [{"entry-point": 63000, "size": 50, "r": 2}],
        "item": [{"namespace": "module", "identifier": "a", "sid": 63000, "type": "x"}]}, "beside": 3}"#;
    let mut module = module(&["new"]);
    module.dependencies = vec![DependencyRevision::new("b", "2021-01-01")];
    let update = update(Some(SidFile::parse(text).unwrap()), &module, None).unwrap();
    let json = update.file.to_json();
    for member in [r#""tool": "t""#, r#""n": 1"#, r#""r": 2"#, r#""type": "x""#, r#""beside": 3"#, "2021-01-01"] {
        assert!(json.contains(member), "{member} in {json}");
    }
}

fn names() -> impl Strategy<Value = BTreeSet<String>> {
    proptest::collection::btree_set("[a-e]{1,2}(/[a-c]){0,2}", 0..40)
}

proptest! {
    /// Over any sequence of module versions: a name never changes its number, a number never its name, every item of
    /// the module has one, and doing it again changes nothing.
    #[test]
    fn numbers_are_permanent(versions in proptest::collection::vec(names(), 1..8)) {
        let mut file: Option<SidFile> = None;
        let mut given: HashMap<String, Sid> = HashMap::new();
        for names in versions {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let module = module(&names);
            let first = update(file.take(), &module, range(63000, 1000)).unwrap();
            for item in &first.file.items {
                prop_assert_eq!(*given.entry(item.identifier.clone()).or_insert(item.sid), item.sid);
            }
            let numbers: BTreeSet<Sid> = given.values().copied().collect();
            prop_assert_eq!(numbers.len(), given.len());
            let in_use = first.file.items.iter().filter(|item| item.status != ItemStatus::Obsolete).count();
            prop_assert_eq!(in_use, module.items.len());
            let errors = check(&first.file, &module).into_iter().filter(|found| found.severity() == Severity::Error);
            prop_assert_eq!(errors.count(), 0);

            let read = SidFile::parse(&first.file.to_json()).unwrap();
            prop_assert_eq!(&read, &first.file);
            let again = update(Some(read), &module, None).unwrap();
            prop_assert!(!again.changed);
            prop_assert_eq!(&again.file, &first.file);
            file = Some(first.file);
        }
    }
}

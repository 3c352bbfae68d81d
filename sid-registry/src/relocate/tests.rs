use proptest::prelude::*;

use crate::{
    AssignmentRange, FileStatus, Item, ItemStatus, Migration, Namespace, RelocateOptions, Sid, SidFile, relocate,
};

fn range(entry_point: u64, size: u64) -> AssignmentRange {
    AssignmentRange::new(entry_point, size).unwrap()
}

/// An unpublished file of module `name` with these ranges and items `number status`.
fn file(name: &str, ranges: &[(u64, u64)], items: &[(u64, ItemStatus)]) -> SidFile {
    let item = |(number, status): &(u64, ItemStatus)| {
        let item = Item::new(Namespace::Data, format!("/{name}:n{}", number % 50), Sid::new(*number).unwrap());
        Item { status: *status, ..item }
    };
    SidFile {
        module_name: name.into(),
        sid_file_status: FileStatus::Unpublished,
        assignment_ranges: ranges.iter().map(|(start, size)| range(*start, *size)).collect(),
        items: items.iter().map(item).collect(),
        ..SidFile::default()
    }
}

fn to(entry_point: u64, size: u64) -> RelocateOptions {
    RelocateOptions { to: range(entry_point, size), keep_gaps: false, permanent: false }
}

fn numbers(file: &SidFile) -> Vec<u64> {
    file.items.iter().map(|item| item.sid.number()).collect()
}

fn ranges(file: &SidFile) -> Vec<String> {
    file.assignment_ranges.iter().map(ToString::to_string).collect()
}

#[test]
fn ranges_stand_one_behind_the_other_and_items_keep_their_places() {
    use ItemStatus::Unstable;
    let a = file("a", &[(63100, 50), (63900, 10)], &[(63100, Unstable), (63149, Unstable), (63905, Unstable)]);
    let b = file("b", &[(63000, 50)], &[(63007, ItemStatus::Obsolete)]);
    let moved = relocate(&[a, b], &to(1_000_000, 110)).unwrap();
    assert_eq!(ranges(&moved.files[0]), ["1000050:50", "1000100:10"]);
    assert_eq!(numbers(&moved.files[0]), [1_000_050, 1_000_099, 1_000_105]);
    assert_eq!((ranges(&moved.files[1]), numbers(&moved.files[1])), (vec!["1000000:50".into()], vec![1_000_007]));
    assert_eq!(moved.files[1].items[0].status, ItemStatus::Obsolete);
    assert_eq!(moved.files[0].sid_file_version, Some(1));
    assert_eq!(moved.migration.new_sid(Sid::new(63905).unwrap()), Sid::new(1_000_105));
    let table = Migration::parse(&moved.migration.to_json()).unwrap();
    assert_eq!(table, moved.migration);
    assert_eq!(table.modules().iter().map(|module| module.items.len()).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn gaps_stay_where_that_is_asked_for() {
    let files = [file("a", &[(63100, 50)], &[]), file("b", &[(63000, 50)], &[])];
    let options = RelocateOptions { keep_gaps: true, ..to(1_000_000, 150) };
    let moved = relocate(&files, &options).unwrap();
    assert_eq!(
        (ranges(&moved.files[0]), ranges(&moved.files[1])),
        (vec!["1000100:50".into()], vec!["1000000:50".into()])
    );
    let error = relocate(&files, &RelocateOptions { keep_gaps: true, ..to(1_000_000, 149) }).unwrap_err();
    assert_eq!(error.to_string(), "150 numbers are needed, 1000000:149 has 149; give a larger range");
}

#[test]
fn revisions_of_one_module_move_together() {
    let old = file("a", &[(63000, 50)], &[(63001, ItemStatus::Stable)]);
    let mut new = file("a", &[(63000, 50), (63100, 50)], &[(63001, ItemStatus::Stable), (63100, ItemStatus::Stable)]);
    new.items[0].identifier = "/a:renamed".into();
    let moved = relocate(&[old, new], &to(70_000, 100)).unwrap();
    assert_eq!((numbers(&moved.files[0]), numbers(&moved.files[1])), (vec![70_001], vec![70_001, 70_050]));
    assert_eq!(moved.migration.modules()[0].items.len(), 2);
}

#[test]
fn permanent_numbers_are_moved_only_on_demand() {
    let mut published = file("a", &[(1_000_000, 50)], &[(1_000_001, ItemStatus::Stable)]);
    published.sid_file_status = FileStatus::Published;
    let stable = file("a", &[(1_000_000, 50)], &[(1_000_001, ItemStatus::Stable)]);
    let unstable = file("a", &[(1_000_000, 50)], &[(1_000_001, ItemStatus::Unstable)]);
    let mut experimental = file("a", &[(63_000, 50)], &[(63_001, ItemStatus::Stable)]);
    experimental.sid_file_status = FileStatus::Published;
    let rows = [(published, "is published"), (stable, "is stable"), (unstable, ""), (experimental, "")];
    for (file, why) in rows {
        match relocate(std::slice::from_ref(&file), &to(2_000_000, 50)) {
            Ok(_) => assert_eq!(why, ""),
            Err(error) => {
                assert!(!why.is_empty() && error.to_string().contains(why), "{error}");
                let options = RelocateOptions { permanent: true, ..to(2_000_000, 50) };
                assert_eq!(numbers(&relocate(&[file], &options).unwrap().files[0]), [2_000_001]);
            }
        }
    }
}

#[test]
fn what_can_not_be_moved_is_refused() {
    use ItemStatus::Unstable;
    let clash = SidFile {
        items: vec![
            Item::new(Namespace::Data, "/a:x", Sid::new(63_000).unwrap()),
            Item::new(Namespace::Data, "/a:y", Sid::new(63_000).unwrap()),
        ],
        ..file("a", &[(63_000, 50)], &[])
    };
    let rows = [
        (
            vec![file("a", &[(63_000, 50)], &[(63_050, Unstable)])],
            "a: SID 63050 of data /a:n0 is in no range of its file",
        ),
        (
            vec![file("a", &[(63_000, 50)], &[]), file("b", &[(63_049, 2)], &[])],
            "a's range 63000:50 and b's range 63049:2 overlap",
        ),
        (vec![file("a", &[], &[])], "the files have no assignment range"),
        (vec![clash], "a: SID 63000 belongs to two items, data /a:x and data /a:y"),
        (vec![file("a", &[(63_000, 50), (63_100, 50)], &[])], "100 numbers are needed, 64000:99 has 99"),
    ];
    for (files, message) in rows {
        let error = relocate(&files, &to(64_000, 99)).unwrap_err().to_string();
        assert!(error.starts_with(message), "{error}");
    }
}

#[test]
fn zero_is_never_given_out() {
    let files = [file("a", &[(63_000, 5)], &[(63_000, ItemStatus::Unstable)])];
    assert_eq!(numbers(&relocate(&files, &to(0, 50)).unwrap().files[0]), [1]);
}

proptest! {
    /// To another range and back by the table: every file is as it was, but for its version.
    #[test]
    fn moving_there_and_back_changes_nothing(
        sizes in proptest::collection::vec((0u64..30, 1u64..60), 1..12),
        target in 100_000u64..200_000,
        keep_gaps: bool,
    ) {
        let (mut next, mut files) = (63_000, Vec::new());
        for (index, (gap, size)) in sizes.into_iter().enumerate() {
            let items: Vec<_> = (next + gap..next + gap + size).step_by(2).map(|n| (n, ItemStatus::Unstable)).collect();
            files.push(file(&format!("m{index}"), &[(next + gap, size)], &items));
            next += gap + size;
        }
        let options = RelocateOptions { keep_gaps, ..to(target, 10_000) };
        let there = relocate(&files, &options).unwrap();
        for (old, new) in files.iter().zip(&there.files) {
            for (old, new) in old.items.iter().zip(&new.items) {
                prop_assert_eq!(there.migration.new_sid(old.sid), Some(new.sid));
                prop_assert_eq!(there.migration.old_sid(new.sid), Some(old.sid));
            }
            prop_assert!(new.items.iter().all(|item| new.in_range(item.sid)));
        }
        if keep_gaps {
            let home = files[0].assignment_ranges[0].entry_point();
            let back = relocate(&there.files, &RelocateOptions { to: range(home, 10_000), ..options }).unwrap();
            for (old, back) in files.iter().zip(&back.files) {
                prop_assert_eq!((&old.items, &old.assignment_ranges), (&back.items, &back.assignment_ranges));
            }
        }
    }
}

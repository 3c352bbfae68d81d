use std::path::{Path, PathBuf};

use crate::{AddError, AssignmentRange, Item, Namespace, Registry, Sid, SidFile, next_free_range};

/// A file with one range and data nodes `/MODULE:NAME`.
fn file(module: &str, range: (u64, u64), items: &[(&str, u64)]) -> SidFile {
    let item =
        |(name, sid): &(&str, u64)| Item::new(Namespace::Data, format!("/{module}:{name}"), Sid::new(*sid).unwrap());
    SidFile {
        module_name: module.into(),
        assignment_ranges: vec![AssignmentRange::new(range.0, range.1).unwrap()],
        items: items.iter().map(item).collect(),
        ..SidFile::default()
    }
}

fn registry(files: &[(&str, SidFile)]) -> Registry {
    let mut registry = Registry::default();
    for (origin, file) in files {
        registry.add(*origin, file.clone()).unwrap();
    }
    registry
}

#[test]
fn numbers_and_names_lead_to_each_other() {
    let registry = registry(&[
        ("a.sid", file("a", (100, 50), &[("x", 101), ("y", 102)])),
        ("b.sid", file("b", (200, 50), &[("x", 201)])),
    ]);
    assert_eq!(registry.sid("a", Namespace::Data, "/a:y"), Sid::new(102));
    assert_eq!(registry.sid("b", Namespace::Data, "/a:y"), None);
    assert_eq!(registry.sid("a", Namespace::Feature, "/a:y"), None);
    let (module, item) = registry.item(Sid::new(201).unwrap()).unwrap();
    assert_eq!((module, item.identifier.as_str()), ("b", "/b:x"));
    assert_eq!(registry.item(Sid::new(202).unwrap()), None);
    assert_eq!(registry.owner(249), Some("b"));
    assert_eq!([99, 150, 199, 250].map(|number| registry.owner(number)), [None; 4]);
    assert_eq!(registry.origin("b"), Some("b.sid"));
    assert_eq!(registry.files().count(), 2);
}

#[test]
fn what_is_taken_is_refused_naming_both_files() {
    let before = registry(&[("a.sid", file("a", (100, 50), &[("x", 101)])), ("c.sid", file("c", (300, 50), &[]))]);
    let rows = [
        (file("a", (500, 50), &[]), "a.sid and new.sid are both for module a; give only one of them"),
        (
            file("b", (400, 50), &[("x", 101)]),
            "SID 101 belongs to two items, data /a:x in a.sid and data /b:x in new.sid; \
             take the wrong one out of its file, then `comi sid update` gives it a SID of its own",
        ),
        (
            file("b", (400, 50), &[("x", 401), ("y", 401)]),
            "SID 401 belongs to two items, data /b:x in new.sid and data /b:y in new.sid; \
             take the wrong one out of its file, then `comi sid update` gives it a SID of its own",
        ),
        (
            file("b", (400, 50), &[("x", 401), ("x", 402)]),
            "data /b:x in new.sid stands twice, with SID 401 and SID 402; take out the one that was never used",
        ),
    ];
    for (new, message) in rows {
        let mut registry = before.clone();
        assert_eq!(registry.add("new.sid", new).unwrap_err().to_string(), message);
        assert_eq!(registry.files().count(), 2);
        assert_eq!(registry.sid("b", Namespace::Data, "/b:x"), None);
    }
}

#[test]
fn every_kind_of_overlap_is_refused() {
    let before = registry(&[("a.sid", file("a", (100, 50), &[])), ("c.sid", file("c", (300, 50), &[]))]);
    for range in [(100, 50), (149, 1), (90, 11), (120, 5), (50, 1000), (349, 100), (250, 60)] {
        let error = before.clone().add("b.sid", file("b", range, &[])).unwrap_err();
        assert!(matches!(error, AddError::Overlap { .. }), "{range:?}");
    }
    for range in [(150, 150), (0, 100), (350, 50), (100, 0)] {
        before.clone().add("b.sid", file("b", range, &[])).unwrap();
    }
    let mut own = file("b", (500, 50), &[]);
    own.assignment_ranges.push(AssignmentRange::new(520, 5).unwrap());
    assert_eq!(
        before.clone().add("b.sid", own).unwrap_err().to_string(),
        "range 500:50 in b.sid and range 520:5 in b.sid overlap; give one of the modules another range"
    );
}

#[test]
fn next_free_range_is_the_first_that_nobody_uses() {
    let files = [
        file("a", (63000, 50), &[]),
        file("b", (63100, 70), &[]),
        file("c", (1000, 50), &[("stray", 63060)]),
        file("d", (63200, 36800 - 50), &[]),
    ];
    let range = |entry_point, size| AssignmentRange::new(entry_point, size);
    assert_eq!(next_free_range(&files[..0], 63000, 50), range(63000, 50));
    assert_eq!(next_free_range(&files[..1], 63000, 50), range(63050, 50));
    assert_eq!(next_free_range(&files[..2], 63000, 50), range(63050, 50));
    assert_eq!(next_free_range(&files[..3], 63000, 50), range(63200, 50));
    assert_eq!(next_free_range(&files[..4], 63000, 50), range(99950, 50));
    assert_eq!(next_free_range(&files[..4], 63000, 100), None);
    assert_eq!(next_free_range(&files[..0], 63000, 0), None);
    assert_eq!(next_free_range(&files[..0], u64::MAX, 50), None);
}

fn sid_files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    let (directories, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|path| path.is_dir());
    let mut found: Vec<PathBuf> =
        files.into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "sid")).collect();
    found.extend(directories.iter().flat_map(|directory| sid_files(directory)));
    found
}

/// The models of this repository: no number is given twice, and their files are in the form that we write.
#[test]
fn models_of_the_repository_share_one_registry() {
    let yang = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang");
    if !yang.is_dir() {
        println!("skipped: {} is not there", yang.display());
        return;
    }
    let mut registry = Registry::default();
    for path in sid_files(&yang) {
        let text = std::fs::read_to_string(&path).unwrap();
        let file = SidFile::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(file.to_json(), text, "{}", path.display());
        registry.add(path.display().to_string(), file).unwrap();
    }
    assert!(registry.files().count() > 0);
    assert_eq!(registry.owner(1752), Some("ietf-system"));
}

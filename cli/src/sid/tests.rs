use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use comi_sid::{Namespace, Severity, SidFile};

use super::{Command, ModuleFiles, files, run};

#[derive(Parser)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

/// A folder of its own for one test, gone afterwards.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("comi-sid-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.join(name), text).unwrap();
    }

    /// A module with these leafs.
    fn module(&self, name: &str, leafs: &[&str]) {
        let leafs: String = leafs.iter().map(|leaf| format!("leaf {leaf} {{ type string; }} ")).collect();
        let text = format!("module {name} {{ yang-version 1.1; namespace \"urn:{name}\"; prefix p; {leafs}}}");
        self.write(&format!("{name}.yang"), &text);
    }

    fn sids(&self, name: &str) -> SidFile {
        SidFile::parse(&std::fs::read_to_string(self.0.join(name)).unwrap()).unwrap()
    }

    fn number(&self, file: &str, identifier: &str) -> Option<u64> {
        self.sids(file).sid(Namespace::Data, identifier).map(|sid| sid.number())
    }

    /// The names of the files, sorted.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs `comi sid …`, words with `.yang` being files here: done, something found, or the error.
    fn comi_sid(&self, line: &str) -> Result<bool, String> {
        let words = line.split(' ').map(|word| match word.ends_with(".yang") {
            true => self.0.join(word).display().to_string(),
            false => word.to_owned(),
        });
        let line =
            Line::try_parse_from(["sid".to_owned()].into_iter().chain(words)).map_err(|error| error.to_string())?;
        let code = run(line.command).map_err(|error| match crate::usage::status(&error) {
            2 => "wrong usage".to_owned(),
            _ => format!("{error:#}"),
        })?;
        Ok(format!("{code:?}") == format!("{:?}", ExitCode::SUCCESS))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn new_modules_get_the_next_free_ranges_and_pass_the_check() {
    let folder = Folder::new("new");
    folder.module("a", &["x"]);
    folder.module("b", &["x"]);
    assert_eq!(folder.comi_sid("check a.yang"), Ok(false));
    assert_eq!(folder.comi_sid("update a.yang b.yang"), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:x"), Some(63001));
    assert_eq!(folder.number("b.sid", "/b:x"), Some(63051));
    assert_eq!(folder.names(), ["a.sid", "a.yang", "b.sid", "b.yang"]);
    assert_eq!(folder.comi_sid("check a.yang b.yang"), Ok(true));

    folder.module("a", &["y", "z"]);
    assert_eq!(folder.comi_sid("check a.yang --json"), Ok(false));
    assert_eq!(folder.comi_sid("update a.yang --json"), Ok(true));
    let numbers = ["/a:x", "/a:y", "/a:z"].map(|name| folder.number("a.sid", name));
    assert_eq!(numbers, [Some(63001), Some(63002), Some(63003)]);
}

#[test]
fn nothing_is_written_when_one_module_has_an_error() {
    let folder = Folder::new("error");
    folder.module("a", &["x"]);
    folder.write("b.yang", "module b { leaf");
    assert!(folder.comi_sid("update a.yang b.yang").is_err());
    assert_eq!(folder.names(), ["a.yang", "b.yang"]);
}

#[test]
fn dry_run_writes_nothing() {
    let folder = Folder::new("dry");
    folder.module("a", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang --dry-run"), Ok(true));
    assert_eq!(folder.names(), ["a.yang"]);
}

#[test]
fn ranges_that_are_taken_or_senseless_are_refused() {
    let folder = Folder::new("range");
    folder.module("a", &["x"]);
    folder.module("b", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang --range 70000:2"), Ok(true));
    let rows = [
        ("update b.yang --range 70001:50", "range 70000:2 in "),
        ("update b.yang --range 70001", "write START:SIZE, such as 63000:50"),
        ("update b.yang --range 70001:0", "a range has at least one number"),
        ("update a.yang b.yang --range 80000:50", "wrong usage"),
        ("update b.sid", "wrong usage"),
    ];
    for (line, message) in rows {
        let error = folder.comi_sid(line).unwrap_err();
        assert!(error.contains(message), "{line}: {error}");
    }
    assert_eq!(folder.names(), ["a.sid", "a.yang", "b.yang"]);

    folder.module("a", &["x", "y"]);
    assert_eq!(folder.comi_sid("update a.yang --range 70100:50"), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:y"), Some(70100));
}

#[test]
fn full_range_for_experiments_gets_a_second_one_and_any_other_asks_for_it() {
    let folder = Folder::new("full");
    folder.module("a", &["x"]);
    folder.module("b", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang --range 70000:2"), Ok(true));
    assert_eq!(folder.comi_sid("update b.yang --range 1000000:2"), Ok(true));
    folder.module("a", &["x", "y"]);
    folder.module("b", &["x", "y"]);
    assert_eq!(folder.comi_sid("update a.yang"), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:y"), Some(70002));
    let ranges: Vec<String> = folder.sids("a.sid").assignment_ranges.iter().map(ToString::to_string).collect();
    assert_eq!(ranges, ["70000:2", "70002:50"]);
    let error = folder.comi_sid("update b.yang").unwrap_err();
    assert!(error.contains("0 are free in 1000000:2; add a range"), "{error}");
}

#[test]
fn module_of_the_rfcs_table_gets_its_own_range() {
    let folder = Folder::new("reserved");
    folder.module("ietf-voucher", &["x"]);
    assert_eq!(folder.comi_sid("update ietf-voucher.yang"), Ok(true));
    assert_eq!(folder.number("ietf-voucher.sid", "/ietf-voucher:x"), Some(2401));
}

#[test]
fn file_of_an_earlier_revision_is_continued() {
    let folder = Folder::new("revision");
    folder.module("a", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang"), Ok(true));
    std::fs::rename(folder.0.join("a.sid"), folder.0.join("a@2025-01-01.sid")).unwrap();
    folder.module("a", &["w", "x"]);
    std::fs::rename(folder.0.join("a.yang"), folder.0.join("a@2026-01-01.yang")).unwrap();
    assert_eq!(folder.comi_sid("update a@2026-01-01.yang"), Ok(true));
    assert_eq!(folder.number("a@2026-01-01.sid", "/a:x"), Some(63001));
    assert_eq!(folder.number("a@2026-01-01.sid", "/a:w"), Some(63002));
    assert_eq!(folder.number("a@2025-01-01.sid", "/a:w"), None);
}

#[test]
fn modules_of_one_call_must_not_share_numbers() {
    let folder = Folder::new("share");
    folder.module("a", &["x"]);
    folder.module("b", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang"), Ok(true));
    let copied = folder.sids("a.sid").to_json().replace("\"a\"", "\"b\"").replace("/a:", "/b:");
    folder.write("b.sid", &copied);
    assert_eq!(folder.comi_sid("check b.yang"), Ok(true), "a note: a.sid merely lies beside");
    assert_eq!(folder.comi_sid("check a.yang b.yang"), Ok(false));
}

#[test]
fn models_of_the_repository_need_no_update() {
    let yang = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../yang");
    let modules = ModuleFiles { files: vec![], paths: vec![], json: false };
    let mut checked = 0;
    for folder in ["example", "ietf", "lwm2m"] {
        for entry in std::fs::read_dir(yang.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yang") {
                let items = modules.items(&path).unwrap().unwrap();
                let (_, file) = files::of_module(&path, &items.name).unwrap().unwrap();
                let mut findings = comi_sid::check(&file, &items);
                findings.retain(|finding| finding.severity() == Severity::Error);
                assert_eq!(findings, [], "{}", path.display());
                assert!(!comi_sid::update(Some(file), &items, None).unwrap().changed, "{}", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 10);
}

#[test]
fn names_are_kept_published_and_renamed() {
    let folder = Folder::new("life");
    folder.module("a", &["speed"]);
    assert_eq!(folder.comi_sid("update a.yang --publish"), Ok(true));
    let published = folder.sids("a.sid");
    assert_eq!(published.sid_file_status, comi_sid::FileStatus::Published);
    assert!(published.items.iter().all(|item| item.status == comi_sid::ItemStatus::Stable));
    std::fs::copy(folder.0.join("a.sid"), folder.0.join("before.txt")).unwrap();

    folder.module("a", &["max-speed", "unit"]);
    assert_eq!(folder.comi_sid("update a.yang --renamed /a:speed=/a:max-speed"), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:max-speed"), Some(63001));
    assert_eq!(folder.number("a.sid", "/a:unit"), Some(63002));
    let previous = folder.0.join("before.txt").display().to_string();
    assert_eq!(folder.comi_sid(&format!("check a.yang --previous {previous}")), Ok(true), "a renamed item is a note");

    let lost = folder.sids("a.sid").to_json().replace("63001", "63003");
    folder.write("a.sid", &lost);
    assert_eq!(folder.comi_sid("check a.yang"), Ok(true));
    assert_eq!(folder.comi_sid(&format!("check a.yang --previous {previous}")), Ok(false));
    let error = folder.comi_sid("update a.yang --renamed /a:no=/a:yes").unwrap_err();
    assert!(error.contains("the file has no item /a:no"), "{error}");
}

#[test]
fn modules_move_together_or_not_at_all() {
    let folder = Folder::new("relocate");
    folder.module("a", &["x"]);
    folder.module("b", &["x"]);
    folder.module("c", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang b.yang"), Ok(true));
    assert_eq!(folder.comi_sid("update c.yang --range 1000040:50"), Ok(true));
    let table = folder.0.join("table.json").display().to_string();
    let files = ["a.sid", "b.sid"].map(|name| folder.0.join(name).display().to_string()).join(" ");

    let before = folder.names();
    for (to, message) in [
        ("1000000", "overlap after the move"),
        ("2000000:99", "100 numbers are needed, 2000000:99 has 99; give a larger range; nothing was moved"),
        ("2000000:0", "a range has at least one number"),
    ] {
        let error = folder.comi_sid(&format!("relocate {files} --to {to} --table {table}")).unwrap_err();
        assert!(error.contains(message), "{error}");
        assert_eq!((folder.names(), folder.number("a.sid", "/a:x")), (before.clone(), Some(63001)));
    }
    assert_eq!(folder.comi_sid(&format!("relocate {files} --to 2000000 --dry-run")), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:x"), Some(63001));
    assert_eq!(folder.comi_sid(&format!("relocate {files} --to 2000000 --table {table}")), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:x"), Some(2_000_001));
    assert_eq!(folder.number("b.sid", "/b:x"), Some(2_000_051));
    assert_eq!(folder.comi_sid("check a.yang b.yang c.yang"), Ok(true));
    let migration = comi_sid::Migration::parse(&std::fs::read_to_string(&table).unwrap()).unwrap();
    assert_eq!(migration.new_sid(comi_sid::Sid::new(63051).unwrap()), comi_sid::Sid::new(2_000_051));

    let again = folder.comi_sid(&format!("relocate {files} --to 3000000 --table {table}")).unwrap_err();
    assert!(again.contains("exists: name another file by --table"), "{again}");
}

#[test]
fn permanent_numbers_stay_unless_that_is_asked_for() {
    let folder = Folder::new("permanent");
    folder.module("a", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang --range 1000000:50 --publish"), Ok(true));
    let file = folder.0.join("a.sid").display().to_string();
    let error = folder.comi_sid(&format!("relocate {file} --to 2000000 --dry-run")).unwrap_err();
    assert!(error.contains("module a is published") && error.contains("--permanent"), "{error}");
    assert_eq!(folder.comi_sid(&format!("relocate {file} --to 2000000 --dry-run --permanent")), Ok(true));
}

#[test]
fn ranges_that_are_asked_for_are_refused_where_a_file_uses_them() {
    let folder = Folder::new("ranges");
    folder.module("a", &["x"]);
    assert_eq!(folder.comi_sid("update a.yang"), Ok(true));
    let path = folder.0.display().to_string();
    let rows = [("63001", true), ("63049:2", false), ("62990-62999", true), ("63000-63000", false), ("", true)];
    for (wanted, expected) in rows {
        let line = format!("range {wanted} --path {path}").replace("  ", " ");
        assert_eq!(folder.comi_sid(&line), Ok(expected), "{line}");
        assert_eq!(folder.comi_sid(&format!("{line} --json")), Ok(expected), "{line}");
    }
    for wrong in ["9223372036854775808", "7-6", "x", "0:0"] {
        assert!(folder.comi_sid(&format!("range {wrong} --path {path}")).is_err());
    }
    let copied = folder.sids("a.sid").to_json().replace("\"a\"", "\"b\"").replace("/a:", "/b:");
    folder.write("b.sid", &copied);
    assert_eq!(folder.comi_sid(&format!("range --path {path}")), Ok(false));
    assert_eq!(folder.comi_sid(&format!("list {path}")), Ok(false));
}

#[test]
fn old_layouts_are_converted_in_place_all_or_none() {
    let folder = Folder::new("convert");
    let old = r#"{"assignment-ranges": [{"entry-point": 63000, "size": 50}], "module-name": "a", "module-revision": "unknown",
        "items": [{"namespace": "module", "identifier": "a", "sid": 63000}]}"#;
    folder.write("a.sid", old);
    folder.write("b.sid", "{");
    let path = |name: &str| folder.0.join(name).display().to_string();
    assert!(folder.comi_sid(&format!("convert --in-place {} {}", path("a.sid"), path("b.sid"))).is_err());
    assert_eq!(std::fs::read_to_string(path("a.sid")).unwrap(), old);
    assert_eq!(folder.comi_sid(&format!("convert --in-place {}", path("a.sid"))), Ok(true));
    let new = std::fs::read_to_string(path("a.sid")).unwrap();
    assert!(new.starts_with("{\n  \"ietf-sid-file:sid-file\""), "{new}");
    for to in ["sid", "csv", "json"] {
        assert_eq!(folder.comi_sid(&format!("convert --to {to} --stable {}", path("a.sid"))), Ok(true));
    }
    folder.write("b.sid", old);
    assert_eq!(folder.comi_sid(&format!("convert {} {}", path("a.sid"), path("b.sid"))), Err("wrong usage".into()));
}

#[test]
fn folders_stand_for_their_modules_and_submodules_have_no_file() {
    let folder = Folder::new("folder");
    folder.write("a.yang", "module a { yang-version 1.1; namespace 'urn:a'; prefix a; include s; }");
    folder.write("s.yang", "submodule s { yang-version 1.1; belongs-to a { prefix a; } leaf x { type string; } }");
    let path = folder.0.display().to_string();
    assert_eq!(folder.comi_sid(&format!("update {path}")), Ok(true));
    assert_eq!(folder.names(), ["a.sid", "a.yang", "s.yang"]);
    assert_eq!(folder.sids("a.sid").items.len(), 3);
    let error = folder.comi_sid("update s.yang").unwrap_err();
    assert!(error.contains("is a submodule"), "{error}");
    assert_eq!(folder.comi_sid(&format!("list {path}")), Ok(true));
    assert_eq!(folder.comi_sid("list a.yang --json"), Ok(true));
    assert_eq!(folder.comi_sid(&format!("list {path} --find /a:x")), Ok(true));
    assert_eq!(folder.comi_sid(&format!("list {path} --find 77")), Ok(false));
    assert_eq!(folder.comi_sid(&format!("list {path} a.yang")), Err("wrong usage".into()));
}

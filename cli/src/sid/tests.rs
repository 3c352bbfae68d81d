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
        let code = run(line.command).map_err(|error| format!("{error:#}"))?;
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
        ("update a.yang b.yang --range 80000:50", "--range is for one module"),
        ("update b.sid", "give the .yang file; its .sid file is found beside it"),
    ];
    for (line, message) in rows {
        let error = folder.comi_sid(line).unwrap_err();
        assert!(error.contains(message), "{line}: {error}");
    }
    assert_eq!(folder.names(), ["a.sid", "a.yang", "b.yang"]);

    folder.module("a", &["x", "y"]);
    let error = folder.comi_sid("update a.yang").unwrap_err();
    assert!(error.contains("free for experiments is 63000:50") && error.contains("0 are free in 70000:2"), "{error}");
    assert_eq!(folder.comi_sid("update a.yang --range 70100:50"), Ok(true));
    assert_eq!(folder.number("a.sid", "/a:y"), Some(70100));
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
                let items = modules.items(&path).unwrap();
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

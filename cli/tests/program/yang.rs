//! `comi yang`: what it takes, what it prints where, and how it ends.

use std::fs;

use super::{comi_in, folder};

const PUMP: &str = "module pump {\n  yang-version 1.1;\n  namespace \"urn:example:pump\";\n  prefix p;\n  include parts;\n  \
                    feature fast;\n  container pump {\n    leaf speed { if-feature fast; type uint16; }\n    \
                    leaf noise { type uint8; }\n  }\n}\n";
const PARTS: &str = "submodule parts { yang-version 1.1; belongs-to pump { prefix p; } leaf part { type string; } }\n";
const QUIET: &str = "module quiet {\n  yang-version 1.1;\n  namespace \"urn:example:quiet\";\n  prefix q;\n  import pump { \
                     prefix p; }\n  deviation /p:pump/p:noise { deviate not-supported; }\n}\n";

fn models(name: &str) -> std::path::PathBuf {
    let here = folder(name);
    for (file, text) in [("pump.yang", PUMP), ("parts.yang", PARTS), ("quiet.yang", QUIET)] {
        fs::write(here.join(file), text).expect("a file");
    }
    here
}

#[test]
fn features_and_deviations_decide_what_is_there() {
    let here = models("choices");
    let tree = |arguments: &[&str]| {
        let run = comi_in(&here, &[&["yang", "tree", "pump.yang"], arguments].concat());
        assert_eq!((run.status, run.error.as_str()), (0, ""));
        (run.out.contains("speed"), run.out.contains("noise"))
    };
    assert_eq!(tree(&[]), (true, true));
    assert_eq!(tree(&["--feature", "pump:fast"]), (true, true));
    assert_eq!(tree(&["--feature", "pump:"]), (false, true));
    assert_eq!(tree(&["--deviation", "quiet"]), (true, false));
    assert_eq!(tree(&["--deviation-module", "quiet.yang"]), (true, false));
    for (wrong, status, message) in [
        (["--feature", "pump:fats"], 1, "did you mean `fast`?"),
        (["--feature", "fast"], 2, "module:feature"),
        (["--deviation", "quit"], 1, "did you mean `quiet`?"),
        (["--path", "nowhere"], 2, "no such folder"),
        (["--format", "xml"], 2, "possible values: text, json, github"),
    ] {
        let run = comi_in(&here, &[&["yang", "check", "pump.yang"][..], &wrong].concat());
        assert!(run.status == status && run.error.contains(message), "{wrong:?}: {}", run.error);
    }
}

#[test]
fn a_folder_stands_for_its_modules() {
    let here = models("whole-folder");
    let run = comi_in(&here, &["yang", "check", "."]);
    assert_eq!((run.status, run.error.as_str()), (0, "3 files: 0 errors, 0 warnings\n"));
    fs::create_dir(here.join("empty")).unwrap();
    let run = comi_in(&here, &["yang", "check", "empty"]);
    assert_eq!((run.status, run.error.as_str()), (1, "error: folder empty has no .yang file\n"));
}

#[test]
fn what_is_no_text_is_named() {
    let here = models("no-text");
    fs::write(here.join("latin.yang"), b"module latin {\n  contact 'M\xfcller';\n}\n").unwrap();
    let run = comi_in(&here, &["yang", "check", "latin.yang", "gone.yang"]);
    assert_eq!(run.status, 1);
    for part in [
        "error: latin.yang cannot be read: it is not UTF-8 (line 2, byte 27)",
        "error: gone.yang cannot be read: ",
        "2 files: 2 errors, 0 warnings",
    ] {
        assert!(run.error.contains(part), "{part} is not in {}", run.error);
    }
}

#[test]
fn a_submodule_is_checked_with_its_module_or_by_itself_with_a_note() {
    let here = models("submodule");
    let run = comi_in(&here, &["yang", "check", "parts.yang"]);
    assert_eq!((run.status, run.error.as_str()), (0, "1 file: 0 errors, 0 warnings\n"));
    fs::write(here.join("lone.yang"), PARTS.replace("parts", "lone").replace("to pump", "to engine")).unwrap();
    let run = comi_in(&here, &["yang", "check", "lone.yang"]);
    let note = "note: submodule `lone` is checked by itself: module `engine` is not found";
    assert!(run.status == 0 && run.error.contains(note), "{}", run.error);
    fs::write(here.join("apart.yang"), PARTS.replace("parts", "apart").replace("string", "strong")).unwrap();
    let run = comi_in(&here, &["yang", "check", "apart.yang"]);
    let note = "module `pump` does not include it";
    assert!(run.status == 1 && run.error.contains(note) && run.error.contains("`strong`"), "{}", run.error);
}

#[test]
fn programs_get_json_and_workflows_get_annotations() {
    let here = models("formats");
    fs::write(here.join("bad.yang"), PUMP.replace("module pump", "module bad").replace("uint8", "unit8")).unwrap();
    let run = comi_in(&here, &["yang", "check", "bad.yang", "--format", "json"]);
    assert_eq!((run.status, run.error.as_str()), (1, "1 file: 2 errors, 0 warnings\n"));
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let found = &document["diagnostics"][1];
    assert_eq!(
        (&found["file"], &found["line"], &found["column"], &found["end"]["column"]),
        (&"bad.yang".into(), &9.into(), &23.into(), &28.into())
    );
    assert_eq!((&document["errors"], &found["help"]), (&2.into(), &"did you mean `uint8`?".into()));
    let run = comi_in(&here, &["yang", "check", "bad.yang", "--format", "github"]);
    let line = "::error file=bad.yang,line=9,endLine=9,col=23,endColumn=28,title=RFC 7950 section 7.3::there is no \
                type `unit8`%0Ahelp: did you mean `uint8`?";
    assert!(run.status == 1 && run.out.lines().any(|found| found == line), "{}", run.out);
}

#[test]
fn guidelines_are_warnings_that_are_asked_for() {
    let here = models("guidelines");
    assert_eq!(comi_in(&here, &["yang", "check", "quiet.yang", "--strict"]).status, 0);
    let run = comi_in(&here, &["yang", "check", "quiet.yang", "--lint", "ietf"]);
    assert_eq!(run.status, 0, "{}", run.error);
    for part in ["warning: module `quiet` has no `revision`", "RFC 8407 section 4.8, guideline `module-header`"] {
        assert!(run.error.contains(part), "{part} is not in {}", run.error);
    }
    assert_eq!(comi_in(&here, &["yang", "check", "quiet.yang", "--lint", "ietf", "--strict"]).status, 1);
    assert_eq!(comi_in(&here, &["yang", "check", "quiet.yang", "--lint", "ieee"]).status, 2);
}

#[test]
fn diff_says_what_breaks_and_its_status_does_too() {
    let here = models("diff");
    let new = PUMP.replace("  include parts;\n", "  include parts;\n  revision 2026-01-31;\n");
    fs::create_dir(here.join("new")).unwrap();
    fs::write(here.join("new/parts.yang"), PARTS).unwrap();
    fs::write(here.join("new/pump.yang"), new.replace("uint16;", "uint16; units rpm;")).unwrap();
    let run = comi_in(&here, &["yang", "diff", "pump.yang", "new/pump.yang"]);
    let expected = "compatible: new/pump.yang:6:3 (was pump.yang:1:1): module pump: revision (none) became 2026-01-31 \
                    [RFC 7950 section 11, paragraph 2]\ncompatible: new/pump.yang:9:48 (was pump.yang:8:5): \
                    /pump:pump/speed: units `rpm` is new [RFC 7950 section 11, bullet 5]\n";
    assert_eq!((run.status, run.out.as_str()), (0, expected));
    assert_eq!(run.error, "2 changes: 0 breaking\n");

    fs::write(here.join("new/pump.yang"), new.replace("    leaf noise { type uint8; }\n", "")).unwrap();
    let run = comi_in(&here, &["yang", "diff", "pump.yang", "new/pump.yang", "--breaking"]);
    let expected = "breaking: new/pump.yang:8:3 (was pump.yang:9:5): /pump:pump/noise: leaf is gone [RFC 7950 section \
                    11, paragraph 4]\n";
    assert_eq!((run.status, run.out.as_str()), (1, expected));
    // Two folders: `quiet` is gone, and with it the deviation that took the leaf away already.
    let run = comi_in(&here, &["yang", "diff", ".", "new", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!((run.status, &document["breaking"]), (1, &1.into()));
    let change = &document["changes"][0];
    assert_eq!((&change["change"], &change["path"]), (&"module-removed".into(), &"module quiet".into()));

    fs::write(here.join("new/pump.yang"), "module pump {").unwrap();
    let run = comi_in(&here, &["yang", "diff", "pump.yang", "new/pump.yang"]);
    assert!(run.status == 1 && run.out.is_empty() && run.error.contains("can't be compared"), "{}", run.error);
    assert_eq!(comi_in(&here, &["yang", "diff", "pump.yang"]).status, 2);
}

#[test]
fn doc_writes_a_page_as_a_whole_or_not_at_all() {
    let here = models("doc");
    let run = comi_in(&here, &["yang", "doc", "pump.yang", "--output", "pump.html"]);
    assert_eq!((run.status, run.out.as_str(), run.error.as_str()), (0, "", "pump.html: 1 module\n"));
    let page = fs::read_to_string(here.join("pump.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"));
    assert_eq!(comi_in(&here, &["yang", "doc", "pump.yang"]).out, page);
    fs::write(here.join("pump.yang"), PUMP.replace("uint8", "unit8")).unwrap();
    let run = comi_in(&here, &["yang", "doc", "pump.yang", "--output", "pump.html"]);
    assert_eq!((run.status, fs::read_to_string(here.join("pump.html")).unwrap()), (1, page));
    let run = comi_in(&here, &["yang", "doc", "parts.yang", "--output", "no/such/folder/pump.html"]);
    assert_eq!(run.status, 1);
    let left: Vec<_> = fs::read_dir(&here).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[test]
fn the_help_of_each_group_lists_its_commands() {
    let run = super::comi(&["yang", "--help"]);
    assert!(["check", "diff", "doc", "tree"].iter().all(|command| run.out.contains(&format!("comi yang {command}"))));
}

#[test]
fn a_sample_is_the_same_for_its_seed_and_goes_through_the_converter() {
    let here = folder("sample");
    let sample = |arguments: &[&str]| comi_in(&here, &[&["yang", "sample"], arguments].concat());
    let first = sample(&["ietf-system", "acme-valve", "--seed", "4", "--size", "200"]);
    assert_eq!((first.status, first.error.as_str()), (0, ""));
    assert_eq!(sample(&["ietf-system", "acme-valve", "--seed", "4", "--size", "200"]).out, first.out);
    assert_ne!(sample(&["ietf-system", "acme-valve", "--seed", "5", "--size", "200"]).out, first.out);
    fs::write(here.join("it.json"), &first.out).unwrap();
    assert_eq!(comi_in(&here, &["encode", "it.json", "--out", "it.cbor"]).status, 0);
    let again = comi_in(&here, &["decode", "it.cbor"]).out;
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&again), value(&first.out));
    assert_eq!(sample(&["acme-valve", "--count", "5", "--to", "hex"]).out.lines().count(), 5);
    // conditions hold, and what has them is there
    let mut mentioned = String::new();
    for seed in 0..12 {
        let run = sample(&["acme-valve", "ietf-interfaces", "iana-if-type", "--seed", &seed.to_string()]);
        assert_eq!((run.status, run.error.as_str()), (0, ""));
        fs::write(here.join("valid.json"), &run.out).unwrap();
        let checked = comi_in(&here, &["validate", "valid.json"]);
        assert_eq!(checked.status, 0, "{seed}: {}\n{}", checked.out, run.out);
        mentioned.push_str(&run.out);
    }
    assert!(["\"target\"", "\"close-after\"", "\"maximum\""].iter().all(|name| mentioned.contains(name)));
    let none = sample(&["acme-valv"]);
    assert!(none.status == 1 && none.error.contains("`acme-valv` is not found"), "{}", none.error);
}

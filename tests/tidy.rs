//! Rules about the repository itself: who may depend on whom, which files may name what, which files exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What each crate may depend on of ours.
const CRATE_ARROWS: &[(&str, &[&str])] = &[
    ("sid-registry", &[]),
    ("runtime", &[]),
    ("codegen", &["comi-runtime", "comi-sid"]),
    ("cli", &["comi-codegen", "comi-runtime", "comi-sid"]),
    ("examples/thermostat", &["comi-codegen", "comi-runtime"]),
    ("examples/minimal", &["comi-codegen", "comi-runtime"]),
    ("tests", &["comi-codegen", "comi-runtime", "comi-sid"]),
];

/// What each room of the runtime may import of the others. Imports go down.
const RUNTIME_ROOMS: &[(&str, &[&str])] = &[
    ("schema", &[]),
    ("time", &[]),
    ("value", &["schema"]),
    ("board", &["schema", "value"]),
    ("model", &["board", "schema", "value", "cbor"]),
    ("cbor", &["schema", "value"]),
    ("json", &["schema", "value", "cbor"]),
    ("coap", &["time"]),
    ("datastore", &["schema", "value", "board"]),
    ("store", &["schema", "value", "board", "cbor", "json", "datastore"]),
    ("coreconf", &["schema", "value", "board", "cbor", "coap", "datastore"]),
    ("lwm2m", &["schema", "time", "value", "board", "cbor", "coap", "datastore"]),
    ("resources", &["time", "coap"]),
    ("limits", &["coap", "datastore", "coreconf"]),
    (
        "device",
        &[
            "schema",
            "time",
            "value",
            "board",
            "model",
            "cbor",
            "coap",
            "datastore",
            "coreconf",
            "lwm2m",
            "limits",
            "store",
        ],
    ),
    ("client", &["schema", "time", "value", "model", "cbor", "coap", "coreconf", "lwm2m", "limits"]),
    (
        "net",
        &[
            "schema",
            "time",
            "value",
            "board",
            "model",
            "coap",
            "coreconf",
            "datastore",
            "device",
            "client",
            "limits",
            "lwm2m",
            "resources",
        ],
    ),
];

/// What each room of the compiler may import of the others.
const CODEGEN_ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("diagnostic", &["source"]),
    ("builtin", &[]),
    ("syntax", &["source", "diagnostic"]),
    ("pattern", &["diagnostic"]),
    ("xpath", &[]),
    ("schema", &["source", "diagnostic", "syntax", "pattern", "xpath"]),
    ("context", &["source", "diagnostic", "syntax", "schema", "builtin"]),
    ("sid_files", &["builtin", "context", "diagnostic"]),
    ("sid_items", &["schema"]),
    ("session_sids", &["builtin", "context", "diagnostic", "schema", "sid_files", "sid_items"]),
    ("compare", &["source", "syntax", "schema", "context", "sid_files"]),
    ("lint", &["source", "diagnostic", "syntax", "schema", "context"]),
    ("doc", &["source", "syntax", "schema", "context", "sid_items"]),
    ("tree", &["source", "schema", "sid_items"]),
    ("lower", &["source", "diagnostic", "pattern", "schema", "sid_items", "xpath"]),
    ("sample", &["schema", "xpath", "lower"]),
    ("lwm2m", &["source", "diagnostic", "syntax", "schema", "lower"]),
    ("emit", &["source", "diagnostic", "schema", "sid_items", "lower"]),
    ("config", &["source", "diagnostic", "schema", "context", "lower", "emit", "builtin", "sid_files", "sid_items"]),
];

/// Words that only these places may hold, comments included: a library that we wrap is named in one file, sockets
/// and clocks are named at the edge alone.
const WORDS: &[(&str, &str, &[&str])] = &[
    ("codegen/src", "regex_syntax", &["codegen/src/pattern/"]),
    ("codegen/src", "yang_rs", &["codegen/src/syntax/"]),
    ("codegen/src", "roxmltree", &["codegen/src/lwm2m/xml.rs"]),
    ("runtime/src", "tokio::", &["runtime/src/net/"]),
    ("runtime/src", "UdpSocket", &["runtime/src/net/"]),
    ("runtime/src", "SystemTime", &["runtime/src/net/"]),
    ("runtime/src", "Instant::now", &["runtime/src/net/"]),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ stands in the repository").to_path_buf()
}

fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries.map(|entry| entry.expect("a readable folder").path()) {
            let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or("").to_owned();
            if entry.is_symlink() || name == "target" || (name.starts_with('.') && name != ".ci") {
                continue;
            }
            if entry.is_dir() {
                open.push(entry);
            } else if name.ends_with(ending) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("a file of the repository").display().to_string()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The code of a file without its tests and comments.
fn code(text: &str) -> String {
    let until_tests = text.split("#[cfg(test)]").next().unwrap_or("");
    until_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn words_after<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = &'t str> {
    text.match_indices(before)
        .filter(move |(at, _)| {
            !text[..*at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$')
        })
        .map(move |(at, _)| {
            let rest = &text[at + before.len()..];
            &rest[..rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())]
        })
}

fn check_rooms(source: &str, rooms: &[(&str, &[&str])]) {
    let folder = root().join(source);
    let mut wrong = Vec::new();
    let names: BTreeSet<&str> = rooms.iter().map(|(room, _)| *room).collect();
    for file in files_below(&folder, ".rs") {
        let path = file.strip_prefix(&folder).expect("below the folder").to_path_buf();
        let first = path.components().next().expect("a file").as_os_str().to_string_lossy().into_owned();
        let room = first.trim_end_matches(".rs").to_owned();
        if matches!(room.as_str(), "lib" | "test_schema" | "testing" | "tests")
            || path.ends_with("tests.rs")
            || path.iter().any(|part| part == "tests")
        {
            continue;
        }
        let Some((_, allowed)) = rooms.iter().find(|(name, _)| *name == room) else {
            wrong.push(format!("{}: the room `{room}` has no row in tests/tidy.rs", relative(&file)));
            continue;
        };
        let text = code(&read(&file));
        for import in words_after(&text, "crate::") {
            if names.contains(import) && import != room && !allowed.contains(&import) {
                wrong.push(format!("{}: `{room}` may not import `{import}`", relative(&file)));
            }
        }
        if text.contains("use crate::{") {
            wrong.push(format!(
                "{}: write one `use crate::room::…` a room, so that arrows can be read",
                relative(&file)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn crates_depend_downwards_only() {
    let mut wrong = Vec::new();
    for (folder, allowed) in CRATE_ARROWS {
        let manifest = read(&root().join(folder).join("Cargo.toml"));
        let own: Vec<&str> = manifest
            .lines()
            .filter_map(|line| line.split(['=', '.', ' ']).next())
            .filter(|name| *name == "comi" || name.starts_with("comi-"))
            .collect();
        for dependency in own {
            if !allowed.contains(&dependency) {
                wrong.push(format!("{folder}/Cargo.toml: may not depend on {dependency}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_of_the_runtime_import_downwards_only() {
    check_rooms("runtime/src", RUNTIME_ROOMS);
}

#[test]
fn rooms_of_the_compiler_import_downwards_only() {
    check_rooms("codegen/src", CODEGEN_ROOMS);
}

#[test]
fn wrapped_libraries_sockets_and_clocks_are_named_in_their_place_alone() {
    let mut wrong = Vec::new();
    for (folder, word, places) in WORDS {
        for file in files_below(&root().join(folder), ".rs") {
            let path = relative(&file);
            if code(&read(&file)).contains(word) && !places.iter().any(|place| path.starts_with(place)) {
                wrong.push(format!("{path}: names `{word}`, which belongs into {}", places.join(" or ")));
            }
        }
    }
    let naming = |folder: &str, word: &str| {
        files_below(&root().join(folder), ".rs").iter().filter(|file| code(&read(file)).contains(word)).count()
    };
    assert_eq!(naming("codegen/src", "yang_rs"), 1, "one file of codegen names yang-rs");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_test_file_is_named_in_the_manifest() {
    let manifest = read(&root().join("tests/Cargo.toml"));
    assert!(manifest.contains("autotests = false"), "files beside Cargo.toml must not be found by chance");
    let mut wrong = Vec::new();
    for file in files_below(&root().join("tests"), ".rs") {
        let path = relative(&file);
        let path = path.strip_prefix("tests/").expect("below tests");
        let text = read(&file);
        let is_target = text.contains("#[test]") || text.contains("proptest!") || text.contains("fn main(");
        let is_module =
            path == "build.rs" || path.starts_with("src/") || path.starts_with("fuzz/") || path.contains("/fixtures/");
        let included = files_below(&root().join("tests"), ".rs").iter().any(|other| {
            let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
            other.parent() == file.parent() && other != &file && code(&read(other)).contains(&format!("mod {stem};"))
        });
        if is_target && !is_module && !included && !manifest.contains(&format!("path = \"{path}\"")) {
            wrong.push(format!("tests/{path}: named by no [[test]], [[bench]] or [[bin]] in tests/Cargo.toml"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_model_has_its_sid_file_beside_it() {
    let models = files_below(&root().join("yang"), ".yang");
    assert!(models.len() >= 10, "the models are in yang/");
    let missing: Vec<String> = models
        .iter()
        .filter(|model| {
            let folder = model.parent().expect("a folder");
            let stem = model.file_stem().expect("a name").to_string_lossy().into_owned();
            let module = stem.split('@').next().expect("a name").to_owned();
            !files_below(folder, ".sid").iter().any(|sid| {
                let sid = sid.file_stem().expect("a name").to_string_lossy().into_owned();
                sid == stem || sid.split('@').next() == Some(module.as_str())
            })
        })
        .map(|model| relative(model))
        .collect();
    assert!(missing.is_empty(), "no .sid beside {missing:?}: run `comi sid update`");
}

#[test]
fn files_have_one_subject() {
    let mut wrong = Vec::new();
    for folder in ["sid-registry", "codegen", "runtime", "cli", "examples", "tests"] {
        for file in files_below(&root().join(folder), ".rs") {
            let path = relative(&file);
            if path.contains("/snapshots/") {
                continue;
            }
            let lines = read(&file).lines().count();
            if lines > 600 {
                wrong.push(format!("{path}: {lines} lines; split it by idea, at most 600"));
            }
            let stem = file.file_stem().expect("a name").to_string_lossy().into_owned();
            if matches!(stem.as_str(), "util" | "utils" | "common" | "helpers" | "misc") {
                wrong.push(format!("{path}: name it after what it holds"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nothing_is_waived_in_silence() {
    let mut wrong = Vec::new();
    for folder in ["sid-registry", "codegen", "runtime", "cli", "examples", "tests"] {
        for file in files_below(&root().join(folder), ".rs") {
            let path = relative(&file);
            if path == "tests/tidy.rs" || path.contains("/snapshots/") {
                continue;
            }
            for (number, line) in read(&file).lines().enumerate() {
                let line = line.trim();
                let waived = (line.starts_with("#[ignore") || line.starts_with("#[should_panic"))
                    || ((line.starts_with("#[allow(") || line.starts_with("#![allow("))
                        && line.ends_with(")]")
                        && !line.contains("reason"))
                    || line.contains("todo!(")
                    || line.contains("unimplemented!(");
                if waived {
                    wrong.push(format!("{path}:{}: {line}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_test_that_a_document_names_exists() {
    let mut functions = BTreeSet::new();
    for folder in ["sid-registry", "codegen", "runtime", "cli", "tests"] {
        for file in files_below(&root().join(folder), ".rs") {
            let text = read(&file);
            functions.extend(words_after(&text, "fn ").map(str::to_owned).collect::<Vec<_>>());
        }
    }
    let mut missing = Vec::new();
    for document in ["ARCHITECTURE.md", "docs/readings.md"] {
        for word in read(&root().join(document)).split('`').skip(1).step_by(2) {
            let is_test =
                word.matches('_').count() >= 3 && word.chars().all(|c| c.is_ascii_alphanumeric() || "_*".contains(c));
            let exists = match word.strip_suffix('*') {
                Some(start) => functions.iter().any(|name| name.starts_with(start)),
                None => functions.contains(word),
            };
            if is_test && !exists {
                missing.push(format!("{document}: no test is called {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

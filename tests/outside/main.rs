//! Comi as somebody outside uses it: crates and models that are not of this workspace.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use comi_codegen::{Config, Context, Diagnostic, diagnostic::render, runtime_schema, sid_files, sid_items};
use comi_sid::AssignmentRange;

mod served;

const PUMP: &str = "module pump {
  namespace \"urn:example:pump\";
  prefix p;
  container pump {
    leaf speed { type uint16; }
    leaf pressure { config false; type uint8; }
  }
}
";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the repository")
}

/// An empty folder outside the workspace's packages.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A folder with the module, and the .sid file that `comi sid update` would write beside it.
fn model(name: &str) -> PathBuf {
    let folder = folder(name);
    fs::write(folder.join("pump.yang"), PUMP).expect("a file");
    let compiled = Context::new().file(folder.join("pump.yang")).compile();
    let id = compiled.schema.module_named("pump").expect("the module");
    let items = sid_items(&compiled.schema, id);
    let update = comi_sid::update(None, &items, AssignmentRange::new(63200, 50)).expect("its SIDs");
    fs::write(folder.join("pump.sid"), update.file.to_json()).expect("a file");
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("a file");
        }
    }
}

#[test]
fn a_copy_of_the_thermostat_builds_outside_the_workspace() {
    let there = folder("thermostat-outside");
    copy(&root().join("examples/thermostat"), &there);
    let manifest = fs::read_to_string(there.join("Cargo.toml")).expect("its manifest");
    let absolute = manifest.replace("../../", &format!("{}/", root().display()));
    assert_ne!(manifest, absolute, "its dependencies are named by path");
    fs::write(there.join("Cargo.toml"), absolute + "\n[workspace]\n").expect("a file");
    // The versions that this workspace has are on the machine already.
    fs::copy(root().join("Cargo.lock"), there.join("Cargo.lock")).expect("a file");
    let output = Command::new(env!("CARGO"))
        .args(["build", "--offline", "--quiet"])
        .current_dir(&there)
        .env("CARGO_TARGET_DIR", there.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .expect("cargo");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(there.join("target/debug/thermostat").exists());
}

#[test]
fn the_thermostat_is_as_short_as_promised() {
    let lines =
        |file: &str| fs::read_to_string(root().join("examples/thermostat").join(file)).expect(file).lines().count();
    assert!(lines("build.rs") <= 12, "build.rs has {} lines", lines("build.rs"));
    assert!(lines("src/main.rs") < 80, "main.rs has {} lines", lines("src/main.rs"));
}

/// The report of a build with this folder's models.
fn refused(folder: &Path) -> String {
    let Err(error) = Config::new().yang_dir(folder).module("pump").rust() else { panic!("the build was not refused") };
    let report = format!("{error:?}");
    report.replace(&format!("{}/", folder.display()), "")
}

#[test]
fn a_missing_sid_file_ends_the_build_with_the_command_that_mends_it() {
    let there = model("no-sid");
    fs::remove_file(there.join("pump.sid")).expect("the file");
    let report = refused(&there);
    for part in ["/pump:pump", "comi sid update pump.yang"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
}

#[test]
fn a_new_leaf_without_sid_ends_the_build_at_its_place() {
    let there = model("new-leaf");
    fs::write(there.join("pump.yang"), PUMP.replace("leaf speed", "leaf flow { type uint8; } leaf speed"))
        .expect("a file");
    let report = refused(&there);
    for part in ["/pump:pump/flow", "pump.yang:5:5", "comi sid update pump.yang"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
}

#[test]
fn two_items_with_one_sid_end_the_build_and_both_are_named() {
    let there = model("clash");
    let text = fs::read_to_string(there.join("pump.sid")).expect("the file");
    fs::write(there.join("pump.sid"), text.replace("63203", "63202")).expect("a file");
    let report = refused(&there);
    for part in ["63202", "/pump:pump/pressure", "/pump:pump/speed", "comi sid check pump.yang"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
}

#[test]
fn a_sid_outside_its_range_ends_the_build() {
    let there = model("outside");
    let text = fs::read_to_string(there.join("pump.sid")).expect("the file");
    fs::write(there.join("pump.sid"), text.replace("63203", "63999")).expect("a file");
    let report = refused(&there);
    for part in ["63999 of data /pump:pump/speed", "range, 63200:50", "pump.sid", "comi sid update pump.yang"] {
        assert!(report.contains(part), "{part} is not in {report}");
    }
}

/// The tables of the folder's model.
fn schema(folder: &Path) -> &'static comi_runtime::schema::Schema {
    let compiled = Context::new().file(folder.join("pump.yang")).module("ietf-coreconf").compile();
    let shown = |diagnostics: Vec<Diagnostic>| render(&compiled.sources, &diagnostics, false);
    let (sids, _) = sid_files(&compiled, &[]).map_err(shown).expect("its SIDs");
    comi_runtime::datastore::with_rules(comi_runtime::cbor::with_names(
        runtime_schema(&compiled, &sids).map_err(shown).expect("its tables"),
    ))
}

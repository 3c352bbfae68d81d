//! The models in `yang/`: they compile without a word, and their `.sid` files name exactly their items.

use std::path::{Path, PathBuf};

use comi_codegen::{Context, TreeOptions, sid_items, tree};

fn models() -> Vec<PathBuf> {
    let yang = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang");
    let mut found = Vec::new();
    for folder in ["ietf", "lwm2m", "example"] {
        let entries = std::fs::read_dir(yang.join(folder)).into_iter().flatten().flatten();
        found.extend(entries.map(|entry| entry.path()));
    }
    found.retain(|path| path.extension().is_some_and(|extension| extension == "yang"));
    found.sort();
    assert!(found.len() > 10, "{found:?}");
    found
}

#[test]
fn our_models_compile_without_a_word() {
    for path in models() {
        let compiled = Context::new().file(&path).compile();
        assert_eq!(compiled.render(false), "", "{}", path.display());
    }
}

#[test]
fn our_sid_files_hold_our_items() {
    for path in models() {
        let mut context = Context::new();
        context.file(&path);
        let compiled = context.compile();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap();
        let items = sid_items(&compiled.schema, compiled.schema.module_named(name).unwrap());
        let file = std::fs::read_to_string(path.with_extension("sid")).unwrap();
        let file = comi_sid::SidFile::parse(&file).unwrap();
        let findings: Vec<_> = comi_sid::check(&file, &items);
        let errors: Vec<_> =
            findings.iter().filter(|finding| finding.severity() == comi_sid::Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

/// What pyang 2.7.1 prints for them (`pyang -f tree`); `COMI_BLESS=1` renews the files for a reviewer to read.
#[test]
fn our_models_have_the_trees_that_are_stored() {
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    for name in ["acme-thermostat", "acme-valve", "ietf-coreconf", "ietf-interfaces", "ietf-system", "lwm2m-device-3"] {
        let path = models().into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == name)).unwrap();
        let compiled = Context::new().file(&path).compile();
        let module = compiled.schema.module_named(name).unwrap();
        let text = tree(&compiled.schema, module, &TreeOptions::default());
        let file = stored.join(format!("{name}.tree"));
        if std::env::var_os("COMI_BLESS").is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        assert_eq!(text, std::fs::read_to_string(&file).unwrap_or_default(), "{name}");
    }
}

#[test]
fn a_tree_shows_sids_and_sources() {
    let path = models().into_iter().find(|path| path.ends_with("acme-valve.yang")).unwrap();
    let compiled = Context::new().file(&path).compile();
    let module = compiled.schema.module_named("acme-valve").unwrap();
    let mut sids = comi_sid::Registry::default();
    let file = std::fs::read_to_string(path.with_extension("sid")).unwrap();
    sids.add("acme-valve.sid", comi_sid::SidFile::parse(&file).unwrap()).unwrap();
    let pushed = ["/acme-valve:valve/position".to_owned()];
    let text = tree(
        &compiled.schema,
        module,
        &TreeOptions { sids: Some(&sids), source: true, pushed: &pushed, ..TreeOptions::default() },
    );
    let line = |name: &str| text.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("--ro position").ends_with("  pushed"), "{text}");
    assert!(line("--rw target").ends_with("  store"), "{text}");
    assert!(line("--rw valve").trim_end().chars().last().unwrap().is_ascii_digit(), "{text}");
}

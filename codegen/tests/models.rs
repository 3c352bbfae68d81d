//! The models in `yang/`: they compile without a word, and their `.sid` files name exactly their items.

use std::path::{Path, PathBuf};

use comi_codegen::{Context, sid_items};

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

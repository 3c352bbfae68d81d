//! Real modules: each compiles without a panic, and nearly all are accepted. Needs `../shared/corpus/yang` beside the
//! repository; without it the test says so and ends.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use comi_codegen::{Context, Severity};

fn corpus() -> Option<PathBuf> {
    let mut folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.extend(["..", "..", "shared", "corpus", "yang"]);
    // A worktree may stand one folder deeper.
    let deeper = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/yang");
    [folder, deeper].into_iter().find(|folder| folder.is_dir())
}

#[test]
fn real_modules_are_accepted() {
    let Some(folder) = corpus() else {
        println!("skipped: ../shared/corpus/yang is not there");
        return;
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yang"));
    files.sort();
    let mut context = Context::new();
    context.yang_dir(&folder);
    for file in &files {
        context.file(file);
    }
    let start = Instant::now();
    let compiled = context.compile();
    let time = start.elapsed();
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let source = diagnostic.span().and_then(|span| compiled.sources.source(span.source));
        *refused.entry(source.map_or(String::new(), |source| source.name().to_owned())).or_default() += 1;
    }
    let nodes = compiled.schema.nodes.len();
    println!("{} modules, {} refused, {nodes} nodes, {time:?}", files.len(), refused.len());
    for (name, errors) in &refused {
        println!("{name}: {errors}");
    }
    if std::env::var_os("COMI_SHOW").is_some() {
        println!("{}", compiled.render(false));
    }
}

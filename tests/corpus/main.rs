//! Real modules: the compiler against pyang and yanglint on `../shared/corpus/yang` beside the repository.
//!
//! The verdicts of both are kept in `tests/oracle` (`tests/interop/run` renews them); what we do otherwise stands in
//! `differences.md`, each with its reason. A difference that is not listed fails, and so does one that is listed and
//! gone. Without the corpus the test says so and ends.

mod differences;
mod documents;
mod expressions;
mod lines;
mod oracle;
mod round_trip;
mod served;
mod validity;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use comi_codegen::{Compiled, Context, Severity, TreeOptions, trees};
use differences::Differences;
use oracle::{Oracle, Texts};

const PYANG: &str = "pyang 2.7.1 --tree-print-yang-data --tree-print-structures; 1";
const YANGLINT: &str = "yanglint 2.1.30 -i -i; 1";

/// The corpus beside the repository; a worktree may stand one folder deeper.
fn corpus() -> Option<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../../shared/corpus/yang", "../../../shared/corpus/yang"].map(|up| tests.join(up));
    let found = found.into_iter().find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: ../shared/corpus/yang is not there");
    }
    found
}

/// A module by itself, with nothing decided about features, as the command line has it.
fn compile(folder: &Path, name: &str) -> Compiled {
    Context::new().open_features().yang_dir(folder).file(folder.join(format!("{name}.yang"))).compile()
}

/// All modules at once.
fn compile_all(folder: &Path, texts: &Texts) -> Compiled {
    let mut context = Context::new();
    context.open_features().yang_dir(folder);
    for name in texts.names() {
        context.file(folder.join(format!("{name}.yang")));
    }
    context.compile()
}

/// For each name, in two threads.
fn of_each<T: Send>(names: &[&str], work: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let (first, second) = names.split_at(names.len() / 2);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| second.iter().map(|name| work(name)).collect::<Vec<T>>());
        let mut all: Vec<T> = first.iter().map(|name| work(name)).collect();
        all.extend(second.join().unwrap());
        all
    })
}

#[test]
fn real_modules_are_accepted_where_pyang_accepts_them() {
    let Some(folder) = corpus() else { return };
    let texts = Texts::read(&folder);
    let (pyang, yanglint) = (Oracle::read("corpus-pyang", PYANG), Oracle::read("corpus-yanglint", YANGLINT));
    let differences = Differences::read();

    let start = Instant::now();
    let compiled = compile_all(&folder, &texts);
    println!("{} modules, {} nodes, {:?}", texts.names().count(), compiled.schema.nodes.len(), start.elapsed());
    let mut refused: BTreeMap<&str, &str> = BTreeMap::new();
    for diagnostic in compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error) {
        let source = diagnostic.span().and_then(|span| compiled.sources.source(span.source));
        let file = source.map_or("", |source| source.name());
        let name = Path::new(file).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        refused.entry(name).or_insert(&diagnostic.message);
    }

    println!("{:40} {:9} {:9} ours", "module", "pyang", "yanglint");
    let mut found = BTreeMap::new();
    for name in texts.names() {
        let verdicts = [
            pyang.facts(name, &texts)["accepts"].as_bool().unwrap(),
            yanglint.facts(name, &texts)["accepts"].as_bool().unwrap(),
            !refused.contains_key(name),
        ];
        let words = verdicts.map(|accepts| if accepts { "accepted" } else { "refused" });
        let why = refused.get(name).copied().unwrap_or_default();
        println!("{name:40} {:9} {:9} {} {why}", words[0], words[1], words[2]);
        if verdicts != [verdicts[2]; 3] {
            found.insert(name.to_owned(), words.map(str::to_owned));
        }
    }
    assert_eq!(found, differences.acceptance, "found (left) and listed in tests/corpus/differences.md (right)");
}

#[test]
fn trees_are_those_of_pyang() {
    let Some(folder) = corpus() else { return };
    let texts = Texts::read(&folder);
    let pyang = Oracle::read("corpus-pyang", PYANG);
    let differences = Differences::read();
    let names: Vec<&str> =
        texts.names().filter(|name| pyang.facts(name, &texts)["accepts"].as_bool() == Some(true)).collect();
    let compared = of_each(&names, |name| compare(&compile(&folder, name), pyang.facts(name, &texts)));
    let mut found = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, compared) in names.iter().zip(compared) {
        match compared {
            Ok(classes) if classes.is_empty() => {}
            Ok(classes) => {
                found.insert((*name).to_owned(), classes);
            }
            Err(problem) => problems.push(format!("{name}: {problem}")),
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    println!("{} trees, {} with differences that are listed", names.len(), found.len());
    assert_eq!(found, differences.trees, "found (left) and listed in tests/corpus/differences.md (right)");
}

/// The differences of a module's tree by class: none where each of the kept forms has the kept hash.
fn compare(compiled: &Compiled, facts: &serde_json::Value) -> Result<BTreeMap<String, usize>, String> {
    if !compiled.is_ok() {
        return Err(format!("by itself it is refused:\n{}", compiled.render(false)));
    }
    let print = |options: &TreeOptions<'_>| trees(&compiled.schema, &compiled.parts, options);
    let whole = print(&TreeOptions::default());
    let forms = facts["trees"].as_object().ok_or("pyang gave no tree")?;
    if forms.is_empty() {
        return if whole.is_empty() {
            Ok(BTreeMap::new())
        } else {
            Err(format!("pyang's tree is empty, not\n{whole}"))
        };
    }
    for (form, hash) in forms {
        let (option, value) = form.split_once(' ').unwrap_or((form, ""));
        let number = || value.parse().ok();
        let text = match option {
            "depth" => print(&TreeOptions { depth: number(), ..TreeOptions::default() }),
            "subtree" => print(&TreeOptions { subtree: Some(value), ..TreeOptions::default() }),
            "width" => print(&TreeOptions { width: number(), ..TreeOptions::default() }),
            _ => whole.clone(),
        };
        if Some(oracle::short_hash(text.as_bytes()).as_str()) != hash.as_str() {
            let lines = facts["lines"].as_str().ok_or_else(|| format!("the tree differs in the form `{form}`"))?;
            return lines::classes(&whole, lines);
        }
    }
    Ok(BTreeMap::new())
}

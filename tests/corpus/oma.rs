//! OMA's registry: every object of `../shared/corpus/oma` beside the repository becomes a module that compiles, gets its
//! SIDs, is lowered to a device's tables, and gives the same object when it is exported. Without the corpus the tests
//! say so and end.

use std::path::{Path, PathBuf};
use std::time::Instant;

use comi_codegen::lwm2m::{self, Definition, Options, YangModule};
use comi_codegen::source::SourceMap;
use comi_codegen::syntax::Statement;
use comi_codegen::{Compiled, Context, Diagnostic, Severity, runtime_schema, sid_items};
use comi_sid::{AssignmentRange, Registry};
use sha2::{Digest as _, Sha256};

/// Files of the registry that define no object.
const LISTS: [&str; 3] = ["Common.xml", "DDF.xml", "LWM2M_senml_units.xml"];

fn corpus() -> Option<PathBuf> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../../shared/corpus/oma", "../../../shared/corpus/oma"].map(|up| tests.join(up));
    let found = found.into_iter().find(|folder| folder.is_dir());
    if found.is_none() {
        println!("skipped: ../shared/corpus/oma is not there");
    }
    found
}

/// A file of the registry, read.
struct Read {
    file: String,
    definitions: Vec<Definition>,
    diagnostics: Vec<Diagnostic>,
    sources: SourceMap,
}

fn read_all(folder: &Path) -> Vec<Read> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".xml"))
        .collect();
    names.sort();
    names.into_iter().map(|name| read(&name, &std::fs::read(folder.join(&name)).unwrap())).collect()
}

fn read(file: &str, bytes: &[u8]) -> Read {
    let mut sources = SourceMap::default();
    let text = lwm2m::decode(bytes).unwrap_or_else(|error| panic!("{file}: {error}"));
    let id = sources.add(file, text).unwrap();
    let reading = lwm2m::read(&sources, id);
    Read { file: file.to_owned(), definitions: reading.definitions, diagnostics: reading.diagnostics, sources }
}

fn objects(folder: &Path) -> Vec<Read> {
    read_all(folder).into_iter().filter(|read| !LISTS.contains(&read.file.as_str())).collect()
}

fn module(definition: &Definition) -> YangModule {
    let notice = definition.notice.clone();
    let options = Options { revision: "2026-11-26".to_owned(), notice, ..Options::default() };
    lwm2m::module(&definition.object, Some(&definition.places), &options)
}

fn compile(module: &YangModule) -> Compiled {
    Context::new().source(format!("{}.yang", module.name), &*module.text).module(&*module.name).every_item().compile()
}

#[test]
fn every_file_of_the_registry_is_read_or_refused_with_a_reason() {
    let Some(folder) = corpus() else { return };
    let mut warnings = 0;
    for read in read_all(&folder) {
        let errors = read.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        assert_eq!(errors > 0, LISTS.contains(&read.file.as_str()), "{}: {:?}", read.file, read.diagnostics);
        for diagnostic in read.diagnostics.iter().filter(|one| one.severity == Severity::Warning) {
            let line = read.sources.location(diagnostic.span().unwrap()).unwrap().line;
            println!("{}:{line}: {}", read.file, diagnostic.message);
            warnings += 1;
        }
    }
    println!("{warnings} warnings");
}

#[test]
fn every_object_of_the_registry_becomes_a_module_with_sids_and_tables() {
    let Some(folder) = corpus() else { return };
    let started = Instant::now();
    let mut registry = Registry::default();
    let mut next = 100_000;
    let mut context = Context::new();
    let mut names = Vec::new();
    for read in objects(&folder) {
        for definition in &read.definitions {
            let module = module(definition);
            for diagnostic in &module.diagnostics {
                let line = read.sources.location(diagnostic.span().unwrap()).unwrap().line;
                println!("{}:{line}: {}", read.file, diagnostic.message);
            }
            let compiled = compile(&module);
            assert!(compiled.diagnostics.is_empty(), "{}\n{}", compiled.render(false), module.text);
            let items = sid_items(&compiled.schema, compiled.asked[0]);
            let range = AssignmentRange::new(next, 1000).unwrap();
            next += 1000;
            let update = comi_sid::update(None, &items, Some(range)).unwrap();
            registry.add(format!("{}.sid", module.name), update.file).unwrap();
            context.source(format!("{}.yang", module.name), module.text).module(&*module.name);
            names.push(module.name);
        }
    }
    let compiled = context.compile();
    assert!(compiled.diagnostics.is_empty(), "{}", compiled.render(false));
    // What every device has, and comi-lwm2m, have SIDs of their own.
    let (built_in, _) = comi_codegen::sid_files(&Context::new().module("comi-lwm2m").compile(), &[]).unwrap();
    for file in built_in.files() {
        registry.add("built in", file.clone()).unwrap();
    }
    let schema = runtime_schema(&compiled, &registry).unwrap_or_else(|errors| panic!("{errors:?}"));
    println!("{} objects in {:?}", names.len(), started.elapsed());
    assert_eq!(schema.objects.len(), names.len());
}

#[test]
fn what_is_exported_is_what_was_imported() {
    let Some(folder) = corpus() else { return };
    let mut wrong = Vec::new();
    for read in objects(&folder) {
        for definition in &read.definitions {
            let first = module(definition);
            let compiled = compile(&first);
            let exported = lwm2m::objects(&compiled.schema, &compiled.asked);
            if exported.objects != [definition.object.clone()] || !exported.diagnostics.is_empty() {
                wrong.push(format!("{}: {:?}\nnot\n{:?}", read.file, exported, definition.object));
                continue;
            }
            let xml = lwm2m::to_xml(&exported.objects);
            let again = self::read(&read.file, xml.as_bytes());
            assert!(again.diagnostics.iter().all(|one| one.severity == Severity::Warning), "{:?}", again.diagnostics);
            let mut second = again.definitions[0].clone();
            second.notice.clone_from(&definition.notice);
            assert_eq!(module(&second).text, first.text, "{}", read.file);
        }
    }
    assert!(wrong.is_empty(), "{} differ; the first:\n{}", wrong.len(), wrong[0]);
}

/// The statements of a module, each with its depth, without prose.
fn statements(statement: &Statement, depth: usize, lines: &mut Vec<String>) {
    const PROSE: [&str; 5] = ["contact", "description", "organization", "reference", "revision"];
    if PROSE.iter().any(|prose| statement.is(prose)) {
        return;
    }
    let prefix = statement.keyword.prefix.as_deref().unwrap_or_default();
    lines.push(format!("{depth} {prefix}:{} {:?}", statement.keyword.name, statement.text()));
    for child in &statement.children {
        statements(child, depth + 1, lines);
    }
}

#[test]
fn modules_that_come_with_comi_are_imports_but_for_their_prose() {
    let Some(folder) = corpus() else { return };
    let lines = |compiled: &Compiled, name: &str| {
        let mut lines = Vec::new();
        let text = compiled.texts.iter().find(|text| text.statement.text() == name).unwrap();
        statements(&text.statement, 0, &mut lines);
        lines
    };
    let mut held = 0;
    for read in objects(&folder) {
        for definition in &read.definitions {
            let made = module(definition);
            if comi_codegen::builtin::module(&made.name).is_some() {
                let ours = Context::new().module(&*made.name).compile();
                let version = format!("lw:version {:?}", definition.object.version);
                if !lines(&ours, &made.name).contains(&format!("1 {version}")) {
                    println!("{}: comi has another version", made.name);
                    continue;
                }
                assert_eq!(lines(&ours, &made.name), lines(&compile(&made), &made.name), "{}", made.name);
                held += 1;
            }
        }
    }
    println!("{held} modules");
}

#[test]
fn modules_are_those_that_pyang_has_judged() {
    let Some(folder) = corpus() else { return };
    // `tests/interop/run` writes it: hash of the definition, hash of the module, name.
    let kept = include_str!("../oracle/oma-pyang.txt");
    let hash =
        |bytes: &[u8]| Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>();
    let (mut judged, mut unknown) = (0, Vec::new());
    for read in objects(&folder) {
        let source = hash(&std::fs::read(folder.join(&read.file)).unwrap());
        for definition in &read.definitions {
            let made = module(definition);
            match kept.lines().find(|line| line.starts_with(&source)) {
                Some(line) => {
                    assert_eq!(
                        line,
                        format!("{source} {} {}", hash(made.text.as_bytes()), made.name),
                        "renew the oracle"
                    );
                    judged += 1;
                }
                None => unknown.push(made.name),
            }
        }
    }
    println!("{judged} modules; never judged: {unknown:?}");
}

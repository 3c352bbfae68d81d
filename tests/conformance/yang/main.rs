//! The language, rule by rule: each module of `bad/` breaks one rule and gives exactly one error, each of `good/` is
//! rare but legal and gives none.
//!
//! A file is called after the section that decides, `7.6.4-what` of RFC 7950 or `rfc8791-4-what`, and begins with that
//! section's words. What it imports is in the folder of its name, in `modules/`, or built in. What the author is told
//! stands beside a bad module in `NAME.expected`; `COMI_BLESS=1` writes these anew, but neither the number of errors
//! nor the section is open to that. What pyang and yanglint say is in `peers.toml` (tests/interop/yang).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use comi_codegen::source::Span;
use comi_codegen::{Compiled, Context, Diagnostic, Severity};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("conformance/yang")
}

fn modules(kind: &str) -> Vec<PathBuf> {
    let files = fs::read_dir(folder().join(kind)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "yang")).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_string_lossy().into_owned()
}

fn compile(path: &Path) -> Compiled {
    let mut context = Context::new();
    context.yang_dir(path.with_extension("")).yang_dir(folder().join("modules"));
    context.file(path).compile()
}

fn errors(compiled: &Compiled) -> Vec<&Diagnostic> {
    compiled.diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect()
}

/// `RFC 7950 section 7.6.4` of `7.6.4-what`.
fn section(name: &str) -> String {
    let (document, rest) = match name.strip_prefix("rfc") {
        Some(rest) => rest.split_once('-').unwrap(),
        None => ("7950", name),
    };
    format!("RFC {document} section {}", rest.split('-').next().unwrap())
}

/// The comment at the head of a module: the section, and its words.
fn ground(path: &Path) -> (String, String) {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("// ")).collect();
    let (section, words) = lines.join(" ").split_once(": ").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    (section, words)
}

fn place(compiled: &Compiled, span: Span) -> String {
    let source = compiled.sources.source(span.source).unwrap();
    let place = source.location(span.start);
    let file = source.name().rsplit('/').next().unwrap();
    format!("{file}:{}:{}", place.line, place.column)
}

/// A diagnostic as `.expected` has it: what, by which rule, where, and what mends it.
fn told(compiled: &Compiled, diagnostic: &Diagnostic) -> String {
    let mut text = format!("error: {}\n", diagnostic.message);
    let _ = writeln!(text, "rule: {}", diagnostic.rule.as_deref().unwrap_or("none"));
    for (index, (span, label)) in diagnostic.labels.iter().enumerate() {
        let line = format!("{}: {} {label}", if index == 0 { "at" } else { "with" }, place(compiled, *span));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "help: {help}");
    }
    text
}

#[test]
fn each_bad_module_gives_its_one_error() {
    let bless = std::env::var_os("COMI_BLESS").is_some();
    let files = modules("bad");
    assert!(files.len() >= 150, "{}", files.len());
    let mut wrong = Vec::new();
    for path in files {
        let (name, compiled) = (name(&path), compile(&path));
        let rule = section(&name);
        let [error] = errors(&compiled)[..] else {
            let messages: Vec<&str> = errors(&compiled).iter().map(|error| error.message.as_str()).collect();
            wrong.push(format!("{name}: {} errors {messages:?}", messages.len()));
            continue;
        };
        let found = told(&compiled, error);
        if error.rule.as_deref() != Some(rule.as_str()) {
            wrong.push(format!("{name}: the rule is not {rule}:\n{found}"));
        }
        let beside = path.with_extension("expected");
        if bless {
            fs::write(&beside, &found).unwrap();
        }
        let expected = fs::read_to_string(&beside).unwrap_or_default();
        if found != expected {
            wrong.push(format!("{name}: found\n{found}expected\n{expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn good_modules_are_accepted() {
    let files = modules("good");
    assert!(files.len() >= 40, "{}", files.len());
    let refused = |path: &PathBuf| {
        let compiled = compile(path);
        (!compiled.is_ok()).then(|| compiled.render(false))
    };
    let refused: Vec<String> = files.iter().filter_map(refused).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

/// The words at the head of a module are its document's. Needs `../shared/spec` beside the repository; without it the
/// test says so and ends.
#[test]
fn the_words_at_the_head_of_a_module_are_those_of_its_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let Some(spec) = [root.join("shared/spec"), root.join("../shared/spec")].into_iter().find(|path| path.is_dir())
    else {
        println!("skipped: ../shared/spec is not there");
        return;
    };
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut documents = std::collections::HashMap::new();
    let mut wrong = Vec::new();
    for path in ["bad", "good"].iter().flat_map(|kind| modules(kind)) {
        let (said, words) = ground(&path);
        let name = name(&path);
        if said != section(&name) {
            wrong.push(format!("{name}: called {}, says {said}", section(&name)));
        }
        let number = said.split(' ').nth(1).unwrap_or_default().to_owned();
        let text = documents.entry(number.clone()).or_insert_with(|| {
            let text = fs::read_to_string(spec.join(format!("rfc{number}.txt"))).unwrap_or_default();
            // The foot of a page ends in `[Page 12]`, the head of the next follows.
            let foot = |line: &&str| !line.contains("[Page ") && !line.starts_with("RFC ");
            flat(&text.lines().filter(foot).collect::<Vec<_>>().join("\n"))
        });
        if !text.contains(&flat(&words)) {
            wrong.push(format!("{name}: RFC {number} has no such words: {words}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
}

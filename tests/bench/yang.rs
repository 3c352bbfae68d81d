//! How long the YANG compiler takes: on the corpus beside the repository, phase by phase, and on generated modules of
//! growing size, where the time for each item must stay the same.
//!
//! `cargo bench -p comi-tests --bench yang`: the best of some runs is shown; a compilation takes long enough for that
//! to be steady, so no library for statistics is needed. One thread, processor time; the phases alone are by
//! the clock.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use comi_codegen::source::SourceMap;
use comi_codegen::{Compiled, Context, syntax};

const RUNS: usize = 7;

/// Time that this thread has been on a processor, so that other work beside it counts little (Linux; else the clock's).
fn now() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|spent| spent.split_whitespace().next()?.parse().ok());
    static START: OnceLock<Instant> = OnceLock::new();
    spent.map_or_else(|| START.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// The fastest of some runs, and what it gave.
fn best<T>(runs: usize, mut work: impl FnMut() -> T) -> (Duration, T) {
    let timed = |work: &mut dyn FnMut() -> T| {
        let start = now();
        let made = work();
        (now() - start, made)
    };
    let mut best = timed(&mut work);
    for _ in 1..runs {
        let next = timed(&mut work);
        if next.0 < best.0 {
            best = next;
        }
    }
    best
}

/// Peak memory of this process (Linux).
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown".to_owned(), |peak| peak.trim().to_owned())
}

fn corpus() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = ["../../shared/corpus/yang", "../../../shared/corpus/yang"].map(|up| tests.join(up));
    let Some(folder) = found.into_iter().find(|folder| folder.is_dir()) else {
        println!("corpus: skipped, ../shared/corpus/yang is not there");
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "yang"));
    files.sort();
    let texts: Vec<String> = files.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect();
    let bytes: usize = texts.iter().map(String::len).sum();
    let (time, _) = best(RUNS, || {
        for text in &texts {
            let mut sources = SourceMap::default();
            let id = sources.add("module", text.as_str()).unwrap();
            std::hint::black_box(syntax::parse(&sources, id, &mut Vec::new()));
        }
    });
    println!("corpus: {} modules, {:.1} MB", files.len(), bytes as f64 / 1e6);
    println!("  {:24} {:8.1} ms", "tokens and statements", time.as_secs_f64() * 1e3);
    let mut context = Context::new();
    context.open_features().yang_dir(&folder);
    for file in &files {
        context.file(file);
    }
    let (time, compiled) = best(RUNS, || context.compile());
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    println!(
        "  {:24} {:8.1} ms, {} nodes, peak memory {}",
        "all",
        time.as_secs_f64() * 1e3,
        compiled.schema.nodes.len(),
        peak()
    );
    phases(&compiled);
}

fn phases(compiled: &Compiled) {
    for (name, time) in &compiled.phases {
        println!("    {name:22} {:8.1} ms", time.as_secs_f64() * 1e3);
    }
}

/// A module with so many of something.
type Body = fn(usize) -> String;

fn many(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        writeln!(text, "{}", line(index)).unwrap();
        text
    })
}

const GENERATED: &[(&str, Body)] = &[
    ("leafs", |count| many(count, |index| format!("leaf l{index} {{ type int8; default 1; description 'd'; }}"))),
    ("leafs in lists", |count| {
        let list = |index| {
            format!(
                "list t{index} {{ key k; leaf k {{ type string; }} leaf a {{ type int8; }} leaf b {{ type int8; }} leaf c {{ type int8; }} }}"
            )
        };
        many(count / 4, list)
    }),
    ("leafs in a choice", |count| {
        format!("choice c {{ {} }}", many(count, |index| format!("leaf l{index} {{ type int8; }}")))
    }),
    ("leafrefs", |count| {
        "leaf to { type int8; }".to_owned()
            + &many(count, |index| format!("leaf l{index} {{ type leafref {{ path '/a:to'; }} }}"))
    }),
    ("musts", |count| many(count, |index| format!("leaf l{index} {{ type int8; must '. > 1 and ../l0'; }}"))),
    ("augments", |count| {
        "container c;".to_owned() + &many(count, |index| format!("augment /a:c {{ leaf l{index} {{ type int8; }} }}"))
    }),
    ("typedefs", |count| {
        many(count, |index| format!("typedef t{index} {{ type int8; }} leaf l{index} {{ type t{index}; }}"))
    }),
    ("identities", |count| "identity i;".to_owned() + &many(count, |index| format!("identity i{index} {{ base i; }}"))),
    ("uses", |count| {
        "grouping g { leaf x { type int8; } }".to_owned()
            + &many(count, |index| format!("container c{index} {{ uses g {{ refine x {{ default 1; }} }} }}"))
    }),
];

fn generated() {
    println!("generated: microseconds for each item, which must not grow");
    println!("  {:24} {:>8} {:>8} {:>8}", "", 1_000, 10_000, 50_000);
    for (name, body) in GENERATED {
        print!("  {name:24}");
        for count in [1_000_usize, 10_000, 50_000] {
            let mut context = Context::new();
            let head = "module a { yang-version 1.1; namespace 'urn:a'; prefix a;";
            context.source("a.yang", format!("{head}\n{}}}", body(count))).module("a");
            let (time, compiled) = best(if count > 10_000 { 2 } else { 3 }, || context.compile());
            assert!(compiled.is_ok(), "{}", compiled.render(false));
            print!(" {:8.2}", time.as_secs_f64() * 1e6 / count as f64);
        }
        println!();
    }
    println!("  peak memory {}", peak());
}

fn main() {
    corpus();
    generated();
}

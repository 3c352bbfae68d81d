//! What patterns cost: `cargo bench -p comi-tests --bench patterns [-- FOLDER]` prints, for some well-known patterns,
//! the bytes of the program with its classes, the memory of a match, the bytes of the same as a dense DFA of
//! regex-automata, and the time of a match; with a folder of modules, also the sum of all patterns in it.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use comi_codegen::pattern::Regex;
use comi_codegen::source::SourceMap;
use comi_codegen::syntax::{Statement, parse};
use regex_automata::dfa::dense;

const KNOWN: [(&str, &str, &str); 5] = [
    (
        "ipv6-address",
        r"((:|[0-9a-fA-F]{0,4}):)([0-9a-fA-F]{0,4}:){0,5}((([0-9a-fA-F]{0,4}:)?(:|[0-9a-fA-F]{0,4}))|(((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])))(%[A-Za-z0-9][A-Za-z0-9\-\._~/]*)?",
        "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    ),
    (
        "ipv6-address, RFC 6991",
        r"((:|[0-9a-fA-F]{0,4}):)([0-9a-fA-F]{0,4}:){0,5}((([0-9a-fA-F]{0,4}:)?(:|[0-9a-fA-F]{0,4}))|(((25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9]?[0-9])))(%[\p{N}\p{L}]+)?",
        "2001:db8:85a3:8d3:1319:8a2e:370:7348",
    ),
    (
        "domain-name",
        r"((([a-zA-Z0-9_]([a-zA-Z0-9\-_]){0,61})?[a-zA-Z0-9]\.)*([a-zA-Z0-9_]([a-zA-Z0-9\-_]){0,61})?[a-zA-Z0-9]\.?)|\.",
        "device-17.plant.example.com",
    ),
    (
        "date-and-time",
        r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",
        "2026-11-25T23:20:50.52+01:00",
    ),
    (".{1,255}", ".{1,255}", "a text of a length that a name on a display may well have"),
];

/// The bytes of a dense DFA; `None` where regex-automata gives up at 64 MB or does not know the syntax.
fn dense_size(pattern: &str) -> Option<usize> {
    let config = dense::Config::new().dfa_size_limit(Some(64 << 20)).determinize_size_limit(Some(64 << 20));
    let config = config.start_kind(regex_automata::dfa::StartKind::Anchored).minimize(false);
    dense::Builder::new().configure(config).build(&format!(r"\A(?:{pattern})\z")).ok().map(|dfa| dfa.memory_usage())
}

fn nanoseconds(regex: &Regex, text: &str) -> f64 {
    assert!(regex.matches(text), "{text}");
    let mut least = f64::INFINITY;
    for _ in 0..20 {
        let start = Instant::now();
        for _ in 0..1000 {
            black_box(regex.matches(black_box(text)));
        }
        least = least.min(start.elapsed().as_secs_f64() * 1e6);
    }
    least
}

fn collect(statement: &Statement, found: &mut BTreeSet<String>) {
    if statement.is("pattern") {
        found.insert(statement.text().to_owned());
    }
    statement.children.iter().for_each(|child| collect(child, found));
}

fn patterns(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut sources = SourceMap::default();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "yang") {
            let id = sources.add("", std::fs::read_to_string(entry.path()).expect("a text")).expect("small");
            parse(&sources, id, &mut Vec::new()).iter().for_each(|statement| collect(statement, &mut found));
        }
    }
    found
}

fn main() {
    println!("{:24} {:>8} {:>8} {:>10} {:>10}", "pattern", "program", "memory", "dense DFA", "ns/match");
    for (name, pattern, text) in KNOWN {
        let regex = Regex::new(pattern).expect("an expression").0;
        let ((program, memory), time) = (regex.size(), nanoseconds(&regex, text));
        let dense = dense_size(pattern).map_or("-".to_owned(), |size| size.to_string());
        println!("{name:24} {program:8} {memory:8} {dense:>10} {time:10.0}");
    }
    for folder in std::env::args().skip(1).filter(|argument| !argument.starts_with('-')) {
        let all = patterns(Path::new(&folder));
        let regexes = all.iter().map(|pattern| Regex::new(pattern).expect("an expression").0);
        let program: usize = regexes.map(|regex| regex.size().0).sum();
        let (mut dense, mut without) = (0, 0);
        for pattern in &all {
            match dense_size(pattern) {
                Some(size) => dense += size,
                None => without += 1,
            }
        }
        println!(
            "{folder}: {} patterns, {program} bytes with classes of their own; dense DFAs {dense}, and {without} without",
            all.len()
        );
    }
}

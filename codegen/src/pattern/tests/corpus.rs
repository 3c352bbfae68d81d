//! Every pattern of the modules in `shared/corpus/yang`, against the oracle.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::oracle::{Random, compare};
use super::regex;
use crate::pattern::Classes;
use crate::source::SourceMap;
use crate::syntax::{Statement, parse};

fn collect(statement: &Statement, found: &mut BTreeSet<String>) {
    if statement.is("pattern") {
        found.insert(statement.text().to_owned());
    }
    statement.children.iter().for_each(|child| collect(child, found));
}

/// The distinct patterns of the `.yang` files in a folder.
pub(super) fn patterns(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut sources = SourceMap::default();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.path().extension().is_some_and(|extension| extension == "yang") {
            let id = sources.add("corpus", fs::read_to_string(entry.path()).unwrap()).unwrap();
            for statement in parse(&sources, id, &mut Vec::new()) {
                collect(&statement, &mut found);
            }
        }
    }
    found
}

#[test]
fn every_pattern_of_the_corpus_compiles_and_matches_as_regex_automata_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/yang");
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang/ietf");
    let mut all = patterns(&own);
    assert!(all.len() >= 20, "{}", all.len());
    let corpus = patterns(&folder);
    if corpus.is_empty() {
        println!("skipped: no corpus at {}", folder.display());
    }
    all.extend(corpus);
    let (mut taken, mut refused) = (0, 0);
    for (seed, pattern) in (1..).zip(&all) {
        let counts = compare(pattern, &mut Random(seed), 60);
        assert!(counts.0 > 0, "no example of {pattern:?} matches");
        taken += counts.0;
        refused += counts.1;
    }
    println!("{} patterns, {taken} texts taken, {refused} refused", all.len());
    let mut classes = Classes::default();
    let compiled: Vec<_> = all.iter().map(|pattern| regex(pattern).compile(&mut classes)).collect();
    let code: usize = compiled.iter().map(|program| program.code.len()).sum();
    let counters: usize = compiled.iter().map(|program| program.counters.len()).sum();
    println!("{code} bytes of code, {counters} counters, {} bytes of classes", classes.bytes.len());
    // 7 kB for all of the IETF's patterns; a few of them as ready-made DFAs are more than that
    assert!(code / all.len() < 100, "{code} bytes of code for {} patterns", all.len());
}

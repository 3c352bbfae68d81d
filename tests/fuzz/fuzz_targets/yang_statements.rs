//! Any text to statements: places are in order and within the text.
#![no_main]

use comi_codegen::{
    source::SourceMap,
    syntax::{Statement, parse},
};
use libfuzzer_sys::fuzz_target;

fn check(statement: &Statement) {
    assert!(statement.head.start <= statement.head.end && statement.head.end <= statement.span.end);
    let mut at = statement.head.end;
    for child in &statement.children {
        assert!(at <= child.span.start && child.span.end <= statement.span.end.max(child.span.end));
        at = child.span.end;
        check(child);
    }
}

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let id = sources.add("fuzzed.yang", text).expect("small");
    parse(&sources, id, &mut Vec::new()).iter().for_each(check);
});

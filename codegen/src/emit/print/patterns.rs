//! The table of patterns: a program a line, its expression behind it; a class a line, its characters behind it.

use comi_runtime::schema::{Patterns, number};

use super::tables::table;
use super::writer::Writer;

pub(super) fn print(out: &mut Writer, patterns: Option<&Patterns>, texts: &[String]) {
    out.blank();
    let Some(patterns) = patterns else {
        out.line("pub(super) static PATTERNS: Option<&Patterns> = None;");
        return;
    };
    out.open("pub(super) static PATTERNS: Option<&Patterns> = Some(&Patterns {");
    out.line("sets: PATTERN_SETS,");
    out.line("programs: PROGRAMS,");
    out.line("classes: CLASSES,");
    out.line("matches: Program::matches,");
    out.close("});");
    let set = |(place, set): (usize, &&[u16])| (format!("&{set:?}"), place.to_string());
    table(out, "PATTERN_SETS", "&[u16]", patterns.sets.iter().enumerate().map(set));
    let program = patterns.programs.iter().zip(texts).map(|(program, text)| {
        let (code, counters) = (program.code.escape_ascii(), program.counters);
        let (states, inverted) = (program.states, program.inverted);
        let row = format!("code: b\"{code}\", counters: &{counters:?}, states: {states}, inverted: {inverted}");
        (format!("Program {{ {row} }}"), text.escape_debug().to_string())
    });
    table(out, "PROGRAMS", "Program", program);
    table(out, "CLASSES", "u8", classes(patterns.classes).into_iter());
}

/// The bytes of each class, and its characters in words.
fn classes(bytes: &[u8]) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (mut at, mut character, mut inside) = (0, 0, false);
        let mut ranges: Vec<String> = Vec::new();
        loop {
            let (run, length) = number(rest, at);
            let is_end = run == 0 && at > 0;
            if inside && run > 0 {
                ranges.push(range(character, character + run - 1));
            }
            (at, character, inside) = (at + length, character + run, !inside);
            if is_end || at >= rest.len() {
                break;
            }
        }
        let (class, behind) = rest.split_at_checked(at).unwrap_or((rest, &[]));
        let numbers: Vec<String> = class.iter().map(u8::to_string).collect();
        const SHOWN: usize = 12;
        if ranges.len() > SHOWN {
            let more = format!("and {} more", ranges.len() - SHOWN);
            ranges.truncate(SHOWN);
            ranges.push(more);
        }
        rows.push((numbers.join(", "), ranges.join(" ")));
        rest = behind;
    }
    rows
}

fn range(first: usize, last: usize) -> String {
    let show = |code: usize| match u8::try_from(code) {
        Ok(byte) if byte.is_ascii_graphic() => char::from(byte).to_string(),
        _ => format!("U+{code:04X}"),
    };
    if first == last { show(first) } else { format!("{}..{}", show(first), show(last)) }
}

//! From a place in an argument's decoded text back to the source: made anew when it is asked for, which is seldom, so
//! that arguments need not keep it.

use super::lexer::{TokenKind, tokens};
use super::string::{self, Decoded};
use crate::source::{SourceMap, Span};

/// The place in the source of bytes `start..end` of the text of an argument that stands at `argument`: without
/// quotes, escapes, indentation and `+`, where they stand at its ends.
///
/// ```
/// use comi_codegen::{source::SourceMap, syntax};
///
/// let mut sources = SourceMap::default();
/// let id = sources.add("a.yang", "when \"a = \"\n  + \"'b'\";").unwrap();
/// let statements = syntax::parse(&sources, id, &mut Vec::new());
/// let argument = statements[0].argument.as_ref().unwrap();
/// assert_eq!(argument.text, "a = 'b'");
/// assert_eq!(sources.text(syntax::locate(&sources, argument.span, 4, 7)), "'b'");
/// ```
#[must_use]
pub fn locate(sources: &SourceMap, argument: Span, start: u32, end: u32) -> Span {
    let whole = sources.source(argument.source).map_or("", |source| source.text());
    let offsets = offsets(whole, argument);
    let (start, end) = (start as usize, end as usize);
    let Some(behind) = offsets.last().map(|(_, end)| *end) else { return argument };
    let first = offsets.get(start).map_or(behind, |(offset, _)| *offset);
    let last = match end.checked_sub(1).filter(|last| *last >= start) {
        Some(last) => offsets.get(last).map_or(behind, |(_, end)| *end),
        None => first,
    };
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { start: offset(first), end: offset(last), ..argument }
}

/// For each byte of the decoded text, where what it was decoded from begins and ends in the source.
fn offsets(source: &str, argument: Span) -> Vec<(usize, usize)> {
    let begin = argument.start as usize;
    let written = source.get(begin..argument.end as usize).unwrap_or_default();
    let mut found = Vec::with_capacity(written.len());
    if !written.starts_with(['"', '\'']) {
        found.extend((begin..begin + written.len()).map(|at| (at, at + 1)));
        return found;
    }
    for token in tokens(written).0 {
        let inner = written.get(token.start + 1..token.end.saturating_sub(1)).unwrap_or_default();
        let base = begin + token.start + 1;
        let mut decoded = Decoded { text: String::new(), offsets: Some(Vec::new()) };
        match token.kind {
            TokenKind::SingleQuoted => {
                let kept = inner.bytes().enumerate();
                let line_break = |at: usize| inner.get(at..).is_some_and(|rest| rest.starts_with("\r\n"));
                found.extend(kept.filter(|(at, _)| !line_break(*at)).map(|(at, _)| (base + at, base + at + 1)));
            }
            TokenKind::DoubleQuoted => {
                string::decode(inner, string::column(source, base - 1), &mut Vec::new(), &mut decoded);
                let offsets = decoded.offsets.unwrap_or_default();
                let length = |at: usize| {
                    let mut rest = inner.get(at..).unwrap_or_default().chars();
                    let first = rest.next();
                    let escape = first == Some('\\') && matches!(rest.next(), Some('n' | 't' | '"' | '\\'));
                    first.map_or(0, char::len_utf8) + usize::from(escape)
                };
                found.extend(offsets.into_iter().map(|at| (base + at, base + at + length(at))));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use crate::syntax::parse;

    /// Each word of the decoded text stands where `locate` says.
    #[test]
    fn words_of_decoded_text_are_found_in_the_source() {
        let sources_of = [
            "must plain+text;",
            "must 'one two' + \"three \\\"four\\\" five\" ;",
            "  must \"one\n        two\r\n\t\tthree   \n four\\\\five\";",
            "must 'one\r\ntwo' /* + \"x\" */ + // y\n 'three';",
            "must \"\u{fc}ber \\t wort\" + ' \u{20ac}uro ende';",
            "must \"\\d one\";",
        ];
        for text in sources_of {
            let mut sources = SourceMap::default();
            let id = sources.add("a.yang", text).unwrap();
            let statements = parse(&sources, id, &mut Vec::new());
            let argument = statements[0].argument.clone().unwrap();
            let mut words = 0;
            for word in argument.text.split_whitespace() {
                let start = u32::try_from(word.as_ptr() as usize - argument.text.as_ptr() as usize).unwrap();
                let end = start + u32::try_from(word.len()).unwrap();
                let found = sources.text(locate(&sources, argument.span, start, end)).replace("\\\"", "\"");
                // Words that pieces and escapes part are found with what stands between.
                let same = found.replace("\\\\", "\\") == word || found.contains('+');
                assert!(same, "{text}: {word} was found as {found}");
                words += 1;
            }
            assert!(words > 0);
            let end = u32::try_from(argument.text.len()).unwrap();
            let behind = locate(&sources, argument.span, end, end);
            assert!(behind.start == behind.end && behind.end <= argument.span.end, "{text}");
        }
    }
}

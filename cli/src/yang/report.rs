//! How diagnostics are printed: as text for people, as JSON for programs, as annotations for GitHub.

use std::io::IsTerminal as _;

use clap::ValueEnum;
use comi_codegen::source::{Location, SourceMap, Span};
use comi_codegen::{Compiled, Diagnostic, Severity};
use serde_json::{Value, json};

/// How to print what was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// With the lines of the source, to standard error
    Text,
    /// One JSON document, to standard output
    Json,
    /// Annotations of a GitHub workflow, to standard output
    Github,
}

/// Prints the diagnostics of a compilation for people.
pub(super) fn report(compiled: &Compiled) {
    print_text(&compiled.sources, &compiled.diagnostics);
}

/// Prints diagnostics for people.
pub(crate) fn print_text(sources: &SourceMap, diagnostics: &[Diagnostic]) {
    if !diagnostics.is_empty() {
        eprint!("{}", comi_codegen::diagnostic::render(sources, diagnostics, is_terminal()));
    }
}

fn is_terminal() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, word: &str) -> String {
    format!("{number} {word}{}", if number == 1 { "" } else { "s" })
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// A place in a file.
pub(super) struct Place<'a> {
    pub(super) file: &'a str,
    pub(super) start: Location,
    end: Location,
}

/// Where that is.
pub(super) fn place(sources: &SourceMap, span: Span) -> Option<Place<'_>> {
    let source = sources.source(span.source)?;
    Some(Place { file: source.name(), start: source.location(span.start), end: source.location(span.end) })
}

/// A diagnostic as JSON: `file`, `line`, `column`, `end`, `severity`, `message`, `rule`, `help`, `labels`. Lines and
/// columns count from 1; `end` is behind the last character. What is not known is null.
pub(super) fn to_json(sources: &SourceMap, diagnostic: &Diagnostic) -> Value {
    let located = |span: Span| place(sources, span);
    let first = diagnostic.span().and_then(located);
    let position = |location: Location| json!({ "line": location.line, "column": location.column });
    let label = |(span, label): &(Span, String)| {
        let place = located(*span)?;
        Some(json!({
            "file": place.file,
            "line": place.start.line,
            "column": place.start.column,
            "end": position(place.end),
            "label": label,
        }))
    };
    json!({
        "file": first.as_ref().map(|place| place.file),
        "line": first.as_ref().map(|place| place.start.line),
        "column": first.as_ref().map(|place| place.start.column),
        "end": first.as_ref().map(|place| position(place.end)),
        "severity": severity(diagnostic.severity),
        "message": diagnostic.message,
        "rule": diagnostic.rule,
        "help": diagnostic.help,
        "labels": diagnostic.labels.iter().filter_map(label).collect::<Vec<_>>(),
    })
}

/// A diagnostic as a command of a GitHub workflow: `::error file=…,line=…,col=…,title=…::message`. Other places that
/// belong to it, and what would mend it, stand in the message.
pub(super) fn to_github(sources: &SourceMap, diagnostic: &Diagnostic) -> String {
    let command = match diagnostic.severity {
        Severity::Note => "notice",
        other => severity(other),
    };
    let mut properties = Vec::new();
    if let Some(place) = diagnostic.span().and_then(|span| place(sources, span)) {
        properties.push(("file", place.file.to_owned()));
        properties.push(("line", place.start.line.to_string()));
        properties.push(("endLine", place.end.line.to_string()));
        properties.push(("col", place.start.column.to_string()));
        // GitHub takes an end column only where both are in one line.
        if place.start.line == place.end.line {
            properties.push(("endColumn", place.end.column.to_string()));
        }
    }
    properties.push(("title", diagnostic.rule.clone().unwrap_or_else(|| "YANG".to_owned())));
    let properties: Vec<String> =
        properties.into_iter().map(|(name, value)| format!("{name}={}", escape_property(&value))).collect();
    let mut message = diagnostic.message.clone();
    for (span, label) in diagnostic.labels.iter().skip(1) {
        if let Some(place) = place(sources, *span) {
            let what = if label.is_empty() { "see also" } else { label };
            message.push_str(&format!("\n{what}: {}:{}:{}", place.file, place.start.line, place.start.column));
        }
    }
    if let Some(help) = &diagnostic.help {
        message.push_str(&format!("\nhelp: {help}"));
    }
    format!("::{command} {}::{}", properties.join(","), escape_message(&message))
}

/// GitHub's toolkit escapes these in a message.
fn escape_message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// And these too in a property.
fn escape_property(text: &str) -> String {
    escape_message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn github_gets_its_escapes() {
        let mut sources = SourceMap::default();
        let id = sources.add("a,b:c%.yang", "module a {\n  leaf x;\n}\n").unwrap();
        let at = |start, end| Span { source: id, start, end };
        let diagnostic = Diagnostic::error("100%\nwrong: a, b").at(at(13, 20), "").with(at(0, 6), "the module");
        let line = to_github(&sources, &diagnostic.rule("RFC 7950 section 7.6").help("so"));
        assert_eq!(
            line,
            "::error file=a%2Cb%3Ac%25.yang,line=2,endLine=2,col=3,endColumn=10,title=RFC 7950 section 7.6\
             ::100%25%0Awrong: a, b%0Athe module: a,b:c%25.yang:1:1%0Ahelp: so"
        );
        assert_eq!(to_github(&sources, &Diagnostic::note("n")), "::notice title=YANG::n");
    }

    #[test]
    fn json_has_null_for_what_is_not_known() {
        let value = to_json(&SourceMap::default(), &Diagnostic::warning("w"));
        let expected = json!({
            "file": null, "line": null, "column": null, "end": null, "severity": "warning", "message": "w",
            "rule": null, "help": null, "labels": [],
        });
        assert_eq!(value, expected);
    }
}

//! How statements are written.

use super::{Findings, Unit, named};
use crate::diagnostic::Diagnostic;
use crate::syntax::{self, Statement};

const LONGEST: usize = 64;

/// The statements whose argument names something (`identifier-arg-str` of RFC 7950 section 14), and `enum`.
const NAMING: [&str; 24] = [
    "action",
    "anydata",
    "anyxml",
    "argument",
    "bit",
    "case",
    "choice",
    "container",
    "enum",
    "extension",
    "feature",
    "grouping",
    "identity",
    "leaf",
    "leaf-list",
    "list",
    "module",
    "notification",
    "prefix",
    "rpc",
    "submodule",
    "typedef",
    "import",
    "include",
];

pub(super) fn identifier_length(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    let keyword = statement.keyword.name.as_str();
    if NAMING.contains(&keyword) && keyword != "enum" && statement.text().chars().count() > LONGEST {
        let message = format!("the name of this {keyword} has more than {LONGEST} letters");
        findings.add(statement.argument_span(), message);
    }
}

pub(super) fn identifier_letters(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    let keyword = statement.keyword.name.as_str();
    // What is imported was named by others; an enum may be any text.
    if !NAMING.contains(&keyword) || matches!(keyword, "import" | "include" | "prefix") {
        return;
    }
    let text = statement.text();
    if text.contains('_') || text.chars().any(char::is_uppercase) {
        let message =
            format!("the name of {} has other letters than lower-case ones, digits and hyphens", named(statement));
        findings.add(statement.argument_span(), message);
    }
}

const DEFAULTS: [(&str, &str); 7] = [
    ("config", "true"),
    ("mandatory", "false"),
    ("max-elements", "unbounded"),
    ("min-elements", "0"),
    ("ordered-by", "system"),
    ("status", "current"),
    ("yin-element", "false"),
];

pub(super) fn explicit_default(_: &Unit<'_>, statement: &Statement, parent: &Statement, findings: &mut Findings<'_>) {
    let keyword = statement.keyword.name.as_str();
    // In a refine or a deviation it changes something.
    let changes = parent.is("refine") || parent.is("deviate");
    if !changes && DEFAULTS.contains(&(keyword, statement.text())) {
        findings.add(statement.head, format!("`{keyword} {}` is what holds without it", statement.text()));
    }
}

pub(super) fn pattern_quotes(unit: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    if !statement.is("pattern") {
        return;
    }
    let span = statement.argument_span();
    if unit.sources.text(span).starts_with('"') {
        let diagnostic = Diagnostic::warning("a pattern in double quotes: escapes in it change what it is");
        findings.push(diagnostic.at(span, "").help("write it in single quotes"));
    }
}

/// Of the substatements of a statement.
pub(super) fn canonical_order(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    let mut furthest: Option<(usize, &Statement)> = None;
    for child in statement.children.iter().filter(|child| child.keyword.prefix.is_none()) {
        let Some(place) = syntax::canonical_place(&statement.keyword.name, &child.keyword.name) else { continue };
        match furthest {
            Some((reached, ahead)) if place < reached => {
                let message = format!("`{}` stands behind `{}`", child.keyword.name, ahead.keyword.name);
                let diagnostic = Diagnostic::warning(message).at(child.head, "").with(ahead.head, "comes later");
                findings.push(diagnostic);
            }
            _ => furthest = Some((place, child)),
        }
    }
}

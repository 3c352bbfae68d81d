//! Functions and axes of XPath that depend on the order of a document, or mean nothing in YANG.

use super::{Findings, Unit};
use crate::syntax::Statement;

const FUNCTIONS: [&str; 6] = ["id", "lang", "last", "name", "namespace-uri", "position"];

const AXES: [&str; 6] = ["attribute", "following", "following-sibling", "namespace", "preceding", "preceding-sibling"];

fn expression(statement: &Statement) -> Option<&str> {
    ["must", "when"].contains(&statement.keyword.name.as_str()).then(|| statement.text())
}

/// The names in an expression, literals apart, each with what stands behind it.
fn names(expression: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    let mut rest = expression;
    while let Some(first) = rest.chars().next() {
        if first == '\'' || first == '"' {
            let inside = rest.get(1..).unwrap_or_default();
            rest = inside.split_once(first).map_or("", |(_, after)| after);
            continue;
        }
        let letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':');
        let end = rest.find(|c: char| !letter(c)).unwrap_or(rest.len());
        if end == 0 {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let (word, after) = rest.split_at(end);
        // `following::x` is an axis, `m:x` a name.
        match word.split_once("::") {
            Some((axis, _)) => found.push((axis, "::")),
            None => found.push((word, after.trim_start())),
        }
        rest = after;
    }
    found
}

pub(super) fn functions(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    for (name, after) in expression(statement).map(names).unwrap_or_default() {
        if FUNCTIONS.contains(&name) && after.starts_with('(') {
            findings.add(statement.argument_span(), format!("the function `{name}` should not be used"));
        }
    }
}

pub(super) fn axes(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    for (name, after) in expression(statement).map(names).unwrap_or_default() {
        if AXES.contains(&name) && after.starts_with("::") {
            findings.add(statement.argument_span(), format!("the axis `{name}` should not be used"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_literals_and_axes() {
        let found = names("position() = 1 or preceding-sibling::m:x['last()'] = name (.)");
        let shown: Vec<&str> = found.iter().map(|(name, _)| *name).collect();
        assert_eq!(shown, ["position", "1", "or", "preceding-sibling", "name", "."]);
        assert!(found[4].1.starts_with('('));
        assert_eq!(names("'open"), []);
    }
}

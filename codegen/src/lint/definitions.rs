//! That what is defined is described.

use super::{Findings, Unit, named};
use crate::syntax::Statement;

/// RFC 8407 section 4.14; `action` and `anydata`, which YANG 1 did not have, are not in its list.
const DESCRIBED: [&str; 14] = [
    "anyxml",
    "augment",
    "choice",
    "container",
    "extension",
    "feature",
    "grouping",
    "identity",
    "leaf",
    "leaf-list",
    "list",
    "notification",
    "rpc",
    "typedef",
];

pub(super) fn description(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    if DESCRIBED.contains(&statement.keyword.name.as_str()) && statement.child("description").is_none() {
        findings.add(statement.head, format!("{} has no description", named(statement)));
    }
}

pub(super) fn enum_description(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    if matches!(statement.keyword.name.as_str(), "enum" | "bit") && statement.child("description").is_none() {
        findings.add(statement.head, format!("{} has no description", named(statement)));
    }
}

/// A statement that must be present must say something.
pub(super) fn empty_text(_: &Unit<'_>, statement: &Statement, parent: &Statement, findings: &mut Findings<'_>) {
    let keyword = statement.keyword.name.as_str();
    if matches!(keyword, "contact" | "description" | "organization" | "reference") && statement.text().trim().is_empty()
    {
        findings.add(statement.head, format!("the {keyword} of {} is empty", named(parent)));
    }
}

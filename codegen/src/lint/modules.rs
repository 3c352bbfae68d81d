//! What a module or submodule says about itself, and how it refers to others.

use super::{Findings, Unit, named};
use crate::diagnostic::Diagnostic;

/// The organizations whose modules the IETF publishes (RFC 7950 section 5.2, RFC 8407 section 4.1).
const PREFIXES: [&str; 2] = ["ietf-", "iana-"];

const NAMESPACE: &str = "urn:ietf:params:xml:ns:yang:";

pub(super) fn name(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let statement = unit.statement;
    if !PREFIXES.iter().any(|prefix| statement.text().starts_with(prefix)) {
        let message = format!("the name of {} begins with neither `ietf-` nor `iana-`", named(statement));
        findings.add(statement.argument_span(), message);
    }
}

pub(super) fn namespace(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let Some(namespace) = unit.statement.child("namespace") else { return };
    let wanted = format!("{NAMESPACE}{}", unit.statement.text());
    if namespace.text() != wanted {
        let diagnostic = Diagnostic::warning("the namespace is not the one that IANA assigns to this module");
        findings.push(diagnostic.at(namespace.argument_span(), "").help(format!("write `{wanted}`")));
    }
}

pub(super) fn header(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    for wanted in ["contact", "organization", "description", "revision"] {
        if unit.statement.child(wanted).is_none() {
            findings.add(unit.statement.head, format!("{} has no `{wanted}`", named(unit.statement)));
        }
    }
}

pub(super) fn revision_reference(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    for revision in unit.statement.all("revision").filter(|revision| revision.child("reference").is_none()) {
        findings.add(revision.head, format!("{} has no `reference`", named(revision)));
    }
}

pub(super) fn submodule_revision(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let newest = |statement: &crate::syntax::Statement| {
        statement.all("revision").map(|revision| revision.text().to_owned()).max()
    };
    let Some(own) = newest(unit.statement).filter(|_| unit.statement.is("module")) else { return };
    for include in unit.statement.all("include") {
        let submodule = unit.texts.iter().find(|text| {
            text.module == unit.module && text.statement.is("submodule") && text.statement.text() == include.text()
        });
        if let Some(newer) = submodule.and_then(|text| newest(&text.statement)).filter(|other| *other > own) {
            let message = format!("the module's revision {own} is older than {newer} of {}", include.text());
            findings.add(include.head, message);
        }
    }
}

/// YANG 1.1 alone has a `reference` there.
pub(super) fn import_reference(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    if unit.statement.child_text("yang-version") == Some("1.1") {
        for import in unit.statement.all("import").filter(|import| import.child("reference").is_none()) {
            findings.add(import.head, format!("{} has no `reference`", named(import)));
        }
    }
}

pub(super) fn import_once(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    let mut seen: Vec<&crate::syntax::Statement> = Vec::new();
    for import in unit.statement.all("import") {
        match seen.iter().find(|before| before.text() == import.text()) {
            Some(before) => {
                let message = format!("module `{}` is imported in more than one revision", import.text());
                findings.push(Diagnostic::warning(message).at(import.head, "").with(before.head, "the first"));
            }
            None => seen.push(import),
        }
    }
}

pub(super) fn no_deviation(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    for deviation in unit.statement.all("deviation") {
        findings.add(deviation.head, "a module of the IETF has no deviations");
    }
}

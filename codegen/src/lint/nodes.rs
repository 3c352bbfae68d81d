//! Nodes that a guideline advises against.

use super::{Findings, Unit, named};
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{NodeId, NodeKind};
use crate::syntax::Statement;

/// Only configuration has to be provided by a client; operations and notifications are no data.
pub(super) fn mandatory_top_level(unit: &Unit<'_>, findings: &mut Findings<'_>) {
    // A module's nodes are one list with its submodules'.
    if !unit.statement.is("module") {
        return;
    }
    let Some(module) = unit.schema.module(unit.module) else { return };
    for id in module.roots.iter().filter(|id| is_mandatory(unit, **id)) {
        if let Some(node) = unit.schema.node(*id) {
            let message = format!("the top-level node `{}` is mandatory: no datastore is valid without it", node.name);
            findings.add(node.span, message);
        }
    }
}

/// RFC 7950 section 3.
fn is_mandatory(unit: &Unit<'_>, id: NodeId) -> bool {
    let Some(node) = unit.schema.node(id).filter(|node| node.config) else { return false };
    match node.kind {
        NodeKind::Leaf | NodeKind::Choice | NodeKind::Anydata | NodeKind::Anyxml => node.mandatory,
        NodeKind::List | NodeKind::LeafList => node.min_elements.unwrap_or(0) > 0,
        NodeKind::Container => node.presence.is_none() && node.children.iter().any(|child| is_mandatory(unit, *child)),
        _ => false,
    }
}

/// The key leafs that stand in a list itself; those of a grouping are not known here.
fn keys(list: &Statement) -> impl Iterator<Item = &Statement> {
    let names = list.child_text("key").unwrap_or_default().split_ascii_whitespace();
    names.filter_map(|key| list.all("leaf").find(|leaf| Some(leaf.text()) == key.rsplit(':').next()))
}

pub(super) fn key_condition(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    if !statement.is("list") {
        return;
    }
    for key in keys(statement) {
        if let Some(when) = key.child("when") {
            findings.add(when.head, format!("key {} has a `when`", named(key)));
        }
        for condition in key.all("if-feature") {
            if !statement.all("if-feature").any(|own| own.text() == condition.text()) {
                findings.add(condition.head, format!("key {} has an `if-feature` that its list has not", named(key)));
            }
        }
    }
}

pub(super) fn key_first(_: &Unit<'_>, statement: &Statement, _: &Statement, findings: &mut Findings<'_>) {
    if !statement.is("list") {
        return;
    }
    let data = ["anydata", "anyxml", "choice", "container", "leaf", "leaf-list", "list", "uses"];
    let children: Vec<&Statement> = statement
        .children
        .iter()
        .filter(|child| child.keyword.prefix.is_none() && data.contains(&child.keyword.name.as_str()))
        .collect();
    let names = statement.child_text("key").unwrap_or_default().split_ascii_whitespace().count();
    let own: Vec<&Statement> = keys(statement).collect();
    // Keys from a grouping may stand anywhere.
    if own.len() == names && own.iter().zip(&children).any(|(key, child)| key.span != child.span) {
        let message = format!("the keys of {} are not its first nodes, in their order", named(statement));
        findings.add(statement.head, message);
    }
}

pub(super) fn empty_type(_: &Unit<'_>, statement: &Statement, parent: &Statement, findings: &mut Findings<'_>) {
    let Some(type_) = statement.child("type").filter(|type_| type_.text() == "empty") else { return };
    let key = statement.is("leaf") && parent.is("list") && keys(parent).any(|key| key.span == statement.span);
    if key {
        findings.add(type_.head, format!("key {} is of type `empty`: it has one value", named(statement)));
    } else if statement.is("leaf-list") {
        findings.add(type_.head, format!("{} is of type `empty`: it has one entry at most", named(statement)));
    }
}

pub(super) fn augment_of_own(unit: &Unit<'_>, statement: &Statement, parent: &Statement, findings: &mut Findings<'_>) {
    if !statement.is("augment") || !(parent.is("module") || parent.is("submodule")) {
        return;
    }
    let own = |step: &str| match step.split_once(':') {
        Some((prefix, _)) => unit.text.prefixes.get(prefix) == Some(&unit.module),
        None => true,
    };
    let mut steps = statement.text().split('/').filter(|step| !step.is_empty()).peekable();
    if steps.peek().is_some() && steps.all(own) {
        let diagnostic = Diagnostic::warning("this augments the module's own tree").at(statement.head, "");
        findings.push(diagnostic.help("write the nodes where they belong"));
    }
}

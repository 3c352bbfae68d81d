//! Holds a statement tree against the grammar.

use std::collections::HashMap;

use super::argument::Form;
use super::grammar::{self, Rule};
use super::statement::Statement;
use crate::diagnostic::{Diagnostic, suggest};
use crate::source::Span;

/// Checks keywords, cardinality, arguments, and the order of the sections of a module.
pub(crate) fn check(statement: &Statement, version_1_1: bool, diagnostics: &mut Vec<Diagnostic>) {
    if statement.keyword.prefix.is_some() {
        // What is below an extension is the extension's matter; what are YANG's own statements there is checked
        // where the extension is one that we know.
        for child in &statement.children {
            if child.keyword.prefix.is_none() && grammar::rule(&child.keyword.name).is_some() {
                check(child, version_1_1, diagnostics);
            }
        }
        return;
    }
    let Some(rule) = grammar::rule_for(&statement.keyword.name, statement.text()) else { return };
    check_argument(statement, rule, version_1_1, diagnostics);
    check_substatements(statement, rule, version_1_1, diagnostics);
    if statement.is("deviation") {
        check_deviates(statement, diagnostics);
    }
    if matches!(statement.keyword.name.as_str(), "module" | "submodule") {
        check_order(statement, diagnostics);
    }
    for child in &statement.children {
        check(child, version_1_1, diagnostics);
    }
}

/// Holds an extension statement that we know (`sx:structure`) against its own rule; [`check`] looks at what is below.
pub(crate) fn check_extension(
    statement: &Statement,
    known: &str,
    version_1_1: bool,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(rule) = grammar::rule(known) {
        check_argument(statement, rule, version_1_1, diagnostics);
        check_substatements(statement, rule, version_1_1, diagnostics);
    }
}

/// Whether there is such a statement.
pub(crate) fn is_keyword(name: &str) -> bool {
    grammar::rule(name).is_some()
}

/// Whether a node is missing that must be there (RFC 7950 section 14, `1*data-def-stmt`). What an extension defines
/// may count, and a misspelt keyword does.
pub(crate) fn defines_no_node(statement: &Statement) -> bool {
    let rule = grammar::rule(&statement.keyword.name);
    rule.is_some_and(|rule| rule.lacks(statement))
}

/// Whether a statement may have a substatement of that keyword.
pub(crate) fn takes(statement: &Statement, keyword: &str) -> bool {
    let rule = grammar::rule_for(&statement.keyword.name, statement.text());
    rule.is_none_or(|rule| rule.substatements.iter().any(|allowed| allowed.keyword == keyword))
}

fn check_argument(statement: &Statement, rule: &Rule, version_1_1: bool, diagnostics: &mut Vec<Diagnostic>) {
    let keyword = &statement.keyword.name;
    let section = match rule.form {
        Form::Identifier | Form::Reference => "RFC 7950 section 6.2".to_owned(),
        _ => rule.reference(),
    };
    match &statement.argument {
        None if rule.form == Form::Nothing => {}
        None => {
            let message = format!("`{keyword}` needs an argument: {}", rule.form.words());
            diagnostics.push(Diagnostic::error(message).at(statement.keyword.span, "").rule(rule.reference()));
        }
        Some(argument) if !rule.form.takes(&argument.text) => {
            let shown: String = argument.text.chars().take(60).collect();
            let message = match rule.form {
                Form::Nothing => format!("`{keyword}` takes no argument"),
                _ => format!("`{shown}` is not what `{keyword}` takes: {}", rule.form.words()),
            };
            let mut diagnostic = Diagnostic::error(message).at(argument.span, "").rule(section);
            if let Form::OneOf(words) = rule.form
                && let Some(word) = suggest(&argument.text, words.iter().copied())
            {
                diagnostic = diagnostic.help(format!("did you mean `{word}`?"));
            }
            diagnostics.push(diagnostic);
        }
        Some(argument)
            if rule.form == Form::Identifier
                && !version_1_1
                && argument.text.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml")) =>
        {
            let message = format!("`{}` begins with `xml`, which needs YANG 1.1", argument.text);
            diagnostics.push(Diagnostic::error(message).at(argument.span, "").rule("RFC 6020 section 12"));
        }
        Some(_) => {}
    }
}

fn check_substatements(statement: &Statement, rule: &Rule, version_1_1: bool, diagnostics: &mut Vec<Diagnostic>) {
    let keyword = &statement.keyword.name;
    let section = rule.reference();
    let mut seen: HashMap<&str, Span> = HashMap::new();
    // What a misspelt keyword was meant to be is not missing as well.
    let mut meant: Vec<&str> = Vec::new();
    for child in statement.children.iter().filter(|child| child.keyword.prefix.is_none()) {
        let name = child.keyword.name.as_str();
        let Some(allowed) = rule.substatements.iter().find(|allowed| allowed.keyword == name) else {
            let known = grammar::rule(name).is_some();
            let allowed = rule.substatements.iter().map(|allowed| allowed.keyword);
            let suggestion = suggest(name, allowed).or_else(|| suggest(name, grammar::keywords()));
            meant.extend(suggestion.filter(|_| !known));
            diagnostics.push(unexpected(child, statement, suggestion.filter(|_| !known), known, &section));
            continue;
        };
        if allowed.since_1_1 && !version_1_1 {
            let message = format!("`{name}` in `{keyword}` needs YANG 1.1");
            diagnostics.push(
                Diagnostic::error(message)
                    .at(child.keyword.span, "")
                    .rule(&section)
                    .help("write `yang-version 1.1;` as the first statement of the module"),
            );
        }
        let once = !allowed.repeatable || allowed.once_in_1 && !version_1_1;
        if let Some(first) = seen.get(name).filter(|_| once) {
            let more = if allowed.repeatable { ", which needs YANG 1.1" } else { "" };
            let message = format!("{} has more than one `{name}`{more}", named(statement));
            let diagnostic = Diagnostic::error(message).at(child.head, "").rule(&section);
            diagnostics.push(diagnostic.with(*first, "the first is here"));
            continue;
        }
        seen.entry(name).or_insert(child.head);
    }
    let absent = |keyword: &str| !seen.contains_key(keyword) && !meant.contains(&keyword);
    for missing in rule.substatements.iter().filter(|wanted| wanted.required && absent(wanted.keyword)) {
        let message = format!("{} has no `{}`", named(statement), missing.keyword);
        diagnostics.push(Diagnostic::error(message).at(statement.head, "").rule(&section));
    }
    if rule.lacks(statement) {
        let message = format!("{} defines no node", named(statement));
        let help = format!("one of these must be there: {}", rule.some_of.join(", "));
        let section = if section.starts_with("RFC 7950") { "RFC 7950 section 14" } else { section.as_str() };
        diagnostics.push(Diagnostic::error(message).at(statement.head, "").rule(section).help(help));
    }
}

/// RFC 7950 section 14, `deviation-stmt`: `not-supported` stands alone.
fn check_deviates(deviation: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    let Some(alone) = deviation.all("deviate").find(|deviate| deviate.text() == "not-supported") else { return };
    if let Some(other) = deviation.all("deviate").find(|deviate| deviate.head != alone.head) {
        let diagnostic = Diagnostic::error("`not-supported` stands beside another `deviate`").at(alone.head, "");
        diagnostics.push(diagnostic.with(other.head, "the other").rule("RFC 7950 section 7.20.3.2"));
    }
}

/// A statement as a message names it.
fn named(statement: &Statement) -> String {
    match statement.text() {
        "" => format!("`{}`", statement.keyword.name),
        text => format!("{} `{}`", statement.keyword.name, text.chars().take(60).collect::<String>()),
    }
}

fn unexpected(
    child: &Statement,
    parent: &Statement,
    suggestion: Option<&str>,
    known: bool,
    section: &str,
) -> Diagnostic {
    let (name, keyword) = (&child.keyword.name, &parent.keyword.name);
    let span = child.keyword.span;
    if known {
        let message = format!("`{name}` may not stand in `{keyword}`");
        return Diagnostic::error(message).at(span, "").with(parent.head, "").rule(section);
    }
    let diagnostic = Diagnostic::error(format!("there is no statement `{name}`")).at(span, "").rule(section);
    match suggestion {
        Some(word) => diagnostic.help(format!("did you mean `{word}`?")),
        None => diagnostic.help("a statement that an extension defines has a prefix: `prefix:name`"),
    }
}

/// RFC 7950 section 14: header, linkage, meta, revisions, body.
fn check_order(module: &Statement, diagnostics: &mut Vec<Diagnostic>) {
    const SECTIONS: [&str; 5] = ["header", "linkage", "meta", "revision", "body"];
    let place = |name: &str| match name {
        "yang-version" | "namespace" | "prefix" | "belongs-to" => 0,
        "import" | "include" => 1,
        "organization" | "contact" | "description" | "reference" => 2,
        "revision" => 3,
        _ => 4,
    };
    let mut reached: Option<(usize, &Statement)> = None;
    for child in module.children.iter().filter(|child| child.keyword.prefix.is_none()) {
        let name = child.keyword.name.as_str();
        if grammar::rule(name).is_none() {
            continue;
        }
        let own = place(name);
        match reached {
            Some((furthest, before)) if own < furthest => {
                let message = format!("`{name}` stands too late in the module");
                let label = format!("already in the {} statements", SECTIONS.get(furthest).unwrap_or(&"body"));
                let diagnostic = Diagnostic::error(message).at(child.head, "").with(before.head, label);
                let help = "the order is: header, linkage (import, include), meta (organization …), revision, body";
                diagnostics.push(diagnostic.rule("RFC 7950 section 14").help(help));
                return;
            }
            Some((furthest, _)) if own == furthest => {}
            _ => reached = Some((own, child)),
        }
    }
}

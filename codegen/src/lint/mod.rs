//! The IETF's guidelines for authors of YANG (RFC 8407), as far as a machine can hold a module against them.
//!
//! A module may be right YANG and break them: they are warnings of their own, and only given when asked for. [`RULES`]
//! is the list: name, section, check. What a check looks at is a module's statements as written, or its schema; it
//! knows neither files nor output. Read [`check`] first.

mod definitions;
mod expressions;
mod modules;
mod nodes;
mod statements;
mod texts;

use crate::context::Compiled;
use crate::diagnostic::Diagnostic;
use crate::schema::Text;
use crate::schema::compiled::{ModuleId, Schema};
use crate::source::{SourceMap, Span};
use crate::syntax::Statement;

/// A guideline.
#[derive(Debug)]
pub struct Rule {
    /// A stable name.
    pub name: &'static str,
    /// The document and section.
    pub section: &'static str,
    check: Check,
}

/// What a guideline is about.
#[derive(Debug)]
enum Check {
    /// A module or submodule as a whole.
    Text(fn(&Unit<'_>, &mut Findings<'_>)),
    /// Each statement, with the one it stands in; a module with itself.
    Statement(fn(&Unit<'_>, &Statement, &Statement, &mut Findings<'_>)),
}

/// The text that is looked at.
struct Unit<'a> {
    statement: &'a Statement,
    text: &'a Text,
    /// All texts of the compilation.
    texts: &'a [Text],
    module: ModuleId,
    schema: &'a Schema,
    sources: &'a SourceMap,
}

/// What a rule has found.
struct Findings<'a> {
    rule: &'a Rule,
    list: Vec<Diagnostic>,
}

impl Findings<'_> {
    fn add(&mut self, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::warning(message).at(span, ""));
    }

    fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic.rule(format!("{}, guideline `{}`", self.rule.section, self.rule.name)));
    }
}

use Check::{Statement as Each, Text as Whole};

/// All guidelines that are checked.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    Rule { name: "module-name", section: "RFC 8407 section 4.1", check: Whole(modules::name) },
    Rule { name: "namespace", section: "RFC 8407 section 4.9", check: Whole(modules::namespace) },
    Rule { name: "module-header", section: "RFC 8407 section 4.8", check: Whole(modules::header) },
    Rule { name: "revision-reference", section: "RFC 8407 section 4.8", check: Whole(modules::revision_reference) },
    Rule { name: "submodule-revision", section: "RFC 8407 section 4.7", check: Whole(modules::submodule_revision) },
    Rule { name: "import-reference", section: "RFC 8407 section 4.7", check: Whole(modules::import_reference) },
    Rule { name: "import-once", section: "RFC 8407 section 4.26.1", check: Whole(modules::import_once) },
    Rule { name: "no-deviation", section: "RFC 8407 section 4.20", check: Whole(modules::no_deviation) },
    Rule { name: "copyright", section: "RFC 8407 section 3.1", check: Whole(texts::copyright) },
    Rule { name: "rfc-text", section: "RFC 8407 appendix B", check: Whole(texts::rfc_text) },
    Rule { name: "key-words", section: "RFC 8407 appendix B", check: Whole(texts::key_words) },
    Rule { name: "description", section: "RFC 8407 section 4.14", check: Each(definitions::description) },
    Rule { name: "enum-description", section: "RFC 8407 section 4.11.3", check: Each(definitions::enum_description) },
    Rule { name: "empty-text", section: "RFC 8407 section 4.14", check: Each(definitions::empty_text) },
    Rule { name: "identifier-length", section: "RFC 8407 section 4.3", check: Each(statements::identifier_length) },
    Rule { name: "identifier-letters", section: "RFC 8407 section 4.3.1", check: Each(statements::identifier_letters) },
    Rule { name: "explicit-default", section: "RFC 8407 section 4.4", check: Each(statements::explicit_default) },
    Rule { name: "pattern-quotes", section: "RFC 8407 section 4.11.2", check: Each(statements::pattern_quotes) },
    Rule { name: "canonical-order", section: "RFC 7950 section 14", check: Each(statements::canonical_order) },
    Rule { name: "xpath-function", section: "RFC 8407 section 4.6.2", check: Each(expressions::functions) },
    Rule { name: "xpath-axis", section: "RFC 8407 section 4.6.3", check: Each(expressions::axes) },
    Rule { name: "mandatory-top-level", section: "RFC 8407 section 4.10", check: Whole(nodes::mandatory_top_level) },
    Rule { name: "key-condition", section: "RFC 8407 section 4.5", check: Each(nodes::key_condition) },
    Rule { name: "key-first", section: "RFC 8407 section 4.14", check: Each(nodes::key_first) },
    Rule { name: "empty-type", section: "RFC 8407 section 4.11.5", check: Each(nodes::empty_type) },
    Rule { name: "augment-of-own", section: "RFC 8407 section 4.19", check: Each(nodes::augment_of_own) },
];

/// Holds the modules that were asked for, and their submodules, against the guidelines. By place.
///
/// ```
/// use comi_codegen::{Context, lint};
///
/// let mut context = Context::new();
/// context.source("pump.yang", "module pump { namespace 'urn:pump'; prefix p; leaf speed { type int8; } }");
/// let found = lint::check(&context.module("pump").compile());
/// assert!(found.iter().any(|warning| warning.message == "leaf `speed` has no description"));
/// ```
#[must_use]
pub fn check(compiled: &Compiled) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for text in compiled.texts.iter().filter(|text| compiled.asked.contains(&text.module)) {
        let unit = Unit {
            statement: &text.statement,
            text,
            texts: &compiled.texts,
            module: text.module,
            schema: &compiled.schema,
            sources: &compiled.sources,
        };
        for rule in RULES {
            let mut findings = Findings { rule, list: Vec::new() };
            match rule.check {
                Whole(check) => check(&unit, &mut findings),
                Each(check) => {
                    check(&unit, unit.statement, unit.statement, &mut findings);
                    walk(unit.statement, &mut |statement, parent| check(&unit, statement, parent, &mut findings));
                }
            }
            found.append(&mut findings.list);
        }
    }
    found.sort_by_key(|warning| warning.span().map(|span| (span.source, span.start)));
    found
}

/// Each statement below `parent` that is YANG's own, with the one it stands in. What an extension makes of the
/// statements in it is its own matter.
fn walk<'a>(parent: &'a Statement, visit: &mut dyn FnMut(&'a Statement, &'a Statement)) {
    for child in parent.children.iter().filter(|child| child.keyword.prefix.is_none()) {
        visit(child, parent);
        walk(child, visit);
    }
}

/// A statement as a message names it.
fn named(statement: &Statement) -> String {
    match statement.text() {
        "" => statement.keyword.name.clone(),
        text => format!("{} `{}`", statement.keyword.name, text.chars().take(60).collect::<String>()),
    }
}

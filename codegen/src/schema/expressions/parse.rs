//! Reads each `must`, `when` and `path` once, wherever it stands: in groupings that nobody uses too.

use std::sync::Arc;

use super::super::compiled::XPath;
use super::super::compiler::Compiler;
use super::super::load::UnitId;
use crate::diagnostic::{Diagnostic, Severity, suggest};
use crate::source::Span;
use crate::syntax::{Statement, locate};
use crate::xpath::{self, Axis, Expr, Extent, Function, Misuse, Reason};

/// RFC 7950 section 6.4: expressions are XPath 1.0.
const SYNTAX: &str = "RFC 7950 section 6.4";

/// Which functions and variables there are.
const CONTEXT: &str = "RFC 7950 section 6.4.1";

/// How many mistakes of one expression are told.
const MOST_MISUSES: usize = 16;

impl<'a> Compiler<'a> {
    /// Parses the expressions of all texts; what is wrong with them in themselves is told.
    pub(in super::super) fn parse_expressions(&mut self) {
        let loaded = self.loaded;
        let before = self.errors();
        for (index, unit) in loaded.units.iter().enumerate() {
            let id = UnitId(index);
            let mut open: Vec<&'a Statement> = vec![&unit.statement];
            while let Some(statement) = open.pop() {
                for child in &statement.children {
                    if child.keyword.prefix.is_some() {
                        // What an unknown extension holds may have other meanings.
                        if self.is_data_definition(child, id) {
                            open.push(child);
                        }
                        continue;
                    }
                    let keyword = child.keyword.name.as_str();
                    if matches!(keyword, "must" | "when") || (keyword == "path" && statement.is("type")) {
                        self.parse_expression(child, id);
                    }
                    if !child.children.is_empty() {
                        open.push(child);
                    }
                }
            }
        }
        self.expressions.malformed = self.errors() - before;
    }

    fn is_data_definition(&self, statement: &Statement, unit: UnitId) -> bool {
        [
            ("ietf-yang-structure-ext", "structure"),
            ("ietf-yang-structure-ext", "augment-structure"),
            ("ietf-restconf", "yang-data"),
        ]
        .iter()
        .any(|(module, name)| self.is_extension(statement, unit, module, name))
    }

    fn parse_expression(&mut self, statement: &'a Statement, unit: UnitId) {
        let Some(argument) = &statement.argument else { return };
        let keyword = statement.keyword.name.as_str();
        match xpath::parse(&argument.text) {
            Err(error) => {
                let message = format!("the expression of `{keyword}` is malformed: {error}");
                let place = self.place(argument.span, error.extent);
                let rule = if matches!(error.reason, Reason::Variable(_)) { CONTEXT } else { SYNTAX };
                let mut diagnostic = Diagnostic::error(message).at(place, "").rule(rule);
                if let Some(help) = help(&error, &argument.text) {
                    diagnostic = diagnostic.help(help);
                }
                self.diagnostics.push(diagnostic);
            }
            Ok(expression) => {
                let version_1_1 = self.unit(unit).is_some_and(|unit| unit.version_1_1);
                for (misuse, extent) in expression.misuses(version_1_1).into_iter().take(MOST_MISUSES) {
                    self.misuse(&misuse, self.place(argument.span, extent));
                }
                let mut modules = Vec::with_capacity(expression.prefixes().len());
                for (index, (prefix, extent)) in expression.prefixes().iter().enumerate() {
                    let known = self.unit(unit).and_then(|unit| unit.prefixes.get(&**prefix)).copied();
                    modules.push(known.or_else(|| {
                        if index >= MOST_MISUSES {
                            return None;
                        }
                        let place = self.place(argument.span, *extent);
                        self.prefix(prefix, unit, place)
                    }));
                }
                let prefixes = self.unit(unit).map(|unit| &unit.prefixes);
                let literals = expression.parts().filter_map(|(_, part)| match part {
                    Expr::Literal(text) => {
                        let (prefix, _) = text.split_once(':')?;
                        Some((prefix.into(), *prefixes?.get(prefix)?))
                    }
                    _ => None,
                });
                let literals = literals.collect();
                let parsed = Arc::new(XPath { expression, modules, literals });
                self.expressions.parsed.insert(argument.span, (parsed, unit));
            }
        }
    }

    /// The place in the source of a part of an expression.
    pub(in super::super) fn place(&self, argument: Span, extent: Extent) -> Span {
        locate(self.sources, argument, extent.start, extent.end)
    }

    fn misuse(&mut self, misuse: &Misuse, place: Span) {
        let mut diagnostic = Diagnostic::error(misuse.to_string()).at(place, "").rule(CONTEXT);
        match misuse {
            Misuse::Function(name) => {
                if let Some(near) = suggest(name, Function::names()) {
                    diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
                }
            }
            Misuse::Since(function) => {
                diagnostic = diagnostic.rule("RFC 6020 section 6.4.1");
                diagnostic = diagnostic.help("write `yang-version 1.1;` as the first statement of the module");
                // Much used in YANG 1 before YANG 1.1 had it, and understood by compilers.
                if *function == Function::Deref {
                    diagnostic.severity = Severity::Warning;
                }
            }
            Misuse::NodeSet { .. } => diagnostic = diagnostic.rule("XPath 1.0 sections 3.2 and 3.3"),
            Misuse::Arity { .. } => {}
        }
        self.diagnostics.push(diagnostic);
    }
}

/// What was probably meant.
fn help(error: &xpath::Error, text: &str) -> Option<String> {
    let at = |offset: u32| text.get(offset as usize..).unwrap_or_default();
    Some(match &error.reason {
        Reason::Character('&') => "XPath writes `and`".into(),
        Reason::Character('!') => "XPath writes `not(…)`".into(),
        Reason::Expected { .. } if at(error.extent.start.saturating_sub(1)).starts_with("==") => {
            "XPath compares by `=`".into()
        }
        Reason::Expected { .. } if at(error.extent.start.saturating_sub(1)).starts_with("||") => {
            "XPath writes `or`".into()
        }
        Reason::Expected { expected: "an operator", .. } => {
            "two operands need an operator between them: `and`, `or`, `=` …".into()
        }
        Reason::Predicate(".") => "write `self::node()[…]`".into(),
        Reason::Predicate(_) => "write `parent::node()[…]`".into(),
        Reason::Axis(axis) => {
            format!("did you mean `{}`?", suggest(axis, Axis::names())?)
        }
        Reason::Character(_) | Reason::Empty | Reason::Expected { .. } | Reason::Unclosed | Reason::Variable(_) => {
            return None;
        }
        Reason::TooDeep | Reason::TooLong => "this is a limit of Comi, not of XPath".into(),
    })
}

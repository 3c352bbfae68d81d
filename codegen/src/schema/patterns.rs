//! `pattern` statements (RFC 7950 section 9.4.5): their expression read, what is wrong or doubtful in it told.

use super::compiled::Pattern;
use super::compiler::Compiler;
use super::restrictions;
use crate::diagnostic::Diagnostic;
use crate::pattern::{Finding, Regex};
use crate::syntax::{Statement, locate};

impl Compiler<'_> {
    /// What a `pattern` means; `None` where a mistake was told.
    pub(super) fn pattern(&mut self, statement: &Statement) -> Option<Pattern> {
        let sources = self.sources;
        let tell = |diagnostic: Diagnostic, finding: Finding| {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            let (start, end) = (offset(finding.at.start), offset(finding.at.end));
            let place = locate(sources, statement.argument_span(), start, end);
            let diagnostic = diagnostic.at(place, "").rule("RFC 7950 section 9.4.5");
            if finding.help.is_empty() { diagnostic } else { diagnostic.help(finding.help) }
        };
        match Regex::new(statement.text()) {
            Ok((regex, warnings)) => {
                for warning in warnings {
                    self.diagnostics.push(tell(Diagnostic::warning(&warning.message), warning));
                }
                let inverted = statement.child("modifier").is_some();
                let message = restrictions::message(statement);
                Some(Pattern { expression: statement.text().to_owned(), regex, inverted, message })
            }
            Err(error) => {
                self.diagnostics.push(tell(Diagnostic::error(&error.message), error));
                None
            }
        }
    }
}

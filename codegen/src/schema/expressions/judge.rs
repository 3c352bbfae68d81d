//! What was found wrong, until all uses of a grouping have been seen: what is right in one of them is right.

use std::collections::BTreeMap;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::xpath::Extent;

/// Findings by the argument, the place in it, and what was looked at.
#[derive(Debug, Default)]
pub(super) struct Verdicts(BTreeMap<(Span, Extent, Question), Option<Box<Diagnostic>>>);

/// What was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Question {
    /// Whether a step leads anywhere.
    Step,
    /// Whether a value can be had.
    Value,
    /// Whether it is not always the same.
    Constant,
}

impl Verdicts {
    /// Notes that something is right, or what is wrong with it.
    pub(super) fn judge(&mut self, argument: Span, place: Extent, question: Question, wrong: Option<Diagnostic>) {
        let known = self.0.entry((argument, place, question));
        match wrong {
            None => {
                known.insert_entry(None);
            }
            Some(diagnostic) => {
                known.or_insert_with(|| Some(Box::new(diagnostic)));
            }
        }
    }

    /// Whether this was found right before.
    pub(super) fn is_right(&self, argument: Span, place: Extent, question: Question) -> bool {
        self.0.get(&(argument, place, question)).is_some_and(Option::is_none)
    }

    /// What is wrong wherever it was looked at.
    pub(super) fn failures(self) -> impl Iterator<Item = Diagnostic> {
        self.0.into_values().flatten().map(|diagnostic| *diagnostic)
    }
}

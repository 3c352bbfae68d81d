//! What was found wrong, until all uses of a grouping have been seen: what is right in one of them is right.

use std::collections::{BTreeMap, HashMap};

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::xpath::Extent;

/// How much is told of one expression.
const MOST: usize = 16;

/// Findings by the argument, the place in it, and what was looked at.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    found: BTreeMap<(Span, Extent, Question), Option<Box<Diagnostic>>>,
    /// How many there are of each argument.
    counts: HashMap<Span, usize>,
}

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
    /// Notes that something is right.
    pub(super) fn right(&mut self, argument: Span, place: Extent, question: Question) {
        self.found.insert((argument, place, question), None);
    }

    /// Whether nothing has been noted yet, and there is room for something wrong.
    pub(super) fn is_new(&self, argument: Span, place: Extent, question: Question) -> bool {
        !self.found.contains_key(&(argument, place, question))
            && self.counts.get(&argument).is_none_or(|count| *count < MOST)
    }

    /// Notes that something is wrong, as far as it is seen now.
    pub(super) fn wrong(&mut self, argument: Span, place: Extent, question: Question, diagnostic: Diagnostic) {
        *self.counts.entry(argument).or_default() += 1;
        self.found.insert((argument, place, question), Some(Box::new(diagnostic)));
    }

    /// What is wrong wherever it was looked at.
    pub(super) fn failures(self) -> impl Iterator<Item = Diagnostic> {
        self.found.into_values().flatten().map(|diagnostic| *diagnostic)
    }
}

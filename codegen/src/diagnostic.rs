//! One type for every error and warning, and how it is shown.
//!
//! A [`Diagnostic`] says what is wrong, where (a first place and others that belong to it), by which rule, and what
//! would mend it. annotate-snippets renders it as rustc does; this is the only file that names that crate.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::source::{SourceMap, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Nothing can be made of this module.
    Error,
    /// It works, but is hardly what is meant.
    Warning,
    /// Nothing is wrong; good to know.
    Note,
}

/// Something to tell the author.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where; the first is the place to look at, others belong to it. A label may be empty.
    pub labels: Vec<(Span, String)>,
    /// What would mend it.
    pub help: Option<String>,
    /// The rule that is broken (`RFC 7950 section 7.6`).
    pub rule: Option<String>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Error, message: message.into(), labels: Vec::new(), help: None, rule: None }
    }

    /// A warning.
    #[must_use]
    pub fn warning(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(message) }
    }

    /// A note.
    #[must_use]
    pub fn note(message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Note, ..Diagnostic::error(message) }
    }

    /// With its place.
    #[must_use]
    pub fn at(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.labels.insert(0, (span, label.into()));
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn with(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.labels.push((span, label.into()));
        self
    }

    /// With what would mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// With the rule that is broken.
    #[must_use]
    pub fn rule(mut self, rule: impl AsRef<str>) -> Diagnostic {
        self.rule = Some(rule.as_ref().to_owned());
        self
    }

    /// The place to look at.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|(span, _)| *span)
    }
}

/// Shows diagnostics as rustc does: one after the other, an empty line between them.
#[must_use]
pub fn render(sources: &SourceMap, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut text = String::new();
    for diagnostic in diagnostics {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&renderer.render(&report(sources, diagnostic)));
        text.push('\n');
    }
    text
}

fn report<'a>(sources: &'a SourceMap, diagnostic: &'a Diagnostic) -> Vec<Group<'a>> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(diagnostic.message.as_str()));
    let primary = diagnostic.span().map(|span| span.source);
    let mut shown: Vec<crate::source::SourceId> = Vec::new();
    for (span, _) in &diagnostic.labels {
        let Some(source) = sources.source(span.source).filter(|_| !shown.contains(&span.source)) else { continue };
        shown.push(span.source);
        let mut snippet = Snippet::source(source.text()).path(source.name());
        for (index, (place, label)) in diagnostic.labels.iter().enumerate() {
            if place.source != span.source {
                continue;
            }
            let first = index == 0 || Some(place.source) != primary;
            let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
            let mut annotation = kind.span(place.start as usize..place.end as usize);
            if !label.is_empty() {
                annotation = annotation.label(label.as_str());
            }
            snippet = snippet.annotation(annotation);
        }
        group = group.element(snippet);
    }
    if let Some(rule) = &diagnostic.rule {
        group = group.element(Level::NOTE.message(rule.as_str()));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    vec![group]
}

/// The name among `candidates` that was probably meant: at most a third of its letters differ.
pub(crate) fn suggest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let limit = name.chars().count().max(3) / 3;
    if name.len() > LONGEST {
        return None;
    }
    let near = candidates.filter(|candidate| candidate.len() <= LONGEST);
    let measured = near.map(|candidate| (distance(name, candidate), candidate));
    measured.filter(|(distance, _)| *distance > 0 && *distance <= limit).min().map(|(_, candidate)| candidate)
}

/// Edits between two words; neighbours exchanged count as one (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut next = vec![row + 1];
        for (column, right) in b.iter().enumerate() {
            let at = |line: &[usize], place: usize| line.get(place).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&last, column) + usize::from(left != right);
            let mut best = changed.min(at(&last, column + 1) + 1).min(at(&next, column) + 1);
            let swapped = row > 0 && column > 0 && a.get(row - 1) == Some(right) && b.get(column - 1) == Some(left);
            if swapped {
                best = best.min(at(&before, column - 1) + 1);
            }
            next.push(best);
        }
        before = std::mem::replace(&mut last, next);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

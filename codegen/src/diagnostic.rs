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
        Diagnostic {
            severity: Severity::Error,
            message: bounded(message.into()),
            labels: Vec::new(),
            help: None,
            rule: None,
        }
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
        self.labels.insert(0, (span, bounded(label.into())));
        self
    }

    /// With another place that belongs to it.
    #[must_use]
    pub fn with(mut self, span: Span, label: impl Into<String>) -> Diagnostic {
        self.labels.push((span, bounded(label.into())));
        self
    }

    /// With what would mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(bounded(help.into()));
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
    for places in neighbours(sources, &diagnostic.labels) {
        let Some(snippet) = snippet(sources, diagnostic, &places) else { continue };
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

/// Places further apart than this are shown as two pieces: what a piece costs grows with its length.
const FAR: usize = 200;

/// A line longer than this is cut.
const LONG_LINE: usize = 20_000;

/// The places of a diagnostic by piece of text, in the order in which each piece is first named.
fn neighbours(sources: &SourceMap, labels: &[(Span, String)]) -> Vec<Vec<usize>> {
    let line = |index: &usize| labels.get(*index).and_then(|(span, _)| sources.location(*span)).map_or(0, |at| at.line);
    let mut pieces: Vec<Vec<usize>> = Vec::new();
    for (index, (span, _)) in labels.iter().enumerate() {
        let near = |other: &usize| {
            labels.get(*other).is_some_and(|(place, _)| place.source == span.source)
                && line(other).abs_diff(line(&index)) <= FAR
        };
        match pieces.iter_mut().find(|piece| piece.iter().any(near)) {
            Some(piece) => piece.push(index),
            None => pieces.push(vec![index]),
        }
    }
    pieces
}

fn snippet<'a>(
    sources: &'a SourceMap,
    diagnostic: &'a Diagnostic,
    places: &[usize],
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let labels = || places.iter().filter_map(|place| Some((*place, diagnostic.labels.get(*place)?)));
    let primary = diagnostic.span().map(|span| span.source);
    let source = sources.source(labels().next()?.1.0.source)?;
    let start = labels().map(|(_, (span, _))| span.start).min()?;
    let end = labels().map(|(_, (span, _))| span.start).max()?;
    let (mut text, mut begin, line) = source.lines(start, end);
    let mut path = source.name().to_owned();
    if text.len() > LONG_LINE && text.len() / (1 + text.matches('\n').count()) > LONG_LINE / FAR {
        let at = source.location(start);
        path = format!("{path}:{}:{}, a long line cut", at.line, at.column);
        let cut = |from: usize| (0..4).find(|more| source.text().is_char_boundary(from + more)).map(|more| from + more);
        begin = cut(begin.max((start as usize).saturating_sub(40)))?;
        text = source.text().get(begin..cut((start as usize + 400).min(source.text().len()))?)?;
    }
    let mut snippet = Snippet::source(text).path(path).line_start(line);
    for (index, (place, label)) in labels() {
        let first = index == 0 || Some(place.source) != primary;
        let kind = if first { AnnotationKind::Primary } else { AnnotationKind::Context };
        // Of a place that goes over several lines the first line is shown.
        let from = (place.start as usize).saturating_sub(begin).min(text.len());
        let to = (place.end as usize).saturating_sub(begin).clamp(from, text.len());
        let to = text.get(from..to).and_then(|shown| shown.find('\n')).map_or(to, |newline| from + newline);
        let mut annotation = kind.span(from..to);
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        snippet = snippet.annotation(annotation);
    }
    Some(snippet)
}

/// A text that a message can hold: the middle of a very long one is left out.
fn bounded(text: String) -> String {
    const MOST: usize = 400;
    const KEPT: usize = 100;
    if text.len() <= MOST {
        return text;
    }
    let head: String = text.chars().take(KEPT).collect();
    let mut tail: Vec<char> = text.chars().rev().take(KEPT).collect();
    tail.reverse();
    format!("{head} … {}", tail.into_iter().collect::<String>())
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

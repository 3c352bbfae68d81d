//! Source texts and places in them.
//!
//! Texts are held in memory by a [`SourceMap`]; whoever reads files does so at the edge (`context`) and adds the text
//! here, so the compiler never touches the file system. Knows nothing of YANG. Read [`Span`] first.

/// Number of a text in a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A place in a source text: bytes `start..end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

/// Line and column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// A text with its name.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// Offset of the first byte of each line.
    lines: Vec<usize>,
}

impl Source {
    /// The name it was added under: usually the path of its file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The lines from that of one offset to that of another, what offset they begin at, and the first one's number.
    pub(crate) fn lines(&self, start: u32, end: u32) -> (&str, usize, usize) {
        let (first, last) = (self.location(start).line, self.location(end.max(start)).line);
        let begin = self.lines.get(first.saturating_sub(1)).copied().unwrap_or(0);
        let end = self.lines.get(last).copied().unwrap_or(self.text.len());
        (self.text.get(begin..end).unwrap_or_default(), begin, first)
    }

    /// Line and column of a byte offset.
    #[must_use]
    pub fn location(&self, offset: u32) -> Location {
        let offset = (offset as usize).min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..offset).map_or(0, |text| text.chars().count()) + 1;
        Location { line, column }
    }
}

/// All texts of a compilation. Texts are only added, never changed.
///
/// ```
/// use comi_codegen::source::{SourceMap, Span};
///
/// let mut sources = SourceMap::default();
/// let id = sources.add("a.yang", "module a {\n}\n").unwrap();
/// let brace = Span { source: id, start: 11, end: 12 };
/// assert_eq!(sources.text(brace), "}");
/// assert_eq!(sources.location(brace).map(|place| place.line), Some(2));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

/// A text over 4 GiB, or more than 2^32 texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is too large")]
pub struct TooLarge;

impl SourceMap {
    /// Adds a text.
    ///
    /// # Errors
    /// [`TooLarge`] when its positions would not fit into 32 bits.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> Result<SourceId, TooLarge> {
        let (name, text) = (name.into(), text.into());
        u32::try_from(text.len()).map_err(|_| TooLarge)?;
        let id = SourceId(u32::try_from(self.sources.len()).map_err(|_| TooLarge)?);
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(newlines).collect();
        self.sources.push(Source { name, text, lines });
        Ok(id)
    }

    /// A text.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// The text at a place; empty when there is no such place.
    #[must_use]
    pub fn text(&self, span: Span) -> &str {
        let source = self.source(span.source);
        source.and_then(|source| source.text.get(span.start as usize..span.end as usize)).unwrap_or_default()
    }

    /// Where a place begins.
    #[must_use]
    pub fn location(&self, span: Span) -> Option<Location> {
        self.source(span.source).map(|source| source.location(span.start))
    }
}

//! The XML of a file: bytes to text, text to elements with their places. The only file that names roxmltree.
//!
//! Entities and other parts of a DTD are refused, a text and its number of elements are bounded.

use roxmltree::{Document, Error, Node, ParsingOptions};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// A file larger than this is no definition of an object: the largest of OMA's registry has 100 kB.
const LARGEST: usize = 4 << 20;
/// Elements, texts, attributes and comments.
const MOST_NODES: u32 = 100_000;

/// Why bytes are no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// Too large.
    #[error("it has {0} bytes; a definition of an object has no more than {LARGEST}")]
    TooLarge(usize),
    /// Neither UTF-8 nor what it says to be.
    #[error("it is not UTF-8 (line {line}, byte {byte}); save it as UTF-8")]
    NotUtf8 {
        /// The line.
        line: usize,
        /// The byte.
        byte: usize,
    },
    /// A text of 16-bit units that are none.
    #[error("it begins as UTF-16 and is not; save it as UTF-8")]
    NotUtf16,
}

/// The text of a file: UTF-8, or UTF-16 with a byte order mark, or ISO 8859-1 where the declaration says so. The mark is
/// left out.
///
/// # Errors
/// Other bytes, and too many.
pub fn decode(bytes: &[u8]) -> Result<String, DecodeError> {
    if bytes.len() > LARGEST {
        return Err(DecodeError::TooLarge(bytes.len()));
    }
    let wide: Option<fn([u8; 2]) -> u16> = match bytes {
        [0xff, 0xfe, ..] => Some(u16::from_le_bytes),
        [0xfe, 0xff, ..] => Some(u16::from_be_bytes),
        _ => None,
    };
    if let Some(unit) = wide {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().skip(1).map(|pair| unit(*pair)).collect();
        return String::from_utf16(&units).ok().filter(|_| rest.is_empty()).ok_or(DecodeError::NotUtf16);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) if is_latin(bytes) => Ok(bytes.iter().map(|byte| char::from(*byte)).collect()),
        Err(error) => {
            let byte = error.valid_up_to();
            let line = 1 + bytes.iter().take(byte).filter(|byte| **byte == b'\n').count();
            Err(DecodeError::NotUtf8 { line, byte })
        }
    }
}

fn is_latin(bytes: &[u8]) -> bool {
    let head: String = bytes.iter().take(200).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let declaration = head.split("?>").next().unwrap_or_default();
    ["iso-8859-1", "windows-1252", "latin1", "us-ascii"].iter().any(|name| declaration.contains(name))
}

/// An element.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    node: Node<'a, 'a>,
    source: SourceId,
}

/// Calls `work` with the root of a text.
///
/// # Errors
/// What is not well-formed, at its place.
pub(super) fn with_root<T>(
    text: &str,
    source: SourceId,
    work: impl FnOnce(Element<'_>) -> T,
) -> Result<T, Box<Diagnostic>> {
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    match Document::parse_with_options(text, options) {
        Ok(document) => Ok(work(Element { node: document.root_element(), source })),
        Err(error) => {
            let place = error.pos();
            let line_start: usize =
                text.split_inclusive('\n').take(place.row.saturating_sub(1) as usize).map(str::len).sum();
            let column = text.get(line_start..).unwrap_or_default().char_indices();
            let offset = column.map(|(at, _)| at).nth(place.col.saturating_sub(1) as usize).unwrap_or(0);
            let start = line_start + offset;
            let end = start + text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            let span = span(source, start, end);
            Err(Box::new(Diagnostic::error(message(&error)).at(span, "").help(help(&error))))
        }
    }
}

fn message(error: &Error) -> String {
    match error {
        Error::DtdDetected => "the file has a document type declaration".to_owned(),
        Error::NodesLimitReached => "the file has more elements than any definition of an object".to_owned(),
        Error::NoRootNode => "the file has no element".to_owned(),
        other => {
            // The place stands beside the message.
            let text = other.to_string();
            let (words, place) = text.rsplit_once(" at ").unwrap_or((text.as_str(), ""));
            let words = if place.starts_with(|c: char| c.is_ascii_digit()) { words } else { text.as_str() };
            format!("the XML is not well-formed: {words}")
        }
    }
}

fn help(error: &Error) -> &'static str {
    match error {
        Error::DtdDetected => "take the DOCTYPE out: definitions of objects need none, and entities can be endless",
        Error::UnknownEntityReference(..) => "write `&amp;` for `&`, or put the text into <![CDATA[ … ]]>",
        Error::NoRootNode => "a definition begins with <LWM2M>",
        _ => "an XML editor, or `xmllint --noout FILE`, shows such mistakes",
    }
}

fn span(source: SourceId, start: usize, end: usize) -> Span {
    let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { source, start: place(start), end: place(end) }
}

impl<'a> Element<'a> {
    /// Its name, without a namespace.
    pub(super) fn name(self) -> &'a str {
        self.node.tag_name().name()
    }

    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Element<'a>> {
        let source = self.source;
        self.node.children().filter(Node::is_element).map(move |node| Element { node, source })
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// All text in it, of the elements inside it too.
    pub(super) fn text(self) -> String {
        self.node.descendants().filter(Node::is_text).filter_map(|node| node.text()).collect()
    }

    /// The place of its start tag.
    pub(super) fn head(self) -> Span {
        let range = self.node.range();
        let text = self.node.document().input_text().get(range.clone()).unwrap_or_default();
        let end = text.find('>').map_or(range.end, |end| range.start + end + 1);
        span(self.source, range.start, end)
    }

    /// The place of what is written in it; of its start tag where that is nothing.
    pub(super) fn content(self) -> Span {
        let text =
            self.node.children().find(|node| node.is_text() && node.text().is_some_and(|text| !text.trim().is_empty()));
        let Some(range) = text.map(|node| node.range()) else { return self.head() };
        let written = self.node.document().input_text().get(range.clone()).unwrap_or_default();
        let start = range.start + (written.len() - written.trim_start().len());
        span(self.source, start, start + written.trim().lines().next().unwrap_or_default().trim_end().len())
    }

    /// The comments before the root element.
    pub(super) fn comments(self) -> impl Iterator<Item = &'a str> {
        self.node
            .document()
            .root()
            .children()
            .take_while(|node| !node.is_element())
            .filter(Node::is_comment)
            .filter_map(|node| node.text())
    }
}

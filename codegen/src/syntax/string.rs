//! Decoding of quoted strings (RFC 7950 section 6.1.3).

/// An escape that the YANG version does not allow: its offset in the string's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadEscape(pub(super) usize);

/// Where decoded text goes; where wanted, with the offset in the string's text that each byte comes from.
#[derive(Debug, Default)]
pub(super) struct Decoded {
    pub(super) text: String,
    pub(super) offsets: Option<Vec<usize>>,
}

impl Decoded {
    fn push(&mut self, character: char, offset: usize) {
        self.text.push(character);
        if let Some(offsets) = &mut self.offsets {
            offsets.resize(self.text.len(), offset);
        }
    }

    fn truncate(&mut self, length: usize) {
        self.text.truncate(length);
        if let Some(offsets) = &mut self.offsets {
            offsets.truncate(length);
        }
    }
}

/// The text of a single-quoted string, given between its quotes.
pub(super) fn single_quoted(inner: &str) -> String {
    inner.replace("\r\n", "\n")
}

/// The text of a double-quoted string, given between its quotes; `column` is the column of the opening quote, counted
/// from 0 with tabs as 8. White space before a line break, and indentation up to the quote's column behind one, are
/// no part of the text. YANG 1 keeps unknown escapes as they are (RFC 6020 section 6.1.3 is silent on them).
pub(super) fn double_quoted(inner: &str, column: usize, bad: &mut Vec<BadEscape>) -> String {
    let mut decoded = Decoded { text: String::with_capacity(inner.len()), offsets: None };
    decode(inner, column, bad, &mut decoded);
    decoded.text
}

/// The same, into what may keep offsets.
pub(super) fn decode(inner: &str, column: usize, bad: &mut Vec<BadEscape>, text: &mut Decoded) {
    // Length of `text` that trimming must not touch: an escaped tab is no white space of the layout.
    let mut fixed = 0;
    let mut characters = inner.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => {
                match characters.peek().map(|(_, escaped)| *escaped) {
                    Some('n') => text.push('\n', offset),
                    Some('t') => text.push('\t', offset),
                    Some(escaped @ ('"' | '\\')) => text.push(escaped, offset),
                    _ => {
                        bad.push(BadEscape(offset));
                        text.push('\\', offset);
                        fixed = text.text.len();
                        continue;
                    }
                }
                characters.next();
                fixed = text.text.len();
            }
            '\r' if matches!(characters.peek(), Some((_, '\n'))) => {}
            '\n' => {
                let kept = text.text.get(fixed..).map_or(0, |tail| tail.trim_end_matches([' ', '\t']).len());
                text.truncate(fixed + kept);
                text.push('\n', offset);
                fixed = text.text.len();
                let mut width = 0;
                while width <= column {
                    match characters.peek() {
                        Some((_, ' ')) => width += 1,
                        Some((_, '\t')) => width += 8,
                        _ => break,
                    }
                    characters.next();
                }
                // A tab that reaches beyond the column leaves the rest of its 8 spaces.
                for _ in column + 1..width {
                    text.push(' ', offset);
                }
            }
            other => text.push(other, offset),
        }
    }
}

/// The column of an offset in its line, from 0, with tabs as 8 (RFC 7950 section 6.1.3).
pub(super) fn column(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let characters = before.get(line..).unwrap_or_default().chars();
    characters.map(|character| if character == '\t' { 8 } else { 1 }).sum()
}

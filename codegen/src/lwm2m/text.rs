//! Descriptions: the lines of a definition as paragraphs and list items of a YANG text, and back.
//!
//! Both forms come from the same [`Block`]s, and reading what was written gives the same blocks. Knows neither XML nor
//! the statements of YANG.

/// A part of a description, its words joined by single spaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block {
    Paragraph(String),
    /// Begins with its mark: `0: off`, `- first`, `(1) see below`.
    Item(String),
}

impl Block {
    pub(super) fn text(&self) -> &str {
        match self {
            Block::Paragraph(text) | Block::Item(text) => text,
        }
    }

    /// A block of its own kind: what begins like an item is one.
    pub(super) fn new(words: String) -> Block {
        if is_item(&words) { Block::Item(words) } else { Block::Paragraph(words) }
    }

    fn append(&mut self, words: &str) {
        let (Block::Paragraph(text) | Block::Item(text)) = self;
        text.push(' ');
        text.push_str(words);
    }
}

/// Words joined by single spaces; without characters that YANG doesn't have (RFC 7950 section 14, `yang-char`) and
/// those that nobody sees.
pub(super) fn words(text: &str) -> String {
    let seen = |c: char| {
        let none = u32::from(c) & 0xfffe == 0xfffe || ('\u{fdd0}'..='\u{fdef}').contains(&c);
        !(none || c.is_control() && !c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}'))
    };
    let mut joined = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let start = joined.len();
        if start > 0 {
            joined.push(' ');
        }
        let before = joined.len();
        joined.extend(word.chars().filter(|c| seen(*c)));
        if joined.len() == before {
            joined.truncate(start);
        }
    }
    joined
}

/// Its lines, each as words, without empty ones.
pub(super) fn lines(text: &str) -> Vec<String> {
    text.lines().map(words).filter(|line| !line.is_empty()).collect()
}

/// The blocks of a text in which each line is a thought of its own, unless it goes on in the middle of a sentence.
pub(super) fn from_definition(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut apart = true;
    for line in text.lines().map(words) {
        if line.is_empty() {
            apart = true;
            continue;
        }
        match blocks.last_mut() {
            Some(last) if !apart && !is_item(&line) && goes_on(last.text(), &line) => last.append(&line),
            _ => blocks.push(Block::new(line)),
        }
        apart = false;
    }
    blocks
}

fn goes_on(before: &str, line: &str) -> bool {
    let ends = before.ends_with(['.', ':', ';', '!', '?']);
    before.ends_with(',') || !ends && line.starts_with(|c: char| c.is_lowercase())
}

/// The text of a definition.
pub(super) fn to_definition(blocks: &[Block]) -> String {
    let mut text = String::new();
    for block in blocks {
        if !text.is_empty() {
            text.push_str(if matches!(block, Block::Item(_)) { "\n" } else { "\n\n" });
        }
        text.push_str(block.text());
    }
    text
}

/// The blocks of a YANG text, whose lines are wrapped: a paragraph ends at an empty line, an item goes on where lines are
/// indented.
pub(super) fn from_yang(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut apart = true;
    for raw in text.lines() {
        let line = words(raw);
        if line.is_empty() {
            apart = true;
            continue;
        }
        let indented = raw.starts_with([' ', '\t']);
        match blocks.last_mut() {
            Some(last) if !apart && (indented || !is_item(&line)) => last.append(&line),
            _ => blocks.push(Block::new(line)),
        }
        apart = false;
    }
    blocks
}

/// The lines of a YANG text.
pub(super) fn to_yang(blocks: &[Block], width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for block in blocks {
        let item = matches!(block, Block::Item(_));
        if !item && !lines.is_empty() {
            lines.push(String::new());
        }
        wrap(block.text(), width, if item { "  " } else { "" }, &mut lines);
    }
    lines
}

fn wrap(text: &str, width: usize, indent: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for unit in units(text) {
        let length = line.chars().count() + 1 + unit.chars().count();
        if !line.is_empty() && length > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        } else if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(unit);
    }
    lines.push(line);
}

/// Words, those kept with the one before that would make a line look like an item.
fn units(text: &str) -> Vec<&str> {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for word in text.split(' ') {
        if at == 0 || !text.get(at..).is_some_and(is_item) && !is_item(word) {
            starts.push(at);
        }
        at += word.len() + 1;
    }
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([text.len()]);
    starts.iter().zip(ends).filter_map(|(start, end)| text.get(*start..end)).collect()
}

/// Whether a line begins with the mark of a list: a dash or dot, or a number or letter as in `1:`, `(1)`, `a)`, `0 =`,
/// `9..15=`, `2 Charging`.
pub(super) fn is_item(line: &str) -> bool {
    let mut words = line.split(' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if matches!(first, "-" | "*" | "•" | "·" | "–" | "—" | "+") {
        return true;
    }
    let Some(rest) = after_mark(first.trim_start_matches(['(', '['])) else { return false };
    let numbered = first.contains(|c: char| c.is_ascii_digit());
    match rest.chars().next() {
        None => matches!(second, "=" | ":" | "-" | "–") || numbered && second.starts_with(char::is_uppercase),
        Some(':' | '=' | ')' | ']') => true,
        Some('.') => rest.len() == 1,
        _ => false,
    }
}

/// What stands behind a number, two numbers as a range, or a single letter.
fn after_mark(word: &str) -> Option<&str> {
    let digits = |word: &str| word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    let hex =
        word.strip_prefix("0x").map(|rest| (rest, rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len())));
    if let Some((rest, end)) = hex.filter(|(_, end)| *end > 0) {
        return rest.get(end..);
    }
    let end = digits(word);
    if end > 0 {
        let rest = word.get(end..)?;
        let second = ["...", "..", "-", "–"].iter().find_map(|dots| rest.strip_prefix(dots));
        let second = second.map(|second| (second, digits(second))).filter(|(_, end)| *end > 0);
        return second.map_or(Some(rest), |(second, end)| second.get(end..));
    }
    let letter = word.chars().next().filter(char::is_ascii_alphabetic)?;
    word.get(letter.len_utf8()..).filter(|rest| !rest.is_empty() && !rest.starts_with('='))
}

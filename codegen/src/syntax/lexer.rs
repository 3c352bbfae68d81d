//! Tokens with their places. The only file that names yang-rs.
//!
//! What yang-rs is asked for is where tokens begin and end; strings are decoded by `string` from the source itself,
//! because its own decoding keeps no escapes apart and counts columns wrongly. Its peculiarities, met here:
//! - there is no end token: the end is where the lengths reach the input's; a length of 0 before that is an error;
//! - it refuses `\` before other characters, and cuts an unquoted string at a quote inside, both of which YANG 1
//!   allows: such characters are masked by one of the same length, so that all places stay true;
//! - it takes every Unicode space for white space, and `+` at the start of an unquoted string for a sign;
//! - a panic inside it becomes an error at the token.

use std::panic::{AssertUnwindSafe, catch_unwind};

use yang_rs::parser::{Parser, Token};

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    BlockBegin,
    BlockEnd,
    DoubleQuoted,
    Plus,
    SingleQuoted,
    StatementEnd,
    Unquoted,
}

/// A token, its place relative to the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether white space or a comment stands before it.
    pub(super) separated: bool,
}

/// Where the text is no sequence of tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LexError {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) message: &'static str,
}

/// Cuts a text into tokens; white space and comments are left out. What was found before an error is given back too.
pub(super) fn tokens(text: &str) -> (Vec<Lexeme>, Option<LexError>) {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let Some(body) = text.get(start..) else { return (Vec::new(), None) };
    let mut found = Vec::with_capacity(body.len() / 12);
    let mut parser = Parser::new(mask(body));
    let (mut at, mut separated) = (start, true);
    while at < text.len() {
        let next = catch_unwind(AssertUnwindSafe(|| parser.get_single_token()));
        let (token, length) = match next {
            Ok(Ok((token, length))) if length > 0 => (token, length),
            Ok(_) | Err(_) => return (found, Some(refusal(text, at))),
        };
        let end = at + length;
        let piece = text.get(at..end).unwrap_or_default();
        let kind = match token {
            Token::Whitespace(_) => {
                if let Some((offset, odd)) = piece.char_indices().find(|(_, c)| !matches!(c, ' ' | '\t' | '\r' | '\n'))
                {
                    let start = at + offset;
                    let message = "this character is no white space in YANG";
                    return (found, Some(LexError { start, end: start + odd.len_utf8(), message }));
                }
                None
            }
            Token::Comment(_) | Token::EndOfInput => None,
            Token::PlusSign => Some(TokenKind::Plus),
            Token::BlockBegin => Some(TokenKind::BlockBegin),
            Token::BlockEnd => Some(TokenKind::BlockEnd),
            Token::StatementEnd => Some(TokenKind::StatementEnd),
            Token::QuotedString(_) if piece.starts_with('"') => Some(TokenKind::DoubleQuoted),
            Token::QuotedString(_) => Some(TokenKind::SingleQuoted),
            Token::Identifier(_) => Some(TokenKind::Unquoted),
        };
        match kind {
            None => separated = true,
            Some(kind) => {
                found.push(Lexeme { kind, start: at, end, separated });
                separated = false;
            }
        }
        at = end;
    }
    (found, None)
}

/// Why yang-rs refused what begins at `at`.
fn refusal(text: &str, at: usize) -> LexError {
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let (length, message) = if rest.starts_with("/*") {
        (2, "this comment is never closed")
    } else if rest.starts_with("*/") {
        (2, "no comment is open here")
    } else if rest.starts_with('"') || rest.starts_with('\'') {
        (1, "this string is never closed")
    } else {
        (first, "this is no YANG token")
    };
    LexError { start: at, end: at + length, message }
}

/// Replaces what yang-rs would refuse or cut by `_`: backslashes that begin no escape of its own, and quotes inside of
/// unquoted strings, which YANG 1 allows (RFC 6020 section 6.1.3). All places stay true.
fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut keyword = true;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' | '\r' | '\n' => 1,
            ';' | '{' | '}' => {
                keyword = true;
                1
            }
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '\'' => rest.get(1..).and_then(|inner| inner.find('\'')).map_or(rest.len(), |end| end + 2),
            '"' => {
                let length = double_quoted(rest);
                mask_backslashes(rest.get(..length).unwrap_or_default(), &mut masked);
                rest = rest.get(length..).unwrap_or_default();
                keyword = false;
                continue;
            }
            // Between the parts of a string; at the start of an unquoted one it does no harm.
            '+' => 1,
            _ => {
                let length = unquoted(rest, keyword);
                let word = rest.get(..length).unwrap_or_default();
                masked.extend(word.chars().map(|c| if matches!(c, '"' | '\'' | '\\') { '_' } else { c }));
                rest = rest.get(length..).unwrap_or_default();
                keyword = false;
                continue;
            }
        };
        let (piece, behind) = rest.split_at_checked(length).unwrap_or((rest, ""));
        masked.push_str(piece);
        rest = behind;
    }
    masked
}

/// The length of a double-quoted string, its quotes included.
fn double_quoted(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !escaped => return at + 1,
            b'\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The length of an unquoted string; a quote ends a keyword.
fn unquoted(text: &str, keyword: bool) -> usize {
    let mut before = '\0';
    for (at, character) in text.char_indices() {
        match character {
            ' ' | '\t' | '\r' | '\n' | ';' | '{' | '}' => return at,
            '"' | '\'' if keyword => return at.max(1),
            // A comment begins one character back (RFC 7950 section 6.1.3).
            '/' | '*' if before == '/' && at > 1 => return at - 1,
            _ => before = character,
        }
    }
    text.len()
}

/// Escapes are pairs counted from the start of a run of backslashes.
fn mask_backslashes(text: &str, masked: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        masked.push_str(before);
        match after.chars().next() {
            Some(escaped @ ('n' | 't' | '"' | '\\')) => {
                masked.push('\\');
                masked.push(escaped);
                rest = after.get(1..).unwrap_or_default();
            }
            _ => {
                masked.push('_');
                rest = after;
            }
        }
    }
    masked.push_str(rest);
}

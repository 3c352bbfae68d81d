//! Tokens with their places. The only file that names yang-rs.
//!
//! What yang-rs is asked for is where tokens begin and end; strings are decoded by `string` from the source itself,
//! because its own decoding keeps no escapes apart and counts columns wrongly. Its peculiarities, met here:
//! - there is no end token: the end is where the lengths reach the input's; a length of 0 before that is an error;
//! - it refuses `\` before other characters, which YANG 1 allows: such a backslash is masked by a character of the
//!   same length, so that all places stay true;
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
    let mut parser = Parser::new(mask_backslashes(body));
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

/// Replaces each backslash that yang-rs would refuse by `_`. Outside double-quoted strings it doesn't matter what is
/// replaced; inside, escapes are pairs counted from the start of a run of backslashes.
fn mask_backslashes(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
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
    masked
}

//! Text to tokens (XPath 1.0 section 3.7).

use super::TOKEN_LIMIT;
use super::ast::{Extent, Operator};
use super::error::{Error, Reason};

/// What a token is; names and strings are lent from the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum TokenKind<'t> {
    At,
    /// A name before `::`.
    Axis(&'t str),
    BracketClose,
    BracketOpen,
    Comma,
    Dollar,
    Dot,
    DotDot,
    /// A name before `(`.
    Function(&'t str),
    Literal(&'t str),
    /// `*`, `prefix:*`, `name` or `prefix:name`.
    NameTest {
        prefix: Option<&'t str>,
        local: &'t str,
    },
    Number(f64),
    Operator(Operator),
    ParenthesisClose,
    ParenthesisOpen,
    Slash,
    SlashSlash,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind<'t>,
    pub(super) extent: Extent,
}

/// An extent from byte offsets; a text over 4 GiB has been refused by `SourceMap`.
pub(super) fn extent(start: usize, end: usize) -> Extent {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Extent { start: offset(start), end: offset(end) }
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Error> {
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    loop {
        at = skip_space(text, at);
        let rest = text.get(at..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return Ok(found) };
        let (kind, length) = match simple(rest) {
            Some(simple) => simple,
            None if matches!(first, '"' | '\'') => {
                literal(rest, first).ok_or(Error { reason: Reason::Unclosed, extent: extent(at, at + 1) })?
            }
            None if first.is_ascii_digit() || first == '.' => number(rest),
            // A `*` or a name behind an operand is an operator (XPath 1.0 section 3.7).
            None if first == '*' => match behind_operand(&found) {
                true => (TokenKind::Operator(Operator::Multiply), 1),
                false => (TokenKind::NameTest { prefix: None, local: "*" }, 1),
            },
            None if name_start(first) => name(text, at, behind_operand(&found))?,
            None => {
                return Err(Error { reason: Reason::Character(first), extent: extent(at, at + first.len_utf8()) });
            }
        };
        let place = extent(at, at + length);
        if found.len() >= TOKEN_LIMIT {
            return Err(Error { reason: Reason::TooLong, extent: place });
        }
        found.push(Token { kind, extent: place });
        at += length;
    }
}

fn skip_space(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + (rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len())
}

fn behind_operand(found: &[Token<'_>]) -> bool {
    use TokenKind::{At, Axis, BracketOpen, Comma, Dollar, Function, ParenthesisOpen, Slash, SlashSlash};
    found.last().is_some_and(|token| {
        !matches!(
            token.kind,
            At | Axis(_)
                | BracketOpen
                | Comma
                | Dollar
                | Function(_)
                | ParenthesisOpen
                | Slash
                | SlashSlash
                | TokenKind::Operator(_)
        )
    })
}

/// Tokens of punctuation.
fn simple(rest: &str) -> Option<(TokenKind<'static>, usize)> {
    use Operator::{Add, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, Subtract, Union};
    use TokenKind as Kind;
    let mut bytes = rest.bytes();
    let (first, second) = (bytes.next()?, bytes.next());
    Some(match (first, second) {
        (b'/', Some(b'/')) => (Kind::SlashSlash, 2),
        (b'/', _) => (Kind::Slash, 1),
        (b'.', Some(b'.')) => (Kind::DotDot, 2),
        (b'.', Some(digit)) if digit.is_ascii_digit() => return None,
        (b'.', _) => (Kind::Dot, 1),
        (b'(', _) => (Kind::ParenthesisOpen, 1),
        (b')', _) => (Kind::ParenthesisClose, 1),
        (b'[', _) => (Kind::BracketOpen, 1),
        (b']', _) => (Kind::BracketClose, 1),
        (b'@', _) => (Kind::At, 1),
        (b',', _) => (Kind::Comma, 1),
        (b'$', _) => (Kind::Dollar, 1),
        (b'|', _) => (Kind::Operator(Union), 1),
        (b'+', _) => (Kind::Operator(Add), 1),
        (b'-', _) => (Kind::Operator(Subtract), 1),
        (b'=', _) => (Kind::Operator(Equal), 1),
        (b'!', Some(b'=')) => (Kind::Operator(NotEqual), 2),
        (b'<', Some(b'=')) => (Kind::Operator(LessOrEqual), 2),
        (b'<', _) => (Kind::Operator(Less), 1),
        (b'>', Some(b'=')) => (Kind::Operator(GreaterOrEqual), 2),
        (b'>', _) => (Kind::Operator(Greater), 1),
        _ => return None,
    })
}

fn literal(rest: &str, quote: char) -> Option<(TokenKind<'_>, usize)> {
    let inner = rest.get(1..)?;
    let end = inner.find(quote)?;
    Some((TokenKind::Literal(inner.get(..end)?), end + 2))
}

fn number(rest: &str) -> (TokenKind<'_>, usize) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let fraction = rest.get(whole..).and_then(|rest| rest.strip_prefix('.'));
    let length = whole + fraction.map_or(0, |fraction| 1 + digits(fraction));
    let value = rest.get(..length).and_then(|text| text.parse().ok());
    (TokenKind::Number(value.unwrap_or(f64::NAN)), length)
}

/// A name: an operator, a function, an axis or a name test (XPath 1.0 section 3.7).
fn name(text: &str, at: usize, behind_operand: bool) -> Result<(TokenKind<'_>, usize), Error> {
    let first = ncname(text, at);
    if behind_operand {
        let operator = match first {
            "and" => Operator::And,
            "or" => Operator::Or,
            "div" => Operator::Divide,
            "mod" => Operator::Modulo,
            other => {
                let reason = Reason::Expected { expected: "an operator", found: format!("`{}`", shortened(other)) };
                return Err(Error { reason, extent: extent(at, at + other.len()) });
            }
        };
        return Ok((TokenKind::Operator(operator), first.len()));
    }
    let after = |end: usize| text.get(skip_space(text, end)..).unwrap_or_default();
    let end = at + first.len();
    if after(end).starts_with("::") {
        let colons = skip_space(text, end);
        return Ok((TokenKind::Axis(first), colons + 2 - at));
    }
    let rest = text.get(end..).unwrap_or_default();
    if let Some(local) = rest.strip_prefix(':') {
        if local.starts_with('*') {
            return Ok((TokenKind::NameTest { prefix: Some(first), local: "*" }, first.len() + 2));
        }
        if local.chars().next().is_some_and(name_start) {
            let local = ncname(text, end + 1);
            let end = end + 1 + local.len();
            let qualified = text.get(at..end).unwrap_or_default();
            return Ok(match after(end).starts_with('(') {
                true => (TokenKind::Function(qualified), qualified.len()),
                false => (TokenKind::NameTest { prefix: Some(first), local }, qualified.len()),
            });
        }
        let found = local.chars().next().map_or("the end".to_owned(), |found| format!("`{found}`"));
        let reason = Reason::Expected { expected: "a name behind the prefix", found };
        return Err(Error { reason, extent: extent(at, end + 1) });
    }
    Ok(match after(end).starts_with('(') {
        true => (TokenKind::Function(first), first.len()),
        false => (TokenKind::NameTest { prefix: None, local: first }, first.len()),
    })
}

/// Enough of a long word for a message.
pub(super) fn shortened(word: &str) -> String {
    word.chars().take(40).collect()
}

fn ncname(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c| !name_character(c)).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// `NameStartChar` of XML without the colon.
fn name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn name_character(c: char) -> bool {
    name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

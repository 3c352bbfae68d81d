//! Tokens to statements.

use super::lexer::{Lexeme, TokenKind, tokens};
use super::statement::{Argument, Keyword, Statement};
use super::{NESTING_LIMIT, string};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span};

/// The statements of a text: one module or submodule where it is right. After an error the rest is still read where
/// its structure can be told.
///
/// ```
/// use comi_codegen::{source::SourceMap, syntax};
///
/// let mut sources = SourceMap::default();
/// let id = sources.add("a.yang", "module a { namespace \"urn:a\"; prefix a; }").unwrap();
/// let mut diagnostics = Vec::new();
/// let statements = syntax::parse(&sources, id, &mut diagnostics);
/// assert_eq!(statements[0].child_text("namespace"), Some("urn:a"));
/// assert!(diagnostics.is_empty());
/// ```
#[must_use]
pub fn parse(sources: &SourceMap, id: SourceId, diagnostics: &mut Vec<Diagnostic>) -> Vec<Statement> {
    let Some(source) = sources.source(id) else { return Vec::new() };
    let text = source.text();
    let (tokens, refused) = tokens(text);
    let mut parser = Parser { text, id, tokens: &tokens, at: 0, diagnostics, lax: Vec::new(), incomplete: false };
    parser.characters();
    let statements = parser.statements(0);
    parser.quoting(&statements);
    let incomplete = parser.incomplete;
    if let Some(error) = refused {
        let span = parser.span(error.start, error.end);
        // What stands open only because the text could not be read further is no mistake of its own.
        let open = |message: &str| message == UNCLOSED || message == UNENDED;
        diagnostics.retain(|diagnostic| !open(&diagnostic.message));
        diagnostics.push(Diagnostic::error(error.message).at(span, "").rule("RFC 7950 section 6.1"));
        return statements;
    }
    if statements.is_empty() && !incomplete && diagnostics.is_empty() {
        let span = Span { source: id, start: 0, end: 0 };
        diagnostics.push(Diagnostic::error("there is no module in this file").at(span, "expected `module`"));
    }
    statements
}

const QUOTING: &str = "RFC 7950 section 6.1.3";
/// What is no YANG at all needs not be told line by line.
const MOST_ERRORS: usize = 50;

const UNCLOSED: &str = "the block that begins here is never closed";
const UNENDED: &str = "the file ends before `;` or `{`";

struct Parser<'a> {
    text: &'a str,
    id: SourceId,
    tokens: &'a [Lexeme],
    at: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Places of what only YANG 1 allows: other escapes, and quotes inside of an unquoted string.
    lax: Vec<Span>,
    /// Whether an error ended the reading.
    incomplete: bool,
}

impl Parser<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        // The text's length fits, `SourceMap::add` has seen to it.
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Span { source: self.id, start: offset(start), end: offset(end) }
    }

    fn place(&self, token: Lexeme) -> Span {
        self.span(token.start, token.end)
    }

    fn peek(&self) -> Option<Lexeme> {
        self.tokens.get(self.at).copied()
    }

    fn error(&mut self, span: Span, message: impl Into<String>, label: &str) {
        self.diagnostics.push(Diagnostic::error(message).at(span, label).rule("RFC 7950 section 6.3"));
    }

    /// RFC 7950 section 14, `yang-char`.
    fn characters(&mut self) {
        let forbidden = |c: char| {
            matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fdd0}'..='\u{fdef}')
                || u32::from(c) & 0xfffe == 0xfffe
        };
        if let Some((at, found)) = self.text.char_indices().find(|(_, c)| forbidden(*c)) {
            let span = self.span(at, at + found.len_utf8());
            let message = format!("the character U+{:04X} is not allowed in YANG", u32::from(found));
            self.diagnostics.push(Diagnostic::error(message).at(span, "").rule("RFC 7950 section 14"));
        }
    }

    /// Statements up to the closing brace (which is left) or the end.
    fn statements(&mut self, depth: usize) -> Vec<Statement> {
        let mut statements = Vec::new();
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::BlockEnd if depth > 0 => break,
                _ if self.diagnostics.len() >= MOST_ERRORS => {
                    self.incomplete = true;
                    self.at = self.tokens.len();
                }
                TokenKind::BlockEnd => {
                    self.error(self.place(token), "this `}` closes nothing", "");
                    // Those behind it close nothing for the same reason.
                    while self.peek().is_some_and(|token| token.kind == TokenKind::BlockEnd) {
                        self.at += 1;
                    }
                }
                TokenKind::Unquoted => match self.statement(token, depth) {
                    Some(statement) => statements.push(statement),
                    None if self.incomplete => break,
                    None => {}
                },
                TokenKind::StatementEnd => {
                    self.error(self.place(token), "this `;` ends nothing", "a keyword is expected here");
                    self.at += 1;
                }
                _ => {
                    self.error(self.place(token), "a keyword is expected here", "");
                    self.skip();
                }
            }
        }
        statements
    }

    fn statement(&mut self, token: Lexeme, depth: usize) -> Option<Statement> {
        let keyword = self.keyword(token);
        self.at += 1;
        let argument = self.argument();
        let head_end = argument.as_ref().map_or(keyword.span, |argument| argument.span).end;
        let head = Span { end: head_end, ..keyword.span };
        let Some(next) = self.peek() else {
            self.unclosed(head, UNENDED);
            return None;
        };
        let mut statement = Statement { keyword, argument, children: Vec::new(), head, span: head };
        match next.kind {
            TokenKind::StatementEnd => {
                self.at += 1;
                statement.span.end = self.place(next).end;
            }
            TokenKind::BlockBegin if depth >= NESTING_LIMIT => {
                self.error(head, format!("statements are nested more than {NESTING_LIMIT} deep"), "");
                self.incomplete = true;
                self.at = self.tokens.len();
                return None;
            }
            TokenKind::BlockBegin => {
                self.at += 1;
                statement.children = self.statements(depth + 1);
                match self.peek() {
                    Some(end) => {
                        self.at += 1;
                        statement.span.end = self.place(end).end;
                    }
                    None if self.incomplete => return Some(statement),
                    None => {
                        self.unclosed(head, UNCLOSED);
                        return Some(statement);
                    }
                }
            }
            _ => {
                let behind = Span { start: head.end, ..head };
                let mut diagnostic = Diagnostic::error(format!(
                    "expected `;` or `{{` behind `{}`, found `{}`",
                    statement.keyword.name,
                    self.text.get(next.start..next.end).unwrap_or_default().chars().take(30).collect::<String>()
                ))
                .at(Span { end: behind.start, ..behind }, "`;` missing here?")
                .rule("RFC 7950 section 6.3");
                if matches!(next.kind, TokenKind::DoubleQuoted | TokenKind::SingleQuoted) {
                    diagnostic = diagnostic
                        .rule(QUOTING)
                        .help("an argument is one string: join its parts by `+`, or quote all of it");
                }
                self.diagnostics.push(diagnostic);
                // An unquoted word on a new line is most likely the next statement; anything else is skipped.
                if next.kind != TokenKind::Unquoted || !self.new_line(head.end, next.start) {
                    self.skip();
                }
            }
        }
        Some(statement)
    }

    fn new_line(&self, from: u32, to: usize) -> bool {
        self.text.get(from as usize..to).is_some_and(|between| between.contains('\n'))
    }

    fn unclosed(&mut self, span: Span, message: &str) {
        // The innermost open block is the one to name; those around it are open for the same reason.
        if !self.incomplete {
            self.error(span, message, "");
        }
        self.incomplete = true;
    }

    fn keyword(&mut self, token: Lexeme) -> Keyword {
        let span = self.place(token);
        let text = self.text.get(token.start..token.end).unwrap_or_default();
        let (prefix, name) = match text.split_once(':') {
            Some((prefix, name)) => (Some(prefix), name),
            None => (None, text),
        };
        if !super::is_identifier(name) || prefix.is_some_and(|prefix| !super::is_identifier(prefix)) {
            self.error(span, format!("`{text}` is no keyword"), "");
        }
        Keyword { prefix: prefix.map(str::to_owned), name: name.to_owned(), span }
    }

    /// An unquoted string, or quoted ones joined by `+`.
    fn argument(&mut self) -> Option<Argument> {
        let first = self.peek()?;
        match first.kind {
            TokenKind::Unquoted | TokenKind::Plus => {
                self.at += 1;
                let mut end = first.end;
                // yang-rs cuts an unquoted string that begins with `+` in two.
                while let Some(next) = self.peek().filter(|next| !next.separated) {
                    match next.kind {
                        TokenKind::Unquoted | TokenKind::Plus => end = next.end,
                        _ => break,
                    }
                    self.at += 1;
                }
                let text = self.text.get(first.start..end).unwrap_or_default().to_owned();
                let span = self.span(first.start, end);
                if text.contains(['"', '\'']) {
                    self.lax.push(span);
                }
                Some(Argument { text, span })
            }
            TokenKind::DoubleQuoted | TokenKind::SingleQuoted => {
                if !first.separated {
                    self.error(self.place(first), "white space is missing before this string", "");
                }
                let mut argument = Argument { text: String::new(), span: self.place(first) };
                loop {
                    let token = self.peek()?;
                    self.at += 1;
                    self.decode(token, &mut argument.text);
                    argument.span.end = self.place(token).end;
                    let Some(plus) = self.peek().filter(|token| token.kind == TokenKind::Plus) else { break };
                    self.at += 1;
                    let quoted =
                        |token: &Lexeme| matches!(token.kind, TokenKind::DoubleQuoted | TokenKind::SingleQuoted);
                    if !self.peek().is_some_and(|token| quoted(&token)) {
                        let diagnostic = Diagnostic::error("a quoted string must follow `+`").at(self.place(plus), "");
                        self.diagnostics.push(diagnostic.rule(QUOTING));
                        if self.peek().is_some_and(|token| token.kind == TokenKind::Unquoted) {
                            self.at += 1;
                        }
                        break;
                    }
                }
                Some(argument)
            }
            TokenKind::BlockBegin | TokenKind::BlockEnd | TokenKind::StatementEnd => None,
        }
    }

    fn decode(&mut self, token: Lexeme, into: &mut String) {
        let inner = self.text.get(token.start + 1..token.end.saturating_sub(1)).unwrap_or_default();
        if token.kind == TokenKind::SingleQuoted {
            into.push_str(&string::single_quoted(inner));
        } else if inner.contains(['\\', '\n']) {
            let mut bad = Vec::new();
            into.push_str(&string::double_quoted(inner, string::column(self.text, token.start), &mut bad));
            for place in bad {
                let start = token.start + 1 + place.0;
                let escaped = inner.get(place.0 + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                self.lax.push(self.span(start, start + 1 + escaped));
            }
        } else {
            into.push_str(inner);
        }
    }

    /// RFC 7950 section 6.1.3: in YANG 1.1 a backslash stands before `n`, `t`, `"` or `\` only, and an unquoted string
    /// has no quotes in it.
    fn quoting(&mut self, statements: &[Statement]) {
        let version = statements.first().and_then(|module| module.child_text("yang-version"));
        if version != Some("1.1") {
            return;
        }
        for span in std::mem::take(&mut self.lax) {
            let found = self.text.get(span.start as usize..span.end as usize).unwrap_or_default();
            let (message, help) = match found.starts_with('\\') {
                true => {
                    let message = format!("`{found}` is no escape in a double-quoted string");
                    (message, "use single quotes, or write the backslash twice")
                }
                false => {
                    let shown: String = found.chars().take(60).collect();
                    (format!("there is a quote inside of the unquoted string `{shown}`"), "quote the whole of it")
                }
            };
            self.diagnostics.push(Diagnostic::error(message).at(span, "").rule(QUOTING).help(help));
        }
    }

    /// Leaves out the rest of a statement that can't be read.
    fn skip(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match token.kind {
                TokenKind::BlockBegin => depth += 1,
                TokenKind::BlockEnd if depth == 0 => return,
                TokenKind::BlockEnd => {
                    depth -= 1;
                    if depth == 0 {
                        self.at += 1;
                        return;
                    }
                }
                TokenKind::StatementEnd if depth == 0 => {
                    self.at += 1;
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }
}

//! The statement tree: what was written, in the order it was written, nothing resolved.

use crate::source::Span;

/// A statement (RFC 7950 section 6.3).
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its keyword.
    pub keyword: Keyword,
    /// Its argument, if it has one.
    pub argument: Option<Argument>,
    /// Its substatements.
    pub children: Vec<Statement>,
    /// From the keyword to the end of the argument: what a diagnostic points at.
    pub head: Span,
    /// From the keyword to the closing brace or semicolon.
    pub span: Span,
}

/// A keyword, with a prefix where it is that of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyword {
    /// Prefix of an extension statement.
    pub prefix: Option<String>,
    /// Name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
}

/// An argument: unquoted, its escapes and concatenation resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The text.
    pub text: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

impl Statement {
    /// The argument's text; empty where there is none.
    #[must_use]
    pub fn text(&self) -> &str {
        self.argument.as_ref().map_or("", |argument| argument.text.as_str())
    }

    /// Where the argument stands, or else the keyword.
    #[must_use]
    pub fn argument_span(&self) -> Span {
        self.argument.as_ref().map_or(self.keyword.span, |argument| argument.span)
    }

    /// Whether this is the YANG statement (not an extension) of that name.
    #[must_use]
    pub fn is(&self, keyword: &str) -> bool {
        self.keyword.prefix.is_none() && self.keyword.name == keyword
    }

    /// The first substatement of that keyword.
    #[must_use]
    pub fn child(&self, keyword: &str) -> Option<&Statement> {
        self.children.iter().find(|child| child.is(keyword))
    }

    /// The substatements of that keyword.
    pub fn all<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = &'a Statement> + 'a {
        self.children.iter().filter(move |child| child.is(keyword))
    }

    /// The text of the first substatement of that keyword.
    #[must_use]
    pub fn child_text(&self, keyword: &str) -> Option<&str> {
        self.child(keyword).map(Statement::text)
    }
}

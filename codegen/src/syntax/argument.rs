//! The grammar of arguments (RFC 7950 section 14), as far as one argument tells.

/// What an argument must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD`, a day of the calendar.
    Date,
    /// One of these words.
    OneOf(&'static [&'static str]),
    Identifier,
    /// A positive integer, or `unbounded`.
    MaxElements,
    /// An identifier, with or without a prefix.
    Reference,
    Integer,
    /// A non-negative integer.
    Natural,
    /// RFC 3986: a scheme, and no character that a URI cannot have.
    Uri,
    /// Identifiers, `/` between them, each with or without a prefix; begins with `/`.
    AbsolutePath,
    /// The same without the first `/`.
    DescendantPath,
    /// There is none.
    Nothing,
    /// Anything.
    Text,
}

impl Form {
    /// Whether a text has this form.
    pub(super) fn takes(self, text: &str) -> bool {
        match self {
            Form::Boolean => matches!(text, "true" | "false"),
            Form::Date => is_date(text),
            Form::OneOf(words) => words.contains(&text),
            Form::Identifier => is_identifier(text),
            Form::MaxElements => text == "unbounded" || text != "0" && is_natural(text),
            Form::Reference => is_reference(text),
            Form::Integer => is_natural(text.strip_prefix('-').unwrap_or(text)),
            Form::Natural => is_natural(text),
            Form::AbsolutePath => text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_reference)),
            Form::DescendantPath => text.split('/').all(is_reference),
            Form::Uri => is_uri(text),
            Form::Nothing => false,
            Form::Text => true,
        }
    }

    /// In words.
    pub(super) fn words(self) -> String {
        match self {
            Form::Boolean => "`true` or `false`".into(),
            Form::Date => "a date, YYYY-MM-DD".into(),
            Form::OneOf(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or "),
            Form::Identifier => "an identifier".into(),
            Form::MaxElements => "a positive integer or `unbounded`".into(),
            Form::Reference => "an identifier, with or without a prefix".into(),
            Form::Integer => "an integer".into(),
            Form::Natural => "a non-negative integer".into(),
            Form::AbsolutePath => "a path from the root, such as `/a:b/a:c`".into(),
            Form::DescendantPath => "a path downwards, such as `b/c`".into(),
            Form::Uri => "a URI, such as `urn:example:pump`".into(),
            Form::Nothing => "no argument".into(),
            Form::Text => "a string".into(),
        }
    }
}

/// RFC 7950 section 6.2.
pub(crate) fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

/// An identifier, with or without a prefix.
pub(crate) fn is_reference(text: &str) -> bool {
    match text.split_once(':') {
        Some((prefix, name)) => is_identifier(prefix) && is_identifier(name),
        None => is_identifier(text),
    }
}

/// `non-negative-integer-value`: no leading zeros.
fn is_natural(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut number = |digits: usize| {
        let part = parts.next()?;
        (part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok())?
    };
    let (Some(year), Some(month), Some(day), None) = (number(4), number(2), number(2), parts.next()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u16::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// RFC 3986 sections 2 and 3.1.
/// RFC 3986: a scheme, and no character that a URI cannot have.
pub(crate) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(in_scheme)
        && !rest.is_empty()
        && rest.bytes().all(allowed)
        && rest.split('%').skip(1).all(|hex| hex.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2)
}

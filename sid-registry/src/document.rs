//! JSON text that knows where each of its values lies, for errors that name line, column and member.
//!
//! serde_json walks the text once and lends each value as raw text, so a value's place in the file is where its text
//! lies in the whole. Knows no file format: `parse` and `migration` do. Read [`Document`] first.

use core::fmt;
use std::collections::HashSet;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::{ParseError, Reason, Sid};

/// The largest text that is read, in bytes: about 100 000 items.
pub const MAX_FILE_SIZE: usize = 16 << 20;

/// How much of a wrong value a message repeats, in characters.
const SHOWN: usize = 40;

/// The whole text, which knows where a part of it lies.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    text: &'a str,
}

impl<'a> Document<'a> {
    /// The document and its root; a byte order mark is skipped.
    pub(crate) fn open(text: &'a str) -> Result<(Document<'a>, &'a RawValue), ParseError> {
        if text.len() > MAX_FILE_SIZE {
            let reason = Reason::TooLarge { size: text.len(), limit: MAX_FILE_SIZE };
            return Err(ParseError { line: 1, column: 1, member: String::new(), reason });
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let root = serde_json::from_str::<&RawValue>(text).map_err(|error| syntax_error(&error))?;
        Ok((Document { text }, root))
    }

    pub(crate) fn error(self, at: &'a RawValue, member: &Path<'_>, reason: Reason) -> ParseError {
        let offset = (at.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let before = self.text.get(..offset).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        ParseError { line, column, member: member.to_string(), reason }
    }

    /// The members of an object. `alias` gives the name that a member's name stands for: no two may stand for one.
    pub(crate) fn members(
        self,
        at: &'a RawValue,
        path: &Path<'_>,
        alias: impl Fn(&str) -> &str,
    ) -> Result<Vec<(String, &'a RawValue)>, ParseError> {
        let Ok(Members(members)) = serde_json::from_str(at.get()) else {
            return Err(self.wrong_type(at, path, "an object"));
        };
        let mut names = HashSet::new();
        for (name, value) in &members {
            if !names.insert(alias(name)) {
                return Err(self.error(value, &Path::Member { of: path, name }, Reason::DuplicateMember));
            }
        }
        Ok(members)
    }

    pub(crate) fn list<T>(
        self,
        at: &'a RawValue,
        path: &Path<'_>,
        entry: impl Fn(Self, &'a RawValue, &Path<'_>) -> Result<T, ParseError>,
    ) -> Result<Vec<T>, ParseError> {
        let Ok(values) = serde_json::from_str::<Vec<&RawValue>>(at.get()) else {
            return Err(self.wrong_type(at, path, "a list"));
        };
        let entries = values.into_iter().enumerate();
        entries.map(|(index, value)| entry(self, value, &Path::Entry { of: path, number: index + 1 })).collect()
    }

    pub(crate) fn string(self, at: &'a RawValue, path: &Path<'_>) -> Result<String, ParseError> {
        serde_json::from_str(at.get()).map_err(|_| self.wrong_type(at, path, "a string"))
    }

    /// An unsigned number, as a string (RFC 7951 section 6.1) or, in older files, as a number.
    pub(crate) fn number(self, at: &'a RawValue, path: &Path<'_>, limit: u64) -> Result<u64, ParseError> {
        let digits = match at.get().bytes().next() {
            Some(b'"') => self.string(at, path)?,
            Some(b'0'..=b'9' | b'-') => at.get().to_owned(),
            _ => return Err(self.wrong_type(at, path, "a number in a string")),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.error(at, path, Reason::NotAWholeNumber(shown(&digits))));
        }
        match digits.parse::<u64>() {
            Ok(number) if number <= limit => Ok(number),
            _ => Err(self.error(at, path, Reason::NumberTooLarge { number: shown(&digits), limit })),
        }
    }

    pub(crate) fn sid_number(self, at: &'a RawValue, path: &Path<'_>) -> Result<Sid, ParseError> {
        let number = self.number(at, path, Sid::MAX.number())?;
        Sid::new(number).ok_or_else(|| self.error(at, path, Reason::SidZero))
    }

    pub(crate) fn unknown_name(
        self,
        at: &'a RawValue,
        path: &Path<'_>,
        value: &str,
        allowed: &'static str,
    ) -> ParseError {
        self.error(at, path, Reason::UnknownName { value: shown(value), allowed })
    }

    pub(crate) fn wrong_type(self, at: &'a RawValue, path: &Path<'_>, expected: &'static str) -> ParseError {
        let found = match at.get().bytes().next() {
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "a boolean",
            Some(b'n') => "null",
            _ => "a number",
        };
        self.error(at, path, Reason::WrongType { expected, found })
    }
}

fn syntax_error(error: &serde_json::Error) -> ParseError {
    let reason = if error.is_eof() { Reason::Truncated } else { Reason::Syntax(message(error)) };
    ParseError { line: error.line().max(1), column: error.column().max(1), member: String::new(), reason }
}

/// serde_json's message without its place.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

/// An object's members in their order, duplicates and all.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// A wrong value as messages repeat it.
pub(crate) fn shown(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
    if text.chars().nth(SHOWN).is_some() {
        short.push('…');
    }
    short
}

/// The way to a member, kept on the stack and printed only for an error.
pub(crate) enum Path<'p> {
    Root,
    Member { of: &'p Path<'p>, name: &'p str },
    Entry { of: &'p Path<'p>, number: usize },
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root => Ok(()),
            Path::Member { of: Path::Root, name } => f.write_str(&shown(name)),
            Path::Member { of, name } => write!(f, "{of}/{}", shown(name)),
            Path::Entry { of, number } => write!(f, "{of}[{number}]"),
        }
    }
}

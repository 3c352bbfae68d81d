//! Reads CBOR diagnostic notation (RFC 8949 section 8), as the RFCs print it and as tools write it.
//!
//! For tools: it comes with the feature `json`, whose strings it has. Comments stand between slashes and may hold a path, as RFC 9254's do: a comment ends at the first slash that is
//! followed by white space, a closing bracket, a comma, a colon or the end. `#` begins one to the end of the line.
//! Knows no YANG. Read [`parse`] first.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Writer;
use super::head::major;

/// How deep arrays, maps and tags may be nested.
const DEPTH_LIMIT: usize = 128;

/// A mistake in a text.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{line}:{column}: {message}")]
pub struct Mistake {
    line: usize,
    /// In characters, from 1.
    column: usize,
    message: String,
}

/// The CBOR of a text: one item, or several with commas between them, which are a sequence.
///
/// ```
/// use comi_runtime::cbor::notation::parse;
///
/// assert_eq!(parse("{ 1755 : true / ietf-system:system/ntp/enabled / }").unwrap(), [0xa1, 0x19, 0x06, 0xdb, 0xf5]);
/// assert_eq!(parse("[1,\n 2").unwrap_err().to_string(), "2:3: a comma or `]` is expected, not the end");
/// ```
///
/// # Errors
/// Where the text is no notation, with line and column.
pub fn parse(text: &str) -> Result<Vec<u8>, Mistake> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    let mut bytes = Vec::new();
    parser.blank()?;
    loop {
        if parser.rest().is_empty() {
            return Ok(bytes);
        }
        parser.item(&mut bytes)?;
        if !parser.eat(",")? && !parser.rest().is_empty() {
            return Err(parser.expected("a comma or the end"));
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl<'t> Parser<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn mistake(&self, at: usize, message: impl Into<String>) -> Mistake {
        let before = self.text.get(..at).unwrap_or(self.text);
        Mistake {
            line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(),
            column: 1 + before.rsplit('\n').next().map_or(0, |last| last.chars().count()),
            message: message.into(),
        }
    }

    fn expected(&self, what: &str) -> Mistake {
        let found = match self.rest().chars().next() {
            Some(found) => format!("{found:?}"),
            None => "the end".to_owned(),
        };
        self.mistake(self.at, format!("{what} is expected, not {found}"))
    }

    /// Passes over white space and comments.
    fn blank(&mut self) -> Result<(), Mistake> {
        loop {
            let rest = self.rest();
            let inner = rest.trim_start();
            self.at += rest.len() - inner.len();
            if inner.starts_with('#') {
                self.at += inner.find('\n').unwrap_or(inner.len());
            } else if let Some(comment) = inner.strip_prefix('/') {
                let ends =
                    |(at, _): &(usize, &str)| match comment.get(at + 1..).and_then(|behind| behind.chars().next()) {
                        Some(next) => next.is_whitespace() || ",:]})".contains(next),
                        None => true,
                    };
                match comment.match_indices('/').find(ends) {
                    Some((end, _)) => self.at += end + 2,
                    None => return Err(self.mistake(self.at, "this comment is never closed")),
                }
            } else {
                return Ok(());
            }
        }
    }

    /// Takes a sign, and the blank behind it.
    fn eat(&mut self, sign: &str) -> Result<bool, Mistake> {
        if !self.rest().starts_with(sign) {
            return Ok(false);
        }
        self.at += sign.len();
        self.blank()?;
        Ok(true)
    }

    /// One item, and the blank behind it.
    fn item(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        let start = self.at;
        match self.rest().chars().next() {
            Some('{') => self.within(start, |parser| parser.map(out))?,
            Some('[') => self.within(start, |parser| parser.array(out))?,
            Some('"') => {
                let text = self.string()?;
                Writer::new(out).text(&text);
            }
            Some('\'') => return Err(self.mistake(start, "bytes are written h'…' or b64'…'")),
            Some('-' | '+' | '0'..='9') => self.number(out)?,
            Some(letter) if letter.is_ascii_alphabetic() => self.word(out)?,
            _ => return Err(self.expected("a data item")),
        }
        self.blank()
    }

    fn within(&mut self, start: usize, inner: impl FnOnce(&mut Self) -> Result<(), Mistake>) -> Result<(), Mistake> {
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.mistake(start, format!("nested deeper than {DEPTH_LIMIT}")));
        }
        inner(self)?;
        self.depth -= 1;
        Ok(())
    }

    /// Behind an opening bracket; `_ ` says that the length was indefinite, which is not kept.
    fn open(&mut self, bracket: &str) -> Result<(), Mistake> {
        self.at += bracket.len();
        if self.rest().starts_with('_') {
            self.at += 1;
        }
        self.blank()
    }

    fn map(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        self.open("{")?;
        let open = Writer::new(out).open();
        let mut count = 0;
        while !self.rest().starts_with('}') {
            self.item(out)?;
            if !self.eat(":")? {
                return Err(self.expected("a colon"));
            }
            self.item(out)?;
            count += 1;
            if !self.eat(",")? && !self.rest().starts_with('}') {
                return Err(self.expected("a comma or `}`"));
            }
        }
        self.at += 1;
        Writer::new(out).close_map(open, count);
        Ok(())
    }

    fn array(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        self.open("[")?;
        let open = Writer::new(out).open();
        let mut count = 0;
        while !self.rest().starts_with(']') {
            self.item(out)?;
            count += 1;
            if !self.eat(",")? && !self.rest().starts_with(']') {
                return Err(self.expected("a comma or `]`"));
            }
        }
        self.at += 1;
        Writer::new(out).close_array(open, count);
        Ok(())
    }

    /// A JSON string.
    fn string(&mut self) -> Result<String, Mistake> {
        let mut strings = serde_json::Deserializer::from_str(self.rest()).into_iter::<String>();
        match strings.next() {
            Some(Ok(text)) => {
                self.at += strings.byte_offset();
                Ok(text)
            }
            _ => Err(self.mistake(self.at, "no string of JSON")),
        }
    }

    /// A number; a whole one before a bracket is a tag.
    fn number(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        let start = self.at;
        let signed = self.rest().strip_prefix(['-', '+']).map_or(0, |_| 1);
        let body = self.rest().get(signed..).unwrap_or_default();
        if let Some(word) = ["Infinity", "NaN"].into_iter().find(|word| body.starts_with(word)) {
            let negative = self.rest().starts_with('-');
            self.at += signed + word.len();
            Writer::new(out).float(match (word, negative) {
                ("NaN", _) => f64::NAN,
                (_, true) => f64::NEG_INFINITY,
                (_, false) => f64::INFINITY,
            });
            return Ok(());
        }
        let exponent = |before: Option<char>, c: char| "+-".contains(c) && matches!(before, Some('e' | 'E'));
        let mut before = None;
        let mut length = 0;
        for c in body.chars() {
            if !(c.is_ascii_alphanumeric() || c == '.' || exponent(before, c)) {
                break;
            }
            (before, length) = (Some(c), length + c.len_utf8());
        }
        self.at += signed + length;
        // `1.5_2`, `1_0`: with which width it was encoded, which is not kept
        if self.rest().starts_with('_') {
            self.at +=
                1 + self.rest().get(1..).unwrap_or_default().bytes().take_while(u8::is_ascii_alphanumeric).count();
        }
        let digits = body.get(..length).unwrap_or_default();
        let negative = self.text.get(start..).is_some_and(|text| text.starts_with('-'));
        let Some(magnitude) = whole(digits) else {
            let plain = digits.starts_with(|c: char| c.is_ascii_digit()) && digits.contains(['.', 'e', 'E']);
            let value = digits.parse::<f64>().ok().filter(|_| plain);
            let value = value.ok_or_else(|| self.mistake(start, format!("{digits:?} is no number of 64 bits")))?;
            Writer::new(out).float(if negative { -value } else { value });
            return Ok(());
        };
        if !negative && self.rest().starts_with('(') {
            self.at += 1;
            self.blank()?;
            Writer::new(out).tag(magnitude);
            return self.within(start, |parser| {
                parser.item(out)?;
                if !parser.rest().starts_with(')') {
                    return Err(parser.expected("`)`"));
                }
                parser.at += 1;
                Ok(())
            });
        }
        match (negative, magnitude) {
            (true, 1..) => Writer::new(out).head(major::NEGATIVE, magnitude - 1),
            (_, magnitude) => Writer::new(out).unsigned(magnitude),
        }
        Ok(())
    }

    fn word(&mut self, out: &mut Vec<u8>) -> Result<(), Mistake> {
        let start = self.at;
        let length = self.rest().bytes().take_while(u8::is_ascii_alphanumeric).count();
        let word = self.rest().get(..length).unwrap_or_default();
        self.at += length;
        let mut writer = Writer::new(out);
        match word {
            "true" => writer.boolean(true),
            "false" => writer.boolean(false),
            "null" => writer.null(),
            "undefined" => writer.simple(23),
            "NaN" => writer.float(f64::NAN),
            "Infinity" => writer.float(f64::INFINITY),
            "simple" => {
                let inner = self.rest().strip_prefix('(').and_then(|inner| inner.split_once(')'));
                let number = inner.and_then(|(number, _)| number.trim().parse::<u8>().ok());
                // RFC 8949 section 3.3: 24 to 31 are not used
                let (Some((digits, _)), Some(number @ (..=23 | 32..))) = (inner, number) else {
                    return Err(self.mistake(start, "a simple value is written simple(0) to simple(255)"));
                };
                self.at += digits.len() + 2;
                writer.simple(number);
            }
            "h" | "b64" | "b32" | "h32" if self.rest().starts_with('\'') => {
                let inner = self.rest().get(1..).and_then(|inner| inner.split_once('\''));
                let Some((inner, _)) = inner else { return Err(self.mistake(start, "this string is never closed")) };
                let bytes = match word {
                    "h" => base16(inner),
                    "b64" => base64(inner),
                    _ => None,
                };
                let bytes = bytes.ok_or_else(|| self.mistake(start, format!("no bytes of the form {word}'…'")))?;
                self.at += inner.len() + 2;
                writer.bytes(&bytes);
            }
            _ => return Err(self.mistake(start, format!("{word:?} means nothing here"))),
        }
        Ok(())
    }
}

/// A whole number in any of its bases.
fn whole(digits: &str) -> Option<u64> {
    match digits.get(..2) {
        Some("0x" | "0X") => u64::from_str_radix(digits.get(2..)?, 16).ok(),
        Some("0o" | "0O") => u64::from_str_radix(digits.get(2..)?, 8).ok(),
        Some("0b" | "0B") => u64::from_str_radix(digits.get(2..)?, 2).ok(),
        _ if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
        _ => None,
    }
}

/// Hex digits, with white space anywhere.
fn base16(text: &str) -> Option<Vec<u8>> {
    let digits = text.chars().filter(|letter| !letter.is_ascii_whitespace());
    let digits: Option<Vec<u8>> =
        digits.map(|digit| digit.to_digit(16).and_then(|digit| digit.try_into().ok())).collect();
    let digits = digits?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Base64 or base64url, with padding or without.
fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.bytes().filter(|letter| !letter.is_ascii_whitespace() && *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).ok()?);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::parse;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect()
    }

    fn read(text: &str) -> String {
        parse(text).map_or_else(|mistake| mistake.to_string(), |bytes| hex(&bytes))
    }

    #[test]
    fn every_kind_of_item_is_read() {
        for (text, bytes) in [
            ("0", "00"),
            ("18446744073709551615", "1bffffffffffffffff"),
            ("-18446744073709551615", "3bfffffffffffffffe"),
            ("-1", "20"),
            ("0x1F", "181f"),
            ("-0.0", "f98000"),
            ("1.5_1", "f93e00"),
            ("1e300", "fb7e37e43c8800759c"),
            ("-Infinity", "f9fc00"),
            ("NaN", "f97e00"),
            ("[true, false, null, undefined, simple(255)]", "85f5f4f6f7f8ff"),
            ("\"\\u00fc \\\"\"", "64c3bc2022"),
            ("h'00 ff'", "4200ff"),
            ("b64'AP8='", "4200ff"),
            ("4([-2, 257])", "c48221190101"),
            ("{_ 1: [_ ], \"a\": {},}", "a201806161a0"),
            ("1, [2]", "018102"),
            ("", ""),
        ] {
            assert_eq!(read(text), bytes, "{text}");
        }
    }

    #[test]
    fn comments_may_hold_a_path() {
        let text = "{ / the whole /\n  1755 : true / ietf-system:system/ntp/enabled /, # on\n  1 /a/: 2 / b /\n}";
        assert_eq!(read(text), "a21906dbf50102");
    }

    #[test]
    fn mistakes_have_their_line_and_column() {
        for (text, mistake) in [
            ("[1,\n 2", "2:3: a comma or `]` is expected, not the end"),
            ("{1 2}", "1:4: a colon is expected, not '2'"),
            ("1 2", "1:3: a comma or the end is expected, not '2'"),
            ("nul", "1:1: \"nul\" means nothing here"),
            ("/ open", "1:1: this comment is never closed"),
            ("99999999999999999999", "1:1: \"99999999999999999999\" is no number of 64 bits"),
            ("h'0'", "1:1: no bytes of the form h'…'"),
            ("simple(24)", "1:1: a simple value is written simple(0) to simple(255)"),
        ] {
            assert_eq!(read(text), mistake, "{text}");
        }
        assert!(read(&"[".repeat(1000)).contains("nested deeper"));
    }
}

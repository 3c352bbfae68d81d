//! Links in the CoRE Link Format: RFC 6690.
//!
//! [`LinkWriter`] writes them, [`links`] reads them, [`Filter`] chooses among them by a query (section 4.1).
//!
//! ```
//! use comi_runtime::coap::link_format::{Attribute, Filter, LinkWriter, links};
//! let mut text = String::new();
//! let mut writer = LinkWriter::new(&mut text);
//! writer.link("/c", &[Attribute::text("rt", "core.c.ds"), Attribute::number("ds", 1029)]);
//! writer.link("/s", &[Attribute::text("rt", "core.c.es core.c.ev")]);
//! assert_eq!(text, r#"</c>;rt="core.c.ds";ds=1029,</s>;rt="core.c.es core.c.ev""#);
//!
//! let events = Filter::parse("rt=core.c.ev");
//! let found: Vec<_> = links(&text).filter_map(Result::ok).filter(|link| events.matches(link)).collect();
//! assert_eq!(found.len(), 1);
//! assert_eq!(found[0].target, "/s");
//! ```

use alloc::borrow::Cow;
use alloc::string::String;
use thiserror::Error;

/// Writes links behind what a text holds.
#[derive(Debug)]
pub struct LinkWriter<'t> {
    text: &'t mut String,
    first: bool,
}

impl<'t> LinkWriter<'t> {
    /// Writes into this text.
    pub fn new(text: &'t mut String) -> LinkWriter<'t> {
        LinkWriter { text, first: true }
    }

    /// Bytes of the text.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// Writes a link and its attributes.
    pub fn link(&mut self, target: &str, attributes: &[Attribute<'_>]) {
        if !self.first {
            self.push(",");
        }
        self.first = false;
        self.push("<");
        self.push(target);
        self.push(">");
        for attribute in attributes {
            self.attribute(attribute);
        }
    }

    fn attribute(&mut self, attribute: &Attribute<'_>) {
        self.push(";");
        self.push(attribute.name);
        match attribute.value {
            AttributeValue::Flag => {}
            AttributeValue::Number(number) => {
                self.push("=");
                push_decimal(self.text, number);
            }
            AttributeValue::Text(value) => {
                self.push("=\"");
                let mut rest = value;
                while let Some(place) = rest.bytes().position(|byte| matches!(byte, b'"' | b'\\')) {
                    let (plain, behind) = rest.split_at_checked(place).unwrap_or((rest, ""));
                    let (special, behind) = behind.split_at_checked(1).unwrap_or((behind, ""));
                    self.push(plain);
                    self.push("\\");
                    self.push(special);
                    rest = behind;
                }
                self.push(rest);
                self.push("\"");
            }
        }
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }
}

/// An attribute that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'a> {
    name: &'a str,
    value: AttributeValue<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AttributeValue<'a> {
    Flag,
    Number(u32),
    Text(&'a str),
}

impl<'a> Attribute<'a> {
    /// An attribute without a value, as `obs`.
    pub const fn flag(name: &'a str) -> Attribute<'a> {
        Attribute { name, value: AttributeValue::Flag }
    }

    /// An attribute with a number, as `ct=140`.
    pub const fn number(name: &'a str, value: u32) -> Attribute<'a> {
        Attribute { name, value: AttributeValue::Number(value) }
    }

    /// An attribute with a quoted text, as `rt="core.c.ds"`.
    pub const fn text(name: &'a str, value: &'a str) -> Attribute<'a> {
        Attribute { name, value: AttributeValue::Text(value) }
    }
}

/// Appends a number, without `core::fmt`.
pub(crate) fn push_decimal(text: &mut String, number: u32) {
    if number >= 10 {
        push_decimal(text, number / 10);
    }
    text.push(char::from_digit(number % 10, 10).unwrap_or('0'));
}

/// Why a text is no list of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkReason {
    /// An attribute has no name.
    #[error("an attribute without a name")]
    AttributeName,
    /// Something else than `,` or `;` follows.
    #[error("a link is followed by something else than a comma")]
    Separator,
    /// A link does not start with `<target>`.
    #[error("no target in angle brackets")]
    Target,
    /// A quote is not closed.
    #[error("a quote is not closed")]
    Unclosed,
}

/// A text is no list of links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{reason} at byte {position}")]
pub struct LinkError {
    /// Where in the text.
    pub position: usize,
    /// What is wrong.
    pub reason: LinkReason,
}

/// One link, lent from its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// What stands in the angle brackets.
    pub target: &'a str,
    attributes: &'a str,
}

impl<'a> Link<'a> {
    /// Its attributes in their order: name, and value without quotes, if it has one.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, Option<Cow<'a, str>>)> + use<'a> {
        let mut rest = self.attributes;
        core::iter::from_fn(move || {
            let mut position = 0;
            let (name, value) = attribute(rest, &mut position).ok()??;
            rest = rest.get(position..).unwrap_or("");
            Some((name, value))
        })
    }

    /// The value of the first attribute with this name; an attribute without a value has an empty one.
    pub fn attribute(&self, name: &str) -> Option<Cow<'a, str>> {
        self.attributes().find(|(found, _)| *found == name).map(|(_, value)| value.unwrap_or_default())
    }
}

/// Reads the links of a text; the first error ends them.
pub fn links(text: &str) -> impl Iterator<Item = Result<Link<'_>, LinkError>> {
    let mut position = 0;
    let mut broken = false;
    core::iter::from_fn(move || {
        if broken || (position == 0 && text.trim().is_empty()) || position > text.len() {
            return None;
        }
        let link = link(text, &mut position);
        broken = link.is_err();
        Some(link)
    })
}

/// One link; `position` comes to stand behind its comma, or behind the end of the text.
fn link<'a>(text: &'a str, position: &mut usize) -> Result<Link<'a>, LinkError> {
    let fail = |position, reason| Err(LinkError { position, reason });
    skip_space(text, position);
    let Some(inside) = text.get(*position..).and_then(|rest| rest.strip_prefix('<')) else {
        return fail(*position, LinkReason::Target);
    };
    let Some((target, _)) = inside.split_once('>') else { return fail(*position, LinkReason::Target) };
    *position += target.len() + 2;
    let start = *position;
    while attribute(text, position)?.is_some() {}
    let attributes = text.get(start..*position).unwrap_or("");
    skip_space(text, position);
    match text.as_bytes().get(*position) {
        None | Some(b',') => *position += 1,
        Some(_) => return fail(*position, LinkReason::Separator),
    }
    Ok(Link { target, attributes })
}

/// `;name`, `;name=value` or `;name="value"`; `None` where no semicolon stands.
#[expect(clippy::type_complexity, reason = "a name and an optional value")]
fn attribute<'a>(text: &'a str, position: &mut usize) -> Result<Option<(&'a str, Option<Cow<'a, str>>)>, LinkError> {
    skip_space(text, position);
    let Some(rest) = text.get(*position..).and_then(|rest| rest.strip_prefix(';')) else { return Ok(None) };
    *position += 1;
    let before = *position;
    skip_space(text, position);
    let rest = rest.get(*position - before..).unwrap_or("");
    let name_end = rest.find(|character: char| matches!(character, '=' | ';' | ',') || character.is_ascii_whitespace());
    let (name, rest) = rest.split_at_checked(name_end.unwrap_or(rest.len())).unwrap_or((rest, ""));
    if name.is_empty() {
        return Err(LinkError { position: *position, reason: LinkReason::AttributeName });
    }
    *position += name.len();
    let Some(rest) = rest.strip_prefix('=') else { return Ok(Some((name, None))) };
    *position += 1;
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find([';', ',']).unwrap_or(rest.len());
        let value = rest.get(..end).unwrap_or(rest);
        *position += value.len();
        return Ok(Some((name, Some(Cow::Borrowed(value.trim_ascii_end())))));
    };
    let mut unescaped = String::new();
    let mut escapes = false;
    let mut escaped = false;
    for (index, character) in quoted.char_indices() {
        match character {
            _ if escaped => {
                escaped = false;
                unescaped.push(character);
            }
            '\\' => {
                if !escapes {
                    unescaped.push_str(quoted.get(..index).unwrap_or(""));
                }
                (escapes, escaped) = (true, true);
            }
            '"' => {
                *position += index + 2;
                let plain = quoted.get(..index).unwrap_or("");
                let value = if escapes { Cow::Owned(unescaped) } else { Cow::Borrowed(plain) };
                return Ok(Some((name, Some(value))));
            }
            _ if escapes => unescaped.push(character),
            _ => {}
        }
    }
    Err(LinkError { position: *position, reason: LinkReason::Unclosed })
}

fn skip_space(text: &str, position: &mut usize) {
    while text.as_bytes().get(*position).is_some_and(u8::is_ascii_whitespace) {
        *position += 1;
    }
}

/// A query that chooses links: `name=value` or `name=prefix*` (RFC 6690 section 4.1). `href` stands for the target;
/// the values of `rel`, `rt`, `if`, `rev` and `ct` are lists separated by spaces, one of which must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter<'a> {
    name: &'a str,
    value: &'a str,
    is_prefix: bool,
}

impl<'a> Filter<'a> {
    /// Reads one argument of a query. Without a `=` it asks that the attribute is there.
    pub fn parse(argument: &'a str) -> Filter<'a> {
        // by bytes: a search for characters is long
        let place = argument.bytes().position(|byte| byte == b'=').unwrap_or(argument.len());
        let (name, value) = argument.split_at_checked(place).unwrap_or((argument, ""));
        let value = value.get(1..).unwrap_or("*");
        match value.strip_suffix("*") {
            Some(value) => Filter { name, value, is_prefix: true },
            None => Filter { name, value, is_prefix: false },
        }
    }

    /// Whether it chooses a link.
    pub fn matches(&self, link: &Link<'_>) -> bool {
        if self.name == "href" {
            return self.matches_value(link.target.as_bytes());
        }
        link.attributes().any(|(name, value)| self.matches_attribute(name, &value.unwrap_or_default()))
    }

    /// Whether it chooses a link that is to be written.
    pub fn chooses(&self, target: &str, attributes: &[Attribute<'_>]) -> bool {
        if self.name == "href" {
            return self.matches_value(target.as_bytes());
        }
        attributes.iter().any(|attribute| match attribute.value {
            AttributeValue::Flag => self.matches_attribute(attribute.name, ""),
            AttributeValue::Text(value) => self.matches_attribute(attribute.name, value),
            AttributeValue::Number(number) => {
                let mut value = String::new();
                push_decimal(&mut value, number);
                self.matches_attribute(attribute.name, &value)
            }
        })
    }

    fn matches_attribute(&self, name: &str, value: &str) -> bool {
        let is_list = || matches!(name, "rel" | "rt" | "if" | "rev" | "ct");
        name == self.name
            && (self.matches_value(value.as_bytes())
                || (is_list() && value.as_bytes().split(|byte| *byte == b' ').any(|value| self.matches_value(value))))
    }

    fn matches_value(&self, value: &[u8]) -> bool {
        let start = if self.is_prefix { value.get(..self.value.len()) } else { Some(value) };
        start == Some(self.value.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;
    use alloc::vec::Vec;

    /// The example of RFC 6690 section 5.
    const SENSORS: &str = r#"</sensors>;ct=40;title="Sensor Index",</sensors/temp>;rt="temperature-c";if="sensor",</sensors/light>;rt="light-lux core.s";if="sensor",<http://www.example.com/sensors/t123>;anchor="/sensors/temp";rel="describedby",</t>;anchor="/sensors/temp";rel="alternate";obs"#;

    fn chosen(text: &str, filter: &str) -> Vec<String> {
        let filter = Filter::parse(filter);
        links(text)
            .map(Result::unwrap)
            .filter(|link| filter.matches(link))
            .map(|link| link.target.to_string())
            .collect()
    }

    #[test]
    fn reads_the_example_of_the_rfc() {
        let found: Vec<_> = links(SENSORS).map(Result::unwrap).collect();
        assert_eq!(found.len(), 5);
        assert_eq!(found[0].attribute("title").as_deref(), Some("Sensor Index"));
        assert_eq!(found[0].attribute("ct").as_deref(), Some("40"));
        assert_eq!(found[4].attributes().last(), Some(("obs", None)));
        assert_eq!(found[3].target, "http://www.example.com/sensors/t123");
    }

    #[test]
    fn filters_by_target_attribute_and_wildcard() {
        for (filter, expected) in [
            ("href=/sensors", &["/sensors"][..]),
            ("href=/sensors/*", &["/sensors/temp", "/sensors/light"]),
            ("rt=light-lux", &["/sensors/light"]),
            ("rt=core.s", &["/sensors/light"]),
            ("rt=core*", &["/sensors/light"]),
            ("rt=temperature*", &["/sensors/temp"]),
            ("title=Sensor Index", &["/sensors"]),
            ("title=Index", &[]),
            ("title=Sensor*", &["/sensors"]),
            ("ct=40", &["/sensors"]),
            ("obs", &["/t"]),
            ("obs=*", &["/t"]),
            ("rt=temperature", &[]),
            ("anchor=/sensors/temp", &["http://www.example.com/sensors/t123", "/t"]),
        ] {
            assert_eq!(chosen(SENSORS, filter), expected, "{filter}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut text = String::new();
        let mut writer = LinkWriter::new(&mut text);
        let title = Attribute::text("title", r#"say "a\b", please; <now>"#);
        writer.link("/a", &[title, Attribute::flag("obs"), Attribute::number("sz", 1070)]);
        writer.link("/b", &[]);
        let found: Vec<_> = links(&text).map(Result::unwrap).collect();
        assert_eq!(found[0].attribute("title").as_deref(), Some(r#"say "a\b", please; <now>"#));
        assert_eq!(found[0].attribute("sz").as_deref(), Some("1070"));
        assert_eq!((found[1].target, found[1].attributes().count(), found.len()), ("/b", 0, 2));
    }

    #[test]
    fn a_link_is_chosen_before_it_is_written_as_it_is_afterwards() {
        let attributes = [Attribute::text("rt", "a bc"), Attribute::number("ct", 40), Attribute::flag("obs")];
        let mut text = String::new();
        LinkWriter::new(&mut text).link("/x/y", &attributes);
        let link = links(&text).next().unwrap().unwrap();
        let queries =
            ["rt=a", "rt=b", "rt=b*", "rt=a bc", "ct=40", "ct=4", "ct=4*", "obs", "obs=1", "href=/x*", "href=/x"];
        for query in queries {
            let filter = Filter::parse(query);
            assert_eq!(filter.chooses("/x/y", &attributes), filter.matches(&link), "{query}");
        }
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        use LinkReason::*;
        for (text, expected) in [
            ("", None),
            (" ", None),
            ("</a>,", Some((5, Target))),
            ("</a", Some((0, Target))),
            ("/a", Some((0, Target))),
            ("</a> </b>", Some((5, Separator))),
            ("</a>;", Some((5, AttributeName))),
            ("</a>;=1", Some((5, AttributeName))),
            ("</a>;rt=\"x", Some((8, Unclosed))),
            ("</a>;rt=\"x\\\"", Some((8, Unclosed))),
        ] {
            let found = links(text).find_map(Result::err).map(|error| (error.position, error.reason));
            assert_eq!(found, expected, "{text}");
        }
    }
}

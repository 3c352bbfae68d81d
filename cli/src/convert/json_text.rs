//! Parts of a JSON text with their places in it, so that an error in a part names its line of the whole.

use std::fmt;

use comi_runtime::json::{Error, Place, Reason};
use comi_runtime::schema::{NodeIndex, Schema};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::names;

/// The members of an object in their order, each value as written.
pub(crate) struct Members<'t>(pub(crate) Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members<'t>, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Visit).map(Members)
    }
}

impl<'t> Members<'t> {
    /// The value of a member.
    pub(crate) fn member(&self, name: &str) -> Option<&'t RawValue> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| *value)
    }
}

/// The place in `whole` of a place in a part of it.
pub(super) fn place(whole: &str, part: &str, inner: Place) -> Place {
    let offset = (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
    let before = whole.get(..offset).unwrap_or_default();
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    Place {
        line: inner.line + before.matches('\n').count(),
        column: if inner.line == 1 { inner.column + column } else { inner.column },
    }
}

/// Where a part of a text begins.
pub(crate) fn start(whole: &str, part: &str) -> Place {
    place(whole, part, Place { line: 1, column: 1 })
}

/// `line:column: ` and what is wrong there with a part of a text.
pub(crate) fn describe(schema: &Schema, whole: &str, part: &str, error: &Error) -> anyhow::Error {
    let words = error.describe(schema);
    let (words, found) = without_place(&words);
    let inner = error.place.or(found).unwrap_or(Place { line: 1, column: 1 });
    let Place { line, column } = place(whole, part, inner);
    anyhow::anyhow!("{line}:{column}: {words}{}", hint(schema, error))
}

/// What would have been right.
fn hint(schema: &Schema, error: &Error) -> String {
    let at = error.at.as_ref().map(|at| at.node);
    match (&error.reason, at) {
        (Reason::Value(_), Some(node)) => format!(" ({})", names::type_hint(schema, node)),
        (Reason::UnknownName(name), at) => {
            let simple = name.rsplit(':').next().unwrap_or(name);
            let known = schema.children(at.unwrap_or(NodeIndex::ROOT)).map(|child| schema.name(child));
            let near = names::nearest(simple, known).filter(|near| *near != simple);
            near.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default()
        }
        _ => String::new(),
    }
}

/// `line:column: ` and what serde_json found wrong with a whole text.
pub(crate) fn malformed(error: &serde_json::Error) -> anyhow::Error {
    let words = error.to_string();
    anyhow::anyhow!("{}:{}: {}", error.line(), error.column().max(1), without_place(&words).0)
}

/// Words of the form `… at line 1 column 2`, without their end.
fn without_place(words: &str) -> (&str, Option<Place>) {
    let found = words.rsplit_once(" at line ").and_then(|(before, place)| {
        let (line, column) = place.split_once(" column ")?;
        Some((before, Some(Place { line: line.parse().ok()?, column: column.parse::<usize>().ok()?.max(1) })))
    });
    found.unwrap_or((words, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_part_is_one_in_the_whole() {
        let whole = "{\n \"ü\": [1,\n  2]}";
        let Members(members) = serde_json::from_str(whole).unwrap();
        let part = members[0].1.get();
        assert_eq!(start(whole, part), Place { line: 2, column: 7 });
        assert_eq!(place(whole, part, Place { line: 2, column: 3 }), Place { line: 3, column: 3 });
        assert_eq!(without_place("x at line 3 column 0"), ("x", Some(Place { line: 3, column: 1 })));
        assert_eq!(without_place("x at line of y"), ("x at line of y", None));
    }
}

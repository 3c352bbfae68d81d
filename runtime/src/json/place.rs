//! The line of a value in a JSON text. What was parsed does not know its place, so a text is walked again where an
//! error is told.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::value::RawValue;

/// A place in a text, counted from 1 as editors do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The character in its line.
    pub column: usize,
}

/// One step from a value to one in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// To the item of an array at this place, counted from 0.
    Item(usize),
    /// To the member of an object.
    Member(String),
}

/// Where the value at the end of these steps stands; where they lead nowhere, the last value that is there.
pub(super) fn locate<'s>(text: &str, steps: impl Iterator<Item = &'s Step>) -> Option<Place> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in steps {
        let inner = match step {
            Step::Item(place) => {
                let items: Vec<&RawValue> = serde_json::from_str(value.get()).ok()?;
                items.get(*place).copied()
            }
            Step::Member(name) => {
                let members: BTreeMap<Cow<'_, str>, &RawValue> = serde_json::from_str(value.get()).ok()?;
                members.get(name.as_str()).copied()
            }
        };
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    // what was parsed is lent from the text
    let offset = (value.get().as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let before = text.get(..offset)?;
    let line = before.rsplit('\n').next()?;
    Some(Place { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 })
}

#[cfg(test)]
mod tests {
    use super::{Place, Step, locate};

    #[test]
    fn a_value_is_found_in_its_text() {
        let text = "{\n  \"\\u0061\": [\n    1, {\"é\": \"x\",  \"b\": [ ]}\n  ]\n}";
        for (steps, line, column) in [
            (&[][..], 1, 1),
            (&[Step::Member("a".into())], 2, 13),
            (&[Step::Member("a".into()), Step::Item(0)], 3, 5),
            (&[Step::Member("a".into()), Step::Item(1), Step::Member("b".into())], 3, 25),
            (&[Step::Member("a".into()), Step::Item(1), Step::Member("c".into())], 3, 8),
        ] {
            assert_eq!(locate(text, steps.iter()), Some(Place { line, column }), "{steps:?}");
        }
    }
}

//! The functions that YANG's expressions may call: XPath 1.0 section 4 and RFC 7950 section 10.

use super::types::Type;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the function of its name")]
pub enum Function {
    BitIsSet,
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    Current,
    Deref,
    DerivedFrom,
    DerivedFromOrSelf,
    EnumValue,
    False,
    Floor,
    Id,
    Lang,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    ReMatch,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// A node-set; nothing converts to one.
    NodeSet,
    /// Whatever it is given, converted to this type or as it is.
    Any,
}

/// How a function is called.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    /// The function.
    pub function: Function,
    /// Its name.
    pub name: &'static str,
    /// How many arguments it needs.
    pub least: usize,
    /// How many it takes.
    pub most: usize,
    /// What the first argument must be; the others convert.
    pub first: Parameter,
    /// What it returns.
    pub result: Type,
    /// Whether it is one of RFC 7950 section 10 that YANG 1 does not have.
    pub since_1_1: bool,
}

const fn row(
    function: Function,
    name: &'static str,
    least: usize,
    most: usize,
    first: Parameter,
    result: Type,
) -> Signature {
    Signature { function, name, least, most, first, result, since_1_1: false }
}

const fn new(signature: Signature) -> Signature {
    Signature { since_1_1: true, ..signature }
}

use Function as F;
use Parameter::{Any, NodeSet as Nodes};
use Type::{Boolean, NodeSet, Number, String};

const MANY: usize = usize::MAX;

/// In alphabetical order.
#[rustfmt::skip]
static TABLE: [Signature; 34] = [
    new(row(F::BitIsSet, "bit-is-set", 2, 2, Nodes, Boolean)),
    row(F::Boolean, "boolean", 1, 1, Any, Boolean),
    row(F::Ceiling, "ceiling", 1, 1, Any, Number),
    row(F::Concat, "concat", 2, MANY, Any, String),
    row(F::Contains, "contains", 2, 2, Any, Boolean),
    row(F::Count, "count", 1, 1, Nodes, Number),
    row(F::Current, "current", 0, 0, Any, NodeSet),
    new(row(F::Deref, "deref", 1, 1, Nodes, NodeSet)),
    new(row(F::DerivedFrom, "derived-from", 2, 2, Nodes, Boolean)),
    new(row(F::DerivedFromOrSelf, "derived-from-or-self", 2, 2, Nodes, Boolean)),
    new(row(F::EnumValue, "enum-value", 1, 1, Nodes, Number)),
    row(F::False, "false", 0, 0, Any, Boolean),
    row(F::Floor, "floor", 1, 1, Any, Number),
    row(F::Id, "id", 1, 1, Any, NodeSet),
    row(F::Lang, "lang", 1, 1, Any, Boolean),
    row(F::Last, "last", 0, 0, Any, Number),
    row(F::LocalName, "local-name", 0, 1, Nodes, String),
    row(F::Name, "name", 0, 1, Nodes, String),
    row(F::NamespaceUri, "namespace-uri", 0, 1, Nodes, String),
    row(F::NormalizeSpace, "normalize-space", 0, 1, Any, String),
    row(F::Not, "not", 1, 1, Any, Boolean),
    row(F::Number, "number", 0, 1, Any, Number),
    row(F::Position, "position", 0, 0, Any, Number),
    new(row(F::ReMatch, "re-match", 2, 2, Any, Boolean)),
    row(F::Round, "round", 1, 1, Any, Number),
    row(F::StartsWith, "starts-with", 2, 2, Any, Boolean),
    row(F::String, "string", 0, 1, Any, String),
    row(F::StringLength, "string-length", 0, 1, Any, Number),
    row(F::Substring, "substring", 2, 3, Any, String),
    row(F::SubstringAfter, "substring-after", 2, 2, Any, String),
    row(F::SubstringBefore, "substring-before", 2, 2, Any, String),
    row(F::Sum, "sum", 1, 1, Nodes, Number),
    row(F::Translate, "translate", 3, 3, Any, String),
    row(F::True, "true", 0, 0, Any, Boolean),
];

impl Function {
    /// The function of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Function> {
        TABLE.iter().find(|signature| signature.name == name).map(|signature| signature.function)
    }

    /// How it is called.
    #[must_use]
    pub fn signature(self) -> &'static Signature {
        // The table is in the order of the enum.
        TABLE.get(self as usize).unwrap_or(&TABLE[0])
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.signature().name
    }

    /// The names of all.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|signature| signature.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (index, signature) in TABLE.iter().enumerate() {
            assert_eq!(signature.function as usize, index, "{}", signature.name);
            assert_eq!(Function::named(signature.name), Some(signature.function));
            assert_eq!(signature.function.name(), signature.name);
        }
        assert!(Function::names().is_sorted());
        assert_eq!(Function::named("starts_with"), None);
    }

    /// XPath 1.0 sections 4.1 to 4.4, RFC 7950 sections 10.1 to 10.6: least and most arguments of each, and the names.
    #[test]
    fn each_function_takes_as_many_arguments_as_its_document_says() {
        let expected: [(usize, usize, &[&str]); 8] = [
            (0, 0, &["current", "false", "last", "position", "true"]),
            (0, 1, &["local-name", "name", "namespace-uri", "normalize-space", "number", "string", "string-length"]),
            (
                1,
                1,
                &["boolean", "ceiling", "count", "deref", "enum-value", "floor", "id", "lang", "not", "round", "sum"],
            ),
            (2, 2, &["bit-is-set", "contains", "derived-from", "derived-from-or-self", "re-match", "starts-with"]),
            (2, 2, &["substring-after", "substring-before"]),
            (2, 3, &["substring"]),
            (2, MANY, &["concat"]),
            (3, 3, &["translate"]),
        ];
        let named = |name: &str| Function::named(name).expect(name).signature();
        for (least, most, names) in expected {
            for name in names {
                assert_eq!((named(name).least, named(name).most), (least, most), "{name}");
            }
        }
        assert_eq!(expected.iter().map(|(_, _, names)| names.len()).sum::<usize>(), TABLE.len());
    }
}

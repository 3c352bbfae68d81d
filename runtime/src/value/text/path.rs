//! Parsing instance-identifiers, with keys as predicates or as RFC 8040 has them.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{qualified_name, scalar};
use crate::schema::{Node, NodeIndex, NodeKind, Schema};
use crate::value::{InstanceIdentifier, Value, Violation};

/// Which step of a path could not be understood, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("in '{step}': {reason}")]
pub struct PathError {
    /// The step.
    pub step: Box<str>,
    /// The byte of the path at which the step starts.
    pub position: usize,
    /// The node in which the step was looked up.
    pub parent: NodeIndex,
    /// What is wrong with it.
    pub reason: PathReason,
}

/// What is wrong with a step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathReason {
    /// Several modules have a node with this name here.
    #[error("several modules have a node with this name; say which as module:name")]
    Ambiguous,
    /// A key is given twice.
    #[error("a key is given twice")]
    DuplicateKey,
    /// Other keys than the list has.
    #[error("{found} key(s) where {expected} are needed")]
    KeyCount {
        /// How many the list has.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A key's value is not of its type.
    #[error("a key is {violation}")]
    KeyValue {
        /// The key leaf, or the leaf-list.
        key: NodeIndex,
        /// What is wrong.
        violation: Violation,
    },
    /// Keys for a node that is neither list nor leaf-list.
    #[error("keys are for lists and leaf-lists")]
    NotAList(NodeIndex),
    /// The text does not go on as a path does.
    #[error("{expected} is missing")]
    Syntax {
        /// What should stand there.
        expected: &'static str,
    },
    /// The list has no key of this name.
    #[error("the list has no such key")]
    UnknownKey(NodeIndex),
    /// No module has this name.
    #[error("unknown module")]
    UnknownModule,
    /// There is no such node here.
    #[error("no such node here")]
    UnknownNode,
}

impl PathError {
    /// Appends it as words.
    pub(crate) fn tell(&self, out: &mut String) {
        use core::fmt::Write;
        let written = write!(out, "{self}");
        debug_assert!(written.is_ok(), "writing to a String");
    }

    /// The names that could stand in the place of the step: modules, nodes or keys.
    #[must_use]
    pub fn candidates(&self, schema: &Schema) -> Vec<String> {
        let module = schema.node(self.parent).map(Node::module);
        let name = |node: NodeIndex| match schema.node(node).map(Node::module) {
            own if own.is_some() && own == module => schema.name(node).to_string(),
            _ => qualified_name(schema, node),
        };
        match self.reason {
            PathReason::Ambiguous | PathReason::UnknownNode => schema.children(self.parent).map(name).collect(),
            PathReason::UnknownModule => schema.modules.iter().map(|module| module.name.to_string()).collect(),
            PathReason::KeyCount { .. } | PathReason::UnknownKey(_) => {
                let list = match self.reason {
                    PathReason::UnknownKey(list) => Some(list),
                    _ => child(schema, self.parent, split_where(&self.step, ends_name).0).ok(),
                };
                let keys = list.and_then(|list| schema.list(list)).map_or(&[][..], |list| list.keys);
                keys.iter().map(|key| schema.name(*key).to_string()).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Reads an instance-identifier: `/m:list[key='a']/leaf`, `/m:list=a/leaf`, `[.='value']`, `[3]`; the two forms may
/// mix. A module may be left out where the parent's or only one module has such a node. The last step's keys may be
/// left out: then the whole list is meant. `/` is the datastore.
///
/// # Errors
///
/// The first step that can't be understood; [`PathError::candidates`] lists what is known there.
pub fn parse_path(schema: &Schema, text: &str) -> Result<InstanceIdentifier, PathError> {
    parse_nested(schema, text, 0)
}

/// `depth` counts the instance-identifiers that stand in keys of instance-identifiers around this one.
pub(crate) fn parse_nested(schema: &Schema, text: &str, depth: u8) -> Result<InstanceIdentifier, PathError> {
    let mut rest = text;
    let mut instance = InstanceIdentifier::new(NodeIndex::ROOT);
    if text == "/" {
        return Ok(instance);
    }
    let mut missing = None;
    loop {
        let parent = instance.node;
        let position = text.len() - rest.len();
        let step = step_text(rest);
        let fail = |reason| PathError { step: step.into(), position, parent, reason };
        let Some(behind) = rest.strip_prefix('/') else {
            return Err(fail(PathReason::Syntax { expected: "'/'" }));
        };
        // only the last step may be a list as a whole
        if let Some(error) = missing {
            return Err(error);
        }
        let (name, behind) = split_where(behind, ends_name);
        let node = child(schema, parent, name).map_err(fail)?;
        let (keys, behind) = if let Some(values) = behind.strip_prefix('=') {
            let (values, behind) = split_where(values, |c| c == '/');
            (uri_keys(schema, node, values, depth).map_err(fail)?, behind)
        } else {
            predicates(schema, node, behind, depth).map_err(fail)?
        };
        let expected = schema.entry_key_count(node);
        missing = (keys.len() < expected).then(|| fail(PathReason::KeyCount { expected, found: keys.len() }));
        instance.node = node;
        instance.keys.extend(keys);
        rest = behind;
        if rest.is_empty() {
            return Ok(instance);
        }
    }
}

/// The child that a step names.
fn child(schema: &Schema, parent: NodeIndex, name: &str) -> Result<NodeIndex, PathReason> {
    if name.is_empty() {
        return Err(PathReason::Syntax { expected: "a name" });
    }
    if let Some((module, name)) = name.split_once(':') {
        let module = schema.module_by_name(module).ok_or(PathReason::UnknownModule)?;
        return schema.child(parent, Some(module), name).ok_or(PathReason::UnknownNode);
    }
    let inherited = schema.node(parent).and_then(|row| schema.child(parent, Some(row.module()), name));
    if let Some(node) = inherited.or_else(|| schema.child(parent, None, name)) {
        return Ok(node);
    }
    let several = schema.children(parent).any(|child| schema.name(child) == name);
    Err(if several { PathReason::Ambiguous } else { PathReason::UnknownNode })
}

/// RFC 8040 section 3.5.3: all keys, in the order of the key statement, separated by commas.
fn uri_keys(schema: &Schema, node: NodeIndex, text: &str, depth: u8) -> Result<Vec<Value>, PathReason> {
    let expected = schema.entry_key_count(node);
    if expected == 0 {
        return Err(PathReason::NotAList(node));
    }
    let found = text.split(',').count();
    if found != expected {
        return Err(PathReason::KeyCount { expected, found });
    }
    let keys: &[NodeIndex] = schema.list(node).map_or(&[], |list| list.keys);
    text.split(',')
        .enumerate()
        .map(|(place, text)| {
            let text = percent_decode(text).ok_or(PathReason::Syntax { expected: "two hex digits behind '%'" })?;
            key_value(schema, keys.get(place).copied().unwrap_or(node), &text, depth)
        })
        .collect()
}

/// The predicates behind a name, if any; and what is left of the path.
fn predicates<'t>(
    schema: &Schema,
    node: NodeIndex,
    mut rest: &'t str,
    depth: u8,
) -> Result<(Vec<Value>, &'t str), PathReason> {
    const EXPECTED: PathReason = PathReason::Syntax { expected: "']'" };
    let expected = schema.entry_key_count(node);
    let names: &[NodeIndex] = schema.list(node).map_or(&[], |list| list.keys);
    let mut keys: Vec<Option<Value>> = Vec::new();
    while let Some(inside) = rest.strip_prefix('[') {
        if expected == 0 {
            return Err(PathReason::NotAList(node));
        }
        keys.resize(expected, None);
        let (name, behind) = split_where(inside.trim_start(), |c| matches!(c, '=' | ']') || c.is_whitespace());
        let behind = behind.trim_start();
        let (place, text, behind) = match behind.strip_prefix('=') {
            None => (None, Cow::Borrowed(name), behind),
            Some(value) => {
                let (text, behind) = unquoted(value.trim_start())?;
                let local = name.split_once(':').map_or(name, |(_, local)| local);
                let place = match names.iter().position(|key| schema.name(*key) == local) {
                    Some(place) => Some(place),
                    None if name == "." && names.is_empty() => None,
                    None => return Err(PathReason::UnknownKey(node)),
                };
                (place, text, behind)
            }
        };
        rest = behind.trim_start().strip_prefix(']').ok_or(EXPECTED)?;
        let slot = keys.get_mut(place.unwrap_or(0)).filter(|_| place.is_some() || names.is_empty());
        let slot = slot.ok_or(PathReason::UnknownKey(node))?;
        let key = place.and_then(|place| names.get(place).copied()).unwrap_or(node);
        if slot.replace(key_value(schema, key, &text, depth)?).is_some() {
            return Err(PathReason::DuplicateKey);
        }
    }
    let found = keys.iter().flatten().count();
    match keys.into_iter().collect::<Option<Vec<Value>>>() {
        Some(keys) => Ok((keys, rest)),
        None => Err(PathReason::KeyCount { expected, found }),
    }
}

fn key_value(schema: &Schema, key: NodeIndex, text: &str, depth: u8) -> Result<Value, PathReason> {
    let refuse = |violation| PathReason::KeyValue { key, violation };
    if schema.node(key).is_some_and(|row| row.kind() == NodeKind::List) {
        return match text.parse() {
            Ok(position @ 1..) => Ok(Value::Unsigned(position)),
            _ => Err(refuse(Violation::WrongType { expected: "a position from 1" })),
        };
    }
    scalar::parse_at_depth(schema, key, text, depth).map_err(refuse)
}

/// A quoted string, in which the quote itself stands doubled; and what follows.
fn unquoted(text: &str) -> Result<(Cow<'_, str>, &str), PathReason> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'));
    let quote = quote.ok_or(PathReason::Syntax { expected: "a quoted value" })?;
    let mut rest = text.strip_prefix(quote).unwrap_or_default();
    let mut whole = Cow::Borrowed("");
    loop {
        let (part, behind) = rest.split_once(quote).ok_or(PathReason::Syntax { expected: "the closing quote" })?;
        if whole.is_empty() {
            whole = Cow::Borrowed(part);
        } else {
            whole.to_mut().push_str(part);
        }
        match behind.strip_prefix(quote) {
            Some(behind) => {
                whole.to_mut().push(quote);
                rest = behind;
            }
            None => return Ok((whole, behind)),
        }
    }
}

fn percent_decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

fn ends_name(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || "-_.:".contains(c))
}

/// The step at the start of a path, for messages: up to the next `/` that is in no quotes.
fn step_text(rest: &str) -> &str {
    let text = rest.strip_prefix('/').unwrap_or(rest);
    let mut quote = None;
    let end = text.find(|c| match quote {
        Some(open) => {
            if c == open {
                quote = None;
            }
            false
        }
        None => {
            if matches!(c, '\'' | '"') {
                quote = Some(c);
            }
            c == '/'
        }
    });
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn split_where(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.find(end).and_then(|at| text.split_at_checked(at)).unwrap_or((text, ""))
}

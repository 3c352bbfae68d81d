//! JSON into instance data.

use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::annotations::{self, Annotation, Found};
use super::any;
use super::error::{Error, Reason};
use super::tree::{Tree, parse};
use crate::cbor::{self, Allowed, Encoder, Identifiers, Reader, Writer};
use crate::schema::{Flags, IntegerWidth, List, NodeIndex, NodeKind, Schema, Type};
use crate::value::{Content, Data, Entries, Part, Value, Violation, check, text, write_content, wrong};

/// Reads an object of data nodes: a document ([`NodeIndex::ROOT`]), or the content of a container, list entry, input,
/// output, notification or structure. Annotations are refused.
pub fn read_content(schema: &Schema, node: NodeIndex, allowed: Allowed, json: &str) -> Result<Content, Error> {
    read_document(Reading { schema, allowed, annotations: None }, node, json)
}

/// As [`read_content`], with the annotations that are in it (RFC 7952). `definitions` has a leaf at its root for each
/// annotation that its modules define; those of other modules are taken as they stand.
pub fn read_annotated(
    schema: &Schema,
    definitions: Option<&Schema>,
    node: NodeIndex,
    allowed: Allowed,
    json: &str,
) -> Result<(Content, Vec<Annotation>), Error> {
    let annotations = RefCell::new(Vec::new());
    let found = Found { annotations: &annotations, definitions };
    let content = read_document(Reading { schema, allowed, annotations: Some(found) }, node, json)?;
    Ok((content, annotations.into_inner()))
}

/// RFC 7952 section 5.2: an annotation is one that its module defines, with a value of its type.
pub(super) fn check_annotation(definitions: &Schema, name: &str, tree: &Tree) -> Result<(), Error> {
    let module = name.split_once(':').map_or(name, |(module, _)| module);
    match text::child_by_name(definitions, NodeIndex::ROOT, name, false) {
        Some(leaf) => {
            let reading = Reading { schema: definitions, allowed: Allowed::Data, annotations: None };
            reading.value(leaf, tree).map(drop).map_err(|error| match error.reason {
                Reason::Value(violation) => Error::new(Reason::AnnotationValue(violation)),
                reason => Error::new(reason),
            })
        }
        None if definitions.module_by_name(module).is_some() => {
            Err(Error::new(Reason::Annotation("its module defines no annotation of this name")))
        }
        None => Ok(()),
    }
}

fn read_document(reading: Reading<'_>, node: NodeIndex, json: &str) -> Result<Content, Error> {
    let tree = parse(json)?;
    let mut content = Content::new();
    reading.content(node, &tree, &mut content).map_err(|error| error.within(node).in_text(json))?;
    Ok(content)
}

/// Reads the value of a data node: a leaf's value, an array of entries, an object.
pub fn read_value(schema: &Schema, node: NodeIndex, allowed: Allowed, json: &str) -> Result<Data, Error> {
    let tree = parse(json)?;
    let reading = Reading { schema, allowed, annotations: None };
    reading
        .permit(schema.node(node).map_or(NodeIndex::ROOT, |row| row.parent), node)
        .and_then(|()| reading.value(node, &tree))
        .map_err(|error| error.within(node).in_text(json))
}

/// Reads one entry of a list. `keys` are the entry's keys as its identifier gave them, or none: they need not be
/// repeated, and must agree where they are.
pub fn read_entry(
    schema: &Schema,
    list: NodeIndex,
    keys: &[Value],
    allowed: Allowed,
    json: &str,
) -> Result<Content, Error> {
    let tree = parse(json)?;
    let row = schema.list(list).ok_or_else(|| Error::new(Reason::Misplaced(list)).within(list))?;
    let reading = Reading { schema, allowed, annotations: None };
    reading
        .permit(schema.node(list).map_or(NodeIndex::ROOT, |row| row.parent), list)
        .and_then(|()| reading.entry(list, row, keys, None, &tree))
        .map_err(|error| error.in_text(json))
}

#[derive(Clone, Copy)]
struct Reading<'s> {
    schema: &'s Schema,
    allowed: Allowed,
    /// Where annotations go; `None` where there may be none.
    annotations: Option<Found<'s>>,
}

impl Reading<'_> {
    fn content(self, node: NodeIndex, tree: &Tree, content: &mut Content) -> Result<(), Error> {
        let Tree::Object(members) = tree else { return Err(wrong_type("an object")) };
        for (name, tree) in members.iter().filter(|(name, _)| !name.starts_with('@')) {
            self.member(node, name, tree, content).map_err(|error| error.in_member(name))?;
        }
        // RFC 7952 section 5.2: no name of a data node begins so
        for (name, tree) in members.iter().filter(|(name, _)| name.starts_with('@')) {
            self.annotated(node, name, tree, content).map_err(|error| error.in_member(name))?;
        }
        Ok(())
    }

    fn member(self, node: NodeIndex, name: &str, tree: &Tree, content: &mut Content) -> Result<(), Error> {
        let child = self.child(node, name)?;
        self.permit(node, child).map_err(|error| error.within(child))?;
        let data = self.value(child, tree).map_err(|error| error.within(child))?;
        // a member may stand twice, with and without its module
        if content.insert(child, data).is_some() {
            return Err(Error::new(Reason::Syntax("a member occurs twice".into())).within(child));
        }
        Ok(())
    }

    fn child(self, node: NodeIndex, name: &str) -> Result<NodeIndex, Error> {
        let child = text::child_by_name(self.schema, node, name, self.allowed == Allowed::Any);
        child.ok_or_else(|| Error::new(Reason::UnknownName(name.into())))
    }

    fn annotated(self, node: NodeIndex, name: &str, tree: &Tree, content: &Content) -> Result<(), Error> {
        let Some(found) = self.annotations else {
            return Err(Error::new(Reason::Annotation("annotations (RFC 7952) have no place here")));
        };
        match name.trim_start_matches('@') {
            // what is said of an input or output is said of its rpc or action, in whose place it stands
            "" => match self.schema.node(node) {
                Some(row) if matches!(row.kind(), NodeKind::Input | NodeKind::Output) => {
                    annotations::read(row.parent, None, tree, found)
                }
                _ => annotations::read(node, None, tree, found),
            },
            name => {
                let child = self.child(node, name)?;
                annotations::read_beside(self.schema, child, content, tree, found).map_err(|error| error.within(child))
            }
        }
    }

    fn permit(self, parent: NodeIndex, child: NodeIndex) -> Result<(), Error> {
        match cbor::place(self.schema, self.allowed, parent, child) {
            Ok(()) => Ok(()),
            Err(cbor::Reason::StateNode(node)) => Err(Error::new(Reason::StateNode(node))),
            Err(_) => Err(Error::new(Reason::Misplaced(child))),
        }
    }

    fn value(self, node: NodeIndex, tree: &Tree) -> Result<Data, Error> {
        let row = self.schema.node(node).ok_or(Error::new(Reason::Misplaced(node)))?;
        match row.kind() {
            NodeKind::Leaf => Ok(Data::Leaf(self.leaf(node, tree)?)),
            NodeKind::LeafList => {
                let Tree::Array(items) = tree else { return Err(wrong_type("an array")) };
                let mut values = Vec::with_capacity(items.len());
                for (place, item) in items.iter().enumerate() {
                    values.push(self.leaf(node, item).map_err(|error| error.at_item(place))?);
                }
                if row.is_config()
                    && let Some(value) = crate::value::first_double(&values)
                {
                    let keys = alloc::vec![value.clone()];
                    return Err(Error::new(Reason::DuplicateEntry).within_entry(node, Some(keys)));
                }
                Ok(Data::LeafList(values))
            }
            NodeKind::List => {
                let list = self.schema.list(node).ok_or(Error::new(Reason::Misplaced(node)))?;
                let sorted = self.allowed != Allowed::Any && !row.flags.has(Flags::USER_ORDERED);
                self.list(node, list, sorted, tree)
            }
            NodeKind::Container | NodeKind::Notification | NodeKind::Structure | NodeKind::Input | NodeKind::Output => {
                let mut content = Content::new();
                self.content(node, tree, &mut content)?;
                Ok(Data::Container(content))
            }
            NodeKind::Anydata => match tree {
                Tree::Object(_) => self.anydata(node, tree),
                _ => Err(wrong_type("an object")),
            },
            NodeKind::Anyxml => self.anydata(node, tree),
            NodeKind::Rpc | NodeKind::Action => {
                let part = cbor::content_of(self.schema, node, self.allowed);
                let part = part.ok_or_else(|| Error::new(Reason::Misplaced(node)))?;
                let mut content = Content::new();
                self.content(part, tree, &mut content)?;
                Ok(Data::Container(content))
            }
        }
    }

    /// By SIDs where the schema knows all of it, else as it stands.
    fn anydata(self, node: NodeIndex, tree: &Tree) -> Result<Data, Error> {
        let mut cbor = Vec::new();
        let mut content = Content::new();
        let unknown = Reading { allowed: Allowed::Any, annotations: None, ..self };
        let known = unknown.content(NodeIndex::ROOT, tree, &mut content);
        if known.is_ok() {
            let encoder = Encoder::new(self.schema, &mut cbor, Identifiers::Sids, usize::MAX);
            let mut encoder = encoder.with_reference(node);
            if write_content(&mut encoder, NodeIndex::ROOT, Part::Container, &content).is_ok() {
                return Ok(Data::Any(cbor.into()));
            }
            cbor.clear();
        }
        any::to_cbor(tree, &mut Writer::new(&mut cbor));
        // what no reader of CBOR would take is not kept
        match Reader::new(&cbor).skip() {
            Ok(()) => Ok(Data::Any(cbor.into())),
            Err(_) => Err(wrong_type("nested at most 32 deep")),
        }
    }

    fn list(self, node: NodeIndex, list: &'static List, sorted: bool, tree: &Tree) -> Result<Data, Error> {
        let Tree::Array(items) = tree else { return Err(wrong_type("an array")) };
        let mut entries = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let position = Value::Unsigned(place as u64 + 1);
            entries.push(self.entry(node, list, &[], Some(position), item).map_err(|error| error.at_item(place))?);
        }
        if list.keys.is_empty() {
            return Ok(Data::List(Entries::from_keyless(entries)));
        }
        match Entries::from_keyed(list, sorted, entries) {
            Ok(entries) => Ok(Data::List(entries)),
            Err((_, entry)) => Err(Error::new(Reason::DuplicateEntry).within_entry(node, keys_in(list, &entry, &[]))),
        }
    }

    fn entry(
        self,
        node: NodeIndex,
        list: &'static List,
        known: &[Value],
        position: Option<Value>,
        tree: &Tree,
    ) -> Result<Content, Error> {
        let mut content = Content::new();
        // keys first, so that every error in the entry can name it
        if let Tree::Object(members) = tree {
            for key in list.keys {
                let (simple, qualified) = (self.schema.name(*key), text::qualified_name(self.schema, *key));
                let member = members.get(simple).or_else(|| members.get(&qualified));
                if let Some(value) = member.and_then(|member| self.leaf(*key, member).ok()) {
                    content.insert(*key, Data::Leaf(value));
                }
            }
        }
        let keys = || match (&position, list.keys.is_empty()) {
            (Some(position), true) => Some(alloc::vec![position.clone()]),
            (None, true) => Some(known.to_vec()),
            _ => keys_in(list, &content, known),
        };
        let mut whole = Content::new();
        let before = self.annotations.map_or(0, |found| found.annotations.borrow().len());
        let read = self.content(node, tree, &mut whole).and_then(|()| {
            complete_keys(list, &mut whole, known).map_err(|(key, missing)| {
                Error::new(if missing { Reason::MissingKey(key) } else { Reason::KeyMismatch(key) })
                    .within(if missing { node } else { key })
            })
        });
        read.map_err(|error| error.within_entry(node, keys()))?;
        if let Some(found) = self.annotations {
            for annotation in found.annotations.borrow_mut().iter_mut().skip(before) {
                let inner = core::mem::take(&mut annotation.at.keys);
                annotation.at.keys = keys().unwrap_or_default();
                annotation.at.keys.extend(inner);
            }
        }
        Ok(whole)
    }

    fn leaf(self, node: NodeIndex, tree: &Tree) -> Result<Value, Error> {
        let ty = self.schema.type_of(node).ok_or(Error::new(Reason::Misplaced(node)))?;
        self.scalar(node, ty, tree, false).map_err(|violation| Error::new(Reason::Value(violation)).within(node))
    }

    /// RFC 7951 section 6. Numbers are taken as strings and strings as numbers, except in a union, where they tell
    /// its members apart (section 6.10).
    fn scalar(self, node: NodeIndex, ty: &Type, tree: &Tree, in_union: bool) -> Result<Value, Violation> {
        let value = match (ty, tree) {
            (Type::Boolean, Tree::Boolean(value)) => Value::Boolean(*value),
            (Type::Empty, Tree::Array(items)) if matches!(**items, [Tree::Null]) => Value::Empty,
            (Type::Integer { .. } | Type::Unsigned { .. }, Tree::Signed(_) | Tree::Unsigned(_)) => {
                if in_union && is_wide(ty) {
                    return Err(wrong(ty));
                }
                let digits = match tree {
                    Tree::Signed(value) => value.to_string(),
                    Tree::Unsigned(value) => value.to_string(),
                    _ => return Err(wrong(ty)),
                };
                return text::parse_as(self.schema, node, ty, &digits);
            }
            (Type::Integer { .. } | Type::Unsigned { .. }, Tree::Text(text)) => {
                if in_union && !is_wide(ty) {
                    return Err(wrong(ty));
                }
                return text::parse_as(self.schema, node, ty, text);
            }
            (Type::Decimal64 { .. } | Type::Float { .. }, _) if !in_union && !matches!(tree, Tree::Text(_)) => {
                let digits = match tree {
                    Tree::Signed(value) => value.to_string(),
                    Tree::Unsigned(value) => value.to_string(),
                    Tree::Float(value) => value.to_string(),
                    _ => return Err(wrong(ty)),
                };
                return text::parse_as(self.schema, node, ty, &digits);
            }
            (Type::Leafref { target_type, .. }, _) => {
                let target = self.schema.resolved_type(*target_type).ok_or_else(|| wrong(ty))?;
                return self.scalar(node, target, tree, in_union);
            }
            (Type::Union { members }, _) => {
                let mut taken = (0_u16..).zip(*members).filter_map(|(place, member)| {
                    let value = self.scalar(node, self.schema.resolved_type(*member)?, tree, true).ok()?;
                    Some(Value::Union(place, Box::new(value)))
                });
                return taken.next().ok_or(Violation::NotInUnion);
            }
            (Type::Boolean | Type::Empty, _) => return Err(wrong(ty)),
            (_, Tree::Text(text)) => return text::parse_as(self.schema, node, ty, text),
            _ => return Err(wrong(ty)),
        };
        check(self.schema, ty, &value).map(|()| value)
    }
}

fn is_wide(ty: &Type) -> bool {
    matches!(ty, Type::Integer { width: IntegerWidth::W64, .. } | Type::Unsigned { width: IntegerWidth::W64, .. })
}

fn wrong_type(expected: &'static str) -> Error {
    Error::new(Reason::WrongType { expected })
}

/// Puts the keys that an identifier gave into an entry. An error is a key that differs, or (true) that is missing.
fn complete_keys(list: &List, content: &mut Content, known: &[Value]) -> Result<(), (NodeIndex, bool)> {
    for (place, key) in list.keys.iter().enumerate() {
        match (content.leaf(*key), known.get(place)) {
            (Some(own), Some(known)) if own != known => return Err((*key, false)),
            (Some(_), _) => {}
            (None, Some(known)) => {
                content.insert(*key, Data::Leaf(known.clone()));
            }
            (None, None) => return Err((*key, true)),
        }
    }
    Ok(())
}

/// The keys of an entry, where all are known.
fn keys_in(list: &List, content: &Content, known: &[Value]) -> Option<Vec<Value>> {
    let mut keys = known.get(..list.keys.len().min(known.len())).unwrap_or(known).to_vec();
    for key in list.keys.iter().skip(keys.len()) {
        keys.push(content.leaf(*key)?.clone());
    }
    Some(keys)
}

//! Metadata annotations (RFC 7952 section 5.2): read beside the data and written with it.
//!
//! RFC 9254 has no form for them, so they are no part of [`Data`]: who converts keeps them beside it, or says what is
//! lost. An annotation has the value that its JSON has; it is held against its definition where that is at hand.
//! Annotations within `anydata` stay in it. Read [`Annotation`] first.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use super::any;
use super::decode::check_annotation;
use super::encode::{EncodeError, Encoder, Style};
use super::error::{Error, Reason};
use super::tree::Tree;
use crate::cbor::Writer;
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Part, Sink, Value};

/// An annotation of an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Annotation {
    /// The instance; of a leaf-list, the leaf-list.
    pub at: InstanceIdentifier,
    /// Which entry of the leaf-list, counted from 0.
    pub entry: Option<usize>,
    /// `module:name`
    pub name: Box<str>,
    /// Its value, as CBOR.
    pub value: Box<[u8]>,
}

/// Where annotations go, and what they are held against.
#[derive(Clone, Copy)]
pub(super) struct Found<'s> {
    pub(super) annotations: &'s RefCell<Vec<Annotation>>,
    /// A leaf for each annotation that is defined.
    pub(super) definitions: Option<&'s Schema>,
}

/// Takes the annotations of one instance from its metadata object.
pub(super) fn read(node: NodeIndex, entry: Option<usize>, tree: &Tree, found: Found<'_>) -> Result<(), Error> {
    let Tree::Object(members) = tree else {
        return Err(Error::new(Reason::Annotation("annotations are an object")));
    };
    for (name, tree) in members {
        // RFC 7952 section 5.2.1: the module is always told
        if !name.split_once(':').is_some_and(|(module, name)| !module.is_empty() && !name.is_empty()) {
            return Err(Error::new(Reason::Annotation("the name of an annotation has its module")).in_member(name));
        }
        if let Some(definitions) = found.definitions {
            check_annotation(definitions, name, tree).map_err(|error| error.in_member(name))?;
        }
        let mut value = Vec::new();
        any::to_cbor(tree, &mut Writer::new(&mut value));
        let at = InstanceIdentifier::new(node);
        found.annotations.borrow_mut().push(Annotation { at, entry, name: name.as_str().into(), value: value.into() });
    }
    Ok(())
}

/// Takes those of a leaf, anyxml or leaf-list `node` that stands in `content`, from the member beside it.
pub(super) fn read_beside(
    schema: &Schema,
    node: NodeIndex,
    content: &Content,
    tree: &Tree,
    found: Found<'_>,
) -> Result<(), Error> {
    let Some(data) = content.child(node) else {
        return Err(Error::new(Reason::Annotation("what is annotated is not there")));
    };
    match (data, tree) {
        (Data::Leaf(_), _) => read(node, None, tree, found),
        (Data::Any(_), _) if schema.node(node).is_some_and(|row| row.kind() == NodeKind::Anyxml) => {
            read(node, None, tree, found)
        }
        // RFC 7952 section 5.2.4: the i-th object is of the i-th entry, null stands for none
        (Data::LeafList(values), Tree::Array(items)) if items.len() <= values.len() => {
            for (place, item) in items.iter().enumerate().filter(|(_, item)| **item != Tree::Null) {
                read(node, Some(place), item, found).map_err(|error| error.at_item(place))?;
            }
            Ok(())
        }
        (Data::LeafList(_), _) => Err(Error::new(Reason::Annotation("an array, no longer than the leaf-list"))),
        _ => Err(Error::new(Reason::Annotation("what is an object or a list has its annotations within"))),
    }
}

/// As [`to_string`](super::to_string), with annotations.
///
/// # Errors
///
/// A value that is not of its type, and an annotation of what is not there.
pub fn to_string_annotated(
    schema: &Schema,
    node: NodeIndex,
    data: &Data,
    annotations: &[Annotation],
    style: Style,
) -> Result<String, EncodeError> {
    let mut out = String::new();
    let mut left: BTreeMap<Place, Vec<&Annotation>> = BTreeMap::new();
    for annotation in annotations {
        left.entry((annotation.at.clone(), annotation.entry)).or_default().push(annotation);
    }
    let mut walk = Walk { schema, encoder: Encoder::new(schema, &mut out, style), left, keys: Vec::new() };
    walk.data(node, data)?;
    if let Some(((at, _), _)) = walk.left.pop_first() {
        return Err(EncodeError::Misplaced(at.node));
    }
    Ok(out)
}

type Place = (InstanceIdentifier, Option<usize>);

/// Hands data to the encoder, and annotations with it.
struct Walk<'a> {
    schema: &'a Schema,
    encoder: Encoder<'a>,
    /// What was not written yet.
    left: BTreeMap<Place, Vec<&'a Annotation>>,
    /// Those of the entries that are open.
    keys: Vec<Value>,
}

impl<'a> Walk<'a> {
    fn data(&mut self, node: NodeIndex, data: &Data) -> Result<(), EncodeError> {
        match data {
            Data::Any(cbor) => self.encoder.any(node, cbor)?,
            Data::Leaf(value) => self.encoder.value(node, value)?,
            Data::LeafList(values) => {
                self.encoder.enter(node, Part::LeafList)?;
                for value in values {
                    self.encoder.value(node, value)?;
                }
                self.encoder.leave()?;
                return self.beside_leaf_list(node, values.len());
            }
            Data::Container(content) => return self.content(node, Part::Container, content),
            Data::List(entries) => {
                let list = self.schema.list(node).ok_or(EncodeError::Misplaced(node))?;
                self.encoder.enter(node, Part::List)?;
                for (position, entry) in (1_u64..).zip(entries.iter()) {
                    let above = self.keys.len();
                    match list.keys {
                        [] => self.keys.push(Value::Unsigned(position)),
                        keys => self.keys.extend(entry.leafs(keys)),
                    }
                    self.content(node, Part::Entry, entry)?;
                    self.keys.truncate(above);
                }
                return self.encoder.leave();
            }
        }
        match self.take(node, None) {
            Some(annotations) => {
                self.encoder.member_beside(node)?;
                object(&annotations, &mut self.encoder)
            }
            None => Ok(()),
        }
    }

    fn content(&mut self, node: NodeIndex, part: Part, content: &Content) -> Result<(), EncodeError> {
        self.encoder.enter(node, part)?;
        if let Some(annotations) = self.take(node, None) {
            self.encoder.member("@");
            object(&annotations, &mut self.encoder)?;
        }
        for (child, data) in content.iter() {
            self.data(child, data)?;
        }
        self.encoder.leave()
    }

    fn beside_leaf_list(&mut self, node: NodeIndex, length: usize) -> Result<(), EncodeError> {
        let taken: Vec<_> = (0..length).map(|entry| self.take(node, Some(entry))).collect();
        let Some(last) = taken.iter().rposition(Option::is_some) else { return Ok(()) };
        self.encoder.member_beside(node)?;
        for (place, annotations) in taken.iter().take(last + 1).enumerate() {
            self.encoder.raw(if place == 0 { "[" } else { "," });
            match annotations {
                Some(annotations) => object(annotations, &mut self.encoder)?,
                None => self.encoder.raw("null"),
            }
        }
        self.encoder.raw("]");
        Ok(())
    }

    fn take(&mut self, node: NodeIndex, entry: Option<usize>) -> Option<Vec<&'a Annotation>> {
        if self.left.is_empty() {
            return None;
        }
        self.left.remove(&(InstanceIdentifier { node, keys: self.keys.clone() }, entry))
    }
}

fn object(annotations: &[&Annotation], encoder: &mut Encoder<'_>) -> Result<(), EncodeError> {
    for (place, annotation) in annotations.iter().enumerate() {
        encoder.raw(if place == 0 { "{" } else { "," });
        encoder.unknown_member(&annotation.name, &annotation.value)?;
    }
    encoder.raw("}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::super::{Style, read_annotated, read_content, to_string};
    use super::to_string_annotated;
    use crate::cbor::Allowed;
    use crate::schema::NodeIndex;
    use crate::test_schema::schema;
    use crate::value::Data;

    #[track_caller]
    fn check(json: &str, without: &str) {
        let read = read_annotated(schema(), None, NodeIndex::ROOT, Allowed::Any, json);
        let (content, annotations) = read.unwrap_or_else(|error| panic!("{}", error.describe(schema())));
        let data = Data::Container(content);
        let plain = to_string(schema(), NodeIndex::ROOT, &data, Style::Compact).unwrap();
        assert_eq!(plain, without);
        let again = to_string_annotated(schema(), NodeIndex::ROOT, &data, &annotations, Style::Compact).unwrap();
        assert_eq!(again, json);
        let error = read_content(schema(), NodeIndex::ROOT, Allowed::Any, json).unwrap_err();
        assert!(error.describe(schema()).contains("annotations (RFC 7952) have no place here"), "{error:?}");
    }

    #[test]
    fn every_kind_of_node_is_annotated_in_its_place() {
        for (json, without) in [
            (r#"{"t:all":{"@":{"m:a":"x","n:b":[null]},"int8":1}}"#, r#"{"t:all":{"int8":1}}"#),
            (r#"{"t:all":{"int8":1,"@int8":{"m:a":-1.5}}}"#, r#"{"t:all":{"int8":1}}"#),
            (
                r#"{"t:all":{"xml":[true],"@xml":{"m:a":true},"u:other":"x","@u:other":{"m:a":{"deep":[1]}}}}"#,
                r#"{"t:all":{"xml":[true],"u:other":"x"}}"#,
            ),
            (r#"{"t:all":{"names":["a","b","c"],"@names":[null,{"m:a":1}]}}"#, r#"{"t:all":{"names":["a","b","c"]}}"#),
            (
                // equal entries of state
                r#"{"t:all":{"samples":[1,1],"@samples":[null,{"m:a":1}]}}"#,
                r#"{"t:all":{"samples":[1,1]}}"#,
            ),
            (
                r#"{"t:top":[{"@":{"m:a":1},"id":"a"},{"id":"b","@id":{"m:a":2}}]}"#,
                r#"{"t:top":[{"id":"a"},{"id":"b"}]}"#,
            ),
            (r#"{"t:all":{"log":[{},{"@":{"m:a":1}}]}}"#, r#"{"t:all":{"log":[{},{}]}}"#),
            (r#"{"@":{"m:a":1},"t:all":{}}"#, r#"{"t:all":{}}"#),
        ] {
            check(json, without);
        }
    }

    #[test]
    fn annotations_within_anydata_stay_there() {
        let json = r#"{"t:all":{"any":{"@":{"m:a":1},"t:alarm":{"text":"x","@text":{"m:a":1}}}}}"#;
        let (content, annotations) = read_annotated(schema(), None, NodeIndex::ROOT, Allowed::Any, json).unwrap();
        assert!(annotations.is_empty());
        let data = Data::Container(content);
        assert_eq!(to_string(schema(), NodeIndex::ROOT, &data, Style::Compact).as_deref(), Ok(json));
    }

    #[test]
    fn annotations_in_another_form_are_refused() {
        for (json, expected) in [
            (r#"{"t:all":{"@int8":{"m:a":1}}}"#, "/t:all/int8: what is annotated is not there"),
            (r#"{"t:all":{"int8":1,"@int8":[]}}"#, "/t:all/int8: annotations are an object"),
            (r#"{"t:all":{"int8":1,"@int8":{"a":1}}}"#, "/t:all/int8: the name of an annotation has its module"),
            (r#"{"t:all":{"@nothing":{"m:a":1}}}"#, "/t:all: unknown member 'nothing'"),
            (r#"{"t:all":{},"@t:all":{"m:a":1}}"#, "/t:all: what is an object or a list has its annotations within"),
            (r#"{"t:all":{"names":["a"],"@names":{"m:a":1}}}"#, "/t:all/names: an array, no longer than"),
            (r#"{"t:all":{"names":["a"],"@names":[null,null]}}"#, "/t:all/names: an array, no longer than"),
            (r#"{"t:all":{"names":["a"],"@names":[1]}}"#, "/t:all/names: annotations are an object"),
        ] {
            let error = read_annotated(schema(), None, NodeIndex::ROOT, Allowed::Any, json).expect_err(json);
            let words = error.describe(schema());
            assert!(words.starts_with(expected) && words.contains(" at line 1 column "), "{words}");
        }
    }

    #[test]
    fn an_annotation_that_has_no_place_in_the_data_is_not_lost_in_silence() {
        let json = r#"{"t:all":{"int8":1,"@int8":{"m:a":1}}}"#;
        let (_, annotations) = read_annotated(schema(), None, NodeIndex::ROOT, Allowed::Any, json).unwrap();
        let (other, _) = read_annotated(schema(), None, NodeIndex::ROOT, Allowed::Any, r#"{"t:all":{}}"#).unwrap();
        let written =
            to_string_annotated(schema(), NodeIndex::ROOT, &Data::Container(other), &annotations, Style::Pretty);
        assert!(written.is_err(), "{}", format!("{written:?}"));
    }
}

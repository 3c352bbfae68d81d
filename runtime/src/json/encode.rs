//! Instance data into JSON.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::any;
use crate::cbor;
use crate::schema::{IntegerWidth, Node, NodeIndex, Schema, Type};
use crate::value::{Data, Part, Sink, Value, Violation, text, write_data};

/// How JSON is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// No space.
    Compact,
    /// A member a line, two spaces a level.
    Pretty,
}

/// Why data could not be written.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EncodeError {
    /// `anydata` or `anyxml` that is not CBOR.
    #[error("anydata or anyxml: {0}")]
    Any(cbor::Error),
    /// A part that can't stand where it was handed in.
    #[error("a part that has no place here")]
    Misplaced(NodeIndex),
    /// A value that is not of its type.
    #[error("{violation}")]
    Value {
        /// The leaf or leaf-list.
        node: NodeIndex,
        /// What is wrong with the value.
        violation: Violation,
    },
}

/// The JSON of one data node's instance: of the datastore's root a document, else the value alone.
///
/// # Errors
///
/// A value that is not of its type.
pub fn to_string(schema: &Schema, node: NodeIndex, data: &Data, style: Style) -> Result<String, EncodeError> {
    let mut out = String::new();
    write_data(&mut Encoder::new(schema, &mut out, style), node, data)?;
    Ok(out)
}

/// A sink that writes JSON at the end of a string. As in [`cbor::Encoder`], what is handed in first has no name.
#[derive(Debug)]
pub struct Encoder<'a> {
    schema: &'a Schema,
    out: &'a mut String,
    style: Style,
    frames: Vec<Frame>,
}

#[derive(Debug)]
struct Frame {
    node: NodeIndex,
    part: Part,
    is_empty: bool,
}

impl<'a> Encoder<'a> {
    /// An encoder that appends to `out`.
    pub fn new(schema: &'a Schema, out: &'a mut String, style: Style) -> Encoder<'a> {
        Encoder { schema, out, style, frames: Vec::new() }
    }

    /// Writes what stands before an item of the innermost array or object: comma, new line, and in an object its name.
    fn before(&mut self, node: NodeIndex) -> Result<(), EncodeError> {
        let Some((parent, part)) = self.frames.last().map(|frame| (frame.node, frame.part)) else { return Ok(()) };
        match part {
            Part::List | Part::LeafList if parent == node => {
                self.separate();
                Ok(())
            }
            Part::List | Part::LeafList => Err(EncodeError::Misplaced(node)),
            Part::Container | Part::Entry => {
                let name = self.name(parent, node)?;
                self.member(&name);
                Ok(())
            }
        }
    }

    /// The name of a member: qualified where its module is not that of the object (RFC 7951 section 4).
    fn name(&self, parent: NodeIndex, node: NodeIndex) -> Result<Cow<'static, str>, EncodeError> {
        let own = self.schema.node(node).ok_or(EncodeError::Misplaced(node))?.module();
        if self.schema.node(parent).is_some_and(|parent| parent.module() == own) {
            Ok(self.schema.name(node).into())
        } else {
            Ok(text::qualified_name(self.schema, node).into())
        }
    }

    fn separate(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            if !frame.is_empty {
                self.out.push(',');
            }
            frame.is_empty = false;
        }
        self.new_line();
    }

    /// Begins a member of the object that is open.
    pub(super) fn member(&mut self, name: &str) {
        self.separate();
        any::string(name, self.out);
        self.out.push_str(if self.style == Style::Pretty { ": " } else { ":" });
    }

    /// Begins the member that annotates `node`, which is one of the object that is open (RFC 7952 section 5.2.3).
    pub(super) fn member_beside(&mut self, node: NodeIndex) -> Result<(), EncodeError> {
        let parent = match self.frames.last() {
            Some(Frame { node, part: Part::Container | Part::Entry, .. }) => *node,
            _ => return Err(EncodeError::Misplaced(node)),
        };
        let name = String::from("@") + &self.name(parent, node)?;
        self.member(&name);
        Ok(())
    }

    /// Writes a name and what no schema describes.
    pub(super) fn unknown_member(&mut self, name: &str, cbor: &[u8]) -> Result<(), EncodeError> {
        any::string(name, self.out);
        self.out.push_str(if self.style == Style::Pretty { ": " } else { ":" });
        any::from_cbor(&mut cbor::Reader::new(cbor), self.out).map_err(EncodeError::Any)
    }

    pub(super) fn raw(&mut self, json: &str) {
        self.out.push_str(json);
    }

    fn new_line(&mut self) {
        if self.style == Style::Pretty {
            self.out.push('\n');
            self.out.extend(core::iter::repeat_n("  ", self.frames.len()));
        }
    }

    fn scalar(&mut self, node: NodeIndex, ty: &Type, value: &Value) -> Result<(), EncodeError> {
        let refuse = || EncodeError::Value { node, violation: crate::value::wrong(ty) };
        match (ty, value) {
            (Type::Empty, Value::Empty) => self.out.push_str("[null]"),
            (Type::Identityref { .. }, Value::Identityref(identity)) => {
                let module = self.schema.node(node).map(Node::module);
                any::string(&text::print_identity(self.schema, *identity, module), self.out);
            }
            (Type::Leafref { target_type, .. }, value) => {
                return self.scalar(node, self.schema.resolved_type(*target_type).ok_or_else(refuse)?, value);
            }
            (Type::Union { members }, Value::Union(member, value)) => {
                let member = members.get(usize::from(*member)).and_then(|member| self.schema.resolved_type(*member));
                return self.scalar(node, member.ok_or_else(refuse)?, value);
            }
            _ => {
                let text = text::print_as(self.schema, ty, value).ok_or_else(refuse)?;
                if is_bare(ty) {
                    self.out.push_str(&text);
                } else {
                    any::string(&text, self.out);
                }
            }
        }
        Ok(())
    }
}

/// RFC 7951 sections 6.1 and 6.3: numbers of up to 32 bits and booleans are no strings.
fn is_bare(ty: &Type) -> bool {
    match ty {
        Type::Boolean => true,
        Type::Integer { width, .. } | Type::Unsigned { width, .. } => *width != IntegerWidth::W64,
        _ => false,
    }
}

impl Sink for Encoder<'_> {
    type Error = EncodeError;

    fn enter(&mut self, node: NodeIndex, part: Part) -> Result<(), EncodeError> {
        self.before(node)?;
        self.out.push(if matches!(part, Part::List | Part::LeafList) { '[' } else { '{' });
        self.frames.push(Frame { node, part, is_empty: true });
        Ok(())
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Result<(), EncodeError> {
        self.before(node)?;
        let ty = self.schema.type_of(node).ok_or(EncodeError::Misplaced(node))?;
        self.scalar(node, ty, value)
    }

    fn any(&mut self, node: NodeIndex, cbor: &[u8]) -> Result<(), EncodeError> {
        self.before(node)?;
        match cbor::read_anydata(self.schema, node, cbor) {
            Some(content) => {
                self.out.push('{');
                // the members are of the root's namespace: all names are qualified (RFC 7951 section 5.5)
                self.frames.push(Frame { node: NodeIndex::ROOT, part: Part::Container, is_empty: true });
                for (child, data) in content.iter() {
                    write_data(self, child, data)?;
                }
                self.leave()
            }
            None => any::from_cbor(&mut cbor::Reader::new(cbor), self.out).map_err(EncodeError::Any),
        }
    }

    fn leave(&mut self) -> Result<(), EncodeError> {
        let Some(frame) = self.frames.pop() else { return Err(EncodeError::Misplaced(NodeIndex::ROOT)) };
        if !frame.is_empty {
            self.new_line();
        }
        self.out.push(if matches!(frame.part, Part::List | Part::LeafList) { ']' } else { '}' });
        Ok(())
    }
}

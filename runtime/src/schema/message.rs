//! What a model says where it is not kept: the `error-app-tag` and `error-message` of `must`, `range`, `length` and
//! `pattern` (RFC 7950 sections 7.5.4, 9.2.4, 9.4.4 and 9.4.5). Read [`Messages`] first.

use alloc::borrow::Cow;
use alloc::string::String;

use super::{NodeIndex, Schema, Type, TypeIndex};

/// The `error-app-tag` and `error-message` of a statement; empty where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Message {
    /// `error-app-tag`
    pub app_tag: &'static str,
    /// `error-message`
    pub text: &'static str,
}

impl Message {
    /// Both as `tag: text` (readings 24).
    #[must_use]
    pub fn words(&self) -> Cow<'static, str> {
        match (self.app_tag, self.text) {
            ("", text) => Cow::Borrowed(text),
            (app_tag, "") => Cow::Borrowed(app_tag),
            (app_tag, text) => Cow::Owned(String::from(app_tag) + ": " + text),
        }
    }
}

/// What the restrictions of types say. A schema in which none says anything has none of this, and nothing that looks
/// for it is linked.
#[derive(Clone, Copy, Debug)]
pub struct Messages {
    /// The types whose restrictions say something, ascending.
    pub types: &'static [TypeMessages],
    /// What looks for it: [`TypeMessages::find`].
    pub find: fn(&'static [TypeMessages], TypeIndex, Restriction) -> Option<&'static Message>,
}

/// What the restrictions of one type say. Of a chain of typedefs the nearest `range` or `length` counts, which is the one
/// that holds the others too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypeMessages {
    /// The type, never a leafref.
    pub ty: TypeIndex,
    /// Of its `range` or `length`.
    pub bounds: Option<&'static Message>,
    /// Of its patterns, in the order of its set.
    pub patterns: &'static [Option<&'static Message>],
}

/// A restriction of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Restriction {
    /// `range` or `length`
    Bounds,
    /// The pattern at this place in the type's set.
    Pattern(u16),
}

impl TypeMessages {
    /// What a type says of a restriction.
    #[must_use]
    pub fn find(types: &'static [TypeMessages], ty: TypeIndex, restriction: Restriction) -> Option<&'static Message> {
        let place = types.binary_search_by_key(&ty, |row| row.ty).ok()?;
        let row = types.get(place)?;
        match restriction {
            Restriction::Bounds => row.bounds,
            Restriction::Pattern(place) => row.patterns.get(usize::from(place)).copied().flatten(),
        }
    }
}

impl Schema {
    /// What the model says where a value breaks a restriction of a leaf's type, leafrefs followed. The members of a
    /// union say nothing: which of them was meant, nobody knows.
    #[must_use]
    pub fn message(&self, leaf: NodeIndex, restriction: Restriction) -> Option<&'static Message> {
        let messages = self.messages?;
        let own = self.node(leaf)?.type_index()?;
        let ty = match self.types.get(own.get())? {
            Type::Leafref { target_type, .. } => *target_type,
            _ => own,
        };
        (messages.find)(messages.types, ty, restriction)
    }
}

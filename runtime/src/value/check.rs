//! Whether a value is of its type (RFC 7950 section 9). The one place that knows: payloads, text, JSON and what a
//! handler answers are all checked here.

use alloc::string::String;
use core::fmt;

use super::text::{push_integer, push_unsigned, say};
use super::{InstanceIdentifier, KeyOf, Lent, Value};
use crate::schema::{IdentityIndex, Message, NodeIndex, PatternSet, Restriction, Schema, Type};

/// How a value is not of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// An instance-identifier without node, or with other keys than the lists on its way have.
    Instance,
    /// The length of a string (in characters) or binary (in bytes).
    Length(usize),
    /// An identity that is not derived from every base.
    NotDerived(IdentityIndex),
    /// No member of the union takes the value.
    NotInUnion,
    /// A string that does not match a pattern: the one at this place in the type's set.
    Pattern(u16),
    /// A number outside the range.
    Range,
    /// A bit that the type does not have.
    UnknownBit(u32),
    /// A name that no bit, enum or identity has.
    UnknownName,
    /// A value that no enum has.
    UnknownEnum(i64),
    /// No identity has this SID.
    UnknownIdentity(u64),
    /// Not a value of the type at all.
    WrongType {
        /// What the type asks for.
        expected: &'static str,
    },
}

impl Violation {
    /// What the model says where a value of this leaf breaks its type so.
    #[must_use]
    pub fn message(&self, schema: &Schema, leaf: NodeIndex) -> Option<&'static Message> {
        let restriction = match *self {
            Violation::Length(_) | Violation::Range => Restriction::Bounds,
            Violation::Pattern(place) => Restriction::Pattern(place),
            _ => return None,
        };
        schema.message(leaf, restriction)
    }

    /// Appends it as words, as `Display` has them, without `core::fmt`.
    pub(crate) fn tell(&self, out: &mut String) {
        say(
            out,
            match self {
                Violation::Instance => "an instance-identifier with wrong keys",
                Violation::Length(_) => "length ",
                Violation::NotDerived(_) => "the identity is not derived from the base",
                Violation::NotInUnion => "no member type of the union takes the value",
                Violation::Pattern(_) => "it does not match the pattern of its type",
                Violation::Range => "out of range",
                Violation::UnknownBit(_) => "unknown bit at position ",
                Violation::UnknownName => "unknown name",
                Violation::UnknownEnum(_) => "unknown enum value ",
                Violation::UnknownIdentity(_) => "unknown identity SID ",
                Violation::WrongType { .. } => "not ",
            },
        );
        match *self {
            Violation::Length(length) => {
                push_unsigned(out, length as u64);
                say(out, " is not allowed");
            }
            Violation::UnknownBit(position) => push_unsigned(out, u64::from(position)),
            Violation::UnknownEnum(value) => push_integer(out, value),
            Violation::UnknownIdentity(sid) => push_unsigned(out, sid),
            Violation::WrongType { expected } => say(out, expected),
            _ => {}
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = String::new();
        self.tell(&mut words);
        f.write_str(&words)
    }
}

/// Checks a value against a type.
pub fn check(schema: &Schema, ty: &Type, value: &Value) -> Result<(), Violation> {
    match (ty, value) {
        (Type::Leafref { target_type, .. }, value) => match schema.resolved_type(*target_type) {
            Some(target) => check(schema, target, value),
            None => Err(wrong(ty)),
        },
        (Type::Boolean, Value::Boolean(_)) => Ok(()),
        (Type::Float { fraction_digits, ranges }, Value::Float(value)) => {
            // what decimal64 can't hold is no value of lw:float
            match super::decimal::from_float(*value, *fraction_digits) {
                Some(_) => within(ranges, value),
                None => Err(Violation::Range),
            }
        }
        (Type::Integer { width, ranges }, Value::Integer(value)) => {
            let (least, greatest) = width.signed();
            if (least..=greatest).contains(value) { within(ranges, value) } else { Err(Violation::Range) }
        }
        (Type::String { lengths, patterns }, Value::String(text)) => check_string(schema, lengths, *patterns, text),
        (Type::Unsigned { width, ranges }, Value::Unsigned(value)) => {
            if *value <= width.unsigned_max() {
                within(ranges, value)
            } else {
                Err(Violation::Range)
            }
        }
        _ if !super::ALL_TYPES => Err(wrong(ty)),
        (Type::Binary { lengths }, Value::Binary(bytes)) => length(lengths, bytes.len()),
        (Type::Bits { bits }, Value::Bits(set)) => {
            match positions(set).find(|position| bits.binary_search_by_key(position, |bit| bit.position).is_err()) {
                Some(position) => Err(Violation::UnknownBit(position)),
                None => Ok(()),
            }
        }
        (Type::Empty, Value::Empty) => Ok(()),
        (Type::Decimal64 { ranges, .. }, Value::Decimal64(mantissa)) => within(ranges, mantissa),
        (Type::Enumeration { enums }, Value::Enumeration(value)) => {
            match enums.binary_search_by_key(value, |row| row.value) {
                Ok(_) => Ok(()),
                Err(_) => Err(Violation::UnknownEnum(i64::from(*value))),
            }
        }
        (Type::Identityref { bases }, Value::Identityref(identity)) => {
            if schema.is_derived_from(*identity, bases) {
                Ok(())
            } else {
                Err(Violation::NotDerived(*identity))
            }
        }
        (Type::InstanceIdentifier { .. }, Value::InstanceIdentifier(instance)) => check_instance(schema, instance),
        (Type::Union { members }, Value::Union(member, value)) => {
            match members.get(usize::from(*member)).and_then(|member| schema.resolved_type(*member)) {
                Some(member) => check(schema, member, value),
                None => Err(Violation::NotInUnion),
            }
        }
        _ => Err(wrong(ty)),
    }
}

/// As [`check`], of a value that may be lent.
pub(crate) fn check_lent(schema: &Schema, ty: &Type, value: &Lent<'_>) -> Result<(), Violation> {
    match (ty, value) {
        (Type::Binary { lengths }, Lent::Binary(bytes)) if super::ALL_TYPES => length(lengths, bytes.len()),
        (Type::String { lengths, patterns }, Lent::String(text)) => check_string(schema, lengths, *patterns, text),
        (ty, Lent::Value(value)) => check(schema, ty, value),
        _ => Err(wrong(ty)),
    }
}

fn check_string(schema: &Schema, lengths: &[(u32, u32)], patterns: PatternSet, text: &str) -> Result<(), Violation> {
    if !lengths.is_empty() {
        length(lengths, text.chars().count())?;
    }
    if patterns == PatternSet::NONE {
        return Ok(());
    }
    schema.first_unmatched(patterns, text).map_or(Ok(()), |place| Err(Violation::Pattern(place)))
}

/// Checks that an instance-identifier names a node, and that its keys are those of the lists on the way: all of
/// them, or all but the node's own.
pub fn check_instance(schema: &Schema, instance: &InstanceIdentifier) -> Result<(), Violation> {
    if schema.node(instance.node).is_none() {
        return if instance.node == crate::schema::NodeIndex::ROOT && instance.keys.is_empty() {
            Ok(())
        } else {
            Err(Violation::Instance)
        };
    }
    let mut wanted = super::keys_of(schema, instance.node);
    for key in &instance.keys {
        match wanted.next() {
            Some(KeyOf::Value(node)) => match schema.type_of(node) {
                Some(ty) => check(schema, ty, key)?,
                None => return Err(Violation::Instance),
            },
            Some(KeyOf::Position(_)) if matches!(key, Value::Unsigned(1..)) => {}
            _ => return Err(Violation::Instance),
        }
    }
    let left = wanted.count();
    if left == 0 || left == schema.entry_key_count(instance.node) { Ok(()) } else { Err(Violation::Instance) }
}

/// The positions of the bits that are set, ascending.
pub(crate) fn positions(set: &[u8]) -> Positions<'_> {
    Positions { set, next: 0 }
}

/// See [`positions`].
pub(crate) struct Positions<'s> {
    set: &'s [u8],
    next: u32,
}

impl Iterator for Positions<'_> {
    type Item = u32;

    #[inline(never)]
    fn next(&mut self) -> Option<u32> {
        loop {
            let position = self.next;
            let byte = self.set.get(position as usize / 8)?;
            self.next += 1;
            if byte >> (position % 8) & 1 == 1 {
                return Some(position);
            }
        }
    }
}

fn length(lengths: &[(u32, u32)], found: usize) -> Result<(), Violation> {
    let fits = lengths.is_empty()
        || u32::try_from(found).is_ok_and(|found| lengths.iter().any(|(least, most)| (least..=most).contains(&&found)));
    if fits { Ok(()) } else { Err(Violation::Length(found)) }
}

fn within<N: PartialOrd>(ranges: &[(N, N)], value: &N) -> Result<(), Violation> {
    if ranges.is_empty() || ranges.iter().any(|(least, greatest)| value >= least && value <= greatest) {
        Ok(())
    } else {
        Err(Violation::Range)
    }
}

/// Whether a value is of the kind that a type has; its restrictions are not looked at.
pub(crate) fn is_of_type(ty: &Type, value: &Value) -> bool {
    matches!(
        (ty, value),
        (Type::Binary { .. }, Value::Binary(_))
            | (Type::Bits { .. }, Value::Bits(_))
            | (Type::Boolean, Value::Boolean(_))
            | (Type::Decimal64 { .. }, Value::Decimal64(_))
            | (Type::Empty, Value::Empty)
            | (Type::Enumeration { .. }, Value::Enumeration(_))
            | (Type::Float { .. }, Value::Float(_))
            | (Type::Identityref { .. }, Value::Identityref(_))
            | (Type::InstanceIdentifier { .. }, Value::InstanceIdentifier(_))
            | (Type::Integer { .. }, Value::Integer(_))
            | (Type::String { .. }, Value::String(_))
            | (Type::Union { .. }, Value::Union(..))
            | (Type::Unsigned { .. }, Value::Unsigned(_))
    )
}

pub(crate) fn wrong(ty: &Type) -> Violation {
    Violation::WrongType { expected: type_name(ty) }
}

/// A type in words.
pub(crate) fn type_name(ty: &Type) -> &'static str {
    match ty {
        Type::Binary { .. } => "a binary",
        Type::Bits { .. } => "bits",
        Type::Boolean => "a boolean",
        Type::Decimal64 { .. } | Type::Float { .. } => "a decimal64",
        Type::Empty => "an empty",
        Type::Enumeration { .. } => "an enumeration",
        Type::Identityref { .. } => "an identityref",
        Type::InstanceIdentifier { .. } => "an instance-identifier",
        Type::Integer { .. } => "an integer",
        Type::Leafref { .. } => "a leafref",
        Type::String { .. } => "a string",
        Type::Union { .. } => "a union",
        Type::Unsigned { .. } => "an unsigned integer",
    }
}

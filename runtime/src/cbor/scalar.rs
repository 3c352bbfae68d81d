//! Reading the values of leafs (RFC 9254 section 6).
//!
//! A head is read once; then what is behind it is taken as a value of the leaf's type, or of the first member of a
//! union that takes it. Strings are lent. Read [`read_typed`] first.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::error::{Error, Reason};
use super::head::{self, Head, major};
use super::identifier::instance_behind;
use super::reader::{Reader, unexpected};
use super::{bits, tag};
use crate::schema::{Node, NodeIndex, Schema, Type, TypeIndex};
use crate::value::{ALL_TYPES, Lent, Value, Violation, check_lent, rescale, text, to_float, type_name};

/// Reads the value of a leaf or of one entry of a leaf-list, and checks it against the type.
pub(super) fn read_leaf<'a>(schema: &Schema, node: NodeIndex, reader: &mut Reader<'a>) -> Result<Lent<'a>, Error> {
    match schema.node(node) {
        Some(row) => {
            let mut value = Lent::Value(Value::Empty);
            read_typed(schema, node, row, reader, &mut value)?;
            Ok(value)
        }
        None => Err(Error::new(reader.position(), Reason::Misplaced(node)).within(node)),
    }
}

/// The same, of the node with this row, into a place: what is handed through results is copied over and over.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn read_typed<'a>(
    schema: &Schema,
    node: NodeIndex,
    row: &Node,
    reader: &mut Reader<'a>,
    value: &mut Lent<'a>,
) -> Result<(), Error> {
    let start = reader.position();
    let read = match schema.types.get(usize::from(row.detail)) {
        Some(Type::Leafref { target_type, .. }) => match schema.resolved_type(*target_type) {
            Some(ty) => Decoding { schema, node, in_union: false }.read(ty, start, reader, value),
            None => Err(Error::new(start, Reason::Misplaced(node))),
        },
        Some(ty) if row.type_index().is_some() => {
            Decoding { schema, node, in_union: false }.read(ty, start, reader, value)
        }
        _ => Err(Error::new(start, Reason::Misplaced(node))),
    };
    read.map_err(|error| error.within(node))
}

struct Decoding<'s> {
    schema: &'s Schema,
    node: NodeIndex,
    in_union: bool,
}

impl Decoding<'_> {
    #[cfg_attr(feature = "std", inline(always))]
    fn read<'a>(
        &self,
        ty: &'static Type,
        start: usize,
        reader: &mut Reader<'a>,
        value: &mut Lent<'a>,
    ) -> Result<(), Error> {
        if ALL_TYPES && let Type::Union { members } = ty {
            let inner = Decoding { in_union: true, ..*self };
            *value = Lent::Value(inner.read_union(members, start, reader)?);
            return Ok(());
        }
        let head = reader.head()?;
        if self.take(ty, start, head, reader, value)? { Ok(()) } else { Err(unexpected(start, head, type_name(ty))) }
    }

    /// Reads what is behind a head as a value of a type that is no union; false where the type has another kind of
    /// item (RFC 9254 section 6).
    #[cfg_attr(feature = "std", inline(always))]
    fn take<'a>(
        &self,
        ty: &'static Type,
        start: usize,
        head: Head,
        reader: &mut Reader<'a>,
        value: &mut Lent<'a>,
    ) -> Result<bool, Error> {
        let taken = match head.major() {
            major::TEXT => match ty {
                Type::String { .. } => {
                    *value = match reader.text_behind(start, head)? {
                        Cow::Borrowed(text) => Lent::String(text),
                        Cow::Owned(text) => Lent::Value(Value::String(text.into())),
                    };
                    true
                }
                _ if !ALL_TYPES => false,
                // RFC 9254 sections 6.6 and 6.7: within a union, names
                Type::Bits { .. } | Type::Enumeration { .. } if !self.in_union => false,
                Type::Bits { .. } | Type::Enumeration { .. } | Type::Identityref { .. } => {
                    let name = reader.text_behind(start, head)?;
                    let named = text::parse_as(self.schema, self.node, ty, &name);
                    *value = Lent::Value(named.map_err(|violation| refuse(start, violation))?);
                    true
                }
                Type::InstanceIdentifier { .. } => self.instance(start, head, reader, value)?,
                _ => false,
            },
            _ if ALL_TYPES && self.in_union && matches!(ty, Type::Bits { .. } | Type::Enumeration { .. }) => false,
            major::UNSIGNED | major::NEGATIVE => match ty {
                Type::InstanceIdentifier { .. } if ALL_TYPES => self.instance(start, head, reader, value)?,
                ty => self.number(ty, start, head, value)?,
            },
            major::BYTES if ALL_TYPES => match ty {
                Type::Binary { .. } => {
                    *value = match reader.bytes_behind(start, head)? {
                        Cow::Borrowed(bytes) => Lent::Binary(bytes),
                        Cow::Owned(bytes) => Lent::Value(Value::Binary(bytes.into())),
                    };
                    true
                }
                Type::Bits { .. } => {
                    let bytes = reader.bytes_behind(start, head)?;
                    *value = Lent::Value(Value::Bits(bits::trimmed(&bytes).into()));
                    true
                }
                _ => false,
            },
            major::ARRAY if ALL_TYPES => match ty {
                Type::Bits { bits } => {
                    *value = Lent::Value(Value::Bits(bits::read(bits, start, head, reader)?));
                    true
                }
                // readings 14: RFC 7951's form of empty is taken too
                Type::Empty if !self.in_union => {
                    let mut items = reader.open(start, head)?;
                    let mut count = 0;
                    while items.more(reader)? {
                        reader.null()?;
                        count += 1;
                    }
                    count == 1
                }
                Type::InstanceIdentifier { .. } => self.instance(start, head, reader, value)?,
                _ => false,
            },
            major::TAG if head.argument == tag::DECIMAL_FRACTION => match ty {
                Type::Decimal64 { .. } | Type::Float { .. } => decimal(ty, start, reader, value)?,
                _ => false,
            },
            _ => match (ty, head.simple()) {
                (Type::Boolean, Some(simple @ (head::FALSE | head::TRUE))) => {
                    *value = Lent::Value(Value::Boolean(simple == head::TRUE));
                    true
                }
                // what was there before is of this type
                (Type::Empty, Some(head::NULL)) => ALL_TYPES,
                _ => false,
            },
        };
        if taken {
            check_lent(self.schema, ty, value).map_err(|violation| refuse(start, violation))?;
        }
        Ok(taken)
    }

    fn number(&self, ty: &Type, start: usize, head: Head, value: &mut Lent<'_>) -> Result<bool, Error> {
        let Some(whole) = head.whole() else { return Ok(false) };
        let number = match ty {
            Type::Integer { .. } => whole.to_i64().map(Value::Integer).ok_or(Violation::Range),
            Type::Unsigned { .. } if whole.negative => Err(Violation::Range),
            Type::Unsigned { .. } => Ok(Value::Unsigned(whole.magnitude)),
            _ if !ALL_TYPES => return Ok(false),
            Type::Enumeration { .. } => {
                let number = whole.to_i64().unwrap_or(i64::MAX);
                i32::try_from(number).map(Value::Enumeration).map_err(|_| Violation::UnknownEnum(number))
            }
            Type::Identityref { .. } if !whole.negative => {
                let identity = u32::try_from(whole.magnitude).ok().and_then(|sid| self.schema.identity_by_sid(sid));
                identity.map(Value::Identityref).ok_or(Violation::UnknownIdentity(whole.magnitude))
            }
            _ => return Ok(false),
        };
        *value = Lent::Value(number.map_err(|violation| refuse(start, violation))?);
        Ok(true)
    }

    /// The node at fault is the leaf, not what the identifier leads to.
    fn instance(&self, start: usize, head: Head, reader: &mut Reader<'_>, value: &mut Lent<'_>) -> Result<bool, Error> {
        let instance = instance_behind(self.schema, start, head, reader);
        let instance = instance.map_err(|error| error.nowhere().within(self.node))?;
        *value = Lent::Value(Value::InstanceIdentifier(Box::new(instance)));
        Ok(true)
    }

    /// RFC 9254 section 6.12 and RFC 7950 section 9.12: the first member that takes the value. Four types have a tag
    /// that tells them from all others.
    #[inline(never)]
    fn read_union(&self, members: &[TypeIndex], start: usize, reader: &mut Reader<'_>) -> Result<Value, Error> {
        let mut inner = *reader;
        let mut head = inner.head()?;
        let mut tag = None;
        if head.major() == major::TAG && head.argument != tag::DECIMAL_FRACTION {
            tag = Some(head.argument);
            head = inner.head()?;
        }
        let mut instance_refused = false;
        for (place, member) in (0_u16..).zip(members) {
            let Some(ty) = self.schema.resolved_type(*member) else { continue };
            let mut attempt = inner;
            let mut value = Lent::Value(Value::Empty);
            let taken = match ty {
                // a leafref to a union
                Type::Union { .. } => {
                    attempt = *reader;
                    self.read(ty, start, &mut attempt, &mut value).map(|()| true)
                }
                // read once at most, so that nested identifiers cost no more than their length
                Type::InstanceIdentifier { .. } if instance_refused => Ok(false),
                _ if tag == tag_of(ty) => self.take(ty, start, head, &mut attempt, &mut value),
                _ => Ok(false),
            };
            match taken {
                Ok(true) => {
                    *reader = attempt;
                    return Ok(Value::Union(place, Box::new(value.into_value())));
                }
                Ok(false) => {}
                Err(error) if matches!(error.reason, Reason::Malformed(_) | Reason::TooDeep) => return Err(error),
                Err(_) => instance_refused |= matches!(ty, Type::InstanceIdentifier { .. }),
            }
        }
        // not well-formed is worse than of no member
        reader.skip()?;
        Err(refuse(start, Violation::NotInUnion))
    }
}

/// The tag of a type within a union (RFC 9254 section 9.3).
fn tag_of(ty: &Type) -> Option<u64> {
    match ty {
        Type::Bits { .. } => Some(tag::BITS),
        Type::Enumeration { .. } => Some(tag::ENUMERATION),
        Type::Identityref { .. } => Some(tag::IDENTITYREF),
        Type::InstanceIdentifier { .. } => Some(tag::INSTANCE_IDENTIFIER),
        _ => None,
    }
}

/// Reads a decimal fraction behind its tag (RFC 8949 section 3.4.4), if it is one.
#[cfg_attr(feature = "std", inline(always))]
fn decimal(ty: &Type, start: usize, reader: &mut Reader<'_>, value: &mut Lent<'_>) -> Result<bool, Error> {
    let array = reader.head()?;
    if array.major() != major::ARRAY || !(array.is_indefinite() || array.argument == 2) {
        return Ok(false);
    }
    let (Some(exponent), Some(mantissa)) = (reader.head()?.whole(), reader.head()?.whole()) else { return Ok(false) };
    if array.is_indefinite() && !reader.take_break()? {
        return Ok(false);
    }
    // beyond an i64 it is as good as the end of it
    let exponent = exponent.to_i64().unwrap_or(if exponent.negative { i64::MIN } else { i64::MAX });
    let number = match ty {
        Type::Decimal64 { fraction_digits, .. } if ALL_TYPES => {
            rescale(mantissa, exponent, *fraction_digits).map(Value::Decimal64)
        }
        _ => mantissa.to_i64().and_then(|mantissa| to_float(mantissa, exponent)).map(Value::Float),
    };
    *value = Lent::Value(number.ok_or_else(|| refuse(start, Violation::Range))?);
    Ok(true)
}

#[cold]
#[inline(never)]
fn refuse(start: usize, violation: Violation) -> Error {
    match violation {
        // RFC 9254 gives the type another CBOR type
        Violation::WrongType { expected } => Error::new(start, Reason::WrongType { expected }),
        violation => Error::new(start, Reason::Value(violation)),
    }
}

//! The values of leafs (RFC 9254 section 6).

use alloc::boxed::Box;

use super::encode::EncodeError;
use super::error::{Error, Reason};
use super::head::Header;
use super::identifier::{read_instance_identifier, write_instance_identifier};
use super::reader::{Kind, Reader, unexpected};
use super::writer::Writer;
use super::{Identifiers, bits, tag};
use crate::schema::{NodeIndex, Schema, Type};
use crate::value::{Value, Violation, Whole, check, from_float, rescale, text, to_float, wrong};

/// Writes the value of a leaf or of one entry of a leaf-list.
pub(super) fn write_typed(
    schema: &Schema,
    node: NodeIndex,
    value: &Value,
    identifiers: Identifiers,
    writer: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    let ty = schema.type_of(node).ok_or(EncodeError::Misplaced(node))?;
    Encoding { schema, node, identifiers, in_union: false }.write(ty, value, writer)
}

struct Encoding<'s> {
    schema: &'s Schema,
    node: NodeIndex,
    identifiers: Identifiers,
    in_union: bool,
}

impl Encoding<'_> {
    fn write(&self, ty: &Type, value: &Value, writer: &mut Writer<'_>) -> Result<(), EncodeError> {
        match (ty, value) {
            (Type::Binary { .. }, Value::Binary(bytes)) => writer.bytes(bytes),
            (Type::Bits { .. }, Value::Bits(set)) if !self.in_union => bits::write(set, writer),
            (Type::Bits { .. } | Type::Enumeration { .. }, Value::Bits(_) | Value::Enumeration(_)) if self.in_union => {
                // RFC 9254 sections 6.6 and 6.7: names, tagged
                writer.tag(if matches!(ty, Type::Bits { .. }) { tag::BITS } else { tag::ENUMERATION });
                let names = text::print_as(self.schema, ty, value);
                writer.text(&names.ok_or_else(|| self.refuse(wrong(ty)))?);
            }
            (Type::Boolean, Value::Boolean(value)) => writer.boolean(*value),
            (Type::Decimal64 { fraction_digits, .. }, Value::Decimal64(mantissa)) => {
                decimal(*fraction_digits, *mantissa, writer);
            }
            (Type::Empty, Value::Empty) => writer.null(),
            (Type::Enumeration { .. }, Value::Enumeration(value)) => writer.integer(i64::from(*value)),
            (Type::Float { fraction_digits, .. }, Value::Float(value)) => {
                let mantissa = from_float(*value, *fraction_digits).ok_or_else(|| self.refuse(Violation::Range))?;
                decimal(*fraction_digits, mantissa, writer);
            }
            (Type::Identityref { .. }, Value::Identityref(identity)) => {
                if self.in_union {
                    writer.tag(tag::IDENTITYREF);
                }
                match self.identifiers {
                    Identifiers::Sids => match self.schema.identity(*identity).map(|row| row.sid) {
                        Some(sid) if sid != 0 => writer.unsigned(u64::from(sid)),
                        _ => return Err(EncodeError::NoIdentitySid(*identity)),
                    },
                    Identifiers::Names => {
                        let module = self.schema.node(self.node).map(crate::schema::Node::module);
                        let names = text::by_name(self.schema).ok_or(EncodeError::NoNames)?;
                        writer.text(&(names.print_identity)(self.schema, *identity, module));
                    }
                }
            }
            (Type::InstanceIdentifier { .. }, Value::InstanceIdentifier(instance)) => {
                if self.in_union {
                    writer.tag(tag::INSTANCE_IDENTIFIER);
                }
                write_instance_identifier(self.schema, instance, self.identifiers, writer)?;
            }
            (Type::Integer { .. }, Value::Integer(value)) => writer.integer(*value),
            (Type::Leafref { target_type, .. }, value) => {
                let target = self.schema.resolved_type(*target_type).ok_or_else(|| self.refuse(wrong(ty)))?;
                return self.write(target, value, writer);
            }
            (Type::String { .. }, Value::String(text)) => writer.text(text),
            (Type::Union { members }, Value::Union(member, value)) => {
                let member = members.get(usize::from(*member)).and_then(|member| self.schema.resolved_type(*member));
                let member = member.ok_or_else(|| self.refuse(Violation::NotInUnion))?;
                return Encoding { in_union: true, ..*self }.write(member, value, writer);
            }
            (Type::Unsigned { .. }, Value::Unsigned(value)) => writer.unsigned(*value),
            _ => return Err(self.refuse(wrong(ty))),
        }
        Ok(())
    }

    #[cold]
    #[inline(never)]
    fn refuse(&self, violation: Violation) -> EncodeError {
        EncodeError::Value { node: self.node, violation }
    }
}

/// RFC 9254 section 6.3 and RFC 8949 section 3.4.4.
fn decimal(digits: u8, mantissa: i64, writer: &mut Writer<'_>) {
    writer.tag(tag::DECIMAL_FRACTION);
    writer.array(2);
    writer.integer(-i64::from(digits));
    writer.integer(mantissa);
}

/// Reads the value of a leaf or of one entry of a leaf-list, and checks it against the type.
pub(super) fn read_typed(schema: &Schema, node: NodeIndex, reader: &mut Reader<'_>) -> Result<Value, Error> {
    let start = reader.position();
    let ty = schema.type_of(node).ok_or_else(|| Error::new(start, Reason::Misplaced(node)))?;
    let decoding = Decoding { schema, node, in_union: false };
    // readings 14: RFC 7951's form of empty is taken too
    if matches!(ty, Type::Empty) && reader.peek()? == Kind::Array {
        let mut items = reader.array()?;
        if items.more(reader)? {
            reader.null()?;
            if !items.more(reader)? {
                return Ok(Value::Empty);
            }
        }
        return Err(Error::new(start, Reason::WrongType { expected: "null" }).within(node));
    }
    decoding.read(ty, reader).map_err(|error| error.within(node))
}

#[derive(Clone, Copy)]
struct Decoding<'s> {
    schema: &'s Schema,
    node: NodeIndex,
    in_union: bool,
}

impl Decoding<'_> {
    fn read(self, ty: &Type, reader: &mut Reader<'_>) -> Result<Value, Error> {
        let start = reader.position();
        if let Type::Union { members } = ty {
            return self.read_union(members, start, reader);
        }
        let value = self.read_plain(ty, start, reader)?;
        match check(self.schema, ty, &value) {
            Ok(()) => Ok(value),
            Err(violation) => Err(refuse(start, violation)),
        }
    }

    fn read_plain(self, ty: &Type, start: usize, reader: &mut Reader<'_>) -> Result<Value, Error> {
        Ok(match ty {
            Type::Binary { .. } => Value::Binary(reader.bytes()?.into()),
            Type::Bits { .. } if self.in_union => {
                expect_tag(tag::BITS, "bits with tag 43", reader)?;
                self.read_name(ty, start, reader)?
            }
            Type::Bits { bits } => Value::Bits(bits::read(bits, reader)?),
            Type::Boolean => Value::Boolean(reader.boolean()?),
            Type::Decimal64 { fraction_digits, .. } => {
                let (exponent, mantissa) = read_decimal(reader)?;
                let rescaled = rescale(mantissa, exponent, *fraction_digits);
                Value::Decimal64(rescaled.ok_or_else(|| refuse(start, Violation::Range))?)
            }
            Type::Empty => {
                reader.null()?;
                Value::Empty
            }
            Type::Enumeration { .. } if self.in_union => {
                expect_tag(tag::ENUMERATION, "an enum's name with tag 44", reader)?;
                self.read_name(ty, start, reader)?
            }
            Type::Enumeration { .. } => {
                let value = reader.whole()?.to_i64().unwrap_or(i64::MAX);
                let known = i32::try_from(value);
                Value::Enumeration(known.map_err(|_| refuse(start, Violation::UnknownEnum(value)))?)
            }
            Type::Float { .. } => {
                let (exponent, mantissa) = read_decimal(reader)?;
                Value::Float(
                    mantissa
                        .to_i64()
                        .and_then(|mantissa| to_float(mantissa, exponent))
                        .ok_or_else(|| refuse(start, Violation::Range))?,
                )
            }
            Type::Identityref { .. } => {
                if self.in_union {
                    expect_tag(tag::IDENTITYREF, "an identity with tag 45", reader)?;
                }
                self.read_identity(ty, start, reader)?
            }
            Type::InstanceIdentifier { .. } => {
                if self.in_union {
                    expect_tag(tag::INSTANCE_IDENTIFIER, "an instance-identifier with tag 46", reader)?;
                }
                // the node at fault is the leaf, not what the identifier leads to
                let instance =
                    read_instance_identifier(self.schema, reader).map_err(|error| error.nowhere().within(self.node))?;
                Value::InstanceIdentifier(Box::new(instance))
            }
            Type::Integer { .. } => {
                Value::Integer(reader.whole()?.to_i64().ok_or_else(|| refuse(start, Violation::Range))?)
            }
            Type::String { .. } => Value::String(reader.text()?.into()),
            Type::Unsigned { .. } => match reader.peek()? {
                Kind::Negative => return Err(refuse(start, Violation::Range)),
                _ => Value::Unsigned(reader.unsigned()?),
            },
            Type::Leafref { .. } | Type::Union { .. } => return Err(refuse(start, wrong(ty))),
        })
    }

    /// RFC 9254 section 6.12 and RFC 7950 section 9.12: the first member that takes the value.
    #[inline(never)]
    fn read_union(
        self,
        members: &[crate::schema::TypeIndex],
        start: usize,
        reader: &mut Reader<'_>,
    ) -> Result<Value, Error> {
        let inner = Decoding { in_union: true, ..self };
        let mut instance_refused = false;
        for (place, member) in (0_u16..).zip(members) {
            let Some(ty) = self.schema.resolved_type(*member) else { continue };
            // read once at most, so that nested identifiers cost no more than their length
            let is_instance = matches!(ty, Type::InstanceIdentifier { .. });
            if is_instance && instance_refused {
                continue;
            }
            let mut attempt = *reader;
            match inner.read(ty, &mut attempt) {
                Ok(value) => {
                    *reader = attempt;
                    return Ok(Value::Union(place, Box::new(value)));
                }
                Err(error) if matches!(error.reason, Reason::Malformed(_) | Reason::TooDeep) => {
                    return Err(error.nowhere());
                }
                Err(_) => instance_refused |= is_instance,
            }
        }
        // not well-formed is worse than of no member
        reader.skip()?;
        Err(refuse(start, Violation::NotInUnion))
    }

    /// A value by its lexical form.
    #[inline(never)]
    fn read_name(self, ty: &Type, start: usize, reader: &mut Reader<'_>) -> Result<Value, Error> {
        let name = reader.text()?;
        text::parse_as(self.schema, self.node, ty, &name).map_err(|violation| refuse(start, violation))
    }

    #[inline(never)]
    fn read_identity(self, ty: &Type, start: usize, reader: &mut Reader<'_>) -> Result<Value, Error> {
        match reader.peek()? {
            Kind::Unsigned => {
                let sid = reader.unsigned()?;
                let identity = u32::try_from(sid).ok().and_then(|sid| self.schema.identity_by_sid(sid));
                identity.map(Value::Identityref).ok_or_else(|| refuse(start, Violation::UnknownIdentity(sid)))
            }
            Kind::Text => self.read_name(ty, start, reader),
            _ => Err(unexpected(start, reader.head()?, "an identity")),
        }
    }
}

/// Exponent and mantissa of a decimal fraction.
fn read_decimal(reader: &mut Reader<'_>) -> Result<(i64, Whole), Error> {
    const EXPECTED: &str = "a decimal fraction (tag 4)";
    let start = reader.position();
    expect_tag(tag::DECIMAL_FRACTION, EXPECTED, reader)?;
    let mut items = reader.array()?;
    let mut parts = [Whole { negative: false, magnitude: 0 }; 2];
    let mut complete = true;
    for part in &mut parts {
        complete &= items.more(reader)?;
        if complete {
            *part = reader.whole()?;
        }
    }
    if !complete || items.more(reader)? {
        return Err(Error::new(start, Reason::WrongType { expected: EXPECTED }));
    }
    let [exponent, mantissa] = parts;
    // beyond an i64 it is as good as the end of it
    let most = if exponent.negative { i64::MIN } else { i64::MAX };
    Ok((exponent.to_i64().unwrap_or(most), mantissa))
}

fn expect_tag(wanted: u64, expected: &'static str, reader: &mut Reader<'_>) -> Result<(), Error> {
    let start = reader.position();
    match reader.head()? {
        Header::Tag(found) if found == wanted => Ok(()),
        other => Err(unexpected(start, other, expected)),
    }
}

#[cold]
#[inline(never)]
fn refuse(start: usize, violation: Violation) -> Error {
    Error::new(start, Reason::Value(violation))
}

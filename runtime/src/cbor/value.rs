//! Writing the values of leafs (RFC 9254 section 6).

use super::encode::EncodeError;
use super::identifier::write_instance_identifier;
use super::writer::Writer;
use super::{Identifiers, bits, tag};
use crate::schema::{Node, NodeIndex, Schema, Type};
use crate::value::{ALL_TYPES, Value, Violation, from_float, is_of_type, text, wrong};

/// Writes the value of a leaf or of one entry of a leaf-list, the node with this row.
pub(super) fn write_typed(
    schema: &Schema,
    node: NodeIndex,
    row: &Node,
    value: &Value,
    identifiers: Identifiers,
    writer: &mut Writer<'_>,
) -> Result<(), EncodeError> {
    let ty = match row.type_index().and_then(|ty| schema.types.get(ty.get())) {
        Some(Type::Leafref { target_type, .. }) => schema.resolved_type(*target_type),
        ty => ty,
    };
    let ty = ty.ok_or(EncodeError::Misplaced(node))?;
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
        if !is_of_type(ty, value) {
            return Err(self.refuse(wrong(ty)));
        }
        match value {
            Value::Boolean(value) => writer.boolean(*value),
            Value::Decimal64(_) | Value::Float(_) => decimal(ty, value, writer).map_err(|error| self.refuse(error))?,
            Value::Integer(value) => writer.integer(*value),
            Value::String(text) => writer.text(text),
            Value::Unsigned(value) => writer.unsigned(*value),
            _ if !ALL_TYPES => return Err(self.refuse(wrong(ty))),
            Value::Binary(bytes) => writer.bytes(bytes),
            Value::Bits(_) | Value::Enumeration(_) if self.in_union => {
                // RFC 9254 sections 6.6 and 6.7: names, tagged
                writer.tag(if matches!(ty, Type::Bits { .. }) { tag::BITS } else { tag::ENUMERATION });
                let names = text::print_as(self.schema, ty, value);
                writer.text(&names.ok_or_else(|| self.refuse(wrong(ty)))?);
            }
            Value::Bits(set) => bits::write(set, writer),
            Value::Empty => writer.null(),
            Value::Enumeration(value) => writer.integer(i64::from(*value)),
            Value::Identityref(identity) => {
                if self.in_union {
                    writer.tag(tag::IDENTITYREF);
                }
                match self.identifiers {
                    Identifiers::Sids => match self.schema.identity(*identity).map(|row| row.sid) {
                        Some(sid) if sid != 0 => writer.unsigned(u64::from(sid)),
                        _ => return Err(EncodeError::NoIdentitySid(*identity)),
                    },
                    Identifiers::Names => {
                        let module = self.schema.node(self.node).map(Node::module);
                        let names = text::by_name(self.schema).ok_or(EncodeError::NoNames)?;
                        writer.text(&(names.print_identity)(self.schema, *identity, module));
                    }
                }
            }
            Value::InstanceIdentifier(instance) => {
                if self.in_union {
                    writer.tag(tag::INSTANCE_IDENTIFIER);
                }
                write_instance_identifier(self.schema, instance, self.identifiers, writer)?;
            }
            Value::Union(member, value) => {
                let Type::Union { members } = ty else { return Ok(()) };
                let member = members.get(usize::from(*member)).and_then(|member| self.schema.resolved_type(*member));
                let member = member.ok_or_else(|| self.refuse(Violation::NotInUnion))?;
                return Encoding { in_union: true, ..*self }.write(member, value, writer);
            }
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
fn decimal(ty: &Type, value: &Value, writer: &mut Writer<'_>) -> Result<(), Violation> {
    let (digits, mantissa) = match (ty, value) {
        (Type::Decimal64 { fraction_digits, .. }, Value::Decimal64(mantissa)) if ALL_TYPES => {
            (*fraction_digits, *mantissa)
        }
        (Type::Float { fraction_digits, .. }, Value::Float(value)) => {
            (*fraction_digits, from_float(*value, *fraction_digits).ok_or(Violation::Range)?)
        }
        _ => return Err(wrong(ty)),
    };
    writer.tag(tag::DECIMAL_FRACTION);
    writer.array(2);
    writer.integer(-i64::from(digits));
    writer.integer(mantissa);
    Ok(())
}

//! The value of a leaf or of a leaf-list's entry.

use alloc::boxed::Box;
use core::cmp::Ordering;

use super::{ALL_TYPES, InstanceIdentifier};
use crate::schema::{IdentityIndex, Literal};

/// A value, in the form that its type gives it (RFC 7950 section 9). It does not carry its type; the leaf's schema
/// node does.
///
/// Values are totally ordered, so that list entries can be kept by key; the order of two different variants, which
/// only a union can bring together, is that of their names.
///
/// ```
/// use comi_runtime::value::Value;
///
/// assert_eq!(Value::from("eth0"), Value::String("eth0".into()));
/// assert!(Value::Integer(-1) < Value::Integer(1));
/// ```
#[derive(Clone, Debug)]
pub enum Value {
    /// `binary`
    Binary(Box<[u8]>),
    /// `bits`: bit `p` is bit `p % 8` of byte `p / 8`; no trailing zero bytes.
    Bits(Box<[u8]>),
    /// `boolean`
    Boolean(bool),
    /// `decimal64`: the mantissa at the type's fraction digits.
    Decimal64(i64),
    /// `empty`
    Empty,
    /// `enumeration`: the enum's value.
    Enumeration(i32),
    /// `lw:float`
    Float(f64),
    /// `identityref`
    Identityref(IdentityIndex),
    /// `instance-identifier`
    InstanceIdentifier(Box<InstanceIdentifier>),
    /// `int8` to `int64`
    Integer(i64),
    /// `string`
    String(Box<str>),
    /// A value of a union: the member type's place in the union (nested unions flattened by codegen), and the value.
    Union(u16, Box<Value>),
    /// `uint8` to `uint64`
    Unsigned(u64),
}

impl Value {
    /// The value of a literal in the schema's tables.
    #[must_use]
    pub fn from_literal(literal: &Literal) -> Value {
        match *literal {
            Literal::Binary(bytes) => Value::Binary(bytes.into()),
            Literal::Bits(bytes) => Value::Bits(bytes.into()),
            Literal::Boolean(value) => Value::Boolean(value),
            Literal::Decimal64(mantissa) => Value::Decimal64(mantissa),
            Literal::Empty => Value::Empty,
            Literal::Enumeration(value) => Value::Enumeration(value),
            Literal::Float(value) => Value::Float(value),
            Literal::Identityref(identity) => Value::Identityref(identity),
            Literal::Integer(value) => Value::Integer(value),
            Literal::String(text) => Value::String(text.into()),
            Literal::Union(member, value) => Value::Union(member, Box::new(Value::from_literal(value))),
            Literal::Unsigned(value) => Value::Unsigned(value),
        }
    }

    /// Whether this is the value of `literal`; allocates nothing.
    #[must_use]
    pub fn equals_literal(&self, literal: &Literal) -> bool {
        match (self, literal) {
            (Value::Binary(own), Literal::Binary(other)) | (Value::Bits(own), Literal::Bits(other)) => **own == **other,
            (Value::Boolean(own), Literal::Boolean(other)) => own == other,
            (Value::Decimal64(own), Literal::Decimal64(other)) | (Value::Integer(own), Literal::Integer(other)) => {
                own == other
            }
            (Value::Empty, Literal::Empty) => true,
            (Value::Enumeration(own), Literal::Enumeration(other)) => own == other,
            (Value::Float(own), Literal::Float(other)) => own.total_cmp(other).is_eq(),
            (Value::Identityref(own), Literal::Identityref(other)) => own == other,
            (Value::String(own), Literal::String(other)) => **own == **other,
            (Value::Union(member, own), Literal::Union(other_member, other)) => {
                member == other_member && own.equals_literal(other)
            }
            (Value::Unsigned(own), Literal::Unsigned(other)) => own == other,
            _ => false,
        }
    }

    /// The value without the union around it.
    #[inline(never)]
    #[must_use]
    pub fn resolved(&self) -> &Value {
        let mut value = self;
        while ALL_TYPES && let Value::Union(_, inner) = value {
            value = inner;
        }
        value
    }

    /// The text of a string.
    #[inline(never)]
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self.resolved() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Value::Binary(_) => 0,
            Value::Bits(_) => 1,
            Value::Boolean(_) => 2,
            Value::Decimal64(_) => 3,
            Value::Empty => 4,
            Value::Enumeration(_) => 5,
            Value::Float(_) => 6,
            Value::Identityref(_) => 7,
            Value::InstanceIdentifier(_) => 8,
            Value::Integer(_) => 9,
            Value::String(_) => 10,
            Value::Union(..) => 11,
            Value::Unsigned(_) => 12,
        }
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Boolean(a), Value::Boolean(b)) => a.cmp(b),
            (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => a.total_cmp(b),
            (Value::String(a), Value::String(b)) => a.cmp(b),
            (Value::Unsigned(a), Value::Unsigned(b)) => a.cmp(b),
            _ if !ALL_TYPES => self.rank().cmp(&other.rank()),
            (Value::Binary(a), Value::Binary(b)) | (Value::Bits(a), Value::Bits(b)) => a.cmp(b),
            (Value::Decimal64(a), Value::Decimal64(b)) => a.cmp(b),
            (Value::Enumeration(a), Value::Enumeration(b)) => a.cmp(b),
            (Value::Identityref(a), Value::Identityref(b)) => a.cmp(b),
            (Value::InstanceIdentifier(a), Value::InstanceIdentifier(b)) => a.cmp(b),
            (Value::Union(member_a, a), Value::Union(member_b, b)) => member_a.cmp(member_b).then_with(|| a.cmp(b)),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Value {}

impl From<&str> for Value {
    #[inline(never)]
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Boolean(value)
    }
}

//! Types of leafs: built-in types with their effective restrictions (RFC 7950 section 9).
//!
//! An empty table of ranges or lengths means "not restricted beyond the built-in type".

use super::{IdentityIndex, NodeIndex, PatternSet, TypeIndex};

/// A type without typedefs: every restriction of the chain is folded in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// `binary`; lengths in bytes.
    Binary {
        /// Allowed lengths, ascending, inclusive.
        lengths: &'static [(u32, u32)],
    },
    /// `bits`, ascending by position.
    Bits {
        /// The bits.
        bits: &'static [Bit],
    },
    /// `boolean`
    Boolean,
    /// `decimal64`: mantissa times ten to the power of minus `fraction_digits`.
    Decimal64 {
        /// 1 to 18.
        fraction_digits: u8,
        /// Allowed mantissas, ascending, inclusive.
        ranges: &'static [(i64, i64)],
    },
    /// `empty`
    Empty,
    /// `enumeration`, ascending by value.
    Enumeration {
        /// The enums.
        enums: &'static [Enum],
    },
    /// `lw:float`: an IEEE double in the datastore, decimal64 on the CORECONF wire.
    Float {
        /// Digits after the point on the CORECONF wire.
        fraction_digits: u8,
        /// Allowed values, ascending, inclusive.
        ranges: &'static [(f64, f64)],
    },
    /// `identityref`: derived from all of these.
    Identityref {
        /// The bases.
        bases: &'static [IdentityIndex],
    },
    /// `instance-identifier`
    InstanceIdentifier {
        /// `require-instance`
        require_instance: bool,
    },
    /// `int8` to `int64`
    Integer {
        /// Width of the built-in type.
        width: IntegerWidth,
        /// Allowed values, ascending, inclusive.
        ranges: &'static [(i64, i64)],
    },
    /// `leafref`; encoded and compared as its target.
    Leafref {
        /// The leaf or leaf-list that the path leads to.
        target: NodeIndex,
        /// The target's type, never itself a leafref.
        target_type: TypeIndex,
        /// `require-instance`
        require_instance: bool,
    },
    /// `string`; lengths in characters.
    String {
        /// Allowed lengths, ascending, inclusive.
        lengths: &'static [(u32, u32)],
        /// The patterns, all of which a value matches.
        patterns: PatternSet,
    },
    /// `union`, in order.
    Union {
        /// The member types.
        members: &'static [TypeIndex],
    },
    /// `uint8` to `uint64`
    Unsigned {
        /// Width of the built-in type.
        width: IntegerWidth,
        /// Allowed values, ascending, inclusive.
        ranges: &'static [(u64, u64)],
    },
}

/// The width of an integer type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntegerWidth {
    /// 8 bits
    W8,
    /// 16 bits
    W16,
    /// 32 bits
    W32,
    /// 64 bits
    W64,
}

impl IntegerWidth {
    /// Smallest and largest signed value.
    #[must_use]
    pub const fn signed(self) -> (i64, i64) {
        match self {
            IntegerWidth::W8 => (i8::MIN as i64, i8::MAX as i64),
            IntegerWidth::W16 => (i16::MIN as i64, i16::MAX as i64),
            IntegerWidth::W32 => (i32::MIN as i64, i32::MAX as i64),
            IntegerWidth::W64 => (i64::MIN, i64::MAX),
        }
    }

    /// Largest unsigned value.
    #[must_use]
    pub const fn unsigned_max(self) -> u64 {
        match self {
            IntegerWidth::W8 => u8::MAX as u64,
            IntegerWidth::W16 => u16::MAX as u64,
            IntegerWidth::W32 => u32::MAX as u64,
            IntegerWidth::W64 => u64::MAX,
        }
    }
}

/// A bit of a `bits` type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bit {
    /// Its position.
    pub position: u32,
    /// Its name.
    pub name: &'static str,
}

/// An enum of an `enumeration` type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enum {
    /// Its value.
    pub value: i32,
    /// Its name.
    pub name: &'static str,
}

/// A value that stands in the tables: a default.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Literal {
    /// `binary`
    Binary(&'static [u8]),
    /// `bits`: bit `p` is bit `p % 8` of byte `p / 8`; no trailing zero bytes.
    Bits(&'static [u8]),
    /// `boolean`
    Boolean(bool),
    /// `decimal64`: the mantissa at the type's fraction digits.
    Decimal64(i64),
    /// `empty`
    Empty,
    /// `enumeration`
    Enumeration(i32),
    /// `lw:float`
    Float(f64),
    /// `identityref`
    Identityref(IdentityIndex),
    /// `int8` to `int64`
    Integer(i64),
    /// `string`
    String(&'static str),
    /// `uint8` to `uint64`
    Unsigned(u64),
    /// A value of a union: the member type's place, and the value.
    Union(u16, &'static Literal),
}

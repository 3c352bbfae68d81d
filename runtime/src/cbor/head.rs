//! The heads of data items (RFC 8949 section 3), and the three widths of floating-point numbers.
//!
//! Floats are widened and narrowed as bits: conversions by the target's own library would cost a device without
//! doubles in hardware a kilobyte. Read [`parse`] first.

use super::Malformed;
use crate::value::Whole;

pub(super) const FALSE: u8 = 20;
pub(super) const TRUE: u8 = 21;
pub(super) const NULL: u8 = 22;

/// Major types (RFC 8949 section 3.1).
pub(super) mod major {
    pub(in crate::cbor) const UNSIGNED: u8 = 0;
    pub(in crate::cbor) const NEGATIVE: u8 = 1;
    pub(in crate::cbor) const BYTES: u8 = 2;
    pub(in crate::cbor) const TEXT: u8 = 3;
    pub(in crate::cbor) const ARRAY: u8 = 4;
    pub(in crate::cbor) const MAP: u8 = 5;
    pub(in crate::cbor) const TAG: u8 = 6;
    pub(in crate::cbor) const SIMPLE: u8 = 7;
}

/// The first byte of a break.
pub(super) const BREAK: u8 = 0xff;

/// A head: its first byte, and the argument, which is 0 for an indefinite length and a break.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Head {
    pub(super) initial: u8,
    pub(super) argument: u64,
}

impl Head {
    pub(super) fn major(self) -> u8 {
        self.initial >> 5
    }

    /// An integer as sign and magnitude, which needs no arithmetic beyond 64 bits; what is below -2^64 + 1 is refused
    /// by every type as this number is.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn whole(self) -> Option<Whole> {
        match self.major() {
            major::UNSIGNED => Some(Whole { negative: false, magnitude: self.argument }),
            major::NEGATIVE => Some(Whole { negative: true, magnitude: self.argument.saturating_add(1) }),
            _ => None,
        }
    }

    /// Whether a break ends the item.
    pub(super) fn is_indefinite(self) -> bool {
        self.initial & 31 == 31
    }

    /// `false`, `true`, `null` or another simple value; `None` for all else.
    #[cfg_attr(feature = "std", inline(always))]
    pub(super) fn simple(self) -> Option<u8> {
        match self.initial {
            0xe0..=0xf8 => u8::try_from(self.argument).ok(),
            _ => None,
        }
    }

    /// A floating-point number.
    pub(super) fn float(self) -> Option<f64> {
        match self.initial {
            0xf9 => Some(widen(self.argument, HALF)),
            0xfa => Some(widen(self.argument, SINGLE)),
            0xfb => Some(f64::from_bits(self.argument)),
            _ => None,
        }
    }
}

/// The head at the start of `input`, and its length.
#[cfg_attr(feature = "std", inline(always))]
pub(super) fn parse(input: &[u8]) -> Result<(Head, usize), Malformed> {
    match input {
        [initial, ..] if initial & 31 < 24 => Ok((Head { initial: *initial, argument: u64::from(initial & 31) }, 1)),
        [initial, rest @ ..] => parse_wide(*initial, rest),
        [] => Err(Malformed::EndOfInput),
    }
}

fn parse_wide(initial: u8, rest: &[u8]) -> Result<(Head, usize), Malformed> {
    let (major, info) = (initial >> 5, initial & 31);
    let width = match info {
        24..=27 => 1 << (info - 24),
        31 if !matches!(major, major::UNSIGNED | major::NEGATIVE | major::TAG) => 0,
        _ => return Err(Malformed::Reserved),
    };
    let bytes = rest.get(..width).ok_or(Malformed::EndOfInput)?;
    let argument = bytes.iter().fold(0, |argument, byte| argument << 8 | u64::from(*byte));
    // RFC 8949 section 3.3: a simple value below 32 in two bytes is not well-formed
    if initial == 0xf8 && argument < 32 {
        return Err(Malformed::Reserved);
    }
    Ok((Head { initial, argument }, 1 + width))
}

/// Bits of exponent and fraction.
type Format = (u32, u32);

const HALF: Format = (5, 10);
const SINGLE: Format = (8, 23);
const FRACTION: u32 = 52;
const BIAS: u64 = 1023;

/// The double of a narrower number.
fn widen(bits: u64, (exponent_bits, fraction_bits): Format) -> f64 {
    let sign = bits >> (exponent_bits + fraction_bits) << 63;
    let most = (1 << exponent_bits) - 1;
    let exponent = bits >> fraction_bits & most;
    let mut fraction = bits & ((1 << fraction_bits) - 1);
    let wide = if exponent == most {
        0x7ff
    } else if exponent > 0 {
        exponent + BIAS - most / 2
    } else if fraction == 0 {
        0
    } else {
        // a subnormal number has an exponent of its own as a double
        let shift = fraction_bits + 1 - (64 - fraction.leading_zeros());
        fraction = (fraction << shift) & ((1 << fraction_bits) - 1);
        BIAS + 1 - most / 2 - u64::from(shift)
    };
    f64::from_bits(sign | wide << FRACTION | fraction << (FRACTION - fraction_bits))
}

/// The same number in a narrower format, where that loses nothing.
fn narrow(value: f64, (exponent_bits, fraction_bits): Format) -> Option<u64> {
    let bits = value.to_bits();
    let sign = bits >> 63 << (exponent_bits + fraction_bits);
    let most: u64 = (1 << exponent_bits) - 1;
    let exponent = bits >> FRACTION & 0x7ff;
    let fraction = bits & ((1 << FRACTION) - 1);
    let mut surplus = FRACTION - fraction_bits;
    let mut whole = fraction;
    let narrowed = if exponent == 0x7ff {
        most
    } else {
        let above = (exponent + most / 2).saturating_sub(BIAS);
        if above >= most {
            return None;
        }
        if above == 0 && bits << 1 != 0 {
            // below the normal numbers the hidden bit is told
            surplus += u32::try_from(BIAS + 1 - exponent - most / 2).ok()?;
            whole |= 1 << FRACTION;
        }
        above
    };
    let kept = whole.checked_shr(surplus)?;
    (kept << surplus == whole).then_some(sign | narrowed << fraction_bits | kept)
}

/// The head of a float in the shortest form that keeps its value, and that form's length (RFC 8949 section 4.2.2: one
/// NaN).
pub(super) fn float(value: f64) -> ([u8; 9], usize) {
    let value = if value.is_nan() { f64::from_bits(0x7ff8 << 48) } else { value };
    let (info, bits, width) = match (narrow(value, HALF), narrow(value, SINGLE)) {
        (Some(half), _) => (25, half << 48, 2),
        (None, Some(single)) => (26, single << 32, 4),
        (None, None) => (27, value.to_bits(), 8),
    };
    let [a, b, c, d, e, f, g, h] = bits.to_be_bytes();
    ([7 << 5 | info, a, b, c, d, e, f, g, h], 1 + width)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::{float, parse};

    fn agrees(value: f64) {
        let mut expected = Vec::from([0xf9, 0x7e, 0]);
        // ciborium keeps the bits of a NaN
        if !value.is_nan() {
            expected.clear();
            ciborium::into_writer(&value, &mut expected).unwrap();
        }
        let (bytes, length) = float(value);
        assert_eq!(bytes[..length], expected, "{value}");
        let (head, read) = parse(&bytes).unwrap();
        let again = head.float().unwrap();
        assert!(read == length && (again.to_bits() == value.to_bits() || value.is_nan()), "{value}");
    }

    #[test]
    fn every_half_and_what_lies_beside_it_is_written_as_the_oracle_does() {
        for bits in 0..=u16::MAX {
            let [high, low] = bits.to_be_bytes();
            let value = parse(&[0xf9, high, low]).unwrap().0.float().unwrap();
            let read: f64 = ciborium::from_reader(&[0xf9, high, low][..]).unwrap();
            assert!(read.to_bits() == value.to_bits() || read.is_nan() && value.is_nan(), "{bits}");
            agrees(value);
            if value.is_finite() {
                agrees(value * 1.0009765625);
                agrees(value * 2_f64.powi(-126));
                agrees(value / 65536.0);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn floats_of_every_width_are_written_as_the_oracle_does(double: u64, single: u32) {
            agrees(f64::from_bits(double));
            agrees(f64::from(f32::from_bits(single)));
            agrees(f64::from(f32::from_bits(single & 0x80ff_ffff)));
        }
    }
}

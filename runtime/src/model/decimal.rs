//! `decimal64` with its number of fraction digits in the type.

use core::fmt;

use super::FromValue;
use crate::value::Value;

/// A `decimal64` (RFC 7950 section 9.3): a mantissa times ten to the power of minus `DIGITS`.
///
/// ```
/// use comi_runtime::model::Decimal64;
///
/// let wanted = Decimal64::<1>::from_mantissa(205);
/// assert_eq!(wanted.to_f64(), 20.5);
/// assert_eq!(Decimal64::<1>::try_from(20.5), Ok(wanted));
/// assert_eq!(Decimal64::<2>::from_mantissa(-5).to_string(), "-0.05");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal64<const DIGITS: u8> {
    mantissa: i64,
}

/// The number is none that the type can hold: infinite, no number, or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the number does not fit into the decimal64")]
pub struct OutOfRange;

impl<const DIGITS: u8> Decimal64<DIGITS> {
    /// The number `mantissa` × 10^-DIGITS.
    #[must_use]
    pub const fn from_mantissa(mantissa: i64) -> Self {
        Decimal64 { mantissa }
    }

    /// The number × 10^DIGITS.
    #[must_use]
    pub const fn mantissa(self) -> i64 {
        self.mantissa
    }

    /// The nearest double.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is asked for")]
    pub fn to_f64(self) -> f64 {
        self.mantissa as f64 / scale(DIGITS) as f64
    }
}

const fn scale(digits: u8) -> u64 {
    10u64.pow(if digits > 18 { 18 } else { digits as u32 })
}

impl<const DIGITS: u8> TryFrom<f64> for Decimal64<DIGITS> {
    type Error = OutOfRange;

    /// The nearest decimal, halves away from zero.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "rounding, checked before")]
    fn try_from(number: f64) -> Result<Self, OutOfRange> {
        let scaled = number * scale(DIGITS) as f64;
        let rounded = scaled + if scaled < 0.0 { -0.5 } else { 0.5 };
        if rounded > i64::MIN as f64 && rounded < i64::MAX as f64 {
            return Ok(Decimal64 { mantissa: rounded as i64 });
        }
        Err(OutOfRange)
    }
}

impl<const DIGITS: u8> From<Decimal64<DIGITS>> for f64 {
    fn from(number: Decimal64<DIGITS>) -> f64 {
        number.to_f64()
    }
}

impl<const DIGITS: u8> From<Decimal64<DIGITS>> for Value {
    fn from(number: Decimal64<DIGITS>) -> Value {
        Value::Decimal64(number.mantissa)
    }
}

impl<const DIGITS: u8> FromValue<'_> for Decimal64<DIGITS> {
    fn from_value(value: &Value) -> Option<Self> {
        match value.resolved() {
            Value::Decimal64(mantissa) => Some(Decimal64 { mantissa: *mantissa }),
            _ => None,
        }
    }
}

impl<const DIGITS: u8> fmt::Display for Decimal64<DIGITS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (magnitude, scale) = (self.mantissa.unsigned_abs(), scale(DIGITS));
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let width = usize::from(DIGITS);
        write!(f, "{sign}{}.{:0width$}", magnitude / scale, magnitude % scale)
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal64, OutOfRange};

    #[test]
    fn doubles_are_rounded_to_the_nearest_decimal_or_refused() {
        for (number, expected) in [(20.5, Ok(2050)), (-0.004, Ok(0)), (-0.005, Ok(-1)), (0.0049, Ok(0))] {
            assert_eq!(Decimal64::<2>::try_from(number).map(Decimal64::mantissa), expected, "{number}");
        }
        for number in [f64::NAN, f64::INFINITY, 1e18] {
            assert_eq!(Decimal64::<2>::try_from(number), Err(OutOfRange), "{number}");
        }
    }
}

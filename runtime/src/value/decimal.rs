//! Decimal numbers: mantissa times a power of ten.

use super::float::{nearest, parts};
use super::natural::Natural;

/// Ten to the power of `digits`, as far as an `i64` goes (0 to 18).
fn power(digits: u8) -> Option<u64> {
    (digits <= 18).then(|| (0..digits).fold(1, |power: u64, _| power.wrapping_mul(10)))
}

/// A whole number with its sign: what CBOR and text can say of an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Whole {
    pub(crate) negative: bool,
    pub(crate) magnitude: u64,
}

impl Whole {
    /// As `i64`, where it fits.
    pub(crate) fn to_i64(self) -> Option<i64> {
        if self.negative { 0_i64.checked_sub_unsigned(self.magnitude) } else { i64::try_from(self.magnitude).ok() }
    }
}

/// `mantissa` times ten to the power of `exponent` with `digits` after the point; `None` when that is not exact or
/// does not fit.
pub(crate) fn rescale(mantissa: Whole, exponent: i64, digits: u8) -> Option<i64> {
    let Whole { negative, mut magnitude } = mantissa;
    let mut shift = exponent.checked_add(i64::from(digits))?;
    // a mantissa that is not 0 has no more than 20 digits to lose or to win
    while shift != 0 && magnitude != 0 {
        if shift > 0 {
            magnitude = magnitude.checked_mul(10)?;
            shift -= 1;
        } else if magnitude % 10 == 0 {
            magnitude /= 10;
            shift += 1;
        } else {
            return None;
        }
    }
    Whole { negative, magnitude }.to_i64()
}

/// The mantissa nearest to a double at `digits` after the point, the half away from 0; `None` for what decimal64 can't
/// hold (NaN, infinities, too large).
pub(crate) fn from_float(value: f64, digits: u8) -> Option<i64> {
    if !value.is_finite() {
        return None;
    }
    let (mantissa, exponent) = parts(value);
    // below 2 to the power of 53 and of 60; shifts of 128 bits are long on a small processor
    let scaled = u128::from(mantissa) * u128::from(power(digits)?);
    let [mut high, mut low] =
        [scaled >> 64, scaled & u128::from(u64::MAX)].map(|half| u64::try_from(half).unwrap_or(0));
    // one bit more than what is told, for the half
    let left = exponent.saturating_add(1);
    let mut right = left.min(0).unsigned_abs();
    if right >= 64 {
        (high, low) = (0, high);
        right -= 64;
    }
    if right >= 64 {
        return Some(0);
    }
    if right > 0 {
        low = low >> right | high << (64 - right);
        high >>= right;
    }
    let left = left.max(0).unsigned_abs();
    // what is to fit has 63 bits
    if high != 0 || (low != 0 && left > low.leading_zeros()) {
        return None;
    }
    low = low.checked_shl(left).unwrap_or(0);
    let magnitude = (low >> 1) + (low & 1);
    Whole { negative: value.is_sign_negative(), magnitude }.to_i64().filter(|mantissa| *mantissa != i64::MIN)
}

/// The double nearest to `mantissa` times ten to the power of `exponent`, for numbers as decimal64 has them.
pub(crate) fn to_float(mantissa: i64, exponent: i64) -> Option<f64> {
    let exponent = i32::try_from(exponent).ok().filter(|exponent| exponent.unsigned_abs() <= 18)?;
    let value = nearest(Natural::from(mantissa.unsigned_abs()), exponent);
    Some(if mantissa < 0 { -value } else { value })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Whole, from_float, rescale, to_float};

    fn whole(value: i64) -> Whole {
        Whole { negative: value < 0, magnitude: value.unsigned_abs() }
    }

    #[test]
    fn a_mantissa_is_brought_to_other_digits_when_nothing_is_lost() {
        assert_eq!(rescale(whole(257), -2, 2), Some(257));
        assert_eq!(rescale(whole(-2570), -3, 2), Some(-257));
        assert_eq!(rescale(whole(257), -2, 1), None);
        assert_eq!(rescale(whole(0), i64::MAX - 18, 18), Some(0));
        assert_eq!(rescale(whole(1), 19, 0), None);
        assert_eq!(rescale(Whole { negative: false, magnitude: 1 << 63 }, 0, 0), None);
        assert_eq!(rescale(Whole { negative: true, magnitude: 1 << 63 }, 0, 0), Some(i64::MIN));
        assert_eq!(
            rescale(Whole { negative: false, magnitude: 18_446_744_073_709_551_610 }, -1, 0),
            Some(1_844_674_407_370_955_161)
        );
    }

    #[test]
    fn the_half_is_rounded_away_from_zero() {
        assert_eq!(from_float(0.5, 0), Some(1));
        assert_eq!(from_float(-2.5, 0), Some(-3));
        assert_eq!(from_float(0.125, 2), Some(13));
        // 1.005 as a double lies below the half
        assert_eq!(from_float(1.005, 2), Some(100));
        for value in [f64::NAN, f64::INFINITY, 9_223_372_036_854_775_808.0, -9_223_372_036_854_775_808.0, 1e300] {
            assert_eq!(from_float(value, 0), None);
        }
        assert_eq!(from_float(5e-324, 18), Some(0));
        assert_eq!(from_float(9_223_372_036_854_774_784.0, 0), Some(9_223_372_036_854_774_784));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn decimals_become_the_nearest_double(mantissa: i64, digits in 0_i64..=18) {
            let text = alloc::format!("{mantissa}e-{digits}");
            prop_assert_eq!(to_float(mantissa, -digits).map(f64::to_bits), text.parse().ok().map(f64::to_bits).filter(|_| mantissa != 0).or(Some(0)));
            let text = alloc::format!("{mantissa}e{digits}");
            prop_assert_eq!(to_float(mantissa, digits), text.parse().ok());
        }

        #[test]
        fn short_decimals_survive_a_double(mantissa in -999_999_999_999_999_i64..=999_999_999_999_999, digits in 0_u8..=15) {
            let value = to_float(mantissa, -i64::from(digits)).unwrap();
            prop_assert_eq!(from_float(value, digits), Some(mantissa));
        }
    }
}

//! Decimal numbers: mantissa times a power of ten.

/// Ten to the power of `digits`, as far as an `i64` goes (0 to 18).
pub(crate) fn power(digits: u8) -> Option<i64> {
    10_i64.checked_pow(u32::from(digits))
}

/// `mantissa` times ten to the power of `exponent` with `digits` after the point; `None` when that is not exact or
/// does not fit.
pub(crate) fn rescale(mantissa: i128, exponent: i128, digits: u8) -> Option<i64> {
    if mantissa == 0 {
        return Some(0);
    }
    let shift = exponent.checked_add(i128::from(digits))?;
    // i64 has 19 digits, the mantissa of a payload at most 20
    let factor = 10_i128.checked_pow(u32::try_from(shift.unsigned_abs()).ok()?)?;
    let scaled = if shift >= 0 {
        mantissa.checked_mul(factor)?
    } else if mantissa % factor == 0 {
        mantissa / factor
    } else {
        return None;
    };
    i64::try_from(scaled).ok()
}

/// The mantissa nearest to a double at `digits` after the point; `None` for what decimal64 can't hold (NaN,
/// infinities, too large).
pub(crate) fn from_float(value: f64, digits: u8) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    let scaled = value * to_double(power(digits)?);
    if scaled.is_nan() || scaled.abs() >= LIMIT {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, reason = "within i64, shown above; the fraction is meant to go")]
    let whole = scaled as i64;
    let fraction = scaled - to_double(whole);
    if fraction >= 0.5 {
        whole.checked_add(1)
    } else if fraction <= -0.5 {
        whole.checked_sub(1)
    } else {
        Some(whole)
    }
}

/// The double nearest to `mantissa` times ten to the power of `exponent`, for numbers as decimal64 has them.
pub(crate) fn to_float(mantissa: i128, exponent: i128) -> Option<f64> {
    let mantissa = i64::try_from(mantissa).ok()?;
    let factor = power(u8::try_from(exponent.unsigned_abs()).ok()?)?;
    Some(if exponent < 0 { to_double(mantissa) / to_double(factor) } else { to_double(mantissa) * to_double(factor) })
}

#[expect(clippy::cast_precision_loss, reason = "the nearest double is meant")]
fn to_double(value: i64) -> f64 {
    value as f64
}

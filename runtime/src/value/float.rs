//! Doubles from decimal digits and back, exactly: what is read is the nearest double, what is printed the shortest
//! text that gives the same double again.
//!
//! core can do both, with 20 kB of tables and fast paths that a device has no room for; here are the two plain
//! algorithms over [`Natural`]. That they agree with core's is held by `doubles_are_read_as_core_reads_them` and
//! `doubles_are_printed_as_core_prints_them`. Read [`parse`] and [`print`] first.

use alloc::string::String;
use alloc::vec::Vec;

use super::natural::Natural;
use super::text::{push_ascii, say};

/// Digits that can matter: no more are needed to tell a number from the middle of two doubles.
const DIGITS: u32 = 800;

/// Mantissa bits of a double, the hidden one included.
const MANTISSA: i32 = 53;

/// The exponent of the last mantissa bit of the smallest doubles.
const LEAST: i32 = -1074;

/// The double nearest to a decimal number: an optional sign, digits with or without a point, and an exponent.
#[inline(never)]
pub(crate) fn parse(text: &str) -> Option<f64> {
    let (negative, mut rest) = sign(text.as_bytes());
    let mut digits = Natural::from(0);
    let (mut exponent, mut count, mut fraction, mut any, mut beyond) = (0_i32, 0, false, false, false);
    while let [byte, behind @ ..] = rest {
        rest = behind;
        match byte {
            b'0'..=b'9' => {
                any = true;
                let digit = u32::from(byte - b'0');
                if count < DIGITS {
                    count += u32::from(digit > 0 || count > 0);
                    digits.times(10, digit);
                    exponent = exponent.saturating_sub(i32::from(fraction));
                } else {
                    beyond |= digit > 0;
                    exponent = exponent.saturating_add(i32::from(!fraction));
                }
            }
            b'.' if !fraction => fraction = true,
            b'e' | b'E' if any => {
                exponent = exponent.saturating_add(whole(rest)?);
                break;
            }
            _ => return None,
        }
    }
    if !any {
        return None;
    }
    if beyond {
        digits.times(10, 1);
        exponent = exponent.saturating_sub(1);
    }
    let value = nearest(digits, exponent);
    Some(if negative { -value } else { value })
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    }
}

fn whole(text: &[u8]) -> Option<i32> {
    let (negative, digits) = sign(text);
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i32;
    for byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(i32::from(byte - b'0'));
    }
    Some(if negative { -value } else { value })
}

/// The double nearest to `digits` times ten to the power of `exponent`; of two that are equally near the even one.
pub(super) fn nearest(mut digits: Natural, exponent: i32) -> f64 {
    // three bits and a bit are a digit: beyond these the value is 0 or infinite, however many digits there are
    let magnitude = exponent.saturating_add(digits.bits() * 3 / 10);
    if digits.is_zero() || magnitude < -400 {
        return 0.0;
    }
    if magnitude > 400 {
        return f64::INFINITY;
    }
    let mut divisor = Natural::from(1);
    digits.times_power(10, exponent);
    divisor.times_power(10, -exponent);
    // the quotient has two bits more than a mantissa, or three
    let shift = MANTISSA + 2 - (digits.bits() - divisor.bits());
    digits.shift(shift);
    divisor.shift(-shift);
    let mut quotient = 0_u64;
    divisor.shift(MANTISSA + 3);
    for _ in 0..MANTISSA + 4 {
        quotient <<= 1;
        if digits >= divisor {
            digits.combine(&divisor, -1);
            quotient |= 1;
        }
        digits.shift(1);
    }
    let bits = 64 - i32::try_from(quotient.leading_zeros()).unwrap_or(0);
    let surplus = (bits - MANTISSA).max(shift + LEAST);
    let Some(place) = u32::try_from(surplus - 1).ok().filter(|place| *place < 64) else { return 0.0 };
    let half = 1_u64 << place;
    let (mut mantissa, left) = (quotient >> place >> 1, quotient & (half | (half - 1)));
    let above = left > half || (left == half && !digits.is_zero());
    let middle = left == half && digits.is_zero();
    mantissa += u64::from(above || (middle && mantissa & 1 == 1));
    // the hidden bit counts the exponent up by one, and so does a mantissa that was rounded up to the next power
    let field = u64::try_from(surplus - shift - LEAST).unwrap_or(0);
    f64::from_bits(((field << 52) + mantissa).min(f64::INFINITY.to_bits()))
}

/// Mantissa and exponent of a finite double, without its sign.
pub(super) fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let field = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    let fraction = bits & ((1 << 52) - 1);
    if field == 0 { (fraction, LEAST) } else { (fraction | 1 << 52, field - 1 + LEAST) }
}

/// Appends the shortest text that is read as the same double, with at least one digit on both sides of the point.
#[inline(never)]
pub(crate) fn print(value: f64, out: &mut String) {
    if value.is_nan() {
        return say(out, "NaN");
    }
    if value.is_sign_negative() {
        push_ascii(out, b'-');
    }
    if value.is_infinite() {
        return say(out, "inf");
    }
    let (digits, point) = shortest(value);
    // from the first digit or the one before the point to the last digit or the one behind the point
    let last = i32::try_from(digits.len()).unwrap_or(i32::MAX).max(point + 1);
    for place in point.min(1) - 1..last {
        if place == point {
            push_ascii(out, b'.');
        }
        let digit = usize::try_from(place).ok().and_then(|place| digits.get(place));
        push_ascii(out, digit.copied().unwrap_or(b'0'));
    }
}

/// The fewest digits that tell a double from its neighbours, the nearest of those, and where the point stands among
/// them (Steele and White, "How to print floating-point numbers accurately", 1990).
fn shortest(value: f64) -> (Vec<u8>, i32) {
    let (mantissa, exponent) = parts(value);
    if mantissa == 0 {
        return (Vec::new(), 0);
    }
    let even = mantissa & 1 == 0;
    // below a power of two the doubles stand twice as near
    let narrow = i32::from(mantissa == 1 << 52 && exponent > LEAST);
    let mut rest = Natural::from(mantissa);
    let mut unit = Natural::from(1);
    let mut below = Natural::from(1);
    rest.shift(exponent.max(0) + 1 + narrow);
    unit.shift(1 + narrow - exponent.min(0));
    below.shift(exponent.max(0));
    let mut above = below.clone();
    above.shift(narrow);
    let mut point = 0;
    while reaches(&rest, &above, &unit, even) {
        unit.times(10, 0);
        point += 1;
    }
    let mut digits = Vec::new();
    loop {
        rest.times(10, 0);
        above.times(10, 0);
        below.times(10, 0);
        if digits.is_empty() && !reaches(&rest, &above, &unit, even) {
            point -= 1;
            continue;
        }
        let mut digit = b'0';
        while rest >= unit {
            rest.combine(&unit, -1);
            digit += 1;
        }
        digits.push(digit);
        let order = rest.cmp(&below);
        let low = order.is_lt() || (even && order.is_eq());
        let high = reaches(&rest, &above, &unit, even);
        if low || high {
            rest.times(2, 0);
            if high
                && (!low || rest >= unit)
                && let Some(last) = digits.last_mut()
            {
                *last += 1;
            }
            return (digits, point);
        }
    }
}

/// Whether a sum is at the unit (where the mantissa is even) or beyond it.
#[inline(never)]
fn reaches(rest: &Natural, above: &Natural, unit: &Natural, even: bool) -> bool {
    let mut sum = rest.clone();
    sum.combine(above, 1);
    let order = (*unit).cmp(&sum);
    order.is_lt() || (even && order.is_eq())
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use proptest::prelude::*;

    use super::{parse, print};

    fn printed(value: f64) -> String {
        let mut out = String::new();
        print(value, &mut out);
        out
    }

    fn as_core(value: f64) -> String {
        let text = value.to_string();
        if text.contains('.') || !value.is_finite() { text } else { text + ".0" }
    }

    const EDGES: [u64; 14] = [
        0,
        1,
        2,
        0x000f_ffff_ffff_ffff,
        0x0010_0000_0000_0000,
        0x0010_0000_0000_0001,
        0x3ff0_0000_0000_0000,
        0x3fef_ffff_ffff_ffff,
        0x4330_0000_0000_0000,
        0x4340_0000_0000_0000,
        0x44b5_2d02_c7e1_4af6,
        0x7fef_ffff_ffff_ffff,
        0x7ff0_0000_0000_0000,
        0x8000_0000_0000_0000,
    ];

    #[test]
    fn the_edges_of_doubles_are_printed_and_read_as_core_does() {
        for bits in EDGES.into_iter().chain((1..0x7ff).map(|exponent| exponent << 52)) {
            let value = f64::from_bits(bits);
            assert_eq!(printed(value), as_core(value));
            if value.is_finite() {
                assert_eq!(parse(&as_core(value)).map(f64::to_bits), Some(bits));
            }
        }
        assert_eq!(printed(f64::NAN), "NaN");
    }

    #[test]
    fn texts_are_taken_and_refused_as_core_does() {
        let long = "123456789".repeat(200);
        let texts = [
            "",
            "+",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.",
            ".5",
            "-.5e-3",
            "+1e+05",
            "1e400",
            "-1e400",
            "1e-400",
            "0e999999999999",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "1.2.3",
            "1e5e5",
            "1_0",
            "0x1",
            "-0",
            "00012.3400",
            "9007199254740993",
            "9007199254740992.99999999999999999999",
            "9007199254740993.0000000000000000000000000001",
            "2.4703282292062327208e-324",
            "2.4703282292062328e-324",
            "1.7976931348623158e308",
            "1.7976931348623159e308",
            "179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880",
        ];
        for text in texts {
            assert_eq!(parse(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text}");
        }
        for text in [long.clone() + "e-1700", String::from("0.") + &long, long.clone() + "." + &long] {
            assert_eq!(parse(&text), text.parse().ok());
        }
        // the middle of two doubles, and what lies a little above it, however far behind the difference stands
        let middle = "5.".to_string() + &"0".repeat(20);
        assert_eq!(parse(&middle), Some(5.0));
        let zeros = "0".repeat(900);
        let above = alloc::format!("9007199254740993.{zeros}1");
        assert_eq!(parse(&above), above.parse().ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn doubles_are_printed_as_core_prints_them(bits: u64, small: i32, digits in 0_u8..6) {
            let near = f64::from(small) / 10_f64.powi(i32::from(digits));
            for value in [f64::from_bits(bits), near, f64::from(small), near.sqrt()] {
                prop_assert_eq!(printed(value), as_core(value));
            }
        }

        #[test]
        fn doubles_are_read_as_core_reads_them(text in "[+-]?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][+-]?[0-9]{1,3})?", bits: u64) {
            prop_assert_eq!(parse(&text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{}", text);
            let value = f64::from_bits(bits);
            if value.is_finite() {
                prop_assert_eq!(parse(&alloc::format!("{value:e}")).map(f64::to_bits), Some(bits));
                // the middle between it and the next, written out
                let next = f64::from_bits(bits & !(1 << 63) | 1);
                let text = alloc::format!("{next:.1100}5");
                prop_assert_eq!(parse(&text).map(f64::to_bits), text.parse().ok().map(f64::to_bits));
            }
        }
    }
}

//! Whole numbers and decimals as digits, without `core::fmt`, which costs a device several kilobytes.

use alloc::string::String;

use crate::value::{Violation, decimal::Whole};

/// Appends a text. It is one call wherever it is needed.
#[inline(never)]
pub(crate) fn say(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Appends one ASCII character.
#[inline(never)]
pub(crate) fn push_ascii(out: &mut String, character: u8) {
    out.push(char::from(character));
}

/// Appends a number.
pub(crate) fn push_unsigned(out: &mut String, value: u64) {
    push_padded(out, value, 1);
}

/// Appends a number with its sign.
pub(crate) fn push_integer(out: &mut String, value: i64) {
    if value < 0 {
        push_ascii(out, b'-');
    }
    push_unsigned(out, value.unsigned_abs());
}

fn push_padded(out: &mut String, value: u64, width: usize) {
    let mut digits = [b'0'; 20];
    let (mut left, mut count) = (value, 0);
    for digit in digits.iter_mut().rev() {
        if left == 0 && count >= width {
            break;
        }
        *digit = b'0' + last_digit(&mut left);
        count += 1;
    }
    for digit in digits.iter().skip(digits.len() - count) {
        push_ascii(out, *digit);
    }
}

/// Takes the last decimal digit off: by halves of 32 bits, since a small processor has no division of 64.
fn last_digit(number: &mut u64) -> u8 {
    let [high, low] = [*number >> 32, *number & 0xffff_ffff].map(|half| u32::try_from(half).unwrap_or(0));
    let (mut rest, mut quotient) = (high % 10, 0);
    for half in [low >> 16, low & 0xffff] {
        let left = (rest << 16) | half;
        quotient = (quotient << 16) | (left / 10);
        rest = left % 10;
    }
    *number = (u64::from(high / 10) << 32) | u64::from(quotient);
    u8::try_from(rest).unwrap_or(0)
}

/// RFC 7950 section 9.3.2: at least one digit on both sides of the point, no trailing zeros.
pub(super) fn push_decimal(out: &mut String, mantissa: i64, fraction_digits: u8) {
    if mantissa < 0 {
        push_ascii(out, b'-');
    }
    let mut digits = usize::from(fraction_digits);
    push_padded(out, mantissa.unsigned_abs(), digits + 1);
    out.insert(out.len() - digits, '.');
    while digits > 1 && out.ends_with('0') {
        out.pop();
        digits -= 1;
    }
}

/// An optional sign and decimal digits (RFC 7950 section 9.2.1), with a point and more digits where `point` says so
/// (section 9.3.1): the number without its point, and the digits behind it. `None` where the text is none of these,
/// an error where the number is beyond any type.
pub(super) fn parse_digits(text: &str, point: bool) -> Option<Result<(Whole, i64), Violation>> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut magnitude = Some(0_u64);
    let (mut behind, mut zeros, mut fraction) = (0, 0_u32, false);
    for (place, byte) in digits.iter().enumerate() {
        match byte {
            b'0' if fraction => zeros += 1,
            b'0'..=b'9' => {
                // zeros at the end of a fraction mean nothing, however many they are
                for digit in core::iter::repeat_n(0, zeros as usize).chain([byte - b'0']) {
                    magnitude = magnitude.and_then(|value| value.checked_mul(10)?.checked_add(u64::from(digit)));
                    behind += i64::from(fraction);
                }
                zeros = 0;
            }
            b'.' if point && !fraction && place > 0 => fraction = true,
            _ => return None,
        }
    }
    if !digits.last()?.is_ascii_digit() {
        return None;
    }
    Some(magnitude.map(|magnitude| (Whole { negative, magnitude }, behind)).ok_or(Violation::Range))
}

/// A whole number (RFC 7950 section 9.2.1).
pub(crate) fn parse_whole(text: &str) -> Option<Result<Whole, Violation>> {
    Some(parse_digits(text, false)?.map(|(whole, _)| whole))
}

//! base64 with padding (RFC 4648 section 4), the lexical form of `binary` (RFC 7950 section 9.8.2).

use alloc::string::String;
use alloc::vec::Vec;

use super::push_ascii;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(feature = "json")]
pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::new();
    push(bytes, &mut out);
    out
}

pub(crate) fn push(bytes: &[u8], out: &mut String) {
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = group >> (18 - 6 * place) & 0x3f;
            let symbol = ALPHABET.get(digit as usize).copied().unwrap_or(b'=');
            push_ascii(out, if place > chunk.len() { b'=' } else { symbol });
        }
    }
}

/// `None` when the text is not base64. White space is passed over, as XML's base64Binary has it.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let (mut group, mut digits, mut padding) = (0_u32, 0_u32, 0_u32);
    for symbol in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let digit = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => {
                padding += 1;
                0
            }
            _ => return None,
        };
        // nothing stands behind padding
        if symbol != b'=' && padding > 0 {
            return None;
        }
        group = group << 6 | u32::from(digit);
        digits += 1;
        if digits == 4 {
            let [_, a, b, c] = group.to_be_bytes();
            match padding {
                0 => out.extend([a, b, c]),
                1 if c == 0 => out.extend([a, b]),
                2 if b == 0 && c == 0 => out.push(a),
                _ => return None,
            }
            (group, digits) = (0, 0);
            if padding > 0 {
                padding = 3;
            }
        }
    }
    (digits == 0).then_some(out)
}

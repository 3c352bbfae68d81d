//! base64url without padding (RFC 4648 section 5), as SenML has it; read with padding, too.

use alloc::string::String;
use alloc::vec::Vec;

use crate::value::text::base64;

/// Appends bytes as text.
pub(super) fn write(bytes: &[u8], out: &mut String) {
    let mut text = String::new();
    base64::push(bytes, &mut text);
    out.extend(text.chars().filter(|letter| *letter != '=').map(|letter| match letter {
        '+' => '-',
        '/' => '_',
        other => other,
    }));
}

/// `None` when the text is none.
pub(super) fn read(text: &str) -> Option<Vec<u8>> {
    let plain = text.trim_end_matches('=');
    if plain.contains(['+', '/']) || plain.contains(char::is_whitespace) {
        return None;
    }
    let mut padded: String = plain
        .chars()
        .map(|letter| match letter {
            '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    while !padded.len().is_multiple_of(4) {
        padded.push('=');
    }
    base64::decode(&padded)
}

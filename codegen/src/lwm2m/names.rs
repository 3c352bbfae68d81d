//! The names of objects and resources as YANG identifiers. What this module gives is permanent: a name that changes
//! is another node, with another SID.

/// The identifier of a name: words of lower-case letters and digits, joined by hyphens. Empty where the name has no
/// letter of the Latin alphabet and no digit.
///
/// A word is divided where a capital follows a small letter, and two letters or more stand on both sides.
///
/// ```
/// use comi_codegen::lwm2m::names::identifier;
///
/// assert_eq!(identifier("Min Measured Value"), "min-measured-value");
/// assert_eq!(identifier("PkgName"), "pkg-name");
/// for (name, whole) in [("IPv6", "ipv6"), ("pH", "ph"), ("eDRX", "edrx"), ("LwM2M", "lwm2m")] {
///     assert_eq!(identifier(name), whole);
/// }
/// ```
#[must_use]
pub fn identifier(name: &str) -> String {
    let plain = plain(name);
    let mut words = Vec::new();
    for word in plain.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        divide(word, &mut words);
    }
    words.join("-")
}

/// The identifier of an object's name: without a leading word "LwM2M" that others follow.
#[must_use]
pub fn object_identifier(name: &str) -> String {
    let whole = identifier(name);
    match whole.strip_prefix("lwm2m-") {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => whole,
    }
}

/// An identifier as YANG has it: one that does not begin with a letter gets `r` and the id before it (RFC 7950
/// section 6.2).
#[must_use]
pub fn starting_with_a_letter(identifier: &str, id: u16) -> String {
    match identifier.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => identifier.to_owned(),
        Some(_) => format!("r{id}-{identifier}"),
        None => format!("r{id}"),
    }
}

/// The name that an identifier stands for where `lw:name` gives no other.
#[must_use]
pub fn words(identifier: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
    };
    identifier.split('-').map(capital).collect::<Vec<_>>().join(" ")
}

fn divide(word: &str, words: &mut Vec<String>) {
    let letters: Vec<char> = word.chars().collect();
    let is = |at: usize, kind: fn(&char) -> bool| letters.get(at).is_some_and(kind);
    let mut current = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let boundary = letter.is_ascii_uppercase() && at > 0 && is(at - 1, char::is_ascii_lowercase);
        let before = current.chars().rev().take_while(char::is_ascii_alphabetic).count();
        if boundary && before >= 2 && is(at + 1, char::is_ascii_alphabetic) {
            words.push(std::mem::take(&mut current));
        }
        current.push(letter.to_ascii_lowercase());
    }
    words.push(current);
}

/// Letters of the Latin alphabet without their marks; others stay.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => plain.push('A'),
            'à'..='å' | 'ā' | 'ă' | 'ą' => plain.push('a'),
            'Ç' | 'Ć' | 'Č' => plain.push('C'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => plain.push('E'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => plain.push('e'),
            'Ì'..='Ï' => plain.push('I'),
            'ì'..='ï' => plain.push('i'),
            'Ł' => plain.push('L'),
            'ł' => plain.push('l'),
            'Ñ' | 'Ń' => plain.push('N'),
            'ñ' | 'ń' => plain.push('n'),
            'Ò'..='Ö' | 'Ø' | 'Ő' => plain.push('O'),
            'ò'..='ö' | 'ø' | 'ő' => plain.push('o'),
            'Ś' | 'Š' => plain.push('S'),
            'ś' | 'š' => plain.push('s'),
            'Ù'..='Ü' | 'Ű' => plain.push('U'),
            'ù'..='ü' | 'ű' => plain.push('u'),
            'Ý' | 'Ÿ' => plain.push('Y'),
            'ý' | 'ÿ' => plain.push('y'),
            'Ź' | 'Ż' | 'Ž' => plain.push('Z'),
            'ź' | 'ż' | 'ž' => plain.push('z'),
            'Æ' => plain.push_str("AE"),
            'æ' => plain.push_str("ae"),
            'ß' => plain.push_str("ss"),
            // The micro sign and the Greek letter.
            'µ' | 'μ' => plain.push('u'),
            // Combining marks (a letter and its mark as two characters), and what is not seen.
            '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{feff}' => {}
            other => plain.push(other),
        }
    }
    plain
}

/// The URN of an object (LwM2M Core 1.2 section 7.2.2): by the class of its id, without a version 1.0.
#[must_use]
pub fn urn(id: u16, version: &str) -> String {
    let class = match id {
        0..=1023 => "oma",
        1024..=10240 => "ext",
        _ => "x",
    };
    let version = if version == "1.0" { String::new() } else { format!(":{version}") };
    format!("urn:oma:lwm2m:{class}:{id}{version}")
}

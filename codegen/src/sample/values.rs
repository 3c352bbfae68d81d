//! Values of types, at random, in their canonical forms.

use super::familiar;
use super::random::Random;
use super::unions::draw_member;
use crate::schema::compiled::{IdentityId, ModuleId, Schema, Type, TypeKind};

/// How often a text is tried before a type is given up.
const TRIES: u32 = 60;
/// How many letters a text has that nothing bounds.
const WORD: i128 = 12;

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    /// Its canonical form, by which values are compared. Identities are qualified.
    pub(super) text: String,
    /// As RFC 7951 has it.
    pub(super) json: String,
}

/// What a leaf is given.
#[derive(Clone, Debug)]
pub(super) enum Drawn<'s> {
    Value(Value),
    /// One of those of the leafs where this leafref leads.
    Reference(&'s Type),
    /// The path of an instance.
    Instance,
}

impl Value {
    pub(super) fn quoted(text: impl Into<String>) -> Value {
        let text = text.into();
        Value { json: quote(&text), text }
    }

    fn bare(text: impl Into<String>) -> Value {
        let text = text.into();
        Value { json: text.clone(), text }
    }
}

/// A string of JSON.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value of a type of a leaf in `module`; `None` where none was found.
pub(super) fn draw<'s>(
    schema: &'s Schema,
    module: ModuleId,
    type_: &'s Type,
    random: &mut Random,
) -> Option<Drawn<'s>> {
    Some(Drawn::Value(match &type_.kind {
        TypeKind::Leafref { .. } => return Some(Drawn::Reference(type_)),
        TypeKind::InstanceIdentifier { .. } => return Some(Drawn::Instance),
        TypeKind::Union { members } => return draw_member(schema, module, members, random),
        TypeKind::Binary { lengths } => {
            let bytes: Vec<u8> =
                (0..length(lengths, random)).filter_map(|_| u8::try_from(random.below(256)).ok()).collect();
            Value::quoted(base64(&bytes))
        }
        TypeKind::Bits { bits } => {
            let set: Vec<&str> = bits.iter().filter(|_| random.chance(40)).map(|(_, name)| name.as_str()).collect();
            Value::quoted(set.join(" "))
        }
        TypeKind::Boolean => Value::bare(if random.chance(50) { "true" } else { "false" }),
        TypeKind::Decimal64 { fraction_digits, ranges } => {
            let ranges: Vec<_> = ranges.iter().map(|(from, to)| (i128::from(*from), i128::from(*to))).collect();
            let mantissa = number(&ranges, (i128::from(i64::MIN), i128::from(i64::MAX)), random)?;
            Value::quoted(decimal(mantissa, usize::from(*fraction_digits)))
        }
        TypeKind::Empty => Value { text: String::new(), json: "[null]".to_owned() },
        TypeKind::Enumeration { enums } => Value::quoted(random.pick(enums)?.1.as_str()),
        TypeKind::Float { ranges, .. } => Value::quoted(half(ranges, random)),
        TypeKind::Identityref { bases } => identity(schema, module, bases, random)?,
        TypeKind::Integer { bits, ranges } => {
            let ranges: Vec<_> = ranges.iter().map(|(from, to)| (i128::from(*from), i128::from(*to))).collect();
            let end = 1_i128 << (bits - 1);
            integer(number(&ranges, (-end, end - 1), random)?, *bits)
        }
        TypeKind::Unsigned { bits, ranges } => {
            let ranges: Vec<_> = ranges.iter().map(|(from, to)| (i128::from(*from), i128::from(*to))).collect();
            integer(number(&ranges, (0, (1_i128 << bits) - 1), random)?, *bits)
        }
        TypeKind::String { .. } => Value::quoted(text(type_, random)?),
    }))
}

/// RFC 7951 section 6.1: what may have more than 53 bits is a string.
fn integer(number: i128, bits: u8) -> Value {
    if bits == 64 { Value::quoted(number.to_string()) } else { Value::bare(number.to_string()) }
}

/// A number of one of some ranges, or of all of them; now and then one at the end of a range.
fn number(ranges: &[(i128, i128)], all: (i128, i128), random: &mut Random) -> Option<i128> {
    let (from, to) = if ranges.is_empty() { all } else { *random.pick(ranges)? };
    Some(match random.below(8) {
        0 => from,
        1 => to,
        2..=4 => random.between(from, to.min(from.max(0).saturating_add(1000)).max(from)),
        _ => random.between(from, to),
    })
}

/// RFC 7950 section 9.3.2: no zero that could be left out, but one digit on either side.
fn decimal(mantissa: i128, fraction_digits: usize) -> String {
    let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = fraction_digits + 1);
    let (whole, fraction) = digits.split_at(digits.len() - fraction_digits);
    let fraction = fraction.trim_end_matches('0');
    let sign = if mantissa < 0 { "-" } else { "" };
    format!("{sign}{whole}.{}", if fraction.is_empty() { "0" } else { fraction })
}

/// A number of halves, which every float holds.
fn half(ranges: &[(f64, f64)], random: &mut Random) -> String {
    let (from, to) = random.pick(ranges).copied().unwrap_or((-1000.0, 1000.0));
    let halves = [0.0, 0.5, 1.0, 1.5, 2.5, 7.0, 20.5, 100.0, -0.5, -40.0];
    let inside: Vec<f64> = halves.into_iter().filter(|half| (from..=to).contains(half)).collect();
    format!("{:?}", random.pick(&inside).copied().unwrap_or(from))
}

/// Whether a text might be read as one of the identities derived from all these.
pub(super) fn is_identity(schema: &Schema, bases: &[IdentityId], text: &str) -> bool {
    let name = text.rsplit_once(':').map_or(text, |(_, name)| name);
    derived(schema, bases).any(|id| schema.identities.get(id.0).is_some_and(|identity| identity.name == name))
}

fn derived<'s>(schema: &'s Schema, bases: &'s [IdentityId]) -> impl Iterator<Item = IdentityId> + 's {
    let is_one = |id: &IdentityId| bases.iter().all(|base| id != base && is_derived(schema, *id, *base));
    (0..schema.identities.len()).map(IdentityId).filter(is_one)
}

fn identity(schema: &Schema, module: ModuleId, bases: &[IdentityId], random: &mut Random) -> Option<Value> {
    let all = derived(schema, bases);
    let all: Vec<_> = all.filter_map(|id| schema.identities.get(id.0)).collect();
    // those of a module that is only imported are values to some, not to others
    let implemented = |module| schema.module(module).is_some_and(|module| module.implemented);
    let own: Vec<_> = all.iter().copied().filter(|identity| implemented(identity.module)).collect();
    let identity = *random.pick(if own.is_empty() { &all } else { &own })?;
    let text = format!("{}:{}", schema.module(identity.module)?.name, identity.name);
    // RFC 7951 section 6.8: of the leaf's own module without its name, as we write it
    let json = if identity.module == module { quote(&identity.name) } else { quote(&text) };
    Some(Value { text, json })
}

fn is_derived(schema: &Schema, id: IdentityId, base: IdentityId) -> bool {
    let mut seen = Vec::new();
    let mut open = vec![id];
    while let Some(at) = open.pop() {
        if at == base {
            return true;
        }
        if !seen.contains(&at) {
            seen.push(at);
            open.extend(schema.identities.get(at.0).into_iter().flat_map(|identity| &identity.bases));
        }
    }
    false
}

/// A text with the lengths of its type, that matches its patterns.
fn text(type_: &Type, random: &mut Random) -> Option<String> {
    let TypeKind::String { lengths, patterns } = &type_.kind else { return None };
    let fits = |text: &String| {
        let length = text.chars().count() as u64;
        (lengths.is_empty() || lengths.iter().any(|(from, to)| (*from..=*to).contains(&length)))
            && patterns.iter().all(|pattern| pattern.regex.matches(text) != pattern.inverted)
    };
    for (module, typedef) in &type_.typedefs {
        if let Some(text) = familiar::value(module, typedef, random).filter(fits) {
            return Some(text);
        }
    }
    let expressions: Vec<_> = patterns.iter().filter(|pattern| !pattern.inverted).collect();
    for round in 0..TRIES {
        // a text that must be long is looked for among long ones, too
        let wanted = length(lengths, random);
        let made = match random.pick(&expressions) {
            None => Some(word(wanted, random)),
            Some(pattern) => {
                let more = match round % 4 {
                    0 => 1,
                    1 => 4,
                    2 => 16,
                    _ => u32::try_from(wanted).unwrap_or(u32::MAX),
                };
                pattern.regex.example(&mut |end| random.below(end), more)
            }
        };
        if let Some(text) = made.filter(fits) {
            return Some(text);
        }
    }
    None
}

/// A length that is allowed, the short ones first.
fn length(lengths: &[(u64, u64)], random: &mut Random) -> u64 {
    let (from, to) = random.pick(lengths).copied().unwrap_or((0, u64::MAX));
    let (from, to) = (i128::from(from), i128::from(to));
    u64::try_from(random.between(from, to.min(from + WORD))).unwrap_or(0)
}

/// A text of any characters, mostly letters.
fn word(length: u64, random: &mut Random) -> String {
    const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";
    const OTHERS: &str = "ABC019 -_.:/'\"\\üß☂𝄞";
    let letters: Vec<char> = LETTERS.chars().collect();
    let others: Vec<char> = OTHERS.chars().collect();
    (0..length)
        .filter_map(|_| {
            let pool = if random.chance(90) { &letters } else { &others };
            random.pick(pool).copied()
        })
        .collect()
}

/// RFC 4648 section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let number =
            group.iter().chain([0; 2].iter()).take(3).fold(0_usize, |number, byte| number << 8 | usize::from(*byte));
        for place in 0..4 {
            let letter = LETTERS.get(number >> (18 - 6 * place) & 63).copied().unwrap_or(b'=');
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        assert_eq!([decimal(-5, 2), decimal(1200, 3), decimal(0, 1)], ["-0.05", "1.2", "0.0"]);
        assert_eq!([base64(b""), base64(b"f"), base64(b"fo"), base64(b"foob")], ["", "Zg==", "Zm8=", "Zm9vYg=="]);
        assert_eq!(quote("a\"\\\u{1}\n"), r#""a\"\\\u0001\n""#);
    }
}

//! Default values: text to value, by type (RFC 7950 section 9).

use super::compiled::{Type, TypeKind, Value};
use super::compiler::Compiler;
use super::load::UnitId;
use super::restrictions::decimal;
use crate::diagnostic::suggest;

impl Compiler<'_> {
    /// The value that a text means; prefixes are those of `unit`. The error says why it means none.
    pub(super) fn value(&mut self, type_: &Type, text: &str, unit: UnitId) -> Result<Value, String> {
        match &type_.kind {
            TypeKind::Binary { lengths } => {
                let bytes = base64(text).ok_or("this is no base64")?;
                within(lengths, bytes.len() as u64, "length").map(|()| Value::Binary(bytes))
            }
            TypeKind::Bits { bits } => {
                let mut set = Vec::new();
                for name in text.split_ascii_whitespace() {
                    let bit = bits.iter().find(|(_, bit)| bit == name);
                    let names = bits.iter().map(|(_, name)| name.as_str());
                    let bit = bit.ok_or_else(|| unknown("bit", name, suggest(name, names)))?;
                    if set.contains(bit) {
                        return Err(format!("`{name}` stands here twice"));
                    }
                    set.push(bit.clone());
                }
                set.sort();
                Ok(Value::Bits(set.into_iter().map(|(_, name)| name).collect()))
            }
            TypeKind::Boolean => match text {
                "true" => Ok(Value::Boolean(true)),
                "false" => Ok(Value::Boolean(false)),
                _ => Err("`true` or `false` is expected".into()),
            },
            TypeKind::Decimal64 { fraction_digits, ranges } => {
                let mantissa = decimal(text, *fraction_digits).and_then(|mantissa| i64::try_from(mantissa).ok());
                let mantissa = mantissa.ok_or_else(|| {
                    format!("a decimal number with at most {fraction_digits} fraction digits is expected")
                })?;
                within(ranges, mantissa, "range").map(|()| Value::Decimal64(mantissa))
            }
            TypeKind::Empty => Err("a leaf of type `empty` has no default".into()),
            TypeKind::Enumeration { enums } => match enums.iter().any(|(_, name)| name == text) {
                true => Ok(Value::Enumeration(text.to_owned())),
                false => Err(unknown("enum", text, suggest(text, enums.iter().map(|(_, name)| name.as_str())))),
            },
            TypeKind::Float { fraction_digits, ranges } => {
                let checked = decimal(text, *fraction_digits).and_then(|_| text.parse::<f64>().ok());
                let value = checked.ok_or_else(|| {
                    format!("a decimal number with at most {fraction_digits} fraction digits is expected")
                })?;
                within(ranges, value, "range").map(|()| Value::Float(value))
            }
            TypeKind::Identityref { bases } => {
                let (module, name) = match text.split_once(':') {
                    Some((prefix, name)) => {
                        let prefixes = self.unit(unit).map(|unit| &unit.prefixes);
                        let module = prefixes.and_then(|prefixes| prefixes.get(prefix)).copied();
                        (module.ok_or_else(|| format!("the prefix `{prefix}` is not declared"))?, name)
                    }
                    None => (self.module_of(unit).ok_or("no module")?, text),
                };
                let Some(id) = self.identities.get(&(module, name)).copied() else {
                    let own = self.definitions.get(module.0);
                    let near = own.and_then(|own| suggest(name, own.identities.keys().copied()));
                    return Err(unknown("identity", text, near));
                };
                match bases.iter().find(|base| !self.derived(id, **base)) {
                    None => Ok(Value::Identityref(id)),
                    Some(base) => {
                        let base = self.schema.identities.get(base.0).map_or("", |base| base.name.as_str());
                        Err(format!("`{name}` is not derived from `{base}`"))
                    }
                }
            }
            TypeKind::InstanceIdentifier { .. } => match text.starts_with('/') {
                true => Ok(Value::InstanceIdentifier(text.to_owned())),
                false => Err("an instance-identifier begins with `/`".into()),
            },
            TypeKind::Integer { bits, ranges } => {
                let value = integer(text).ok_or("an integer is expected")?;
                let limit = 1_i128 << (bits - 1);
                let value = Some(value).filter(|value| (-limit..limit).contains(value));
                let value = value.and_then(|value| i64::try_from(value).ok());
                let value = value.ok_or_else(|| format!("it does not fit into {bits} bits"))?;
                within(ranges, value, "range").map(|()| Value::Integer(value))
            }
            TypeKind::Leafref { target, .. } => {
                let target = target.and_then(|target| self.drafts.get(target.0)).and_then(|draft| draft.typed.clone());
                match target {
                    // A leafref to a leafref; a circle of them has been told and cut.
                    Some(typed) => {
                        let node = self.leafref_end(&typed.type_);
                        self.value(&node.unwrap_or_else(|| typed.type_.clone()), text, unit)
                    }
                    None => Ok(Value::String(text.to_owned())),
                }
            }
            TypeKind::String { lengths, patterns } => {
                let length = text.chars().count() as u64;
                within(lengths, length, "length")?;
                match patterns.iter().find(|pattern| pattern.regex.matches(text) == pattern.inverted) {
                    None => Ok(Value::String(text.to_owned())),
                    Some(pattern) if pattern.inverted => {
                        Err(format!("it matches the inverted pattern `{}`", pattern.expression))
                    }
                    Some(pattern) => Err(format!("it does not match the pattern `{}`", pattern.expression)),
                }
            }
            TypeKind::Union { members } => {
                for (index, member) in members.iter().enumerate() {
                    if let Ok(value) = self.value(member, text, unit) {
                        return Ok(Value::Union(index, Box::new(value)));
                    }
                }
                Err("no member of the union takes it".into())
            }
            TypeKind::Unsigned { bits, ranges } => {
                let value = integer(text).ok_or("an integer is expected")?;
                let value = Some(value).filter(|value| (0..1_i128 << bits).contains(value));
                let value = value.and_then(|value| u64::try_from(value).ok());
                let value = value.ok_or_else(|| format!("it is not between 0 and {}", (1_i128 << bits) - 1))?;
                within(ranges, value, "range").map(|()| Value::Unsigned(value))
            }
        }
    }

    /// The type at the end of a chain of leafrefs.
    pub(super) fn leafref_end(&self, type_: &Type) -> Option<Type> {
        let mut at = type_.clone();
        for _ in 0..super::compiler::DEPTH_LIMIT {
            match &at.kind {
                TypeKind::Leafref { target: Some(target), .. } => {
                    at = self.drafts.get(target.0)?.typed.as_ref()?.type_.clone();
                }
                TypeKind::Leafref { target: None, .. } => return None,
                _ => return Some(at),
            }
        }
        None
    }
}

fn unknown(what: &str, name: &str, near: Option<&str>) -> String {
    match near {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`"),
    }
}

fn within<T: PartialOrd + Copy>(parts: &[(T, T)], value: T, what: &str) -> Result<(), String> {
    let inside = parts.is_empty() || parts.iter().any(|(low, high)| *low <= value && value <= *high);
    if inside { Ok(()) } else { Err(format!("it is not within the {what} of the type")) }
}

/// RFC 7950 section 9.2.1: a default may be decimal, hexadecimal or octal.
fn integer(text: &str) -> Option<i128> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, text.get(1..)?),
        b'+' => (1, text.get(1..)?),
        _ => (1, text),
    };
    if digits.len() > 32 || digits.starts_with(['+', '-']) {
        return None;
    }
    let value = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hexadecimal) => i128::from_str_radix(hexadecimal, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i128::from_str_radix(digits, 8),
        None => digits.parse(),
    };
    value.ok().map(|value| sign * value)
}

/// RFC 4648 section 4.
fn base64(text: &str) -> Option<Vec<u8>> {
    let characters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !characters.len().is_multiple_of(4) {
        return None;
    }
    let padding = characters.iter().rev().take_while(|byte| **byte == b'=').count();
    let mut bytes = Vec::with_capacity(characters.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in characters.get(..characters.len().checked_sub(padding)?)? {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0xff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    (padding <= 2).then_some(bytes)
}

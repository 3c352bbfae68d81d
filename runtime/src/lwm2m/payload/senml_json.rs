//! SenML in JSON (RFC 8428 section 5).

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::base64url;
use super::senml::{Fields, Pack, must_be_understood, names};
use super::{Datum, Record};
use crate::lwm2m::{Error, Path};
use crate::value::{parse_float, print_float, text};

pub(super) fn write(path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
    let (base, names) = names(path, records);
    let mut json = String::from("[");
    for (place, (record, name)) in records.iter().zip(&names).enumerate() {
        json.push_str(if place > 0 { ",{" } else { "{" });
        let mut first = true;
        if place == 0 && !base.is_empty() {
            member(&mut json, &mut first, "bn");
            push_text(&mut json, &base);
        }
        if !name.is_empty() {
            member(&mut json, &mut first, "n");
            push_text(&mut json, name);
        }
        if let Some(datum) = &record.datum {
            push_datum(&mut json, &mut first, datum);
        }
        json.push('}');
    }
    json.push(']');
    out.extend_from_slice(json.as_bytes());
}

fn push_datum(json: &mut String, first: &mut bool, datum: &Datum<'_>) {
    match datum {
        Datum::Boolean(value) => {
            member(json, first, "vb");
            json.push_str(if *value { "true" } else { "false" });
        }
        Datum::Float(value) => {
            member(json, first, "v");
            print_float(*value, json);
        }
        Datum::Integer(value) => {
            member(json, first, "v");
            text::push_integer(json, *value);
        }
        Datum::Unsigned(value) => {
            member(json, first, "v");
            text::push_unsigned(json, *value);
        }
        Datum::Link(link) => {
            member(json, first, "vlo");
            push_text(json, link);
        }
        Datum::Text(text) => {
            member(json, first, "vs");
            push_text(json, text);
        }
        Datum::Removed => {
            member(json, first, "v");
            json.push_str("null");
        }
        Datum::Opaque(bytes) => push_data(json, first, bytes),
        Datum::Untyped(bytes) => push_data(json, first, bytes),
    }
}

/// RFC 8428 section 4.3: base64url without padding.
fn push_data(json: &mut String, first: &mut bool, bytes: &[u8]) {
    member(json, first, "vd");
    json.push('"');
    base64url::write(bytes, json);
    json.push('"');
}

pub(super) fn member(json: &mut String, first: &mut bool, name: &str) {
    if !core::mem::take(first) {
        json.push(',');
    }
    json.push('"');
    json.push_str(name);
    json.push_str("\":");
}

/// RFC 8259 section 7.
pub(super) fn push_text(json: &mut String, text: &str) {
    json.push('"');
    for letter in text.chars() {
        match letter {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                json.push_str("\\u00");
                for shift in [4, 0] {
                    json.push(char::from_digit(u32::from(letter) >> shift & 0xf, 16).unwrap_or('0'));
                }
            }
            other => json.push(other),
        }
    }
    json.push('"');
}

pub(super) fn read(payload: &[u8]) -> Result<Pack<'_>, Error> {
    let pack: Vec<BTreeMap<Cow<'_, str>, &RawValue>> = serde_json::from_slice(payload).map_err(|_| Error::Malformed)?;
    let mut records = Pack::default();
    for record in pack {
        let mut fields = Fields::default();
        for (name, value) in record {
            let datum = match &*name {
                "bn" => {
                    fields.base_name = Some(string(value)?);
                    continue;
                }
                "n" => {
                    fields.name = Some(string(value)?);
                    continue;
                }
                "v" | "vs" | "vlo" | "vb" | "vd" if value.get() == "null" => Datum::Removed,
                "v" => number(value.get())?,
                "vs" => Datum::Text(string(value)?.into()),
                "vlo" => Datum::Link(string(value)?.into()),
                "vb" => Datum::Boolean(serde_json::from_str(value.get()).map_err(|_| Error::Malformed)?),
                "vd" => Datum::Opaque(base64url::read(&string(value)?).ok_or(Error::Malformed)?.into()),
                name if must_be_understood(name) => return Err(Error::Malformed),
                _ => continue,
            };
            // RFC 8428 section 4.2: one value a record
            if fields.datum.replace(datum).is_some() {
                return Err(Error::Malformed);
            }
        }
        records.push(fields)?;
    }
    Ok(records)
}

pub(super) fn string(value: &RawValue) -> Result<String, Error> {
    serde_json::from_str(value.get()).map_err(|_| Error::Malformed)
}

/// A number keeps all its digits: what has no point and no exponent is an integer.
pub(super) fn number(json: &str) -> Result<Datum<'static>, Error> {
    let digits = json.strip_prefix('-').unwrap_or(json);
    if !digits.starts_with(|digit: char| digit.is_ascii_digit()) {
        return Err(Error::Malformed);
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(integer) = json.parse() {
            return Ok(Datum::Integer(integer));
        }
        if let Ok(unsigned) = json.parse() {
            return Ok(Datum::Unsigned(unsigned));
        }
    }
    parse_float(json).filter(|value| value.is_finite()).map(Datum::Float).ok_or(Error::Malformed)
}

//! The JSON of LwM2M 1.0 (TS 1.0 section 6.4.4; an example is in Core 1.2 section 7.5.6): a base name, and elements
//! with a name behind it and a value. Later clients read and write it for servers of that version alone.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use serde_json::value::RawValue;

use super::senml::names;
use super::senml_json::{member, number, push_text, string};
use super::{Datum, Record};
use crate::lwm2m::{Error, Path};
use crate::value::text::base64;
use crate::value::{print_float, text};

pub(super) fn write(path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
    let (base, names) = names(path, records);
    let mut json = String::from("{\"bn\":");
    push_text(&mut json, &base);
    json.push_str(",\"e\":[");
    for (place, (record, name)) in records.iter().zip(&names).enumerate() {
        json.push_str(if place > 0 { ",{" } else { "{" });
        let mut first = true;
        if !name.is_empty() {
            member(&mut json, &mut first, "n");
            push_text(&mut json, name);
        }
        if let Some(datum) = &record.datum {
            push_datum(&mut json, &mut first, datum);
        }
        json.push('}');
    }
    json.push_str("]}");
    out.extend_from_slice(json.as_bytes());
}

fn push_datum(json: &mut String, first: &mut bool, datum: &Datum<'_>) {
    let name = match datum {
        Datum::Boolean(_) => "bv",
        Datum::Float(_) | Datum::Integer(_) | Datum::Unsigned(_) => "v",
        Datum::Link(_) => "ov",
        Datum::Opaque(_) | Datum::Text(_) | Datum::Untyped(_) => "sv",
        Datum::Removed => return,
    };
    member(json, first, name);
    match datum {
        Datum::Boolean(value) => json.push_str(if *value { "true" } else { "false" }),
        Datum::Float(value) => print_float(*value, json),
        Datum::Integer(value) => text::push_integer(json, *value),
        Datum::Unsigned(value) => text::push_unsigned(json, *value),
        Datum::Link(text) | Datum::Text(text) => push_text(json, text),
        Datum::Opaque(bytes) => push_data(json, bytes),
        Datum::Untyped(bytes) => push_data(json, bytes),
        Datum::Removed => {}
    }
}

/// An opaque value is a string, in base64.
fn push_data(json: &mut String, bytes: &[u8]) {
    json.push('"');
    base64::push(bytes, json);
    json.push('"');
}

type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Reads a payload that was sent to a path: without a base name its names are those behind that path.
pub(super) fn read(to: Path, payload: &[u8]) -> Result<Vec<Record<'_>>, Error> {
    let whole: Members<'_> = parse(payload)?;
    let base = match whole.get("bn") {
        Some(base) => string(base)?,
        None => to.to_string(),
    };
    let elements: Vec<Members<'_>> = match whole.get("e") {
        Some(elements) => parse(elements.get().as_bytes())?,
        None => return Err(Error::Malformed),
    };
    elements.into_iter().map(|element| record(&base, element)).collect()
}

fn parse<'a, T: serde::Deserialize<'a>>(json: &'a [u8]) -> Result<T, Error> {
    serde_json::from_slice(json).map_err(|_| Error::Malformed)
}

fn record<'a>(base: &str, element: Members<'a>) -> Result<Record<'a>, Error> {
    let mut name = String::new();
    let mut datum = None;
    for (member, value) in element {
        let value = match &*member {
            "n" => {
                name = string(value)?;
                continue;
            }
            "v" => number(value.get())?,
            "sv" => Datum::Text(string(value)?.into()),
            "bv" => Datum::Boolean(parse(value.get().as_bytes())?),
            "ov" => Datum::Link(string(value)?.into()),
            _ => continue,
        };
        if datum.replace(value).is_some() {
            return Err(Error::Malformed);
        }
    }
    // written with and without the slash between them
    let joined = match (base, &*name) {
        ("", name) => name.to_string(),
        (base, "") => base.to_string(),
        (base, name) => [base.strip_suffix('/').unwrap_or(base), "/", name.strip_prefix('/').unwrap_or(name)].concat(),
    };
    let path = Path::parse(joined.strip_suffix('/').unwrap_or(&joined)).ok_or(Error::Malformed)?;
    Ok(Record { path, datum })
}

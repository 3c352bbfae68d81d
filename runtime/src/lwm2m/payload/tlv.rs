//! OMA TLV (Core 1.2 section 7.5.4): what it is, an id, a length, and a value or what is in it.

use alloc::vec::Vec;

use super::{Datum, Record};
use crate::lwm2m::{Error, Path};

/// The kinds, as the upper two bits have them.
const INSTANCE: u8 = 0b00;
const RESOURCE_INSTANCE: u8 = 0b01;
const SEVERAL: u8 = 0b10;
const RESOURCE: u8 = 0b11;

/// Instance, resource, and resource instance where the resource has several: the parts of a path below its object.
type Place = (u16, u16, Option<u16>);

fn place(record: &Record<'_>) -> Option<Place> {
    Some((record.path.instance?, record.path.resource?, record.path.resource_instance))
}

pub(super) fn write(path: Path, records: &[Record<'_>], out: &mut Vec<u8>) {
    if path.instance.is_some() {
        return write_resources(path, records, out);
    }
    let mut rest = records;
    while let Some(id) = rest.first().and_then(|record| record.path.instance) {
        let count = rest.iter().take_while(|record| record.path.instance == Some(id)).count();
        let (own, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
        let mut inner = Vec::new();
        write_resources(path, own, &mut inner);
        write_head(INSTANCE, id, inner.len(), out);
        out.extend_from_slice(&inner);
        rest = behind;
    }
}

fn write_resources(path: Path, records: &[Record<'_>], out: &mut Vec<u8>) {
    let mut rest = records;
    while let Some((_, id, several)) = rest.first().and_then(place) {
        let count = rest.iter().take_while(|record| record.path.resource == Some(id)).count();
        let (own, behind) = rest.split_at_checked(count.max(1)).unwrap_or((rest, &[]));
        rest = behind;
        let mut inner = Vec::new();
        for record in own {
            let Some(datum) = &record.datum else { continue };
            let mut value = Vec::new();
            write_value(datum, &mut value);
            let (kind, id) = match record.path.resource_instance {
                Some(instance) => (RESOURCE_INSTANCE, instance),
                None => (RESOURCE, id),
            };
            write_head(kind, id, value.len(), &mut inner);
            inner.extend_from_slice(&value);
        }
        // a resource instance that was asked for stands alone
        if several.is_some() && path.resource_instance.is_none() {
            write_head(SEVERAL, id, inner.len(), out);
        }
        out.extend_from_slice(&inner);
    }
}

fn write_head(kind: u8, id: u16, length: usize, out: &mut Vec<u8>) {
    let [_, _, _, _, _, high, middle, low] = (length as u64).to_be_bytes();
    let [id_high, id_low] = id.to_be_bytes();
    let bytes = match (high, middle, low) {
        (0, 0, 0..=7) => 0,
        (0, 0, _) => 1,
        (0, _, _) => 2,
        _ => 3,
    };
    let short = if bytes == 0 { low } else { 0 };
    out.push(kind << 6 | u8::from(id_high > 0) << 5 | bytes << 3 | short);
    if id_high > 0 {
        out.push(id_high);
    }
    out.push(id_low);
    let lengths = [high, middle, low];
    out.extend_from_slice(lengths.get(3 - usize::from(bytes)..).unwrap_or(&[]));
}

/// Core 1.2 appendix C. A number that is not negative is written so that Integer and Unsigned Integer read the same.
fn write_value(datum: &Datum<'_>, out: &mut Vec<u8>) {
    match datum {
        Datum::Boolean(value) => out.push(u8::from(*value)),
        Datum::Float(value) => write_float(*value, out),
        Datum::Integer(value) => {
            let bytes = value.to_be_bytes();
            let fits = |bits: u32| (*value << (64 - bits)) >> (64 - bits) == *value;
            let length = [8, 16, 32].into_iter().find(|bits| fits(*bits)).map_or(8, |bits| bits as usize / 8);
            out.extend_from_slice(bytes.get(8 - length..).unwrap_or(&bytes));
        }
        Datum::Unsigned(value) => out.extend_from_slice(&value.to_be_bytes()),
        Datum::Opaque(bytes) => out.extend_from_slice(bytes),
        Datum::Text(text) => out.extend_from_slice(text.as_bytes()),
        Datum::Link(text) => {
            let mut ids = text.split(':').map(|id| id.parse::<u16>().unwrap_or(u16::MAX));
            for _ in 0..2 {
                out.extend_from_slice(&ids.next().unwrap_or(u16::MAX).to_be_bytes());
            }
        }
        Datum::Removed => {}
        Datum::Untyped(bytes) => out.extend_from_slice(bytes),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what a single can't hold is written as a double")]
fn write_float(value: f64, out: &mut Vec<u8>) {
    let single = value as f32;
    if f64::from(single).to_bits() == value.to_bits() {
        out.extend_from_slice(&single.to_be_bytes());
    } else {
        out.extend_from_slice(&value.to_be_bytes());
    }
}

/// One item: its kind, id and what is in it, and what stands behind it.
fn item(bytes: &[u8]) -> Option<(u8, u16, &[u8], &[u8])> {
    let (&head, mut rest) = bytes.split_first()?;
    let mut number = |length: usize| {
        let (own, behind) = rest.split_at_checked(length)?;
        rest = behind;
        Some(own.iter().fold(0_usize, |number, byte| number << 8 | usize::from(*byte)))
    };
    let id = u16::try_from(number(if head & 0x20 == 0 { 1 } else { 2 })?).ok()?;
    let length = match head >> 3 & 0b11 {
        0 => usize::from(head & 0b111),
        bytes => number(usize::from(bytes))?,
    };
    let (value, behind) = rest.split_at_checked(length)?;
    Some((head >> 6, id, value, behind))
}

pub(super) fn read(path: Path, free: u16, payload: &[u8]) -> Result<Vec<Record<'_>>, Error> {
    let mut records = Vec::new();
    let mut rest = payload;
    while !rest.is_empty() {
        let (kind, id, value, behind) = item(rest).ok_or(Error::Malformed)?;
        rest = behind;
        match (kind, path.instance, path.resource, path.resource_instance) {
            (INSTANCE, own, None, None) if own.is_none_or(|own| own == id) => {
                let instance = Path { instance: Some(id), ..path };
                records.push(Record { path: instance, datum: None });
                let mut rest = value;
                while !rest.is_empty() {
                    let (kind, id, value, behind) = item(rest).ok_or(Error::Malformed)?;
                    rest = behind;
                    resource(instance, kind, id, value, &mut records)?;
                }
            }
            (RESOURCE | SEVERAL, own, None, None) => {
                let instance = Path { instance: Some(own.unwrap_or(free)), ..path };
                resource(instance, kind, id, value, &mut records)?;
            }
            (RESOURCE | SEVERAL, Some(_), Some(own), None) if own == id => {
                resource(Path { resource: None, ..path }, kind, id, value, &mut records)?;
            }
            (RESOURCE_INSTANCE, Some(_), Some(_), None) => {
                let path = Path { resource_instance: Some(id), ..path };
                records.push(Record { path, datum: Some(Datum::Untyped(value)) });
            }
            (RESOURCE_INSTANCE, Some(_), Some(_), Some(own)) if own == id => {
                records.push(Record { path, datum: Some(Datum::Untyped(value)) });
            }
            _ => return Err(Error::Malformed),
        }
    }
    Ok(records)
}

fn resource<'a>(
    instance: Path,
    kind: u8,
    id: u16,
    value: &'a [u8],
    records: &mut Vec<Record<'a>>,
) -> Result<(), Error> {
    let path = Path { resource: Some(id), ..instance };
    if kind == RESOURCE {
        records.push(Record { path, datum: Some(Datum::Untyped(value)) });
        return Ok(());
    }
    if kind != SEVERAL {
        return Err(Error::Malformed);
    }
    records.push(Record { path, datum: None });
    let mut rest = value;
    while !rest.is_empty() {
        let (kind, id, value, behind) = item(rest).ok_or(Error::Malformed)?;
        rest = behind;
        if kind != RESOURCE_INSTANCE {
            return Err(Error::Malformed);
        }
        let path = Path { resource_instance: Some(id), ..path };
        records.push(Record { path, datum: Some(Datum::Untyped(value)) });
    }
    Ok(())
}

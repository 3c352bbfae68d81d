//! SenML in CBOR (RFC 8428 section 6).

use alloc::string::String;
use alloc::vec::Vec;

use super::senml::{Fields, Pack, must_be_understood, names};
use super::{Datum, Record};
use crate::cbor::{Kind, Reader, Writer};
use crate::lwm2m::{Error, Path};

/// Labels (RFC 8428 section 6, table 4).
mod label {
    pub(super) const BASE_NAME: i64 = -2;
    pub(super) const NAME: i64 = 0;
    pub(super) const VALUE: i64 = 2;
    pub(super) const STRING: i64 = 3;
    pub(super) const BOOLEAN: i64 = 4;
    pub(super) const TIME: i64 = 6;
    pub(super) const DATA: i64 = 8;
    /// Object link (Core section 7.5.7), a text.
    pub(super) const LINK: &str = "vlo";
}

pub(super) fn write(path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
    let (base, names) = names(path, records);
    let mut writer = Writer::new(out);
    writer.array(records.len());
    for (place, (record, name)) in records.iter().zip(&names).enumerate() {
        let base = Some(base.as_str()).filter(|base| place == 0 && !base.is_empty());
        write_record(base, name, None, record.datum.as_ref(), &mut writer);
    }
}

/// Appends records with their times, in seconds since 1970 where they have one (RFC 8428 section 4.5.3).
pub(in crate::lwm2m) fn write_timed(records: &[(Option<f64>, Record<'_>)], out: &mut Vec<u8>) {
    let mut writer = Writer::new(out);
    writer.array(records.len());
    for (time, record) in records {
        let mut name = String::new();
        record.path.tell(&mut name);
        write_record(None, &name, *time, record.datum.as_ref(), &mut writer);
    }
}

fn write_record(base: Option<&str>, name: &str, time: Option<f64>, datum: Option<&Datum<'_>>, writer: &mut Writer<'_>) {
    let count = [base.is_some(), !name.is_empty(), time.is_some(), datum.is_some()].map(usize::from).iter().sum();
    writer.map(count);
    if let Some(base) = base {
        writer.integer(label::BASE_NAME);
        writer.text(base);
    }
    if !name.is_empty() {
        writer.integer(label::NAME);
        writer.text(name);
    }
    match datum {
        None => {}
        Some(Datum::Boolean(value)) => {
            writer.integer(label::BOOLEAN);
            writer.boolean(*value);
        }
        Some(Datum::Float(value)) => {
            writer.integer(label::VALUE);
            writer.float(*value);
        }
        Some(Datum::Integer(value)) => {
            writer.integer(label::VALUE);
            writer.integer(*value);
        }
        Some(Datum::Unsigned(value)) => {
            writer.integer(label::VALUE);
            writer.unsigned(*value);
        }
        Some(Datum::Removed) => {
            writer.integer(label::VALUE);
            writer.null();
        }
        Some(Datum::Link(text)) => {
            writer.text(label::LINK);
            writer.text(text);
        }
        Some(Datum::Text(text)) => {
            writer.integer(label::STRING);
            writer.text(text);
        }
        Some(Datum::Opaque(bytes)) => {
            writer.integer(label::DATA);
            writer.bytes(bytes);
        }
        Some(Datum::Untyped(bytes)) => {
            writer.integer(label::DATA);
            writer.bytes(bytes);
        }
    }
    if let Some(time) = time {
        writer.integer(label::TIME);
        writer.float(time);
    }
}

pub(super) fn read(payload: &[u8]) -> Result<Pack<'_>, Error> {
    let mut pack = Pack::default();
    let mut reader = Reader::new(payload);
    let mut records = reader.array()?;
    while records.more(&mut reader)? {
        let mut fields = Fields::default();
        let mut items = reader.map()?;
        while items.more(&mut reader)? {
            field(&mut reader, &mut fields)?;
        }
        pack.push(fields)?;
    }
    reader.finish()?;
    Ok(pack)
}

fn field<'a>(reader: &mut Reader<'a>, fields: &mut Fields<'a>) -> Result<(), Error> {
    if reader.peek()? == Kind::Text {
        let name = reader.text()?;
        return match &*name {
            label::LINK => take(reader, fields, |reader| Ok(Datum::Link(reader.text()?))),
            name if must_be_understood(name) => Err(Error::Malformed),
            _ => Ok(reader.skip()?),
        };
    }
    match reader.whole()?.to_i64().ok_or(Error::Malformed)? {
        label::BASE_NAME => fields.base_name = Some(String::from(&*reader.text()?)),
        label::NAME => fields.name = Some(String::from(&*reader.text()?)),
        label::VALUE => return take(reader, fields, number),
        label::STRING => return take(reader, fields, |reader| Ok(Datum::Text(reader.text()?))),
        label::BOOLEAN => return take(reader, fields, |reader| Ok(Datum::Boolean(reader.boolean()?))),
        label::DATA => return take(reader, fields, |reader| Ok(Datum::Opaque(reader.bytes()?))),
        _ => reader.skip()?,
    }
    Ok(())
}

/// The value of a record.
fn take<'a>(
    reader: &mut Reader<'a>,
    fields: &mut Fields<'a>,
    read: fn(&mut Reader<'a>) -> Result<Datum<'a>, Error>,
) -> Result<(), Error> {
    let datum = match reader.peek()? {
        Kind::Null => {
            reader.null()?;
            Datum::Removed
        }
        _ => read(reader)?,
    };
    match fields.datum.replace(datum) {
        None => Ok(()),
        // RFC 8428 section 4.2: one value a record
        Some(_) => Err(Error::Malformed),
    }
}

pub(super) fn number<'a>(reader: &mut Reader<'a>) -> Result<Datum<'a>, Error> {
    match reader.peek()? {
        Kind::Unsigned => {
            let number = reader.unsigned()?;
            Ok(i64::try_from(number).map_or(Datum::Unsigned(number), Datum::Integer))
        }
        Kind::Negative => Ok(Datum::Integer(reader.whole()?.to_i64().ok_or(Error::Malformed)?)),
        _ => Ok(Datum::Float(reader.float()?)),
    }
}

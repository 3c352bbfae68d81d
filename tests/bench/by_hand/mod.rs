//! The document of the bench with minicbor, as one writes it by hand: streaming, strings lent, no allocation.

use std::convert::Infallible;

use minicbor::data::{Tag, Type};
use minicbor::decode::{Decoder, Error};
use minicbor::encode::Encoder;

const STATION: u32 = 60_001;

#[derive(Debug, Default)]
pub(crate) struct Station<'a> {
    name: &'a str,
    place: &'a str,
    latitude: (i64, i64),
    longitude: (i64, i64),
    sensors: [Sensor<'a>; 4],
}

#[derive(Clone, Copy, Debug, Default)]
struct Sensor<'a> {
    name: &'a str,
    kind: &'a str,
    unit: &'a str,
    reading: (i64, i64),
}

fn decimal(decoder: &mut Decoder<'_>) -> Result<(i64, i64), Error> {
    if decoder.tag()? != Tag::new(4) || decoder.array()? != Some(2) {
        return Err(Error::message("no decimal fraction"));
    }
    Ok((decoder.i64()?, decoder.i64()?))
}

/// The members of a map, whose length may be told or not.
fn members<'a, 'b>(
    decoder: &mut Decoder<'b>,
    mut member: impl FnMut(i32, &mut Decoder<'b>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut left = decoder.map()?;
    loop {
        match &mut left {
            Some(0) => return Ok(()),
            Some(left) => *left -= 1,
            None if decoder.datatype()? == Type::Break => return decoder.skip(),
            None => {}
        }
        let key = decoder.i32()?;
        member(key, decoder)?;
    }
}

pub(crate) fn decode(bytes: &[u8]) -> Result<Station<'_>, Error> {
    let mut decoder = Decoder::new(bytes);
    let mut station = Station::default();
    members(&mut decoder, |key, decoder| {
        if key != STATION as i32 {
            return Err(Error::message("unknown key"));
        }
        members(decoder, |key, decoder| {
            match key {
                KEY_NAME => station.name = decoder.str()?,
                KEY_PLACE => station.place = decoder.str()?,
                KEY_LATITUDE => station.latitude = decimal(decoder)?,
                KEY_LONGITUDE => station.longitude = decimal(decoder)?,
                KEY_SENSOR => {
                    let count = decoder.array()?.ok_or_else(|| Error::message("indefinite"))?;
                    for place in 0..count {
                        let mut sensor = Sensor::default();
                        members(decoder, |key, decoder| {
                            match key {
                                KEY_KIND => sensor.kind = decoder.str()?,
                                KEY_SENSOR_NAME => sensor.name = decoder.str()?,
                                KEY_READING => sensor.reading = decimal(decoder)?,
                                KEY_UNIT => sensor.unit = decoder.str()?,
                                _ => return Err(Error::message("unknown key")),
                            }
                            Ok(())
                        })?;
                        let slot = usize::try_from(place).ok().and_then(|place| station.sensors.get_mut(place));
                        *slot.ok_or_else(|| Error::message("too many sensors"))? = sensor;
                    }
                }
                _ => return Err(Error::message("unknown key")),
            }
            Ok(())
        })
    })?;
    if decoder.position() == bytes.len() { Ok(station) } else { Err(Error::message("trailing bytes")) }
}

// Deltas, as the names are numbered in order of the alphabet.
const KEY_LATITUDE: i32 = 1;
const KEY_LONGITUDE: i32 = 2;
const KEY_NAME: i32 = 3;
const KEY_PLACE: i32 = 4;
const KEY_SENSOR: i32 = 5;
const KEY_KIND: i32 = 1;
const KEY_SENSOR_NAME: i32 = 2;
const KEY_READING: i32 = 3;
const KEY_UNIT: i32 = 4;

pub(crate) fn encode(station: &Station<'_>, out: &mut Vec<u8>) {
    out.clear();
    write(station, &mut Encoder::new(out)).expect("memory");
}

fn write(
    station: &Station<'_>,
    encoder: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), minicbor::encode::Error<Infallible>> {
    encoder.map(1)?.u32(STATION)?.map(5)?;
    write_decimal(KEY_LATITUDE, station.latitude, encoder)?;
    write_decimal(KEY_LONGITUDE, station.longitude, encoder)?;
    encoder.i32(KEY_NAME)?.str(station.name)?.i32(KEY_PLACE)?.str(station.place)?;
    encoder.i32(KEY_SENSOR)?.array(4)?;
    for sensor in &station.sensors {
        encoder.map(4)?.i32(KEY_KIND)?.str(sensor.kind)?.i32(KEY_SENSOR_NAME)?.str(sensor.name)?;
        write_decimal(KEY_READING, sensor.reading, encoder)?;
        encoder.i32(KEY_UNIT)?.str(sensor.unit)?;
    }
    Ok(())
}

fn write_decimal(
    key: i32,
    (exponent, mantissa): (i64, i64),
    encoder: &mut Encoder<&mut Vec<u8>>,
) -> Result<(), minicbor::encode::Error<Infallible>> {
    encoder.i32(key)?.tag(Tag::new(4))?.array(2)?.i64(exponent)?.i64(mantissa)?;
    Ok(())
}

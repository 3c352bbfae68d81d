//! Formats of several values: TLV, SenML JSON and SenML CBOR (Core 1.2 sections 7.5.4, 7.5.6 and 7.5.7).
//!
//! They know paths and data types, no YANG: [`Datum`] stands between them and the datastore (`typed` turns one into the
//! other). Read [`Record`] first.

mod base64url;
mod senml;
mod senml_cbor;
mod senml_json;
#[cfg(test)]
mod tests;
mod tlv;

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{Error, Path};
use crate::coap::content_format as formats;

/// A value of one of LwM2M's data types (Core 1.2 appendix C).
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum<'a> {
    Boolean(bool),
    Float(f64),
    Integer(i64),
    /// An object link, as text.
    Link(Cow<'a, str>),
    Opaque(Cow<'a, [u8]>),
    Text(Cow<'a, str>),
    /// Above what an Integer holds.
    Unsigned(u64),
    /// Of TLV, which says nothing of the data type.
    Untyped(&'a [u8]),
}

/// A value at its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record<'a> {
    pub(super) path: Path,
    /// `None` in a request that only names what it is about.
    pub(super) datum: Option<Datum<'a>>,
}

/// A format of several values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    SenmlCbor,
    SenmlJson,
    Tlv,
}

/// The number of TLV before it was registered (LwM2M 1.0).
const OLD_TLV: u16 = 1542;
/// SenML-ETCH (RFC 8790).
const ETCH_JSON: u16 = 320;
const ETCH_CBOR: u16 = 322;

impl Format {
    pub(super) fn of(content_format: u16) -> Option<Format> {
        match content_format {
            formats::SENML_CBOR => Some(Format::SenmlCbor),
            formats::SENML_JSON => Some(Format::SenmlJson),
            formats::LWM2M_TLV | OLD_TLV => Some(Format::Tlv),
            _ => None,
        }
    }

    /// The format of a composite request, which SenML alone can have.
    pub(super) fn of_composite(content_format: u16) -> Option<Format> {
        match content_format {
            ETCH_JSON => Some(Format::SenmlJson),
            ETCH_CBOR => Some(Format::SenmlCbor),
            other => Format::of(other).filter(|format| *format != Format::Tlv),
        }
    }

    /// Appends records, which are sorted, of a Read of this path; without one, of several.
    pub(super) fn write(self, path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
        match (self, path) {
            (Format::Tlv, Some(path)) => tlv::write(path, records, out),
            (Format::Tlv, None) => {}
            (Format::SenmlJson, path) => senml_json::write(path, records, out),
            (Format::SenmlCbor, path) => senml_cbor::write(path, records, out),
        }
    }

    /// Reads a payload that was sent to a path, or to the root. Of a Create in TLV without an instance, the records stand
    /// in the instance that is given.
    pub(super) fn read<'a>(self, path: Option<Path>, free: u16, payload: &'a [u8]) -> Result<Vec<Record<'a>>, Error> {
        match (self, path) {
            (Format::Tlv, Some(path)) => tlv::read(path, free, payload),
            (Format::Tlv, None) => Err(Error::UnsupportedFormat),
            (Format::SenmlJson, _) => senml_json::read(payload),
            (Format::SenmlCbor, _) => senml_cbor::read(payload),
        }
    }
}

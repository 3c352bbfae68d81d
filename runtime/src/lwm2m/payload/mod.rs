//! Formats of several values: LwM2M CBOR, TLV, SenML JSON, the JSON of LwM2M 1.0 and SenML CBOR (Core 1.2 sections
//! 7.5.4 to 7.5.7).
//!
//! They know paths and data types, no YANG: [`Datum`] stands between them and the datastore (`typed` turns one into the
//! other). Read [`Record`] first.

mod base64url;
mod json;
mod lwm2m_cbor;
mod senml;
pub(super) mod senml_cbor;
mod senml_json;
#[cfg(test)]
mod tests;
mod tlv;

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::format::registered;
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
    /// In a Write-Composite: what is there goes (RFC 8790 section 3.2).
    Removed,
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
    /// Of LwM2M 1.0.
    Json,
    Lwm2mCbor,
    SenmlCbor,
    SenmlJson,
    Tlv,
}

impl Format {
    pub(super) fn of(content_format: u16) -> Option<Format> {
        match registered(content_format) {
            formats::LWM2M_CBOR => Some(Format::Lwm2mCbor),
            formats::LWM2M_JSON => Some(Format::Json),
            formats::LWM2M_TLV => Some(Format::Tlv),
            formats::SENML_CBOR => Some(Format::SenmlCbor),
            formats::SENML_JSON => Some(Format::SenmlJson),
            _ => None,
        }
    }

    /// The format of the answer to a composite request: one whose paths begin with the object (Core section 6.3.8).
    pub(super) fn of_composite(content_format: u16) -> Option<Format> {
        Format::of(content_format).filter(|format| !matches!(format, Format::Tlv | Format::Json))
    }

    /// The format of a composite request: SenML as RFC 8790 has it, or as LwM2M 1.1 did.
    pub(super) fn of_composite_request(content_format: u16) -> Option<Format> {
        match content_format {
            formats::SENML_ETCH_JSON | formats::SENML_JSON => Some(Format::SenmlJson),
            formats::SENML_ETCH_CBOR | formats::SENML_CBOR => Some(Format::SenmlCbor),
            _ => None,
        }
    }

    /// Appends records, which are sorted, of a Read of this path; without one, of several.
    pub(super) fn write(self, path: Option<Path>, records: &[Record<'_>], out: &mut Vec<u8>) {
        match (self, path) {
            (Format::Tlv, Some(path)) => tlv::write(path, records, out),
            (Format::Tlv, None) => {}
            (Format::Json, path) => json::write(path, records, out),
            (Format::Lwm2mCbor, path) => lwm2m_cbor::write(path, records, out),
            (Format::SenmlJson, path) => senml_json::write(path, records, out),
            (Format::SenmlCbor, path) => senml_cbor::write(path, records, out),
        }
    }

    /// Reads a payload that was sent to a path, or to the root. Of a Create without an instance, the records stand in the
    /// instance that is given.
    pub(super) fn read<'a>(self, path: Option<Path>, free: u16, payload: &'a [u8]) -> Result<Vec<Record<'a>>, Error> {
        match (self, path) {
            (Format::Tlv, Some(path)) => tlv::read(path, free, payload),
            (Format::Tlv | Format::Json, None) => Err(Error::UnsupportedFormat),
            (Format::Json, Some(path)) => json::read(path, payload),
            (Format::Lwm2mCbor, path) => lwm2m_cbor::read(path, free, payload),
            (Format::SenmlJson, _) => senml_json::read(payload)?.finish(),
            (Format::SenmlCbor, _) => senml_cbor::read(payload)?.finish(),
        }
    }

    /// The paths that a request names; `None` is the root, for everything.
    pub(super) fn names(self, payload: &[u8]) -> Result<Vec<Option<Path>>, Error> {
        match self {
            Format::SenmlJson => Ok(senml_json::read(payload)?.names()),
            Format::SenmlCbor => Ok(senml_cbor::read(payload)?.names()),
            Format::Json | Format::Lwm2mCbor | Format::Tlv => Err(Error::UnsupportedFormat),
        }
    }
}

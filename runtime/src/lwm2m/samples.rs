//! Values at their times, which a device collects and sends by itself (Core 1.2 section 6.4.6, Send).

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::collect::collect;
use super::payload::senml_cbor::write_timed;
use super::payload::{Datum, Record};
use super::target::{Kind, resolve};
use super::{Error, Path, typed};
use crate::board::Board;
use crate::datastore::Datastore;
use crate::schema::Flags;

/// Values of resources as they were at some times, to be sent to a server in one message: `Device::sample` adds to
/// them, `Device::send_samples` sends them.
///
/// ```
/// use comi_runtime::lwm2m::Samples;
///
/// assert!(Samples::new().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Samples {
    records: Vec<(Option<f64>, Record<'static>)>,
}

impl Samples {
    /// None.
    #[must_use]
    pub fn new() -> Samples {
        Samples::default()
    }

    /// How many values they are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is no value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Adds all values at paths that can be read now, or none.
    pub(crate) fn add(
        &mut self,
        store: &Datastore,
        board: &mut dyn Board,
        paths: &[Path],
        time: Option<f64>,
    ) -> Result<(), Error> {
        let mut found = Vec::new();
        for path in paths {
            let target = resolve(store, *path)?;
            if target.kind == Kind::Operation || target.flags.has(Flags::WRITE_ONLY) {
                return Err(Error::MethodNotAllowed);
            }
            for entry in collect(store, board, *path, &target)? {
                let datum = typed::datum(store.schema(), entry.node, &entry.value)?.into_owned();
                found.push((time, Record { path: entry.path, datum: Some(datum) }));
            }
        }
        self.records.append(&mut found);
        Ok(())
    }

    /// As SenML CBOR.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut payload = Vec::new();
        write_timed(&self.records, &mut payload);
        payload
    }
}

impl Datum<'_> {
    fn into_owned(self) -> Datum<'static> {
        match self {
            Datum::Boolean(value) => Datum::Boolean(value),
            Datum::Float(value) => Datum::Float(value),
            Datum::Integer(value) => Datum::Integer(value),
            Datum::Link(text) => Datum::Link(Cow::Owned(text.into_owned())),
            Datum::Opaque(bytes) => Datum::Opaque(Cow::Owned(bytes.into_owned())),
            Datum::Removed => Datum::Removed,
            Datum::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Datum::Unsigned(value) => Datum::Unsigned(value),
            Datum::Untyped(bytes) => Datum::Opaque(Cow::Owned(bytes.to_vec())),
        }
    }
}

//! Read.

use alloc::vec::Vec;
use core::convert::Infallible;

use super::target::{Kind, Target};
use super::{Answer, Error, format};
use crate::board::Board;
use crate::coap::{Code, content_format as formats};
use crate::datastore::{Datastore, Filter, ReadError};
use crate::schema::{Flags, NodeIndex};
use crate::value::{Part, Sink, Value};

pub(super) fn read(
    store: &Datastore,
    board: &mut dyn Board,
    target: &Target,
    accept: Option<u16>,
    out: &mut Vec<u8>,
) -> Result<Answer, Error> {
    match target.kind {
        Kind::Operation => return Err(Error::MethodNotAllowed),
        Kind::Several => return Err(Error::NotAcceptable),
        Kind::Value => {}
    }
    if target.flags.has(Flags::WRITE_ONLY) || target.flags.has(Flags::BOOTSTRAP_ONLY) {
        return Err(Error::MethodNotAllowed);
    }
    let wanted = accept.unwrap_or(formats::TEXT_PLAIN);
    let is_opaque = cfg!(feature = "lwm2m") && format::registered(wanted) == formats::OCTET_STREAM;
    if !is_opaque && !matches!(format::registered(wanted), formats::TEXT_PLAIN | formats::CBOR) {
        return Err(Error::NotAcceptable);
    }
    let mut found = Single(None);
    match store.read(board, &target.at, Filter::default(), &mut found) {
        Ok(_) => {}
        Err(ReadError::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(ReadError::Sink(never)) => match never {},
    }
    // an optional resource without a value, asked for alone, is 4.04
    let value = found.0.ok_or(Error::NotFound)?;
    format::write(store.schema(), target.at.node, &value, wanted, out)?;
    Ok(Answer { content_format: Some(wanted), ..Answer::new(Code::CONTENT) })
}

/// Takes the one value that is handed in.
struct Single(Option<Value>);

impl Sink for Single {
    type Error = Infallible;

    fn enter(&mut self, _: NodeIndex, _: Part) -> Result<(), Infallible> {
        Ok(())
    }

    fn value(&mut self, _: NodeIndex, value: &Value) -> Result<(), Infallible> {
        self.0 = Some(value.clone());
        Ok(())
    }

    fn any(&mut self, _: NodeIndex, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Infallible> {
        Ok(())
    }
}

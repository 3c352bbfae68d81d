//! CORECONF against the small schema of the datastore's tests, with payloads made and read by ciborium.

mod bad_input;
mod messages;
mod readings;
mod streams;

use alloc::vec::Vec;

pub(super) use ciborium::cbor;
use ciborium::value::Value as Cbor;

use super::client::{self, ErrorPayload};
use super::{Answer, Limits, Request, datastore};
use crate::board::Call;
use crate::coap::{Code, Method, content_format as formats};
use crate::datastore::tests::model::{FakeBoard, schema};
use crate::datastore::{self as store, Datastore};

/// A device: a datastore, a board, and the last answer's payload.
struct Device {
    store: Datastore,
    board: FakeBoard,
    limits: Limits,
    out: Vec<u8>,
}

impl Device {
    fn new() -> Device {
        let store = Datastore::new(schema(), store::Limits::DEVICE);
        Device { store, board: FakeBoard::default(), limits: Limits::SERVER, out: Vec::new() }
    }

    fn ask(&mut self, request: &Request<'_>) -> Answer {
        self.out.clear();
        datastore(&mut self.store, &mut self.board, Call(7), &self.limits, request, &mut self.out)
    }

    /// An iPATCH that must be done.
    fn patch(&mut self, payload: &[u8]) -> Answer {
        let answer = self.ask(&request(Method::IPatch, payload));
        assert_eq!(answer.code, Code::CHANGED, "{:?}", self.error());
        answer
    }

    fn fetch(&mut self, identifiers: &[u8], query: &[&str]) -> Vec<Cbor> {
        let answer = self.ask(&Request { query, ..request(Method::Fetch, identifiers) });
        assert_eq!(answer.code, Code::CONTENT, "{:?}", self.error());
        items(&self.out)
    }

    /// A request that must be refused: its code, and the error structure if it has one; the datastore is untouched.
    fn refused(&mut self, request: &Request<'_>) -> (Code, Option<ErrorPayload>) {
        let before = (self.store.content().clone(), self.store.revision());
        let answer = self.ask(request);
        assert!(!answer.code.is_success(), "{request:?} is {}", answer.code);
        assert!(answer.committed.changes.is_empty());
        assert_eq!((self.store.content().clone(), self.store.revision()), before, "datastore untouched");
        let error = self.error();
        assert_eq!(answer.content_format, error.as_ref().map(|_| formats::YANG_DATA_CBOR_SID));
        (answer.code, error)
    }

    fn error(&self) -> Option<ErrorPayload> {
        client::read_error(schema(), &self.out)
    }
}

/// A request with the content format that its method takes.
fn request(method: Method, payload: &[u8]) -> Request<'_> {
    let content_format = match method {
        Method::Fetch => Some(formats::YANG_IDENTIFIERS_CBOR_SEQ),
        Method::IPatch | Method::Post => Some(formats::YANG_INSTANCES_CBOR_SEQ),
        Method::Put => Some(formats::YANG_DATA_CBOR_SID),
        _ => None,
    };
    Request { method, query: &[], content_format, accept: None, if_match: &[], if_none_match: false, payload }
}

/// A CBOR sequence.
fn bytes<const N: usize>(items: [Result<Cbor, ciborium::value::Error>; N]) -> Vec<u8> {
    let mut out = Vec::new();
    for item in items {
        ciborium::into_writer(&item.unwrap(), &mut out).unwrap();
    }
    out
}

/// `{key: value}` with any key.
fn pair(key: Result<Cbor, ciborium::value::Error>, value: Result<Cbor, ciborium::value::Error>) -> Vec<u8> {
    bytes([Ok(Cbor::Map(alloc::vec![(key.unwrap(), value.unwrap())]))])
}

/// The items of a CBOR sequence.
fn items(mut sequence: &[u8]) -> Vec<Cbor> {
    let mut items = Vec::new();
    while !sequence.is_empty() {
        items.push(ciborium::from_reader(&mut sequence).unwrap());
    }
    items
}

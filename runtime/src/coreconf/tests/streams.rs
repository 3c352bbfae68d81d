//! The event stream.

use alloc::vec;
use alloc::vec::Vec;

use super::{Code, Device, Limits, Method, Request, bytes, cbor, formats, items, pair, request};
use crate::coreconf::errors::Failure;
use crate::coreconf::{Ring, client};
use crate::datastore::tests::model::{at, content, leaf, number, schema};
use crate::value::Content;

fn how(text: &str) -> Content {
    content("/t:boom", [("how", leaf(text))])
}

fn stream(ring: &Ring, request: &Request<'_>) -> (Code, Vec<u8>) {
    let mut out = Vec::new();
    let answer = ring.answer(schema(), request, &mut out);
    if answer.code.is_success() {
        assert_eq!(answer.content_format, Some(formats::YANG_INSTANCES_CBOR_SEQ));
    }
    (answer.code, out)
}

#[test]
fn reading_18_events_stand_newest_first_and_a_bare_one_is_null() {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1100 => {1 => "a", 5 => 1}})]));
    let mut ring = Ring::new(Limits::SERVER);
    assert_eq!(stream(&ring, &request(Method::Get, &[])), (Code::CONTENT, Vec::new()));
    ring.raise(&device.store, &at("/t:boom"), &how("first")).unwrap();
    ring.raise(&device.store, &at("/t:bare"), &Content::new()).unwrap();
    let fault = content("/t:server/fault", [("code", number(3))]);
    ring.raise(&device.store, &at("/t:server[name='a']/fault"), &fault).unwrap();
    let (_, all) = stream(&ring, &request(Method::Get, &[]));
    let parts =
        [pair(cbor!([1116, "a"]), cbor!({1 => 3})), bytes([cbor!({1530 => null}), cbor!({1520 => {1 => "first"}})])];
    assert_eq!(all, parts.concat());
    let read = client::read_events(schema(), &all).unwrap();
    assert_eq!(read[2], (at("/t:boom"), how("first")));
    // filtered
    let wanted = bytes([cbor!(1520), cbor!(60020)]);
    assert_eq!(stream(&ring, &request(Method::Fetch, &wanted)).1, bytes([cbor!({1520 => {1 => "first"}})]));
}

#[test]
fn the_ring_keeps_to_its_limits() {
    let device = Device::new();
    let limits = Limits { events: 2, event_bytes: 64, ..Limits::DEVICE };
    let mut ring = Ring::new(limits);
    for text in ["1", "2", "3"] {
        ring.raise(&device.store, &at("/t:boom"), &how(text)).unwrap();
    }
    let (_, two) = stream(&ring, &request(Method::Get, &[]));
    assert_eq!(items(&two), [cbor!({1520 => {1 => "3"}}).unwrap(), cbor!({1520 => {1 => "2"}}).unwrap()]);
    let long = "x".repeat(40);
    ring.raise(&device.store, &at("/t:boom"), &how(&long)).unwrap();
    assert_eq!((ring.len(), ring.bytes() <= 64), (2, true));
    ring.raise(&device.store, &at("/t:boom"), &how(&long)).unwrap();
    assert_eq!(ring.len(), 1, "the oldest go for the bytes, too");
    let refused = ring.raise(&device.store, &at("/t:boom"), &how(&"x".repeat(99)));
    assert_eq!((refused.unwrap_err().failure, ring.len()), (Failure::AnswerTooLarge, 1));
}

#[test]
fn notifications_are_checked() {
    let device = Device::new();
    let mut ring = Ring::new(Limits::SERVER);
    for (path, content, failure) in [
        ("/t:boom", Content::new(), Failure::MissingElement),
        ("/t:box/name", Content::new(), Failure::UnknownElement),
        ("/t:server[name='z']/fault", Content::new(), Failure::DataMissing),
    ] {
        assert_eq!(ring.raise(&device.store, &at(path), &content).unwrap_err().failure, failure, "{path}");
    }
    assert!(ring.is_empty());
}

#[test]
fn a_stream_takes_get_and_fetch_alone() {
    let ring = Ring::new(Limits::SERVER);
    for (request, code) in [
        (request(Method::Put, &[]), Code::METHOD_NOT_ALLOWED),
        (Request { query: &["c=a"], ..request(Method::Get, &[]) }, Code::BAD_OPTION),
        (Request { accept: Some(0), ..request(Method::Get, &[]) }, Code::NOT_ACCEPTABLE),
        (Request { content_format: Some(60), ..request(Method::Fetch, &[]) }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (request(Method::Fetch, &[0x82]), Code::BAD_REQUEST),
    ] {
        assert_eq!(stream(&ring, &request).0, code, "{request:?}");
    }
}

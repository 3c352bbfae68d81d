//! What comes from outside and is wrong: the answer, and nothing else happens.

use std::time::Duration;

use comi_runtime::Limits;
use comi_runtime::client::Request;
use comi_runtime::coap::content_format::{
    CBOR, TEXT_PLAIN, YANG_DATA_CBOR_SID, YANG_IDENTIFIERS_CBOR_SEQ, YANG_INSTANCES_CBOR_SEQ,
};
use comi_runtime::coap::{self, Code, Method};
use comi_runtime::coreconf::client::read_error;
use comi_runtime::coreconf::sids::identity_name;

use crate::model::acme_valve::sid::{VALVE, VALVE_LOCK_UNTIL, VALVE_POSITION, VALVE_TARGET};
use crate::world::World;

/// CBOR of an unsigned that has two bytes.
fn sid(sid: u32) -> [u8; 3] {
    let [_, _, high, low] = sid.to_be_bytes();
    [0x19, high, low]
}

/// A map of one member: this SID, and what follows.
fn item(sid_of: u32, value: &[u8]) -> Vec<u8> {
    [&[0xa1][..], &sid(sid_of), value].concat()
}

#[test]
fn a_payload_that_is_wrong_is_refused_with_the_reason_and_the_datastore_untouched() {
    let mut world = World::new();
    let before = (world.device.datastore().content().clone(), world.device.datastore().revision());
    let deep = [&[0xa1][..], &sid(VALVE), &[0x81; 40], &[0x00]].concat();
    let target = u8::try_from(VALVE_TARGET - VALVE).unwrap();
    let position = VALVE_POSITION - VALVE;
    let twice = [&[0xa1][..], &sid(VALVE), &[0xa2, 0x18, target, 0x01, 0x18, target, 0x02]].concat();
    let state = [&[0xa1][..], &sid(VALVE), &[0xa1, 0x18, u8::try_from(position).unwrap(), 0x01]].concat();
    let good = item(VALVE_TARGET, &[0x05]);
    type Row = (&'static str, Method, u16, Vec<u8>, Code, &'static str);
    let rows: [Row; 12] = [
        ("not CBOR", Method::IPatch, YANG_INSTANCES_CBOR_SEQ, vec![0xff], Code::BAD_REQUEST, "malformed-message"),
        (
            "cut off",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            good[..4].to_vec(),
            Code::BAD_REQUEST,
            "malformed-message",
        ),
        ("a key twice", Method::Put, YANG_DATA_CBOR_SID, twice, Code::BAD_REQUEST, "malformed-message"),
        ("trailing bytes", Method::Put, YANG_DATA_CBOR_SID, vec![0xa0, 0x00], Code::BAD_REQUEST, "malformed-message"),
        ("too deep", Method::IPatch, YANG_INSTANCES_CBOR_SEQ, deep, Code::BAD_REQUEST, ""),
        (
            "wrong type",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            item(VALVE_TARGET, &[0x61, b'x']),
            Code::BAD_REQUEST,
            "invalid-datatype",
        ),
        (
            "out of range",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            item(VALVE_TARGET, &[0x18, 101]),
            Code::BAD_REQUEST,
            "not-in-range",
        ),
        (
            "no match of its pattern",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            item(VALVE_LOCK_UNTIL, &[0x63, b'n', b'o', b'w']),
            Code::BAD_REQUEST,
            "pattern-test-failed",
        ),
        ("unknown SID", Method::IPatch, YANG_INSTANCES_CBOR_SEQ, item(65000, &[0x01]), Code::BAD_REQUEST, ""),
        (
            "good, then bad",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            [good.clone(), item(VALVE_TARGET, &[0x18, 101])].concat(),
            Code::BAD_REQUEST,
            "not-in-range",
        ),
        ("a state node in a payload", Method::Put, YANG_DATA_CBOR_SID, state, Code::BAD_REQUEST, ""),
        (
            "a state node named",
            Method::IPatch,
            YANG_INSTANCES_CBOR_SEQ,
            item(VALVE_POSITION, &[0x01]),
            Code::METHOD_NOT_ALLOWED,
            "",
        ),
    ];
    for (what, method, format, payload, code, app_tag) in rows {
        let answer = world.ask(&Request::new(method, "/c").with_payload(format, &payload));
        assert_eq!(answer.code, code, "{what}");
        let error = read_error(world.schema(), &answer.payload).unwrap_or_else(|| panic!("{what}: no error structure"));
        assert!(identity_name(error.tag).is_some(), "{what}: {error:?}");
        if !app_tag.is_empty() {
            assert_eq!(error.app_tag.and_then(identity_name), Some(app_tag), "{what}");
        }
        let after = (world.device.datastore().content().clone(), world.device.datastore().revision());
        assert_eq!(after, before, "{what}");
    }
    assert_eq!(world.hardware.count("target changed"), 0);
}

#[test]
fn formats_paths_methods_and_conditions_that_are_not_served_have_their_codes() {
    let mut world = World::new();
    let ask = |method, path: &str| Request::new(method, path);
    let accept = |accept, request: Request| Request { accept: Some(accept), ..request };
    for (request, code) in [
        (ask(Method::Get, "/nowhere"), Code::NOT_FOUND),
        (ask(Method::Get, "/c/x"), Code::NOT_FOUND),
        (ask(Method::Get, "/.well-known"), Code::NOT_FOUND),
        (ask(Method::Get, "/03/0/0"), Code::NOT_FOUND),
        (ask(Method::Get, ""), Code::NOT_FOUND),
        (ask(Method::Patch, "/c"), Code::METHOD_NOT_ALLOWED),
        (ask(Method::Put, "/s"), Code::METHOD_NOT_ALLOWED),
        (ask(Method::Post, "/.well-known/core"), Code::METHOD_NOT_ALLOWED),
        (ask(Method::Delete, "/3/0"), Code::METHOD_NOT_ALLOWED),
        (ask(Method::Put, "/c").with_payload(60, &[0xa0]), Code::UNSUPPORTED_CONTENT_FORMAT),
        (ask(Method::Fetch, "/c").with_payload(60, &[]), Code::UNSUPPORTED_CONTENT_FORMAT),
        (accept(60, ask(Method::Get, "/c")), Code::NOT_ACCEPTABLE),
        (accept(60, ask(Method::Get, "/.well-known/core")), Code::NOT_ACCEPTABLE),
        (accept(60, ask(Method::Get, "/s")), Code::NOT_ACCEPTABLE),
        (ask(Method::Get, "/c").with_queries(["c=x"]), Code::BAD_OPTION),
        (ask(Method::Put, "/c").with_queries(["c=a"]), Code::BAD_OPTION),
    ] {
        assert_eq!(world.ask(&request).code, code, "{request:?}");
    }
}

#[test]
fn datagrams_that_are_no_requests_leave_no_trace() {
    let mut world = World::new();
    let before = world.device.usage();
    for (datagram, answer) in [
        (&[0x80, 0x01, 0x00, 0x01][..], None),                 // version 2
        (&[0x49, 0x01, 0x00, 0x01], Some([0x70, 0x00])),       // token length 9
        (&[0x40, 0x20, 0x00, 0x01], Some([0x70, 0x00])),       // reserved code class
        (&[0x40, 0x01, 0x00, 0x01, 0xb5], Some([0x70, 0x00])), // a truncated option
        (&[0x50, 0x01, 0x00, 0x01, 0xb5], None),               // the same, as NON
        (&[0x40], None),                                       // less than a header
    ] {
        let answers = world.raw(datagram);
        assert_eq!(answers.first().map(|answer| [answer[0], answer[1]]), answer, "{datagram:02x?}");
        assert_eq!(world.device.usage(), before, "{datagram:02x?}");
    }
    // a critical option that nobody knows: 4.02
    assert_eq!(world.raw(&[0x40, 0x01, 0x00, 0x02, 0xd0, 0xfc])[0][1], Code::BAD_OPTION.byte());
    // a path that is no text
    assert_eq!(world.raw(&[0x40, 0x01, 0x00, 0x03, 0xb1, 0xff])[0][1], Code::BAD_OPTION.byte());
}

#[test]
fn a_body_over_the_limit_is_refused_and_its_memory_given_back() {
    let coap = coap::Limits { body: 256, block_size: 64, ..coap::Limits::DEVICE };
    let mut world = World::with_limits(Limits { coap, ..Limits::DEVICE });
    let request = Request::new(Method::Fetch, "/c").with_payload(YANG_IDENTIFIERS_CBOR_SEQ, &[0; 2000]);
    let answer = world.ask(&request);
    assert_eq!(answer.code, Code::REQUEST_ENTITY_TOO_LARGE);
    assert_eq!(world.device.usage().coap.transfer_bytes, 0);
    world.pass(Duration::from_secs(300));
    assert_eq!(world.device.usage().coap, coap::Usage::default());
}

#[test]
fn lwm2m_writes_that_are_wrong_change_nothing() {
    let mut world = World::new();
    let before = world.device.datastore().content().clone();
    let put = |path: &str, format, payload: &[u8]| Request::new(Method::Put, path).with_payload(format, payload);
    for (request, code) in [
        (put("/3303/0/5750", CBOR, &[0x05]), Code::BAD_REQUEST),
        (put("/3303/0/5750", CBOR, &[0x61, b'a', 0x00]), Code::BAD_REQUEST),
        (put("/3303/0/5750", TEXT_PLAIN, &[0xff]), Code::BAD_REQUEST),
        (put("/3303/0/5750", 11542, &[]), Code::BAD_REQUEST),
        (put("/3303/0/5750", TEXT_PLAIN, b"x").with_queries(["pmin=1"]), Code::BAD_REQUEST),
        (put("/3303/7/5750", TEXT_PLAIN, b"x"), Code::NOT_FOUND),
        (put("/3/0/13", TEXT_PLAIN, b"noon"), Code::BAD_REQUEST),
    ] {
        assert_eq!(world.ask(&request).code, code, "{request:?}");
        assert_eq!(*world.device.datastore().content(), before, "{request:?}");
    }
}

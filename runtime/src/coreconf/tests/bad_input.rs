//! Issue "Bad input": what is refused, with what, and that nothing is left of it.

use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Code, Device, Method, Request, bytes, cbor, formats, pair, request};
use crate::board::Fault;
use crate::coreconf::errors::{Failure, TABLE};
use crate::coreconf::sids::{self, *};
use crate::datastore::tests::model::{at, path};

fn check(device: &mut Device, request: &Request<'_>, code: Code, tag: u32, app_tag: u32, node: &str) {
    let (found, error) = device.refused(request);
    assert_eq!(found, code, "{request:?}: {error:?}");
    let error = error.unwrap_or_else(|| panic!("{request:?} has an error structure"));
    assert_eq!((error.tag, error.app_tag.unwrap_or(0)), (tag, app_tag), "{error}");
    assert_eq!(error.at.as_ref().map(path).unwrap_or_default(), node, "{error}");
    assert!(!error.message.is_empty());
}

fn ready() -> Device {
    let mut device = Device::new();
    device.patch(&bytes([
        cbor!({1100 => {1 => "a", 2 => "1", 5 => 1}}),
        cbor!({1100 => {1 => "b", 2 => "2", 5 => 1}}),
        cbor!({1301 => "a"}),
        cbor!({1001 => "x"}),
    ]));
    device
}

#[test]
fn every_payload_that_can_not_be_taken_says_why_and_where() {
    let rows: Vec<(Vec<u8>, u32, u32, &str)> = vec![
        // malformed CBOR, duplicate key
        (vec![0xa1], OPERATION_FAILED, MALFORMED_MESSAGE, ""),
        (vec![0xa1, 0x19, 0x03, 0xe9, 0x62, 0xff, 0xff], OPERATION_FAILED, MALFORMED_MESSAGE, "/t:box/name"),
        (vec![0xff], OPERATION_FAILED, MALFORMED_MESSAGE, ""),
        (
            vec![0xa1, 0x19, 0x03, 0xe8, 0xa2, 0x01, 0x61, 0x61, 0x01, 0x61, 0x62],
            OPERATION_FAILED,
            MALFORMED_MESSAGE,
            "/t:box/name",
        ),
        // wrong type, range, length
        (bytes([cbor!({1001 => 5})]), INVALID_VALUE, INVALID_DATATYPE, "/t:box/name"),
        (bytes([cbor!({1002 => 101})]), INVALID_VALUE, NOT_IN_RANGE, "/t:box/level"),
        (bytes([cbor!({1002 => 256})]), INVALID_VALUE, NOT_IN_RANGE, "/t:box/level"),
        (bytes([cbor!({1001 => ""})]), INVALID_VALUE, INVALID_LENGTH, "/t:box/name"),
        (bytes([cbor!({1000 => "x"})]), INVALID_VALUE, INVALID_DATATYPE, "/t:box"),
        // unknown SID, keys
        (bytes([cbor!({9999 => 1})]), UNKNOWN_ELEMENT, 0, ""),
        (bytes([cbor!({1000 => {99 => 1}})]), UNKNOWN_ELEMENT, 0, "/t:box"),
        (bytes([cbor!({1100 => {2 => "1", 5 => 1}})]), MISSING_ELEMENT, MISSING_KEY, "/t:server"),
        (pair(cbor!([1100, "a"]), cbor!({1 => "z", 5 => 1})), INVALID_VALUE, 0, "/t:server[name='a']/name"),
        (pair(cbor!([1101, "a"]), cbor!(null)), MISSING_ELEMENT, MISSING_KEY, "/t:server[name='a']/name"),
        (bytes([cbor!({1100 => [{1 => "a", 5 => 1}, {1 => "a", 5 => 1}]})]), OPERATION_FAILED, DUPLICATE, ""),
        // rules across nodes
        (bytes([cbor!({1100 => {1 => "c"}})]), MISSING_ELEMENT, 0, "/t:server[name='c']/weight"),
        (bytes([cbor!({1601 => "g"})]), DATA_MISSING, MISSING_CHOICE, "/t:must"),
        (bytes([cbor!({1000 => {17 => {1 => 1}, 19 => "c", 20 => "s"}})]), BAD_ELEMENT, 0, "/t:box/cell"),
        (pair(cbor!([1102, "a"]), cbor!("2")), OPERATION_FAILED, DATA_NOT_UNIQUE, "/t:server[name='b']"),
        (bytes([cbor!({1006 => ["a", "b", "c", "d"]})]), OPERATION_FAILED, TOO_MANY_ELEMENTS, "/t:box/tag"),
        (bytes([cbor!({1710 => {}})]), OPERATION_FAILED, TOO_FEW_ELEMENTS, "/t:club/member"),
        (bytes([cbor!({1301 => "z"})]), DATA_MISSING, INSTANCE_REQUIRED, "/t:links/primary"),
        (pair(cbor!([1100, "a"]), cbor!(null)), DATA_MISSING, INSTANCE_REQUIRED, "/t:links/primary"),
        // a state node in a payload
        (bytes([cbor!({1000 => {13 => 1}})]), INVALID_VALUE, 0, "/t:box/position"),
    ];
    let mut device = ready();
    for (payload, tag, app_tag, node) in &rows {
        // a good item before it is not done either
        let both = [bytes([cbor!({1001 => "good"})]), payload.clone()].concat();
        for payload in [payload, &both] {
            let (code, error) = device.refused(&request(Method::IPatch, payload));
            assert_eq!(code, Code::BAD_REQUEST, "{payload:02x?}: {error:?}");
            let error = error.expect("an error structure");
            assert_eq!((error.tag, error.app_tag.unwrap_or(0)), (*tag, *app_tag), "{payload:02x?}: {error}");
            if !node.is_empty() {
                assert_eq!(error.at.as_ref().map(path).as_deref(), Some(*node), "{error}");
            }
        }
    }
}

#[test]
fn trailing_bytes_behind_a_document_are_malformed() {
    let payload = bytes([cbor!({1000 => {1 => "y"}}), cbor!(1)]);
    check(&mut ready(), &request(Method::Put, &payload), Code::BAD_REQUEST, OPERATION_FAILED, MALFORMED_MESSAGE, "");
}

#[test]
fn depth_is_limited() {
    let mut deep = vec![0x81; 40];
    deep.push(0x01);
    check(&mut ready(), &request(Method::Fetch, &deep), Code::BAD_REQUEST, OPERATION_FAILED, MALFORMED_MESSAGE, "");
}

#[test]
fn naming_state_or_an_operation_is_405_and_state_in_a_document_400() {
    let mut device = ready();
    for (sid, node) in [(1013, "/t:box/position"), (1500, "/t:ping"), (1520, "/t:boom")] {
        let payload = bytes([cbor!({sid => 1})]);
        check(&mut device, &request(Method::IPatch, &payload), Code::METHOD_NOT_ALLOWED, INVALID_VALUE, 0, node);
    }
    let payload = bytes([cbor!({1000 => {13 => 1}})]);
    check(&mut device, &request(Method::Put, &payload), Code::BAD_REQUEST, INVALID_VALUE, 0, "/t:box/position");
}

#[test]
fn content_formats_accept_queries_and_methods_are_checked() {
    let mut device = ready();
    let payload = bytes([cbor!({1001 => "y"})]);
    let patch = request(Method::IPatch, &payload);
    let identifiers = bytes([cbor!(1001)]);
    let fetch = request(Method::Fetch, &identifiers);
    let get = request(Method::Get, &[]);
    let text = Some(formats::TEXT_PLAIN);
    for (request, code) in [
        (Request { content_format: text, ..patch }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (Request { content_format: None, ..patch }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (Request { content_format: text, ..fetch }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (Request { content_format: Some(142), ..request(Method::Put, &payload) }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (Request { content_format: text, ..request(Method::Post, &payload) }, Code::UNSUPPORTED_CONTENT_FORMAT),
        (Request { accept: text, ..fetch }, Code::NOT_ACCEPTABLE),
        (Request { accept: text, ..get }, Code::NOT_ACCEPTABLE),
        (Request { query: &["c=x"], ..get }, Code::BAD_OPTION),
        (Request { query: &["d=c"], ..fetch }, Code::BAD_OPTION),
        (Request { query: &["c=a", "c=a"], ..get }, Code::BAD_OPTION),
        (Request { query: &["k=1"], ..get }, Code::BAD_OPTION),
        (Request { query: &["c=c"], ..patch }, Code::BAD_OPTION),
        (Request { query: &["d=a"], ..request(Method::Delete, &[]) }, Code::BAD_OPTION),
        (request(Method::Patch, &[]), Code::METHOD_NOT_ALLOWED),
    ] {
        let (found, error) = device.refused(&request);
        assert_eq!((found, error), (code, None), "{request:?}");
    }
}

#[test]
fn faults_are_500_alone_and_null_among_others() {
    let mut device = ready();
    device.board.readings.insert("/t:box/broken".into(), Err(Fault::failed("wire")));
    let alone = bytes([cbor!(1014)]);
    let (code, error) = device.refused(&request(Method::Fetch, &alone));
    assert_eq!((code, error.unwrap().message.as_str()), (Code::INTERNAL_SERVER_ERROR, "failed: wire"));
    let two = device.fetch(&bytes([cbor!(1014), cbor!(1001)]), &[]);
    assert_eq!(two, [cbor!(null).unwrap(), cbor!({1001 => "x"}).unwrap()]);
}

#[test]
fn the_board_refuses_in_its_own_words() {
    let mut device = ready();
    device.board.refuses = Some("/t:box/level".into());
    let payload = bytes([cbor!({1001 => "y"}), cbor!({1002 => 99})]);
    let (code, error) = device.refused(&request(Method::IPatch, &payload));
    let error = error.unwrap();
    assert_eq!((code, error.tag, error.message.as_str()), (Code::BAD_REQUEST, OPERATION_FAILED, "too hot"));
    assert_eq!(error.at, Some(at("/t:box/level")));
}

#[test]
fn an_answer_over_the_limit_is_refused_whole() {
    let mut device = ready();
    device.limits.answer = 16;
    let (code, error) = device.refused(&request(Method::Get, &[]));
    assert_eq!((code, error), (Code::INTERNAL_SERVER_ERROR, None));
    let many = bytes([cbor!(1100), cbor!(1100)]);
    assert_eq!(device.refused(&request(Method::Fetch, &many)).0, Code::INTERNAL_SERVER_ERROR);
}

#[test]
fn each_failure_has_the_numbers_of_the_draft() {
    // the draft's section 6: error-tag, then the error-app-tags that belong to it
    let allowed = [
        (
            OPERATION_FAILED,
            &[0, MALFORMED_MESSAGE, DATA_NOT_UNIQUE, TOO_MANY_ELEMENTS, TOO_FEW_ELEMENTS, MUST_VIOLATION, DUPLICATE][..],
        ),
        (INVALID_VALUE, &[0, INVALID_DATATYPE, NOT_IN_RANGE, INVALID_LENGTH, PATTERN_TEST_FAILED]),
        (MISSING_ELEMENT, &[0, MISSING_KEY, MISSING_INPUT_PARAMETER]),
        (UNKNOWN_ELEMENT, &[0]),
        (BAD_ELEMENT, &[0]),
        (DATA_MISSING, &[0, INSTANCE_REQUIRED, MISSING_CHOICE]),
        (ERROR_UNSPECIFIED, &[0]),
        (0, &[0]),
    ];
    for row in TABLE {
        let tags = allowed.iter().find(|(tag, _)| *tag == row.tag).map(|(_, app_tags)| *app_tags);
        assert!(tags.is_some_and(|tags| tags.contains(&row.app_tag)), "{row:?}");
    }
}

#[test]
fn each_reason_of_the_rooms_below_has_its_failure() {
    use crate::cbor::{self, Malformed};
    use crate::datastore::Reason;
    use crate::schema::NodeIndex;
    use crate::value::Violation;
    let words = || "why".into();
    for (reason, failure) in [
        (Reason::BadElement, Failure::BadElement),
        (Reason::DataMissing, Failure::DataMissing),
        (Reason::DataNotUnique, Failure::DataNotUnique),
        (Reason::DuplicateEntry, Failure::Duplicate),
        (Reason::Exists, Failure::Duplicate),
        (Reason::Failed(words()), Failure::Faulted),
        (Reason::Full, Failure::Full),
        (Reason::InstanceRequired, Failure::InstanceRequired),
        (Reason::InvalidDatatype, Failure::InvalidDatatype),
        (Reason::InvalidValue(Violation::Range), Failure::NotInRange),
        (Reason::InvalidValue(Violation::Length(3)), Failure::InvalidLength),
        (Reason::InvalidValue(Violation::Pattern(0)), Failure::NotMatched),
        (Reason::InvalidValue(Violation::UnknownEnum(3)), Failure::InvalidDatatype),
        (Reason::KeyMismatch, Failure::KeyMismatch),
        (Reason::MissingChoice, Failure::MissingChoice),
        (Reason::MissingElement, Failure::MissingElement),
        (Reason::MissingKey, Failure::MissingKey),
        (Reason::NotConfiguration, Failure::NotConfiguration),
        (Reason::NotWritable, Failure::NotWritable),
        (Reason::Refused(words()), Failure::Refused),
        (Reason::StateNode, Failure::StateNode),
        (Reason::TooFewElements, Failure::TooFewElements),
        (Reason::TooManyElements, Failure::TooManyElements),
        (Reason::UnknownElement, Failure::UnknownElement),
    ] {
        assert_eq!(Failure::from(&reason), failure);
    }
    let node = NodeIndex(0);
    for (reason, failure) in [
        (cbor::Reason::DuplicateEntry, Failure::Duplicate),
        (cbor::Reason::DuplicateKey, Failure::Malformed),
        (cbor::Reason::KeyMismatch(node), Failure::KeyMismatch),
        (cbor::Reason::Malformed(Malformed::EndOfInput), Failure::Malformed),
        (cbor::Reason::Misplaced(node), Failure::UnknownElement),
        (cbor::Reason::MissingKey(node), Failure::MissingKey),
        (cbor::Reason::StateNode(node), Failure::StateNode),
        (cbor::Reason::TooDeep, Failure::Malformed),
        (cbor::Reason::TrailingBytes, Failure::Malformed),
        (cbor::Reason::UnknownName, Failure::UnknownElement),
        (cbor::Reason::UnknownSid(1), Failure::UnknownElement),
        (cbor::Reason::Value(Violation::Range), Failure::NotInRange),
        (cbor::Reason::WrongType { expected: "x" }, Failure::InvalidDatatype),
    ] {
        assert_eq!(Failure::from(&reason), failure);
    }
    for (fault, failure) in [
        (Fault::Absent, Failure::NotFound),
        (Fault::failed("x"), Failure::Faulted),
        (Fault::refused("x"), Failure::Refused),
    ] {
        assert_eq!(Failure::from(&fault), failure);
    }
}

#[test]
fn constants_are_those_of_the_sid_file() {
    let file: alloc::string::String =
        include_str!("../../../../yang/ietf/ietf-coreconf.sid").chars().filter(|c| !c.is_whitespace()).collect();
    for (sid, identifier) in sids::ALL {
        let item = alloc::format!("\"identifier\":\"{identifier}\",\"sid\":\"{sid}\"");
        assert!(file.contains(&item), "{item}");
    }
    let file: alloc::string::String =
        include_str!("../../../../yang/ietf/ietf-yang-library.sid").chars().filter(|c| !c.is_whitespace()).collect();
    assert!(file.contains(&alloc::format!(
        "\"identifier\":\"/ietf-yang-library:yang-library\",\"sid\":\"{}\"",
        sids::YANG_LIBRARY
    )));
}

#[test]
fn the_table_is_whole_and_its_codes_are_errors() {
    assert!(TABLE.is_sorted_by(|a, b| a.failure < b.failure));
    for row in TABLE {
        assert_eq!(row.failure.row(), *row);
        assert!(matches!(row.code.class(), 4 | 5) && matches!(row.lwm2m.class(), 4 | 5), "{row:?}");
        assert!(row.tag == 0 || sids::identity_name(row.tag).is_some());
        assert!(row.app_tag == 0 || (row.tag != 0 && sids::identity_name(row.app_tag).is_some()), "{row:?}");
    }
}

/// Payloads that are nearly right.
fn nearly() -> impl Strategy<Value = Vec<u8>> {
    let good = [
        bytes([cbor!({1100 => {1 => "a", 2 => "1", 5 => 1}}), cbor!({1001 => "x"})]),
        bytes([cbor!({1000 => {1 => "x", 2 => 3, 6 => ["a"], 10 => {1 => "red"}}})]),
        bytes([cbor!({1000 => {17 => {1 => 1}}, 1200 => [{1 => 2}, {1 => 1}], 1710 => {1 => ["m"]}})]),
        pair(cbor!([1100, "a"]), cbor!({5 => 1, 8 => [{1 => 3}]})),
        pair(cbor!([1110, "a"]), cbor!({2 => 4})),
        bytes([cbor!(1000), cbor!([1100, "a"]), cbor!(1013), cbor!(1400)]),
    ];
    let mutated = (prop::sample::select(good.to_vec()), prop::collection::vec((any::<usize>(), any::<u8>()), 0..3));
    let mutated = mutated.prop_map(|(mut payload, changes)| {
        for (at, byte) in changes {
            let at = at % payload.len();
            payload[at] = byte;
        }
        payload
    });
    prop_oneof![4 => mutated, 1 => prop::collection::vec(any::<u8>(), 0..40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_payload_is_answered_and_a_refused_one_changes_nothing(payloads in prop::collection::vec(nearly(), 1..4)) {
        let mut device = ready();
        for payload in &payloads {
            for method in [Method::IPatch, Method::Put, Method::Post, Method::Fetch, Method::Get, Method::Delete] {
                let before = (device.store.content().clone(), device.store.revision(), device.store.instances());
                let answer = device.ask(&request(method, payload));
                if !answer.code.is_success() {
                    let after = (device.store.content().clone(), device.store.revision(), device.store.instances());
                    prop_assert_eq!(&before, &after);
                    prop_assert_eq!(answer.code.class(), 4);
                }
                prop_assert!(method.is_safe() || answer.committed.changes.is_empty() == (before.1 == device.store.revision()));
            }
        }
    }
}

//! Messages that are answered.

use alloc::vec;

use super::{Code, Device, Method, Request, bytes, cbor, formats, items, pair, request};
use crate::board::Call;
use crate::coreconf::client::{self, ErrorPayload};
use crate::coreconf::errors::{Failure, Refusal};
use crate::coreconf::{DATASTORE_PATH, Deferred, answer_operation, links, refuse, sids};
use crate::datastore::tests::model::{at, content, leaf, node, number, schema};
use crate::value::{Content, Data, InstanceIdentifier, Value};

fn ready() -> Device {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1100 => {1 => "a", 2 => "1", 5 => 1}}), cbor!({1001 => "x"})]));
    device.board.readings.insert("/t:box/position".into(), Ok(number(30)));
    device
}

#[test]
fn fetch_answers_in_order_without_keys() {
    let mut device = ready();
    let asked = bytes([cbor!(1013), cbor!([1100, "a"]), cbor!(1100), cbor!([1102, "a"])]);
    let answer = device.fetch(&asked, &[]);
    let entry = cbor!({1 => "a", 2 => "1", 5 => 1}).unwrap();
    let expected = [
        cbor!({1013 => 30}).unwrap(),
        cbor!({1100 => entry.clone()}).unwrap(),
        cbor!({1100 => [entry]}).unwrap(),
        cbor!({1102 => "1"}).unwrap(),
    ];
    assert_eq!(answer, expected);
    assert_eq!(device.ask(&request(Method::Fetch, &asked)).content_format, Some(formats::YANG_INSTANCES_CBOR_SEQ));
}

#[test]
fn get_put_post_and_delete_treat_the_whole_datastore() {
    let mut device = ready();
    let answer = device.ask(&Request { query: &["c=c"], ..request(Method::Get, &[]) });
    assert_eq!((answer.code, answer.content_format), (Code::CONTENT, Some(formats::YANG_DATA_CBOR_SID)));
    let document = device.out.clone();
    let whole = cbor!({1000 => {1 => "x"}, 1100 => [{1 => "a", 2 => "1", 5 => 1}]}).unwrap();
    assert_eq!(items(&document), [whole]);
    let post = Request { content_format: Some(140), ..request(Method::Post, &document) };
    assert_eq!(device.refused(&post).0, Code::CONFLICT);
    assert_eq!(device.ask(&request(Method::Delete, &[])).code, Code::DELETED);
    assert!(device.store.content().is_empty());
    assert_eq!(device.ask(&post).code, Code::CREATED);
    let other = bytes([cbor!({1000 => {2 => 7}})]);
    assert_eq!(device.ask(&request(Method::Put, &other)).code, Code::CHANGED);
    assert_eq!(
        device.store.content(),
        &content("/", [("box", Data::Container(content("/t:box", [("level", number(7))])))])
    );
}

#[test]
fn names_are_written_when_asked_for_and_read_always() {
    let mut device = ready();
    let get = Request { query: &["c=c"], accept: Some(formats::YANG_DATA_CBOR_NAME), ..request(Method::Get, &[]) };
    assert_eq!(device.ask(&get).content_format, Some(formats::YANG_DATA_CBOR_NAME));
    let named = device.out.clone();
    let expected =
        cbor!({"t:box" => {"name" => "x"}, "t:server" => [{"name" => "a", "weight" => 1, "address" => "1"}]});
    assert_eq!(items(&named), [expected.unwrap()]);
    let before = device.store.content().clone();
    device.ask(&request(Method::Delete, &[]));
    let put = Request { content_format: Some(formats::YANG_DATA_CBOR_NAME), ..request(Method::Put, &named) };
    assert_eq!(device.ask(&put).code, Code::CHANGED);
    assert_eq!(device.store.content(), &before);
}

#[test]
fn an_action_is_called_with_its_input_checked_and_its_defaults() {
    let mut device = ready();
    let call = pair(cbor!([1110, "a"]), cbor!({2 => 4}));
    let answer = device.ask(&request(Method::Post, &call));
    assert_eq!((answer.code, answer.content_format), (Code::CHANGED, Some(formats::YANG_INSTANCES_CBOR_SEQ)));
    assert_eq!(device.out, pair(cbor!([1110, "a"]), cbor!({5 => 9})));
    let diary = device.board.diary.pop().unwrap();
    assert!(
        diary.starts_with("call restart") && diary.contains("delay=Leaf(Unsigned(4)) force=Leaf(Unsigned(3))"),
        "{diary}"
    );
    assert_eq!(client::read_output(schema(), at("/t:server[name='a']/restart").node, &device.out).unwrap().len(), 1);
}

#[test]
fn operations_that_can_not_be_called_are_not() {
    let mut device = ready();
    for (payload, code, tag, app_tag) in [
        (pair(cbor!([1110, "a"]), cbor!({})), Code::BAD_REQUEST, sids::MISSING_ELEMENT, sids::MISSING_INPUT_PARAMETER),
        (
            pair(cbor!([1110, "a"]), cbor!(null)),
            Code::BAD_REQUEST,
            sids::MISSING_ELEMENT,
            sids::MISSING_INPUT_PARAMETER,
        ),
        (pair(cbor!([1110, "a"]), cbor!({2 => 256})), Code::BAD_REQUEST, sids::INVALID_VALUE, sids::NOT_IN_RANGE),
        (pair(cbor!([1110, "z"]), cbor!({2 => 4})), Code::NOT_FOUND, sids::UNKNOWN_ELEMENT, 0),
        (pair(cbor!(9999), cbor!(null)), Code::NOT_FOUND, sids::UNKNOWN_ELEMENT, 0),
        (pair(cbor!(1001), cbor!("x")), Code::METHOD_NOT_ALLOWED, sids::OPERATION_FAILED, 0),
        (vec![0xa0], Code::BAD_REQUEST, sids::OPERATION_FAILED, sids::MALFORMED_MESSAGE),
        (
            bytes([cbor!({1500 => null}), cbor!({1500 => null})]),
            Code::BAD_REQUEST,
            sids::OPERATION_FAILED,
            sids::MALFORMED_MESSAGE,
        ),
    ] {
        device.board.diary.clear();
        let (found, error) = device.refused(&request(Method::Post, &payload));
        let error = error.unwrap();
        assert_eq!((found, error.tag, error.app_tag.unwrap_or(0)), (code, tag, app_tag), "{error}");
        assert_eq!(device.board.diary, [""; 0], "no call");
    }
}

#[test]
fn an_operation_may_fail_refuse_or_answer_later() {
    let mut device = ready();
    let ping = bytes([cbor!({1500 => null})]);
    device.board.refuses = Some("ping".into());
    let (code, error) = device.refused(&request(Method::Post, &ping));
    assert_eq!((code, error.unwrap().message.as_str()), (Code::BAD_REQUEST, "not now"));
    device.board.refuses = Some("ping fails".into());
    assert_eq!(device.refused(&request(Method::Post, &ping)).0, Code::INTERNAL_SERVER_ERROR);
    let answer = device.ask(&request(Method::Post, &bytes([cbor!({1510 => null})])));
    let operation = at("/t:later");
    assert_eq!(answer.deferred, Some(Deferred { call: Call(7), operation: operation.clone() }));
    assert!(device.out.is_empty());
    let output = content("/t:later/output", [("done", number(1))]);
    let mut out = vec![];
    let answer = answer_operation(&device.store, &device.limits, &operation, Ok(&output), &mut out);
    assert_eq!((answer.code, out), (Code::CHANGED, bytes([cbor!({1510 => {3 => 1}})])));
    let wrong = content("/t:later/output", [("done", leaf("no number"))]);
    let mut out = vec![];
    let answer = answer_operation(&device.store, &device.limits, &operation, Ok(&wrong), &mut out);
    assert_eq!(answer.code, Code::INTERNAL_SERVER_ERROR, "an output is checked");
}

#[test]
fn the_client_makes_what_the_server_takes() {
    let mut device = Device::new();
    let mut payload = vec![];
    let entry = Data::Container(content("/t:server", [("address", leaf("1")), ("weight", number(1))]));
    client::instance(schema(), &at("/t:server[name='a']"), Some(&entry), &mut payload).unwrap();
    client::instance(schema(), &at("/t:box/flag"), Some(&Data::Leaf(Value::Empty)), &mut payload).unwrap();
    client::instance(schema(), &at("/t:box/name"), None, &mut payload).unwrap();
    device.patch(&payload);
    let asked = [
        at("/t:server[name='a']"),
        at("/t:box/flag"),
        at("/t:box/name"),
        InstanceIdentifier::new(node("/t:server")),
        at("/t:server[name='a']/address"),
    ];
    let mut payload = vec![];
    client::identifiers(schema(), &asked, &mut payload).unwrap();
    device.ask(&request(Method::Fetch, &payload));
    let found = client::read_fetched(schema(), &asked, &device.out).unwrap();
    let whole = content("/t:server", [("name", leaf("a")), ("address", leaf("1")), ("weight", number(1))]);
    assert_eq!(found[0], Some(Data::Container(whole)));
    assert_eq!(found[1..3], [Some(Data::Leaf(Value::Empty)), None]);
    assert_eq!(found[4], Some(leaf("1")), "keys are left out of an answer");
    assert!(matches!(&found[3], Some(Data::List(entries)) if entries.len() == 1));
    let mut payload = vec![];
    let input = content("/t:server/restart/input", [("delay", number(1))]);
    client::invocation(schema(), &at("/t:server[name='a']/restart"), &input, &mut payload).unwrap();
    assert_eq!(device.ask(&request(Method::Post, &payload)).code, Code::CHANGED);
    let mut payload = vec![];
    client::document(schema(), &Content::new(), &mut payload).unwrap();
    assert_eq!(device.ask(&request(Method::Put, &payload)).code, Code::CHANGED);
    device.ask(&request(Method::Get, &[]));
    assert!(client::read_document(schema(), &device.out).unwrap().is_empty());
}

#[test]
fn an_error_structure_is_written_and_read() {
    let mut out = vec![];
    let refusal = Refusal::at(Failure::NotInRange, at("/t:server[name='a']/weight"), "maximum value exceeded");
    refuse(schema(), &refusal, &mut out);
    let expected = cbor!({1024 => {1 => 1018, 2 => [1105, "a"], 3 => "maximum value exceeded", 4 => 1011}});
    assert_eq!(items(&out), [expected.unwrap()]);
    let error = client::read_error(schema(), &out).unwrap();
    assert_eq!(
        error,
        ErrorPayload {
            tag: sids::INVALID_VALUE,
            app_tag: Some(sids::NOT_IN_RANGE),
            at: refusal.at.clone(),
            message: "maximum value exceeded".into()
        }
    );
    assert_eq!(alloc::format!("{error}"), "invalid-value (not-in-range): maximum value exceeded");
    for other in [&b""[..], b"text", &[0xa1, 0x01, 0x02], &[0xa1, 0x19, 0x04, 0x00, 0xa0]] {
        assert_eq!(client::read_error(schema(), other), None);
    }
}

#[test]
fn readings_19_and_25_discovery_lists_datastore_root_nodes_and_stream() {
    let mut told = vec![];
    links(schema(), &mut |link| {
        told.push((link.target, link.resource_type, link.sid));
        true
    });
    assert_eq!(DATASTORE_PATH, "c");
    assert_eq!(told.first(), Some(&("/c", "core.c.ds", Some(("ds", 1029)))));
    assert_eq!(told.last(), Some(&("/s", "core.c.es core.c.ev", None)));
    let nodes: vec::Vec<_> = told.iter().filter(|link| link.1 == "core.c.dn").filter_map(|link| link.2).collect();
    let expected = [1000, 1100, 1200, 1300, 1400, 1600, 1700, 1710].map(|sid| ("sid", sid));
    assert_eq!(nodes, expected, "data nodes, no rpcs and notifications");
}

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::cbor::{self, Allowed, Reader};
use crate::schema::NodeIndex;
use crate::test_schema::{at, sample, schema};
use crate::value::Data;

fn read(json: &str) -> Result<Data, Error> {
    read_content(schema(), NodeIndex::ROOT, Allowed::Any, json).map(Data::Container)
}

#[track_caller]
fn check(json: &str) {
    let data = read(json).unwrap_or_else(|error| panic!("{}", error.describe(schema())));
    assert_eq!(to_string(schema(), NodeIndex::ROOT, &data, Style::Compact).as_deref(), Ok(json));
}

#[test]
fn every_type_has_its_json() {
    for (leaf, json) in [
        ("binary", r#""AQI=""#),
        ("bits", r#""under-repair critical""#),
        ("boolean", "true"),
        ("decimal", r#""2.57""#),
        ("empty", "[null]"),
        ("enumeration", r#""unbounded""#),
        ("float", r#""0.1""#),
        ("identity", r#""ethernet""#),
        ("identity", r#""u:loopback""#),
        ("instance", r#""/t:all/server[name='a'][country='b']/data""#),
        ("int8", "-5"),
        ("int64", r#""-9223372036854775808""#),
        ("string", r#""\"\\\n\u0001ü""#),
        ("uint8", "30"),
        ("uint64", r#""18446744073709551615""#),
        ("union", "5"),
        ("union", r#""5000000000""#),
        ("union", r#""unbounded""#),
        ("union", "true"),
        ("union", r#""u:loopback""#),
        ("names", r#"["a","b"]"#),
        ("xml", r#"[true,null,{"a":-1.5}]"#),
        ("any", r#"{"u:all":"x"}"#),
        ("any", r#"{"x:b":{"c":[1]},"unknown:a":1}"#),
        ("log", r#"[{"text":"a"},{}]"#),
    ] {
        let node = at(&alloc::format!("all/{leaf}"));
        let data = read_value(schema(), node, Allowed::Data, json);
        let data = data.unwrap_or_else(|error| panic!("{leaf}: {}", error.describe(schema())));
        assert_eq!(to_string(schema(), node, &data, Style::Compact).as_deref(), Ok(json), "{leaf}");
    }
}

#[test]
fn names_are_qualified_where_the_module_changes() {
    check(r#"{"t:all":{"string":"a","u:more":{"deep":"e","t:back":"f"}},"u:all":"x"}"#);
    check(r#"{"t:top":[{"id":"a"},{"id":"b"}]}"#);
}

#[test]
fn pretty_is_a_member_a_line() {
    let data = read(r#"{"t:all":{"empty":[null],"names":["a"],"u:more":{}}}"#).unwrap();
    let expected =
        "{\n  \"t:all\": {\n    \"empty\": [null],\n    \"names\": [\n      \"a\"\n    ],\n    \"u:more\": {}\n  }\n}";
    assert_eq!(to_string(schema(), NodeIndex::ROOT, &data, Style::Pretty).as_deref(), Ok(expected));
}

#[test]
fn bad_json_is_refused_with_its_place() {
    for (json, expected) in [
        ("", "EOF while parsing a value at line 1 column 0"),
        ("{\n\"t:all\": {\n", "EOF while parsing an object at line 3"),
        ("[]", "not an object"),
        ("{} {}", "trailing characters at line 1 column 4"),
        (r#"{"t:all":{"string":"a","string":"b"}}"#, "member 'string' occurs twice at line 1"),
        (r#"{"t:all":{"string":"a","t:string":"b"}}"#, "/t:all/string: a member occurs twice"),
        (r#"{"all":{}}"#, "unknown member 'all'"),
        (r#"{"t:all":{"strin":1}}"#, "/t:all: unknown member 'strin'"),
        (r#"{"t:all":{"string":1}}"#, "/t:all/string: not a string"),
        (r#"{"t:all":{"int8":200}}"#, "/t:all/int8: out of range"),
        (r#"{"t:all":{"int8":1.5}}"#, "/t:all/int8: not an integer"),
        (r#"{"t:all":{"empty":null}}"#, "/t:all/empty: not an empty"),
        (r#"{"t:all":{"boolean":"true"}}"#, "/t:all/boolean: not a boolean"),
        (r#"{"t:all":{"union":1.5}}"#, "/t:all/union: no member type of the union takes the value"),
        (r#"{"t:all":{"names":"a"}}"#, "/t:all/names: not an array"),
        (r#"{"t:all":{"names":["a","a"]}}"#, "/t:all/names[.='a']: an entry occurs twice"),
        (r#"{"t:all":{"server":{}}}"#, "/t:all/server: not an array"),
        (r#"{"t:all":{"server":[{"name":"a"}]}}"#, "/t:all/server: a list key is missing ('country')"),
        (
            r#"{"t:all":{"server":[{"data":"x","name":"a","country":"b"}]}}"#,
            "/t:all/server[name='a'][country='b']/data: not an integer",
        ),
        (r#"{"t:top":[{"id":"a"},{"id":"a"}]}"#, "/t:top[id='a']: an entry occurs twice"),
        (r#"{"t:all":{"log":[{},{"text":1}]}}"#, "/t:all/log[2]/text: not a string"),
        (r#"{"t:reset":{}}"#, "/t:reset: the node has no place here"),
    ] {
        let error = read(json).expect_err(json).describe(schema());
        assert!(error.starts_with(expected), "{error} for {json}");
    }
    let deep = alloc::format!(r#"{{"t:all":{{"xml":{}1{}}}}}"#, "[".repeat(200), "]".repeat(200));
    assert!(matches!(read(&deep).unwrap_err().reason, Reason::Syntax(_)));
    let deep = alloc::format!(r#"{{"t:all":{{"xml":{}1{}}}}}"#, "[".repeat(40), "]".repeat(40));
    assert_eq!(read(&deep).unwrap_err().reason, Reason::WrongType { expected: "nested at most 32 deep" });
    let state = read_content(schema(), NodeIndex::ROOT, Allowed::Config, r#"{"t:all":{"state":1}}"#).unwrap_err();
    assert_eq!(state.reason, Reason::StateNode(at("all/state")));
}

#[test]
fn numbers_and_strings_stand_for_each_other_outside_unions() {
    for (leaf, json, canonical) in [
        ("int64", "5", r#""5""#),
        ("int8", r#""5""#, "5"),
        ("decimal", "2.5", r#""2.5""#),
        ("decimal", "-3", r#""-3.0""#),
        ("float", "0.25", r#""0.25""#),
        ("identity", r#""t:ethernet""#, r#""ethernet""#),
    ] {
        let node = at(&alloc::format!("all/{leaf}"));
        let data = read_value(schema(), node, Allowed::Data, json).unwrap();
        assert_eq!(to_string(schema(), node, &data, Style::Compact).as_deref(), Ok(canonical), "{leaf}");
    }
}

#[test]
fn anydata_that_the_schema_knows_is_kept_by_sid() {
    let node = at("all/any");
    let Data::Any(cbor) = read_value(schema(), node, Allowed::Data, r#"{"t:alarm":{"text":"x"}}"#).unwrap() else {
        panic!("no anydata")
    };
    // the notification is of the same module: a delta
    assert_eq!(*cbor, [0xa1, 0x18, 0x5a, 0xa1, 0x01, 0x61, b'x']);
    let json = to_string(schema(), node, &Data::Any(cbor), Style::Compact).unwrap();
    assert_eq!(json, r#"{"t:alarm":{"text":"x"}}"#);
}

#[test]
fn an_entry_takes_its_keys_from_the_identifier() {
    let list = at("all/server");
    let known = ["a".into(), "b".into()];
    let read = |json: &str| read_entry(schema(), list, &known, Allowed::Config, json);
    assert_eq!(read(r#"{"data":1}"#), read(r#"{"data":1,"name":"a","country":"b"}"#));
    let error = read(r#"{"name":"c"}"#).unwrap_err().describe(schema());
    assert!(error.starts_with("/t:all/server[name='a'][country='b']/name: a list key differs"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn json_and_cbor_tell_the_same(seed: u64) {
        let all = at("all");
        let content = sample::content(schema(), all, &mut sample::Random::new(seed));
        let json = to_string(schema(), all, &Data::Container(content), Style::Pretty).unwrap();
        // serde_json's own reader takes it
        prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok(), "{}", json);
        let again = read_content(schema(), all, Allowed::Data, &json);
        let again = again.unwrap_or_else(|error| panic!("{}: {json}", error.describe(schema())));
        let data = Data::Container(again);
        prop_assert_eq!(to_string(schema(), all, &data, Style::Pretty).unwrap(), json);
        let mut bytes = Vec::new();
        let mut encoder = cbor::Encoder::new(schema(), &mut bytes, cbor::Identifiers::Sids, usize::MAX);
        crate::value::write_data(&mut encoder, all, &data).unwrap();
        let decoded = cbor::read_content(schema(), all, Allowed::Data, &mut Reader::new(&bytes)).unwrap();
        prop_assert_eq!(Data::Container(decoded), data);
    }

    #[test]
    fn numbers_of_anydata_are_those_that_were_written(number: f64) {
        prop_assume!(number.is_finite());
        let text = alloc::format!("{number:e}");
        prop_assert_eq!(super::tree::parse(&text).ok(), Some(super::tree::Tree::Float(number)));
    }

    #[test]
    fn strings_are_escaped_as_serde_json_does(text: String) {
        let mut ours = String::new();
        any::string(&text, &mut ours);
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&ours).unwrap(), serde_json::Value::from(text.to_string()));
    }
}

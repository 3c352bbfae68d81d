//! Which tree an expression sees (RFC 7950 section 6.4.1): in operations and notifications, beside the datastore's.

use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::Schema;

use crate::fixture::{Store, module};

#[track_caller]
fn check(store: &Store, path: &str, text: &str) -> String {
    let at = store.at(path);
    let content = json::read_content(store.schema, at.node, Allowed::Any, text);
    let content = content.unwrap_or_else(|error| panic!("{text}: {}", error.describe(store.schema)));
    crate::fixture::told(store.schema, store.store.check_operation(&at, &content))
}

const MUST: &str = "a `must` of the model does not hold";

fn model() -> &'static Schema {
    module(
        "container limits { leaf most { type uint8; default 5; } } list pump { key id; leaf id { type string; } leaf max { type uint8; } \
           action run { input { must \"not(speed) or speed <= ../max\"; leaf speed { type uint8; must \". <= /limits/most\"; } \
               leaf how { type string; must \"../../max > 1\"; } leaf why { when \"../how\"; type string; mandatory true; } } \
             output { leaf done { type uint8; must \"../done < 3\"; } } } \
           notification stuck { leaf at { type uint8; must \"../../id != 'c'\"; } must \"at < 9\"; } } \
         rpc reset { input { leaf id { type leafref { path /pump/id; } } leaf force { type boolean; } \
             leaf word { type string; must \"/reset/force = 'true'\"; } leaf again { type leafref { path ../word; } } } }",
    )
}

#[test]
fn the_parameters_of_an_action_stand_in_it_below_its_entry() {
    let store = Store::with(model(), r#"{"t:pump": [{"id": "a", "max": 4}, {"id": "b", "max": 9}]}"#);
    let run = |id: &str, text: &str| check(&store, &format!("/t:pump[id='{id}']/run/input"), text);
    assert_eq!(run("a", r#"{"speed": 4}"#), "");
    assert_eq!(run("a", r#"{"speed": 5}"#), format!("/t:pump[id='a']/run/input: {MUST}"));
    assert_eq!(run("b", r#"{"speed": 5}"#), "");
    assert_eq!(run("b", r#"{"speed": 6}"#), format!("/t:pump[id='b']/run/input/speed: {MUST}"));
    assert_eq!(run("b", r#"{"how": "x", "why": "y"}"#), "");
    assert_eq!(run("b", r#"{"how": "x"}"#), "/t:pump[id='b']/run/input/why: a mandatory node is missing");
    assert_eq!(run("b", r#"{"why": "y"}"#), "/t:pump[id='b']/run/input/why: its condition (`when`) does not hold");
    assert_eq!(
        check(&store, "/t:pump[id='b']/run/output", r#"{"done": 3}"#),
        format!("/t:pump[id='b']/run/output/done: {MUST}")
    );
}

#[test]
fn an_rpc_is_a_child_of_the_root() {
    let store = Store::with(model(), r#"{"t:pump": [{"id": "a", "max": 4}]}"#);
    let reset = |text: &str| check(&store, "/t:reset/input", text);
    assert_eq!(reset(r#"{"id": "a", "force": true, "word": "x", "again": "x"}"#), "");
    assert_eq!(reset(r#"{"word": "x"}"#), format!("/t:reset/input/word: {MUST}"));
    assert_eq!(reset(r#"{"id": "z"}"#), "/t:reset/input/id: the instance that it refers to does not exist");
    assert_eq!(
        reset(r#"{"force": true, "word": "x", "again": "y"}"#),
        "/t:reset/input/again: the instance that it refers to does not exist"
    );
}

#[test]
fn a_notification_stands_in_its_entry() {
    let store = Store::with(model(), r#"{"t:pump": [{"id": "a", "max": 4}, {"id": "c"}]}"#);
    assert_eq!(check(&store, "/t:pump[id='a']/stuck", r#"{"at": 4}"#), "");
    assert_eq!(check(&store, "/t:pump[id='a']/stuck", r#"{"at": 9}"#), format!("/t:pump[id='a']/stuck: {MUST}"));
    assert_eq!(check(&store, "/t:pump[id='c']/stuck", r#"{"at": 4}"#), format!("/t:pump[id='c']/stuck/at: {MUST}"));
}

//! `when` (RFC 7950 section 7.21.5): on every statement that takes it, and what an edit that changes it does (8.2, 8.3).

use crate::fixture::{Store, module, schema};

const CONDITION: &str = "its condition (`when`) does not hold";

#[test]
fn rfc7950_8_3_2_what_a_request_writes_needs_its_condition() {
    let schema = module(
        "leaf mode { type string; } leaf a { when \"../mode = 'a'\"; type string; } \
         container c { when \"../mode = 'a'\"; leaf x { type string; } container d { leaf y { type string; } } } \
         list l { when \"../mode = 'a'\"; key k; leaf k { type string; } } \
         leaf-list ll { when \"../mode = 'a'\"; type string; } container p { when \"/mode = 'a'\"; presence p; }",
    );
    let mut store = Store::new(schema);
    for (path, value, told) in [
        ("/t:a", "\"x\"", "/t:a"),
        ("/t:c/x", "\"x\"", "/t:c"),
        ("/t:c/d/y", "\"x\"", "/t:c"),
        ("/t:l[k='1']", "[{\"k\": \"1\"}]", "/t:l"),
        ("/t:ll", "[\"x\"]", "/t:ll"),
        ("/t:p", "{}", "/t:p"),
    ] {
        assert_eq!(store.set(path, value), format!("{told}: {CONDITION}"));
    }
    assert_eq!(
        store.replace_all(r#"{"t:mode": "a", "t:a": "x", "t:c": {"d": {"y": "x"}}, "t:l": [{"k": "1"}], "t:p": {}}"#),
        ""
    );
}

#[test]
fn rfc7950_8_2_what_a_condition_no_longer_allows_goes() {
    let schema = module(
        "leaf mode { type string; } leaf a { when \"../mode = 'a'\"; type string; } \
         container c { when \"../mode = 'a'\"; leaf x { type string; } list e { key k; leaf k { type string; } } } \
         list l { when \"../mode = 'a'\"; key k; leaf k { type string; } } leaf b { when \"../a\"; type string; } \
         leaf stays { type string; }",
    );
    let text = r#"{"t:mode": "a", "t:a": "x", "t:b": "y", "t:c": {"x": "x", "e": [{"k": "1"}]}, "t:l": [{"k": "1"}], "t:stays": "s"}"#;
    let mut store = Store::with(schema, text);
    assert_eq!(store.set("/t:mode", "\"b\""), "");
    assert_eq!(store.json(), r#"{"t:mode":"b","t:stays":"s"}"#);
    let mut store = Store::with(schema, text);
    assert_eq!(store.delete("/t:mode"), "");
    assert_eq!(store.json(), r#"{"t:stays":"s"}"#);
    let mut store = Store::with(schema, text);
    assert_eq!(store.delete("/t:a"), "", "b goes with a");
    assert!(!store.json().contains("\"t:b\""));
}

#[test]
fn rfc7950_8_1_what_must_be_there_need_not_where_its_condition_does_not_hold() {
    let schema = module(
        "leaf mode { type string; } container box { presence p; leaf a { when \"/mode = 'a'\"; type string; mandatory true; } \
         container in { when \"/mode = 'b'\"; leaf b { type string; mandatory true; } leaf-list bs { type string; min-elements 1; } } }",
    );
    let mut store = Store::with(schema, r#"{"t:box": {}}"#);
    assert_eq!(store.set("/t:mode", "\"a\""), "/t:box/a: a mandatory node is missing");
    assert_eq!(store.set("/t:mode", "\"b\""), "/t:box/in/b: a mandatory node is missing");
    assert_eq!(store.set("/t:box/in/b", "\"x\""), format!("/t:box/in: {CONDITION}"));
    assert_eq!(store.replace_all(r#"{"t:mode": "a", "t:box": {"a": "x"}}"#), "");
    assert_eq!(store.delete("/t:box/a"), "/t:box/a: a mandatory node is missing");
    assert_eq!(
        store.replace_all(r#"{"t:mode": "b", "t:box": {"in": {"b": "x"}}}"#),
        "/t:box/in/bs: fewer entries than min-elements"
    );
    assert_eq!(store.replace_all(r#"{"t:mode": "b", "t:box": {"in": {"b": "x", "bs": ["y"]}}}"#), "");
    assert_eq!(store.replace_all(r#"{"t:box": {}}"#), "");
}

#[test]
fn rfc7950_7_21_5_of_uses_augment_choice_and_case_the_context_is_the_node_above() {
    let text = "module t { yang-version 1.1; namespace urn:t; prefix t; grouping g { leaf g { type string; } } \
        container c { leaf mode { type string; } uses g { when \"mode = 'uses'\"; } \
          choice x { when \"mode = 'choice' or mode = 'case'\"; case one { when \"mode = 'case'\"; leaf one { type string; } } \
            leaf two { type string; } } } \
        augment /c { when \"mode = 'augment'\"; leaf aug { type string; } container augc { leaf in { type string; } } } \
        uses g { when \"c/mode = 'top'\"; } }";
    let schema = schema(&[text]);
    let mut store = Store::new(schema);
    for (mode, path, at) in [
        ("uses", "/t:c/g", "/t:c/g"),
        ("case", "/t:c/one", "/t:c/one"),
        ("choice", "/t:c/two", "/t:c/two"),
        ("augment", "/t:c/aug", "/t:c/aug"),
        ("augment", "/t:c/augc/in", "/t:c/augc"),
        ("top", "/t:g", "/t:g"),
    ] {
        assert_eq!(store.replace_all(r#"{"t:c": {"mode": "none"}}"#), "");
        assert_eq!(store.set(path, "\"x\""), format!("{at}: {CONDITION}"));
        assert_eq!(store.set("/t:c/mode", &format!("\"{mode}\"")), "");
        assert_eq!(store.set(path, "\"x\""), "", "{mode}");
        assert_eq!(store.set("/t:c/mode", "\"none\""), "");
        assert_eq!(store.json(), r#"{"t:c":{"mode":"none"}}"#, "{mode}");
    }
    assert_eq!(store.set("/t:c/mode", "\"choice\""), "");
    assert_eq!(
        store.set("/t:c/one", "\"x\""),
        format!("/t:c/one: {CONDITION}"),
        "the choice allows it, the case does not"
    );
}

#[test]
fn rfc7950_7_6_1_a_default_whose_condition_does_not_hold_is_not_in_use() {
    let schema = module(
        "leaf mode { type string; } leaf d { when \"../mode = 'a'\"; type string; default x; } \
         leaf e { when \"../d\"; type string; default y; } leaf check { type string; must \"../d = 'x' and ../e = 'y'\"; }",
    );
    let mut store = Store::with(schema, r#"{"t:mode": "a", "t:check": "c"}"#);
    let told = store.set("/t:mode", "\"b\"");
    assert_eq!(told, "/t:check: a `must` of the model does not hold");
    assert_eq!(Store::new(schema).set("/t:check", "\"c\""), "/t:check: a `must` of the model does not hold");
}

#[test]
fn a_condition_in_an_entry_is_of_that_entry() {
    let schema = module(
        "list e { key k; leaf k { type string; } leaf mode { type string; } leaf a { when \"../mode = 'a'\"; type string; } }",
    );
    let mut store =
        Store::with(schema, r#"{"t:e": [{"k": "1", "mode": "a", "a": "x"}, {"k": "2", "mode": "a", "a": "y"}]}"#);
    assert_eq!(store.set("/t:e[k='1']/mode", "\"b\""), "");
    assert_eq!(store.json(), r#"{"t:e":[{"k":"1","mode":"b"},{"k":"2","mode":"a","a":"y"}]}"#);
}

#[test]
fn a_dropped_edit_brings_back_what_a_condition_took() {
    let schema = module(
        "leaf mode { type string; } leaf a { when \"../mode = 'a'\"; type string; } leaf m { type string; must \"../a\"; }",
    );
    let text = r#"{"t:mode": "a", "t:a": "x", "t:m": "m"}"#;
    let mut store = Store::with(schema, text);
    let before = store.json();
    assert_eq!(store.set("/t:mode", "\"b\""), "/t:m: a `must` of the model does not hold");
    assert_eq!(store.json(), before);
}

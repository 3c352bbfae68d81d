//! `must` (RFC 7950 section 7.5.3): where it is evaluated, what it sees, and what is told when it does not hold.

use crate::fixture::{Store, module};

const MUST: &str = "a `must` of the model does not hold";

#[test]
fn rfc7950_7_5_3_it_holds_for_every_entry_leaf_and_container_that_exists() {
    let schema = module(
        "container c { must \"count(e) < 4\"; list e { key k; must \"k != 'x'\"; leaf k { type string; } \
         leaf v { type uint8; must \". > 1\"; } leaf-list l { type uint8; must \". mod 2 = 0\"; } } }",
    );
    let mut store = Store::with(schema, r#"{"t:c": {"e": [{"k": "a", "v": 2, "l": [2, 4]}, {"k": "b"}]}}"#);
    assert_eq!(store.set("/t:c/e[k='a']/v", "1"), format!("/t:c/e[k='a']/v: {MUST}"));
    assert_eq!(store.set("/t:c/e[k='a']/l", "[2, 3]"), format!("/t:c/e[k='a']/l: {MUST}"));
    assert_eq!(store.set("/t:c/e[k='x']", "[{\"k\": \"x\"}]"), format!("/t:c/e[k='x']: {MUST}"));
    assert_eq!(store.set("/t:c/e[k='c']", "[{\"k\": \"c\"}]"), "");
    assert_eq!(store.set("/t:c/e[k='d']", "[{\"k\": \"d\"}]"), format!("/t:c: {MUST}"));
    assert_eq!(store.set("/t:c/e[k='b']/v", "9"), "");
}

#[test]
fn rfc7950_7_5_3_of_a_container_without_presence_it_holds_where_the_container_is_in_the_accessible_tree() {
    let schema = module(
        "container a { must b; leaf b { type string; } } container p { presence p; must b; leaf b { type string; } }",
    );
    let mut store = Store::new(schema);
    // nothing was asked for yet: the first edit says what is missing
    assert_eq!(store.set("/t:p", "{\"b\": \"x\"}"), "");
    assert_eq!(store.set("/t:p", "{}"), format!("/t:p: {MUST}"));
    assert_eq!(store.set("/t:a/b", "\"x\""), "");
    assert_eq!(store.delete("/t:a/b"), format!("/t:a: {MUST}"));
    assert_eq!(store.delete("/t:p"), "");
}

#[test]
fn rfc7950_6_4_1_defaults_in_use_are_seen_and_checked() {
    let schema = module(
        "leaf limit { type uint8; default 10; } leaf low { type uint8; must \". <= ../limit\"; default 3; } \
         choice way { default plain; case plain { leaf speed { type uint8; default 5; } } leaf other { type empty; } } \
         leaf check { type string; must \"../speed = 5\"; }",
    );
    let mut store = Store::with(schema, r#"{"t:low": 10, "t:check": "x"}"#);
    assert_eq!(store.set("/t:low", "11"), format!("/t:low: {MUST}"));
    assert_eq!(store.set("/t:limit", "9"), format!("/t:low: {MUST}"));
    assert_eq!(store.delete("/t:low"), "");
    assert_eq!(store.set("/t:limit", "2"), format!("/t:low: {MUST}"), "the default of low is too great");
    assert_eq!(store.set("/t:other", "[null]"), format!("/t:check: {MUST}"), "the default case is not in use");
    assert_eq!(store.delete("/t:check"), "");
    assert_eq!(store.set("/t:other", "[null]"), "");
}

#[test]
fn rfc7950_7_5_4_message_and_tag_of_the_model_are_told() {
    let schema = module(
        "leaf a { type uint8; must \". > 1\" { error-message \"Too small.\"; } must \". < 9\" { error-app-tag big; } \
         must \". != 5\" { error-app-tag five; error-message \"Not 5.\"; } }",
    );
    let mut store = Store::new(schema);
    assert_eq!(store.set("/t:a", "1"), "/t:a: Too small.");
    assert_eq!(store.set("/t:a", "9"), "/t:a: big");
    assert_eq!(store.set("/t:a", "5"), "/t:a: five: Not 5.");
    assert_eq!(store.set("/t:a", "4"), "");
}

#[test]
fn rfc7950_6_4_1_configuration_sees_no_state() {
    let schema = module(
        "container c { leaf a { type string; must \"count(../*) = 1\"; must \"not(../s)\"; } \
         leaf s { config false; type string; default x; } }",
    );
    assert_eq!(Store::new(schema).set("/t:c/a", "\"x\""), "");
}

#[test]
fn a_change_far_away_is_seen() {
    let schema = module(
        "list interface { key name; leaf name { type string; } leaf mtu { type uint16; } leaf kind { type string; } } \
         list route { key id; leaf id { type string; } leaf via { type string; } \
           must \"not(via) or /interface[name = current()/via]/mtu >= 1280\" { error-message \"mtu\"; } \
           container opt { leaf loop { type string; must \"../../../interface/kind = 'loop'\"; } } }",
    );
    let text = r#"{"t:interface": [{"name": "a", "mtu": 1500, "kind": "loop"}, {"name": "b", "mtu": 100}],
        "t:route": [{"id": "1", "via": "a", "opt": {"loop": "l"}}, {"id": "2"}]}"#;
    let mut store = Store::with(schema, text);
    assert_eq!(store.set("/t:interface[name='a']/mtu", "1000"), "/t:route[id='1']: mtu");
    assert_eq!(store.delete("/t:interface[name='a']/mtu"), "/t:route[id='1']: mtu");
    assert_eq!(store.delete("/t:interface[name='a']"), "/t:route[id='1']: mtu");
    assert_eq!(store.set("/t:route[id='2']/via", "\"b\""), "/t:route[id='2']: mtu");
    assert_eq!(store.delete("/t:interface[name='a']/kind"), format!("/t:route[id='1']/opt/loop: {MUST}"));
    assert_eq!(store.set("/t:interface[name='b']/kind", "\"loop\""), "");
    assert_eq!(store.delete("/t:interface[name='a']/kind"), "");
}

#[test]
fn the_order_of_entries_is_seen() {
    let schema = module(
        "list e { key k; ordered-by user; leaf k { type uint8; } \
         must \"not(preceding-sibling::e) or preceding-sibling::e[1]/k < k\"; }",
    );
    let mut store = Store::with(schema, r#"{"t:e": [{"k": 1}, {"k": 2}, {"k": 3}]}"#);
    assert_eq!(store.replace_all(r#"{"t:e": [{"k": 2}, {"k": 1}, {"k": 3}]}"#), format!("/t:e[k='1']: {MUST}"));
    assert_eq!(store.replace_all(r#"{"t:e": [{"k": 2}, {"k": 3}, {"k": 4}]}"#), "");
}

#[test]
fn names_of_a_grouping_are_those_of_where_it_is_used() {
    let schema = crate::fixture::schema(&[
        "module t { yang-version 1.1; namespace urn:t; prefix t; import g { prefix g; } container c { uses g:both; } }",
        "module g { yang-version 1.1; namespace urn:g; prefix g; grouping both { leaf a { type uint8; must \"../b > .\"; } \
         leaf b { type uint8; } } container c { uses both; } }",
    ]);
    let mut store = Store::new(schema);
    assert_eq!(store.replace_all(r#"{"t:c": {"a": 1, "b": 2}, "g:c": {"a": 3, "b": 4}}"#), "");
    assert_eq!(store.set("/t:c/a", "2"), format!("/t:c/a: {MUST}"));
    assert_eq!(store.set("/g:c/b", "3"), format!("/g:c/a: {MUST}"));
}

#[test]
fn what_takes_too_much_work_is_refused() {
    let schema = module(
        "list e { key k; leaf k { type uint16; } } \
         leaf a { type string; must \"/e[/e[/e[/e[k = 70000]]]]\"; }",
    );
    let entries: Vec<String> = (0..400).map(|key| format!("{{\"k\": {key}}}")).collect();
    let mut store = Store::new(schema);
    let told = store.replace_all(&format!("{{\"t:a\": \"x\", \"t:e\": [{}]}}", entries.join(", ")));
    assert!(told.ends_with("the expressions of the model take too much work"), "{told}");
}

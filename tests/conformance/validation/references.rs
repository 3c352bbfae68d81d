//! leafref and instance-identifier (RFC 7950 sections 9.9 and 9.13).

use crate::fixture::{Store, module};

const MISSING: &str = "the instance that it refers to does not exist";

#[test]
fn rfc7950_9_9_2_the_predicates_of_a_path_are_evaluated() {
    // the example of section 9.9.6, shortened
    let schema = module(
        "list interface { key \"name\"; leaf name { type string; } list address { key ip; leaf ip { type string; } } } \
         container default-address { leaf ifname { type leafref { path \"../../interface/name\"; } } \
           leaf address { type leafref { path \"../../interface[name = current()/../ifname]/address/ip\"; } } }",
    );
    let text = r#"{"t:interface": [{"name": "eth0", "address": [{"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}]},
        {"name": "lo", "address": [{"ip": "127.0.0.1"}]}], "t:default-address": {"ifname": "eth0", "address": "192.0.2.2"}}"#;
    let mut store = Store::with(schema, text);
    let at = "/t:default-address/address";
    assert_eq!(store.set(at, "\"127.0.0.1\""), format!("{at}: {MISSING}"));
    assert_eq!(store.set("/t:default-address/ifname", "\"lo\""), format!("{at}: {MISSING}"));
    assert_eq!(store.delete("/t:interface[name='eth0']/address[ip='192.0.2.2']"), format!("{at}: {MISSING}"));
    assert_eq!(store.delete("/t:interface[name='eth0']/address[ip='192.0.2.1']"), "");
    assert_eq!(store.set("/t:default-address", "{\"ifname\": \"lo\", \"address\": \"127.0.0.1\"}"), "");
}

#[test]
fn rfc7950_9_9_a_path_within_an_entry_stays_in_it() {
    let schema = module(
        "list e { key k; leaf k { type string; } list p { key n; leaf n { type uint8; } } \
         leaf main { type leafref { path \"../p/n\"; } } }",
    );
    let mut store =
        Store::with(schema, r#"{"t:e": [{"k": "1", "p": [{"n": 1}], "main": 1}, {"k": "2", "p": [{"n": 2}]}]}"#);
    assert_eq!(store.set("/t:e[k='1']/main", "2"), format!("/t:e[k='1']/main: {MISSING}"));
    assert_eq!(store.set("/t:e[k='2']/main", "2"), "");
    assert_eq!(store.delete("/t:e[k='2']/p[n='2']"), format!("/t:e[k='2']/main: {MISSING}"));
    assert_eq!(store.delete("/t:e[k='2']"), "");
}

#[test]
fn rfc7950_6_4_1_a_default_in_use_is_an_instance() {
    let schema = module(
        "leaf given { type string; default x; } leaf ref { type leafref { path ../given; } } \
         leaf dref { type leafref { path ../none; } default q; } leaf none { type string; }",
    );
    let mut store = Store::new(schema);
    assert_eq!(store.set("/t:ref", "\"x\""), "");
    assert_eq!(store.set("/t:given", "\"y\""), format!("/t:ref: {MISSING}"));
    assert_eq!(store.set("/t:ref", "\"z\""), format!("/t:ref: {MISSING}"));
}

#[test]
fn rfc7950_9_9_3_without_require_instance_nothing_is_asked_for() {
    let schema = module(
        "list e { key k; leaf k { type string; } } leaf r { type leafref { path \"../e/k\"; require-instance false; } } \
         leaf s { type leafref { path \"../e[k = current()/../r]/k\"; require-instance false; } }",
    );
    assert_eq!(Store::new(schema).replace_all(r#"{"t:r": "x", "t:s": "y"}"#), "");
}

#[test]
fn rfc7950_9_9_a_leafref_to_a_leafref() {
    let schema = module(
        "list e { key k; leaf k { type string; } } leaf a { type leafref { path ../e/k; } } \
         list f { key r; leaf r { type leafref { path ../../e/k; } } leaf x { type leafref { path ../../a; } } }",
    );
    let mut store =
        Store::with(schema, r#"{"t:e": [{"k": "1"}, {"k": "2"}], "t:a": "1", "t:f": [{"r": "2", "x": "1"}]}"#);
    assert_eq!(store.set("/t:a", "\"2\""), format!("/t:f[r='2']/x: {MISSING}"));
    assert_eq!(store.delete("/t:e[k='2']"), format!("/t:f[r='2']/r: {MISSING}"));
}

#[test]
fn rfc7950_9_12_in_a_union_a_reference_to_nothing_is_a_value_of_the_next_member() {
    let schema = module(
        "list e { key k; leaf k { type string; } leaf n { type uint8; } } \
         leaf loose { type union { type leafref { path /e/k; } type enumeration { enum none; } } } \
         leaf both { type union { type leafref { path /e/k; } type leafref { path /e/n; } } } \
         leaf free { type union { type leafref { path /e/k; } type string { length 3; } } } \
         leaf at { type union { type instance-identifier; type uint8; } }",
    );
    let mut store = Store::with(schema, r#"{"t:e": [{"k": "a", "n": 7}]}"#);
    for (path, right, wrong) in [
        ("/t:loose", ["\"a\"", "\"none\""], "\"b\""),
        ("/t:both", ["\"a\"", "7"], "8"),
        ("/t:free", ["\"a\"", "\"abc\""], "\"b\""),
        ("/t:at", ["\"/t:e[k='a']\"", "9"], "\"/t:e[k='b']\""),
    ] {
        assert_eq!(store.set(path, wrong), format!("{path}: {MISSING}"));
        for value in right {
            assert_eq!(store.set(path, value), "", "{path} {value}");
        }
    }
    assert_eq!(store.set("/t:at", "\"/t:e[k='a']\""), "");
    assert_eq!(store.set("/t:both", "\"a\""), "");
    let told = store.delete("/t:e[k='a']");
    assert!(told.ends_with(MISSING), "{told}");
}

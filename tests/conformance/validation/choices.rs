//! Mandatory choices with conditions, defaults that are read, structures, and what features and deviations leave of a
//! model (RFC 7950 sections 7.9.4, 7.21.5, 7.6.1, 7.20; RFC 8791).

use comi_runtime::cbor::Allowed;
use comi_runtime::datastore::{ContentFilter, DefaultsFilter, Document, Filter, check_document};
use comi_runtime::json;
use comi_runtime::schema::NodeIndex;
use comi_runtime::value::InstanceIdentifier;

use crate::fixture::{Nobody, Store, document, module, schema, told};

const MISSING: &str = "a choice is mandatory and has no node";

#[test]
fn rfc7950_7_9_4_a_mandatory_choice_is_asked_for_where_its_condition_holds() {
    let schema = module(
        "container w { leaf mode { type enumeration { enum a; enum b; } } \
           choice c { when \"mode = 'a'\"; mandatory true; leaf x { type empty; } case y { leaf y { type empty; } } } } \
         list e { key k; leaf k { type string; } leaf in { type boolean; } \
           choice o { case p { when in; leaf n { type uint8; } \
             choice i { mandatory true; leaf q { type empty; } leaf r { type empty; } } } leaf s { type empty; } } }",
    );
    let mut store = Store::with(schema, r#"{"t:w": {"mode": "b"}, "t:e": [{"k": "1"}, {"k": "2", "in": true}]}"#);
    assert_eq!(store.set("/t:w/mode", "\"a\""), format!("/t:w: {MISSING}"));
    assert_eq!(store.set("/t:w", "{\"mode\": \"a\", \"y\": [null]}"), "");
    assert_eq!(store.delete("/t:w/y"), format!("/t:w: {MISSING}"));
    assert_eq!(store.set("/t:w/x", "[null]"), "");
    assert_eq!(store.delete("/t:w"), "");

    // the one within is asked for where its case is there
    assert_eq!(store.set("/t:e[k='2']/n", "1"), format!("/t:e[k='2']: {MISSING}"));
    assert_eq!(store.set("/t:e[k='2']", "[{\"k\": \"2\", \"in\": true, \"n\": 1, \"q\": [null]}]"), "");
    assert_eq!(store.delete("/t:e[k='2']/q"), format!("/t:e[k='2']: {MISSING}"));
    assert_eq!(store.set("/t:e[k='2']/s", "[null]"), "");
    let wrong = document(schema, r#"{"t:w": {"mode": "a"}, "t:e": [{"k": "2", "in": true, "n": 1}]}"#);
    let errors = check_document(schema, &wrong, Document::Config, 9);
    let told: Vec<String> = errors.into_iter().map(|error| told(schema, Err(error))).collect();
    assert_eq!(told, [format!("/t:w: {MISSING}"), format!("/t:e[k='2']: {MISSING}")]);
}

#[test]
fn rfc7950_7_9_4_in_an_input_and_at_the_top_too() {
    let schema = module(
        "leaf on { type boolean; } choice top { when \"/on = 'true'\"; mandatory true; leaf x { type empty; } } \
         rpc go { input { leaf far { type boolean; } choice how { when \"far = 'true'\"; mandatory true; \
           leaf by { type string; } leaf with { type string; } } } }",
    );
    let mut store = Store::new(schema);
    assert_eq!(store.set("/t:on", "true"), format!("/: {MISSING}"));
    assert_eq!(store.set("/t:on", "false"), "");
    let go = store.at("/t:go/input");
    let check = |text: &str| {
        let content = json::read_content(schema, go.node, Allowed::Any, text).expect("it fits the model");
        told(schema, store.store.check_operation(&go, &content))
    };
    assert_eq!(check("{}"), "");
    assert_eq!(check(r#"{"far": true, "by": "x"}"#), "");
    assert_eq!(check(r#"{"far": true}"#), format!("/t:go/input: {MISSING}"));
}

#[test]
fn rfc7950_7_9_4_a_choice_among_state_is_none_of_the_configurations() {
    let schema = module(
        "container c { leaf a { type string; } choice s { config false; mandatory true; leaf x { type empty; } } }",
    );
    assert_eq!(Store::new(schema).set("/t:c/a", "\"x\""), "");
    let content = document(schema, r#"{"t:c": {"a": "x"}}"#);
    assert_eq!(check_document(schema, &content, Document::Config, 9).len(), 0);
    assert_eq!(check_document(schema, &content, Document::Data, 9).len(), 1);
}

#[test]
fn rfc7950_7_6_1_a_default_whose_condition_does_not_hold_is_not_read() {
    let schema = module(
        "leaf mode { type string; } leaf plain { type uint8; default 1; } \
         leaf own { when \"../mode = 'a'\"; type uint8; default 2; } \
         container c { when \"../mode = 'a'\"; leaf within { type uint8; default 3; } } \
         rpc go { input { leaf far { type boolean; default false; } leaf how { when \"../far = 'true'\"; type uint8; default 4; } \
           leaf near { when \"../far = 'false'\"; type uint8; default 5; } } }",
    );
    let mut store = Store::with(schema, r#"{"t:mode": "b"}"#);
    let all = Filter { content: ContentFilter::Config, defaults: DefaultsFilter::ReportAll };
    let read = |store: &Store, path: &str| {
        let at = if path == "/" { InstanceIdentifier::new(NodeIndex::ROOT) } else { store.at(path) };
        let mut text = String::new();
        let mut out = json::Encoder::new(schema, &mut text, json::Style::Compact);
        store.store.read(&mut Nobody(schema), &at, all, &mut out).expect("it can be read");
        drop(out);
        text
    };
    let text = read(&store, "/");
    assert!(text.contains("plain") && !text.contains("own") && !text.contains("within"), "{text}");
    assert_eq!(read(&store, "/t:own"), "", "not even where it is asked for alone");
    assert_eq!(store.set("/t:mode", "\"a\""), "");
    let text = read(&store, "/");
    assert!(text.contains("\"t:own\":2") && text.contains("\"within\":3"), "{text}");

    let go = store.at("/t:go/input");
    let filled = |text: &str| {
        let mut content = json::read_content(schema, go.node, Allowed::Any, text).expect("it fits the model");
        store.store.fill_defaults(&go, &mut content);
        let input = comi_runtime::value::Data::Container(content);
        json::to_string(schema, go.node, &input, json::Style::Compact).expect("it can be written")
    };
    let text = filled("{}");
    assert!(text.contains("near") && text.contains("far") && !text.contains("how"), "{text}");
    let text = filled(r#"{"far": true}"#);
    assert!(!text.contains("near") && text.contains("how"), "{text}");
}

#[test]
fn rfc8791_2_a_structure_is_checked_as_a_document_of_its_own() {
    let schema = module(
        "import ietf-yang-structure-ext { prefix sx; } leaf outside { type string; } \
         sx:structure pack { leaf kind { type string; mandatory true; } leaf size { when \"../kind = 'box'\"; type uint8; \
           must \". < 9\"; } list part { key id; unique place; leaf id { type string; } leaf place { type uint8; } \
           leaf of { type leafref { path '../../part/id'; } } } choice c { when \"kind = 'bag'\"; mandatory true; leaf soft { type empty; } } }",
    );
    let check = |text: &str| {
        let content = document(schema, text);
        let errors = [Document::Config, Document::Data].map(|of| check_document(schema, &content, of, 9));
        assert_eq!(errors[0], errors[1], "a structure is neither configuration nor state");
        errors[0].iter().map(|error| told(schema, Err(error.clone()))).collect::<Vec<_>>().join("; ")
    };
    let must = "a `must` of the model does not hold";
    assert_eq!(check(r#"{"t:pack": {"kind": "box", "size": 8, "part": [{"id": "a", "of": "b"}, {"id": "b"}]}}"#), "");
    assert_eq!(check(r#"{"t:pack": {"size": 8}}"#).matches(';').count(), 1, "kind is missing, and so size is too much");
    assert_eq!(check(r#"{"t:pack": {"kind": "box", "size": 9}}"#), format!("/t:pack/size: {must}"));
    assert_eq!(
        check(r#"{"t:pack": {"kind": "x", "part": [{"id": "a", "of": "z"}]}}"#),
        "/t:pack/part[id='a']/of: the instance that it refers to does not exist"
    );
    let twice = check(r#"{"t:pack": {"kind": "x", "part": [{"id": "a", "place": 1}, {"id": "b", "place": 1}]}}"#);
    assert!(twice.contains("unique"), "{twice}");
    assert_eq!(check(r#"{"t:pack": {"kind": "bag"}}"#), format!("/t:pack: {MISSING}"));
    assert_eq!(check(r#"{"t:pack": {"kind": "bag", "soft": [null]}}"#), "");
}

#[test]
fn rfc7950_7_20_features_and_deviations_act_on_the_tables() {
    let deviations = "module d { yang-version 1.1; namespace urn:d; prefix d; import t { prefix t; } \
        deviation /t:c/t:gone { deviate not-supported; } \
        deviation /t:c/t:small { deviate replace { type uint8 { range 1..5; } } } \
        deviation /t:c/t:must { deviate add { must '. > 1'; mandatory true; } } \
        deviation /t:c/t:l { deviate add { max-elements 1; } } }";
    let body = "module t { yang-version 1.1; namespace urn:t; prefix t; feature on; \
        container c { presence p; leaf gone { type string; } leaf small { type uint8; } leaf must { type uint8; } \
          leaf-list l { type uint8; } leaf never { if-feature 'on and not on'; type string; } leaf here { if-feature on; type string; } } }";
    let schema = schema(&[body, deviations]);
    let read = |text: &str| json::read_content(schema, NodeIndex::ROOT, Allowed::Any, text);
    for unknown in ["gone", "never"] {
        assert!(read(&format!("{{\"t:c\": {{\"{unknown}\": \"x\"}}}}")).is_err(), "{unknown} is not there");
    }
    assert!(read(r#"{"t:c": {"small": 6}}"#).is_err());
    let mut store = Store::new(schema);
    assert_eq!(store.replace_all(r#"{"t:c": {"small": 5}}"#), "/t:c/must: a mandatory node is missing");
    assert_eq!(store.replace_all(r#"{"t:c": {"must": 1}}"#), "/t:c/must: a `must` of the model does not hold");
    let told = store.replace_all(r#"{"t:c": {"must": 2, "l": [1, 2]}}"#);
    assert!(told.starts_with("/t:c/l: more entries"), "{told}");
    assert_eq!(store.replace_all(r#"{"t:c": {"must": 2, "l": [1], "here": "x"}}"#), "");
}

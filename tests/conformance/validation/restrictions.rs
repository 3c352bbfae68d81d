//! What the model says where a value breaks `range`, `length` or `pattern` (RFC 7950 sections 9.2.4, 9.4.4 and 9.4.5): in
//! the error of an edit, and in that of a payload (readings 24).

use comi_runtime::cbor::{self, Allowed, Reader};
use comi_runtime::coreconf::Refusal;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Data, Value};

use crate::fixture::{Store, module};

const MODULE: &str = "typedef name { type string { length 1..8 { error-message 'At most eight.'; } \
     pattern '[a-z]+' { error-app-tag small; } pattern '[^x]*' { error-app-tag no-x; error-message 'No x.'; } } } \
   leaf name { type name; } leaf short { type name { length 1..4 { error-app-tag short; } } } \
   leaf silent { type name { length 1..4; } } leaf ref { type leafref { path ../name; } } \
   leaf-list n { type int8 { range '1..5' { error-app-tag five; error-message 'One to five.'; } } } \
   leaf plain { type string { length 1..8; pattern '[a-z]+'; pattern '[^x]*'; } } \
   list e { key k; leaf k { type name; } } leaf either { type union { type name; type int8; } }";

/// What an edit says, and what a device answers to the same as a payload.
fn said(schema: &'static Schema, path: &str, value: Value) -> String {
    let mut store = Store::new(schema);
    let (at, text) = (store.at(path), format!("{{\"t{}\": ", path.trim_start_matches("/t")));
    let (name, shown) = (text.trim_end_matches(": ").trim_start_matches("{\"").trim_end_matches('"'), value.as_str());
    let mut payload = vec![0xa1, 0x60 + u8::try_from(name.len()).expect("a short name")];
    payload.extend_from_slice(name.as_bytes());
    match (shown, &value) {
        (Some(text), _) => {
            payload.push(0x60 + u8::try_from(text.len()).expect("a short text"));
            payload.extend_from_slice(text.as_bytes());
        }
        (None, Value::Integer(number)) => payload.extend_from_slice(&[0x81, u8::try_from(*number).expect("small")]),
        _ => panic!("neither text nor number"),
    }
    let data = if shown.is_some() { Data::Leaf(value) } else { Data::LeafList(vec![value]) };
    let edited = store.edit(|edit| edit.replace(&at, data));
    let read = cbor::read_content(schema, NodeIndex::ROOT, Allowed::Any, &mut Reader::new(&payload));
    let refused = Refusal::payload(schema, read.expect_err("it is refused"));
    assert!(edited.ends_with(&refused.message) || edited.contains("match") || edited.contains("length"), "{edited}");
    format!("{:?} {}", refused.failure, refused.message)
}

#[test]
fn rfc7950_9_4_the_restriction_that_is_broken_says_so_in_the_models_words() {
    let schema = module(MODULE);
    let text = |path, text: &str| said(schema, path, Value::from(text));
    assert_eq!(text("/t:name", "abcdefghi"), "InvalidLength At most eight.");
    assert_eq!(text("/t:name", "A"), "NotMatched small");
    assert_eq!(text("/t:name", "ax"), "NotMatched no-x: No x.");
    assert_eq!(text("/t:ref", "ax"), "NotMatched no-x: No x.", "a leafref's value is one of its target's type");
    assert_eq!(text("/t:short", "abcde"), "InvalidLength short", "the nearest length counts");
    assert!(!text("/t:silent", "abcde").contains("eight"), "one that says nothing hides what it narrows");
    assert!(!text("/t:plain", "ax").contains("No x"), "another type with the same patterns says nothing");
    assert_eq!(said(schema, "/t:n", Value::Integer(6)), "NotInRange five: One to five.");
}

#[test]
fn rfc7950_7_8_2_a_key_breaks_its_type_in_the_models_words() {
    let schema = module(MODULE);
    let mut store = Store::new(schema);
    let mut at = store.at("/t:e");
    at.keys.push(Value::from("ax"));
    let told = store.edit(|edit| edit.ensure(&at));
    assert_eq!(told, "/t:e[k='ax']: no-x: No x.");
}

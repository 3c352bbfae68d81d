//! Entries that predicates name by their keys are looked up: what is found is what walking the list finds, whatever the
//! keys and the values that they are compared with are.

use comi_runtime::schema::Op;

use crate::fixture::{Store, module};

/// A leaf `must` that counts the same entries twice: looked up, and walked, since what stands within `boolean()` is not
/// looked into.
fn both(list: &str, condition: &str, further: &str) -> String {
    let (looked, walked) = (format!("{list}[{condition}]{further}"), format!("{list}[boolean({condition})]{further}"));
    format!("must \"count({looked}) = count({walked})\"; must \"sum({looked}/n) = sum({walked}/n)\"; ")
}

#[test]
fn what_is_looked_up_is_what_walking_finds() {
    let types = [
        "string",
        "int8",
        "uint64",
        "boolean",
        "enumeration { enum a; enum b; enum 7; }",
        "decimal64 { fraction-digits 2; }",
        "bits { bit a; bit b; }",
        "binary",
        "identityref { base kind; }",
        "union { type uint8; type string; }",
    ];
    let mut body = String::from("identity kind; identity a { base kind; } identity b { base kind; } ");
    for (place, ty) in types.iter().enumerate() {
        let semicolon = if ty.ends_with('}') { "" } else { ";" };
        for order in ["system", "user"] {
            body += &format!(
                "list {order}{place} {{ key k; ordered-by {order}; leaf k {{ type {ty}{semicolon} }} leaf n {{ type uint8; }} }} "
            );
        }
        body += &format!("leaf is{place} {{ type {ty}{semicolon} }} ");
    }
    body += "list two { key 'a b'; leaf a { type uint8; } leaf b { type string; } leaf n { type uint8; } } ";
    body += "leaf-list some { type string; } leaf check { type string; ";
    for place in 0..types.len() {
        for other in 0..types.len() {
            body += &both(&format!("/system{place}"), &format!("k = current()/../is{other}"), "");
        }
        for value in ["'a'", "'7'", "'true'", "'07'", "'1.5'", "'t:a'", "current()/../some", "/two/b", "current()"] {
            body += &both(&format!("/user{place}"), &format!("k = {value}"), "");
            body += &both(&format!("/system{place}"), &format!("{value} = k"), "");
        }
        body += &both(&format!("/user{place}"), "k = current()/../some", "[last()]");
        body += &both(&format!("/user{place}"), "k = current()/../some and n > 1", "[1]");
        body += &both(&format!("/user{place}"), "k = current()/../some or n = 1", "");
    }
    body += &both("/two", "a = current()/../is1 and b = current()/../some", "");
    body += &both("/two[a = current()/../is1]", "b = current()/../some", "");
    body += &both("/two[1]", "a = 7 and b = 'a'", "");
    body += &both("/two[position() > 1][a = current()/../is1]", "b = 'a'", "[last()]");
    body += "}";
    let schema = module(&body);
    let code = schema.expressions.expect("there are some").code;
    assert!(code.iter().filter(|op| matches!(op, Op::Lookup { .. })).count() > 200);

    let values = [
        ["\"a\"", "\"7\"", "\"true\"", "\"1.5\""],
        ["7", "1", "-1", "0"],
        ["\"7\"", "\"1\"", "\"18446744073709551615\"", "\"0\""],
        ["true", "false", "true", "false"],
        ["\"a\"", "\"7\"", "\"b\"", "\"a\""],
        ["\"7.0\"", "\"1.5\"", "\"0.0\"", "\"-1.0\""],
        ["\"a\"", "\"a b\"", "\"b\"", "\"\""],
        ["\"AQ==\"", "\"\"", "\"AQID\"", "\"/w==\""],
        ["\"t:a\"", "\"t:b\"", "\"a\"", "\"b\""],
        ["7", "\"7\"", "\"a\"", "\"true\""],
    ];
    for turn in 0..4 {
        let mut members = vec![format!("\"t:check\": {}", values[0][turn])];
        for (place, values) in values.iter().enumerate() {
            members.push(format!("\"t:is{place}\": {}", values[turn]));
            // the first two that differ in every type
            let entries = format!("[{{\"k\": {}, \"n\": 1}}, {{\"k\": {}, \"n\": 2}}]", values[1], values[0]);
            members.push(format!("\"t:user{place}\": {entries}, \"t:system{place}\": {entries}"));
        }
        members.push("\"t:some\": [\"7\", \"a\", \"true\", \"1.5\", \"AQ==\", \"x\"]".to_owned());
        let two = r#"[{"a": 7, "b": "a", "n": 1}, {"a": 7, "b": "7", "n": 2}, {"a": 1, "b": "a", "n": 3}]"#;
        members.push(format!("\"t:two\": {two}"));
        Store::with(schema, &format!("{{{}}}", members.join(", ")));
    }
}

//! `comi validate`: exit status, and what is told of what is wrong.

use std::fs;

use crate::{comi_in, folder};

const PUMP: &str = "module pump { yang-version 1.1; namespace urn:pump; prefix p;
  container pump {
    leaf mode { type enumeration { enum off; enum on; } mandatory true; }
    leaf speed { when \"../mode = 'on'\"; type uint8;
      must '. < 100' { error-app-tag too-fast; error-message 'Faster than the pump turns.'; } }
    leaf label { type string { length 1..8 { error-app-tag long; error-message 'At most eight characters.'; } } }
    leaf turns { config false; type uint32; } }
  rpc go { input { leaf far { type uint8; must '. <= /pump/speed'; } } }
  notification stuck { leaf why { type string; mandatory true; } } }";

#[test]
fn a_document_is_valid_or_each_error_tells_place_rule_and_cure() {
    let there = folder("validate");
    fs::write(there.join("pump.yang"), PUMP).expect("a file");
    let check = |text: &str, arguments: &[&str]| {
        fs::write(there.join("document.json"), text).expect("a file");
        comi_in(&there, &[&["validate", "document.json", "--path", "."], arguments].concat())
    };
    let valid = r#"{"pump:pump": {"mode": "on", "speed": 99}}"#;
    let run = check(valid, &[]);
    assert_eq!((run.status, run.out.as_str()), (0, "document.json: valid\n"), "{run:?}");
    fs::write(there.join("store.json"), valid).expect("a file");

    let run = check(r#"{"pump:pump": {"mode": "off", "speed": 100, "turns": 7}}"#, &["--type", "config"]);
    assert_eq!(run.status, 1);
    for part in [
        "/pump:pump/turns: the payload holds a state node",
        "/pump:pump/speed: too-fast: Faster than the pump turns.\n  rule: must \". < 100\", RFC 7950 section 7.5.3",
        "rule: when \"../mode = 'on'\"",
        "cure: remove it, or make its condition true",
        "3 errors",
    ] {
        assert!(run.out.contains(part), "{part} is not in {}", run.out);
    }

    let run = check(r#"{"pump:pump": {"mode": "on", "speed": 100}}"#, &["--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let error = &told["errors"][0];
    assert_eq!(error["error-app-tag"], "must-violation");
    assert_eq!(error["model"]["error-app-tag"], "too-fast");
    assert_eq!(error["model"]["error-message"], "Faster than the pump turns.");
    assert_eq!(error["rule"]["argument"], ". < 100");

    let run = check(r#"{"pump:pump": {"mode": "on", "label": "far too long"}}"#, &["--format", "json"]);
    let told: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    let error = &told["errors"][0];
    assert_eq!(error["path"], "/pump:pump/label");
    assert_eq!(error["error-app-tag"], "invalid-length");
    assert_eq!(error["rule"]["statement"], "length");
    assert_eq!(error["model"]["error-app-tag"], "long");
    assert_eq!(error["model"]["error-message"], "At most eight characters.");

    let rpc = ["--type", "rpc", "--datastore", "store.json"];
    assert_eq!(check(r#"{"pump:go": {"far": 99}}"#, &rpc).status, 0);
    assert_eq!(check(r#"{"pump:go": {"far": 100}}"#, &rpc).status, 1);
    assert_eq!(check(r#"{"pump:stuck": {}}"#, &["--type", "notification"]).status, 1);
    assert_eq!(check(r#"{"pump:pump": {"#, &[]).status, 1);
    assert_eq!(comi_in(&there, &["validate", "none.json", "--path", "."]).status, 2);
    assert_eq!(check(valid, &["--type", "other"]).status, 2);
    assert_eq!(check(valid, &["--module", "none"]).status, 2);
}

//! `comi encode` and `comi decode`: every form, type and header of a document, and what a wrong one is told.

use std::fs;
use std::path::{Path, PathBuf};

use super::{comi_in, folder};

const VALVE: &str = "{\n  \"acme-valve:valve\": {\n    \"mode\": \"service\",\n    \"name\": \"kitchen\"\n  }\n}\n";
const PUMP: &str = "module pump {\n  yang-version 1.1;\n  namespace \"urn:example:pump\";\n  prefix p;\n  container pump {\n    \
                    leaf speed { type uint16; }\n    leaf of { type leafref { path \"/p:pump/p:speed\"; } }\n  }\n}\n";

/// A folder of this name with files in it.
fn with(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let here = folder(name);
    for (file, text) in files {
        fs::write(here.join(file), text).expect("a file");
    }
    here
}

/// What a run prints that must go well.
fn ok(here: &Path, arguments: &[&str]) -> String {
    let run = comi_in(here, arguments);
    assert_eq!((run.status, run.error.as_str()), (0, ""), "{arguments:?}");
    run.out
}

#[track_caller]
fn refused(here: &Path, arguments: &[&str], words: &str) {
    let run = comi_in(here, arguments);
    assert_eq!((run.status, run.out.as_str()), (1, ""), "{arguments:?}");
    assert!(run.error.contains(words), "{words:?} is not in {}", run.error);
}

#[test]
fn a_document_is_the_same_after_every_way_through_the_forms() {
    let here = with("convert-forms", &[("valve.json", VALVE)]);
    assert_eq!(ok(&here, &["encode", "valve.json"]), "a119f62ba2110a1818676b69746368656e\n");
    for form in ["json", "cbor", "cbor-names", "hex", "diag"] {
        let file = format!("valve-{form}");
        ok(&here, &["encode", "valve.json", "--to", form, "--out", &file]);
        assert_eq!(ok(&here, &["decode", &file, "--from", form]), VALVE, "{form}");
    }
    // the ending of a file says its form
    for file in ["v.json", "v.cbor", "v.hex", "v.diag"] {
        ok(&here, &["encode", "valve.json", "--out", file]);
        assert_eq!(ok(&here, &["decode", file]), VALVE, "{file}");
    }
}

#[test]
fn diagnostic_notation_explains_sids_and_values_by_name() {
    let here = with("convert-diag", &[("ntp.json", "{\"ietf-system:enabled\": true}"), ("valve.json", VALVE)]);
    let shown = ok(&here, &["encode", "ntp.json", "--to", "diag"]);
    assert_eq!(shown, "{\n  1755 : true / ietf-system:system/ntp/enabled /\n}\n");
    let shown = ok(&here, &["encode", "valve.json", "--to", "diag"]);
    assert!(shown.contains("  63019 : { / acme-valve:valve /\n    17 : 10 / service / / mode /,\n"), "{shown}");
    let shown = ok(&here, &["encode", "valve.json", "--to", "diag", "--names"]);
    assert!(shown.contains("\"acme-valve:valve\" : {\n    \"mode\" : 10,"), "{shown}");
}

#[test]
fn modules_without_sids_are_converted_by_name_and_told_what_gives_them_sids() {
    let document = "{\n  \"pump:pump\": {\n    \"speed\": 3\n  }\n}\n";
    let here = with("convert-no-sids", &[("pump.yang", PUMP), ("pump.json", document), ("sids.diag", "{63001: {}}")]);
    let names = ok(&here, &["encode", "pump.json", "--path", ".", "--names", "--out", "pump.hex"]);
    assert_eq!((names.as_str(), ok(&here, &["decode", "pump.hex", "--path", "."]).as_str()), ("", document));
    let missing = "/pump:pump has no SID: run `comi sid update ./pump.yang`, or write names (--to cbor-names)";
    refused(&here, &["encode", "pump.json", "--path", "."], missing);
    let unknown = "sids.diag: unknown SID 63001 (byte 1); pump has no SIDs: run `comi sid update";
    refused(&here, &["decode", "sids.diag", "--path", "."], unknown);
    refused(&here, &["encode", "pump.json"], "there is no module pump here: name its folder by --path");
    ok(&here, &["sid", "update", "pump.yang"]);
    assert_eq!(ok(&here, &["encode", "pump.json", "--path", "."]), "a119f619a10203\n");
    assert_eq!(ok(&here, &["decode", "sids.diag", "--path", "."]), "{\n  \"pump:pump\": {}\n}\n");
}

#[test]
fn errors_name_the_line_of_json_and_the_byte_of_cbor() {
    let here = with(
        "convert-errors",
        &[
            ("range.json", "{\n  \"acme-valve:valve\": {\n    \"target\": 140 } }"),
            ("entry.json", "{\"acme-valve:valve\": {\"contact\": [\"a\",\n 7]}}"),
            ("name.json", "{\"acme-valve:valve\": {\n\"targte\": 1}}"),
            ("syntax.json", "{\"acme-valve:valve\": {\n  \"target\" 1}}"),
            ("range.hex", "a119f62b a11823188c"),
            ("cut.hex", "a119f62b a1"),
            ("odd.hex", "a1f"),
            ("cut.diag", "{63019:\n {"),
            ("state.json", "{\"acme-valve:valve\": {\n \"position\": 1}}"),
            ("data.json", VALVE),
        ],
    );
    for (file, words) in [
        ("range.json", "error: range.json:3:15: /acme-valve:valve/target: out of range (target takes: 0..100)"),
        ("entry.json", "entry.json:2:2: /acme-valve:valve/contact: "),
        ("name.json", "name.json:2:11: /acme-valve:valve: unknown member 'targte'; did you mean 'target'?"),
        ("syntax.json", "syntax.json:2:12: expected `:`"),
    ] {
        refused(&here, &["encode", file], words);
    }
    for (file, words) in [
        ("range.hex", "range.hex: /acme-valve:valve/target: out of range 0..100 (byte 7)"),
        ("cut.hex", "the input ends within a data item"),
        ("odd.hex", "odd.hex: an odd number of hex digits"),
        ("cut.diag", "cut.diag:2:3: "),
    ] {
        refused(&here, &["decode", file], words);
    }
    let state = "state.json:2:14: /acme-valve:valve/position: a state node";
    refused(&here, &["encode", "state.json", "--type", "config"], state);
    refused(&here, &["encode", "data.json", "--type", "rpc"], "/acme-valve:valve/mode: neither an rpc, action or");
    assert_eq!(comi_in(&here, &["encode"]).status, 2);
    assert_eq!(comi_in(&here, &["encode", "data.json", "--to", "xml"]).status, 2);
}

#[test]
fn operations_and_notifications_stand_in_the_tree_in_json_and_beside_their_identifiers_in_cbor() {
    let call = "{\n  \"acme-valve:valve\": {\n    \"move\": {\n      \"position\": 30\n    }\n  }\n}\n";
    let reply = "{\n  \"acme-valve:valve\": {\n    \"move\": {\n      \"duration\": 10\n    }\n  }\n}\n";
    let event = "{\n  \"acme-valve:stuck\": {\n    \"position\": 95\n  }\n}\n";
    let files = [("rpc.json", call), ("reply.json", reply), ("notification.json", event)];
    let here = with("convert-operations", &files);
    for (file, document) in files {
        let kind = file.split('.').next().unwrap();
        for names in [&[][..], &["--names"]] {
            let hex = [&["encode", file, "--type", kind, "--out", "it.hex"], names].concat();
            ok(&here, &hex);
            assert_eq!(ok(&here, &["decode", "it.hex", "--type", kind]), document, "{file} {names:?}");
        }
    }
    assert_eq!(ok(&here, &["encode", "rpc.json", "--type", "rpc"]), "a119f63da103181e\n");
    let named = ok(&here, &["encode", "rpc.json", "--type", "rpc", "--names", "--to", "diag"]);
    assert!(named.starts_with("{\n  \"/acme-valve:valve/move\" : {\n    \"position\" : 30"), "{named}");
}

#[test]
fn an_edit_maps_paths_to_values_and_null_in_order() {
    let edit = "[\n  {\n    \"/acme-valve:valve/target\": 30\n  },\n  {\n    \"/acme-valve:valve/schedule[name='a']\": {\n      \
                \"at\": \"10:00\",\n      \"name\": \"a\"\n    }\n  },\n  {\n    \"/acme-valve:valve/name\": null\n  }\n]\n";
    let here = with(
        "convert-edit",
        &[
            ("edit.json", edit),
            ("wrong.json", "[{\"/acme-valve:valve/target\":\n   300}]"),
            ("path.json", "[{\"/x:y\": 1}]"),
        ],
    );
    for names in [&[][..], &["--names"]] {
        ok(&here, &[&["encode", "edit.json", "--type", "edit", "--out", "edit.hex"], names].concat());
        assert_eq!(ok(&here, &["decode", "edit.hex", "--type", "edit"]), edit);
    }
    refused(
        &here,
        &["encode", "wrong.json", "--type", "edit"],
        "wrong.json:2:4: /acme-valve:valve/target: out of range",
    );
    refused(&here, &["encode", "path.json", "--type", "edit"], "path.json:1:11: /x:y: ");
}

#[test]
fn an_edit_sets_empty_by_null_in_an_array_in_unions_too() {
    let module = "module u {\n  yang-version 1.1;\n  namespace \"urn:example:u\";\n  prefix u;\n  leaf a { type union { type uint8; type empty; } }\n  \
                  leaf e { type empty; }\n  leaf-list l { type union { type empty; type string; } }\n}\n";
    let edit =
        "[{\"/u:a\": [null]}, {\"/u:e\": [null]}, {\"/u:l\": [[null]]}, {\"/u:l[.='']\": [null]}, {\"/u:a\": null}]";
    let here = with("convert-empty", &[("u.yang", module), ("edit.json", edit)]);
    ok(&here, &["sid", "update", "u.yang"]);
    ok(&here, &["encode", "edit.json", "--type", "edit", "--path", ".", "--out", "edit.hex"]);
    let again = ok(&here, &["decode", "edit.hex", "--type", "edit", "--path", "."]);
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&again), value(edit));
}

#[test]
fn annotations_go_from_json_to_json_and_their_loss_is_told() {
    let document = "{\"acme-valve:valve\": {\"@\": {\"x:a\": 1}, \"contact\": [\"a\", \"b\"], \"@contact\": [null, {\"x:b\": true}]}}";
    let here = with("convert-annotations", &[("valve.json", document)]);
    let same: serde_json::Value = serde_json::from_str(&ok(&here, &["encode", "valve.json", "--to", "json"])).unwrap();
    assert_eq!(same, serde_json::from_str::<serde_json::Value>(document).unwrap());
    let run = comi_in(&here, &["encode", "valve.json"]);
    assert!(run.status == 0 && run.error.contains("2 metadata annotations are left out"), "{}", run.error);
}

#[test]
fn annotations_are_those_that_are_defined_with_values_of_their_types() {
    let notes = "module notes {\n  yang-version 1.1;\n  namespace \"urn:example:notes\";\n  prefix n;\n  import ietf-yang-metadata \
                 { prefix md; }\n  md:annotation by { type string { length \"1..8\"; } }\n  md:annotation times { type uint8; }\n}\n";
    let with_note = |note: &str| format!("{{\"acme-valve:valve\": {{\n  \"name\": \"a\",\n  \"@name\": {{{note}}}}}}}");
    let metadata = "module ietf-yang-metadata {\n  namespace \"urn:ietf:params:xml:ns:yang:ietf-yang-metadata\";\n  prefix md;\n  \
                    extension annotation { argument name; }\n}\n";
    let here = with("convert-annotation-types", &[("notes.yang", notes), ("ietf-yang-metadata.yang", metadata)]);
    for (note, words) in [
        ("\"notes:by\": \"someone else\"", "valve.json:3:25: /acme-valve:valve/name: the annotation's value: "),
        ("\"notes:times\": \"x\"", "valve.json:3:28: /acme-valve:valve/name: the annotation's value: "),
        ("\"notes:tiems\": 1", "its module defines no annotation of this name"),
    ] {
        fs::write(here.join("valve.json"), with_note(note)).unwrap();
        refused(&here, &["encode", "valve.json", "--path", ".", "--to", "json"], words);
    }
    let right = with_note("\"notes:by\": \"someone\", \"notes:times\": 3, \"elsewhere:a\": [1]");
    fs::write(here.join("valve.json"), &right).unwrap();
    let again = ok(&here, &["encode", "valve.json", "--path", ".", "--to", "json"]);
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&again), value(&right));
}

#[test]
fn operations_and_notifications_keep_their_order_their_repetitions_and_their_annotations() {
    let tour = "module tour {\n  yang-version 1.1;\n  namespace \"urn:example:tour\";\n  prefix t;\n  grouping stops {\n    \
                list stop { key name; leaf name { type string; } }\n    leaf-list colour { type string; }\n  }\n  \
                rpc plan { input { uses stops; } output { uses stops; } }\n  notification planned { uses stops; }\n}\n";
    let here = with("convert-order", &[("tour.yang", tour)]);
    ok(&here, &["sid", "update", "tour.yang"]);
    let content = "\"stop\": [{\"name\": \"z\"}, {\"name\": \"a\"}], \"colour\": [\"red\", \"blue\", \"red\"]";
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    for (kind, node) in [("rpc", "plan"), ("reply", "plan"), ("notification", "planned")] {
        let document = format!("{{\"tour:{node}\": {{{content}}}}}");
        fs::write(here.join("it.json"), &document).unwrap();
        ok(&here, &["encode", "it.json", "--type", kind, "--path", ".", "--out", "it.hex"]);
        let again = ok(&here, &["decode", "it.hex", "--type", kind, "--path", "."]);
        assert_eq!(value(&again), value(&document), "{kind}");
        let annotated =
            format!("{{\"tour:{node}\": {{\"@\": {{\"x:a\": 1}}, {content}, \"@colour\": [{{\"x:b\": 2}}]}}}}");
        fs::write(here.join("it.json"), &annotated).unwrap();
        let again = ok(&here, &["encode", "it.json", "--type", kind, "--path", ".", "--to", "json"]);
        assert_eq!(value(&again), value(&annotated), "{kind}");
    }
}

#[test]
fn instance_data_sets_are_read_written_and_held_against_their_schema() {
    let here = with("convert-sets", &[("valve.json", VALVE)]);
    ok(&here, &["encode", "valve.json", "--instance-data", "kitchen", "--out", "set.json"]);
    let set = fs::read_to_string(here.join("set.json")).unwrap();
    let value: serde_json::Value = serde_json::from_str(&set).unwrap();
    let inner = &value["ietf-yang-instance-data:instance-data-set"];
    assert_eq!(
        (&inner["name"], &inner["content-schema"]["module"][0]),
        (&"kitchen".into(), &"acme-valve@2026-11-24".into())
    );
    for names in [&[][..], &["--names"]] {
        ok(&here, &[&["encode", "set.json", "--out", "set.cbor"], names].concat());
        assert_eq!(ok(&here, &["decode", "set.cbor"]), set);
        assert_eq!(ok(&here, &["decode", "set.cbor", "--unwrap"]), VALVE);
    }
    fs::write(here.join("wrong.json"), set.replace("\"service\"", "\"serving\"")).unwrap();
    refused(&here, &["encode", "wrong.json"], "wrong.json:5:17: /acme-valve:valve/mode: unknown name");
    refused(&here, &["encode", "valve.json", "--unwrap"], "is no ietf-yang-instance-data:instance-data-set");
}

//! What an application developer does with a mock of a model: it is served as it is, has the data of a file, speaks by the
//! lines that are typed.

use super::{Serving, comi_in, folder};

/// A model without SIDs, with everything that a mock answers.
const PUMP: &str = "module pump {
  yang-version 1.1; namespace 'urn:pump'; prefix p;
  identity fluid; identity water { base fluid; }
  container pump {
    leaf speed { type uint16 { range '0..3000'; } must '. <= ../limit'; }
    leaf limit { type uint16; default 2000; }
    leaf fluid { type identityref { base fluid; } }
    list port {
      key name; leaf name { type string; } leaf open { type boolean; default true; }
      leaf pressure { config false; type decimal64 { fraction-digits 1; } }
      action flush { input { leaf seconds { type uint8; } } output { leaf litres { type uint8; mandatory true; } } }
    }
    list fault { config false; key id; leaf id { type uint8; } leaf text { type string; } }
    list log { config false; leaf line { type string; } }
  }
  rpc prime { input { leaf seconds { type uint8; } leaf deep { type boolean; } }
              output { leaf seconds { type uint8; } leaf mode { type enumeration { enum slow; enum fast; } mandatory true; } } }
  notification overheated { leaf temperature { type int16; } }
}";

const DATA: &str = r#"{
  "pump:pump": {
    "speed": 1500, "fluid": "pump:water",
    "port": [
      {"name": "b", "pressure": "0.5"},
      {"name": "a", "open": false, "pressure": "1.5", "flush": {"litres": 7}}
    ],
    "fault": [{"id": 9, "text": "dry"}, {"id": 2, "text": "worn"}],
    "log": [{"line": "on"}, {"line": "off"}]
  },
  "pump:overheated": {"temperature": 95}
}"#;

/// The folder with the model, and the mock with the data.
fn serve(name: &str, more: &[&str]) -> (std::path::PathBuf, Serving) {
    let folder = folder(name);
    std::fs::write(folder.join("pump.yang"), PUMP).expect("written");
    std::fs::write(folder.join("pump.json"), DATA).expect("written");
    let path = folder.to_str().expect("UTF-8").to_owned();
    let data = format!("{path}/pump.json");
    let arguments = [&["--path", &path, "--data", &data], more].concat();
    let serving = Serving::with(&arguments);
    (folder, serving)
}

/// Runs a command of a client that has the same model.
#[track_caller]
fn ask(folder: &std::path::Path, device: &Serving, command: &str, arguments: &[&str]) -> String {
    // the device says which modules it has
    let run = comi_in(folder, &[&[command, &device.uri], arguments, &["--path", "."]].concat());
    assert_eq!(run.status, 0, "{}", run.error);
    run.out
}

#[test]
fn a_model_without_sids_is_served_with_the_data_of_a_file() {
    let (folder, device) = serve("mock-data", &[]);
    let table = ask(&folder, &device, "get", &["/pump:pump", "--format", "table"]);
    let lines: Vec<&str> = table.lines().map(|line| line.trim_start_matches("/pump:pump/")).collect();
    for line in ["speed\t1500", "port=a/open\tfalse", "port=a/pressure\t1.5", "fault=2/text\tworn", "log=2/line\toff"] {
        assert!(lines.contains(&line), "{line} is not in\n{table}");
    }
    let found = ask(&folder, &device, "get", &["/pump:pump/fault=9", "--format", "table"]);
    assert!(found.contains("fault=9/text\tdry"), "{found}");
}

#[test]
fn what_is_written_is_checked_by_the_model() {
    let (folder, mut device) = serve("mock-write", &[]);
    ask(&folder, &device, "set", &["/pump:pump/speed", "1800"]);
    device.prints("/pump:pump/speed = 1800");
    let model = ["--path", ".", "--module", "pump"];
    let run = comi_in(&folder, &[&["set", &device.uri, "/pump:pump/speed", "2500"], &model[..]].concat());
    assert!(run.status == 1 && run.error.contains("must-violation"), "{}", run.error);
    ask(&folder, &device, "set", &["/pump:pump/port=c", "{\"open\": true}"]);
    device.prints("/pump:pump/port=c created");
}

#[test]
fn operations_answer_from_the_file_or_echo() {
    let (folder, mut device) = serve("mock-call", &[]);
    let json = |text: String| serde_json::from_str::<serde_json::Value>(&text).expect("JSON");
    let flush = json(ask(&folder, &device, "call", &["/pump:pump/port=a/flush", "seconds=3"]));
    assert_eq!(flush["litres"], 7);
    device.prints("/pump:pump/port=a/flush called with {\"seconds\":3}, answers {\"litres\":7}");
    let echoed = json(ask(&folder, &device, "call", &["/pump:pump/port=b/flush", "seconds=3"]));
    assert_eq!(echoed["litres"], 0, "something that its type takes");
    let prime = json(ask(&folder, &device, "call", &["/pump:prime", "seconds=5", "deep=true"]));
    assert_eq!((&prime["seconds"], &prime["mode"]), (&5.into(), &"slow".into()));
}

#[test]
fn lines_speak_for_the_hardware() {
    let (folder, mut device) = serve("mock-lines", &[]);
    let pressure = "/pump:pump/port=a/pressure";
    for (line, told) in [
        ("/pump:pump/port=a/pressure 2.5", "/pump:pump/port=a/pressure = \"2.5\""),
        ("/pump:pump/fault=7 {\"text\": \"loud\"}", "/pump:pump/fault=7 = "),
        ("delete /pump:pump/fault=9", "/pump:pump/fault=9 deleted"),
        ("/pump:pump/speed 10", "/pump:pump/speed = 10"),
        ("/pump:overheated", "raised /pump:overheated {\"temperature\":95}"),
        ("/pump:overheated temperature=120", "raised /pump:overheated {\"temperature\":120}"),
    ] {
        device.types(line);
        device.prints(told);
    }
    assert!(ask(&folder, &device, "get", &[pressure]).contains("2.5"));
    let faults = ask(&folder, &device, "get", &["/pump:pump/fault", "--format", "table"]);
    assert!(faults.contains("fault=7/text\tloud") && !faults.contains("fault=9"), "{faults}");
}

#[test]
fn notifications_of_the_file_are_raised_in_turn() {
    let (_, mut device) = serve("mock-turn", &["--raise-every", "0.05"]);
    device.prints("raised /pump:overheated");
    device.prints("raised /pump:overheated");
}

#[test]
fn mistakes_in_the_data_have_their_place_and_reason() {
    let folder = folder("mock-mistakes");
    std::fs::write(folder.join("pump.yang"), PUMP).expect("written");
    for (data, words) in [
        ("{\"pump:pump\": {\n  \"sped\": 1}}", "x.json:2:"),
        ("{\"pump:pump\": {\"speed\": 3001}}", "range"),
        ("{\"pump:pump\": {\"speed\": 2500}}", "must"),
        ("{\"pump:pump\": ", "x.json:1:"),
        ("{}", "names no module"),
    ] {
        std::fs::write(folder.join("x.json"), data).expect("written");
        let run = comi_in(&folder, &["serve", "--path", ".", "--data", "x.json", "--listen", "127.0.0.1:0"]);
        assert!(run.status == 1 && run.error.contains(words), "{data}: {}", run.error);
    }
    let run = comi_in(&folder, &["serve", "--path", "."]);
    assert!(run.status == 1 && run.error.contains("--module NAME"), "{}", run.error);
}

#[test]
fn modules_whose_identities_are_asked_for_come_along() {
    let device = Serving::with(&["--module", "ietf-interfaces", "--sample", "0"]);
    let run = device.comi("get", &[]);
    assert!(run.status == 0 && run.out.contains("\"type\": \"iana-if-type:"), "{}{}", run.out, run.error);
}

#[test]
fn a_client_finds_the_devices_modules_by_name_and_revision() {
    let folder = folder("mock-revisions");
    let module = |revision: &str, leaf: &str| {
        let text = format!(
            "module m {{ namespace 'urn:m'; prefix m; revision {revision}; leaf {leaf} {{ type uint8; default 7; }} }}"
        );
        std::fs::write(folder.join(format!("m@{revision}.yang")), text).expect("written");
    };
    module("2026-01-01", "old");
    let path = folder.to_str().expect("UTF-8");
    let device = Serving::with(&["--module", "m", "--path", path]);
    module("2026-06-01", "new");
    let run = comi_in(&folder, &["get", &device.uri, "/m:old", "--path", "."]);
    assert_eq!((run.status, run.out.as_str()), (0, "{\n  \"m:old\": 7\n}\n"), "{}", run.error);
    std::fs::remove_file(folder.join("m@2026-01-01.yang")).expect("there");
    let run = comi_in(&folder, &["get", &device.uri, "--path", "."]);
    assert!(run.error.contains("has m of 2026-01-01, read here by that of 2026-06-01"), "{}", run.error);
    let run = comi_in(&folder, &["get", &device.uri]);
    assert!(run.status == 0 && run.error.contains("has m besides"), "{}", run.error);
}

//! Editing a configuration in an editor, comparing it with a file, and watching it change.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Run, Serving, folder};

const VALVE: &str = "/acme-valve:valve";

/// Runs `comi edit` with a script for an editor: `$1` is the file.
fn edit(folder: &Path, device: &Serving, script: &str, arguments: &[&str]) -> Run {
    let editor = folder.join("editor");
    std::fs::write(&editor, format!("set -eu\n{script}\n")).expect("written");
    let output = Command::new(env!("CARGO_BIN_EXE_comi"))
        .args([&["edit", &device.uri], arguments].concat())
        .env("EDITOR", format!("sh {}", editor.display()))
        .env_remove("VISUAL")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    Run {
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        error: String::from_utf8(output.stderr).expect("UTF-8"),
        status: output.status.code().expect("an exit status"),
    }
}

#[test]
fn an_edit_is_shown_as_a_diff_and_sent_as_one_change() {
    let (folder, device) = (folder("edit"), Serving::start());
    assert_eq!(device.comi("set", &["/acme-valve:valve/target", "40"]).status, 0);
    let run =
        edit(&folder, &device, "sed -i 's/\"target\": 40/\"target\": 55, \"mode\": \"scheduled\"/' \"$1\"", &[VALVE]);
    let mut lines: Vec<&str> = run.out.lines().collect();
    lines.sort_unstable();
    let expected =
        ["+ /acme-valve:valve/mode scheduled", "+ /acme-valve:valve/target 55", "- /acme-valve:valve/target 40"];
    assert_eq!((run.status, lines), (0, expected.to_vec()), "{}", run.error);
    let table = device.comi("get", &["/acme-valve:valve/target", "--format", "table"]).out;
    assert_eq!(table, "/acme-valve:valve/target\t55\n");
    let run = edit(&folder, &device, "true", &[VALVE]);
    assert_eq!((run.status, run.out.as_str()), (0, "nothing is changed\n"), "{}", run.error);
}

#[test]
fn an_edit_that_the_model_forbids_is_not_sent_and_its_text_is_kept() {
    let (folder, device) = (folder("edit-wrong"), Serving::start());
    let run = edit(&folder, &device, "printf '{\"acme-valve:valve\": {\"target\": 140}}' > \"$1\"", &[VALVE]);
    assert!(run.status == 1 && run.error.contains("1:") && run.error.contains("0..100"), "{}", run.error);
    let kept = run.error.split(' ').find(|word| word.contains("comi-edit-")).expect("its path").trim_end_matches(':');
    assert!(std::fs::read_to_string(kept).expect("kept").contains("140"));
    std::fs::remove_file(kept).expect("there");
    let run = edit(&folder, &device, "exit 3", &[VALVE]);
    assert!(run.status == 1 && run.error.contains("nothing is sent"), "{}", run.error);
}

#[test]
fn an_edit_meets_what_others_have_changed_meanwhile() {
    let (folder, device) = (folder("edit-both"), Serving::start());
    assert_eq!(device.comi("set", &["/acme-valve:valve/target", "40"]).status, 0);
    // the editor's first run changes the configuration behind the back of this one
    let script = format!(
        "if [ ! -e '{0}' ]; then touch '{0}'; '{1}' set '{2}' /acme-valve:valve/mode scheduled; \
         sed -i 's/40/60/' \"$1\"; else grep -q scheduled \"$1\"; fi",
        folder.join("once").display(),
        env!("CARGO_BIN_EXE_comi"),
        device.uri
    );
    let run = edit(&folder, &device, &script, &[VALVE]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.error);
    assert!(run.error.contains("changed meanwhile:\n+ /acme-valve:valve/mode scheduled\n"), "{}", run.error);
    let table = device.comi("get", &[VALVE, "--content", "config", "--format", "table"]).out;
    assert!(table.contains("valve/target\t60\n") && table.contains("valve/mode\tscheduled\n"), "{table}");
}

#[test]
fn an_entry_is_edited_created_and_deleted() {
    let (folder, device) = (folder("edit-entry"), Serving::start());
    let entry = "/acme-valve:valve/schedule=morning";
    let write = |text: &str| format!("printf '%s' '{text}' > \"$1\"");
    let text = "{\"acme-valve:schedule\": [{\"name\": \"morning\", \"days\": \"monday\", \"at\": \"06:30\"}]}";
    let run = edit(&folder, &device, &write(text), &[entry]);
    assert!(run.status == 0 && run.out.starts_with("+ /acme-valve:valve/schedule=morning"), "{}{}", run.out, run.error);
    let run = edit(&folder, &device, "sed -i 's/06:30/07:00/' \"$1\"", &[entry]);
    assert!(run.status == 0 && run.out.contains("schedule=morning/at 07:00"), "{}{}", run.out, run.error);
    let run = edit(&folder, &device, &write("{}"), &[entry]);
    assert!(run.status == 0 && run.out.starts_with("- /acme-valve:valve/schedule=morning"), "{}{}", run.out, run.error);
    assert_eq!(device.comi("get", &[entry]).status, 1);
}

#[test]
fn a_configuration_is_compared_with_a_file_and_made_that_of_the_file() {
    let (folder, device) = (folder("diff"), Serving::start());
    let file = folder.join("valve.json");
    let path = file.to_str().expect("UTF-8");
    let text = "{\"acme-valve:valve\": {\"target\": 30, \"mode\": \"manual\"}}";
    std::fs::write(&file, text).expect("written");
    let run = device.comi("diff", &[path, "--json"]);
    assert_eq!((run.status, run.error.as_str()), (1, ""));
    let line = "{\"path\":\"/acme-valve:valve/target\",\"old\":null,\"new\":30}\n";
    assert!(run.out.contains(line), "{}", run.out);
    assert!(!run.out.contains("valve/mode"), "a default is no difference\n{}", run.out);
    assert_eq!(device.comi("set", &["/", text]).status, 1, "the board keeps the entries of its sensors");
    assert_eq!(device.comi("set", &["/acme-valve:valve/target", "30"]).status, 0);
    let run = device.comi("diff", &[path]);
    assert!(run.status == 1 && !run.out.contains("target"), "its sensors are not in the file\n{}", run.out);
    let run = device.comi("diff", &[path, "--only", VALVE]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "{}", run.error);
    std::fs::write(&file, "{\"acme-valve:valve\": {\"taget\": 30}}").expect("written");
    let run = device.comi("diff", &[path]);
    assert!(run.status == 2 && run.error.contains("valve.json:1:"), "{}", run.error);
}

#[test]
fn watch_prints_a_line_for_each_leaf_that_changes() {
    let device = Serving::start();
    let mut watching = Command::new(env!("CARGO_BIN_EXE_comi"))
        .args(["watch", &device.uri, "/acme-valve:valve/schedule", "--no-notifications", "--count", "4"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(watching.stdout.take().expect("its output")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    next();
    let set = |node: &str, value: &str| assert_eq!(device.comi("set", &[node, value]).status, 0);
    set("/acme-valve:valve/schedule=morning", "{\"days\": \"monday\", \"at\": \"06:30\"}");
    assert!(next().starts_with("/acme-valve:valve/schedule=morning "));
    set("/acme-valve:valve/schedule=morning/at", "07:00");
    assert_eq!(next(), "/acme-valve:valve/schedule=morning/at \"07:00\"");
    assert_eq!(device.comi("delete", &["/acme-valve:valve/schedule=morning"]).status, 0);
    assert_eq!(next(), "/acme-valve:valve/schedule=morning is not there");
    assert!(watching.wait().expect("its end").success());
}

#[test]
fn answers_are_written_as_they_are() {
    let device = Serving::start();
    let output = Command::new(env!("CARGO_BIN_EXE_comi"))
        .args(["get", &device.uri, "/acme-valve:valve/target", "--format", "cbor"])
        .output()
        .expect("the program runs");
    assert_eq!(output.stdout.first(), Some(&0xa1), "a map of one");
    assert_eq!(output.stdout.last(), Some(&0));
}

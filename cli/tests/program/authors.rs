//! What a model author does: check, tree, SIDs.

use std::fs;

use super::{comi, comi_in, folder};

const PUMP: &str = "module pump {\n  yang-version 1.1;\n  namespace \"urn:example:pump\";\n  prefix p;\n  container pump {\n    \
                    leaf speed { type uint16; }\n  }\n}\n";

#[test]
fn a_mistake_is_shown_with_its_place_and_cure_and_nothing_is_written() {
    let here = folder("mistake");
    fs::write(here.join("pump.yang"), PUMP.replace("uint16;", "unit16;")).unwrap();
    let run = comi_in(&here, &["yang", "check", "pump.yang"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    for part in ["pump.yang:6:23", "type unit16;", "did you mean `uint16`?", "1 file: 1 error, 0 warnings"] {
        assert!(run.error.contains(part), "{part} is not in {}", run.error);
    }
    let run = comi_in(&here, &["sid", "update", "pump.yang"]);
    assert_eq!((run.status, here.join("pump.sid").exists()), (1, false), "{}", run.error);
}

#[test]
fn a_sound_module_has_a_tree_gets_sids_once_and_keeps_them() {
    let here = folder("sound");
    fs::write(here.join("pump.yang"), PUMP).unwrap();
    let run = comi_in(&here, &["yang", "check", "pump.yang"]);
    assert_eq!((run.status, run.error.as_str()), (0, "1 file: 0 errors, 0 warnings\n"));
    let run = comi_in(&here, &["yang", "tree", "pump.yang"]);
    assert_eq!(run.out, "module: pump\n  +--rw pump\n     +--rw speed?   uint16\n");

    let run = comi_in(&here, &["sid", "update", "pump.yang"]);
    assert_eq!(run.status, 0, "{}", run.error);
    assert!(
        run.out.contains("range 63000:50") && run.out.contains("+    63002  data      /pump:pump/speed"),
        "{}",
        run.out
    );
    let first = fs::read_to_string(here.join("pump.sid")).unwrap();
    let run = comi_in(&here, &["sid", "update", "pump.yang"]);
    assert!(run.out.contains("nothing to change"), "{}", run.out);
    assert_eq!(fs::read_to_string(here.join("pump.sid")).unwrap(), first);
    assert_eq!(comi_in(&here, &["sid", "check", "pump.yang"]).status, 0);
    let run = comi_in(&here, &["yang", "tree", "--sid", "pump.yang"]);
    assert!(run.out.contains("63002"), "{}", run.out);
}

#[test]
fn sid_check_names_what_is_missing_and_the_command_that_mends_it() {
    let here = folder("missing");
    fs::write(here.join("pump.yang"), PUMP).unwrap();
    comi_in(&here, &["sid", "update", "pump.yang"]);
    fs::write(here.join("pump.yang"), PUMP.replace("leaf speed", "leaf flow { type uint8; } leaf speed")).unwrap();
    let run = comi_in(&here, &["sid", "check", "pump.yang"]);
    assert_eq!(run.status, 1, "{}", run.out);
    let all = run.out + &run.error;
    assert!(all.contains("/pump:pump/flow") && all.contains("comi sid update"), "{all}");
}

#[test]
fn wrong_usage_is_status_2() {
    assert_eq!(comi(&["yang", "check"]).status, 2);
    assert_eq!(comi(&["no-such-command"]).status, 2);
}

#[test]
fn a_reader_that_has_enough_ends_a_command_in_silence() {
    let here = folder("closed-pipe");
    fs::write(here.join("valve.json"), "{\"acme-valve:valve\": {}}").unwrap();
    for arguments in [
        &["lwm2m", "list"][..],
        &["lwm2m", "show", "3303"],
        &["sid", "range", "60000"],
        &["completions", "bash"],
        &["yang", "sample", "ietf-system"],
        &["encode", "valve.json", "--to", "diag"],
    ] {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_comi"));
        let run = command.args(arguments).current_dir(&here).stdout(writer).output().expect("the program runs");
        let error = String::from_utf8_lossy(&run.stderr);
        assert_eq!((run.status.code(), error.as_ref()), (Some(0), ""), "{arguments:?}");
    }
}

#[test]
fn a_folder_of_imports_that_is_not_there_is_wrong_usage_of_all_commands_for_sids() {
    let here = folder("sid-nowhere");
    fs::write(here.join("pump.yang"), PUMP).unwrap();
    for command in ["check", "list", "update"] {
        let run = comi_in(&here, &["sid", command, "pump.yang", "--path", "nowhere"]);
        assert!(run.status == 2 && run.error.contains("there is no such folder"), "{command}: {}", run.error);
    }
    assert!(!here.join("pump.sid").exists());
}

//! What an operator does: discover, get, set, delete, call, watch, by names.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::{Run, Serving};

const TARGET: &str = "/acme-valve:valve/target";

#[track_caller]
fn prints(run: &Run, text: &str) {
    assert_eq!((run.status, run.out.as_str()), (0, text), "{}", run.error);
}

#[track_caller]
fn ends(run: &Run, status: i32, parts: &[&str]) {
    assert_eq!((run.status, run.out.as_str()), (status, ""), "{}", run.error);
    for part in parts {
        assert!(run.error.contains(part), "{part} is not in {}", run.error);
    }
}

#[track_caller]
fn fails(run: &Run, parts: &[&str]) {
    ends(run, 1, parts);
}

/// Wrong usage is told apart from what the device refuses.
#[track_caller]
fn is_wrong_usage(run: &Run, parts: &[&str]) {
    ends(run, 2, parts);
}

#[test]
fn a_setting_is_read_written_and_refused_by_name() {
    let device = Serving::start();
    prints(&device.comi("get", &[TARGET]), "{\n  \"acme-valve:target\": 0\n}\n");
    prints(&device.comi("set", &[TARGET, "40"]), "");
    prints(&device.comi("get", &[TARGET, "--format", "table"]), "/acme-valve:valve/target\t40\n");
    let named = "the value for /acme-valve:valve/target: ";
    is_wrong_usage(&device.comi("set", &[TARGET, "140"]), &[named, "out of range", "0..100"]);
    is_wrong_usage(&device.comi("get", &["/acme-valve:valve/taget"]), &["did you mean \"target\"?"]);
    prints(&device.comi("set", &["/acme-valve:valve/mode", "service"]), "");
    fails(&device.comi("set", &[TARGET, "41"]), &["4.00 operation-failed", "is being serviced", TARGET]);
    prints(&device.comi("get", &[TARGET, "--format", "table"]), "/acme-valve:valve/target\t40\n");
}

#[test]
fn a_list_entry_is_named_in_either_form() {
    let device = Serving::start();
    let entry = "{\"days\": \"monday friday\", \"at\": \"06:30\"}";
    prints(&device.comi("set", &["/acme-valve:valve/schedule=morning", entry]), "");
    let at = "/acme-valve:valve/schedule[name='morning']/at";
    prints(&device.comi("get", &[at]), "{\n  \"acme-valve:at\": \"06:30\"\n}\n");
    prints(&device.comi("delete", &["/acme-valve:valve/schedule=morning"]), "");
    fails(&device.comi("get", &[at]), &["not there"]);
}

#[test]
fn actions_and_rpcs_take_input_and_give_output() {
    let device = Serving::start();
    let run = device.comi("call", &["/acme-valve:valve/move", "position=30", "gently=true"]);
    prints(&run, "{\n  \"duration\": 30\n}\n");
    prints(&device.comi("call", &["/acme-valve:self-test"]), "{\n  \"passed\": true\n}\n");
    prints(&device.comi("call", &["/acme-valve:identify"]), "");
    fails(
        &device.comi("call", &["/acme-valve:valve/move"]),
        &["missing-element", "/acme-valve:valve/move/input/position"],
    );
    is_wrong_usage(
        &device.comi("call", &["/acme-valve:valve/move", "speed=1"]),
        &["no input of move", "gently, position"],
    );
}

#[test]
fn an_lwm2m_path_reads_and_writes_the_same_data() {
    let device = Serving::start();
    prints(&device.comi("set", &["/3303/0/5750", "cellar"]), "");
    let name = "/lwm2m-temperature-3303:temperature=0/application-type";
    prints(&device.comi("get", &[name]), "{\n  \"lwm2m-temperature-3303:application-type\": \"cellar\"\n}\n");
    prints(&device.comi("get", &["/3303/0/5750"]), "cellar\n");
    fails(&device.comi("get", &["/3303/7/5750"]), &["4.04"]);
    fails(&device.comi("set", &["/3303/0/5700", "1"]), &["4.05"]);
}

#[test]
fn discovery_lists_what_the_filter_lets_through() {
    let device = Serving::start();
    let run = device.comi("discover", &["rt=core.c.ds"]);
    assert!(run.out.starts_with("/c ") && run.out.contains("ds=1029 (unified)"), "{}", run.out);
    assert_eq!(device.comi("discover", &["rt=nothing"]).status, 1);
    let run = device.comi("discover", &["href=/3303*"]);
    assert!(run.status == 0 && run.out.lines().all(|line| line.starts_with("/3303")), "{}", run.out);
}

#[test]
fn watch_prints_changes_and_notifications_as_they_come() {
    let device = Serving::start();
    let mut watching = Command::new(env!("CARGO_BIN_EXE_comi"))
        .args(["watch", &device.uri, TARGET, "--count", "3", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut lines = BufReader::new(watching.stdout.take().expect("its output")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    assert_eq!(next(), "{\"path\":\"/acme-valve:valve/target\",\"value\":0}");
    prints(&device.comi("set", &[TARGET, "55"]), "");
    assert_eq!(next(), "{\"path\":\"/acme-valve:valve/target\",\"value\":55}");
    // The stream is observed behind the node: only a notification raised after that is seen.
    let call = || device.comi("call", &["/acme-valve:valve/move", "position=100"]);
    assert_eq!(call().status, 0);
    assert!(next().starts_with("{\"path\":\"/acme-valve:stuck\",\"value\":{\"position\":95,\"target\":100"));
    assert!(watching.wait().expect("its end").success());
}

#[test]
fn a_device_that_is_not_there_is_said_so() {
    let device = Serving::start();
    let uri = device.uri.clone();
    drop(device);
    let run = super::comi(&["get", &uri, TARGET, "--timeout", "1"]);
    fails(&run, &["nobody listens at 127.0.0.1:"]);
}

#[test]
fn arguments_that_mean_nothing_are_wrong_usage() {
    let device = Serving::start();
    is_wrong_usage(&super::comi(&["get", "http://[::1]", TARGET]), &["use coap://HOST[:PORT]"]);
    is_wrong_usage(&super::comi(&["watch", "coap://127.0.0.1:99999"]), &["one is from 1 to 65535"]);
    is_wrong_usage(&super::comi(&["get", "coap://[::1]/c"]), &["an argument of its own: coap://[::1] /c"]);
    is_wrong_usage(&device.comi("get", &["acme-valve:valve"]), &["acme-valve:valve"]);
    is_wrong_usage(&device.comi("get", &["/3303/0/5750", TARGET]), &["one LwM2M path at a time"]);
    is_wrong_usage(&super::comi(&["serve", "--path", "not-there"]), &["there is no such folder"]);
    is_wrong_usage(&super::comi(&["serve", "--listen", "here"]), &["ADDRESS:PORT"]);
    is_wrong_usage(&device.comi("set", &["/", "{bad"]), &["the value for /: 1:2: "]);
    is_wrong_usage(&device.comi("delete", &["/acme-valve:valve/none"]), &["none"]);
    is_wrong_usage(&device.comi("call", &["/acme-valve:valve/move", "position=far"]), &["far"]);
    is_wrong_usage(&device.comi("call", &[TARGET]), &["no rpc and no action"]);
    let modules = super::folder("submodule");
    let part = "submodule pump-motor { belongs-to pump { prefix p; } }";
    std::fs::write(modules.join("pump-motor.yang"), part).expect("a file");
    let run = super::comi_in(&modules, &["serve", "--module", "pump-motor", "--path", "."]);
    fails(&run, &["this is submodule `pump-motor`", "take `pump`"]);
    let taken = device.uri.trim_start_matches("coap://");
    fails(&super::comi(&["serve", "--listen", taken]), &["in use", "port 0 takes a free one"]);
}

/// The commands in a help text.
fn commands(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    list.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[test]
fn every_command_has_examples_and_exit_statuses_in_its_help() {
    let top = super::comi(&["--help"]).out;
    let mut seen = 0;
    for name in commands(&top) {
        let own = super::comi(&[name, "--help"]).out;
        let below = commands(&own);
        let paths = if below.is_empty() { vec![vec![name]] } else { below.iter().map(|sub| vec![name, sub]).collect() };
        for path in paths {
            let help = super::comi(&[path.as_slice(), &["--help"]].concat()).out;
            let (_, examples) = help.split_once("\nExamples:\n  ").expect("examples, indented");
            assert!(examples.contains(&format!("comi {}", path.join(" "))), "{help}");
            assert!(help.contains("Exit status: 0 "), "{help}");
            seen += 1;
        }
    }
    assert!(seen >= 25, "{seen} commands");
}

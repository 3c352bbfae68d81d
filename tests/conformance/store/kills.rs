//! A process is killed while it writes into a file: what it has acknowledged is there, nothing is half.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use comi_runtime::store::Redb;
use comi_runtime::value::Data;

use crate::fixture::{at, edit, module, running, start};
use crate::media::Random;
use crate::power::kills;

const MODEL: &str = "container box { leaf one { type uint32; } leaf two { type uint32; } } \
                     list log { key n; leaf n { type uint8; } leaf of { type uint32; } }";
const FILE: &str = "COMI_STORE_FILE";

/// Counts for ever; each number is one edit of three leafs and an entry, told when it was acknowledged.
#[test]
fn writer() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let schema = module(MODEL);
    let mut device = start(schema, Redb::open(PathBuf::from(file)));
    let mut out = std::io::stdout();
    let found = count(&running(&device));
    for number in found + 1.. {
        let leaf = |value: u64| Data::Leaf(value.into());
        edit(&mut device, |edit| {
            edit.replace(&at(schema, "/t:box/one"), leaf(number))?;
            edit.replace(&at(schema, &format!("/t:log[n='{}']/of", number % 200)), leaf(number))?;
            edit.delete(&at(schema, &format!("/t:log[n='{}']", (number + 100) % 200)))?;
            edit.replace(&at(schema, "/t:box/two"), leaf(number))
        })
        .expect("it is saved");
        writeln!(out, "\nat {number}").and_then(|()| out.flush()).expect("somebody listens");
    }
}

/// The number that a configuration is of; panics where it is half.
fn count(json: &str) -> u64 {
    let json: serde_json::Value = serde_json::from_str(json).expect("it is JSON");
    let number = |of: &serde_json::Value| of.as_u64().unwrap_or(0);
    let (one, two) = (number(&json["t:box"]["one"]), number(&json["t:box"]["two"]));
    assert_eq!(one, two, "half of an edit");
    let entries = json["t:log"].as_array().map_or(&[][..], Vec::as_slice);
    let newest = entries.iter().map(|entry| number(&entry["of"])).max().unwrap_or(0);
    assert_eq!(newest, one, "half of an edit");
    assert!(entries.len() <= 100, "{}", entries.len());
    one
}

/// Starts a writer, kills it after a while, and answers what it acknowledged last.
fn killed(file: &Path, after: Duration) -> u64 {
    let this = std::env::current_exe().expect("a test program");
    let mut child = Command::new(this)
        .args(["--exact", "kills::writer", "--nocapture", "--test-threads=1"])
        .env(FILE, file)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut acknowledged = 0;
    let mut note = |line: std::io::Result<String>| {
        let number = line.ok().and_then(|line| line.strip_prefix("at ")?.parse().ok());
        acknowledged = number.unwrap_or(acknowledged);
        number.is_some()
    };
    // compiling the model takes longer than writing: the time counts from the first number on
    while lines.next().is_some_and(|line| !note(line)) {}
    std::thread::sleep(after);
    child.kill().expect("SIGKILL");
    lines.for_each(|line| {
        note(line);
    });
    child.wait().expect("it is gone");
    acknowledged
}

#[test]
fn what_a_killed_process_acknowledged_is_there_and_nothing_is_half() {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("store-kills-{}.redb", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let mut random = Random(7);
    let mut before = 0;
    for kill in 0..kills() {
        let micros = u64::try_from(random.below(30_000)).expect("small");
        let acknowledged = killed(&file, Duration::from_micros(micros));
        let device = start(module(MODEL), Redb::open(&file));
        assert!(device.restored().expect("it has a store").is_whole(), "kill {kill}");
        let found = count(&running(&device));
        assert!(acknowledged > before, "kill {kill}: the writer did something");
        assert!(
            (acknowledged..=acknowledged + 1).contains(&found),
            "kill {kill}: {found}, acknowledged {acknowledged}"
        );
        before = found;
    }
    println!("{} kills, {before} edits", kills());
    std::fs::remove_file(file).expect("it is there");
}

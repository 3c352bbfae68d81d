//! What is generated: two models' files as snapshots that a reviewer reads the diff of (`COMI_BLESS=1 cargo test -p
//! comi-codegen --test generated` renews them), compiled and run here.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end the program")]

use std::path::Path;

use comi_codegen::Config;
use comi_runtime::board::{Board as _, Call, Change, Fault, Outcome};
use comi_runtime::model::{Decimal64, FromContent as _, FromValue as _, IntoContent as _, Notification as _};
use comi_runtime::schema::{NodeIndex, NodeKind, Schema};
use comi_runtime::value::{Content, Data, Value};

#[rustfmt::skip]
mod acme_valve {
    include!("snapshots/acme-valve.rs");
}

#[rustfmt::skip]
mod corners {
    include!("snapshots/corners.rs");
}

use acme_valve::acme_valve as valve;
use corners::corners as corner;

#[track_caller]
fn check_snapshot(name: &str, config: &Config) {
    let rust = config.rust().map_err(|error| error.to_string()).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("COMI_BLESS").is_some() {
        std::fs::write(&path, &rust).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap();
    if let Some(line) = stored.lines().zip(rust.lines()).position(|(stored, new)| stored != new) {
        panic!("{} differs from line {} on; COMI_BLESS=1 renews it", path.display(), line + 1);
    }
    assert_eq!(stored.len(), rust.len(), "{} differs in length; COMI_BLESS=1 renews it", path.display());
}

#[test]
fn acme_valve_is_generated_as_its_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("yang/example");
    check_snapshot(
        "acme-valve.rs",
        &Config::new().yang_dir(folder).module("acme-valve").pushed("/acme-valve:valve/flow").by_name(),
    );
}

#[test]
fn corners_are_generated_as_their_snapshot() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    check_snapshot("corners.rs", &Config::new().yang_dir(folder).module("corners").by_name().typed_codec());
}

/// A board that writes down what it was asked and told.
#[derive(Debug, Default)]
struct Board {
    log: Vec<String>,
}

impl valve::ValveHandler for Board {
    fn position(&mut self) -> Result<u8, Fault> {
        Ok(40)
    }

    fn condition(&mut self) -> Result<valve::Condition, Fault> {
        Ok(valve::Condition::MOVING | valve::Condition::BATTERY_LOW)
    }

    fn r#move(&mut self, _call: Call, input: valve::MoveInput) -> Result<Outcome<valve::MoveOutput>, Fault> {
        self.log.push(format!("move to {} gently {}", input.position, input.gently));
        Ok(Outcome::Done(valve::MoveOutput { duration: 7 }))
    }

    fn prepare_valve_target(&mut self, new: Option<u8>) -> Result<(), Fault> {
        if new == Some(99) { Err(Fault::refused("not 99")) } else { Ok(()) }
    }

    fn valve_target_changed(&mut self, new: Option<u8>) {
        self.log.push(format!("target {new:?}"));
    }

    fn schedule_created(&mut self, name: &str) {
        self.log.push(format!("schedule {name} created"));
    }

    fn prepare_calibration_delete(&mut self, direction: valve::Direction, step: u8) -> Result<(), Fault> {
        Err(Fault::refused(format!("{direction:?} {step} stays")))
    }

    fn contact_changed(&mut self, new: Option<Vec<&str>>) {
        self.log.push(format!("contacts {new:?}"));
    }
}

impl valve::AcmeValveHandler for Board {
    fn identify(&mut self, _call: Call, input: valve::IdentifyInput) -> Result<Outcome<()>, Fault> {
        self.log.push(format!("blink {}", input.duration));
        Ok(Outcome::Done(()))
    }

    fn self_test(&mut self, _call: Call) -> Result<Outcome<valve::SelfTestOutput>, Fault> {
        Ok(Outcome::Later)
    }
}

impl corner::OptionHandler for Board {}

impl corner::AlarmHandler for Board {
    fn alarm_next(&mut self, after: Option<(&str, u32)>) -> Result<Option<(String, u32)>, Fault> {
        Ok(match after {
            None => Some(("door".to_owned(), 1)),
            Some(("door", number)) if number < 2 => Some(("door".to_owned(), number + 1)),
            Some(_) => None,
        })
    }

    fn event_next(&mut self, source: &str, number: u32, after: Option<u64>) -> Result<Option<u64>, Fault> {
        assert_eq!((source, number), ("door", 2));
        Ok(after.is_none().then_some(1))
    }

    fn at(&mut self, _source: &str, _number: u32, event_position: u64) -> Result<i64, Fault> {
        Ok(i64::try_from(event_position).unwrap() * 100)
    }
}

impl corner::SensorHandler for Board {
    fn sensor_value(&mut self, id: u16) -> Result<f64, Fault> {
        Ok(f64::from(id) / 2.0)
    }

    fn reset(&mut self, _call: Call, id: u16, arguments: Option<&str>) -> Result<Outcome<()>, Fault> {
        self.log.push(format!("reset {id} {arguments:?}"));
        Ok(Outcome::Done(()))
    }
}

impl corner::CornersHandler for Board {
    fn tidy(&mut self, _call: Call, input: corner::TidyInput) -> Result<Outcome<()>, Fault> {
        self.log.push(format!("tidy {} {:?}", input.keep.days, input.area));
        Ok(Outcome::Done(()))
    }
}

fn find(schema: &'static Schema, path: &str) -> NodeIndex {
    path.split('/').fold(NodeIndex::ROOT, |node, name| {
        schema.child(node, None, name).unwrap_or_else(|| panic!("{path} has no step {name}"))
    })
}

fn valve_node(path: &str) -> NodeIndex {
    find(&acme_valve::SCHEMA, path)
}

fn corner_node(path: &str) -> NodeIndex {
    find(&corners::SCHEMA, path)
}

#[test]
fn state_is_read_by_its_method() {
    let mut board = acme_valve::bind(Board::default());
    assert_eq!(board.read(valve_node("valve/position"), &[]), Ok(Data::Leaf(Value::Unsigned(40))));
    assert_eq!(board.read(valve_node("valve/condition"), &[]), Ok(Data::Leaf(Value::Bits(Box::from([1, 1])))));
    assert_eq!(board.read(valve_node("valve/volume"), &[]), Err(Fault::Absent));
    assert_eq!(board.read(valve_node("valve/flow"), &[]), Err(Fault::Absent), "it is pushed");
}

#[test]
fn a_change_is_asked_and_told_with_its_keys() {
    let mut board = acme_valve::bind(Board::default());
    let (target, contact) = (valve_node("valve/target"), valve_node("valve/contact"));
    let [refused, accepted] = [99, 98].map(|number| Data::Leaf(Value::Unsigned(number)));
    fn change(node: NodeIndex, new: Option<&Data>) -> Change<'_> {
        Change { node, keys: &[], old: None, new }
    }
    assert_eq!(board.prepare(&change(target, Some(&refused))), Err(Fault::refused("not 99")));
    assert_eq!(board.prepare(&change(target, Some(&accepted))), Ok(()));
    board.changed(&change(target, None));
    let contacts = Data::LeafList(vec![Value::from("a"), Value::from("b")]);
    board.changed(&change(contact, Some(&contacts)));

    let entry = Data::Container(Content::new());
    let night = [Value::from("night")];
    let schedule = Change { node: valve_node("valve/schedule"), keys: &night, old: None, new: Some(&entry) };
    assert_eq!(board.prepare(&schedule), Ok(()));
    board.changed(&schedule);
    let keys = [Value::Enumeration(1), Value::Unsigned(3)];
    let calibration = Change { node: valve_node("valve/calibration"), keys: &keys, old: Some(&entry), new: None };
    assert_eq!(board.prepare(&calibration), Err(Fault::refused("Closing 3 stays")));
    assert_eq!(board.board().log, ["target None", "contacts Some([\"a\", \"b\"])", "schedule night created"]);
}

#[test]
fn operations_take_and_give_structs() {
    let mut board = acme_valve::bind(Board::default());
    let input = valve::MoveInput { position: 30, gently: true }.into_content();
    let output = board.call(Call(1), valve_node("valve/move"), &[], &input);
    let Ok(Outcome::Done(output)) = output else { panic!("{output:?}") };
    assert_eq!(valve::MoveOutput::from_content(&output), Ok(valve::MoveOutput { duration: 7 }));
    assert_eq!(board.call(Call(2), valve_node("self-test"), &[], &Content::new()), Ok(Outcome::Later));
    let missing = board.call(Call(3), valve_node("valve/move"), &[], &Content::new());
    assert_eq!(missing, Err(Fault::failed("a mandatory node is missing")));
    assert_eq!(board.board().log, ["move to 30 gently true"]);
}

#[test]
fn lists_of_state_are_walked_by_their_keys_or_positions() {
    let mut board = corners::bind(Board::default());
    let (alarm, event) = (corner_node("alarm"), corner_node("alarm/event"));
    let key = |number| vec![Value::from("door"), Value::Unsigned(number)];
    assert_eq!(board.next(alarm, &[], None), Ok(Some(key(1))));
    assert_eq!(board.next(alarm, &[], Some(&key(1))), Ok(Some(key(2))));
    assert_eq!(board.next(alarm, &[], Some(&key(2))), Ok(None));
    assert_eq!(board.next(event, &key(2), None), Ok(Some(vec![Value::Unsigned(1)])));
    let third = [Value::from("door"), Value::Unsigned(2), Value::Unsigned(3)];
    assert_eq!(board.read(corner_node("alarm/event/at"), &third), Ok(Data::Leaf(Value::Integer(300))));
}

#[test]
fn what_only_hardware_makes_is_not_made_from_outside() {
    let mut board = corners::bind(Board::default());
    let entry = Data::Container(Content::new());
    let change = Change { node: corner_node("sensor"), keys: &[Value::Unsigned(1)], old: None, new: Some(&entry) };
    assert!(matches!(board.prepare(&change), Err(Fault::Refused(_))));
}

#[test]
fn an_executable_resource_takes_its_arguments_as_text() {
    let mut board = corners::bind(Board::default());
    let (reset, arguments) = (corner_node("sensor/reset"), corner_node("sensor/reset/input/arguments"));
    let mut input = Content::new();
    for expected in [None, Some("0='a'")] {
        if let Some(text) = expected {
            input.insert(arguments, Data::Leaf(Value::from(text)));
        }
        assert_eq!(board.call(Call(1), reset, &[Value::Unsigned(5)], &input), Ok(Outcome::Done(Content::new())));
    }
    assert_eq!(board.board().log, ["reset 5 None", "reset 5 Some(\"0='a'\")"]);
}

#[test]
fn a_notification_knows_its_place() {
    let stuck = valve::Stuck { position: 1, target: 2, torque: Decimal64::try_from(8.1).ok() };
    let (at, content) = stuck.clone().into_instance();
    assert_eq!(at, valve::path::stuck());
    assert_eq!(valve::Stuck::from_content(&content), Ok(stuck));
    let (at, content) = corner::OutOfRange { id: 7, value: 1.5 }.into_instance();
    assert_eq!(at, corner::path::sensor_out_of_range(7));
    assert_eq!(content.iter().count(), 1);
}

#[test]
fn structs_survive_content() {
    let configuration = valve::Valve {
        medium: Some(valve::identity::GAS),
        close_after: Some(valve::CloseAfter::Uint16(30)),
        open: Some(()),
        contact: vec!["a".to_owned()],
        lock: Some(valve::Lock::default()),
        schedule: ["b", "a"]
            .map(|name| valve::Schedule {
                name: name.to_owned(),
                days: valve::Weekdays::MONDAY | valve::Weekdays::PUBLIC_HOLIDAY,
                at: "08:00".to_owned(),
                target: None,
                enabled: Some(false),
            })
            .into(),
        ..valve::Valve::default()
    };
    let mut read = valve::Valve::from_content(&configuration.clone().into_content()).unwrap();
    read.schedule.reverse();
    assert_eq!(read, configuration, "but for the order of the keys");
    let never = Value::from(valve::CloseAfter::Enumeration(valve::CloseAfterEnumeration::Never));
    assert_eq!(never, Value::Union(1, Box::new(Value::Enumeration(0))));
    assert_eq!(valve::CloseAfter::from_value(&never).map(Value::from), Some(never));
}

#[test]
fn the_static_tables_hold_together() {
    for schema in [&acme_valve::SCHEMA, &corners::SCHEMA] {
        for (place, row) in schema.nodes.iter().enumerate() {
            let index = NodeIndex(u16::try_from(place).unwrap());
            assert!(row.end > index.0 && row.end as usize <= schema.nodes.len());
            assert!(row.parent == NodeIndex::ROOT || schema.is_within(index, row.parent));
            assert_eq!(schema.node_by_sid(row.sid), Some(index), "{}", schema.name(index));
            assert_eq!(schema.list(index).is_some(), row.kind() == NodeKind::List);
        }
        assert!(
            schema.by_sid.is_sorted_by_key(|node| schema.node(*node).map(|row| row.sid))
                && schema.case_members.is_sorted_by_key(|member| member.node)
        );
    }
    let (object, value) = (corners::SCHEMA.object(33000).unwrap(), corners::SCHEMA.resource(33000, 1));
    assert_eq!((object.node, value), (corner_node("sensor"), Some(corner_node("sensor/value"))));
}

/// What is wrong in a build script is told so that its author can mend it.
#[test]
fn paths_in_a_build_script_are_checked() {
    let config =
        || Config::new().yang_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("yang/example")).module("acme-valve");
    for (config, expected) in [
        (config().pushed("/acme-valve:valve/flw"), "there is no node \"flw\"; did you mean \"flow\"?"),
        (
            config().pushed("/acme-valv:valve/flow"),
            "there is no module \"acme-valv\" in this build; did you mean \"acme-valve\"?",
        ),
        (config().pushed("valve/flow"), "does not begin with /module:node"),
        (config().pushed("/acme-valve:valve/target"), "the node is configuration, which the store keeps"),
        (config().without("/acme-valve:valve/position"), "the node is mandatory"),
        (config().without("/acme-valve:valve/schedule/name"), "the node is a key of its list"),
        (config().module("acme-pump"), "acme-pump"),
    ] {
        let report = format!("{:?}", config.rust().unwrap_err());
        assert!(report.contains(expected), "{expected}: {report}");
    }
}

#[test]
fn what_a_device_is_without_is_in_no_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("yang/example");
    let config = Config::new().yang_dir(folder).module("acme-valve");
    let with = config.rust().unwrap();
    let without = config.without("/acme-valve:valve/volume").rust().unwrap();
    assert!(with.contains("/acme-valve:valve/volume") && !without.contains("/acme-valve:valve/volume"));
}

#[test]
fn a_device_has_names_only_where_it_asks_for_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("yang/example");
    let config = Config::new().yang_dir(folder).module("acme-valve");
    let without = config.rust().unwrap();
    assert!(without.contains("by_name: None") && without.contains("static NAMES: &[&str] = &[];"), "{without}");
    let with = config.by_name().rust().unwrap();
    assert!(with.contains("by_name: Some(") && with.contains("\"volume\","));
}

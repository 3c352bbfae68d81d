//! startup, running and factory-default, as a device has them (RFC 8342 section 5.1, RFC 8808).

use comi_runtime::store::{Initial, Persistence, StartError};

use crate::fixture::{NOW, Shelf, at, json_of, module, running, set, start, try_start};

const MODEL: &str =
    "container box { leaf level { type uint8; } leaf name { type string; } leaf odd { type uint8; must '. != 4'; } }";
const FACTORY: &str = "{\"t:box\": {\"level\": 1}}";

fn kept(shelf: &Shelf) -> Persistence {
    Persistence::new(shelf.clone()).factory_default(Initial::Json(FACTORY))
}

#[test]
fn what_is_not_saved_on_request_is_gone_after_a_restart() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, kept(&shelf).saved_on_request());
    set(&mut device, "/t:box/level", "2").unwrap();
    assert_eq!(json_of(schema, &device.startup().unwrap()), "{\"t:box\":{\"level\":1}}");
    device.save().unwrap();
    set(&mut device, "/t:box/level", "3").unwrap();
    assert_eq!(json_of(schema, &device.startup().unwrap()), "{\"t:box\":{\"level\":2}}");
    drop(device);
    assert_eq!(running(&start(schema, kept(&shelf).saved_on_request())), "{\"t:box\":{\"level\":2}}");
}

#[test]
fn a_factory_reset_makes_running_and_startup_the_factory_default() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, kept(&shelf));
    set(&mut device, "/t:box", "{\"level\": 2, \"name\": \"x\"}").unwrap();
    device.factory_reset(NOW).unwrap();
    assert_eq!(device.board().told.last().map(String::as_str), Some("+/t:box/level"), "of 1 again");
    assert!(device.board().told.contains(&"-/t:box/name".to_owned()));
    assert_eq!(running(&device), "{\"t:box\":{\"level\":1}}");
    assert_eq!(device.startup().unwrap(), *device.datastore().content());
    assert_eq!(device.factory_default().unwrap(), *device.datastore().content());
    assert_eq!(running(&start(schema, kept(&shelf))), "{\"t:box\":{\"level\":1}}");
}

#[test]
fn factory_defaults_are_cbor_json_or_made() {
    let schema = module(MODEL);
    let level = at(schema, "/t:box/level");
    let document = format!("a11a{:08x}a1", crate::fixture::sid_of("/t:box"));
    let delta = i64::from(crate::fixture::sid_of("/t:box/level")) - i64::from(crate::fixture::sid_of("/t:box"));
    let mut cbor: Vec<u8> =
        (0..document.len()).step_by(2).map(|at| u8::from_str_radix(&document[at..at + 2], 16).unwrap()).collect();
    comi_runtime::cbor::Writer::new(&mut cbor).integer(delta);
    cbor.push(1);
    for initial in [
        Initial::Json(FACTORY),
        Initial::Cbor(cbor.leak()),
        Initial::made(move |edit| edit.replace(&level, comi_runtime::value::Data::Leaf(1_u64.into()))),
    ] {
        let device = start(schema, Persistence::new(Shelf::default()).factory_default(initial));
        assert_eq!(running(&device), "{\"t:box\":{\"level\":1}}");
    }
}

#[test]
fn factory_defaults_that_do_not_fit_the_model_are_told_at_the_start() {
    let schema = module(MODEL);
    for (initial, told) in [
        (Initial::Json("{\"t:box\": {\"level\": 300}}"), "out of range"),
        (Initial::Json("{\"t:box\": {\"odd\": 4}}"), "/t:box/odd: a `must` of the model does not hold"),
        (Initial::Cbor(&[0xff]), "byte 0"),
    ] {
        let error = try_start(schema, Persistence::new(Shelf::default()).factory_default(initial)).unwrap_err();
        assert!(matches!(&error, StartError::FactoryDefault(words) if words.contains(told)), "{error}");
    }
}

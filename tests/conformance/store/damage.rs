//! A store that is damaged: the device starts, says what is lost, and changes nothing until somebody decides.

use comi_runtime::store::{Initial, Persistence, StoreError};

use crate::fixture::{NOW, Shelf, module, running, set, start, try_start};

const MODEL: &str = "container box { leaf level { type uint8; mandatory true; } leaf name { type string; } }";

fn filled() -> Shelf {
    let shelf = Shelf::default();
    let kept = Persistence::new(shelf.clone()).factory_default(Initial::Json("{\"t:box\": {\"level\": 1}}"));
    let mut device = start(module(MODEL), kept);
    set(&mut device, "/t:box", "{\"level\": 7, \"name\": \"x\"}").unwrap();
    shelf
}

fn kept(shelf: &Shelf) -> Persistence {
    Persistence::new(shelf.clone()).factory_default(Initial::Json("{\"t:box\": {\"level\": 1}}"))
}

#[test]
fn what_can_be_read_is_served_and_nobody_can_change_it() {
    let schema = module(MODEL);
    let shelf = filled();
    shelf.kept().damage = Some(StoreError::Damaged("two records are lost".into()));
    let before = shelf.kept().memory.clone();
    let mut device = start(schema, kept(&shelf));
    assert_eq!(running(&device), "{\"t:box\":{\"level\":7,\"name\":\"x\"}}");
    let told = device.restored().unwrap().explain(schema);
    assert!(told.starts_with("read-only: two records are lost\n"), "{told}");
    assert!(told.contains("accept_loss") && told.contains("factory_reset") && told.contains("copy"), "{told}");
    assert!(device.save().is_err(), "saving is not accepting");
    assert_eq!(shelf.kept().memory, before);
    // the board can work; it is not saved
    set(&mut device, "/t:box/level", "9").unwrap();
    assert_eq!(shelf.kept().memory, before);
}

#[test]
fn accepting_the_loss_saves_what_is_left_and_ends_it() {
    let schema = module(MODEL);
    let shelf = filled();
    shelf.kept().damage = Some(StoreError::Damaged("two records are lost".into()));
    let mut device = start(schema, kept(&shelf));
    set(&mut device, "/t:box/level", "9").unwrap();
    device.accept_loss().unwrap();
    assert!(device.restored().unwrap().damage.is_none());
    set(&mut device, "/t:box/name", "\"y\"").unwrap();
    drop(device);
    let device = start(schema, kept(&shelf));
    assert_eq!(running(&device), "{\"t:box\":{\"level\":9,\"name\":\"y\"}}");
    assert!(device.restored().unwrap().is_whole());
}

#[test]
fn a_factory_reset_ends_it() {
    let schema = module(MODEL);
    let shelf = filled();
    shelf.kept().damage = Some(StoreError::Damaged("two records are lost".into()));
    let mut device = start(schema, kept(&shelf));
    device.factory_reset(NOW).unwrap();
    assert!(device.restored().unwrap().damage.is_none());
    drop(device);
    assert_eq!(running(&start(schema, kept(&shelf))), "{\"t:box\":{\"level\":1}}");
}

#[test]
fn a_store_of_which_nothing_is_left_starts_with_the_factory_defaults_and_says_so() {
    let schema = module(MODEL);
    let shelf = filled();
    shelf.kept().memory.records.clear();
    shelf.kept().damage = Some(StoreError::Damaged("all is lost".into()));
    let device = start(schema, kept(&shelf));
    assert_eq!(running(&device), "{\"t:box\":{\"level\":1}}");
    assert!(!device.restored().unwrap().fresh && device.restored().unwrap().damage.is_some());
    assert!(shelf.kept().memory.records.is_empty());
}

#[test]
fn a_head_that_is_missing_or_can_not_be_read_is_damage() {
    let schema = module(MODEL);
    for head in [None, Some(vec![0x18]), Some(vec![0x81, 0x01, 0x00])] {
        let shelf = filled();
        match head {
            None => drop(shelf.kept().memory.records.remove(&Vec::new())),
            Some(head) => drop(shelf.kept().memory.records.insert(Vec::new(), head)),
        }
        let device = start(schema, kept(&shelf));
        let damage = device.restored().unwrap().damage.clone().unwrap();
        assert!(damage.starts_with("its head "), "{damage}");
        assert_eq!(running(&device), "{\"t:box\":{\"level\":7,\"name\":\"x\"}}");
    }
}

#[test]
fn a_store_that_can_not_be_reached_is_an_error_at_the_start() {
    let shelf = filled();
    shelf.kept().damage = Some(StoreError::Unavailable("it is locked".into()));
    let error = try_start(module(MODEL), kept(&shelf)).unwrap_err();
    assert_eq!(error.to_string(), "the store can't be used: it is locked");
}

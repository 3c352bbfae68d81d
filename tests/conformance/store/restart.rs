//! What is there after a restart, and what an edit writes.

use comi_runtime::store::{Initial, Persistence, StoreError};

use crate::fixture::{Shelf, module, running, set, start};

const MODEL: &str = "
    identity fuel; identity gas { base fuel; }
    container box {
        leaf level { type uint8; default 3; }
        leaf name { type string; }
        leaf mark { type empty; }
        leaf burns { type identityref { base fuel; } }
        leaf where { type instance-identifier { require-instance false; } }
        leaf either { type union { type uint8; type enumeration { enum many; } type identityref { base fuel; } } }
        leaf-list tag { type string; }
        anydata more;
        container lamp { presence on; leaf color { type string; } }
        leaf temperature { config false; type int8; }
    }
    list server { key \"name port\";
        leaf name { type string; } leaf port { type uint16; } leaf note { type string; }
        list alias { key id; leaf id { type uint8; } leaf text { type string; } }
    }";

const EVERYTHING: &[(&str, &str)] = &[
    ("/t:box/level", "7"),
    ("/t:box/name", "\"cellar\""),
    ("/t:box/mark", "[null]"),
    ("/t:box/burns", "\"t:gas\""),
    ("/t:box/where", "\"/t:server[name='a'][port='1']/note\""),
    ("/t:box/either", "\"t:gas\""),
    ("/t:box/tag", "[\"b\", \"a\"]"),
    ("/t:box/more", "{\"t:box\": {\"level\": 1}}"),
    ("/t:box/lamp", "{}"),
    ("/t:box/lamp/color", "\"red\""),
    ("/t:server[name='a'][port='1']", "[{\"name\": \"a\", \"port\": 1}]"),
    ("/t:server[name='longer'][port='1']/note", "\"n\""),
    ("/t:server[name='a'][port='2']/alias[id='9']/text", "\"nine\""),
];

#[test]
fn every_kind_of_instance_is_there_after_a_restart() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    assert!(device.restored().unwrap().fresh);
    for (path, value) in EVERYTHING {
        set(&mut device, path, value).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    let (before, instances) = (running(&device), device.datastore().instances());
    drop(device);
    let mut device = start(schema, shelf.clone());
    assert_eq!(running(&device), before);
    assert!(device.restored().unwrap().is_whole() && !device.restored().unwrap().fresh);
    assert_eq!(device.datastore().instances(), instances);
    assert_eq!(device.startup().unwrap(), *device.datastore().content());
    // and goes by its own record
    for (path, _) in EVERYTHING.iter().rev() {
        set(&mut device, path, "").unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    set(&mut device, "/t:server", "").unwrap();
    assert_eq!(running(&device), "{}");
    drop(device);
    let device = start(schema, shelf.clone());
    assert_eq!(running(&device), "{}");
    assert_eq!(shelf.kept().memory.records.len(), 1, "the head alone");
}

#[test]
fn an_edit_writes_what_it_changes_and_nothing_else() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    for name in 0..100 {
        set(&mut device, &format!("/t:server[name='{name}'][port='1']/note"), "\"n\"").unwrap();
    }
    shelf.kept().writes.clear();
    set(&mut device, "/t:server[name='7'][port='1']/note", "\"other\"").unwrap();
    set(&mut device, "/t:server[name='7'][port='1']/note", "\"other\"").unwrap();
    set(&mut device, "/t:server[name='7'][port='1']", "").unwrap();
    assert_eq!(shelf.kept().writes, [1, 2], "a leaf; nothing; an entry and its leaf");
}

#[test]
fn what_the_store_refuses_is_not_done() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    set(&mut device, "/t:box/level", "7").unwrap();
    let (revision, records) = (device.datastore().revision(), shelf.kept().memory.clone());
    shelf.kept().refusal = Some(StoreError::Full);
    let refused = set(&mut device, "/t:box", "{\"level\": 8, \"name\": \"x\"}").unwrap_err();
    assert_eq!(refused, "the device failed: not saved: the store is full");
    assert_eq!(running(&device), "{\"t:box\":{\"level\":7}}");
    assert_eq!((device.datastore().revision(), &shelf.kept().memory), (revision, &records));
    set(&mut device, "/t:box", "{\"level\": 8, \"name\": \"x\"}").unwrap();
}

#[test]
fn the_board_is_told_of_what_it_starts_with_as_of_a_commit() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    set(&mut device, "/t:server[name='a'][port='2']/alias[id='9']/text", "\"nine\"").unwrap();
    set(&mut device, "/t:box/lamp", "{}").unwrap();
    drop(device);
    let mut told = start(schema, shelf).board().told.clone();
    told.sort();
    assert_eq!(
        told,
        [
            "+/t:box/lamp",
            "+/t:server[name='a'][port='2']",
            "+/t:server[name='a'][port='2']/alias[id='9']",
            "+/t:server[name='a'][port='2']/alias[id='9']/text",
        ]
    );
}

#[test]
fn a_new_store_begins_with_the_factory_defaults_and_a_used_one_does_not() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let kept = |shelf: &Shelf| {
        Persistence::new(shelf.clone()).factory_default(Initial::Json("{\"t:box\": {\"level\": 9, \"lamp\": {}}}"))
    };
    let mut device = start(schema, kept(&shelf));
    assert_eq!(running(&device), "{\"t:box\":{\"lamp\":{},\"level\":9}}");
    set(&mut device, "/t:box", "").unwrap();
    drop(device);
    assert_eq!(running(&start(schema, kept(&shelf))), "{}", "it was emptied on purpose");
}

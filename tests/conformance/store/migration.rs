//! A new firmware reads what an old one wrote.

use comi_runtime::store::{Migration, MigrationError, Persistence, StartError};
use comi_runtime::value::Data;

use crate::fixture::{Shelf, at, module, module_with, running, set, sid_of, start, try_start};

const OLD: &str = "
    container box { leaf level { type uint8; } leaf gone { type string; } leaf kind { type string; } }
    list server { key name; leaf name { type string; } leaf port { type uint16; } }";

fn filled() -> Shelf {
    let shelf = Shelf::default();
    let mut device = start(module(OLD), shelf.clone());
    set(&mut device, "/t:box", "{\"level\": 150, \"gone\": \"x\", \"kind\": \"hot\"}").unwrap();
    set(&mut device, "/t:server", "[{\"name\": \"a\", \"port\": 1}, {\"name\": \"b\", \"port\": 70}]").unwrap();
    shelf
}

#[test]
fn what_is_gone_or_fits_no_longer_is_dropped_and_told_once() {
    let shelf = filled();
    let new = module(
        "container box { leaf level { type uint8 { range 0..100; } } leaf kind { type enumeration { enum hot; } } \
         leaf more { type string; } } \
         list server { key name; leaf name { type string; } leaf port { type uint8; } }",
    );
    let device = start(new, shelf.clone());
    assert_eq!(running(&device), "{\"t:server\":[{\"name\":\"a\",\"port\":1},{\"name\":\"b\",\"port\":70}]}");
    let restored = device.restored().unwrap().clone();
    assert_eq!((restored.lost_count, restored.damage.is_none()), (3, true));
    let told = restored.explain(new);
    for line in [
        "dropped: /t:box/level: out of range 0..100 ",
        "dropped: /t:box/kind: ",
        &format!("dropped: SID {}: ", sid_of("/t:box/gone")),
    ] {
        assert!(told.contains(line), "{line} in {told}");
    }
    drop(device);
    assert!(start(new, shelf).restored().unwrap().is_whole(), "it was told");
}

#[test]
fn an_entry_whose_key_fits_no_longer_goes_with_all_it_holds() {
    let shelf = filled();
    let new = module(
        "list server { key name; leaf name { type string { length 1; pattern a; } } leaf port { type uint16; } }",
    );
    let device = start(new, shelf);
    assert_eq!(running(&device), "{\"t:server\":[{\"name\":\"a\",\"port\":1}]}");
    assert_eq!(device.restored().unwrap().lost_count, 5, "three of the box, two of the entry");
}

#[test]
fn a_node_that_is_mandatory_now_is_a_clear_error_or_the_hooks_business() {
    let shelf = filled();
    let new = module(&OLD.replace("leaf level", "leaf owner { type string; mandatory true; } leaf level"));
    let error = try_start(new, shelf.clone()).unwrap_err();
    assert!(matches!(error, StartError::Invalid(_)), "{error}");
    assert!(error.to_string().contains("/t:box/owner: a mandatory node is missing; give"), "{error}");
    let owner = at(new, "/t:box/owner");
    let kept = Persistence::new(shelf.clone()).on_start(move |_, edit| {
        if edit.datastore().get(&owner).is_none() { edit.replace(&owner, Data::Leaf("us".into())) } else { Ok(()) }
    });
    let device = start(new, kept);
    assert!(running(&device).contains("\"owner\":\"us\""));
    drop(device);
    assert!(running(&start(new, shelf)).contains("\"owner\":\"us\""), "it was saved");
}

#[test]
fn the_hook_makes_new_values_of_those_that_were_dropped() {
    let shelf = filled();
    let new = module("container box { leaf percent { type uint8; } }");
    let percent = at(new, "/t:box/percent");
    let kept = Persistence::new(shelf).on_start(move |restored, edit| {
        let old = restored.lost.iter().find(|lost| lost.sid() == Some(u64::from(sid_of("/t:box/level"))));
        match old.map(|lost| lost.value.as_slice()) {
            Some([0x18, level]) => edit.replace(&percent, Data::Leaf(u64::from(level / 2).into())),
            _ => Ok(()),
        }
    });
    assert_eq!(running(&start(new, kept)), "{\"t:box\":{\"percent\":75}}");
}

#[test]
fn what_breaks_a_rule_of_the_new_model_is_an_error_and_the_store_is_left_as_it_was() {
    let shelf = filled();
    let before = shelf.kept().memory.clone();
    let new = module(&OLD.replace("container box {", "container box { must 'level < 100' { error-message hot; }"));
    let error = try_start(new, shelf.clone()).unwrap_err().to_string();
    assert!(error.contains("/t:box: hot"), "{error}");
    assert_eq!(shelf.kept().memory, before);
}

const NUMBERED: &str = "
    identity fuel; identity gas { base fuel; }
    container box {
        leaf burns { type identityref { base fuel; } }
        leaf either { type union { type uint8; type identityref { base fuel; } type instance-identifier { require-instance false; } } }
        leaf-list where { type instance-identifier { require-instance false; } }
    }
    list by { key fuel; leaf fuel { type identityref { base fuel; } } leaf note { type string; } }";

/// Numbers that are others, of which some were those of others.
fn moved(identifier: &str) -> u32 {
    match identifier {
        "/t:box" => sid_of("/t:box/burns"),
        "/t:box/burns" => sid_of("/t:box"),
        other => sid_of(other) ^ 1,
    }
}

const IDENTIFIERS: &[&str] = &[
    "t",
    "fuel",
    "gas",
    "/t:box",
    "/t:box/burns",
    "/t:box/either",
    "/t:box/where",
    "/t:by",
    "/t:by/fuel",
    "/t:by/note",
];

fn table() -> String {
    let items: Vec<String> = IDENTIFIERS
        .iter()
        .map(|item| {
            let (old, new) = (sid_of(item), moved(item));
            format!("{{\"namespace\": \"data\", \"identifier\": \"{item}\", \"old-sid\": \"{old}\", \"new-sid\": \"{new}\"}}")
        })
        .collect();
    format!("{{\"comi-sid:migration\": {{\"module\": [{{\"module-name\": \"t\", \"item\": [{}]}}]}}}}", items.join(","))
}

#[test]
fn numbers_that_were_moved_are_followed_wherever_they_stand_and_once() {
    let shelf = Shelf::default();
    let mut device = start(module(NUMBERED), shelf.clone());
    for (path, value) in [
        ("/t:box/burns", "\"t:gas\""),
        ("/t:box/either", "\"/t:by[fuel='t:gas']/note\""),
        ("/t:box/where", "[\"/t:box/burns\", \"/t:by[fuel='t:gas']\"]"),
        ("/t:by[fuel='t:gas']/note", "\"n\""),
    ] {
        set(&mut device, path, value).unwrap();
    }
    let before = running(&device);
    drop(device);
    let new = module_with(NUMBERED, moved);
    let migration = Migration::from_json(&table()).unwrap();
    assert_eq!(comi_sid::Migration::parse(&table()).unwrap().modules().len(), 1, "it is what comi-sid writes");
    // the second time it must not be made again: some old numbers are new ones of others
    for _ in 0..2 {
        let device = start(new, Persistence::new(shelf.clone()).migration(migration.clone()));
        assert_eq!(running(&device), before);
        assert!(device.restored().unwrap().is_whole());
    }
    // a store that begins with the new numbers has been through it
    let shelf = Shelf::default();
    let mut device = start(new, Persistence::new(shelf.clone()).migration(migration.clone()));
    set(&mut device, "/t:box/burns", "\"t:gas\"").unwrap();
    drop(device);
    let device = start(new, Persistence::new(shelf).migration(migration));
    assert_eq!(running(&device), "{\"t:box\":{\"burns\":\"gas\"}}");
}

#[test]
fn migrations_that_can_not_be_made_are_refused() {
    let row = "\"old-sid\": \"1\", \"new-sid\": \"2\"";
    let document = |rows: &str| format!("{{\"comi-sid:migration\": {{\"module\": [{{\"item\": [{rows}]}}]}}}}");
    assert!(Migration::from_json(&document(&format!("{{{row}}}"))).is_ok());
    for (text, wanted) in [
        ("{}".to_owned(), "no table of SIDs: "),
        (document(&format!("{{{row}}}, {{{}}}", row.replace('2', "3"))), "SID 1 stands twice among the old numbers"),
        (document("{\"old-sid\": \"0\", \"new-sid\": \"2\"}"), "\"0\" is no SID of at most 32 bits"),
        (document("{\"old-sid\": \"4294967296\", \"new-sid\": \"2\"}"), "\"4294967296\" is no SID of at most 32 bits"),
    ] {
        let error: MigrationError = Migration::from_json(&text).unwrap_err();
        assert!(error.to_string().starts_with(wanted), "{error}");
    }
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let shelf = filled();
    shelf.kept().memory.records.insert(Vec::new(), vec![0x82, 0x02, 0xf6]);
    let before = shelf.kept().memory.clone();
    assert_eq!(try_start(module(OLD), shelf.clone()).unwrap_err(), StartError::Newer(2));
    assert_eq!(shelf.kept().memory, before);
}

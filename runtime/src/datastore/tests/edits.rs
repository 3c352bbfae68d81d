//! What edits do, and that they undo.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::model::{FakeBoard, at, content, leaf, node, number, path, schema};
use crate::datastore::{Committed, Datastore, Edit, EditError, Found, Limits, Origin, Reason};
use crate::schema::Schema;
use crate::value::{Content, Data, Entries, Value};

pub(super) fn empty() -> Datastore {
    Datastore::new(schema(), Limits::DEVICE)
}

/// Edits, validates, prepares and commits.
pub(super) fn change(
    store: &mut Datastore,
    origin: Origin,
    edit: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> Result<Committed, EditError> {
    change_asking(store, &mut FakeBoard::default(), origin, edit)
}

fn change_asking(
    store: &mut Datastore,
    board: &mut FakeBoard,
    origin: Origin,
    edit: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> Result<Committed, EditError> {
    let mut started = store.edit(origin);
    edit(&mut started)?;
    Ok(started.validate()?.prepare(board)?.persist()?.commit())
}

pub(super) fn set(store: &mut Datastore, to: &str, data: Data) -> Result<Committed, EditError> {
    change(store, Origin::Requester, |edit| edit.replace(&at(to), data))
}

/// A server entry without its key.
pub(super) fn server(address: &str) -> Data {
    Data::Container(content("/t:server", [("address", leaf(address)), ("weight", number(1))]))
}

fn paths(committed: &Committed) -> Vec<String> {
    let kind = |old: bool, new: bool| {
        if old && new {
            "~"
        } else if new {
            "+"
        } else {
            "-"
        }
    };
    committed
        .changes
        .iter()
        .map(|change| format!("{}{}", kind(change.old.is_some(), change.new.is_some()), path(&change.at)))
        .collect()
}

/// Runs a refused edit and checks that nothing is left of it.
pub(super) fn refused(
    store: &mut Datastore,
    reason: Reason,
    edit: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
) -> EditError {
    let before = (store.content().clone(), store.revision(), store.instances());
    let error = change(store, Origin::Requester, edit).expect_err("the edit is refused");
    assert_eq!(error.reason, reason);
    assert_eq!((store.content().clone(), store.revision(), store.instances()), before, "datastore untouched");
    error
}

#[test]
fn a_leaf_is_set_with_its_ancestors_and_told() {
    let mut store = empty();
    let committed = set(&mut store, "/t:server[name='a']/weight", number(3)).unwrap();
    assert_eq!(paths(&committed), ["+/t:server[name='a']", "+/t:server[name='a']/weight"]);
    assert_eq!(store.get(&at("/t:server[name='a']/name")), Some(Found::Data(&leaf("a"))));
    assert_eq!(store.revision(), 1);
}

#[test]
fn what_ends_as_it_began_is_no_change() {
    let mut store = empty();
    set(&mut store, "/t:box/name", leaf("x")).unwrap();
    let committed = change(&mut store, Origin::Requester, |edit| {
        edit.replace(&at("/t:box/name"), leaf("y"))?;
        edit.delete(&at("/t:box"))?;
        edit.replace(&at("/t:box/name"), leaf("x"))
    });
    assert_eq!(committed.unwrap(), Committed::default());
    assert_eq!(store.revision(), 1);
}

#[test]
fn replacing_removes_what_the_payload_leaves_out_and_spares_siblings() {
    let mut store = empty();
    set(&mut store, "/t:box/name", leaf("x")).unwrap();
    set(&mut store, "/t:box/inner/deep", Data::Leaf(Value::Integer(1))).unwrap();
    set(&mut store, "/t:order[id='1']/text", leaf("o")).unwrap();
    let committed = set(&mut store, "/t:box", Data::Container(content("/t:box", [("level", number(4))]))).unwrap();
    assert_eq!(paths(&committed), ["-/t:box/name", "-/t:box/inner/deep", "+/t:box/level"]);
    assert!(store.exists(&at("/t:order[id='1']")));
    assert!(store.get(&at("/t:box/inner")).is_none(), "a container without content is not kept");
}

#[test]
fn a_bare_list_takes_one_entry_or_the_whole_list() {
    let mut store = empty();
    let mut entry = content("/t:server", [("name", leaf("a")), ("weight", number(1))]);
    set(&mut store, "/t:server", Data::Container(entry.clone())).unwrap();
    set(&mut store, "/t:server[name='b']", server("1")).unwrap();
    entry.insert(node("/t:server/name"), leaf("c"));
    let mut whole = Entries::new();
    whole.insert(0, entry);
    let committed = set(&mut store, "/t:server", Data::List(whole)).unwrap();
    assert_eq!(
        paths(&committed),
        [
            "-/t:server[name='a']/weight",
            "-/t:server[name='a']",
            "-/t:server[name='b']/address",
            "-/t:server[name='b']/weight",
            "-/t:server[name='b']",
            "+/t:server[name='c']",
            "+/t:server[name='c']/weight",
        ]
    );
}

#[test]
fn keys_beside_the_identifier_must_agree() {
    let mut store = empty();
    let entry = |name| Data::Container(content("/t:server", [("name", leaf(name)), ("weight", number(1))]));
    set(&mut store, "/t:server[name='a']", entry("a")).unwrap();
    refused(&mut store, Reason::KeyMismatch, |edit| edit.replace(&at("/t:server[name='a']"), entry("b")));
    refused(&mut store, Reason::KeyMismatch, |edit| edit.replace(&at("/t:server[name='a']/name"), leaf("b")));
    refused(&mut store, Reason::MissingKey, |edit| {
        edit.replace(&at("/t:server"), Data::Container(content("/t:server", [("weight", number(1))])))
    });
}

#[test]
fn deleting_is_idempotent_and_spares_keys() {
    let mut store = empty();
    set(&mut store, "/t:server[name='a']", server("1")).unwrap();
    let missing =
        refused(&mut store, Reason::MissingKey, |edit| edit.delete(&at("/t:server[name='a']/name")).map(drop));
    assert_eq!(path(missing.at.as_ref().unwrap()), "/t:server[name='a']/name");
    let delete = |store: &mut Datastore| {
        change(store, Origin::Requester, |edit| edit.delete(&at("/t:server[name='a']")).map(drop)).unwrap()
    };
    assert_eq!(delete(&mut store).changes.len(), 3);
    assert_eq!(delete(&mut store).changes.len(), 0);
    assert!(store.content().is_empty());
    assert_eq!(store.instances(), 0);
}

#[test]
fn creating_what_exists_is_refused() {
    let mut store = empty();
    set(&mut store, "/t:server[name='a']", server("1")).unwrap();
    refused(&mut store, Reason::Exists, |edit| edit.create(&at("/t:server[name='a']"), server("2")));
    change(&mut store, Origin::Board, |edit| edit.ensure(&at("/t:server[name='a']"))).unwrap();
    assert!(store.exists(&at("/t:server[name='a']/address")));
}

#[test]
fn leaf_list_entries_come_and_go_one_by_one() {
    let mut store = empty();
    set(&mut store, "/t:box/tag[.='a']", leaf("a")).unwrap();
    set(&mut store, "/t:box/tag[.='b']", leaf("b")).unwrap();
    change(&mut store, Origin::Requester, |edit| edit.delete(&at("/t:box/tag[.='a']")).map(drop)).unwrap();
    assert_eq!(store.get(&at("/t:box/tag")), Some(Found::Data(&Data::LeafList(vec!["b".into()]))));
    set(&mut store, "/t:box/tag", Data::LeafList(vec![])).unwrap();
    assert!(store.content().is_empty());
}

#[test]
fn setting_a_case_removes_the_other() {
    let mut store = empty();
    set(&mut store, "/t:box/mains/volts", number(12)).unwrap();
    let both = content("/t:box", [("cell", leaf("AA")), ("spare", leaf("s"))]);
    let committed = change(&mut store, Origin::Requester, |edit| {
        edit.replace(&at("/t:box/cell"), leaf("AA"))?;
        edit.replace(&at("/t:box/spare"), leaf("s"))
    });
    assert_eq!(paths(&committed.unwrap()), ["-/t:box/mains/volts", "+/t:box/cell", "+/t:box/spare"]);
    assert_eq!(store.get(&at("/t:box")), Some(Found::Data(&Data::Container(both))));
}

#[test]
fn two_cases_in_one_request_are_a_bad_element() {
    let mut store = empty();
    set(&mut store, "/t:box/mains/volts", number(12)).unwrap();
    let mains = Data::Container(content("/t:box/mains", [("volts", number(1))]));
    let both = content("/t:box", [("mains", mains), ("cell", leaf("AA")), ("spare", leaf("s"))]);
    refused(&mut store, Reason::BadElement, |edit| edit.replace(&at("/t:box"), Data::Container(both)));
    refused(&mut store, Reason::BadElement, |edit| {
        edit.replace(&at("/t:box/cell"), leaf("AA"))?;
        edit.replace(&at("/t:box/mains/volts"), number(1))
    });
}

#[test]
fn reading_16_replacing_never_removes_what_the_requester_cannot_read() {
    let mut store = empty();
    change(&mut store, Origin::Board, |edit| {
        edit.replace(&at("/t:box/serial"), leaf("42"))?;
        edit.replace(&at("/t:box/boot"), leaf("b"))?;
        edit.replace(&at("/t:box/name"), leaf("x"))?;
        edit.replace(&at("/t:server[name='a']"), server("1"))?;
        edit.replace(&at("/t:server[name='a']/secret"), leaf("s"))?;
        edit.replace(&at("/t:server[name='b']"), server("2"))
    })
    .unwrap();
    // PUT of nothing: the protected stay, and the entry that holds one; what it needs besides is missing then
    refused(&mut store, Reason::MissingElement, |edit| edit.replace_all(Content::new()));
    let keep = Data::Container(content("/t:server", [("name", leaf("a")), ("weight", number(2))]));
    let Data::Container(keep) = keep else { unreachable!() };
    let mut list = Entries::new();
    list.insert(0, keep);
    change(&mut store, Origin::Requester, |edit| edit.replace_all(content("/", [("server", Data::List(list))])))
        .unwrap();
    for (path, stays) in [
        ("/t:box/serial", true),
        ("/t:box/boot", true),
        ("/t:box/name", false),
        ("/t:server[name='a']/secret", true),
        ("/t:server[name='a']/address", false),
        ("/t:server[name='b']", false),
    ] {
        assert_eq!(store.get(&at(path)).is_some(), stays, "{path}");
    }
    // by their own identifier, or with their entry by its own, they go
    change(&mut store, Origin::Requester, |edit| edit.delete(&at("/t:server[name='a']")).map(drop)).unwrap();
    assert!(!store.exists(&at("/t:server[name='a']")));
    refused(&mut store, Reason::NotWritable, |edit| edit.delete(&at("/t:box/serial")).map(drop));
    refused(&mut store, Reason::NotWritable, |edit| edit.replace(&at("/t:box/boot"), leaf("c")));
}

#[test]
fn read_only_nodes_take_what_they_hold_already() {
    let mut store = empty();
    change(&mut store, Origin::Board, |edit| edit.replace(&at("/t:box/serial"), leaf("42"))).unwrap();
    let written = |serial| Data::Container(content("/t:box", [("name", leaf("x")), ("serial", leaf(serial))]));
    set(&mut store, "/t:box", written("42")).unwrap();
    refused(&mut store, Reason::NotWritable, |edit| edit.replace(&at("/t:box"), written("43")));
    change(&mut store, Origin::Create, |edit| edit.replace(&at("/t:box/serial"), leaf("44"))).unwrap();
}

#[test]
fn state_is_refused_in_payloads_and_by_name() {
    let mut store = empty();
    let payload = Data::Container(content("/t:box", [("position", number(1))]));
    let error = refused(&mut store, Reason::StateNode, |edit| edit.replace(&at("/t:box"), payload));
    assert_eq!(path(error.at.as_ref().unwrap()), "/t:box/position");
    for path in ["/t:box/position", "/t:box/pushed", "/t:ping", "/t:boom", "/t:row[id='1']"] {
        refused(&mut store, Reason::NotConfiguration, |edit| edit.replace(&at(path), number(1)));
    }
}

#[test]
fn pushed_state_lies_beside_the_configuration() {
    let mut store = empty();
    let pushed = at("/t:server[name='a']/seen");
    let error = change(&mut store, Origin::Board, |edit| edit.replace(&pushed, number(1))).unwrap_err();
    assert_eq!(error.reason, Reason::DataMissing);
    set(&mut store, "/t:server[name='a']", server("1")).unwrap();
    let committed = change(&mut store, Origin::Board, |edit| edit.replace(&pushed, number(1))).unwrap();
    assert_eq!(paths(&committed), ["+/t:server[name='a']/seen"]);
    assert_eq!((store.revision(), store.get(&pushed)), (1, Some(Found::Data(&number(1)))));
    // it goes with its entry, and comes back when that is undone
    {
        let mut edit = store.edit(Origin::Requester);
        edit.delete(&at("/t:server[name='a']")).unwrap();
        assert!(edit.datastore().get(&pushed).is_none());
    }
    assert_eq!(store.get(&pushed), Some(Found::Data(&number(1))));
}

#[test]
fn user_order_is_kept_and_told() {
    let mut store = empty();
    let entries = |ids: &[u64]| {
        let mut entries = Entries::new();
        for id in ids {
            entries.insert(entries.len(), content("/t:order", [("id", number(*id)), ("text", leaf("x"))]));
        }
        Data::List(entries)
    };
    set(&mut store, "/t:order", entries(&[3, 1, 2])).unwrap();
    assert_eq!(store.get(&at("/t:order")), Some(Found::Data(&entries(&[3, 1, 2]))));
    let revision = store.revision();
    {
        let mut edit = store.edit(Origin::Requester);
        edit.replace(&at("/t:order"), entries(&[2, 4, 3])).unwrap();
        assert_eq!(edit.datastore().get(&at("/t:order")), Some(Found::Data(&entries(&[2, 4, 3]))));
    }
    assert_eq!(store.get(&at("/t:order")), Some(Found::Data(&entries(&[3, 1, 2]))), "undone");
    let committed = set(&mut store, "/t:order", entries(&[1, 2, 3])).unwrap();
    assert_eq!(paths(&committed), ["~/t:order"]);
    assert!(committed.changes[0].is_order());
    assert_eq!(store.revision(), revision + 1);
    // what goes and comes back elsewhere is an order too, and what comes back to its place is none
    let mut again = |ids: &[u64]| {
        let mut edit = store.edit(Origin::Requester);
        edit.delete(&at("/t:order")).unwrap();
        edit.replace(&at("/t:order"), entries(ids)).unwrap();
        paths(&edit.validate().unwrap().prepare(&mut FakeBoard::default()).unwrap().persist().unwrap().commit())
    };
    assert_eq!(again(&[2, 3, 1]), ["~/t:order"]);
    assert!(again(&[2, 3, 1]).is_empty());
}

#[test]
fn the_board_is_asked_first_and_may_refuse() {
    let mut store = empty();
    let mut board = FakeBoard { refuses: Some("/t:server[name='a']".to_string()), ..FakeBoard::default() };
    let refusal = change_asking(&mut store, &mut board, Origin::Requester, |edit| {
        edit.replace(&at("/t:box/name"), leaf("x"))?;
        edit.replace(&at("/t:server[name='a']"), server("1"))
    });
    assert_eq!(refusal.unwrap_err().reason, Reason::Refused("too hot".into()));
    assert_eq!(board.diary, ["prepare /t:box/name", "prepare /t:server[name='a']"]);
    assert!(store.content().is_empty());
    // what it does itself it is not asked about
    change_asking(&mut store, &mut board, Origin::Board, |edit| edit.replace(&at("/t:server[name='a']"), server("1")))
        .unwrap();
    assert_eq!(board.diary.len(), 2);
}

#[test]
fn a_full_datastore_takes_no_more() {
    let mut store = Datastore::new(schema(), Limits { instances: 2 });
    set(&mut store, "/t:box/name", leaf("x")).unwrap();
    set(&mut store, "/t:box/level", number(1)).unwrap();
    refused(&mut store, Reason::Full, |edit| edit.replace(&at("/t:order[id='1']"), Data::Container(Content::new())));
    set(&mut store, "/t:box/level", number(2)).unwrap();
}

#[test]
fn values_are_checked_against_their_types() {
    let mut store = empty();
    for (path, data) in [("/t:box/level", number(101)), ("/t:box/name", leaf("")), ("/t:box/name", number(1))] {
        let error = set(&mut store, path, data).unwrap_err();
        assert!(matches!(error.reason, Reason::InvalidValue(_)), "{path}: {error}");
    }
    refused(&mut store, Reason::InvalidDatatype, |edit| edit.replace(&at("/t:box"), leaf("no container")));
    assert!(store.content().is_empty());
}

#[test]
fn an_edit_with_a_failed_operation_can_not_be_committed() {
    let mut store = empty();
    let mut edit = store.edit(Origin::Board);
    edit.replace(&at("/t:box/name"), leaf("x")).unwrap();
    let half = content("/t:box", [("name", leaf("y")), ("level", number(101))]);
    let failed = edit.replace(&at("/t:box"), Data::Container(half)).unwrap_err();
    assert_eq!(edit.validate().map(drop), Err(failed));
    assert!(store.content().is_empty());
}

#[test]
fn a_schema_that_names_no_parts_can_not_be_changed() {
    let schema = Box::leak(Box::new(Schema { parts: None, ..*schema() }));
    let mut store = Datastore::new(schema, Limits::DEVICE);
    let mut edit = store.edit(Origin::Board);
    edit.replace(&at("/t:box/level"), number(1)).unwrap();
    assert!(matches!(edit.validate().unwrap_err().reason, Reason::Failed(_)));
    assert!(store.content().is_empty());
}

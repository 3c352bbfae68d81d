//! The rules across nodes (RFC 7950 sections 7 and 8).

use alloc::boxed::Box;
use alloc::{format, vec};

use super::edits::{change, empty, refused, server, set};
use super::model::{at, content, leaf, number, path};
use crate::datastore::{Datastore, Origin, Reason};
use crate::value::{Content, Data, Value};

fn ready() -> Datastore {
    let mut store = empty();
    set(&mut store, "/t:server[name='a']", server("1")).unwrap();
    set(&mut store, "/t:server[name='b']", server("2")).unwrap();
    set(&mut store, "/t:links/primary", leaf("a")).unwrap();
    store
}

#[test]
fn mandatory_nodes_of_an_entry_presence_container_and_case_must_exist() {
    let mut store = ready();
    for (to, data, missing) in [
        ("/t:server[name='c']", Data::Container(Content::new()), "/t:server[name='c']/weight"),
        ("/t:box/lamp", Data::Container(Content::new()), "/t:box/lamp/color"),
        ("/t:box/cell", leaf("AA"), "/t:box/spare"),
    ] {
        let error = refused(&mut store, Reason::MissingElement, |edit| edit.replace(&at(to), data));
        assert_eq!(path(error.at.as_ref().unwrap()), missing);
    }
    let error =
        refused(&mut store, Reason::MissingElement, |edit| edit.delete(&at("/t:server[name='a']/weight")).map(drop));
    assert_eq!(path(error.at.as_ref().unwrap()), "/t:server[name='a']/weight");
}

#[test]
fn a_mandatory_choice_needs_a_case_where_its_own_case_exists() {
    let mut store = empty();
    refused(&mut store, Reason::MissingChoice, |edit| edit.replace(&at("/t:must/gate"), leaf("g")));
    change(&mut store, Origin::Requester, |edit| {
        edit.replace(&at("/t:must/gate"), leaf("g"))?;
        edit.replace(&at("/t:must/one"), leaf("1"))
    })
    .unwrap();
    refused(&mut store, Reason::MissingChoice, |edit| edit.delete(&at("/t:must/one")).map(drop));
    set(&mut store, "/t:must/two", leaf("2")).unwrap();
}

#[test]
fn max_elements_bound_lists_and_leaf_lists() {
    let mut store = ready();
    for id in 1..=2 {
        set(&mut store, &alloc::format!("/t:server[name='a']/alias[id='{id}']"), Data::Container(Content::new()))
            .unwrap();
    }
    refused(&mut store, Reason::TooManyElements, |edit| {
        edit.replace(&at("/t:server[name='a']/alias[id='3']"), Data::Container(Content::new()))
    });
    let many = Data::LeafList(["a", "b", "c", "d"].map(Value::from).to_vec());
    refused(&mut store, Reason::TooManyElements, |edit| edit.replace(&at("/t:box/tag"), many));
}

#[test]
fn min_elements_bound_what_exists() {
    let mut store = empty();
    refused(&mut store, Reason::TooFewElements, |edit| edit.replace(&at("/t:club"), Data::Container(Content::new())));
    set(&mut store, "/t:club/member[.='a']", leaf("a")).unwrap();
    refused(&mut store, Reason::TooFewElements, |edit| edit.delete(&at("/t:club/member[.='a']")).map(drop));
    change(&mut store, Origin::Requester, |edit| edit.delete(&at("/t:club")).map(drop)).unwrap();
}

#[test]
fn unique_counts_defaults_and_skips_entries_without_the_leafs() {
    let mut store = ready();
    let error =
        refused(&mut store, Reason::DataNotUnique, |edit| edit.replace(&at("/t:server[name='b']/address"), leaf("1")));
    assert_eq!(path(error.at.as_ref().unwrap()), "/t:server[name='b']");
    refused(&mut store, Reason::DataNotUnique, |edit| {
        edit.replace(&at("/t:server[name='b']/address"), leaf("1"))?;
        edit.replace(&at("/t:server[name='b']/port"), number(53))
    });
    // of two that came the later one, and as well where more come than are held against each other one by one
    for count in [2, 20] {
        let error = refused(&mut store, Reason::DataNotUnique, |edit| {
            for number in 0..count {
                let path = format!("/t:server[name='x{number:02}']");
                let address = if number + 1 == count { "host0" } else { &format!("host{number}") };
                let leafs = [("weight", self::number(1)), ("address", leaf(address))];
                edit.replace(&at(&path), Data::Container(content("/t:server", leafs)))?;
            }
            Ok(())
        });
        assert_eq!(path(error.at.as_ref().unwrap()), format!("/t:server[name='x{:02}']", count - 1));
    }
    let bare = || Data::Container(content("/t:server", [("weight", number(1))]));
    set(&mut store, "/t:server[name='c']", bare()).unwrap();
    set(&mut store, "/t:server[name='d']", bare()).unwrap();
}

#[test]
fn leaf_list_entries_are_unique() {
    let mut store = empty();
    let twice = Data::LeafList(vec!["a".into(), "b".into(), "a".into()]);
    let error = refused(&mut store, Reason::DuplicateEntry, |edit| edit.replace(&at("/t:box/tag"), twice));
    assert_eq!(path(error.at.as_ref().unwrap()), "/t:box/tag[.='a']");
}

#[test]
fn a_leafref_needs_its_target_when_set_and_when_the_target_goes() {
    let mut store = ready();
    refused(&mut store, Reason::InstanceRequired, |edit| edit.replace(&at("/t:links/primary"), leaf("z")));
    let both = Data::LeafList(vec!["a".into(), "z".into()]);
    refused(&mut store, Reason::InstanceRequired, |edit| edit.replace(&at("/t:links/backup"), both));
    set(&mut store, "/t:links/lax", leaf("z")).unwrap();
    let error = refused(&mut store, Reason::InstanceRequired, |edit| edit.delete(&at("/t:server[name='a']")).map(drop));
    assert_eq!(path(error.at.as_ref().unwrap()), "/t:links/primary");
    // in one request both may go, in any order
    change(&mut store, Origin::Requester, |edit| {
        edit.delete(&at("/t:server[name='a']"))?;
        edit.replace(&at("/t:links/primary"), leaf("b"))
    })
    .unwrap();
}

#[test]
fn an_instance_identifier_needs_its_instance() {
    let mut store = ready();
    let to = |path| Data::Leaf(Value::InstanceIdentifier(Box::new(at(path))));
    refused(&mut store, Reason::InstanceRequired, |edit| edit.replace(&at("/t:links/any"), to("/t:server[name='z']")));
    refused(&mut store, Reason::InstanceRequired, |edit| edit.replace(&at("/t:links/any"), to("/t:box/position")));
    set(&mut store, "/t:links/any", to("/t:server[name='b']")).unwrap();
    refused(&mut store, Reason::InstanceRequired, |edit| edit.delete(&at("/t:server[name='b']")).map(drop));
    set(&mut store, "/t:links/any", to("/t:server[name='a']/address")).unwrap();
    refused(&mut store, Reason::InstanceRequired, |edit| edit.delete(&at("/t:server[name='a']/address")).map(drop));
}

#[test]
fn operations_are_checked_as_data_is() {
    let store = ready();
    let input = at("/t:server[name='a']/restart/input");
    let check = |children: Content| store.check_operation(&input, &children).map_err(|error| error.reason.clone());
    assert_eq!(check(Content::new()), Err(Reason::MissingElement));
    assert_eq!(check(content("/t:server/restart/input", [("delay", number(3))])), Ok(()));
    assert!(matches!(
        check(content("/t:server/restart/input", [("delay", number(300))])),
        Err(Reason::InvalidValue(_))
    ));
    let signals = Data::LeafList(vec![Value::Unsigned(1), Value::Unsigned(1)]);
    let twice =
        store.check_operation(&at("/t:server[name='a']/fault"), &content("/t:server/fault", [("signal", signals)]));
    assert_eq!(twice, Ok(()), "values are unique in configuration alone (RFC 7950 section 7.7)");
    let mut foreign = content("/t:box", [("name", leaf("x"))]);
    foreign.insert(super::model::node("/t:server/restart/input/delay"), number(3));
    assert_eq!(check(foreign), Err(Reason::UnknownElement));
}

//! What holds for every edit.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use alloc::{format, vec};

use proptest::prelude::*;

use super::edits::empty;
use super::model::{FakeBoard, at, content, leaf, node, number};
use crate::datastore::{Datastore, Edit, EditError, Origin, OwnedChange, Reason, validate};
use crate::value::{Content, Data, Entries, Value};

#[derive(Clone, Debug)]
enum Step {
    Delete(String),
    Replace(String, Data),
}

fn step() -> impl Strategy<Value = Step> {
    let name = || prop::sample::select(vec!["a", "b", "c"]);
    let value = prop_oneof![
        (name(), name(), any::<bool>()).prop_map(|(own, address, weighty)| {
            let mut entry = content("/t:server", [("address", leaf(address))]);
            if weighty {
                entry.insert(node("/t:server/weight"), number(1));
            }
            Step::Replace(format!("/t:server[name='{own}']"), Data::Container(entry))
        }),
        (name(), name())
            .prop_map(|(own, address)| Step::Replace(format!("/t:server[name='{own}']/address"), leaf(address))),
        (name(), 1_u8..4).prop_map(|(own, id)| Step::Replace(
            format!("/t:server[name='{own}']/alias[id='{id}']"),
            Data::Container(Content::new())
        )),
        name().prop_map(|to| Step::Replace("/t:links/primary".into(), leaf(to))),
        prop::collection::vec(name(), 0..3).prop_map(|to| Step::Replace(
            "/t:links/backup".into(),
            Data::LeafList(to.into_iter().map(Value::from).collect())
        )),
        name().prop_map(|to| {
            let to = at(&format!("/t:server[name='{to}']"));
            Step::Replace("/t:links/any".into(), Data::Leaf(Value::InstanceIdentifier(Box::new(to))))
        }),
        prop::sample::select(vec!["cell", "spare", "secret", "name"])
            .prop_map(|leaf_name| Step::Replace(format!("/t:box/{leaf_name}"), leaf("v"))),
        prop::collection::vec(name(), 0..2).prop_map(|members| {
            let members = Data::LeafList(members.into_iter().map(Value::from).collect());
            Step::Replace("/t:club".into(), Data::Container(content("/t:club", [("member", members)])))
        }),
        Just(vec![1, 2, 3, 4]).prop_shuffle().prop_flat_map(|ids| (Just(ids), 0..=4_usize)).prop_map(|(ids, count)| {
            let mut entries = Entries::new();
            for id in ids.into_iter().take(count) {
                entries.insert(entries.len(), content("/t:order", [("id", number(id))]));
            }
            Step::Replace("/t:order".into(), Data::List(entries))
        }),
        prop::sample::select(vec!["gate", "one", "two"])
            .prop_map(|leaf_name| Step::Replace(format!("/t:must/{leaf_name}"), leaf("v"))),
        (0_u64..3).prop_map(|volts| Step::Replace("/t:box/mains/volts".into(), number(volts))),
        any::<bool>().prop_map(|colored| {
            let lamp = if colored { content("/t:box/lamp", [("color", leaf("red"))]) } else { Content::new() };
            Step::Replace("/t:box/lamp".into(), Data::Container(lamp))
        }),
        (1_u8..4).prop_map(|id| Step::Replace(format!("/t:order[id='{id}']"), Data::Container(Content::new()))),
    ];
    let path = prop::sample::select(vec![
        "/t:box",
        "/t:box/cell",
        "/t:box/spare",
        "/t:box/lamp",
        "/t:box/lamp/color",
        "/t:box/mains",
        "/t:server",
        "/t:server[name='a']",
        "/t:server[name='b']",
        "/t:server[name='b']/weight",
        "/t:links",
        "/t:links/primary",
        "/t:must/one",
        "/t:must",
        "/t:club",
        "/t:club/member",
        "/t:order",
        "/t:order[id='2']",
    ]);
    prop_oneof![3 => value, 1 => path.prop_map(|path| Step::Delete(path.into()))]
}

fn apply(edit: &mut Edit<'_>, steps: &[Step]) -> Result<(), EditError> {
    for step in steps {
        match step {
            Step::Delete(path) => edit.delete(&at(path)).map(drop)?,
            Step::Replace(path, data) => edit.replace(&at(path), data.clone())?,
        }
    }
    Ok(())
}

fn commit(store: &mut Datastore, board: &mut FakeBoard, steps: &[Step]) -> Result<Vec<OwnedChange>, EditError> {
    let mut edit = store.edit(Origin::Requester);
    apply(&mut edit, steps)?;
    Ok(edit.validate()?.prepare(board)?.persist()?.commit().changes)
}

fn snapshot(store: &Datastore) -> (Content, usize, u64) {
    (store.content().clone(), store.instances(), store.revision())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn undo_restores_everything_and_affected_equals_everything(
        requests in prop::collection::vec(prop::collection::vec(step(), 1..5), 1..12),
    ) {
        let mut store = empty();
        let mut committed = 0;
        for steps in &requests {
            let before = snapshot(&store);
            let mut edit = store.edit(Origin::Requester);
            let applied = apply(&mut edit, steps);
            let affected = validate::affected(edit.store, &edit.log);
            let everything = validate::everything(edit.store);
            if applied.is_ok() {
                prop_assert_eq!(affected.is_ok(), everything.is_ok(), "{:?} {:?}", affected, everything);
            }
            drop(edit);
            prop_assert_eq!(&snapshot(&store), &before);
            let mut board = FakeBoard::default();
            match commit(&mut store, &mut board, steps) {
                Ok(changes) => {
                    committed += 1;
                    let asked = changes.iter().filter(|change| !change.is_order()).count();
                    prop_assert_eq!(board.diary.len(), asked);
                    prop_assert_eq!(changes.is_empty(), store.content() == &before.0);
                }
                Err(_) => prop_assert_eq!(&snapshot(&store), &before),
            }
        }
        prop_assert!(committed <= requests.len());
    }

    /// But for two cases of a choice, of which one edit may name one alone.
    #[test]
    fn edits_one_by_one_and_all_in_one_edit_end_alike(steps in prop::collection::vec(step(), 1..12)) {
        let (mut one_by_one, mut at_once) = (empty(), empty());
        let mut board = FakeBoard::default();
        let taken: Vec<Step> = steps
            .into_iter()
            .filter(|step| commit(&mut one_by_one, &mut board, core::slice::from_ref(step)).is_ok())
            .collect();
        match commit(&mut at_once, &mut board, &taken) {
            Ok(_) => prop_assert_eq!(at_once.content(), one_by_one.content()),
            Err(error) => prop_assert_eq!(&error.reason, &Reason::BadElement, "{:?}", taken),
        }
    }
}

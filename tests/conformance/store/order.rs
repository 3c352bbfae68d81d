//! Lists that are `ordered-by user`: their order is there after a restart, and a move writes little.

use crate::fixture::{Shelf, module, running, set, start};

const MODEL: &str = "list step { key id; ordered-by user; leaf id { type uint16; } leaf text { type string; } \
                     list sub { key id; ordered-by user; leaf id { type uint16; } } }";

fn order(ids: &[u16]) -> String {
    let entries: Vec<String> = ids.iter().map(|id| format!("{{\"id\": {id}}}")).collect();
    format!("[{}]", entries.join(","))
}

fn stored(ids: &[u16]) -> String {
    format!("{{\"t:step\":{}}}", order(ids).replace(' ', ""))
}

#[test]
fn order_survives_appending_inserting_and_moving_and_little_is_written() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    let ten: Vec<u16> = (1..=10).rev().collect();
    set(&mut device, "/t:step", &order(&ten)).unwrap();
    let mut ids = ten.clone();
    for (change, records) in [
        ((|ids: &mut Vec<u16>| ids.push(20)) as fn(&mut Vec<u16>), 1),
        (|ids| ids.insert(5, 21), 1),
        (|ids| ids.insert(0, 22), 1),
        (|ids| ids.rotate_left(1), 1),
        (|ids| ids.rotate_right(1), 1),
        (|ids| ids.swap(3, 7), 2),
        (|ids| ids.retain(|id| *id != 7), 1),
    ] {
        change(&mut ids);
        shelf.kept().writes.clear();
        set(&mut device, "/t:step", &order(&ids)).unwrap();
        assert_eq!(running(&device), stored(&ids));
        assert_eq!(shelf.kept().writes, [records], "{ids:?}");
        assert_eq!(running(&start(schema, shelf.clone())), stored(&ids));
    }
}

#[test]
fn where_no_rank_is_left_between_two_entries_all_get_new_ones() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    let mut ids = vec![1, 2];
    set(&mut device, "/t:step", &order(&ids)).unwrap();
    for id in 3..90 {
        ids.insert(1, id);
        set(&mut device, "/t:step", &order(&ids)).unwrap();
        assert_eq!(running(&start(schema, shelf.clone())), stored(&ids), "after {id}");
    }
    assert!(shelf.kept().writes.iter().any(|records| *records > 30), "it happened");
}

#[test]
fn random_orders_survive() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    let mut random = 1_u64;
    let mut below = |most: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(random >> 33).unwrap() % most
    };
    let mut ids: Vec<u16> = Vec::new();
    for step in 0..200_u16 {
        for _ in 0..=below(3) {
            match below(3) {
                0 if !ids.is_empty() => drop(ids.remove(below(ids.len()))),
                1 if ids.len() > 1 => {
                    let id = ids.remove(below(ids.len()));
                    let to = below(ids.len());
                    ids.insert(to, id);
                }
                _ => {
                    let to = below(ids.len() + 1);
                    if !ids.contains(&step) {
                        ids.insert(to, step);
                    }
                }
            }
        }
        set(&mut device, "/t:step", &order(&ids)).unwrap();
        let expected = if ids.is_empty() { "{}".to_owned() } else { stored(&ids) };
        assert_eq!(running(&start(schema, shelf.clone())), expected, "step {step}");
    }
}

#[test]
fn an_inner_list_has_an_order_of_its_own() {
    let schema = module(MODEL);
    let shelf = Shelf::default();
    let mut device = start(schema, shelf.clone());
    set(
        &mut device,
        "/t:step",
        "[{\"id\": 2, \"sub\": [{\"id\": 9}, {\"id\": 3}]}, {\"id\": 1, \"sub\": [{\"id\": 4}]}]",
    )
    .unwrap();
    let before = running(&device);
    assert_eq!(running(&start(schema, shelf)), before);
}

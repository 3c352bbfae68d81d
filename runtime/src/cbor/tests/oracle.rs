//! ciborium as the independent eye.

use alloc::vec::Vec;

use ciborium::Value as Item;
use proptest::prelude::*;

use super::*;
use crate::test_schema::{at, sample, schema};
use crate::value::{Part, write_content};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_instance_survives_encoding(seed: u64) {
        let content = sample::content(schema(), at("all"), &mut sample::Random::new(seed));
        for identifiers in [Identifiers::Sids, Identifiers::Names] {
            let mut out = Vec::new();
            let mut encoder = Encoder::new(schema(), &mut out, identifiers, usize::MAX);
            write_content(&mut encoder, at("all"), Part::Container, &content).unwrap();
            let mut reader = Reader::new(&out);
            let decoded = read_content(schema(), at("all"), Allowed::Data, &mut reader);
            let decoded = decoded.unwrap_or_else(|error| panic!("{}: {}", error.describe(schema()), hex(&out)));
            prop_assert!(reader.is_at_end());
            if identifiers == Identifiers::Sids {
                prop_assert_eq!(&decoded, &content);
            }
            // ciborium reads it too, and it is in order
            let item: Item = ciborium::from_reader(&*out).unwrap();
            let mut ordered = Vec::new();
            deterministic::copy(&mut Reader::new(&out), &mut Writer::new(&mut ordered)).unwrap();
            prop_assert_eq!(hex(&out), hex(&ordered));
            let mut theirs = Vec::new();
            ciborium::into_writer(&item, &mut theirs).unwrap();
            prop_assert_eq!(hex(&out), hex(&theirs));
        }
    }

    #[test]
    fn well_formed_is_what_ciborium_says(input in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut reader = Reader::new(&input);
        let ours = reader.skip();
        let mut rest = &*input;
        let theirs: Result<Item, _> = ciborium::from_reader(&mut rest);
        // ciborium takes what RFC 8949 calls not well-formed: simple values below 32 in two bytes; and refuses to
        // represent simple values that it doesn't know
        if let Ok(item) = theirs && ours.is_ok() {
            prop_assert_eq!(reader.position(), input.len() - rest.len(), "{:?}", item);
        }
        let mut copied = Vec::new();
        if deterministic::copy(&mut Reader::new(&input), &mut Writer::new(&mut copied)).is_ok() {
            prop_assert!(ours.is_ok());
            let first: Result<Item, _> = ciborium::from_reader(&*input);
            let second: Result<Item, _> = ciborium::from_reader(&*copied);
            if let (Ok(mut first), Ok(second)) = (first, second) {
                sort(&mut first);
                let mut second = second;
                sort(&mut second);
                prop_assert_eq!(format!("{first:?}"), format!("{second:?}"));
            }
        }
    }

    #[test]
    fn items_of_ciborium_are_read(item in item()) {
        let mut input = Vec::new();
        ciborium::into_writer(&item, &mut input).unwrap();
        let mut reader = Reader::new(&input);
        prop_assert_eq!(reader.skip(), Ok(()));
        prop_assert!(reader.is_at_end());
    }

    #[test]
    fn damaged_payloads_do_no_harm(seed: u64, places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let content = sample::content(schema(), at("all"), &mut sample::Random::new(seed));
        let mut out = encode(at("all"), &Data::Container(content), Identifiers::Sids).unwrap();
        for (place, byte) in places {
            let place = place.index(out.len());
            out[place] = byte;
        }
        let mut reader = Reader::new(&out);
        if let Ok(content) = read_content(schema(), at("all"), Allowed::Any, &mut reader) {
            let end = reader.position();
            let again = encode(at("all"), &Data::Container(content.clone()), Identifiers::Sids).unwrap();
            let decoded = read_content(schema(), at("all"), Allowed::Any, &mut Reader::new(&again)).unwrap();
            // a float may have come with more digits than it is written with: the bytes settle, not the value
            prop_assert_eq!(hex(&encode(at("all"), &Data::Container(decoded), Identifiers::Sids).unwrap()), hex(&again));
            prop_assert!(end <= out.len());
        }
    }
}

fn sort(item: &mut Item) {
    match item {
        Item::Array(items) => items.iter_mut().for_each(sort),
        Item::Tag(_, content) => sort(content),
        Item::Map(pairs) => {
            pairs.iter_mut().for_each(|(key, value)| {
                sort(key);
                sort(value);
            });
            pairs.sort_by_key(|(key, _)| format!("{key:?}"));
        }
        _ => {}
    }
}

fn item() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Item::from),
        any::<u64>().prop_map(Item::from),
        any::<bool>().prop_map(Item::from),
        any::<f64>().prop_map(Item::from),
        ".*".prop_map(Item::from),
        prop::collection::vec(any::<u8>(), 0..30).prop_map(Item::Bytes),
        Just(Item::Null),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Item::Array),
            prop::collection::vec((inner.clone(), inner.clone()), 0..5).prop_map(Item::Map),
            (any::<u64>(), inner).prop_map(|(tag, content)| Item::Tag(tag, content.into())),
        ]
    })
}

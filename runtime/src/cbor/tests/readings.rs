//! `readings.md` 1 to 7 and 15, each by name. (2 concerns examples that are illegal; it is held by the conformance
//! test of the examples themselves.)

use super::*;
use crate::test_schema::{at, schema};
use crate::value::{InstanceIdentifier, Value, text};

#[test]
fn reading_1_any_node_may_be_at_the_root_of_a_document() {
    let content = check_document("a2 1903f5 6161 190406 81 a2 01 626465 02 6161", "");
    check_names(
        &content,
        "a2 68743a736572766572 81 a2 646e616d65 6161 67636f756e747279 626465 68743a737472696e67 6161",
    );
    // a datastore's document holds root nodes only
    let input = bytes("a1 1903f5 6161");
    let error = read_content(schema(), NodeIndex::ROOT, Allowed::Data, &mut Reader::new(&input)).unwrap_err();
    assert_eq!(error.reason, Reason::Misplaced(at("all/string")));
}

#[test]
fn reading_3_enumerations_are_integers_with_names_too() {
    let content = decode("a1 1903e8 a1 06 03").unwrap();
    check_names(&content, "a1 65743a616c6c a1 6b656e756d65726174696f6e 03");
}

#[test]
fn reading_4_a_gap_counts_from_the_end_of_the_byte_string_before() {
    // h'0401' ends at byte 2; 14 bytes on is byte 16, which holds bit 128
    let content = check_document("a1 1903e8 a1 02 834204010e4101", "");
    let Some(Data::Container(all)) = content.child(at("all")) else { panic!("no container") };
    let value = all.leaf(at("all/bits")).unwrap();
    assert_eq!(text::print(schema(), at("all/bits"), value).unwrap(), "critical warning indeterminate");
}

#[test]
fn reading_5_keys_follow_the_key_statement() {
    let node = at("all/server/data");
    let instance = InstanceIdentifier { node, keys: alloc::vec!["a".into(), "de".into()] };
    let mut out = Vec::new();
    write_instance_identifier(schema(), &instance, Identifiers::Sids, &mut Writer::new(&mut out)).unwrap();
    assert_eq!(hex(&out), "83190409616162 6465".replace(' ', ""));
    assert_eq!(text::print_path(schema(), &instance, text::PathForm::Uri), "/t:all/server=a,de/data");
    assert_eq!(read_instance_identifier(schema(), &mut Reader::new(&out)), Ok(instance));
}

#[test]
fn reading_6_positions_and_leaf_list_values_are_keys() {
    let log = InstanceIdentifier { node: at("all/log/text"), keys: alloc::vec![Value::Unsigned(2)] };
    let name = InstanceIdentifier { node: at("all/names"), keys: alloc::vec!["eve".into()] };
    let inner = InstanceIdentifier { node: at("all/names"), keys: alloc::vec!["x".into()] };
    let chained = InstanceIdentifier {
        node: at("all/server/chair"),
        keys: alloc::vec!["core".into(), "".into(), Value::InstanceIdentifier(inner.into())],
    };
    for (instance, expected) in
        [(log, "8219041102"), (name, "821903f963657665"), (chained, "8419040a64636f7265 60 821903f96178")]
    {
        let mut out = Vec::new();
        write_instance_identifier(schema(), &instance, Identifiers::Sids, &mut Writer::new(&mut out)).unwrap();
        assert_eq!(hex(&out), expected.replace(' ', ""));
        assert_eq!(read_instance_identifier(schema(), &mut Reader::new(&out)), Ok(instance));
    }
}

#[test]
fn reading_7_deltas_are_absolute_under_a_name_and_keys_are_taken_in_any_order() {
    let expected = "a1 1903e8 a4 01 4101 0d 6161 20 6162 d82f1907d2 a1 01 6165";
    for input in [
        // under a name the reference is 0
        "a1 65743a616c6c a4 1903e9 4101 1903f5 6161 1903e7 6162 1907d2 a1 01 6165",
        // tag 47 at any depth, also where a delta would do; indefinite lengths; names and SIDs mixed
        "bf d82f1903e8 bf d82f1903f5 6161 01 4101 66753a6d6f7265 bf d82f1907d3 6165 ff 20 6162 ff ff",
        // a delta into another module
        "a1 1903e8 a4 1903ea a1 01 6165 20 6162 0d 6161 01 4101",
    ] {
        check_document(input, expected);
    }
}

#[test]
fn the_datastore_has_no_instance_identifier() {
    let read = |hex: &str| read_instance_identifier(schema(), &mut Reader::new(&bytes(hex)));
    assert!(read("612f").is_err(), "the text `/`");
}

#[test]
fn reading_15_a_list_identifier_leaves_out_its_own_keys_together() {
    let read = |hex: &str| read_instance_identifier(schema(), &mut Reader::new(&bytes(hex)));
    assert_eq!(read("190406"), Ok(InstanceIdentifier::new(at("all/server"))));
    assert!(read("82 190406 6161").is_err());
    assert!(read("83 190406 6161 626465").is_ok());
    assert!(read("84 190406 6161 626465 6161").is_err());
    // the keys of lists above are needed
    assert!(read("190409").is_err());
    assert!(read("83 19040b 6161 626465").is_ok());
    assert!(read("82 19040b 6161").is_err());
}

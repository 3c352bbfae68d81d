//! The readings that concern messages, each by its number.

use alloc::vec;

use super::{Code, Device, Method, Request, bytes, cbor, pair, request};
use crate::coreconf::ETag;
use crate::datastore::tests::model::at;

#[test]
fn reading_13_a_node_that_is_not_there_is_a_bare_null() {
    let mut device = Device::new();
    device.patch(&pair(cbor!(1016), cbor!([null])));
    let found = device.fetch(&bytes([cbor!(1001), cbor!(1016), cbor!([1100, "z"])]), &[]);
    assert_eq!(found, [cbor!(null).unwrap(), cbor!({1016 => null}).unwrap(), cbor!(null).unwrap()]);
}

#[test]
fn reading_14_null_deletes_and_an_array_of_null_sets_empty() {
    let mut device = Device::new();
    device.patch(&pair(cbor!(1016), cbor!([null])));
    assert!(device.store.exists(&at("/t:box/flag")));
    device.patch(&bytes([cbor!({1016 => null})]));
    assert!(!device.store.exists(&at("/t:box/flag")));
    device.patch(&bytes([cbor!({1016 => null})]));
    device.patch(&bytes([cbor!({1000 => {16 => null}})]));
    assert!(device.store.exists(&at("/t:box/flag")), "through its parent null sets it");
}

#[test]
fn reading_15_a_bare_list_takes_a_map_as_entry_and_an_array_as_list() {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1100 => {1 => "a", 5 => 1}}), cbor!({1100 => {1 => "b", 5 => 1}})]));
    device.patch(&pair(cbor!([1100, "c"]), cbor!({5 => 1})));
    device.patch(&pair(cbor!([1100, "c"]), cbor!({1 => "c", 5 => 2})));
    for name in ["a", "b", "c"] {
        assert!(device.store.exists(&at(&alloc::format!("/t:server[name='{name}']"))));
    }
    device.patch(&bytes([cbor!({1100 => [{1 => "d", 5 => 1}]})]));
    assert_eq!(device.fetch(&bytes([cbor!(1100)]), &["c=c"]), [cbor!({1100 => [{1 => "d", 5 => 1}]}).unwrap()]);
    // leaf-list entries by their value (readings 6)
    device.patch(&pair(cbor!([1006, "q"]), cbor!("q")));
    assert_eq!(device.fetch(&bytes([cbor!(1006)]), &[]), [cbor!({1006 => ["q"]}).unwrap()]);
    device.patch(&pair(cbor!([1006, "q"]), cbor!(null)));
    assert_eq!(device.fetch(&bytes([cbor!(1006)]), &[]), [cbor!(null).unwrap()]);
}

#[test]
fn reading_16_items_are_done_in_order_as_one_transaction() {
    let mut device = Device::new();
    let answer = device.patch(&bytes([
        cbor!({1001 => "x"}),
        cbor!({1002 => 3}),
        cbor!({1000 => {1 => "y"}}),
        cbor!({1002 => 4}),
    ]));
    assert_eq!(answer.committed.changes.len(), 2);
    assert_eq!(device.store.revision(), 1);
    assert_eq!(device.fetch(&bytes([cbor!(1000)]), &["c=c"]), [cbor!({1000 => {1 => "y", 2 => 4}}).unwrap()]);
}

#[test]
fn reading_16_put_and_delete_keep_write_only_nodes_and_their_entries() {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1003 => "s"}), cbor!({1001 => "x"})]));
    assert_eq!(device.ask(&request(Method::Delete, &[])).code, Code::DELETED);
    assert!(device.store.get(&at("/t:box/secret")).is_some() && device.store.get(&at("/t:box/name")).is_none());
    assert_eq!(device.fetch(&bytes([cbor!(1003), cbor!(1000)]), &[]), vec![cbor!(null).unwrap(); 2]);
    device.patch(&bytes([cbor!({1003 => null})]));
    device.patch(&bytes([cbor!({1100 => {1 => "a", 4 => "s", 5 => 1}})]));
    // a DELETE that leaves an invalid tree
    assert_eq!(device.refused(&request(Method::Delete, &[])).0, Code::BAD_REQUEST);
    device.patch(&pair(cbor!([1100, "a"]), cbor!(null)));
    assert!(device.store.content().is_empty());
}

#[test]
fn reading_17_an_operation_without_output_answers_null() {
    let mut device = Device::new();
    let answer = device.ask(&request(Method::Post, &bytes([cbor!({1500 => null})])));
    assert_eq!((answer.code, &device.out), (Code::CHANGED, &bytes([cbor!({1500 => null})])));
    device.ask(&request(Method::Post, &bytes([cbor!({1500 => {}})])));
    assert_eq!(device.out, bytes([cbor!({1500 => null})]));
}

#[test]
fn reading_20_c_defaults_to_a_and_d_to_t() {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1002 => 50})]));
    let whole = bytes([cbor!(1000)]);
    assert_eq!(device.fetch(&whole, &["c=c"]), [cbor!(null).unwrap()]);
    assert_eq!(device.fetch(&whole, &["c=c", "d=t"]), [cbor!(null).unwrap()]);
    let all = cbor!({1000 => {2 => 50, 7 => ["auto"]}}).unwrap();
    assert_eq!(device.fetch(&whole, &["c=c", "d=a"]), [all]);
    device.patch(&bytes([cbor!({1002 => null})]));
    assert_eq!(device.fetch(&bytes([cbor!(1002)]), &[]), [cbor!({1002 => 50}).unwrap()], "a leaf tells its default");
}

#[test]
fn reading_23_the_error_points_at_the_entry() {
    let mut device = Device::new();
    let payload = bytes([cbor!({1100 => {1 => "a", 5 => 1, 8 => [{1 => 1}, {1 => 2}, {1 => 3}]}})]);
    let (_, error) = device.refused(&request(Method::IPatch, &payload));
    let node = crate::datastore::tests::model::node("/t:server/alias");
    let keys = vec!["a".into()];
    assert_eq!(error.unwrap().at, Some(crate::value::InstanceIdentifier { node, keys }));
}

#[test]
fn reading_28_identifiers_of_operations_and_unknown_sids_are_null_and_malformed_ones_400() {
    let mut device = Device::new();
    let asked =
        bytes([cbor!(1500), cbor!([1110, "a"]), cbor!(1520), cbor!(9999), cbor!([9999, 1, 2]), cbor!("/t:nowhere")]);
    assert_eq!(device.fetch(&asked, &[]), vec![cbor!(null).unwrap(); 6]);
    for malformed in [bytes([cbor!(true)]), bytes([cbor!([])]), bytes([cbor!([1100, 5])]), vec![0x82, 0x01]] {
        assert_eq!(device.refused(&request(Method::Fetch, &malformed)).0, Code::BAD_REQUEST, "{malformed:02x?}");
    }
}

#[test]
fn reading_29_the_etag_is_the_revision_of_the_configuration() {
    let mut device = Device::new();
    device.patch(&bytes([cbor!({1001 => "x"})]));
    let get = |query| Request { query, ..request(Method::Get, &[]) };
    assert_eq!(device.ask(&get(&[])).etag, None);
    let etag = device.ask(&get(&["c=c"])).etag.unwrap();
    assert_eq!(etag.as_bytes(), [1]);
    let named = bytes([cbor!(1001)]);
    let fetched = device.ask(&Request { query: &["c=c"], ..request(Method::Fetch, &named) });
    assert_eq!(fetched.etag, Some(etag));
    let payload = bytes([cbor!({1001 => "y"})]);
    let conditional = Request { if_match: &[b"zz", etag.as_bytes()], ..request(Method::IPatch, &payload) };
    assert_eq!(device.ask(&conditional).code, Code::CHANGED);
    for request in [
        conditional,
        Request { if_match: &[&[1]], ..request(Method::Delete, &[]) },
        Request { if_none_match: true, ..request(Method::IPatch, &payload) },
    ] {
        assert_eq!(device.refused(&request), (Code::PRECONDITION_FAILED, None));
    }
    assert_eq!(ETag::new(0).as_bytes(), [0]);
    assert_eq!(ETag::new(0x1_0000).as_bytes(), [1, 0, 0]);
}

mod instances;
mod malformed;
mod oracle;
mod readings;
mod types;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::schema::NodeIndex;
use crate::test_schema::schema;
use crate::value::{Content, Data, write_data};

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(|c| !c.is_whitespace()).collect();
    digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn encode(node: NodeIndex, data: &Data, identifiers: Identifiers) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    write_data(&mut Encoder::new(schema(), &mut out, identifiers, usize::MAX), node, data)?;
    Ok(out)
}

fn decode(input: &str) -> Result<Content, Error> {
    let input = bytes(input);
    let mut reader = Reader::new(&input);
    let content = read_content(schema(), NodeIndex::ROOT, Allowed::Any, &mut reader)?;
    reader.finish()?;
    Ok(content)
}

/// A document that decodes, and encodes as `canonical` (empty: as it stands).
#[track_caller]
fn check_document(input: &str, canonical: &str) -> Content {
    let content = decode(input).unwrap_or_else(|error| panic!("{}", error.describe(schema())));
    let encoded = encode(NodeIndex::ROOT, &Data::Container(content.clone()), Identifiers::Sids).unwrap();
    let canonical = if canonical.is_empty() { input } else { canonical };
    assert_eq!(hex(&encoded), hex(&bytes(canonical)));
    content
}

#[track_caller]
fn check_names(content: &Content, expected: &str) {
    let data = Data::Container(content.clone());
    let encoded = encode(NodeIndex::ROOT, &data, Identifiers::Names).unwrap();
    assert_eq!(hex(&encoded), hex(&bytes(expected)));
    assert_eq!(decode(&hex(&encoded)).unwrap(), *content);
}

#[test]
fn deltas_count_from_the_parent_and_other_modules_take_tag_47() {
    // all { string, before (-1), long-before (-10), u:other (tag 47), u:more { u:deep, t:back (tag 47) } }
    check_document("a1 1903e8 a5 0d 6161 20 6162 29 6163 d82f1907d1 6164 d82f1907d2 a2 01 6165 d82f19041a 6166", "");
}

#[test]
fn names_are_qualified_where_the_module_changes() {
    let content = decode("a1 1903e8 a2 0d 6161 d82f1907d2 a2 01 6165 d82f19041a 6166").unwrap();
    // {"t:all": {"string": "a", "u:more": {"deep": "e", "t:back": "f"}}}, keys in order
    check_names(
        &content,
        "a1 65743a616c6c a2 66737472696e67 6161 66753a6d6f7265 a2 6464656570 6165 66743a6261636b 6166",
    );
}

#[test]
fn entries_count_from_their_list() {
    check_document("a1 1903e8 a1 181e 81 a4 01 626465 02 6161 03 05 05 81 a2 01 190386 02 6178", "");
}

#[test]
fn entries_are_put_in_the_order_of_their_keys_for_a_datastore_that_may_order_them() {
    let reorder = |allowed, input: &str| {
        let content = read_content(schema(), NodeIndex::ROOT, allowed, &mut Reader::new(&bytes(input))).unwrap();
        hex(&encode(NodeIndex::ROOT, &Data::Container(content), Identifiers::Sids).unwrap())
    };
    let (sent, sorted) = ("a119046a82a1016162a1016161", "a119046a82a1016161a1016162");
    assert_eq!(reorder(Allowed::Config, sent), sorted);
    assert_eq!(reorder(Allowed::Any, sent), sent);
    let by_user = "a11903e8a1182d82a10102a10101";
    assert_eq!(reorder(Allowed::Config, by_user), by_user);
}

#[test]
fn more_than_23_members_move_the_content_for_a_longer_head() {
    let names: String = (0..30).map(|n| format!("63 {:06x}", 0x61_6161 + n)).collect();
    check_document(&format!("a1 1903e8 a1 11 98 1e {names}"), "");
}

#[test]
fn the_values_of_rpc_input_and_output_count_from_the_rpc() {
    let output = crate::test_schema::at("reset/output");
    for (node, input) in [(crate::test_schema::at("reset/input"), "a1 02 1903e8"), (output, "a1 20 626f6b")] {
        let input = bytes(input);
        let content = read_content(schema(), node, Allowed::Data, &mut Reader::new(&input)).unwrap();
        assert!(!content.is_empty());
        assert_eq!(encode(node, &Data::Container(content), Identifiers::Sids).unwrap(), input);
    }
}

#[test]
fn notifications_and_structures_are_documents() {
    check_document("a1 190456 a1 01 6178", "");
    check_document("a1 190460 a1 01 05", "");
}

#[test]
fn an_entry_takes_its_keys_from_the_identifier() {
    let list = crate::test_schema::at("all/server");
    let known = ["a".into(), "de".into()];
    let read = |hex: &str| read_entry(schema(), list, &known, Allowed::Config, &mut Reader::new(&bytes(hex)));
    let whole = read("a3 01 626465 02 6161 03 05").unwrap();
    assert_eq!(read("a1 03 05").unwrap(), whole);
    let error = read("a2 02 6162 03 05").unwrap_err();
    assert_eq!((error.position, &error.reason), (2, &Reason::KeyMismatch(crate::test_schema::at("all/server/name"))));
    assert_eq!(
        error.describe(schema()),
        "/t:all/server[name='a'][country='de']/name: a list key differs from the one in the identifier ('name', byte 2)"
    );
}

#[test]
fn output_over_the_limit_is_refused() {
    let content = decode("a1 1903e8 a1 0d 6161").unwrap();
    let mut out = Vec::new();
    let mut encoder = Encoder::new(schema(), &mut out, Identifiers::Sids, 7);
    let refused = write_data(&mut encoder, NodeIndex::ROOT, &Data::Container(content));
    assert_eq!(refused, Err(EncodeError::Limit(7)));
}

#[test]
fn state_is_refused_where_only_configuration_may_stand() {
    let input = bytes("a1 1903e8 a1 12 05");
    let error = read_content(schema(), NodeIndex::ROOT, Allowed::Config, &mut Reader::new(&input)).unwrap_err();
    assert_eq!(error.position, 5);
    assert_eq!(
        error.describe(schema()),
        "/t:all/state: a state node where only configuration may stand ('state', byte 5)"
    );
    assert!(read_content(schema(), NodeIndex::ROOT, Allowed::Data, &mut Reader::new(&input)).is_ok());
}

#[test]
fn anydata_is_kept_in_deterministic_form() {
    // {77: {2: "b", 1: [_ 1]}} in any order and with an indefinite length
    check_document(
        "a1 1903e8 a1 14 a2 184d bf 02 6162 01 9f 1801 ff ff 00 f6",
        "a1 1903e8 a1 14 a2 00 f6 184d a2 01 81 01 02 6162",
    );
    check_document("a1 1903e8 a1 15 83 f5 f6 f5", "");
    check_document("a1 1903e8 a1 15 fb3ff8000000000000", "a1 1903e8 a1 15 f93e00");
}

#[test]
fn anydata_that_the_schema_knows_is_written_by_name() {
    // alarm (1110) in any (1020): delta 90
    let content = decode("a1 1903e8 a1 14 a1 185a a1 01 6178").unwrap();
    let names = "a1 65743a616c6c a1 63616e79 a1 65616c61726d a1 6474657874 6178";
    let encoded = encode(NodeIndex::ROOT, &Data::Container(content), Identifiers::Names).unwrap();
    assert_eq!(hex(&encoded), hex(&bytes(names)));
}

#[test]
fn anydata_under_a_name_is_kept_by_deltas_to_its_own_sid() {
    // alarm (1110), known: by SID under names, and by name
    let known = "a1 1903e8 a1 14 a1 185a a1 01 6178";
    check_document("a1 65743a616c6c a1 63616e79 a1 190456 a1 01 6178", known);
    check_document("a1 65743a616c6c a1 63616e79 a1 67743a616c61726d a1 6474657874 6178", known);
    check_document("a1 1903e8 a1 14 a1 67743a616c61726d a1 190457 6178", known);
    // unknown SIDs 1 and 70000, beside a name: under a name they are absolute, the name stays
    check_document(
        "a1 65743a616c6c a1 63616e79 a3 01 05 1a00011170 06 63783a79 07",
        "a1 1903e8 a1 14 a3 1a00010d74 06 3903fa 05 63783a79 07",
    );
    // and with SIDs they stay as they came
    check_document("a1 1903e8 a1 14 a2 01 05 63783a79 07", "");
}

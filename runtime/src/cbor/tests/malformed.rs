use alloc::format;

use super::*;

/// A document, the byte at which it is refused, and why: node and reason.
const MALFORMED: [(&str, usize, &str); 63] = [
    // not well-formed
    ("", 0, "the input ends within a data item"),
    ("a1", 0, "the input ends within a data item"),
    ("a1 19 03", 1, "the input ends within a data item"),
    ("a1 1903e8", 4, "/t:all: the input ends within a data item"),
    ("bb ffffffffffffffff", 0, "the input ends within a data item"),
    ("ba 7fffffff 01", 0, "the input ends within a data item"),
    ("bf 1903e8 a0", 5, "the input ends within a data item"),
    ("a1 1903e8 a1 0d 7bffffffffffffffff", 6, "/t:all/string: the input ends within a data item"),
    ("a1 1903e8 a1 0d 7f 6161", 9, "/t:all/string: the input ends within a data item"),
    ("a1 1903e8 a1 0d 61ff", 6, "/t:all/string: text is not UTF-8"),
    ("a1 1903e8 a1 0d 7f 61c3 61bc ff", 7, "/t:all/string: text is not UTF-8"),
    ("a1 1903e8 a1 0d 7f 4161 ff", 7, "/t:all/string: a chunk of another kind in a string of indefinite length"),
    ("a1 1903e8 a1 01 5f 5f ff ff", 7, "/t:all/binary: a chunk of another kind in a string of indefinite length"),
    ("1c", 0, "a reserved head"),
    ("a1 1903e8 a1 0d 1f", 6, "/t:all/string: a reserved head"),
    ("a1 1903e8 a1 15 f810", 6, "/t:all/xml: a reserved head"),
    ("ff", 0, "a break stands where a data item should"),
    ("a1 1903e8 ff", 4, "/t:all: a break stands where a data item should"),
    ("bf 1903e8 ff", 4, "/t:all: a break stands where a data item should"),
    ("a1 1903e8 a1 15 82 01 ff", 8, "/t:all/xml: a break stands where a data item should"),
    ("a0 00", 1, "bytes follow the end of the payload"),
    // keys
    ("80", 0, "not a map"),
    ("a1 40 00", 1, "not a SID or a name"),
    ("a1 f6 00", 1, "not a SID or a name"),
    ("a1 c1 00 00", 1, "not a SID or a name"),
    ("a1 d82f 20 00", 3, "not an unsigned integer"),
    ("a1 00 00", 1, "unknown SID 0"),
    ("a1 20 00", 1, "unknown SID -1"),
    ("a1 1bffffffffffffffff 00", 1, "unknown SID 9223372036854775807"),
    ("a1 19ffff 00", 1, "unknown SID 65535"),
    ("a1 1903e8 a1 3bffffffffffffffff 00", 5, "/t:all: unknown SID 9223372036854775807"),
    ("a1 63616c6c a0", 1, "unknown name"),
    ("a1 65783a616c6c a0", 1, "unknown name"),
    ("a1 1903e8 a1 6178 00", 5, "/t:all: unknown name"),
    ("a2 1903e8 a0 1903e8 a0", 5, "/t:all: a member occurs twice"),
    ("a2 1903e8 a0 d82f1903e8 a0", 5, "/t:all: a member occurs twice"),
    ("a2 1903e8 a0 65743a616c6c a0", 5, "/t:all: a member occurs twice"),
    ("a1 1903e8 a1 14 a2 01 00 1801 00", 6, "/t:all/any: a member occurs twice"),
    ("a1 1903e8 a1 1866 01", 5, "/t:reset/input/delay: the node has no place here"),
    ("a1 19044c a0", 1, "/t:reset: the node has no place here"),
    // kinds of nodes
    ("a1 1903e8 f6", 4, "/t:all: not a map"),
    ("a1 1903e8 a1 11 6161", 6, "/t:all/names: not an array"),
    ("a1 1903e8 a1 14 80", 6, "/t:all/any: not a map"),
    ("a1 1903e8 a1 181e a0", 7, "/t:all/server: not an array"),
    ("a1 1903e8 a1 181e 81 80", 8, "/t:all/server: not a map"),
    ("a1 1903e8 a1 181e 81 a1 02 6161", 8, "/t:all/server: a list key is missing"),
    ("a1 19046a 82 a1 01 6161 a1 01 6161", 9, "/t:top[id='a']: an entry occurs twice"),
    ("a1 1903e8 a1 11 82 6161 6161", 6, "/t:all/names[.='a']: an entry occurs twice"),
    ("a1 1903e8 a1 1828 82 a1 01 6161 a1 01 01", 14, "/t:all/log[2]/text: not a string"),
    // values
    ("a1 1903e8 a1 01 45 0102030405", 6, "/t:all/binary: length 5 is not allowed"),
    ("a1 1903e8 a1 02 4108", 6, "/t:all/bits: unknown bit at position 3"),
    ("a1 1903e8 a1 02 83 4101 1a7fffffff 4101", 9, "/t:all/bits: unknown bit at position 4294967295"),
    ("a1 1903e8 a1 02 814101", 6, "/t:all/bits: not bits"),
    ("a1 1903e8 a1 02 83410100 4101", 6, "/t:all/bits: not bits"),
    ("a1 1903e8 a1 04 c482 22 19ffff", 6, "/t:all/decimal: out of range"),
    ("a1 1903e8 a1 04 c482 3bffffffffffffffff 01", 6, "/t:all/decimal: out of range"),
    ("a1 1903e8 a1 04 c483 21 01 01", 6, "/t:all/decimal: not a decimal64"),
    ("a1 1903e8 a1 06 04", 6, "/t:all/enumeration: unknown enum value 4"),
    ("a1 1903e8 a1 08 190387", 6, "/t:all/identity: the identity is not derived from the base"),
    // identifiers as text: `/t:x`, and a key that lacks its quote
    ("a1 1903e8 a1 09 64 2f743a78", 6, "/t:all/instance: "),
    ("a1 1903e8 a2 0d 6161 09 6d 2f743a746f705b69643d27615d", 9, "/t:all/instance: "),
    ("a1 1903e8 a1 0a 1880", 6, "/t:all/int8: out of range"),
    ("a1 1903e8 a1 0e 0b", 6, "/t:all/uint8: out of range"),
];

#[test]
fn bad_payloads_are_refused_with_place_and_reason() {
    let mut wrong = String::new();
    for (input, position, expected) in MALFORMED {
        let described = match decode(input) {
            Ok(_) => String::from("taken"),
            Err(error) if error.position == position && error.describe(schema()).starts_with(expected) => continue,
            Err(error) => error.describe(schema()),
        };
        wrong.push_str(&format!("{input}: {described}, expected {position} {expected}\n"));
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn values_of_the_wrong_kind_are_refused_for_every_type() {
    let leafs = [
        "binary",
        "bits",
        "boolean",
        "decimal",
        "empty",
        "enumeration",
        "float",
        "identity",
        "instance",
        "int8",
        "int64",
        "string",
        "uint8",
        "uint64",
        "union",
    ];
    for leaf in leafs {
        let node = crate::test_schema::at(&format!("all/{leaf}"));
        for input in ["fb3ff199999999999a", "a0", "c1 00", "f7", "82 6161 6161", "d82f 00"] {
            let input = super::bytes(input);
            let read = read_value(schema(), node, Allowed::Any, &mut Reader::new(&input));
            let error = read.expect_err(leaf);
            assert_eq!(error.at.as_ref().map(|at| at.node), Some(node), "{leaf}");
        }
    }
}

#[test]
fn depth_is_counted() {
    let nested = |depth: usize| format!("a1 1903e8 a1 15 {} 00", "81".repeat(depth));
    assert!(decode(&nested(30)).is_ok());
    assert_eq!(decode(&nested(31)).unwrap_err().reason, Reason::TooDeep);
    let tags = format!("a1 1903e8 a1 15 {} 00", "c1".repeat(10_000));
    assert_eq!(decode(&tags).unwrap_err().reason, Reason::TooDeep);
    let instances = |depth: usize| format!("a1 1903e8 a1 09 {} 1903f5", "84 19040a 6161 6162".repeat(depth));
    assert!(decode(&instances(9)).is_ok());
    assert_eq!(decode(&instances(10)).unwrap_err().reason, Reason::TooDeep);
    assert_eq!(Reader::new(&super::bytes(&"9f".repeat(100))).skip().unwrap_err().reason, Reason::TooDeep);
}

#[test]
fn every_prefix_of_a_payload_is_refused() {
    let whole = "a1 1903e8 a6 01 4101 04 c48221190101 0d 7f6161ff 181e 81 a2 01 626465 02 6161 20 6162 d82f1907d1 6164";
    assert!(decode(whole).is_ok());
    let bytes = super::bytes(whole);
    for length in 0..bytes.len() {
        assert!(decode(&hex(&bytes[..length])).is_err(), "{length} bytes");
    }
}

use alloc::vec::Vec;

use super::*;
use crate::test_schema::{at, schema};
use crate::value::{Value, text};

/// A leaf of `all`: its lexical form, its bytes with SIDs, and with names where they differ.
const TYPES: [(&str, &str, &str, &str); 49] = [
    ("binary", "HxzmoA==", "441f1ce6a0", ""),
    ("bits", "under-repair critical", "4106", ""),
    ("bits", "critical warning indeterminate", "834204010e4101", ""),
    ("bits", "warning", "420001", ""),
    ("bits", "indeterminate", "82104101", ""),
    ("bits", "unknown indeterminate", "8341010f4101", ""),
    ("bits", "", "40", ""),
    ("boolean", "true", "f5", ""),
    ("boolean", "false", "f4", ""),
    ("decimal", "2.57", "c48221190101", ""),
    ("decimal", "-10.0", "c482213903e7", ""),
    ("decimal", "0.0", "c4822100", ""),
    ("decimal", "92233720368547758.07", "c482211b7fffffffffffffff", ""),
    ("empty", "", "f6", ""),
    ("enumeration", "testing", "03", ""),
    ("enumeration", "unbounded", "20", ""),
    ("float", "0.1", "c482251a000186a0", ""),
    ("float", "-2.0", "c482253a001e847f", ""),
    ("identity", "t:ethernet", "190386", "686574 6865726e6574"),
    ("identity", "u:loopback", "190758", "6a 753a6c6f6f706261636b"),
    ("instance", "/t:all/string", "1903f5", "6d 2f743a616c6c2f737472696e67"),
    ("instance", "/u:all", "190834", "66 2f753a616c6c"),
    ("instance", "/t:all/names[.='a']", "82 1903f9 6161", "73 2f743a616c6c2f6e616d65735b2e3d2761275d"),
    ("instance", "/t:all/log[3]/text", "82 190411 03", "72 2f743a616c6c2f6c6f675b335d2f74657874"),
    ("instance", "/t:top", "19046a", "66 2f743a746f70"),
    ("int8", "-128", "387f", ""),
    ("int8", "127", "187f", ""),
    ("int64", "-9223372036854775808", "3b7fffffffffffffff", ""),
    ("int64", "9223372036854775807", "1b7fffffffffffffff", ""),
    ("reference", "a", "", ""),
    ("string", "", "60", ""),
    ("string", "ünïcödé\n", "", ""),
    ("uint8", "1", "01", ""),
    ("uint8", "30", "181e", ""),
    ("uint64", "18446744073709551615", "1bffffffffffffffff", ""),
    ("uint64", "4294967296", "1b0000000100000000", ""),
    ("union", "-5", "24", ""),
    ("union", "unbounded", "d82c69756e626f756e646564", ""),
    ("union", "under-repair critical", "d82b75756e6465722d72657061697220637269746963616c", ""),
    ("union", "t:ethernet", "d82d190386", "d82d6865746865726e6574"),
    ("union", "/t:all/string", "d82e1903f5", "d82e6d2f743a616c6c2f737472696e67"),
    ("union", "/t:all/names[.='a']", "d82e821903f96161", "d82e732f743a616c6c2f6e616d65735b2e3d2761275d"),
    ("union", "2.5", "c4822118fa", ""),
    ("union", "true", "f5", ""),
    ("union", "abc", "63616263", ""),
    ("union", "4294967296", "1b0000000100000000", ""),
    ("state", "2147483647", "1a7fffffff", ""),
    ("before", "x", "6178", ""),
    ("long-before", "y", "6179", ""),
];

#[test]
fn every_type_has_its_encoding_and_its_text() {
    let mut checked = 0;
    for (leaf, lexical, sids, names) in TYPES {
        // the reference is to `binary`'s neighbour in the table of types; it has rows of its own below
        if leaf == "reference" || sids.is_empty() {
            continue;
        }
        let node = at(&format!("all/{leaf}"));
        let value = text::parse(schema(), node, lexical).unwrap_or_else(|error| panic!("{leaf} {lexical}: {error}"));
        assert_eq!(text::print(schema(), node, &value).as_deref(), Ok(lexical), "{leaf}");
        let names = if names.is_empty() { sids } else { names };
        for (identifiers, expected) in [(Identifiers::Sids, sids), (Identifiers::Names, names)] {
            let expected = super::bytes(expected);
            let encoded = encode(node, &Data::Leaf(value.clone()), identifiers).unwrap();
            assert_eq!(hex(&encoded), hex(&expected), "{leaf} {lexical}");
            let mut reader = Reader::new(&expected);
            let decoded = read_value(schema(), node, Allowed::Data, &mut reader);
            assert_eq!(decoded, Ok(Data::Leaf(value.clone())), "{leaf} {lexical}");
            assert!(reader.is_at_end());
        }
        checked += 1;
    }
    assert!(checked > 40);
}

#[test]
fn a_leafref_is_encoded_as_its_target() {
    // `reference` leads to `enumeration` in the table of types
    let (node, target) = (at("all/reference"), at("all/enumeration"));
    let value = text::parse(schema(), target, "testing").unwrap();
    assert_eq!(text::parse(schema(), node, "testing"), Ok(value.clone()));
    assert_eq!(encode(node, &Data::Leaf(value), Identifiers::Sids).unwrap(), [0x03]);
}

/// What a leaf takes although the encoder writes it otherwise.
#[test]
fn other_forms_of_a_value_are_taken() {
    let forms = [
        ("decimal", "c4822019 0101", "25.7"), // exponent -1
        ("decimal", "c4820018 19", "25.0"),   // exponent 0
        ("decimal", "c4822219 0a0a", "2.57"), // exponent -3, exact
        ("decimal", "c482021801", "100.0"),   // exponent 2, mantissa not shortest
        ("uint8", "1801", "1"),               // not shortest
        ("uint8", "1b0000000000000001", "1"),
        ("string", "7f 6161 6162 ff", "ab"), // indefinite
        ("string", "7801 61", "a"),
        ("binary", "5f 4101 4102 ff", "AQI="),
        ("bits", "9f 4101 0f 4101 ff", "unknown indeterminate"),
        ("bits", "430600 00", "under-repair critical"), // trailing zeros
        ("empty", "81f6", ""),                          // RFC 7951's form
        ("identity", "6a743a65746865726e6574", "t:ethernet"),
        ("identity", "6865746865726e6574", "t:ethernet"),
        ("instance", "81 1903f5", "/t:all/string"),
        ("float", "c48200 05", "5.0"),
        ("union", "d82d6a743a65746865726e6574", "t:ethernet"),
    ];
    for (leaf, input, expected) in forms {
        let node = at(&format!("all/{leaf}"));
        let input = super::bytes(input);
        let mut reader = Reader::new(&input);
        let data = read_value(schema(), node, Allowed::Data, &mut reader).unwrap_or_else(|e| panic!("{leaf}: {e}"));
        assert!(reader.is_at_end());
        let Data::Leaf(value) = data else { panic!("no leaf") };
        assert_eq!(text::print(schema(), node, &value).as_deref(), Ok(expected), "{leaf}");
    }
}

#[test]
fn a_union_takes_the_first_member_that_fits() {
    let node = at("all/union");
    for (input, member) in [("05", 0_u16), ("1b0000000100000000", 5), ("63616263", 9), ("420102", 8)] {
        let input = super::bytes(input);
        match read_value(schema(), node, Allowed::Data, &mut Reader::new(&input)) {
            Ok(Data::Leaf(Value::Union(taken, _))) => assert_eq!(taken, member),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_float_is_rounded_to_its_digits_and_what_decimal64_cannot_hold_is_refused() {
    let node = at("all/float");
    let encoded = |value| encode(node, &Data::Leaf(Value::Float(value)), Identifiers::Sids);
    assert_eq!(hex(&encoded(1.0 / 3.0).unwrap()), "c482251a00051615");
    assert_eq!(hex(&encoded(-2.0 / 3.0).unwrap()), "c482253a000a2c2a");
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 9.3e12] {
        assert!(matches!(encoded(value), Err(EncodeError::Value { .. })), "{value}");
    }
}

#[test]
fn bits_take_the_shorter_form() {
    let forms: [(&[u8], &str); 6] = [
        (&[1, 0, 1], "43010001"),
        (&[1, 0, 0, 0, 1], "450100000001"),
        (&[1, 0, 0, 0, 0, 0, 1], "834101054101"),
        (&[0, 0, 0, 0, 0, 1], "82054101"),
        (&[0, 0, 1, 0, 0], "82024101"),
        (&[1, 0, 0, 0, 0], "4101"),
    ];
    for (set, expected) in forms {
        let mut out = Vec::new();
        bits::write(set, &mut Writer::new(&mut out));
        assert!(out.len() <= super::bytes(expected).len(), "{set:?}: {}", hex(&out));
        let known = [crate::schema::Bit { position: 63, name: "last" }];
        let mut reader = Reader::new(&out);
        let read = match reader.peek().unwrap() {
            Kind::Array => {
                let head = reader.head().unwrap();
                bits::read(&known, 0, head, &mut reader).unwrap()
            }
            _ => bits::trimmed(&reader.bytes().unwrap()).into(),
        };
        let end = set.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        assert_eq!(*read, set[..end]);
    }
}

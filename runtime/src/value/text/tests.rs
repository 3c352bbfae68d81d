use alloc::format;
use alloc::string::String;

use super::*;
use crate::schema::NodeIndex;
use crate::test_schema::{at, sample, schema};
use crate::value::{InstanceIdentifier, Value, Violation};
use proptest::prelude::*;

/// A path, and how it is printed with predicates and as part of a URI.
const PATHS: [(&str, &str, &str); 14] = [
    ("/", "/", "/"),
    ("/t:all", "/t:all", "/t:all"),
    ("/top", "/t:top", "/t:top"),
    ("/top=a%20b", "/t:top[id='a b']", "/t:top=a%20b"),
    ("/t:all/server[country='de'][name='x']", "/t:all/server[name='x'][country='de']", "/t:all/server=x,de"),
    ("/t:all/server=x,de/data", "/t:all/server[name='x'][country='de']/data", "/t:all/server=x,de/data"),
    ("/t:all/t:server[ t:name = \"x\" ][country='de']", "/t:all/server[name='x'][country='de']", "/t:all/server=x,de"),
    ("/t:all/server=,", "/t:all/server[name=''][country='']", "/t:all/server=,"),
    ("/t:all/names[.=\"it's\"]", "/t:all/names[.=\"it's\"]", "/t:all/names=it%27s"),
    ("/t:all/names=%27%22", "/t:all/names[.=\"'\"\"\"]", "/t:all/names=%27%22"),
    ("/t:all/log[3]/text", "/t:all/log[3]/text", "/t:all/log=3/text"),
    ("/t:all/more/deep", "/t:all/u:more/deep", "/t:all/u:more/deep"),
    ("/t:all/u:more/back", "/t:all/u:more/t:back", "/t:all/u:more/t:back"),
    (
        "/t:all/server=a,b/inner[id='ethernet']",
        "/t:all/server[name='a'][country='b']/inner[id='t:ethernet']",
        "/t:all/server=a,b/inner=t%3Aethernet",
    ),
];

#[test]
fn paths_are_read_in_both_forms() {
    for (text, predicates, uri) in PATHS {
        let instance = parse_path(schema(), text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(print_path(schema(), &instance, PathForm::Predicates), predicates);
        assert_eq!(print_path(schema(), &instance, PathForm::Uri), uri);
        for printed in [predicates, uri] {
            assert_eq!(parse_path(schema(), printed).as_ref(), Ok(&instance), "{printed}");
        }
    }
}

#[test]
fn bad_paths_name_the_step() {
    let unknown = PathReason::UnknownNode;
    let rows = [
        ("", 0, "", PathReason::Syntax { expected: "'/'" }),
        ("t:all", 0, "t:all", PathReason::Syntax { expected: "'/'" }),
        ("/t:all/", 6, "", PathReason::Syntax { expected: "a name" }),
        ("/x:all", 0, "x:all", PathReason::UnknownModule),
        ("/all", 0, "all", PathReason::Ambiguous),
        ("/t:all/strin", 6, "strin", unknown),
        ("/t:all/u:string", 6, "u:string", unknown),
        ("/t:all/string/x", 13, "x", unknown),
        ("/t:all/string='a'", 6, "string='a'", PathReason::NotAList(at("all/string"))),
        ("/t:all/string[1]", 6, "string[1]", PathReason::NotAList(at("all/string"))),
        ("/t:all/server/data", 6, "server", PathReason::KeyCount { expected: 2, found: 0 }),
        ("/t:all/server=a/data", 6, "server=a", PathReason::KeyCount { expected: 2, found: 1 }),
        ("/t:all/server[name='a/b']", 6, "server[name='a/b']", PathReason::KeyCount { expected: 2, found: 1 }),
        ("/t:all/server[nam='a']", 6, "server[nam='a']", PathReason::UnknownKey(at("all/server"))),
        ("/t:all/server[.='a']", 6, "server[.='a']", PathReason::UnknownKey(at("all/server"))),
        ("/t:all/server[3]", 6, "server[3]", PathReason::UnknownKey(at("all/server"))),
        ("/top[id='a'][id='a']", 0, "top[id='a'][id='a']", PathReason::DuplicateKey),
        ("/top[id='a", 0, "top[id='a", PathReason::Syntax { expected: "the closing quote" }),
        ("/top[id=a]", 0, "top[id=a]", PathReason::Syntax { expected: "a quoted value" }),
        ("/top[id='a'", 0, "top[id='a'", PathReason::Syntax { expected: "']'" }),
        ("/top[id='a']x", 12, "x", PathReason::Syntax { expected: "'/'" }),
        ("/top=%4", 0, "top=%4", PathReason::Syntax { expected: "two hex digits behind '%'" }),
        ("/top=%ff", 0, "top=%ff", PathReason::Syntax { expected: "two hex digits behind '%'" }),
    ];
    for (text, position, step, reason) in rows {
        let error = parse_path(schema(), text).expect_err(text);
        assert_eq!((error.position, &*error.step, error.reason), (position, step, reason), "{text}");
    }
    let key = parse_path(schema(), "/t:all/ordered=300").unwrap_err();
    assert_eq!(key.reason, PathReason::KeyValue { key: at("all/ordered/id"), violation: Violation::Range });
    let position = parse_path(schema(), "/t:all/log[0]").unwrap_err();
    assert!(matches!(position.reason, PathReason::KeyValue { .. }));
}

#[test]
fn candidates_are_what_is_known_at_the_step() {
    let candidates = |text: &str| parse_path(schema(), text).unwrap_err().candidates(schema());
    assert_eq!(candidates("/t:all/more/dep"), ["deep", "t:back"]);
    assert_eq!(candidates("/t:all/server[x='1']"), ["name", "country"]);
    assert_eq!(candidates("/v:all"), ["t", "u"]);
    assert!(candidates("/nothing").contains(&"t:top".into()));
}

#[test]
fn identifiers_in_the_keys_of_identifiers_are_counted() {
    let nested = |depth| {
        let mut text = String::from("/t:all/string");
        for _ in 0..depth {
            text =
                format!("/t:all/server=a,b/chair={}", text.replace('%', "%25").replace('/', "%2F").replace(',', "%2C"));
        }
        text
    };
    let read = parse_path(schema(), &nested(8)).unwrap();
    assert_eq!(parse_path(schema(), &print_path(schema(), &read, PathForm::Uri)), Ok(read));
    assert!(parse_path(schema(), &nested(9)).is_err());
}

#[test]
fn lexical_forms_that_are_not_canonical_are_taken() {
    let rows = [
        ("int8", "+5", "5"),
        ("int8", "-007", "-7"),
        ("decimal", "2", "2.0"),
        ("decimal", "+2.500", "2.5"),
        ("bits", "  critical   unknown ", "unknown critical"),
        ("binary", "AQ I=\n", "AQI="),
        ("identity", "ethernet", "t:ethernet"),
        ("float", "1e3", "1000.0"),
    ];
    for (leaf, text, canonical) in rows {
        let node = at(&format!("all/{leaf}"));
        let value = parse(schema(), node, text).unwrap_or_else(|error| panic!("{leaf} {text}: {error}"));
        assert_eq!(print(schema(), node, &value).as_deref(), Ok(canonical));
    }
}

#[test]
fn what_is_no_value_is_refused() {
    let rows = [
        ("int8", "128", Violation::Range),
        ("int8", "0x10", Violation::WrongType { expected: "an integer" }),
        ("int8", "", Violation::WrongType { expected: "an integer" }),
        ("uint8", "15", Violation::Range),
        ("uint8", "-1", Violation::Range),
        ("decimal", "2.505", Violation::Range),
        ("decimal", "3.15", Violation::Range),
        ("decimal", "1.", Violation::WrongType { expected: "a decimal64" }),
        ("decimal", ".5", Violation::WrongType { expected: "a decimal64" }),
        ("float", "inf", Violation::WrongType { expected: "a decimal64" }),
        ("float", "1e30", Violation::Range),
        ("boolean", "True", Violation::WrongType { expected: "a boolean" }),
        ("empty", "x", Violation::WrongType { expected: "an empty" }),
        ("enumeration", "3", Violation::UnknownName),
        ("bits", "critical high", Violation::UnknownName),
        ("identity", "loopback", Violation::UnknownName),
        ("identity", "v:loopback", Violation::UnknownName),
        ("binary", "AQI", Violation::WrongType { expected: "a binary" }),
        ("binary", "AQ=I", Violation::WrongType { expected: "a binary" }),
        ("binary", "AQJ=", Violation::WrongType { expected: "a binary" }),
        ("binary", "AQIDBAU=", Violation::Length(5)),
        ("string", "ününününü", Violation::Length(9)),
        ("instance", "/t:nothing", Violation::Instance),
        ("union", "ab", Violation::NotInUnion),
    ];
    for (leaf, text, violation) in rows {
        assert_eq!(parse(schema(), at(&format!("all/{leaf}")), text), Err(violation), "{leaf} {text}");
    }
    assert!(matches!(parse(schema(), at("all/identity"), "unrelated"), Err(Violation::NotDerived(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_survive_their_text(seed: u64, leaf in 1_u16..17) {
        let node = NodeIndex(leaf);
        let ty = schema().type_of(node).unwrap();
        let value = sample::value(schema(), ty, &mut sample::Random::new(seed));
        let text = print(schema(), node, &value).unwrap();
        let again = parse(schema(), node, &text).unwrap_or_else(|error| panic!("{text}: {error}"));
        // text does not tell the members of a union apart: the first that takes it does
        if !matches!(value, Value::Union(..)) {
            prop_assert_eq!(again, value);
        } else {
            prop_assert_eq!(print(schema(), node, &again).unwrap(), text);
        }
    }

    #[test]
    fn paths_survive_their_text(name: String, country: String) {
        let instance = InstanceIdentifier {
            node: at("all/server/data"),
            keys: alloc::vec![Value::from(&*name), Value::from(&*country)],
        };
        for form in [PathForm::Predicates, PathForm::Uri] {
            let text = print_path(schema(), &instance, form);
            prop_assert_eq!(parse_path(schema(), &text), Ok(instance.clone()), "{}", text);
        }
    }

    #[test]
    fn any_text_is_a_path_or_an_error(text in "[/tu:all\\[\\]='\"%a-z0-9.]{0,40}") {
        if let Err(error) = parse_path(schema(), &text) {
            prop_assert!(error.position <= text.len());
        }
    }
}

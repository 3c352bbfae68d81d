//! Definitions as people write them, and what becomes of them.

use proptest::prelude::*;

use super::range::{ONE, Restriction, restriction};
use super::text::{from_definition, from_yang, to_definition, to_yang};
use super::*;
use crate::Context;
use crate::diagnostic::Severity;
use crate::source::SourceMap;

fn reading(xml: &str) -> (Reading, SourceMap) {
    let mut sources = SourceMap::default();
    let id = sources.add("object.xml", xml).unwrap();
    (read(&sources, id), sources)
}

/// Messages with the line that each is about.
fn messages(xml: &str) -> Vec<String> {
    let (reading, sources) = reading(xml);
    let line = |one: &crate::Diagnostic| one.span().and_then(|span| sources.location(span)).map_or(0, |at| at.line);
    reading.diagnostics.iter().map(|one| format!("{}: {}", line(one), one.message)).collect()
}

fn item(inside: &str) -> String {
    format!(
        "<LWM2M><Object ObjectType=\"MODefinition\"><Name>Pump</Name><Description1>A pump.</Description1>\n\
         <ObjectID>30000</ObjectID><ObjectURN>urn:oma:lwm2m:x:30000</ObjectURN>\n\
         <MultipleInstances>Multiple</MultipleInstances><Mandatory>Optional</Mandatory><Resources>\n{inside}\n\
         </Resources><Description2></Description2></Object></LWM2M>"
    )
}

fn resource(id: u16, name: &str, operations: &str, type_: &str, range: &str) -> String {
    format!(
        "<Item ID=\"{id}\"><Name>{name}</Name><Operations>{operations}</Operations>\
         <MultipleInstances>Single</MultipleInstances><Mandatory>Mandatory</Mandatory><Type>{type_}</Type>\
         <RangeEnumeration>{range}</RangeEnumeration><Units></Units><Description>What it is.</Description></Item>"
    )
}

fn module_of(xml: &str) -> YangModule {
    let (reading, _) = reading(xml);
    let definition = reading.definitions.first().unwrap();
    let options = Options { revision: "2026-11-26".to_owned(), ..Options::default() };
    module(&definition.object, Some(&definition.places), &options)
}

#[test]
fn names_become_identifiers_by_the_rule_that_is_permanent() {
    for (name, expected) in [
        ("Min Measured Value", "min-measured-value"),
        ("PkgName", "pkg-name"),
        ("IPv6", "ipv6"),
        ("IPv6 Address", "ipv6-address"),
        ("pH", "ph"),
        ("eDRX parameters for A/Gb mode", "edrx-parameters-for-a-gb-mode"),
        ("LwM2M", "lwm2m"),
        ("On/Off switch", "on-off-switch"),
        ("BinaryAppDataContainer", "binary-app-data-container"),
        ("CmdhEcDefParamValues", "cmdh-ec-def-param-values"),
        ("SMS Binding Secret Key(s)", "sms-binding-secret-key-s"),
        ("GPSTime", "gpstime"),
        ("Température de l’eau", "temperature-de-l-eau"),
        ("Größe", "grosse"),
        ("Group\u{a0} Address", "group-address"),
        ("温度", ""),
    ] {
        assert_eq!(names::identifier(name), expected, "{name}");
    }
    assert_eq!(names::object_identifier("LWM2M Server"), "server");
    assert_eq!(names::object_identifier("LwM2M"), "lwm2m");
    assert_eq!(names::starting_with_a_letter("3-phase-power", 34), "r34-3-phase-power");
    assert_eq!(names::starting_with_a_letter("", 34), "r34");
    assert_eq!(names::words("min-measured-value"), "Min Measured Value");
}

#[test]
fn range_texts_say_what_their_writers_meant() {
    let intervals = |text: &str| match restriction(text).0 {
        Restriction::Intervals { intervals, note } => (super::range::print(&intervals, " | "), note.is_some()),
        other => (format!("{other:?}"), false),
    };
    for (text, expected, noted) in [
        ("0..100", "0..100", false),
        ("1...15", "1..15", false),
        ("-20.5..3", "-20.5..3", false),
        ("0.000001..1.0", "0.000001..1", false),
        ("0, 3, 7", "0 | 3 | 7", false),
        ("0..247, 255", "0..247 | 255", false),
        ("0; 3.8..20.5", "0 | 3.8..20.5", false),
        ("0..64 bytes", "0..64", false),
        ("[1..9]", "1..9", false),
        ("0-100", "0..100", false),
        ("-5-5", "-5..5", false),
        ("0 to 10", "0..10", false),
        ("-30..-120", "-120..-30", true),
        ("7, 3", "3 | 7", true),
        ("0..5, 3..9", "0..9", true),
        ("0: off\n\t1: on\n\t255: broken", "0 | 1 | 255", false),
        ("0 = off; 1 = on", "0 | 1", false),
        ("10 - low, 20 - high", "10 | 20", false),
        ("  ", "None", false),
        ("ON;OFF", "Prose", false),
        ("<7 to >12.5", "Prose", false),
        ("1,000", "Prose", false),
        ("0..99999999999999999999999", "Prose", false),
        ("0.0000001..1", "Prose", false),
    ] {
        assert_eq!(intervals(text), (expected.to_owned(), noted), "{text:?}");
    }
    assert_eq!(restriction("12").0, Restriction::Single(12 * ONE));
    assert_eq!(restriction("0: off\n1:on").1, ["0: off", "1: on"]);
}

#[test]
fn types_are_the_smallest_that_hold_the_range() {
    let line = |type_: &str, range: &str| {
        let text = module_of(&item(&resource(1, "Speed", "RW", type_, range))).text;
        let (_, leaf) = text.split_once("leaf speed {\n").unwrap();
        let lines: Vec<&str> = leaf.lines().map(str::trim).take_while(|line| !line.starts_with("mandatory")).collect();
        lines.join(" ")
    };
    assert_eq!(line("Integer", "0..100"), "type int8 { range \"0..100\"; }");
    assert_eq!(line("Integer", "0..255"), "type int16 { range \"0..255\"; }");
    assert_eq!(line("Unsigned Integer", "0..255"), "type uint8 { range \"0..255\"; }");
    assert_eq!(line("Integer", "0..18446744073709551615"), "type uint64;");
    assert_eq!(line("Integer", ""), "type int64;");
    assert_eq!(line("Float", "0.0..1.0"), "type lw:float { range \"0..1\"; }");
    assert_eq!(line("String", "12"), "type string { length \"0..12\"; }");
    assert_eq!(line("String", "10,26"), "type string { length \"10 | 26\"; }");
    assert_eq!(line("Opaque", "1..64 bytes"), "type binary { length \"1..64\"; }");
    assert_eq!(line("Time", ""), "type lw:time;");
    assert_eq!(line("Objlnk", ""), "type lw:objlnk;");
    assert_eq!(line("Unsigned Integer", "0: OFF\n1: ON\n2: AUTO"), "type uint8 { range \"0..2\"; }");
}

#[test]
fn what_is_assumed_is_told_with_its_line() {
    let items = [
        resource(1, "A", "R", "", ""),
        resource(2, "B", "rw", "integer", ""),
        resource(3, "C", "R", "Integer", "a few"),
        resource(4, "温度", "R", "Float", ""),
    ];
    let xml = item(&items.join("\n"));
    assert_eq!(
        messages(&xml),
        [
            "4: a resource with a value has no type; taken as String",
            "5: the operations \"rw\" are taken as \"RW\"",
            "5: \"integer\" is no type of LwM2M; taken as Integer",
        ]
    );
    let made = module_of(&xml);
    let said: Vec<&str> = made.diagnostics.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        said,
        [
            "resource 3: range \"a few\": it is no list of numbers, and restricts nothing",
            "no letter of \"温度\" can stand in YANG; called `r4`",
        ]
    );
}

#[test]
fn what_has_no_plain_reading_is_an_error_with_a_cure() {
    let twice = item(&[resource(1, "A", "R", "String", ""), resource(1, "B", "R", "String", "")].join("\n"));
    assert_eq!(messages(&twice), ["5: two resources have the id 1"]);
    assert_eq!(
        messages(&item(&resource(1, "A", "RX", "String", ""))),
        ["4: \"RX\" are no operations that a resource can have"]
    );
    let no_id = item(&resource(1, "A", "R", "String", "")).replace("30000</ObjectID>", "</ObjectID>");
    assert_eq!(messages(&no_id).last().unwrap(), "2: the id is missing");
    assert_eq!(messages("<DDFList/>"), ["1: <DDFList> is no definition of LwM2M objects"]);
    assert_eq!(messages("<LWM2M>\n<Object>&uml;"), ["2: the XML is not well-formed: unknown entity reference 'uml'"]);
    let (reading, _) = reading("<!DOCTYPE a [<!ENTITY b \"bbb\">]><LWM2M/>");
    assert!(reading.diagnostics[0].help.as_deref().unwrap().contains("DOCTYPE"));
}

#[test]
fn versions_and_urns_that_are_missing_are_told_by_each_other() {
    let plain = item(&resource(1, "A", "R", "String", ""));
    let of = |xml: &str| {
        let (reading, _) = reading(xml);
        let object = reading.definitions[0].object.clone();
        (object.version, object.urn, reading.diagnostics.len())
    };
    let urn = "urn:oma:lwm2m:x:30000";
    assert_eq!(of(&plain), ("1.0".to_owned(), urn.to_owned(), 0));
    assert_eq!(of(&plain.replace(urn, "urn:oma:lwm2m:x:30000:2.1")).0, "2.1");
    let bare = plain.replace(urn, "");
    assert_eq!(of(&bare), ("1.0".to_owned(), urn.to_owned(), 1));
    let versioned =
        bare.replace("<MultipleInstances>Multiple", "<ObjectVersion>1.3</ObjectVersion><MultipleInstances>Multiple");
    assert_eq!(of(&versioned), ("1.3".to_owned(), format!("{urn}:1.3"), 1));
}

#[test]
fn a_urn_of_another_form_is_told_kept_and_exported_again() {
    let xml = item(&resource(1, "Flow", "R", "Float", "")).replace("urn:oma:lwm2m:x:30000", "urn:acme:pump");
    let said = "2: urn:acme:pump is not the URN of an object, such as urn:oma:lwm2m:x:30000; kept";
    assert_eq!(messages(&xml), [said]);
    let made = module_of(&xml);
    let mut context = Context::new();
    let compiled = context.source(format!("{}.yang", made.name), made.text).module(made.name).compile();
    assert!(compiled.is_ok(), "{}", compiled.render(false));
    let found = objects(&compiled.schema, &compiled.asked).objects;
    assert_eq!(found, [reading(&xml).0.definitions[0].object.clone()]);
}

#[test]
fn names_that_clash_get_the_id_and_the_first_keeps_its_own() {
    let items = [
        resource(5700, "Voltage", "R", "Float", ""),
        resource(5701, "voltage", "R", "Float", ""),
        resource(5, "Instance ID", "R", "Integer", ""),
    ];
    let text = module_of(&item(&items.join("\n"))).text;
    for leaf in ["leaf voltage {", "leaf voltage-5701 {", "leaf instance-id {", "leaf instance-id-5 {"] {
        assert_eq!(text.matches(leaf).count(), 1, "{leaf}\n{text}");
    }
}

#[test]
fn bytes_with_marks_and_of_other_encodings_are_texts() {
    assert_eq!(decode(b"\xef\xbb\xbf<a/>").unwrap(), "<a/>");
    assert_eq!(decode(b"\xff\xfe<\0a\0").unwrap(), "<a");
    assert_eq!(decode(b"\xfe\xff\0<\0a").unwrap(), "<a");
    assert_eq!(decode(b"<?xml encoding='ISO-8859-1'?>\xe9").unwrap(), "<?xml encoding='ISO-8859-1'?>é");
    assert_eq!(decode(b"<a>\n\xe9</a>"), Err(DecodeError::NotUtf8 { line: 2, byte: 4 }));
    assert_eq!(decode(b"\xff\xfe<"), Err(DecodeError::NotUtf16));
    assert!(matches!(decode(&vec![b' '; 5 << 20]), Err(DecodeError::TooLarge(_))));
}

#[test]
fn a_mistake_at_a_letter_of_several_bytes_can_be_shown() {
    let (reading, sources) = reading("<LWM2M><Na\u{2028}me/></LWM2M>");
    assert!(crate::diagnostic::render(&sources, &reading.diagnostics, false).contains("object.xml:1:11"));
}

#[test]
fn xml_that_nests_or_repeats_without_end_is_refused_soon() {
    let deep = "<a>".repeat(200_000);
    let (reading, _) = reading(&deep);
    assert_eq!(reading.diagnostics.len(), 1);
    let many = format!("<LWM2M><Object>{}</Object></LWM2M>", "<Resources/>".repeat(90_000));
    assert!(self::reading(&many).0.diagnostics.iter().any(|one| one.severity == Severity::Error));
    let wrong = item(&"<Item ID=\"x\"/>".repeat(30_000));
    assert!(self::reading(&wrong).0.diagnostics.len() <= 1001);
}

#[test]
fn the_wording_can_be_left_out() {
    let xml = item(&resource(1, "State", "R", "Integer", "0..1"))
        .replace("What it is.", "Whether it runs, in OMA's words.\n0: off\n1: on\n2: a label that goes on and on, as long as any sentence of a text, and longer than a line");
    let (reading, _) = reading(&xml);
    let options = Options { revision: "2026-11-26".to_owned(), facts_only: true, ..Options::default() };
    let text = module(&reading.definitions[0].object, None, &options).text;
    assert!(text.contains("\"State.\n         0: off\n         1: on\";"), "{text}");
}

fn words_and_lines() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        "[a-zA-Z]{1,9}[.,:;]?",
        "[0-9]{1,3}[:=.)]?",
        Just("-".to_owned()),
        Just("\"\\".to_owned()),
        "\\PC{1,3}"
    ];
    let line = proptest::collection::vec(word, 0..30).prop_map(|words| words.join(" "));
    proptest::collection::vec(line, 0..8).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn descriptions_come_back_from_both_forms(text in words_and_lines(), width in 20_usize..80) {
        let blocks = from_definition(&text);
        prop_assert_eq!(&from_definition(&to_definition(&blocks)), &blocks);
        prop_assert_eq!(&from_yang(&to_yang(&blocks, width).join("\n")), &blocks);
    }

    #[test]
    fn identifiers_are_words_of_small_letters_and_digits(name in "\\PC{0,40}", id in any::<u16>()) {
        let identifier = names::identifier(&name);
        prop_assert!(identifier.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'));
        prop_assert!(!identifier.starts_with('-') && !identifier.ends_with('-') && !identifier.contains("--"));
        prop_assert_eq!(&names::identifier(&identifier), &identifier);
        prop_assert_eq!(names::identifier(&names::words(&identifier)), identifier.clone());
        prop_assert!(names::starting_with_a_letter(&identifier, id).starts_with(|c: char| c.is_ascii_lowercase()));
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_object_comes_back_from_its_module(
        name in "[A-Za-z][A-Za-z0-9 /()-]{0,20}[a-z]", texts in proptest::collection::vec(words_and_lines(), 4),
        ranges in proptest::collection::vec("[0-9]{1,3}\\.\\.[0-9]{1,4}|[0-9]: [a-z]{1,5}, [0-9]: [a-z]{1,5}|\\PC{0,20}", 40),
        marks in any::<[bool; 6]>(),
    ) {
        let [multiple, mandatory, many, needed, versioned, old] = marks;
        let line = |text: &str| super::text::words(text);
        let mut object = Object {
            id: 30000, name: line(&name), urn: "urn:oma:lwm2m:x:30000".to_owned(),
            version: if versioned { "2.1" } else { "1.0" }.to_owned(),
            enabler_version: if old { "1.0" } else { "1.2" }.to_owned(),
            multiple, mandatory,
            description: to_definition(&from_definition(&texts[0])),
            notes: to_definition(&from_definition(&texts[1])),
            resources: Vec::new(),
        };
        for (index, range) in ranges.iter().enumerate() {
            let operations = Operations::ALL[index % 5];
            let execute = operations == Operations::Execute;
            object.resources.push(Resource {
                id: u16::try_from(index).unwrap(),
                name: format!("{} {}", object.name, index % 7),
                operations, multiple: many && !execute, mandatory: needed,
                data_type: DataType::ALL[index / 4],
                range: line(range),
                units: if execute { String::new() } else { line(&texts[2].chars().take(5).collect::<String>()) },
                description: to_definition(&from_definition(&texts[3])),
            });
        }
        let options = Options { revision: "2026-11-26".to_owned(), ..Options::default() };
        let first = module(&object, None, &options);
        let mut context = Context::new();
        context.source(format!("{}.yang", first.name), &*first.text).module(&*first.name);
        let compiled = context.compile();
        prop_assert!(compiled.diagnostics.is_empty(), "{}\n{}", compiled.render(false), first.text);
        let exported = objects(&compiled.schema, &compiled.asked).objects;
        prop_assert_eq!(&exported, &[object]);
        let (again, _) = reading(&to_xml(&exported));
        prop_assert_eq!(&module(&again.definitions[0].object, None, &options).text, &first.text);
    }
}

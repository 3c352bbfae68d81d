//! The specification's examples byte for byte, and payloads that are none.

use std::string::String;
use std::vec::Vec;

use proptest::prelude::*;

use super::*;

fn record<'a>(path: &str, datum: Datum<'a>) -> Record<'a> {
    Record { path: Path::parse(path).unwrap(), datum: Some(datum) }
}

fn text<'a>(path: &str, value: &'a str) -> Record<'a> {
    record(path, Datum::Text(value.into()))
}

fn whole(path: &str, value: i64) -> Record<'static> {
    record(path, Datum::Integer(value))
}

/// The instance of object 3 of the specification's example client (Core 1.2 section 7.5.4, table "TLV payload of a Read on
/// the Device Object").
fn device() -> Vec<Record<'static>> {
    std::vec![
        text("/3/0/0", "Open Mobile Alliance"),
        text("/3/0/1", "Lightweight M2M Client"),
        text("/3/0/2", "345000123"),
        text("/3/0/3", "1.0"),
        whole("/3/0/6/0", 1),
        whole("/3/0/6/1", 5),
        whole("/3/0/7/0", 3800),
        whole("/3/0/7/1", 5000),
        whole("/3/0/8/0", 125),
        whole("/3/0/8/1", 900),
        whole("/3/0/9", 100),
        whole("/3/0/10", 15),
        whole("/3/0/11/0", 0),
        whole("/3/0/13", 1_367_491_215),
        text("/3/0/14", "+02:00"),
        text("/3/0/16", "U"),
    ]
}

const DEVICE_TLV: &str = "c800144f70656e204d6f62696c6520416c6c69616e6365\
    c801164c69676874776569676874204d324d20436c69656e74\
    c80209333435303030313233c303312e30\
    8606410001410105\
    88070842000ed842011388\
    870841007d42010384\
    c10964c10a0f830b410000c40d5182428fc60e2b30323a3030c11055";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn written(format: Format, path: &str, records: &[Record<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    format.write(Path::parse(path), records, &mut out);
    out
}

#[test]
fn tlv_of_the_device_is_that_of_the_specification() {
    assert_eq!(written(Format::Tlv, "/3/0", &device()), hex(DEVICE_TLV));
}

#[test]
fn tlv_of_an_object_stands_in_its_instances() {
    // Core 1.2 section 7.5.4: a Read of the Access Control object
    let records = [
        whole("/2/0/0", 1),
        whole("/2/0/1", 0),
        whole("/2/0/2/127", 7),
        whole("/2/0/3", 127),
        whole("/2/2/0", 3),
        whole("/2/2/1", 0),
        whole("/2/2/2/127", 7),
        whole("/2/2/2/310", 1),
        whole("/2/2/3", 127),
    ];
    let expected = "08000ec10001c1010083 02417f07c1037f080212c10003c1010087 02417f07610136 01c1037f";
    assert_eq!(written(Format::Tlv, "/2", &records), hex(expected));
}

#[test]
fn tlv_is_read_at_every_level() {
    let read = |path: &str, bytes: &str| {
        let bytes = hex(bytes);
        let path = Path::parse(path);
        let records = Format::Tlv.read(path, 9, &bytes).unwrap();
        let show = |record: &Record<'_>| (std::format!("{}", record.path), std::format!("{:?}", record.datum));
        records.iter().map(show).filter(|(_, datum)| datum != "None").map(|(path, _)| path).collect::<Vec<_>>()
    };
    assert_eq!(read("/3303/0", "c10a0fc10b01"), ["/3303/0/10", "/3303/0/11"]);
    assert_eq!(read("/3303", "c10a0f"), ["/3303/9/10"]);
    assert_eq!(read("/3303", "0305c10a0f"), ["/3303/5/10"]);
    assert_eq!(read("/3303/0/10", "c10a0f"), ["/3303/0/10"]);
    assert_eq!(read("/3/0/6", "8606410001410105"), ["/3/0/6/0", "/3/0/6/1"]);
    assert_eq!(read("/3/0/6", "410001410105"), ["/3/0/6/0", "/3/0/6/1"]);
    assert_eq!(read("/3/0/6/1", "410105"), ["/3/0/6/1"]);
    for (path, bytes) in
        [("/3/0", "c10a"), ("/3/0", "c1"), ("/3/0/6", "c10a0f"), ("/3/0", "0305c10a0f"), ("/3/0", "410001")]
    {
        assert_eq!(Format::Tlv.read(Path::parse(path), 0, &hex(bytes)), Err(Error::Malformed), "{path} {bytes}");
    }
}

#[test]
fn senml_json_has_one_base_name() {
    let records = [
        text("/3/0/0", "a\"\\\n"),
        record("/3/0/1", Datum::Float(0.5)),
        whole("/3/0/6/1", -5),
        record("/3/0/7", Datum::Boolean(true)),
        record("/3/0/8", Datum::Opaque([0xfb, 0xff][..].into())),
        record("/3/0/9", Datum::Unsigned(u64::MAX)),
    ];
    let expected = r#"[{"bn":"/3/0/","n":"0","vs":"a\"\\\u000a"},{"n":"1","v":0.5},{"n":"6/1","v":-5},{"n":"7","vb":true},{"n":"8","vd":"-_8"},{"n":"9","v":18446744073709551615}]"#;
    let json = written(Format::SenmlJson, "/3/0", &records);
    assert_eq!(String::from_utf8(json.clone()).unwrap(), expected);
    assert_eq!(Format::SenmlJson.read(None, 0, &json).unwrap(), records);
    assert_eq!(written(Format::SenmlJson, "/3/0/1", &records[1..2]), br#"[{"bn":"/3/0/1","v":0.5}]"#);
    let cbor = written(Format::SenmlCbor, "/3/0", &records);
    assert_eq!(Format::SenmlCbor.read(None, 0, &cbor).unwrap(), records);
}

#[test]
fn senml_is_read_leniently_and_its_faults_are_told() {
    let json = |text: &str| Format::SenmlJson.read(None, 0, text.as_bytes()).map(|records| records.len());
    for (text, expected) in [
        ("[]", Ok(0)),
        (r#"[{"n":"/3/0/0"}]"#, Ok(1)),
        (r#"[{"bn":"/3/0/","n":"0","vs":"a"},{"n":"1","vs":"b"},{"bn":"/4/0/","n":"1","v":1}]"#, Ok(3)),
        (r#"[{"bn":"/3/0/0","v":1,"t":5,"u":"m"}]"#, Ok(1)),
        (r#"[{"bn":"/3/0/0","v":1,"x_":5}]"#, Err(Error::Malformed)),
        (r#"[{"bn":"/3/0/0","v":1,"vs":"a"}]"#, Err(Error::Malformed)),
        (r#"[{"bn":"/3/0/0","v":"1"}]"#, Err(Error::Malformed)),
        (r#"[{"bn":"/3/0/0","vd":"+/"}]"#, Err(Error::Malformed)),
        (r#"[{"bn":"/03/0/0","v":1}]"#, Err(Error::Malformed)),
        (r#"[{"v":1}]"#, Err(Error::Malformed)),
        (r#"{"v":1}"#, Err(Error::Malformed)),
        ("[", Err(Error::Malformed)),
    ] {
        assert_eq!(json(text), expected, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>, instance: Option<u16>) {
        let path = Path { object: 3, instance, resource: None, resource_instance: None };
        for format in [Format::Tlv, Format::SenmlCbor, Format::SenmlJson] {
            let _ = format.read(Some(path), 0, &bytes);
        }
    }

    #[test]
    fn numbers_keep_their_value_in_every_format(integer: i64, bits: u64) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite());
        let records = [whole("/9/0/1", integer), record("/9/0/2", Datum::Float(float))];
        for format in [Format::SenmlCbor, Format::SenmlJson] {
            let bytes = written(format, "/9/0", &records);
            prop_assert_eq!(&format.read(None, 0, &bytes).unwrap(), &records);
        }
    }
}

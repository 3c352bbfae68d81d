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
fn lwm2m_cbor_is_that_of_the_specification() {
    // Core 1.2 section 7.5.4, "LwM2M CBOR": its examples
    let cbor = |path: &str, records: &[Record<'_>]| written(Format::Lwm2mCbor, path, records);
    let device = device();
    let one = "a1830300007 44f70656e204d6f62696c6520416c6c69616e6365";
    assert_eq!(cbor("/3/0/0", &device[..1]), hex(one));
    assert_eq!(cbor("/3/0/6", &device[4..6]), hex("a183030006a200010105"));
    let whole_device = "a1820300ad 00744f70656e204d6f62696c6520416c6c69616e6365\
        01764c69676874776569676874204d324d20436c69656e74 0269333435303030313233 0363312e30\
        06a200010105 07a200190ed801191388 08a200187d01190384 091864 0a0f 0ba10000\
        0d1a5182428f 0e662b30323a3030 106155";
    let bytes = cbor("/3/0", &device);
    assert_eq!((bytes.len(), &bytes), (118, &hex(whole_device)));
    assert_eq!(Format::Lwm2mCbor.read(Path::parse("/3/0"), 0, &bytes).unwrap(), device);
    let server = |id: u16, short: i64, period: i64, storing: bool| {
        let at = |resource: u16| std::format!("/1/{id}/{resource}");
        std::vec![
            whole(&at(0), short),
            whole(&at(1), 86400),
            whole(&at(2), period),
            whole(&at(3), 6000),
            whole(&at(5), 86400),
            record(&at(6), Datum::Boolean(storing)),
            text(&at(7), "U"),
        ]
    };
    let servers = [server(0, 101, 300, true), server(1, 102, 600, false)].concat();
    let expected = "a101a2 00a7001865011a0001518002 19012c03191770051a0001518006f5076155\
        01a7001866011a00015180021902580319177 0051a0001518006f4076155";
    let bytes = cbor("/1", &servers);
    assert_eq!((bytes.len(), &bytes), (63, &hex(expected)));
    // a composite answer, here in the order of the paths
    let composite = [whole("/1/0/1", 86400), device[0].clone(), device[10].clone()];
    let expected = "a2 830100011a00015180 820300a2 00744f70656e204d6f62696c6520416c6c69616e6365 091864";
    let mut out = Vec::new();
    Format::Lwm2mCbor.write(None, &composite, &mut out);
    assert_eq!((out.len(), &out), (39, &hex(expected)));
    assert_eq!(Format::Lwm2mCbor.read(None, 0, &out).unwrap(), composite);
}

#[test]
fn lwm2m_cbor_is_read_with_the_ids_of_the_path_and_without() {
    let read = |path: &str, bytes: &str| {
        let bytes = hex(bytes);
        let records = Format::Lwm2mCbor.read(Path::parse(path), 9, &bytes)?;
        Ok::<_, Error>(records.iter().map(|one| std::format!("{}", one.path)).collect::<Vec<_>>().join(" "))
    };
    for (path, bytes, expected) in [
        ("/3/0", "a103a100a1000f", "/3/0/0"),
        ("/3/0", "a1830300000f", "/3/0/0"),
        ("/3/0", "a2000f0310", "/3/0/0 /3/0/3"),
        ("/3/0", "a103a1000f", "/3/0/3/0"),
        ("/3/0", "bf9f0300ffbf0d0f0ea10010ffff", "/3/0/13 /3/0/14/0"),
        ("/3/0/6", "a200010105", "/3/0/6/0 /3/0/6/1"),
        ("/3/0/6", "a183030006a200010105", "/3/0/6/0 /3/0/6/1"),
        ("/3/0/13", "a18303000dc11a5182428f", "/3/0/13"),
        // Create: the free instance, one that is named, one by its whole path
        ("/44", "a2050f0610", "/44/9/5 /44/9/6"),
        ("/44", "a102a1050f", "/44/2/5"),
        ("/44", "a1182ca102a1050f", "/44/2/5"),
    ] {
        assert_eq!(read(path, bytes).as_deref(), Ok(expected), "{path} {bytes}");
    }
    for (path, bytes) in [
        ("/3/0", "0f"),
        ("/3/0", "a1030f0f"),
        ("/3/0", "a16130 0f"),
        ("/3/0", "a11a000100000f"),
        ("/3/0", "a1000f 00"),
        ("/3/0", "a185030006000 00f"),
        ("/3/0", "a103a100a106a100a1000f"),
        ("/3/0", "a100800f"),
        ("/3/0", "a100c21a5182428f"),
    ] {
        assert_eq!(read(path, bytes), Err(Error::Malformed), "{path} {bytes}");
    }
    assert_eq!(Format::Lwm2mCbor.read(None, 0, &hex("a1820300 0f")), Err(Error::Malformed));
}

#[test]
fn json_is_that_of_lwm2m_1_0() {
    let expected = concat!(
        r#"{"bn":"/3/0/","e":[{"n":"0","sv":"Open Mobile Alliance"},{"n":"1","sv":"Lightweight M2M Client"},"#,
        r#"{"n":"2","sv":"345000123"},{"n":"3","sv":"1.0"},{"n":"6/0","v":1},{"n":"6/1","v":5},{"n":"7/0","v":3800},"#,
        r#"{"n":"7/1","v":5000},{"n":"8/0","v":125},{"n":"8/1","v":900},{"n":"9","v":100},{"n":"10","v":15},"#,
        r#"{"n":"11/0","v":0},{"n":"13","v":1367491215},{"n":"14","sv":"+02:00"},{"n":"16","sv":"U"}]}"#,
    );
    let json = written(Format::Json, "/3/0", &device());
    assert_eq!(String::from_utf8(json.clone()).unwrap(), expected);
    assert_eq!(Format::Json.read(Path::parse("/3/0"), 0, &json).unwrap(), device());
    let others = [
        record("/65/0/0/0", Datum::Link("66:0".into())),
        record("/65/0/1", Datum::Boolean(true)),
        record("/65/0/2", Datum::Float(22.5)),
        record("/65/0/3", Datum::Unsigned(u64::MAX)),
    ];
    let json = written(Format::Json, "/65/0", &others);
    assert_eq!(Format::Json.read(Path::parse("/65/0"), 0, &json).unwrap(), others);
    let opaque = [record("/5/0/0", Datum::Opaque([0xfb, 0xff][..].into()))];
    assert_eq!(written(Format::Json, "/5/0/0", &opaque), br#"{"bn":"/5/0/0","e":[{"sv":"+/8="}]}"#);
}

#[test]
fn json_of_lwm2m_1_0_is_read_with_names_behind_a_base_or_the_path() {
    let read = |path: &str, json: &str| {
        let records = Format::Json.read(Path::parse(path), 0, json.as_bytes())?;
        Ok::<_, Error>(records.iter().map(|one| std::format!("{}", one.path)).collect::<Vec<_>>().join(" "))
    };
    for (path, json, expected) in [
        ("/3/0", r#"{"e":[{"n":"14","sv":"+02:00"},{"n":"6/1","v":1}]}"#, "/3/0/14 /3/0/6/1"),
        ("/3/0/14", r#"{"e":[{"sv":"+02:00"}]}"#, "/3/0/14"),
        ("/3/0/14", r#"{"bn":"/3/0/14","e":[{"n":"","sv":"+02:00"}]}"#, "/3/0/14"),
        ("/3/0", r#"{"bn":"/3/0","e":[{"n":"14","sv":"+02:00","t":5}],"bt":25462634}"#, "/3/0/14"),
        ("/3/0", r#"{"bn":"/","e":[{"n":"3/0/14","sv":"+02:00"}]}"#, "/3/0/14"),
        ("/3/0", r#"{"bn":"","e":[{"n":"/3/0/14","sv":"+02:00"}]}"#, "/3/0/14"),
    ] {
        assert_eq!(read(path, json).as_deref(), Ok(expected), "{json}");
    }
    for json in
        ["[]", "{}", r#"{"e":[{"n":"x","v":1}]}"#, r#"{"e":[{"n":"1","v":1,"sv":"a"}]}"#, r#"{"e":[{"v":"1"}]}"#]
    {
        assert_eq!(read("/3/0", json), Err(Error::Malformed), "{json}");
    }
}

#[test]
fn what_goes_is_null_and_the_root_has_names_alone() {
    let json = br#"[{"n":"/3/0/6/1","v":null}]"#;
    let gone = [record("/3/0/6/1", Datum::Removed)];
    assert_eq!(Format::SenmlJson.read(None, 0, json).unwrap(), gone);
    let cbor = written(Format::SenmlCbor, "/3/0/6/1", &gone);
    assert_eq!(Format::SenmlCbor.read(None, 0, &cbor).unwrap(), gone);
    let root = br#"[{"n":"/"},{"n":"/1"}]"#;
    assert_eq!(Format::SenmlJson.names(root).unwrap(), [None, Path::parse("/1")]);
    assert_eq!(Format::SenmlJson.read(None, 0, root), Err(Error::Malformed));
}

#[test]
fn senml_of_the_device_is_that_of_the_specification() {
    // Core 1.2 sections 7.5.6 and 7.5.7
    let json = concat!(
        r#"[{"bn":"/3/0/","n":"0","vs":"Open Mobile Alliance"},{"n":"1","vs":"Lightweight M2M Client"},"#,
        r#"{"n":"2","vs":"345000123"},{"n":"3","vs":"1.0"},{"n":"6/0","v":1},{"n":"6/1","v":5},{"n":"7/0","v":3800},"#,
        r#"{"n":"7/1","v":5000},{"n":"8/0","v":125},{"n":"8/1","v":900},{"n":"9","v":100},{"n":"10","v":15},"#,
        r#"{"n":"11/0","v":0},{"n":"13","v":1367491215},{"n":"14","vs":"+02:00"},{"n":"16","vs":"U"}]"#,
    );
    assert_eq!(String::from_utf8(written(Format::SenmlJson, "/3/0", &device())).unwrap(), json);
    let cbor = "90 a321652f332f302f00613003744f70656e204d6f62696c6520416c6c69616e6365\
        a20061310376 4c69676874776569676874204d324d20436c69656e74 a2006132036 9333435303030313233 a200613303 63312e30\
        a20063362f300201 a20063362f310205 a20063372f3002190ed8 a20063372f3102191388 a20063382f3002187d a20063382f3102190384\
        a2006139021864 a200623130020f a2006431312f300200 a200623133021a5182428f a20062313403662b30323a3030 a200623136036155";
    assert_eq!(written(Format::SenmlCbor, "/3/0", &device()), hex(cbor));
}

#[test]
fn object_links_have_their_form_in_every_format() {
    // Core 1.2 section 7.5.5, its examples of object 65 and, of a link to nothing, 66
    let links = [
        record("/65/0/0/0", Datum::Link("66:0".into())),
        record("/65/0/0/1", Datum::Link("66:1".into())),
        text("/65/0/1", "8613800755500"),
        whole("/65/0/2", 0x1234_5678),
        record("/65/0/3", Datum::Link("65535:65535".into())),
    ];
    let tlv = "88000c 440000420000 440100420001 c8010d38363133383030373535353030 c40212345678";
    assert_eq!(written(Format::Tlv, "/65/0", &links[..4]), hex(tlv));
    assert_eq!(written(Format::Tlv, "/65/0/3", &links[4..]), hex("c403ffffffff"));
    let json = written(Format::SenmlJson, "/65/0", &links);
    assert!(json.starts_with(br#"[{"bn":"/65/0/","n":"0/0","vlo":"66:0"},{"n":"0/1","vlo":"66:1"},"#));
    for format in [Format::SenmlJson, Format::SenmlCbor, Format::Json] {
        let bytes = written(format, "/65/0", &links);
        assert_eq!(format.read(Path::parse("/65/0"), 0, &bytes).unwrap(), links, "{format:?}");
    }
    // LwM2M CBOR has texts for both; the type of the resource tells them apart
    let cbor = "a1 8318410003 6b36353533353a3635353335";
    assert_eq!(written(Format::Lwm2mCbor, "/65/0/3", &links[4..]), hex(cbor));
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
fn samples_have_their_times() {
    let records = [(None, whole("/4/0/2", -49)), (Some(1.5), record("/6/0/0", Datum::Float(43.5)))];
    let mut out = Vec::new();
    senml_cbor::write_timed(&records, &mut out);
    assert_eq!(out, hex("82 a2 00 662f342f302f32 02 3830 a3 00 662f362f302f30 02 f95170 06 f93e00"));
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
        for format in [Format::Tlv, Format::SenmlCbor, Format::SenmlJson, Format::Json, Format::Lwm2mCbor] {
            let _ = format.read(Some(path), 0, &bytes);
        }
    }

    #[test]
    fn numbers_keep_their_value_in_every_format(integer: i64, bits: u64) {
        let float = f64::from_bits(bits);
        prop_assume!(float.is_finite());
        let records = [whole("/9/0/1", integer), record("/9/0/2", Datum::Float(float))];
        for format in [Format::SenmlCbor, Format::SenmlJson, Format::Json, Format::Lwm2mCbor] {
            let bytes = written(format, "/9/0", &records);
            prop_assert_eq!(&format.read(Path::parse("/9/0"), 0, &bytes).unwrap(), &records);
        }
    }
}

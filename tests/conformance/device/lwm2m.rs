//! LwM2M's view: paths, formats, operations.

use comi_runtime::client::Request;
use comi_runtime::coap::content_format::{
    CBOR, LINK_FORMAT, LWM2M_CBOR, LWM2M_JSON, LWM2M_TLV, SENML_CBOR, SENML_ETCH_CBOR, SENML_ETCH_JSON, SENML_JSON,
    TEXT_PLAIN,
};
use comi_runtime::coap::{Code, Method};
use comi_runtime::value::Value;

use crate::model::lwm2m_device_3::path::{device_current_time, device_utc_offset};
use crate::world::{World, leaf, text};

fn get(path: &str, accept: Option<u16>) -> Request {
    Request { accept, ..Request::new(Method::Get, path) }
}

#[test]
fn single_values_are_read_as_text_and_as_cbor() {
    let mut world = World::new();
    for (path, as_text, as_cbor) in [
        ("/3303/0/5700", "21.5", &[0xf9, 0x4d, 0x60][..]),
        ("/3303/1/5700", "-3.25", &[0xf9, 0xc2, 0x80]),
        ("/3/0/0", "Acme", &[0x64, b'A', b'c', b'm', b'e']),
        ("/3/0/6/1", "5", &[0x05]),
    ] {
        let answer = world.ask(&get(path, None));
        assert_eq!((answer.content_format, text(&answer)), (Some(TEXT_PLAIN), (Code::CONTENT, as_text)), "{path}");
        assert_eq!(world.ask(&get(path, Some(TEXT_PLAIN))), answer, "{path}");
        let answer = world.ask(&get(path, Some(CBOR)));
        assert_eq!((answer.content_format, &answer.payload[..]), (Some(CBOR), as_cbor), "{path}");
    }
}

#[test]
fn text_and_opaque_have_the_numbers_of_old_servers_too() {
    let mut world = World::new();
    let answer = world.ask(&get("/3/0/0", Some(1541)));
    assert_eq!((answer.content_format, text(&answer)), (Some(1541), (Code::CONTENT, "Acme")));
    assert_eq!(world.ask(&get("/3/0/0", Some(1544))).code, Code::NOT_ACCEPTABLE);
    let write = Request::new(Method::Put, "/3/0/14").with_payload(1541, b"+05");
    assert_eq!(world.ask(&write).code, Code::CHANGED);
    assert_eq!(world.leaf(&device_utc_offset()), leaf(Value::from("+05")));
    let execute = Request::new(Method::Post, "/3303/0/5605").with_payload(1541, b"");
    assert_eq!(world.ask(&execute).code, Code::CHANGED);
}

#[test]
fn what_can_not_be_read_has_its_code() {
    let mut world = World::new();
    for (path, code) in [
        ("/3303/9/5700", Code::NOT_FOUND),    // no such instance
        ("/3303/0/9999", Code::NOT_FOUND),    // no such resource
        ("/9999/0/0", Code::NOT_FOUND),       // no such object
        ("/3/1/0", Code::NOT_FOUND),          // a single object is instance 0
        ("/3/0/6/2", Code::NOT_FOUND),        // no such resource instance
        ("/3/0/0/0", Code::NOT_FOUND),        // a resource without instances
        ("/3/0/1", Code::NOT_FOUND),          // optional, without a value
        ("/3/0/4", Code::METHOD_NOT_ALLOWED), // executable
        ("/0/0/0", Code::UNAUTHORIZED),       // security
        ("/21/0/0", Code::UNAUTHORIZED),
    ] {
        assert_eq!(world.ask(&get(path, None)).code, code, "{path}");
    }
    for path in ["/3/0/6", "/3/0", "/3303"] {
        // several values need another format
        assert_eq!(world.ask(&get(path, Some(TEXT_PLAIN))).code, Code::NOT_ACCEPTABLE, "{path}");
    }
    // Core 1.2 section 7.5.2: opaque is of an Opaque alone
    assert_eq!(world.ask(&get("/3303/0/5700", Some(42))).code, Code::NOT_ACCEPTABLE);
}

#[test]
fn several_values_are_read_in_every_format_of_several() {
    let mut world = World::new();
    for (path, accept, expected) in [
        ("/3303/0/5700", SENML_JSON, r#"[{"bn":"/3303/0/5700","v":21.5}]"#.as_bytes()),
        ("/3/0/6", SENML_JSON, br#"[{"bn":"/3/0/6/","n":"0","v":1},{"n":"1","v":5}]"#),
        ("/3/0/6/1", LWM2M_TLV, &[0x41, 0x01, 0x05]),
        ("/3/0/6", LWM2M_TLV, &[0x86, 0x06, 0x41, 0x00, 0x01, 0x41, 0x01, 0x05]),
        ("/3303/0/5700", LWM2M_TLV, &[0xe4, 0x16, 0x44, 0x41, 0xac, 0, 0]),
        // the numbers that LwM2M 1.0 used before they were registered
        ("/3/0/6", 1542, &[0x86, 0x06, 0x41, 0x00, 0x01, 0x41, 0x01, 0x05]),
        ("/3/0/6", 1543, br#"{"bn":"/3/0/6/","e":[{"n":"0","v":1},{"n":"1","v":5}]}"#),
        ("/3303/0/5700", LWM2M_JSON, br#"{"bn":"/3303/0/5700","e":[{"v":21.5}]}"#),
        ("/3/0/6", LWM2M_CBOR, &[0xa1, 0x83, 3, 0, 6, 0xa2, 0, 1, 1, 5]),
        ("/3/0/6/1", LWM2M_CBOR, &[0xa1, 0x84, 3, 0, 6, 1, 5]),
        ("/3303/0/5700", LWM2M_CBOR, &[0xa1, 0x83, 0x19, 0x0c, 0xe7, 0, 0x19, 0x16, 0x44, 0xf9, 0x4d, 0x60]),
    ] {
        let answer = world.ask(&get(path, Some(accept)));
        assert_eq!((answer.code, answer.content_format, &answer.payload[..]), (Code::CONTENT, Some(accept), expected));
    }
    // a server of LwM2M 1.0 names no format
    assert_eq!(world.ask(&get("/3/0/6", None)).content_format, Some(LWM2M_TLV));
}

#[test]
fn discover_lists_what_there_is_and_others_than_servers_have_no_attributes() {
    let mut world = World::new();
    let answer = world.ask(&get("/3303/0", Some(LINK_FORMAT)));
    let links: Vec<&str> = text(&answer).1.split(',').collect();
    for link in ["</3303/0>", "</3303/0/5700>", "</3303/0/5605>"] {
        assert!(links.contains(&link), "{link} in {links:?}");
    }
    assert_eq!(text(&world.ask(&get("/3/0/6", Some(LINK_FORMAT)))).1, "</3/0/6>;dim=2,</3/0/6/0>,</3/0/6/1>");
    // Core section 6.3.2, table "Depth Modifier"
    for (path, depth, expected) in [
        ("/3303", "depth=0", "</3303>;ver=1.1"),
        ("/3303", "depth=1", "</3303>;ver=1.1,</3303/0>,</3303/1>"),
        ("/3/0/6", "depth=0", "</3/0/6>;dim=2"),
        ("/3/0/6", "depth=3", "</3/0/6>;dim=2,</3/0/6/0>,</3/0/6/1>"),
    ] {
        let answer = world.ask(&get(path, Some(LINK_FORMAT)).with_queries([depth]));
        assert_eq!(text(&answer).1, expected, "{path} {depth}");
    }
    for (depth, shown) in [("depth=1", false), ("depth=2", true), ("depth=9", false)] {
        let answer = world.ask(&get("/3/0", Some(LINK_FORMAT)).with_queries([depth]));
        assert_eq!(text(&answer).1.contains("</3/0/6/1>"), shown, "{depth}");
    }
    let attributes = Request::new(Method::Put, "/3303/0").with_queries(["pmin=1"]);
    assert_eq!(world.ask(&attributes).code, Code::BAD_REQUEST);
}

#[test]
fn writes_are_seen_over_coreconf() {
    let mut world = World::new();
    let put = |path: &str, format, payload: &[u8]| Request::new(Method::Put, path).with_payload(format, payload);
    assert_eq!(world.ask(&put("/3/0/13", TEXT_PLAIN, b"1700000000")).code, Code::CHANGED);
    assert_eq!(world.leaf(&device_current_time()), leaf(Value::Integer(1_700_000_000)));
    // a Time with the tag of an epoch-based time
    assert_eq!(world.ask(&put("/3/0/13", CBOR, &[0xc1, 0x05])).code, Code::CHANGED);
    assert_eq!(world.leaf(&device_current_time()), leaf(Value::Integer(5)));
    assert_eq!(world.ask(&put("/3/0/14", CBOR, &[0x63, b'+', b'0', b'1'])).code, Code::CHANGED);
    assert_eq!(world.leaf(&device_utc_offset()), leaf(Value::from("+01")));
    for path in ["/3/0/0", "/3/0/4", "/3303/0/5700"] {
        assert_eq!(world.ask(&put(path, TEXT_PLAIN, b"1")).code, Code::METHOD_NOT_ALLOWED, "{path}");
    }
    assert_eq!(world.ask(&put("/3/0/6", TEXT_PLAIN, b"1")).code, Code::UNSUPPORTED_CONTENT_FORMAT);
}

#[test]
fn writes_of_several_values_are_taken_in_every_format() {
    let mut world = World::new();
    for (number, (format, payload)) in [
        (LWM2M_TLV, &b"\xc1\x0d\x01\xc3\x0e+01"[..]),
        (1542, b"\xc1\x0d\x02\xc3\x0e+02"),
        (LWM2M_JSON, br#"{"bn":"/3/0/","e":[{"n":"13","v":3},{"n":"14","sv":"+03"}]}"#),
        (1543, br#"{"e":[{"n":"13","v":4},{"n":"14","sv":"+04"}]}"#),
        (SENML_JSON, br#"[{"bn":"/3/0/","n":"13","v":5.0},{"n":"14","vs":"+05"}]"#),
        (SENML_CBOR, b"\x82\xa3\x21\x65/3/0/\x00\x6213\x02\x06\xa2\x00\x6214\x03\x63+06"),
        (LWM2M_CBOR, b"\xa1\x82\x03\x00\xa2\x0d\x07\x0e\x63+07"),
        (LWM2M_CBOR, b"\xa2\x0d\xc1\x08\x0e\x63+08"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = i64::try_from(number).unwrap() + 1;
        let request = Request::new(Method::Post, "/3/0").with_payload(format, payload);
        assert_eq!(world.ask(&request).code, Code::CHANGED, "{format}");
        assert_eq!(world.leaf(&device_current_time()), leaf(Value::Integer(number)), "{format}");
        assert_eq!(world.leaf(&device_utc_offset()), leaf(Value::from(format!("+0{number}").as_str())), "{format}");
    }
    // a null is no value of a Write
    let gone = Request::new(Method::Post, "/3/0").with_payload(SENML_JSON, br#"[{"n":"/3/0/14","v":null}]"#);
    assert_eq!(world.ask(&gone).code, Code::BAD_REQUEST);
    // an object with one instance has it already
    let create = Request::new(Method::Post, "/3").with_payload(LWM2M_TLV, b"\xc1\x0d\x01");
    assert_eq!(world.ask(&create).code, Code::METHOD_NOT_ALLOWED);
}

#[test]
fn composite_requests_name_their_paths_in_senml_and_the_root_is_everything() {
    let mut world = World::new();
    let fetch = |format, accept, payload: &[u8]| {
        Request { accept, ..Request::new(Method::Fetch, "/") }.with_payload(format, payload)
    };
    let named = br#"[{"n":"/3/0/6/1"},{"n":"/3303/0/5700"}]"#;
    let json = r#"[{"n":"/3/0/6/1","v":5},{"n":"/3303/0/5700","v":21.5}]"#;
    for format in [SENML_JSON, SENML_ETCH_JSON] {
        let answer = world.ask(&fetch(format, None, named));
        assert_eq!((answer.content_format, text(&answer)), (Some(SENML_JSON), (Code::CONTENT, json)), "{format}");
    }
    let cbor = b"\x81\xa1\x00\x68/3/0/6/1";
    let answer = world.ask(&fetch(SENML_ETCH_CBOR, Some(LWM2M_CBOR), cbor));
    assert_eq!((answer.code, &answer.payload[..]), (Code::CONTENT, &[0xa1, 0x84, 3, 0, 6, 1, 5][..]));
    let everything = world.ask(&fetch(SENML_ETCH_JSON, None, br#"[{"n":"/"}]"#));
    for part in [r#"{"n":"/3/0/0","vs":"Acme"}"#, r#"{"n":"/3303/1/5700","v":-3.25}"#] {
        assert!(text(&everything).1.contains(part), "{everything:?}");
    }
    for (format, accept, code) in [
        (LWM2M_CBOR, None, Code::UNSUPPORTED_CONTENT_FORMAT),
        (LWM2M_TLV, None, Code::UNSUPPORTED_CONTENT_FORMAT),
        (SENML_JSON, Some(LWM2M_TLV), Code::NOT_ACCEPTABLE),
        (SENML_JSON, Some(LWM2M_JSON), Code::NOT_ACCEPTABLE),
    ] {
        assert_eq!(world.ask(&fetch(format, accept, named)).code, code, "{format} {accept:?}");
    }
    let write = |format, payload: &[u8]| Request::new(Method::IPatch, "/").with_payload(format, payload);
    for (number, format, payload) in
        [(1, SENML_ETCH_JSON, &br#"[{"n":"/3/0/13","v":1}]"#[..]), (2, LWM2M_CBOR, b"\xa1\x83\x03\x00\x0d\x02")]
    {
        assert_eq!(world.ask(&write(format, payload)).code, Code::CHANGED);
        assert_eq!(world.leaf(&device_current_time()), leaf(Value::Integer(number)));
    }
    // RFC 8790 section 3.2; a resource itself stays
    for format in [SENML_JSON, SENML_ETCH_JSON] {
        let gone = world.ask(&write(format, br#"[{"n":"/3/0/13","v":null}]"#));
        assert_eq!(gone.code, Code::BAD_REQUEST, "{format}");
    }
}

#[test]
fn execute_invokes_the_action_with_its_arguments() {
    let mut world = World::new();
    let post = |path: &str| Request::new(Method::Post, path);
    assert_eq!(world.ask(&post("/3303/1/5605")).code, Code::CHANGED);
    assert_eq!(world.ask(&post("/3303/1/5605").with_payload(TEXT_PLAIN, b"0='a'")).code, Code::CHANGED);
    assert_eq!(world.hardware.state().diary, ["reset 1 None", r#"reset 1 Some("0='a'")"#]);
    assert_eq!(world.ask(&post("/3303/5/5605")).code, Code::NOT_FOUND);
    assert_eq!(world.ask(&post("/3303/0/5750")).code, Code::METHOD_NOT_ALLOWED);
    assert_eq!(world.ask(&post("/3/0/12")).code, Code::INTERNAL_SERVER_ERROR);
    assert_eq!(world.ask(&post("/3/0/5").with_payload(CBOR, &[0x01])).code, Code::UNSUPPORTED_CONTENT_FORMAT);
}

#[test]
fn discovery_tells_the_links_of_both_protocols_and_is_filtered() {
    let mut world = World::new();
    let all = world.ask(&Request::discover(None));
    assert_eq!(all.content_format, Some(LINK_FORMAT));
    let links = text(&all).1;
    for link in [
        r#"</c>;rt="core.c.ds";ds=1029"#,
        r#"</s>;rt="core.c.es core.c.ev";obs"#,
        r#"</>;rt="oma.lwm2m";ct="0 42 60 110 112 11542 11544""#,
        "</3/0>",
        r#"</3303>;ver="1.1""#,
        "</3303/0>,</3303/1>",
    ] {
        assert!(links.contains(link), "{link} in {links}");
    }
    for (filter, expected) in [
        ("href=/3303*", r#"</3303>;ver="1.1",</3303/0>,</3303/1>"#),
        ("rt=core.c.ev", r#"</s>;rt="core.c.es core.c.ev";obs"#),
        ("rt=oma.lwm2m", r#"</>;rt="oma.lwm2m";ct="0 42 60 110 112 11542 11544""#),
        ("rt=nothing", ""),
    ] {
        assert_eq!(text(&world.ask(&Request::discover(Some(filter)))), (Code::CONTENT, expected), "{filter}");
    }
}

//! LwM2M's view: paths, formats, operations.

use comi_runtime::client::Request;
use comi_runtime::coap::content_format::{CBOR, LINK_FORMAT, LWM2M_TLV, SENML_JSON, TEXT_PLAIN};
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
fn several_values_are_read_as_tlv_and_senml() {
    let mut world = World::new();
    for (path, accept, expected) in [
        ("/3303/0/5700", SENML_JSON, r#"[{"bn":"/3303/0/5700","v":21.5}]"#.as_bytes()),
        ("/3/0/6", SENML_JSON, br#"[{"bn":"/3/0/6/","n":"0","v":1},{"n":"1","v":5}]"#),
        ("/3/0/6/1", LWM2M_TLV, &[0x41, 0x01, 0x05]),
        ("/3/0/6", LWM2M_TLV, &[0x86, 0x06, 0x41, 0x00, 0x01, 0x41, 0x01, 0x05]),
        ("/3303/0/5700", LWM2M_TLV, &[0xe4, 0x16, 0x44, 0x41, 0xac, 0, 0]),
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
        r#"</>;rt="oma.lwm2m";ct="0 42 60 110 112 11542""#,
        "</3/0>",
        r#"</3303>;ver="1.1""#,
        "</3303/0>,</3303/1>",
    ] {
        assert!(links.contains(link), "{link} in {links}");
    }
    for (filter, expected) in [
        ("href=/3303*", r#"</3303>;ver="1.1",</3303/0>,</3303/1>"#),
        ("rt=core.c.ev", r#"</s>;rt="core.c.es core.c.ev";obs"#),
        ("rt=oma.lwm2m", r#"</>;rt="oma.lwm2m";ct="0 42 60 110 112 11542""#),
        ("rt=nothing", ""),
    ] {
        assert_eq!(text(&world.ask(&Request::discover(Some(filter)))), (Code::CONTENT, expected), "{filter}");
    }
}

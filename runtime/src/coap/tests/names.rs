//! Requests in a proxy's form that name the endpoint itself (section 5.7.2).

use super::pair::{client_peer, sent};
use crate::coap::{Code, Endpoint, Limits, MessageType, Received, Response, Writer, number};
use crate::time::Instant;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;

/// What an endpoint with these names makes of a request with these options: the path and the query that reach the
/// application, or what it answers by itself.
fn asked(names: &[&str], options: &[(u16, &[u8])]) -> String {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    names.iter().for_each(|name| endpoint.answers_to(name));
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::PUT, 1, b"t");
    options.iter().for_each(|(number, value)| writer.option(*number, value));
    writer.payload(b"body");
    let local = match endpoint.handle_datagram(Instant::START, client_peer(), &datagram) {
        Some(Received::Request(request)) => {
            assert_eq!(request.payload, b"body");
            let parts: [Vec<_>; 2] =
                [request.uri_path().map(Result::unwrap).collect(), request.uri_query().map(Result::unwrap).collect()];
            let host = request.uri_host().map(|host| host.unwrap().to_string()).unwrap_or_default();
            Some((request.id, alloc::format!("{host} {} {}", parts[0].join("/"), parts[1].join("&"))))
        }
        _ => None,
    };
    match local {
        Some((id, found)) => {
            endpoint.respond(Instant::START, id, &Response::new(Code::CHANGED)).unwrap();
            assert_eq!(sent(&mut endpoint).0, "ACK 2.04");
            assert_eq!(endpoint.handle_datagram(Instant::START, client_peer(), &datagram).map(|_| ()), None);
            assert_eq!(sent(&mut endpoint).0, "ACK 2.04", "a duplicate stays one");
            found
        }
        None => sent(&mut endpoint).0,
    }
}

#[test]
fn a_proxy_uri_that_names_us_is_a_local_request() {
    let names = ["Valve.example", "192.0.2.7:61616", "[2001:db8::7]"];
    for (uri, expected) in [
        ("coap://valve.example/a/b?x=1&y", "valve.example a/b x=1&y"),
        ("COAP://VALVE.example:5683/a%2Fb%20c", "valve.example a/b c "),
        ("coap+tcp://valve.example/", "valve.example  "),
        ("coap://valve.example", "valve.example  "),
        ("coap://valve.example:/a", "valve.example a "),
        ("coap://192.0.2.7:61616/a/./b/../c", " a/c "),
        ("coap://[2001:DB8:0::7]/?q", "  q"),
        // somebody else, another scheme, and what is no URI
        ("coap://192.0.2.7/a", "ACK 5.05"),
        ("coap://other.example/a", "ACK 5.05"),
        ("coaps://valve.example/a", "ACK 5.05"),
        ("http://valve.example/a", "ACK 5.05"),
        ("coap://me@valve.example/a", "ACK 5.05"),
        ("coap://valve.example/a#b", "ACK 5.05"),
        ("coap://valve.example/a%2", "ACK 5.05"),
        ("coap://valve.example/a%+1", "ACK 5.05"),
        ("coap://valve.example:70000/a", "ACK 5.05"),
        ("coap:///a", "ACK 5.05"),
        ("a", "ACK 5.05"),
    ] {
        assert_eq!(asked(&names, &[(number::PROXY_URI, uri.as_bytes())]), expected, "{uri}");
    }
    assert_eq!(asked(&[], &[(number::PROXY_URI, b"coap://valve.example/a")]), "ACK 5.05", "no name is known");
    // section 5.10.2: Proxy-Uri takes precedence
    let both: [(u16, &[u8]); 2] = [(number::URI_PATH, b"b"), (number::PROXY_URI, b"coap://valve.example/a")];
    assert_eq!(asked(&names, &both), "valve.example a ");
}

#[test]
fn a_proxy_scheme_with_our_host_is_a_local_request() {
    let names = ["valve.example", "192.0.2.7:61616"];
    let host = |host: &'static str| (number::URI_HOST, host.as_bytes());
    let path: (u16, &[u8]) = (number::URI_PATH, b"a");
    let scheme = |scheme: &'static str| (number::PROXY_SCHEME, scheme.as_bytes());
    let port: (u16, &[u8]) = (number::URI_PORT, &[0xf0, 0xb0]);
    for (options, expected) in [
        (&[host("valve.example"), path, scheme("coap")][..], "valve.example a "),
        (&[host("192.0.2.7"), port, path, scheme("coap")], "192.0.2.7 a "),
        // where the datagram went to
        (&[path, scheme("coap")], " a "),
        (&[port, path, scheme("coap")], " a "),
        (&[host("192.0.2.7"), path, scheme("coap")], "ACK 5.05"),
        (&[host("other.example"), path, scheme("coap")], "ACK 5.05"),
        (&[host("valve.example"), path, scheme("http")], "ACK 5.05"),
        (&[host("valve.example"), path, (number::PROXY_URI, b"coap://valve.example"), scheme("coap")], "ACK 5.05"),
    ] {
        assert_eq!(asked(&names, options), expected, "{options:?}");
    }
}

//! Rules about single options and codes: ETag and 2.03, No-Response (RFC 7967), 4.29 (RFC 8516), problem details
//! (RFC 9290), multicast (section 8).

use super::pair::{client_peer, server_peer};
use crate::coap::{
    CallFailure, Code, Endpoint, Event, Limits, Message, MessageType, Method, OutgoingOption, OutgoingRequest, Peer,
    Received, RequestId, Response, Writer, content_format, number,
};
use crate::time::Instant;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const NOW: Instant = Instant::from_secs(100);

fn request(kind: MessageType, code: Code, id: u16, options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, kind, code, id, b"t");
    options.iter().for_each(|(number, value)| writer.option(*number, value));
    datagram
}

fn deliver(endpoint: &mut Endpoint, datagram: &[u8]) -> Option<RequestId> {
    match endpoint.handle_datagram(NOW, client_peer(), datagram) {
        Some(Received::Request(request)) => Some(request.id),
        _ => None,
    }
}

fn sent(endpoint: &mut Endpoint) -> Vec<Vec<u8>> {
    let mut buffer = vec![];
    core::iter::from_fn(|| endpoint.poll_transmit(&mut buffer).map(|_| buffer.clone())).collect()
}

fn line(datagram: &[u8]) -> String {
    let message = Message::parse(datagram).unwrap();
    let kind = ["CON", "NON", "ACK", "RST"][usize::from(message.kind().bits())];
    alloc::format!("{kind} {}", message.code())
}

#[test]
fn a_representation_that_the_client_holds_is_valid() {
    let tags: [(u16, &[u8]); 2] = [(number::ETAG, b"old"), (number::ETAG, b"new")];
    for (code, options, etag, expected) in [
        (Code::GET, &tags[..], Some(&b"new"[..]), Code::VALID),
        (Code::FETCH, &tags[..], Some(b"new"), Code::VALID),
        (Code::GET, &tags[..1], Some(b"new"), Code::CONTENT),
        (Code::GET, &tags[..], None, Code::CONTENT),
        (Code::GET, &[], Some(b"new"), Code::CONTENT),
    ] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let id = deliver(&mut endpoint, &request(MessageType::Confirmable, code, 1, options)).unwrap();
        let own: Vec<_> = etag.into_iter().map(OutgoingOption::etag).chain([OutgoingOption::max_age(7)]).collect();
        endpoint.respond(NOW, id, &Response::content(60, b"body").with_options(&own)).unwrap();
        let answer = sent(&mut endpoint).remove(0);
        let answer = Message::parse(&answer).unwrap();
        assert_eq!((answer.code(), answer.uint(number::MAX_AGE)), (expected, Some(7)));
        assert_eq!(answer.payload().is_empty(), expected == Code::VALID);
        assert_eq!(answer.option(number::CONTENT_FORMAT).is_none(), expected == Code::VALID);
        assert_eq!(answer.values(number::ETAG).next(), etag);
    }
}

#[test]
fn the_tag_that_the_endpoint_gave_is_valid_too() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let mut tag = vec![];
    let mut codes = vec![];
    for id in 1..3 {
        let options: &[(u16, &[u8])] = if tag.is_empty() { &[] } else { &[(number::ETAG, &tag)] };
        let datagram = request(MessageType::Confirmable, Code::GET, id, options);
        let id = deliver(&mut endpoint, &datagram).unwrap();
        endpoint.respond(NOW, id, &Response::content(60, &[5; 2000])).unwrap();
        let answer = sent(&mut endpoint).remove(0);
        let answer = Message::parse(&answer).unwrap();
        codes.push(answer.code());
        tag = answer.values(number::ETAG).next().unwrap().to_vec();
    }
    assert_eq!(codes, [Code::CONTENT, Code::VALID]);
}

#[test]
fn responses_that_nobody_wants_are_not_sent() {
    use MessageType::{Confirmable, NonConfirmable};
    for (kind, unwanted, code, expected) in [
        (NonConfirmable, 2, Code::CHANGED, &[][..]),
        (NonConfirmable, 2, Code::NOT_FOUND, &["NON 4.04"]),
        (NonConfirmable, 8, Code::NOT_FOUND, &[]),
        (NonConfirmable, 16, Code::INTERNAL_SERVER_ERROR, &[]),
        (NonConfirmable, 26, Code::CHANGED, &[]),
        (NonConfirmable, 0, Code::CHANGED, &["NON 2.04"]),
        // section 2.1: the message layer still acknowledges
        (Confirmable, 2, Code::CHANGED, &["ACK 0.00"]),
        (Confirmable, 2, Code::NOT_FOUND, &["ACK 4.04"]),
    ] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = request(kind, Code::PUT, 1, &[(number::NO_RESPONSE, &[unwanted])]);
        let id = deliver(&mut endpoint, &datagram).unwrap();
        endpoint.respond(NOW, id, &Response::new(code)).unwrap();
        let lines: Vec<_> = sent(&mut endpoint).iter().map(|datagram| line(datagram)).collect();
        assert_eq!(lines, expected, "{kind:?} {unwanted} {code}");
        assert_eq!(deliver(&mut endpoint, &datagram), None, "a duplicate stays one");
    }
    // what the endpoint refuses by itself
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let options: [(u16, &[u8]); 2] = [(number::PROXY_SCHEME, b"http"), (number::NO_RESPONSE, &[24])];
    assert_eq!(deliver(&mut endpoint, &request(Confirmable, Code::PUT, 1, &options)), None);
    assert_eq!(sent(&mut endpoint).iter().map(|datagram| line(datagram)).collect::<Vec<_>>(), ["ACK 0.00"]);
}

#[test]
fn a_peer_with_too_many_open_requests_has_to_wait() {
    let mut endpoint = Endpoint::new(Limits { open_per_peer: 2, ..Limits::DEVICE }, 1);
    let ask = |endpoint: &mut Endpoint, id| deliver(endpoint, &request(MessageType::Confirmable, Code::GET, id, &[]));
    let first = ask(&mut endpoint, 1).unwrap();
    endpoint.defer(NOW, first).unwrap();
    assert!(ask(&mut endpoint, 2).is_some());
    sent(&mut endpoint);
    assert_eq!(ask(&mut endpoint, 3), None);
    let refusal = sent(&mut endpoint).remove(0);
    let refusal = Message::parse(&refusal).unwrap();
    assert_eq!((refusal.code(), refusal.uint(number::MAX_AGE)), (Code::TOO_MANY_REQUESTS, Some(5)));
    assert_eq!(endpoint.counters().refused_too_many, 1);
    let other = Peer { session: 3, ..client_peer() };
    let datagram = request(MessageType::Confirmable, Code::GET, 3, &[]);
    assert!(endpoint.handle_datagram(NOW, other, &datagram).is_some(), "others need not wait");
    endpoint.respond(NOW, first, &Response::new(Code::CONTENT)).unwrap();
    assert!(ask(&mut endpoint, 4).is_some());
}

#[test]
fn an_unknown_critical_option_is_named_in_problem_details() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    deliver(&mut endpoint, &request(MessageType::Confirmable, Code::GET, 1, &[(65001, b"")]));
    let answer = sent(&mut endpoint).remove(0);
    let answer = Message::parse(&answer).unwrap();
    assert_eq!(answer.code(), Code::BAD_OPTION);
    assert_eq!(answer.uint(number::CONTENT_FORMAT), Some(u32::from(content_format::PROBLEM_DETAILS_CBOR)));
    let ciborium::Value::Map(members) = ciborium::from_reader(answer.payload()).unwrap() else { panic!("no map") };
    assert!(members.contains(&(ciborium::Value::from(-8), ciborium::Value::from(65001))), "{members:?}");
}

/// What a member of a group sends for a request to it, and when.
fn in_group(datagram: &[u8], response: &Response<'_>) -> Vec<String> {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let received = endpoint.handle_multicast(NOW, client_peer(), datagram);
    let id = match received {
        Some(Received::Request(request)) => {
            assert!(request.to_group);
            Some(request.id)
        }
        _ => None,
    };
    if let Some(id) = id {
        endpoint.respond(NOW, id, response).unwrap();
    }
    assert_eq!(sent(&mut endpoint), Vec::<Vec<u8>>::new(), "nothing is sent at once");
    endpoint.handle_timeout(NOW + Limits::DEVICE.leisure);
    sent(&mut endpoint).iter().map(|datagram| line(datagram)).collect()
}

#[test]
fn a_group_is_answered_late_and_never_by_errors() {
    use MessageType::{Confirmable, NonConfirmable};
    let content = Response::content(40, b"</a>");
    let get = |kind, options: &[(u16, &[u8])]| request(kind, Code::GET, 1, options);
    assert_eq!(in_group(&get(NonConfirmable, &[]), &content), ["NON 2.05"]);
    assert_eq!(in_group(&get(Confirmable, &[]), &content), [""; 0], "section 8.1");
    assert_eq!(in_group(&get(NonConfirmable, &[]), &Response::new(Code::NOT_FOUND)), [""; 0], "section 8.2");
    assert_eq!(in_group(&get(NonConfirmable, &[]), &Response::content(40, b"")), [""; 0], "nothing to tell");
    assert_eq!(in_group(&get(NonConfirmable, &[(9, b"")]), &content), [""; 0], "not understood");
    assert_eq!(in_group(&[0x40, 0, 0, 1], &content), [""; 0], "a ping");
    assert_eq!(in_group(&[0x50, 0, 0, 1, 1], &content), [""; 0], "malformed");
    // RFC 7967 section 2.1: who asks for errors gets them
    let interested = get(NonConfirmable, &[(number::NO_RESPONSE, &[2])]);
    assert_eq!(in_group(&interested, &Response::new(Code::NOT_FOUND)), ["NON 4.04"]);
    assert_eq!(in_group(&interested, &content), [""; 0]);
}

#[test]
fn every_member_of_a_group_may_answer_a_request_to_it() {
    let mut client = Endpoint::new(Limits::DEVICE, 1);
    let group = Peer::insecure("[ff02::fd]:5683".parse().unwrap());
    let call = client.call(NOW, group, &OutgoingRequest::new(Method::Get, "/.well-known/core")).unwrap();
    let asked = sent(&mut client).remove(0);
    assert_eq!(line(&asked), "NON 0.01");
    let token = Message::parse(&asked).unwrap().token().to_vec();
    for member in [client_peer(), server_peer()] {
        let mut answer = vec![];
        Writer::new(&mut answer, MessageType::NonConfirmable, Code::CONTENT, 7, &token).payload(b"</a>");
        let Some(Received::Response { call: found, response }) = client.handle_datagram(NOW, member, &answer) else {
            panic!("no response")
        };
        assert_eq!((found, response.from, response.observing), (call, member, true));
    }
    client.handle_timeout(NOW + Duration::from_secs(94));
    let reason = CallFailure::TimedOut;
    assert_eq!(client.poll_event(), Some(Event::CallFailed { call, reason }));
    assert_eq!(client.usage().calls, 0);
}

#[test]
fn conditions_are_held_against_what_is_there() {
    let (tag, other, any): ((u16, &[u8]), _, _) =
        ((number::IF_MATCH, b"a"), (number::IF_MATCH, &b"b"[..]), (number::IF_MATCH, &b""[..]));
    let none = (number::IF_NONE_MATCH, &b""[..]);
    for (options, current, expected) in [
        (&[][..], None, true),
        (&[], Some(&b"a"[..]), true),
        (&[tag], Some(b"a"), true),
        (&[other, tag], Some(b"a"), true),
        (&[other], Some(b"a"), false),
        (&[tag], None, false),
        (&[any], Some(b"a"), true),
        (&[any], Some(b""), true),
        (&[any], None, false),
        (&[none], None, true),
        (&[none], Some(b"a"), false),
    ] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = request(MessageType::Confirmable, Code::PUT, 1, options);
        let Some(Received::Request(request)) = endpoint.handle_datagram(NOW, client_peer(), &datagram) else {
            panic!("no request")
        };
        assert_eq!(request.precondition_holds(current), expected, "{options:?} {current:?}");
    }
}

/// Section 5.4: in a message that it isn't defined for.
#[test]
fn an_option_without_a_meaning_there_is_unrecognised() {
    for (code, option, expected) in [
        (Code::GET, number::BLOCK1, "ACK 4.02"),
        (Code::DELETE, number::BLOCK1, "ACK 4.02"),
        (Code::PUT, number::BLOCK1, ""),
        (Code::FETCH, number::BLOCK1, ""),
        (Code::PUT, number::ETAG, ""),
        (Code::PUT, number::OBSERVE, ""),
        (Code::GET, number::LOCATION_PATH, ""),
        (Code::DELETE, number::ACCEPT, ""),
    ] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = request(MessageType::Confirmable, code, 1, &[(option, &[])]);
        let delivered = deliver(&mut endpoint, &datagram).is_some();
        let answers: Vec<_> = sent(&mut endpoint).iter().map(|datagram| line(datagram)).collect();
        assert_eq!((answers.concat().as_str(), delivered), (expected, expected.is_empty()), "{code} {option}");
    }
    for (option, value, fails) in [
        (number::URI_PATH, &b"c"[..], true),
        (number::URI_HOST, b"c", true),
        (number::ACCEPT, &[60], true),
        (number::IF_NONE_MATCH, &[], true),
        (number::LOCATION_PATH, b"c", false),
        (number::BLOCK1, &[0], false),
    ] {
        let mut client = Endpoint::new(Limits::DEVICE, 1);
        let call = client.call(NOW, server_peer(), &OutgoingRequest::new(Method::Get, "/c")).unwrap();
        let asked = sent(&mut client).remove(0);
        let asked = Message::parse(&asked).unwrap();
        let mut answer = vec![];
        let kind = MessageType::Acknowledgement;
        Writer::new(&mut answer, kind, Code::CONTENT, asked.id(), asked.token()).option(option, value);
        assert_eq!(client.handle_datagram(NOW, server_peer(), &answer).is_none(), fails, "{option}");
        let reason = CallFailure::UnrecognisedOption(option);
        assert_eq!(client.poll_event(), fails.then_some(Event::CallFailed { call, reason }));
    }
}

#[test]
fn no_segment_of_a_path_is_one_or_two_dots() {
    let dots = [OutgoingOption::uri_path(".."), OutgoingOption::uri_path("d")];
    for (path, options, expected) in [
        ("/a/./b/../c", &[][..], "a/c"),
        ("/a/b/..", &[], "a/"),
        ("/a/.", &[], "a/"),
        ("/../a", &[], "a"),
        ("/..", &[], ""),
        ("/a/...", &[], "a/..."),
        ("/a/b", &dots, "a/d"),
    ] {
        let mut client = Endpoint::new(Limits::DEVICE, 1);
        client
            .call(NOW, server_peer(), &OutgoingRequest { options, ..OutgoingRequest::new(Method::Get, path) })
            .unwrap();
        let asked = sent(&mut client).remove(0);
        let segments = Message::parse(&asked).unwrap().values(number::URI_PATH).map(String::from_utf8_lossy);
        assert_eq!(segments.collect::<Vec<_>>().join("/"), expected, "{path} {options:?}");
    }
}

/// Section 5.10.7.
#[test]
fn no_segment_of_a_location_is_one_or_two_dots() {
    for (location, expected) in [(&["a", ".", "b", "..", "c"][..], "a/c"), (&["..", "rd", "7"], "rd/7"), (&["a"], "a")]
    {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let id = deliver(&mut endpoint, &request(MessageType::Confirmable, Code::POST, 1, &[])).unwrap();
        let options: Vec<_> = location.iter().map(|segment| OutgoingOption::location_path(segment)).collect();
        endpoint.respond(NOW, id, &Response::new(Code::CREATED).with_options(&options)).unwrap();
        let answer = sent(&mut endpoint).remove(0);
        let segments = Message::parse(&answer).unwrap().values(number::LOCATION_PATH).map(String::from_utf8_lossy);
        assert_eq!(segments.collect::<Vec<_>>().join("/"), expected);
    }
}

/// Section 8.2.1.
#[test]
fn a_request_to_a_group_has_no_etag() {
    let group = Peer::insecure("[ff02::fd]:5683".parse().unwrap());
    for (peer, expected) in [(server_peer(), 1), (group, 0)] {
        let mut client = Endpoint::new(Limits::DEVICE, 1);
        let options = [OutgoingOption::bytes(number::ETAG, b"x")];
        client
            .call(NOW, peer, &OutgoingRequest { options: &options, ..OutgoingRequest::new(Method::Get, "/c") })
            .unwrap();
        let asked = sent(&mut client).remove(0);
        assert_eq!(Message::parse(&asked).unwrap().values(number::ETAG).count(), expected);
    }
}

/// Section 5.10.5.
#[test]
fn what_is_sent_again_is_as_fresh_as_it_says() {
    let age = |datagram: &[u8]| Message::parse(datagram).unwrap().uint(number::MAX_AGE);
    for deferred in [false, true] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = request(MessageType::Confirmable, Code::GET, 1, &[]);
        let id = deliver(&mut endpoint, &datagram).unwrap();
        if deferred {
            endpoint.defer(NOW, id).unwrap();
            sent(&mut endpoint);
        }
        let options = [OutgoingOption::max_age(300), OutgoingOption::etag(b"t")];
        endpoint.respond(NOW, id, &Response::content(60, b"body").with_options(&options)).unwrap();
        let first = sent(&mut endpoint).remove(0);
        assert_eq!(age(&first), Some(300));
        let mut passed = vec![];
        for _ in 0..4 {
            let now = if deferred { endpoint.poll_timeout().unwrap() } else { NOW + Duration::from_millis(45_900) };
            endpoint.handle_timeout(now);
            if !deferred {
                endpoint.handle_datagram(now, client_peer(), &datagram);
            }
            let again = sent(&mut endpoint).remove(0);
            let seconds = (now - NOW).as_secs();
            let told = u64::from(300 - age(&again).unwrap());
            assert!((seconds..seconds + 5).contains(&told), "{told} of {seconds}");
            assert_eq!(Message::parse(&again).unwrap().payload(), b"body");
            passed.push(told);
        }
        assert!(passed.is_sorted(), "{passed:?}");
    }
}

/// Section 4.4.
#[test]
fn peers_have_ids_of_their_own_and_groups_have_others() {
    let mut endpoint = Endpoint::new(Limits { peers: 64, nstart: 255, ..Limits::DEVICE }, 1);
    let group = Peer::insecure("[ff02::fd]:5683".parse().unwrap());
    let mut id = |peer| {
        let request = OutgoingRequest { confirmable: false, ..OutgoingRequest::new(Method::Get, "/c") };
        let call = endpoint.call(NOW, peer, &request).unwrap();
        let asked = sent(&mut endpoint).remove(0);
        endpoint.cancel(NOW, call);
        Message::parse(&asked).unwrap().id()
    };
    let (first, of_group) = (id(server_peer()), id(group));
    // others hardly move the variable of a peer: one in 64 shares it
    for port in 1000..2000 {
        id(Peer::insecure((client_peer().address.ip(), port).into()));
    }
    assert!(id(server_peer()).wrapping_sub(first) < 100);
    let ids: Vec<u16> = (0..5000).map(|_| id(group)).collect();
    assert!(of_group >= 0xf000 && ids.iter().all(|id| *id >= 0xf000));
    let ids: alloc::collections::BTreeSet<u16> = (0..0xf000).map(|_| id(server_peer())).collect();
    assert_eq!((ids.len(), ids.last()), (0xf000, Some(&0xefff)), "each once before any comes again");
}

#[test]
fn a_hop_limit_is_between_1_and_255() {
    for (value, delivered) in [(&[][..], false), (&[0], false), (&[1], true), (&[255], true), (&[1, 0], false)] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = request(MessageType::Confirmable, Code::GET, 1, &[(number::HOP_LIMIT, value)]);
        assert_eq!(deliver(&mut endpoint, &datagram).is_some(), delivered, "{value:?}");
        let lines: Vec<_> = sent(&mut endpoint).iter().map(|datagram| line(datagram)).collect();
        let expected: &[&str] = if delivered { &[] } else { &["ACK 4.00"] };
        assert_eq!(lines, expected, "RFC 8768 section 3");
    }
}

#[test]
fn where_a_request_wants_to_go_is_lent() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let options: [(u16, &[u8]); 3] =
        [(number::URI_HOST, b"valve.example"), (number::URI_PORT, &[0x16, 0x34]), (number::HOP_LIMIT, &[16])];
    let datagram = request(MessageType::Confirmable, Code::GET, 1, &options);
    let Some(Received::Request(request)) = endpoint.handle_datagram(NOW, client_peer(), &datagram) else {
        panic!("no request")
    };
    assert_eq!(request.uri_host().map(|host| host.unwrap().to_string()), Some("valve.example".into()));
    assert_eq!((request.uri_port(), request.hop_limit()), (Some(5684), Some(16)));
}

use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::future::poll_fn;
use core::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use core::task::Poll;

use super::{Answer, Request, Resource, RouteError, Routes, Server, later};
use crate::coap::{Code, Limits, Message, MessageType, Peer, Writer, number};
use crate::time::Instant;

const NOW: Instant = Instant::from_secs(1);

fn peer() -> Peer {
    Peer::insecure("[2001:db8::1]:5683".parse().unwrap())
}

/// A CON request; the token is its id.
fn request(code: Code, id: u16, path: &str, observe: Option<u32>) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, code, id, id.to_be_bytes());
    observe.into_iter().for_each(|value| writer.uint(number::OBSERVE, value));
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    path.split('/').skip(1).for_each(|segment| writer.option(number::URI_PATH, segment.as_bytes()));
    query.split('&').filter(|text| !text.is_empty()).for_each(|text| writer.option(number::URI_QUERY, text.as_bytes()));
    datagram
}

/// Kind, code and payload of all that is sent.
fn sent(server: &mut Server) -> Vec<(MessageType, Code, Vec<u8>)> {
    let mut buffer = vec![];
    core::iter::from_fn(|| {
        server.poll_transmit(&mut buffer)?;
        let message = Message::parse(&buffer).unwrap();
        Some((message.kind(), message.code(), message.payload().to_vec()))
    })
    .collect()
}

fn server() -> Server {
    Server::new(Limits::DEVICE, 1)
}

fn ask(server: &mut Server, code: Code, path: &str) -> (Code, Vec<u8>) {
    static IDS: AtomicU32 = AtomicU32::new(1);
    let id = u16::try_from(IDS.fetch_add(1, Ordering::Relaxed)).unwrap();
    server.handle_datagram(NOW, peer(), &request(code, id, path, None));
    let (_, code, payload) = sent(server).pop().unwrap();
    (code, payload)
}

#[test]
fn requests_reach_the_handler_of_their_path_and_method() {
    let mut server = server();
    let echo = |request: &Request<'_>| {
        let parts = [request.parameter("a"), request.parameter("b"), request.query("q"), request.query("flag")];
        Answer::text(alloc::format!("{parts:?} {:?}", request.rest()))
    };
    server.add("/", Resource::new().get(|_| Answer::text("root"))).unwrap();
    server.add("/x/{a}/y/{b}", Resource::new().get(echo).put(|_| Answer::changed())).unwrap();
    server.add("/x/1/y", Resource::new().get(|_| Answer::text("literal"))).unwrap();
    server.add("/files/{path*}", Resource::new().get(echo)).unwrap();
    for (code, path, expected, payload) in [
        (Code::GET, "", Code::CONTENT, "root"),
        (Code::GET, "/", Code::CONTENT, "root"),
        (Code::GET, "/x/1/y", Code::CONTENT, "literal"),
        (Code::GET, "/x/1/y/2?q=3&flag", Code::CONTENT, "[Some(\"1\"), Some(\"2\"), Some(\"3\"), Some(\"\")] []"),
        (Code::PUT, "/x/1/y/2", Code::CHANGED, ""),
        (Code::POST, "/x/1/y/2", Code::METHOD_NOT_ALLOWED, ""),
        (Code::GET, "/x/2/y", Code::NOT_FOUND, ""),
        (Code::GET, "/files", Code::CONTENT, "[None, None, None, None] []"),
        (Code::GET, "/files/a/b", Code::CONTENT, "[None, None, None, None] [\"a\", \"b\"]"),
        (Code::GET, "/nowhere", Code::NOT_FOUND, ""),
    ] {
        assert_eq!(ask(&mut server, code, path), (expected, payload.into()), "{code} {path}");
    }
}

#[test]
fn a_path_that_is_no_text_is_4_02() {
    let mut server = server();
    server.handle_datagram(NOW, peer(), &[0x40, 0x01, 0, 1, 0xb1, 0xff]);
    assert_eq!(sent(&mut server), [(MessageType::Acknowledgement, Code::BAD_OPTION, vec![])]);
}

#[test]
fn an_answer_that_is_late_is_a_message_of_its_own() {
    let mut server = server();
    let ready = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ready);
    let slow = Resource::new().post(move |request| {
        let (ready, body) = (Arc::clone(&seen), request.payload.to_vec());
        later(async move {
            poll_fn(|_| if ready.load(Ordering::Relaxed) { Poll::Ready(()) } else { Poll::Pending }).await;
            Answer::content(42, body)
        })
    });
    server.add("/slow", slow).unwrap();
    let mut post = request(Code::POST, 7, "/slow", None);
    post.extend_from_slice(b"\xffbody");
    server.handle_datagram(NOW, peer(), &post);
    assert_eq!((sent(&mut server), server.pending()), (vec![], 1));
    let due = server.poll_timeout().unwrap();
    server.handle_timeout(due);
    assert_eq!(sent(&mut server), [(MessageType::Acknowledgement, Code::EMPTY, vec![])]);
    server.poll_pending(due);
    assert!(sent(&mut server).is_empty());
    ready.store(true, Ordering::Relaxed);
    server.poll_pending(due);
    assert_eq!(sent(&mut server), [(MessageType::Confirmable, Code::CONTENT, b"body".to_vec())]);
    assert_eq!(server.pending(), 0);
}

#[test]
fn a_future_that_is_ready_at_once_is_answered_in_the_acknowledgement() {
    let mut server = server();
    server.add("/now", Resource::new().get(|_| later(async { Answer::text("now") }))).unwrap();
    assert_eq!(ask(&mut server, Code::GET, "/now"), (Code::CONTENT, b"now".to_vec()));
}

#[test]
fn an_answer_that_never_comes_is_given_up() {
    let mut server = server();
    server.add("/never", Resource::new().get(|_| later(core::future::pending()))).unwrap();
    server.handle_datagram(NOW, peer(), &request(Code::GET, 1, "/never", None));
    server.handle_timeout(NOW + Limits::DEVICE.exchange_lifetime());
    assert_eq!((server.pending(), server.usage().exchanges), (0, 0));
}

#[test]
fn observers_are_told_what_their_request_is_answered_now() {
    let mut server = server();
    let state = Arc::new(AtomicU32::new(0));
    let seen = Arc::clone(&state);
    let counter = Resource::new().observable().get(move |request| match seen.load(Ordering::Relaxed) {
        9 => Answer::not_found(),
        number => Answer::text(alloc::format!("{number}{}", request.query("unit").unwrap_or(""))),
    });
    server.add("/count/{of}", counter).unwrap();
    server.add("/plain", Resource::new().get(|_| Answer::text("plain"))).unwrap();
    for (id, path) in [(1, "/count/a?unit=s"), (2, "/count/b"), (3, "/plain")] {
        server.handle_datagram(NOW, peer(), &request(Code::GET, id, path, Some(0)));
    }
    sent(&mut server);
    assert_eq!(server.usage().observations, 2, "a resource that is not observable answers alone");
    state.store(5, Ordering::Relaxed);
    server.changed(NOW, &["count", "a"]);
    assert_eq!(sent(&mut server), [(MessageType::NonConfirmable, Code::CONTENT, b"5s".to_vec())]);
    // an error is the last notification
    state.store(9, Ordering::Relaxed);
    server.changed(NOW, &["count", "b"]);
    assert_eq!(sent(&mut server).len(), 1);
    assert_eq!((server.usage().observations, server.observers()), (1, 1));
    server.handle_datagram(NOW, peer(), &request(Code::GET, 1, "/count/a?unit=s", Some(1)));
    assert_eq!(server.observers(), 1, "another token is another observer");
}

#[test]
fn discovery_lists_routes_that_name_one_path() {
    let mut server = server();
    let get = |_: &Request<'_>| Answer::text("");
    server.add("/time", Resource::new().get(get).observable().attribute("rt", "clock")).unwrap();
    server.add("/lamps/{number}", Resource::new().get(get)).unwrap();
    server.add("/lamps", Resource::new().get(get)).unwrap();
    for (path, expected) in [
        ("/.well-known/core", "</time>;rt=\"clock\";obs,</lamps>"),
        ("/.well-known/core?rt=clock", "</time>;rt=\"clock\";obs"),
        ("/.well-known/core?rt=lamp", ""),
    ] {
        assert_eq!(ask(&mut server, Code::GET, path), (Code::CONTENT, expected.into()), "{path}");
    }
    assert_eq!(ask(&mut server, Code::PUT, "/.well-known/core").0, Code::METHOD_NOT_ALLOWED);
}

#[test]
fn a_route_that_can_not_be_is_refused() {
    let mut routes = Routes::default();
    for route in ["/", "/a/{x}", "/a/b", "/a/{x}/c", "/f/{rest*}"] {
        routes.insert(route, ()).unwrap();
    }
    assert_eq!(routes.insert("a", ()), Err(RouteError::NoSlash("a".into())));
    assert_eq!(routes.insert("/a/{y}", ()), Err(RouteError::Taken("/a/{y}".into())));
    assert_eq!(routes.insert("/f/{other*}", ()), Err(RouteError::Taken("/f/{other*}".into())));
    assert_eq!(routes.insert("/f/{rest*}/g", ()), Err(RouteError::NotLast("/f/{rest*}/g".into())));
}

#[test]
fn a_literal_that_leads_nowhere_does_not_hide_a_parameter() {
    let mut routes = Routes::default();
    for (number, route) in ["/a/b/c", "/a/{x}/d", "/{y}/{z}/e", "/a/{rest*}"].into_iter().enumerate() {
        routes.insert(route, number).unwrap();
    }
    for (path, expected) in [
        (&["a", "b", "c"][..], Some((0, vec![]))),
        (&["a", "b", "d"], Some((1, vec![("x", "b")]))),
        (&["a", "b", "f"], Some((3, vec![]))),
        (&["a"], Some((3, vec![]))),
        (&["q", "b", "e"], Some((2, vec![("y", "q"), ("z", "b")]))),
        (&["q", "b"], None),
        (&[], None),
    ] {
        assert_eq!(routes.find(path).map(|found| (*found.value, found.parameters)), expected, "{path:?}");
    }
}

/// A node has one way to it: what a path could make long is bounded by the routes.
#[test]
fn a_long_path_ends_where_the_routes_end() {
    let mut routes = Routes::default();
    routes.insert(&"/{a}/x".repeat(20), ()).unwrap();
    routes.insert(&"/x/{a}".repeat(20), ()).unwrap();
    assert!(routes.find(&vec!["x"; 10_000]).is_none());
    assert!(routes.find(&["x"; 40]).is_some());
}

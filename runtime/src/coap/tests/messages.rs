use super::pair::{Pair, Reaction, client_peer, server_peer};
use crate::coap::{
    CallFailure, Code, Endpoint, Event, Gone, Limits, Message, MessageType, Method, OutgoingRequest, Peer, Received,
    Response, Usage, Writer, number,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const PING: [u8; 4] = [0x40, 0, 0x12, 0x34];
const GET: [u8; 6] = [0x40, 1, 0x12, 0x34, 0xb1, b'c'];

/// What the endpoint sends for a datagram, when every request is answered with 2.05.
fn answers(endpoint: &mut Endpoint, now: Instant, peer: Peer, datagram: &[u8]) -> (usize, Vec<Vec<u8>>) {
    let request = match endpoint.handle_datagram(now, peer, datagram) {
        Some(Received::Request(request)) => Some(request.id),
        _ => None,
    };
    if let Some(id) = request {
        endpoint.respond(now, id, &Response::new(Code::CONTENT)).unwrap();
    }
    (request.iter().count(), drain(endpoint))
}

fn drain(endpoint: &mut Endpoint) -> Vec<Vec<u8>> {
    let mut buffer = vec![];
    core::iter::from_fn(|| endpoint.poll_transmit(&mut buffer).map(|_| buffer.clone())).collect()
}

#[test]
fn a_ping_is_reset() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    assert_eq!(answers(&mut endpoint, Instant::START, client_peer(), &PING), (0, vec![vec![0x70, 0, 0x12, 0x34]]));
    assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None));
}

#[test]
fn impossible_sources_get_nothing() {
    for source in ["[2001:db8::1]:0", "[ff02::1]:5683", "224.0.1.187:5683", "[::]:5683", "255.255.255.255:5683"] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let peer = Peer::insecure(source.parse().unwrap());
        for datagram in [&PING[..], &GET] {
            assert_eq!(answers(&mut endpoint, Instant::START, peer, datagram), (0, vec![]), "{source}");
        }
        assert_eq!(endpoint.usage(), Usage::default());
    }
}

#[test]
fn a_duplicate_gets_the_kept_answer_and_is_not_delivered() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let first = answers(&mut endpoint, Instant::START, client_peer(), &GET);
    assert_eq!(first, (1, vec![vec![0x60, 0x45, 0x12, 0x34]]));
    let again = answers(&mut endpoint, Instant::from_secs(246), client_peer(), &GET);
    assert_eq!(again, (0, first.1.clone()));
    // The same message id in another session is another request.
    let other = Peer { session: 1, ..client_peer() };
    assert_eq!(answers(&mut endpoint, Instant::from_secs(246), other, &GET).0, 1);
    // After EXCHANGE_LIFETIME it is a new request.
    assert_eq!(answers(&mut endpoint, Instant::from_secs(247), client_peer(), &GET).0, 1);
}

#[test]
fn a_duplicate_non_is_ignored_until_its_lifetime_ends() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let get = [0x50, 1, 0x12, 0x34];
    let (delivered, sent) = answers(&mut endpoint, Instant::START, client_peer(), &get);
    assert_eq!((delivered, sent.len(), sent[0][0]), (1, 1, 0x50));
    assert_eq!(answers(&mut endpoint, Instant::from_secs(144), client_peer(), &get), (0, vec![]));
    assert_eq!(answers(&mut endpoint, Instant::from_secs(145), client_peer(), &get).0, 1);
}

#[test]
fn memory_returns_to_empty_after_the_lifetime() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Respond(Code::CONTENT, vec![7; 3000]));
    for _ in 0..5 {
        pair.request(&OutgoingRequest { payload: &[1; 2000], ..OutgoingRequest::new(Method::Post, "/a") });
        pair.drive(Duration::from_millis(900));
    }
    assert_eq!(pair.answers.len(), 5);
    assert_ne!(pair.server.usage(), Usage::default());
    pair.drive(Limits::DEVICE.exchange_lifetime());
    assert_eq!((pair.server.usage(), pair.client.usage()), (Usage::default(), Usage::default()));
    assert_eq!((pair.server.poll_timeout(), pair.client.poll_timeout()), (None, None));
}

#[test]
fn a_request_is_answered_in_its_acknowledgement() {
    let mut pair = Pair::new(Limits::DEVICE);
    let call = pair.request(&OutgoingRequest::new(Method::Get, "/a/b"));
    pair.settle();
    assert_eq!(pair.trace, ["-> CON GET", "<- ACK 2.05"]);
    let answer = &pair.answers[0];
    assert_eq!(
        (answer.call, answer.code, answer.payload.as_slice(), answer.observing),
        (call, Code::CONTENT, &b"a/b"[..], false)
    );
}

#[test]
fn a_deferred_request_is_answered_in_a_message_of_its_own() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Defer);
    pair.request(&OutgoingRequest::new(Method::Get, "/slow"));
    pair.drive(Duration::from_secs(30));
    let id = pair.seen[0].id;
    pair.respond(id, Code::CONTENT, b"done");
    pair.settle();
    assert_eq!(pair.trace, ["-> CON GET", "<- ACK 0.00", "<- CON 2.05", "-> ACK 0.00"]);
    assert_eq!(pair.answers[0].payload, b"done");
    assert_eq!(pair.server.respond(pair.now, id, &Response::new(Code::CONTENT)), Err(Gone));
    assert_eq!(pair.server.defer(pair.now, id), Err(Gone));
    assert_eq!(pair.server.usage().confirmables, 0);
}

#[test]
fn a_response_that_comes_again_is_acknowledged_again() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Defer);
    pair.request(&OutgoingRequest::new(Method::Get, "/slow"));
    pair.settle();
    // the ACK of the response is lost
    let lost = pair.sent + 2;
    pair.loses = Box::new(move |number| number == lost);
    pair.respond(pair.seen[0].id, Code::CONTENT, b"done");
    pair.drive(Duration::from_secs(10));
    assert_eq!(pair.trace[2..], ["<- CON 2.05", "-> ACK 0.00 lost", "<- CON 2.05", "-> ACK 0.00"]);
    assert_eq!(pair.answers.len(), 1);
}

#[test]
fn a_forgotten_request_is_acknowledged_after_a_while() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Forget);
    pair.request(&OutgoingRequest::new(Method::Get, "/slow"));
    pair.drive(Duration::from_secs(60));
    assert_eq!(pair.trace, ["-> CON GET", "<- ACK 0.00"]);
    pair.drive(Duration::from_secs(60));
    assert_eq!(pair.failures[0].1, CallFailure::TimedOut);
}

#[test]
fn lost_datagrams_are_sent_again() {
    let mut pair = Pair::new(Limits::DEVICE);
    // The first request, the second one's answer, then both arrive.
    pair.loses = Box::new(|number| number == 1 || number == 3);
    pair.request(&OutgoingRequest::new(Method::Get, "/a"));
    pair.drive(Duration::from_secs(30));
    assert_eq!(pair.trace, ["-> CON GET lost", "-> CON GET", "<- ACK 2.05 lost", "-> CON GET", "<- ACK 2.05"]);
    assert_eq!((pair.seen.len(), pair.answers.len()), (1, 1));
}

#[test]
fn a_silent_peer_is_given_up_after_the_retransmissions() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.loses = Box::new(|_| true);
    let start = pair.now;
    let call = pair.request(&OutgoingRequest::new(Method::Get, "/a"));
    let mut times = vec![];
    while let Some(at) = pair.client.poll_timeout() {
        times.push(at - start);
        pair.drive(at - pair.now);
    }
    assert_eq!((pair.trace.len(), pair.failures.clone()), (5, vec![(call, CallFailure::TimedOut)]));
    // Section 4.2: the first after 2 to 3 s, each further waits twice as long.
    assert!((Duration::from_secs(2)..=Duration::from_secs(3)).contains(&times[0]), "{times:?}");
    assert_eq!(times[1], times[0] * 3);
    assert_eq!(times[4], times[0] * 31);
    assert_eq!(pair.client.usage(), Usage::default());
}

#[test]
fn early_and_repeated_timeouts_do_nothing() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let request = OutgoingRequest::new(Method::Get, "/a");
    endpoint.call(Instant::START, server_peer(), &request).unwrap();
    assert_eq!(drain(&mut endpoint).len(), 1);
    let due = endpoint.poll_timeout().unwrap();
    endpoint.handle_timeout(Instant::from_micros(due.as_micros() - 1));
    assert_eq!((drain(&mut endpoint).len(), endpoint.poll_timeout()), (0, Some(due)));
    endpoint.handle_timeout(due);
    endpoint.handle_timeout(due);
    assert_eq!(drain(&mut endpoint).len(), 1);
}

#[test]
fn a_reset_ends_a_call() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    endpoint.call(Instant::START, server_peer(), &OutgoingRequest::new(Method::Get, "/a")).unwrap();
    let sent = drain(&mut endpoint);
    endpoint.handle_datagram(Instant::START, server_peer(), &[0x70, 0, sent[0][2], sent[0][3]]);
    assert!(matches!(endpoint.poll_event(), Some(crate::coap::Event::CallFailed { reason: CallFailure::Reset, .. })));
    assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None));
}

#[test]
fn responses_that_nobody_asked_for_are_rejected_or_ignored() {
    for (first, expected) in [(0x48, vec![vec![0x70, 0, 0, 9]]), (0x58, vec![]), (0x68, vec![])] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let datagram = [first, 0x45, 0, 9, 0, 0, 0, 1, 2, 3, 4, 5];
        assert!(endpoint.handle_datagram(Instant::START, server_peer(), &datagram).is_none());
        assert_eq!(drain(&mut endpoint), expected, "{first:x}");
    }
}

#[test]
fn a_response_from_another_peer_is_not_taken() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    endpoint.call(Instant::START, server_peer(), &OutgoingRequest::new(Method::Get, "/a")).unwrap();
    let mut response = drain(&mut endpoint).remove(0);
    response.truncate(12);
    (response[0], response[1]) = (0x68, 0x45);
    let other = Peer { session: 1, ..server_peer() };
    assert!(endpoint.handle_datagram(Instant::START, other, &response).is_none());
    let received = endpoint.handle_datagram(Instant::START, server_peer(), &response);
    assert!(matches!(received, Some(Received::Response { .. })));
}

#[test]
fn a_request_lends_its_parts() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let mut datagram = vec![0x40, 5, 0, 1, 0x11, 9, 0x40, 0x61, 0xff, 0x01, b'b', 0x11, 140];
    datagram.extend_from_slice(&[0x33, b'c', b'=', b'c', 0x21, 60]);
    let datagram = &datagram[..];
    let Some(Received::Request(request)) = endpoint.handle_datagram(Instant::START, client_peer(), datagram) else {
        panic!("no request: {:?}", drain(&mut endpoint));
    };
    assert_eq!(request.method, Method::Fetch);
    let path: Vec<_> = request.uri_path().map(|segment| segment.ok()).collect();
    assert_eq!(path, [None, Some("b")]);
    assert_eq!((request.content_format, request.accept), (Some(140), Some(60)));
    assert_eq!(request.uri_query().map(Result::unwrap).collect::<Vec<_>>(), ["c=c"]);
    assert_eq!(request.if_match().collect::<Vec<_>>(), [&[9][..]]);
    assert_eq!(request.options().filter(|option| option.number == number::IF_NONE_MATCH).count(), 1);
    assert!(request.if_none_match());
}

#[test]
fn a_late_answer_is_gone_after_the_lifetime() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Defer);
    pair.request(&OutgoingRequest::new(Method::Get, "/slow"));
    pair.drive(Duration::from_secs(248));
    let id = pair.seen[0].id;
    assert_eq!(pair.server.respond(pair.now, id, &Response::new(Code::CONTENT)), Err(Gone));
}

#[test]
fn a_run_replays_from_its_seed() {
    let run = || {
        let mut pair = Pair::new(Limits::DEVICE);
        pair.loses = Box::new(|number| number % 3 == 0);
        pair.request(&OutgoingRequest { payload: &[3; 4000], ..OutgoingRequest::new(Method::Put, "/a") });
        pair.drive(Duration::from_secs(200));
        (pair.trace, pair.now)
    };
    let (trace, _): (Vec<String>, _) = run();
    assert_eq!(run().0, trace);
}

#[test]
fn a_token_is_echoed_whole_or_refused() {
    let limits = Limits { token: 300, ..Limits::DEVICE };
    for (length, delivered, code) in [(9, 1, Code::CONTENT), (300, 1, Code::CONTENT), (301, 0, Code::BAD_REQUEST)] {
        let mut endpoint = Endpoint::new(limits.clone(), 1);
        let (mut datagram, token) = (vec![], vec![7; length]);
        Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, 1, &token).payload(&[]);
        let (found, sent) = answers(&mut endpoint, Instant::START, client_peer(), &datagram);
        let answer = Message::parse(&sent[0]).unwrap();
        assert_eq!((found, answer.token(), answer.code()), (delivered, &token[..], code));
    }
}

#[test]
fn an_unknown_critical_option_of_a_response_is_rejected() {
    use MessageType::{Acknowledgement, Confirmable, NonConfirmable};
    for (kind, resets, fails) in [(Confirmable, 1, true), (Acknowledgement, 0, true), (NonConfirmable, 0, false)] {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        endpoint.call(Instant::START, server_peer(), &OutgoingRequest::new(Method::Get, "/a")).unwrap();
        let request = drain(&mut endpoint).remove(0);
        let request = Message::parse(&request).unwrap();
        let mut datagram = vec![];
        let mut writer = Writer::new(&mut datagram, kind, Code::CONTENT, request.id(), request.token());
        writer.option(9, b"");
        assert!(endpoint.handle_datagram(Instant::START, server_peer(), &datagram).is_none());
        assert_eq!(drain(&mut endpoint).len(), resets, "{kind:?}");
        let failed = endpoint
            .poll_event()
            .is_some_and(|event| matches!(event, Event::CallFailed { reason: CallFailure::UnrecognisedOption(9), .. }));
        assert_eq!(failed, fails, "{kind:?}");
    }
}

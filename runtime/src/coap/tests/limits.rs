//! Every table, filled to a limit of one.

use super::pair::{Pair, Reaction, client_peer, server_peer};
use crate::coap::{
    Code, Endpoint, Full, Limits, Message, MessageType, Method, OutgoingRequest, Peer, Received, RequestId, Response,
    Token, Usage, Writer, number,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::string::ToString as _;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const ONE: Limits =
    Limits { exchanges: 1, confirmables: 1, observations: 1, transfers: 1, calls: 1, body: 4096, ..Limits::DEVICE };

fn arrive(endpoint: &mut Endpoint, now: Instant, peer: Peer, datagram: &[u8]) -> Option<RequestId> {
    match endpoint.handle_datagram(now, peer, datagram) {
        Some(Received::Request(request)) => Some(request.id),
        _ => None,
    }
}

fn sent(endpoint: &mut Endpoint) -> Vec<(MessageType, alloc::string::String)> {
    let mut buffer = vec![];
    core::iter::from_fn(|| {
        endpoint.poll_transmit(&mut buffer)?;
        let message = Message::parse(&buffer).unwrap();
        Some((message.kind(), message.code().to_string()))
    })
    .collect()
}

fn message(kind: MessageType, code: Code, id: u16, options: &[(u16, u32)], payload: &[u8]) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, kind, code, id, Token::new(&id.to_be_bytes()).unwrap());
    for (number, value) in options {
        writer.uint(*number, *value);
    }
    writer.payload(payload);
    datagram
}

#[test]
fn exchanges_forget_the_oldest_answered_and_refuse_when_all_are_open() {
    let mut endpoint = Endpoint::new(ONE, 1);
    let post = |id| message(MessageType::Confirmable, Code::POST, id, &[], &[]);
    let first = arrive(&mut endpoint, Instant::START, client_peer(), &post(1)).unwrap();
    assert_eq!(arrive(&mut endpoint, Instant::START, client_peer(), &post(2)), None);
    assert_eq!(sent(&mut endpoint), [(MessageType::Acknowledgement, "5.03".into())]);
    endpoint.respond(Instant::START, first, &Response::new(Code::CHANGED)).unwrap();
    assert!(arrive(&mut endpoint, Instant::START, client_peer(), &post(2)).is_some());
    assert_eq!(endpoint.usage().exchanges, 1);
}

#[test]
fn exchanges_that_only_read_are_forgotten_first() {
    let mut endpoint = Endpoint::new(Limits { exchanges: 2, ..ONE }, 1);
    for (id, code) in [(1, Code::POST), (2, Code::GET), (3, Code::GET), (4, Code::FETCH)] {
        let datagram = message(MessageType::Confirmable, code, id, &[], &[]);
        let request = arrive(&mut endpoint, Instant::START, client_peer(), &datagram).unwrap();
        endpoint.respond(Instant::START, request, &Response::new(Code::CHANGED)).unwrap();
    }
    let duplicate = message(MessageType::Confirmable, Code::POST, 1, &[], &[]);
    assert_eq!(arrive(&mut endpoint, Instant::START, client_peer(), &duplicate), None);
}

#[test]
fn many_peers_are_told_apart_and_forgotten() {
    let mut endpoint = Endpoint::new(Limits { exchanges: 500, ..Limits::SERVER }, 1);
    let get = message(MessageType::Confirmable, Code::GET, 1, &[], &[]);
    for round in 0..3_u64 {
        let now = Instant::from_secs(round);
        let delivered = (1..=600_u16).filter(|port| {
            let peer = Peer::insecure(core::net::SocketAddr::from(([10, 0, 0, 1], *port)));
            let Some(request) = arrive(&mut endpoint, now, peer, &get) else { return false };
            endpoint.respond(now, request, &Response::new(Code::CONTENT)).unwrap();
            true
        });
        assert_eq!(delivered.count(), 600, "each was forgotten before it came again");
        assert_eq!(endpoint.usage().exchanges, 500);
    }
    endpoint.handle_timeout(Instant::from_secs(300));
    assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None));
}

#[test]
fn without_room_for_a_confirmable_a_separate_response_is_a_non() {
    let mut endpoint = Endpoint::new(Limits { exchanges: 9, ..ONE }, 1);
    for id in [1, 2] {
        let datagram = message(MessageType::Confirmable, Code::GET, id, &[], &[]);
        let request = arrive(&mut endpoint, Instant::START, client_peer(), &datagram).unwrap();
        endpoint.defer(Instant::START, request).unwrap();
        endpoint.respond(Instant::START, request, &Response::new(Code::CONTENT)).unwrap();
    }
    assert_eq!(endpoint.counters().unconfirmed, 1);
    let kinds: Vec<_> = sent(&mut endpoint).into_iter().map(|(kind, _)| kind).collect();
    use MessageType::{Acknowledgement, Confirmable, NonConfirmable};
    assert_eq!(kinds, [Acknowledgement, Confirmable, Acknowledgement, NonConfirmable]);
}

#[test]
fn a_second_observer_is_answered_plainly() {
    let mut endpoint = Endpoint::new(Limits { exchanges: 9, ..ONE }, 1);
    let mut registered = vec![];
    for id in [1, 2] {
        let datagram = message(MessageType::Confirmable, Code::GET, id, &[(number::OBSERVE, 0)], &[]);
        let request = arrive(&mut endpoint, Instant::START, client_peer(), &datagram).unwrap();
        let response = Response::new(Code::CONTENT);
        registered.push(endpoint.respond_observed(Instant::START, request, &response).unwrap().is_some());
    }
    assert_eq!((registered, endpoint.usage().observations), (vec![true, false], 1));
    assert_eq!(endpoint.counters().observers_declined, 1);
}

#[test]
fn a_second_upload_waits_until_the_first_is_idle() {
    let mut endpoint = Endpoint::new(ONE, 1);
    let first_block = |id, format| {
        let options = [(number::CONTENT_FORMAT, format), (number::BLOCK1, 0b1000)];
        message(MessageType::Confirmable, Code::PUT, id, &options, &[1; 16])
    };
    arrive(&mut endpoint, Instant::START, client_peer(), &first_block(1, 60));
    arrive(&mut endpoint, Instant::from_secs(45), client_peer(), &first_block(2, 140));
    arrive(&mut endpoint, Instant::from_secs(46), client_peer(), &first_block(3, 140));
    let codes: Vec<_> = sent(&mut endpoint).into_iter().map(|(_, code)| code).collect();
    assert_eq!((codes, endpoint.usage().transfers), (vec!["2.31".into(), "5.03".into(), "2.31".into()], 1));
    assert_eq!((endpoint.counters().refused_busy, endpoint.counters().transfers_dropped), (1, 1));
    endpoint.handle_timeout(Instant::from_secs(46) + ONE.transfer_timeout);
    assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None));
}

#[test]
fn one_kept_body_gives_way_to_the_next() {
    let mut pair = Pair::new(ONE);
    pair.react = Box::new(|_| Reaction::Respond(Code::CONTENT, vec![1; 1500]));
    for path in ["/a", "/b", "/c"] {
        pair.request(&OutgoingRequest::new(Method::Get, path));
        pair.settle();
        assert_eq!(pair.server.usage().transfers, 1);
    }
    assert_eq!((pair.answers.len(), pair.server.counters().transfers_dropped), (3, 2));
}

#[test]
fn a_ping_without_room_is_refused_and_counted() {
    let mut endpoint = Endpoint::new(Limits { confirmables: 1, ..Limits::DEVICE }, 1);
    assert!(endpoint.ping(Instant::START, server_peer()).is_ok());
    assert_eq!((endpoint.ping(Instant::START, server_peer()), endpoint.counters().calls_refused), (Err(Full), 1));
}

#[test]
fn the_peer_that_is_known_longest_gives_way_and_is_counted() {
    let mut endpoint = Endpoint::new(Limits { peers: 2, ..Limits::DEVICE }, 1);
    for port in [1, 2, 2, 3, 4] {
        let peer = Peer::insecure(core::net::SocketAddr::from(([10, 0, 0, 1], port)));
        endpoint.verified(Instant::START, &peer);
    }
    assert_eq!(endpoint.counters().peers_forgotten, 2);
}

#[test]
fn a_second_call_is_refused() {
    for limits in [Limits { calls: 1, ..Limits::DEVICE }, Limits { confirmables: 1, ..Limits::DEVICE }] {
        let mut endpoint = Endpoint::new(limits, 1);
        let request = OutgoingRequest::new(Method::Get, "/a");
        assert!(endpoint.call(Instant::START, server_peer(), &request).is_ok());
        assert_eq!(endpoint.call(Instant::START, server_peer(), &request), Err(Full));
        assert_eq!((endpoint.usage().calls, endpoint.counters().calls_refused), (1, 1));
    }
}

#[test]
fn all_works_with_one_of_each() {
    let mut pair = Pair::new(ONE);
    pair.react = Box::new(|seen| Reaction::Respond(Code::CONTENT, seen.payload.clone()));
    for length in [0, 100, 4000] {
        let payload = vec![7; length];
        pair.request(&OutgoingRequest { payload: &payload, ..OutgoingRequest::new(Method::Post, "/a") });
        pair.drive(Duration::from_secs(2));
        assert_eq!(pair.answers.last().map(|answer| answer.payload.len()), Some(length), "{:?}", pair.trace);
    }
}

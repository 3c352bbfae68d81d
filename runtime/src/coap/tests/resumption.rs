//! Where transfers begin anew, and where they don't: RFC 7959 sections 2.4 and 2.9.2, RFC 9175 section 3.3.

use super::pair::{Pair, Reaction, client_peer, server_peer};
use crate::coap::{
    CallFailure, Code, Endpoint, Limits, Message, MessageType, Method, OutgoingOption, OutgoingRequest, Received,
    Response, Writer, number,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

fn limits() -> Limits {
    Limits { block_size: 16, ..Limits::DEVICE }
}

fn echoing(limits: Limits) -> Pair {
    let mut pair = Pair::new(limits);
    pair.react = Box::new(|seen| Reaction::Respond(Code::CHANGED, seen.payload.clone()));
    pair
}

#[test]
fn a_peer_that_never_answers_a_block_is_given_up() {
    let mut pair = echoing(limits());
    pair.loses = Box::new(|number| number > 2);
    let call = pair.request(&OutgoingRequest { payload: &[7; 40], ..OutgoingRequest::new(Method::Put, "/c") });
    pair.drive(Duration::from_secs(900));
    assert_eq!(pair.failures, [(call, CallFailure::TimedOut)]);
}

#[test]
fn a_request_in_one_message_is_not_sent_anew() {
    let mut pair = echoing(limits());
    pair.loses = Box::new(|_| true);
    let call = pair.request(&OutgoingRequest { payload: &[7; 10], ..OutgoingRequest::new(Method::Put, "/c") });
    pair.drive(Duration::from_secs(100));
    assert_eq!((pair.failures.as_slice(), pair.sent), ([(call, CallFailure::TimedOut)].as_slice(), 5));
}

#[test]
fn a_body_that_became_shorter_is_fetched_anew() {
    let mut pair = Pair::new(limits());
    let mut version = 0;
    pair.react = Box::new(move |_| {
        version += 1;
        Reaction::Respond(Code::CONTENT, vec![version; if version == 1 { 40 } else { 10 }])
    });
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.drive(Duration::from_millis(25));
    // all is forgotten; what is asked for next is a block that the new, shorter representation doesn't have
    pair.server = Endpoint::new(limits(), 3);
    pair.settle();
    assert_eq!(pair.answers.len(), 1, "{:#?}", pair.trace);
    assert_eq!(pair.answers[0].payload, [3; 10]);
}

/// RFC 7959 section 2.10: what the first block says holds for the body.
#[test]
fn if_none_match_stands_in_the_first_block_alone() {
    for condition in [false, true] {
        let options = [OutgoingOption::bytes(number::IF_NONE_MATCH, b"")];
        let options = if condition { &options[..] } else { &[] };
        let (mut client, mut server) = (Endpoint::new(limits(), 1), Endpoint::new(limits(), 2));
        let request = OutgoingRequest { options, payload: &[7; 2000], ..OutgoingRequest::new(Method::Put, "/c") };
        client.call(Instant::START, server_peer(), &request).unwrap();
        let (mut buffer, mut conditions, mut delivered) = (Vec::new(), Vec::new(), None);
        while delivered.is_none() {
            client.poll_transmit(&mut buffer).unwrap();
            conditions.push(Message::parse(&buffer).unwrap().option(number::IF_NONE_MATCH).is_some());
            if let Some(Received::Request(request)) = server.handle_datagram(Instant::START, client_peer(), &buffer) {
                delivered = Some((request.if_none_match(), request.precondition_holds(Some(b"old"))));
            } else {
                server.poll_transmit(&mut buffer).unwrap();
                client.handle_datagram(Instant::START, server_peer(), &buffer);
            }
        }
        let expected: Vec<bool> = (0..conditions.len()).map(|block| condition && block == 0).collect();
        assert_eq!((conditions, delivered), (expected, Some((condition, !condition))));
    }
}

/// What a server without memory answers to the request for the second block of an answer.
fn continued(code: Code, payload: &[u8]) -> Option<Code> {
    let mut endpoint = Endpoint::new(limits(), 1);
    let mut datagram = Vec::new();
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, code, 7, [1]);
    writer.option(number::BLOCK2, &[0x10]);
    writer.payload(payload);
    if let Some(Received::Request(request)) = endpoint.handle_datagram(Instant::START, client_peer(), &datagram) {
        let id = request.id;
        endpoint.respond(Instant::START, id, &Response::content(0, &[1; 40])).unwrap();
    }
    let mut answer = Vec::new();
    endpoint.poll_transmit(&mut answer)?;
    Some(Message::parse(&answer).unwrap().code())
}

#[test]
fn what_a_block_continues_is_not_done_again() {
    assert_eq!(continued(Code::GET, &[]), Some(Code::CONTENT));
    assert_eq!(continued(Code::FETCH, b"x"), Some(Code::CONTENT));
    for code in [Code::FETCH, Code::POST, Code::PUT, Code::DELETE] {
        assert_eq!(continued(code, &[]), Some(Code::REQUEST_ENTITY_INCOMPLETE), "{code}");
    }
}

#[test]
fn a_short_tag_may_be_used_again() {
    let mut endpoint = Endpoint::new(limits(), 1);
    let mut delivered = 0;
    for id in [1, 3] {
        for (offset, block1) in [(0, 0x08), (1, 0x10)] {
            let mut datagram = Vec::new();
            let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::POST, id + offset, [1]);
            writer.option(number::BLOCK1, &[block1]);
            writer.option(number::REQUEST_TAG, &[1]);
            writer.payload(&[7; 16]);
            if let Some(Received::Request(request)) = endpoint.handle_datagram(Instant::START, server_peer(), &datagram)
            {
                delivered += 1;
                let id = request.id;
                endpoint.respond(Instant::START, id, &Response::new(Code::CHANGED)).unwrap();
            }
        }
    }
    assert_eq!(delivered, 2);
}

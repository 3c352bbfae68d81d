//! RFC 7959.

use super::pair::{Pair, Reaction, client_peer};
use crate::coap::{
    CallFailure, Code, Endpoint, Limits, Message, MessageType, Method, OutgoingRequest, Received, Response, Token,
    Usage, Writer, number,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

fn body(length: usize) -> Vec<u8> {
    (0..length).map(|index| ((index / 16 + index) % 251).to_le_bytes()[0]).collect()
}

fn large() -> Limits {
    Limits { body: 1 << 17, ..Limits::DEVICE }
}

/// Loses three of ten, at these places.
fn lossy(places: [usize; 3]) -> Box<dyn FnMut(usize) -> bool> {
    Box::new(move |number| places.contains(&(number % 10)))
}

#[test]
fn bodies_of_64_kib_pass_both_ways_under_loss() {
    use Method::{Fetch, IPatch, Post, Put};
    for (places, method) in [([1, 4, 5], Post), ([0, 1, 2], Fetch), ([2, 3, 7], IPatch), ([1, 3, 9], Put)] {
        let mut pair = Pair::new(large());
        pair.loses = lossy(places);
        pair.react = Box::new(|seen| {
            let mut answer = seen.payload.clone();
            answer.reverse();
            Reaction::Respond(Code::CONTENT, answer)
        });
        let sent = body(65536);
        pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(method, "/c") });
        pair.drive(Duration::from_secs(4000));
        assert_eq!(pair.failures, []);
        assert_eq!((pair.seen.len(), pair.answers.len()), (1, 1), "{method}");
        assert_eq!(pair.seen[0].payload, sent);
        assert!(pair.answers[0].payload.iter().eq(sent.iter().rev()));
        assert!(pair.trace.iter().any(|line| line.ends_with("lost")));
        pair.drive(Duration::from_secs(1000));
        assert_eq!((pair.server.usage(), pair.client.usage()), (Usage::default(), Usage::default()));
    }
}

#[test]
fn every_datagram_may_arrive_twice() {
    let mut pair = Pair::new(large());
    pair.duplicates = true;
    pair.react = Box::new(|seen| Reaction::Respond(Code::CHANGED, seen.payload.clone()));
    let sent = body(5000);
    pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(Method::Post, "/c") });
    pair.drive(Duration::from_secs(60));
    assert_eq!((pair.seen.len(), pair.answers.len()), (1, 1));
    assert_eq!((&pair.seen[0].payload, &pair.answers[0].payload), (&sent, &sent));
}

#[test]
fn sizes_around_a_block_pass() {
    for length in [0, 1, 511, 512, 513, 1023, 1024, 1025, 4096] {
        let mut pair = Pair::new(Limits::DEVICE);
        pair.react = Box::new(|seen| Reaction::Respond(Code::CONTENT, seen.payload.clone()));
        let sent = body(length);
        pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(Method::Fetch, "/c") });
        pair.settle();
        assert_eq!(pair.answers.len(), 1, "{length}: {:?} {:?}", pair.trace, pair.failures);
        assert_eq!(pair.answers[0].payload, sent, "{length}");
    }
}

#[test]
fn the_smaller_block_size_of_the_two_is_used() {
    for (ours, theirs) in [(1024, 64), (64, 1024), (16, 512)] {
        let mut pair = Pair::new(large());
        pair.client = Endpoint::new(Limits { block_size: ours, ..large() }, 1);
        pair.server = Endpoint::new(Limits { block_size: theirs, ..large() }, 2);
        pair.react = Box::new(|seen| Reaction::Respond(Code::CONTENT, seen.payload.clone()));
        let sent = body(3000);
        pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(Method::Post, "/c") });
        pair.drive(Duration::from_secs(30));
        assert_eq!(pair.answers.len(), 1, "{ours} {theirs}: {:?}", pair.failures);
        assert_eq!(pair.answers[0].payload, sent);
    }
}

/// A request with these options (number, value) and payload.
fn request(id: u16, code: Code, options: &[(u16, u32)], payload: &[u8]) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, code, id, Token::default());
    for (number, value) in options {
        writer.uint(*number, *value);
    }
    writer.payload(payload);
    datagram
}

/// Hands datagrams to a server whose application answers with the payload; returns each answer as code and options.
fn conversation(limits: Limits, datagrams: &[Vec<u8>]) -> (Vec<String>, Endpoint) {
    let mut endpoint = Endpoint::new(limits, 1);
    let mut lines = vec![];
    let mut buffer = vec![];
    for datagram in datagrams {
        let received = endpoint.handle_datagram(Instant::START, client_peer(), datagram);
        let request = match received {
            Some(Received::Request(request)) => Some((request.id, request.payload.to_vec())),
            _ => None,
        };
        if let Some((id, payload)) = request {
            let response = Response { payload: &payload, ..Response::new(Code::CHANGED) };
            endpoint.respond(Instant::START, id, &response).unwrap();
        }
        while endpoint.poll_transmit(&mut buffer).is_some() {
            let message = Message::parse(&buffer).unwrap();
            let mut line = message.code().to_string();
            for (name, number) in [("1", number::BLOCK1), ("2", number::BLOCK2)] {
                if let Some(block) = message.option(number).and_then(crate::coap::Block::read) {
                    let more = u8::from(block.more);
                    line += &alloc::format!(" {name}:{}/{more}/{}", block.number, block.size());
                }
            }
            for (name, number) in [("size1", number::SIZE1), ("size2", number::SIZE2)] {
                if let Some(size) = message.uint(number) {
                    line += &alloc::format!(" {name}={size}");
                }
            }
            line += &alloc::format!(" {}", message.payload().len());
            lines.push(line);
        }
    }
    (lines, endpoint)
}

fn block(number: u32, more: bool, size: u32) -> u32 {
    number << 4 | u32::from(more) << 3 | (size.ilog2() - 4)
}

#[test]
fn block1_is_continued_and_both_ways_are_joined() {
    let path = |id, value, payload: &[u8]| request(id, Code::POST, &[(number::BLOCK1, value)], payload);
    let (lines, endpoint) = conversation(
        Limits { block_size: 32, ..Limits::DEVICE },
        &[
            path(1, block(0, true, 64), &[1; 64]),
            path(2, block(2, true, 32), &[2; 32]),
            // A duplicate of the network, then one under a new message id: both harmless.
            path(2, block(2, true, 32), &[2; 32]),
            path(3, block(2, true, 32), &[2; 32]),
            path(4, block(3, false, 32), &[3; 10]),
            request(5, Code::POST, &[(number::BLOCK2, block(1, false, 32))], &[]),
            request(6, Code::POST, &[(number::BLOCK2, block(3, false, 32))], &[]),
            request(7, Code::POST, &[(number::BLOCK2, block(4, false, 32))], &[]),
        ],
    );
    assert_eq!(
        lines,
        [
            "2.31 1:0/1/32 0",
            "2.31 1:2/1/32 0",
            "2.31 1:2/1/32 0",
            "2.31 1:2/1/32 0",
            "2.04 1:3/0/32 2:0/1/32 32",
            "2.04 2:1/1/32 32",
            "2.04 2:3/0/32 10",
            "4.00 0",
        ]
    );
    assert_eq!(endpoint.usage().exchanges, 1, "only what was delivered is remembered");
}

#[test]
fn a_gap_is_incomplete_and_frees_the_body() {
    let put = |id, value, payload: &[u8]| request(id, Code::PUT, &[(number::BLOCK1, value)], payload);
    let (lines, endpoint) = conversation(
        Limits::DEVICE,
        &[
            put(1, block(0, true, 16), &[1; 16]),
            put(2, block(2, true, 16), &[1; 16]),
            put(3, block(1, false, 16), &[1; 16]),
        ],
    );
    assert_eq!(lines, ["2.31 1:0/1/16 0", "4.08 1:2/1/16 0", "4.08 1:1/0/16 0"]);
    assert_eq!(endpoint.usage(), Usage::default());
}

#[test]
fn a_new_first_block_starts_anew() {
    let put = |id, value, payload: &[u8]| request(id, Code::PUT, &[(number::BLOCK1, value)], payload);
    let (lines, _) = conversation(
        Limits::DEVICE,
        &[
            put(1, block(0, true, 16), &[1; 16]),
            put(2, block(0, true, 16), &[2; 16]),
            put(3, block(1, false, 16), &[2; 4]),
        ],
    );
    assert_eq!(lines, ["2.31 1:0/1/16 0", "2.31 1:0/1/16 0", "2.04 1:1/0/16 20"]);
}

#[test]
fn a_body_over_the_limit_is_too_large_and_frees_the_body() {
    let limits = Limits { body: 40, ..Limits::DEVICE };
    let put = |id, value, payload: &[u8]| request(id, Code::PUT, &[(number::BLOCK1, value)], payload);
    let (lines, endpoint) = conversation(
        limits,
        &[
            put(1, block(0, true, 16), &[1; 16]),
            put(2, block(1, true, 16), &[1; 16]),
            put(3, block(2, true, 16), &[1; 16]),
            // Said at once by Size1.
            request(4, Code::PUT, &[(number::BLOCK1, block(0, true, 16)), (number::SIZE1, 41)], &[1; 16]),
            // In one message.
            request(5, Code::PUT, &[], &[1; 41]),
        ],
    );
    assert_eq!(
        lines,
        [
            "2.31 1:0/1/16 0",
            "2.31 1:1/1/16 0",
            "4.13 1:2/1/16 size1=40 0",
            "4.13 1:0/1/16 size1=40 0",
            "4.13 size1=40 0",
        ]
    );
    assert_eq!(endpoint.usage(), Usage::default());
}

#[test]
fn transfers_of_different_options_do_not_mix() {
    let put = |id, format, value, payload: &[u8]| {
        request(id, Code::PUT, &[(number::CONTENT_FORMAT, format), (number::BLOCK1, value)], payload)
    };
    let (lines, endpoint) = conversation(
        Limits::DEVICE,
        &[
            put(1, 60, block(0, true, 16), &[1; 16]),
            put(2, 140, block(0, true, 16), &[2; 16]),
            put(3, 60, block(1, false, 16), &[1; 1]),
            put(4, 140, block(1, false, 16), &[2; 2]),
        ],
    );
    assert_eq!(lines, ["2.31 1:0/1/16 0", "2.31 1:0/1/16 0", "2.04 1:1/0/16 17", "2.04 1:1/0/16 18"]);
    assert_eq!(endpoint.usage().transfers, 0);
}

#[test]
fn a_block_in_the_middle_must_be_full() {
    let (lines, endpoint) = conversation(
        Limits::DEVICE,
        &[
            request(1, Code::PUT, &[(number::BLOCK1, block(0, true, 16))], &[1; 15]),
            request(2, Code::PUT, &[(number::BLOCK1, block(0, false, 16))], &[1; 17]),
        ],
    );
    assert_eq!(lines, ["4.00 1:0/1/16 0", "4.00 1:0/0/16 0"]);
    assert_eq!(endpoint.usage(), Usage::default());
}

#[test]
fn a_block_of_a_forgotten_body_is_cut_from_the_answer_given_anew() {
    let (lines, _) = conversation(
        Limits { transfers: 0, ..Limits::DEVICE },
        &[
            request(1, Code::FETCH, &[(number::BLOCK2, block(0, false, 16))], &[1; 40]),
            request(2, Code::FETCH, &[(number::BLOCK2, block(2, false, 16))], &[1; 40]),
            request(3, Code::FETCH, &[(number::BLOCK2, block(3, false, 16))], &[1; 40]),
        ],
    );
    assert_eq!(lines, ["2.04 2:0/1/16 16", "2.04 2:2/0/16 8", "4.00 0"]);
}

#[test]
fn the_size_is_told_with_a_block_to_who_asks() {
    let block2 = (number::BLOCK2, block(0, false, 16));
    let (lines, _) = conversation(
        Limits::DEVICE,
        &[
            request(1, Code::FETCH, &[block2, (number::SIZE2, 0)], &[1; 40]),
            request(2, Code::FETCH, &[block2], &[1; 40]),
            // Without Block2 there is nothing to estimate.
            request(3, Code::FETCH, &[(number::SIZE2, 0)], &[1; 40]),
        ],
    );
    assert_eq!(lines, ["2.04 2:0/1/16 size2=40 16", "2.04 2:0/1/16 16", "2.04 40"]);
}

#[test]
fn block2_of_a_fetch_is_found_with_and_without_its_payload() {
    let (lines, endpoint) = conversation(
        Limits::DEVICE,
        &[
            request(1, Code::FETCH, &[(number::BLOCK2, block(0, false, 16))], &[1; 40]),
            request(2, Code::FETCH, &[(number::BLOCK2, block(1, false, 16))], &[1; 40]),
            request(3, Code::FETCH, &[(number::BLOCK2, block(1, false, 16))], &[]),
            // Another payload is another request, which is delivered.
            request(4, Code::FETCH, &[(number::BLOCK2, block(1, false, 16))], &[2; 20]),
        ],
    );
    assert_eq!(lines, ["2.04 2:0/1/16 16", "2.04 2:1/1/16 16", "2.04 2:1/1/16 16", "2.04 2:1/0/16 4"]);
    assert_eq!(endpoint.usage().exchanges, 2);
}

#[test]
fn a_response_over_our_limit_fails_the_call() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Respond(Code::CONTENT, vec![1; 4097]));
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.settle();
    assert_eq!(pair.failures[0].1, CallFailure::TooLarge);
    assert_eq!(pair.client.usage(), Usage::default());
}

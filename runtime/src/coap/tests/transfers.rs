//! RFC 7959.

use super::pair::{Pair, Reaction, client_peer, server_peer};
use crate::coap::mix::Random;
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

/// Loses 30 % at random.
fn random_loss(seed: u64) -> Box<dyn FnMut(usize) -> bool> {
    let mut random = Random::new(seed);
    Box::new(move |_| random.thousandths() <= 300)
}

#[test]
fn bodies_of_64_kib_pass_both_ways_under_random_loss() {
    let mut lost_for_good = 0;
    for seed in 0..24_u64 {
        let method = [Method::Get, Method::Put, Method::Post, Method::Fetch][usize::try_from(seed % 4).unwrap()];
        let mut pair = Pair::new(Limits { request_attempts: 8, ..large() });
        pair.loses = random_loss(seed);
        let answer = body(65536);
        pair.react = Box::new(move |_| Reaction::Respond(Code::CONTENT, answer.clone()));
        let sent = if method == Method::Get { vec![] } else { body(65000) };
        pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(method, "/c") });
        pair.drive(Duration::from_secs(20_000));
        assert_eq!(pair.failures, [], "{seed} {method}");
        assert_eq!((pair.seen.len(), pair.answers.len()), (1, 1), "{seed} {method}");
        assert_eq!(pair.seen[0].payload, sent);
        assert_eq!(pair.answers[0].payload, body(65536));
        let in_a_row = pair.trace.windows(5).any(|five| five.iter().all(|line| line.ends_with("lost")));
        lost_for_good += usize::from(in_a_row);
        assert_eq!((pair.server.usage(), pair.client.usage()), (Usage::default(), Usage::default()));
    }
    assert!(lost_for_good > 0, "there were messages that got no answer at all");
}

/// RFC 7252 section 5.2.2: the empty ACK of the last block and all copies of its separate answer are lost, so the client makes
/// the block anew; what was answered is answered again.
#[test]
fn a_client_whose_separate_answer_was_lost_gets_it_with_the_block_made_anew() {
    let mut pair = Pair::new(Limits { block_size: 64, ..Limits::DEVICE });
    pair.react = Box::new(|_| Reaction::Defer);
    // 2.31 passes, then the server isn't heard until it has given up
    pair.loses = Box::new(|number| number > 2 && number % 2 == 0 || (4..=12).contains(&number));
    pair.request(&OutgoingRequest { payload: &[7; 100], ..OutgoingRequest::new(Method::Post, "/c") });
    pair.drive(Duration::from_millis(200));
    pair.respond(pair.seen[0].id, Code::CHANGED, b"done");
    pair.loses = Box::new(|number| number <= 14);
    pair.drive(Duration::from_secs(600));
    assert_eq!((pair.seen.len(), pair.answers.len()), (1, 1), "{:?} {:?}", pair.trace, pair.failures);
    assert_eq!(pair.answers[0].payload, b"done");
    assert_eq!(
        pair.trace.last_chunk(),
        Some(&["-> CON POST".to_string(), "<- ACK 2.04".to_string()]),
        "{:?}",
        pair.trace
    );
    pair.drive(Duration::from_secs(1000));
    assert_eq!((pair.server.usage(), pair.client.usage()), (Usage::default(), Usage::default()));
}

#[test]
fn the_last_block_made_anew_is_not_applied_again() {
    for method in [Method::Post, Method::Put] {
        let mut pair = Pair::new(Limits { block_size: 64, ..Limits::DEVICE });
        // block 0 and its answer, the last block, then its answers: each is lost, and the message given up
        let mut number_of_answers = 0;
        pair.loses = Box::new(move |number| {
            number_of_answers += usize::from(number > 2 && number % 2 == 0);
            number > 2 && number % 2 == 0 && number_of_answers <= 5
        });
        pair.request(&OutgoingRequest { payload: &[7; 100], ..OutgoingRequest::new(method, "/c") });
        pair.drive(Duration::from_secs(600));
        let final_blocks = pair.trace.iter().filter(|line| line.starts_with("->")).count();
        assert_eq!((final_blocks, pair.seen.len(), pair.answers.len()), (1 + 6, 1, 1), "{:?}", pair.trace);
    }
}

#[test]
fn a_transfer_begins_again_when_the_server_has_lost_its_part() {
    for (attempts, answers) in [(1, 1), (0, 1)] {
        let mut pair = Pair::new(Limits { block_size: 64, block_attempts: attempts, ..Limits::DEVICE });
        pair.request(&OutgoingRequest { payload: &[7; 200], ..OutgoingRequest::new(Method::Post, "/c") });
        pair.drive(Duration::from_millis(25));
        pair.server = Endpoint::new(pair.server.limits().clone(), 99);
        pair.settle();
        assert_eq!(pair.answers.len(), answers);
        let code = if attempts == 0 { Code::REQUEST_ENTITY_INCOMPLETE } else { Code::CONTENT };
        assert_eq!((pair.answers[0].code, pair.seen.len()), (code, usize::from(attempts)));
    }
}

#[test]
fn blocks_of_two_representations_never_mix() {
    let mut pair = Pair::new(Limits { block_size: 64, ..Limits::DEVICE });
    pair.react = Box::new(|_| Reaction::Respond(Code::CONTENT, vec![1; 300]));
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.drive(Duration::from_millis(45));
    // the server reboots, and what it represents has changed
    pair.server = Endpoint::new(pair.server.limits().clone(), 99);
    pair.react = Box::new(|_| Reaction::Respond(Code::CONTENT, vec![2; 300]));
    pair.settle();
    assert_eq!(pair.answers.len(), 1, "{:?}", pair.failures);
    assert_eq!(pair.answers[0].payload, [2; 300]);
}

#[test]
fn the_rest_of_an_answer_that_is_gone_does_not_ask_again() {
    let further = |id, code| request(id, code, &[(number::BLOCK2, block(1, false, 16))], &[]);
    let (lines, endpoint) = conversation(Limits::DEVICE, &[further(1, Code::POST), further(2, Code::PATCH)]);
    assert_eq!(lines, ["4.08 0", "4.08 0"]);
    assert_eq!(endpoint.usage(), Usage::default());
}

#[test]
fn bodies_sent_to_one_resource_at_the_same_time_are_told_apart() {
    let mut pair = Pair::new(Limits { block_size: 64, transfers: 3, ..Limits::DEVICE });
    pair.react = Box::new(|seen| Reaction::Respond(Code::CHANGED, seen.payload.clone()));
    let bodies = [vec![1; 200], vec![2; 220], vec![3; 240]];
    for payload in &bodies {
        pair.request(&OutgoingRequest { payload, ..OutgoingRequest::new(Method::Post, "/c") });
    }
    pair.settle();
    let mut answers: Vec<_> = pair.answers.iter().map(|answer| answer.payload.clone()).collect();
    answers.sort();
    assert_eq!(answers, bodies);
}

#[test]
fn a_server_that_wants_blocks_gets_blocks() {
    let mut client = Endpoint::new(Limits::DEVICE, 1);
    let payload = [7; 100];
    let asked = OutgoingRequest { payload: &payload, ..OutgoingRequest::new(Method::Put, "/c") };
    client.call(Instant::START, server_peer(), &asked).unwrap();
    let mut buffer = vec![];
    client.poll_transmit(&mut buffer).unwrap();
    let first = Message::parse(&buffer).unwrap();
    let mut refusal = vec![];
    let code = Code::REQUEST_ENTITY_TOO_LARGE;
    let mut writer = Writer::new(&mut refusal, MessageType::Acknowledgement, code, first.id(), first.token());
    writer.uint(number::BLOCK1, block(0, false, 64));
    writer.payload(&[]);
    assert!(client.handle_datagram(Instant::START, server_peer(), &refusal).is_none());
    client.poll_transmit(&mut buffer).unwrap();
    let second = Message::parse(&buffer).unwrap();
    assert_eq!((second.uint(number::BLOCK1), second.payload().len()), (Some(block(0, true, 64)), 64));
}

#[test]
fn a_body_of_more_blocks_than_there_are_numbers_is_not_begun() {
    let mut client = Endpoint::new(Limits { block_size: 16, ..Limits::DEVICE }, 1);
    let payload = vec![0; 16 << 20];
    let asked = OutgoingRequest { payload: &payload, ..OutgoingRequest::new(Method::Put, "/c") };
    let call = client.call(Instant::START, server_peer(), &asked).unwrap();
    let expected = crate::coap::Event::CallFailed { call, reason: CallFailure::TooLarge };
    assert_eq!((client.poll_event(), client.poll_transmit(&mut vec![])), (Some(expected), None));
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
    pair.drive(Duration::from_secs(300));
    assert_eq!(pair.failures[0].1, CallFailure::TooLarge);
    assert_eq!(pair.client.usage(), Usage::default());
}

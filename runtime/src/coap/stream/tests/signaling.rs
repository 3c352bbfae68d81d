//! What is said about a connection, and what is a fault: RFC 8323 sections 3 and 5.

use super::super::{Capabilities, Connection, Counters, Ending, Event, Fault, Limits, Oversized, Released};
use super::machine::sent;
use crate::coap::message::FormatReason;
use crate::coap::{Code, Message};
use crate::time::Instant;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

pub(super) const CSM: &[u8] = &[0x00, 0xe1];
pub(super) const PING: &[u8] = &[0x01, 0xe2, 0x42];
pub(super) const PONG: &[u8] = &[0x00, 0xe3];
pub(super) const RELEASE: &[u8] = &[0x00, 0xe4];
pub(super) const ABORT: &[u8] = &[0x30, 0xe5, 0xff, b'n', b'o'];
pub(super) const GET: &[u8] = &[0x21, 0x01, 0x7f, 0xb1, b'c'];

/// A request, but with this token.
fn get(token: u8) -> [u8; 5] {
    [0x21, 0x01, token, 0xb1, b'c']
}

fn answer(token: u8) -> [u8; 5] {
    [0x51, 0x45, 0, 0, token]
}

/// A connection that was just made and got these bytes.
fn after(bytes: &[u8]) -> Connection {
    let mut connection = Connection::new(Instant::START, Limits::DEVICE);
    sent(&mut connection);
    connection.handle_bytes(Instant::START, bytes);
    connection
}

fn messages(connection: &mut Connection) -> Vec<(Code, Vec<u8>)> {
    let mut datagram = vec![];
    core::iter::from_fn(|| {
        connection.poll_message(&mut datagram).then(|| {
            let message = Message::parse(&datagram).unwrap();
            (message.code(), message.token().to_vec())
        })
    })
    .collect()
}

fn ending(connection: &mut Connection) -> Option<Ending> {
    core::iter::from_fn(|| connection.poll_event()).find_map(|event| match event {
        Event::Ended(ending) => Some(ending),
        Event::Capabilities(_) => None,
    })
}

#[test]
fn the_csm_tells_what_the_peer_can_take_and_a_later_one_changes_it() {
    for (options, max_message_size, block_wise, bert) in [
        (&[][..], 1152, false, false),
        (&[0x20], 1152, false, false),
        (&[0x22, 0x20, 0x00], 0x2000, false, false),
        (&[0x22, 0x20, 0x00, 0x20], 0x2000, true, true),
        (&[0x22, 0x04, 0x80, 0x20], 0x480, true, false),
        // an unknown elective option
        (&[0xd0, 0x01], 1152, false, false),
    ] {
        let csm = [&[u8::try_from(options.len() << 4).unwrap(), 0xe1], options].concat();
        let mut connection = after(&csm);
        assert!(messages(&mut connection).is_empty());
        if options == [0x20] {
            // Max-Message-Size of 0
            assert_eq!(ending(&mut connection), Some(Ending::Fault(Fault::BadCsmOption(2))));
            continue;
        }
        let told = Capabilities { max_message_size, block_wise };
        assert_eq!(connection.poll_event(), Some(Event::Capabilities(told)));
        assert_eq!(told.bert(), bert);
        // RFC 8323 section 5.3: what isn't repeated stays
        connection.handle_bytes(Instant::START, &[0x30, 0xe1, 0x22, 0x04, 0x00]);
        assert!(messages(&mut connection).is_empty());
        assert_eq!(connection.capabilities(), Capabilities { max_message_size: 1024, block_wise });
    }
}

#[test]
fn what_breaks_the_rules_is_told_and_ends_the_connection() {
    let format = Fault::Format;
    for (bytes, fault) in [
        (&[0x10, 0xe1, 0x10][..], Fault::BadCsmOption(1)),
        (&[0x60, 0xe1, 0x25, 1, 2, 3, 4, 5], Fault::BadCsmOption(2)),
        (&[0x00, 0xe1, 0x10, 0xe2, 0x10], Fault::CriticalOption { code: Code::new(7, 2), number: 1 }),
        (&[0x00, 0xe1, 0x0f, 0x01], format(FormatReason::TokenLength)),
        (&[0x00, 0xe1, 0xe0, 0xff, 0xff, 0x01], Fault::TooLarge { longest: 1152 }),
        (&[0x00, 0xe1, 0xf0, 0xff, 0xff, 0xff, 0xff], Fault::TooLarge { longest: 1152 }),
        (&[0x00, 0xe1, 0x10, 0x01, 0xff], format(FormatReason::PayloadMissing)),
        (&[0x00, 0xe1, 0x10, 0x01, 0xb1], format(FormatReason::Truncated)),
        (&[0x00, 0xe1, 0x10, 0x01, 0xf0], format(FormatReason::OptionNibble)),
        (&[0x00, 0xe1, 0x00, 0x21], format(FormatReason::ReservedClass)),
        (&[0x00, 0xe1, 0x01, 0x00, 0xaa], format(FormatReason::EmptyWithContent)),
    ] {
        let mut connection = after(bytes);
        assert!(messages(&mut connection).is_empty());
        assert_eq!(ending(&mut connection), Some(Ending::Fault(fault)), "{bytes:02x?}");
        assert!(!connection.is_over() && !connection.wants_bytes());
        assert_eq!(sent(&mut connection), "Abort");
        assert!(connection.is_over());
    }
}

#[test]
fn an_abort_names_the_option_of_the_csm_and_says_why() {
    let mut connection = after(&[0x10, 0xe1, 0x10]);
    messages(&mut connection);
    let mut bytes = vec![];
    connection.poll_transmit(&mut bytes);
    assert_eq!(bytes[..6], [0xd0, 41 - 13, 0xe5, 0x21, 0x01, 0xff]);
    assert_eq!(core::str::from_utf8(&bytes[6..]), Ok("option 1 of the CSM can't be processed"));
}

#[test]
fn a_pong_has_the_token_of_its_ping() {
    let mut connection = after(&[CSM, PING].concat());
    messages(&mut connection);
    let mut bytes = vec![];
    connection.poll_transmit(&mut bytes);
    assert_eq!(bytes, [0x01, 0xe3, 0x42]);
}

#[test]
fn custody_waits_until_the_requests_before_it_are_answered() {
    const CUSTODY: &[u8] = &[0x11, 0xe2, 0x42, 0x20];
    let mut connection = after(&[CSM, &get(1), &get(2), CUSTODY, &get(3), CUSTODY].concat());
    assert_eq!(messages(&mut connection).len(), 3);
    let mut bytes = vec![];
    assert!(connection.poll_transmit(&mut bytes));
    assert_eq!(bytes, [0x01, 0xe3, 0x42], "the second is told that we are there, without custody");
    connection.send(&answer(2)).unwrap();
    assert_eq!(sent(&mut connection), "2.05");
    connection.send(&answer(1)).unwrap();
    assert!(connection.poll_transmit(&mut bytes));
    assert_eq!(bytes, [0x01, 0x45, 1, 0x11, 0xe3, 0x42, 0x20]);
}

/// RFC 8323 section 5.5.
#[test]
fn a_release_says_where_to_go_and_when_to_come_back() {
    let release = [&[0xc0, 0xe4, 0x23][..], b"a:1", &[0x04], b"[::1", &[0x22, 0x0e, 0x10]].concat();
    let mut connection = after(&[CSM, &release].concat());
    assert_eq!(connection.released(), None);
    messages(&mut connection);
    let alternatives = vec!["a:1".into(), "[::1".into()];
    let hold_off = Some(core::time::Duration::from_secs(3600));
    assert_eq!(connection.released(), Some(&Released { alternatives, hold_off }));
    assert_eq!(ending(&mut connection), Some(Ending::Released));
    // what is empty, no text or too long is not there, and there is an end to how many are kept
    let nonsense = [&[0xa0, 0xe4, 0x20, 0x01, 0xff, 0x24, 0, 0, 0, 1, 0x00, 0x00][..]].concat();
    let mut connection = after(&[CSM, &nonsense].concat());
    messages(&mut connection);
    assert_eq!(connection.released(), Some(&Released::default()));
    let many = [&[0xd0, 40 - 13, 0xe4, 0x21, b'a'][..], &[0x01, b'a'].repeat(19)].concat();
    let mut connection = after(&[CSM, &many].concat());
    messages(&mut connection);
    assert_eq!(connection.released().map(|released| released.alternatives.len()), Some(Released::MOST));
}

#[test]
fn a_release_waits_for_the_answers() {
    let mut connection = after(&[CSM, &get(1), &get(2), RELEASE, &get(3)].concat());
    assert_eq!(messages(&mut connection).len(), 2, "what comes behind it is not served");
    connection.send(&answer(2)).unwrap();
    assert_eq!(ending(&mut connection), None);
    connection.send(&answer(1)).unwrap();
    assert_eq!(ending(&mut connection), Some(Ending::Released));
    assert_eq!(sent(&mut connection), "2.05 2.05");
    assert!(connection.is_over());
}

#[test]
fn requests_over_the_limit_stay_unread_until_others_are_answered() {
    let requests: Vec<u8> = (0..6).flat_map(get).collect();
    let mut connection = after(&[CSM, &requests].concat());
    assert_eq!(messages(&mut connection).len(), Limits::DEVICE.requests);
    assert!(!connection.wants_bytes());
    connection.send(&answer(0)).unwrap();
    assert_eq!(messages(&mut connection), [(Code::GET, vec![4])]);
    for token in 1..5 {
        connection.send(&answer(token)).unwrap();
    }
    assert_eq!(messages(&mut connection), [(Code::GET, vec![5])]);
    assert!(connection.wants_bytes());
}

#[test]
fn a_request_that_wants_no_response_does_not_wait_for_one() {
    // No-Response: 258
    let silent = [0x41, 0x01, 0x01, 0xd0 | 1, 245, 26, 0xc0];
    let mut connection = after(CSM);
    messages(&mut connection);
    for _ in 0..10 {
        connection.handle_bytes(Instant::START, &silent);
        assert_eq!(messages(&mut connection).len(), 1);
    }
    assert!(connection.wants_bytes());
}

#[test]
fn a_peer_that_does_not_read_is_not_read() {
    let mut connection = after(CSM);
    messages(&mut connection);
    for _ in 0..Limits::DEVICE.outgoing {
        if !connection.wants_bytes() {
            break;
        }
        connection.handle_bytes(Instant::START, PING);
        messages(&mut connection);
    }
    assert!(!connection.wants_bytes());
    sent(&mut connection);
    assert!(connection.wants_bytes());
}

#[test]
fn a_slow_observer_gets_the_newest_state() {
    let mut connection = after(CSM);
    messages(&mut connection);
    for state in 0..100 {
        // 2.05 with Observe
        connection.send(&[0x51, 0x45, 0, 0, 0x7f, 0x61, state, 0xff, state]).unwrap();
    }
    let mut bytes = vec![];
    connection.poll_transmit(&mut bytes);
    assert_eq!(bytes, [0x41, 0x45, 0x7f, 0x61, 99, 0xff, 99]);
    assert_eq!(connection.counters(), Counters { opened: 1, superseded: 99, ..Counters::default() });
}

#[test]
fn each_limit_that_is_met_is_counted() {
    // as many requests as may be open, and one more
    let mut connection = after(CSM);
    let requests: Vec<u8> = (0..=5).flat_map(get).collect();
    connection.handle_bytes(Instant::START, &requests);
    assert_eq!((messages(&mut connection).len(), connection.wants_bytes()), (4, false));
    assert_eq!(connection.counters(), Counters { opened: 1, paused: 1, ..Counters::default() });
    connection.send(&answer(0)).unwrap();
    assert_eq!((messages(&mut connection).len(), connection.counters().paused), (1, 2));
    // a message that is too large
    let mut connection = after(&[0xf0, 0xff, 0xff, 0xff, 0xff]);
    messages(&mut connection);
    assert_eq!(connection.counters(), Counters { opened: 1, aborted: 1, ..Counters::default() });
    // no room for the connection, and a peer that says nothing any more
    let mut connection = after(&[]);
    connection.refuse(Fault::TooManyConnections);
    assert_eq!(connection.counters(), Counters { refused: 1, ..Counters::default() });
    let mut connection = after(CSM);
    messages(&mut connection);
    for _ in 0..2 {
        connection.handle_timeout(connection.poll_timeout().unwrap());
    }
    assert_eq!(connection.counters(), Counters { opened: 1, silent: 1, ..Counters::default() });
}

#[test]
fn a_response_that_is_too_large_for_the_peer_becomes_an_error() {
    // Max-Message-Size 64
    let mut connection = after(&[0x20, 0xe1, 0x21, 64]);
    messages(&mut connection);
    let mut response = answer(9).to_vec();
    response.push(0xff);
    response.resize(70, 0);
    assert_eq!(connection.send(&response), Err(Oversized(64)));
    let mut bytes = vec![];
    connection.poll_transmit(&mut bytes);
    assert_eq!(bytes, [0x01, 0xa0, 9]);
}

#[test]
fn messages_of_the_datagram_layer_are_left_out() {
    let mut connection = after(CSM);
    messages(&mut connection);
    connection.send(&[0x60, 0, 0, 1]).unwrap();
    connection.send(&[0x70, 0, 0, 1]).unwrap();
    assert_eq!(sent(&mut connection), "");
}

proptest! {
    #[test]
    fn pieces_of_any_size_bring_the_same_messages(cuts in prop::collection::vec(1..20_usize, 0..20)) {
        let mut stream = [CSM, PING, GET, &[0x00, 0x00], &[0xd1, 2, 0x45, 0x7f, 0xff], &[7; 14], RELEASE].concat();
        let whole = messages(&mut after(&stream));
        prop_assert_eq!(whole.len(), 2);
        let mut connection = after(&[]);
        let mut found = vec![];
        for cut in cuts {
            let rest = stream.split_off(cut.min(stream.len()));
            connection.handle_bytes(Instant::START, &stream);
            found.extend(messages(&mut connection));
            stream = rest;
        }
        connection.handle_bytes(Instant::START, &stream);
        found.extend(messages(&mut connection));
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn any_bytes_are_taken_in_bounded_memory(bytes in prop::collection::vec(any::<u8>(), 0..400), csm in any::<bool>()) {
        let mut connection = after(if csm { CSM } else { &[] });
        for piece in bytes.chunks(7) {
            connection.handle_bytes(Instant::START, piece);
            messages(&mut connection);
            while connection.poll_event().is_some() {}
        }
        connection.handle_end();
        sent(&mut connection);
        prop_assert!(connection.is_over());
    }
}

//! RFC 7641.

use super::pair::{Pair, Reaction, client_peer, sent};
use crate::coap::observe::number_after;
use crate::coap::{CallFailure, Code, Gone, Limits, Method, ObservationId, OutgoingRequest, Response};
use crate::coap::{Endpoint, Event, Message, MessageType, OutgoingOption, Received, Token, Writer, number};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

/// NONs may follow each other at once.
const UNPACED: Limits = Limits { notify_interval: Duration::ZERO, ..Limits::DEVICE };

/// A pair whose client observes by this method.
fn observing(limits: Limits, method: Method) -> (Pair, ObservationId) {
    let mut pair = Pair::new(limits);
    pair.react = Box::new(|seen| {
        let state = seen.payload.clone();
        if seen.observes { Reaction::Observed(Code::CONTENT, state) } else { Reaction::Respond(Code::CONTENT, state) }
    });
    let payload: &[u8] = if method == Method::Fetch { b"which" } else { &[] };
    pair.request(&OutgoingRequest { observe: true, payload, ..OutgoingRequest::new(method, "/s") });
    pair.settle();
    assert!(pair.answers[0].observing);
    let id = pair.observations[0];
    pair.answers.clear();
    pair.trace.clear();
    (pair, id)
}

fn told(pair: &Pair) -> Vec<&[u8]> {
    pair.answers.iter().map(|answer| answer.payload.as_slice()).collect()
}

#[test]
fn an_observer_by_get_or_fetch_is_told() {
    for method in [Method::Get, Method::Fetch] {
        let (mut pair, id) = observing(UNPACED, method);
        for state in [b"1", b"2", b"3"] {
            pair.notify(id, Code::CONTENT, state);
            pair.settle();
        }
        assert_eq!(told(&pair), [b"1", b"2", b"3"]);
        assert_eq!(pair.trace, ["<- NON 2.05", "<- NON 2.05", "<- NON 2.05"]);
        assert!(pair.answers.iter().all(|answer| answer.observing));
    }
}

#[test]
fn notifications_that_overtake_each_other_are_told_in_order() {
    let (mut pair, id) = observing(UNPACED, Method::Get);
    let mut datagrams = vec![];
    for state in [b"1", b"2"] {
        let response = Response { payload: state, ..Response::new(Code::CONTENT) };
        pair.server.notify(pair.now, id, &response).unwrap();
        let mut buffer = vec![];
        pair.server.poll_transmit(&mut buffer).unwrap();
        datagrams.push(buffer);
    }
    pair.arrive(false, &datagrams[1]);
    pair.arrive(false, &datagrams[0]);
    assert_eq!(told(&pair), [b"2"]);
}

#[test]
fn a_slow_observer_gets_the_newest_state_alone() {
    let limits = Limits { notify_confirmable_every: 0, ..Limits::DEVICE };
    let (mut pair, id) = observing(limits, Method::Get);
    for state in [b"1", b"2", b"3"] {
        pair.notify(id, Code::CONTENT, state);
    }
    pair.settle();
    assert_eq!(told(&pair), [b"1", b"3"]);
    assert_eq!(pair.trace, ["<- CON 2.05", "-> ACK 0.00", "<- CON 2.05", "-> ACK 0.00"]);
}

#[test]
fn a_retransmission_carries_the_newest_state() {
    let limits = Limits { notify_confirmable_every: 0, ..Limits::DEVICE };
    let (mut pair, id) = observing(limits, Method::Get);
    let first = pair.sent + 1;
    pair.loses = Box::new(move |number| number == first);
    pair.notify(id, Code::CONTENT, b"old");
    pair.notify(id, Code::CONTENT, b"new");
    pair.drive(Duration::from_secs(10));
    assert_eq!(pair.trace, ["<- CON 2.05 lost", "<- CON 2.05", "-> ACK 0.00"]);
    assert_eq!(told(&pair), [b"new"]);
}

#[test]
fn a_confirmable_comes_after_a_day_or_so_many() {
    let limits = Limits { notify_confirmable_every: 3, ..UNPACED };
    let (mut pair, id) = observing(limits, Method::Get);
    for _ in 0..5 {
        pair.notify(id, Code::CONTENT, b"x");
        pair.settle();
    }
    let notifications: Vec<_> = pair.trace.iter().filter(|line| line.starts_with("<-")).collect();
    assert_eq!(notifications, ["<- NON 2.05", "<- NON 2.05", "<- NON 2.05", "<- CON 2.05", "<- NON 2.05"]);
    pair.drive(Duration::from_secs(24 * 3600));
    pair.trace.clear();
    pair.notify(id, Code::CONTENT, b"x");
    pair.settle();
    assert_eq!(pair.trace[0], "<- CON 2.05");
}

#[test]
fn every_notification_is_a_confirmable_where_that_is_asked_for() {
    let (mut pair, id) = observing(UNPACED, Method::Get);
    for confirmed in [true, true, false] {
        pair.server.confirm_notifications(id, confirmed);
        pair.notify(id, Code::CONTENT, b"x");
        pair.settle();
    }
    let notifications: Vec<_> = pair.trace.iter().filter(|line| line.starts_with("<-")).collect();
    assert_eq!(notifications, ["<- CON 2.05", "<- CON 2.05", "<- NON 2.05"]);
}

#[test]
fn nons_follow_each_other_slowly_and_acks_set_the_pace_otherwise() {
    let (mut pair, id) = observing(Limits::DEVICE, Method::Get);
    for wait in [0, 1, 3, 2, 2, 4] {
        pair.drive(Duration::from_secs(wait));
        pair.notify(id, Code::CONTENT, b"x");
    }
    pair.settle();
    let notifications: Vec<_> = pair.trace.iter().filter(|line| line.starts_with("<-")).collect();
    let (con, non) = ("<- CON 2.05", "<- NON 2.05");
    assert_eq!(notifications, [non, con, non, con, con, non]);
}

#[test]
fn an_observer_that_was_told_nothing_for_long_is_to_be_reminded() {
    let limits = Limits { notify_confirmable_after: Duration::from_secs(600), ..Limits::DEVICE };
    let (mut pair, id) = observing(limits, Method::Get);
    pair.drive(Duration::from_secs(300));
    pair.notify(id, Code::CONTENT, b"1");
    pair.drive(Duration::from_secs(301));
    assert_eq!(pair.quiet, [id], "a NON shows nothing");
    pair.trace.clear();
    pair.notify(id, Code::CONTENT, b"1");
    pair.drive(Duration::from_secs(599));
    assert_eq!((pair.trace[0].as_str(), pair.quiet.len()), ("<- CON 2.05", 1));
    pair.drive(Duration::from_secs(2));
    assert_eq!(pair.quiet.len(), 2);
    pair.server.end_observation(id);
    pair.drive(Duration::from_secs(1000));
    assert_eq!(pair.quiet.len(), 2);
}

#[test]
fn an_observation_outlives_a_restart_of_the_server() {
    let limits = Limits { refresh_observations: true, ..Limits::DEVICE };
    let (mut pair, _) = observing(limits.clone(), Method::Fetch);
    pair.server = Endpoint::new(limits, 99);
    pair.observations.clear();
    // Max-Age, and up to 15 s
    pair.drive(Duration::from_secs(76));
    assert_eq!((pair.observations.len(), told(&pair)), (1, vec![&b"which"[..]]));
    let id = pair.observations[0];
    pair.notify(id, Code::CONTENT, b"new");
    pair.settle();
    assert_eq!(told(&pair)[1..], [b"new"]);
}

#[test]
fn a_client_registers_again_from_its_new_address() {
    let (mut pair, old) = observing(Limits::DEVICE, Method::Get);
    pair.client.observe_again(pair.now, pair.calls[0]);
    pair.settle();
    assert_eq!((pair.ended.clone(), pair.observations.len(), pair.answers.len()), (vec![old], 2, 1));
    assert!(pair.answers[0].observing && pair.answers[0].call == pair.calls[0]);
}

#[test]
fn a_vanished_observer_ends_the_observation() {
    let limits = Limits { notify_confirmable_every: 0, ..Limits::DEVICE };
    let (mut pair, id) = observing(limits, Method::Get);
    pair.loses = Box::new(|_| true);
    pair.notify(id, Code::CONTENT, b"x");
    pair.drive(Duration::from_secs(120));
    assert_eq!(pair.ended, [id]);
    assert_eq!((pair.server.usage().observations, pair.server.usage().confirmables), (0, 0));
}

#[test]
fn cancelling_tells_the_server() {
    for method in [Method::Get, Method::Fetch] {
        let (mut pair, id) = observing(Limits::DEVICE, method);
        let call = pair.calls[0];
        pair.client.cancel(pair.now, call);
        pair.settle();
        assert_eq!(pair.ended, [id], "{:?}", pair.trace);
        let gone = pair.server.notify(pair.now, id, &Response::new(Code::CONTENT));
        assert_eq!(gone, Err(Gone));
        assert_eq!((pair.client.usage().calls, pair.answers.len()), (0, 0));
    }
}

#[test]
fn a_reset_of_a_notification_ends_the_observation() {
    for every in [0, 9] {
        let limits = Limits { notify_confirmable_every: every, ..Limits::DEVICE };
        let (mut pair, id) = observing(limits, Method::Get);
        let response = Response::new(Code::CONTENT);
        pair.server.notify(pair.now, id, &response).unwrap();
        let mut sent = vec![];
        pair.server.poll_transmit(&mut sent).unwrap();
        pair.arrive(true, &[0x70, 0, sent[2], sent[3]]);
        pair.transmit();
        assert_eq!(pair.ended, [id], "{every}");
    }
}

#[test]
fn a_lost_client_rejects_what_it_does_not_know() {
    for (notify_confirmable_every, notification) in [(0, "<- CON 2.05"), (86400, "<- NON 2.05")] {
        let limits = Limits { notify_confirmable_every, ..Limits::DEVICE };
        let (mut pair, id) = observing(limits.clone(), Method::Get);
        pair.client = Endpoint::new(limits, 77);
        pair.notify(id, Code::CONTENT, b"x");
        pair.settle();
        assert_eq!(pair.trace, [notification, "-> RST 0.00"]);
        assert_eq!(pair.ended, [id]);
    }
}

/// RFC 7641 section 4.2.
#[test]
fn a_format_that_can_not_be_held_is_the_last_notification() {
    for (formats, last) in [([60, 60], None), ([60, 112], Some(Code::NOT_ACCEPTABLE))] {
        let (mut pair, id) = observing(UNPACED, Method::Get);
        for format in formats {
            // one that the application can't name is no change
            let response = Response { content_format: Some(format), ..Response::new(Code::CONTENT) };
            pair.server.notify(pair.now, id, &response).unwrap();
            pair.settle();
        }
        let ended = pair.answers.last().filter(|answer| !answer.observing).map(|answer| answer.code);
        assert_eq!((ended, pair.ended.len()), (last, usize::from(last.is_some())), "{formats:?}");
    }
}

/// RFC 7641 section 4.3.1.
#[test]
fn a_notification_says_how_old_it_may_get() {
    let (mut pair, id) = observing(UNPACED, Method::Get);
    for (options, expected) in [(&[][..], 60), (&[OutgoingOption::max_age(5)], 5)] {
        pair.server.notify(pair.now, id, &Response { options, ..Response::new(Code::CONTENT) }).unwrap();
        let (_, datagram) = sent(&mut pair.server);
        assert_eq!(Message::parse(&datagram).unwrap().uint(number::MAX_AGE), Some(expected));
    }
}

/// RFC 7641 section 4.4: by less than 2^23 in 256 s, however many others are told, and always up.
#[test]
fn the_number_of_a_notification_is_a_clock() {
    let mut last = 0;
    let mut number = |micros: u64| {
        last = number_after(last, Instant::from_micros(micros));
        last
    };
    assert_eq!(number(32_000), 1000);
    assert_eq!((number(32_000), number(32_000), number(32_033)), (1001, 1002, 1003), "not before the last one");
    assert_eq!(number(64_000), 2000);
    let before = number(10_000_000);
    assert_eq!(number(266_000_000).wrapping_sub(before) % (1 << 24), 8_000_000);
    // the clock goes round in 537 s: who was told longer ago gets the next one
    assert_eq!(number(600_000_000), 266 * 31_250 + 1);
}

/// RFC 7641 section 3.1.
#[test]
fn who_observes_twice_registers_once() {
    let (mut pair, id) = observing(UNPACED, Method::Fetch);
    let again = OutgoingRequest { observe: true, payload: b"which", ..OutgoingRequest::new(Method::Fetch, "/s") };
    let call = pair.request(&again);
    assert_eq!(call, pair.calls[0]);
    pair.settle();
    // the registration was made anew, for a response now
    assert_eq!((told(&pair), pair.server.usage().observations, pair.client.usage().calls), (vec![&b"which"[..]], 1, 1));
    assert_eq!(pair.ended, [id]);
    let other = pair.request(&OutgoingRequest { payload: b"other", ..again });
    pair.settle();
    assert_ne!(other, call, "another question");
    assert_eq!(pair.server.usage().observations, 2);
    let id = pair.observations[1];
    for left in [1, 0] {
        pair.client.cancel(pair.now, call);
        pair.settle();
        assert_eq!(pair.ended.contains(&id), left == 0, "the last one ends it");
    }
}

#[test]
fn an_error_is_the_last_notification() {
    let (mut pair, id) = observing(Limits::DEVICE, Method::Get);
    pair.notify(id, Code::NOT_FOUND, b"");
    pair.settle();
    assert_eq!(pair.trace, ["<- CON 4.04", "-> ACK 0.00"]);
    assert_eq!((pair.answers[0].code, pair.answers[0].observing), (Code::NOT_FOUND, false));
    assert_eq!((pair.server.usage().observations, pair.client.usage().calls), (0, 0));
    assert_eq!(pair.server.notify(pair.now, id, &Response::new(Code::CONTENT)), Err(Gone));
}

#[test]
fn large_notifications_are_fetched_by_block() {
    for method in [Method::Get, Method::Fetch] {
        let (mut pair, id) = observing(Limits::DEVICE, method);
        let states = [vec![1; 2000], vec![2; 1700]];
        for state in &states {
            pair.notify(id, Code::CONTENT, state);
            pair.settle();
        }
        assert_eq!(told(&pair), states, "{:?}", pair.trace);
        assert_eq!(pair.seen.len(), 1, "the application sees the registration alone");
        // One that comes while the older one is fetched takes its place.
        pair.answers.clear();
        pair.notify(id, Code::CONTENT, &states[0]);
        pair.drive(Duration::from_millis(15));
        pair.notify(id, Code::CONTENT, &states[1]);
        pair.settle();
        assert_eq!(told(&pair), [&states[1][..]]);
    }
}

#[test]
fn a_server_may_decline_to_be_observed() {
    let mut pair = Pair::new(Limits { observations: 0, ..Limits::DEVICE });
    pair.react = Box::new(|_| Reaction::Observed(Code::CONTENT, vec![1]));
    pair.request(&OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, "/s") });
    pair.settle();
    assert_eq!((pair.answers.len(), pair.answers[0].observing, pair.observations.len()), (1, false, 0));
    assert_eq!(pair.client.usage().calls, 0);
}

#[test]
fn a_registration_answered_late_observes_too() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Defer);
    pair.request(&OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, "/s") });
    pair.settle();
    let response = Response { payload: b"first", ..Response::new(Code::CONTENT) };
    let id = pair.server.respond_observed(pair.now, pair.seen[0].id, &response).unwrap().unwrap();
    // The separate response is a CON on its way: the newest state waits for its ACK.
    pair.notify(id, Code::CONTENT, b"second");
    pair.settle();
    assert_eq!(told(&pair), [&b"first"[..], b"second"]);
    assert_eq!(pair.failures, Vec::<(_, CallFailure)>::new());
}

/// A registration (or its end) with this token.
fn observe(id: u16, token: u8, value: u32) -> Vec<u8> {
    let mut datagram = vec![];
    let token = Token::new(&[token]).unwrap();
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, id, token);
    writer.uint(number::OBSERVE, value);
    datagram
}

#[test]
fn registering_again_with_the_same_token_replaces() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let mut ids = vec![];
    for (message_id, token) in [(1, 7), (2, 8), (3, 7)] {
        let datagram = observe(message_id, token, 0);
        let received = endpoint.handle_datagram(Instant::START, client_peer(), &datagram);
        let Some(Received::Request(request)) = received else { panic!("no request") };
        let id = request.id;
        ids.extend(endpoint.respond_observed(Instant::START, id, &Response::new(Code::CONTENT)).unwrap());
    }
    assert_eq!((ids.len(), endpoint.usage().observations), (3, 2));
    assert_eq!(endpoint.poll_event(), Some(Event::ObservationEnded(ids[0])));
    let datagram = observe(4, 8, 1);
    let received = endpoint.handle_datagram(Instant::START, client_peer(), &datagram);
    assert!(matches!(received, Some(Received::Request(_))));
    assert_eq!(endpoint.poll_event(), Some(Event::ObservationEnded(ids[1])));
    assert_eq!(endpoint.poll_event(), None);
}

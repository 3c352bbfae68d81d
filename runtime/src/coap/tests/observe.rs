//! RFC 7641.

use super::pair::{Pair, Reaction, client_peer};
use crate::coap::{CallFailure, Code, Gone, Limits, Method, ObservationId, OutgoingRequest, Response};
use crate::coap::{Endpoint, Event, MessageType, Received, Token, Usage, Writer, number};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

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
        let (mut pair, id) = observing(Limits::DEVICE, method);
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
    let (mut pair, id) = observing(Limits::DEVICE, Method::Get);
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
    let limits = Limits { notify_confirmable_every: 3, ..Limits::DEVICE };
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
        assert_eq!((pair.client.usage(), pair.answers.len()), (Usage::default(), 0));
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
    let limits = Limits { notify_confirmable_every: 0, ..Limits::DEVICE };
    let (mut pair, id) = observing(limits.clone(), Method::Get);
    pair.client = Endpoint::new(limits, 77);
    pair.notify(id, Code::CONTENT, b"x");
    pair.settle();
    assert_eq!(pair.trace, ["<- CON 2.05", "-> RST 0.00"]);
    assert_eq!(pair.ended, [id]);
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

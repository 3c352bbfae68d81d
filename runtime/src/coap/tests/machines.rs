//! Every state and event of the machines, against the drawings over their enums.

use super::pair::{client_peer, sent, server_peer};
use crate::coap::call::Stage;
use crate::coap::drawn::check;
use crate::coap::exchange::State as Exchange;
use crate::coap::observe::State as Observation;
use crate::coap::{
    Code, Endpoint, Limits, MessageType, Method, ObservationId, OutgoingRequest, Peer, Received, RequestId, Response,
    Token, Writer, number,
};
use crate::time::Instant;
use alloc::string::{String, ToString as _};
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const NOW: Instant = Instant::from_secs(1000);
const OK: Response<'static> = Response::new(Code::CONTENT);

fn message(kind: MessageType, code: Code, id: u16, token: &[u8], observe: Option<u32>) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, kind, code, id, Token::new(token).unwrap());
    observe.into_iter().for_each(|value| writer.uint(number::OBSERVE, value));
    datagram
}

fn deliver(endpoint: &mut Endpoint, peer: Peer, datagram: &[u8]) -> Option<RequestId> {
    match endpoint.handle_datagram(NOW, peer, datagram) {
        Some(Received::Request(request)) => Some(request.id),
        _ => None,
    }
}

/// Takes the endpoint past its next deadline, so many times.
fn time_out(endpoint: &mut Endpoint, times: usize) {
    for _ in 0..times {
        let at = endpoint.poll_timeout().unwrap_or(NOW);
        endpoint.handle_timeout(at);
    }
}

fn exchange(state: &str, event: &str) -> (String, &'static str) {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let held = state == "Held";
    let kind = if held { MessageType::NonConfirmable } else { MessageType::Confirmable };
    let request = message(kind, Code::GET, 1, b"t", None);
    let id = match held {
        false => deliver(&mut endpoint, client_peer(), &request).unwrap(),
        true => match endpoint.handle_multicast(NOW, client_peer(), &request) {
            Some(Received::Request(request)) => request.id,
            _ => panic!("no request"),
        },
    };
    if held {
        endpoint.respond(NOW, id, &Response { payload: b"x", ..OK }).unwrap();
    }
    if matches!(state, "Deferred" | "Separate") {
        endpoint.defer(NOW, id).unwrap();
    }
    if matches!(state, "Answered" | "Separate") {
        endpoint.respond(NOW, id, &OK).unwrap();
    }
    if state == "Separate" {
        let (_, separate) = sent(&mut endpoint);
        let ack = message(
            MessageType::Acknowledgement,
            Code::EMPTY,
            u16::from_be_bytes([separate[2], separate[3]]),
            b"",
            None,
        );
        deliver(&mut endpoint, client_peer(), &ack);
    }
    sent(&mut endpoint);
    let gone = match event {
        "respond" => endpoint.respond(NOW, id, &OK).is_err(),
        "defer" => endpoint.defer(NOW, id).is_err(),
        "duplicate" => deliver(&mut endpoint, client_peer(), &request).is_some(),
        "delay" => {
            endpoint.handle_timeout(NOW + Limits::DEVICE.separate_delay);
            false
        }
        "leisure" => {
            endpoint.handle_timeout(NOW + Limits::DEVICE.leisure);
            false
        }
        "lifetime" => {
            endpoint.handle_timeout(NOW + Limits::DEVICE.exchange_lifetime());
            false
        }
        other => panic!("{other}"),
    };
    let after = match endpoint.exchanges.get(id.0).map(|exchange| &exchange.state) {
        None => "gone",
        Some(Exchange::Received) => "Received",
        Some(Exchange::Deferred) => "Deferred",
        Some(Exchange::Answered(_)) => "Answered",
        Some(Exchange::Separate) => "Separate",
        Some(Exchange::Held(_)) => "Held",
    };
    (if gone { "Gone".to_string() } else { sent(&mut endpoint).0 }, after)
}

#[test]
fn exchanges_do_what_is_drawn() {
    let table = [
        ("Received", "respond", "ACK 2.05", "Answered"),
        ("Received", "defer", "ACK 0.00", "Deferred"),
        ("Received", "duplicate", "", "Received"),
        ("Received", "delay", "ACK 0.00", "Deferred"),
        // later than the delay, and late is as good as in time
        ("Received", "leisure", "ACK 0.00", "Deferred"),
        ("Received", "lifetime", "", "gone"),
        ("Deferred", "respond", "CON 2.05", "Separate"),
        ("Deferred", "defer", "", "Deferred"),
        ("Deferred", "duplicate", "ACK 0.00", "Deferred"),
        ("Deferred", "delay", "", "Deferred"),
        ("Deferred", "leisure", "", "Deferred"),
        ("Deferred", "lifetime", "", "gone"),
        ("Answered", "respond", "Gone", "Answered"),
        ("Answered", "defer", "Gone", "Answered"),
        ("Answered", "duplicate", "ACK 2.05", "Answered"),
        ("Answered", "delay", "", "Answered"),
        ("Answered", "leisure", "", "Answered"),
        ("Answered", "lifetime", "", "gone"),
        ("Held", "respond", "Gone", "Held"),
        ("Held", "defer", "Gone", "Held"),
        ("Held", "duplicate", "", "Held"),
        ("Held", "delay", "", "Held"),
        ("Held", "leisure", "NON 2.05", "Separate"),
        // nobody waits for what is as late as that
        ("Held", "lifetime", "", "gone"),
        ("Separate", "leisure", "", "Separate"),
        ("Separate", "respond", "Gone", "Separate"),
        ("Separate", "defer", "Gone", "Separate"),
        ("Separate", "duplicate", "ACK 0.00", "Separate"),
        ("Separate", "delay", "", "Separate"),
        ("Separate", "lifetime", "", "gone"),
    ];
    check(&table, exchange);
}

fn observation(state: &str, event: &str) -> (String, &'static str) {
    let every = if state == "Idle" { 99 } else { 0 };
    let mut endpoint =
        Endpoint::new(Limits { notify_confirmable_every: every, notify_interval: Duration::ZERO, ..Limits::DEVICE }, 1);
    let register = message(MessageType::Confirmable, Code::GET, 1, b"t", Some(0));
    let request = deliver(&mut endpoint, client_peer(), &register).unwrap();
    let id: ObservationId = endpoint.respond_observed(NOW, request, &OK).unwrap().unwrap();
    sent(&mut endpoint);
    endpoint.notify(NOW, id, &OK).unwrap();
    let (_, notification) = sent(&mut endpoint);
    let message_id = u16::from_be_bytes([notification[2], notification[3]]);
    if state == "Newest" {
        endpoint.notify(NOW, id, &OK).unwrap();
    }
    match event {
        "notify" => endpoint.notify(NOW, id, &OK).unwrap(),
        "error" => endpoint.notify(NOW, id, &Response::new(Code::NOT_FOUND)).unwrap(),
        "ACK" | "RST" => {
            let kind = if event == "ACK" { MessageType::Acknowledgement } else { MessageType::Reset };
            deliver(&mut endpoint, client_peer(), &message(kind, Code::EMPTY, message_id, b"", None));
        }
        "timeout" => endpoint.handle_timeout(NOW + Duration::from_secs(3)),
        "silence" => time_out(&mut endpoint, 5),
        "deregister" => {
            let deregister = message(MessageType::Confirmable, Code::GET, 2, b"t", Some(1));
            deliver(&mut endpoint, client_peer(), &deregister);
        }
        "end" => endpoint.end_observation(id),
        other => panic!("{other}"),
    }
    let after = match endpoint.observations.get(id.0).map(|observation| &observation.state) {
        None => "gone",
        Some(Observation::Idle) => "Idle",
        Some(Observation::InFlight { newest: None, .. }) => "InFlight",
        Some(Observation::InFlight { newest: Some(_), .. }) => "Newest",
    };
    let told = if endpoint.poll_event().is_some() { "!" } else { "" };
    (sent(&mut endpoint).0 + told, after)
}

#[test]
fn observations_do_what_is_drawn() {
    let table = [
        ("Idle", "notify", "NON 2.05", "Idle"),
        ("Idle", "error", "CON 4.04", "gone"),
        ("Idle", "ACK", "", "Idle"),
        ("Idle", "RST", "!", "gone"),
        ("Idle", "timeout", "", "Idle"),
        ("Idle", "silence", "!", "Idle"),
        ("Idle", "deregister", "!", "gone"),
        ("Idle", "end", "", "gone"),
        ("InFlight", "notify", "", "Newest"),
        ("InFlight", "error", "CON 4.04", "gone"),
        ("InFlight", "ACK", "", "Idle"),
        ("InFlight", "RST", "!", "gone"),
        ("InFlight", "timeout", "CON 2.05", "InFlight"),
        ("InFlight", "silence", "!", "gone"),
        ("InFlight", "deregister", "!", "gone"),
        ("InFlight", "end", "", "gone"),
        ("Newest", "notify", "", "Newest"),
        ("Newest", "error", "CON 4.04", "gone"),
        ("Newest", "ACK", "CON 2.05", "InFlight"),
        ("Newest", "RST", "!", "gone"),
        ("Newest", "timeout", "CON 2.05", "InFlight"),
        ("Newest", "silence", "!", "gone"),
        ("Newest", "deregister", "!", "gone"),
        ("Newest", "end", "", "gone"),
    ];
    check(&table, observation);
}

fn call(state: &str, event: &str) -> (String, &'static str) {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    let observe = state == "Observing";
    let request = OutgoingRequest { observe, ..OutgoingRequest::new(Method::Get, "/s") };
    let call = endpoint.call(NOW, server_peer(), &request).unwrap();
    let (_, datagram) = sent(&mut endpoint);
    let (message_id, token) = (u16::from_be_bytes([datagram[2], datagram[3]]), &datagram[4..12]);
    let mut arrive = |kind, code, observe| {
        let token = if code == Code::EMPTY { b"" } else { token };
        endpoint.handle_datagram(NOW, server_peer(), &message(kind, code, message_id, token, observe)).is_some()
    };
    use MessageType::{Acknowledgement, Confirmable, NonConfirmable, Reset};
    match state {
        "Waiting" => assert!(!arrive(Acknowledgement, Code::EMPTY, None)),
        "Observing" => assert!(arrive(Acknowledgement, Code::CONTENT, Some(5))),
        _ => {}
    }
    let brought = match event {
        "ACK" => arrive(Acknowledgement, Code::EMPTY, None),
        "ACK with response" => arrive(Acknowledgement, Code::CONTENT, None),
        "response" => arrive(Confirmable, Code::CONTENT, None),
        "notification" => arrive(NonConfirmable, Code::CONTENT, Some(6)),
        "old notification" => arrive(NonConfirmable, Code::CONTENT, Some(4)),
        "RST" => arrive(Reset, Code::EMPTY, None),
        "silence" => {
            time_out(&mut endpoint, 6);
            // Retransmissions are counted elsewhere.
            sent(&mut endpoint);
            false
        }
        "cancel" => {
            endpoint.cancel(NOW, call);
            false
        }
        other => panic!("{other}"),
    };
    let failed = endpoint.poll_event().is_some();
    let mut does = sent(&mut endpoint).0;
    does += if brought { "+" } else { "" };
    does += if failed { "!" } else { "" };
    let after = match endpoint.calls.entries.get(call.0).map(|call| call.stage) {
        None => "gone",
        Some(Stage::InFlight(_)) => "InFlight",
        Some(Stage::Waiting) => "Waiting",
        Some(Stage::Observing) => "Observing",
    };
    (does, after)
}

#[test]
fn calls_do_what_is_drawn() {
    let table = [
        ("InFlight", "ACK", "", "Waiting"),
        ("InFlight", "ACK with response", "+", "gone"),
        ("InFlight", "response", "ACK 0.00+", "gone"),
        // of a request that doesn't observe they are responses as any
        ("InFlight", "notification", "+", "gone"),
        ("InFlight", "old notification", "+", "gone"),
        ("InFlight", "RST", "!", "gone"),
        ("InFlight", "silence", "!", "gone"),
        ("InFlight", "cancel", "", "gone"),
        ("Waiting", "ACK", "", "Waiting"),
        ("Waiting", "ACK with response", "", "Waiting"),
        ("Waiting", "response", "ACK 0.00+", "gone"),
        ("Waiting", "notification", "+", "gone"),
        ("Waiting", "old notification", "+", "gone"),
        ("Waiting", "RST", "", "Waiting"),
        ("Waiting", "silence", "!", "gone"),
        ("Waiting", "cancel", "", "gone"),
        ("Observing", "ACK", "", "Observing"),
        ("Observing", "ACK with response", "", "Observing"),
        ("Observing", "notification", "+", "Observing"),
        ("Observing", "old notification", "", "Observing"),
        ("Observing", "response", "ACK 0.00+", "gone"),
        ("Observing", "RST", "", "Observing"),
        ("Observing", "silence", "", "Observing"),
        ("Observing", "cancel", "CON 0.01", "gone"),
    ];
    check(&table, call);
}

//! Every state and event of what comes and goes in blocks and turns, against the drawings: [`Transfer`] of a call, the
//! bodies that arrive (`upload`), our messages (`confirmable`).

use super::pair::{client_peer, sent, server_peer};
use crate::coap::call::Transfer;
use crate::coap::confirmable::State as Turn;
use crate::coap::drawn::check;
use crate::coap::observe::State as Observation;
use crate::coap::{
    Block, Code, Endpoint, Limits, Message, MessageType, Method, OutgoingRequest, Received, Response, Writer, number,
};
use crate::time::Instant;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const NOW: Instant = Instant::from_secs(1000);
const LIMITS: Limits = Limits { block_size: 16, notify_confirmable_every: 0, ..Limits::DEVICE };

fn block(number: u32, more: bool) -> Option<Block> {
    Some(Block { number, more, exponent: 0 })
}

/// A response as it may come: to the last message of a call, or to its first one.
#[derive(Clone, Copy, Default)]
struct Incoming<'a> {
    code: Option<Code>,
    block1: Option<Block>,
    block2: Option<Block>,
    observe: Option<u32>,
    etag: &'a [u8],
    notifies: bool,
}

/// A FETCH that observes, with a body of three blocks.
struct Asking {
    endpoint: Endpoint,
    call: crate::coap::CallId,
    first: Vec<u8>,
    last: Vec<u8>,
}

impl Asking {
    fn new() -> Asking {
        let mut endpoint = Endpoint::new(LIMITS, 1);
        let request = OutgoingRequest { observe: true, payload: &[7; 40], ..OutgoingRequest::new(Method::Fetch, "/c") };
        let call = endpoint.call(NOW, server_peer(), &request).unwrap();
        let first = sent(&mut endpoint).1;
        Asking { endpoint, call, last: first.clone(), first }
    }

    /// What the arrival does: `+` brings a response, `!` ends the call.
    fn arrive(&mut self, incoming: Incoming<'_>) -> String {
        let asked = if incoming.notifies { &self.first } else { &self.last };
        let (asked, mut datagram) = (Message::parse(asked).unwrap(), vec![]);
        let kind = if incoming.notifies { MessageType::NonConfirmable } else { MessageType::Acknowledgement };
        let code = incoming.code.unwrap_or(Code::CONTENT);
        let mut writer = Writer::new(&mut datagram, kind, code, asked.id(), asked.token());
        if !incoming.etag.is_empty() {
            writer.option(number::ETAG, incoming.etag);
        }
        incoming.observe.into_iter().for_each(|number| writer.uint(number::OBSERVE, number));
        incoming.block2.into_iter().for_each(|block| writer.uint(number::BLOCK2, block.value()));
        incoming.block1.into_iter().for_each(|block| writer.uint(number::BLOCK1, block.value()));
        writer.payload(if incoming.block2.is_some() { &[1; 16] } else { b"" });
        let brought = self.endpoint.handle_datagram(NOW, server_peer(), &datagram).is_some();
        self.after(brought)
    }

    fn after(&mut self, brought: bool) -> String {
        let (mut does, last) = sent(&mut self.endpoint);
        if !last.is_empty() {
            self.last = last;
        }
        does += if brought { "+" } else { "" };
        does += if self.endpoint.poll_event().is_some() { "!" } else { "" };
        does
    }

    /// The message on its way is given up.
    fn silence(&mut self) -> String {
        for _ in 0..5 {
            sent(&mut self.endpoint);
            let at = self.endpoint.poll_timeout().unwrap_or(NOW);
            self.endpoint.handle_timeout(at.min(NOW + Duration::from_secs(100)));
        }
        self.after(false)
    }

    fn state(&self) -> &'static str {
        match self.endpoint.calls.entries.get(self.call.0).map(|call| &call.transfer) {
            None => "gone",
            Some(Transfer::Request { .. }) => "Request",
            Some(Transfer::Response(_)) => "Response",
            Some(Transfer::Nothing) => "Nothing",
        }
    }
}

fn transfer(state: &str, event: &str) -> (String, &'static str) {
    let mut asking = Asking::new();
    let first = Incoming { block2: block(0, true), observe: Some(5), etag: b"a", ..Incoming::default() };
    let whole = Incoming { observe: Some(6), ..Incoming::default() };
    match state {
        "Response" => assert_eq!(asking.arrive(first), "CON 0.05"),
        "Nothing" => assert_eq!(asking.arrive(Incoming { observe: Some(5), ..whole }), "+"),
        _ => {}
    }
    assert_eq!(asking.state(), state);
    let notifies = state == "Nothing";
    let does = match event {
        "2.31" => asking.arrive(Incoming {
            code: Some(Code::CONTINUE),
            block1: block(0, true),
            notifies,
            ..Incoming::default()
        }),
        "4.08" => {
            asking.arrive(Incoming { code: Some(Code::REQUEST_ENTITY_INCOMPLETE), notifies, ..Incoming::default() })
        }
        "whole" => asking.arrive(Incoming { notifies, ..whole }),
        "first block" => asking.arrive(Incoming { notifies, observe: Some(6), ..first }),
        "next block" => asking.arrive(Incoming { block2: block(1, true), etag: b"a", notifies, ..Incoming::default() }),
        "last block" => {
            asking.arrive(Incoming { block2: block(1, false), etag: b"a", notifies, ..Incoming::default() })
        }
        "gap" => asking.arrive(Incoming { block2: block(3, true), etag: b"a", notifies, ..Incoming::default() }),
        "another ETag" => {
            asking.arrive(Incoming { block2: block(1, true), etag: b"b", notifies, ..Incoming::default() })
        }
        "notification" => asking.arrive(Incoming { notifies: true, ..whole }),
        "silence" => asking.silence(),
        other => panic!("{other}"),
    };
    (does, asking.state())
}

#[test]
fn transfers_of_calls_do_what_is_drawn() {
    let table = [
        ("Request", "2.31", "CON 0.05", "Request"),
        ("Request", "4.08", "CON 0.05", "Request"),
        ("Request", "whole", "+", "Nothing"),
        ("Request", "first block", "CON 0.05", "Response"),
        ("Request", "next block", "!", "gone"),
        ("Request", "last block", "!", "gone"),
        ("Request", "gap", "!", "gone"),
        ("Request", "another ETag", "!", "gone"),
        ("Request", "notification", "+", "Nothing"),
        ("Request", "silence", "CON 0.05", "Request"),
        // its answer goes on no more, the observation does
        ("Response", "2.31", "", "Nothing"),
        ("Response", "4.08", "CON 0.05", "Request"),
        ("Response", "whole", "+", "Nothing"),
        ("Response", "first block", "", "Response"),
        ("Response", "next block", "CON 0.05", "Response"),
        ("Response", "last block", "+", "Nothing"),
        ("Response", "gap", "", "Nothing"),
        ("Response", "another ETag", "CON 0.05", "Request"),
        ("Response", "notification", "+", "Nothing"),
        ("Response", "silence", "CON 0.05", "Response"),
        ("Nothing", "2.31", "!", "gone"),
        ("Nothing", "4.08", "+", "gone"),
        ("Nothing", "whole", "+", "Nothing"),
        ("Nothing", "first block", "CON 0.05", "Response"),
        ("Nothing", "next block", "!", "gone"),
        ("Nothing", "last block", "!", "gone"),
        ("Nothing", "gap", "!", "gone"),
        ("Nothing", "another ETag", "!", "gone"),
        ("Nothing", "notification", "+", "Nothing"),
        ("Nothing", "silence", "", "Nothing"),
    ];
    check(&table, transfer);
}

/// A server to which a body comes in blocks of 16 bytes; it answers 2.04.
fn upload(state: &str, event: &str) -> (String, &'static str) {
    let mut endpoint = Endpoint::new(LIMITS, 1);
    let arrive = |endpoint: &mut Endpoint, id, number, more, size1: Option<u32>| {
        let mut datagram = vec![];
        let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::POST, id, b"");
        writer.uint(number::BLOCK1, Block { number, more, exponent: 0 }.value());
        size1.into_iter().for_each(|size| writer.uint(number::SIZE1, size));
        writer.payload(&[1; 16]);
        let delivered = match endpoint.handle_datagram(NOW, client_peer(), &datagram) {
            Some(Received::Request(request)) => Some(request.id),
            _ => None,
        };
        if let Some(id) = delivered {
            endpoint.respond(NOW, id, &Response::new(Code::CHANGED)).unwrap();
        }
        sent(endpoint).0 + if delivered.is_some() { "+" } else { "" }
    };
    if state != "Absent" {
        assert_eq!(arrive(&mut endpoint, 1, 0, true, None), "ACK 2.31");
    }
    if state == "Delivered" {
        assert_eq!(arrive(&mut endpoint, 2, 1, false, None), "ACK 2.04+");
    }
    let does = match event {
        "first" => arrive(&mut endpoint, 10, 0, true, None),
        "first again" => arrive(&mut endpoint, 1, 0, true, None),
        "next" => arrive(&mut endpoint, 10, 1, true, None),
        "gap" => arrive(&mut endpoint, 10, 3, true, None),
        "last" => arrive(&mut endpoint, 10, 1, false, None),
        "too large" => arrive(&mut endpoint, 10, 0, true, Some(5000)),
        "silence" => {
            endpoint.handle_timeout(NOW + LIMITS.transfer_timeout);
            sent(&mut endpoint).0
        }
        other => panic!("{other}"),
    };
    let usage = endpoint.usage();
    let after = match (usage.transfers, usage.exchanges) {
        (1, _) => "Receiving",
        (_, 1) => "Delivered",
        _ => "Absent",
    };
    (does, after)
}

#[test]
fn bodies_that_arrive_do_what_is_drawn() {
    let table = [
        ("Absent", "first", "ACK 2.31", "Receiving"),
        ("Absent", "first again", "ACK 2.31", "Receiving"),
        ("Absent", "next", "ACK 4.08", "Absent"),
        ("Absent", "gap", "ACK 4.08", "Absent"),
        ("Absent", "last", "ACK 4.08", "Absent"),
        ("Absent", "too large", "ACK 4.13", "Absent"),
        ("Absent", "silence", "", "Absent"),
        ("Receiving", "first", "ACK 2.31", "Receiving"),
        ("Receiving", "first again", "ACK 2.31", "Receiving"),
        ("Receiving", "next", "ACK 2.31", "Receiving"),
        ("Receiving", "gap", "ACK 4.08", "Absent"),
        ("Receiving", "last", "ACK 2.04+", "Delivered"),
        ("Receiving", "too large", "ACK 4.13", "Absent"),
        ("Receiving", "silence", "", "Absent"),
        ("Delivered", "first", "ACK 2.31", "Receiving"),
        ("Delivered", "first again", "ACK 2.31", "Delivered"),
        ("Delivered", "next", "ACK 4.08", "Delivered"),
        ("Delivered", "gap", "ACK 4.08", "Delivered"),
        ("Delivered", "last", "ACK 2.04", "Delivered"),
        ("Delivered", "too large", "ACK 4.13", "Delivered"),
        ("Delivered", "silence", "", "Absent"),
    ];
    check(&table, upload);
}

/// Two observations of one peer, both with a CON: the first is on its way, the second waits for its turn.
fn turn(state: &str, event: &str) -> (String, &'static str) {
    let mut endpoint = Endpoint::new(LIMITS, 1);
    let mut ids = vec![];
    for id in [1, 2] {
        let mut datagram = vec![];
        let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, id, id.to_be_bytes());
        writer.uint(number::OBSERVE, 0);
        let Some(Received::Request(request)) = endpoint.handle_datagram(NOW, client_peer(), &datagram) else {
            panic!()
        };
        let request = request.id;
        ids.extend(endpoint.respond_observed(NOW, request, &Response::new(Code::CONTENT)).unwrap());
    }
    sent(&mut endpoint);
    let count = if state == "Queued" { 2 } else { 1 };
    ids.iter().take(count).for_each(|id| endpoint.notify(NOW, *id, &Response::new(Code::CONTENT)).unwrap());
    let (_, first) = sent(&mut endpoint);
    let own = ids[count - 1];
    let key_of = |endpoint: &Endpoint| match endpoint.observations.get(own.0).map(|observation| &observation.state) {
        Some(Observation::InFlight { message, .. }) => Some(*message),
        _ => None,
    };
    let key = key_of(&endpoint).unwrap();
    let [high, low] = endpoint.confirmables.get(key).unwrap().message_id.to_be_bytes();
    match event {
        "ACK" => drop(endpoint.handle_datagram(NOW, client_peer(), &[0x60, 0, high, low])),
        "RST" => drop(endpoint.handle_datagram(NOW, client_peer(), &[0x70, 0, high, low])),
        "turn" => drop(endpoint.handle_datagram(NOW, client_peer(), &[0x60, 0, first[2], first[3]])),
        "timeout" => endpoint.handle_timeout(NOW + Duration::from_secs(3)),
        "last timeout" => (0..5).for_each(|_| {
            sent(&mut endpoint);
            endpoint.handle_timeout(endpoint.poll_timeout().unwrap());
        }),
        "end" => endpoint.end_observation(own),
        other => panic!("{other}"),
    }
    let after = match endpoint.confirmables.get(key).map(|confirmable| confirmable.state) {
        None => "gone",
        Some(Turn::Queued { .. }) => "Queued",
        Some(Turn::Outstanding { .. }) => "Outstanding",
    };
    let told = if endpoint.poll_event().is_some() { "!" } else { "" };
    (sent(&mut endpoint).0 + told, after)
}

#[test]
fn our_messages_do_what_is_drawn() {
    let table = [
        ("Queued", "ACK", "", "Queued"),
        ("Queued", "RST", "", "Queued"),
        ("Queued", "turn", "CON 2.05", "Outstanding"),
        // the one before it is sent again
        ("Queued", "timeout", "CON 2.05", "Queued"),
        // the one before it is given up
        ("Queued", "last timeout", "CON 2.05!", "Outstanding"),
        ("Queued", "end", "", "gone"),
        ("Outstanding", "ACK", "", "gone"),
        ("Outstanding", "RST", "!", "gone"),
        ("Outstanding", "turn", "", "gone"),
        ("Outstanding", "timeout", "CON 2.05", "Outstanding"),
        ("Outstanding", "last timeout", "!", "gone"),
        ("Outstanding", "end", "", "gone"),
    ];
    check(&table, turn);
}

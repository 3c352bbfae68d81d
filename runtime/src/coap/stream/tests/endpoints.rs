//! Two endpoints over one connection: the same requests, observers and blocks as over datagrams.

use super::super::{Connection, Ending, Event as ConnectionEvent, Limits as StreamLimits};
use crate::coap::{
    Block, CallFailure, Code, Endpoint, Event, Limits, Message, Method, Observe, OutgoingRequest, Peer, Received,
    Response, Usage, number,
};
use crate::time::Instant;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const NOW: Instant = Instant::from_secs(1);
const BERT: StreamLimits = StreamLimits { message: 4 * 1024 + 500, ..StreamLimits::DEVICE };

struct End {
    endpoint: Endpoint,
    connection: Connection,
    peer: Peer,
}

impl End {
    fn new(limits: &Limits, stream: StreamLimits, seed: u64) -> End {
        End {
            endpoint: Endpoint::new(limits.clone(), seed),
            connection: Connection::new(NOW, stream),
            peer: Peer::connected("[2001:db8::1]:5683".parse().unwrap(), 7),
        }
    }

    /// The bytes that it sends now.
    fn transmit(&mut self) -> Vec<u8> {
        let (mut datagram, mut all, mut bytes) = (vec![], vec![], vec![]);
        while let Some(to) = self.endpoint.poll_transmit(&mut datagram) {
            assert_eq!(to, self.peer);
            self.connection.send(&datagram).unwrap();
        }
        while self.connection.poll_transmit(&mut bytes) {
            all.extend_from_slice(&bytes);
        }
        all
    }

    fn events(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                ConnectionEvent::Capabilities(told) => self.endpoint.connection_opened(self.peer, told),
                ConnectionEvent::Ended(_) => self.endpoint.connection_closed(self.peer),
            }
        }
    }
}

/// Both ends, a server that answers every request with `body`, and what was said.
struct Pair {
    client: End,
    server: End,
    body: Vec<u8>,
    uploaded: Vec<Vec<u8>>,
    answers: Vec<(Code, Vec<u8>, bool)>,
    /// Code, Block1 or Block2 with its payload's length, of every message from the server.
    trace: Vec<String>,
    observations: Vec<crate::coap::ObservationId>,
}

impl Pair {
    fn new(client: StreamLimits, server: StreamLimits) -> Pair {
        let limits = Limits { body: 1 << 20, ..Limits::DEVICE };
        let mut pair = Pair {
            client: End::new(&limits, client, 1),
            server: End::new(&limits, server, 2),
            body: vec![],
            uploaded: vec![],
            answers: vec![],
            trace: vec![],
            observations: vec![],
        };
        pair.drive();
        pair
    }

    fn request(&mut self, request: &OutgoingRequest<'_>) -> crate::coap::CallId {
        self.client.endpoint.call(NOW, self.client.peer, request).unwrap()
    }

    fn drive(&mut self) {
        let mut datagram = vec![];
        loop {
            let (to_server, to_client) = (self.client.transmit(), self.server.transmit());
            if to_server.is_empty() && to_client.is_empty() {
                return;
            }
            self.server.connection.handle_bytes(NOW, &to_server);
            while self.server.connection.poll_message(&mut datagram) {
                self.server.events();
                self.serve(&datagram);
            }
            self.server.events();
            self.client.connection.handle_bytes(NOW, &to_client);
            while self.client.connection.poll_message(&mut datagram) {
                self.client.events();
                self.trace.push(line(&datagram));
                let peer = self.client.peer;
                if let Some(Received::Response { response, .. }) =
                    self.client.endpoint.handle_datagram(NOW, peer, &datagram)
                {
                    self.answers.push((response.code, response.payload.to_vec(), response.observing));
                }
            }
            self.client.events();
        }
    }

    fn serve(&mut self, datagram: &[u8]) {
        let peer = self.server.peer;
        let Some(Received::Request(request)) = self.server.endpoint.handle_datagram(NOW, peer, datagram) else {
            return;
        };
        let (id, observes) = (request.id, request.observe == Some(Observe::Register));
        self.uploaded.push(request.payload.to_vec());
        let response = Response::content(0, &self.body);
        if observes {
            self.observations.extend(self.server.endpoint.respond_observed(NOW, id, &response).unwrap());
        } else {
            self.server.endpoint.respond(NOW, id, &response).unwrap();
        }
    }
}

fn line(datagram: &[u8]) -> String {
    let message = Message::parse(datagram).unwrap();
    let block = |number, name| {
        let option = message.option(number)?;
        let block = Block::read_from(&Peer::connected("[::1]:1".parse().unwrap(), 1), option)?;
        let (number, more, exponent) = (block.number, u8::from(block.more), block.exponent);
        Some(alloc::format!(" {name}:{number}/{more}/{exponent}({})", message.payload().len()))
    };
    let block = block(number::BLOCK1, 1).or_else(|| block(number::BLOCK2, 2)).unwrap_or_default();
    alloc::format!("{}{block}", message.code())
}

fn body(length: usize) -> Vec<u8> {
    (0..length).map(|place| u8::try_from(place % 251).unwrap()).collect()
}

#[test]
fn a_request_is_answered_and_leaves_nothing() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    pair.body = body(1000);
    for _ in 0..50 {
        pair.request(&OutgoingRequest::new(Method::Get, "/c"));
        pair.drive();
    }
    assert_eq!(pair.answers.len(), 50);
    assert!(pair.answers.iter().all(|(code, payload, _)| *code == Code::CONTENT && *payload == pair.body));
    assert_eq!((pair.server.endpoint.usage(), pair.server.endpoint.poll_timeout()), (Usage::default(), None));
    assert_eq!((pair.client.endpoint.usage(), pair.client.endpoint.poll_timeout()), (Usage::default(), None));
}

/// RFC 8323 section 6.1: several blocks in a message, the number counts in blocks.
#[test]
fn a_large_body_comes_in_bert_blocks() {
    let mut pair = Pair::new(BERT, BERT);
    pair.body = body(10_000);
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.drive();
    assert_eq!(pair.answers, [(Code::CONTENT, pair.body.clone(), false)]);
    assert_eq!(pair.trace, ["2.05 2:0/1/7(4096)", "2.05 2:4/1/7(4096)", "2.05 2:8/0/7(1808)"]);
}

/// RFC 8323 section 6.2.
#[test]
fn a_large_body_goes_in_bert_blocks() {
    let mut pair = Pair::new(BERT, BERT);
    let sent = body(9000);
    pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(Method::Put, "/c") });
    pair.drive();
    assert_eq!(pair.uploaded, [sent]);
    assert_eq!(pair.trace[..2], ["2.31 1:0/1/7(0)", "2.31 1:4/1/7(0)"]);
    assert_eq!(pair.answers.len(), 1);
}

#[test]
fn without_bert_blocks_have_1024_bytes() {
    for (client, server) in [(BERT, StreamLimits::DEVICE), (StreamLimits::DEVICE, BERT)] {
        let mut pair = Pair::new(client, server);
        let sent = body(3000);
        pair.body = body(2500);
        pair.request(&OutgoingRequest { payload: &sent, ..OutgoingRequest::new(Method::Put, "/c") });
        pair.drive();
        assert_eq!((&pair.uploaded, pair.answers.len()), (&vec![sent], 1), "{:?}", pair.trace);
        assert_eq!(pair.answers[0].1, pair.body);
    }
}

#[test]
fn a_body_that_fits_into_the_peers_limit_needs_no_blocks() {
    let mut pair = Pair::new(BERT, BERT);
    pair.body = body(4300);
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.drive();
    assert_eq!(pair.trace, ["2.05"]);
    assert_eq!(pair.answers[0].1, pair.body);
}

/// RFC 8323 section 7: no acknowledgements, the order is that of the messages.
#[test]
fn an_observer_is_told_until_the_connection_ends() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    pair.body = vec![0];
    pair.request(&OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, "/c") });
    pair.drive();
    let id = pair.observations[0];
    for state in 1..=100 {
        pair.server.endpoint.notify(NOW, id, &Response::content(0, &[state])).unwrap();
        pair.drive();
    }
    let states: Vec<u8> = pair.answers.iter().map(|(_, payload, _)| payload[0]).collect();
    assert_eq!(states, (0..=100).collect::<Vec<u8>>());
    assert!(pair.answers.iter().all(|(.., observing)| *observing));
    assert_eq!(pair.server.endpoint.poll_timeout(), None, "nothing is sent again");

    pair.server.connection.handle_end();
    pair.server.events();
    assert_eq!(pair.server.endpoint.poll_event(), Some(Event::ObservationEnded(id)));
    assert_eq!(pair.server.endpoint.usage(), Usage::default());
}

/// Types and NSTART are of datagrams.
#[test]
fn any_number_of_requests_goes_at_once() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    for confirmable in [true, false, true, false] {
        pair.request(&OutgoingRequest { confirmable, ..OutgoingRequest::new(Method::Get, "/c") });
    }
    let path = [0xb1, b'c'];
    assert_eq!(pair.client.transmit().windows(2).filter(|bytes| *bytes == path).count(), 4);
    assert_eq!(pair.client.endpoint.usage().confirmables, 0);
}

#[test]
fn an_observer_cancels_by_a_request_of_its_own() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    pair.body = vec![0];
    let call = pair.request(&OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, "/c") });
    pair.drive();
    pair.client.endpoint.cancel(NOW, call);
    pair.drive();
    assert_eq!(pair.server.endpoint.poll_event(), Some(Event::ObservationEnded(pair.observations[0])));
    assert_eq!((pair.client.endpoint.usage(), pair.server.endpoint.usage()), (Usage::default(), Usage::default()));
}

#[test]
fn an_echo_value_is_forgotten_with_its_connection() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    let asked = pair.client.transmit();
    let token = &asked[asked.len() - 10..asked.len() - 2];
    let peer = pair.client.peer;
    let mut response = vec![];
    let mut writer =
        crate::coap::Writer::new(&mut response, crate::coap::MessageType::NonConfirmable, Code::CONTENT, 0, token);
    writer.option(number::ECHO, b"echo");
    assert!(pair.client.endpoint.handle_datagram(NOW, peer, &response).is_some());
    assert_eq!(pair.client.endpoint.usage().peers, 1);
    pair.client.endpoint.connection_closed(peer);
    assert_eq!(pair.client.endpoint.usage(), Usage::default());
}

#[test]
fn what_waits_fails_when_the_connection_ends() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    let call = pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.client.transmit();
    pair.client.connection.handle_end();
    assert_eq!(pair.client.connection.poll_event(), Some(ConnectionEvent::Ended(Ending::Closed)));
    pair.client.endpoint.connection_closed(pair.client.peer);
    let reason = CallFailure::Disconnected;
    assert_eq!(pair.client.endpoint.poll_event(), Some(Event::CallFailed { call, reason }));
    assert_eq!((pair.client.endpoint.usage(), pair.client.endpoint.poll_timeout()), (Usage::default(), None));
}

#[test]
fn a_response_that_never_comes_is_waited_for_once() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    let call = pair.request(&OutgoingRequest::new(Method::Get, "/c"));
    pair.client.transmit();
    let due = NOW + Limits::DEVICE.response_timeout;
    assert_eq!(pair.client.endpoint.poll_timeout(), Some(due));
    pair.client.endpoint.handle_timeout(due);
    assert!(pair.client.transmit().is_empty(), "nothing is sent again");
    let reason = CallFailure::TimedOut;
    assert_eq!(pair.client.endpoint.poll_event(), Some(Event::CallFailed { call, reason }));
}

/// RFC 7252 section 5.4.1: over a connection a request is always one that is answered.
#[test]
fn a_critical_option_that_is_unknown_is_4_02() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    pair.serve(&[0x51, 0x01, 0, 0, 0x7f, 0x90]);
    let mut datagram = vec![];
    pair.server.endpoint.poll_transmit(&mut datagram).unwrap();
    assert_eq!(Message::parse(&datagram).unwrap().code(), Code::BAD_OPTION);
}

#[test]
fn the_same_bytes_twice_are_two_requests() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    let mut datagram = vec![];
    let post = [0x01, 0x02, 0x7f];
    pair.server.connection.handle_bytes(NOW, &[post, post].concat());
    while pair.server.connection.poll_message(&mut datagram) {
        pair.serve(&datagram);
    }
    assert_eq!(pair.uploaded.len(), 2);
    // even with the same id, and while the first has no answer
    pair.serve(&[0x51, 0x02, 0, 0, 0x7f]);
    pair.serve(&[0x51, 0x02, 0, 0, 0x7f]);
    assert_eq!(pair.uploaded.len(), 4);
}

#[test]
fn a_deferred_request_is_answered_when_its_time_has_come() {
    let mut pair = Pair::new(StreamLimits::DEVICE, StreamLimits::DEVICE);
    let peer = pair.server.peer;
    let received = pair.server.endpoint.handle_datagram(NOW, peer, &[0x51, 0x01, 0, 0, 0x7f]);
    let Some(Received::Request(request)) = received else { panic!("no request") };
    let id = request.id;
    pair.server.endpoint.defer(NOW, id).unwrap();
    pair.server.endpoint.handle_timeout(NOW + Duration::from_secs(3600));
    assert!(pair.server.transmit().is_empty(), "there is no acknowledgement");
    pair.server.endpoint.respond(NOW, id, &Response::new(Code::CHANGED)).unwrap();
    assert_eq!(pair.server.transmit(), [0x01, 0x44, 0x7f]);
}

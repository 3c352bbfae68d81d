//! Malformed datagrams and refused requests against the endpoint: `malformed.txt` says what each gets, and why.

use comi_runtime::coap::{
    Code, Endpoint, Limits, Message, MessageType, Method, OutgoingRequest, Peer, Received, Response, Usage,
};
use comi_runtime::time::Instant;

mod rows;

const LIST: &str = include_str!("malformed.txt");

#[derive(Debug)]
struct Row<'a> {
    datagram: Vec<u8>,
    expected: &'a str,
    section: &'a str,
}

/// Hex digits, or `61*3` for as many of one byte.
fn bytes(word: &str) -> Vec<u8> {
    let (hex, times) = word.split_once('*').unwrap_or((word, "1"));
    let digits: Vec<_> = hex.chars().collect();
    let pairs = digits.chunks(2).map(|pair| pair.iter().collect::<String>());
    let once: Vec<u8> = pairs.map(|pair| u8::from_str_radix(&pair, 16).expect("hex")).collect();
    once.repeat(times.parse().expect("a number"))
}

fn rows() -> Vec<Row<'static>> {
    let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let mut columns = line.splitn(3, " — ");
            let mut column = || columns.next().unwrap_or_else(|| panic!("three columns: {line}"));
            let (hex, expected, section) = (column(), column(), column());
            let datagram = hex.split_whitespace().flat_map(bytes).collect();
            Row { datagram, expected: expected.trim(), section }
        })
        .collect()
}

fn peer() -> Peer {
    Peer::insecure("[2001:db8::1]:50000".parse().expect("an address"))
}

/// What the endpoint does with a datagram, in the words of the list; what is echoed is checked on the way.
fn outcome(endpoint: &mut Endpoint, now: Instant, datagram: &[u8]) -> String {
    if let Some(Received::Request(_)) = endpoint.handle_datagram(now, peer(), datagram) {
        return "delivered".to_owned();
    }
    let mut answer = Vec::new();
    let Some(to) = endpoint.poll_transmit(&mut answer) else { return "silence".to_owned() };
    assert_eq!(to, peer());
    assert_eq!(endpoint.poll_transmit(&mut Vec::new()), None, "one datagram gets one answer");
    let message = Message::parse(&answer).expect("we send messages");
    assert!(answer.len() <= datagram.len() + 64, "no amplification");
    if message.kind() != MessageType::NonConfirmable {
        assert_eq!(answer[2..4], datagram[2..4], "the message id is echoed");
    }
    if message.kind() == MessageType::Reset {
        return "RST".to_owned();
    }
    let token = usize::from(datagram[0] & 0xf);
    assert_eq!(message.token(), &datagram[4..4 + token], "the token is echoed");
    let kind = if message.kind() == MessageType::Acknowledgement { "ACK" } else { "NON" };
    format!("{kind} {}", message.code())
}

#[test]
fn every_row_gets_what_its_section_says() {
    let rows = rows();
    assert!(rows.len() >= 120, "{} rows", rows.len());
    let wrong: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let found = outcome(&mut Endpoint::new(Limits::DEVICE, 1), Instant::START, &row.datagram);
            (found != row.expected).then(|| format!("{found}, not {}: {}", row.expected, row.section))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_refused_leaves_no_state() {
    for row in rows() {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        if outcome(&mut endpoint, Instant::START, &row.datagram) != "delivered" {
            assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None), "{}", row.section);
        }
    }
}

#[test]
fn an_unknown_critical_option_is_named() {
    let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
    assert!(endpoint.handle_datagram(Instant::START, peer(), &[0x40, 1, 0, 1, 0x90]).is_none());
    let mut answer = Vec::new();
    endpoint.poll_transmit(&mut answer).expect("an answer");
    // RFC 9290 section 3.1.1: key -8
    let payload = Message::parse(&answer).expect("a message").payload();
    assert_eq!(payload.strip_suffix(&[0x27, 0x09]).and_then(|rest| rest.first()), Some(&0xa2));
}

#[test]
fn all_rows_in_a_row_leave_a_busy_endpoint_serving() {
    // what is delivered is never answered
    let mut endpoint = Endpoint::new(Limits { open_per_peer: Limits::DEVICE.exchanges, ..Limits::DEVICE }, 1);
    let server = Peer::insecure("[2001:db8::2]:5683".parse().expect("an address"));
    endpoint.call(Instant::START, server, &OutgoingRequest::new(Method::Get, "/")).expect("room");
    endpoint.poll_transmit(&mut Vec::new()).expect("the request");
    for (id, row) in (0..).zip(rows()) {
        let mut datagram = row.datagram.clone();
        if let Some(bytes) = datagram.get_mut(2..4) {
            bytes.copy_from_slice(&u16::to_be_bytes(id));
        }
        assert_eq!(outcome(&mut endpoint, Instant::START, &datagram), row.expected, "{}", row.section);
    }
    assert_eq!(endpoint.usage().calls, 1);
    assert_eq!(outcome(&mut endpoint, Instant::START, &[0x40, 1, 0xff, 0xff, 0xb1, b'c']), "delivered");
}

/// The numbers of the options that an endpoint sends next.
fn options_sent(endpoint: &mut Endpoint) -> Vec<u16> {
    let mut datagram = Vec::new();
    endpoint.poll_transmit(&mut datagram).expect("something to send");
    Message::parse(&datagram).expect("a message").options().map(|option| option.number).collect()
}

#[test]
fn a_resource_with_defaults_has_no_options() {
    let (mut client, mut server) = (Endpoint::new(Limits::SERVER, 1), Endpoint::new(Limits::SERVER, 2));
    client.call(Instant::START, peer(), &OutgoingRequest::new(Method::Get, "/")).expect("room");
    assert_eq!(options_sent(&mut client), [0; 0]);
    let Some(Received::Request(request)) = server.handle_datagram(Instant::START, peer(), &[0x40, 3, 0, 1]) else {
        panic!("a request");
    };
    let id = request.id;
    server.respond(Instant::START, id, &Response::new(Code::CHANGED)).expect("it has just come");
    assert_eq!(options_sent(&mut server), [0; 0]);
}

#[test]
fn a_body_is_kept_for_its_peer_alone() {
    let mut server = Endpoint::new(Limits::DEVICE, 1);
    let Some(Received::Request(request)) = server.handle_datagram(Instant::START, peer(), &[0x40, 1, 0, 1]) else {
        panic!("a request");
    };
    let id = request.id;
    server.respond(Instant::START, id, &Response::content(0, &[7; 2000])).expect("it has just come");
    let further = [0x40, 1, 0, 2, 0xd1, 0x0a, 0x12];
    assert!(server.handle_datagram(Instant::START, peer(), &further).is_none(), "served from what is kept");
    let session = Peer { session: 1, ..peer() };
    let other = Peer::insecure("[2001:db8::3]:50000".parse().expect("an address"));
    for stranger in [session, other] {
        let received = server.handle_datagram(Instant::START, stranger, &further);
        assert!(matches!(received, Some(Received::Request(_))), "the application decides what others get");
    }
}

//! Who has shown that it is at its address, and who hasn't (RFC 7252 section 11.3, RFC 9175); NSTART (RFC 7252 section
//! 4.7).

use super::pair::{Pair, Reaction, client_peer, server_peer};
use crate::coap::{
    Block, Code, Endpoint, Limits, Message, MessageType, Method, OutgoingRequest, Peer, Received, Response, Unverified,
    Writer, number,
};
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;
use core::time::Duration;

const NOW: Instant = Instant::from_secs(100);

fn get(id: u16, token: &[u8], options: &[(u16, &[u8])]) -> Vec<u8> {
    let mut datagram = vec![];
    let mut writer = Writer::new(&mut datagram, MessageType::Confirmable, Code::GET, id, token);
    options.iter().for_each(|(number, value)| writer.option(*number, value));
    datagram
}

/// What a server that has so much to tell answers.
fn asks(server: &mut Endpoint, peer: Peer, datagram: &[u8], length: usize) -> Vec<u8> {
    let id = match server.handle_datagram(NOW, peer, datagram) {
        Some(Received::Request(request)) => Some(request.id),
        _ => None,
    };
    if let Some(id) = id {
        server.respond(NOW, id, &Response::content(42, &vec![1; length])).unwrap();
    }
    let mut buffer = vec![];
    assert_eq!(server.poll_transmit(&mut buffer), Some(peer));
    buffer
}

#[test]
fn an_unverified_peer_gets_small_answers_until_it_asks_for_more() {
    for (length, token, whole) in
        [(80, 8, true), (120, 8, false), (4000, 0, false), (4000, 8, false), (4000, 90, false)]
    {
        let mut server = Endpoint::new(Limits { token: 90, ..Limits::DEVICE }, 1);
        let answer = asks(&mut server, client_peer(), &get(1, &vec![7; token], &[]), length);
        let extension = if token < 13 { 0 } else { 1 };
        let most = 136 + 3 * (token + extension);
        assert!(answer.len() <= most, "{length} {token}: {}", answer.len());
        let message = Message::parse(&answer).unwrap();
        let block = message.option(number::BLOCK2).and_then(Block::read);
        assert_eq!(block.is_none(), whole, "{length} {token}");
        assert_eq!(server.counters().cut_small, u64::from(!whole));
        if let Some(block) = block {
            assert!(block.more && message.payload().len() == block.size());
            let further = Block { number: 1, more: false, ..block }.value().to_be_bytes();
            asks(&mut server, client_peer(), &get(2, b"", &[(number::BLOCK2, &further[2..])]), length);
            let answer = asks(&mut server, client_peer(), &get(3, b"", &[]), 500);
            assert_eq!(Message::parse(&answer).unwrap().payload().len(), 500, "it has shown that it is there");
        }
    }
}

#[test]
fn a_request_as_large_as_its_answer_floods_nobody() {
    let mut server = Endpoint::new(Limits::DEVICE, 1);
    let mut datagram = vec![];
    Writer::new(&mut datagram, MessageType::Confirmable, Code::FETCH, 1, b"").payload(&[1; 400]);
    let answer = asks(&mut server, client_peer(), &datagram, 350);
    assert_eq!(Message::parse(&answer).unwrap().payload().len(), 350);
}

#[test]
fn sessions_loopback_and_trusted_peers_get_all() {
    let loopback = |text: &str| Peer::insecure(text.parse().unwrap());
    for (peer, trust_loopback, expected) in [
        (Peer { session: Peer::FIRST_SECURE, ..client_peer() }, true, 500),
        // another address of ours says nothing of the peer's
        (Peer::insecure_at(client_peer().address, 1), true, 64),
        (loopback("[::1]:40000"), true, 500),
        (loopback("127.0.0.1:40000"), true, 500),
        (loopback("[::ffff:127.0.0.1]:40000"), true, 500),
        (loopback("[::1]:40000"), false, 64),
        (server_peer(), true, 500),
    ] {
        let mut server = Endpoint::new(Limits { trust_loopback, ..Limits::DEVICE }, 1);
        server.trust(server_peer());
        let answer = asks(&mut server, peer, &get(1, b"", &[]), 500);
        assert_eq!(Message::parse(&answer).unwrap().payload().len(), expected, "{peer:?}");
    }
}

#[test]
fn who_acknowledges_a_confirmable_is_there_for_a_while() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.react = Box::new(|_| Reaction::Defer);
    pair.request(&OutgoingRequest::new(Method::Get, "/slow"));
    pair.settle();
    let id = pair.seen[0].id;
    pair.respond(id, Code::CONTENT, b"late");
    pair.settle();
    assert!(pair.server.is_verified(&client_peer()));
    pair.drive(Limits::DEVICE.peer_timeout);
    assert!(!pair.server.is_verified(&client_peer()));
}

#[test]
fn the_peer_known_longest_gives_way_but_not_a_trusted_one() {
    let mut endpoint = Endpoint::new(Limits { peers: 2, ..Limits::DEVICE }, 1);
    let peer = |port| Peer::insecure(core::net::SocketAddr::from(([10, 0, 0, 1], port)));
    endpoint.trust(peer(1));
    for port in 2..5 {
        endpoint.verified(NOW, &peer(port));
        assert_eq!(endpoint.usage().peers, 2);
    }
    let known: Vec<_> = (1..5).map(|port| endpoint.is_verified(&peer(port))).collect();
    assert_eq!(known, [true, false, false, true]);
    endpoint.handle_timeout(NOW + Duration::from_secs(10_000));
    assert_eq!((endpoint.usage().peers, endpoint.is_verified(&peer(1))), (1, true));
}

#[test]
fn a_challenged_client_brings_the_value_back() {
    let limits = Limits { unverified: Unverified::Challenged, ..Limits::DEVICE };
    let mut pair = Pair::new(limits);
    for _ in 0..2 {
        pair.request(&OutgoingRequest { payload: &[7; 1000], ..OutgoingRequest::new(Method::Post, "/a") });
        pair.settle();
    }
    assert_eq!(pair.trace[..4], ["-> CON POST", "<- ACK 4.01", "-> CON POST", "<- ACK 2.31"]);
    assert_eq!((pair.seen.len(), pair.answers.len(), pair.server.counters().challenged), (2, 2, 1));
}

#[test]
fn a_value_is_good_for_its_peer_and_its_time() {
    let mut server = Endpoint::new(Limits { unverified: Unverified::Challenged, ..Limits::DEVICE }, 1);
    let refused = asks(&mut server, client_peer(), &get(1, b"", &[]), 0);
    let echo = Message::parse(&refused).unwrap().values(number::ECHO).next().unwrap().to_vec();
    assert_eq!(server.echo_age(NOW, &client_peer(), &echo), Some(Duration::ZERO));
    assert_eq!(server.echo_age(NOW + Duration::from_secs(9), &client_peer(), &echo), Some(Duration::from_secs(9)));
    assert_eq!(server.echo_age(NOW, &server_peer(), &echo), None);
    let mut forged = echo.clone();
    forged[3] ^= 1;
    assert_eq!(server.echo_age(NOW, &client_peer(), &forged), None);
    assert_eq!(Endpoint::new(Limits::DEVICE, 2).echo_age(NOW, &client_peer(), &echo), None);
    let answer = asks(&mut server, client_peer(), &get(2, b"", &[(number::ECHO, &echo)]), 0);
    assert_eq!(Message::parse(&answer).unwrap().code(), Code::CONTENT);
}

#[test]
fn a_resource_asks_for_freshness() {
    let mut server = Endpoint::new(Limits::DEVICE, 1);
    let mut options: Vec<(u16, Vec<u8>)> = vec![];
    let mut codes = vec![];
    for id in 1..3 {
        let borrowed: Vec<_> = options.iter().map(|(number, value)| (*number, value.as_slice())).collect();
        let datagram = get(id, b"", &borrowed);
        let Some(Received::Request(request)) = server.handle_datagram(NOW, client_peer(), &datagram) else { panic!() };
        let (id, age) = (request.id, request.echo_age);
        match age {
            None => server.challenge(NOW, id).unwrap(),
            Some(age) => {
                assert_eq!(age, Duration::ZERO);
                server.respond(NOW, id, &Response::new(Code::CHANGED)).unwrap();
            }
        }
        let mut buffer = vec![];
        server.poll_transmit(&mut buffer).unwrap();
        let answer = Message::parse(&buffer).unwrap();
        codes.push(answer.code());
        options = answer.values(number::ECHO).map(|value| (number::ECHO, value.to_vec())).collect();
    }
    assert_eq!(codes, [Code::UNAUTHORIZED, Code::CHANGED]);
}

/// The paths of the requests that are sent now.
fn sent(endpoint: &mut Endpoint) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut buffer = vec![];
    core::iter::from_fn(|| {
        endpoint.poll_transmit(&mut buffer)?;
        let path = Message::parse(&buffer).unwrap().values(number::URI_PATH).next().unwrap_or(&[]).to_vec();
        Some((path, buffer.clone()))
    })
    .collect()
}

fn acknowledge(endpoint: &mut Endpoint, peer: Peer, datagram: &[u8]) {
    endpoint.handle_datagram(NOW, peer, &[0x60, 0, datagram[2], datagram[3]]);
}

#[test]
fn further_confirmables_to_a_peer_wait_for_their_turn() {
    let mut client = Endpoint::new(Limits { nstart: 2, ..Limits::DEVICE }, 1);
    let other = Peer { session: 9, ..server_peer() };
    for path in ["/a", "/b", "/c", "/d"] {
        client.call(NOW, server_peer(), &OutgoingRequest::new(Method::Get, path)).unwrap();
    }
    client.call(NOW, other, &OutgoingRequest::new(Method::Get, "/o")).unwrap();
    let first = sent(&mut client);
    let paths: Vec<_> = first.iter().map(|(path, _)| path.as_slice()).collect();
    assert_eq!(paths, [b"a", b"b", b"o"]);
    for (turn, expected) in [b"c", b"d"].into_iter().enumerate() {
        acknowledge(&mut client, server_peer(), &first[turn].1);
        let next = sent(&mut client);
        assert_eq!((next.len(), next[0].0.as_slice()), (1, &expected[..]));
    }
    assert_eq!(client.usage().confirmables, 3);
}

#[test]
fn a_peer_given_up_lets_the_next_go() {
    let mut pair = Pair::new(Limits::DEVICE);
    pair.loses = Box::new(|number| number <= 5);
    pair.request(&OutgoingRequest::new(Method::Get, "/a"));
    pair.request(&OutgoingRequest::new(Method::Get, "/b"));
    pair.drive(Duration::from_secs(120));
    assert_eq!((pair.failures.len(), pair.answers.len()), (1, 1), "{:?}", pair.trace);
    assert_eq!(pair.answers[0].payload, b"b");
}

#[test]
fn a_notification_that_waits_for_its_turn_carries_the_newest_state() {
    let limits = Limits { notify_confirmable_every: 0, ..Limits::DEVICE };
    let mut pair = Pair::new(limits);
    pair.react = Box::new(|_| Reaction::Observed(Code::CONTENT, vec![0]));
    for path in ["/a", "/b"] {
        pair.request(&OutgoingRequest { observe: true, ..OutgoingRequest::new(Method::Get, path) });
        pair.settle();
    }
    pair.trace.clear();
    pair.answers.clear();
    let ids = pair.observations.clone();
    pair.notify(ids[0], Code::CONTENT, b"a1");
    pair.notify(ids[1], Code::CONTENT, b"b1");
    pair.notify(ids[1], Code::CONTENT, b"b2");
    pair.settle();
    let told: Vec<_> = pair.answers.iter().map(|answer| answer.payload.as_slice()).collect();
    assert_eq!(told, [b"a1", b"b2"]);
    assert_eq!(pair.trace, ["<- CON 2.05", "-> ACK 0.00", "<- CON 2.05", "-> ACK 0.00"]);
}

#[test]
fn a_non_request_is_sent_once_and_holds_back_the_next() {
    let mut client = Endpoint::new(Limits::DEVICE, 1);
    let non = |path| OutgoingRequest { confirmable: false, ..OutgoingRequest::new(Method::Get, path) };
    client.call(NOW, server_peer(), &non("/a")).unwrap();
    client.call(NOW, server_peer(), &non("/b")).unwrap();
    assert_eq!(sent(&mut client).len(), 1);
    // MAX_TRANSMIT_WAIT; at PROBING_RATE these few bytes would take less
    let due = NOW + Limits::DEVICE.max_transmit_wait();
    assert_eq!(client.poll_timeout(), Some(due));
    client.handle_timeout(due);
    assert!(client.poll_event().is_some());
    let second = sent(&mut client);
    assert_eq!((second.len(), second[0].1[0] & 0x30), (1, 0x10));
}

#[test]
fn a_ping_tells_whether_somebody_is_there() {
    use crate::coap::Event::Pinged;
    let mut client = Endpoint::new(Limits::DEVICE, 1);
    for alive in [true, false] {
        client.ping(NOW, server_peer()).unwrap();
        let ping = sent(&mut client).remove(0).1;
        assert_eq!((ping.len(), ping[0], ping[1]), (4, 0x40, 0));
        if alive {
            client.handle_datagram(NOW, server_peer(), &[0x70, 0, ping[2], ping[3]]);
        } else {
            (0..5).for_each(|_| client.handle_timeout(client.poll_timeout().unwrap()));
        }
        assert_eq!(client.poll_event(), Some(Pinged { peer: server_peer(), alive }));
        sent(&mut client);
    }
}

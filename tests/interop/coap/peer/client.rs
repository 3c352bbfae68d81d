//! One request, and its responses.

use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use comi_runtime::coap::{CallId, Event, Method, OutgoingRequest, Peer, Received};

use crate::Arguments;
use crate::link::Link;
use crate::stream::Streams;

/// Longer than a lossy transfer takes.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn run(arguments: &Arguments) {
    let (scheme, rest) = arguments.target.split_once("://").expect("coap://HOST:PORT/PATH");
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let server = authority.to_socket_addrs().ok().and_then(|mut found| found.next()).expect("HOST:PORT");
    let any: SocketAddr = if server.is_ipv4() { ([127, 0, 0, 1], 0).into() } else { "[::1]:0".parse().expect("ours") };
    let payload = arguments.payload.as_ref().map_or(Vec::new(), |file| std::fs::read(file).expect("the payload"));
    let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
    let queries: Vec<&str> = query.into_iter().flat_map(|query| query.split('&')).collect();
    let request = OutgoingRequest {
        queries: &queries,
        content_format: arguments.format,
        observe: arguments.observe.is_some(),
        payload: &payload,
        ..OutgoingRequest::new(method(&arguments.verb), path)
    };
    let mut link = Link::bind(any, arguments.limits.clone(), arguments.loss);
    let mut datagram = Vec::new();
    let peer = if scheme == "coap+tcp" { connected(&mut link, server) } else { Peer::insecure(server) };
    let now = link.now();
    let call = link.endpoint.call(now, peer, &request).expect("the first request has room");
    let end = now + arguments.observe.map_or(PATIENCE, Duration::from_secs);
    while link.now() < end {
        let from = link.wait(end - link.now(), &mut datagram);
        if take(&mut link, from, &datagram, call) {
            break;
        }
    }
    let now = link.now();
    link.endpoint.cancel(now, call);
    // until a cancelled observation is acknowledged, or for long enough
    for _ in 0..20 {
        let from = link.wait(Duration::from_millis(50), &mut datagram);
        take(&mut link, from, &datagram, call);
        if link.endpoint.usage().confirmables == 0 {
            break;
        }
    }
    link.flush();
}

/// Connects, and waits until the server has said what it can take.
fn connected(link: &mut Link, server: SocketAddr) -> Peer {
    let now = link.now();
    let mut streams = Streams::default();
    let peer = streams.connect(now, server);
    link.streams = Some(streams);
    for _ in 0..100 {
        let from = link.wait(Duration::from_millis(20), &mut Vec::new());
        assert_eq!(from, None, "nothing was asked");
        if link.streams.as_ref().is_some_and(|streams| streams.has_spoken(peer)) {
            break;
        }
    }
    peer
}

/// Prints what came; whether it was the last.
fn take(link: &mut Link, from: Option<Peer>, datagram: &[u8], call: CallId) -> bool {
    let now = link.now();
    let received = from.and_then(|from| link.endpoint.handle_datagram(now, from, datagram));
    if let Some(Received::Response { call: answered, response }) = received
        && answered == call
    {
        let hex: String = response.payload.iter().map(|byte| format!("{byte:02x}")).collect();
        println!("{} {} {hex}", response.code, if response.observing { "observed" } else { "final" });
        return !response.observing;
    }
    while let Some(event) = link.endpoint.poll_event() {
        if let Event::CallFailed { reason, .. } = event {
            println!("failed: {reason}");
            return true;
        }
    }
    false
}

fn method(name: &str) -> Method {
    match name {
        "get" => Method::Get,
        "post" => Method::Post,
        "put" => Method::Put,
        "delete" => Method::Delete,
        "fetch" => Method::Fetch,
        "patch" => Method::Patch,
        "ipatch" => Method::IPatch,
        _ => panic!("no such method: {name}"),
    }
}

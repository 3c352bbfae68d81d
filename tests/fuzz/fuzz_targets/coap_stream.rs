#![no_main]
//! Bytes of a peer in pieces of any size, over one connection into an endpoint that answers, observes and asks itself:
//! no panic, bounded memory, and nothing left when the connection is gone.

use comi_runtime::coap::stream::{Connection, Event, Limits as StreamLimits};
use comi_runtime::coap::{Code, Endpoint, Limits, Method, ObservationId, OutgoingRequest, Peer, Received, Response, Usage};
use comi_runtime::time::Instant;
use core::time::Duration;
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits =
    Limits { exchanges: 8, confirmables: 3, observations: 2, transfers: 2, calls: 2, body: 5000, ..Limits::DEVICE };

fuzz_target!(|input: &[u8]| {
    let mut endpoint = Endpoint::new(LIMITS, 1);
    let mut now = Instant::START;
    let mut connection = Connection::new(now, StreamLimits { message: 3000, ..StreamLimits::DEVICE });
    let peer = Peer::connected(([127, 0, 0, 1], 5683).into(), 1);
    let mut observations: Vec<ObservationId> = Vec::new();
    let (mut datagram, mut bytes) = (Vec::new(), Vec::new());
    let mut rest = input;
    while let [verb, length, behind @ ..] = rest {
        let (piece, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let body = vec![*length; usize::from(*length) * 30];
        match verb & 0xf {
            0..=9 if connection.wants_bytes() => connection.handle_bytes(now, piece),
            10 => observations.last().into_iter().for_each(|id| {
                let code = if *length == 0 { Code::NOT_FOUND } else { Code::CONTENT };
                let _ = endpoint.notify(now, *id, &Response { code, ..Response::content(0, &body) });
            }),
            11 | 12 => {
                let observe = verb & 1 == 1;
                let request = OutgoingRequest { observe, payload: &body, ..OutgoingRequest::new(Method::Fetch, "/c") };
                if let Ok(call) = endpoint.call(now, peer, &request)
                    && length % 7 == 0
                {
                    endpoint.cancel(now, call);
                }
            }
            13 => connection.release(now),
            _ => {
                now += Duration::from_secs(u64::from(*length));
                endpoint.handle_timeout(now);
                connection.handle_timeout(now);
            }
        }
        while connection.poll_message(&mut datagram) {
            while let Some(Event::Capabilities(told)) = connection.poll_event() {
                endpoint.connection_opened(peer, told);
            }
            if let Some(Received::Request(request)) = endpoint.handle_datagram(now, peer, &datagram) {
                let (id, silent) = (request.id, request.payload.first() == Some(&1));
                let response = Response::content(0, &body);
                if !silent {
                    observations.extend(endpoint.respond_observed(now, id, &response).ok().flatten());
                }
            }
        }
        while let Some(event) = connection.poll_event() {
            match event {
                Event::Capabilities(told) => endpoint.connection_opened(peer, told),
                Event::Ended(_) => endpoint.connection_closed(peer),
            }
        }
        while endpoint.poll_transmit(&mut datagram).is_some() {
            let _ = connection.send(&datagram);
        }
        while endpoint.poll_event().is_some() {}
        if verb & 0x10 == 0 {
            while connection.poll_transmit(&mut bytes) {}
        }
        let usage = endpoint.usage();
        assert!(usage.exchanges <= LIMITS.exchanges && usage.observations <= LIMITS.observations);
        assert!(usage.confirmables == 0 && usage.calls <= LIMITS.calls);
    }
    connection.handle_end();
    endpoint.connection_closed(peer);
    while connection.poll_transmit(&mut bytes) {}
    assert!(connection.is_over());
    assert_eq!((endpoint.usage(), endpoint.poll_timeout()), (Usage::default(), None));
});

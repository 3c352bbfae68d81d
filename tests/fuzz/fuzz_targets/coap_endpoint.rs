#![no_main]
//! A sequence of datagrams, answers and waiting, on one endpoint with small limits: it never panics, stays within its
//! limits, and is empty when all lifetimes are over.

use comi_runtime::coap::{
    Code, Endpoint, Event, Limits, Method, ObservationId, OutgoingRequest, Peer, Received, RequestId, Response, Usage,
};
use comi_runtime::time::Instant;
use core::time::Duration;
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits =
    Limits { exchanges: 4, confirmables: 3, observations: 2, transfers: 2, calls: 2, body: 200, ..Limits::DEVICE };

fuzz_target!(|input: &[u8]| {
    let mut endpoint = Endpoint::new(LIMITS, 1);
    endpoint.answers_to("a");
    let mut now = Instant::START;
    let mut requests: Vec<RequestId> = Vec::new();
    let mut observations: Vec<ObservationId> = Vec::new();
    let mut last = Vec::new();
    let mut rest = input;
    while let [verb, length, behind @ ..] = rest {
        let (bytes, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let peer = Peer { address: ([127, 0, 0, 1], 1 + u16::from(verb >> 6)).into(), session: 0 };
        let body = vec![*length; usize::from(*length) * 8];
        let response = Response::content(0, &body);
        match verb & 0xf {
            0..=4 => match endpoint.handle_datagram(now, peer, bytes) {
                Some(Received::Request(request)) => requests.push(request.id),
                Some(Received::Response { .. }) | None => {}
            },
            // An answer to what we sent last: type, code and a tail of the fuzzer's.
            5 | 6 if last.len() >= 4 => {
                let token = usize::from(last[0] & 0xf).min(last.len() - 4);
                let mut answer = last[..4 + token].to_vec();
                (answer[0], answer[1]) = (last[0] & 0x4f | (*length << 4) & 0x30, bytes.first().copied().unwrap_or(0));
                answer.extend_from_slice(bytes.get(1..).unwrap_or(&[]));
                let _ = endpoint.handle_datagram(now, peer, &answer);
            }
            7 => requests.pop().into_iter().for_each(|id| {
                let _ = endpoint.respond(now, id, &response);
            }),
            8 => requests.pop().into_iter().for_each(|id| {
                observations.extend(endpoint.respond_observed(now, id, &response).ok().flatten());
            }),
            9 => requests.last().into_iter().for_each(|id| {
                let _ = endpoint.defer(now, *id);
            }),
            10 => observations.last().into_iter().for_each(|id| {
                let code = if *length == 0 { Code::NOT_FOUND } else { Code::CONTENT };
                let _ = endpoint.notify(now, *id, &Response { code, ..response });
            }),
            11 => observations.pop().into_iter().for_each(|id| endpoint.end_observation(id)),
            12 | 13 => {
                let observe = verb & 1 == 1;
                let request = OutgoingRequest { observe, payload: &body, ..OutgoingRequest::new(Method::Fetch, "/c") };
                if let Ok(call) = endpoint.call(now, peer, &request)
                    && length % 7 == 0
                {
                    endpoint.cancel(now, call);
                }
            }
            _ => {
                now = now + Duration::from_secs(u64::from(*length));
                endpoint.handle_timeout(now);
            }
        }
        let mut buffer = Vec::new();
        while endpoint.poll_transmit(&mut buffer).is_some() {
            last = buffer.clone();
        }
        while endpoint.poll_event().is_some() {}
        let usage = endpoint.usage();
        assert!(usage.exchanges <= LIMITS.exchanges && usage.confirmables <= LIMITS.confirmables);
        assert!(usage.observations <= LIMITS.observations && usage.calls <= LIMITS.calls);
        assert!(usage.transfers <= 2 * LIMITS.transfers && usage.transfer_bytes < 2 * 2 * (8 * 256 + 64));
    }
    observations.into_iter().for_each(|id| endpoint.end_observation(id));
    for _ in 0..100 {
        let Some(at) = endpoint.poll_timeout() else { break };
        now = now.max(at);
        endpoint.handle_timeout(now);
        while endpoint.poll_transmit(&mut Vec::new()).is_some() {}
        while let Some(event) = endpoint.poll_event() {
            assert!(!matches!(event, Event::Pinged { .. }));
        }
    }
    assert_eq!(endpoint.poll_timeout(), None);
    // A call of ours that observes, and whose observer isn't gone, has no deadline.
    let usage = endpoint.usage();
    assert_eq!(Usage { calls: 0, observations: 0, ..usage }, Usage::default());
});

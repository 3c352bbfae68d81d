//! The resources:
//!
//! - `/small` and `/large`, to GET: 5 bytes, 5000 bytes
//! - `/store`, to GET, PUT, DELETE, POST (appends), PATCH and iPATCH (replaces what is there, 4.04 if nothing is)
//! - `/reverse`, to POST and FETCH: the payload backwards
//! - `/state`, to PUT and to observe, with GET and FETCH
//! - `/slow`, to GET: after 1.5 s
//! - `/guarded`, to PUT: only with a fresh Echo

use std::time::Duration;

use comi_runtime::coap::{Code, Event, Method, ObservationId, Observe, Received, Request, RequestId, Response};
use comi_runtime::time::Instant;

use crate::Arguments;
use crate::link::Link;
use crate::stream::Streams;

/// How long `/slow` takes.
const SLOW: Duration = Duration::from_millis(1500);
/// How old an Echo value may be for `/guarded`.
const FRESH: Duration = Duration::from_secs(10);

#[derive(Default)]
struct Resources {
    store: Option<Vec<u8>>,
    state: Vec<u8>,
    observers: Vec<ObservationId>,
    slow: Vec<(Instant, RequestId)>,
}

/// What becomes of a request.
enum Answer {
    Now(Code, Vec<u8>),
    Observed(Vec<u8>),
    /// 2.04, and the observers are told.
    Changed,
    Later,
    Challenge,
}

/// The body of `/large`.
pub(crate) fn large() -> Vec<u8> {
    (0..5000_u32).map(|at| (at * 7 + at / 256).to_le_bytes()[0]).collect()
}

pub(crate) fn run(arguments: &Arguments) {
    let port: u16 = arguments.target.parse().expect("serve PORT");
    let mut link = Link::bind(([127, 0, 0, 1], port).into(), arguments.limits.clone(), arguments.loss);
    if arguments.tcp {
        let mut streams = Streams::default();
        streams.listen(([127, 0, 0, 1], port).into());
        link.streams = Some(streams);
    }
    let mut resources = Resources { state: b"0".to_vec(), ..Resources::default() };
    let mut datagram = Vec::new();
    println!("ready");
    loop {
        let patience = if resources.slow.is_empty() { Duration::from_secs(60) } else { Duration::from_millis(50) };
        let from = link.wait(patience, &mut datagram);
        let now = link.now();
        let received = from.and_then(|from| link.endpoint.handle_datagram(now, from, &datagram));
        if let Some(Received::Request(request)) = received {
            let id = request.id;
            let answer = resources.answer(&request);
            resources.send(&mut link, id, &answer);
        }
        while let Some(event) = link.endpoint.poll_event() {
            if let Event::ObservationEnded(id) = event {
                resources.observers.retain(|observer| *observer != id);
            }
        }
        while let Some(&(since, id)) = resources.slow.first()
            && now >= since + SLOW
        {
            resources.slow.remove(0);
            // its client may have given up
            let _ = link.endpoint.respond(now, id, &Response::content(0, b"late"));
        }
    }
}

impl Resources {
    fn answer(&mut self, request: &Request<'_>) -> Answer {
        let path: Vec<&str> = request.uri_path().map_while(Result::ok).collect();
        let payload = request.payload.to_vec();
        let changed = |created: bool| Answer::Now(if created { Code::CREATED } else { Code::CHANGED }, Vec::new());
        match (path.as_slice(), request.method) {
            (["small"], Method::Get) => Answer::Now(Code::CONTENT, b"small".to_vec()),
            (["large"], Method::Get) => Answer::Now(Code::CONTENT, large()),
            (["slow"], Method::Get) => Answer::Later,
            (["store"], Method::Get) => match &self.store {
                Some(stored) => Answer::Now(Code::CONTENT, stored.clone()),
                None => Answer::Now(Code::NOT_FOUND, Vec::new()),
            },
            (["store"], Method::Put) => changed(self.store.replace(payload).is_none()),
            (["store"], Method::Post) => {
                self.store.get_or_insert_default().extend_from_slice(&payload);
                changed(false)
            }
            (["store"], Method::Patch | Method::IPatch) => match &mut self.store {
                Some(stored) => {
                    *stored = payload;
                    changed(false)
                }
                None => Answer::Now(Code::NOT_FOUND, Vec::new()),
            },
            (["store"], Method::Delete) => {
                self.store = None;
                Answer::Now(Code::DELETED, Vec::new())
            }
            (["reverse"], Method::Post | Method::Fetch) => {
                let code = if request.method == Method::Post { Code::CHANGED } else { Code::CONTENT };
                Answer::Now(code, payload.into_iter().rev().collect())
            }
            (["state"], Method::Get | Method::Fetch) if request.observe == Some(Observe::Register) => {
                Answer::Observed(self.state.clone())
            }
            (["state"], Method::Get | Method::Fetch) => Answer::Now(Code::CONTENT, self.state.clone()),
            (["state"], Method::Put) => {
                self.state = payload;
                Answer::Changed
            }
            (["guarded"], Method::Put) => match request.echo_age {
                Some(age) if age <= FRESH => changed(false),
                _ => Answer::Challenge,
            },
            (["small" | "large" | "slow" | "store" | "reverse" | "state" | "guarded"], _) => {
                Answer::Now(Code::METHOD_NOT_ALLOWED, Vec::new())
            }
            _ => Answer::Now(Code::NOT_FOUND, Vec::new()),
        }
    }

    fn send(&mut self, link: &mut Link, id: RequestId, answer: &Answer) {
        let now = link.now();
        let endpoint = &mut link.endpoint;
        let done = match answer {
            Answer::Now(Code::CONTENT, body) => endpoint.respond(now, id, &Response::content(0, body)),
            Answer::Now(code, body) => endpoint.respond(now, id, &Response { payload: body, ..Response::new(*code) }),
            Answer::Observed(body) => {
                let observer = endpoint.respond_observed(now, id, &Response::content(0, body));
                observer.map(|observer| self.observers.extend(observer))
            }
            Answer::Changed => {
                let response = Response::content(0, &self.state);
                self.observers.retain(|observer| endpoint.notify(now, *observer, &response).is_ok());
                endpoint.respond(now, id, &Response::new(Code::CHANGED))
            }
            Answer::Later => {
                self.slow.push((now, id));
                Ok(())
            }
            Answer::Challenge => endpoint.challenge(now, id),
        };
        done.expect("it has just come");
    }
}

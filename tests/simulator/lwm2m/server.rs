//! An LwM2M server: it keeps the registration of the one device, observes a leaf of it, writes and executes.

use std::collections::HashMap;
use std::time::Duration;

use comi_runtime::coap::content_format::TEXT_PLAIN;
use comi_runtime::coap::{
    CallId, Code, Endpoint, Event, IncomingResponse, Limits, Method, OutgoingOption, OutgoingRequest, Peer, Received,
    RequestId, Response,
};
use comi_runtime::time::Instant;

/// What is observed, and written.
pub(super) const OBSERVED: &str = "/3/0/14";
const EXECUTED: &str = "/3/0/5";
/// The attributes that it observes with: something is told at least so often.
const PMAX: &str = "pmax=60";
/// When nothing was told for as long, it observes anew: six notifications are missing. Longer than a lifetime, since a
/// device that has moved is known by its Update.
const PATIENCE: Duration = Duration::from_secs(400);
/// How long it waits after an Observe that failed.
const PAUSE: Duration = Duration::from_secs(10);

struct Registration {
    location: u32,
    device: Peer,
    lifetime: Duration,
    expires: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Execute,
    Observe,
    Write,
}

pub(super) struct Server {
    endpoint: Endpoint,
    registration: Option<Registration>,
    locations: u32,
    calls: HashMap<CallId, Purpose>,
    observation: Option<CallId>,
    /// When an observation was told of, or begun, or failed.
    heard: Instant,
    /// What was told last.
    pub(super) seen: String,
    /// How often it observed anew because nothing was told.
    pub(super) missed: usize,
}

impl Server {
    pub(super) fn new(now: Instant, seed: u64) -> Server {
        Server {
            endpoint: Endpoint::new(Limits::SERVER, seed),
            registration: None,
            // not those of before a reboot
            locations: u32::try_from(seed % 1_000_000_000).expect("small"),
            calls: HashMap::new(),
            observation: None,
            heard: now,
            seen: String::new(),
            missed: 0,
        }
    }

    pub(super) fn has_device(&self) -> bool {
        self.registration.is_some()
    }

    /// Where the device keeps its registration.
    pub(super) fn location(&self) -> Option<String> {
        self.registration.as_ref().map(|own| format!("/rd/{}", own.location))
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.endpoint.poll_timeout()
    }

    pub(super) fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        self.endpoint.poll_transmit(buffer)
    }

    /// Writes to the leaf that is observed.
    pub(super) fn write(&mut self, now: Instant, text: &str) {
        let request = OutgoingRequest {
            content_format: Some(TEXT_PLAIN),
            payload: text.as_bytes(),
            ..OutgoingRequest::new(Method::Put, OBSERVED)
        };
        self.call(now, Purpose::Write, &request);
    }

    /// Executes, with an argument that no other Execute has.
    pub(super) fn execute(&mut self, now: Instant, arguments: &str) {
        let request = OutgoingRequest { payload: arguments.as_bytes(), ..OutgoingRequest::new(Method::Post, EXECUTED) };
        self.call(now, Purpose::Execute, &request);
    }

    fn call(&mut self, now: Instant, purpose: Purpose, request: &OutgoingRequest<'_>) -> Option<CallId> {
        let device = self.registration.as_ref()?.device;
        let call = self.endpoint.call(now, device, request).ok()?;
        self.calls.insert(call, purpose);
        Some(call)
    }

    /// Once a second: lets a registration expire, and observes where it doesn't.
    pub(super) fn look_after(&mut self, now: Instant) {
        if self.registration.as_ref().is_some_and(|own| own.expires <= now) {
            self.registration = None;
        }
        let quiet = now.saturating_duration_since(self.heard);
        match self.observation {
            Some(_) if self.registration.is_none() => self.end_observation(now),
            None if self.registration.is_some() && quiet >= PAUSE => self.observe(now),
            Some(_) if quiet >= PATIENCE => {
                self.missed += 1;
                self.observe(now);
            }
            _ => {}
        }
    }

    fn observe(&mut self, now: Instant) {
        self.end_observation(now);
        let request = OutgoingRequest {
            observe: true,
            queries: &[PMAX],
            accept: Some(TEXT_PLAIN),
            ..OutgoingRequest::new(Method::Get, OBSERVED)
        };
        self.observation = self.call(now, Purpose::Observe, &request);
        self.heard = now;
    }

    fn end_observation(&mut self, now: Instant) {
        if let Some(call) = self.observation.take() {
            self.calls.remove(&call);
            self.endpoint.cancel(now, call);
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.poll_events(now);
    }

    fn poll_events(&mut self, now: Instant) {
        while let Some(event) = self.endpoint.poll_event() {
            if let Event::CallFailed { call, .. } = event
                && self.calls.remove(&call) == Some(Purpose::Observe)
                && self.observation == Some(call)
            {
                (self.observation, self.heard) = (None, now);
            }
        }
    }

    pub(super) fn arrive(&mut self, now: Instant, from: Peer, datagram: &[u8]) {
        let came = match self.endpoint.handle_datagram(now, from, datagram) {
            None => None,
            Some(Received::Response { call, response }) => {
                let purpose = self.calls.get(&call).copied();
                if !response.observing {
                    self.calls.remove(&call);
                }
                if purpose == Some(Purpose::Observe) {
                    hear(&mut self.seen, &response);
                    self.heard = now;
                    if !response.observing {
                        self.observation = None;
                    }
                }
                None
            }
            Some(Received::Request(request)) => {
                let path: Vec<&str> =
                    request.uri_path().map(|segment| segment.expect("a device sends UTF-8")).collect();
                let lifetime = request.uri_query().find_map(|query| query.ok()?.strip_prefix("lt=")?.parse().ok());
                let location = path.get(1).and_then(|segment| segment.parse().ok());
                Some((request.id, request.method, location, lifetime))
            }
        };
        if let Some((id, method, location, lifetime)) = came {
            self.answer(now, from, id, method, location, lifetime);
        }
        self.poll_events(now);
    }

    /// Register, Update and De-register.
    fn answer(
        &mut self,
        now: Instant,
        from: Peer,
        id: RequestId,
        method: Method,
        location: Option<u32>,
        lifetime: Option<u64>,
    ) {
        let is_known = self.registration.as_ref().is_some_and(|own| Some(own.location) == location);
        let code = match (method, location) {
            (Method::Post, None) => {
                self.locations += 1;
                let lifetime = Duration::from_secs(lifetime.expect("a Register says its lifetime"));
                let (location, expires) = (self.locations, now + lifetime);
                self.end_observation(now);
                self.registration = Some(Registration { location, device: from, lifetime, expires });
                // it observes when the device has been told that it is registered
                self.heard = now;
                Code::CREATED
            }
            (Method::Post, Some(_)) if is_known => {
                let moved = self.registration.as_ref().is_some_and(|own| own.device != from);
                if let Some(own) = &mut self.registration {
                    own.lifetime = lifetime.map_or(own.lifetime, Duration::from_secs);
                    own.expires = now + own.lifetime;
                    own.device = from;
                }
                if moved {
                    // what is told comes from elsewhere now, and is nobody's until it is asked for there
                    self.observe(now);
                }
                Code::CHANGED
            }
            (Method::Delete, Some(_)) if is_known => {
                self.registration = None;
                Code::DELETED
            }
            _ => Code::NOT_FOUND,
        };
        let number = self.locations.to_string();
        let path = [OutgoingOption::location_path("rd"), OutgoingOption::location_path(&number)];
        let response = Response::new(code);
        let response = if code == Code::CREATED { response.with_options(&path) } else { response };
        // the exchange may be over by now
        let _ = self.endpoint.respond(now, id, &response);
    }
}

fn hear(seen: &mut String, response: &IncomingResponse<'_>) {
    if response.code == Code::CONTENT {
        *seen = String::from_utf8(response.payload.to_vec()).expect("text");
    }
}

//! The device as the client of an LwM2M server, in time that a test moves.

use std::time::Duration;

use comi_runtime::coap::content_format::TEXT_PLAIN;
use comi_runtime::coap::{self, Code, Endpoint, Method, OutgoingOption, OutgoingRequest, Peer, Received, Response};
use comi_runtime::lwm2m::registration::State;
use comi_runtime::lwm2m::{self, Path, Samples};
use comi_runtime::time::Instant;
use comi_runtime::{Device, Event, Limits, Lwm2mClient, SendError};

use crate::hardware::Hardware;
use crate::model::lwm2m_device_3::path::device_utc_offset;
use crate::model::lwm2m_temperature_3303::path::temperature;
use crate::model::{Bound, bind};
use crate::world::leaf;

const SERVER: &str = "[2001:db8::5]:5683";
const OTHER: &str = "[2001:db8::6]:5683";
const DEVICE: &str = "[2001:db8::1]:5683";

fn peer(address: &str) -> Peer {
    Peer::insecure(address.parse().unwrap())
}

/// A request that came to the server: method, path, query and body.
type Came = (Method, String, Vec<String>, String);

struct Scene {
    now: Instant,
    device: Device<Bound<Hardware>>,
    server: Endpoint,
    other: Endpoint,
    /// What the server answers to each request that comes; without one it stays silent.
    answers: Vec<Code>,
    came: Vec<Came>,
    /// Responses to the server's and the other's requests.
    heard: Vec<(Code, String)>,
}

impl Scene {
    fn new(answers: &[Code]) -> Scene {
        let client = Lwm2mClient::new("urn:dev:os:valve-7", "coap://[2001:db8::5]").lifetime(300);
        let device = Device::new(bind(Hardware::new())).lwm2m_client(client).limits(Limits::DEVICE).seed(7).build();
        let mut device = device.unwrap();
        device.ensure(Instant::START, &temperature(0)).unwrap();
        let answers = answers.iter().rev().copied().collect();
        let (server, other) = (Endpoint::new(coap::Limits::SERVER, 1), Endpoint::new(coap::Limits::SERVER, 2));
        let now = Instant::from_secs(1);
        let mut scene = Scene { now, device, server, other, answers, came: Vec::new(), heard: Vec::new() };
        scene.device.handle_timeout(now);
        scene.settle();
        scene
    }

    fn settle(&mut self) {
        let mut buffer = Vec::new();
        loop {
            let mut idle = true;
            while let Some(to) = self.device.poll_transmit(&mut buffer) {
                idle = false;
                let endpoint = if to == peer(SERVER) { &mut self.server } else { &mut self.other };
                match endpoint.handle_datagram(self.now, peer(DEVICE), &buffer) {
                    Some(Received::Request(request)) => {
                        let path: Vec<&str> = request.uri_path().map(Result::unwrap).collect();
                        let query = request.uri_query().map(|query| query.unwrap().to_owned()).collect();
                        let body = String::from_utf8_lossy(request.payload).into_owned();
                        self.came.push((request.method, path.join("/"), query, body));
                        let id = request.id;
                        let location = [OutgoingOption::location_path("rd"), OutgoingOption::location_path("4711")];
                        if let Some(code) = self.answers.pop() {
                            let response = Response::new(code);
                            let response =
                                if code == Code::CREATED { response.with_options(&location) } else { response };
                            endpoint.respond(self.now, id, &response).unwrap();
                        } else {
                            endpoint.ignore(id);
                        }
                    }
                    Some(Received::Response { response, .. }) => {
                        let text = String::from_utf8_lossy(response.payload).into_owned();
                        self.heard.push((response.code, text));
                    }
                    None => {}
                }
            }
            for (endpoint, from) in [(&mut self.server, SERVER), (&mut self.other, OTHER)] {
                while endpoint.poll_transmit(&mut buffer).is_some() {
                    idle = false;
                    self.device.handle_datagram(self.now, peer(from), &buffer);
                }
            }
            if idle {
                return;
            }
        }
    }

    fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            let timeouts = [self.device.poll_timeout(), self.server.poll_timeout(), self.other.poll_timeout()];
            match timeouts.into_iter().flatten().min().filter(|next| *next <= end) {
                None => break,
                Some(next) => {
                    self.now = self.now.max(next);
                    self.device.handle_timeout(self.now);
                    self.server.handle_timeout(self.now);
                    self.other.handle_timeout(self.now);
                    self.settle();
                }
            }
        }
        self.now = end;
    }

    fn ask(&mut self, from: &str, request: &OutgoingRequest<'_>) {
        let endpoint = if from == SERVER { &mut self.server } else { &mut self.other };
        endpoint.call(self.now, peer(DEVICE), request).unwrap();
        self.settle();
    }

    fn heard(&mut self) -> Vec<(Code, String)> {
        std::mem::take(&mut self.heard)
    }

    fn state(&self) -> State {
        self.device.registrations()[0].state
    }

    fn set_offset(&mut self, offset: &str) {
        let Some(data) = leaf(offset) else { return };
        self.device.set(self.now, &device_utc_offset(), data).unwrap();
        self.settle();
    }
}

const READ: OutgoingRequest<'_> = OutgoingRequest::new(Method::Get, "/3/0/0");

#[test]
fn a_register_tells_name_lifetime_version_and_objects() {
    let scene = Scene::new(&[Code::PRECONDITION_FAILED, Code::CREATED]);
    let links = r#"</>;rt="oma.lwm2m";ct="0 42 60 110 112 11542 11544",</3>;ver=1.2,</3/0>,</3303>;ver=1.1,</3303/0>"#;
    for (came, version) in scene.came.iter().zip(["1.2", "1.1"]) {
        let (method, path, query, body) = came;
        let expected = ["ep=urn:dev:os:valve-7", &format!("lwm2m={version}"), "lt=300", "b=U"];
        assert_eq!((*method, path.as_str(), body.as_str()), (Method::Post, "rd", links));
        assert_eq!(query, &expected);
    }
    assert_eq!(scene.came.len(), 2);
    assert_eq!(scene.device.registrations()[0].location, "/rd/4711");
}

#[test]
fn a_server_is_ignored_until_its_registration_is_done_and_others_are_served() {
    // Core 1.2 section 6.3
    let mut scene = Scene::new(&[]);
    assert!(matches!(scene.state(), State::Registering { .. }));
    scene.ask(SERVER, &READ);
    assert_eq!(scene.heard(), []);
    scene.ask(OTHER, &READ);
    assert_eq!(scene.heard(), [(Code::CONTENT, "Acme".to_owned())]);
    // the Register is sent again, and so is the server's request
    scene.answers = vec![Code::CREATED];
    scene.pass(Duration::from_secs(20));
    assert!(matches!(scene.state(), State::Registered { .. }));
    assert_eq!(scene.heard(), [(Code::CONTENT, "Acme".to_owned())]);
}

#[test]
fn an_update_comes_in_time_and_one_that_is_refused_brings_a_register() {
    let mut scene = Scene::new(&[Code::CREATED, Code::CHANGED, Code::NOT_FOUND, Code::CREATED]);
    scene.came.clear();
    scene.pass(Duration::from_secs(208));
    assert_eq!(scene.came, [(Method::Post, "rd/4711".into(), Vec::new(), String::new())]);
    scene.pass(Duration::from_secs(208));
    let said: Vec<&str> = scene.came.iter().map(|(_, path, ..)| path.as_str()).collect();
    assert_eq!(said, ["rd/4711", "rd/4711", "rd"]);
}

#[test]
fn a_new_instance_is_told_by_an_update_with_all_objects() {
    let mut scene = Scene::new(&[Code::CREATED, Code::CHANGED]);
    scene.came.clear();
    scene.device.ensure(scene.now, &temperature(5)).unwrap();
    scene.settle();
    let [(Method::Post, path, query, body)] = &scene.came[..] else { panic!("{:?}", scene.came) };
    assert_eq!((path.as_str(), query.len()), ("rd/4711", 0));
    assert!(body.ends_with("</3303/0>,</3303/5>"), "{body}");
}

#[test]
fn a_device_that_deregisters_says_so_and_stays_away() {
    let mut scene = Scene::new(&[Code::CREATED, Code::DELETED]);
    scene.came.clear();
    scene.device.deregister(scene.now);
    scene.settle();
    assert_eq!(scene.came, [(Method::Delete, "rd/4711".into(), Vec::new(), String::new())]);
    scene.pass(Duration::from_secs(1000));
    assert_eq!((scene.state(), scene.came.len()), (State::Idle, 1));
    let mut states = Vec::new();
    while let Some(event) = scene.device.poll_event() {
        if let Event::Registration(status) = event {
            states.push(status.state);
        }
    }
    assert!(matches!(
        states[..],
        [State::Registering { .. }, State::Registered { .. }, State::Leaving { .. }, State::Idle]
    ));
}

#[test]
fn a_silent_server_is_tried_again_after_growing_pauses() {
    let mut scene = Scene::new(&[]);
    scene.pass(Duration::from_secs(100));
    let State::Waiting { until } = scene.state() else { panic!("{:?}", scene.state()) };
    scene.answers = vec![Code::CREATED];
    scene.pass(until - scene.now + Duration::from_secs(1));
    assert!(matches!(scene.state(), State::Registered { .. }));
}

#[test]
fn attributes_of_a_server_decide_when_it_is_told() {
    let mut scene = Scene::new(&[Code::CREATED]);
    let queries = ["pmin=10", "pmax=60"];
    scene.ask(SERVER, &OutgoingRequest { queries: &queries, ..OutgoingRequest::new(Method::Put, "/3/0/14") });
    assert_eq!(scene.heard(), [(Code::CHANGED, String::new())]);
    scene.set_offset("+01");
    let observe =
        OutgoingRequest { observe: true, accept: Some(TEXT_PLAIN), ..OutgoingRequest::new(Method::Get, "/3/0/14") };
    scene.ask(SERVER, &observe);
    scene.heard();
    scene.set_offset("+02");
    scene.set_offset("+03");
    scene.pass(Duration::from_secs(9));
    assert_eq!(scene.heard(), [], "pmin is not over");
    scene.pass(Duration::from_secs(2));
    assert_eq!(scene.heard(), [(Code::CONTENT, "+03".to_owned())]);
    scene.pass(Duration::from_secs(55));
    assert_eq!(scene.heard(), [], "pmax is not over");
    scene.pass(Duration::from_secs(6));
    assert_eq!(scene.heard(), [(Code::CONTENT, "+03".to_owned())]);
    scene.pass(Duration::from_secs(20));
    scene.set_offset("+04");
    assert_eq!(scene.heard(), [(Code::CONTENT, "+04".to_owned())], "pmin is over, so it is told at once");
}

#[test]
fn what_is_not_there_is_not_found_at_any_level() {
    let mut scene = Scene::new(&[Code::CREATED]);
    for path in ["/3/0/11/7", "/3/0/6/9", "/3/1", "/3303/9/5700", "/3/0/99"] {
        scene.ask(SERVER, &OutgoingRequest::new(Method::Get, path));
        assert_eq!(scene.heard()[0].0, Code::NOT_FOUND, "{path}");
    }
}

#[test]
fn an_observe_brings_attributes_of_its_own_in_place_of_those_that_are_written() {
    // Core 1.2 section 6.4.1
    let mut scene = Scene::new(&[Code::CREATED]);
    scene.set_offset("+01");
    let written = ["pmin=60"];
    scene.ask(SERVER, &OutgoingRequest { queries: &written, ..OutgoingRequest::new(Method::Put, "/3/0/14") });
    let observe = |queries| OutgoingRequest {
        observe: true,
        accept: Some(TEXT_PLAIN),
        queries,
        ..OutgoingRequest::new(Method::Get, "/3/0/14")
    };
    for (from, queries) in [(SERVER, &["pmin=x"][..]), (SERVER, &["gt=5"]), (SERVER, &["c=a"]), (OTHER, &["pmin=5"])] {
        scene.heard();
        scene.ask(from, &observe(queries));
        assert_eq!(scene.heard()[0].0, Code::BAD_REQUEST, "{queries:?}");
    }
    scene.ask(SERVER, &observe(&["epmin=5", "con=1"]));
    assert_eq!(scene.heard()[0].0, Code::CONTENT);
    scene.set_offset("+02");
    scene.pass(Duration::from_secs(4));
    assert_eq!(scene.heard(), [], "epmin is not over");
    scene.pass(Duration::from_secs(2));
    assert_eq!(scene.heard(), [(Code::CONTENT, "+02".to_owned())], "and the pmin that was written doesn't count");
}

#[test]
fn a_change_waits_for_the_least_evaluation_period() {
    let mut scene = Scene::new(&[Code::CREATED]);
    scene.set_offset("+01");
    let queries = ["epmin=10"];
    let observe = OutgoingRequest {
        observe: true,
        accept: Some(TEXT_PLAIN),
        queries: &queries,
        ..OutgoingRequest::new(Method::Get, "/3/0/14")
    };
    scene.ask(SERVER, &observe);
    scene.heard();
    scene.set_offset("+02");
    scene.set_offset("+03");
    scene.pass(Duration::from_secs(9));
    assert_eq!(scene.heard(), []);
    scene.pass(Duration::from_secs(2));
    assert_eq!(scene.heard(), [(Code::CONTENT, "+03".to_owned())]);
}

#[test]
fn samples_are_sent_unasked_to_a_server_that_takes_them() {
    // Core 1.2 section 6.4.6
    let paths = |paths: &[&str]| paths.iter().map(|path| Path::parse(path).unwrap()).collect::<Vec<_>>();
    let mut scene = Scene::new(&[Code::CREATED, Code::CHANGED]);
    let mut samples = Samples::new();
    assert_eq!(scene.device.send_samples(scene.now, 1, &samples), Err(SendError::Empty));
    scene.device.sample(&mut samples, &paths(&["/3/0/0", "/3/0/6"]), None).unwrap();
    scene.device.sample(&mut samples, &paths(&["/3303/0/5700"]), Some(1_700_000_000.5)).unwrap();
    for (path, error) in [("/3/0/4", lwm2m::Error::MethodNotAllowed), ("/9", lwm2m::Error::NotFound)] {
        assert_eq!(scene.device.sample(&mut samples, &paths(&["/3/0/0", path]), None), Err(error));
    }
    assert_eq!(samples.len(), 4, "what can't be read adds nothing");
    assert_eq!(scene.device.send_samples(scene.now, 7, &samples), Err(SendError::NotRegistered));
    scene.came.clear();
    let call = scene.device.send_samples(scene.now, 1, &samples).unwrap();
    scene.settle();
    let [(Method::Post, path, query, body)] = &scene.came[..] else { panic!("{:?}", scene.came) };
    assert_eq!((path.as_str(), query.len()), ("dp", 0));
    for part in ["/3/0/0", "Acme", "/3/0/6/1", "/3303/0/5700"] {
        assert!(body.contains(part), "{part} in {body}");
    }
    let is_response = |event: &Event| matches!(event, Event::Response { call: own, code, .. } if *own == call && *code == Code::CHANGED);
    assert!(std::iter::from_fn(|| scene.device.poll_event()).any(|event| is_response(&event)));
    // the server is of version 1.0
    let refused = [Code::PRECONDITION_FAILED, Code::PRECONDITION_FAILED, Code::CREATED];
    let mut scene = Scene::new(&refused);
    assert_eq!(scene.device.send_samples(scene.now, 1, &samples), Err(SendError::TooOld));
}

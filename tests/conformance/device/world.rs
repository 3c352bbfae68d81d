//! A device and its peers on a wire that loses nothing, in time that a test moves.

use std::collections::BTreeMap;
use std::time::Duration;

use comi_runtime::client::{Request, Response};
use comi_runtime::coap::{self, CallId, Code, Endpoint, Event, Peer, Received};
use comi_runtime::schema::Schema;
use comi_runtime::time::Instant;
use comi_runtime::value::{Data, InstanceIdentifier, Value};
use comi_runtime::{Device, Limits};

use crate::hardware::Hardware;
use crate::model::lwm2m_temperature_3303::path::temperature;
use crate::model::{Bound, bind};

/// Where the device is.
const DEVICE: &str = "[2001:db8::1]:5683";

/// A peer and what it has heard.
struct Remote {
    endpoint: Endpoint,
    heard: BTreeMap<CallId, Vec<Response>>,
    failed: Vec<CallId>,
    /// Nothing reaches it.
    cut_off: bool,
}

pub(crate) struct World {
    pub(crate) now: Instant,
    pub(crate) device: Device<Bound<Hardware>>,
    pub(crate) hardware: Hardware,
    remotes: Vec<Remote>,
}

impl World {
    pub(crate) fn new() -> World {
        World::with_limits(Limits::DEVICE)
    }

    pub(crate) fn with_limits(limits: Limits) -> World {
        let hardware = Hardware::new();
        let device = Device::new(bind(hardware.clone())).coreconf().lwm2m().limits(limits).seed(7).build();
        let mut device = device.unwrap();
        for instance in [0, 1] {
            device.ensure(Instant::START, &temperature(instance)).unwrap();
        }
        let remotes = (0..3)
            .map(|seed| Remote {
                endpoint: Endpoint::new(coap::Limits::SERVER, seed),
                heard: BTreeMap::new(),
                failed: Vec::new(),
                cut_off: false,
            })
            .collect();
        hardware.state().diary.clear();
        World { now: Instant::from_secs(1), device, hardware, remotes }
    }

    pub(crate) fn schema(&self) -> &'static Schema {
        self.device.schema()
    }

    /// Delivers everything in both directions until nothing is on its way.
    pub(crate) fn settle(&mut self) {
        let mut buffer = Vec::new();
        loop {
            let mut idle = true;
            for (place, remote) in self.remotes.iter_mut().enumerate() {
                while remote.endpoint.poll_transmit(&mut buffer).is_some() {
                    idle = false;
                    self.device.handle_datagram(self.now, peer(place), &buffer);
                }
                while let Some(event) = remote.endpoint.poll_event() {
                    if let Event::CallFailed { call, .. } = event {
                        remote.failed.push(call);
                    }
                }
            }
            while let Some(to) = self.device.poll_transmit(&mut buffer) {
                idle = false;
                let place = (0..self.remotes.len()).find(|place| peer(*place) == to);
                let remote = place.map(|place| &mut self.remotes[place]);
                let Some(remote) = remote.filter(|remote| !remote.cut_off) else { continue };
                let from = Peer::insecure(DEVICE.parse().unwrap());
                if let Some(Received::Response { call, response }) =
                    remote.endpoint.handle_datagram(self.now, from, &buffer)
                {
                    let response = Response::from_incoming(&response);
                    remote.heard.entry(call).or_default().push(response);
                }
            }
            if idle {
                return;
            }
        }
    }

    /// Lets time pass, with every deadline on the way.
    pub(crate) fn pass(&mut self, duration: Duration) {
        let end = self.now + duration;
        loop {
            self.settle();
            let deadlines = self.remotes.iter().map(|remote| remote.endpoint.poll_timeout());
            let next = deadlines.chain([self.device.poll_timeout()]).flatten().min();
            match next.filter(|next| *next <= end) {
                None => break,
                Some(next) => {
                    self.now = self.now.max(next);
                    self.device.handle_timeout(self.now);
                    for remote in &mut self.remotes {
                        remote.endpoint.handle_timeout(self.now);
                    }
                }
            }
        }
        self.now = end;
    }

    /// A request of peer 0, and its answer.
    pub(crate) fn ask(&mut self, request: &Request) -> Response {
        self.ask_as(0, request)
    }

    /// A request of a peer, and its answer.
    pub(crate) fn ask_as(&mut self, place: usize, request: &Request) -> Response {
        let call = self.send(place, request, false);
        let mut heard = self.heard(place, call);
        assert_eq!(heard.len(), 1, "one answer to {request:?}");
        heard.remove(0)
    }

    /// An observation by a peer; its first answer is the first that is heard.
    pub(crate) fn observe(&mut self, place: usize, request: &Request) -> CallId {
        self.send(place, request, true)
    }

    /// Sends without looking at the answer.
    pub(crate) fn send(&mut self, place: usize, request: &Request, observe: bool) -> CallId {
        let to = Peer::insecure(DEVICE.parse().unwrap());
        let (now, endpoint) = (self.now, &mut self.remotes[place].endpoint);
        let call = request.with_outgoing(observe, |outgoing| endpoint.call(now, to, outgoing)).unwrap();
        self.settle();
        call
    }

    /// Nothing reaches this peer any more.
    pub(crate) fn cut_off(&mut self, place: usize) {
        self.remotes[place].cut_off = true;
    }

    pub(crate) fn cancel(&mut self, place: usize, call: CallId) {
        self.remotes[place].endpoint.cancel(self.now, call);
        self.settle();
    }

    /// What a peer has heard of a call since it was asked last.
    pub(crate) fn heard(&mut self, place: usize, call: CallId) -> Vec<Response> {
        self.settle();
        self.remotes[place].heard.remove(&call).unwrap_or_default()
    }

    /// Bytes as a peer of their own would send them, and what comes back.
    pub(crate) fn raw(&mut self, datagram: &[u8]) -> Vec<Vec<u8>> {
        let stranger = Peer::insecure("[2001:db8::bad]:40000".parse().unwrap());
        self.device.handle_datagram(self.now, stranger, datagram);
        let mut answers = Vec::new();
        let mut buffer = Vec::new();
        while let Some(to) = self.device.poll_transmit(&mut buffer) {
            assert_eq!(to, stranger);
            answers.push(buffer.clone());
        }
        answers
    }

    pub(crate) fn fetch(&mut self, nodes: &[InstanceIdentifier]) -> Vec<Option<Data>> {
        let request = Request::fetch(self.schema(), nodes).unwrap();
        self.ask(&request).fetched(self.schema(), nodes).unwrap()
    }

    /// One leaf's data by FETCH.
    pub(crate) fn leaf(&mut self, node: &InstanceIdentifier) -> Option<Data> {
        self.fetch(std::slice::from_ref(node)).remove(0)
    }

    /// Sets leafs by iPATCH; the answer.
    pub(crate) fn patch(&mut self, changes: &[(InstanceIdentifier, Option<Data>)]) -> Response {
        let request = Request::patch(self.schema(), changes).unwrap();
        self.ask(&request)
    }

    /// Sets one leaf by iPATCH, which must be taken.
    pub(crate) fn set(&mut self, node: &InstanceIdentifier, value: impl Into<Value>) {
        let answer = self.patch(&[(node.clone(), leaf(value))]);
        assert_eq!(answer.code, Code::CHANGED, "{}", String::from_utf8_lossy(&answer.payload));
    }
}

/// The address of a peer.
fn peer(place: usize) -> Peer {
    Peer::insecure(format!("[2001:db8::{:x}]:61616", 0x10 + place).parse().unwrap())
}

/// A leaf's data.
pub(crate) fn leaf(value: impl Into<Value>) -> Option<Data> {
    Some(Data::Leaf(value.into()))
}

/// The text of a payload.
pub(crate) fn text(response: &Response) -> (Code, &str) {
    (response.code, std::str::from_utf8(&response.payload).unwrap())
}

impl Hardware {
    /// How often this stands in the diary; forgets the diary.
    pub(crate) fn count(&self, entry: &str) -> usize {
        std::mem::take(&mut self.state().diary).iter().filter(|own| *own == entry).count()
    }
}

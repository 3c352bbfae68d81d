//! Many clients that edit the same configuration, each on condition that nobody has changed it since it looked: whatever
//! the network loses, the history is linearisable. There is an order of all operations in which each has the effect that
//! its answer says, and each stands between its request and its answer (Herlihy and Wing, 1990).
//!
//! Every client reads the number that stands there and writes the next one. So the numbers are the order of the writes,
//! and the history is checked without a word of the server: `history` is how.

use std::collections::BTreeMap;
use std::time::Duration;

use comi_codegen::{Context, served_schema, session_sids};
use comi_runtime::client::{Request, Response};
use comi_runtime::coap::{self, CallId, Code, Endpoint, Event, Peer, Received};
use comi_runtime::schema::Schema;
use comi_runtime::time::Instant;
use comi_runtime::value::{Data, InstanceIdentifier, Value, text};
use comi_runtime::{Device, Limits};
use comi_tests::Nothing;

use crate::history::{History, Operation};
use crate::network::Conditions;
use crate::random::Random;

/// How often each client adds one, if it can.
const TURNS: u32 = 3;
/// Clients wait up to this long between two operations.
const PAUSE: Duration = Duration::from_secs(20);
/// Nobody begins after this.
const END: Instant = Instant::from_secs(600);

/// The counter's schema.
pub(crate) fn schema() -> &'static Schema {
    let mut context = Context::new();
    context.source(
        "counter",
        "module counter { namespace 'urn:counter'; prefix c; leaf count { type uint32; default 0; } leaf by { type uint32; } }",
    );
    let compiled = context.module("counter").module("ietf-coreconf").module("ietf-yang-library").compile();
    let session = session_sids(&compiled, &[]).expect("SIDs");
    let (schema, _) = served_schema(&compiled, &session.registry).expect("a schema");
    comi_runtime::datastore::with_rules(comi_runtime::cbor::with_names(schema))
}

/// What a client waits for.
enum Waiting {
    Read,
    /// The write of the number behind this one.
    Write(u64),
}

struct Client {
    endpoint: Endpoint,
    waiting: Option<(CallId, Waiting, Instant)>,
    /// How often it still wants to add one.
    turns: u32,
    next: Instant,
    /// What it has read: the number, and the revision.
    read: Option<(u64, Vec<u8>)>,
}

/// The device, the clients and the network between them.
pub(crate) struct Counting {
    random: Random,
    conditions: Conditions,
    now: Instant,
    device: Device<Nothing>,
    clients: Vec<Client>,
    /// Datagrams on their way: of which client, and whether to the device.
    on_their_way: BTreeMap<(Instant, u64), (usize, bool, Vec<u8>)>,
    sent: u64,
    history: History,
    count: InstanceIdentifier,
    by: InstanceIdentifier,
}

impl Counting {
    pub(crate) fn new(seed: u64, clients: usize, conditions: Conditions, schema: &'static Schema) -> Counting {
        let mut random = Random::new(seed);
        let device = Device::new(Nothing(schema)).coreconf().limits(Limits::SERVER).seed(random.number()).build();
        let client = |_| Client {
            endpoint: Endpoint::new(coap::Limits::SERVER, random.number()),
            waiting: None,
            turns: TURNS,
            next: Instant::from_secs(1) + random.up_to(PAUSE),
            read: None,
        };
        let at = |name| text::parse_path(schema, name).expect("a leaf");
        Counting {
            clients: (0..clients).map(client).collect(),
            random,
            conditions,
            now: Instant::from_secs(1),
            device: device.expect("a device"),
            on_their_way: BTreeMap::new(),
            sent: 0,
            history: History::default(),
            count: at("/counter:count"),
            by: at("/counter:by"),
        }
    }

    /// Until all have what they want, or it is too late; the history, and the number that stands there in the end.
    pub(crate) fn run(mut self) -> (History, u64) {
        loop {
            for place in 0..self.clients.len() {
                self.begin(place);
            }
            self.transmit();
            let clients = self.clients.iter();
            let next = clients
                .flat_map(|client| [client.endpoint.poll_timeout(), client.begins()])
                .chain([self.device.poll_timeout(), self.on_their_way.first_key_value().map(|((at, _), _)| *at)])
                .flatten()
                .min();
            let idle = self.on_their_way.is_empty()
                && self.clients.iter().all(|client| client.waiting.is_none() && client.begins().is_none());
            let Some(next) = next.filter(|_| !idle) else { break };
            self.now = self.now.max(next);
            self.arrive();
            self.device.handle_timeout(self.now);
            for client in &mut self.clients {
                client.endpoint.handle_timeout(self.now);
            }
            self.failures();
        }
        let store = self.device.datastore();
        let stands = match store.content().leaf(self.count.node) {
            Some(Value::Unsigned(count)) => *count,
            _ => 0,
        };
        (self.history, stands)
    }

    /// A client reads, or writes the number behind the one that it has read.
    fn begin(&mut self, place: usize) {
        let schema = self.device.schema();
        let client = &mut self.clients[place];
        if client.begins().is_none_or(|at| at > self.now) {
            return;
        }
        let (request, waiting) = match client.read.take() {
            None => (Request::datastore().with_queries(["c=c"]), Waiting::Read),
            Some((count, revision)) => {
                let number = |value| Some(Data::Leaf(Value::Unsigned(value)));
                let changes = [(self.count.clone(), number(count + 1)), (self.by.clone(), number(place as u64))];
                let request = Request::patch(schema, &changes).expect("SIDs").with_if_match(&revision);
                (request, Waiting::Write(count))
            }
        };
        let now = self.now;
        let call = request.with_outgoing(false, |outgoing| client.endpoint.call(now, device(), outgoing));
        client.waiting = Some((call.expect("room"), waiting, now));
    }

    /// Puts what is to go on its way, as far as the network carries it.
    fn transmit(&mut self) {
        let mut buffer = Vec::new();
        for place in 0..self.clients.len() {
            while self.clients[place].endpoint.poll_transmit(&mut buffer).is_some() {
                self.carry(place, true, &buffer);
            }
        }
        while let Some(to) = self.device.poll_transmit(&mut buffer) {
            let place = (0..self.clients.len()).find(|place| peer(*place) == to).expect("one of them");
            self.carry(place, false, &buffer);
        }
    }

    fn carry(&mut self, place: usize, to_device: bool, datagram: &[u8]) {
        for (after, copy) in self.conditions.carry(&mut self.random, datagram) {
            self.sent += 1;
            self.on_their_way.insert((self.now + after, self.sent), (place, to_device, copy));
        }
    }

    fn arrive(&mut self) {
        while let Some(entry) = self.on_their_way.first_entry().filter(|entry| entry.key().0 <= self.now) {
            let (place, to_device, datagram) = entry.remove();
            if to_device {
                self.device.handle_datagram(self.now, peer(place), &datagram);
                continue;
            }
            let received = self.clients[place].endpoint.handle_datagram(self.now, device(), &datagram);
            if let Some(Received::Response { call, response }) = received {
                let response = Response::from_incoming(&response);
                self.answered(place, call, response);
            }
        }
    }

    fn answered(&mut self, place: usize, call: CallId, response: Response) {
        let (now, schema) = (self.now, self.device.schema());
        let client = &mut self.clients[place];
        let Some((_, waiting, start)) = client.waiting.take_if(|(own, ..)| *own == call) else { return };
        client.next = now + self.random.up_to(PAUSE);
        match (waiting, response.code) {
            (Waiting::Read, Code::CONTENT) => {
                let revision = response.etag.clone().expect("the revision");
                let content = response.datastore(schema).expect("a document");
                let count = match content.leaf(self.count.node) {
                    Some(Value::Unsigned(count)) => *count,
                    _ => 0,
                };
                client.read = Some((count, revision));
                client.next = now + self.random.up_to(Duration::from_millis(500));
                self.history.add(start, Some(now), Operation::Read(count));
            }
            (Waiting::Write(read), Code::CHANGED) => {
                client.turns -= 1;
                self.history.add(start, Some(now), Operation::Write(read + 1));
            }
            (Waiting::Write(read), Code::PRECONDITION_FAILED) => {
                self.history.add(start, Some(now), Operation::Refused(read));
            }
            (_, code) => panic!("client {place} is answered by {code}"),
        }
    }

    /// Requests without an answer: a write may have been done or not.
    fn failures(&mut self) {
        for client in &mut self.clients {
            while let Some(event) = client.endpoint.poll_event() {
                let Event::CallFailed { call, .. } = event else { continue };
                let Some((_, waiting, start)) = client.waiting.take_if(|(own, ..)| *own == call) else { continue };
                client.next = self.now + self.random.up_to(PAUSE);
                if let Waiting::Write(read) = waiting {
                    self.history.add(start, None, Operation::Write(read + 1));
                }
            }
        }
    }
}

impl Client {
    /// When it begins its next operation.
    fn begins(&self) -> Option<Instant> {
        (self.waiting.is_none() && self.turns > 0 && self.next < END).then_some(self.next)
    }
}

fn device() -> Peer {
    Peer::insecure("[2001:db8::1]:5683".parse().expect("an address"))
}

fn peer(place: usize) -> Peer {
    Peer::insecure(format!("[2001:db8::1:{place:x}]:61616").parse().expect("an address"))
}

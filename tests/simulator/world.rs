//! Many devices on one network, and the time, which is skipped from one happening to the next.
//!
//! A run has four acts: all ask, answer, change and reboot over a bad network; the network heals, and a last change
//! must reach every observer; all stop; the lifetimes end, and nothing may be left.

use std::collections::BTreeMap;
use std::time::Duration;

use comi_runtime::coap::{Limits, Message, Method, Peer, RequestId, Usage};
use comi_runtime::time::Instant;

use crate::network::Conditions;
use crate::node::{Excuses, Node, Reply, Wish};
use crate::random::Random;

const LIVELY: Duration = Duration::from_secs(150);
/// Longer than a request can wait for its failure, and then than an observer waits before it asks anew.
const SETTLING: Duration = Duration::from_secs(600);
/// More than any run needs.
const HAPPENINGS: usize = 1_000_000;

enum Happening {
    Arrival { from: usize, to: usize, datagram: Vec<u8> },
    Answer { node: usize, incarnation: u32, id: RequestId, reply: Reply },
    Ask(usize),
    Change(usize),
    LookAfterWatches(usize),
    Reboot(usize),
}

pub(crate) struct World {
    random: Random,
    now: Instant,
    conditions: Conditions,
    excuses: Excuses,
    pub(crate) nodes: Vec<Node>,
    happenings: BTreeMap<(Instant, u64), Happening>,
    /// Whether answers may be late.
    lively: bool,
    /// Counts happenings, and numbers bodies and states.
    count: u64,
    trace: bool,
    pub(crate) datagrams: usize,
}

impl World {
    /// A world of two nodes on this network, both with these limits, where nothing happens by itself.
    pub(crate) fn quiet(seed: u64, limits: &Limits, conditions: Conditions, trace: bool) -> World {
        let excuses = Excuses { reboots: false, corruption: false, tight: false, silence: false, slow: false };
        World::new(Random::new(seed), limits, conditions, excuses, 2, trace)
    }

    fn new(
        mut random: Random,
        limits: &Limits,
        conditions: Conditions,
        excuses: Excuses,
        size: usize,
        trace: bool,
    ) -> World {
        let nodes = (1..).take(size).map(|state| Node::new(limits.clone(), random.number(), state, excuses)).collect();
        let now = Instant::from_secs(1);
        let happenings = BTreeMap::new();
        World { random, now, conditions, excuses, nodes, happenings, lively: false, count: 1000, trace, datagrams: 0 }
    }

    /// The world of a seed.
    pub(crate) fn of(seed: u64, trace: bool) -> World {
        let mut random = Random::new(seed);
        let [corruption, reboots, tight] = [1, 2, 3].map(|kind| seed % 6 == kind);
        let conditions = Conditions::any(&mut random, if corruption { 30 } else { 0 });
        let slow = conditions.jitter > Duration::from_secs(1);
        // on a slow network a separate response that waits for its turn (NSTART) may come too late
        let silence = conditions.loss > 0 || corruption || reboots || tight || slow;
        let excuses = Excuses { reboots, corruption, tight, silence, slow };
        let roomy = Limits { body: 8192, block_size: 64 << random.below(5), ..Limits::SERVER };
        let few = Limits {
            exchanges: 3,
            confirmables: 3,
            observations: 2,
            transfers: 1,
            calls: 3,
            body: 2000,
            block_size: 16 << random.below(7),
            ..Limits::DEVICE
        };
        let size = 2 + random.below(4);
        let mut world = World::new(random, if tight { &few } else { &roomy }, conditions, excuses, size, trace);
        world.lively = true;
        for node in 0..size {
            // each watch of the few calls is one for ever
            let most = if tight { 2 } else { size };
            for server in (0..size).filter(|server| *server != node) {
                if world.random.happens(400) && world.nodes[node].watches.len() < most {
                    world.nodes[node].watch(world.now, server);
                }
            }
            world.happen(Duration::from_secs(1), Happening::LookAfterWatches(node));
            world.schedule(3 + 18 / size, |_| Happening::Ask(node));
            world.schedule(6, |_| Happening::Change(node));
            if reboots && world.random.happens(500) {
                world.schedule(1, |_| Happening::Reboot(node));
            }
        }
        if trace {
            eprintln!("{size} nodes, {conditions:?}, {excuses:?}");
        }
        world
    }

    /// All four acts.
    pub(crate) fn run(&mut self) {
        let heals = self.now + LIVELY;
        self.run_until(heals);
        self.conditions = Conditions::PERFECT;
        for node in 0..self.nodes.len() {
            self.change(node);
        }
        self.run_until(heals + SETTLING);
        for (index, node) in self.nodes.iter().enumerate() {
            for watch in &node.watches {
                let newest = self.nodes[watch.server].state;
                assert_eq!(watch.seen, newest, "node {index} holds an old state of node {}", watch.server);
            }
        }
        self.happenings.retain(|_, happening| !matches!(happening, Happening::LookAfterWatches(_)));
        // what was asked last may be answered late
        self.run_until(self.now + SETTLING);
        self.forget_watches(2);
        self.run_until(self.now + SETTLING);
        for node in 0..self.nodes.len() {
            self.nodes[node].retire(self.now);
            self.settle(node);
        }
        self.run_until(self.now + SETTLING);
        self.forget_watches(1);
        self.run_until(Instant::from_micros(u64::MAX));
        for (index, node) in self.nodes.iter().enumerate() {
            assert!(!node.is_waiting(), "node {index} waits for an answer for ever");
            assert_eq!(node.endpoint.usage(), Usage::default(), "node {index} keeps something");
        }
    }

    /// Ends every watch, every second one …
    fn forget_watches(&mut self, step: usize) {
        for node in 0..self.nodes.len() {
            for watch in (0..self.nodes[node].watches.len()).step_by(step) {
                self.nodes[node].forget(self.now, watch);
            }
            self.settle(node);
        }
    }

    /// One request from the first node to the second.
    pub(crate) fn ask(&mut self, wish: Wish) {
        self.count += 1;
        let peer = peer(1);
        assert!(self.nodes[0].ask(self.now, peer, wish, self.count), "room");
        self.settle(0);
    }

    /// Until nothing is left to happen.
    pub(crate) fn rest(&mut self) {
        self.run_until(Instant::from_micros(u64::MAX));
    }

    fn schedule(&mut self, times: usize, happening: impl Fn(usize) -> Happening) {
        for index in 0..times {
            let at = self.random.up_to(LIVELY);
            self.happen(at, happening(index));
        }
    }

    fn happen(&mut self, after: Duration, happening: Happening) {
        self.count += 1;
        self.happenings.insert((self.now + after, self.count), happening);
    }

    fn run_until(&mut self, end: Instant) {
        for _ in 0..HAPPENINGS {
            let happening = self.happenings.first_key_value().map(|((at, _), _)| *at);
            let deadline = self.nodes.iter().filter_map(|node| node.endpoint.poll_timeout()).min();
            let Some(next) = happening.into_iter().chain(deadline).min().filter(|next| *next <= end) else {
                if end < Instant::from_micros(u64::MAX) {
                    self.now = end;
                }
                return;
            };
            self.now = self.now.max(next);
            if happening == Some(next) {
                if let Some((_, happening)) = self.happenings.pop_first() {
                    self.take(happening);
                }
                continue;
            }
            for node in 0..self.nodes.len() {
                // an early or repeated timeout does nothing
                if self.nodes[node].endpoint.poll_timeout().is_some_and(|at| at <= self.now) || self.random.happens(100)
                {
                    self.nodes[node].endpoint.handle_timeout(self.now);
                    self.settle(node);
                }
            }
        }
        panic!("the world never rests");
    }

    fn take(&mut self, happening: Happening) {
        let now = self.now;
        match happening {
            Happening::Arrival { from, to, datagram } => {
                if let Some(question) = self.nodes[to].arrive(now, peer(from), &datagram) {
                    self.consider(to, question.id, question.reply);
                }
                self.settle(to);
            }
            Happening::Answer { node, incarnation, id, reply } => {
                if self.nodes[node].incarnation == incarnation {
                    self.nodes[node].answer(now, id, reply);
                    self.settle(node);
                }
            }
            Happening::Ask(node) => {
                let others = self.nodes.len() - 1;
                let server = (node + 1 + self.random.below(others)) % self.nodes.len();
                let length = 12 + self.random.below(4000);
                let wish = match self.random.below(6) {
                    0 | 1 => Wish::Count,
                    2 => Wish::Store(Method::Put, length),
                    3 => Wish::Store(Method::Post, length),
                    4 => Wish::Swap(length),
                    _ => Wish::Read,
                };
                self.count += 1;
                let number = self.count;
                self.nodes[node].ask(now, peer(server), wish, number);
                self.settle(node);
            }
            Happening::Change(node) => self.change(node),
            Happening::LookAfterWatches(node) => {
                for watch in 0..self.nodes[node].watches.len() {
                    let server = self.nodes[node].watches[watch].server;
                    self.nodes[node].look_after(now, watch, peer(server));
                }
                self.settle(node);
                self.happen(Duration::from_secs(5), Happening::LookAfterWatches(node));
            }
            Happening::Reboot(node) => {
                self.count += 1;
                let seed = self.random.number();
                self.nodes[node].reboot(now, seed, self.count);
                if self.trace {
                    eprintln!("{now:?} node {node} reboots");
                }
            }
        }
    }

    fn change(&mut self, node: usize) {
        self.count += 1;
        let state = self.count;
        self.nodes[node].change(self.now, state);
        self.settle(node);
    }

    /// Answers at once; in a lively world also late, after an acknowledgement, or never.
    fn consider(&mut self, node: usize, id: RequestId, reply: Reply) {
        let now = self.now;
        let late = Happening::Answer { node, incarnation: self.nodes[node].incarnation, id, reply: reply.clone() };
        let after = self.random.up_to(Duration::from_secs(20));
        match self.random.below(40) {
            _ if !self.lively => self.nodes[node].answer(now, id, reply),
            0 if self.excuses.silence => {}
            1..=4 => {
                self.nodes[node].endpoint.defer(now, id).expect("it has just come");
                self.happen(after, late);
            }
            5..=8 => self.happen(after, late),
            _ => self.nodes[node].answer(now, id, reply),
        }
    }

    /// Sends what a node has to send, and holds it to its limits.
    fn settle(&mut self, node: usize) {
        let mut datagram = Vec::new();
        while let Some(to) = self.nodes[node].endpoint.poll_transmit(&mut datagram) {
            self.datagrams += 1;
            let copies = self.conditions.carry(&mut self.random, &datagram);
            if self.trace {
                eprintln!("{:?} {node} -> {}: {}", self.now, place(&to), line(&datagram, copies.len()));
            }
            for (after, datagram) in copies {
                self.happen(after, Happening::Arrival { from: node, to: place(&to), datagram });
            }
        }
        self.nodes[node].poll_events(self.now);
        let (usage, limits) = (self.nodes[node].endpoint.usage(), self.nodes[node].endpoint.limits());
        assert!(usage.exchanges <= limits.exchanges, "{usage:?}");
        assert!(usage.confirmables <= limits.confirmables, "{usage:?}");
        assert!(usage.observations <= limits.observations, "{usage:?}");
        assert!(usage.calls <= limits.calls, "{usage:?}");
        assert!(usage.transfers <= 2 * limits.transfers, "{usage:?}");
        assert!(usage.transfer_bytes <= usage.transfers * 4 * (limits.body + 1024), "{usage:?}");
    }
}

fn peer(node: usize) -> Peer {
    let last = u16::try_from(node + 1).expect("few nodes");
    Peer::insecure((std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, last), 5683).into())
}

fn place(peer: &Peer) -> usize {
    match peer.address.ip() {
        std::net::IpAddr::V6(address) => usize::from(address.segments()[7]) - 1,
        std::net::IpAddr::V4(_) => panic!("all are at home in IPv6"),
    }
}

/// A datagram as a line of the trace.
fn line(datagram: &[u8], copies: usize) -> String {
    let Ok(message) = Message::parse(datagram) else { return format!("{datagram:02x?}") };
    let options: Vec<String> =
        message.options().map(|option| format!("{}={:02x?}", option.number, option.value)).collect();
    let (kind, code, id, token) = (message.kind(), message.code(), message.id(), message.token());
    let length = message.payload().len();
    format!("{kind:?} {code} #{id} {token:?} {} +{length} ({copies} arrive)", options.join(" "))
}

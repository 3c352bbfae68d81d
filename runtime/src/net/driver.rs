//! The loop around a device or plain resources: what comes is handed in, what is to go is sent, in between it sleeps.

use std::net::{IpAddr, SocketAddr};
use std::string::ToString as _;
use std::vec::Vec;

use super::clock::Clock;
use super::lookup::Lookup;
use super::tcp::{News, Registry, Tcp};
use super::telemetry::{self, Metrics};
use super::udp::{Came, Udp};
use crate::board::Board;
use crate::coap::stream::Released;
use crate::coap::{Capabilities, Counters, Peer, Usage};
use crate::device::{Device, Event};
use crate::time::{Instant, earlier};

/// Datagrams that are taken from the device before they are sent: while others wait for it, it is not to be held long.
const BATCH: usize = 64;

/// What is served: a device, or plain resources. The verbs are those of the endpoint.
pub(super) trait Served {
    fn handle_datagram(&mut self, now: Instant, peer: Peer, datagram: &[u8]);
    fn handle_multicast(&mut self, now: Instant, peer: Peer, datagram: &[u8]);
    fn handle_timeout(&mut self, now: Instant);
    /// Tells an address of ours.
    fn answers_to(&mut self, address: SocketAddr);
    fn connection_opened(&mut self, peer: Peer, capabilities: Capabilities);
    fn connection_closed(&mut self, now: Instant, peer: Peer);
    fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer>;
    fn poll_timeout(&self) -> Option<Instant>;
    fn counted(&self) -> (Counters, Usage);

    /// What came of its own requests.
    fn poll_event(&mut self) -> Option<Event> {
        None
    }

    /// A host name whose address it wants.
    fn wanted_name(&self) -> Option<(&str, u16)> {
        None
    }

    /// That address.
    fn found(&mut self, _now: Instant, _host: &str, _address: Option<IpAddr>) {}
}

impl<B: Board> Served for Device<B> {
    fn handle_datagram(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        self.handle_datagram(now, peer, datagram);
    }

    fn handle_multicast(&mut self, now: Instant, peer: Peer, datagram: &[u8]) {
        self.handle_multicast(now, peer, datagram);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.handle_timeout(now);
    }

    fn answers_to(&mut self, address: SocketAddr) {
        self.answers_to(&address.to_string());
    }

    fn connection_opened(&mut self, peer: Peer, capabilities: Capabilities) {
        self.connection_opened(peer, capabilities);
    }

    fn connection_closed(&mut self, now: Instant, peer: Peer) {
        self.connection_closed(now, peer);
    }

    fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        self.poll_transmit(buffer)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.poll_timeout()
    }

    fn counted(&self) -> (Counters, Usage) {
        (*self.counters(), self.usage().coap)
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.poll_event()
    }

    #[cfg(feature = "lwm2m")]
    fn wanted_name(&self) -> Option<(&str, u16)> {
        self.wanted_name()
    }

    #[cfg(feature = "lwm2m")]
    fn found(&mut self, now: Instant, host: &str, address: Option<IpAddr>) {
        self.found(now, host, address);
    }
}

/// How to reach what is served: it is one's own, or shared with other threads.
pub(super) trait Reach {
    type Served: Served;

    /// Does something with it.
    fn with<R>(&mut self, act: impl FnOnce(&mut Self::Served) -> R) -> R;

    /// When it has something to do; others who reach it hear of it, too.
    fn deadline(&mut self) -> Option<Instant> {
        self.with(|served| served.poll_timeout())
    }

    /// Waits until others have made that earlier.
    fn sooner(&mut self) -> impl Future<Output = ()> + use<Self> {
        core::future::pending()
    }
}

impl<S: Served> Reach for S {
    type Served = S;

    fn with<R>(&mut self, act: impl FnOnce(&mut S) -> R) -> R {
        act(self)
    }
}

/// What other tasks want of what is served.
pub(super) trait Errands<S> {
    type Errand;

    /// Waits for one.
    fn next(&mut self) -> impl Future<Output = Self::Errand>;

    /// Does it, with those that wait behind it.
    fn apply(&mut self, errand: Self::Errand, served: &mut S, now: Instant, ways: &mut Ways<'_>);

    /// The other end of a connection has said what it can take.
    fn connected(&mut self, _served: &mut S, _now: Instant, _peer: Peer) {}

    /// A connection is gone, or was not made.
    fn disconnected(&mut self, _now: Instant, _peer: Peer, _released: Option<&Released>) {}

    /// Hears what came of requests of its own.
    fn tell(&mut self, _event: Event) {}
}

/// What leads out of a server.
pub(super) struct Ways<'a> {
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "a device without a client asks nobody"))]
    pub(super) udp: &'a Udp,
    #[cfg_attr(not(feature = "client"), expect(dead_code, reason = "a device without a client asks nobody"))]
    pub(super) tcp: &'a mut Tcp,
}

/// Datagrams that are to go.
#[derive(Debug, Default)]
pub(super) struct Outgoing {
    bytes: Vec<u8>,
    /// To whom, and where in the bytes it ends.
    ends: Vec<(Peer, usize)>,
    one: Vec<u8>,
}

impl Outgoing {
    /// Takes datagrams from the device, some of them only if there are many; whether it took any. What is for a
    /// connection is handed to it at once, since its order counts.
    pub(super) fn fill(&mut self, served: &mut impl Served, connections: &Registry) -> bool {
        self.bytes.clear();
        self.ends.clear();
        let mut any = false;
        while self.ends.len() < BATCH
            && let Some(to) = served.poll_transmit(&mut self.one)
        {
            any = true;
            if to.is_connected() {
                connections.send(to, &self.one);
            } else {
                self.bytes.extend_from_slice(&self.one);
                self.ends.push((to, self.bytes.len()));
            }
        }
        any
    }

    pub(super) async fn send(&self, udp: &Udp) {
        let start =
            |place: usize| place.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |(_, end)| *end);
        let datagrams = self.ends.iter().enumerate();
        let datagrams = datagrams.map(|(place, (to, end))| (*to, self.bytes.get(start(place)..*end).unwrap_or(&[])));
        let sent = udp.send_together(datagrams.clone());
        for (to, datagram) in datagrams.skip(sent) {
            udp.send(to, datagram).await;
        }
    }
}

/// What is served, with its sockets.
#[derive(Debug)]
pub(super) struct Driver<D, E> {
    pub(super) device: D,
    pub(super) inbox: E,
    pub(super) udp: Udp,
    pub(super) tcp: Tcp,
    pub(super) clock: Clock,
    pub(super) outgoing: Outgoing,
    pub(super) lookup: Lookup,
}

impl<D: Reach, E: Errands<D::Served>> Driver<D, E> {
    /// Serves for ever; to stop, drop the future.
    pub(super) async fn run(mut self) {
        let connections = self.tcp.registry();
        // of one that is bound to all addresses, each is told when something comes there
        if let Ok(address) = self.udp.local_addr()
            && !address.ip().is_unspecified()
        {
            self.device.with(|device| device.answers_to(address));
        }
        let mut metrics = Metrics::default();
        loop {
            while self.device.with(|device| self.outgoing.fill(device, &connections)) {
                self.outgoing.send(&self.udp).await;
            }
            let Driver { device, inbox, udp, tcp, clock, lookup, .. } = &mut self;
            device.with(|device| {
                while let Some(event) = device.poll_event() {
                    inbox.tell(event);
                }
                lookup.start(device, udp.local_addr().ok());
            });
            metrics.tell(clock.now(), || device.with(|device| device.counted()), &connections);
            let deadline = earlier(device.deadline(), metrics.next());
            let sooner = device.sooner();
            tokio::select! {
                () = udp.readable() => {
                    let now = clock.now();
                    metrics.stir(now);
                    device.with(|device| udp.receive(|came, datagram| take(device, now, came, datagram)));
                }
                news = tcp.next() => {
                    let now = clock.now();
                    metrics.stir(now);
                    let mut next = Some(news);
                    device.with(|device| {
                        while let Some((peer, news)) = next {
                            hand_in(device, inbox, now, peer, news);
                            next = tcp.try_next();
                        }
                    });
                }
                (host, address) = lookup.next() => device.with(|device| device.found(clock.now(), &host, address)),
                command = inbox.next() => device.with(|device| {
                    inbox.apply(command, device, clock.now(), &mut Ways { udp, tcp });
                }),
                () = clock.sleep_until(deadline) => device.with(|device| device.handle_timeout(clock.now())),
                () = sooner => {}
            }
        }
    }
}

/// Hands in a datagram.
pub(super) fn take(device: &mut impl Served, now: Instant, came: Came, datagram: &[u8]) {
    let _span = telemetry::message(came.from, datagram);
    if let Some(address) = came.first_at {
        device.answers_to(address);
    }
    if came.to_group {
        device.handle_multicast(now, came.from, datagram);
    } else {
        device.handle_datagram(now, came.from, datagram);
    }
}

fn hand_in<S: Served>(device: &mut S, inbox: &mut impl Errands<S>, now: Instant, peer: Peer, news: News) {
    match news {
        News::Capabilities(told) => {
            device.connection_opened(peer, told);
            inbox.connected(device, now, peer);
        }
        News::Message(message) => {
            let _span = telemetry::message(peer, &message);
            device.handle_datagram(now, peer, &message);
        }
        News::Ended(released) => {
            device.connection_closed(now, peer);
            inbox.disconnected(now, peer, released.as_ref());
        }
    }
}

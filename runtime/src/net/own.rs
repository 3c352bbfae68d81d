//! Requests of a device's own, while it is served: from which address they go, over which connection, and whom their
//! responses are for.
//!
//! A request over TCP goes over the connection that is open to its address; where there is none, it waits until one is
//! made and its other end has said what it can take (RFC 8323 section 3.3). Read [`OwnRequests::begin`] first.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::string::ToString as _;
use std::vec::Vec;

use tokio::sync::oneshot;

use super::driver::Ways;
use super::observation::Shared;
use crate::board::Board;
use crate::client::{Request, Response};
use crate::coap::stream::Released;
use crate::coap::{CallFailure, CallId, Full, Peer};
#[cfg(feature = "lwm2m")]
use crate::device::SendError;
use crate::device::{Device, Event};
#[cfg(feature = "lwm2m")]
use crate::lwm2m::{Path, Samples};
use crate::time::Instant;

/// Where a request of a device goes, and how: `coap` or `coap+tcp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Destination {
    /// Over UDP.
    Udp(SocketAddr),
    /// Over TCP (RFC 8323).
    Tcp(SocketAddr),
}

/// Why a request of a device has no response.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The other device didn't answer, or not properly.
    #[error("{0}")]
    Failed(#[from] CallFailure),
    /// Too many requests at a time.
    #[error("{0}")]
    Full(#[from] Full),
    /// The other device has released its connection and asked to be left alone (RFC 8323 section 5.5), until then.
    #[error("the peer wants no connection for another {0:?}")]
    HeldOff(core::time::Duration),
    /// The device serves no longer.
    #[error("the device serves no longer")]
    Stopped,
    /// There is no connection, and none can be made.
    #[error("no connection to {0}")]
    Unreachable(SocketAddr),
}

/// Why samples did not reach an LwM2M server.
#[cfg(feature = "lwm2m")]
#[derive(Debug, thiserror::Error)]
pub enum SamplesError {
    /// A path can't be read.
    #[error("{0}")]
    Read(#[from] crate::lwm2m::Error),
    /// The server has answered with another code than 2.04.
    #[error("the server refuses them: {0}")]
    Refused(crate::coap::Code),
    /// The server didn't answer.
    #[error("{0}")]
    Request(#[from] RequestError),
    /// They can't be sent now.
    #[error("{0}")]
    Send(#[from] SendError),
}

/// What was sent, and where its response comes.
#[cfg(feature = "lwm2m")]
pub(super) type SendDone = oneshot::Sender<Result<oneshot::Receiver<Result<Response, RequestError>>, SamplesError>>;

/// Who waits for what comes of a request.
#[derive(Debug)]
pub(super) enum Waiter {
    /// For the response.
    Once(oneshot::Sender<Result<Response, RequestError>>),
    /// For every state of what is observed.
    Each(Shared),
}

/// Each of these is for who may not wait any more.
impl Waiter {
    fn fail(self, reason: RequestError) {
        match self {
            Waiter::Once(done) => drop(done.send(Err(reason))),
            Waiter::Each(shared) => shared.fail(reason),
        }
    }

    /// The last response.
    fn end(self, response: Response) {
        match self {
            Waiter::Once(done) => drop(done.send(Ok(response))),
            Waiter::Each(shared) => shared.tell(response, true),
        }
    }

    /// A response after which more may come, of an observation.
    fn notify(&self, response: &Response) {
        if let Waiter::Each(shared) = self {
            shared.tell(response.clone(), false);
        }
    }

    fn observes(&self) -> bool {
        matches!(self, Waiter::Each(_))
    }

    fn is_closed(&self) -> bool {
        matches!(self, Waiter::Each(shared) if shared.is_closed())
    }
}

/// The requests of a device that wait for a connection or a response, and its observations.
#[derive(Debug, Default)]
pub(super) struct OwnRequests {
    /// For a connection that is being made.
    waiting: Vec<(SocketAddr, Request, Waiter)>,
    /// For a response. Several may observe the same by one call (RFC 7641 section 3.1).
    sent: Vec<(CallId, Waiter)>,
    /// The connections that were made for them.
    connections: BTreeMap<SocketAddr, Peer>,
    /// Who wants to be left alone, and until when.
    held_off: BTreeMap<SocketAddr, Instant>,
}

impl OwnRequests {
    /// Sends a request, or has a connection made for it.
    pub(super) fn begin<B: Board>(
        &mut self,
        device: &mut Device<B>,
        now: Instant,
        ways: &mut Ways<'_>,
        (to, request, waiter): (Destination, Request, Waiter),
    ) {
        let address = match to {
            Destination::Udp(address) => {
                let (peer, first_from) = ways.udp.peer_at(address);
                if let Some(own) = first_from {
                    device.answers_to(&own.to_string());
                }
                return self.send(device, now, peer, &request, waiter);
            }
            Destination::Tcp(address) => address,
        };
        self.held_off.retain(|_, until| now < *until);
        if let Some(until) = self.held_off.get(&address) {
            waiter.fail(RequestError::HeldOff(*until - now));
        } else if let Some(peer) = self.connections.get(&address) {
            self.send(device, now, *peer, &request, waiter);
        } else if self.waiting.len() + self.sent.len() >= device.limits().coap.calls {
            waiter.fail(Full.into());
        } else {
            let is_first = self.waiting.iter().all(|(waits_for, ..)| *waits_for != address);
            self.waiting.push((address, request, waiter));
            if is_first {
                ways.tcp.open(address);
            }
        }
    }

    fn send<B: Board>(&mut self, device: &mut Device<B>, now: Instant, to: Peer, request: &Request, waiter: Waiter) {
        match request.with_outgoing(waiter.observes(), |outgoing| device.request(now, to, outgoing)) {
            Ok(call) => self.sent.push((call, waiter)),
            Err(full) => waiter.fail(full.into()),
        }
    }

    /// Ends the observations that nobody waits for any more.
    pub(super) fn end_observations<B: Board>(&mut self, device: &mut Device<B>, now: Instant) {
        self.waiting.retain(|(.., waiter)| !waiter.is_closed());
        for (call, _) in self.sent.extract_if(.., |(_, waiter)| waiter.is_closed()) {
            device.cancel(now, call);
        }
    }

    /// Sends values to an LwM2M server.
    #[cfg(feature = "lwm2m")]
    pub(super) fn send_samples<B: Board>(
        &mut self,
        device: &mut Device<B>,
        now: Instant,
        (server, paths, mut samples, done): (u16, Vec<Path>, Samples, SendDone),
    ) {
        let read = device.sample(&mut samples, &paths, None);
        let sent = read.map_err(SamplesError::from).and_then(|()| Ok(device.send_samples(now, server, &samples)?));
        match sent {
            Ok(call) => {
                let (response, came) = oneshot::channel();
                self.sent.push((call, Waiter::Once(response)));
                drop(done.send(Ok(came)));
            }
            Err(error) => drop(done.send(Err(error))),
        }
    }

    /// The other end of a connection has said what it can take.
    pub(super) fn connected<B: Board>(&mut self, device: &mut Device<B>, now: Instant, peer: Peer) {
        for (_, request, waiter) in self.take_waiting(peer.address) {
            self.connections.insert(peer.address, peer);
            self.send(device, now, peer, &request, waiter);
        }
    }

    /// A connection is gone, or was not made.
    pub(super) fn disconnected(&mut self, now: Instant, peer: Peer, released: Option<&Released>) {
        let waiting = match self.connections.get(&peer.address) {
            Some(own) if *own != peer => return,
            _ => self.take_waiting(peer.address),
        };
        let was_ours = self.connections.remove(&peer.address).is_some() || !waiting.is_empty();
        for (address, _, waiter) in waiting {
            waiter.fail(RequestError::Unreachable(address));
        }
        // of those that connect to us nothing is kept
        if let Some(hold_off) = released.filter(|_| was_ours).and_then(|released| released.hold_off) {
            self.held_off.insert(peer.address, now + hold_off);
        }
    }

    fn take_waiting(&mut self, address: SocketAddr) -> Vec<(SocketAddr, Request, Waiter)> {
        self.waiting.extract_if(.., |(waits_for, ..)| *waits_for == address).collect()
    }

    /// Hands on what came of one of the requests; gives back what is of another.
    pub(super) fn tell(&mut self, event: Event) -> Option<Event> {
        let call = match &event {
            Event::Failed { call, .. } | Event::Response { call, .. } => *call,
            #[cfg(feature = "lwm2m")]
            Event::Registration(_) => return Some(event),
        };
        let is_own = |(own, _): &(CallId, Waiter)| *own == call;
        if !self.sent.iter().any(is_own) {
            return Some(event);
        }
        match event {
            Event::Response { code, content_format, etag, observing, payload, .. } => {
                let response = Response { code, content_format, etag, payload };
                if observing {
                    self.sent.iter().filter(|sent| is_own(sent)).for_each(|(_, waiter)| waiter.notify(&response));
                } else {
                    let mut own: Vec<_> = self.sent.extract_if(.., |sent| is_own(sent)).collect();
                    let last = own.pop();
                    own.into_iter().for_each(|(_, waiter)| waiter.end(response.clone()));
                    if let Some((_, waiter)) = last {
                        waiter.end(response);
                    }
                }
            }
            Event::Failed { reason, .. } => {
                self.sent.extract_if(.., |sent| is_own(sent)).for_each(|(_, waiter)| waiter.fail(reason.into()));
            }
            #[cfg(feature = "lwm2m")]
            Event::Registration(_) => {}
        }
        None
    }
}

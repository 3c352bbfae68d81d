//! Everything that a peer, or the board, can make grow, in one place.

use core::time::Duration;

use crate::coap;
use crate::coreconf;
use crate::datastore;

/// How much a device holds and how often it speaks. Take one of the two sets and change what differs:
///
/// ```
/// use comi_runtime::Limits;
///
/// let limits = Limits { sampled_leaves: 4, ..Limits::DEVICE };
/// assert_eq!(limits.calls, Limits::DEVICE.calls);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Exchanges, transfers, observations, bodies, and the times of CoAP.
    pub coap: coap::Limits,
    /// Connections, and what each may hold.
    #[cfg(feature = "tcp")]
    pub connections: coap::stream::Limits,
    /// Instances in the datastore.
    pub datastore: datastore::Limits,
    /// Answers, and the ring of notifications.
    pub coreconf: coreconf::Limits,
    /// Rpcs and actions that said [`Outcome::Later`](crate::board::Outcome::Later) and wait for their answer. While
    /// all are taken, no rpc or action is invoked: 5.03 with Max-Age.
    pub calls: usize,
    /// How long an operation may take; after it the requester gets 5.00, since it can't be known what was done.
    pub call_timeout: Duration,
    /// Pulled leafs that are read again and again because somebody observes them, each counted once however many
    /// observe it; below a list without keys each leaf of the schema counts. An observation that would go over it is
    /// answered without Observe (RFC 7641 section 4.1).
    pub sampled_leaves: usize,
    /// How often each of them is read.
    pub sample_period: Duration,
    /// At most once in this time an observer is told of the nodes it observes; what changes in between is told at its
    /// end. Notifications of the event stream are told at once.
    pub notify_period: Duration,
    /// Bytes of the requests that observers have sent, which are answered anew with each notification. An observation
    /// that would go over it is answered without Observe.
    pub observed_bytes: usize,
    /// Commands of `net::Handle` that wait for the device; a further one is refused.
    pub queue: usize,
}

impl Limits {
    /// For a constrained device: a few peers and a few kB.
    pub const DEVICE: Limits = Limits {
        coap: coap::Limits::DEVICE,
        #[cfg(feature = "tcp")]
        connections: coap::stream::Limits::DEVICE,
        datastore: datastore::Limits::DEVICE,
        coreconf: coreconf::Limits::DEVICE,
        calls: 4,
        call_timeout: Duration::from_secs(60),
        sampled_leaves: 32,
        sample_period: Duration::from_secs(1),
        notify_period: Duration::from_millis(100),
        observed_bytes: 2048,
        queue: 32,
    };

    /// For a server with memory to spare and thousands of peers.
    pub const SERVER: Limits = Limits {
        coap: coap::Limits::SERVER,
        #[cfg(feature = "tcp")]
        connections: coap::stream::Limits::SERVER,
        datastore: datastore::Limits::SERVER,
        coreconf: coreconf::Limits::SERVER,
        calls: 4096,
        sampled_leaves: 65536,
        observed_bytes: 16 * 1024 * 1024,
        queue: 4096,
        ..Limits::DEVICE
    };
}

/// How much of [`Limits`] is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Of [`Limits::coap`].
    pub coap: coap::Usage,
    /// Of [`datastore::Limits::instances`].
    pub instances: usize,
    /// Of [`coreconf::Limits::events`].
    pub events: usize,
    /// Of [`coreconf::Limits::event_bytes`].
    pub event_bytes: usize,
    /// Of [`Limits::calls`].
    pub calls: usize,
    /// Of [`Limits::sampled_leaves`].
    pub sampled_leaves: usize,
    /// Of [`Limits::observed_bytes`].
    pub observed_bytes: usize,
}

//! A device on many cores: several sockets with one address (SO_REUSEPORT), each with a task of its own, around one
//! device behind a lock.
//!
//! A datastore is one, and so is the device. But of a request the system's part, receive and send, is four fifths and more
//! (`perf record` of `comi serve` under `tests/bench/throughput`), and that part needs no device: a task receives several
//! datagrams, holds the device while they are answered, lets go of it and sends. So requests of different peers overlap for all but
//! the middle of their way, and every peer sees the same data. Endpoints of their own for each shard would save no more
//! than the lock, and would have to share observers, calls and the datastore all the same.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::Vec;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::clock::Clock;
use super::driver::{Driver, Outgoing, Reach, take};
use super::handle::Inbox;
use super::lookup::Lookup;
use super::server::bind;
use super::tcp::Streams;
use super::udp::{Came, Udp};
use crate::board::Board;
use crate::device::Device;
use crate::time::Instant;

/// A device on several UDP sockets and a TCP socket, all with the same address and port, for a runtime with several
/// threads.
#[derive(Debug)]
pub struct Shards<B> {
    driver: Driver<Shared<B>, Inbox>,
    others: Vec<Udp>,
}

/// A device that several tasks reach.
#[derive(Debug)]
struct Shared<B> {
    device: Arc<Mutex<Device<B>>>,
    alarm: Arc<Alarm>,
}

/// When the first task is to wake up; the others tell it when that has become earlier.
#[derive(Debug)]
struct Alarm {
    micros: AtomicU64,
    earlier: Notify,
}

impl Alarm {
    fn set(&self, deadline: Option<Instant>) {
        self.micros.store(deadline.map_or(u64::MAX, Instant::as_micros), Ordering::Release);
    }

    /// Wakes the first task for an earlier deadline, or for what came of a request of the device's own.
    fn wanted(&self, deadline: Option<Instant>, has_events: bool) {
        if has_events || deadline.is_some_and(|deadline| deadline.as_micros() < self.micros.load(Ordering::Acquire)) {
            self.earlier.notify_one();
        }
    }
}

impl<B> Clone for Shared<B> {
    fn clone(&self) -> Shared<B> {
        Shared { device: Arc::clone(&self.device), alarm: Arc::clone(&self.alarm) }
    }
}

impl<B: Board> Reach for Shared<B> {
    type Served = Device<B>;

    fn with<R>(&mut self, act: impl FnOnce(&mut Device<B>) -> R) -> R {
        act(&mut self.device.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn deadline(&mut self) -> Option<Instant> {
        let alarm = Arc::clone(&self.alarm);
        // told while nobody else has the device, so that no earlier one is missed
        self.with(|device| {
            let deadline = device.poll_timeout();
            alarm.set(deadline);
            deadline
        })
    }

    fn sooner(&mut self) -> impl Future<Output = ()> + use<B> {
        let alarm = Arc::clone(&self.alarm);
        async move { alarm.earlier.notified().await }
    }
}

impl<B: Board + Send + 'static> Shards<B> {
    /// Binds so many sockets to the first address that can be bound; see [`Server::bind`](super::Server::bind). As many
    /// as there are cores is a good number. Systems without SO_REUSEPORT have one.
    ///
    /// # Errors
    /// The last address's error, when none can be bound.
    pub async fn bind(
        device: Device<B>,
        inbox: Inbox,
        address: impl tokio::net::ToSocketAddrs,
        shards: NonZeroUsize,
    ) -> io::Result<Shards<B>> {
        let (udp, tcp, clock) = bind(&device.limits().connections, address, Udp::bind_shared).await?;
        let count = if cfg!(unix) { shards.get() } else { 1 };
        let others = (1..count).map(|_| udp.another()).collect::<io::Result<Vec<Udp>>>()?;
        let alarm = Arc::new(Alarm { micros: AtomicU64::new(u64::MAX), earlier: Notify::new() });
        let device = Shared { device: Arc::new(Mutex::new(device)), alarm };
        let driver =
            Driver { device, inbox, udp, tcp, clock, outgoing: Outgoing::default(), lookup: Lookup::default() };
        Ok(Shards { driver, others })
    }

    /// The address that is bound.
    ///
    /// # Errors
    /// As the system says.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.driver.udp.local_addr()
    }

    /// Takes further streams as connections.
    pub fn streams(&self) -> Streams {
        self.driver.tcp.streams()
    }

    /// Serves for ever; to stop, drop the future.
    pub async fn run(self) {
        let Shards { driver, others } = self;
        let mut tasks = JoinSet::new();
        for udp in others {
            let (device, connections, clock) = (driver.device.clone(), driver.tcp.registry(), driver.clock);
            tasks.spawn(serve_socket(device, udp, connections, clock));
        }
        driver.run().await;
    }
}

/// A shard but the first: receives, holds the device while it answers, sends.
async fn serve_socket<B: Board>(mut device: Shared<B>, mut udp: Udp, connections: super::tcp::Registry, clock: Clock) {
    let mut outgoing = Outgoing::default();
    let mut incoming = Incoming::default();
    loop {
        udp.readable().await;
        incoming.fill(&mut udp);
        let mut more = device.with(|device| {
            incoming.each(|came, datagram| take(device, clock.now(), came, datagram));
            outgoing.fill(device, &connections)
        });
        while more {
            outgoing.send(&udp).await;
            more = device.with(|device| outgoing.fill(device, &connections));
        }
        let alarm = Arc::clone(&device.alarm);
        device.with(|device| alarm.wanted(device.poll_timeout(), device.has_events()));
    }
}

/// Datagrams that were received while nobody held the device.
#[derive(Debug, Default)]
struct Incoming {
    bytes: Vec<u8>,
    ends: Vec<(Came, usize)>,
}

impl Incoming {
    fn fill(&mut self, udp: &mut Udp) {
        self.bytes.clear();
        self.ends.clear();
        udp.receive(|came, datagram| {
            self.bytes.extend_from_slice(datagram);
            self.ends.push((came, self.bytes.len()));
        });
    }

    fn each(&self, mut take: impl FnMut(Came, &[u8])) {
        let mut start = 0;
        for (came, end) in &self.ends {
            take(*came, self.bytes.get(start..*end).unwrap_or(&[]));
            start = *end;
        }
    }
}

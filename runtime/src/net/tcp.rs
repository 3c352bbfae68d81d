//! Connections: each has a task of its own, which moves bytes between its stream and its
//! [`Connection`](crate::coap::stream::Connection); messages go to the one who has the device.
//!
//! What the stream is doesn't matter here: TCP comes from a listener, anything else (TLS over TCP) by
//! [`Streams::hand_in`].

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

use super::clock::Clock;
use super::telemetry;
use crate::coap::stream::{Connection, Counters, Event, Fault, Limits, Released};
use crate::coap::{Capabilities, Peer};

/// Bytes that are read at a time.
const READ: usize = 16 * 1024;
/// Messages of all connections that wait for the device; above it connections wait.
const NEWS: usize = 64;
/// How long the rest of what a peer sends is read after the last word, so that the system doesn't throw that away.
const LINGER: Duration = Duration::from_secs(1);
/// How long no connection is accepted when the system refuses to (no file descriptors).
const PAUSE: Duration = Duration::from_millis(100);

/// What a connection has for the device.
#[derive(Debug)]
pub(super) enum News {
    /// What the peer can take.
    Capabilities(Capabilities),
    /// It is gone, released by its other end or not.
    Ended(Option<Released>),
    /// A message in a datagram's form.
    Message(Vec<u8>),
}

/// One connection, between its task and who sends over it.
#[derive(Debug)]
struct Shared {
    connection: Mutex<Connection>,
    /// Something is to be sent.
    wake: Notify,
}

impl Shared {
    fn new(connection: Connection) -> Shared {
        Shared { connection: Mutex::new(connection), wake: Notify::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The open connections, to send over them, and what all have counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Registry(Arc<Mutex<Connections>>);

#[derive(Debug, Default)]
struct Connections {
    open: BTreeMap<u32, Arc<Shared>>,
    /// What those have counted that are over.
    over: Counters,
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What all connections have counted, those that are over, too: each once, whenever one ends.
    pub(super) fn counters(&self) -> Counters {
        let connections = self.lock();
        let mut sum = connections.over;
        connections.open.values().for_each(|shared| sum.add(&shared.lock().counters()));
        sum
    }

    /// How many there are.
    #[cfg(feature = "metrics")]
    pub(super) fn len(&self) -> usize {
        self.lock().open.len()
    }

    /// Sends a message; what is for a connection that is gone is lost.
    pub(super) fn send(&self, to: Peer, datagram: &[u8]) {
        let Some(shared) = self.lock().open.get(&to.session).cloned() else { return };
        // of a response that is too large the peer is told
        let _ = shared.lock().send(datagram);
        shared.wake.notify_one();
    }
}

/// Takes streams that something else has made, such as TLS over TCP, as connections of a server.
#[derive(Clone, Debug)]
pub struct Streams {
    registry: Registry,
    news: mpsc::Sender<(Peer, News)>,
    limits: Limits,
    clock: Clock,
    next: Arc<Mutex<u32>>,
}

impl Streams {
    /// Serves this stream, until it or the server ends. Spawn it, or await it beside others.
    pub async fn hand_in<S>(&self, stream: S, from: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        self.serve(stream, from).await;
    }

    /// The same; whether there was room for it, so that its end was told.
    async fn serve<S>(&self, mut stream: S, from: SocketAddr) -> bool
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let shared = Arc::new(Shared::new(Connection::new(self.clock.now(), self.limits)));
        let Some(peer) = self.register(from, &shared) else {
            telemetry::connection_refused(from);
            let refused = {
                let mut connection = shared.lock();
                connection.refuse(Fault::TooManyConnections);
                connection.counters()
            };
            self.registry.lock().over.add(&refused);
            self.part(&mut stream, &shared, Vec::new()).await;
            return false;
        };
        telemetry::connection_opened(peer);
        tokio::select! {
            () = self.move_bytes(&mut stream, peer, &shared) => {}
            () = self.news.closed() => {}
        }
        let released = {
            let mut connections = self.registry.lock();
            let connection = shared.lock();
            connections.open.remove(&peer.session);
            connections.over.add(&connection.counters());
            connection.released().cloned()
        };
        self.tell(peer, News::Ended(released)).await;
        true
    }

    /// What the connections of this server have counted, those that are over, too.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.registry.counters()
    }

    /// Gives the connection a number; `None` when there are too many.
    fn register(&self, from: SocketAddr, shared: &Arc<Shared>) -> Option<Peer> {
        let Connections { open, .. } = &mut *self.registry.lock();
        if open.len() >= self.limits.connections {
            return None;
        }
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            *next = next.wrapping_add(1) % Peer::FIRST_CONNECTION;
            let peer = Peer::connected(from, *next);
            if let Entry::Vacant(place) = open.entry(peer.session) {
                place.insert(Arc::clone(shared));
                return Some(peer);
            }
        }
    }

    async fn tell(&self, peer: Peer, news: News) {
        // without a server the stream is about to end
        let _ = self.news.send((peer, news)).await;
    }

    /// Moves bytes both ways until the connection is over.
    async fn move_bytes<S>(&self, stream: &mut S, peer: Peer, shared: &Shared)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let clock = self.clock;
        let (mut reader, mut writer) = tokio::io::split(&mut *stream);
        let mut incoming = std::vec![0; READ];
        let (mut outgoing, mut written) = (Vec::new(), 0);
        loop {
            self.hand_up(peer, shared).await;
            if written == outgoing.len() {
                written = 0;
                shared.lock().poll_transmit(&mut outgoing);
            }
            let (wants, deadline) = {
                let connection = shared.lock();
                (connection.wants_bytes(), connection.poll_timeout())
            };
            // only one that has ended has none
            if deadline.is_none() {
                break;
            }
            let rest = outgoing.get(written..).unwrap_or(&[]);
            tokio::select! {
                read = reader.read(&mut incoming), if wants => match read {
                    Ok(length) if length > 0 => {
                        shared.lock().handle_bytes(clock.now(), incoming.get(..length).unwrap_or(&[]));
                    }
                    _ => shared.lock().handle_end(),
                },
                sent = writer.write(rest), if !rest.is_empty() => match sent {
                    Ok(length) => written += length,
                    Err(_) => shared.lock().handle_end(),
                },
                () = shared.wake.notified() => {}
                () = clock.sleep_until(deadline) => shared.lock().handle_timeout(clock.now()),
            }
        }
        outgoing.drain(..written.min(outgoing.len()));
        self.part(stream, shared, outgoing).await;
    }

    /// Hands up all that the bytes have brought, in its order.
    async fn hand_up(&self, peer: Peer, shared: &Shared) {
        let mut message = Vec::new();
        loop {
            let (brought, capabilities) = {
                let mut connection = shared.lock();
                let brought = connection.poll_message(&mut message);
                let told = core::iter::from_fn(|| connection.poll_event()).filter_map(|event| match event {
                    Event::Capabilities(told) => Some(told),
                    Event::Ended(ending) => {
                        telemetry::connection_ended(peer, &ending);
                        None
                    }
                });
                (brought, told.last())
            };
            if let Some(told) = capabilities {
                self.tell(peer, News::Capabilities(told)).await;
            }
            if !brought {
                return;
            }
            self.tell(peer, News::Message(core::mem::take(&mut message))).await;
        }
    }

    /// Says the last word, and waits a moment for the peer to take it: a stream that is closed with bytes unread throws
    /// away what is on its way.
    async fn part<S>(&self, stream: &mut S, shared: &Shared, mut rest: Vec<u8>)
    where
        S: AsyncRead + AsyncWrite + Send + Unpin,
    {
        let farewell = async {
            stream.write_all(&rest).await?;
            while shared.lock().poll_transmit(&mut rest) {
                stream.write_all(&rest).await?;
            }
            stream.shutdown().await
        };
        if let Ok(Ok(())) = tokio::time::timeout(self.limits.patience, farewell).await {
            let mut unread = std::vec![0; READ];
            let drain = async { while stream.read(&mut unread).await.is_ok_and(|length| length > 0) {} };
            let _ = tokio::time::timeout(LINGER, drain).await;
        }
    }
}

/// The connections of a server.
#[derive(Debug)]
pub(super) struct Tcp {
    listeners: Vec<TcpListener>,
    streams: Streams,
    news: mpsc::Receiver<(Peer, News)>,
    tasks: JoinSet<()>,
}

impl Tcp {
    pub(super) fn new(listeners: Vec<TcpListener>, limits: Limits, clock: Clock) -> Tcp {
        let (sender, news) = mpsc::channel(NEWS);
        let streams = Streams { registry: Registry::default(), news: sender, limits, clock, next: Arc::default() };
        Tcp { listeners, streams, news, tasks: JoinSet::new() }
    }

    pub(super) fn streams(&self) -> Streams {
        self.streams.clone()
    }

    pub(super) fn registry(&self) -> Registry {
        self.streams.registry.clone()
    }

    /// Waits for a message of a connection, or what has become of one; accepts further ones meanwhile.
    pub(super) async fn next(&mut self) -> (Peer, News) {
        loop {
            tokio::select! {
                // a sender is in `streams`, so this never ends
                Some(news) = self.news.recv() => return news,
                Some(_) = self.tasks.join_next(), if !self.tasks.is_empty() => {}
                accepted = accept(&self.listeners) => match accepted {
                    Ok((stream, from)) => {
                        // small messages go out at once
                        let _ = stream.set_nodelay(true);
                        let streams = self.streams.clone();
                        self.tasks.spawn(async move { streams.hand_in(stream, super::udp::canonical(from)).await });
                    }
                    Err(error) => {
                        telemetry::accept_failed(&error);
                        tokio::time::sleep(PAUSE).await;
                    }
                },
            }
        }
    }

    /// Opens a connection, which tells its capabilities, or that it has ended.
    #[cfg(feature = "client")]
    pub(super) fn open(&mut self, to: SocketAddr) {
        let streams = self.streams.clone();
        self.tasks.spawn(async move {
            let connecting = tokio::time::timeout(streams.limits.patience, tokio::net::TcpStream::connect(to));
            let was_made = match connecting.await {
                Ok(Ok(stream)) => {
                    let _ = stream.set_nodelay(true);
                    streams.serve(stream, to).await
                }
                _ => false,
            };
            if !was_made {
                // no connection has the number 0 while fewer than 2^31 were made
                streams.tell(Peer::connected(to, 0), News::Ended(None)).await;
            }
        });
    }

    /// What else is there already.
    pub(super) fn try_next(&mut self) -> Option<(Peer, News)> {
        self.news.try_recv().ok()
    }
}

async fn accept(listeners: &[TcpListener]) -> io::Result<(tokio::net::TcpStream, SocketAddr)> {
    match listeners {
        [] => core::future::pending().await,
        [one] => one.accept().await,
        [one, other, ..] => tokio::select! {
            accepted = one.accept() => accepted,
            accepted = other.accept() => accepted,
        },
    }
}

/// Listens at a UDP server's address: `[::]` takes IPv4, too.
pub(super) fn listen(address: SocketAddr) -> io::Result<Vec<TcpListener>> {
    use socket2::{Domain, Protocol, Socket, Type};
    let open = |address: SocketAddr, both: bool| -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        if address.is_ipv6() {
            socket.set_only_v6(!both)?;
        }
        // a server that starts again finds the connections of the one before
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(1024)?;
        TcpListener::from_std(socket.into())
    };
    let both = address.is_ipv6() && address.ip().is_unspecified();
    match open(address, both) {
        Ok(one) => Ok(Vec::from([one])),
        Err(_) if both => {
            let other = SocketAddr::new(std::net::Ipv4Addr::UNSPECIFIED.into(), address.port());
            Ok(Vec::from([open(address, false)?, open(other, false)?]))
        }
        Err(error) => Err(error),
    }
}

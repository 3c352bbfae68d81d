//! Plain resources on a UDP and a TCP socket.

use std::boxed::Box;
use std::io;
use std::net::SocketAddr;
use std::string::ToString as _;
use std::sync::Arc;
use std::task::{Wake, Waker};
use std::vec::Vec;

use tokio::sync::{Notify, mpsc};

use super::driver::{Driver, Errands, Outgoing, Served, Ways};
use super::lookup::Lookup;
use super::server::bind;
use super::tcp::Streams;
use super::udp::Udp;
use crate::coap::stream::Limits;
use crate::coap::{Capabilities, Counters, Peer, Usage};
use crate::resources::Server;
use crate::time::Instant;

/// Calls of [`ResourcesHandle`] that wait; above it they wait for room.
const CALLS: usize = 64;

type Act = Box<dyn FnOnce(&mut Server, Instant) + Send>;

/// A server of plain resources on its sockets.
///
/// ```no_run
/// use comi_runtime::coap::{Limits, stream};
/// use comi_runtime::net::ResourceServer;
/// use comi_runtime::resources::{Answer, Resource, Server, later};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let mut server = Server::new(Limits::SERVER, 0x5eed);
/// server.add("/time", Resource::new().observable().get(|_| Answer::text("noon")))?;
/// server.add("/slow", Resource::new().get(|_| later(async {
///     tokio::time::sleep(std::time::Duration::from_secs(3)).await;
///     Answer::text("at last")
/// })))?;
/// let (server, handle) = ResourceServer::bind(server, stream::Limits::SERVER, "[::]:5683").await?;
/// tokio::spawn(async move { handle.changed(&["time"]).await });
/// server.run().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct ResourceServer {
    driver: Driver<Server, Calls>,
}

/// Reaches a server of plain resources from any task or thread.
#[derive(Clone, Debug)]
pub struct ResourcesHandle {
    calls: mpsc::Sender<Act>,
}

/// What other tasks want, and what futures of answers say.
#[derive(Debug)]
struct Calls {
    calls: mpsc::Receiver<Act>,
    ready: Arc<Ready>,
}

/// Wakes the driver when an answer may be there.
#[derive(Debug, Default)]
struct Ready(Notify);

impl Wake for Ready {
    fn wake(self: Arc<Ready>) {
        self.0.notify_one();
    }
}

impl ResourceServer {
    /// Binds the first address that can be bound; see [`Server::bind`](super::Server::bind).
    ///
    /// # Errors
    /// The last address's error, when none can be bound.
    pub async fn bind(
        mut server: Server,
        connections: Limits,
        address: impl tokio::net::ToSocketAddrs,
    ) -> io::Result<(ResourceServer, ResourcesHandle)> {
        let (udp, tcp, clock) = bind(&connections, address, Udp::bind).await?;
        let (sender, calls) = mpsc::channel(CALLS);
        let ready = Arc::new(Ready::default());
        server.set_waker(Waker::from(Arc::clone(&ready)));
        let inbox = Calls { calls, ready };
        let driver =
            Driver { device: server, inbox, udp, tcp, clock, outgoing: Outgoing::default(), lookup: Lookup::default() };
        Ok((ResourceServer { driver }, ResourcesHandle { calls: sender }))
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
        self.driver.run().await;
    }
}

impl ResourcesHandle {
    /// Tells the observers of a resource that it has changed.
    pub async fn changed(&self, path: &[&str]) {
        let path: Vec<std::string::String> = path.iter().map(|segment| (*segment).into()).collect();
        self.with(move |server, now| {
            let path: Vec<&str> = path.iter().map(std::string::String::as_str).collect();
            server.changed(now, &path);
        })
        .await;
    }

    /// Does something with the server; nothing when it serves no longer.
    pub async fn with(&self, act: impl FnOnce(&mut Server, Instant) + Send + 'static) {
        // without a server there is nothing to do
        let _ = self.calls.send(Box::new(act)).await;
    }
}

impl Errands<Server> for Calls {
    /// `None`: a future of an answer is to be asked.
    type Errand = Option<Act>;

    async fn next(&mut self) -> Option<Act> {
        tokio::select! {
            Some(act) = self.calls.recv() => Some(act),
            () = self.ready.0.notified() => None,
        }
    }

    fn apply(&mut self, errand: Option<Act>, server: &mut Server, now: Instant, _ways: &mut Ways<'_>) {
        match errand {
            Some(act) => act(server, now),
            None => server.poll_pending(now),
        }
    }
}

impl Served for Server {
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

    fn connection_closed(&mut self, _now: Instant, peer: Peer) {
        self.connection_closed(peer);
    }

    fn poll_transmit(&mut self, buffer: &mut Vec<u8>) -> Option<Peer> {
        self.poll_transmit(buffer)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.poll_timeout()
    }

    fn counted(&self) -> (Counters, Usage) {
        (*self.counters(), self.usage())
    }
}

//! A client over UDP or a connection, driven by tokio.

use std::boxed::Box;
use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UdpSocket};

use super::clock::Clock;
use super::link::{Broken, Link};
use crate::client::{self, Request, Response};
use crate::coap::stream::{Ending, Oversized, Released};
use crate::coap::{CallFailure, CallId, Endpoint, Event, Full, Limits, Peer, Received};
use crate::model::wire::Wire;
use crate::value::InstanceIdentifier;

/// Updates of observations that wait for [`Client::next_update`]; above it the oldest go.
const UPDATES: usize = 256;
/// How long the other end of a connection has to accept it and send its CSM.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which way a message went, for [`Client::on_datagram`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It was sent.
    Sent,
    /// It came in.
    Received,
}

/// Shows a message as it crosses the socket.
type Show = Box<dyn FnMut(Direction, &[u8]) + Send>;

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The peer didn't answer, or not properly.
    #[error("{0}")]
    Failed(#[from] CallFailure),
    /// The connection has ended.
    #[error("{0}")]
    Ended(#[from] Ending),
    /// The device refused, or its answer is not what was asked for.
    #[error("{0}")]
    Refused(#[from] client::Error),
    /// Too many requests at a time.
    #[error("{0}")]
    Full(#[from] Full),
    /// The request is larger than what the other end of the connection takes.
    #[error("{0}")]
    Oversized(#[from] Oversized),
    /// The socket failed.
    #[error("{0}")]
    Socket(#[from] io::Error),
    /// The system says that nobody listens at the device's address.
    #[error("nobody listens at {0}; is the device started, and the port right?")]
    NobodyListens(SocketAddr),
    /// No response within the time given to [`Client::set_timeout`].
    #[error("no answer within {0:?}; is a device there?")]
    TimedOut(Duration),
}

/// A CoAP client of one device: requests one after the other, observations beside them.
///
/// ```no_run
/// use comi_runtime::client::Request;
/// use comi_runtime::net::Client;
///
/// # async fn example() -> Result<(), comi_runtime::net::ClientError> {
/// let mut client = Client::connect("[::1]:5683".parse().unwrap()).await?;
/// let links = client.request(&Request::discover(None)).await?;
/// println!("{}", String::from_utf8_lossy(&links.payload));
/// # Ok(())
/// # }
/// ```
pub struct Client {
    link: Link,
    peer: Peer,
    endpoint: Endpoint,
    clock: Clock,
    timeout: Duration,
    /// When the device was heard last.
    heard: tokio::time::Instant,
    incoming: Vec<u8>,
    transmit: Vec<u8>,
    responses: Vec<(CallId, Result<Response, CallFailure>)>,
    /// Each as often as it was begun: who observes the same twice has one registration for both.
    observations: Vec<CallId>,
    /// The observation whose next response is that of a request.
    begun: Option<CallId>,
    updates: VecDeque<(CallId, Result<Response, CallFailure>)>,
    on_datagram: Option<Show>,
}

impl Client {
    /// Opens a socket towards a device. Sends nothing.
    ///
    /// # Errors
    /// When the system gives no socket.
    pub async fn connect(device: SocketAddr) -> Result<Client, ClientError> {
        let any: SocketAddr = match device {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any).await?;
        socket.connect(device).await?;
        Ok(Client::new(Link::datagrams(socket), Peer::insecure(device), Clock::start()))
    }

    /// Connects to a device over TCP (RFC 8323), and waits until it has said what it can take.
    ///
    /// # Errors
    /// When there is no connection, or no CoAP at its other end.
    pub async fn connect_tcp(device: SocketAddr) -> Result<Client, ClientError> {
        let connecting = tokio::time::timeout(PATIENCE, TcpStream::connect(device)).await;
        let stream = match connecting.map_err(|_| ClientError::TimedOut(PATIENCE))? {
            Ok(stream) => stream,
            Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                return Err(ClientError::NobodyListens(device));
            }
            Err(error) => return Err(error.into()),
        };
        stream.set_nodelay(true)?;
        Client::over(stream, device).await
    }

    /// The same over a stream that something else has made, such as TLS over TCP.
    ///
    /// # Errors
    /// When there is no CoAP at its other end.
    pub async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        device: SocketAddr,
    ) -> Result<Client, ClientError> {
        let clock = Clock::start();
        let mut client = Client::new(Link::stream(stream, clock), Peer::connected(device, 0), clock);
        let first = tokio::time::timeout(PATIENCE, client.link.receive(&mut client.incoming)).await;
        match first.map_err(|_| ClientError::TimedOut(PATIENCE))? {
            Ok(has_message) => client.arrived(has_message),
            Err(broken) => return Err(client.failed(broken)),
        }
        Ok(client)
    }

    fn new(link: Link, peer: Peer, clock: Clock) -> Client {
        Client {
            link,
            peer,
            endpoint: Endpoint::new(Limits::SERVER, RandomState::new().hash_one(peer)),
            clock,
            timeout: Duration::from_secs(93), // MAX_TRANSMIT_WAIT, RFC 7252 section 4.8.2
            heard: tokio::time::Instant::now(),
            incoming: Vec::new(),
            transmit: Vec::new(),
            responses: Vec::new(),
            observations: Vec::new(),
            begun: None,
            updates: VecDeque::new(),
            on_datagram: None,
        }
    }

    /// What the device asked for when it released the connection: then requests end in [`Ending::Released`].
    #[must_use]
    pub fn released(&self) -> Option<&Released> {
        self.link.released()
    }

    /// Does what [`Client::released`] says: connects over TCP to the first of the addresses there that can be reached, or,
    /// where there is none, to the same one, when the time is over for which it was to be left alone (RFC 8323 section
    /// 5.5). Nothing of the old connection is in the new one: what was observed is to be observed anew.
    ///
    /// Only who asks for it is led elsewhere: the address comes from the device, without any security (section 10.1). A
    /// stream that something else has made is that one's to make anew.
    ///
    /// # Errors
    /// When there is no connection, or no CoAP at its other end.
    pub async fn follow(self) -> Result<Client, ClientError> {
        let Released { alternatives, hold_off } = self.released().cloned().unwrap_or_default();
        let mut last = None;
        for authority in &alternatives {
            let Some((host, port)) = host_and_port(authority) else { continue };
            let Ok(addresses) = tokio::net::lookup_host((host, port)).await else { continue };
            for address in addresses {
                match Client::connect_tcp(address).await {
                    Ok(client) => return Ok(client),
                    Err(error) => last = Some(error),
                }
            }
        }
        match last {
            Some(error) => Err(error),
            None => {
                tokio::time::sleep(hold_off.unwrap_or_default()).await;
                Client::connect_tcp(self.peer.address).await
            }
        }
    }

    /// Ends a connection in order (RFC 8323 section 5.5). A client that is dropped ends it, too.
    ///
    /// # Errors
    /// When the stream fails.
    pub async fn close(mut self) -> Result<(), ClientError> {
        let closed = self.link.close().await;
        closed.map_err(|broken| self.failed(broken))
    }

    /// Gives up on a request when nothing has come from the device for this long, even if CoAP would still try. A long
    /// answer, which comes in blocks, may take longer.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Shows every message as it crosses the socket; those of a connection in a datagram's form, with a type and an id
    /// that mean nothing, and without signaling.
    pub fn on_datagram(&mut self, show: impl FnMut(Direction, &[u8]) + Send + 'static) {
        self.on_datagram = Some(Box::new(show));
    }

    /// Sends a request and waits for its response.
    ///
    /// # Errors
    /// When none comes; a response with an error code is a response.
    pub async fn request(&mut self, request: &Request) -> Result<Response, ClientError> {
        let call = self.start(request, false)?;
        self.response(call).await
    }

    /// Fetches a container or list entry as a generated struct of the module's `wire`; `None` where nothing is.
    ///
    /// ```no_run
    /// use comi_runtime::model::wire::Wire;
    /// use comi_runtime::net::{Client, ClientError};
    /// use comi_runtime::value::InstanceIdentifier;
    ///
    /// /// Say `model::acme_valve::wire::Valve` for `T`, and `model::acme_valve::path::valve()` for `at`.
    /// async fn twice<T: Wire<'static>>(client: &mut Client, at: &InstanceIdentifier) -> Result<(), ClientError> {
    ///     if let Some(content) = client.get::<T>(at).await? {
    ///         client.set(at, &content).await?;
    ///     }
    ///     Ok(())
    /// }
    /// ```
    ///
    /// # Errors
    /// When no response comes, and when it is none with such content.
    pub async fn get<T: Wire<'static>>(&mut self, at: &InstanceIdentifier) -> Result<Option<T>, ClientError> {
        let request = Request::fetch(T::schema(), core::slice::from_ref(at)).map_err(client::Error::from)?;
        Ok(self.request(&request).await?.into_typed(at)?)
    }

    /// Replaces a container or list entry by what a generated struct has.
    ///
    /// # Errors
    /// When no response comes, and when the device refuses.
    pub async fn set<'a, T: Wire<'a>>(&mut self, at: &InstanceIdentifier, content: &T) -> Result<(), ClientError> {
        let request = Request::put(at, content).map_err(client::Error::from)?;
        self.request(&request).await?.success(T::schema())?;
        Ok(())
    }

    /// Calls an rpc or action that has input and output, as generated structs.
    ///
    /// # Errors
    /// When no response comes, and when the device refuses.
    pub async fn call<'a, I: Wire<'a>, O: Wire<'static>>(
        &mut self,
        operation: &InstanceIdentifier,
        input: &I,
    ) -> Result<O, ClientError> {
        let request = Request::invoke(operation, input).map_err(client::Error::from)?;
        Ok(self.request(&request).await?.into_output(operation)?)
    }

    /// Observes a resource (RFC 7641): its first response, and what names its updates. `None`: the device answers, but
    /// tells of no changes. What is observed already is not registered again (RFC 7641 section 3.1): the name is the same,
    /// and it ends when it was cancelled as often as it was observed.
    ///
    /// # Errors
    /// When no response comes.
    pub async fn observe(&mut self, request: &Request) -> Result<(Response, Option<CallId>), ClientError> {
        let call = self.start(request, true)?;
        self.begun = Some(call);
        let response = self.response(call).await;
        self.begun = None;
        let response = response?;
        Ok((response, self.observations.contains(&call).then_some(call)))
    }

    /// Waits for the next update of any observation. A response with an error code, and a failure, are its last.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn next_update(&mut self) -> Result<(CallId, Result<Response, CallFailure>), ClientError> {
        loop {
            if let Some(update) = self.updates.pop_front() {
                return Ok(update);
            }
            self.step(None).await?;
        }
    }

    /// Ends an observation, and waits until the device has said that it knows, or for the time of
    /// [`Client::set_timeout`].
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn cancel(&mut self, observation: CallId) -> Result<(), ClientError> {
        if let Some(place) = self.observations.iter().position(|own| *own == observation) {
            self.observations.swap_remove(place);
        }
        if !self.observations.contains(&observation) {
            self.updates.retain(|(own, _)| *own != observation);
        }
        self.endpoint.cancel(self.clock.now(), observation);
        let deadline = tokio::time::Instant::now() + self.timeout;
        self.flush().await?;
        let written = self.link.flush().await;
        written.map_err(|broken| self.failed(broken))?;
        while self.endpoint.usage().confirmables > 0 && tokio::time::Instant::now() < deadline {
            self.step(Some(deadline)).await?;
        }
        Ok(())
    }

    fn start(&mut self, request: &Request, observe: bool) -> Result<CallId, ClientError> {
        let (now, peer, endpoint) = (self.clock.now(), self.peer, &mut self.endpoint);
        Ok(request.with_outgoing(observe, |outgoing| endpoint.call(now, peer, outgoing))?)
    }

    async fn response(&mut self, call: CallId) -> Result<Response, ClientError> {
        self.heard = tokio::time::Instant::now();
        loop {
            let deadline = self.heard + self.timeout;
            if let Some(place) = self.responses.iter().position(|(own, _)| *own == call) {
                return Ok(self.responses.swap_remove(place).1?);
            }
            if tokio::time::Instant::now() >= deadline {
                self.endpoint.cancel(self.clock.now(), call);
                self.flush().await?;
                return Err(ClientError::TimedOut(self.timeout));
            }
            self.step(Some(deadline)).await?;
        }
    }

    /// Sends what is to be sent, then waits for one datagram or the next deadline.
    async fn step(&mut self, deadline: Option<tokio::time::Instant>) -> Result<(), ClientError> {
        self.flush().await?;
        self.take_events();
        if !self.responses.is_empty() || !self.updates.is_empty() {
            return Ok(());
        }
        let (clock, own) = (self.clock, self.endpoint.poll_timeout());
        let waited_enough = async {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            received = self.link.receive(&mut self.incoming) => match received {
                Ok(has_message) => self.arrived(has_message),
                Err(broken) => return Err(self.failed(broken)),
            },
            () = clock.sleep_until(own) => self.endpoint.handle_timeout(self.clock.now()),
            () = waited_enough => {}
        }
        self.take_events();
        Ok(())
    }

    fn arrived(&mut self, has_message: bool) {
        self.heard = tokio::time::Instant::now();
        if let Some(told) = self.link.capabilities() {
            self.endpoint.connection_opened(self.peer, told);
        }
        if has_message {
            self.receive();
        }
    }

    fn receive(&mut self) {
        if let Some(show) = &mut self.on_datagram {
            show(Direction::Received, &self.incoming);
        }
        match self.endpoint.handle_datagram(self.clock.now(), self.peer, &self.incoming) {
            Some(Received::Response { call, response }) => {
                let observing = response.observing;
                let owned = Response::from_incoming(&response);
                self.deliver(call, Ok(owned), observing);
            }
            // A client has no resources.
            Some(Received::Request(request)) => {
                let id = request.id;
                let not_found = crate::coap::Response::new(crate::coap::Code::NOT_FOUND);
                // The id is fresh: it can't be gone.
                let _ = self.endpoint.respond(self.clock.now(), id, &not_found);
            }
            None => {}
        }
    }

    fn deliver(&mut self, call: CallId, response: Result<Response, CallFailure>, observing: bool) {
        let is_begun = self.begun.take_if(|begun| *begun == call).is_some();
        let is_known = self.observations.contains(&call);
        if !observing {
            self.observations.retain(|own| *own != call);
        }
        match is_known && !is_begun {
            true => {
                if self.updates.len() >= UPDATES {
                    self.updates.pop_front();
                }
                self.updates.push_back((call, response));
            }
            false => {
                if observing {
                    self.observations.push(call);
                }
                self.responses.push((call, response));
            }
        }
    }

    fn take_events(&mut self) {
        while let Some(event) = self.endpoint.poll_event() {
            if let Event::CallFailed { call, reason } = event {
                self.deliver(call, Err(reason), false);
            }
        }
    }

    async fn flush(&mut self) -> Result<(), ClientError> {
        while self.endpoint.poll_transmit(&mut self.transmit).is_some() {
            if let Some(show) = &mut self.on_datagram {
                show(Direction::Sent, &self.transmit);
            }
            if let Err(broken) = self.link.send(&self.transmit).await {
                return Err(self.failed(broken));
            }
        }
        Ok(())
    }

    /// An ICMP error comes with the call after the datagram that it is about.
    fn failed(&self, broken: Broken) -> ClientError {
        match broken {
            Broken::Socket(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
                ClientError::NobodyListens(self.peer.address)
            }
            Broken::Socket(error) => error.into(),
            Broken::Ended(ending) => ending.into(),
            Broken::Oversized(oversized) => oversized.into(),
        }
    }
}

/// The parts of `host`, `host:port` or `[address]:port` (RFC 3986 section 3.2); the port of `coap+tcp` where none is given.
fn host_and_port(authority: &str) -> Option<(&str, u16)> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port),
        _ => (authority, ""),
    };
    let host = host.strip_prefix('[').map_or(Some(host), |rest| rest.strip_suffix(']'))?;
    let port = if port.is_empty() { 5683 } else { port.parse().ok()? };
    (!host.is_empty() && !host.contains('@')).then_some((host, port))
}

//! A client over UDP, driven by tokio.

use std::boxed::Box;
use std::collections::VecDeque;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use std::vec::Vec;

use tokio::net::UdpSocket;

use super::clock::Clock;
use crate::client::{Request, Response};
use crate::coap::{CallFailure, CallId, Endpoint, Event, Full, Limits, Peer, Received};

/// Updates of observations that wait for [`Client::next_update`]; above it the oldest go.
const UPDATES: usize = 256;
/// No UDP datagram is larger.
const DATAGRAM: usize = 65535;

/// Which way a datagram went, for [`Client::on_datagram`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It was sent.
    Sent,
    /// It came in.
    Received,
}

/// Shows a datagram as it crosses the socket.
type Show = Box<dyn FnMut(Direction, &[u8]) + Send>;

/// Why a request has no response.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The peer didn't answer, or not properly.
    #[error("{0}")]
    Failed(#[from] CallFailure),
    /// Too many requests at a time.
    #[error("{0}")]
    Full(#[from] Full),
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
    socket: UdpSocket,
    peer: Peer,
    endpoint: Endpoint,
    clock: Clock,
    timeout: Duration,
    datagram: Box<[u8]>,
    transmit: Vec<u8>,
    responses: Vec<(CallId, Result<Response, CallFailure>)>,
    observations: Vec<CallId>,
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
        Ok(Client {
            socket,
            peer: Peer::insecure(device),
            endpoint: Endpoint::new(Limits::SERVER, RandomState::new().hash_one(device)),
            clock: Clock::start(),
            timeout: Duration::from_secs(93), // MAX_TRANSMIT_WAIT, RFC 7252 section 4.8.2
            datagram: std::vec![0; DATAGRAM].into_boxed_slice(),
            transmit: Vec::new(),
            responses: Vec::new(),
            observations: Vec::new(),
            updates: VecDeque::new(),
            on_datagram: None,
        })
    }

    /// Gives up on a request after this long, even if CoAP would still try.
    pub fn set_timeout(&mut self, timeout: Duration) {
        self.timeout = timeout;
    }

    /// Shows every datagram as it crosses the socket.
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

    /// Observes a resource (RFC 7641): its first response, and what names its updates. `None`: the device answers, but
    /// tells of no changes.
    ///
    /// # Errors
    /// When no response comes.
    pub async fn observe(&mut self, request: &Request) -> Result<(Response, Option<CallId>), ClientError> {
        let call = self.start(request, true)?;
        let response = self.response(call).await?;
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
        self.observations.retain(|own| *own != observation);
        self.updates.retain(|(own, _)| *own != observation);
        self.endpoint.cancel(self.clock.now(), observation);
        let deadline = tokio::time::Instant::now() + self.timeout;
        self.flush().await?;
        while self.endpoint.usage().confirmables > 0 && tokio::time::Instant::now() < deadline {
            self.step(Some(deadline)).await?;
        }
        Ok(())
    }

    fn start(&mut self, request: &Request, observe: bool) -> Result<CallId, ClientError> {
        let (now, peer, endpoint) = (self.clock.now(), self.peer, &mut self.endpoint);
        Ok(request.with_outgoing(observe, |outgoing| endpoint.request(now, peer, outgoing))?)
    }

    async fn response(&mut self, call: CallId) -> Result<Response, ClientError> {
        let deadline = tokio::time::Instant::now() + self.timeout;
        loop {
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
            received = self.socket.recv(&mut self.datagram) => match received {
                Ok(length) => self.receive(length),
                Err(error) => return Err(self.failed(error)),
            },
            () = clock.sleep_until(own) => self.endpoint.handle_timeout(self.clock.now()),
            () = waited_enough => {}
        }
        self.take_events();
        Ok(())
    }

    fn receive(&mut self, length: usize) {
        let Some(datagram) = self.datagram.get(..length) else { return };
        if let Some(show) = &mut self.on_datagram {
            show(Direction::Received, datagram);
        }
        match self.endpoint.handle_datagram(self.clock.now(), self.peer, datagram) {
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
        let known = self.observations.iter().position(|own| *own == call);
        match known {
            Some(place) => {
                if !observing {
                    self.observations.swap_remove(place);
                }
                if self.updates.len() >= UPDATES {
                    self.updates.pop_front();
                }
                self.updates.push_back((call, response));
            }
            None => {
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
            if let Err(error) = self.socket.send(&self.transmit).await {
                return Err(self.failed(error));
            }
        }
        Ok(())
    }

    /// An ICMP error comes with the call after the datagram that it is about.
    fn failed(&self, error: io::Error) -> ClientError {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => ClientError::NobodyListens(self.peer.address),
            _ => error.into(),
        }
    }
}

//! Sockets and a clock that drive an endpoint; over UDP some of what it sends is lost.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use comi_runtime::coap::{Endpoint, Limits, Peer};
use comi_runtime::time::Instant;

use crate::stream::Streams;

pub(crate) struct Link {
    pub(crate) endpoint: Endpoint,
    socket: UdpSocket,
    /// Where it speaks over connections instead.
    pub(crate) streams: Option<Streams>,
    started: std::time::Instant,
    loss: u64,
    /// Datagrams that were to be sent.
    sent: u64,
    buffer: Vec<u8>,
}

impl Link {
    pub(crate) fn bind(address: SocketAddr, limits: Limits, loss: u64) -> Link {
        let socket = UdpSocket::bind(address).expect("a free port");
        let endpoint = Endpoint::new(limits, RandomState::new().hash_one(0));
        Link { endpoint, socket, streams: None, started: std::time::Instant::now(), loss, sent: 0, buffer: Vec::new() }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.started.elapsed().as_micros()).expect("not for so long"))
    }

    /// Sends what is to be sent.
    pub(crate) fn flush(&mut self) {
        while let Some(to) = self.endpoint.poll_transmit(&mut self.buffer) {
            if let Some(streams) = self.streams.as_mut().filter(|_| to.is_connected()) {
                streams.send(to, &self.buffer);
                continue;
            }
            self.sent += 1;
            let hash = RandomState::new().hash_one(self.sent);
            if hash % 100 >= self.loss {
                // a lost datagram is sent again by whom it matters to
                let _ = self.socket.send_to(&self.buffer, to.address);
            }
        }
    }

    /// Waits for a message, a deadline, or this long.
    pub(crate) fn wait(&mut self, longest: Duration, datagram: &mut Vec<u8>) -> Option<Peer> {
        self.flush();
        if self.streams.is_some() {
            return self.wait_for_stream(longest, datagram);
        }
        let deadline = self.endpoint.poll_timeout().map_or(longest, |at| at - self.now());
        let wait = deadline.min(longest).max(Duration::from_millis(1));
        self.socket.set_read_timeout(Some(wait)).expect("a time");
        datagram.resize(65536, 0);
        match self.socket.recv_from(datagram) {
            Ok((length, from)) => {
                datagram.truncate(length);
                Some(Peer::insecure(from))
            }
            // nobody listens there, says the system: what was sent is lost
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::ConnectionRefused
                ) =>
            {
                self.endpoint.handle_timeout(self.now());
                None
            }
            Err(error) => panic!("the socket: {error}"),
        }
    }

    fn wait_for_stream(&mut self, longest: Duration, message: &mut Vec<u8>) -> Option<Peer> {
        let end = self.now() + longest;
        while self.now() < end {
            let now = self.now();
            let from = self.streams.as_mut().and_then(|streams| streams.poll(now, &mut self.endpoint, message));
            if from.is_some() {
                return from;
            }
            if self.endpoint.poll_timeout().is_some_and(|at| at <= now) {
                self.endpoint.handle_timeout(now);
                return None;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        None
    }
}

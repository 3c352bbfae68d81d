//! Connections (RFC 8323) for the endpoint, without tokio: all of them are looked at in turn, every millisecond.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};

use comi_runtime::coap::stream::{Connection, Event, Limits};
use comi_runtime::coap::{Endpoint, Peer};
use comi_runtime::time::Instant;

#[derive(Default)]
pub(crate) struct Streams {
    listener: Option<TcpListener>,
    open: Vec<Stream>,
    made: u32,
}

struct Stream {
    peer: Peer,
    stream: TcpStream,
    connection: Connection,
}

impl Streams {
    pub(crate) fn listen(&mut self, address: SocketAddr) {
        let listener = TcpListener::bind(address).expect("a free port");
        listener.set_nonblocking(true).expect("non-blocking");
        self.listener = Some(listener);
    }

    /// Connects; the peer for the endpoint.
    pub(crate) fn connect(&mut self, now: Instant, address: SocketAddr) -> Peer {
        self.add(now, TcpStream::connect(address).expect("a server"), address)
    }

    fn add(&mut self, now: Instant, stream: TcpStream, from: SocketAddr) -> Peer {
        stream.set_nonblocking(true).and(stream.set_nodelay(true)).expect("a socket that works");
        self.made += 1;
        let peer = Peer::connected(from, self.made);
        self.open.push(Stream { peer, stream, connection: Connection::new(now, Limits::SERVER) });
        peer
    }

    /// Whether the other end of a connection has said what it can take.
    pub(crate) fn has_spoken(&self, peer: Peer) -> bool {
        self.open.iter().any(|stream| stream.peer == peer && stream.connection.capabilities().block_wise)
    }

    pub(crate) fn send(&mut self, to: Peer, datagram: &[u8]) {
        if let Some(stream) = self.open.iter_mut().find(|stream| stream.peer == to) {
            stream.connection.send(datagram).expect("a message that is not too large");
            stream.write();
        }
    }

    /// Looks at every connection once; the first message that one of them has, and whose it is.
    pub(crate) fn poll(&mut self, now: Instant, endpoint: &mut Endpoint, message: &mut Vec<u8>) -> Option<Peer> {
        while let Some(Ok((stream, from))) = self.listener.as_ref().map(TcpListener::accept) {
            self.add(now, stream, from);
        }
        let mut from = None;
        for stream in &mut self.open {
            if from.is_none() && stream.read(now, message) {
                from = Some(stream.peer);
            }
            stream.connection.handle_timeout(now);
            while let Some(event) = stream.connection.poll_event() {
                match event {
                    Event::Capabilities(told) => endpoint.connection_opened(stream.peer, told),
                    Event::Ended(_) => endpoint.connection_closed(stream.peer),
                }
            }
            stream.write();
        }
        self.open.retain(|stream| !stream.connection.is_over());
        from
    }
}

impl Stream {
    /// Whether there is a message in the buffer.
    fn read(&mut self, now: Instant, message: &mut Vec<u8>) -> bool {
        let mut bytes = [0; 4096];
        while !self.connection.poll_message(message) {
            if !self.connection.wants_bytes() {
                return false;
            }
            match self.stream.read(&mut bytes) {
                Ok(0) => self.connection.handle_end(),
                Ok(length) => self.connection.handle_bytes(now, &bytes[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return false,
                Err(_) => self.connection.handle_end(),
            }
        }
        true
    }

    fn write(&mut self) {
        let mut bytes = Vec::new();
        while self.connection.poll_transmit(&mut bytes) {
            self.stream.set_nonblocking(false).expect("a socket that works");
            if self.stream.write_all(&bytes).is_err() {
                self.connection.handle_end();
            }
            self.stream.set_nonblocking(true).expect("a socket that works");
        }
    }
}

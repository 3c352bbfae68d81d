//! What a client's messages cross: datagrams, or one connection over any stream.

use std::boxed::Box;
use std::io;
use std::vec::Vec;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::UdpSocket;

use super::clock::Clock;
use crate::coap::Capabilities;
use crate::coap::stream::{Connection, Ending, Event, Limits, Oversized, Released};

/// No UDP datagram is larger.
const DATAGRAM: usize = 65535;

/// A stream of bytes both ways.
trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Bytes for S {}

pub(super) enum Link {
    Datagrams { socket: UdpSocket, buffer: Box<[u8]> },
    Stream(Box<Stream>),
}

pub(super) struct Stream {
    bytes: Box<dyn Bytes>,
    connection: Connection,
    clock: Clock,
    buffer: Box<[u8]>,
    outgoing: Vec<u8>,
    written: usize,
}

/// Why nothing comes any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error(transparent)]
    Ended(#[from] Ending),
    #[error(transparent)]
    Oversized(#[from] Oversized),
    #[error(transparent)]
    Socket(#[from] io::Error),
}

impl Link {
    pub(super) fn datagrams(socket: UdpSocket) -> Link {
        Link::Datagrams { socket, buffer: std::vec![0; DATAGRAM].into_boxed_slice() }
    }

    pub(super) fn stream(bytes: impl AsyncRead + AsyncWrite + Send + Unpin + 'static, clock: Clock) -> Link {
        Link::Stream(Box::new(Stream {
            bytes: Box::new(bytes),
            connection: Connection::new(clock.now(), Limits::SERVER),
            clock,
            buffer: std::vec![0; 16 * 1024].into_boxed_slice(),
            outgoing: Vec::new(),
            written: 0,
        }))
    }

    /// Sends a message that has a datagram's form; over a connection it goes out while others are waited for.
    pub(super) async fn send(&mut self, datagram: &[u8]) -> Result<(), Broken> {
        match self {
            Link::Datagrams { socket, .. } => socket.send(datagram).await.map(drop).map_err(Broken::Socket),
            Link::Stream(stream) => Ok(stream.connection.send(datagram)?),
        }
    }

    /// What the other end of the connection can take, as far as it has said so.
    pub(super) fn capabilities(&self) -> Option<Capabilities> {
        match self {
            Link::Datagrams { .. } => None,
            Link::Stream(stream) => Some(stream.connection.capabilities()),
        }
    }

    /// What the other end of the connection asks for, if it has released it.
    pub(super) fn released(&self) -> Option<&Released> {
        match self {
            Link::Datagrams { .. } => None,
            Link::Stream(stream) => stream.connection.released(),
        }
    }

    /// Waits for the next message, or for capabilities; whether a message lies in the buffer. Nothing is lost when this
    /// is dropped.
    pub(super) async fn receive(&mut self, message: &mut Vec<u8>) -> Result<bool, Broken> {
        match self {
            Link::Datagrams { socket, buffer } => {
                let length = socket.recv(buffer).await?;
                message.clear();
                message.extend_from_slice(buffer.get(..length).unwrap_or(&[]));
                Ok(true)
            }
            Link::Stream(stream) => stream.receive(message).await,
        }
    }

    /// Tells the other end of a connection that nothing more comes, and writes what waits.
    pub(super) async fn close(&mut self) -> Result<(), Broken> {
        if let Link::Stream(stream) = self {
            stream.connection.release(stream.clock.now());
        }
        self.flush().await?;
        if let Link::Stream(stream) = self {
            stream.bytes.shutdown().await?;
        }
        Ok(())
    }

    /// Writes what waits.
    pub(super) async fn flush(&mut self) -> Result<(), Broken> {
        let Link::Stream(stream) = self else { return Ok(()) };
        loop {
            stream.refill();
            if stream.rest().is_empty() {
                return Ok(());
            }
            stream.written += stream.bytes.write(stream.outgoing.get(stream.written..).unwrap_or(&[])).await?;
        }
    }
}

impl Stream {
    async fn receive(&mut self, message: &mut Vec<u8>) -> Result<bool, Broken> {
        loop {
            if self.connection.poll_message(message) {
                return Ok(true);
            }
            match self.connection.poll_event() {
                Some(Event::Capabilities(_)) => return Ok(false),
                Some(Event::Ended(ending)) => return Err(ending.into()),
                None => {}
            }
            self.refill();
            let Stream { bytes, connection, clock, buffer, outgoing, written } = self;
            let rest = outgoing.get(*written..).unwrap_or(&[]);
            let (mut reader, mut writer) = tokio::io::split(bytes);
            tokio::select! {
                read = reader.read(buffer), if connection.wants_bytes() => match read? {
                    0 => connection.handle_end(),
                    length => connection.handle_bytes(clock.now(), buffer.get(..length).unwrap_or(&[])),
                },
                sent = writer.write(rest), if !rest.is_empty() => *written += sent?,
                () = clock.sleep_until(connection.poll_timeout()) => connection.handle_timeout(clock.now()),
            }
        }
    }

    fn rest(&self) -> &[u8] {
        self.outgoing.get(self.written..).unwrap_or(&[])
    }

    fn refill(&mut self) {
        if self.rest().is_empty() {
            self.written = 0;
            self.connection.poll_transmit(&mut self.outgoing);
        }
    }
}

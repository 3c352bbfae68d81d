//! The load: 32 clients with 4 requests outstanding each, from one thread that never sleeps, on core 1.

use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

const CLIENTS: usize = 32;
const OUTSTANDING: usize = 4;
/// When a request without an answer is given up and asked anew.
const LOST_AFTER: Duration = Duration::from_millis(500);

/// One request, but for its message id and token.
#[derive(Clone)]
pub(crate) struct Load {
    /// Method code.
    pub(crate) code: u8,
    /// What follows the token.
    pub(crate) options_and_payload: Vec<u8>,
    /// The response code that counts.
    pub(crate) expected_code: u8,
}

/// What came of it.
pub(crate) struct Measured {
    /// Answers with the expected code.
    pub(crate) answers: u64,
    /// How long it took.
    pub(crate) wall: Duration,
    /// Ascending.
    pub(crate) latencies: Vec<Duration>,
}

struct Client {
    socket: UdpSocket,
    next: u16,
    sent: [(u16, Instant); OUTSTANDING],
}

impl Client {
    fn send(&mut self, slot: usize, load: &Load) {
        let id = self.next;
        self.next = self.next.wrapping_add(1);
        let [high, low] = id.to_be_bytes();
        let token = u8::try_from(slot).expect("few slots");
        let mut datagram = vec![0x41, load.code, high, low, token];
        datagram.extend_from_slice(&load.options_and_payload);
        // A full socket buffer is a lost request like any other.
        let _ = self.socket.send(&datagram);
        self.sent[slot] = (id, Instant::now());
    }
}

/// Asks `server` for as long as `time` says. Panics when an answer is not the expected one: a server that refuses
/// fast must not look good.
pub(crate) fn run(server: SocketAddr, load: &Load, time: Duration) -> Measured {
    let started = Instant::now();
    let mut clients: Vec<Client> = (0..CLIENTS)
        .map(|_| {
            let any = if server.is_ipv4() { "127.0.0.1:0" } else { "[::1]:0" };
            let socket = UdpSocket::bind(any).expect("a local socket");
            socket.connect(server).expect("a server");
            socket.set_nonblocking(true).expect("non-blocking");
            Client { socket, next: 1, sent: [(0, started); OUTSTANDING] }
        })
        .collect();
    for client in &mut clients {
        (0..OUTSTANDING).for_each(|slot| client.send(slot, load));
    }
    let mut answers = 0;
    let mut latencies = Vec::new();
    let mut buffer = [0; 2048];
    while started.elapsed() < time {
        for client in &mut clients {
            loop {
                let length = match client.socket.recv(&mut buffer) {
                    Ok(length) => length,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(error) => panic!("the server is gone: {error}"),
                };
                let &[_, code, high, low, token, ..] = &buffer[..length] else { continue };
                let slot = usize::from(token);
                let (id, sent) = client.sent[slot % OUTSTANDING];
                if id != u16::from_be_bytes([high, low]) {
                    continue;
                }
                assert_eq!(code, load.expected_code, "the server answered {}.{:02}", code >> 5, code & 31);
                latencies.push(sent.elapsed());
                answers += 1;
                client.send(slot, load);
            }
            for slot in 0..OUTSTANDING {
                if client.sent[slot].1.elapsed() > LOST_AFTER {
                    client.send(slot, load);
                }
            }
        }
    }
    latencies.sort_unstable();
    Measured { answers, wall: started.elapsed(), latencies }
}

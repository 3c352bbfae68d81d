//! Ten thousand observers of one resource, each a peer of its own: how long one change takes to reach the last, and
//! what an observer costs in memory.

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use crate::server::Server;

const OBSERVERS: usize = 10_000;
/// GET and PUT /3303/0/5750, an LwM2M resource of the demo device, as text.
const PATH: &[u8] = b"\xb43303\x010\x045750";
const OBSERVE: &[u8] = b"\x60\x543303\x010\x045750";
const PATIENCE: Duration = Duration::from_secs(20);

/// What came of it.
pub(crate) struct Measured {
    /// From the change to the last notification.
    pub(crate) last: Duration,
    /// Notifications that came.
    pub(crate) told: usize,
    /// Resident memory that came with the observers, by their number.
    pub(crate) bytes: u64,
}

pub(crate) fn run(server: &Server) -> Measured {
    raise_limit();
    let sockets: Vec<UdpSocket> = (0..OBSERVERS)
        .map(|_| {
            let socket = UdpSocket::bind("127.0.0.1:0").expect("a port for each observer");
            socket.connect(server.address()).expect("a server");
            socket.set_nonblocking(true).expect("non-blocking");
            socket
        })
        .collect();
    let operator = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let put = |id, text: &[u8]| {
        let change = [&[0x40, 0x03, 0, id][..], PATH, b"\x10\xff", text].concat();
        operator.send_to(&change, server.address()).expect("a loopback");
    };
    put(1, b"attic");
    // the tables of requests and peers are full before it counts
    ask_all(&sockets, 1, PATH);
    let before = server.resident_bytes();
    ask_all(&sockets, 2, OBSERVE);
    let bytes = server.resident_bytes().saturating_sub(before) / OBSERVERS as u64;

    let started = Instant::now();
    put(2, b"cellar");
    let (mut told, mut last) = (vec![false; OBSERVERS], Duration::ZERO);
    while told.iter().any(|told| !told) && started.elapsed() < PATIENCE {
        for (socket, told) in sockets.iter().zip(&mut told).filter(|(_, told)| !**told) {
            if receive(socket).is_some_and(|answer| answer.ends_with(b"cellar")) {
                (*told, last) = (true, started.elapsed());
            }
        }
    }
    Measured { last, told: told.iter().filter(|told| **told).count(), bytes }
}

/// One request from each, answered before the next hundred ask.
fn ask_all(sockets: &[UdpSocket], id: u8, options: &[u8]) {
    let request = [&[0x41, 0x01, 0, id, 0xaa][..], options].concat();
    for some in sockets.chunks(100) {
        let mut open: Vec<&UdpSocket> = some.iter().collect();
        let started = Instant::now();
        while !open.is_empty() {
            assert!(started.elapsed() < PATIENCE, "{} requests have no answer", open.len());
            for socket in &open {
                // a request that can't be sent is asked again
                let _ = socket.send(&request);
            }
            std::thread::sleep(Duration::from_millis(2));
            // an answer that came twice is not that to the next request
            open.retain(|socket| receive(socket).is_none_or(|answer| answer.get(1..4) != Some(&[0x45, 0, id])));
        }
    }
}

fn receive(socket: &UdpSocket) -> Option<Vec<u8>> {
    let mut buffer = [0; 2048];
    match socket.recv(&mut buffer) {
        Ok(length) => Some(buffer[..length].to_vec()),
        Err(error) if error.kind() == ErrorKind::WouldBlock => None,
        Err(error) => panic!("the server is gone: {error}"),
    }
}

/// A process may have fewer open sockets than observers, unless it asks.
fn raise_limit() {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).expect("a limit");
    setrlimit(Resource::RLIMIT_NOFILE, most, most).expect("up to the hard limit");
    assert!(most > OBSERVERS as u64 + 100, "{most} open files are too few");
}

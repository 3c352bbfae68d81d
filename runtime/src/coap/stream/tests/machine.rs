//! Every state and event of a connection, against the drawing over its enum.

use super::super::connection::State;
use super::super::{Connection, Ending, Event, Limits};
use super::signaling::{ABORT, CSM, GET, PING, PONG, RELEASE};
use crate::coap::drawn::check;
use crate::time::Instant;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

const NOW: Instant = Instant::from_secs(1000);

/// What a connection sends, by name.
pub(super) fn sent(connection: &mut Connection) -> String {
    let (mut names, mut bytes) = (Vec::new(), Vec::new());
    while connection.poll_transmit(&mut bytes) {
        let mut rest = bytes.as_slice();
        while let Some(frame) = super::super::frame::Frame::read(rest, u32::MAX).unwrap() {
            names.push(match frame.code.to_string().as_str() {
                "7.01" => "CSM".to_string(),
                "7.02" => "Ping".to_string(),
                "7.03" => "Pong".to_string(),
                "7.04" => "Release".to_string(),
                "7.05" => "Abort".to_string(),
                code => code.to_string(),
            });
            rest = &rest[frame.length..];
        }
    }
    names.join(" ")
}

fn bring(connection: &mut Connection, bytes: &[u8]) -> usize {
    connection.handle_bytes(NOW, bytes);
    let mut datagram = Vec::new();
    core::iter::from_fn(|| connection.poll_message(&mut datagram).then_some(())).count()
}

/// A connection in this state, and whether a request of the peer has no answer yet.
fn in_state(state: &str) -> Connection {
    let mut connection = Connection::new(NOW, Limits::DEVICE);
    if state != "Opening" {
        bring(&mut connection, CSM);
    }
    match state {
        "Opening" | "Open" => {}
        "Pinging" => connection.handle_timeout(NOW + Limits::DEVICE.idle),
        "Releasing" => connection.release(NOW),
        "Draining" => {
            bring(&mut connection, GET);
            bring(&mut connection, RELEASE);
        }
        "Closed" => connection.handle_end(),
        other => panic!("{other}"),
    }
    sent(&mut connection);
    while connection.poll_event().is_some() {}
    assert_eq!(name(&connection), state);
    connection
}

fn name(connection: &Connection) -> &'static str {
    match connection.state() {
        State::Opening { .. } => "Opening",
        State::Open { .. } => "Open",
        State::Pinging { .. } => "Pinging",
        State::Releasing { .. } => "Releasing",
        State::Draining { .. } => "Draining",
        State::Closed(_) => "Closed",
    }
}

fn step(state: &str, event: &str) -> (String, &'static str) {
    let mut connection = in_state(state);
    let mut does = Vec::new();
    let delivered = match event {
        "CSM" => bring(&mut connection, CSM),
        "request" => bring(&mut connection, GET),
        "response" => bring(&mut connection, &[0x01, 0x45, 0x7f]),
        "Empty" => bring(&mut connection, &[0x00, 0x00]),
        "Ping" => bring(&mut connection, PING),
        "Pong" => bring(&mut connection, PONG),
        "Release" => bring(&mut connection, RELEASE),
        "Abort" => bring(&mut connection, ABORT),
        "fault" => bring(&mut connection, &[0x0f, 0x01]),
        "end" => {
            connection.handle_end();
            0
        }
        "silence" => {
            connection.handle_timeout(connection.poll_timeout().unwrap_or(NOW));
            0
        }
        "answer" => {
            connection.send(&[0x51, 0x45, 0, 0, 0x7f]).unwrap();
            0
        }
        "release()" => {
            connection.release(NOW);
            0
        }
        other => panic!("{other}"),
    };
    does.extend((delivered > 0).then(|| "+".to_string()));
    does.push(sent(&mut connection));
    while let Some(event) = connection.poll_event() {
        does.push(match event {
            Event::Capabilities(_) => "!capabilities".to_string(),
            Event::Ended(Ending::Aborted(_)) => "!aborted".to_string(),
            Event::Ended(Ending::Closed) => "!closed".to_string(),
            Event::Ended(Ending::Fault(_)) => "!fault".to_string(),
            Event::Ended(Ending::Released) => "!released".to_string(),
            Event::Ended(Ending::Silent) => "!silent".to_string(),
        });
    }
    does.retain(|word| !word.is_empty());
    (does.join(" "), name(&connection))
}

#[test]
fn connections_do_what_is_drawn() {
    let table = [
        ("Opening", "CSM", "!capabilities", "Open"),
        ("Opening", "request", "Abort !fault", "Closed"),
        ("Opening", "response", "Abort !fault", "Closed"),
        ("Opening", "Empty", "", "Opening"),
        ("Opening", "Ping", "Abort !fault", "Closed"),
        ("Opening", "Pong", "Abort !fault", "Closed"),
        ("Opening", "Release", "Abort !fault", "Closed"),
        ("Opening", "Abort", "!aborted", "Closed"),
        ("Opening", "fault", "Abort !fault", "Closed"),
        ("Opening", "end", "!closed", "Closed"),
        ("Opening", "silence", "Abort !fault", "Closed"),
        ("Opening", "answer", "2.05", "Opening"),
        ("Opening", "release()", "Release", "Releasing"),
        ("Open", "CSM", "", "Open"),
        ("Open", "request", "+", "Open"),
        ("Open", "response", "+", "Open"),
        ("Open", "Empty", "", "Open"),
        ("Open", "Ping", "Pong", "Open"),
        ("Open", "Pong", "", "Open"),
        ("Open", "Release", "!released", "Closed"),
        ("Open", "Abort", "!aborted", "Closed"),
        ("Open", "fault", "Abort !fault", "Closed"),
        ("Open", "end", "!closed", "Closed"),
        ("Open", "silence", "Ping", "Pinging"),
        ("Open", "answer", "2.05", "Open"),
        ("Open", "release()", "Release", "Releasing"),
        ("Pinging", "CSM", "", "Open"),
        ("Pinging", "request", "+", "Open"),
        ("Pinging", "response", "+", "Open"),
        ("Pinging", "Empty", "", "Open"),
        ("Pinging", "Ping", "Pong", "Open"),
        ("Pinging", "Pong", "", "Open"),
        ("Pinging", "Release", "!released", "Closed"),
        ("Pinging", "Abort", "!aborted", "Closed"),
        ("Pinging", "fault", "Abort !fault", "Closed"),
        ("Pinging", "end", "!closed", "Closed"),
        ("Pinging", "silence", "!silent", "Closed"),
        ("Pinging", "answer", "2.05", "Pinging"),
        ("Pinging", "release()", "Release", "Releasing"),
        ("Releasing", "CSM", "", "Releasing"),
        ("Releasing", "request", "+", "Releasing"),
        ("Releasing", "response", "+", "Releasing"),
        ("Releasing", "Empty", "", "Releasing"),
        ("Releasing", "Ping", "Pong", "Releasing"),
        ("Releasing", "Pong", "", "Releasing"),
        ("Releasing", "Release", "!released", "Closed"),
        ("Releasing", "Abort", "!aborted", "Closed"),
        ("Releasing", "fault", "Abort !fault", "Closed"),
        ("Releasing", "end", "!released", "Closed"),
        ("Releasing", "silence", "!released", "Closed"),
        ("Releasing", "answer", "2.05", "Releasing"),
        ("Releasing", "release()", "", "Releasing"),
        ("Draining", "CSM", "", "Draining"),
        ("Draining", "request", "", "Draining"),
        ("Draining", "response", "+", "Draining"),
        ("Draining", "Empty", "", "Draining"),
        ("Draining", "Ping", "Pong", "Draining"),
        ("Draining", "Pong", "", "Draining"),
        ("Draining", "Release", "", "Draining"),
        ("Draining", "Abort", "!aborted", "Closed"),
        ("Draining", "fault", "Abort !fault", "Closed"),
        ("Draining", "end", "!released", "Closed"),
        ("Draining", "silence", "!released", "Closed"),
        ("Draining", "answer", "2.05 !released", "Closed"),
        ("Draining", "release()", "", "Draining"),
        ("Closed", "CSM", "", "Closed"),
        ("Closed", "request", "", "Closed"),
        ("Closed", "response", "", "Closed"),
        ("Closed", "Empty", "", "Closed"),
        ("Closed", "Ping", "", "Closed"),
        ("Closed", "Pong", "", "Closed"),
        ("Closed", "Release", "", "Closed"),
        ("Closed", "Abort", "", "Closed"),
        ("Closed", "fault", "", "Closed"),
        ("Closed", "end", "", "Closed"),
        ("Closed", "silence", "", "Closed"),
        ("Closed", "answer", "", "Closed"),
        ("Closed", "release()", "", "Closed"),
    ];
    check(&table, step);
}

#[test]
fn early_and_repeated_timeouts_do_nothing() {
    let mut connection = in_state("Open");
    let due = connection.poll_timeout().unwrap();
    connection.handle_timeout(NOW);
    assert_eq!((sent(&mut connection).as_str(), name(&connection)), ("", "Open"));
    connection.handle_timeout(due);
    connection.handle_timeout(due);
    assert_eq!((sent(&mut connection).as_str(), name(&connection)), ("Ping", "Pinging"));
}

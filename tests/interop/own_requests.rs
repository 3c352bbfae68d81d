//! Requests of a device that is served, to another one: over UDP from its own port, over TCP by connections that are made
//! for it; and what a Release asks for.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::time::Duration;

use comi_runtime::client::Request;
use comi_runtime::coap::stream::{Ending, Released};
use comi_runtime::coap::{Code, Message, Method, number};
use comi_runtime::net::{Client, ClientError, Destination, Handle, Observation, RequestError, Server, Shards, handle};
use comi_runtime::value::{Data, Value};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, UdpSocket};

use super::model::acme_valve::path::valve_name;
use super::{device, model, name, run};

/// A device at this address, served until the test ends.
async fn served(at: &str) -> (Handle, SocketAddr) {
    let (handle, inbox) = handle();
    let server = Server::bind(device(), inbox, at).await.unwrap();
    let address = server.local_addr().unwrap();
    tokio::spawn(server.run());
    (handle, address)
}

fn fetch() -> Request {
    Request::fetch(&model::SCHEMA, &[valve_name()]).unwrap()
}

/// What the other device answers to each of these.
async fn asks(own: &Handle, other: SocketAddr) {
    for to in [Destination::Udp(other), Destination::Tcp(other), Destination::Udp(other), Destination::Tcp(other)] {
        let response = own.request(to, &fetch()).await.unwrap();
        assert_eq!(response.fetched(&model::SCHEMA, &[valve_name()]).unwrap(), [Some(name("other"))], "{to:?}");
        let missing = own.request(to, &Request::new(Method::Get, "/missing")).await.unwrap();
        assert_eq!(missing.code, Code::NOT_FOUND);
    }
    // several beside each other, before there is an answer to the first
    let at_once = (0..6).map(|_| {
        let own = own.clone();
        tokio::spawn(async move { own.request(Destination::Tcp(other), &fetch()).await })
    });
    for answer in at_once.collect::<Vec<_>>() {
        assert_eq!(answer.await.unwrap().unwrap().code, Code::CONTENT);
    }
}

#[test]
fn a_served_device_asks_another_over_udp_and_tcp() {
    run(async {
        let (other_handle, other) = served("127.0.0.1:0").await;
        other_handle.set(&valve_name(), name("other")).await.unwrap();
        for own in ["127.0.0.1:0", "0.0.0.0:0", "[::]:0"] {
            let (own, _) = served(own).await;
            asks(&own, other).await;
        }
    });
}

#[test]
fn shards_ask_others_too() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let test = async {
        let (other_handle, other) = served("127.0.0.1:0").await;
        other_handle.set(&valve_name(), name("other")).await.unwrap();
        let (own, inbox) = handle();
        let server = Shards::bind(device(), inbox, "127.0.0.1:0", NonZeroUsize::new(4).unwrap()).await.unwrap();
        tokio::spawn(server.run());
        asks(&own, other).await;
    };
    let limit = Duration::from_secs(60);
    runtime.block_on(async { tokio::time::timeout(limit, test).await }).expect("the test hangs");
}

#[test]
fn where_nobody_listens_there_is_no_connection() {
    run(async {
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let (own, _) = served("127.0.0.1:0").await;
        let refused = own.request(Destination::Tcp(nobody), &fetch()).await;
        assert!(matches!(refused, Err(RequestError::Unreachable(address)) if address == nobody), "{refused:?}");
    });
}

/// Reads one request, and releases the connection in place of an answer.
async fn release(listener: &TcpListener, options: &[u8]) {
    let (mut stream, _) = listener.accept().await.unwrap();
    stream.write_all(&[0x00, 0xe1]).await.unwrap();
    // our CSM, then the request
    let mut buffer = [0; 1500];
    while stream.read(&mut buffer).await.unwrap() <= 8 {}
    let length = u8::try_from(options.len()).unwrap();
    let head = if length < 13 { vec![length << 4, 0xe4] } else { vec![0xd0, length - 13, 0xe4] };
    stream.write_all(&[&head, options].concat()).await.unwrap();
    while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {}
}

/// RFC 8323 section 5.5: Hold-Off.
#[test]
fn who_wants_to_be_left_alone_is_left_alone() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (own, _) = served("127.0.0.1:0").await;
        let test = async {
            let failed = own.request(Destination::Tcp(address), &fetch()).await;
            assert!(matches!(failed, Err(RequestError::Failed(_))), "{failed:?}");
            let refused = own.request(Destination::Tcp(address), &fetch()).await;
            assert!(matches!(refused, Err(RequestError::HeldOff(rest)) if rest.as_secs() >= 3590), "{refused:?}");
        };
        // an hour
        tokio::join!(test, release(&listener, &[0x42, 0x0e, 0x10]));
    });
}

/// RFC 8323 section 5.5: Alternative-Address.
#[test]
fn a_client_that_asks_for_it_follows_a_release() {
    run(async {
        let (other, elsewhere) = served("127.0.0.1:0").await;
        other.set(&valve_name(), name("other")).await.unwrap();
        let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut options = Vec::new();
        for (delta, authority) in [(2_u8, "no@body"), (0, &gone.to_string()), (0, &elsewhere.to_string())] {
            let length = authority.len();
            let length =
                if length < 13 { vec![delta << 4 | length as u8] } else { vec![delta << 4 | 13, (length - 13) as u8] };
            options.extend([&length, authority.as_bytes()].concat());
        }
        let test = async {
            let mut client = Client::connect_tcp(address).await.unwrap();
            let ended = client.request(&fetch()).await;
            assert!(matches!(ended, Err(ClientError::Ended(Ending::Released))), "{ended:?}");
            let alternatives = vec!["no@body".into(), gone.to_string(), elsewhere.to_string()];
            assert_eq!(client.released(), Some(&Released { alternatives, hold_off: None }));
            let mut client = client.follow().await.unwrap();
            let response = client.request(&fetch()).await.unwrap();
            assert_eq!(response.fetched(&model::SCHEMA, &[valve_name()]).unwrap(), [Some(name("other"))]);
        };
        tokio::join!(test, release(&listener, &options));
    });
}

/// What is observed: the name of the other device's valve.
async fn state(observation: &mut Observation) -> Option<String> {
    let response = observation.next().await?.unwrap();
    match response.fetched(&model::SCHEMA, &[valve_name()]).unwrap().remove(0) {
        Some(Data::Leaf(Value::String(text))) => Some(text.to_string()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_served_device_observes_another_and_gets_the_newest_state() {
    run(async {
        let (other_handle, other) = served("127.0.0.1:0").await;
        let (own, _) = served("127.0.0.1:0").await;
        other_handle.set(&valve_name(), name("a")).await.unwrap();
        for to in [Destination::Udp(other), Destination::Tcp(other)] {
            let mut observation = own.observe(to, &fetch()).unwrap();
            let mut second = own.observe(to, &fetch()).unwrap();
            state(&mut observation).await.unwrap();
            state(&mut second).await.unwrap();
            for text in ["b", "c", "d"] {
                other_handle.set(&valve_name(), name(text)).await.unwrap();
            }
            // who waits too long misses states, never the last
            for observation in [&mut observation, &mut second] {
                while state(observation).await.unwrap() != "d" {}
            }
            drop(second);
            other_handle.set(&valve_name(), name("e")).await.unwrap();
            while state(&mut observation).await.unwrap() != "e" {}
        }
    });
}

#[test]
fn who_drops_an_observation_tells_the_other_device() {
    run(async {
        let other = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let (own, _) = served("127.0.0.1:0").await;
        let to = Destination::Udp(other.local_addr().unwrap());
        let mut observation = own.observe(to, &Request::new(Method::Get, "/a")).unwrap();
        let mut asked = [0; 100];
        let (length, from) = other.recv_from(&mut asked).await.unwrap();
        let message = Message::parse(&asked[..length]).unwrap();
        assert_eq!(message.uint(number::OBSERVE), Some(0));
        // a piggybacked 2.05 with Observe 1
        let head = [0x60 | asked[0] & 0x0f, 0x45, asked[2], asked[3]];
        let answer = [&head, message.token(), &[0x61, 1, 0xff, b'x']].concat();
        other.send_to(&answer, from).await.unwrap();
        assert_eq!(observation.next().await.unwrap().unwrap().payload, b"x");
        drop(observation);
        let length = other.recv(&mut asked).await.unwrap();
        assert_eq!(Message::parse(&asked[..length]).unwrap().uint(number::OBSERVE), Some(1));
    });
}

#[test]
fn an_observation_ends_with_what_is_no_success_with_its_connection_and_with_the_device() {
    run(async {
        let (_, other) = served("127.0.0.1:0").await;
        let (own, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let serving = tokio::spawn(server.run());
        let mut missing = own.observe(Destination::Udp(other), &Request::new(Method::Get, "/missing")).unwrap();
        assert_eq!(missing.next().await.unwrap().unwrap().code, Code::NOT_FOUND);
        assert!(missing.next().await.is_none());
        let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let mut nowhere = own.observe(Destination::Tcp(nobody), &fetch()).unwrap();
        assert!(matches!(nowhere.next().await, Some(Err(RequestError::Unreachable(_)))));
        assert!(nowhere.next().await.is_none());
        let mut observation = own.observe(Destination::Udp(other), &fetch()).unwrap();
        assert!(observation.next().await.is_some());
        serving.abort();
        assert!(observation.next().await.is_none());
        assert!(matches!(own.observe(Destination::Udp(other), &fetch()), Err(RequestError::Stopped)));
    });
}

//! CoAP over TCP (RFC 8323) beside UDP, addresses that answers come from, and many sockets for one device.

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::num::NonZeroUsize;
use std::time::Duration;

use comi_runtime::Limits;
use comi_runtime::client::Request;
use comi_runtime::coap::stream::{Ending, Limits as StreamLimits};
use comi_runtime::coap::{Code, Message, MessageType, Method, Writer, number};
use comi_runtime::net::{Client, ClientError, Server, Shards, handle};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::model::acme_valve::path::{valve_name, valve_position};
use super::{Five, device, model, name, run};
use comi_runtime::Device;

/// A device with these limits of connections.
fn device_with(connections: StreamLimits) -> Device<Five> {
    Device::new(Five).coreconf().limits(Limits { connections, ..Limits::DEVICE }).build().unwrap()
}

#[test]
fn the_same_device_answers_over_udp_and_tcp_on_one_port() {
    run(async {
        let (handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut tcp = Client::connect_tcp(address).await.unwrap();
            let mut udp = Client::connect(address).await.unwrap();
            let nodes = [valve_name()];
            let request = Request::fetch(&model::SCHEMA, &nodes).unwrap();
            let (first, observation) = tcp.observe(&request).await.unwrap();
            assert_eq!(first.fetched(&model::SCHEMA, &nodes).unwrap(), [None]);
            let change = Request::patch(&model::SCHEMA, &[(valve_name(), Some(name("west")))]).unwrap();
            assert_eq!(udp.request(&change).await.unwrap().code, Code::CHANGED);
            let (which, told) = tcp.next_update().await.unwrap();
            assert_eq!(Some(which), observation);
            assert_eq!(told.unwrap().fetched(&model::SCHEMA, &nodes).unwrap(), [Some(name("west"))]);
            tcp.cancel(which).await.unwrap();
            handle.set(&valve_name(), name("east")).await.unwrap();
            let answer = tcp.request(&request).await.unwrap().fetched(&model::SCHEMA, &nodes).unwrap();
            assert_eq!(answer, [Some(name("east"))]);
            tcp.close().await.unwrap();
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn large_bodies_pass_in_blocks_of_every_size() {
    run(async {
        for message in [200, 1152, 5000, 70_000] {
            let (_handle, inbox) = handle();
            let limits = StreamLimits { message, ..StreamLimits::DEVICE };
            let server = Server::bind(device_with(limits), inbox, "127.0.0.1:0").await.unwrap();
            let address = server.local_addr().unwrap();
            let test = async {
                let mut client = Client::connect_tcp(address).await.unwrap();
                // as many keys as fit into the answer's limit: what is asked for is not there, which is null
                let nodes = vec![valve_position(); 800];
                let request = Request::fetch(&model::SCHEMA, &nodes).unwrap();
                let answer = client.request(&request).await.unwrap().fetched(&model::SCHEMA, &nodes).unwrap();
                assert_eq!(answer.len(), 800, "{message}");
            };
            tokio::select! {
                () = test => {}
                _ = server.run() => unreachable!("it serves for ever"),
            }
        }
    });
}

#[test]
fn a_connection_over_the_limit_is_told_so() {
    run(async {
        let (_handle, inbox) = handle();
        let limits = StreamLimits { connections: 1, ..StreamLimits::DEVICE };
        let server = Server::bind(device_with(limits), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut first = Client::connect_tcp(address).await.unwrap();
            let second = match Client::connect_tcp(address).await {
                Ok(mut second) => second.request(&Request::discover(None)).await.map(drop),
                Err(error) => Err(error),
            };
            match second {
                Err(ClientError::Ended(Ending::Aborted(words))) => assert_eq!(words, "too many connections"),
                other => panic!("{other:?}"),
            }
            assert_eq!(first.request(&Request::discover(None)).await.unwrap().code, Code::CONTENT);
            first.close().await.unwrap();
            // its place is free as soon as the server has seen the end
            for _ in 0..100 {
                if let Ok(mut third) = Client::connect_tcp(address).await
                    && third.request(&Request::discover(None)).await.is_ok()
                {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("the place of a connection that ended stays taken");
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn what_a_connection_has_counted_stays_when_it_is_over() {
    run(async {
        let (_handle, inbox) = handle();
        let limits = StreamLimits { connections: 1, ..StreamLimits::DEVICE };
        let server = Server::bind(device_with(limits), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let streams = server.streams();
        let counted = || (streams.counters().opened, streams.counters().refused);
        let test = async {
            let mut first = Client::connect_tcp(address).await.unwrap();
            assert_eq!(first.request(&Request::discover(None)).await.unwrap().code, Code::CONTENT);
            assert_eq!(counted(), (1, 0));
            let mut refused = TcpStream::connect(address).await.unwrap();
            refused.read_to_end(&mut Vec::new()).await.unwrap();
            assert_eq!(counted(), (1, 1));
            // Release: the server closes, and what it closes is over (RFC 8323 section 5.5)
            first.close().await.unwrap();
            for tried in 3..100 {
                tokio::time::sleep(Duration::from_millis(10)).await;
                let mut next = Client::connect_tcp(address).await.unwrap();
                let served = next.request(&Request::discover(None)).await.is_ok();
                let (opened, refused) = counted();
                assert_eq!((opened, opened + refused), (if served { 2 } else { 1 }, tried), "each is counted once");
                if served {
                    return;
                }
            }
            panic!("the place of a connection that ended stays taken");
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn bytes_that_are_no_coap_end_their_connection_alone() {
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut stranger = TcpStream::connect(address).await.unwrap();
            stranger.write_all(b"GET / HTTP/1.1\r\nHost: device\r\n\r\n").await.unwrap();
            let mut answer = Vec::new();
            stranger.read_to_end(&mut answer).await.unwrap();
            // our CSM, then an Abort with the reason (RFC 8323 section 5.6)
            assert_eq!(answer.get(1), Some(&0xe1));
            assert!(answer.windows(2).any(|pair| pair[1] == 0xe5), "{answer:02x?}");
            let mut silent = TcpStream::connect(address).await.unwrap();
            silent.shutdown().await.unwrap();
            let mut client = Client::connect_tcp(address).await.unwrap();
            assert_eq!(client.request(&Request::new(Method::Get, "/nowhere")).await.unwrap().code, Code::NOT_FOUND);
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn many_requests_may_wait_on_one_connection() {
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(&[0x00, 0xe1]).await.unwrap();
            for number in 0..1000_u16 {
                let [high, low] = number.to_be_bytes();
                stream.write_all(&[0x22, 0x01, high, low, 0xb1, b'n']).await.unwrap();
            }
            // Release: the server answers all that came before, then closes (RFC 8323 section 5.5)
            stream.write_all(&[0x00, 0xe4]).await.unwrap();
            let mut answers = Vec::new();
            stream.read_to_end(&mut answers).await.unwrap();
            let (csm, answers) = answers.split_at(2 + usize::from(answers[0] >> 4));
            assert_eq!(csm[1], 0xe1);
            let numbers: Vec<u16> = answers.chunks(4).map(|frame| u16::from_be_bytes([frame[2], frame[3]])).collect();
            assert_eq!(numbers, (0..1000).collect::<Vec<u16>>());
            assert!(answers.chunks(4).all(|frame| frame[..2] == [0x02, 0x84]), "4.04 without a payload");
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

/// The seam for TLS and others: any stream of bytes is a connection.
#[test]
fn a_stream_that_something_else_has_made_is_served_too() {
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let streams = server.streams();
        let from = SocketAddr::from((Ipv4Addr::LOCALHOST, 7));
        let (ours, theirs) = tokio::io::duplex(64);
        let test = async {
            let mut client = Client::over(ours, from).await.unwrap();
            let answer = client.request(&Request::discover(None)).await.unwrap();
            assert_eq!(answer.code, Code::CONTENT);
        };
        tokio::select! {
            () = test => {}
            () = streams.hand_in(theirs, from) => panic!("it ended"),
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

/// Asks for a missing resource, and says where the answer came from.
fn asked_at(address: SocketAddr) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    socket.send_to(&[0x40, 0x01, 0x00, 0x01, 0xb1, b'n'], address).unwrap();
    let (_, from) = socket.recv_from(&mut [0; 100]).unwrap();
    from
}

#[test]
fn an_answer_comes_from_the_address_that_was_asked() {
    if UdpSocket::bind("127.0.0.9:0").is_err() {
        println!("skipped: this host has no 127.0.0.9");
        return;
    }
    run(async {
        for unspecified in ["[::]:0", "0.0.0.0:0"] {
            let (_handle, inbox) = handle();
            let Ok(server) = Server::bind(device(), inbox, unspecified).await else {
                println!("skipped: this host has no {unspecified}");
                continue;
            };
            let port = server.local_addr().unwrap().port();
            let test = async {
                for last in [9, 1, 8, 9] {
                    let address = SocketAddr::from(([127, 0, 0, last], port));
                    let from = tokio::task::spawn_blocking(move || asked_at(address)).await.unwrap();
                    assert_eq!(from, address, "{unspecified}");
                }
            };
            tokio::select! {
                () = test => {}
                _ = server.run() => unreachable!("it serves for ever"),
            }
        }
    });
}

/// RFC 7252 section 5.7.2: a proxy request for the endpoint itself is a local one.
#[test]
fn a_request_by_proxy_uri_to_our_own_address_is_served() {
    run(async {
        for bound in ["127.0.0.1:0", "0.0.0.0:0"] {
            let (_handle, inbox) = handle();
            let server = Server::bind(device(), inbox, bound).await.unwrap();
            let port = server.local_addr().unwrap().port();
            let test = async {
                let socket = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
                socket.connect(("127.0.0.1", port)).await.unwrap();
                let hosts = [("127.0.0.1", Code::CONTENT), ("127.0.0.2", Code::PROXYING_NOT_SUPPORTED)];
                for ((host, expected), id) in hosts.into_iter().zip(1..) {
                    let (mut asked, mut answer) = (Vec::new(), [0; 1500]);
                    let uri = format!("coap://{host}:{port}/.well-known/core");
                    let mut writer = Writer::new(&mut asked, MessageType::Confirmable, Code::GET, id, b"t");
                    writer.option(number::PROXY_URI, uri.as_bytes());
                    socket.send(&asked).await.unwrap();
                    let length = socket.recv(&mut answer).await.unwrap();
                    let answer = Message::parse(&answer[..length]).unwrap();
                    assert_eq!((answer.id(), answer.code()), (id, expected), "{uri} at {bound}");
                }
            };
            tokio::select! {
                () = test => {}
                _ = server.run() => unreachable!("it serves for ever"),
            }
        }
    });
}

#[test]
fn shards_serve_one_datastore() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    let test = async {
        let (handle, inbox) = handle();
        let shards = NonZeroUsize::new(4).unwrap();
        let device = device_with(StreamLimits { connections: 8, ..StreamLimits::DEVICE });
        let server = Shards::bind(device, inbox, "127.0.0.1:0", shards).await.unwrap();
        let address = server.local_addr().unwrap();
        let serving = tokio::spawn(server.run());
        let nodes = [valve_name()];
        let request = Request::fetch(&model::SCHEMA, &nodes).unwrap();
        let mut clients = Vec::new();
        for number in 0..32 {
            let mut client = match number % 4 {
                0 => Client::connect_tcp(address).await.unwrap(),
                _ => Client::connect(address).await.unwrap(),
            };
            let (_, observation) = client.observe(&request).await.unwrap();
            clients.push((client, observation));
        }
        let registered = clients.iter().filter(|(_, observation)| observation.is_some()).count();
        assert_eq!(registered, Limits::DEVICE.coap.observations);
        // told by whichever task has the device, with a deadline that the first must hear of
        handle.set(&valve_name(), name("south")).await.unwrap();
        for (client, observation) in &mut clients {
            if observation.is_some() {
                let (_, told) = client.next_update().await.unwrap();
                assert_eq!(told.unwrap().fetched(&model::SCHEMA, &nodes).unwrap(), [Some(name("south"))]);
            }
            let answer = client.request(&request).await.unwrap().fetched(&model::SCHEMA, &nodes).unwrap();
            assert_eq!(answer, [Some(name("south"))]);
        }
        serving.abort();
    };
    let limit = Duration::from_secs(60);
    runtime.block_on(async { tokio::time::timeout(limit, test).await }).expect("the test hangs");
}

#[test]
fn a_group_is_answered_where_there_is_something_to_say() {
    run(async {
        let (_handle, inbox) = handle();
        let coap = comi_runtime::coap::Limits { leisure: Duration::ZERO, ..Limits::DEVICE.coap };
        let device = Device::new(Five).coreconf().limits(Limits { coap, ..Limits::DEVICE }).build().unwrap();
        let server = Server::bind(device, inbox, "0.0.0.0:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let socket = tokio::net::UdpSocket::bind("0.0.0.0:0").await.unwrap();
        let group = SocketAddr::from(([224, 0, 1, 187], port));
        let get = |path: &[u8]| [&[0x50, 0x01, 0x00, path[0]], path].concat();
        if let Err(error) = server.join(group.ip(), 0).and(socket.set_multicast_loop_v4(true)) {
            println!("skipped: this host has no multicast: {error}");
            return;
        }
        let test = async {
            if let Err(error) = socket.send_to(&get(b"\xb1n"), group).await {
                println!("skipped: this host sends no multicast: {error}");
                return;
            }
            socket.send_to(&get(b"\xbb.well-known\x04core"), group).await.unwrap();
            let mut answer = [0; 1500];
            match tokio::time::timeout(Duration::from_secs(2), socket.recv_from(&mut answer)).await {
                Ok(received) => {
                    let (_, from) = received.unwrap();
                    assert_eq!(answer[..2], [0x50, 0x45], "the other one is an error, which is not told");
                    assert!(!from.ip().is_multicast());
                }
                Err(_) => println!("skipped: this host brings no multicast back"),
            }
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

/// A CoAP server without YANG: handlers now and later, observers, over both transports.
#[test]
fn plain_resources_are_served_without_yang() {
    use comi_runtime::net::ResourceServer;
    use comi_runtime::resources::{Answer, Resource, Server, later};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    run(async {
        let count = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&count);
        let mut server = Server::new(comi_runtime::coap::Limits::SERVER, 7);
        let count_now = Resource::new().get(move |_| Answer::text(seen.load(Ordering::Relaxed).to_string()));
        server.add("/count", count_now.observable()).unwrap();
        let slow = Resource::new().post(|request| {
            let body = request.payload.to_vec();
            later(async move {
                tokio::time::sleep(Duration::from_millis(50)).await;
                Answer::content(42, body)
            })
        });
        server.add("/slow", slow).unwrap();
        let (server, handle) = ResourceServer::bind(server, StreamLimits::SERVER, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            for (number, client) in
                [Client::connect(address).await, Client::connect_tcp(address).await].into_iter().enumerate()
            {
                let mut client = client.unwrap();
                let request = Request::new(Method::Post, "/slow").with_payload(42, b"body");
                assert_eq!(client.request(&request).await.unwrap().payload, b"body");
                let (first, observation) = client.observe(&Request::new(Method::Get, "/count")).await.unwrap();
                assert_eq!(first.payload, number.to_string().as_bytes());
                assert!(observation.is_some());
                count.fetch_add(1, Ordering::Relaxed);
                handle.changed(&["count"]).await;
                let (_, told) = client.next_update().await.unwrap();
                assert_eq!(told.unwrap().payload, (number + 1).to_string().as_bytes());
                let links = client.request(&Request::discover(None)).await.unwrap();
                assert_eq!(links.payload, b"</count>;obs,</slow>");
            }
        };
        tokio::select! {
            () = test => {}
            () = server.run() => unreachable!("it serves for ever"),
        }
    });
}

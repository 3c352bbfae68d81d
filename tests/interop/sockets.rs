//! A device on a socket of the loopback interface: the handle, both address families, and peers that go away.

mod connections;
mod own_requests;

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use comi_runtime::board::{Board, Call, Change, Fault, Outcome};
use comi_runtime::client::{self, Request};
use comi_runtime::coap::{Code, Method};
use comi_runtime::net::{Client, ClientError, HandleError, Server, handle, handle_with};
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value};
use comi_runtime::{Device, Limits};

/// The compiled model.
mod model {
    comi_runtime::include_model!();
}

use model::acme_valve::Weekdays;
use model::acme_valve::path::{valve, valve_name, valve_position, valve_schedule};
use model::acme_valve::wire::{Schedule, Valve};

/// A board whose position is 5, without any handler trait.
struct Five;

impl Board for Five {
    fn schema(&self) -> &'static Schema {
        &model::SCHEMA
    }

    fn read(&mut self, node: NodeIndex, _: &[Value]) -> Result<Data, Fault> {
        if node == valve_position().node { Ok(Data::Leaf(Value::Unsigned(5))) } else { Err(Fault::Absent) }
    }

    fn next(&mut self, _: NodeIndex, _: &[Value], _: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        Ok(None)
    }

    fn call(&mut self, _: Call, _: NodeIndex, _: &[Value], _: &Content) -> Result<Outcome<Content>, Fault> {
        Ok(Outcome::Later)
    }

    fn prepare(&mut self, _: &Change<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn changed(&mut self, _: &Change<'_>) {}
}

fn device() -> Device<Five> {
    Device::new(Five).coreconf().lwm2m().build().unwrap()
}

fn name(text: &str) -> Data {
    Data::Leaf(Value::from(text))
}

/// Runs a test on one thread; it must end in time.
fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let limit = Duration::from_secs(30);
    runtime.block_on(async { tokio::time::timeout(limit, test).await }).expect("the test hangs")
}

#[test]
fn a_client_reads_what_the_handle_has_set() {
    run(async {
        let (handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            handle.set(&valve_name(), name("north")).await.unwrap();
            let refused = handle.set(&valve_position(), name("north")).await;
            assert!(matches!(refused, Err(HandleError::Edit(_))), "a pulled leaf is nobody's to set");
            let gone = handle.answer(Call(0), Ok(())).await;
            assert!(matches!(gone, Err(HandleError::CallGone)));
            assert!(matches!(handle.raise((valve(), Content::new())).await, Err(HandleError::Notification(_))));
            handle.changed(&valve_position()).await.unwrap();

            let nodes: [InstanceIdentifier; 2] = [valve_name(), valve_position()];
            let mut client = Client::connect(address).await.unwrap();
            let request = Request::fetch(&model::SCHEMA, &nodes).unwrap();
            let answer = client.request(&request).await.unwrap().fetched(&model::SCHEMA, &nodes).unwrap();
            assert_eq!(answer, [Some(name("north")), Some(Data::Leaf(Value::Unsigned(5)))]);
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn a_client_reads_and_writes_generated_structs() {
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut client = Client::connect(address).await.unwrap();
            let morning = Schedule { days: Some(Weekdays::MONDAY), at: Some("06:30".into()), ..Schedule::default() };
            let north = Valve { name: Some("north".into()), trim: Some(-3), ..Valve::default() };
            client.set(&valve(), &north).await.unwrap();
            let at = valve_schedule("morning");
            client.set(&at, &Schedule { name: "morning".into(), ..morning.clone() }).await.unwrap();

            let read: Valve<'_> = client.get(&valve()).await.unwrap().unwrap();
            assert_eq!((read.name.as_deref(), read.trim, read.position), (Some("north"), Some(-3), Some(5)));
            assert_eq!(read.schedule[0].at.as_deref(), Some("06:30"));
            let request = Request::fetch(&model::SCHEMA, std::slice::from_ref(&at)).unwrap();
            let response = client.request(&request).await.unwrap();
            let entry: Schedule<'_> = response.typed(&at).unwrap().unwrap();
            assert_eq!((&*entry.name, entry.days), ("morning", morning.days));
            assert_eq!(client.get::<Schedule<'_>>(&valve_schedule("evening")).await.unwrap(), None);

            // the client holds values against the schema, the device all else
            let wrong = client.set(&valve(), &Valve { trim: Some(21), ..Valve::default() }).await;
            assert!(matches!(wrong, Err(ClientError::Refused(client::Error::Unwritable(_)))), "{wrong:?}");
            let refused = client.set(&valve(), &Valve { position: Some(1), ..Valve::default() }).await;
            assert!(matches!(refused, Err(ClientError::Refused(client::Error::Refused { .. }))), "{refused:?}");
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

/// RFC 7641 section 3.1.
#[test]
fn who_observes_twice_is_told_twice_by_one_registration() {
    run(async {
        let (handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            let mut client = Client::connect(address).await.unwrap();
            let nodes = [valve_name()];
            let request = Request::fetch(&model::SCHEMA, &nodes).unwrap();
            let (_, first) = client.observe(&request).await.unwrap();
            handle.set(&valve_name(), name("west")).await.unwrap();
            let (response, second) = client.observe(&request).await.unwrap();
            assert_eq!(response.fetched(&model::SCHEMA, &nodes).unwrap(), [Some(name("west"))]);
            assert!(first.is_some() && first == second);
            client.cancel(second.unwrap()).await.unwrap();
            handle.set(&valve_name(), name("east")).await.unwrap();
            while let (which, told) = client.next_update().await.unwrap()
                && told.unwrap().fetched(&model::SCHEMA, &nodes).unwrap() != [Some(name("east"))]
            {
                assert_eq!(Some(which), first);
            }
            client.cancel(first.unwrap()).await.unwrap();
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn a_peer_that_is_gone_and_garbage_do_not_end_the_service() {
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "127.0.0.1:0").await.unwrap();
        let address = server.local_addr().unwrap();
        let test = async {
            for _ in 0..20 {
                // it asks and is gone: the answer meets a closed port, which the system may tell the server
                let passer_by = UdpSocket::bind("127.0.0.1:0").unwrap();
                passer_by.send_to(&[0x40, 0x01, 0x00, 0x01, 0xb1, b'c'], address).unwrap();
                passer_by.send_to(&[], address).unwrap();
                passer_by.send_to(&[0xff; 1500], address).unwrap();
                drop(passer_by);
                tokio::task::yield_now().await;
            }
            let mut client = Client::connect(address).await.unwrap();
            let answer = client.request(&Request::new(Method::Get, "/nowhere")).await.unwrap();
            assert_eq!(answer.code, Code::NOT_FOUND);
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn the_unspecified_address_takes_both_families() {
    if UdpSocket::bind("[::1]:0").is_err() {
        println!("skipped: this host has no IPv6");
        return;
    }
    run(async {
        let (_handle, inbox) = handle();
        let server = Server::bind(device(), inbox, "[::]:0").await.unwrap();
        let port = server.local_addr().unwrap().port();
        let test = async {
            for address in [SocketAddr::from((Ipv4Addr::LOCALHOST, port)), format!("[::1]:{port}").parse().unwrap()] {
                let mut client = Client::connect(address).await.unwrap();
                let answer = client.request(&Request::discover(None)).await.unwrap();
                assert_eq!(answer.code, Code::CONTENT, "{address}");
            }
        };
        tokio::select! {
            () = test => {}
            _ = server.run() => unreachable!("it serves for ever"),
        }
    });
}

#[test]
fn a_full_queue_and_a_device_that_is_gone_are_errors() {
    run(async {
        let (handle, inbox) = handle_with(&Limits { queue: 1, ..Limits::DEVICE });
        let waiting = handle.clone();
        let place = valve_position();
        let first = tokio::spawn(async move { waiting.changed(&place).await });
        tokio::task::yield_now().await;
        assert!(matches!(handle.changed(&valve_position()).await, Err(HandleError::Full)));
        drop(inbox);
        assert!(matches!(first.await.unwrap(), Err(HandleError::Stopped)));
        assert!(matches!(handle.changed(&valve_position()).await, Err(HandleError::Stopped)));
    });
}

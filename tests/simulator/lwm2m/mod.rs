//! A device between two LwM2M servers, over a network that loses, repeats and reorders, behind a NAT that forgets;
//! the device and its servers reboot, and the device sleeps through hours (OMA LwM2M Core 1.2 sections 6.2 to 6.4).
//!
//! Whatever happens: no Execute is done twice; when the network is well again the device is registered with both, each
//! server holds the newest value of what it observes, and nothing is kept of observations that nobody hears. On a
//! network that loses nothing no observation is ever missed, whether the device moves or not.

#[path = "../../conformance/device/hardware.rs"]
mod hardware;
mod server;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use comi_runtime::coap::Peer;
use comi_runtime::datastore::Found;
use comi_runtime::lwm2m::registration::State;
use comi_runtime::time::Instant;
use comi_runtime::value::{Data, Value};
use comi_runtime::{Device, Limits, Lwm2mClient};

use crate::model::lwm2m_device_3::path::device_utc_offset;
use crate::model::{Bound, bind};
use crate::network::Conditions;
use crate::random::Random;
use hardware::Hardware;
use server::Server;

const SERVERS: [&str; 2] = ["[2001:db8::5]:5683", "[2001:db8::6]:5683"];
const LIVELY: Duration = Duration::from_secs(900);
/// As long as a device may wait after all its attempts have failed (object 1, resource 20), and a little.
const RECOVERY: Duration = Duration::from_secs(90_000);
/// Longer than it takes until a server observes anew.
const SETTLING: Duration = Duration::from_secs(900);
const HAPPENINGS: usize = 1_000_000;

enum Happening {
    ToDevice { server: usize, port: u16, datagram: Vec<u8> },
    ToServer { server: usize, port: u16, datagram: Vec<u8> },
    Change,
    Write(usize),
    Execute(usize),
    LookAfter,
    Rebind,
    RebootDevice,
    RebootServer(usize),
    Sleep(Duration),
}

pub(crate) struct World {
    random: Random,
    now: Instant,
    conditions: Conditions,
    device: Device<Bound<Hardware>>,
    board: Hardware,
    /// The port by which the NAT shows the device.
    port: u16,
    /// The device hears and does nothing until then.
    asleep: Instant,
    servers: Vec<Server>,
    happenings: BTreeMap<(Instant, u64), Happening>,
    count: u64,
    executed: HashSet<String>,
    trace: bool,
}

fn server_peer(server: usize) -> Peer {
    Peer::insecure(SERVERS[server].parse().expect("an address"))
}

fn device_peer(port: u16) -> Peer {
    Peer::insecure(format!("[2001:db8::1]:{port}").parse().expect("an address"))
}

fn device(board: &Hardware, seed: u64) -> Device<Bound<Hardware>> {
    let client = Lwm2mClient::new("urn:dev:os:valve-7", format!("coap://{}", SERVERS[0]))
        .lifetime(120)
        .server(2, format!("coap://{}", SERVERS[1]))
        .lifetime(300);
    let device = Device::new(bind(board.clone())).lwm2m_client(client).limits(Limits::DEVICE).seed(seed);
    device.build().expect("a device")
}

impl World {
    pub(crate) fn of(seed: u64, trace: bool) -> World {
        let mut random = Random::new(seed);
        let perfect = seed.is_multiple_of(4);
        let mut conditions = Conditions::any(&mut random, 0);
        if perfect {
            conditions = Conditions::PERFECT;
        }
        let board = Hardware::new();
        let now = Instant::from_secs(1);
        let device = device(&board, random.number());
        let servers = (0..SERVERS.len()).map(|_| Server::new(now, random.number())).collect();
        let mut world = World {
            random,
            now,
            conditions,
            device,
            board,
            port: 40_000,
            asleep: now,
            servers,
            happenings: BTreeMap::new(),
            count: 0,
            executed: HashSet::new(),
            trace,
        };
        world.change();
        world.schedule(12, |_| Happening::Change);
        world.schedule(6, |random| Happening::Write(random.below(2)));
        world.schedule(6, |random| Happening::Execute(random.below(2)));
        world.schedule(2, |_| Happening::Rebind);
        if !perfect {
            world.schedule(usize::from(seed % 4 == 1), |_| Happening::RebootDevice);
            world.schedule(usize::from(seed % 4 == 2), |random| Happening::RebootServer(random.below(2)));
            let hours = |random: &mut Random| Happening::Sleep(random.up_to(Duration::from_secs(7200)));
            world.schedule(usize::from(seed % 4 == 3), hours);
        }
        for second in 0..LIVELY.as_secs() {
            world.at(now + Duration::from_secs(second), Happening::LookAfter);
        }
        world
    }

    fn schedule(&mut self, times: usize, happening: impl Fn(&mut Random) -> Happening) {
        for _ in 0..times {
            let at = self.now + self.random.up_to(LIVELY);
            let happening = happening(&mut self.random);
            self.at(at, happening);
        }
    }

    fn at(&mut self, at: Instant, happening: Happening) {
        self.count += 1;
        self.happenings.insert((at, self.count), happening);
    }

    pub(crate) fn run(&mut self) {
        let perfect = self.conditions.loss == 0 && self.conditions.jitter < Duration::from_secs(1);
        let disturbed = self.happenings.values().any(|happening| {
            matches!(happening, Happening::RebootDevice | Happening::RebootServer(_) | Happening::Sleep(_))
        });
        self.settle();
        self.run_until(self.now + LIVELY);
        self.conditions = Conditions::PERFECT;
        self.look_after_for(self.asleep.saturating_duration_since(self.now) + Duration::from_secs(60));
        let latest = self.now + RECOVERY;
        while !self.is_registered_with_both() {
            assert!(self.now < latest, "no way back: {:?}", self.device.registrations());
            self.look_after_for(Duration::from_secs(60));
        }
        self.look_after_for(SETTLING);
        self.change();
        self.settle();
        self.look_after_for(SETTLING);
        assert!(self.is_registered_with_both(), "{:?}", self.device.registrations());
        let newest = self.value();
        for (index, server) in self.servers.iter().enumerate() {
            assert_eq!(server.seen, newest, "what server {index} holds");
            assert_eq!(server.location().as_ref(), Some(&self.device.registrations()[index].location));
            assert!(server.missed == 0 || !perfect || disturbed, "server {index} missed {} times", server.missed);
        }
        assert_eq!(self.device.usage().coap.observations, SERVERS.len(), "observations that nobody hears are kept");
    }

    fn look_after_for(&mut self, duration: Duration) {
        for second in 0..duration.as_secs() {
            self.at(self.now + Duration::from_secs(second), Happening::LookAfter);
        }
        self.run_until(self.now + duration);
    }

    fn is_registered_with_both(&self) -> bool {
        let registered = |state| matches!(state, State::Registered { .. } | State::Updating { .. });
        self.servers.iter().all(Server::has_device)
            && self.device.registrations().iter().all(|server| registered(server.state))
    }

    fn value(&self) -> String {
        match self.device.datastore().get(&device_utc_offset()) {
            Some(Found::Data(Data::Leaf(Value::String(text)))) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn change(&mut self) {
        self.count += 1;
        let value = Data::Leaf(Value::from(format!("d{}", self.count).as_str()));
        self.device.set(self.now, &device_utc_offset(), value).expect("a string");
    }

    fn run_until(&mut self, end: Instant) {
        for _ in 0..HAPPENINGS {
            let happening = self.happenings.first_key_value().map(|((at, _), _)| *at);
            let device = self.device.poll_timeout().map(|at| at.max(self.asleep));
            let servers = self.servers.iter().filter_map(Server::poll_timeout);
            let next = happening.into_iter().chain(device).chain(servers).min();
            let Some(next) = next.filter(|next| *next <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            if happening == Some(next) {
                if let Some((_, happening)) = self.happenings.pop_first() {
                    self.take(happening);
                }
            } else {
                if self.now >= self.asleep {
                    self.device.handle_timeout(self.now);
                }
                for server in &mut self.servers {
                    server.handle_timeout(self.now);
                }
            }
            self.settle();
        }
        panic!("the world never rests");
    }

    fn take(&mut self, happening: Happening) {
        let now = self.now;
        match happening {
            Happening::ToDevice { server, port, datagram } => {
                // the NAT knows no other way in, and who sleeps hears nothing
                if port == self.port && now >= self.asleep {
                    self.device.handle_datagram(now, server_peer(server), &datagram);
                }
            }
            Happening::ToServer { server, port, datagram } => {
                self.servers[server].arrive(now, device_peer(port), &datagram);
            }
            Happening::Change if now >= self.asleep => self.change(),
            Happening::Change => {}
            Happening::Write(server) => {
                self.count += 1;
                self.servers[server].write(now, &format!("w{}", self.count));
            }
            Happening::Execute(server) => {
                self.count += 1;
                self.servers[server].execute(now, &format!("0='{}'", self.count));
            }
            Happening::LookAfter => self.servers.iter_mut().for_each(|server| server.look_after(now)),
            Happening::Rebind => self.port += 1,
            Happening::RebootDevice => {
                self.board = Hardware::new();
                self.device = device(&self.board, self.random.number());
                // what was executed before may be asked for again: the device knows of no exchange
                self.executed.clear();
                self.change();
            }
            Happening::RebootServer(server) => {
                self.servers[server] = Server::new(now, self.random.number());
            }
            Happening::Sleep(duration) => self.asleep = now + duration,
        }
    }

    /// Puts on the network what waits to be sent, and looks at what was executed.
    fn settle(&mut self) {
        let mut buffer = Vec::new();
        while self.now >= self.asleep
            && let Some(to) = self.device.poll_transmit(&mut buffer)
        {
            let server = (0..SERVERS.len()).find(|server| server_peer(*server) == to).expect("one of the servers");
            for (delay, datagram) in self.conditions.carry(&mut self.random, &buffer) {
                let port = self.port;
                self.at(self.now + delay, Happening::ToServer { server, port, datagram });
            }
            self.say(&format!("device to server {server}"), &buffer);
        }
        for server in 0..SERVERS.len() {
            while let Some(to) = self.servers[server].poll_transmit(&mut buffer) {
                for (delay, datagram) in self.conditions.carry(&mut self.random, &buffer) {
                    let port = to.address.port();
                    self.at(self.now + delay, Happening::ToDevice { server, port, datagram });
                }
                self.say(&format!("server {server} to {}", to.address.port()), &buffer);
            }
        }
        let diary = std::mem::take(&mut self.board.state().diary);
        for said in diary.into_iter().filter(|entry| entry.starts_with("factory-reset")) {
            assert!(self.executed.insert(said.clone()), "{said} was executed twice");
        }
    }

    fn say(&self, way: &str, datagram: &[u8]) {
        if self.trace {
            let seconds = self.now.saturating_duration_since(Instant::START).as_secs_f64();
            let hex: String = datagram.iter().take(40).map(|byte| format!("{byte:02x}")).collect();
            eprintln!("{seconds:9.3} {way}: {hex}");
        }
    }
}

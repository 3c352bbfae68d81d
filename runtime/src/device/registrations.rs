//! The device as a client of LwM2M servers: their registrations meet the endpoint.
//!
//! ```text
//!   deadline, commit, /1/x/8, response ──▶ lwm2m::registration ──▶ request ──▶ endpoint
//! ```

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, SocketAddr};

use super::Device;
use super::answer::Core;
use super::send::SendError;
use crate::board::{Board, Call, Change, Fault, Outcome};
use crate::coap::{
    CallId, Code, IncomingResponse, Method, OutgoingOption, OutgoingRequest, Peer, content_format, number,
};
use crate::datastore::OwnedChange;
use crate::lwm2m::FORMATS;
use crate::lwm2m::attributes::Set;
use crate::lwm2m::registration::{
    Account, Errand, Event, Lwm2mClient, Registration, Settings, State, Told, Version, body, instance_of, provision,
    queries, turn,
};
use crate::schema::{NodeIndex, NodeKind, Schema};
use crate::time::{Instant, earlier};
use crate::value::{Content, Data, Value};

/// The servers of a device.
#[derive(Debug, Default)]
pub(super) struct Registrations {
    endpoint: String,
    servers: Vec<Server>,
    /// Something has changed that servers may be told of.
    dirty: bool,
    /// The device is being driven: what was built before it is told with the first Register.
    begun: bool,
}

#[derive(Debug)]
struct Server {
    account: Account,
    registration: Registration,
    settings: Settings,
    /// Its address; `None` until its name is looked up.
    peer: Option<Peer>,
    /// The request that is on its way; without one, it waits for the address.
    errand: Option<(Errand, Option<CallId>)>,
    /// What the request on its way says.
    telling: Option<Told>,
    /// What it was told last.
    told: Option<Told>,
    /// Where it keeps the registration.
    location: Vec<String>,
    /// The application wants no more of it.
    stopped: bool,
}

/// A server as [`Device::registrations`] shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationStatus {
    /// Short server id.
    pub short_server_id: u16,
    /// How far its registration is.
    pub state: State,
    /// `/rd/…`, while it is registered.
    pub location: String,
}

/// Resources of object 1 that drive a registration instead of asking the board.
const DISABLE: u16 = 4;
const UPDATE_TRIGGER: u16 = 8;

impl Registrations {
    pub(super) fn new(client: &Lwm2mClient, accounts: Vec<Account>) -> Registrations {
        let server = |account: Account| Server {
            peer: account.host.parse().ok().map(|address: IpAddr| at(address, account.port)),
            registration: Registration::default(),
            settings: Settings::new(account.lifetime),
            errand: None,
            telling: None,
            told: None,
            location: Vec::new(),
            stopped: false,
            account,
        };
        let servers = accounts.into_iter().map(server).collect();
        Registrations { endpoint: client.endpoint().into(), servers, dirty: true, begun: false }
    }

    /// A server is known by its address alone, whichever of ours it sends to.
    pub(super) fn known(&self, peer: Peer) -> Peer {
        let plain = Peer::insecure(peer.address);
        if peer.session < Peer::FIRST_SECURE && self.find(&plain).is_some() { plain } else { peer }
    }

    /// Core section 6.3: a server's requests are ignored until its registration is done.
    pub(super) fn ignores(&self, peer: &Peer) -> bool {
        self.find(peer).is_some_and(|server| !server.registration.is_registered())
    }

    /// The short id of a registered server.
    pub(super) fn server(&self, peer: &Peer) -> Option<u16> {
        self.find(peer)
            .filter(|server| server.registration.is_registered())
            .map(|server| server.account.short_server_id)
    }

    /// Where what a server takes unasked goes to.
    pub(super) fn takes_send(&self, short_server_id: u16) -> Result<Peer, SendError> {
        let server = self.servers.iter().find(|server| server.account.short_server_id == short_server_id);
        let server = server.filter(|server| server.registration.is_registered()).ok_or(SendError::NotRegistered)?;
        if server.registration.version() < Version::V1_1 {
            return Err(SendError::TooOld);
        }
        if server.settings.mute_send {
            return Err(SendError::Muted);
        }
        server.peer.ok_or(SendError::NotRegistered)
    }

    /// The pmin and pmax of a server where it has written none: resources 2 and 3 of object 1.
    pub(super) fn default_periods(&self, short_server_id: u16) -> Set {
        let server = self.servers.iter().find(|server| server.account.short_server_id == short_server_id);
        server.map_or(Set::default(), |server| Set {
            pmin: server.settings.least_period,
            pmax: server.settings.longest_period,
            ..Set::default()
        })
    }

    fn find(&self, peer: &Peer) -> Option<&Server> {
        self.servers.iter().find(|server| server.peer.as_ref() == Some(peer))
    }

    pub(super) fn next(&self) -> Option<Instant> {
        if !self.begun && self.has_servers() {
            return Some(Instant::START);
        }
        self.servers.iter().filter_map(|server| server.registration.next()).fold(None, |a, b| earlier(a, Some(b)))
    }

    /// A commit may have changed what servers were told.
    pub(super) fn committed(&mut self, schema: &Schema, changes: &[OwnedChange]) {
        let is_told = |change: &OwnedChange| {
            let in_server = schema.object(1).is_some_and(|object| schema.is_within(change.at.node, object.node));
            in_server || schema.objects.iter().any(|object| schema.is_within(object.node, change.at.node))
        };
        self.dirty |= !self.servers.is_empty() && changes.iter().any(is_told);
    }
}

impl Server {
    fn status(&self) -> RegistrationStatus {
        RegistrationStatus {
            short_server_id: self.account.short_server_id,
            state: self.registration.state(),
            location: self.location.iter().flat_map(|segment| ["/", segment]).collect(),
        }
    }
}

fn at(address: IpAddr, port: u16) -> Peer {
    Peer::insecure(SocketAddr::new(address, port))
}

impl<B: Board> Device<B> {
    /// How far the registrations with LwM2M servers are.
    #[must_use]
    pub fn registrations(&self) -> Vec<RegistrationStatus> {
        self.registrations.servers.iter().map(Server::status).collect()
    }

    /// A host name whose address is wanted, to register there; [`Device::found`] takes the answer.
    #[must_use]
    pub fn wanted_name(&self) -> Option<(&str, u16)> {
        let waits = |server: &&Server| server.peer.is_none() && matches!(server.errand, Some((_, None)));
        self.registrations.servers.iter().find(waits).map(|server| (server.account.host.as_str(), server.account.port))
    }

    /// The address of a host name; `None`: it can't be found now.
    pub fn found(&mut self, now: Instant, host: &str, address: Option<IpAddr>) {
        for index in 0..self.registrations.servers.len() {
            let Some(server) = self.registrations.servers.get_mut(index) else { break };
            if server.account.host != host || server.peer.is_some() {
                continue;
            }
            server.peer = address.map(|address| at(address, server.account.port));
            match (server.errand.take(), address) {
                (Some((errand, None)), Some(_)) => self.send(now, index, errand),
                (Some((_, None)), None) => self.hear(now, index, Event::Unanswered),
                (errand, _) => server.errand = errand,
            }
        }
        self.settle(now);
    }

    /// Ends the registration with every server (Core section 6.2.3), for good.
    pub fn deregister(&mut self, now: Instant) {
        for index in 0..self.registrations.servers.len() {
            if let Some(server) = self.registrations.servers.get_mut(index) {
                server.stopped = true;
            }
            self.hear(now, index, Event::Stop);
        }
        self.settle(now);
    }

    /// The device is driven from now on: what its application and its store have put in stands.
    pub(super) fn begin(&mut self, now: Instant) {
        if !core::mem::replace(&mut self.registrations.begun, true) {
            self.provision(now);
        }
    }

    /// Makes the instances of object 1 that the accounts lack.
    fn provision(&mut self, now: Instant) {
        let accounts: Vec<Account> = self.registrations.servers.iter().map(|server| server.account.clone()).collect();
        let schema = self.schema();
        for account in &accounts {
            if instance_of(&self.core.store, account.short_server_id).is_some() {
                continue;
            }
            let taken = |id: &u16| {
                let path =
                    crate::lwm2m::Path { object: 1, instance: Some(*id), resource: None, resource_instance: None };
                let at = crate::lwm2m::instance(schema, path);
                at.is_some_and(|at| self.core.store.entry_exists(at.node, &at.keys))
            };
            let Some(id) = (0..u16::MAX).find(|id| !taken(id)) else { continue };
            // a model that asks for more of its servers has them from elsewhere
            let _ = self.edit(now, |edit| provision(schema, edit, id, account));
        }
    }

    /// What every call ends with: those that may begin do, what is due is done, what has changed is told.
    pub(super) fn register_what_is_due(&mut self, now: Instant) {
        if !self.registrations.begun {
            return;
        }
        if core::mem::take(&mut self.registrations.dirty) {
            let Core { store, .. } = &self.core;
            for server in &mut self.registrations.servers {
                server.settings = Settings::of(store, &server.account);
            }
            self.refresh_reports();
            let objects = self.objects();
            for index in 0..self.registrations.servers.len() {
                let Some(server) = self.registrations.servers.get(index) else { break };
                let fresh = Told::now(&server.settings, &objects);
                let current = server.telling.as_ref().or(server.told.as_ref());
                if current.is_some_and(|told| *told != fresh) {
                    self.hear(now, index, Event::Changed);
                }
            }
        }
        for index in 0..self.registrations.servers.len() {
            let servers = self.registrations.servers.iter().map(|server| (&server.registration, &server.settings));
            let Some(server) = self.registrations.servers.get(index) else { break };
            if server.registration.state() == State::Idle {
                if !server.stopped && turn(servers, index) {
                    self.hear(now, index, Event::Start);
                }
            } else if server.registration.next().is_some_and(|next| next <= now) {
                self.hear(now, index, Event::Timeout);
            }
        }
    }

    fn objects(&mut self) -> String {
        body(&self.core.store, &mut self.core.board, FORMATS)
    }

    /// Hands an event to a registration, and sends what it asks for.
    pub(super) fn hear(&mut self, now: Instant, index: usize, event: Event) {
        let Some(server) = self.registrations.servers.get_mut(index) else { return };
        let before = server.registration.state();
        let errand = server.registration.handle(now, event, &server.settings);
        if core::mem::discriminant(&before) != core::mem::discriminant(&server.registration.state()) {
            self.events.push_back(super::Event::Registration(server.status()));
        }
        if let Some(errand) = errand {
            if errand != Errand::Update {
                let server = server.account.short_server_id;
                self.end_observations(server);
            }
            let Some(server) = self.registrations.servers.get_mut(index) else { return };
            // what was on its way is overtaken
            if let Some((_, Some(call))) = server.errand.take() {
                self.endpoint.cancel(now, call);
            }
            self.send(now, index, errand);
        }
    }

    fn send(&mut self, now: Instant, index: usize, errand: Errand) {
        let objects = if errand == Errand::Deregister { String::new() } else { self.objects() };
        let Registrations { endpoint: name, servers, .. } = &mut self.registrations;
        let Some(server) = servers.get_mut(index) else { return };
        server.errand = Some((errand, None));
        let Some(peer) = server.peer else { return };
        let telling = Told::now(&server.settings, &objects);
        let (method, arguments) = match errand {
            Errand::Register(version) => {
                server.location.clear();
                (Method::Post, queries(name, version, &telling, None))
            }
            Errand::Update => {
                let version = server.registration.version();
                (Method::Post, queries(name, version, &telling, server.told.as_ref()))
            }
            Errand::Deregister => (Method::Delete, Vec::new()),
        };
        let has_body = match errand {
            Errand::Register(_) => true,
            Errand::Update => server.told.as_ref().is_none_or(|told| told.objects != telling.objects),
            Errand::Deregister => false,
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let path: Vec<OutgoingOption<'_>> = match errand {
            Errand::Register(_) => alloc::vec![OutgoingOption::uri_path("rd")],
            _ => server.location.iter().map(|segment| OutgoingOption::uri_path(segment)).collect(),
        };
        let request = OutgoingRequest {
            queries: &arguments,
            options: &path,
            content_format: has_body.then_some(content_format::LINK_FORMAT),
            payload: if has_body { telling.objects.as_bytes() } else { &[] },
            ..OutgoingRequest::new(method, "")
        };
        match self.endpoint.call(now, peer, &request) {
            Ok(call) => {
                server.errand = Some((errand, Some(call)));
                server.telling = Some(telling);
            }
            Err(_full) => {
                server.errand = None;
                self.hear(now, index, Event::Unanswered);
            }
        }
    }

    /// A request of ours gets no response; whether it was one of a registration.
    pub(super) fn registration_unanswered(&mut self, now: Instant, call: CallId) -> bool {
        let Some(index) = self.registrations.of_call(call) else { return false };
        if let Some(server) = self.registrations.servers.get_mut(index) {
            server.errand = None;
            server.telling = None;
            // the name may have another address by now
            if server.account.host.parse::<IpAddr>().is_err() {
                server.peer = None;
            }
        }
        self.hear(now, index, Event::Unanswered);
        true
    }

    /// What operations of object 1 were invoked while a request was answered.
    pub(super) fn invoked(&mut self, now: Instant, operations: &[(u16, u16)]) {
        for (instance, resource) in operations {
            let is_meant =
                |server: &Server| instance_of(&self.core.store, server.account.short_server_id) == Some(*instance);
            let Some(index) = self.registrations.servers.iter().position(is_meant) else { continue };
            let event = if *resource == DISABLE { Event::Disabled } else { Event::Triggered };
            self.hear(now, index, event);
        }
    }
}

impl Registrations {
    fn of_call(&self, call: CallId) -> Option<usize> {
        self.servers.iter().position(|server| matches!(server.errand, Some((_, Some(own))) if own == call))
    }

    /// Takes the response to a request of a registration: whose, and what it means; `None` if it was none.
    pub(super) fn answered(&mut self, call: CallId, response: &IncomingResponse<'_>) -> Option<(usize, Event)> {
        let index = self.of_call(call)?;
        let server = self.servers.get_mut(index)?;
        let (errand, _) = server.errand.take()?;
        let telling = server.telling.take();
        match (errand, response.code) {
            (Errand::Register(_), Code::CREATED) => {
                let segments = response.options().filter(|option| option.number == number::LOCATION_PATH);
                let text = |value: &[u8]| core::str::from_utf8(value).map(String::from).ok();
                server.location = segments.filter_map(|segment| text(segment.value)).collect();
                server.told = telling;
            }
            (Errand::Update, Code::CHANGED) => server.told = telling,
            (Errand::Deregister, _) => {
                server.location.clear();
                server.told = None;
            }
            _ => server.told = None,
        }
        Some((index, Event::Answered(response.code)))
    }

    pub(super) fn has_servers(&self) -> bool {
        !self.servers.is_empty()
    }
}

/// A board beside which the engine answers the operations of object 1 that drive a registration, over both protocols.
pub(super) struct WithServerObject<'a> {
    pub(super) board: &'a mut dyn Board,
    /// Instance and resource of what was invoked.
    pub(super) invoked: &'a mut Vec<(u16, u16)>,
}

impl Board for WithServerObject<'_> {
    fn schema(&self) -> &'static Schema {
        self.board.schema()
    }

    fn read(&mut self, node: NodeIndex, keys: &[Value]) -> Result<Data, Fault> {
        self.board.read(node, keys)
    }

    fn next(&mut self, list: NodeIndex, keys: &[Value], after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        self.board.next(list, keys, after)
    }

    fn call(
        &mut self,
        call: Call,
        operation: NodeIndex,
        keys: &[Value],
        input: &Content,
    ) -> Result<Outcome<Content>, Fault> {
        let schema = self.board.schema();
        let meant = [DISABLE, UPDATE_TRIGGER].into_iter().find(|id| schema.resource(1, *id) == Some(operation));
        let is_action = schema.node(operation).is_some_and(|row| row.kind() == NodeKind::Action);
        match (meant, keys) {
            (Some(resource), [Value::Unsigned(instance)]) if is_action => {
                self.invoked.extend(u16::try_from(*instance).ok().map(|instance| (instance, resource)));
                Ok(Outcome::Done(Content::new()))
            }
            _ => self.board.call(call, operation, keys, input),
        }
    }

    fn prepare(&mut self, change: &Change<'_>) -> Result<(), Fault> {
        self.board.prepare(change)
    }

    fn changed(&mut self, change: &Change<'_>) {
        self.board.changed(change);
    }
}

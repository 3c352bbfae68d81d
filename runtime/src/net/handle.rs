//! How the other tasks of a program reach the device.

use std::boxed::Box;
#[cfg(feature = "lwm2m")]
use std::vec::Vec;

use tokio::sync::{broadcast, mpsc, oneshot};

use super::driver::{Errands, Ways};
#[cfg(feature = "client")]
use super::observation::{Observation, Shared};
#[cfg(feature = "client")]
use super::own::{Destination, OwnRequests, RequestError, Waiter};
#[cfg(feature = "lwm2m")]
use super::own::{SamplesError, SendDone};
use crate::board::{Board, Call, Fault};
#[cfg(feature = "client")]
use crate::client::{Request, Response};
#[cfg(feature = "lwm2m")]
use crate::coap::Code;
use crate::coap::Gone;
#[cfg(feature = "client")]
use crate::coap::stream::Released;
#[cfg(feature = "client")]
use crate::coap::{Full, Peer};
use crate::coreconf::Refusal;
use crate::datastore::{Edit, EditError};
use crate::device::{Device, Event};
use crate::limits::Limits;
#[cfg(feature = "lwm2m")]
use crate::lwm2m::{self, Path, Samples};
use crate::model::{IntoContent, Notification};
use crate::time::Instant;
use crate::value::{Content, Data, InstanceIdentifier};

/// Reaches a device from any task or thread. Clones reach the same one.
///
/// Commands wait in a queue of [`Limits::queue`](crate::Limits::queue) and are done in their order; each resolves when
/// it is done. They may be sent before the device serves.
#[derive(Clone, Debug)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    events: broadcast::WeakSender<Event>,
}

/// The device's end of [`Handle`].
#[derive(Debug)]
pub struct Inbox {
    commands: mpsc::Receiver<Command>,
    events: broadcast::Sender<Event>,
    #[cfg(feature = "client")]
    own: OwnRequests,
}

/// What comes of the device's own requests, from [`Handle::events`].
#[derive(Debug)]
pub struct Events {
    events: broadcast::Receiver<Event>,
}

impl Events {
    /// The next event; `None` when the device serves no longer. Who waits too long misses the oldest.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            match self.events.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// The operation that should be answered is gone: answered, timed out, or never left open.
    #[error("the operation was answered, or has timed out")]
    CallGone,
    /// The edit was refused.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// [`Limits::queue`](crate::Limits::queue) commands wait already.
    #[error("too many commands wait for the device")]
    Full,
    /// The notification was refused.
    #[error("{}", .0.message)]
    Notification(Refusal),
    /// The device serves no longer.
    #[error("the device serves no longer")]
    Stopped,
}

/// A handle and the inbox that [`serve`](super::serve) takes, with the queue of [`Limits::DEVICE`].
#[must_use]
pub fn handle() -> (Handle, Inbox) {
    handle_with(&Limits::DEVICE)
}

/// The same with the queue of other limits.
#[must_use]
pub fn handle_with(limits: &Limits) -> (Handle, Inbox) {
    let (sender, receiver) = mpsc::channel(limits.queue.max(1));
    let (events, _) = broadcast::channel(limits.queue.max(1));
    let handle = Handle { commands: sender, events: events.downgrade() };
    let inbox = Inbox {
        commands: receiver,
        events,
        #[cfg(feature = "client")]
        own: OwnRequests::default(),
    };
    (handle, inbox)
}

type Done<T> = oneshot::Sender<T>;
type Change = Box<dyn FnOnce(&mut Edit<'_>) -> Result<(), EditError> + Send>;

/// What a handle asks of the device.
pub(super) enum Command {
    Answer(Call, Result<Content, Fault>, Done<Result<(), Gone>>),
    Changed(InstanceIdentifier, Done<()>),
    #[cfg(feature = "lwm2m")]
    Deregister(Done<()>),
    Edit(Change, Done<Result<(), EditError>>),
    Keep(Keep, Done<Result<(), EditError>>),
    Raise(InstanceIdentifier, Content, Done<Result<(), Refusal>>),
    #[cfg(feature = "client")]
    EndObservations,
    #[cfg(feature = "client")]
    Request(Destination, Request, Waiter),
    #[cfg(feature = "lwm2m")]
    Sample(Samples, Vec<Path>, f64, Done<(Samples, Result<(), lwm2m::Error>)>),
    #[cfg(feature = "lwm2m")]
    Send(u16, Vec<Path>, Samples, SendDone),
}

/// What of the store is asked for.
pub(super) enum Keep {
    FactoryReset,
    Loss,
    Running,
}

impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Command::Answer(..) => "Answer",
            Command::Changed(..) => "Changed",
            #[cfg(feature = "lwm2m")]
            Command::Deregister(..) => "Deregister",
            Command::Edit(..) => "Edit",
            #[cfg(feature = "client")]
            Command::EndObservations => "EndObservations",
            Command::Keep(..) => "Keep",
            Command::Raise(..) => "Raise",
            #[cfg(feature = "client")]
            Command::Request(..) => "Request",
            #[cfg(feature = "lwm2m")]
            Command::Sample(..) => "Sample",
            #[cfg(feature = "lwm2m")]
            Command::Send(..) => "Send",
        })
    }
}

impl Handle {
    /// What comes of the device's own requests from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        match self.events.upgrade() {
            Some(events) => Events { events: events.subscribe() },
            None => Events { events: broadcast::channel(1).1 },
        }
    }

    /// Changes the datastore in one transaction; see [`Device::edit`].
    ///
    /// # Errors
    /// Which rule the result would break, or what the closure returned; nothing is changed then.
    pub async fn edit(
        &self,
        change: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError> + Send + 'static,
    ) -> Result<(), HandleError> {
        Ok(self.command(|done| Command::Edit(Box::new(change), done)).await??)
    }

    /// Sets one node: configuration, or state that build.rs says is pushed.
    ///
    /// # Errors
    /// As [`Handle::edit`].
    pub async fn set(&self, at: &InstanceIdentifier, data: Data) -> Result<(), HandleError> {
        let at = at.clone();
        self.edit(move |edit| edit.replace(&at, data)).await
    }

    /// Makes sure that a list entry or presence container exists: what the hardware has, at start.
    ///
    /// # Errors
    /// As [`Handle::edit`].
    pub async fn ensure(&self, at: &InstanceIdentifier) -> Result<(), HandleError> {
        let at = at.clone();
        self.edit(move |edit| edit.ensure(&at)).await
    }

    /// Goes back to what the device left the factory with; see [`Device::factory_reset`]. This is what the handler of an
    /// rpc `factory-reset` (RFC 8808), or of resource 5 of LwM2M's object 3, has done.
    ///
    /// # Errors
    /// As [`Device::factory_reset`].
    pub async fn factory_reset(&self) -> Result<(), HandleError> {
        Ok(self.command(|done| Command::Keep(Keep::FactoryReset, done)).await??)
    }

    /// Goes on with what could be read of a damaged store; see [`Device::accept_loss`].
    ///
    /// # Errors
    /// As [`Device::accept_loss`].
    pub async fn accept_loss(&self) -> Result<(), HandleError> {
        Ok(self.command(|done| Command::Keep(Keep::Loss, done)).await??)
    }

    /// Saves what runs, all of it; see [`Device::save`].
    ///
    /// # Errors
    /// As [`Device::save`].
    pub async fn save(&self) -> Result<(), HandleError> {
        Ok(self.command(|done| Command::Keep(Keep::Running, done)).await??)
    }

    /// A pulled value has changed: who observes it is told at once.
    ///
    /// # Errors
    /// Only that the device can't be reached.
    pub async fn changed(&self, at: &InstanceIdentifier) -> Result<(), HandleError> {
        self.command(|done| Command::Changed(at.clone(), done)).await
    }

    /// Ends the registration with every LwM2M server, for good; [`Handle::events`] tells when it has ended.
    ///
    /// # Errors
    /// Only that the device can't be reached.
    #[cfg(feature = "lwm2m")]
    pub async fn deregister(&self) -> Result<(), HandleError> {
        self.command(Command::Deregister).await
    }

    /// Sends what stands at LwM2M paths to a server that the device is registered with, unasked (Core 1.2 section 6.4.6), and
    /// waits until the server has taken it.
    ///
    /// ```no_run
    /// # async fn example(handle: comi_runtime::net::Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// use comi_runtime::lwm2m::Path;
    ///
    /// let paths = ["/3303/0/5700", "/3/0/9"].map(|path| Path::parse(path).expect("a path"));
    /// handle.send(1, &paths).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// A path can't be read, there is no registration that takes it, or the server refuses it.
    #[cfg(feature = "lwm2m")]
    pub async fn send(&self, server: u16, paths: &[Path]) -> Result<(), SamplesError> {
        self.send_all(server, paths.to_vec(), Samples::new()).await
    }

    /// Sends samples that were collected by [`Handle::sample`].
    ///
    /// # Errors
    /// As [`Handle::send`].
    #[cfg(feature = "lwm2m")]
    pub async fn send_samples(&self, server: u16, samples: Samples) -> Result<(), SamplesError> {
        self.send_all(server, Vec::new(), samples).await
    }

    /// Adds what stands at LwM2M paths now to samples that are sent later, with its time in seconds since 1970.
    ///
    /// # Errors
    /// A path can't be read, or the device can't be reached; nothing is added then.
    #[cfg(feature = "lwm2m")]
    pub async fn sample(&self, samples: &mut Samples, paths: &[Path], time: f64) -> Result<(), SamplesError> {
        let command = |done| Command::Sample(samples.clone(), paths.to_vec(), time, done);
        let (back, read) = self.command(command).await.map_err(unreached)?;
        *samples = back;
        Ok(read?)
    }

    #[cfg(feature = "lwm2m")]
    async fn send_all(&self, server: u16, paths: Vec<Path>, samples: Samples) -> Result<(), SamplesError> {
        let sent = self.command(|done| Command::Send(server, paths, samples, done)).await.map_err(unreached)??;
        let response = sent.await.map_err(|_| RequestError::Stopped)??;
        if response.code == Code::CHANGED { Ok(()) } else { Err(SamplesError::Refused(response.code)) }
    }

    /// Raises a notification; see [`Device::raise`].
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn raise(&self, notification: impl Notification) -> Result<(), HandleError> {
        let (at, content) = notification.into_instance();
        self.command(|done| Command::Raise(at, content, done)).await?.map_err(HandleError::Notification)
    }

    /// Answers an operation that said [`Outcome::Later`](crate::board::Outcome::Later), with its output or a fault.
    ///
    /// # Errors
    /// [`HandleError::CallGone`] when it is too late.
    pub async fn answer(&self, call: Call, output: Result<impl IntoContent, Fault>) -> Result<(), HandleError> {
        let output = output.map(IntoContent::into_content);
        self.command(|done| Command::Answer(call, output, done)).await?.map_err(|Gone| HandleError::CallGone)
    }

    /// Sends a request to another device, from the address and port at which this one is served, and waits for the
    /// response. Over TCP it goes over a connection that is made for it, and stays open for the next.
    ///
    /// # Errors
    /// When none comes; a response with an error code is a response.
    #[cfg(feature = "client")]
    pub async fn request(&self, to: Destination, request: &Request) -> Result<Response, RequestError> {
        let (done, result) = oneshot::channel();
        self.begin(to, request, Waiter::Once(done))?;
        result.await.map_err(|_| RequestError::Stopped)?
    }

    /// Observes a resource of another device, by GET or FETCH, from the address and port at which this one is served. What
    /// comes of it is told by [`Observation::next`]; that it can't be begun, too, but for what is wrong here.
    ///
    /// # Errors
    /// [`RequestError::Full`] and [`RequestError::Stopped`].
    ///
    /// ```no_run
    /// use comi_runtime::client::Request;
    /// use comi_runtime::coap::Method;
    /// use comi_runtime::net::{Destination, Handle, RequestError};
    ///
    /// // shows the temperature that another device measures, as it changes
    /// async fn look_at(own: &Handle, other: std::net::SocketAddr) -> Result<(), RequestError> {
    ///     let mut temperature = own.observe(Destination::Udp(other), &Request::new(Method::Get, "/3303/0/5700"))?;
    ///     while let Some(state) = temperature.next().await {
    ///         println!("{}", String::from_utf8_lossy(&state?.payload));
    ///     }
    ///     Ok(())
    /// }
    /// ```
    #[cfg(feature = "client")]
    pub fn observe(&self, to: Destination, request: &Request) -> Result<Observation, RequestError> {
        let shared = Shared::default();
        let observation = Observation::new(shared.clone(), self.commands.clone());
        self.begin(to, request, Waiter::Each(shared))?;
        Ok(observation)
    }

    #[cfg(feature = "client")]
    fn begin(&self, to: Destination, request: &Request, waiter: Waiter) -> Result<(), RequestError> {
        self.commands.try_send(Command::Request(to, request.clone(), waiter)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RequestError::Full(Full),
            mpsc::error::TrySendError::Closed(_) => RequestError::Stopped,
        })
    }

    async fn command<T>(&self, make: impl FnOnce(Done<T>) -> Command) -> Result<T, HandleError> {
        let (done, result) = oneshot::channel();
        self.commands.try_send(make(done)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => HandleError::Full,
            mpsc::error::TrySendError::Closed(_) => HandleError::Stopped,
        })?;
        result.await.map_err(|_| HandleError::Stopped)
    }
}

#[cfg(feature = "lwm2m")]
fn unreached(error: HandleError) -> RequestError {
    match error {
        HandleError::Full => RequestError::Full(Full),
        _ => RequestError::Stopped,
    }
}

impl<B: Board> Errands<Device<B>> for Inbox {
    type Errand = Command;

    /// Waits for a command; for ever when no handle is left.
    async fn next(&mut self) -> Command {
        match self.commands.recv().await {
            Some(command) => command,
            None => core::future::pending().await,
        }
    }

    fn apply(
        &mut self,
        first: Command,
        device: &mut Device<B>,
        now: Instant,
        #[cfg_attr(not(feature = "client"), expect(unused_variables, reason = "only requests of its own take them"))]
        ways: &mut Ways<'_>,
    ) {
        let mut next = Some(first);
        while let Some(command) = next {
            match command {
                #[cfg(feature = "client")]
                Command::Request(to, request, waiter) => self.own.begin(device, now, ways, (to, request, waiter)),
                #[cfg(feature = "lwm2m")]
                Command::Send(server, paths, samples, done) => {
                    self.own.send_samples(device, now, (server, paths, samples, done));
                }
                command => command.apply(device, now),
            }
            next = self.commands.try_recv().ok();
        }
        #[cfg(feature = "client")]
        self.own.end_observations(device, now);
    }

    fn tell(&mut self, event: Event) {
        #[cfg(feature = "client")]
        let Some(event) = self.own.tell(event) else { return };
        // nobody may listen
        let _ = self.events.send(event);
    }

    #[cfg(feature = "client")]
    fn connected(&mut self, device: &mut Device<B>, now: Instant, peer: Peer) {
        self.own.connected(device, now, peer);
    }

    #[cfg(feature = "client")]
    fn disconnected(&mut self, now: Instant, peer: Peer, released: Option<&Released>) {
        self.own.disconnected(now, peer, released);
    }
}

impl Command {
    fn apply<B: Board>(self, device: &mut Device<B>, now: Instant) {
        // who sent the command may not wait for its result
        match self {
            Command::Answer(call, output, done) => {
                let _ = done.send(device.answer(now, call, output));
            }
            Command::Changed(at, done) => {
                device.changed(now, &at);
                let _ = done.send(());
            }
            #[cfg(feature = "lwm2m")]
            Command::Deregister(done) => {
                device.deregister(now);
                let _ = done.send(());
            }
            Command::Edit(change, done) => {
                let _ = done.send(device.edit(now, change));
            }
            Command::Keep(what, done) => {
                let _ = done.send(match what {
                    Keep::FactoryReset => device.factory_reset(now),
                    Keep::Loss => device.accept_loss(),
                    Keep::Running => device.save(),
                });
            }
            Command::Raise(at, content, done) => {
                let _ = done.send(device.raise(now, (at, content)));
            }
            // what is the inbox's to do
            #[cfg(feature = "client")]
            Command::EndObservations | Command::Request(..) => {}
            #[cfg(feature = "lwm2m")]
            Command::Sample(mut samples, paths, time, done) => {
                let read = device.sample(&mut samples, &paths, Some(time));
                let _ = done.send((samples, read));
            }
            #[cfg(feature = "lwm2m")]
            Command::Send(_, _, _, done) => drop(done.send(Err(RequestError::Stopped.into()))),
        }
    }
}

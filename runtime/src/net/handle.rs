//! How the other tasks of a program reach the device.

use std::boxed::Box;

use tokio::sync::{mpsc, oneshot};

use super::clock::Clock;
use crate::board::{Board, Call, Fault};
use crate::coap::Gone;
use crate::coreconf::Refusal;
use crate::datastore::{Edit, EditError};
use crate::device::Device;
use crate::limits::Limits;
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
}

/// The device's end of [`Handle`].
#[derive(Debug)]
pub struct Inbox {
    commands: mpsc::Receiver<Command>,
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
    (Handle { commands: sender }, Inbox { commands: receiver })
}

type Done<T> = oneshot::Sender<T>;
type Change = Box<dyn FnOnce(&mut Edit<'_>) -> Result<(), EditError> + Send>;

enum Command {
    Answer(Call, Result<Content, Fault>, Done<Result<(), Gone>>),
    Changed(InstanceIdentifier, Done<()>),
    Edit(Change, Done<Result<(), EditError>>),
    Raise(InstanceIdentifier, Content, Done<Result<(), Refusal>>),
}

impl core::fmt::Debug for Command {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Command::Answer(..) => "Answer",
            Command::Changed(..) => "Changed",
            Command::Edit(..) => "Edit",
            Command::Raise(..) => "Raise",
        })
    }
}

impl Handle {
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

    /// A pulled value has changed: who observes it is told at once.
    ///
    /// # Errors
    /// Only that the device can't be reached.
    pub async fn changed(&self, at: &InstanceIdentifier) -> Result<(), HandleError> {
        self.command(|done| Command::Changed(at.clone(), done)).await
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

    async fn command<T>(&self, make: impl FnOnce(Done<T>) -> Command) -> Result<T, HandleError> {
        let (done, result) = oneshot::channel();
        self.commands.try_send(make(done)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => HandleError::Full,
            mpsc::error::TrySendError::Closed(_) => HandleError::Stopped,
        })?;
        result.await.map_err(|_| HandleError::Stopped)
    }
}

impl Inbox {
    /// Waits for a command and does it, with those that wait behind it; for ever when no handle is left.
    pub(super) async fn apply_next<B: Board>(&mut self, device: &mut Device<B>, clock: Clock) {
        let Some(first) = self.commands.recv().await else { return core::future::pending().await };
        let now = clock.now();
        first.apply(device, now);
        while let Ok(next) = self.commands.try_recv() {
            next.apply(device, now);
        }
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
            Command::Edit(change, done) => {
                let _ = done.send(device.edit(now, change));
            }
            Command::Raise(at, content, done) => {
                let _ = done.send(device.raise(now, (at, content)));
            }
        }
    }
}

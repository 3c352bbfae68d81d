//! What a device observes of others while it is served: a slot in which the newest state waits.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, mpsc};

use super::handle::Command;
use super::own::RequestError;
use crate::client::Response;

/// An observation of another device's resource (RFC 7641), from [`Handle::observe`](super::Handle::observe). Dropping it
/// ends it: the other device is told (RFC 7641 section 3.6).
#[derive(Debug)]
pub struct Observation {
    shared: Shared,
    commands: mpsc::Sender<Command>,
}

impl Observation {
    pub(super) fn new(shared: Shared, commands: mpsc::Sender<Command>) -> Observation {
        Observation { shared, commands }
    }

    /// The newest state: the first response, then each notification. Who waits too long gets the newest alone, as RFC 7641
    /// section 1.3 has it; nothing queues up. A response that is no success, or of a resource that can't be observed, is
    /// the last.
    ///
    /// `None` when no more will come. To go on then, observe again: over TCP an observation ends with its connection (RFC
    /// 8323 section 7), over UDP when the other device doesn't answer.
    pub async fn next(&mut self) -> Option<Result<Response, RequestError>> {
        loop {
            {
                let mut slot = self.shared.lock();
                if let Some(response) = slot.newest.take() {
                    return Some(Ok(response));
                }
                match &mut slot.end {
                    End::Open | End::Closed => {}
                    End::Failed(reason) => return reason.take().map(Err),
                    End::Over => return None,
                }
            }
            tokio::select! {
                () = self.shared.0.wake.notified() => {}
                () = self.commands.closed() => return None,
            }
        }
    }
}

impl Drop for Observation {
    fn drop(&mut self) {
        self.shared.lock().end = End::Closed;
        // where the queue is full, the device looks after one of the commands in it
        let _ = self.commands.try_send(Command::EndObservations);
    }
}

/// The slot, of the observation and of the device.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    slot: Mutex<Slot>,
    wake: Notify,
}

#[derive(Debug, Default)]
struct Slot {
    newest: Option<Response>,
    end: End,
}

#[derive(Debug, Default)]
enum End {
    /// More may come.
    #[default]
    Open,
    /// Nobody waits any more.
    Closed,
    /// It failed; `None` once that was told.
    Failed(Option<RequestError>),
    /// What came was the last.
    Over,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.0.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether nobody waits any more.
    pub(super) fn is_closed(&self) -> bool {
        matches!(self.lock().end, End::Closed)
    }

    /// A response or notification; whether it is the last.
    pub(super) fn tell(&self, response: Response, last: bool) {
        let mut slot = self.lock();
        slot.newest = Some(response);
        if last && matches!(slot.end, End::Open) {
            slot.end = End::Over;
        }
        drop(slot);
        self.0.wake.notify_one();
    }

    /// No more will come.
    pub(super) fn fail(&self, reason: RequestError) {
        let mut slot = self.lock();
        if matches!(slot.end, End::Open) {
            slot.end = End::Failed(Some(reason));
        }
        drop(slot);
        self.0.wake.notify_one();
    }
}

//! The board speaks first: edits, changed readings, notifications, later answers.

use super::answer::NO_OPTIONS;
use super::calls::{Pending, Protocol};
use super::guard::caught;
use super::{Device, Reply};
use crate::board::{Board, Call, Fault};
use crate::coap::{Code, Gone};
use crate::coreconf::{self, Failure, Refusal};
use crate::datastore::{Edit, EditError, Origin, Reason, Refused};
use crate::model::{IntoContent, Notification};
use crate::time::Instant;
use crate::value::{Content, Data, InstanceIdentifier};

impl<B: Board> Device<B> {
    /// Changes the datastore in one transaction. The board may write every node, pushed state included; it is not
    /// asked by `prepare_…`, and told by `…_changed` as of every change. Observers are told.
    ///
    /// # Errors
    /// Which rule the result would break, or what the closure returned; nothing is changed then.
    pub fn edit(
        &mut self,
        now: Instant,
        change: impl FnOnce(&mut Edit<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        let mut edit = self.core.store.edit(Origin::Board);
        caught(|| change(&mut edit)).unwrap_or_else(|_| {
            Err(EditError::from(Refused {
                at: None,
                reason: Reason::Failed("the closure panicked".into()),
                message: None,
            }))
        })?;
        let committed = edit.finish(&mut self.core.board)?;
        self.committed(now, &committed);
        self.settle(now);
        Ok(())
    }

    /// Sets one node: configuration, or state that build.rs says is pushed.
    ///
    /// # Errors
    /// As [`Device::edit`].
    pub fn set(&mut self, now: Instant, at: &InstanceIdentifier, data: Data) -> Result<(), EditError> {
        self.edit(now, |edit| edit.replace(at, data))
    }

    /// Makes sure that a list entry or presence container exists: what the hardware has, at start.
    ///
    /// # Errors
    /// As [`Device::edit`].
    pub fn ensure(&mut self, now: Instant, at: &InstanceIdentifier) -> Result<(), EditError> {
        self.edit(now, |edit| edit.ensure(at))
    }

    /// A pulled value has changed: who observes it is told at once, instead of at its next reading.
    pub fn changed(&mut self, now: Instant, at: &InstanceIdentifier) {
        self.feed.changed(self.core.store.schema(), at, now, self.core.limits.notify_period);
        self.settle(now);
    }

    /// Raises a notification: a generated struct, or an identifier with its content. It goes into the event stream,
    /// and to its observers at once. One inside a list entry needs the entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn raise(&mut self, now: Instant, notification: impl Notification) -> Result<(), Refusal> {
        let (at, content) = notification.into_instance();
        self.core.ring.raise(&self.core.store, &at, &content)?;
        self.feed.raised(&at, now);
        self.settle(now);
        Ok(())
    }

    /// Answers an operation that said [`Outcome::Later`](crate::board::Outcome::Later), with its output or a fault.
    ///
    /// # Errors
    /// [`Gone`] when it was answered, has taken longer than [`Limits::call_timeout`](crate::Limits::call_timeout), or
    /// never said so.
    pub fn answer(&mut self, now: Instant, call: Call, output: Result<impl IntoContent, Fault>) -> Result<(), Gone> {
        let pending = self.core.calls.take(call).ok_or(Gone)?;
        let sent = self.answer_pending(now, &pending, output.map(IntoContent::into_content));
        self.settle(now);
        sent
    }

    pub(super) fn answer_pending(
        &mut self,
        now: Instant,
        pending: &Pending,
        output: Result<Content, Fault>,
    ) -> Result<(), Gone> {
        self.out.clear();
        let reply = match (pending.protocol, output) {
            (Protocol::Coreconf, output) => {
                let limits = &self.core.limits.coreconf;
                let output = output.as_ref().map_err(Fault::clone);
                let answer =
                    coreconf::answer_operation(&self.core.store, limits, &pending.operation, output, &mut self.out);
                Reply { content_format: answer.content_format, ..Reply::new(answer.code) }
            }
            (Protocol::Lwm2m, Ok(_)) => Reply::new(Code::CHANGED),
            (Protocol::Lwm2m, Err(fault)) => Reply::new(Failure::from(&fault).row().lwm2m),
        };
        if reply.code == Code::INTERNAL_SERVER_ERROR {
            self.core.faults = self.core.faults.saturating_add(1);
        }
        self.endpoint.respond(now, pending.request, &reply.response(&self.out, &mut { NO_OPTIONS }))
    }
}

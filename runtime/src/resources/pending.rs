//! Answers that come later.

use alloc::vec::Vec;
use core::task::{Context, Poll};

use super::answer::{Answer, Future};
use super::request::Kept;
use crate::coap::{ObservationId, RequestId};
use crate::time::Instant;

/// What an answer is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// A request; of an observer, what is kept of it.
    Request(RequestId, Option<Kept>),
    /// An observer, who is told of a change.
    Notification(ObservationId),
}

struct Pending {
    purpose: Purpose,
    answer: Future,
    until: Instant,
}

/// All of them. There are no more than requests without an answer and observers.
#[derive(Default)]
pub(super) struct PendingAnswers(Vec<Pending>);

impl PendingAnswers {
    /// Waits for an answer until then. What is waited for to tell an observer of an older state is given up.
    pub(super) fn insert(&mut self, purpose: Purpose, answer: Future, until: Instant) {
        if let Purpose::Notification(observer) = purpose {
            self.forget(observer);
        }
        self.0.push(Pending { purpose, answer, until });
    }

    /// The observer is gone.
    pub(super) fn forget(&mut self, observer: ObservationId) {
        self.0.retain(|one| !matches!(one.purpose, Purpose::Notification(own) if own == observer));
    }

    /// Asks each of them, and takes those that are ready.
    pub(super) fn take_ready(&mut self, context: &mut Context<'_>) -> Vec<(Purpose, Answer)> {
        let (mut ready, mut place) = (Vec::new(), 0);
        while let Some(one) = self.0.get_mut(place) {
            match one.answer.as_mut().poll(context) {
                Poll::Ready(answer) => ready.push((self.0.swap_remove(place).purpose, answer)),
                Poll::Pending => place += 1,
            }
        }
        ready
    }

    /// Takes one that was waited for long enough.
    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Purpose> {
        let place = self.0.iter().position(|one| one.until <= now)?;
        Some(self.0.swap_remove(place).purpose)
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.0.iter().map(|one| one.until).min()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl core::fmt::Debug for PendingAnswers {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|one| &one.purpose)).finish()
    }
}

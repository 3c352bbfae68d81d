//! Rpcs and actions that answer later.
//!
//! A [`Call`] is a slot and the generation of its use, so that an answer that comes too late, or twice, finds nothing.

use alloc::vec::Vec;

use crate::board::Call;
use crate::coap::RequestId;
use crate::time::Instant;
use crate::value::InstanceIdentifier;

/// By which protocol an operation was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Coreconf,
    Lwm2m,
}

/// An operation that was invoked and has not answered.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) request: RequestId,
    pub(super) operation: InstanceIdentifier,
    pub(super) protocol: Protocol,
    pub(super) deadline: Instant,
}

#[derive(Debug, Default)]
struct Slot {
    generation: u16,
    pending: Option<Pending>,
}

#[derive(Debug)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    limit: u16,
}

impl Calls {
    pub(super) fn new(limit: usize) -> Calls {
        Calls { slots: Vec::new(), limit: u16::try_from(limit).unwrap_or(u16::MAX) }
    }

    /// The id of the next invocation; `None` when no further one could be remembered. An id is given once: what an
    /// operation that is done already answers later is lost.
    pub(super) fn reserve(&mut self) -> Option<Call> {
        let free = self.slots.iter().position(|slot| slot.pending.is_none()).unwrap_or(self.slots.len());
        let place = u16::try_from(free).ok().filter(|place| *place < self.limit)?;
        if free == self.slots.len() {
            self.slots.push(Slot::default());
        }
        let slot = self.slots.get_mut(free)?;
        slot.generation = slot.generation.wrapping_add(1);
        Some(Call(u32::from(slot.generation) << 16 | u32::from(place)))
    }

    /// Remembers the operation that was invoked with the id that [`Calls::reserve`] gave last.
    pub(super) fn insert(&mut self, call: Call, pending: Pending) {
        if let Some(slot) = self.slot(call) {
            slot.pending = Some(pending);
        }
    }

    pub(super) fn take(&mut self, call: Call) -> Option<Pending> {
        self.slot(call)?.pending.take()
    }

    pub(super) fn take_expired(&mut self, now: Instant) -> Option<Pending> {
        self.slots.iter_mut().find_map(|slot| slot.pending.take_if(|pending| pending.deadline <= now))
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.slots.iter().filter_map(|slot| Some(slot.pending.as_ref()?.deadline)).min()
    }

    pub(super) fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.pending.is_some()).count()
    }

    fn slot(&mut self, call: Call) -> Option<&mut Slot> {
        let [g1, g0, p1, p0] = call.0.to_be_bytes();
        let slot = self.slots.get_mut(usize::from(u16::from_be_bytes([p1, p0])))?;
        (slot.generation == u16::from_be_bytes([g1, g0])).then_some(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coap::{Endpoint, Limits, Peer, Received};
    use crate::schema::NodeIndex;

    /// A request that waits, from an endpoint of its own.
    fn pending(deadline: Instant) -> Pending {
        let mut endpoint = Endpoint::new(Limits::DEVICE, 1);
        let peer = Peer::insecure("[2001:db8::1]:5683".parse().unwrap());
        let received = endpoint.handle_datagram(Instant::START, peer, &[0x40, 0x02, 0x00, 0x01]);
        let Some(Received::Request(request)) = received else { panic!("no request") };
        let operation = InstanceIdentifier::new(NodeIndex(0));
        Pending { request: request.id, operation, protocol: Protocol::Coreconf, deadline }
    }

    #[test]
    fn an_id_of_an_operation_that_was_done_at_once_misses_the_next_one() {
        let mut calls = Calls::new(2);
        let done = calls.reserve().unwrap();
        let later = calls.reserve().unwrap();
        assert_ne!(done, later);
        calls.insert(later, pending(Instant::from_secs(9)));
        assert!(calls.take(done).is_none());
        assert!(calls.take(later).is_some());
        assert!(calls.take(later).is_none(), "once");
    }

    #[test]
    fn a_full_table_gives_no_id_and_the_earliest_deadline_comes_first() {
        let mut calls = Calls::new(2);
        for seconds in [9, 5] {
            let call = calls.reserve().unwrap();
            calls.insert(call, pending(Instant::from_secs(seconds)));
        }
        assert_eq!((calls.reserve(), calls.len(), calls.next()), (None, 2, Some(Instant::from_secs(5))));
        assert!(calls.take_expired(Instant::from_secs(4)).is_none());
        assert!(calls.take_expired(Instant::from_secs(5)).is_some());
        assert!(calls.take_expired(Instant::from_secs(5)).is_none());
        assert!(calls.reserve().is_some());
    }
}

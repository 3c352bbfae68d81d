//! Bodies that arrive block by block: Block1 (RFC 7959 section 2.5).

use super::Peer;
use super::block::Block;
use super::deadline::{Deadlines, Timer};
use super::limits::Limits;
use super::slots::{Key, Slots};
use crate::time::Instant;
use alloc::vec::Vec;

/// What a block that arrived leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// 2.31: the next one, please.
    Continue,
    /// The body is there.
    Complete { body: Vec<u8>, first_id: u16, if_none_match: bool },
    /// 4.00: a block in the middle that isn't full.
    Malformed,
    /// 4.08: there is a gap before it, or nothing at all.
    Incomplete,
    /// 4.13: the body is larger than the limit.
    TooLarge,
    /// 5.03: no room for a further body.
    Full,
}

/// A body that arrives.
///
/// ```text
///              the first block        a further block, or one again: 2.31
///   (absent) ───────────────────▶ Receiving ⟲
///      ▲                              │    │ the last block: the request is delivered
///      │ gap: 4.08; too large: 4.13;  │    ▼
///      └──── silence ─────────────────┘  Delivered ⟲ the last block again, under another id: its answer again
///                                          │ the first block of another body: Receiving
///                                          └ lifetime of the exchange: (absent)
/// ```
/// What is delivered is remembered by the exchange (`Exchanges::find_transfer`), without the body.
#[derive(Debug)]
struct Upload {
    peer: Peer,
    options: u64,
    /// Tells a repeated first block from a new start.
    first_id: u16,
    /// Whether the first block had If-None-Match, which the others have not (RFC 7959 section 2.10).
    if_none_match: bool,
    body: Vec<u8>,
    touched: Instant,
}

/// A block that arrived by Block1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrival<'a> {
    pub(super) peer: Peer,
    pub(super) options: u64,
    pub(super) message_id: u16,
    pub(super) block: Block,
    pub(super) size1: Option<u32>,
    pub(super) if_none_match: bool,
    pub(super) payload: &'a [u8],
}

/// The bodies that arrive.
#[derive(Debug)]
pub(super) struct Uploads {
    entries: Slots<Upload>,
}

impl Uploads {
    pub(super) const fn new() -> Uploads {
        Uploads { entries: Slots::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.iter().map(|(_, upload)| upload.body.capacity()).sum()
    }

    /// Takes a block (RFC 7959 section 2.5). Only the last one is not harmless to repeat: it needs deduplication. A body
    /// that gave way to it is counted in `dropped`.
    pub(super) fn arrive(
        &mut self,
        now: Instant,
        arrival: Arrival<'_>,
        limits: &Limits,
        deadlines: &mut Deadlines,
        dropped: &mut u64,
    ) -> Progress {
        let Arrival { peer, options, message_id, block, size1, if_none_match, payload } = arrival;
        let known = self.find(&peer, options);
        let too_large = size1.is_some_and(|size| size as usize > limits.body)
            || block.offset().saturating_add(payload.len()) > limits.body;
        let fits = if block.more { block.is_full(payload.len()) } else { block.is_last(payload.len()) };
        if too_large || !fits {
            self.drop_entry(known, deadlines);
            return if too_large { Progress::TooLarge } else { Progress::Malformed };
        }
        let key = match known {
            Some(key)
                if block.number == 0 && self.entries.get(key).is_none_or(|entry| entry.first_id != message_id) =>
            {
                self.drop_entry(Some(key), deadlines);
                None
            }
            known => known,
        };
        if block.number == 0 && !block.more {
            return Progress::Complete { body: payload.to_vec(), first_id: message_id, if_none_match };
        }
        let key = match key {
            Some(key) => key,
            None if block.number != 0 => return Progress::Incomplete,
            None => {
                if self.entries.len() >= limits.transfers {
                    if !self.make_room(now, limits, deadlines) {
                        return Progress::Full;
                    }
                    *dropped += 1;
                }
                let expected = size1.map_or(payload.len(), |size| size as usize);
                let body = Vec::with_capacity(expected.min(payload.len().saturating_mul(4)));
                let upload = Upload { peer, options, first_id: message_id, if_none_match, body, touched: now };
                self.entries.insert(upload)
            }
        };
        let Some(upload) = self.entries.get_mut(key) else { return Progress::Incomplete };
        let end = block.offset() + payload.len();
        if block.offset() == upload.body.len() {
            upload.body.extend_from_slice(payload);
        } else if !block.more || upload.body.get(block.offset()..end) != Some(payload) {
            self.drop_entry(Some(key), deadlines);
            return Progress::Incomplete;
        }
        if !block.more {
            deadlines.stop(Timer::Upload(key));
            return self.entries.remove(key).map_or(Progress::Incomplete, |upload| {
                let Upload { body, first_id, if_none_match, .. } = upload;
                Progress::Complete { body, first_id, if_none_match }
            });
        }
        upload.touched = now;
        deadlines.restart(Timer::Upload(key), now + limits.transfer_timeout);
        Progress::Continue
    }

    /// Its deadline has come.
    pub(super) fn timed_out(&mut self, key: Key) {
        self.entries.remove(key);
    }

    /// The peer is gone.
    #[cfg(feature = "tcp")]
    pub(super) fn forget(&mut self, peer: &Peer, deadlines: &mut Deadlines) {
        while let Some(key) = self.entries.least(|upload| upload.peer.is(peer).then_some(())) {
            self.drop_entry(Some(key), deadlines);
        }
    }

    fn find(&self, peer: &Peer, options: u64) -> Option<Key> {
        self.entries.least(|upload| (upload.options == options && upload.peer.is(peer)).then_some(upload.touched))
    }

    fn make_room(&mut self, now: Instant, limits: &Limits, deadlines: &mut Deadlines) -> bool {
        let span = limits.max_transmit_span();
        let idle = self.entries.least(|upload| Some(upload.touched).filter(|touched| now > *touched + span));
        self.drop_entry(idle, deadlines);
        idle.is_some()
    }

    fn drop_entry(&mut self, key: Option<Key>, deadlines: &mut Deadlines) {
        let Some(key) = key else { return };
        if self.entries.remove(key).is_some() {
            deadlines.stop(Timer::Upload(key));
        }
    }
}

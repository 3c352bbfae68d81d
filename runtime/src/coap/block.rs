//! Bodies that don't fit into a message: RFC 7959.
//!
//! [`Uploads`] puts together what arrives by Block1, [`KeptBodies`] holds what is fetched by Block2.

use super::Peer;
use super::code::Code;
use super::deadline::{Deadlines, Timer};
use super::limits::Limits;
use super::option::OptionRef;
use super::slots::{Key, Slots};
use crate::time::Instant;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// The value of Block1 or Block2 (RFC 7959 section 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The number of the block: up to 20 bits.
    pub number: u32,
    /// Whether more blocks follow.
    pub more: bool,
    /// The size exponent, 0 to 6: the size is 2 to the power of this + 4.
    pub exponent: u8,
}

impl Block {
    /// The largest number.
    pub const LAST_NUMBER: u32 = (1 << 20) - 1;

    /// Reads the value; `None` if it has the reserved exponent 7 or more than 3 bytes.
    pub fn read(option: OptionRef<'_>) -> Option<Block> {
        let value = option.uint().filter(|value| *value < 1 << 24)?;
        let exponent = u8::try_from(value & 7).ok().filter(|exponent| *exponent < 7)?;
        Some(Block { number: value >> 4, more: value & 8 != 0, exponent })
    }

    /// The value as an unsigned integer.
    pub fn value(self) -> u32 {
        (self.number.min(Block::LAST_NUMBER) << 4) | (u32::from(self.more) << 3) | u32::from(self.exponent)
    }

    /// Bytes in a full block.
    pub fn size(self) -> usize {
        size(self.exponent)
    }

    /// Where in the body the block starts.
    pub fn offset(self) -> usize {
        (self.number as usize).saturating_mul(self.size())
    }

    /// The block of this size that starts at `offset`, and its bytes; `None` if the body has none there. An empty
    /// body has one block, an empty one.
    pub(super) fn cut(body: &[u8], offset: usize, exponent: u8) -> Option<(Block, &[u8])> {
        let size = size(exponent);
        let rest = body.get(offset..).filter(|rest| !rest.is_empty() || offset == 0)?;
        let number = u32::try_from(offset / size).ok().filter(|number| *number <= Block::LAST_NUMBER)?;
        let bytes = rest.get(..size).unwrap_or(rest);
        Some((Block { number, more: rest.len() > size, exponent }, bytes))
    }
}

fn size(exponent: u8) -> usize {
    16 << exponent.min(6)
}

/// What tells one transfer from another of the same peer: hashes of the method and the options that belong to the
/// cache-key (RFC 7959 sections 2.4 and 2.5), and of the payload that belongs to it for FETCH (RFC 8132 section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CacheKey {
    pub(super) options: u64,
    /// `None`: no payload.
    pub(super) payload: Option<u64>,
}

impl CacheKey {
    /// Whether a request for a further block means what was kept under `self`. Some clients send the payload of a
    /// FETCH again with each block, some don't.
    fn is_continued_by(self, further: CacheKey) -> bool {
        self.options == further.options && (further.payload.is_none() || further.payload == self.payload)
    }
}

/// What a block that arrived leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// 2.31: the next one, please.
    Continue,
    /// The body is there.
    Complete(Vec<u8>),
    /// 4.00: a block in the middle that isn't full.
    Malformed,
    /// 4.08: there is a gap before it, or nothing at all.
    Incomplete,
    /// 4.13: the body is larger than the limit.
    TooLarge,
    /// 5.03: no room for a further body.
    Full,
}

/// A body that arrives. It is dropped with the last block, a gap, too many bytes, or silence.
#[derive(Debug)]
struct Upload {
    peer: Peer,
    options: u64,
    /// Tells a repeated first block from a new start.
    first_id: u16,
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

    /// Takes a block (RFC 7959 section 2.5). Only the last one is not harmless to repeat: it needs deduplication.
    pub(super) fn arrive(
        &mut self,
        now: Instant,
        arrival: Arrival<'_>,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> Progress {
        let Arrival { peer, options, message_id, block, size1, payload } = arrival;
        let known = self.find(&peer, options);
        let too_large = size1.is_some_and(|size| size as usize > limits.body)
            || block.offset().saturating_add(payload.len()) > limits.body;
        if too_large || (block.more && payload.len() != block.size()) || payload.len() > block.size() {
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
            return Progress::Complete(payload.to_vec());
        }
        let key = match key {
            Some(key) => key,
            None if block.number != 0 => return Progress::Incomplete,
            None => {
                if self.entries.len() >= limits.transfers && !self.make_room(now, limits, deadlines) {
                    return Progress::Full;
                }
                let expected = size1.map_or(payload.len(), |size| size as usize);
                let body = Vec::with_capacity(expected.min(payload.len().saturating_mul(4)));
                let upload = Upload { peer, options, first_id: message_id, body, touched: now };
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
            return self.entries.remove(key).map_or(Progress::Incomplete, |upload| Progress::Complete(upload.body));
        }
        upload.touched = now;
        deadlines.restart(Timer::Upload(key), now + limits.transfer_timeout);
        Progress::Continue
    }

    /// Its deadline has come.
    pub(super) fn timed_out(&mut self, key: Key) {
        self.entries.remove(key);
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

/// A body that is fetched block by block.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) code: Code,
    /// A message with the response's options and nothing else.
    pub(super) head: Vec<u8>,
    pub(super) body: Vec<u8>,
}

#[derive(Debug)]
struct KeptEntry {
    peer: Peer,
    key: CacheKey,
    kept: Kept,
    touched: Instant,
}

/// The bodies that are fetched. They are dropped by silence, or when room is needed; the request for a further block
/// then reaches the application, and the block is cut from the answer that it gives now.
#[derive(Debug)]
pub(super) struct KeptBodies {
    entries: Slots<KeptEntry>,
}

impl KeptBodies {
    pub(super) const fn new() -> KeptBodies {
        KeptBodies { entries: Slots::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.iter().map(|(_, entry)| entry.kept.body.capacity() + entry.kept.head.capacity()).sum()
    }

    /// Keeps a body in place of an older one for the same request.
    pub(super) fn keep(
        &mut self,
        now: Instant,
        peer: Peer,
        key: CacheKey,
        kept: Kept,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) {
        let same = self.entries.least(|entry| (entry.key == key && entry.peer.is(&peer)).then_some(entry.touched));
        let given_way = match same {
            None if self.entries.len() >= limits.transfers => self.entries.least(|entry| Some(entry.touched)),
            same => same,
        };
        if let Some(place) = given_way
            && self.entries.remove(place).is_some()
        {
            deadlines.stop(Timer::Kept(place));
        }
        if limits.transfers == 0 {
            return;
        }
        let place = self.entries.insert(KeptEntry { peer, key, kept, touched: now });
        self.touch(now, place, limits, deadlines);
    }

    /// The body that a request for a further block means.
    pub(super) fn find(
        &mut self,
        now: Instant,
        peer: &Peer,
        further: CacheKey,
        limits: &Limits,
        deadlines: &mut Deadlines,
    ) -> Option<&Kept> {
        let meant = |entry: &KeptEntry| entry.peer.is(peer) && entry.key.is_continued_by(further);
        // the one touched last
        let place = self.entries.least(|entry| meant(entry).then_some(Reverse(entry.touched)))?;
        self.touch(now, place, limits, deadlines);
        self.entries.get(place).map(|entry| &entry.kept)
    }

    /// Its deadline has come.
    pub(super) fn timed_out(&mut self, key: Key) {
        self.entries.remove(key);
    }

    fn touch(&mut self, now: Instant, place: Key, limits: &Limits, deadlines: &mut Deadlines) {
        let Some(entry) = self.entries.get_mut(place) else { return };
        entry.touched = now;
        deadlines.restart(Timer::Kept(place), now + limits.transfer_timeout);
    }
}

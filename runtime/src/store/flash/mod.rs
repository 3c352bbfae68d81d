//! Records in the flash of a microcontroller, on `sequential-storage`, which spreads its wear.
//!
//! Each record has a slot, whose number is its key in the map of sequential-storage: a slot that is free again is
//! written as such and used anew, so that what is removed doesn't pile up. One record is one item of the map, and as
//! such written or not. Several go into a journal first, whose last item makes them count ([`journal`]).
//!
//! An item that can't be read is passed over by the map, and an older one of its slot comes up. So each item carries
//! its number and a digest of the numbers of all slots as they are after it: a record that is missing, or older than
//! it was, is noticed at the next start. Each item is read again when it was written, as a map that was just opened
//! finds it, since one behind the remains of a write that power was lost in may not be found (sequential-storage's
//! issue 136); it is written again then, behind.
//!
//! Of the range that it is given, two pages are for announcements of erases ([`guard`]), one is kept empty by the map,
//! and the rest holds about twice what is written in a single transaction beside what is stored.

mod guard;
mod item;
mod journal;

use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::ops::Range;
use core::pin::pin;
use core::task::{Context, Poll, Waker};

use embedded_storage::nor_flash::NorFlash;
use sequential_storage::cache::{Cache, Uncached};
use sequential_storage::map::{MapConfig, MapStorage};

use super::{Store, StoreError, Write};
use guard::Guard;
use item::Item;

/// A store in a range of a flash that is read, written and erased by blocking calls.
///
/// The flash is that of an `embedded-hal` driver; the range begins and ends at pages, of which there must be five. A
/// record takes at most half a page: [`StoreError::TooLarge`]. For each record 12 bytes of RAM remember where it is.
///
/// ```
/// use comi_runtime::board::Board;
/// use comi_runtime::store::Flash;
/// use comi_runtime::{BuildError, Device};
/// use embedded_storage::nor_flash::NorFlash;
///
/// /// The last 64 kB of a flash of 1 MB.
/// fn device<B: Board>(board: B, flash: impl NorFlash + Send + 'static) -> Result<Device<B>, BuildError> {
///     Device::new(board).coreconf().seed(0x5eed).store(Flash::new(flash, 0xf_0000..0x10_0000)).build()
/// }
/// ```
pub struct Flash<F> {
    guard: Guard<F>,
    /// What is where; `None` before it was read, and after a failure.
    index: Option<Index>,
    /// One item, with room for the padding of a word.
    buffer: Vec<u8>,
}

impl<F> fmt::Debug for Flash<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flash").field("index", &self.index).finish_non_exhaustive()
    }
}

/// What is in the slots.
#[derive(Debug, Default)]
struct Index {
    slots: BTreeMap<u16, Slot>,
    /// Hashes of the keys of live records and their slots, in order.
    hashes: Vec<(u32, u16)>,
    /// The number of the newest item.
    number: u32,
    /// Of all slots.
    digest: u32,
    /// Whether items are missing, or older than they were.
    damaged: bool,
}

#[derive(Clone, Copy, Debug)]
struct Slot {
    /// The number of its item.
    number: u32,
    /// Bytes of its item in the flash.
    size: u32,
    /// Whether it holds a record.
    live: bool,
}

impl Slot {
    fn digest(self, slot: u16) -> u32 {
        hash(&[slot.to_le_bytes().as_slice(), &self.number.to_le_bytes()].concat())
    }
}

/// FNV-1a.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

impl Index {
    /// The digest as it is after a slot was written.
    fn digest_with(&self, slot: u16, written: Slot) -> u32 {
        let old = self.slots.get(&slot).map_or(0, |old| old.digest(slot));
        self.digest ^ old ^ written.digest(slot)
    }

    fn set(&mut self, slot: u16, written: Slot) {
        self.digest = self.digest_with(slot, written);
        self.number = self.number.max(written.number);
        self.slots.insert(slot, written);
    }

    fn name(&mut self, hash: u32, slot: u16) {
        if let Err(place) = self.hashes.binary_search(&(hash, slot)) {
            self.hashes.insert(place, (hash, slot));
        }
    }

    fn forget(&mut self, slot: u16) {
        self.hashes.retain(|(_, own)| *own != slot);
    }
}

/// What it knows is read anew each time: tables in RAM would grow with the flash.
type Map<'f, F> = MapStorage<u16, &'f mut Guard<F>, Cache<Uncached, Uncached, Uncached, u16>>;

impl<F: NorFlash + Send> Flash<F> {
    /// A store in these bytes of a flash. What is wrong with them is told when the device starts.
    #[must_use]
    pub fn new(flash: F, range: Range<u32>) -> Flash<F> {
        let size = (F::ERASE_SIZE / 2 + 64).next_multiple_of(F::WRITE_SIZE.max(1));
        Flash { guard: Guard::new(flash, range), index: None, buffer: vec![0; size] }
    }

    /// How long an item may be.
    const LIMIT: usize = F::ERASE_SIZE / 2;

    fn map(&mut self) -> Result<(Map<'_, F>, &mut [u8]), StoreError> {
        if !self.guard.is_usable() {
            return Err(StoreError::Unavailable(
                "the range of the flash has not five whole pages, or its words are too long".into(),
            ));
        }
        let config = MapConfig::try_new(0..self.guard.len())
            .map_err(|_| StoreError::Unavailable("the flash has pages or words that can't be used".into()))?;
        Ok((MapStorage::new(&mut self.guard, config, Cache::new_uncached()), &mut self.buffer))
    }

    /// Hands over each item, older ones of a slot before newer ones.
    fn each_item(&mut self, each: &mut dyn FnMut(u16, Item<'_>)) -> Result<(), StoreError> {
        let (mut map, buffer) = self.map()?;
        now(async {
            let mut items = map.fetch_all_items(buffer).await?;
            while let Some((slot, bytes)) = items.next::<&[u8]>(buffer).await? {
                if let Some(item) = Item::parse(bytes) {
                    each(slot, item);
                }
            }
            Ok(())
        })
        .map_err(|error| match error {
            // nothing that is written here is so long
            sequential_storage::Error::BufferTooSmall(_) => DAMAGED,
            error => told::<F>(error),
        })
    }

    /// Reads what is where, and does what a journal that counts asks for.
    fn load(&mut self) -> Result<(), StoreError> {
        if self.index.is_some() {
            return Ok(());
        }
        self.guard.finish().map_err(|error| told::<F>(sequential_storage::Error::Storage { value: error }))?;
        let mut index = Index::default();
        let mut hashes: BTreeMap<u16, u32> = BTreeMap::new();
        let mut newest = (0, 0);
        self.each_item(&mut |slot, item| {
            let live = item.record.is_some() && slot < journal::FIRST;
            match item.record {
                Some((key, _)) if live => drop(hashes.insert(slot, hash(key))),
                _ => drop(hashes.remove(&slot)),
            }
            newest = newest.max((item.number, item.digest));
            index.slots.insert(slot, Slot { number: item.number, size: size::<F>(item.size()), live });
        })?;
        (index.number, index.digest) = (newest.0, 0);
        for (slot, held) in &index.slots {
            index.digest ^= held.digest(*slot);
        }
        index.damaged = index.digest != newest.1;
        for (slot, hash) in hashes {
            index.name(hash, slot);
        }
        let damaged = index.damaged;
        self.index = Some(index);
        // what it would write hides the damage
        let redone = if damaged { Ok(()) } else { self.redo_journal() };
        match (redone, &mut self.index) {
            (Err(StoreError::Damaged(_)), Some(index)) => {
                index.damaged = true;
                Ok(())
            }
            (Err(error), _) => {
                self.index = None;
                Err(error)
            }
            (Ok(()), _) => Ok(()),
        }
    }

    fn index(&mut self) -> Result<&mut Index, StoreError> {
        self.load()?;
        self.index.as_mut().ok_or(StoreError::Unavailable("the flash failed".into()))
    }

    /// What a slot holds.
    fn fetch(&mut self, slot: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let (mut map, buffer) = self.map()?;
        let bytes = now(map.fetch_item::<&[u8]>(buffer, &slot)).map_err(told::<F>)?;
        Ok(bytes.map(<[u8]>::to_vec))
    }

    /// The slot of a key, with the value.
    fn find(&mut self, key: &[u8]) -> Result<Option<(u16, Vec<u8>)>, StoreError> {
        let wanted = hash(key);
        let index = self.index()?;
        let from = index.hashes.partition_point(|(own, _)| *own < wanted);
        let slots: Vec<u16> =
            index.hashes.iter().skip(from).take_while(|(own, _)| *own == wanted).map(|(_, slot)| *slot).collect();
        for slot in slots {
            if let Some(bytes) = self.fetch(slot)?
                && let Some(Item { record: Some((own, value)), .. }) = Item::parse(&bytes)
                && own == key
            {
                return Ok(Some((slot, value.to_vec())));
            }
        }
        Ok(None)
    }

    /// Writes one item and makes sure that it is found. After an error it may be there or not, so that everything is
    /// read anew.
    fn put(&mut self, slot: u16, record: Option<(&[u8], &[u8])>) -> Result<(), StoreError> {
        let index = self.index()?;
        let number = index.number.wrapping_add(1);
        let live = record.is_some() && slot < journal::FIRST;
        let mut written = Slot { number, size: 0, live };
        let digest = index.digest_with(slot, written);
        let item = Item { number, digest, record };
        written.size = size::<F>(item.size());
        let bytes = item.to_bytes();
        let stored = self.store(slot, &bytes);
        if stored.is_err() {
            self.index = None;
            return stored;
        }
        let index = self.index()?;
        index.set(slot, written);
        index.forget(slot);
        if let Some((key, _)) = record.filter(|_| live) {
            index.name(hash(key), slot);
        }
        Ok(())
    }

    fn store(&mut self, slot: u16, bytes: &[u8]) -> Result<(), StoreError> {
        for _ in 0..8 {
            let (mut map, buffer) = self.map()?;
            now(map.store_item::<&[u8]>(buffer, &slot, &bytes)).map_err(told::<F>)?;
            if self.fetch(slot)?.as_deref() == Some(bytes) {
                return Ok(());
            }
        }
        Err(StoreError::Unavailable("what is written can't be read".into()))
    }

    /// Whether items of these sizes have room beside what there is. Items don't cross pages, so each page may end with
    /// a hole as long as the longest item.
    fn check_room(&mut self, sizes: impl Iterator<Item = u32> + Clone) -> Result<(), StoreError> {
        let (page, pages) = (Guard::<F>::page(), self.guard.len() / Guard::<F>::page());
        let index = self.index()?;
        let held = index.slots.values().map(|slot| slot.size);
        let longest = held.clone().chain(sizes.clone()).max().unwrap_or(0);
        let all: u64 = held.chain(sizes).map(u64::from).sum();
        let marks = u32::try_from(F::WRITE_SIZE.saturating_mul(2)).unwrap_or(u32::MAX);
        let usable = page.saturating_sub(marks).saturating_sub(longest);
        if all > u64::from(usable) * u64::from(pages.saturating_sub(2)) { Err(StoreError::Full) } else { Ok(()) }
    }
}

/// What an item of this many bytes takes in the flash: a header of 8 bytes, the slot, and padding to whole words.
fn size<F: NorFlash>(bytes: usize) -> u32 {
    let word = F::WRITE_SIZE.max(1);
    u32::try_from(8_usize.next_multiple_of(word) + (bytes + 2).next_multiple_of(word)).unwrap_or(u32::MAX)
}

/// Runs a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

fn told<F: NorFlash>(error: sequential_storage::Error<F::Error>) -> StoreError {
    use sequential_storage::Error;
    match error {
        Error::FullStorage => StoreError::Full,
        Error::ItemTooBig | Error::BufferTooSmall(_) | Error::BufferTooBig => {
            StoreError::TooLarge { bytes: F::ERASE_SIZE, limit: F::ERASE_SIZE / 2 }
        }
        Error::Storage { .. } => StoreError::Unavailable("the flash failed".into()),
        _ => StoreError::Damaged("the pages of the flash don't hold together".into()),
    }
}

const DAMAGED: StoreError = StoreError::Damaged(alloc::borrow::Cow::Borrowed(
    "records are missing, or older than they were, as the digest of all tells",
));

impl<F: NorFlash + Send> Store for Flash<F> {
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError> {
        let index = self.index()?;
        let damaged = index.damaged;
        let mut slots: BTreeMap<u16, u32> =
            index.slots.iter().filter(|(_, held)| held.live).map(|(slot, held)| (*slot, held.number)).collect();
        self.each_item(&mut |slot, item| {
            if let Some((key, value)) = item.record
                && slots.get(&slot) == Some(&item.number)
            {
                // one that was being moved is there twice
                slots.remove(&slot);
                each(key, value);
            }
        })?;
        if damaged { Err(DAMAGED) } else { Ok(()) }
    }

    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.find(key)?.map(|(_, value)| value))
    }

    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        self.load()?;
        self.transact(changes)
    }

    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError> {
        let mut old = Vec::new();
        match self.read(&mut |key, _| old.push(key.to_vec())) {
            Ok(()) => {}
            Err(StoreError::Damaged(_)) if self.index.is_some() => {
                // from here on the digest is that of what there is
                self.index()?.damaged = false;
            }
            Err(_) => {
                let (mut map, _) = self.map()?;
                now(map.erase_all()).map_err(told::<F>)?;
                (self.index, old) = (Some(Index::default()), Vec::new());
            }
        }
        let mut changes = records.to_vec();
        old.retain(|key| records.iter().all(|record| record.key != *key));
        changes.extend(old.into_iter().map(|key| Write { key, value: None }));
        self.transact(&changes)
    }
}

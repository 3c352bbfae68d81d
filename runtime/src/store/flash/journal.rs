//! Several records in one transaction.
//!
//! What shall be written is first written into slots of its own, the parts; then the head, which says how many parts
//! there are and what their checksum is. From then on the transaction counts: the slots are written, and the head is
//! taken away. A start that finds a head does so again, which changes nothing where it was done.

use alloc::vec::Vec;

use embedded_storage::nor_flash::NorFlash;

use super::super::{StoreError, Write, crc32};
use super::item::Item;
use super::{Flash, size};

/// The first slot of the journal's.
pub(super) const FIRST: u16 = 0xff00;
const HEAD: u16 = u16::MAX;

/// A slot and what is to stand in it.
type Planned<'p> = (u16, Option<(&'p [u8], &'p [u8])>);

impl<F: NorFlash + Send> Flash<F> {
    /// Writes all of these records or none.
    pub(super) fn transact(&mut self, changes: &[Write]) -> Result<(), StoreError> {
        let mut planned: Vec<Planned<'_>> = Vec::new();
        let mut taken = Vec::new();
        for change in changes {
            let bytes =
                Item { number: 0, digest: 0, record: Some((&change.key, change.value.as_deref().unwrap_or(&[]))) }
                    .size();
            if bytes > Self::LIMIT {
                return Err(StoreError::TooLarge { bytes, limit: Self::LIMIT });
            }
            let slot = match (self.find(&change.key)?, &change.value) {
                (Some((slot, _)), _) => slot,
                (None, None) => continue,
                (None, Some(_)) => self.free_slot(&mut taken)?,
            };
            planned.push((slot, change.value.as_deref().map(|value| (change.key.as_slice(), value))));
        }
        let sizes = planned.iter().map(|(_, record)| size::<F>(Item { number: 0, digest: 0, record: *record }.size()));
        if let [(slot, record)] = planned.as_slice() {
            if record.is_some() {
                self.check_room(sizes)?;
            }
            return self.put(*slot, *record);
        }
        if planned.is_empty() {
            return Ok(());
        }
        let journal = Self::journal(&planned);
        let parts: Vec<&[u8]> = journal.chunks(Self::PART).collect();
        let count = u16::try_from(parts.len()).ok().filter(|count| *count < HEAD - FIRST).ok_or(StoreError::Full)?;
        self.check_room(sizes.chain(parts.iter().map(|part| size::<F>(part.len() + 10))))?;
        for (slot, part) in (FIRST..).zip(&parts) {
            self.put(slot, Some((&[], part)))?;
        }
        let head = [count.to_le_bytes().as_slice(), &crc32(&[&journal]).to_le_bytes()].concat();
        self.put(HEAD, Some((&[], &head)))?;
        // it counts: what fails from here on is done at the next start, or before the next write
        if self.apply(&planned, count).is_err() {
            self.index = None;
        }
        Ok(())
    }

    /// How long the parts are: short, so that little is lost at the end of each page.
    const PART: usize = F::ERASE_SIZE / 8;

    fn journal(planned: &[Planned<'_>]) -> Vec<u8> {
        let mut journal = Vec::new();
        for (slot, record) in planned {
            let item = Item { number: 0, digest: 0, record: *record }.to_bytes();
            journal.extend_from_slice(&slot.to_le_bytes());
            journal.extend_from_slice(&u32::try_from(item.len()).unwrap_or(u32::MAX).to_le_bytes());
            journal.extend_from_slice(&item);
        }
        journal
    }

    fn apply(&mut self, planned: &[Planned<'_>], parts: u16) -> Result<(), StoreError> {
        for (slot, record) in planned {
            self.put(*slot, *record)?;
        }
        self.put(HEAD, None)?;
        for slot in (FIRST..).take(usize::from(parts)) {
            self.put(slot, None)?;
        }
        Ok(())
    }

    /// A slot that holds nothing and is not taken yet; takes it.
    fn free_slot(&mut self, taken: &mut Vec<u16>) -> Result<u16, StoreError> {
        let index = self.index()?;
        let from = taken.last().map_or(0, |last| last + 1);
        let free =
            (from..FIRST).find(|slot| index.slots.get(slot).is_none_or(|held| !held.live)).ok_or(StoreError::Full)?;
        taken.push(free);
        Ok(free)
    }

    /// Does what a head that is there asks for.
    pub(super) fn redo_journal(&mut self) -> Result<(), StoreError> {
        let Some(head) = self.fetch(HEAD)? else { return Ok(()) };
        let Some(Item { record: Some((_, head)), .. }) = Item::parse(&head) else { return Ok(()) };
        let parsed = head.split_first_chunk::<2>().and_then(|(count, rest)| Some((*count, *rest.first_chunk::<4>()?)));
        let Some((count, crc)) = parsed else { return Err(BROKEN) };
        let count = u16::from_le_bytes(count);
        let mut journal = Vec::new();
        for slot in (FIRST..HEAD).take(usize::from(count)) {
            let part = self.fetch(slot)?.ok_or(BROKEN)?;
            let Some(Item { record: Some((_, part)), .. }) = Item::parse(&part) else { return Err(BROKEN) };
            journal.extend_from_slice(part);
        }
        if crc32(&[&journal]).to_le_bytes() != crc {
            return Err(BROKEN);
        }
        let mut planned: Vec<Planned<'_>> = Vec::new();
        let mut rest = journal.as_slice();
        while let Some((slot, behind)) = rest.split_first_chunk::<2>() {
            let Some((length, behind)) = behind.split_first_chunk::<4>() else { return Err(BROKEN) };
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((item, behind)) = behind.split_at_checked(length) else { return Err(BROKEN) };
            planned.push((u16::from_le_bytes(*slot), Item::parse(item).ok_or(BROKEN)?.record));
            rest = behind;
        }
        self.apply(&planned, count)
    }
}

const BROKEN: StoreError =
    StoreError::Damaged(alloc::borrow::Cow::Borrowed("the journal of the last write can't be read"));

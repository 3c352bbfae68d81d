//! A flash whose erases are finished.
//!
//! When power is lost while a page is erased, its contents are undefined (embedded-storage's contract): it may look as
//! if it were whole, with holes in it, and a repair would copy the holes over what was saved elsewhere. So each erase
//! is announced in a page of its own before it begins; at the next start an announced one is made again, before
//! anything is read. Two pages take turns, as one is full:
//!
//! ```text
//! announcement: number (4) │ page, or DONE (4) │ checksum of both (4) │ padding to whole words
//! ```
//! The one with the highest number holds.

use core::ops::Range;

use embedded_storage::nor_flash::{ErrorType, NorFlash};

use super::super::crc32;

const DONE: u32 = u32::MAX;
/// An announcement without its padding.
const LENGTH: usize = 12;
/// The longest word that is written at once, of any flash that there is.
const MOST: usize = 256;

/// The part of a flash behind its two pages of announcements, counted from 0.
#[derive(Debug)]
pub(super) struct Guard<F> {
    flash: F,
    range: Range<u32>,
    /// Where the next announcement goes; `None` until the old ones were read.
    next: Option<Next>,
}

#[derive(Clone, Copy, Debug)]
struct Next {
    number: u32,
    page: u32,
    offset: u32,
}

impl<F: NorFlash> Guard<F> {
    /// How long an announcement is.
    const SIZE: usize = LENGTH.next_multiple_of(F::WRITE_SIZE).next_multiple_of(F::READ_SIZE);

    pub(super) fn new(flash: F, range: Range<u32>) -> Guard<F> {
        Guard { flash, range, next: None }
    }

    /// The size of a page.
    pub(super) fn page() -> u32 {
        u32::try_from(F::ERASE_SIZE).unwrap_or(u32::MAX)
    }

    /// The bytes behind the announcements.
    pub(super) fn len(&self) -> u32 {
        let all = self.range.end.saturating_sub(self.range.start);
        let all = all - all % Guard::<F>::page();
        all.saturating_sub(Guard::<F>::page().saturating_mul(2))
    }

    /// Whether announcements fit, and pages are where the flash has them.
    pub(super) fn is_usable(&self) -> bool {
        let page = Guard::<F>::page();
        Guard::<F>::SIZE <= MOST.min(F::ERASE_SIZE)
            && self.range.start.is_multiple_of(page)
            && usize::try_from(self.range.end).is_ok_and(|end| end <= self.flash.capacity())
            && self.len() >= page.saturating_mul(3)
    }

    fn start(&self) -> u32 {
        self.range.start.saturating_add(Guard::<F>::page().saturating_mul(2))
    }

    /// Reads what was announced last, and makes it again if it is not known to be done.
    pub(super) fn finish(&mut self) -> Result<(), F::Error> {
        self.next = None;
        let mut last: Option<(u32, u32)> = None;
        let mut next = Next { number: 0, page: 0, offset: 0 };
        let size = u32::try_from(Guard::<F>::SIZE).unwrap_or(u32::MAX);
        for page in 0..2_u32 {
            let mut end = 0;
            let mut newest = None;
            for offset in (0..=Guard::<F>::page().saturating_sub(size)).step_by(Guard::<F>::SIZE) {
                let mut buffer = [0; MOST];
                let Some(record) = buffer.get_mut(..Guard::<F>::SIZE) else { continue };
                self.flash.read(self.range.start + page * Guard::<F>::page() + offset, record)?;
                if record.iter().any(|byte| *byte != 0xff) {
                    end = offset + size;
                }
                if let Some((number, what)) = parse(record) {
                    newest = newest.max(Some((number, what)));
                }
            }
            if let Some((number, what)) = newest
                && last.is_none_or(|(own, _)| own < number)
            {
                last = Some((number, what));
                next = Next { number: number.wrapping_add(1), page, offset: end };
            } else if last.is_none() && page == 0 {
                next.offset = end;
            }
        }
        self.next = Some(next);
        match last {
            Some((_, page)) if page != DONE && page < self.len() / Guard::<F>::page() => self.erase_page(page),
            _ => Ok(()),
        }
    }

    fn announce(&mut self, what: u32) -> Result<(), F::Error> {
        if self.next.is_none() {
            self.finish()?;
        }
        let size = u32::try_from(Guard::<F>::SIZE).unwrap_or(u32::MAX);
        let Some(mut next) = self.next else { return Ok(()) };
        if next.offset > Guard::<F>::page() - size {
            next = Next { page: 1 - next.page, offset: 0, ..next };
            let start = self.range.start + next.page * Guard::<F>::page();
            self.flash.erase(start, start + Guard::<F>::page())?;
        }
        let mut buffer = [0xff; MOST];
        let fields = [next.number.to_le_bytes(), what.to_le_bytes()];
        let crc = checksum(fields.as_flattened()).to_le_bytes();
        for (to, byte) in buffer.iter_mut().zip(fields.as_flattened().iter().chain(&crc)) {
            *to = *byte;
        }
        // what is begun is not written again, whatever becomes of it
        self.next = Some(Next { number: next.number.wrapping_add(1), offset: next.offset + size, ..next });
        let at = self.range.start + next.page * Guard::<F>::page() + next.offset;
        self.flash.write(at, buffer.get(..Guard::<F>::SIZE).unwrap_or(&[]))
    }

    fn erase_page(&mut self, page: u32) -> Result<(), F::Error> {
        self.announce(page)?;
        let start = self.start() + page * Guard::<F>::page();
        self.flash.erase(start, start + Guard::<F>::page())?;
        self.announce(DONE)
    }
}

/// Behind a word of its own: the CRC-32 of erased bytes and zeros alone is that of erased bytes, which an erase that
/// power was lost in may leave.
fn checksum(fields: &[u8]) -> u32 {
    crc32(&[b"comi", fields])
}

fn parse(record: &[u8]) -> Option<(u32, u32)> {
    let (fields, rest) = record.split_first_chunk::<8>()?;
    let crc = rest.first_chunk::<4>()?;
    if checksum(fields).to_le_bytes() != *crc {
        return None;
    }
    let number = fields.first_chunk::<4>()?;
    let what = fields.last_chunk::<4>()?;
    Some((u32::from_le_bytes(*number), u32::from_le_bytes(*what)))
}

impl<F: NorFlash> ErrorType for Guard<F> {
    type Error = F::Error;
}

// The device is called and returns; a flash that it waits for is ready when its functions return. So are these futures.
impl<F: NorFlash> embedded_storage_async::nor_flash::ReadNorFlash for Guard<F> {
    const READ_SIZE: usize = F::READ_SIZE;

    async fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), F::Error> {
        self.flash.read(self.start() + offset, bytes)
    }

    fn capacity(&self) -> usize {
        usize::try_from(self.len()).unwrap_or(0)
    }
}

impl<F: NorFlash> embedded_storage_async::nor_flash::NorFlash for Guard<F> {
    const WRITE_SIZE: usize = F::WRITE_SIZE;
    const ERASE_SIZE: usize = F::ERASE_SIZE;

    async fn erase(&mut self, from: u32, to: u32) -> Result<(), F::Error> {
        for page in from / Guard::<F>::page()..to.div_ceil(Guard::<F>::page()) {
            self.erase_page(page)?;
        }
        Ok(())
    }

    async fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), F::Error> {
        self.flash.write(self.start() + offset, bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_erase_leaves_is_no_announcement() {
        // each word is erased, all zeros, or one that was there
        for words in 0..27_u32 {
            let word = |place: u32| match words / 3_u32.pow(place) % 3 {
                0 => [0xff; 4],
                1 => [0; 4],
                _ => [1, 0, 0, 0],
            };
            assert_eq!(parse([word(0), word(1), word(2)].as_flattened()), None, "{words}");
        }
    }
}

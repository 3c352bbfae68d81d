//! A flash and a disk from which power is cut at any moment, and then holds what such a medium may hold.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashError, NorFlashErrorKind, ReadNorFlash};
use redb::StorageBackend;

/// splitmix64
#[derive(Clone, Debug)]
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % most.max(1)
    }

    fn byte(&mut self) -> u8 {
        u8::try_from(self.next() & 0xff).expect("8 bits")
    }
}

/// An erase takes as long as writing so many words.
const ERASE: usize = 64;

/// NOR flash with words of `WORD` bytes and pages of `PAGE`. A clone is the same flash.
#[derive(Clone, Debug)]
pub(crate) struct SimFlash<const WORD: usize, const PAGE: usize> {
    inner: Arc<Mutex<Chip>>,
}

#[derive(Debug)]
pub(crate) struct Chip {
    pub(crate) bytes: Vec<u8>,
    /// Whether a word was written since its page was erased.
    written: Vec<bool>,
    /// Words to write or erase until power goes.
    pub(crate) fuel: Option<usize>,
    off: bool,
    random: Random,
    pub(crate) erases: usize,
    pub(crate) bytes_written: usize,
}

#[derive(Debug)]
pub(crate) struct PowerLost;

impl NorFlashError for PowerLost {
    fn kind(&self) -> NorFlashErrorKind {
        NorFlashErrorKind::Other
    }
}

impl<const WORD: usize, const PAGE: usize> SimFlash<WORD, PAGE> {
    pub(crate) fn new(pages: usize, seed: u64) -> Self {
        let chip = Chip {
            bytes: vec![0xff; pages * PAGE],
            written: vec![false; pages * PAGE / WORD],
            fuel: None,
            off: false,
            random: Random(seed),
            erases: 0,
            bytes_written: 0,
        };
        SimFlash { inner: Arc::new(Mutex::new(chip)) }
    }

    pub(crate) fn chip(&self) -> MutexGuard<'_, Chip> {
        self.inner.lock().expect("nobody panicked")
    }

    pub(crate) fn end(&self) -> u32 {
        u32::try_from(self.chip().bytes.len()).expect("a small flash")
    }

    /// Forgets which words were written, after somebody else has put bytes there.
    pub(crate) fn forget_writes(&self) {
        let mut chip = self.chip();
        let chip = &mut *chip;
        for (written, word) in chip.written.iter_mut().zip(chip.bytes.chunks(WORD)) {
            *written = word.iter().any(|byte| *byte != 0xff);
        }
    }

    /// Power is back; the next time it goes after so many words.
    pub(crate) fn power_on(&self, fuel: Option<usize>) {
        let mut chip = self.chip();
        (chip.off, chip.fuel) = (false, fuel);
    }
}

impl Chip {
    /// Whether power lasts for as long as so many words take.
    fn burn(&mut self, words: usize) -> bool {
        if self.off {
            return false;
        }
        if let Some(fuel) = &mut self.fuel {
            match fuel.checked_sub(words) {
                Some(left) => *fuel = left,
                None => self.off = true,
            }
        }
        !self.off
    }
}

impl<const WORD: usize, const PAGE: usize> ErrorType for SimFlash<WORD, PAGE> {
    type Error = PowerLost;
}

impl<const WORD: usize, const PAGE: usize> ReadNorFlash for SimFlash<WORD, PAGE> {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), PowerLost> {
        let chip = self.chip();
        let start = usize::try_from(offset).expect("fits");
        bytes.copy_from_slice(&chip.bytes[start..start + bytes.len()]);
        if chip.off { Err(PowerLost) } else { Ok(()) }
    }

    fn capacity(&self) -> usize {
        self.chip().bytes.len()
    }
}

impl<const WORD: usize, const PAGE: usize> NorFlash for SimFlash<WORD, PAGE> {
    const WRITE_SIZE: usize = WORD;
    const ERASE_SIZE: usize = PAGE;

    /// "If power is lost during erase, contents of the page are undefined."
    fn erase(&mut self, from: u32, to: u32) -> Result<(), PowerLost> {
        let mut chip = self.chip();
        let (from, to) = (usize::try_from(from).expect("fits"), usize::try_from(to).expect("fits"));
        assert!(from.is_multiple_of(PAGE) && to.is_multiple_of(PAGE) && from < to, "whole pages");
        for page in (from..to).step_by(PAGE) {
            if !chip.burn(ERASE) {
                let how = chip.random.below(4);
                for word in (page..page + PAGE).step_by(WORD) {
                    let fate = if how < 3 { how } else { chip.random.below(3) };
                    for at in word..word + WORD {
                        match fate {
                            0 => {}
                            1 => chip.bytes[at] = 0xff,
                            _ => chip.bytes[at] |= chip.random.byte(),
                        }
                    }
                    chip.written[word / WORD] = chip.bytes[word..word + WORD].iter().any(|byte| *byte != 0xff);
                }
                return Err(PowerLost);
            }
            chip.erases += 1;
            chip.bytes[page..page + PAGE].fill(0xff);
            chip.written[page / WORD..(page + PAGE) / WORD].fill(false);
        }
        Ok(())
    }

    /// "If power is lost during write, the contents of the written words are undefined […]. It is not allowed to write
    /// to the same word twice."
    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), PowerLost> {
        let mut chip = self.chip();
        let start = usize::try_from(offset).expect("fits");
        assert!(start.is_multiple_of(WORD) && bytes.len().is_multiple_of(WORD), "whole words");
        if chip.off {
            return Err(PowerLost);
        }
        let order = chip.random.below(2);
        for (word, new) in bytes.chunks(WORD).enumerate() {
            let at = start + word * WORD;
            // a mark that power was lost in is made again; flash with ECC takes all zeros over anything, too
            let is_mark = new.iter().all(|byte| *byte == 0);
            assert!(is_mark || !chip.written[at / WORD], "the word at {at} is written twice");
            let lasts = chip.burn(1);
            chip.written[at / WORD] = true;
            if !lasts {
                // bits that are to become 0 have become so or not; or the word is anything
                for (place, byte) in new.iter().enumerate() {
                    let random = chip.random.byte();
                    chip.bytes[at + place] = if order == 0 { byte | random } else { random };
                }
                // nobody can tell a word that looks erased from one that is
                chip.written[at / WORD] = chip.bytes[at..at + WORD].iter().any(|byte| *byte != 0xff);
                return Err(PowerLost);
            }
            chip.bytes[at..at + WORD].copy_from_slice(new);
            chip.bytes_written += WORD;
        }
        Ok(())
    }
}

/// A disk with a cache: what was written since the last sync may be there or not after a cut, sector by sector. A clone
/// is the same disk.
#[derive(Clone, Debug)]
pub(crate) struct SimDisk {
    inner: Arc<Mutex<Plate>>,
}

#[derive(Debug)]
pub(crate) struct Plate {
    /// What a reader sees.
    bytes: Vec<u8>,
    /// What is safe.
    safe: Vec<u8>,
    /// Sectors that were written since.
    dirty: std::collections::BTreeSet<usize>,
    /// Writes and syncs until power goes.
    fuel: Option<usize>,
    off: bool,
    random: Random,
    /// How often power was cut while something was not synced.
    pub(crate) torn: usize,
}

const SECTOR: usize = 512;

impl SimDisk {
    pub(crate) fn new(seed: u64) -> SimDisk {
        let plate = Plate {
            bytes: Vec::new(),
            safe: Vec::new(),
            dirty: std::collections::BTreeSet::new(),
            fuel: None,
            off: false,
            random: Random(seed),
            torn: 0,
        };
        SimDisk { inner: Arc::new(Mutex::new(plate)) }
    }

    pub(crate) fn plate(&self) -> MutexGuard<'_, Plate> {
        self.inner.lock().expect("nobody panicked")
    }

    /// Power goes, if it hasn't, and comes back; the next time it goes after so many writes.
    pub(crate) fn power_on(&self, fuel: Option<usize>) {
        let mut plate = self.plate();
        plate.cut();
        (plate.off, plate.fuel) = (false, fuel);
    }
}

impl Plate {
    fn burn(&mut self) -> Result<(), std::io::Error> {
        if let Some(fuel) = &mut self.fuel {
            match fuel.checked_sub(1) {
                Some(left) => *fuel = left,
                None => self.off = true,
            }
        }
        self.powered()
    }

    fn powered(&self) -> Result<(), std::io::Error> {
        if self.off { Err(std::io::Error::other("no power")) } else { Ok(()) }
    }

    /// Each sector that was not synced is old, new, or a part of both.
    fn cut(&mut self) {
        if !self.dirty.is_empty() {
            self.torn += 1;
        }
        // the length, too, may be the old or the new one
        let length = if self.random.below(2) == 0 { self.safe.len() } else { self.bytes.len() };
        self.safe.resize(length, 0);
        for sector in std::mem::take(&mut self.dirty) {
            let (start, end) = (sector * SECTOR, ((sector + 1) * SECTOR).min(length).min(self.bytes.len()));
            if start >= end {
                continue;
            }
            let until = match self.random.below(4) {
                0 => start,
                1 => start + self.random.below(end - start),
                _ => end,
            };
            self.safe[start..until].copy_from_slice(&self.bytes[start..until]);
        }
        self.bytes.clone_from(&self.safe);
    }
}

impl StorageBackend for SimDisk {
    fn len(&self) -> Result<u64, std::io::Error> {
        let plate = self.plate();
        plate.powered()?;
        Ok(plate.bytes.len() as u64)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), std::io::Error> {
        let plate = self.plate();
        plate.powered()?;
        let start = usize::try_from(offset).expect("fits");
        let found = plate.bytes.get(start..start + out.len());
        out.copy_from_slice(found.ok_or_else(|| std::io::Error::other("behind the end"))?);
        Ok(())
    }

    fn set_len(&self, length: u64) -> Result<(), std::io::Error> {
        let mut plate = self.plate();
        plate.burn()?;
        plate.bytes.resize(usize::try_from(length).expect("fits"), 0);
        Ok(())
    }

    fn sync_data(&self) -> Result<(), std::io::Error> {
        let mut plate = self.plate();
        plate.burn()?;
        plate.dirty.clear();
        let plate = &mut *plate;
        plate.safe.clone_from(&plate.bytes);
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> Result<(), std::io::Error> {
        let mut plate = self.plate();
        plate.burn()?;
        let start = usize::try_from(offset).expect("fits");
        plate.bytes[start..start + data.len()].copy_from_slice(data);
        plate.dirty.extend(start / SECTOR..(start + data.len()).div_ceil(SECTOR));
        Ok(())
    }
}

impl fmt::Display for PowerLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no power")
    }
}

//! Where a device keeps its configuration over restarts and power cuts.
//!
//! A [`Store`] is a place for records: [`Memory`], `Redb` in a file (feature `redb`), and
//! `Flash` of a microcontroller (feature `flash`), or one of your own. [`Persistence`] turns the edits
//! of a datastore into records and back: it is what `Builder::store` takes. Each edit is one transaction, and writes
//! in proportion to what it changes.
//!
//! Configuration is saved by SID, a record for each leaf, leaf-list, list entry and presence container ([`records`]
//! has the format). So a new firmware reads what an old one wrote: what its model has no longer, or what no longer
//! fits, is dropped and told ([`Restored`]), numbers that were moved are followed ([`Migration`]), and what its model
//! asks for in addition is filled in by a hook ([`Persistence::on_start`]) or refused with a clear error
//! ([`StartError`]).
//!
//! ```
//! use comi_runtime::Device;
//! use comi_runtime::board::Board;
//! use comi_runtime::store::{Initial, Memory, Persistence, StartError};
//! use comi_runtime::time::Instant;
//!
//! /// As `comi encode factory.json --to cbor` made it.
//! const FACTORY: &[u8] = &[0xa0];
//!
//! fn start(board: impl Board) -> Result<(), comi_runtime::BuildError> {
//!     let kept = Persistence::new(Memory::default()).factory_default(Initial::Cbor(FACTORY));
//!     let mut device = Device::new(board).coreconf().seed(0x5eed).store(kept).build()?;
//!     if let Some(restored) = device.restored().filter(|restored| !restored.is_whole()) {
//!         eprintln!("{}", restored.explain(device.schema()));
//!     }
//!     Ok(())
//! }
//! ```
//!
//! This room knows nothing of protocols. Read [`Store`] first, then [`Persistence`].

#[cfg(feature = "flash")]
mod flash;
mod grow;
mod initial;
mod memory;
mod migration;
mod persistence;
mod rank;
pub mod records;
#[cfg(feature = "redb")]
mod redb;
mod restored;
mod start;

#[cfg(test)]
mod tests;

#[cfg(feature = "redb")]
pub use self::redb::Redb;
#[cfg(feature = "flash")]
pub use flash::Flash;
pub use initial::Initial;
pub use memory::Memory;
pub use migration::{Migration, MigrationError};
pub use persistence::Persistence;
pub use restored::{Lost, Restored};
pub use start::StartError;

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

/// A place for records, which are bytes under keys of bytes.
///
/// What [`Store::write`] and [`Store::replace`] have acknowledged is there after a power cut at any moment; what was
/// under way is there as a whole, or not at all.
pub trait Store: fmt::Debug + Send {
    /// Hands over each record once, in any order. A store that is damaged hands over what can be read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`], or why the store can't be reached.
    fn read(&mut self, each: &mut dyn FnMut(&[u8], &[u8])) -> Result<(), StoreError>;

    /// The record under a key.
    ///
    /// # Errors
    /// As [`Store::read`].
    fn get(&mut self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes these records, all of them or none. No key comes twice.
    ///
    /// # Errors
    /// Why not; the store is as it was.
    fn write(&mut self, changes: &[Write]) -> Result<(), StoreError>;

    /// Makes these the only records, whatever there was and in whatever state the store is.
    ///
    /// # Errors
    /// Why not.
    fn replace(&mut self, records: &[Write]) -> Result<(), StoreError>;
}

/// One record to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Where.
    pub key: Vec<u8>,
    /// What; `None` removes it.
    pub value: Option<Vec<u8>>,
}

/// Why a store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// What it holds is not what was written.
    #[error("the store is damaged: {0}")]
    Damaged(Cow<'static, str>),
    /// There is no room.
    #[error("the store is full")]
    Full,
    /// One record is larger than the store takes.
    #[error("a record of {bytes} bytes is larger than the {limit} bytes that the store takes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// What would fit.
        limit: usize,
    },
    /// The medium fails, or is somebody else's at the moment.
    #[error("the store can't be used: {0}")]
    Unavailable(Cow<'static, str>),
}

#[cfg(any(feature = "flash", feature = "redb"))]
/// CRC-32 as Ethernet has it, a bit at a time: records are short, and a table would be a kilobyte.
pub(crate) fn crc32(parts: &[&[u8]]) -> u32 {
    let mut crc = u32::MAX;
    for byte in parts.iter().copied().flatten() {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let mask = (crc & 1).wrapping_neg();
            crc = crc >> 1 ^ (0xedb8_8320 & mask);
        }
    }
    !crc
}

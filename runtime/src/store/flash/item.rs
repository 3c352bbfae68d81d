//! What stands in one slot.
//!
//! ```text
//! number (4) │ digest (4) │ length of the key (2), or FREE │ key │ value
//! ```

use alloc::vec::Vec;

const FREE: u16 = u16::MAX;

/// One item of the map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item<'i> {
    /// Counts all items that were ever written.
    pub(super) number: u32,
    /// Of all slots, as they were with this item.
    pub(super) digest: u32,
    /// Key and value; `None`: the slot is free.
    pub(super) record: Option<(&'i [u8], &'i [u8])>,
}

impl<'i> Item<'i> {
    pub(super) fn parse(bytes: &'i [u8]) -> Option<Item<'i>> {
        let (number, rest) = bytes.split_first_chunk::<4>()?;
        let (digest, rest) = rest.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let record = match u16::from_le_bytes(*length) {
            FREE => None,
            length => Some(rest.split_at_checked(usize::from(length))?),
        };
        Some(Item { number: u32::from_le_bytes(*number), digest: u32::from_le_bytes(*digest), record })
    }

    /// How long it is.
    pub(super) fn size(&self) -> usize {
        10 + self.record.map_or(0, |(key, value)| key.len() + value.len())
    }

    /// A key that is too long for its length is no key: such items are refused by their size before.
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.size());
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&self.digest.to_le_bytes());
        let length = self.record.and_then(|(key, _)| u16::try_from(key.len()).ok()).unwrap_or(FREE);
        bytes.extend_from_slice(&length.to_le_bytes());
        if let Some((key, value)) = self.record {
            bytes.extend_from_slice(key);
            bytes.extend_from_slice(value);
        }
        bytes
    }
}

//! A table whose keys are slot + generation, so that a late key can't hit a new tenant.

use alloc::vec::Vec;
use core::num::NonZeroU32;

/// The place of an entry and which tenant of that place it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    index: u32,
    /// Never 0, so that an optional key takes no more room.
    generation: NonZeroU32,
}

impl Key {
    /// The place alone: unique among the entries that exist at one time.
    pub(super) fn index(self) -> u32 {
        self.index
    }

    /// The key as a number, in the same order.
    pub(super) fn number(self) -> u64 {
        u64::from(self.index) << 32 | u64::from(self.generation.get())
    }

    /// The key with this number.
    pub(super) fn from_number(number: u64) -> Key {
        let [i3, i2, i1, i0, generation @ ..] = number.to_be_bytes();
        let generation = NonZeroU32::new(u32::from_be_bytes(generation)).unwrap_or(FIRST);
        Key { index: u32::from_be_bytes([i3, i2, i1, i0]), generation }
    }
}

const FIRST: NonZeroU32 = NonZeroU32::MIN;

#[derive(Debug)]
struct Slot<T> {
    generation: NonZeroU32,
    value: Option<T>,
}

/// Entries in reused places. Places are kept when they become free, so the memory is that of the most entries that
/// were there at one time.
#[derive(Debug)]
pub(super) struct Slots<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

impl<T> Slots<T> {
    pub(super) const fn new() -> Slots<T> {
        Slots { slots: Vec::new(), free: Vec::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    pub(super) fn insert(&mut self, value: T) -> Key {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
        {
            slot.value = Some(value);
            return Key { index, generation: slot.generation };
        }
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Slot { generation: FIRST, value: Some(value) });
        Key { index, generation: FIRST }
    }

    pub(super) fn get(&self, key: Key) -> Option<&T> {
        let slot = self.slots.get(key.index as usize)?;
        slot.value.as_ref().filter(|_| slot.generation == key.generation)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        slot.value.as_mut()
    }

    /// Whether the entry that is at this place now is one of these.
    pub(super) fn is_at(&self, index: u32, is_meant: impl FnOnce(&T) -> bool) -> bool {
        self.slots.get(index as usize).and_then(|slot| slot.value.as_ref()).is_some_and(is_meant)
    }

    /// The key of the entry that is at this place now.
    pub(super) fn key_at(&self, index: u32) -> Option<Key> {
        let slot = self.slots.get(index as usize)?;
        slot.value.as_ref().map(|_| Key { index, generation: slot.generation })
    }

    pub(super) fn remove(&mut self, key: Key) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        let value = slot.value.take()?;
        slot.generation = slot.generation.checked_add(1).unwrap_or(FIRST);
        self.free.push(key.index);
        Some(value)
    }

    /// The entry with the smallest number among those that have one.
    pub(super) fn least<N: Ord>(&self, number: impl Fn(&T) -> Option<N>) -> Option<Key> {
        let mut least: Option<(N, Key)> = None;
        for (index, slot) in (0..).zip(&self.slots) {
            let Some(number) = slot.value.as_ref().and_then(&number) else { continue };
            if least.as_ref().is_none_or(|(least, _)| number < *least) {
                least = Some((number, Key { index, generation: slot.generation }));
            }
        }
        least.map(|(_, key)| key)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, &T)> {
        (0..)
            .zip(&self.slots)
            .filter_map(|(index, slot)| Some((Key { index, generation: slot.generation }, slot.value.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_key_misses_the_new_tenant() {
        let mut slots = Slots::new();
        let first = slots.insert('a');
        assert_eq!(slots.remove(first), Some('a'));
        let second = slots.insert('b');
        assert_eq!(first.index(), second.index());
        assert_eq!(slots.get(first), None);
        assert_eq!(slots.remove(first), None);
        assert_eq!((slots.get(second), slots.key_at(0), slots.len()), (Some(&'b'), Some(second), 1));
    }
}

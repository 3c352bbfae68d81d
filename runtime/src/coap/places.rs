//! A hash table of places in a table of slots: what is compared lies in the slots, so that all tables share one index.

use alloc::vec::Vec;

/// No place.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    hash: u32,
    /// The next place of the same bucket.
    next: u32,
}

/// Chains of places. Finding, adding and forgetting take constant time, and nothing is allocated once it has its size.
#[derive(Debug)]
pub(super) struct Places {
    buckets: Vec<u32>,
    /// One for each place of the slots.
    links: Vec<Link>,
}

impl Places {
    pub(super) const fn new() -> Places {
        Places { buckets: Vec::new(), links: Vec::new() }
    }

    /// The first place with this hash that is the one meant.
    pub(super) fn find(&self, hash: u64, is_meant: &mut dyn FnMut(u32) -> bool) -> Option<u32> {
        let hash = folded(hash);
        let mut place = *self.buckets.get(self.bucket(hash))?;
        while let Some(link) = self.links.get(place as usize) {
            if link.hash == hash && is_meant(place) {
                return Some(place);
            }
            place = link.next;
        }
        None
    }

    /// Adds a place, which must not be there.
    pub(super) fn insert(&mut self, hash: u64, place: u32) {
        if self.links.len() <= place as usize {
            self.links.resize(place as usize + 1, Link { hash: 0, next: NONE });
            self.grow();
        }
        self.link(folded(hash), place);
    }

    /// Takes a place out.
    pub(super) fn remove(&mut self, place: u32) {
        let Some(&Link { hash, next }) = self.links.get(place as usize) else { return };
        let bucket = self.bucket(hash);
        let mut at = self.buckets.get(bucket).copied().unwrap_or(NONE);
        if at == place {
            if let Some(head) = self.buckets.get_mut(bucket) {
                *head = next;
            }
            return;
        }
        while let Some(link) = self.links.get_mut(at as usize) {
            if link.next == place {
                link.next = next;
                return;
            }
            at = link.next;
        }
    }

    fn bucket(&self, hash: u32) -> usize {
        hash as usize & self.buckets.len().saturating_sub(1)
    }

    fn link(&mut self, hash: u32, place: u32) {
        let bucket = self.bucket(hash);
        if let (Some(head), Some(link)) = (self.buckets.get_mut(bucket), self.links.get_mut(place as usize)) {
            *link = Link { hash, next: *head };
            *head = place;
        }
    }

    /// Makes as many buckets as there are places, to the next power of two.
    fn grow(&mut self) {
        if self.links.len() <= self.buckets.len() {
            return;
        }
        let size = self.links.len().next_power_of_two().max(16);
        let old = core::mem::replace(&mut self.buckets, alloc::vec![NONE; size]);
        for mut place in old {
            while let Some(&Link { hash, next }) = self.links.get(place as usize) {
                self.link(hash, place);
                place = next;
            }
        }
    }
}

/// Both halves count, whatever is cut off.
fn folded(hash: u64) -> u32 {
    let [a, b, c, d, e, f, g, h] = hash.to_le_bytes();
    u32::from_le_bytes([a, b, c, d]) ^ u32::from_le_bytes([e, f, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_is_found_until_it_is_taken_out() {
        let mut places = Places::new();
        // eight places of each hash, some of whose hashes share a bucket
        let hash = |place: u32| u64::from(place / 8) * 5;
        for place in 0..100 {
            places.insert(hash(place), place);
        }
        for gone in 0..100 {
            for place in 0..100 {
                let found = places.find(hash(place), &mut |other| other == place);
                assert_eq!(found, (place >= gone).then_some(place), "{place} after {gone}");
            }
            places.remove(gone);
            places.remove(gone);
        }
        places.insert(7, 3);
        assert_eq!(places.find(7, &mut |_| true), Some(3));
        assert_eq!(places.find(8, &mut |_| true), None);
    }
}

//! The order of the entries of lists that are `ordered-by user` (RFC 7950 section 7.7.7).
//!
//! Each entry has a rank, and a new or moved one gets a rank between its neighbours', so that what is written grows
//! with the change and not with the list. When there is no number left between two, all entries get new ranks.

use alloc::vec::Vec;

use super::records::{self, read_rank};
use super::{Store, StoreError, Write};
use crate::cbor::EncodeError;
use crate::datastore::{Datastore, Found, OwnedChange};
use crate::schema::NodeIndex;
use crate::value::{Data, InstanceIdentifier, Value, compare_keys};

/// How far apart ranks are where there is room.
pub(super) const STRIDE: u64 = 1 << 32;

/// Why an order could not be written.
#[derive(Debug)]
pub(super) enum Error {
    Encode(EncodeError),
    Store(StoreError),
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Error {
        Error::Encode(error)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        Error::Store(error)
    }
}

/// Adds the entries' records of one list: those that came, and those whose rank must change. `moved` says that entries
/// that stayed have changed places.
pub(super) fn write(
    datastore: &Datastore,
    store: &mut dyn Store,
    list: &InstanceIdentifier,
    changes: &[OwnedChange],
    moved: bool,
    writes: &mut Vec<Write>,
) -> Result<(), Error> {
    let schema = datastore.schema();
    let names = schema.list(list.node).map_or(&[][..], |row| row.keys);
    let Some(Found::Data(Data::List(entries))) = datastore.get(list) else { return Ok(()) };
    let entries: Vec<Vec<Value>> = entries.iter().map(|entry| entry.leafs(names)).collect();
    let key = |own: &[Value]| {
        let keys = list.keys.iter().chain(own).cloned().collect();
        records::key(schema, &InstanceIdentifier { node: list.node, keys })
    };
    let is_new = |own: &Vec<Value>| {
        changes.iter().any(|change| {
            let above = change.at.keys.len().saturating_sub(own.len());
            change.at.node == list.node
                && change.old.is_none()
                && change.at.keys.get(above..).is_some_and(|keys| compare_keys(keys, own).is_eq())
                && change.at.keys.get(..above).is_some_and(|keys| compare_keys(keys, &list.keys).is_eq())
        })
    };
    let mut ranks: Vec<Option<u64>> = Vec::with_capacity(entries.len());
    let fresh: Vec<bool> = entries.iter().map(is_new).collect();
    for (place, own) in entries.iter().enumerate() {
        let beside = |place: usize| fresh.get(place).is_some_and(|fresh| *fresh);
        let wanted = moved || beside(place + 1) || place.checked_sub(1).is_some_and(beside);
        ranks.push(match fresh.get(place) {
            Some(false) if wanted => store.get(&key(own)?)?.and_then(|value| read_rank(&value)),
            _ => None,
        });
    }
    let old = ranks.clone();
    let kept = |place: usize| !moved && fresh.get(place) == Some(&false);
    if moved {
        keep_longest_rise(&mut ranks);
    }
    if !fill(&mut ranks, &kept) {
        ranks = (1..).take(entries.len()).map(|place: u64| Some(place.saturating_mul(STRIDE))).collect();
    }
    for ((own, rank), old) in entries.iter().zip(ranks).zip(old) {
        if let Some(rank) = rank.filter(|rank| Some(*rank) != old) {
            writes.push(Write { key: key(own)?, value: Some(records::rank(rank)) });
        }
    }
    Ok(())
}

/// Forgets the ranks that are out of order, as few as possible.
fn keep_longest_rise(ranks: &mut [Option<u64>]) {
    // the place of the smallest rank that ends a rise of each length, and what stands before it there
    let mut ends: Vec<(u64, usize)> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(ranks.len());
    for (place, rank) in ranks.iter().enumerate() {
        before.push(None);
        let Some(rank) = *rank else { continue };
        let length = ends.partition_point(|(end, _)| *end < rank);
        if let Some(last) = before.last_mut() {
            *last = length.checked_sub(1).and_then(|length| ends.get(length)).map(|(_, place)| *place);
        }
        match ends.get_mut(length) {
            Some(end) => *end = (rank, place),
            None => ends.push((rank, place)),
        }
    }
    let mut kept = ends.last().map(|(_, place)| *place);
    for (place, rank) in ranks.iter_mut().enumerate().rev() {
        if kept == Some(place) {
            kept = before.get(place).copied().flatten();
        } else {
            *rank = None;
        }
    }
}

/// Gives a rank to each entry that has none, between its neighbours'; false where there is no room. Those that are
/// `kept` have one, known or not.
fn fill(ranks: &mut [Option<u64>], kept: &dyn Fn(usize) -> bool) -> bool {
    let mut start = 0;
    while start < ranks.len() {
        let open = |place: usize| ranks.get(place) == Some(&None) && !kept(place);
        if !open(start) {
            start += 1;
            continue;
        }
        let end = (start..ranks.len()).find(|place| !open(*place)).unwrap_or(ranks.len());
        let low = start.checked_sub(1).and_then(|place| ranks.get(place).copied().flatten()).unwrap_or(0);
        let count = (end - start) as u64;
        let step = match ranks.get(end).copied().flatten() {
            Some(high) => high.saturating_sub(low) / (count + 1),
            None if end < ranks.len() => 0,
            None => (u64::MAX - low).checked_div(count + 1).unwrap_or(0).min(STRIDE),
        };
        if step == 0 {
            return false;
        }
        for (rank, place) in ranks.iter_mut().skip(start).zip(1..=count) {
            *rank = Some(low + step * place);
        }
        start = end;
    }
    true
}

/// The rank of the entry at a place, where a whole list is written.
pub(super) fn at(place: usize) -> u64 {
    (place as u64).saturating_add(1).saturating_mul(STRIDE)
}

/// Whether a change is about the entries of a list that is `ordered-by user`: the list, and whether entries were moved.
pub(super) fn touched(datastore: &Datastore, change: &OwnedChange) -> Option<(InstanceIdentifier, bool)> {
    let node: NodeIndex = change.at.node;
    if !records::is_ranked(datastore.schema(), node) {
        return None;
    }
    if change.is_order() {
        return Some((change.at.clone(), true));
    }
    change.new.as_ref()?;
    let own = datastore.schema().entry_key_count(node);
    let above = change.at.keys.len().saturating_sub(own);
    let keys = change.at.keys.get(..above).unwrap_or(&[]).to_vec();
    Some((InstanceIdentifier { node, keys }, false))
}

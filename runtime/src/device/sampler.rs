//! Pulled values that somebody observes: each is read by one sampler, however many observe it, and by none while
//! nobody does.

use alloc::vec::Vec;
use core::time::Duration;

use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::time::{Agenda, Instant};
use crate::value::InstanceIdentifier;

/// What is read together: a leaf, or a list without keys with the leafs below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub(super) at: InstanceIdentifier,
    /// How many leafs of the schema that is.
    pub(super) leaves: usize,
}

#[derive(Debug)]
struct Sample {
    at: InstanceIdentifier,
    /// None: its place is free.
    observers: usize,
    leaves: usize,
    /// Of the value read last; `None` before the first time.
    digest: Option<u64>,
}

#[derive(Debug, Default)]
pub(super) struct Sampler {
    samples: Vec<Sample>,
    /// Places of samples, in the order of what they read.
    ordered: Vec<u32>,
    dues: Agenda,
    leaves: usize,
}

impl Sampler {
    /// Of [`Limits::sampled_leaves`](crate::Limits::sampled_leaves), how many are in use.
    pub(super) fn leaves(&self) -> usize {
        self.leaves
    }

    /// How many more would be in use with these sources.
    pub(super) fn added(&self, sources: &[Source]) -> usize {
        sources.iter().filter(|source| self.find(&source.at).is_err()).map(|source| source.leaves).sum()
    }

    /// One more observer of each.
    pub(super) fn add(&mut self, sources: Vec<Source>, now: Instant, period: Duration) {
        for Source { at, leaves } in sources {
            let before = match self.find(&at) {
                Ok((_, place)) => {
                    if let Some(sample) = self.samples.get_mut(place as usize) {
                        sample.observers += 1;
                    }
                    continue;
                }
                Err(before) => before,
            };
            self.leaves += leaves;
            let sample = Sample { at, observers: 1, leaves, digest: None };
            let free = if self.ordered.len() < self.samples.len() {
                self.samples.iter().position(|sample| sample.observers == 0)
            } else {
                None
            };
            let place = u32::try_from(free.unwrap_or(self.samples.len())).unwrap_or(u32::MAX);
            match self.samples.get_mut(place as usize) {
                Some(free) => *free = sample,
                None => self.samples.push(sample),
            }
            self.ordered.insert(before, place);
            self.dues.insert(now + period, u64::from(place));
        }
    }

    /// One observer of each is gone.
    pub(super) fn remove(&mut self, sources: &[Source]) {
        for source in sources {
            let Ok((index, place)) = self.find(&source.at) else { continue };
            let Some(sample) = self.samples.get_mut(place as usize) else { continue };
            sample.observers -= 1;
            if sample.observers == 0 {
                self.leaves = self.leaves.saturating_sub(sample.leaves);
                self.ordered.remove(index);
                self.dues.remove(u64::from(place));
            }
        }
    }

    /// The next source that is to be read by now; its next time is one period later.
    pub(super) fn take_due(&mut self, now: Instant, period: Duration) -> Option<InstanceIdentifier> {
        let place = self.dues.due(now)?;
        self.dues.insert(now + period.max(Duration::from_millis(1)), place);
        self.samples.get(usize::try_from(place).ok()?).map(|sample| sample.at.clone())
    }

    /// Remembers what was read; whether it differs from the time before.
    pub(super) fn read(&mut self, at: &InstanceIdentifier, digest: u64) -> bool {
        let sample = self.find(at).ok().and_then(|(_, place)| self.samples.get_mut(place as usize));
        sample.is_some_and(|sample| sample.digest.replace(digest) != Some(digest))
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.dues.next()
    }

    /// Where the sample stands in the order, and its place; or before which it would stand.
    fn find(&self, at: &InstanceIdentifier) -> Result<(usize, u32), usize> {
        let read = |place: &u32| self.samples.get(*place as usize).map(|sample| &sample.at);
        let index = self.ordered.partition_point(|place| read(place) < Some(at));
        match self.ordered.get(index) {
            Some(place) if read(place) == Some(at) => Ok((index, *place)),
            _ => Err(index),
        }
    }
}

/// The sources of an observed node: its pulled leafs, those without a timer aside.
pub(super) fn sources(schema: &Schema, observed: &[InstanceIdentifier], configuration_only: bool) -> Vec<Source> {
    let mut found: Vec<Source> = Vec::new();
    for at in observed {
        let mut known = Vec::new();
        if configuration_only {
            // readings 26: what was asked for is told whatever `c` says, its descendants are not
            if is_value(schema, at.node) && is_pulled(schema, at.node) {
                known.push(Source { at: at.clone(), leaves: 1 });
            }
        } else {
            below(schema, at, &mut known);
        }
        for source in known {
            match found.iter_mut().find(|other| other.at == source.at) {
                Some(same) => same.leaves = same.leaves.max(source.leaves),
                None => found.push(source),
            }
        }
    }
    found
}

fn below(schema: &Schema, observed: &InstanceIdentifier, found: &mut Vec<Source>) {
    let rows = match schema.node(observed.node) {
        Some(row) => observed.node.0..row.end,
        None => 0..u16::try_from(schema.nodes.len()).unwrap_or(u16::MAX),
    };
    for node in rows.map(NodeIndex) {
        let is_list = schema.node(node).is_some_and(|row| row.kind() == NodeKind::List && !row.is_config());
        if !(is_list || is_value(schema, node)) || !is_pulled(schema, node) {
            continue;
        }
        let at = source(schema, node, observed);
        // the leafs of an entry that is named tell of it
        if is_list
            && at.node == node
            && schema.path(node).map(|step| schema.entry_key_count(step)).sum::<usize>() == at.keys.len()
        {
            continue;
        }
        match found.iter_mut().find(|other| other.at == at) {
            Some(same) => same.leaves += 1,
            None => found.push(Source { at, leaves: 1 }),
        }
    }
}

/// The leaf with the keys that the observation gives, or the list whose keys it leaves open.
fn source(schema: &Schema, node: NodeIndex, observed: &InstanceIdentifier) -> InstanceIdentifier {
    let mut used = 0;
    for step in schema.path(node) {
        let own = schema.entry_key_count(step);
        let open = observed.keys.len() < used + own;
        if open {
            let keys = observed.keys.get(..used).unwrap_or(&[]).to_vec();
            return InstanceIdentifier { node: step, keys };
        }
        used += own;
    }
    InstanceIdentifier { node, keys: observed.keys.get(..used).unwrap_or(&[]).to_vec() }
}

fn is_value(schema: &Schema, node: NodeIndex) -> bool {
    schema.node(node).is_some_and(|row| {
        matches!(row.kind(), NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml)
    })
}

/// Whether the board is asked for the node, and by a timer.
fn is_pulled(schema: &Schema, node: NodeIndex) -> bool {
    let Some(row) = schema.node(node) else { return false };
    let flagged = |flag| schema.path(node).filter_map(|step| schema.node(step)).any(|row| row.flags.has(flag));
    let in_operation = || {
        schema.path(node).filter_map(|step| schema.node(step)).any(|row| {
            matches!(row.kind(), NodeKind::Rpc | NodeKind::Action | NodeKind::Notification | NodeKind::Structure)
        })
    };
    !row.is_config()
        && !row.flags.has(Flags::KEY)
        && !flagged(Flags::PUSHED)
        && !flagged(Flags::EVENT_DRIVEN)
        && !in_operation()
        // the engine itself answers the YANG library, which doesn't change
        && schema.module_of(node).is_none_or(|module| module.name != "ietf-yang-library")
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::datastore::tests::model::{at, path, schema};

    #[test]
    fn sources_are_the_pulled_leafs_or_the_lists_whose_keys_are_open() {
        for (observed, configuration_only, expected) in [
            ("/t:box/position", false, &[("/t:box/position", 1)][..]),
            ("/t:box/name", false, &[]),
            ("/t:box/pushed", false, &[]),
            ("/t:box", false, &[("/t:box/position", 1), ("/t:box/broken", 1)]),
            ("/t:box", true, &[]),
            ("/t:box/position", true, &[("/t:box/position", 1)]),
            ("/t:server[name='a']", false, &[("/t:server[name='a']/hits", 1)]),
            ("/t:server", false, &[("/t:server", 1)]),
            ("/t:row", false, &[("/t:row", 2)]),
            ("/t:row[id='1']", false, &[("/t:row[id='1']/value", 1)]),
        ] {
            let found: Vec<(String, usize)> = sources(schema(), &[at(observed)], configuration_only)
                .iter()
                .map(|source| (path(&source.at), source.leaves))
                .collect();
            let expected: Vec<(String, usize)> =
                expected.iter().map(|(at, leaves)| (String::from(*at), *leaves)).collect();
            assert_eq!(found, expected, "{observed}");
        }
    }

    #[test]
    fn a_source_is_sampled_while_it_has_an_observer() {
        let mut sampler = Sampler::default();
        let period = Duration::from_secs(1);
        let position = || sources(schema(), &[at("/t:box/position")], false);
        for _ in 0..2 {
            sampler.add(position(), Instant::START, period);
        }
        assert_eq!((sampler.leaves(), sampler.next()), (1, Some(Instant::from_secs(1))));
        let due = sampler.take_due(Instant::from_secs(1), period).unwrap();
        assert_eq!(sampler.take_due(Instant::from_secs(1), period), None);
        assert!(sampler.read(&due, 7) && !sampler.read(&due, 7) && sampler.read(&due, 8));
        sampler.remove(&position());
        assert_eq!(sampler.next(), Some(Instant::from_secs(2)));
        sampler.remove(&position());
        assert_eq!((sampler.leaves(), sampler.next()), (0, None));
    }
}

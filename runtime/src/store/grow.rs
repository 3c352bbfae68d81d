//! A tree of records.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::records::{Record, is_ranked};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Entries, Value, compare_keys};

/// Makes a configuration of records that came in any order. `differs` becomes true where these records would not be
/// written for it: an entry or presence container has none, though something stands in it, or an entry has no rank.
pub(super) fn content_of(schema: &Schema, mut records: Vec<Record>, differs: &mut bool) -> Content {
    // what stands in an entry comes after it, and where keys are in order each entry comes at the end of its list
    records.sort_unstable_by(|one, two| in_order(schema, one, two));
    let mut content = Content::new();
    for Record { at, data, rank } in records {
        if matches!(&data, Data::LeafList(values) if values.is_empty()) {
            *differs = true;
            continue;
        }
        *differs |= rank.is_none() && is_ranked(schema, at.node);
        let steps: Vec<NodeIndex> = schema.path(at.node).collect();
        insert(schema, &mut content, &steps, &at.keys, data, differs);
    }
    content
}

fn in_order(schema: &Schema, one: &Record, two: &Record) -> Ordering {
    one.at.node.cmp(&two.at.node).then_with(|| {
        let own = if one.rank.is_some() { schema.entry_key_count(one.at.node) } else { 0 };
        let above = |keys: &[Value]| keys.len().saturating_sub(own);
        let (first, second) = (&one.at.keys, &two.at.keys);
        let outer = compare_keys(
            first.get(..above(first)).unwrap_or_default(),
            second.get(..above(second)).unwrap_or_default(),
        );
        outer.then(one.rank.cmp(&two.rank)).then_with(|| compare_keys(first, second))
    })
}

fn insert(schema: &Schema, content: &mut Content, steps: &[NodeIndex], keys: &[Value], data: Data, differs: &mut bool) {
    let Some((step, below)) = steps.split_first() else { return };
    let Some(row) = schema.node(*step) else { return };
    if row.kind() == NodeKind::List {
        let Some((own, rest)) = keys.split_at_checked(schema.entry_key_count(*step)) else { return };
        if content.child(*step).is_none() {
            content.insert(*step, Data::List(Entries::new()));
        }
        let (Some(Data::List(entries)), Some(list)) = (content.child_mut(*step), schema.list(*step)) else { return };
        let sorted = !row.flags.has(Flags::USER_ORDERED) && !list.keys.is_empty();
        let place = match entries.find(list, sorted, own) {
            Ok(place) => place,
            Err(place) => {
                let entry = list.keys.iter().zip(own).map(|(key, value)| (*key, Data::Leaf(value.clone())));
                entries.insert(place, entry.collect());
                *differs |= !below.is_empty();
                place
            }
        };
        if let (Some(entry), false) = (entries.at_mut(place), below.is_empty()) {
            insert(schema, entry, below, rest, data, differs);
        }
        return;
    }
    if below.is_empty() {
        // a presence container that something stood in already
        if !(matches!(data, Data::Container(_)) && content.child(*step).is_some()) {
            content.insert(*step, data);
        }
        return;
    }
    if content.child(*step).is_none() {
        *differs |= row.flags.has(Flags::PRESENCE);
        content.insert(*step, Data::Container(Content::new()));
    }
    if let Some(Data::Container(inner)) = content.child_mut(*step) {
        insert(schema, inner, below, keys, data, differs);
    }
}

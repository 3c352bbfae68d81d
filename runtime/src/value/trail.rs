//! How an error learns, while it unwinds, at which data node it arose.

use alloc::vec::Vec;

use super::{InstanceIdentifier, Value};
use crate::schema::NodeIndex;

/// The data node of an error, as far as it is known; of an entry whose keys are not known, its list.
pub(crate) type Trail = Option<InstanceIdentifier>;

/// The error is within `node`, unless a closer node is known.
pub(crate) fn within(trail: &mut Trail, node: NodeIndex) {
    if trail.is_none() && node != NodeIndex::ROOT {
        *trail = Some(InstanceIdentifier::new(node));
    }
}

/// The error is within an entry of `list`; without keys, nothing below the list can be named.
pub(crate) fn within_entry(trail: &mut Trail, list: NodeIndex, keys: Option<Vec<Value>>) {
    match keys {
        Some(keys) => {
            within(trail, list);
            under(trail, &keys);
        }
        None => *trail = Some(InstanceIdentifier::new(list)),
    }
}

/// The error is below entries with these keys.
pub(crate) fn under(trail: &mut Trail, keys: &[Value]) {
    if let Some(at) = trail {
        let mut whole = keys.to_vec();
        whole.append(&mut at.keys);
        at.keys = whole;
    }
}

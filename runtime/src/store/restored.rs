//! What came of a store when the device started.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::cbor::{Error, Reader};
use crate::schema::Schema;
use crate::value::text;

/// What a device found in its store.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Restored {
    /// Nothing was there: the device began with its factory defaults.
    pub fresh: bool,
    /// Why the device is read-only: its store is damaged. What could be read is in the datastore; nobody can change
    /// configuration until `Device::factory_reset` or `Device::accept_loss`, or until the store is put back and the
    /// device started anew. What the board does meanwhile is not saved.
    pub damage: Option<Cow<'static, str>>,
    /// Records that have no place in this model, at most [`Restored::MOST`] of them.
    pub lost: Vec<Lost>,
    /// How many there were.
    pub lost_count: usize,
}

/// A record that was dropped: its node is gone, or its value is not of the type any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Lost {
    /// Its key ([`records`](super::records)).
    pub key: Vec<u8>,
    /// Its value.
    pub value: Vec<u8>,
    /// Why it was dropped.
    pub error: Error,
}

impl Lost {
    /// The SID of the node that it was for, as it was stored.
    #[must_use]
    pub fn sid(&self) -> Option<u64> {
        let mut reader = Reader::new(&self.key);
        if let Ok(sid) = reader.unsigned() {
            return Some(sid);
        }
        let mut reader = Reader::new(&self.key);
        let mut items = reader.array().ok()?;
        if items.more(&mut reader).ok()? { reader.unsigned().ok() } else { None }
    }
}

impl Restored {
    /// How many dropped records are told one by one.
    pub const MOST: usize = 64;

    /// Whether everything that was saved is there.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.damage.is_none() && self.lost_count == 0
    }

    pub(super) fn lose(&mut self, key: &[u8], value: &[u8], error: Error) {
        self.lost_count += 1;
        if self.lost.len() < Restored::MOST {
            self.lost.push(Lost { key: key.to_vec(), value: value.to_vec(), error });
        }
    }

    /// All of it in words, a line for each thing.
    #[must_use]
    pub fn explain(&self, schema: &Schema) -> String {
        let mut out = String::new();
        if let Some(damage) = &self.damage {
            out.push_str("read-only: ");
            out.push_str(damage);
            out.push_str(MENDING);
        } else if self.fresh {
            out.push_str("the store is new: the device begins with its factory defaults\n");
        }
        for lost in &self.lost {
            out.push_str("dropped: ");
            let node = lost.sid().and_then(|sid| schema.node_by_sid(u32::try_from(sid).ok()?));
            match (node, lost.sid()) {
                (Some(node), _) => {
                    let at = crate::value::InstanceIdentifier::new(node);
                    out.push_str(&text::print_path(schema, &at, text::PathForm::Predicates));
                }
                (None, Some(sid)) => {
                    out.push_str("SID ");
                    text::push_unsigned(&mut out, sid);
                }
                (None, None) => out.push_str("a record"),
            }
            out.push_str(": ");
            out.push_str(&lost.error.explain(schema));
            out.push('\n');
        }
        if let Some(more) = self.lost_count.checked_sub(self.lost.len()).filter(|more| *more > 0) {
            out.push_str("dropped: ");
            text::push_unsigned(&mut out, more as u64);
            out.push_str(" more\n");
        }
        out
    }
}

/// How a damaged store is mended.
const MENDING: &str = "\n  put a copy of the store back and start again, or go on without what is lost (accept_loss), or reset the device \
     to its factory defaults (factory_reset)\n";

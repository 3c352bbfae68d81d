//! The datastore: configuration as a tree, pushed state beside it, edits as transactions, and reads that ask the
//! board only for what is needed.
//!
//! A change goes one way, and each step consumes the one before ([`Edit`] → [`Valid`] → [`Prepared`] → [`Persisted`] →
//! [`Committed`]): it is made in place with an undo log, the result is validated, the board is asked, it is saved where
//! something saves it ([`Persist`]), then it is committed, which can't fail. Dropping any of them before the commit leaves everything as it was. [`Datastore::read`]
//! merges the store, pushed values, the board and what the engine itself answers (ietf-yang-library) into one walk.
//!
//! This room knows nothing of CoAP, CBOR or LwM2M. Read [`Datastore`] first, then [`Edit`].
//!
//! ```
//! use comi_runtime::board::Board;
//! use comi_runtime::datastore::{Datastore, EditError, Limits, Origin};
//! use comi_runtime::value::{Data, InstanceIdentifier, Value};
//!
//! /// Sets one leaf; the board is asked before and told after.
//! fn set(store: &mut Datastore, board: &mut dyn Board, leaf: &InstanceIdentifier, value: Value) -> Result<(), EditError> {
//!     let mut edit = store.edit(Origin::Requester);
//!     edit.replace(leaf, Data::Leaf(value))?;
//!     let committed = edit.validate()?.prepare(board)?.persist()?.commit();
//!     for change in &committed.changes {
//!         board.changed(&change.as_change());
//!     }
//!     Ok(())
//! }
//! ```

mod assign;
mod builtin;
mod choice;
mod defaults;
mod document;
mod edit;
mod error;
mod operation;
mod parts;
mod persist;
mod read;
mod references;
mod rules;
mod state;
mod transaction;
mod tree;
mod unique;
mod user_order;
mod validate;
mod xpath;

#[cfg(test)]
pub(crate) mod tests;

pub use document::{Document, check_document, put_in_order};
pub use edit::{Edit, Origin};
pub use error::{EditError, Reason, Refused};
pub use parts::Parts;
pub use persist::Persist;
pub use read::{ContentFilter, DefaultsFilter, Filter, Presence, ReadError, Reading};
pub use rules::{ENGINE, Engine, with_rules};
pub use transaction::{Committed, OwnedChange, Persisted, Prepared, Valid};

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Value};
use references::References;
use state::{Address, State};

/// How much a datastore may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Leafs, leaf-lists, list entries and presence containers, configuration and pushed state together. An edit
    /// that would make more of them is refused ([`Reason::Full`]).
    pub instances: usize,
}

impl Limits {
    /// For a constrained device.
    pub const DEVICE: Limits = Limits { instances: 1024 };
    /// For a server with memory to spare.
    pub const SERVER: Limits = Limits { instances: 4_000_000 };
}

/// The one datastore of a device: its configuration, and the state that the board has pushed.
#[derive(Debug)]
pub struct Datastore {
    schema: &'static Schema,
    limits: Limits,
    content: Content,
    state: State,
    instances: usize,
    revision: u64,
    parts: Option<&'static Parts>,
    references: References,
    persistence: Option<Box<dyn Persist>>,
}

/// What stands at an instance-identifier.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Found<'a> {
    /// A leaf, leaf-list, container, whole list, anydata or anyxml.
    Data(&'a Data),
    /// One entry of a list, its keys included; or the datastore's root.
    Entry(&'a Content),
    /// One entry of a leaf-list.
    Value(&'a Value),
}

impl Datastore {
    /// An empty datastore. Of a schema that names no [`Parts`] (one that was compiled at run time, before
    /// [`with_rules`]) it can't be changed.
    #[must_use]
    pub fn new(schema: &'static Schema, limits: Limits) -> Datastore {
        let parts = Parts::of(schema);
        Datastore {
            schema,
            limits,
            content: Content::new(),
            state: State::new(),
            instances: 0,
            revision: 0,
            parts,
            references: parts.and_then(|parts| parts.referrers).map(|referrers| referrers(schema)).unwrap_or_default(),
            persistence: None,
        }
    }

    /// The schema that the datastore obeys.
    #[must_use]
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    /// The configuration.
    #[must_use]
    pub fn content(&self) -> &Content {
        &self.content
    }

    /// Counts revisions from here on: a device that restarts begins elsewhere, so that an ETag from before names nothing
    /// (RFC 9175 section 3.8).
    pub fn count_revisions_from(&mut self, revision: u64) {
        self.revision = revision;
    }

    /// How often the configuration has changed: the ETag of an answer to `c=c` (readings 29). State, pushed or
    /// pulled, does not count.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// How many of [`Limits::instances`] there are.
    #[must_use]
    pub fn instances(&self) -> usize {
        self.instances
    }

    /// Begins a change. There is one at a time, since it borrows the store.
    pub fn edit(&mut self, origin: Origin) -> Edit<'_> {
        Edit::new(self, origin)
    }

    /// What is stored at an identifier: configuration, or a pushed value. Neither defaults nor the board are asked.
    #[must_use]
    pub fn get(&self, at: &InstanceIdentifier) -> Option<Found<'_>> {
        if at.node != NodeIndex::ROOT && !self.schema.node(at.node)?.is_config() {
            return self.pushed(at.node, &at.keys).map(Found::Data);
        }
        tree::find(self.schema, &self.content, at.node, &at.keys)
    }

    /// Whether a data node is instantiated in the configuration or the pushed state; a container without presence is
    /// where its parent is (RFC 7950 section 7.5.1).
    #[must_use]
    pub fn exists(&self, at: &InstanceIdentifier) -> bool {
        if self.get(at).is_some() {
            return true;
        }
        let Some(row) = self.schema.node(at.node) else { return at.node == NodeIndex::ROOT };
        row.kind() == NodeKind::Container && !row.flags.has(Flags::PRESENCE) && self.entry_exists(row.parent, &at.keys)
    }

    /// Whether the instance that holds `node`'s children exists, with `keys` holding its own keys too: entries and
    /// presence containers on the way must be in the configuration, containers without presence needn't.
    #[must_use]
    pub fn entry_exists(&self, node: NodeIndex, keys: &[Value]) -> bool {
        let Some(row) = self.schema.node(node) else { return node == NodeIndex::ROOT };
        match row.kind() {
            NodeKind::Container if !row.flags.has(Flags::PRESENCE) => self.entry_exists(row.parent, keys),
            _ if !row.is_config() => true,
            _ => tree::find(self.schema, &self.content, node, keys).is_some(),
        }
    }

    /// A pushed value.
    fn pushed(&self, node: NodeIndex, keys: &[Value]) -> Option<&Data> {
        (self.parts?.pushed?.get)(&self.state, node, keys)
    }

    /// The addresses of all pushed values at or below a node whose keys begin with these.
    fn pushed_below(&self, node: NodeIndex, keys: &[Value]) -> Vec<Address> {
        let end = self.schema.node(node).map_or(0, |row| row.end);
        match self.parts.and_then(|parts| parts.pushed) {
            Some(pushed) => (pushed.below)(&self.state, node, end, keys),
            None => Vec::new(),
        }
    }

    /// The keys of all lists on the way to `node`, without its own, as a number.
    fn ancestor_key_count(&self, node: NodeIndex) -> usize {
        let Some(row) = self.schema.node(node) else { return 0 };
        self.schema.key_count(row.parent)
    }

    /// The keys of the entries of a stored list, in its order.
    fn entry_keys(&self, list: NodeIndex, keys: &[Value]) -> Vec<Vec<Value>> {
        let Some(rows) = self.schema.list(list) else { return Vec::new() };
        match tree::find(self.schema, &self.content, list, keys) {
            Some(Found::Data(Data::List(entries))) => entries.iter().map(|entry| entry.leafs(rows.keys)).collect(),
            _ => Vec::new(),
        }
    }
}

//! A store for a datastore: edits become records.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::migration::Pending;
use super::records::{self, Head};
use super::{Initial, Migration, Restored, Store, StoreError, Write, rank, start};
use crate::cbor::EncodeError;
use crate::datastore::{Datastore, Edit, EditError, Origin, OwnedChange, Persist};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Value};

/// How a device keeps its configuration: what `Builder::store` takes. A [`Store`] alone will do.
pub struct Persistence {
    pub(super) store: Box<dyn Store>,
    pub(super) initial: Option<Initial>,
    pub(super) migrations: Vec<Migration>,
    pub(super) hook: Option<Box<Hook>>,
    on_request: bool,
    pub(super) restored: Restored,
}

/// Mends a configuration of an older model.
pub(super) type Hook = dyn FnMut(&Restored, &mut Edit<'_>) -> Result<(), EditError> + Send;

impl<S: Store + 'static> From<S> for Persistence {
    fn from(store: S) -> Persistence {
        Persistence::new(store)
    }
}

impl fmt::Debug for Persistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persistence")
            .field("store", &self.store)
            .field("initial", &self.initial)
            .field("migrations", &self.migrations)
            .field("on_request", &self.on_request)
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

impl Persistence {
    /// Every edit is saved here before it is answered: what runs is what the device starts with.
    pub fn new(store: impl Store + 'static) -> Persistence {
        Persistence {
            store: Box::new(store),
            initial: None,
            migrations: Vec::new(),
            hook: None,
            on_request: false,
            restored: Restored::default(),
        }
    }

    /// What a new device begins with, and what a factory reset goes back to; without it, nothing.
    #[must_use]
    pub fn factory_default(mut self, initial: Initial) -> Persistence {
        self.initial = Some(initial);
        self
    }

    /// SIDs that were moved. Each is made once for a store, in the order of these calls.
    #[must_use]
    pub fn migration(mut self, migration: Migration) -> Persistence {
        self.migrations.push(migration);
        self
    }

    /// Called at the start with what an older firmware has left, before it is checked: to give values to nodes that
    /// are mandatory now, or to make new ones of those that were dropped. What is in the datastore then must be valid,
    /// or the device does not start.
    #[must_use]
    pub fn on_start(
        mut self,
        hook: impl FnMut(&Restored, &mut Edit<'_>) -> Result<(), EditError> + Send + 'static,
    ) -> Persistence {
        self.hook = Some(Box::new(hook));
        self
    }

    /// Edits change what runs and are gone after a restart, unless `Device::save` was called: the datastores `running`
    /// and `startup` are two (RFC 8342 section 5.1).
    #[must_use]
    pub fn saved_on_request(mut self) -> Persistence {
        self.on_request = true;
        self
    }

    /// What was found at the start.
    #[must_use]
    pub fn restored(&self) -> &Restored {
        &self.restored
    }

    /// The datastore `factory-default`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn factory_content(&self, schema: &'static Schema) -> Result<Content, Cow<'static, str>> {
        self.initial.as_ref().map_or_else(|| Ok(Content::new()), |initial| initial.content(schema))
    }

    /// What is saved: the datastore `startup`.
    ///
    /// # Errors
    /// Why it can't be read.
    pub fn startup(&mut self, schema: &'static Schema) -> Result<Content, StoreError> {
        let loaded = start::load(schema, &mut *self.store, Pending::NONE, &mut Restored::default())?;
        Ok(loaded.content)
    }

    fn head(&self) -> Head {
        Head::new(self.migrations.iter().map(Migration::fingerprint).collect())
    }

    /// Writes the difference between what is saved and this configuration.
    pub(super) fn save_all(&mut self, datastore: &Datastore) -> Result<(), StoreError> {
        let mut wanted = all(datastore).map_err(|error| StoreError::Unavailable(error.words().into()))?;
        wanted.insert(Vec::new(), self.head().to_cbor());
        if self.restored.damage.is_none() {
            let mut writes = Vec::new();
            self.store.read(&mut |key, value| match wanted.get(key) {
                Some(new) if new == value => drop(wanted.remove(key)),
                Some(_) => {}
                None => writes.push(Write { key: key.to_vec(), value: None }),
            })?;
            writes.extend(wanted.into_iter().map(|(key, value)| Write { key, value: Some(value) }));
            return if writes.is_empty() { Ok(()) } else { self.store.write(&writes) };
        }
        let records: Vec<Write> = wanted.into_iter().map(|(key, value)| Write { key, value: Some(value) }).collect();
        self.store.replace(&records)?;
        self.restored.damage = None;
        Ok(())
    }

    fn write(&mut self, datastore: &Datastore, changes: &[OwnedChange]) -> Result<(), rank::Error> {
        let schema = datastore.schema();
        let mut writes = Vec::new();
        let mut lists: Vec<(InstanceIdentifier, bool)> = Vec::new();
        for change in changes {
            match rank::touched(datastore, change) {
                Some((list, moved)) => match lists.iter_mut().find(|(own, _)| *own == list) {
                    Some((_, own)) => *own |= moved,
                    None => lists.push((list, moved)),
                },
                None => {
                    let value = match &change.new {
                        Some(data) => Some(records::value(schema, change.at.node, data)?),
                        None => None,
                    };
                    writes.push(Write { key: records::key(schema, &change.at)?, value });
                }
            }
        }
        for (list, moved) in &lists {
            rank::write(datastore, &mut *self.store, list, changes, *moved, &mut writes)?;
        }
        Ok(self.store.write(&writes)?)
    }
}

impl Persist for Persistence {
    fn persist(
        &mut self,
        datastore: &Datastore,
        origin: Origin,
        changes: &[OwnedChange],
    ) -> Result<(), Cow<'static, str>> {
        let schema = datastore.schema();
        let is_config = |change: &&OwnedChange| schema.node(change.at.node).is_some_and(|row| row.is_config());
        if self.on_request && self.restored.damage.is_none() {
            return Ok(());
        }
        let mut config = changes.iter().filter(is_config);
        if config.next().is_none() {
            return Ok(());
        }
        if let Some(damage) = &self.restored.damage {
            // the board must be able to run; what it sets now is saved when the store is mended
            return if origin == Origin::Board { Ok(()) } else { Err(read_only(damage)) };
        }
        let changes: Vec<OwnedChange> = changes.iter().filter(is_config).cloned().collect();
        self.write(datastore, &changes).map_err(|error| match error {
            rank::Error::Encode(error) => not_saved(&error.words()),
            rank::Error::Store(error) => not_saved(&words(&error)),
        })
    }

    fn save(&mut self, datastore: &Datastore) -> Result<(), Cow<'static, str>> {
        self.save_all(datastore).map_err(|error| not_saved(&words(&error)))
    }
}

fn words(error: &StoreError) -> alloc::string::String {
    alloc::format!("{error}")
}

fn not_saved(words: &str) -> Cow<'static, str> {
    Cow::Owned(["not saved: ", words].concat())
}

fn read_only(damage: &str) -> Cow<'static, str> {
    Cow::Owned(["read-only until the store is mended: ", damage].concat())
}

/// All records of a configuration but the head.
fn all(datastore: &Datastore) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, EncodeError> {
    let mut out = BTreeMap::new();
    let schema = datastore.schema();
    each_instance(schema, datastore.content(), &mut Vec::new(), &mut |node, keys, data, place| {
        let at = InstanceIdentifier { node, keys: keys.to_vec() };
        let value = if records::is_ranked(schema, node) {
            records::rank(rank::at(place))
        } else {
            records::value(schema, node, data)?
        };
        out.insert(records::key(schema, &at)?, value);
        Ok(())
    })?;
    Ok(out)
}

/// Takes an instance: its node, its keys, what stands there, and of an entry its place.
type Each<'e, E> = &'e mut dyn FnMut(NodeIndex, &[Value], &Data, usize) -> Result<(), E>;

/// Hands over each leaf, leaf-list, list entry and presence container, the last two with nothing but their keys and
/// before what is in them.
pub(super) fn each_instance<E>(
    schema: &Schema,
    content: &Content,
    keys: &mut Vec<Value>,
    each: Each<'_, E>,
) -> Result<(), E> {
    for (node, data) in content.iter() {
        let Some(row) = schema.node(node).filter(|row| !row.flags.has(Flags::KEY)) else { continue };
        match data {
            Data::Container(inner) => {
                if row.kind() == NodeKind::Container && row.flags.has(Flags::PRESENCE) {
                    each(node, keys, &Data::Container(Content::new()), 0)?;
                }
                each_instance(schema, inner, keys, each)?;
            }
            Data::List(entries) => {
                let names = schema.list(node).map_or(&[][..], |list| list.keys);
                for (place, entry) in entries.iter().enumerate() {
                    let above = keys.len();
                    keys.append(&mut entry.leafs(names));
                    let own = names.iter().filter_map(|key| Some((*key, entry.child(*key)?.clone()))).collect();
                    each(node, keys, &Data::Container(own), place)?;
                    each_instance(schema, entry, keys, each)?;
                    keys.truncate(above);
                }
            }
            data => each(node, keys, data, 0)?,
        }
    }
    Ok(())
}

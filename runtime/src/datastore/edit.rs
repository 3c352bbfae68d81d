//! One change of the datastore: in place, with an undo log.
//!
//! Every operation is broken down into writes of single instances (a leaf, a leaf-list, an entry with its keys
//! alone, a presence container without content), each with its inverse in the log. So what an edit changed is the
//! set of its addresses, whatever it did to them on the way; and undoing is the log, backwards.

use alloc::vec::Vec;

use super::error::at;
use super::transaction::Valid;
use super::{Datastore, EditError, Found, Parts, Reason, rules, tree, validate};
use crate::schema::{ChoiceIndex, Flags, NodeIndex, NodeKind};
use crate::value::{Content, Data, InstanceIdentifier, Order, Value};

/// Who asks for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The device itself: may write every node, pushed state included, and is not asked by `prepare`.
    Board,
    /// An LwM2M Create: as a requester, but gives read-only nodes their first value.
    Create,
    /// A peer over CORECONF or LwM2M.
    Requester,
}

/// An edit that is being made. Dropping it undoes it.
#[derive(Debug)]
pub struct Edit<'a> {
    pub(super) store: &'a mut Datastore,
    pub(super) log: Vec<Record>,
    pub(super) origin: Origin,
    pub(super) parts: &'static Parts,
    /// Why an operation failed: what it did halfway must not be committed.
    pub(super) failed: Option<EditError>,
    /// The cases that this edit has chosen, each with the choice and the keys of the instance around it.
    pub(super) chosen: Vec<(ChoiceIndex, Vec<Value>, u16)>,
    /// The order of these.
    pub(super) chosen_order: Order,
}

/// One write, and how to undo it.
#[derive(Debug)]
pub(super) enum Record {
    /// An instance was written.
    Write {
        /// Which; of a list entry with its own keys.
        at: InstanceIdentifier,
        /// What stood there.
        old: Option<Data>,
        /// Of an entry: where it stood.
        place: Option<usize>,
    },
    /// An entry of an `ordered-by user` list was moved.
    Move {
        /// The list, without its own keys.
        list: InstanceIdentifier,
        /// Where it stood.
        from: usize,
        /// Where it stands.
        to: usize,
    },
}

impl<'a> Edit<'a> {
    pub(super) fn new(store: &'a mut Datastore, origin: Origin) -> Edit<'a> {
        let parts = store.parts.unwrap_or(&Parts::NONE);
        Edit { store, log: Vec::new(), origin, parts, failed: None, chosen: Vec::new(), chosen_order: Order::default() }
    }

    /// The datastore as this edit has made it so far.
    #[must_use]
    pub fn datastore(&self) -> &Datastore {
        self.store
    }

    /// Makes the content of an instance that of `data` (readings 16): what `data` leaves out is removed, siblings
    /// stay, ancestors come into being. For a list entry `data` is [`Data::Container`], with or without its keys;
    /// with a list's identifier without keys it is that of one entry with its keys inside (readings 15), or
    /// [`Data::List`] for the whole list. Replacing an ancestor leaves alone what the requester can't read.
    ///
    /// # Errors
    /// Says which instance and why. The edit can only be dropped then: [`Edit::validate`] gives the same error.
    pub fn replace(&mut self, to: &InstanceIdentifier, data: Data) -> Result<(), EditError> {
        let done = self.try_replace(to, &data);
        self.note(done)
    }

    fn try_replace(&mut self, to: &InstanceIdentifier, data: &Data) -> Result<(), EditError> {
        if to.node == NodeIndex::ROOT {
            let Data::Container(content) = data else {
                return Err(EditError::new(to.clone(), Reason::InvalidDatatype));
            };
            return self.assign_children(NodeIndex::ROOT, &mut Vec::new(), content, false);
        }
        let above = self.check_named(to)?;
        let (keys, own) = to.keys.split_at_checked(above).unwrap_or((&[], &[]));
        let Some(row) = self.store.schema.node(to.node) else { return Ok(()) };
        if !row.is_config() {
            // a pushed value needs the instance that it stands in
            if !self.store.entry_exists(row.parent, keys) {
                return Err(at(to.node, keys, Reason::DataMissing));
            }
            return self.push(to.node, &to.keys, Some(data));
        }
        self.ensure_above(to.node, keys)?;
        let mut keys = keys.to_vec();
        let refuse = |reason| Err(EditError::new(to.clone(), reason));
        match (row.kind(), own, data) {
            (NodeKind::List, own, Data::Container(entry)) => {
                self.choose(to.node, &keys)?;
                match own {
                    [] => {
                        let mut own = self.own_keys(to.node, &keys, entry)?;
                        keys.append(&mut own);
                    }
                    own => keys.extend_from_slice(own),
                }
                self.assign_entry(to.node, &mut keys, Some(entry), false)
            }
            (NodeKind::List, [_, ..], _) => refuse(Reason::InvalidDatatype),
            (NodeKind::LeafList, [value], Data::Leaf(new)) if new == value => {
                self.set_value(to.node, &mut keys, value, true)
            }
            (NodeKind::LeafList, [_], Data::Leaf(_)) => refuse(Reason::KeyMismatch),
            (NodeKind::LeafList, [_], _) => refuse(Reason::InvalidDatatype),
            (NodeKind::Leaf, [], new) if row.flags.has(Flags::KEY) => match self.store.get(to) {
                Some(Found::Data(old)) if old == new => Ok(()),
                _ => refuse(Reason::KeyMismatch),
            },
            _ => self.assign(to.node, &mut keys, Some(data), false),
        }
    }

    /// As [`Edit::replace`], but refuses with [`Reason::Exists`] where something stands already.
    ///
    /// # Errors
    /// As [`Edit::replace`].
    pub fn create(&mut self, to: &InstanceIdentifier, data: Data) -> Result<(), EditError> {
        if self.store.get(to).is_some() {
            return Err(EditError::new(to.clone(), Reason::Exists));
        }
        self.replace(to, data)
    }

    /// Makes sure that a list entry or presence container exists, and leaves it alone when it does.
    ///
    /// # Errors
    /// As [`Edit::replace`].
    pub fn ensure(&mut self, to: &InstanceIdentifier) -> Result<(), EditError> {
        if self.store.exists(to) { Ok(()) } else { self.replace(to, Data::Container(Content::new())) }
    }

    /// Removes an instance and says whether there was one. An entry, a presence container or a leaf that is named
    /// goes with all that it holds; of a container without presence and of a list named without keys, what the
    /// requester can't read stays, and the entries that hold it (readings 16).
    ///
    /// # Errors
    /// [`Reason::MissingKey`] for a key leaf; the others as [`Edit::replace`].
    pub fn delete(&mut self, from: &InstanceIdentifier) -> Result<bool, EditError> {
        let done = self.try_delete(from);
        self.note(done)
    }

    fn try_delete(&mut self, from: &InstanceIdentifier) -> Result<bool, EditError> {
        if from.node == NodeIndex::ROOT {
            let any = !self.store.content.is_empty();
            self.assign_children(NodeIndex::ROOT, &mut Vec::new(), &Content::new(), false)?;
            return Ok(any);
        }
        let above = self.check_named(from)?;
        let row = self.store.schema.node(from.node);
        let flags = row.map_or(Flags::NONE, |row| row.flags);
        if flags.has(Flags::KEY) {
            return Err(EditError::new(from.clone(), Reason::MissingKey));
        }
        let (keys, own) = from.keys.split_at_checked(above).unwrap_or((&[], &[]));
        let mut keys = keys.to_vec();
        if row.is_some_and(|row| !row.is_config()) {
            let any = !self.store.pushed_below(from.node, &from.keys).is_empty();
            return self.push(from.node, &from.keys, None).map(|()| any);
        }
        if self.store.get(from).is_none() {
            return Ok(false);
        }
        match (row.map(|row| row.kind()), own) {
            (Some(NodeKind::List), []) => self.assign(from.node, &mut keys, None, false)?,
            (Some(NodeKind::List), _) => self.assign_entry(from.node, &mut from.keys.clone(), None, true)?,
            (Some(NodeKind::LeafList), [value]) => self.set_value(from.node, &mut keys, value, false)?,
            (Some(NodeKind::Container), _) => {
                self.assign(from.node, &mut keys, None, flags.has(Flags::PRESENCE))?;
            }
            _ => self.assign(from.node, &mut keys, None, true)?,
        }
        Ok(true)
    }

    /// Makes the whole configuration that of `content` (PUT, POST and DELETE of the datastore), except what the
    /// requester can't read (readings 16).
    ///
    /// # Errors
    /// As [`Edit::replace`].
    pub fn replace_all(&mut self, content: Content) -> Result<(), EditError> {
        let done = self.assign_children(NodeIndex::ROOT, &mut Vec::new(), &content, false);
        self.note(done)
    }

    fn note<T>(&mut self, done: Result<T, EditError>) -> Result<T, EditError> {
        if let Err(error) = &done {
            self.failed.get_or_insert_with(|| error.clone());
        }
        done
    }

    /// Checks what the edit can affect against the whole resulting tree (RFC 7950 section 8.1).
    ///
    /// # Errors
    /// The first operation that failed, else the first rule that is broken; the edit is undone.
    pub fn validate(mut self) -> Result<Valid<'a>, EditError> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.store.parts.is_none() {
            let reason = Reason::Failed("the schema names no parts".into());
            return Err(EditError::from(reason));
        }
        rules::settle_edit(&mut self)?;
        validate::affected(self.store, &self.log)?;
        Ok(Valid::new(self))
    }

    /// Checks that an identifier names a data node that this requester may write, with all keys above it; answers
    /// how many of its keys are those above.
    fn check_named(&self, to: &InstanceIdentifier) -> Result<usize, EditError> {
        let schema = self.store.schema;
        let refuse = |reason| Err(EditError::new(to.clone(), reason));
        let Some(row) = schema.node(to.node) else { return refuse(Reason::UnknownElement) };
        let outside = schema.path(to.node).filter_map(|step| schema.node(step)).any(|row| {
            !matches!(
                row.kind(),
                NodeKind::Container
                    | NodeKind::List
                    | NodeKind::LeafList
                    | NodeKind::Leaf
                    | NodeKind::Anydata
                    | NodeKind::Anyxml
            )
        });
        if outside {
            return refuse(Reason::NotConfiguration);
        }
        let above = self.store.ancestor_key_count(to.node);
        let own = schema.entry_key_count(to.node);
        if to.keys.len() != above && to.keys.len() != above + own {
            return refuse(if to.keys.len() < above { Reason::MissingKey } else { Reason::KeyMismatch });
        }
        if !row.is_config() {
            let pushed =
                schema.path(to.node).filter_map(|step| schema.node(step)).any(|row| row.flags.has(Flags::PUSHED));
            return if pushed && self.origin == Origin::Board { Ok(above) } else { refuse(Reason::NotConfiguration) };
        }
        if !self.may_write(row.flags) {
            return refuse(Reason::NotWritable);
        }
        Ok(above)
    }

    pub(super) fn may_write(&self, flags: Flags) -> bool {
        match self.origin {
            Origin::Board => true,
            Origin::Create => !flags.has(Flags::BOOTSTRAP_ONLY),
            Origin::Requester => !flags.has(Flags::BOOTSTRAP_ONLY) && !flags.has(Flags::READ_ONLY),
        }
    }

    /// Whether replacing an ancestor leaves this node alone.
    pub(super) fn is_kept(&self, flags: Flags) -> bool {
        self.origin != Origin::Board
            && (flags.has(Flags::WRITE_ONLY) || flags.has(Flags::READ_ONLY) || flags.has(Flags::BOOTSTRAP_ONLY))
    }

    /// Creates the entries and presence containers above a node, and chooses the cases that they stand in.
    fn ensure_above(&mut self, node: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
        let schema = self.store.schema;
        let Some(row) = schema.node(node) else { return Ok(()) };
        let mut used = 0;
        for step in schema.path(row.parent) {
            let above = keys.get(..used).unwrap_or(&[]);
            self.choose(step, above)?;
            used += schema.entry_key_count(step);
            let own = keys.get(..used).unwrap_or(&[]);
            self.ensure_one(step, own)?;
        }
        Ok(())
    }

    /// Creates an entry or presence container, without content, where it is missing.
    pub(super) fn ensure_one(&mut self, node: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
        let schema = self.store.schema;
        let Some(row) = schema.node(node) else { return Ok(()) };
        let content = match row.kind() {
            NodeKind::List => {
                let names = schema.list(node).map_or(&[][..], |list| list.keys);
                let own = keys.get(keys.len().saturating_sub(names.len())..).unwrap_or(&[]);
                let mut content = Content::new();
                for (key, value) in names.iter().zip(own) {
                    validate::check_type(schema, *key, value, node, keys)?;
                    content.insert(*key, Data::Leaf(value.clone()));
                }
                content
            }
            NodeKind::Container if row.flags.has(Flags::PRESENCE) => Content::new(),
            _ => return Ok(()),
        };
        if tree::find(schema, &self.store.content, node, keys).is_some() {
            return Ok(());
        }
        self.write(node, keys, Some(Data::Container(content)), None)
    }

    /// The keys of an entry that stand in its payload.
    pub(super) fn own_keys(&self, list: NodeIndex, keys: &[Value], entry: &Content) -> Result<Vec<Value>, EditError> {
        let names = self.store.schema.list(list).map_or(&[][..], |list| list.keys);
        let own = entry.leafs(names);
        if own.is_empty() || own.len() < names.len() {
            return Err(at(list, keys, Reason::MissingKey));
        }
        Ok(own)
    }

    /// Sets or removes pushed state.
    fn push(&mut self, node: NodeIndex, keys: &[Value], new: Option<&Data>) -> Result<(), EditError> {
        match self.parts.pushed {
            Some(pushed) => (pushed.push)(self, node, &mut keys.to_vec(), new),
            None => Err(at(node, keys, Reason::NotConfiguration)),
        }
    }

    /// Chooses the case that a node stands in.
    pub(super) fn choose(&mut self, node: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
        match self.parts.choices {
            Some(choices) => (choices.choose)(self, node, keys),
            None => Ok(()),
        }
    }

    /// Pushed state goes with the instance that holds it.
    pub(super) fn drop_state(&mut self, node: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
        for (node, keys) in self.store.pushed_below(node, keys) {
            self.write(node, &keys, None, None)?;
        }
        Ok(())
    }

    /// The one door through which everything is written.
    pub(super) fn write(
        &mut self,
        node: NodeIndex,
        keys: &[Value],
        new: Option<Data>,
        place: Option<usize>,
    ) -> Result<(), EditError> {
        let full = new.is_some() && self.store.instances >= self.store.limits.instances;
        let Some(written) = self.store.write(node, keys, new, place) else {
            return Err(at(node, keys, Reason::DataMissing));
        };
        let added = written.old.is_none();
        let at_node = InstanceIdentifier { node, keys: keys.to_vec() };
        self.log.push(Record::Write { at: at_node, old: written.old, place: written.place });
        if full && added { Err(at(node, keys, Reason::Full)) } else { Ok(()) }
    }

    pub(super) fn undo(&mut self) {
        while let Some(record) = self.log.pop() {
            match record {
                Record::Write { at, old, place } => {
                    self.store.write(at.node, &at.keys, old, place);
                }
                Record::Move { list, from, to } => {
                    if let Some(user_order) = self.parts.user_order {
                        (user_order.shift)(self.store, list.node, &list.keys, to, from);
                    }
                }
            }
        }
    }
}

impl Datastore {
    /// Writes one instance into the configuration or the pushed state, and counts.
    fn write(
        &mut self,
        node: NodeIndex,
        keys: &[Value],
        new: Option<Data>,
        place: Option<usize>,
    ) -> Option<tree::Written> {
        let comes = new.is_some();
        let written = if self.schema.node(node)?.is_config() {
            tree::write(self.schema, &mut self.content, node, keys, new, place)?
        } else {
            let pushed = self.parts.and_then(|parts| parts.pushed)?;
            tree::Written { old: (pushed.write)(&mut self.state, node, keys, new), place: None }
        };
        match (written.old.is_some(), comes) {
            (false, true) => self.instances = self.instances.saturating_add(1),
            (true, false) => self.instances = self.instances.saturating_sub(1),
            _ => {}
        }
        Some(written)
    }
}

impl Drop for Edit<'_> {
    fn drop(&mut self) {
        self.undo();
    }
}

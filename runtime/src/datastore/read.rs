//! Reading: one walk over schema, store, pushed state, built-in state and board, handed to a sink piece by piece.
//!
//! The board is never asked needlessly (no entry above, filtered out, write-only), and what it answers is checked
//! against the type. Containers without presence are opened when their first descendant comes, so nothing is built
//! that is not sent.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::builtin::Library;
use super::choice::case_in_use;
use super::{Datastore, rules, tree, validate};
use crate::board::{Board, Fault};
use crate::schema::{Flags, Node, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Part, Sink, Value, compare_keys};

/// Which descendants of the node that was asked for are told; the query parameter `c` (readings 26).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ContentFilter {
    /// All of them: `a`.
    #[default]
    All,
    /// Configuration: `c`.
    Config,
    /// State, and the keys of the entries that it stands in: `n`.
    State,
}

/// What is told of defaults; the query parameter `d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DefaultsFilter {
    /// Defaults in use are reported as if they were set: `a`.
    ReportAll,
    /// What equals its default is left out: `t`.
    #[default]
    Trim,
}

/// How a read is filtered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Filter {
    /// Configuration, state or both.
    pub content: ContentFilter,
    /// Defaults.
    pub defaults: DefaultsFilter,
}

/// Whether the node that was asked for is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Not instantiated, hidden, or no data node; the sink was given nothing.
    Absent,
    /// It is there.
    Found,
}

/// What came of a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Whether the node is there.
    pub presence: Presence,
    /// How many nodes below it were left out because their handler failed.
    pub faults: u32,
}

/// A read that could not be finished.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError<E> {
    /// The leaf that was asked for could not be read.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The sink takes no more.
    #[error("{0}")]
    Sink(E),
}

impl Datastore {
    /// Hands a data node with its descendants to a sink: configuration from the store, state from where it comes. The
    /// root is a container of [`NodeIndex::ROOT`]; an entry named by its keys is a [`Part::Entry`] without a list
    /// around it. A leaf asked for by its own identifier answers its default (readings 20). Write-only and
    /// bootstrap-only nodes are never told.
    ///
    /// # Errors
    /// When the leaf asked for has a fault, or the sink one; a leaf further down that fails is left out and counted.
    pub fn read<S: Sink>(
        &self,
        board: &mut dyn Board,
        at: &InstanceIdentifier,
        filter: Filter,
        sink: &mut S,
    ) -> Result<Reading, ReadError<S::Error>> {
        let mut sink = Kept { sink, error: None };
        let read = self.walk(board, at, filter, &mut sink);
        match (sink.error, read) {
            (Some(error), _) => Err(ReadError::Sink(error)),
            (None, read) => read.map_err(ReadError::Fault),
        }
    }

    fn walk(
        &self,
        board: &mut dyn Board,
        at: &InstanceIdentifier,
        filter: Filter,
        sink: &mut dyn Steps,
    ) -> Result<Reading, Fault> {
        let mut walk = Walk {
            store: self,
            schema: self.schema,
            board,
            filter,
            sink,
            keys: Vec::new(),
            pending: Vec::new(),
            found: false,
            faults: 0,
            fault: None,
        };
        let walked = walk.start(at);
        let presence = if walk.found { Presence::Found } else { Presence::Absent };
        match (walked, walk.fault) {
            (Err(Stopped), Some(fault)) => Err(fault),
            _ => Ok(Reading { presence, faults: walk.faults }),
        }
    }
}

/// The walk ended early; why is kept where it was found, so that nothing is handed up.
struct Stopped;

/// A sink whose error is kept, so that one walk serves all of them.
trait Steps {
    fn enter(&mut self, node: NodeIndex, part: Part) -> Walked;
    fn value(&mut self, node: NodeIndex, value: &Value) -> Walked;
    fn any(&mut self, node: NodeIndex, cbor: &[u8]) -> Walked;
    fn leave(&mut self) -> Walked;
}

struct Kept<'s, S: Sink> {
    sink: &'s mut S,
    error: Option<S::Error>,
}

impl<S: Sink> Kept<'_, S> {
    fn keep(&mut self, done: Result<(), S::Error>) -> Walked {
        done.map_err(|error| {
            self.error = Some(error);
            Stopped
        })
    }
}

impl<S: Sink> Steps for Kept<'_, S> {
    fn enter(&mut self, node: NodeIndex, part: Part) -> Walked {
        let done = self.sink.enter(node, part);
        self.keep(done)
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Walked {
        let done = self.sink.value(node, value);
        self.keep(done)
    }

    fn any(&mut self, node: NodeIndex, cbor: &[u8]) -> Walked {
        let done = self.sink.any(node, cbor);
        self.keep(done)
    }

    fn leave(&mut self) -> Walked {
        let done = self.sink.leave();
        self.keep(done)
    }
}

struct Walk<'a> {
    store: &'a Datastore,
    schema: &'static Schema,
    board: &'a mut dyn Board,
    filter: Filter,
    sink: &'a mut dyn Steps,
    /// The keys of the lists that the walk is in.
    keys: Vec<Value>,
    /// Parts that are entered, but not yet told to the sink.
    pending: Vec<(NodeIndex, Part)>,
    /// Whether the sink was given anything.
    found: bool,
    faults: u32,
    /// The fault of the leaf that was asked for.
    fault: Option<Fault>,
}

type Walked = Result<(), Stopped>;

impl<'a> Walk<'a> {
    fn fail(&mut self, fault: Fault) -> Walked {
        self.fault = Some(fault);
        Err(Stopped)
    }

    fn start(&mut self, at: &InstanceIdentifier) -> Walked {
        if at.node == NodeIndex::ROOT {
            self.enter(NodeIndex::ROOT, Part::Container, true)?;
            self.children(NodeIndex::ROOT, Some(&self.store.content))?;
            return self.leave();
        }
        let Some(row) = self.schema.node(at.node) else { return Ok(()) };
        let above = self.store.ancestor_key_count(at.node);
        let Some((above, own)) = at.keys.split_at_checked(above) else { return Ok(()) };
        let mut content = Some(&self.store.content);
        let mut rest = above;
        for step in self.schema.path(row.parent) {
            let Some(row) = self.schema.node(step) else { return Ok(()) };
            if is_hidden(row.flags) {
                return Ok(());
            }
            let (own, further) = rest.split_at_checked(self.schema.entry_key_count(step)).unwrap_or((rest, &[]));
            rest = further;
            content = match (row.kind(), content.and_then(|content| content.child(step))) {
                (NodeKind::Container, Some(Data::Container(inner))) => Some(inner),
                (NodeKind::Container, _) if !row.flags.has(Flags::PRESENCE) || !row.is_config() => None,
                (NodeKind::List, _) if !row.is_config() => None,
                (NodeKind::List, Some(Data::List(entries))) => {
                    let place = self
                        .schema
                        .list(step)
                        .and_then(|list| entries.find(list, tree::is_sorted(self.schema, step), own).ok());
                    match place.and_then(|place| entries.at(place)) {
                        Some(entry) => Some(entry),
                        None => return Ok(()),
                    }
                }
                _ => return Ok(()),
            };
        }
        self.keys.extend_from_slice(above);
        match (row.kind(), own) {
            (_, []) => self.visit(at.node, content, true),
            (NodeKind::List, own) => self.one_entry(at.node, content, own),
            (NodeKind::LeafList, [value]) => self.one_value(at.node, content, value),
            _ => Ok(()),
        }
    }

    /// An entry that was asked for by its keys.
    fn one_entry(&mut self, list: NodeIndex, content: Option<&'a Content>, own: &[Value]) -> Walked {
        let Some(row) = self.schema.node(list).filter(|row| !is_hidden(row.flags)) else { return Ok(()) };
        if row.is_config() {
            let Some(Data::List(entries)) = content.and_then(|content| content.child(list)) else { return Ok(()) };
            let Some(rows) = self.schema.list(list) else { return Ok(()) };
            let Ok(place) = entries.find(rows, tree::is_sorted(self.schema, list), own) else { return Ok(()) };
            return self.entry(list, own, entries.at(place));
        }
        match self.has_entry(list, own) {
            Ok(true) => self.entry(list, own, None),
            Ok(false) => Ok(()),
            Err(fault) => self.fail(fault),
        }
    }

    /// Whether a state list has this entry: it is looked for in the order of the keys.
    fn has_entry(&mut self, list: NodeIndex, own: &[Value]) -> Result<bool, Fault> {
        let mut after: Option<Vec<Value>> = None;
        while let Some(keys) = self.next_entry(list, after.as_deref())? {
            let order = compare_keys(&keys, own);
            if order.is_ge() {
                return Ok(order.is_eq());
            }
            after = Some(keys);
        }
        Ok(false)
    }

    /// An entry of a leaf-list that was asked for by its value.
    fn one_value(&mut self, node: NodeIndex, content: Option<&Content>, value: &Value) -> Walked {
        let Some(row) = self.schema.node(node).filter(|row| !is_hidden(row.flags)) else { return Ok(()) };
        let data = if row.is_config() {
            content.and_then(|content| content.child(node)).map(Cow::Borrowed)
        } else {
            match self.state(node) {
                Err(Fault::Absent) => None,
                Ok(data) => Some(data),
                Err(fault) => return self.fail(fault),
            }
        };
        match data.as_deref() {
            Some(Data::LeafList(values)) if values.contains(value) => self.value(node, value),
            _ => Ok(()),
        }
    }

    /// A node below `content` (`None`: the store has nothing there).
    fn visit(&mut self, node: NodeIndex, content: Option<&'a Content>, asked: bool) -> Walked {
        let Some(row) = self.schema.node(node) else { return Ok(()) };
        if is_hidden(row.flags) {
            return Ok(());
        }
        let config = row.is_config();
        let key = row.flags.has(Flags::KEY);
        let wanted = asked
            || match self.filter.content {
                ContentFilter::All => true,
                ContentFilter::Config => config,
                ContentFilter::State => !config || key || has_state(self.schema, node),
            };
        if !wanted {
            return Ok(());
        }
        let stored = content.and_then(|content| content.child(node));
        match row.kind() {
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml if config => {
                let in_use = || case_in_use(self.schema, content, node);
                self.leaf(node, stored, key, asked, in_use())
            }
            NodeKind::Leaf if key => {
                // a key of a state list: the entry's keys are known already
                let place = self.key_place(node);
                match place.and_then(|place| self.keys.get(place)).cloned() {
                    Some(value) => self.value(node, &value),
                    None => Ok(()),
                }
            }
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml => match self.state(node) {
                Ok(data) => self.leaf(node, Some(&data), false, asked, true),
                Err(Fault::Absent) => self.leaf(node, None, false, asked, !row.flags.has(Flags::IN_CASE)),
                Err(fault) if asked => self.fail(fault),
                Err(_) => {
                    self.faults = self.faults.saturating_add(1);
                    Ok(())
                }
            },
            NodeKind::Container => {
                let presence = config && row.flags.has(Flags::PRESENCE);
                let inner = match stored {
                    Some(Data::Container(inner)) => Some(inner),
                    _ if presence => return Ok(()),
                    _ => None,
                };
                if inner.is_none() && !case_in_use(self.schema, content, node) && config {
                    return Ok(());
                }
                self.enter(node, Part::Container, presence)?;
                self.children(node, inner)?;
                self.leave()
            }
            NodeKind::List => {
                self.enter(node, Part::List, false)?;
                if config {
                    if let Some(Data::List(entries)) = stored {
                        let names = self.schema.list(node).map_or(&[][..], |list| list.keys);
                        for entry in entries.iter() {
                            let keys = entry.leafs(names);
                            self.entry(node, &keys, Some(entry))?;
                        }
                    }
                } else {
                    self.state_entries(node, asked)?;
                }
                self.leave()
            }
            _ => Ok(()),
        }
    }

    fn children(&mut self, parent: NodeIndex, content: Option<&'a Content>) -> Walked {
        for child in self.schema.children(parent) {
            self.visit(child, content, false)?;
        }
        Ok(())
    }

    fn entry(&mut self, list: NodeIndex, own: &[Value], content: Option<&'a Content>) -> Walked {
        let above = self.keys.len();
        self.keys.extend_from_slice(own);
        self.enter(list, Part::Entry, true)?;
        self.children(list, content)?;
        self.keys.truncate(above);
        self.leave()
    }

    /// The entries of a state list, as they come from the board; one whose keys don't grow ends it, as a fault.
    fn state_entries(&mut self, list: NodeIndex, asked: bool) -> Walked {
        let mut after: Option<Vec<Value>> = None;
        loop {
            match self.next_entry(list, after.as_deref()) {
                Ok(None) => return Ok(()),
                Ok(Some(keys)) if after.as_ref().is_none_or(|after| compare_keys(after, &keys).is_lt()) => {
                    self.entry(list, &keys, None)?;
                    after = Some(keys);
                }
                Err(Fault::Absent) => return Ok(()),
                Err(fault) if asked && after.is_none() => return self.fail(fault),
                _ => {
                    self.faults = self.faults.saturating_add(1);
                    return Ok(());
                }
            }
        }
    }

    fn next_entry(&mut self, list: NodeIndex, after: Option<&[Value]>) -> Result<Option<Vec<Value>>, Fault> {
        let next = if let Some(library) = self.library(list) {
            (library.next)(self.schema, list, after)
        } else if is_pushed(self.schema, list) {
            let pushed = self.store.parts.and_then(|parts| parts.pushed);
            pushed.and_then(|pushed| (pushed.next)(&self.store.state, list, &self.keys, after)).map(<[Value]>::to_vec)
        } else {
            self.board.next(list, &self.keys, after)?
        };
        match next {
            Some(keys) if !self.are_keys(list, &keys) => Err(Fault::failed("keys that are not the list's")),
            next => Ok(next),
        }
    }

    /// What answers for a node in the board's place.
    fn library(&self, node: NodeIndex) -> Option<&'static Library> {
        self.store.parts?.library.filter(|library| (library.answers)(self.schema, node))
    }

    fn are_keys(&self, list: NodeIndex, keys: &[Value]) -> bool {
        let names = self.schema.list(list).map_or(&[][..], |list| list.keys);
        keys.len() == self.schema.entry_key_count(list)
            && names.iter().zip(keys).all(|(key, value)| validate::is_of_type(self.schema, *key, value))
    }

    /// The value of a state leaf or leaf-list, checked against its type.
    fn state(&mut self, node: NodeIndex) -> Result<Cow<'a, Data>, Fault> {
        if let Some(library) = self.library(node) {
            return (library.read)(self.schema, node, &self.keys).map(Cow::Owned);
        }
        if is_pushed(self.schema, node) {
            return self.store.pushed(node, &self.keys).map(Cow::Borrowed).ok_or(Fault::Absent);
        }
        let data = self.board.read(node, &self.keys)?;
        let kind = self.schema.node(node).map(|row| row.kind());
        let fits = match (kind, &data) {
            (Some(NodeKind::Leaf), Data::Leaf(_))
            | (Some(NodeKind::LeafList), Data::LeafList(_))
            | (Some(NodeKind::Anydata | NodeKind::Anyxml), Data::Any(_)) => {
                data.values().iter().all(|value| validate::is_of_type(self.schema, node, value))
            }
            _ => false,
        };
        if fits { Ok(Cow::Owned(data)) } else { Err(Fault::failed("a value outside its type")) }
    }

    /// A leaf, leaf-list or anydata with what stands there; defaults and `d` are dealt with here.
    fn leaf(&mut self, node: NodeIndex, data: Option<&Data>, key: bool, asked: bool, in_use: bool) -> Walked {
        let trim = self.filter.defaults == DefaultsFilter::Trim && !asked && !key;
        let data = data.filter(|data| !matches!(data, Data::LeafList(values) if values.is_empty()));
        let defaults = match self.schema.defaults(node) {
            [] => None,
            rows => self.store.parts.and_then(|parts| Some((parts.defaults?, rows))),
        };
        match (data, defaults) {
            (Some(data), Some((defaults, rows))) if trim && (defaults.are)(rows, data) => Ok(()),
            (Some(data), _) => self.data(node, data),
            (None, Some((defaults, rows))) if in_use && !trim && self.applies(node) => {
                let kind = self.schema.node(node).map_or(NodeKind::Leaf, |row| row.kind());
                self.data(node, &(defaults.data)(rows, kind))
            }
            (None, _) => Ok(()),
        }
    }

    /// Whether the conditions of a node of the configuration, and those of the containers without presence around it,
    /// allow it (RFC 7950 section 7.6.1).
    fn applies(&self, node: NodeIndex) -> bool {
        let tree = self.store.tree();
        let mut at = node;
        while let Some(row) = self.schema.node(at).filter(|row| row.is_config()) {
            if !rules::is_applicable(&tree, at, &self.keys) {
                return false;
            }
            at = row.parent;
            let loose = |row: &Node| row.kind() == NodeKind::Container && !row.flags.has(Flags::PRESENCE);
            if !self.schema.node(at).is_some_and(loose) {
                break;
            }
        }
        true
    }

    fn data(&mut self, node: NodeIndex, data: &Data) -> Walked {
        match data {
            Data::Leaf(value) => self.value(node, value),
            Data::LeafList(values) => {
                self.enter(node, Part::LeafList, true)?;
                for value in values {
                    self.sink.value(node, value)?;
                }
                self.leave()
            }
            Data::Any(cbor) => {
                self.flush()?;
                self.sink.any(node, cbor)
            }
            Data::Container(_) | Data::List(_) => Ok(()),
        }
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Walked {
        self.flush()?;
        self.sink.value(node, value)
    }

    /// Opens a part: at once when it exists by itself, else when its first descendant comes.
    fn enter(&mut self, node: NodeIndex, part: Part, at_once: bool) -> Walked {
        self.pending.push((node, part));
        if at_once { self.flush() } else { Ok(()) }
    }

    fn leave(&mut self) -> Walked {
        match self.pending.pop() {
            Some(_) => Ok(()),
            None => self.sink.leave(),
        }
    }

    fn flush(&mut self) -> Walked {
        self.found = true;
        for (node, part) in self.pending.drain(..) {
            self.sink.enter(node, part)?;
        }
        Ok(())
    }

    /// Where the keys that the walk is in hold the value of a key leaf.
    fn key_place(&self, key: NodeIndex) -> Option<usize> {
        let list = self.schema.node(key)?.parent;
        let own = self.schema.list(list)?.keys.iter().position(|name| *name == key)?;
        Some(self.store.ancestor_key_count(list) + own)
    }
}

/// Never read back over any protocol.
fn is_hidden(flags: Flags) -> bool {
    flags.has(Flags::WRITE_ONLY) || flags.has(Flags::BOOTSTRAP_ONLY)
}

/// Whether a state node is set by the board through its handle: it, or a state node above it, is marked so.
fn is_pushed(schema: &Schema, node: NodeIndex) -> bool {
    schema.path(node).filter_map(|step| schema.node(step)).any(|row| !row.is_config() && row.flags.has(Flags::PUSHED))
}

/// Whether there are state nodes below a node, operations aside.
fn has_state(schema: &Schema, node: NodeIndex) -> bool {
    schema.children(node).any(|child| {
        schema.node(child).is_some_and(|row| match row.kind() {
            NodeKind::Leaf | NodeKind::LeafList | NodeKind::Anydata | NodeKind::Anyxml => !row.is_config(),
            NodeKind::Container | NodeKind::List => !row.is_config() || has_state(schema, child),
            _ => false,
        })
    })
}

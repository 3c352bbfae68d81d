//! What stands at a path, as a sorted list of values with their paths: the sink of the datastore's walk.

use alloc::vec::Vec;
use core::convert::Infallible;

use super::target::Target;
use super::{Error, Path};
use crate::board::Board;
use crate::datastore::{ContentFilter, Datastore, DefaultsFilter, Filter, ReadError};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Part, Sink, Value};

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) path: Path,
    pub(super) node: NodeIndex,
    pub(super) value: Value,
}

/// Reads all values at a path that can be read, in the order of their paths.
pub(super) fn collect(
    store: &Datastore,
    board: &mut dyn Board,
    path: Path,
    target: &Target,
) -> Result<Vec<Entry>, Error> {
    let filter = Filter { content: ContentFilter::All, defaults: DefaultsFilter::ReportAll };
    let mut collector = Collector { schema: store.schema(), base: path, open: Vec::new(), found: Vec::new() };
    match store.read(board, &target.at, filter, &mut collector) {
        Ok(_) => {}
        Err(ReadError::Fault(fault)) => return Err(Error::Fault(fault)),
        Err(ReadError::Sink(never)) => match never {},
    }
    let mut found = collector.found;
    found.sort_by_key(|entry| entry.path);
    Ok(found)
}

struct Collector {
    schema: &'static Schema,
    base: Path,
    open: Vec<Open>,
    found: Vec<Entry>,
}

/// A part that is open: what was found in it so far begins at a place, since its key may come late.
struct Open {
    node: NodeIndex,
    is_entry: bool,
    start: usize,
    key: Option<u16>,
}

impl Collector {
    /// The path of a leaf, as far as it is known when it comes.
    fn place(&self, node: NodeIndex) -> Option<Path> {
        let schema = self.schema;
        let parent = schema.node(node)?.parent;
        let object = schema.object(self.base.object)?;
        let single = schema.list(object.node).is_none();
        let instance = self.base.instance.or(single.then_some(0)).or(Some(0));
        let of = |node| schema.resources.iter().find(|row| row.object == object.id && row.node == node);
        let path = Path { object: object.id, instance, resource: None, resource_instance: None };
        if let Some(resource) = of(node) {
            return Some(Path { resource: Some(resource.id), ..path });
        }
        let resource = of(parent)?;
        Some(Path { resource: Some(resource.id), resource_instance: self.base.resource_instance.or(Some(0)), ..path })
    }
}

impl Sink for Collector {
    type Error = Infallible;

    fn enter(&mut self, node: NodeIndex, part: Part) -> Result<(), Infallible> {
        let start = self.found.len();
        self.open.push(Open { node, is_entry: part == Part::Entry, start, key: None });
        Ok(())
    }

    fn value(&mut self, node: NodeIndex, value: &Value) -> Result<(), Infallible> {
        let row = self.schema.node(node);
        if row.is_some_and(|row| row.flags.has(Flags::KEY)) {
            if let (Some(open), Value::Unsigned(id)) = (self.open.last_mut(), value) {
                open.key = u16::try_from(*id).ok();
            }
        } else if row.is_some_and(|row| row.kind() == NodeKind::Leaf)
            && let Some(path) = self.place(node)
        {
            self.found.push(Entry { path, node, value: value.clone() });
        }
        Ok(())
    }

    fn any(&mut self, _: NodeIndex, _: &[u8]) -> Result<(), Infallible> {
        Ok(())
    }

    fn leave(&mut self) -> Result<(), Infallible> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let Some(key) = open.key.filter(|_| open.is_entry) else { return Ok(()) };
        let is_object = self.schema.object(self.base.object).is_some_and(|object| object.node == open.node);
        for entry in self.found.iter_mut().skip(open.start) {
            if is_object {
                entry.path.instance = Some(key);
            } else {
                entry.path.resource_instance = Some(key);
            }
        }
        Ok(())
    }
}

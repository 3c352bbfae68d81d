//! Walking a payload by its schema (RFC 9254 section 4): what every node must be, and what no entry may be twice.
//!
//! Nothing is allocated for a node: two stacks serve the whole payload, and keys are kept as the places where they
//! stand. Read [`Walk::content`] first.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::decode::{Allowed, content_of, place};
use super::error::{Error, Reason};
use super::head::major;
use super::reader::{Reader, unexpected};
use super::scalar::{read_leaf, read_typed};
use super::visit::Visit;
use super::{any, tag};
use crate::schema::{Flags, List, Node, NodeIndex, NodeKind, Schema, Type};
use crate::value::{Lent, Order, Part, Value, text};

/// A key that is not there.
const MISSING: usize = usize::MAX;

pub(super) struct Walk<'s, 'r, 'a, V> {
    schema: &'s Schema,
    allowed: Allowed,
    reader: &'r mut Reader<'a>,
    visitor: &'r mut V,
    /// The members of every map that is open, in the order in which they came.
    members: Vec<NodeIndex>,
    /// Where the keys of the entries of every list that is open stand, entry by entry; the values of a leaf-list.
    keys: Vec<usize>,
}

impl<'s, 'r, 'a, V: Visit> Walk<'s, 'r, 'a, V> {
    pub(super) fn new(
        schema: &'s Schema,
        allowed: Allowed,
        reader: &'r mut Reader<'a>,
        visitor: &'r mut V,
    ) -> Walk<'s, 'r, 'a, V> {
        Walk { schema, allowed, reader, visitor, members: Vec::new(), keys: Vec::new() }
    }

    /// Reads the members of a map into `within`. Of an entry, the last places of `keys` are for its keys.
    pub(super) fn content(
        &mut self,
        node: NodeIndex,
        reference: i64,
        list: Option<&'static List>,
        within: &mut V::Open,
    ) -> Result<(), Error> {
        let mut members = self.reader.map()?;
        let first = self.members.len();
        let mut next = match node {
            NodeIndex::ROOT => 0,
            NodeIndex(node) => node.saturating_add(1),
        };
        while members.more(self.reader)? {
            let start = self.reader.position();
            let (child, row, reference) = self.key(node, next, reference)?;
            next = row.end;
            self.member(node, (child, row), start, first).map_err(|error| error.within(child))?;
            if let Some(list) = list {
                self.keep_key(list, child);
            }
            self.value(child, row, reference, within).map_err(|error| error.within(child))?;
        }
        self.members.truncate(first);
        Ok(())
    }

    /// Whether a member may stand where it does; a map has each once.
    #[cfg_attr(feature = "std", inline(always))]
    fn member(
        &mut self,
        node: NodeIndex,
        (child, row): (NodeIndex, &Node),
        start: usize,
        first: usize,
    ) -> Result<(), Error> {
        if row.parent != node || !row.is_config() || row.kind() as u8 > NodeKind::Anyxml as u8 {
            place(self.schema, self.allowed, node, child).map_err(|reason| Error::new(start, reason))?;
        }
        let before = self.members.get(first..).unwrap_or_default();
        // in the order of the tables, which is that of our own output, nothing comes twice
        if before.last().is_some_and(|last| *last >= child) && before.contains(&child) {
            return Err(Error::new(start, Reason::DuplicateKey));
        }
        self.members.push(child);
        Ok(())
    }

    #[cfg_attr(feature = "std", inline(always))]
    fn keep_key(&mut self, list: &'static List, key: NodeIndex) {
        let first = self.keys.len().saturating_sub(list.keys.len());
        let place = list.keys.iter().position(|own| *own == key);
        if let Some(slot) = place.and_then(|place| self.keys.get_mut(first + place)) {
            *slot = self.reader.position();
        }
    }

    /// The node that a key stands for, and the SID to which deltas in its value are relative: the node's own, or 0
    /// below a name (RFC 9254 section 3.2). `next` is the node that comes next in the order of the tables.
    #[cfg_attr(feature = "std", inline(always))]
    fn key(&mut self, parent: NodeIndex, next: u16, reference: i64) -> Result<(NodeIndex, &'static Node, i64), Error> {
        let start = self.reader.position();
        let head = self.reader.head()?;
        let sid = match (head.whole(), head.major()) {
            // RFC 9595 section 3: a SID has 63 bits; what is beyond is none
            (Some(delta), _) => delta.to_i64().map_or(i64::MAX, |delta| delta.saturating_add(reference)),
            (None, major::TEXT) => {
                let name = self.reader.text_behind(start, head)?;
                let found = text::by_name(self.schema)
                    .and_then(|names| (names.child)(self.schema, parent, &name, self.allowed == Allowed::Any));
                let found = found.and_then(|node| Some((node, self.schema.node(node)?, 0)));
                return found.ok_or_else(|| Error::new(start, Reason::UnknownName));
            }
            (None, major::TAG) if head.argument == tag::SID => {
                i64::try_from(self.reader.unsigned()?).unwrap_or(i64::MAX)
            }
            _ => return Err(unexpected(start, head, "a SID or a name")),
        };
        let found = u32::try_from(sid).ok().and_then(|sid| self.by_sid(sid, next));
        let (node, row) = found.ok_or_else(|| Error::new(start, Reason::UnknownSid(sid)))?;
        Ok((node, row, sid))
    }

    /// The node with this SID, most likely the next or one of few behind it.
    #[cfg_attr(feature = "std", inline(always))]
    fn by_sid(&self, sid: u32, mut next: u16) -> Option<(NodeIndex, &'static Node)> {
        for _ in 0..4 {
            let Some(row) = self.schema.node(NodeIndex(next)) else { break };
            // 0 is a node without
            if row.sid == sid && sid != 0 {
                return Some((NodeIndex(next), row));
            }
            next = row.end;
        }
        let node = self.schema.node_by_sid(sid)?;
        Some((node, self.schema.node(node)?))
    }

    /// Reads what stands beside the key of a node.
    pub(super) fn value(
        &mut self,
        node: NodeIndex,
        row: &'static Node,
        reference: i64,
        within: &mut V::Open,
    ) -> Result<(), Error> {
        let start = self.reader.position();
        let part = match row.kind() {
            NodeKind::Leaf => {
                let mut value = Lent::Value(Value::Empty);
                read_typed(self.schema, node, row, self.reader, &mut value)?;
                self.visitor.value(within, node, value);
                return Ok(());
            }
            NodeKind::Anydata | NodeKind::Anyxml => {
                let cbor = any::read(self.schema, node, reference, self.reader)?;
                self.visitor.any(within, node, cbor);
                return Ok(());
            }
            NodeKind::LeafList => Part::LeafList,
            NodeKind::List => Part::List,
            _ => Part::Container,
        };
        let mut open = self.visitor.enter(node, part);
        match part {
            Part::LeafList => self.leaf_list(node, row, &mut open)?,
            Part::List => {
                let list = self.schema.list(node).ok_or_else(|| Error::new(start, Reason::Misplaced(node)))?;
                let sorted = self.allowed != Allowed::Any && !row.flags.has(Flags::USER_ORDERED);
                self.list(node, list, sorted, reference, &mut open)?;
            }
            // readings 17: deltas count from the rpc or action
            _ => match content_of(self.schema, node, self.allowed) {
                Some(part) => self.content(part, reference, None, &mut open)?,
                None => return Err(Error::new(start, Reason::Misplaced(node))),
            },
        }
        self.visitor.leave(within, node, open);
        Ok(())
    }

    fn leaf_list(&mut self, node: NodeIndex, row: &'static Node, open: &mut V::Open) -> Result<(), Error> {
        let start = self.reader.position();
        let first = self.keys.len();
        let mut order = None;
        let mut items = self.reader.array()?;
        while items.more(self.reader)? {
            let at = self.reader.position();
            let mut value = Lent::Value(Value::Empty);
            read_typed(self.schema, node, row, self.reader, &mut value)?;
            // RFC 7950 section 7.7: values of configuration are unique
            if row.is_config() {
                self.keys.push(at);
                if self.comes_twice(&[node], first, &mut order) {
                    let error = Error::new(start, Reason::DuplicateEntry);
                    return Err(error.within_entry(node, Some(Vec::from([value.into_value()]))));
                }
            }
            self.visitor.value(open, node, value);
        }
        self.keys.truncate(first);
        Ok(())
    }

    fn list(
        &mut self,
        node: NodeIndex,
        list: &'static List,
        sorted: bool,
        reference: i64,
        open: &mut V::Open,
    ) -> Result<(), Error> {
        let first = self.keys.len();
        let mut order = None;
        let mut count = 0;
        let mut items = self.reader.array()?;
        while items.more(self.reader)? {
            let start = self.reader.position();
            count += 1;
            let mut entry = self.visitor.enter(node, Part::Entry);
            self.entry(node, list, &[], Some(count), reference, &mut entry)?;
            if !list.keys.is_empty() && self.comes_twice(list.keys, first, &mut order) {
                let keys = self.entry_keys(list, &[]);
                return Err(Error::new(start, Reason::DuplicateEntry).within_entry(node, keys));
            }
            self.visitor.leave(open, node, entry);
        }
        if let Some(order) = order.filter(|_| sorted) {
            self.visitor.sort(open, &order.sorted());
        }
        self.keys.truncate(first);
        Ok(())
    }

    /// Reads an entry; its keys are the last of `keys` then.
    pub(super) fn entry(
        &mut self,
        node: NodeIndex,
        list: &'static List,
        known: &[Value],
        position: Option<u64>,
        reference: i64,
        entry: &mut V::Open,
    ) -> Result<(), Error> {
        let start = self.reader.position();
        self.keys.extend(list.keys.iter().map(|_| MISSING));
        let read = self.content(node, reference, Some(list), entry);
        read.and_then(|()| self.complete_keys(node, list, known, start, entry)).map_err(|error| {
            let keys = match position {
                Some(position) if list.keys.is_empty() => Some(Vec::from([Value::Unsigned(position)])),
                None if list.keys.is_empty() => Some(known.to_vec()),
                _ => self.entry_keys(list, known),
            };
            error.within_entry(node, keys)
        })
    }

    /// Every key is in the entry or known from its identifier; where it is both, it is the same (readings 15).
    fn complete_keys(
        &mut self,
        node: NodeIndex,
        list: &'static List,
        known: &[Value],
        start: usize,
        entry: &mut V::Open,
    ) -> Result<(), Error> {
        let first = self.keys.len().saturating_sub(list.keys.len());
        for (place, key) in list.keys.iter().enumerate() {
            match (self.keys.get(first + place), known.get(place)) {
                (Some(&MISSING), Some(known)) => self.visitor.value(entry, *key, Lent::Value(known.clone())),
                (Some(&MISSING), None) => return Err(Error::new(start, Reason::MissingKey(*key)).within(node)),
                (Some(own), Some(known)) if self.at(*key, *own).is_some_and(|own| own.into_value() != *known) => {
                    return Err(Error::new(*own, Reason::KeyMismatch(*key)).within(*key));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The keys of the last entry, where all are known.
    #[cold]
    fn entry_keys(&self, list: &'static List, known: &[Value]) -> Option<Vec<Value>> {
        let mut keys = known.get(..list.keys.len().min(known.len())).unwrap_or(known).to_vec();
        let first = self.keys.len().checked_sub(list.keys.len())?;
        for (place, key) in list.keys.iter().enumerate().skip(keys.len()) {
            keys.push(self.at(*key, *self.keys.get(first + place)?)?.into_value());
        }
        Some(keys)
    }

    /// The value of a key that was read at this place.
    fn at(&self, key: NodeIndex, position: usize) -> Option<Lent<'a>> {
        read_leaf(self.schema, key, &mut self.reader.at(position)).ok()
    }

    /// The order of two values of a key.
    fn compare(&self, key: NodeIndex, own: usize, other: usize) -> Ordering {
        // most keys are short strings
        if let (Some(own), Some(other)) = (self.reader.short_text_at(own), self.reader.short_text_at(other))
            && matches!(self.schema.type_of(key), Some(Type::String { .. }))
        {
            return own.cmp(other);
        }
        match (self.at(key, own), self.at(key, other)) {
            (Some(own), Some(other)) => own.compare(other),
            (own, other) => own.is_some().cmp(&other.is_some()),
        }
    }

    /// Whether the last entry has the keys of one before it. As long as entries come in their order it is compared with
    /// the one before it alone; from the first that does not on, `order` holds all.
    fn comes_twice(&self, nodes: &[NodeIndex], first: usize, order: &mut Option<Order>) -> bool {
        let count = (self.keys.len() - first) / nodes.len().max(1);
        let Some(last) = count.checked_sub(1) else { return false };
        let compare = |entry: usize, other: usize| {
            for (place, node) in nodes.iter().enumerate() {
                let at = |entry: usize| self.keys.get(first + entry * nodes.len() + place).copied().unwrap_or(MISSING);
                let ordering = self.compare(*node, at(entry), at(other));
                if ordering.is_ne() {
                    return ordering;
                }
            }
            Ordering::Equal
        };
        if order.is_none() {
            if last == 0 || compare(last, last - 1).is_gt() {
                return false;
            }
            let mut all = Order::default();
            for entry in 0..last {
                all.add(&mut |other| compare(entry, other));
            }
            *order = Some(all);
        }
        order.as_mut().is_some_and(|order| order.add(&mut |other| compare(last, other)).is_some())
    }
}

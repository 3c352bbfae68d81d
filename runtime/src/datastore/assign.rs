//! How an edit breaks a replacement down into writes: by a walk over what stands there and what shall.

use alloc::vec::Vec;

use super::edit::Edit;
use super::error::at;
use super::{EditError, Found, Reason, tree, validate};
use crate::schema::{Flags, NodeIndex, NodeKind};
use crate::value::{Content, Data, Entries, Places, Value};

impl Edit<'_> {
    /// Makes `node`, below the instance with these keys, what `new` says. `force` removes what the requester can't
    /// read, too.
    pub(super) fn assign(
        &mut self,
        node: NodeIndex,
        keys: &mut Vec<Value>,
        new: Option<&Data>,
        force: bool,
    ) -> Result<(), EditError> {
        let schema = self.store.schema;
        let Some(row) = schema.node(node) else { return Err(at(node, keys, Reason::UnknownElement)) };
        if !row.is_config() {
            return match new {
                Some(_) => Err(at(node, keys, Reason::StateNode)),
                None => Ok(()),
            };
        }
        match (row.kind(), new) {
            (NodeKind::Container, None) => {
                if tree::find(schema, &self.store.content, node, keys).is_none() {
                    return Ok(());
                }
                self.clear_children(node, keys, force)?;
                let left = tree::find(schema, &self.store.content, node, keys);
                match left {
                    Some(Found::Data(Data::Container(left))) if left.is_empty() => {
                        self.drop_state(node, keys)?;
                        self.write(node, keys, None, None)
                    }
                    _ => Ok(()),
                }
            }
            (NodeKind::Container, Some(Data::Container(content))) => {
                if row.flags.has(Flags::PRESENCE) || !content.is_empty() {
                    self.choose(node, keys)?;
                }
                self.ensure_one(node, keys)?;
                self.assign_children(node, keys, content, force)
            }
            (NodeKind::List, None) => {
                for own in self.store.entry_keys(node, keys) {
                    self.assign_one(node, keys, &own, None, force)?;
                }
                Ok(())
            }
            (NodeKind::List, Some(Data::List(entries))) => self.assign_list(node, keys, entries, force),
            (NodeKind::Leaf, None | Some(Data::Leaf(_)))
            | (NodeKind::LeafList, None | Some(Data::LeafList(_)))
            | (NodeKind::Anydata | NodeKind::Anyxml, None | Some(Data::Any(_))) => {
                self.assign_value(node, keys, row.flags, new, force)
            }
            _ => Err(at(node, keys, Reason::InvalidDatatype)),
        }
    }

    /// A leaf, leaf-list, anydata or anyxml of the right kind.
    fn assign_value(
        &mut self,
        node: NodeIndex,
        keys: &[Value],
        flags: Flags,
        new: Option<&Data>,
        force: bool,
    ) -> Result<(), EditError> {
        let schema = self.store.schema;
        let new = new.filter(|data| !matches!(data, Data::LeafList(values) if values.is_empty()));
        let old = match tree::find(schema, &self.store.content, node, keys) {
            Some(Found::Data(old)) => Some(old),
            _ => None,
        };
        if old == new {
            return if new.is_some() { self.choose(node, keys) } else { Ok(()) };
        }
        match new {
            None if self.is_kept(flags) && !force => return Ok(()),
            None => {}
            Some(_) if !self.may_write(flags) => return Err(at(node, keys, Reason::NotWritable)),
            Some(data) => {
                for value in data.values() {
                    validate::check_type(schema, node, value, node, keys)?;
                }
                validate::check_duplicates(node, keys, data.values())?;
                self.choose(node, keys)?;
            }
        }
        self.write(node, keys, new.cloned(), None)
    }

    /// The content of a container or entry, or of the root; key leafs are dealt with already.
    pub(super) fn assign_children(
        &mut self,
        parent: NodeIndex,
        keys: &mut Vec<Value>,
        content: &Content,
        force: bool,
    ) -> Result<(), EditError> {
        let schema = self.store.schema;
        for child in self.children_of(parent, keys) {
            if content.child(child).is_none() {
                self.assign(child, keys, None, force)?;
            }
        }
        for (child, data) in content.iter() {
            match schema.node(child) {
                Some(row) if row.parent == parent && row.flags.has(Flags::KEY) => {}
                Some(row) if row.parent == parent => self.assign(child, keys, Some(data), force)?,
                _ => return Err(at(child, keys, Reason::UnknownElement)),
            }
        }
        Ok(())
    }

    fn clear_children(&mut self, parent: NodeIndex, keys: &mut Vec<Value>, force: bool) -> Result<(), EditError> {
        for child in self.children_of(parent, keys) {
            self.assign(child, keys, None, force)?;
        }
        Ok(())
    }

    /// The children of a stored instance that are no keys.
    pub(super) fn children_of(&self, parent: NodeIndex, keys: &[Value]) -> Vec<NodeIndex> {
        let schema = self.store.schema;
        let content = match tree::find(schema, &self.store.content, parent, keys) {
            Some(Found::Entry(content) | Found::Data(Data::Container(content))) => content,
            _ => return Vec::new(),
        };
        content
            .iter()
            .map(|(child, _)| child)
            .filter(|child| schema.node(*child).is_some_and(|row| !row.flags.has(Flags::KEY)))
            .collect()
    }

    fn assign_list(
        &mut self,
        list: NodeIndex,
        keys: &mut Vec<Value>,
        entries: &Entries,
        force: bool,
    ) -> Result<(), EditError> {
        let mut wanted = Vec::with_capacity(entries.len());
        for entry in entries.iter() {
            wanted.push(self.own_keys(list, keys, entry)?);
        }
        let mut set = Places::new();
        for own in &wanted {
            if !set.add((list, own, None)) {
                return Err(at(list, keys, Reason::DuplicateEntry));
            }
        }
        for own in self.store.entry_keys(list, keys) {
            if !set.has((list, &own, None)) {
                self.assign_one(list, keys, &own, None, force)?;
            }
        }
        if !wanted.is_empty() {
            self.choose(list, keys)?;
        }
        for (own, entry) in wanted.iter().zip(entries.iter()) {
            self.assign_one(list, keys, own, Some(entry), force)?;
        }
        if !tree::is_sorted(self.store.schema, list)
            && let Some(user_order) = self.parts.user_order
        {
            (user_order.arrange)(self, list, keys, &wanted);
        }
        Ok(())
    }

    /// The entry with these keys of its own.
    fn assign_one(
        &mut self,
        list: NodeIndex,
        keys: &mut Vec<Value>,
        own: &[Value],
        new: Option<&Content>,
        force: bool,
    ) -> Result<(), EditError> {
        let above = keys.len();
        keys.extend_from_slice(own);
        let done = self.assign_entry(list, keys, new, force);
        keys.truncate(above);
        done
    }

    /// One entry; the keys end with its own.
    pub(super) fn assign_entry(
        &mut self,
        list: NodeIndex,
        keys: &mut Vec<Value>,
        new: Option<&Content>,
        force: bool,
    ) -> Result<(), EditError> {
        let schema = self.store.schema;
        let names = schema.list(list).map_or(&[][..], |list| list.keys);
        let Some(content) = new else {
            self.clear_children(list, keys, force)?;
            return if self.children_of(list, keys).is_empty() {
                self.drop_state(list, keys)?;
                self.write(list, keys, None, None)
            } else {
                Ok(())
            };
        };
        let above = keys.len().saturating_sub(names.len());
        for (key, own) in names.iter().zip(keys.iter().skip(above)) {
            match content.child(*key) {
                Some(Data::Leaf(value)) if value == own => {}
                None => {}
                Some(_) => return Err(at(list, keys, Reason::KeyMismatch)),
            }
        }
        self.ensure_one(list, keys)?;
        self.assign_children(list, keys, content, force)
    }

    /// Adds one entry to a leaf-list, or takes it out.
    pub(super) fn set_value(
        &mut self,
        node: NodeIndex,
        keys: &mut Vec<Value>,
        value: &Value,
        present: bool,
    ) -> Result<(), EditError> {
        let mut values = match tree::find(self.store.schema, &self.store.content, node, keys) {
            Some(Found::Data(Data::LeafList(values))) => values.clone(),
            _ => Vec::new(),
        };
        match (values.iter().position(|own| own == value), present) {
            (Some(place), false) => drop(values.remove(place)),
            (None, true) => values.push(value.clone()),
            _ => return Ok(()),
        }
        self.assign(node, keys, Some(&Data::LeafList(values)), true)
    }
}

//! The content of inputs, outputs and notifications: checked like a datastore's (RFC 7950 section 8.1), with defaults
//! filled in for the board.
//!
//! A leafref with `require-instance` to configuration must find it in the datastore; one into the content itself, or
//! to state, is not followed.

use alloc::vec::Vec;

use super::error::at;
use super::validate::{self, Only, Targets, check_leaf, check_scope, check_unique};
use super::{Datastore, EditError, Reason};
use crate::schema::{Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, InstanceIdentifier, Value};

impl Datastore {
    /// Checks the content of an input, output or notification.
    ///
    /// # Errors
    /// The first rule that is broken, at its node below `node`.
    pub fn check_operation(&self, node: &InstanceIdentifier, content: &Content) -> Result<(), EditError> {
        let mut targets = Targets::default();
        self.check_below(&mut targets, node.node, &mut node.keys.clone(), content, true)
    }

    fn check_below<'a>(
        &'a self,
        targets: &mut Targets<'a>,
        node: NodeIndex,
        keys: &mut Vec<Value>,
        content: &Content,
        scope: bool,
    ) -> Result<(), EditError> {
        let schema = self.schema;
        self.check_cases(keys, content)?;
        if scope {
            check_scope(schema, content, node, keys, Only::Operation)?;
        }
        for (child, data) in content.iter() {
            let row = schema.node(child).filter(|row| row.parent == node);
            let row = row.ok_or_else(|| at(child, keys, Reason::UnknownElement))?;
            match (row.kind(), data) {
                (NodeKind::Leaf, Data::Leaf(_)) | (NodeKind::LeafList, Data::LeafList(_)) => {
                    for value in data.values() {
                        validate::check_type(schema, child, value, child, keys)?;
                    }
                    check_leaf(self, targets, child, keys, data)?;
                }
                (NodeKind::Container, Data::Container(inner)) => {
                    self.check_below(targets, child, keys, inner, row.flags.has(Flags::PRESENCE))?;
                }
                (NodeKind::List, Data::List(entries)) => {
                    check_unique(schema, child, entries, keys)?;
                    let names = schema.list(child).map_or(&[][..], |list| list.keys);
                    for (place, entry) in (1_u64..).zip(entries.iter()) {
                        let above = keys.len();
                        if names.is_empty() {
                            keys.push(Value::Unsigned(place));
                        }
                        keys.append(&mut entry.leafs(names));
                        if keys.len() - above < names.len() {
                            keys.truncate(above);
                            return Err(at(child, keys, Reason::MissingKey));
                        }
                        self.check_below(targets, child, keys, entry, true)?;
                        keys.truncate(above);
                    }
                }
                (NodeKind::Anydata | NodeKind::Anyxml, Data::Any(_)) => {}
                _ => return Err(at(child, keys, Reason::InvalidDatatype)),
            }
        }
        Ok(())
    }

    /// No two cases of one choice, nested ones included.
    fn check_cases(&self, keys: &[Value], content: &Content) -> Result<(), EditError> {
        let schema = self.schema;
        let mut chosen: Vec<(crate::schema::ChoiceIndex, u16)> = Vec::new();
        for (child, _) in content.iter() {
            let mut around = schema.case_of(child).map(|member| (member.choice, member.case));
            while let Some((choice, case)) = around {
                match chosen.iter().find(|(own, _)| *own == choice) {
                    Some((_, own)) if *own != case => return Err(at(child, keys, Reason::BadElement)),
                    Some(_) => {}
                    None => chosen.push((choice, case)),
                }
                around = schema.choice(choice).and_then(|row| row.within);
            }
        }
        Ok(())
    }
}

/// Fills the defaults in use into the content of `node` (RFC 7950 section 7.6.1).
pub fn fill_defaults(schema: &Schema, node: NodeIndex, content: &mut Content) {
    for child in schema.children(node) {
        let Some(row) = schema.node(child) else { continue };
        if !super::read::case_in_use(schema, Some(content), child) {
            continue;
        }
        let values = || schema.defaults(child).iter().map(|row| Value::from_literal(&row.value));
        match (row.kind(), content.child_mut(child)) {
            (NodeKind::Leaf, None) => {
                if let Some(value) = values().next() {
                    content.insert(child, Data::Leaf(value));
                }
            }
            (NodeKind::LeafList, None) if !schema.defaults(child).is_empty() => {
                content.insert(child, Data::LeafList(values().collect()));
            }
            (NodeKind::Container, Some(Data::Container(inner))) => fill_defaults(schema, child, inner),
            (NodeKind::Container, None) if !row.flags.has(Flags::PRESENCE) => {
                let mut inner = Content::new();
                fill_defaults(schema, child, &mut inner);
                if !inner.is_empty() {
                    content.insert(child, Data::Container(inner));
                }
            }
            (NodeKind::List, Some(Data::List(entries))) => {
                for place in 0..entries.len() {
                    if let Some(entry) = entries.at_mut(place) {
                        fill_defaults(schema, child, entry);
                    }
                }
            }
            _ => {}
        }
    }
}

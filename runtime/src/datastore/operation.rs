//! The content of inputs, outputs and notifications: checked like a datastore's (RFC 7950 section 8.1), with defaults
//! filled in for the board.
//!
//! A leafref with `require-instance` to configuration must find it in the datastore; one into the content itself, or
//! to state, is not followed.

use alloc::vec::Vec;

use super::choice::choices;
use super::error::at;
use super::references::Targets;
use super::validate::{self, Only, check_scope};
use super::xpath::Tree;
use super::{Datastore, EditError, Reason, rules};
use crate::schema::{Flags, NodeIndex, NodeKind};
use crate::value::{Content, Data, InstanceIdentifier, Value};

impl Datastore {
    /// Checks the content of an input, output or notification.
    ///
    /// # Errors
    /// The first rule that is broken, at its node below `node`.
    pub fn check_operation(&self, node: &InstanceIdentifier, content: &Content) -> Result<(), EditError> {
        let mut targets = Targets::default();
        let tree = Tree { operation: Some((node, content)), ..self.tree() };
        self.check_below(&tree, &mut targets, node.node, &mut node.keys.clone(), content, true)?;
        rules::check_operation(&tree)
    }

    /// Fills the defaults in use into the content of an input, output or notification (RFC 7950 section 7.6.1): not those
    /// whose conditions do not hold.
    pub fn fill_defaults(&self, node: &InstanceIdentifier, content: &mut Content) {
        let Some(defaults) = self.parts.and_then(|parts| parts.defaults) else { return };
        if !rules::has_conditions(self.schema, node.node) {
            (defaults.fill)(self.schema, node, content, &|_, _| true);
            return;
        }
        // what is filled in changes no condition: it is seen without being there
        let before = content.clone();
        let tree = Tree { operation: Some((node, &before)), ..self.tree() };
        (defaults.fill)(self.schema, node, content, &|child, keys| rules::is_applicable(&tree, child, keys));
    }

    fn check_below<'a>(
        &'a self,
        tree: &Tree<'_>,
        targets: &mut Targets<'a>,
        node: NodeIndex,
        keys: &mut Vec<Value>,
        content: &Content,
        scope: bool,
    ) -> Result<(), EditError> {
        let schema = self.schema;
        if let Some(choices) = choices(schema) {
            (choices.cases)(schema, keys, content)?;
        }
        if scope {
            check_scope(tree, content, node, keys, Only::Operation)?;
        }
        for (child, data) in content.iter() {
            let row = schema.node(child).filter(|row| row.parent == node);
            let row = row.ok_or_else(|| at(child, keys, Reason::UnknownElement))?;
            for check in self.parts.iter().flat_map(|parts| parts.checks()) {
                (check.content)(self, targets, child, keys, data)?;
            }
            match (row.kind(), data) {
                (NodeKind::Leaf, Data::Leaf(_)) | (NodeKind::LeafList, Data::LeafList(_)) => {
                    for value in data.values() {
                        validate::check_type(schema, child, value, child, keys)?;
                    }
                }
                (NodeKind::Container, Data::Container(inner)) => {
                    self.check_below(tree, targets, child, keys, inner, row.flags.has(Flags::PRESENCE))?;
                }
                (NodeKind::List, Data::List(entries)) => {
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
                        self.check_below(tree, targets, child, keys, entry, true)?;
                        keys.truncate(above);
                    }
                }
                (NodeKind::Anydata | NodeKind::Anyxml, Data::Any(_)) => {}
                _ => return Err(at(child, keys, Reason::InvalidDatatype)),
            }
        }
        Ok(())
    }
}

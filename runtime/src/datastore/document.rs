//! A whole document, checked as the device checks what it is asked to store: by the same rules and the same evaluator,
//! but all of them, over all of it. `comi validate` stands on this.
//!
//! Read [`check_document`] first.

use alloc::vec::Vec;

use super::choice::check_mandatory;
use super::error::at;
use super::references::{self, Targets};
use super::validate::{Only, check_child, check_duplicates, check_scope, check_type};
use super::xpath::Tree;
use super::{EditError, Reason, rules, tree, unique};
use crate::schema::{Choice, ChoiceIndex, Flags, NodeIndex, NodeKind, Schema};
use crate::value::{Content, Data, Value};

/// What a document holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// Configuration alone: a state node in it is an error.
    Config,
    /// Configuration and state.
    Data,
}

/// Everything that is wrong with a document, at most as many errors as asked for. Its lists stand in the order in
/// which a datastore keeps them: [`put_in_order`].
#[must_use]
pub fn check_document(schema: &'static Schema, content: &Content, document: Document, most: usize) -> Vec<EditError> {
    let tree = Tree { schema, root: content, operation: None };
    let mut walk = Walk { tree: &tree, document, most, errors: Vec::new(), keys: Vec::new(), in_structure: false };
    walk.top(content);
    let mut targets = Targets::new();
    walk.below(&mut targets, NodeIndex::ROOT, content);
    let Walk { mut errors, .. } = walk;
    rules::check_all(&tree, document == Document::Config, &mut |error| {
        errors.push(error);
        errors.len() < most
    });
    errors.truncate(most);
    errors
}

/// Brings the entries of lists that are `ordered-by system` into the order of their keys, in which a datastore keeps them
/// and looks them up.
pub fn put_in_order(schema: &Schema, content: &mut Content) {
    for (node, data) in content.iter_mut() {
        match data {
            Data::Container(inner) => put_in_order(schema, inner),
            Data::List(entries) => {
                if let Some(list) = schema.list(node).filter(|_| tree::is_sorted(schema, node)) {
                    entries.sort(list);
                }
                for place in 0..entries.len() {
                    if let Some(entry) = entries.at_mut(place) {
                        put_in_order(schema, entry);
                    }
                }
            }
            _ => {}
        }
    }
}

struct Walk<'w> {
    tree: &'w Tree<'w>,
    document: Document,
    most: usize,
    errors: Vec<EditError>,
    /// The keys of the instance at hand.
    keys: Vec<Value>,
    /// Whether it stands in a structure, which is neither configuration nor state.
    in_structure: bool,
}

impl<'w> Walk<'w> {
    fn note(&mut self, done: Result<(), EditError>) {
        if let Err(error) = done
            && self.errors.len() < self.most
        {
            self.errors.push(error);
        }
    }

    fn only(&self) -> Only {
        match self.document {
            Document::Config if !self.in_structure => Only::Config,
            _ => Only::Operation,
        }
    }

    /// What must stand at the top. What the engine answers itself is in no document.
    fn top(&mut self, content: &Content) {
        let schema = self.tree.schema;
        for child in schema.children(NodeIndex::ROOT) {
            let engine = schema.module_of(child).is_some_and(|module| module.name == "ietf-yang-library");
            let wanted = self.document == Document::Data || schema.node(child).is_some_and(|row| row.is_config());
            if wanted && (!engine || content.child(child).is_some()) {
                let checked = check_child(self.tree, content, child, &[], self.only());
                self.note(checked);
            }
        }
        let data = self.document == Document::Data;
        let shown = |node: &NodeIndex| data || schema.node(*node).is_some_and(|row| row.is_config());
        let of_root = |choice: &&Choice| {
            choice.parent == NodeIndex::ROOT && choice.mandatory && choice.cases.iter().copied().flatten().any(shown)
        };
        for choice in schema.choices.iter().filter(of_root) {
            let checked = check_mandatory(schema, content, choice, &[]);
            self.note(checked);
        }
    }

    fn below(&mut self, targets: &mut Targets<'w>, parent: NodeIndex, content: &'w Content) {
        let schema = self.tree.schema;
        self.cases(content);
        for (child, data) in content.iter() {
            let Some(row) = schema.node(child).filter(|row| row.parent == parent) else {
                self.note(Err(at(child, &self.keys, Reason::UnknownElement)));
                continue;
            };
            let structure = row.kind() == NodeKind::Structure;
            if self.document == Document::Config && !row.is_config() && !structure && !self.in_structure {
                self.note(Err(at(child, &self.keys, Reason::StateNode)));
                continue;
            }
            match (row.kind(), data) {
                (NodeKind::Leaf, Data::Leaf(_)) | (NodeKind::LeafList, Data::LeafList(_)) => {
                    for value in data.values() {
                        let checked = check_type(schema, child, value, child, &self.keys);
                        self.note(checked);
                    }
                    // RFC 7950 section 7.7: entries of a leaf-list that is state may be equal
                    if row.is_config() {
                        let checked = check_duplicates(child, &self.keys, data.values());
                        self.note(checked);
                    }
                    let checked = references::check(self.tree, targets, child, &self.keys, data);
                    self.note(checked);
                }
                (NodeKind::Container, Data::Container(inner)) => {
                    if row.flags.has(Flags::PRESENCE) {
                        let checked = check_scope(self.tree, inner, child, &self.keys, self.only());
                        self.note(checked);
                    }
                    self.below(targets, child, inner);
                }
                // RFC 8791 section 2: a structure is there or not, with all that is mandatory in it
                (NodeKind::Structure, Data::Container(inner)) => {
                    let checked = check_scope(self.tree, inner, child, &self.keys, Only::Operation);
                    self.note(checked);
                    self.in_structure = true;
                    self.below(targets, child, inner);
                    self.in_structure = false;
                }
                (NodeKind::List, Data::List(entries)) => {
                    let checked = unique::check(schema, child, entries, &self.keys);
                    self.note(checked);
                    let names = schema.list(child).map_or(&[][..], |list| list.keys);
                    for (place, entry) in (1_u64..).zip(entries.iter()) {
                        let above = self.keys.len();
                        if names.is_empty() {
                            self.keys.push(Value::Unsigned(place));
                        }
                        self.keys.append(&mut entry.leafs(names));
                        let checked = check_scope(self.tree, entry, child, &self.keys, self.only());
                        self.note(checked);
                        self.below(targets, child, entry);
                        self.keys.truncate(above);
                    }
                }
                (NodeKind::Anydata | NodeKind::Anyxml, Data::Any(_)) => {}
                _ => self.note(Err(at(child, &self.keys, Reason::InvalidDatatype))),
            }
        }
    }

    /// No two cases of one choice, nested ones included (RFC 7950 section 8.1).
    fn cases(&mut self, content: &Content) {
        let schema = self.tree.schema;
        let mut chosen: Vec<(ChoiceIndex, u16)> = Vec::new();
        for (child, _) in content.iter() {
            let mut around = schema.case_of(child).map(|member| (member.choice, member.case));
            while let Some((choice, case)) = around {
                match chosen.iter().find(|(own, _)| *own == choice) {
                    Some((_, own)) if *own != case => self.note(Err(at(child, &self.keys, Reason::BadElement))),
                    Some(_) => {}
                    None => chosen.push((choice, case)),
                }
                around = schema.choice(choice).and_then(|row| row.within);
            }
        }
    }
}

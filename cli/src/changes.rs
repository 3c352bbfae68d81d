//! What differs between two states of a datastore, node by node: for edits, for comparing, for watching.
//!
//! A change is as small as an iPATCH item can be: a leaf, a whole leaf-list, an entry that comes or goes. A list whose
//! user-made order differs is one change. Read [`between`] first.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use comi_runtime::json::{self, Style};
use comi_runtime::schema::{Flags, NodeIndex, NodeKind, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, Entries, InstanceIdentifier, Value};

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) at: InstanceIdentifier,
    pub(crate) old: Option<Data>,
    pub(crate) new: Option<Data>,
}

/// What makes the one state of a datastore the other. A leaf that is not there is equal to its default.
pub(crate) fn between(schema: &'static Schema, old: &Content, new: &Content) -> Vec<Change> {
    let mut comparison = Comparison { schema, with_defaults: false, changes: Vec::new() };
    comparison.content(old, new, &[]);
    comparison.changes
}

/// The same of one node; a leaf that is not there is not equal to its default.
pub(crate) fn at(
    schema: &'static Schema,
    node: &InstanceIdentifier,
    old: Option<&Data>,
    new: Option<&Data>,
) -> Vec<Change> {
    let mut comparison = Comparison { schema, with_defaults: true, changes: Vec::new() };
    match (old, new) {
        (Some(Data::Container(old)), Some(Data::Container(new))) => comparison.content(old, new, &node.keys),
        (old, new) => comparison.node(node.node, old, new, &node.keys),
    }
    comparison.changes
}

struct Comparison {
    schema: &'static Schema,
    /// Whether a default that comes or goes is a change.
    with_defaults: bool,
    changes: Vec<Change>,
}

impl Comparison {
    fn content(&mut self, old: &Content, new: &Content, keys: &[Value]) {
        for (node, data) in old.iter() {
            self.node(node, Some(data), new.child(node), keys);
        }
        for (node, data) in new.iter().filter(|(node, _)| old.child(*node).is_none()) {
            self.node(node, None, Some(data), keys);
        }
    }

    fn node(&mut self, node: NodeIndex, old: Option<&Data>, new: Option<&Data>, keys: &[Value]) {
        if old == new {
            return;
        }
        let presence = self.schema.node(node).is_some_and(|row| row.flags.has(Flags::PRESENCE) && row.is_config());
        match (old, new) {
            (Some(Data::Container(old)), Some(Data::Container(new))) => self.content(old, new, keys),
            (None, Some(Data::Container(new))) if !presence => self.content(&Content::new(), new, keys),
            (Some(Data::Container(old)), None) if !presence => self.content(old, &Content::new(), keys),
            (Some(Data::List(old)), Some(Data::List(new))) => self.list(node, old, new, keys),
            (None, Some(Data::List(new))) => self.list(node, &Entries::new(), new, keys),
            (Some(Data::List(old)), None) => self.list(node, old, &Entries::new(), keys),
            (Some(one), None) | (None, Some(one)) if !self.with_defaults && is_default(self.schema, node, one) => {}
            (old, new) => self.note(node, keys.to_vec(), old.cloned(), new.cloned()),
        }
    }

    fn list(&mut self, node: NodeIndex, old: &Entries, new: &Entries, keys: &[Value]) {
        let Some(list) = self.schema.list(node) else { return };
        let user_ordered = self.schema.node(node).is_some_and(|row| row.flags.has(Flags::USER_ORDERED));
        let known = |entries: &Entries, other: &Entries| -> Vec<Vec<Value>> {
            let other: BTreeSet<Vec<Value>> = other.iter().map(|entry| entry.leafs(list.keys)).collect();
            entries.iter().map(|entry| entry.leafs(list.keys)).filter(|own| other.contains(own)).collect()
        };
        let whole = |entries: &Entries| (!entries.is_empty()).then(|| Data::List(entries.clone()));
        if list.keys.is_empty() || user_ordered && known(old, new) != known(new, old) {
            self.note(node, keys.to_vec(), whole(old), whole(new));
            return;
        }
        let place = |entries: &Entries, own: &[Value]| entries.find(list, !user_ordered, own).ok();
        for entry in old.iter() {
            let own = entry.leafs(list.keys);
            let at = [keys, &own].concat();
            match place(new, &own).and_then(|place| new.at(place)) {
                Some(other) => self.content(entry, other, &at),
                None => self.note(node, at, Some(Data::Container(entry.clone())), None),
            }
        }
        for entry in new.iter() {
            let own = entry.leafs(list.keys);
            if place(old, &own).is_none() {
                self.note(node, [keys, &own].concat(), None, Some(Data::Container(entry.clone())));
            }
        }
    }

    fn note(&mut self, node: NodeIndex, keys: Vec<Value>, old: Option<Data>, new: Option<Data>) {
        self.changes.push(Change { at: InstanceIdentifier { node, keys }, old, new });
    }
}

/// Whether this is what stands there when nothing does.
fn is_default(schema: &Schema, node: NodeIndex, data: &Data) -> bool {
    let (defaults, values) = (schema.defaults(node), data.values());
    !defaults.is_empty()
        && defaults.len() == values.len()
        && values.iter().zip(defaults).all(|(value, default)| value.equals_literal(&default.value))
}

/// A value in a line.
pub(crate) fn line(schema: &'static Schema, node: NodeIndex, data: &Data) -> String {
    let bare = match data {
        Data::Leaf(value) => text::print(schema, node, value).ok().filter(|text| !text.is_empty()),
        _ => None,
    };
    bare.unwrap_or_else(|| {
        json::to_string(schema, node, data, Style::Compact).unwrap_or_else(|error| format!("({error})"))
    })
}

/// As a diff has it: a line for what goes, one for what comes.
pub(crate) fn render(schema: &'static Schema, changes: &[Change]) -> String {
    let mut lines = String::new();
    for Change { at, old, new } in changes {
        let path = text::print_path(schema, at, PathForm::Uri);
        for (sign, data) in [('-', old), ('+', new)] {
            if let Some(data) = data {
                let _ = writeln!(lines, "{sign} {path} {}", line(schema, at.node, data));
            }
        }
    }
    lines
}

/// The data in a datastore's content at a node; `None` where nothing stands. One entry is a container.
pub(crate) fn find(schema: &Schema, root: &Content, at: &InstanceIdentifier) -> Option<Data> {
    if at.node == NodeIndex::ROOT {
        return Some(Data::Container(root.clone()));
    }
    let mut content = root;
    let mut rest = at.keys.as_slice();
    for step in schema.path(at.node) {
        let data = content.child(step)?;
        let count = schema.entry_key_count(step);
        let is_last = step == at.node;
        if is_last && rest.is_empty() {
            return Some(data.clone());
        }
        let (own, further) = rest.split_at_checked(count)?;
        rest = further;
        content = match data {
            Data::Container(inner) => inner,
            Data::List(entries) => {
                let sorted = schema.node(step).is_some_and(|row| !row.flags.has(Flags::USER_ORDERED));
                entries.at(entries.find(schema.list(step)?, sorted, own).ok()?)?
            }
            Data::LeafList(values) if values.contains(own.first()?) => {
                return Some(Data::LeafList(own.to_vec()));
            }
            _ => return None,
        };
        if is_last && schema.node(step).is_some_and(|row| row.kind() == NodeKind::List) {
            return Some(Data::Container(content.clone()));
        }
    }
    None
}

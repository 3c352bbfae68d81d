//! Which nodes get a row, with which SID, in which order.

use std::collections::{HashMap, HashSet};

use comi_runtime::schema::{MAX_DEPTH, NodeIndex};
use comi_sid::{Namespace, Registry};

use super::Choices;
use super::paths::source_name;
use crate::diagnostic::Diagnostic;
use crate::schema::compiled::{ModuleId, NodeId, NodeKind, Schema};
use crate::sid_items::sid_path;
use crate::source::SourceMap;

/// A row to be.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) id: NodeId,
    pub(crate) sid: u32,
    pub(crate) parent: Option<NodeIndex>,
    /// One past the last row of the subtree.
    pub(crate) end: u16,
    /// Whether it is, or is within, an rpc, action, notification or structure.
    pub(crate) in_message: bool,
}

/// All rows in preorder.
#[derive(Debug)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    index: HashMap<NodeId, NodeIndex>,
}

impl Rows {
    /// The row of a compiled node.
    pub(crate) fn index_of(&self, id: NodeId) -> Option<NodeIndex> {
        self.index.get(&id).copied()
    }

    pub(super) fn by_sid(&self) -> Vec<NodeIndex> {
        let with_sid = self.rows.iter().filter(|row| row.sid != 0);
        let mut pairs: Vec<_> = with_sid.filter_map(|row| Some((row.sid, self.index_of(row.id)?))).collect();
        pairs.sort_unstable();
        pairs.into_iter().map(|(_, node)| node).collect()
    }

    pub(super) fn into_origins(self) -> (Vec<NodeId>, HashMap<NodeId, NodeIndex>) {
        (self.rows.into_iter().map(|row| row.id).collect(), self.index)
    }
}

/// The nodes below `children` that have rows: choices and cases are looked through.
pub(super) fn data_children(schema: &Schema, children: &[NodeId], without: &HashSet<NodeId>, found: &mut Vec<NodeId>) {
    for id in children {
        let Some(node) = schema.node(*id).filter(|_| !without.contains(id)) else { continue };
        match node.kind {
            NodeKind::Choice | NodeKind::Case => data_children(schema, &node.children, without, found),
            _ => found.push(*id),
        }
    }
}

struct Arranger<'a> {
    schema: &'a Schema,
    sources: &'a SourceMap,
    sids: &'a Registry,
    without: &'a HashSet<NodeId>,
    rows: Rows,
    /// Of each module: nodes without SID, with their identifiers.
    missing: HashMap<ModuleId, Vec<(NodeId, String)>>,
    diagnostics: &'a mut Vec<Diagnostic>,
    /// Said once: the schema is full, or too deep.
    full: bool,
}

pub(super) fn arrange(
    schema: &Schema,
    sources: &SourceMap,
    sids: &Registry,
    choices: &Choices,
    diagnostics: &mut Vec<Diagnostic>,
) -> Rows {
    let without = &choices.without;
    let rows = Rows { rows: Vec::new(), index: HashMap::new() };
    let mut arranger =
        Arranger { schema, sources, sids, without, rows, missing: HashMap::new(), diagnostics, full: false };
    let mut roots = Vec::new();
    for module in schema.modules.iter().filter(|module| module.implemented) {
        data_children(schema, &module.roots, without, &mut roots);
    }
    let mut top: Vec<(NodeId, u32)> = roots.into_iter().map(|id| arranger.identify(id)).collect();
    top.sort_by_key(|(_, sid)| (*sid == 0, *sid));
    for (id, sid) in top {
        arranger.place(id, sid, None, 1);
    }
    if !choices.without_sids {
        arranger.report_missing();
    }
    arranger.rows
}

impl Arranger<'_> {
    /// The SID of a node; 0 where it has none.
    fn identify(&mut self, id: NodeId) -> (NodeId, u32) {
        let Some(node) = self.schema.node(id) else { return (id, 0) };
        let module = self.schema.module(node.module).map_or("", |module| module.name.as_str());
        let identifier = sid_path(self.schema, id);
        let Some(sid) = self.sids.sid(module, Namespace::Data, &identifier) else {
            // A published file may lack the items of empty input and output nodes; `rc:yang-data` never has one.
            if !matches!(node.kind, NodeKind::Input | NodeKind::Output) && !identifier.is_empty() {
                self.missing.entry(node.module).or_default().push((id, identifier));
            }
            return (id, 0);
        };
        let sid = u32::try_from(sid.number()).unwrap_or_else(|_| {
            let message = format!("the SID {sid} of {identifier} does not fit into 32 bits");
            let help = "a device holds SIDs up to 4294967295: move the module by `comi sid relocate`";
            self.diagnostics.push(Diagnostic::error(message).at(node.span, "").help(help));
            0
        });
        (id, sid)
    }

    fn place(&mut self, id: NodeId, sid: u32, parent: Option<NodeIndex>, depth: usize) {
        let Some(node) = self.schema.node(id) else { return };
        if self.full {
            return;
        }
        let index = u16::try_from(self.rows.rows.len()).ok().filter(|index| *index != NodeIndex::ROOT.0);
        let Some(index) = index.map(NodeIndex) else {
            let identifier = sid_path(self.schema, id);
            let message = format!("the schema has more than 65535 nodes; {identifier} is the first one too many");
            let help = "leave modules, features or nodes (`Config::without`) out of this device";
            self.diagnostics.push(Diagnostic::error(message).at(node.span, "").help(help));
            self.full = true;
            return;
        };
        if depth > MAX_DEPTH {
            let identifier = sid_path(self.schema, id);
            let message = format!("{identifier} is deeper than {MAX_DEPTH} nodes, which is all that a device follows");
            self.diagnostics.push(Diagnostic::error(message).at(node.span, ""));
            return;
        }
        let message =
            matches!(node.kind, NodeKind::Action | NodeKind::Notification | NodeKind::Rpc | NodeKind::Structure);
        let above = parent.and_then(|parent| self.rows.rows.get(parent.get()));
        let in_message = message || above.is_some_and(|row| row.in_message);
        self.rows.rows.push(Row { id, sid, parent, end: 0, in_message });
        self.rows.index.insert(id, index);

        let mut children = Vec::new();
        data_children(self.schema, &node.children, self.without, &mut children);
        let mut children: Vec<_> = children.into_iter().map(|child| self.identify(child)).collect();
        children.sort_by_key(|(child, child_sid)| {
            let module = self.schema.node(*child).map(|child| child.module);
            sibling_order(sid, *child_sid, module == Some(node.module))
        });
        for (child, child_sid) in children {
            self.place(child, child_sid, Some(index), depth + 1);
        }
        let end = u16::try_from(self.rows.rows.len()).unwrap_or(u16::MAX);
        if let Some(row) = self.rows.rows.get_mut(index.get()) {
            row.end = end;
        }
    }

    /// One error for each module that lacks SIDs.
    fn report_missing(&mut self) {
        let mut missing: Vec<_> = self.missing.drain().collect();
        missing.sort_by_key(|(module, _)| *module);
        for (module, nodes) in missing {
            let (Some(module), Some((first, identifier))) = (self.schema.module(module), nodes.first()) else {
                continue;
            };
            let Some(node) = self.schema.node(*first) else { continue };
            let message = match nodes.len() {
                1 => format!("{identifier} has no SID"),
                count => format!("{count} nodes of {} have no SID, the first is {identifier}", module.name),
            };
            let file = source_name(self.sources, module);
            let diagnostic = Diagnostic::error(message).at(node.span, "no SID").rule("RFC 9595 section 3");
            self.diagnostics.push(diagnostic.help(format!("run `comi sid update {file}`")));
        }
    }
}

/// The order of siblings: that of their encoded map keys (RFC 8949 section 4.2.1). Deltas from the parent's SID come
/// first, 0, 1, 2, … then -1, -2, …; nodes of other modules follow with tag 47 and their own SID.
fn sibling_order(parent: u32, sid: u32, same_module: bool) -> (u8, i64) {
    let (parent, sid) = (i64::from(parent), i64::from(sid));
    match sid {
        0 => (3, 0),
        _ if !same_module => (2, sid),
        _ if sid >= parent => (0, sid - parent),
        _ => (1, parent - sid),
    }
}

#[cfg(test)]
mod tests {
    use super::sibling_order;

    #[test]
    fn siblings_stand_in_the_order_of_their_encoded_keys() {
        let mut siblings =
            vec![(99, true), (1500, false), (101, true), (98, true), (0, true), (130, true), (1400, false)];
        siblings.sort_by_key(|(sid, same)| sibling_order(100, *sid, *same));
        let sids: Vec<u32> = siblings.into_iter().map(|(sid, _)| sid).collect();
        assert_eq!(sids, [101, 130, 99, 98, 1400, 1500, 0]);
    }
}

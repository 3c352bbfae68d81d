//! Choices and cases, folded into tables beside the nodes.

use comi_runtime::schema::{CaseMember, Choice, ChoiceIndex, NodeIndex};

use super::{Names, Rows, leak};
use crate::schema::compiled::{Node, NodeId, NodeKind, Schema};

#[derive(Default)]
pub(super) struct ChoiceTables {
    pub(super) choices: Vec<Choice>,
    /// Sorted by node.
    pub(super) members: Vec<CaseMember>,
    /// The mandatory choices with conditions, their own or of what they stand in.
    pub(super) conditional: Vec<(ChoiceIndex, NodeId)>,
}

pub(super) fn lower(schema: &Schema, rows: &Rows, names: &mut Names) -> ChoiceTables {
    let mut folding = Folding { schema, rows, names, tables: ChoiceTables::default() };
    for module in schema.modules.iter().filter(|module| module.implemented) {
        folding.children(&module.roots, NodeIndex::ROOT, None);
    }
    for row in &rows.rows {
        if let (Some(node), Some(index)) = (schema.node(row.id), rows.index_of(row.id)) {
            folding.children(&node.children, index, None);
        }
    }
    folding.tables.members.sort_by_key(|member| member.node);
    folding.tables
}

struct Folding<'a> {
    schema: &'a Schema,
    rows: &'a Rows,
    names: &'a mut Names,
    tables: ChoiceTables,
}

impl Folding<'_> {
    /// Folds the choices among `children`; gives back the data nodes that stand there, nested choices included.
    fn children(
        &mut self,
        children: &[NodeId],
        parent: NodeIndex,
        within: Option<(ChoiceIndex, u16)>,
    ) -> Vec<NodeIndex> {
        let mut found = Vec::new();
        for id in children {
            let Some(node) = self.schema.node(*id) else { continue };
            if node.kind == NodeKind::Choice {
                found.extend(self.choice(*id, node, parent, within));
            } else if let Some(index) = self.rows.index_of(*id) {
                found.push(index);
                if let Some((choice, case)) = within {
                    self.tables.members.push(CaseMember { node: index, choice, case });
                }
            }
        }
        found.sort_unstable();
        found
    }

    fn choice(
        &mut self,
        id: NodeId,
        node: &Node,
        parent: NodeIndex,
        within: Option<(ChoiceIndex, u16)>,
    ) -> Vec<NodeIndex> {
        let place = self.tables.choices.len();
        let index = ChoiceIndex(u16::try_from(place).unwrap_or(u16::MAX));
        let default_case = node.default_case.and_then(|id| node.children.iter().position(|case| *case == id));
        let parent_of = |node: &Node| node.parent.and_then(|parent| self.schema.node(parent));
        let around = std::iter::successors(Some(node), |node| parent_of(node));
        let conditional = around
            .take_while(|node| matches!(node.kind, NodeKind::Case | NodeKind::Choice))
            .any(|node| !node.whens.is_empty());
        if node.mandatory && conditional {
            self.tables.conditional.push((index, id));
        }
        self.tables.choices.push(Choice {
            name: self.names.intern(&node.name),
            parent,
            within,
            // that of a choice with a condition is a rule
            mandatory: node.mandatory && !conditional,
            default_case: default_case.and_then(|case| u16::try_from(case).ok()),
            cases: &[],
        });
        let mut all = Vec::new();
        let mut cases = Vec::new();
        for (number, case) in (0..=u16::MAX).zip(&node.children) {
            // A case of one node may be written without `case`; the compiler may keep it so.
            let nodes = match self.schema.node(*case) {
                Some(inner) if inner.kind == NodeKind::Case => {
                    self.children(&inner.children, parent, Some((index, number)))
                }
                _ => self.children(&[*case], parent, Some((index, number))),
            };
            all.extend(nodes.iter().copied());
            cases.push(leak(nodes));
        }
        if let Some(choice) = self.tables.choices.get_mut(place) {
            choice.cases = leak(cases);
        }
        all
    }
}

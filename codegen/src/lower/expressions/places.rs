//! Where an expression can lead, as rows of the tables: which nodes a name means, and which of them are in the same
//! instance of what with the context.

use std::collections::BTreeSet;

use comi_runtime::schema::{Axis, NodeIndex, NodeKind, Schema};

/// Rows that a node-set may have instances of.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) at: BTreeSet<Place>,
    /// Whether it may hold any other node too.
    pub(super) anything: bool,
    pub(super) shape: Shape,
}

/// A row that an expression has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) row: NodeIndex,
    /// A row above, or it, of which the context and this are in one instance. No leaf.
    pub(super) anchor: NodeIndex,
    /// The text of a leaf.
    pub(super) text: bool,
}

/// What is known of the order in which a walk meets nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) enum Shape {
    /// At most one node.
    One,
    /// Each once, none within another.
    Flat,
    /// Each once.
    Distinct,
    /// Some perhaps twice.
    #[default]
    Repeating,
}

impl Shape {
    /// What a step makes of it.
    pub(super) fn after(self, axis: Axis) -> Shape {
        match (self, axis) {
            (shape, Axis::Itself) => shape,
            (Shape::One, Axis::Parent) => Shape::One,
            (Shape::One, Axis::Child | Axis::FollowingSibling | Axis::PrecedingSibling) => Shape::Flat,
            (Shape::One, _) => Shape::Distinct,
            (Shape::Flat, Axis::Child) => Shape::Flat,
            (Shape::Flat, Axis::Descendant | Axis::DescendantOrSelf) => Shape::Distinct,
            // a node is the child of one node
            (Shape::Distinct, Axis::Child) => Shape::Distinct,
            _ => Shape::Repeating,
        }
    }
}

/// The data tree as one expression sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    pub(super) schema: &'static Schema,
    /// Configuration alone.
    pub(super) config: bool,
    /// The input, output, notification or structure that the expression stands in.
    pub(super) side: Option<NodeIndex>,
}

impl View {
    /// The node above in the data tree: parameters stand in their operation.
    pub(super) fn parent(&self, row: NodeIndex) -> NodeIndex {
        let parent = self.schema.node(row).map_or(NodeIndex::ROOT, |row| row.parent);
        self.owner(parent)
    }

    /// The operation of an input or output; another node itself.
    pub(super) fn owner(&self, row: NodeIndex) -> NodeIndex {
        match self.schema.node(row) {
            Some(own) if matches!(own.kind(), NodeKind::Input | NodeKind::Output) => own.parent,
            _ => row,
        }
    }

    fn shows(&self, row: NodeIndex) -> bool {
        let Some(own) = self.schema.node(row) else { return false };
        match own.kind() {
            NodeKind::Action | NodeKind::Notification | NodeKind::Rpc => {
                self.side.is_some_and(|side| self.owner(side) == row)
            }
            NodeKind::Structure => self.side == Some(row),
            _ => !self.config || own.is_config(),
        }
    }

    /// The data nodes right below.
    pub(super) fn children(&self, row: NodeIndex) -> Vec<NodeIndex> {
        let holder = match (self.side, self.schema.node(row).map(|row| row.kind())) {
            (Some(side), _) if self.owner(side) == row => side,
            (_, Some(NodeKind::Action | NodeKind::Notification | NodeKind::Rpc)) => return Vec::new(),
            _ => row,
        };
        self.schema.children(holder).filter(|child| self.shows(*child)).collect()
    }

    /// The higher of an anchor and a row that was gone up to.
    pub(super) fn raise(&self, anchor: NodeIndex, row: NodeIndex) -> NodeIndex {
        if self.schema.is_within(anchor, row) || row == NodeIndex::ROOT { row } else { anchor }
    }

    /// A row, or the one above where it is a leaf.
    pub(super) fn anchor(&self, row: NodeIndex) -> NodeIndex {
        match self.schema.node(row).map(|row| row.kind()) {
            Some(NodeKind::Anydata | NodeKind::Anyxml | NodeKind::Leaf | NodeKind::LeafList) => self.parent(row),
            _ => row,
        }
    }

    /// Where an axis leads from a place, as far as `takes` allows.
    pub(super) fn walk(
        &self,
        from: Place,
        axis: Axis,
        takes: &dyn Fn(Place) -> bool,
        to: &mut BTreeSet<Place>,
        work: &mut usize,
    ) {
        let mut add = |place: Place| {
            *work += 1;
            if takes(place) {
                to.insert(place);
            }
        };
        let up = |place: Place| {
            if place.text {
                return Place { text: false, ..place };
            }
            let row = self.parent(place.row);
            Place { row, anchor: self.raise(place.anchor, row), text: false }
        };
        match axis {
            Axis::Itself => add(from),
            Axis::Parent if from.row != NodeIndex::ROOT => add(up(from)),
            Axis::Parent => {}
            Axis::Ancestor | Axis::AncestorOrSelf => {
                let mut at = from;
                if axis == Axis::AncestorOrSelf {
                    add(at);
                }
                while at.row != NodeIndex::ROOT {
                    at = up(at);
                    add(at);
                }
            }
            Axis::Child => self.below(from, false, &mut add),
            Axis::Descendant => self.below(from, true, &mut add),
            Axis::DescendantOrSelf => {
                add(from);
                self.below(from, true, &mut add);
            }
            Axis::FollowingSibling | Axis::PrecedingSibling => {
                if from.row != NodeIndex::ROOT && !from.text {
                    self.below(up(from), false, &mut add);
                }
            }
            Axis::Following | Axis::Preceding => {
                let root = Place { row: NodeIndex::ROOT, anchor: NodeIndex::ROOT, text: false };
                self.below(root, true, &mut add);
            }
        }
    }

    fn below(&self, from: Place, all: bool, add: &mut dyn FnMut(Place)) {
        let leaf = self.schema.node(from.row).is_some_and(|row| row.type_index().is_some());
        if leaf && !from.text {
            add(Place { text: true, ..from });
        }
        if leaf {
            return;
        }
        for row in self.children(from.row) {
            let child = Place { row, ..from };
            add(child);
            if all {
                self.below(child, true, add);
            }
        }
    }
}

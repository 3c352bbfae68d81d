//! The evaluator of XPath: runs the program of [`Expressions`] over a tree of instances.
//!
//! `node` is a place in the tree, which lives on the stack as long as it is looked at; `walk` goes from there along an
//! axis, and knows what the accessible tree holds beside what is stored (RFC 7950 section 6.4.1: defaults in use, and
//! containers without presence); `evaluate` is operators and node-sets, `look_up` entries by their keys, `compare` is comparisons, `functions` and
//! `text` are the functions. Node-sets are walked, never built: allocated are strings that a function makes, and the
//! places seen where a set may lead to a node twice and that would count.
//!
//! What an evaluation may cost is a [`Budget`]; when it is spent, the walk ends and the answer means nothing.
//!
//! The data tree has no order of its own (RFC 7950 section 6.4): here, siblings stand in the order of the schema's
//! tables, entries in that of their list.
//!
//! Knows nothing of rules, edits and errors. Read [`Evaluator`] first.

mod compare;
mod evaluate;
mod functions;
mod look_up;
mod node;
mod text;
mod walk;

use core::cell::Cell;
use core::ops::ControlFlow;

pub(super) use node::{Item, Node};

use crate::schema::{Expressions, Schema};
use crate::value::{Content, InstanceIdentifier};

/// Whether a walk goes on.
pub(super) type Flow = ControlFlow<()>;

/// What is done with each node of a walk.
pub(super) type Visit<'v> = &'v mut dyn FnMut(&Node<'_>) -> Flow;

/// The data that expressions see.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Tree<'t> {
    /// Its schema.
    pub(in super::super) schema: &'t Schema,
    /// The datastore's content.
    pub(in super::super) root: &'t Content,
    /// The input, output or notification that is being checked, and its content.
    pub(in super::super) operation: Option<(&'t InstanceIdentifier, &'t Content)>,
}

/// How many steps are left.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<u32>,
    /// How many conditions of nodes wait for the conditions of others.
    waiting: Cell<u8>,
}

impl Budget {
    /// Conditions that wait for each other in a row; the compiler has refused circles.
    const MAX_WAITING: u8 = 8;

    pub(super) fn new(steps: u32) -> Budget {
        Budget { left: Cell::new(steps), waiting: Cell::new(0) }
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }

    fn spend(&self) -> Flow {
        self.spend_on(1)
    }

    /// As many steps: a string costs one a byte.
    fn spend_on(&self, steps: usize) -> Flow {
        let left = self.left.get().saturating_sub(u32::try_from(steps).unwrap_or(u32::MAX));
        self.left.set(left);
        if left == 0 { Flow::Break(()) } else { Flow::Continue(()) }
    }
}

/// Evaluates one expression for one context node.
#[derive(Clone, Copy)]
pub(super) struct Evaluator<'e> {
    pub(super) tree: &'e Tree<'e>,
    pub(super) expressions: &'static Expressions,
    pub(super) budget: &'e Budget,
    /// Whether it sees configuration alone.
    pub(super) config: bool,
    /// The node that the expression is evaluated for.
    pub(super) current: &'e Node<'e>,
}

/// Where a part of an expression is evaluated.
#[derive(Clone, Copy)]
struct Context<'c> {
    node: &'c Node<'c>,
    position: u32,
    size: u32,
}

impl Evaluator<'_> {
    /// The value of an expression as a boolean.
    pub(super) fn holds(&self, code: u16) -> bool {
        self.truth(code, &Context { node: self.current, position: 1, size: 1 })
    }

    /// Whether an expression leads to a leaf with the value of the context node.
    pub(super) fn finds_itself(&self, code: u16) -> bool {
        let mut found = false;
        let at = Context { node: self.current, position: 1, size: 1 };
        let _ = self.nodes(code, &at, &mut |node| {
            found = self.are_equal(self.current, node);
            if found { Flow::Break(()) } else { Flow::Continue(()) }
        });
        found
    }
}

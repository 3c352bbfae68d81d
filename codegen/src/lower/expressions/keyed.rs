//! Predicates that name an entry by its keys: `list[key = …]`. What they ask for is told beside the step, so that the
//! device looks the entry up instead of walking the whole list. The predicates stay, and are held against what was
//! found: only which entries they could take is told here.

use comi_runtime::schema::{Axis, Function, NodeIndex, Op, Operator, Test, Type};

use super::Lowering;
use crate::lower::leak;

impl Lowering<'_> {
    /// The values of a list's keys that the predicates of a step ask for, in the order of the `key` statement; `None`
    /// where they don't ask for all of them, or a value depends on the entry itself.
    pub(super) fn asked_keys(&self, axis: Axis, test: Test, predicates: &[u16]) -> Option<&'static [u16]> {
        let (Axis::Child, Test::Nodes([list])) = (axis, test) else { return None };
        let keys = self.tables.list(*list)?.keys;
        let mut asked: Vec<Option<u16>> = vec![None; keys.len()];
        // behind a predicate that counts, fewer entries would be counted
        for predicate in predicates.iter().take_while(|predicate| !self.counts(**predicate)) {
            let mut open = vec![*predicate];
            while let Some(code) = open.pop() {
                match self.code.get(usize::from(code))? {
                    Op::Binary { operator: Operator::And, left, right } => open.extend([*left, *right]),
                    Op::Binary { operator: Operator::Equal, left, right } => {
                        for (key, value) in [(*left, *right), (*right, *left)] {
                            let place = keys.iter().position(|own| self.is_child(key, *own));
                            if let Some(slot) = place.and_then(|place| asked.get_mut(place))
                                && self.is_fixed(value)
                            {
                                slot.get_or_insert(value);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        let known = keys.iter().all(|key| self.is_told_by_text(*key));
        let asked: Option<Vec<u16>> = asked.into_iter().collect();
        asked.filter(|asked| known && !asked.is_empty()).map(leak)
    }

    /// Whether two values of a leaf that read the same are the same, and can be read.
    fn is_told_by_text(&self, leaf: NodeIndex) -> bool {
        !matches!(
            self.tables.type_of(leaf),
            None | Some(
                Type::Float { .. } | Type::InstanceIdentifier { .. } | Type::Leafref { .. } | Type::Union { .. }
            )
        )
    }

    /// Whether an operation is this child of the context node.
    fn is_child(&self, code: u16, child: NodeIndex) -> bool {
        match self.code.get(usize::from(code)) {
            Some(Op::Step { from, axis: Axis::Child, test: Test::Nodes([row]), predicates: [], .. }) => {
                *row == child && matches!(self.code.get(usize::from(*from)), Some(Op::Context))
            }
            _ => false,
        }
    }

    /// Whether a node-set or string is the same whatever the context node is.
    fn is_fixed(&self, code: u16) -> bool {
        match self.code.get(usize::from(code)) {
            Some(Op::Current | Op::Root | Op::Text { .. }) => true,
            Some(Op::Step { from, .. } | Op::Filter { from, .. } | Op::Lookup { step: from, .. }) => {
                self.is_fixed(*from)
            }
            Some(Op::Call { function: Function::Deref, arguments: [from] }) => self.is_fixed(*from),
            _ => false,
        }
    }

    /// Whether a predicate may depend on where among the others a node stands.
    fn counts(&self, code: u16) -> bool {
        match self.code.get(usize::from(code)) {
            Some(Op::Binary { left, right, .. }) => self.counts(*left) || self.counts(*right),
            Some(Op::Call { function: Function::Last | Function::Position, .. }) => true,
            Some(Op::Call { arguments, .. }) => arguments.iter().any(|argument| self.counts(*argument)),
            Some(Op::ReMatch { text, .. }) => self.counts(*text),
            _ => false,
        }
    }
}

//! Entries that predicates ask for by their keys are looked up instead of looked for: `list[key = current()/../x]`.
//!
//! What is found is still held against the predicates, so that looking up may find too much, but never too little. Where
//! that can't be said, the list is walked. Read [`Evaluator::look_up`] first.

use alloc::vec::Vec;

use super::evaluate::Kind;
use super::{Context, Evaluator, Flow, Item, Node, Visit};
use crate::datastore::tree::is_sorted;
use crate::schema::{NodeIndex, Op, Test, Type};
use crate::value::{Data, Entries, Value, text};

impl Evaluator<'_> {
    /// The entries that a step leads to, of which the predicates ask for these keys.
    pub(super) fn look_up(&self, step: u16, keys: &[u16], at: &Context<'_>, visit: Visit<'_>) -> Flow {
        let Op::Step { from, axis, test, predicates, .. } = self.op(step) else { return Flow::Continue(()) };
        let Test::Nodes([list]) = test else { return self.nodes(step, at, visit) };
        // known when the first list is looked at: a path that leads nowhere asks for nothing
        let mut wanted: Option<Option<Vec<Vec<Value>>>> = None;
        self.nodes(*from, at, &mut |node| {
            let entries = match node.content().and_then(|content| content.child(*list)) {
                Some(Data::List(entries)) if self.is_seen(*list) => entries,
                _ => return Flow::Continue(()),
            };
            let wanted = wanted.get_or_insert_with(|| self.wanted(*list, keys, at));
            match wanted.as_deref().and_then(|wanted| self.places(*list, entries, wanted)) {
                Some(places) => {
                    let walk = |visit: Visit<'_>| {
                        for place in &places {
                            self.budget.spend()?;
                            let Some(entry) = entries.at(*place) else { continue };
                            let place = u32::try_from(*place).unwrap_or(u32::MAX);
                            visit(&Node { up: Some(node), row: *list, place, item: Item::Content(entry) })?;
                        }
                        Flow::Continue(())
                    };
                    self.filtered(&walk, predicates, visit)
                }
                None => self.filtered(&|visit| self.axis(node, *axis, *test, false, visit), predicates, visit),
            }
        })
    }

    /// Whether expressions see the instances of a list.
    fn is_seen(&self, list: NodeIndex) -> bool {
        !self.config || self.tree.schema.node(list).is_some_and(|row| row.is_config())
    }

    /// The values that each key may have; `None` where that can't be told.
    fn wanted(&self, list: NodeIndex, keys: &[u16], at: &Context<'_>) -> Option<Vec<Vec<Value>>> {
        let row = self.tree.schema.list(list)?;
        if row.keys.len() != keys.len() {
            return None;
        }
        row.keys.iter().zip(keys).map(|(key, code)| self.key_values(*key, *code, at)).collect()
    }

    fn key_values(&self, key: NodeIndex, code: u16, at: &Context<'_>) -> Option<Vec<Value>> {
        let ty = self.tree.schema.type_of(key)?;
        let mut values = Vec::new();
        match (self.op(code), self.kind(code)) {
            (Op::Text { identity: Some(identity), .. }, _) if matches!(ty, Type::Identityref { .. }) => {
                values.push(Value::Identityref(*identity));
            }
            (_, Kind::Text) => {
                let mut known = true;
                self.text(code, at, &mut |text| known = self.read_key(key, ty, text, &mut values));
                return known.then_some(values);
            }
            (_, Kind::Nodes) => {
                let mut known = true;
                let _ = self.nodes(code, at, &mut |node| {
                    known = self.key_value(key, ty, node, &mut values);
                    if known { Flow::Continue(()) } else { Flow::Break(()) }
                });
                return known.then_some(values);
            }
            _ => return None,
        }
        Some(values)
    }

    /// The key that reads as a node does; false where that can't be told.
    fn key_value(&self, key: NodeIndex, ty: &Type, node: &Node<'_>, values: &mut Vec<Value>) -> bool {
        if let Item::Value(value) = node.item {
            let same = matches!(
                (value.resolved(), ty),
                (Value::Boolean(_), Type::Boolean)
                    | (Value::Identityref(_), Type::Identityref { .. })
                    | (Value::Integer(_), Type::Integer { .. })
                    | (Value::String(_), Type::String { .. })
                    | (Value::Unsigned(_), Type::Unsigned { .. })
            );
            if same {
                values.push(value.resolved().clone());
                return true;
            }
        }
        let mut known = true;
        self.text_of(node, &mut |text| known = self.read_key(key, ty, text, values));
        known
    }

    fn read_key(&self, key: NodeIndex, ty: &Type, text: &str, values: &mut Vec<Value>) -> bool {
        // the names of identities have the prefixes of where they stand
        if matches!(ty, Type::Identityref { .. } | Type::InstanceIdentifier { .. } | Type::Union { .. }) {
            return false;
        }
        // what is no value of the key is that of no entry
        values.extend(text::parse(self.tree.schema, key, text));
        true
    }

    /// Where the entries with such keys stand, ascending; `None` where walking costs less.
    fn places(&self, list: NodeIndex, entries: &Entries, wanted: &[Vec<Value>]) -> Option<Vec<usize>> {
        let count = wanted.iter().try_fold(1_usize, |count, values| count.checked_mul(values.len()))?;
        if count > 1 && count > entries.len() / 4 {
            return None;
        }
        let row = self.tree.schema.list(list)?;
        let sorted = is_sorted(self.tree.schema, list);
        let mut places = Vec::new();
        for number in 0..count {
            let mut rest = number;
            let mut keys = Vec::with_capacity(wanted.len());
            for values in wanted {
                keys.extend(values.get(rest % values.len().max(1)).cloned());
                rest /= values.len().max(1);
            }
            if let Ok(place) = entries.find(row, sorted, &keys)
                && let Err(at) = places.binary_search(&place)
            {
                places.insert(at, place);
            }
        }
        Some(places)
    }
}

//! Choices and their cases (RFC 7950 section 7.9): a [part](super::parts) that falls away where the model has none.

use core::cmp::Ordering;

use alloc::vec::Vec;

use super::error::at;
use super::{Edit, EditError, Parts, Reason};
use crate::schema::{Choice, ChoiceIndex, NodeIndex, Schema};
use crate::value::{Content, Value, compare_keys};

/// What the rest of the room asks about choices.
#[derive(Debug)]
pub(super) struct Choices {
    /// Chooses the case that a node stands in.
    pub(super) choose: fn(&mut Edit<'_>, NodeIndex, &[Value]) -> Result<(), EditError>,
    /// Checks the mandatory choices of one instance; of configuration those among state nodes are none.
    pub(super) check: Check,
    /// No two cases of one choice, nested ones included.
    pub(super) cases: fn(&Schema, &[Value], &Content) -> Result<(), EditError>,
    /// Whether a node of the case that a node stands in exists, where it stands in one.
    pub(super) in_case: fn(&Schema, &Content, NodeIndex) -> bool,
    in_use: fn(&Schema, Option<&Content>, NodeIndex) -> bool,
}

type Check = fn(&Schema, &Content, NodeIndex, &[Value], bool) -> Result<(), EditError>;

pub(super) static CHOICES: Choices = Choices { choose, check, cases, in_case, in_use };

/// What a schema has for choices.
#[inline(never)]
pub(super) fn choices(schema: &Schema) -> Option<&'static Choices> {
    Parts::of(schema)?.choices
}

/// Whether the defaults of a node are in use as far as its choices go: one of its case's nodes exists, or none of any
/// case does and its case is the default one (RFC 7950 section 7.6.1).
pub(super) fn case_in_use(schema: &Schema, content: Option<&Content>, node: NodeIndex) -> bool {
    choices(schema).is_none_or(|choices| (choices.in_use)(schema, content, node))
}

/// The nodes of the cases beside the one that a node stands in go. A request that chooses two cases of one choice is
/// refused.
fn choose(edit: &mut Edit<'_>, node: NodeIndex, keys: &[Value]) -> Result<(), EditError> {
    let schema = edit.store.schema;
    let mut around = schema.case_of(node).map(|member| (member.choice, member.case));
    while let Some((choice, case)) = around {
        let chosen = &edit.chosen;
        let found = edit.chosen_order.add(&mut |at| match chosen.get(at) {
            Some((other, around, _)) => choice.cmp(other).then_with(|| compare_keys(keys, around)),
            None => Ordering::Less,
        });
        match found.and_then(|at| chosen.get(at)) {
            Some((_, _, chosen)) if *chosen != case => return Err(at(node, keys, Reason::BadElement)),
            Some(_) => {}
            None => edit.chosen.push((choice, keys.to_vec(), case)),
        }
        let Some(row) = schema.choice(choice) else { break };
        for (index, others) in row.cases.iter().enumerate() {
            if index != usize::from(case) {
                for other in *others {
                    edit.assign(*other, &mut keys.to_vec(), None, true)?;
                }
            }
        }
        around = row.within;
    }
    Ok(())
}

fn check(schema: &Schema, content: &Content, node: NodeIndex, keys: &[Value], config: bool) -> Result<(), EditError> {
    let is_config = |node: &NodeIndex| schema.node(*node).is_some_and(|row| row.is_config());
    let shown = |choice: &Choice| !config || choice.cases.iter().copied().flatten().any(is_config);
    let mut own = schema.choices.iter().filter(|choice| choice.parent == node && choice.mandatory && shown(choice));
    own.try_for_each(|choice| check_mandatory(schema, content, choice, keys))
}

fn in_case(schema: &Schema, content: &Content, node: NodeIndex) -> bool {
    let Some(member) = schema.case_of(node) else { return true };
    schema.choice(member.choice).is_some_and(|choice| case_exists(content, choice, member.case))
}

/// A node of a mandatory choice exists (RFC 7950 section 7.9.4).
pub(super) fn check_mandatory(
    schema: &Schema,
    content: &Content,
    choice: &Choice,
    keys: &[Value],
) -> Result<(), EditError> {
    let expected = match choice.within {
        None => true,
        Some((outer, case)) => schema.choice(outer).is_some_and(|outer| case_exists(content, outer, case)),
    };
    let exists = choice.cases.iter().any(|case| case.iter().any(|node| content.child(*node).is_some()));
    if expected && !exists {
        return Err(at(choice.parent, keys, Reason::MissingChoice));
    }
    Ok(())
}

/// Whether a node of a case exists.
fn case_exists(content: &Content, choice: &Choice, case: u16) -> bool {
    choice.cases.get(usize::from(case)).is_some_and(|nodes| nodes.iter().any(|node| content.child(*node).is_some()))
}

fn cases(schema: &Schema, keys: &[Value], content: &Content) -> Result<(), EditError> {
    let mut chosen: Vec<(ChoiceIndex, u16)> = Vec::new();
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

fn in_use(schema: &Schema, content: Option<&Content>, node: NodeIndex) -> bool {
    let Some(member) = schema.case_of(node) else { return true };
    is_case_in_use(schema, content, member.choice, member.case)
}

fn is_case_in_use(schema: &Schema, content: Option<&Content>, choice: ChoiceIndex, case: u16) -> bool {
    let Some(row) = schema.choice(choice) else { return true };
    let exists = |case| content.is_some_and(|content| case_exists(content, row, case));
    if exists(case) {
        return true;
    }
    let count = u16::try_from(row.cases.len()).unwrap_or(u16::MAX);
    row.default_case == Some(case)
        && !(0..count).any(exists)
        && row.within.is_none_or(|(outer, case)| is_case_in_use(schema, content, outer, case))
}

//! Random instances that hold `must` and `when`, too: made with the nodes that have one, checked by the evaluator that a
//! device runs, and mended by taking out what can't stay.
//!
//! Several are made of one seed, and the first is taken that lost little, else the largest. Read [`document`] first.

use anyhow::{Result, anyhow, bail};
use comi_codegen::sample::{Options, sample};
use comi_codegen::schema::compiled::{self, ModuleId};
use comi_runtime::cbor::Allowed;
use comi_runtime::datastore::{Document, EditError, Reason, check_document};
use comi_runtime::json::{self, Style};
use comi_runtime::schema::{Flags, NodeIndex, Schema};
use comi_runtime::value::text::{PathForm, print_path};
use comi_runtime::value::{Content, Data, InstanceIdentifier, Value, keys_of};

/// How many documents are made of one seed.
const ATTEMPTS: u64 = 8;
/// How often one is checked anew.
const ROUNDS: usize = 64;
/// How many errors are looked at between.
const MOST: usize = 100;

/// A document of `schema`, which knows its rules, as RFC 7951 JSON.
pub(super) fn document(
    schema: &'static Schema,
    compiled: &compiled::Schema,
    modules: &[ModuleId],
    options: &Options,
) -> Result<String> {
    let mut best = String::new();
    let mut refused = String::new();
    for attempt in 0..ATTEMPTS {
        let seed = options.seed ^ attempt.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let made = sample(compiled, modules, &Options { seed, unchecked: true, ..*options });
        // chance leaves out much
        if made == "{}" {
            continue;
        }
        match mended(schema, &made, options.config)? {
            Ok(valid) if valid.len() > made.len() / 4 * 3 => return Ok(valid),
            Ok(valid) if valid.len() > best.len() => best = valid,
            Ok(_) => {}
            Err(error) => refused = error,
        }
    }
    // what has neither, as far as that can be told without evaluating
    if best.is_empty() {
        let made = sample(compiled, modules, options);
        best = match mended(schema, &made, options.config)? {
            Ok(valid) => valid,
            Err(error) => bail!(
                "no document of this seed could be made valid: {}",
                if refused.is_empty() { error } else { refused }
            ),
        };
    }
    Ok(best)
}

/// The document without what can't stay; what is wrong with it where there is nothing to take out.
fn mended(schema: &'static Schema, made: &str, config: bool) -> Result<Result<String, String>> {
    let read = json::read_content(schema, NodeIndex::ROOT, Allowed::Data, made);
    let mut content = read.map_err(|error| anyhow!("{}", error.describe(schema)))?;
    let kind = if config { Document::Config } else { Document::Data };
    for round in 0..ROUNDS {
        let errors = check_document(schema, &content, kind, MOST);
        let Some(first) = errors.first() else {
            if round == 0 {
                return Ok(Ok(made.to_owned()));
            }
            return Ok(Ok(json::to_string(schema, NodeIndex::ROOT, &Data::Container(content), Style::Compact)?));
        };
        let changed = errors.iter().fold(false, |changed, error| mend(schema, &mut content, error) | changed);
        // what is not there is missed by what is around it
        if !changed && !errors.iter().any(|error| give_up(schema, &mut content, error)) {
            return Ok(Err(told(schema, first)));
        }
    }
    Ok(Err(format!("still invalid after {ROUNDS} changes")))
}

fn told(schema: &Schema, error: &EditError) -> String {
    let path = error.at.as_ref().map(|at| print_path(schema, at, PathForm::Predicates) + ": ");
    format!("{}{}", path.unwrap_or_default(), error.words())
}

/// Takes out the instance that an error is about, if it is there; of one whose `must` is false a part first.
fn mend(schema: &Schema, content: &mut Content, error: &EditError) -> bool {
    let is_missing = matches!(
        error.reason,
        Reason::MissingElement | Reason::MissingChoice | Reason::TooFewElements | Reason::DataMissing
    );
    let Some(at) = error.at.as_ref().filter(|_| !is_missing) else { return false };
    let steps: Vec<NodeIndex> = schema.path(at.node).collect();
    take_out(schema, content, &steps, &at.keys, matches!(error.reason, Reason::MustViolation(_)))
}

/// Takes out the innermost instance that is there of those around the place of an error.
fn give_up(schema: &Schema, content: &mut Content, error: &EditError) -> bool {
    let Some(InstanceIdentifier { node, keys }) = &error.at else { return false };
    let steps: Vec<NodeIndex> = schema.path(*node).collect();
    (1..=steps.len()).rev().any(|length| {
        let (around, _) = steps.split_at(length);
        let own = around.last().map_or(0, |step| keys_of(schema, *step).count()).min(keys.len());
        take_out(schema, content, around, keys.get(..own).unwrap_or_default(), false)
    })
}

/// Takes out the instance at the end of the steps, or the last thing in it that is no key; whether it was there.
fn take_out(schema: &Schema, content: &mut Content, steps: &[NodeIndex], keys: &[Value], part: bool) -> bool {
    let Some((step, rest)) = steps.split_first() else { return false };
    let row = schema.list(*step);
    let Some(data) = content.child_mut(*step) else { return false };
    let emptied = match data {
        Data::Container(inner) if !rest.is_empty() => return take_out(schema, inner, rest, keys, part),
        Data::Container(inner) if part && !inner.is_empty() => return take_last(inner, &[]),
        Data::LeafList(values) if rest.is_empty() && !keys.is_empty() => {
            values.retain(|value| Some(value) != keys.first());
            values.is_empty()
        }
        Data::List(entries) if !keys.is_empty() => {
            let Some(row) = row else { return false };
            let sorted = !schema.node(*step).is_some_and(|node| node.flags.has(Flags::USER_ORDERED));
            let (own, below) = keys.split_at(row.keys.len().max(1).min(keys.len()));
            let Ok(place) = entries.find(row, sorted, own) else { return false };
            if let Some(entry) = entries.at_mut(place) {
                if !rest.is_empty() {
                    return take_out(schema, entry, rest, below, part);
                }
                if part && take_last(entry, row.keys) {
                    return true;
                }
            }
            entries.remove(place);
            entries.is_empty()
        }
        _ => rest.is_empty(),
    };
    if emptied {
        content.remove(*step);
    }
    emptied || rest.is_empty()
}

fn take_last(content: &mut Content, keys: &[NodeIndex]) -> bool {
    let last = content.iter().map(|(node, _)| node).filter(|node| !keys.contains(node)).last();
    last.is_some_and(|node| content.remove(node).is_some())
}

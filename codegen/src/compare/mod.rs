//! Two revisions of modules against each other: which changes break clients (RFC 7950 section 11).
//!
//! [`rules`] is the section as data. The effective schemas are compared, so that a `uses` in the place of the same
//! leafs, or a typedef in the place of the same type, is no change; typedefs and groupings are looked at through a
//! module of our own that uses each (`probe`). What was written is looked up for places, documentation and features.
//! Files and output are the caller's. Read [`compare`] first.

mod definitions;
mod extensions;
mod modules;
mod nodes;
mod probe;
mod properties;
pub mod rules;
mod side;
mod sids;
mod types;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use comi_sid::Registry;

use crate::context::{Compiled, Context};
use crate::schema::compiled::NodeId;
use crate::source::Span;
use properties::Places;
use rules::{Rule, Verdict};
use side::Side;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What kind of change, and so what section 11 says about it.
    pub rule: Rule,
    /// What changed: the path of a node, or `typedef speed`, `module pump`.
    pub path: String,
    /// How it changed.
    pub message: String,
    /// Where it stands in the old text.
    pub old: Option<Span>,
    /// Where it stands in the new text.
    pub new: Option<Span>,
    /// What else changed by the same statement: the nodes of a grouping stand wherever it is used.
    pub also: Vec<String>,
}

impl Change {
    /// Whether it breaks clients of the old revision.
    #[must_use]
    pub fn breaks(&self) -> bool {
        self.rule.verdict() == Verdict::Breaking
    }
}

/// Both sides and what changed between them.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The old modules.
    pub old: Compiled,
    /// The new modules.
    pub new: Compiled,
    /// Module by module, in the order of the new text.
    pub changes: Vec<Change>,
}

/// A side has errors: nothing can be said. The diagnostics are in the compilations.
#[derive(Debug, thiserror::Error)]
#[error("the modules have errors")]
pub struct Broken {
    /// The old modules.
    pub old: Compiled,
    /// The new modules.
    pub new: Compiled,
}

/// Compares the modules that are asked for on both sides, with the .sid files beside them.
///
/// # Errors
/// One side does not compile, or has .sid files that can't be used.
///
/// ```
/// use comi_codegen::{Context, compare::{compare, rules::Rule}};
///
/// let pump = |range| {
///     let leaf = format!("leaf speed {{ type uint8 {{ range '{range}'; }} }}");
///     let mut context = Context::new();
///     context.source("pump.yang", format!("module pump {{ namespace 'urn:pump'; prefix p; {leaf} }}")).module("pump");
///     context
/// };
/// let comparison = compare(&pump("0..100"), &pump("0..90")).unwrap();
/// assert!(comparison.changes.iter().any(|change| change.rule == Rule::RangeNarrowed && change.breaks()));
/// ```
pub fn compare(old: &Context, new: &Context) -> Result<Comparison, Box<Broken>> {
    let (old, old_sids) = compile(old);
    let (new, new_sids) = compile(new);
    let (Some(old_sids), Some(new_sids)) = (old_sids, new_sids) else { return Err(Box::new(Broken { old, new })) };
    let (before, after) = (Side::new(&old), Side::new(&new));
    let mut comparer = Comparer {
        old: before,
        new: after,
        changes: Vec::new(),
        seen: Default::default(),
        tells: 0,
        told: HashMap::new(),
    };
    comparer.modules();
    comparer.sids(&old_sids, &new_sids);
    let changes = comparer.changes;
    Ok(Comparison { old, new, changes })
}

/// Compiles with probes of typedefs and groupings; no registry where there are errors.
fn compile(context: &Context) -> (Compiled, Option<Registry>) {
    let mut plain = context.compile();
    if !plain.is_ok() {
        return (plain, None);
    }
    match crate::sid_files::sid_files(&plain, &[]) {
        Ok((sids, _)) => {
            let mut probed = probe::context(context, &plain).compile();
            probed.asked.truncate(plain.asked.len());
            // Whether a grouping is right where nobody uses it is no question here.
            probed.diagnostics = plain.diagnostics;
            (probed, Some(sids))
        }
        Err(diagnostics) => {
            plain.diagnostics.extend(diagnostics);
            (plain, None)
        }
    }
}

struct Comparer<'a> {
    old: Side<'a>,
    new: Side<'a>,
    changes: Vec<Change>,
    /// Nodes of each side that were looked at: an augment's stand in two places.
    seen: (HashSet<NodeId>, HashSet<NodeId>),
    /// Calls of `tell`.
    tells: usize,
    told: HashMap<(Rule, Places, String), usize>,
}

impl Comparer<'_> {
    fn tell(&mut self, rule: Rule, path: &str, message: impl Into<String>, places: (Option<Span>, Option<Span>)) {
        let (old, new) = places;
        let (path, message) = (path.to_owned(), message.into());
        self.tells += 1;
        // What is new or gone is known by its own place; the other is where it would stand.
        let own = match message.ends_with("is gone") || new.is_none() {
            true => (old, None),
            false if message.starts_with("a new ") => (None, new),
            false => (old, new),
        };
        match self.told.entry((rule, own, message.clone())) {
            Entry::Occupied(known) => {
                if let Some(change) = self.changes.get_mut(*known.get()).filter(|change| change.path != path) {
                    change.also.push(path);
                }
            }
            Entry::Vacant(entry) => {
                entry.insert(self.changes.len());
                self.changes.push(Change { rule, path, message, old, new, also: Vec::new() });
            }
        }
    }
}

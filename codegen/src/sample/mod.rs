//! Random instances of a schema, valid as far as it can be told without evaluating XPath.
//!
//! A document grows from the roots down (`grow`); then leafrefs and instance-identifiers get values of what is there,
//! and what can't stand is taken out again, until all that is left may stay (`settle`). The same seed gives the same
//! document. It holds every restriction of its types (lengths, ranges, patterns), keys, `unique`, `mandatory`,
//! `min-elements` and `max-elements`, one case of each choice, and leafrefs with their predicates.
//!
//! `must` and `when` are not evaluated: nodes with one of them are left out, and what would be incomplete without them
//! (`plan`); [`Options::unchecked`] has both all the same, for what only needs every kind of node, and for who can evaluate
//! them and mend the document, as `comi yang sample` does. Left out are also leafs
//! of types of which no value was found, and containers that are empty and have no presence.
//!
//! Read [`sample`] first.

mod familiar;
mod grow;
mod plan;
mod random;
mod references;
mod settle;
mod tree;
mod unions;
mod values;

use crate::schema::compiled::{ModuleId, Node, Schema};

/// What a document is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Where it begins; another seed gives another document.
    pub seed: u64,
    /// About how many nodes it has, if the schema has so many and does not ask for more.
    pub size: usize,
    /// Configuration alone.
    pub config: bool,
    /// Nodes with `must` and `when`, too: the document is one of the module's syntax, valid or not.
    pub unchecked: bool,
    /// Which nodes are left out besides.
    pub without: Option<fn(&Schema, &Node) -> bool>,
}

impl Default for Options {
    fn default() -> Options {
        Options { seed: 0, size: 60, config: false, unchecked: false, without: None }
    }
}

/// A document of the data nodes of some modules, as RFC 7951 JSON: of their own roots, of those that they augment, and of
/// those where their leafrefs lead. An empty object where there are none.
///
/// ```
/// use comi_codegen::sample::{Options, sample};
///
/// let mut context = comi_codegen::Context::new();
/// context.source("pump", "module pump { namespace 'urn:pump'; prefix p; leaf speed { type uint8 { range '7'; } } }");
/// let schema = context.module("pump").compile_with_targets().schema;
/// let pump = schema.module_named("pump").unwrap();
/// let documents: Vec<String> =
///     (0..9).map(|seed| sample(&schema, &[pump], &Options { seed, ..Options::default() })).collect();
/// assert!(documents.contains(&r#"{"pump:speed":7}"#.to_owned()));
/// ```
#[must_use]
pub fn sample(schema: &Schema, modules: &[ModuleId], options: &Options) -> String {
    let mut random = random::Random::new(options.seed);
    let plan = plan::Plan::new(schema, options);
    let mut tree = grow::grow(schema, modules, &plan, options.size, &mut random);
    settle::settle(schema, &plan, &mut tree, &mut random);
    tree.to_json(schema)
}

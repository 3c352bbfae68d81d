//! What the generator makes is valid for the datastore: mandatory, choices, numbers of entries, `unique`, leafrefs, and
//! `must` and `when`, which the generator does not evaluate, but avoids.

use std::collections::BTreeSet;

use comi_codegen::Context;
use comi_codegen::sample::{Options, sample};
use comi_runtime::cbor::Allowed;
use comi_runtime::datastore::{Datastore, EditError, Limits, Origin, with_rules};
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::text::{PathForm, print_path};

use super::documents::{allocate, tables};
use super::{corpus, of_each};

/// Of each module.
const SEEDS: u64 = 4;
/// Of the corpus.
const MODULES: usize = 48;

/// Why the datastore refuses a document.
fn refused(schema: &'static Schema, document: &str) -> Option<String> {
    let content = json::read_content(schema, NodeIndex::ROOT, Allowed::Config, document);
    let content = match content {
        Ok(content) => content,
        Err(error) => return Some(error.describe(schema)),
    };
    let mut store = Datastore::new(schema, Limits::SERVER);
    let mut edit = store.edit(Origin::Requester);
    let done = edit.replace_all(content).and_then(|()| edit.validate().map(drop));
    let path = |error: &EditError| error.at.as_ref().map(|at| print_path(schema, at, PathForm::Predicates));
    done.err().map(|error| format!("{}: {error}", path(&error).unwrap_or_default()))
}

#[test]
fn configuration_that_was_made_at_random_is_valid() {
    let Some(folder) = corpus() else { return };
    let texts = super::oracle::Texts::read(&folder);
    let all = super::compile_all(&folder, &texts);
    let with_data: BTreeSet<_> = all.schema.nodes.iter().filter(|node| node.config).map(|node| node.module).collect();
    let has = |name: &&str| all.schema.module_named(name).is_some_and(|module| with_data.contains(&module));
    let names: Vec<&str> = texts.names().filter(has).collect();
    let step = (names.len() / MODULES).max(1);
    let names: Vec<&str> = names.into_iter().step_by(step).collect();
    let results = of_each(&names, |name| {
        let compiled = Context::new().yang_dir(&folder).module(name).compile_with_targets();
        let schema = with_rules(tables(&compiled, &allocate(&compiled)));
        let module = compiled.schema.module_named(name).unwrap();
        let made = |seed, unchecked| {
            let options = Options { seed, unchecked, config: true, ..Options::default() };
            sample(&compiled.schema, &[module], &options)
        };
        let told = |seed| {
            let document = made(seed, false);
            Some(format!("{name} {seed}: {}\n{document}", refused(schema, &document)?))
        };
        let failed: Vec<String> = (0..SEEDS).filter_map(told).collect();
        (failed, (0..SEEDS).filter(|seed| refused(schema, &made(*seed, true)).is_some()).count())
    });
    let invalid: usize = results.iter().map(|(_, invalid)| invalid).sum();
    let failed: Vec<String> = results.into_iter().flat_map(|(failed, _)| failed).collect();
    let count = names.len() as u64 * SEEDS;
    println!("{count} documents of {} modules; {invalid} of as many that were not checked are refused", names.len());
    assert!(failed.is_empty(), "{} of {count} documents are refused\n{}", failed.len(), failed.join("\n"));
    assert!(invalid > 0, "the datastore takes anything");
}

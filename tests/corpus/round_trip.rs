//! Any instance of any module survives JSON → YANG-CBOR with SIDs → YANG-CBOR with names → JSON unchanged.
//!
//! Instances are random (`comi_codegen::sample`); a module without a .sid file gets its SIDs here, by comi-sid. The
//! modules of yang/ are always there.

use std::path::Path;

use comi_codegen::Context;
use comi_codegen::sample::{Options, sample};
use comi_codegen::schema::compiled::{ModuleId, NodeKind, Schema as Compiled};
use comi_runtime::cbor::Identifiers;
use comi_runtime::schema::Schema;

use super::documents::{allocate, from_cbor, from_json, tables, to_cbor, to_json};
use super::{corpus, of_each};

/// Of each module, checked and unchecked by turns.
const SEEDS: u64 = 10;
/// Of the corpus.
const MODULES: usize = 60;

/// A document through all forms and back.
fn round(schema: &Schema, document: &str) -> Result<(), String> {
    let sids = to_cbor(schema, from_json(schema, document)?, Identifiers::Sids)?;
    let names = to_cbor(schema, from_cbor(schema, &sids)?, Identifiers::Names)?;
    let content = from_cbor(schema, &names)?;
    let again = to_json(schema, content.clone())?;
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).map_err(|error| error.to_string());
    let (before, after) = (value(document)?, value(&again)?);
    if before != after {
        return Err(format!("the document became\n{after}"));
    }
    // RFC 8949 section 4.2: one form, however it came
    let same = to_cbor(schema, content, Identifiers::Sids)? == sids;
    if same { Ok(()) } else { Err("the same data has two forms".to_owned()) }
}

/// How many bytes of documents a module was tried with, and what failed.
fn of_module(context: &Context, name: &str) -> Result<usize, String> {
    let compiled = context.compile_with_targets();
    if !compiled.is_ok() {
        return Err(compiled.render(false));
    }
    let schema = tables(&compiled, &allocate(&compiled));
    let module = compiled.schema.module_named(name).ok_or("no such module")?;
    let mut bytes = 0;
    for seed in 0..SEEDS {
        let options = Options { seed, unchecked: seed % 2 == 1, size: 100, ..Options::default() };
        let document = sample(&compiled.schema, &[module], &options);
        bytes += document.len();
        round(schema, &document).map_err(|error| format!("seed {seed}: {error}\n{document}"))?;
    }
    Ok(bytes)
}

#[track_caller]
fn hold(results: Vec<(&str, Result<usize, String>)>) {
    let total: usize = results.iter().filter_map(|(_, result)| result.as_ref().ok()).sum();
    println!("{} modules, {SEEDS} documents each, {total} bytes in all", results.len());
    let failed = results.iter().filter_map(|(name, result)| Some(format!("{name}: {}", result.as_ref().err()?)));
    let failed: Vec<String> = failed.collect();
    assert!(failed.is_empty(), "{} modules fail\n{}", failed.len(), failed.join("\n"));
}

/// How many leafs and leaf-lists a module has in data trees, its augments counted.
fn leafs(schema: &Compiled, module: ModuleId) -> usize {
    let is_leaf =
        |node: &&comi_codegen::schema::compiled::Node| matches!(node.kind, NodeKind::Leaf | NodeKind::LeafList);
    schema.nodes.iter().filter(|node| node.module == module).filter(is_leaf).count()
}

#[test]
fn instances_of_our_own_models_survive_every_form() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../yang");
    let folders = ["ietf", "lwm2m", "example"].map(|folder| root.join(folder));
    let mut names = Vec::new();
    for folder in &folders {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.extend(files.filter_map(|name| name.strip_suffix(".yang").map(str::to_owned)));
    }
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let results = of_each(&names, |name| {
        let mut context = Context::new();
        for folder in &folders {
            context.yang_dir(folder);
        }
        // identities that other modules ask for
        context.module(name).module("iana-if-type").module("ietf-datastores");
        of_module(&context, name)
    });
    hold(names.into_iter().zip(results).collect());
}

#[test]
fn instances_of_real_modules_survive_every_form() {
    let Some(folder) = corpus() else { return };
    let texts = super::oracle::Texts::read(&folder);
    let all = super::compile_all(&folder, &texts);
    let with_data = |name: &&str| all.schema.module_named(name).is_some_and(|module| leafs(&all.schema, module) >= 5);
    let names: Vec<&str> = texts.names().filter(with_data).collect();
    let step = (names.len() / MODULES).max(1);
    let names: Vec<&str> = names.into_iter().step_by(step).collect();
    assert!(names.len() >= 40, "{}", names.len());
    let results = of_each(&names, |name| of_module(Context::new().yang_dir(&folder).module(name), name));
    hold(names.into_iter().zip(results).collect());
}

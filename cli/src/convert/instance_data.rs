//! Instance data sets (RFC 9195): a document with a header that says of which modules it is.
//!
//! The set is a structure of ietf-yang-instance-data, so it is read and written as any other data; its document is
//! `anydata` there, which takes whatever it finds. Here that document is held against the schema, put in and taken out.

use anyhow::{Context as _, Result};
use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::NodeIndex;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::json_text::{Members, describe};
use super::mentions;
use crate::models::Named;

/// Where the structure is defined.
pub(super) const MODULE: &str = "ietf-yang-instance-data";

const SET: &str = "ietf-yang-instance-data:instance-data-set";
const CONTENT: &str = "content-data";

/// The document in a set, as written; `None` where the text is no set.
fn content(text: &str) -> Option<&RawValue> {
    let document: Members<'_> = serde_json::from_str(text).ok()?;
    let set: Members<'_> = serde_json::from_str(document.member(SET)?.get()).ok()?;
    set.member(CONTENT).or_else(|| set.member(&format!("{MODULE}:{CONTENT}")))
}

/// Holds the document of a set against the schema; a text that is no set is left alone.
pub(super) fn check(named: &Named, text: &str) -> Result<()> {
    let Some(document) = content(text) else { return Ok(()) };
    let read =
        json::read_annotated(named.schema, Some(named.annotations), NodeIndex::ROOT, Allowed::Any, document.get());
    read.map(|_| ()).map_err(|error| describe(named.schema, text, document.get(), &error))
}

/// A set of this name with a document, which says by its modules and revisions what it is of.
pub(super) fn wrap(named: &Named, name: &str, document: &str) -> Result<String> {
    let mentioned = mentions::of_json(document);
    let schema = &named.compiled.schema;
    let modules = schema.modules.iter().filter(|module| module.implemented && mentioned.contains(&module.name));
    let mut modules: Vec<String> = modules
        .map(|module| match &module.revision {
            Some(revision) => format!("{}@{revision}", module.name),
            None => module.name.clone(),
        })
        .collect();
    modules.sort();
    let mut set = Map::new();
    set.insert("name".to_owned(), json!(name));
    if !modules.is_empty() {
        set.insert("content-schema".to_owned(), json!({ "module": modules }));
    }
    set.insert(CONTENT.to_owned(), serde_json::from_str::<Value>(document)?);
    Ok(json!({ SET: set }).to_string())
}

/// The document in a set.
pub(super) fn unwrap(text: &str) -> Result<String> {
    let document = content(text).with_context(|| format!("the document is no {SET} with {CONTENT}"))?;
    Ok(document.get().to_owned())
}

//! `comi lwm2m show`: an object and its resources.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_codegen::lwm2m::Resource;
use serde_json::{Value, json};

use super::registry::{Known, Places};
use crate::output::print;
use crate::sid::table::table;

/// Arguments of `comi lwm2m show`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi lwm2m show 3303                                  the newest version that is known
  comi lwm2m show 3:1.0                                 that version
  comi lwm2m show temperature                           by its name
  comi lwm2m show --path ~/lwm2m-registry 10243 --json

Exit status: 0 shown, 1 there is none, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Id or name of the object; :VERSION picks one of several
    #[arg(value_name = "ID[:VERSION]")]
    object: String,
    #[command(flatten)]
    places: Places,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (wanted, version) = match arguments.object.rsplit_once(':') {
        Some((wanted, version)) => (wanted, Some(version)),
        None => (arguments.object.as_str(), None),
    };
    let known = arguments.places.objects()?;
    let is_wanted = |one: &&Known| {
        let same = one.object.id.to_string() == wanted || one.object.name.eq_ignore_ascii_case(wanted);
        same && version.is_none_or(|version| one.object.version == version)
    };
    let found: Vec<&Known> = known.iter().filter(is_wanted).collect();
    // They are in the order of versions; a name may be that of several objects.
    let Some(newest) = found.last() else {
        eprintln!("no object is called {}; `comi lwm2m list WORD` looks for words", arguments.object);
        return Ok(ExitCode::FAILURE);
    };
    if found.len() > 1 {
        let others = found.iter().rev().skip(1).map(|one| format!("{}:{}", one.object.id, one.object.version));
        eprintln!("note: there is also {}", others.collect::<Vec<_>>().join(", "));
    }
    if arguments.places.json {
        let mut document = newest.summary();
        let resources: Vec<Value> = newest.object.resources.iter().map(as_json).collect();
        if let Some(members) = document.as_object_mut() {
            members.insert("notes".to_owned(), json!(newest.object.notes));
            members.insert("resources".to_owned(), json!(resources));
        }
        print(&format!("{document:#}\n"))?;
    } else {
        print(&as_text(newest))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(resource: &Resource) -> Value {
    json!({
        "id": resource.id,
        "name": resource.name,
        "operations": resource.operations.letters(),
        "multiple": resource.multiple,
        "mandatory": resource.mandatory,
        "type": resource.data_type.word(),
        "range": resource.range,
        "units": resource.units,
        "description": resource.description,
    })
}

fn as_text(known: &Known) -> String {
    let object = &known.object;
    let instances = if object.multiple { "multiple instances" } else { "single instance" };
    let mandatory = if object.mandatory { "mandatory" } else { "optional" };
    let mut text =
        format!("{} {}, version {} (LwM2M {})\n", object.id, object.name, object.version, object.enabler_version);
    text.push_str(&format!("{}, {instances}, {mandatory}, from {}\n", object.urn, known.origin));
    if !object.description.is_empty() {
        text.push_str(&format!("\n{}\n", object.description));
    }
    let row = |resource: &Resource| {
        let range = resource.range.replace('\n', "; ");
        let mut kind = resource.data_type.word().to_owned();
        if resource.multiple {
            kind.push_str("[]");
        }
        let operations = match resource.operations.letters() {
            "" => "-",
            letters => letters,
        };
        let mandatory = if resource.mandatory { "yes" } else { "" };
        [&resource.id.to_string(), &resource.name, operations, mandatory, &kind, &range, &resource.units]
            .map(str::to_owned)
            .to_vec()
    };
    let rows: Vec<Vec<String>> = object.resources.iter().map(row).collect();
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&table(&["ID", "NAME", "OPERATIONS", "MANDATORY", "TYPE", "RANGE", "UNITS"], &rows));
    }
    text
}

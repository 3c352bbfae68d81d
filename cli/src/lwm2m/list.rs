//! `comi lwm2m list`: finds objects by id or word.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde_json::Value;

use super::registry::{Known, Places};
use crate::output::print;
use crate::sid::table::table;

/// Arguments of `comi lwm2m list`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi lwm2m list                                       every object
  comi lwm2m list 33                                    object 33, and what has it in its name
  comi lwm2m list power meter                           what has both words: in name, description or resources
  comi lwm2m list --path ~/lwm2m-registry humidity      a folder of OMA's definitions, too

Exit status: 0 something was found, 1 nothing, 2 wrong usage.")]
pub(crate) struct Arguments {
    /// Words that the object has, or its id
    #[arg(value_name = "WORD")]
    words: Vec<String>,
    #[command(flatten)]
    places: Places,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let words: Vec<String> = arguments.words.iter().map(|word| word.to_lowercase()).collect();
    let mut found = arguments.places.objects()?;
    found.retain(|known| words.iter().all(|word| has(known, word)));
    if arguments.places.json {
        let all = Value::Array(found.iter().map(Known::summary).collect());
        print(&format!("{all:#}\n"))?;
    } else if !found.is_empty() {
        let row = |known: &Known| {
            let object = &known.object;
            let instances = if object.multiple { "multiple" } else { "single" };
            vec![
                object.id.to_string(),
                object.version.clone(),
                object.name.clone(),
                instances.to_owned(),
                object.resources.len().to_string(),
                known.origin.clone(),
            ]
        };
        let rows: Vec<Vec<String>> = found.iter().map(row).collect();
        print(&table(&["ID", "VERSION", "NAME", "INSTANCES", "RESOURCES", "FROM"], &rows))?;
    }
    if found.is_empty() {
        eprintln!("no object has {}", arguments.words.join(" "));
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn has(known: &Known, word: &str) -> bool {
    let object = &known.object;
    if object.id.to_string() == word {
        return true;
    }
    let mut texts = [&object.name, &object.description, &object.urn, &known.origin]
        .into_iter()
        .chain(object.resources.iter().map(|resource| &resource.name));
    texts.any(|text| text.to_lowercase().contains(word))
}

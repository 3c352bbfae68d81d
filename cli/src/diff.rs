//! `comi diff`: compares a device's configuration with a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use comi_runtime::cbor::Allowed;
use comi_runtime::json;
use comi_runtime::schema::{NodeIndex, Schema};
use comi_runtime::value::text::{self, PathForm};
use comi_runtime::value::{Content, Data, InstanceIdentifier};
use serde_json::{Map, Value};

use crate::arguments::ClientArguments;
use crate::changes::{self, Change};
use crate::convert::{self, json_text};
use crate::device::Session;
use crate::output;

/// Arguments of `comi diff`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi diff 'coap://[::1]' valve.json                   what must change on the device to make it that of the file
  comi diff 'coap://[::1]' valve.json --only /acme-valve:valve
  comi diff 'coap://[::1]' valve.json --state           state, too

Lines that begin with - are the device's, those with + the file's. A leaf that is not there is equal to its default.

Exit status: 0 no difference, 1 they differ, 2 they could not be compared.")]
pub(crate) struct Arguments {
    #[command(flatten)]
    client: ClientArguments,
    /// RFC 7951 JSON; - is standard input
    file: PathBuf,
    /// Compare this part alone; may be repeated
    #[arg(long, value_name = "NODE")]
    only: Vec<String>,
    /// Compare state, too
    #[arg(long)]
    state: bool,
    /// One JSON object a line: path, old (the device's), new (the file's)
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments) -> ExitCode {
    match compare(arguments).await {
        Ok(differ) => ExitCode::from(u8::from(differ)),
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn compare(arguments: &Arguments) -> Result<bool> {
    let file = convert::read_text(&arguments.file)?;
    let mut session = Session::connect(&arguments.client).await?;
    let schema = session.schema();
    let allowed = if arguments.state { Allowed::Data } else { Allowed::Config };
    let wanted = json::read_content(schema, NodeIndex::ROOT, allowed, &file).map_err(|error| {
        let error = json_text::describe(schema, &file, &file, &error);
        convert::in_file(&arguments.file.display().to_string(), &error)
    })?;
    let mut found = match arguments.state {
        true => session.read_datastore(&[]).await?,
        false => session.configuration().await?.0,
    };
    leave_out_what_the_engine_says(schema, &mut found, &wanted);
    let mut differences = changes::between(schema, &found, &wanted);
    if !arguments.only.is_empty() {
        let parts = arguments.only.iter().map(|node| session.identifier(node)).collect::<Result<Vec<_>>>()?;
        differences.retain(|change| parts.iter().any(|part| is_within(schema, &change.at, part)));
    }
    output::print(&match arguments.json {
        true => differences.iter().map(|change| json_line(schema, change) + "\n").collect::<String>(),
        false => changes::render(schema, &differences),
    })?;
    Ok(!differences.is_empty())
}

/// Whether a node is a part, in it, or around it.
fn is_within(schema: &Schema, at: &InstanceIdentifier, part: &InstanceIdentifier) -> bool {
    schema.is_within(at.node, part.node) && at.keys.starts_with(&part.keys)
        || schema.is_within(part.node, at.node) && part.keys.starts_with(&at.keys)
}

/// Its YANG library is in no file that somebody wrote.
fn leave_out_what_the_engine_says(schema: &Schema, found: &mut Content, wanted: &Content) {
    let nodes: Vec<NodeIndex> = found.iter().map(|(node, _)| node).collect();
    for node in nodes {
        let engine = schema.module_of(node).is_some_and(|module| module.name == "ietf-yang-library");
        if engine && wanted.child(node).is_none() {
            found.remove(node);
        }
    }
}

/// One change for a program.
fn json_line(schema: &'static Schema, change: &Change) -> String {
    let value = |data: &Option<Data>| {
        let text =
            data.as_ref().and_then(|data| json::to_string(schema, change.at.node, data, json::Style::Compact).ok());
        text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
    };
    let path = text::print_path(schema, &change.at, PathForm::Uri);
    Value::Object(Map::from_iter([
        ("path".to_owned(), path.into()),
        ("old".to_owned(), value(&change.old)),
        ("new".to_owned(), value(&change.new)),
    ]))
    .to_string()
}

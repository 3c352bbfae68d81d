//! `comi validate`: a document, checked as a device would check it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::{Args, ValueEnum};
use comi_runtime::datastore::{self, Datastore, EditError, Limits, Origin, check_document, put_in_order, with_rules};
use comi_runtime::schema::{NodeIndex, NodeKind};
use comi_runtime::value::{Content, Data, InstanceIdentifier};
use serde_json::{Value, json};

use super::document::{self, Document, Kind};
use super::form::{self, Form};
use super::unread::Unread;
use super::wrong::{self, Wrong};
use super::{Source, mentions, operations, source};
use crate::arguments::ModelArguments;
use crate::models::{self, Named};
use crate::nobody::Nobody;

/// How many errors of one document are told.
const MOST: usize = 100;

/// Arguments of `comi validate`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  comi validate valve.json --path models                every rule of RFC 7950 over the whole document
  comi validate valve.cbor --type config --format json  for programs
  comi validate a.json b.json --module acme-valve       several, by one reading of the models
  comi validate call.json --type rpc --datastore valve.json

The modules are found as `comi encode` finds them. data is configuration and state, config has no state; rpc, reply and
notification are checked beside the configuration that --datastore names.

Exit status: 0 valid, 1 invalid, 2 wrong usage, or nothing could be checked.")]
pub(crate) struct ValidateArguments {
    /// The documents, each for itself: RFC 7951 JSON or YANG-CBOR; - is standard input
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    model: ModelArguments,
    /// How it is written [default: as the file's ending says (.json, .cbor, .hex, .diag), else json]
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<Form>,
    /// What it is
    #[arg(long = "type", value_enum, value_name = "TYPE", default_value_t = Checked::Data)]
    kind: Checked,
    /// The configuration that an operation or notification refers to, as RFC 7951 JSON
    #[arg(long, value_name = "FILE")]
    datastore: Option<PathBuf>,
    /// How to print what is wrong
    #[arg(long, value_enum, default_value_t = Print::Text)]
    format: Print,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Checked {
    /// Configuration and state
    Data,
    /// Configuration
    Config,
    /// Rpcs or actions with their input
    Rpc,
    /// Rpcs or actions with their output
    Reply,
    /// Notifications
    Notification,
}

/// How errors are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Print {
    /// For people
    Text,
    /// One JSON document
    Json,
}

pub(crate) fn validate(arguments: &ValidateArguments) -> ExitCode {
    match run(arguments) {
        Ok(results) => {
            print(arguments, &results);
            let valid = results.iter().all(|(_, errors)| errors.is_empty());
            if valid { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Each document by the name of its file, and what is wrong with it.
type Results = Vec<(String, Vec<Wrong>)>;

fn run(arguments: &ValidateArguments) -> Result<Results> {
    let mut sources = Vec::new();
    let (mut names, mut always) = (BTreeSet::new(), Vec::new());
    for file in &arguments.files {
        let from = arguments.from.or_else(|| Form::of_file(file)).unwrap_or(Form::Json);
        let source = match source(file, from) {
            Ok(source) => Ok(source),
            Err(error) if error.chain().any(|cause| cause.is::<std::io::Error>()) => return Err(error),
            Err(error) => Err(wrong::unread(format!("{error:#}"))),
        };
        match &source {
            Ok(Source::Json(text)) => names.extend(mentions::of_json(text)),
            Ok(Source::Cbor(bytes)) => {
                let found = mentions::of_cbor(bytes);
                names.extend(found.names);
                always.extend(models::built_in_with(&found.sids));
            }
            Err(_) => {}
        }
        sources.push((form::name(file), source));
    }
    // what can't be read needs no model
    if sources.iter().all(|(_, source)| source.is_err()) {
        return Ok(sources.into_iter().map(|(file, source)| (file, source.err().into_iter().collect())).collect());
    }
    let mut named = models::load_named(&arguments.model, &names, &always)?;
    named.schema = with_rules(named.schema);
    let check = |(file, source)| match source {
        Ok(source) => check(arguments, &named, &source).map(|errors| (file, errors)),
        Err(unread) => Ok((file, vec![unread])),
    };
    sources.into_iter().map(check).collect()
}

/// What is wrong with one document.
fn check(arguments: &ValidateArguments, named: &Named, source: &Source) -> Result<Vec<Wrong>> {
    let schema = named.schema;
    let kind = match arguments.kind {
        // state in a configuration is told as what it is, with the rest
        Checked::Data | Checked::Config => Kind::Data,
        Checked::Rpc => Kind::Rpc,
        Checked::Reply => Kind::Reply,
        Checked::Notification => Kind::Notification,
    };
    let document = match source {
        Source::Json(text) => document::from_json(named, kind, text),
        Source::Cbor(bytes) => document::from_cbor(named, kind, bytes),
    };
    let errors = match document {
        Err(error) => {
            return Ok(vec![match error.downcast_ref::<Unread>() {
                Some(parts) => wrong::refused(schema, parts),
                None => wrong::unread(format!("{error:#}")),
            }]);
        }
        Ok(Document::Data(mut content, _)) => {
            put_in_order(schema, &mut content);
            let of =
                if arguments.kind == Checked::Config { datastore::Document::Config } else { datastore::Document::Data };
            check_document(schema, &content, of, MOST)
        }
        Ok(Document::Operations(tree, _)) => check_operations(arguments, named, &tree)?,
        Ok(Document::Edit(_)) => Vec::new(),
    };
    Ok(errors.iter().map(|error| wrong::wrong(schema, error)).collect())
}

/// Operations and notifications, each beside the configuration.
fn check_operations(arguments: &ValidateArguments, named: &Named, tree: &Content) -> Result<Vec<EditError>> {
    let schema = named.schema;
    let mut store = Datastore::new(schema, Limits::SERVER);
    if let Some(file) = &arguments.datastore {
        let Source::Json(text) = source(file, Form::Json)? else { return Ok(Vec::new()) };
        let Document::Data(content, _) = document::from_json(named, Kind::Config, &text)? else {
            return Ok(Vec::new());
        };
        let mut edit = store.edit(Origin::Board);
        let done = edit.replace_all(content).and_then(|()| edit.finish(&mut Nobody(schema)));
        done.map_err(|error| anyhow!("{}: {}", form::name(file), wrong::wrong(schema, &error).line()))?;
    }
    let side = if arguments.kind == Checked::Reply { NodeKind::Output } else { NodeKind::Input };
    let mut errors = Vec::new();
    for instance in operations::instances(schema, tree)? {
        let empty = Content::new();
        let content = match &instance.data {
            Some(Data::Container(content)) => content,
            _ => &empty,
        };
        let is_side = |child: &NodeIndex| schema.node(*child).is_some_and(|row| row.kind() == side);
        let node = schema.children(instance.at.node).find(is_side).unwrap_or(instance.at.node);
        let content = match content.child(node) {
            Some(Data::Container(inner)) => inner,
            _ => content,
        };
        let at = InstanceIdentifier { node, keys: instance.at.keys };
        errors.extend(store.check_operation(&at, content).err());
    }
    Ok(errors)
}

fn print(arguments: &ValidateArguments, results: &[(String, Vec<Wrong>)]) {
    if arguments.format == Print::Json {
        let list = |errors: &[Wrong]| errors.iter().map(Wrong::json).collect::<Vec<Value>>();
        let one =
            |file: &str, errors: &[Wrong]| json!({ "file": file, "valid": errors.is_empty(), "errors": list(errors) });
        match results {
            [(file, errors)] => outln!("{:#}", one(file, errors)),
            _ => outln!("{:#}", Value::from_iter(results.iter().map(|(file, errors)| one(file, errors)))),
        }
        return;
    }
    for (file, errors) in results {
        for wrong in errors {
            out!("{}", wrong.lines(file));
        }
        match errors.len() {
            0 => outln!("{file}: valid"),
            MOST => outln!("at least {MOST} errors"),
            1 => outln!("1 error"),
            count => outln!("{count} errors"),
        }
    }
}

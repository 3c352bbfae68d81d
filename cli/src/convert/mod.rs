//! `comi encode` and `comi decode`: documents between RFC 7951 JSON and YANG-CBOR, without a device.
//!
//! A document is read into instance data ([`Document`]) in one form and written in another. What is converted is
//! checked as far as one value or one entry tells: names, places, types, keys. Whether the whole is valid (`mandatory`,
//! `must`, leafrefs) is a datastore's question.

mod document;
mod edit;
mod form;
mod instance_data;
pub(crate) mod json_text;
mod mentions;
mod operations;
mod unread;
mod validate;
mod wrong;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use comi_runtime::cbor::notation;

use crate::arguments::ModelArguments;
use crate::models::{self, Named};
use crate::output::write_out;
use crate::show;
use document::{Document, Kind};
pub(crate) use form::Form;
use mentions::Mentions;
pub(crate) use mentions::of_json as mentions_of_json;

pub(crate) use validate::{ValidateArguments, validate};

const EXAMPLES: &str = "\
The modules are those that the document names, looked for in the --path folders and among the built-in ones; of a
document with SIDs, which names none, all in the folders that have a .sid file, and the usual ones. A module without a
.sid file will do wherever no SID is read or written.

Types: data is a document of data nodes, config the same without state. rpc is an rpc or action with its input, reply
one with its output, notification a notification: in JSON each stands in its place in the tree, in YANG-CBOR it is
application/yang-instances+cbor-seq. edit is what an iPATCH carries: in JSON an array of objects that map a path to a
value, or to null, which deletes.

Exit status: 0 done, 1 the document is refused, 2 wrong usage.";

/// Arguments of `comi encode`.
#[derive(Args)]
#[command(after_help = format!("\
Examples:
  comi encode valve.json                                YANG-CBOR with SIDs, as hex
  comi encode valve.json --to diag                      the same to read, with the names of the SIDs
  comi encode valve.json --to cbor-names --out valve.cbor
  comi encode call.json --type rpc --path models

{EXAMPLES}"))]
pub(crate) struct EncodeArguments {
    #[command(flatten)]
    common: Arguments,
}

/// Arguments of `comi decode`.
#[derive(Args)]
#[command(after_help = format!("\
Examples:
  comi decode valve.hex                                 RFC 7951 JSON
  comi decode valve.cbor --to diag                      diagnostic notation, with the names of the SIDs
  echo a119f62ba118231828 | comi decode -

{EXAMPLES}"))]
pub(crate) struct DecodeArguments {
    #[command(flatten)]
    common: Arguments,
}

#[derive(Args)]
struct Arguments {
    /// The document; - is standard input
    file: PathBuf,
    #[command(flatten)]
    model: ModelArguments,
    /// How it is written [default: as the file's ending says (.json, .cbor, .hex, .diag), else json or hex]
    #[arg(long, value_enum, value_name = "FORM")]
    from: Option<Form>,
    /// How to write it [default: as the ending of --out says, else hex or json]
    #[arg(long, value_enum, value_name = "FORM")]
    to: Option<Form>,
    /// What it is
    #[arg(long = "type", value_enum, value_name = "TYPE", default_value_t = Kind::Data)]
    kind: Kind,
    /// Write names instead of SIDs, in hex and diag too
    #[arg(long)]
    names: bool,
    /// Wrap the document as an instance data set of this name (RFC 9195)
    #[arg(long, value_name = "NAME", conflicts_with = "unwrap")]
    instance_data: Option<String>,
    /// Take the document out of the instance data set that it stands in (RFC 9195)
    #[arg(long)]
    unwrap: bool,
    /// Write to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(crate) fn encode(arguments: &EncodeArguments) -> Result<ExitCode> {
    run(&arguments.common, Form::Json, Form::Hex)
}

pub(crate) fn decode(arguments: &DecodeArguments) -> Result<ExitCode> {
    run(&arguments.common, Form::Hex, Form::Json)
}

fn run(arguments: &Arguments, from: Form, to: Form) -> Result<ExitCode> {
    let from = arguments.from.or_else(|| Form::of_file(&arguments.file)).unwrap_or(from);
    let to = arguments.to.or_else(|| Form::of_file(arguments.out.as_deref()?)).unwrap_or(to);
    let file = form::name(&arguments.file);
    let source = source(&arguments.file, from).map_err(|error| in_file(&file, &error))?;
    let (mentions, mut always) = match &source {
        Source::Json(text) => (mentions::of_json(text), Vec::new()),
        Source::Cbor(bytes) => {
            let Mentions { names, sids } = mentions::of_cbor(bytes);
            (names, models::built_in_with(&sids))
        }
    };
    always.extend(arguments.instance_data.is_some().then_some(instance_data::MODULE));
    let named = models::load_named(&arguments.model, &mentions, &always)?;
    let document = read(&named, arguments, source).map_err(|error| in_file(&file, &error))?;
    let output = write(&named, arguments, to, &document)?;
    match &arguments.out {
        Some(path) => std::fs::write(path, output).with_context(|| format!("{} cannot be written", path.display()))?,
        None => write_out(&output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A text file; `-` is standard input.
pub(crate) fn read_text(file: &Path) -> Result<String> {
    String::from_utf8(form::read(file)?).map_err(|_| anyhow!("{} is no UTF-8", form::name(file)))
}

/// A message about a file; one that begins with its line is joined to the name as compilers have it.
pub(crate) fn in_file(file: &str, error: &anyhow::Error) -> anyhow::Error {
    let message = format!("{error:#}");
    let separator = if message.starts_with(|c: char| c.is_ascii_digit()) { ":" } else { ": " };
    anyhow!("{file}{separator}{message}")
}

/// A document as it was read from its file.
enum Source {
    Json(String),
    Cbor(Vec<u8>),
}

fn source(file: &Path, form: Form) -> Result<Source> {
    let bytes = form::read(file)?;
    let text = |bytes: Vec<u8>| {
        String::from_utf8(bytes).map_err(|error| anyhow!("no UTF-8 at byte {}", error.utf8_error().valid_up_to()))
    };
    Ok(match form {
        Form::Json => Source::Json(text(bytes)?),
        Form::Cbor | Form::CborNames => Source::Cbor(bytes),
        Form::Hex => Source::Cbor(form::from_hex(&bytes)?),
        Form::Diag => Source::Cbor(notation::parse(&text(bytes)?)?),
    })
}

fn read(named: &Named, arguments: &Arguments, source: Source) -> Result<Document> {
    let document = match source {
        Source::Json(text) => {
            let document = document::from_json(named, arguments.kind, &text)?;
            instance_data::check(named, &text)?;
            document
        }
        Source::Cbor(bytes) => document::from_cbor(named, arguments.kind, &bytes)?,
    };
    if !arguments.unwrap && arguments.instance_data.is_none() {
        return Ok(document);
    }
    if !matches!(arguments.kind, Kind::Data | Kind::Config) {
        bail!("an instance data set holds data or config");
    }
    let json = document::to_json(named, &document)?;
    match &arguments.instance_data {
        Some(name) => document::from_json(named, Kind::Data, &instance_data::wrap(named, name, &json)?),
        None => document::from_json(named, arguments.kind, &instance_data::unwrap(&json)?),
    }
}

fn write(named: &Named, arguments: &Arguments, to: Form, document: &Document) -> Result<Vec<u8>> {
    let cbor = || document::to_cbor(named, document, arguments.names || to == Form::CborNames);
    let line = |mut text: String| {
        text.push('\n');
        text.into_bytes()
    };
    Ok(match to {
        Form::Json => line(document::to_json(named, document)?),
        Form::Cbor | Form::CborNames => cbor()?,
        Form::Hex => line(show::hex(&cbor()?)),
        Form::Diag => line(show::diagnostic(&cbor()?, Some(named.schema))),
    })
}
